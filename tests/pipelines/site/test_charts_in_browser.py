"""Charts in a real browser, from a folder and over HTTP: they answer, at the size they had."""

import struct
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from cophub.pipelines.site import runtime
from tests.pipelines.site.browsing import Made, Window, serving
from tests.sizes import sized

PAGE = "communities/mercop.html"

# As the measure of web pages counts them: what moves because the reader did something is no shift.
SHIFTS = """
() => {
  window.shifts = 0;
  const add = (list) => {
    for (const each of list.getEntries()) window.shifts += each.hadRecentInput ? 0 : each.value;
  };
  new PerformanceObserver(add).observe({ type: "layout-shift", buffered: true });
}
"""


def each_by(*values: Any) -> list[tuple[Any, str]]:
    """Each with one of the two ways to open a site in turn, with COPHUB_THOROUGH with both."""
    ways = ("folder", "server")
    both = [(value, way) for value in values for way in ways]
    return sized([(value, ways[at % 2]) for at, value in enumerate(values)], both)


@pytest.fixture(scope="module")
def served(languages: Made) -> Iterator[str]:
    """The address at which `cophub serve` shows the site."""
    with serving(languages) as address:
        yield address


@pytest.fixture
def open_page(window: Window, languages: Made, served: str) -> Callable[..., Any]:
    """Opens a page out of its folder or from the server, and notes in `asked` what it asks for."""
    homes = {"folder": languages.home, "server": served}

    def open_one(path: str = PAGE, *, by: str = "folder", **options: Any) -> Any:
        page = window(homes[by], **options)
        page.asked = []
        page.on("request", lambda request: page.asked.append(request.url))
        page.goto(f"{homes[by]}/{path}")
        return page

    return open_one


def chart(page: Any, key: str = "people") -> Any:
    """A chart that has come into view and answers."""
    figure = page.locator(f".chart-{key}[data-chart]")
    figure.scroll_into_view_if_needed()
    page.wait_for_selector(f".chart-{key}[data-state=ready]")
    page.wait_for_function(
        "key => [...document.querySelectorAll(`.chart-${key} svg`)]"
        ".some((each) => each.checkVisibility() && each.closest('.live'))",
        arg=key,
    )
    return figure


def table(page: Any, key: str = "people") -> dict[str, list[str]]:
    """The table of a chart: the texts of each row by the name of its month."""
    rows = page.evaluate(
        "key => [...document.querySelectorAll(`.chart-${key} tbody tr`)].map((row) =>"
        " [...row.cells].map((cell) => (cell.querySelector('.n') ?? cell).firstChild.textContent))",
        key,
    )
    return {name: texts for name, *texts in rows}


def point_at(page: Any, figure: Any, across: float, down: float = 0.5) -> list[str]:
    """The lines of the panel that appears where the pointer is put."""
    box = figure.locator(".plot").bounding_box()
    page.mouse.move(box["x"] + box["width"] * across, box["y"] + box["height"] * down)
    page.wait_for_function("() => !document.querySelector('.tip').hidden")
    return said(page)


def said(page: Any) -> list[str]:
    head = page.locator(".tip strong").inner_text()
    return [head, *page.locator(".tip p b").all_inner_texts()]


@pytest.mark.parametrize(("width", "by"), each_by(360, 900, 1600))
def test_a_chart_answers_in_its_place_and_nothing_moves(open_page, by, width):
    page = open_page(by=by, width=width)
    page.evaluate(SHIFTS)
    before = page.locator(".chart-people").bounding_box()
    figure = chart(page)
    assert page.locator(".chart-people .live svg:visible").count() == 1
    after = figure.bounding_box()
    assert (after["width"], after["height"]) == (before["width"], before["height"])
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.wait_for_timeout(200)
    assert page.evaluate("window.shifts") == 0


@pytest.mark.parametrize(("path", "by"), each_by("fr/communities/mercop.html", PAGE))
def test_what_is_said_of_a_month_is_the_row_of_the_table(open_page, by, path):
    page = open_page(path, by=by)
    for key in ("people", "flow"):
        rows = table(page, key)
        assert len(rows) == 24
        for across in (0.12, 0.52, 0.97):
            month, *figures = point_at(page, chart(page, key), across)
            assert figures == rows[month]
    assert page.locator(".tip").is_visible()
    page.mouse.move(5, 5)
    page.wait_for_function("() => document.querySelector('.tip').hidden")


def test_between_two_bars_and_two_strips_the_nearest_month_is_said(open_page):
    """A panel that comes and goes as the pointer moves could not be read."""
    page = open_page()
    plot = chart(page, "acts").locator(".plot")
    box = plot.bounding_box()
    months = []
    for step in range(60):
        x, y = (box["width"] * (0.3 + step / 120), box["height"] * (0.1 + step / 75))
        page.mouse.move(box["x"] + x, box["y"] + y)
        page.wait_for_timeout(20)
        assert page.locator(".tip").is_visible(), step
        months.append(said(page)[0])
    assert months == sorted(months, key=[*table(page, "acts")][::-1].index)
    assert len(set(months)) > 10
    page.mouse.move(box["x"] + 3, box["y"] + 60)
    page.wait_for_function("() => document.querySelector('.tip').hidden")


def test_a_figure_that_is_hidden_stays_hidden_and_is_not_in_the_page(open_page):
    page = open_page()
    rows = table(page, "flow")
    month = next(name for name, texts in rows.items() if texts[1] == "<5")
    figure = chart(page, "flow")
    figure.locator(".plot").focus()
    page.keyboard.press("End")
    while month not in said(page):
        page.keyboard.press("ArrowLeft")
    assert said(page) == [month, *rows[month]]
    held = page.locator(".chart-flow script").evaluate("each => JSON.parse(each.textContent).data")
    few = [each["row"] for each in held["left hidden"]]
    assert all(each["v"] == 0 for each in held["left hidden"])
    assert not {each["row"] for each in held["left"]} & set(few)
    assert not [each for each in held["left"] if 0 < -each["v"] < 5]


@pytest.mark.parametrize("by", ["folder", "server"])
def test_the_keyboard_goes_through_the_months_and_a_screen_reader_is_told(open_page, by):
    page = open_page(by=by)
    rows = table(page)
    newest, *_, oldest = rows
    plot = chart(page).locator(".plot")
    page.locator(".chart-people .toggle").last.focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert plot.evaluate("each => each === document.activeElement")
    assert said(page) == [newest, *rows[newest]]
    assert plot.get_attribute("role") == "slider"
    assert plot.get_attribute("aria-valuetext").startswith(f"{newest}, Did anything: ")
    page.keyboard.press("Home")
    assert said(page) == [oldest, *rows[oldest]]
    page.keyboard.press("ArrowRight")
    assert said(page) == [[*rows][-2], *rows[[*rows][-2]]]
    assert plot.get_attribute("aria-valuenow") == "2"
    page.keyboard.press("Escape")
    assert not page.locator(".tip").is_visible()


def test_the_legend_switches_what_it_names_off_and_on(open_page):
    page = open_page()
    figure = chart(page)
    anything, contributed = figure.locator(".toggle").all()
    bars = ".chart-people .live svg:visible path[fill='var(--c1-soft)']"
    highest = figure.locator(".live svg:visible text").all_text_contents()
    count = page.locator(bars).count()
    assert count == 24
    anything.press("Enter")
    page.wait_for_function("key => !document.querySelectorAll(key).length",
                           arg=bars.replace(":visible", ""))  # fmt: skip
    assert anything.get_attribute("aria-pressed") == "false"
    assert figure.locator(".live svg:visible text").all_text_contents() != highest, "the scale fits"
    contributed.click()
    assert contributed.get_attribute("aria-pressed") == "true", "one always stays"
    anything.click()
    page.wait_for_function("key => document.querySelectorAll(key).length === 24",
                           arg=bars.replace(":visible", ""))  # fmt: skip


def named(figure: Any) -> list[str]:
    """The months that are named below the drawing, from left to right."""
    texts = figure.locator(".live svg:visible text").evaluate_all(
        "all => all.map((each) => (each.querySelector('tspan') ?? each).textContent)"
    )
    return [each for each in texts if not each.replace(",", "").isdigit()]


@pytest.mark.parametrize("by", ["folder", "server"])
def test_a_time_is_chosen_by_dragging_and_shown_alone_and_left_again(open_page, by):
    page = open_page(by=by)
    page.evaluate(SHIFTS)
    figure = chart(page)
    months = [*table(page)][::-1]
    assert named(figure) == ["Apr", "Jul", "Oct", "Jan", "Apr", "Jul", "Oct", "Jan"]
    box = figure.locator(".plot").bounding_box()
    across = [box["x"] + 40 + (box["width"] - 46) * (n + 0.5) / 24 for n in (6, 10)]
    page.mouse.move(across[0], box["y"] + 60)
    page.mouse.down()
    page.mouse.move(across[1], box["y"] + 90, steps=5)
    page.mouse.up()
    page.wait_for_function(BARS, arg=5)
    assert named(figure) == [each.split()[0] for each in months[6:11]]
    assert figure.locator(".plot").get_attribute("aria-valuemax") == "5"
    month, *figures = point_at(page, figure, 0.95)
    assert (month, figures) == (months[10], table(page)[months[10]])
    figure.get_by_role("button", name="The whole time").click()
    page.wait_for_function(BARS, arg=24)
    assert not figure.get_by_role("button", name="The whole time").is_visible()
    page.wait_for_timeout(200)
    assert page.evaluate("window.shifts") == 0


BARS = """
(count) => count ===
  document.querySelectorAll(".chart-people .at-wide .live path[fill='var(--c1)']").length
"""


def test_a_time_is_chosen_by_keyboard(open_page):
    page = open_page()
    figure = chart(page)
    months = [*table(page)][::-1]
    figure.locator(".plot").focus()
    for key in ("End", "ArrowLeft", "Shift+ArrowLeft", "Shift+ArrowLeft", "Enter"):
        page.keyboard.press(key)
    page.wait_for_function(BARS, arg=3)
    page.keyboard.press("Home")
    assert said(page)[0] == months[20]
    page.keyboard.press("End")
    assert said(page)[0] == months[22]
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    page.wait_for_function(BARS, arg=24)


def test_a_finger_says_what_a_pointer_says(open_page):
    page = open_page(width=360, has_touch=True, is_mobile=True)
    rows = table(page)
    box = chart(page).locator(".plot").bounding_box()
    page.touchscreen.tap(box["x"] + box["width"] * 0.6, box["y"] + box["height"] * 0.5)
    page.wait_for_function("() => !document.querySelector('.tip').hidden")
    month, *figures = said(page)
    assert figures == rows[month]
    panel = page.locator(".tip").bounding_box()
    assert panel["x"] >= 0
    assert panel["x"] + panel["width"] <= 360


def test_another_width_and_another_scheme_are_followed(open_page):
    page = open_page(color_scheme="light")
    figure = chart(page)
    bar = """.chart-people .live path[fill="var(--c1)"]"""
    colour = f"getComputedStyle(document.querySelector('{bar}')).fill"
    assert page.evaluate(colour) == "rgb(11, 106, 168)"
    page.emulate_media(color_scheme="dark")
    assert page.evaluate(colour) == "rgb(90, 174, 232)"
    page.emulate_media(media="print")
    assert page.evaluate(colour) == "rgb(11, 106, 168)"
    page.emulate_media(media="screen", color_scheme="light")
    figure.locator(".toggle").first.click()
    page.set_viewport_size({"width": 360, "height": 900})
    figure = chart(page)
    assert figure.locator(".at-narrow .live svg").is_visible()
    assert figure.locator(".at-narrow path[fill='var(--c1-soft)']").count() == 0


@pytest.mark.parametrize(("key", "by"), each_by("people", "acts", "flow"))
def test_a_chart_is_taken_to_a_slide_as_png_and_svg(open_page, tmp_path, by, key):
    page = open_page(by=by, accept_downloads=True, color_scheme="dark")
    figure = chart(page, key)
    taken = {}
    for kind in ("png", "svg"):
        with page.expect_download() as download:
            figure.locator(f"[data-save={kind}]").click()
        assert download.value.suggested_filename == f"mercop-{key}-2026-03-14.{kind}"
        download.value.save_as(tmp_path / kind)
        taken[kind] = (tmp_path / kind).read_bytes()
    assert taken["png"][:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">II", taken["png"][16:24]) == (1920, 1080)
    drawing = ET.fromstring(taken["svg"])  # noqa: S314 - made by the page just now
    texts = [each.text for each in drawing.iter("{http://www.w3.org/2000/svg}text")]
    assert "Monitoring, Evaluation and Research" in texts
    assert any(str(each).endswith("by month") for each in texts)
    assert "Source: Example Agency for Rural Development, 14 Mar 2026" in texts
    text = taken["svg"].decode()
    assert 'fill="#0b6aa8"' in text, "in light colours, whatever the reader's scheme"
    assert "var(" not in text
    pixels = page.evaluate(
        """async (bytes) => {
          const image = await createImageBitmap(new Blob([new Uint8Array(bytes)]));
          const canvas = new OffscreenCanvas(image.width, image.height);
          const pen = canvas.getContext("2d", { willReadFrequently: true });
          pen.drawImage(image, 0, 0);
          const { data } = pen.getImageData(0, 0, image.width, image.height);
          const at = (x, y) => [...pen.getImageData(x, y, 1, 1).data];
          let blue = 0;
          for (let i = 0; i < data.length; i += 4) blue += data[i] === 11 && data[i + 1] === 106;
          return { corners: [at(0, 0), at(1919, 1079)], blue };
        }""",
        [*taken["png"]],
    )
    assert pixels["corners"] == [[255, 255, 255, 255]] * 2
    assert pixels["blue"] > 20_000, "bars are drawn"


def test_without_script_the_drawing_stays_and_nothing_is_offered_that_does_not_work(open_page):
    page = open_page(java_script_enabled=False)
    figure = page.locator(".chart-people")
    assert figure.locator("svg:visible").count() == 1
    assert figure.locator(".plot").get_attribute("role") == "img"
    assert not figure.locator("[data-save=png]").is_visible()
    assert figure.locator(".toggle").count() == 0


def test_a_page_whose_charts_are_not_looked_at_asks_for_nothing_else(open_page):
    page = open_page()
    page.wait_for_timeout(300)
    assert len(page.asked) == 1
    chart(page)
    assert len(page.asked) == 2
    assert page.asked[1].endswith(runtime.path())


def test_the_charts_of_all_languages_load_the_one_file(open_page):
    asked = {open_page_and_chart(open_page, path)[-1] for path in (PAGE, f"es/{PAGE}")}
    assert len(asked) == 1


def open_page_and_chart(open_page: Callable[..., Any], path: str) -> list[str]:
    page = open_page(path)
    chart(page)
    asked: list[str] = page.asked
    return asked
