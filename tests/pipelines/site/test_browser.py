"""The site in a real browser, opened from a folder: it works, it fits, it can be read."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from cophub.pipelines.site import runtime

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
PAGES = ("index.html", "people.html", "communities/mercop.html", "communities/wildwest.html",
         "communities/tiny.html", "fr/index.html", "es/communities/mercop.html",
         "fr/people.html")  # fmt: skip
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip

pytestmark = pytest.mark.skipif(
    CHROMIUM is None,
    reason="these tests look at pages in a browser: install one with `apt-get install chromium`",
)

# Every text with the colour it is written in and the colours behind it; below is the ratio of WCAG.
CONTRAST = """
() => {
  const parts = (colour) => {
    const numbers = colour.match(/[\\d.]+/g).map(Number);
    return numbers.length > 3 ? numbers : [...numbers, 1];
  };
  const behind = (element) => {
    for (let each = element; each; each = each.parentElement) {
      const colour = parts(getComputedStyle(each).backgroundColor);
      if (colour[3] > 0) return colour;
    }
    return [255, 255, 255, 1];
  };
  const luminance = (colour) => {
    const [r, g, b] = colour.slice(0, 3).map((each) => {
      const share = each / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const poor = [];
  let seen = 0;
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.textContent.trim() || !element.checkVisibility()) continue;
    const style = getComputedStyle(element);
    const ink = parts(element.closest("svg") ? style.fill : style.color);
    const [light, dark] = [luminance(ink), luminance(behind(element))].sort((a, b) => b - a);
    seen += 1;
    if ((light + 0.05) / (dark + 0.05) < 4.5) poor.push(walker.currentNode.textContent.trim());
  }
  return { seen, poor };
}
"""

# Figures that no definition stands beside: not in their row's or column's head, their term, or
# their figure's legend. The standfirst says the headline figures once more.
UNDEFINED = """
() => [...document.querySelectorAll("main .n")].filter((figure) => {
  if (figure.closest(".standfirst")) return false;
  const cell = figure.closest("td");
  const row = cell?.parentElement.querySelector("th");
  const column = cell && cell.closest("table").tHead.rows[0].cells[cell.cellIndex];
  const term = figure.closest("dl > div")?.querySelector("dt");
  const legend = figure.closest("figure")?.querySelector(".legend");
  return ![row, column, term, legend].some((each) => each?.querySelector("[popovertarget]"));
}).map((figure) => figure.parentElement.outerHTML)
"""


@pytest.fixture(scope="module")
def folder(
    files: dict[str, str], translated: dict[str, str],
    write_site: Callable[[dict[str, str]], Path],
) -> Path:  # fmt: skip
    return write_site(files | translated | {runtime.path(): str(runtime.publication().content)})


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def open_page(browser: Any, folder: Path) -> Iterator[Callable[..., Any]]:
    """Opens a page of the site; on none of them may anything go wrong in the whole test."""
    contexts: list[Any] = []
    wrong: list[str] = []

    def open_one(path: str, *, width: int = 1280, **options: Any) -> Any:
        context = browser.new_context(viewport={"width": width, "height": 900}, **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(5_000)
        page.on("console", lambda message: wrong.append(f"{path}: {message.text}"))
        page.on("pageerror", lambda error: wrong.append(f"{path}: {error}"))
        address = (folder / path).as_uri()
        page.on("request", lambda r: wrong.append(r.url) if foreign(r.url, address) else None)
        page.goto(address)
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert wrong == []


def foreign(url: str, address: str) -> bool:
    """Whether it is neither the page, in itself, nor the one file that its charts load."""
    return url != address and not url.startswith("data:") and not url.endswith(runtime.path())


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("width", [360, 900, 1600])
def test_no_page_is_wider_than_the_screen(open_page, path, width):
    page = open_page(path, width=width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.locator("summary").first.click() if page.locator("summary").count() else None
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
def test_every_text_has_the_contrast_of_wcag_aa(open_page, path, scheme):
    page = open_page(path, color_scheme=scheme)
    found = page.evaluate(CONTRAST)
    assert found["seen"] > 40
    assert found["poor"] == []


def test_dark_and_light_are_chosen_by_the_reader_and_print_is_light(open_page):
    def paper(page: Any) -> str:
        return page.evaluate("getComputedStyle(document.body).backgroundColor")

    light, dark = (open_page("index.html", color_scheme=each) for each in ("light", "dark"))
    assert (paper(light), paper(dark)) == ("rgb(251, 250, 246)", "rgb(20, 24, 27)")
    dark.emulate_media(media="print")
    assert paper(dark) == "rgb(255, 255, 255)"
    assert not dark.locator("nav").first.is_visible()


@pytest.mark.parametrize("path", PAGES)
def test_a_definition_stands_beside_every_figure(open_page, path):
    assert open_page(path).evaluate(UNDEFINED) == []


def test_a_definition_opens_and_closes_by_keyboard(open_page):
    page = open_page("communities/mercop.html")
    button = page.locator("[popovertarget=what-people]").first
    panel = page.locator("#what-people")
    assert not panel.is_visible()
    button.focus()
    page.keyboard.press("Enter")
    assert "active membership" in panel.inner_text()
    page.keyboard.press("Escape")
    assert not panel.is_visible()


def titles(page: Any) -> list[str]:
    return page.locator("#communities tbody tr:visible th a").all_inner_texts()


def test_the_overview_can_be_sorted_and_hidden_figures_come_last_both_ways(open_page):
    page = open_page("index.html")
    by_title = titles(page)
    page.get_by_role("button", name="Members", exact=True).click()
    assert titles(page)[0].startswith("Irrigation and Water")
    assert page.locator("[aria-sort]").get_attribute("aria-sort") == "descending"
    page.get_by_role("button", name="Members", exact=True).press("Enter")
    assert titles(page)[0] == "Peatland Restoration"
    for _ in range(2):
        page.get_by_role("button", name="Active", exact=True).click()
        assert titles(page)[-1] == "Peatland Restoration"
    page.get_by_role("button", name="Community", exact=True).click()
    assert sorted(titles(page)) == sorted(by_title)
    assert page.locator("[aria-sort]").count() == 1


def test_the_overview_can_be_searched_without_minding_case_or_accents(open_page):
    page = open_page("index.html")
    page.get_by_label("Find").fill("example OF")
    assert len(titles(page)) == 1
    assert page.locator("output").inner_text() == "1 of 7"
    page.get_by_label("Find").fill("")
    assert len(titles(page)) == 7


def test_the_directory_can_be_searched_on_a_telephone(open_page):
    page = open_page("people.html", width=360)
    page.get_by_label("Find").fill("helene muller")
    assert page.locator("#people tbody tr:visible th").all_inner_texts() == ["Hélène Müller"]


def test_an_earlier_quarter_can_be_chosen_by_keyboard_and_without_script(open_page):
    page = open_page("communities/mercop.html", java_script_enabled=False)
    heads = page.locator(".measures .by-quarter").first.locator("thead th:visible")
    assert heads.all_inner_texts()[1:3] == ["Q1 2026", "Q4 2025"]
    page.locator(".tab input").first.focus()
    page.keyboard.press("ArrowRight")
    assert heads.all_inner_texts()[1:3] == ["Q4 2025", "Q3 2025"]
    for table in page.locator(".measures .by-quarter").all():
        assert table.locator("tbody tr").first.locator("td:visible").count() == 4


def test_without_script_the_overview_shows_everything_and_no_control_that_does_nothing(open_page):
    page = open_page("index.html", java_script_enabled=False)
    assert len(titles(page)) == 7
    assert not page.get_by_label("Find").is_visible()
    assert page.locator(".sort").count() == 0


def test_a_reader_changes_the_language_and_stays_on_the_page(open_page):
    link = open_page("communities/mercop.html").get_by_role("link", name="Français")
    address = str(link.evaluate("link => link.href"))
    assert address.endswith("/fr/communities/mercop.html")
    page = open_page("fr/communities/mercop.html")
    assert page.evaluate("document.documentElement.lang") == "fr"
    assert page.locator("h1").inner_text() == "Monitoring, Evaluation and Research"
    assert page.locator("caption:visible").first.inner_text().startswith("T1 2026")


def test_a_search_says_in_the_readers_language_how_many_it_found(open_page):
    page = open_page("es/index.html")
    page.get_by_label("Buscar").fill("water")
    assert page.locator("output").inner_text() == "1 de 7"


def test_a_script_in_a_communitys_title_does_not_run(open_page):
    page = open_page("communities/wildwest.html")
    assert page.title().startswith("Éxample of <script>")
    assert page.locator("h1").inner_text() == page.title().removesuffix(
        " · Communities of practice"
    )


def test_the_first_stop_of_the_keyboard_leads_past_the_navigation(open_page):
    page = open_page("index.html")
    page.keyboard.press("Tab")
    assert page.locator(":focus").inner_text() == "Skip to the content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_a_drawing_is_lettered_at_a_size_that_can_be_read(open_page):
    """On a telephone the narrow drawing is shown, not the wide one shrunk."""
    for width in (360, 1280):
        page = open_page("communities/mercop.html", width=width)
        heights = page.evaluate(
            "[...document.querySelectorAll('.chart svg text')].filter((t) => t.checkVisibility())"
            ".map((t) => 12 * t.ownerSVGElement.getBoundingClientRect().width"
            " / t.ownerSVGElement.viewBox.baseVal.width)"
        )
        assert len(heights) > 10
        assert min(heights) >= 10.5
