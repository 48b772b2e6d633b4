"""Every page of a site, found and opened: it fits, it stays still, it can be read as one needs."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.pipelines.site.browsing import Made, come_alive, serving
from tests.sizes import sized

OPEN_ALL = "() => { for (const each of document.querySelectorAll('details')) each.open = true; }"
WIDTH = "document.documentElement.scrollWidth"

# What WCAG 1.4.12 lets a reader set, and the texts that are then cut off.
SPACED = """() => {
  const style = new CSSStyleSheet();
  style.replaceSync("* { line-height: 1.5 !important; letter-spacing: .12em !important;"
    + " word-spacing: .16em !important } p { margin-bottom: 2em !important }");
  document.adoptedStyleSheets.push(style);
  return [...document.querySelectorAll("body *")].filter((each) => {
    const { overflowX, overflowY } = getComputedStyle(each);
    if (each.closest(".sr, legend, .listing thead, svg") || !each.checkVisibility()) return false;
    return (overflowX === "hidden" && each.scrollWidth > each.clientWidth + 1)
      || (overflowY === "hidden" && each.scrollHeight > each.clientHeight + 1);
  }).map((each) => each.outerHTML.slice(0, 200));
}"""

# Figures that no definition stands beside, by the heading above them: none in their row's or
# column's head, their term, their table's caption, their figure's legend, or the heading or lead of
# their group. The standfirst says the headline figures once more; those of plugins' pages have no
# definitions of ours, but the words that the plugin puts beside them.
UNDEFINED = """
() => [...new Set([...document.querySelectorAll("main .n")].filter((figure) => {
  if (figure.closest(".standfirst, .added")) return false;
  const cell = figure.closest("td");
  const table = figure.closest("table");
  const heads = [...(table?.tHead?.rows ?? [])].flatMap((row) => [...row.cells]);
  return ![
    cell?.parentElement.querySelector("th"), table?.caption,
    heads.findLast((each) => each.cellIndex === cell?.cellIndex),
    figure.closest("dl > div")?.querySelector("dt"),
    figure.closest("figure")?.querySelector(".legend"),
    figure.closest(".group, figure")?.querySelector("h3"),
    figure.closest("section")?.querySelector("h2"),
    figure.closest("section")?.querySelector(".lead"),
  ].some((each) => each?.querySelector("[popovertarget]"));
}).map((figure) => {
  const near = figure.closest(".group, figure, section");
  return near.querySelector("h3, h2").textContent + ": " + figure.parentElement.outerHTML;
}))].slice(0, 12)
"""

SHIFTS = """
  window.shifts = [];
  new PerformanceObserver((list) => {
    for (const each of list.getEntries()) window.shifts.push([each.value,
      ...each.sources.map((source) => source.node?.outerHTML?.slice(0, 120) ?? "")]);
  }).observe({ type: "layout-shift", buffered: true });
"""


@pytest.fixture(scope="module")
def served(audiences: Made) -> Iterator[str]:
    """The address at which `cophub serve` shows the site."""
    with serving(audiences) as address:
        yield address


@pytest.mark.parametrize("site", ["audiences", "languages"])
def test_no_page_is_wider_than_the_screen_and_every_figure_is_explained(window, request, site):
    """1280 px at 400 % are 320 px (WCAG 1.4.10).

    Each page on two of the screens in turn, with COPHUB_THOROUGH on all four.
    """
    made: Made = request.getfixturevalue(site)
    page, wrong = window(made.home), []
    paths = sized(made.kinds, made.pages)
    screens = (1600, 900, 360, 320)
    for at, path in enumerate(paths):
        page.goto(f"{made.home}/{path}")
        wrong += [f"{path}: not explained: {each}" for each in page.evaluate(UNDEFINED)]
        for width in sized(screens[at % 2 :: 2], screens):
            page.set_viewport_size({"width": width, "height": 900})
            closed = page.evaluate(WIDTH)
            page.evaluate(OPEN_ALL)
            if (wide := max(closed, page.evaluate(WIDTH))) > width:
                wrong.append(f"{path}: {wide} px on a screen of {width}")
    assert len(paths) > 10
    assert wrong == []


def test_text_that_a_reader_spaces_out_still_fits_and_is_not_cut_off(window, audiences):
    wrong = []
    for width in (360, 1280):
        page = window(audiences.home, width=width)
        for path in audiences.kinds:
            page.goto(f"{audiences.home}/{path}")
            page.evaluate(OPEN_ALL)
            wrong += [f"{path} | {width} px | {each}" for each in page.evaluate(SPACED)]
            if (wide := page.evaluate(WIDTH)) > width:
                wrong.append(f"{path}: {wide} px on a screen of {width}")
    assert wrong == []


WAYS = [("folder", 360), ("server", 1280)]
OTHER_WAYS = [("folder", 1280), ("server", 360)]


@pytest.mark.parametrize(("by", "width"), sized(WAYS, WAYS + OTHER_WAYS))
def test_nothing_moves_while_a_page_loads_and_its_charts_come_alive(
    window, audiences, served, by, width
):
    home = {"folder": audiences.home, "server": served}[by]
    page = window(home, width=width)
    page.context.add_init_script(SHIFTS)
    moved, alive = [], 0
    for path in (each for each in audiences.kinds if not each.startswith("members/")):
        page.goto(f"{home}/{path}")
        alive += come_alive(page)
        page.evaluate("() => new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")
        moved += [f"{path}: {each}" for each in page.evaluate("window.shifts")]
    assert alive >= 10
    assert moved == []


def test_nothing_moves_over_a_slow_line_on_a_slow_machine(window, audiences, served):
    """A page that is painted while the rest of it is on its way moves what is read already."""
    page = window(served, width=900)
    page.context.add_init_script(SHIFTS)
    tools = page.context.new_cdp_session(page)
    tools.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    speed = {"downloadThroughput": 400_000, "uploadThroughput": 400_000}  # bytes a second
    tools.send("Network.enable")
    tools.send("Network.emulateNetworkConditions", {"offline": False, "latency": 20, **speed})
    moved = []
    for path in (each for each in audiences.kinds if each.startswith("facilitators/")):
        page.goto(f"{served}/{path}")
        page.evaluate("() => new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")
        moved += [f"{path}: {each}" for each in page.evaluate("window.shifts")]
    assert moved == []


def test_dark_and_light_are_chosen_by_the_reader(window, audiences):
    page = window(audiences.home)
    page.goto(f"{audiences.home}/public/index.html")
    for scheme, paper in (("light", "rgb(251, 250, 246)"), ("dark", "rgb(20, 24, 27)")):
        page.emulate_media(color_scheme=scheme)
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == paper


def test_every_page_prints_in_light_on_white_without_what_only_a_screen_can_do(window, audiences):
    """On A4 of 210 mm less the margins; the wide table of all measures has A3 across."""
    page = window(audiences.home, width=688, color_scheme="dark")
    for path in (each for each in audiences.kinds if each.startswith("public/")):
        page.goto(f"{audiences.home}/{path}")
        page.emulate_media(media="print")
        most = 1480 if page.locator(".sweep").count() else 688
        assert page.evaluate(WIDTH) <= most, path
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == (
            "rgb(255, 255, 255)"
        ), path
        assert page.locator("h1").is_visible(), path
        for control in (
            "nav",
            "button:not(.toggle)",
            "input:not([type=radio])",
            ".tab label",
            "summary",
        ):
            assert page.locator(f"{control}:visible").count() == 0, f"{path}: {control}"
        assert page.pdf(prefer_css_page_size=True).startswith(b"%PDF-"), path


def test_with_forced_colours_what_is_chosen_and_what_a_legend_names_can_be_told(window, audiences):
    page = window(audiences.home, forced_colors="active")
    page.goto(f"{audiences.home}/public/communities/mercop.html")
    background = "each => getComputedStyle(each).backgroundColor"
    chosen, other = (
        page.locator(f".tab input{state} + label").first.evaluate(background)
        for state in (":checked", ":not(:checked)")
    )
    assert chosen != other
    swatches = page.locator(".chart-people .swatch")
    colours = {swatches.nth(at).evaluate(background) for at in range(swatches.count())}
    assert len(colours) == swatches.count() >= 2
    paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert paper not in colours


def test_nothing_is_animated(window, audiences):
    """So there is nothing to reduce for who asked for less motion."""
    page = window(audiences.home)
    for path in (each for each in audiences.kinds if each.startswith("public/")):
        page.goto(f"{audiences.home}/{path}")
        assert page.evaluate(
            "[...document.querySelectorAll('*')].filter((each) => {"
            " const style = getComputedStyle(each);"
            " return parseFloat(style.transitionDuration) || style.animationName !== 'none'"
            " || style.scrollBehavior === 'smooth'; }).length"
        ) == 0, path  # fmt: skip


def test_a_drawing_is_lettered_at_a_size_that_can_be_read(window, audiences):
    """On a telephone the narrow drawing is shown, not the wide one shrunk."""
    for width in (360, 1280):
        page = window(audiences.home, width=width)
        for path in (each for each in audiences.kinds if each.startswith("public/")):
            page.goto(f"{audiences.home}/{path}")
            heights = page.evaluate(
                "[...document.querySelectorAll('.chart svg text')]"
                ".filter((text) => text.checkVisibility()).map((text) =>"
                " parseFloat(getComputedStyle(text).fontSize)"
                " * text.ownerSVGElement.getBoundingClientRect().width"
                " / text.ownerSVGElement.viewBox.baseVal.width)"
            )
            assert min(heights, default=11) >= 10.5, (path, width)


def test_names_of_every_script_stand_in_their_own_direction(window, audiences: Made) -> None:
    page: Any = window(audiences.home)
    page.goto(f"{audiences.home}/public/index.html")
    found = page.evaluate("""() => {
      const name = document.querySelector("#communities tbody bdi");
      name.textContent = "شبكة المياه (2026)";
      const [a, b] = [name, name.closest("tr").cells[1]].map((e) => e.getBoundingClientRect());
      return { direction: getComputedStyle(name).unicodeBidi, apart: a.right <= b.left };
    }""")
    assert found == {"direction": "isolate", "apart": True}
    assert Path(audiences.folder).is_dir()
