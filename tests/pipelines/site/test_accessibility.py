"""WCAG 2.2 AA by axe: every page, everything in it opened, in each width and colour scheme."""

from collections.abc import Sequence
from itertools import chain
from typing import Any

import pytest

from tests.pipelines.site import axe
from tests.pipelines.site.browsing import Made, Window, come_alive
from tests.sizes import sized

WIDE, NARROW = 1280, 360
Look = tuple[int, str, str]
"""A width, a colour scheme, and which rules are asked about."""
LOOKS: dict[str, tuple[Look, ...]] = {
    "public": ((WIDE, "light", "all"), (WIDE, "dark", "of colours"),
               (NARROW, "light", "others"), (NARROW, "dark", "of colours")),
    "members": ((WIDE, "light", "all"), (NARROW, "dark", "of colours")),
    "facilitators": ((NARROW, "light", "all"), (WIDE, "dark", "of colours")),
}  # fmt: skip
"""A width changes what is there, a scheme its colours: no pair of them is left out."""


def looks_of(audience: str, at: int) -> Sequence[Look]:
    """How a page is looked at: of more than two looks, those between the first and the last take
    turns from page to page."""
    first, *between, last = LOOKS[audience]
    return first, *sized(between[at % len(between) :][:1] if between else [], between), last


OPEN_ALL = "() => { for (const each of document.querySelectorAll('details')) each.open = true; }"


def wrong_with(page: Any, address: str, looks: Sequence[Look]) -> list[str]:
    """What is wrong with the page at an address, everything in it opened, in each of the looks."""
    page.goto(address)
    page.evaluate(OPEN_ALL)
    found = []
    for width, scheme, rules in looks:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        path = "/".join(address.split("/")[-3:])
        found += [f"{path} | {width} px, {scheme} | {each}" for each in axe.look(page, rules)]
    return found


def armed(window: Window, made: Made) -> Any:
    page = window(made.home)
    axe.arm(page)
    return page


@pytest.mark.parametrize("audience", LOOKS)
def test_axe_finds_nothing_in_any_kind_of_page_for_any_audience(window, audiences, audience):
    page = armed(window, audiences)
    kinds = [each for each in audiences.kinds if each.startswith(f"{audience}/")]
    assert len(kinds) >= 3
    found = [
        wrong_with(page, f"{audiences.home}/{path}", looks_of(audience, at))
        for at, path in enumerate(kinds)
    ]
    assert [*chain(*found)] == []


def test_axe_finds_nothing_in_any_other_page(window, audiences):
    """The pages of the same kinds have the same colours; one is seen wide, the next narrow."""
    page = armed(window, audiences)
    others = {*audiences.pages} - {each for each in audiences.kinds if "/" in each}
    addresses = [f"{audiences.home}/{each}" for each in sorted(others)[:: sized(3, 1)]]
    found = [
        wrong_with(page, address, [((WIDE, NARROW)[at % 2], "light", "others")])
        for at, address in enumerate(addresses)
    ]
    assert len(found) > sized(5, 12)
    assert [*chain(*found)] == []


def test_axe_finds_nothing_in_any_page_of_another_language(window, languages):
    page = armed(window, languages)
    kinds = [each for each in languages.kinds if each.startswith(("fr/", "es/"))]
    addresses = [f"{languages.home}/{each}" for each in kinds[:: sized(2, 1)]]
    found = [
        wrong_with(page, address, [((WIDE, NARROW)[at % 2], "light", "others")])
        for at, address in enumerate(addresses)
    ]
    assert len(found) >= 6
    assert [*chain(*found)] == []


@pytest.mark.parametrize(("width", "scheme"), [(WIDE, "light"), (NARROW, "dark")])
def test_axe_finds_nothing_in_charts_that_answer(window, audiences, width, scheme):
    page = armed(window, audiences)
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)
    alive, found = 0, []
    for path in (each for each in audiences.kinds if each.startswith("public/")):
        page.goto(f"{audiences.home}/{path}")
        if count := come_alive(page):
            alive += count
            found += [f"{path} | {each}" for each in axe.look(page, within="[data-chart]")]
    assert alive >= 5
    assert found == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_a_definition_that_is_open(window, audiences, scheme):
    page = armed(window, audiences)
    page.emulate_media(color_scheme=scheme)
    page.goto(f"{audiences.home}/public/index.html")
    page.locator("[popovertarget]:visible").first.click()
    assert page.locator(".what-panel:popover-open").is_visible()
    assert axe.look(page, within=".what-panel:popover-open") == []


MISTAKES = """() => {
  document.querySelector("main").insertAdjacentHTML("afterbegin", "<p id=poor>Read</p>"
    + "<input><button></button><b tabindex=3>x</b>"
    + "<div id=small><button>a</button><button>b</button></div>"
    + "<svg><text>drawn</text></svg>");
  const style = new CSSStyleSheet();
  style.replaceSync("#poor { color: #ccc } main svg text { fill: #ddd }"
    + "#small > * { width: 9px; height: 9px; margin: 0; padding: 0; border: 0 }");
  document.adoptedStyleSheets.push(style);
}"""


def test_a_mistake_of_each_kind_is_found_and_named(window, audiences):
    """So that silence above means something."""
    page = armed(window, audiences)
    page.goto(f"{audiences.home}/public/index.html")
    asked = axe.ask(page)
    assert asked["told"] == []
    assert {"color-contrast", "target-size", "region", "html-has-lang"} <= {*asked["passed"]}
    page.evaluate(MISTAKES)
    found = "\n".join(axe.look(page))
    for rule in ("label", "button-name", "color-contrast", "target-size", "tabindex", "too pale"):
        assert f"wrong | {rule} | " in found, rule
    assert "Form elements must have labels | <input>" in found
    assert axe.look(page, "others") != []
    assert axe.look(page, "of colours") != []
