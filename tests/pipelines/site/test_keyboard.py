"""The keyboard alone, from the top of every kind of page to its end: WCAG 2.1, 2.4 and 2.5."""

from typing import Any

import pytest

from tests.pipelines.site.browsing import Made, come_alive
from tests.sizes import sized

# What the focus is on now: its place in the document, whether one sees that, and all of it.
FOCUSED = """() => {
  const at = document.activeElement;
  if (!at || at === document.body || at === document.documentElement) return null;
  const marked = at.matches(".tab input, .choice input") ? at.nextElementSibling : at;
  const style = getComputedStyle(marked);
  const box = marked.getBoundingClientRect();
  const wide = parseFloat(style.outlineWidth);
  // A link that goes on in the next line: the middle of all of it may lie beside both parts.
  const line = marked.getClientRects()[0] ?? box;
  const middle = [line.left + line.width / 2, line.top + Math.min(line.height / 2, 300)];
  const over = document.elementFromPoint(...middle);
  return {
    name: `${at.tagName} ${at.className} ${(at.getAttribute("aria-label") ?? at.innerText ?? "")
      .slice(0, 50)}`,
    place: all.indexOf(at),
    outlined: style.outlineStyle !== "none" && wide >= 2 && style.outlineColor !== "transparent",
    apart: contrast(style.outlineColor, behind(marked.parentElement)),
    onscreen: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
    covered: !(over && (marked.contains(over) || over.contains(marked))),
  };
}"""

PREPARE = """() => {
  window.all = [...document.querySelectorAll("*")];
  const parts = (colour) => colour.match(/[\\d.]+/g).map(Number);
  window.behind = (element) => {
    for (let each = element; each; each = each.parentElement) {
      const colour = getComputedStyle(each).backgroundColor;
      if (parts(colour).length < 4 || parts(colour)[3] > 0) return colour;
    }
    return "rgb(255, 255, 255)";
  };
  const luminance = (colour) => {
    const [r, g, b] = parts(colour).slice(0, 3).map((each) => {
      const share = each / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  window.contrast = (a, b) => {
    const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y);
    return (light + 0.05) / (dark + 0.05);
  };
  const stops = "a[href], button, input, select, summary, [tabindex='0']";
  return [...document.querySelectorAll(stops)].filter((each) => each.checkVisibility({
    visibilityProperty: true }) && !(each.matches("[type=radio]") && !each.checked)
    && !each.closest("[popover]:not(nav)")).length;
}"""


def stops(page: Any) -> list[dict[str, Any]]:
    """Every stop from the top of the page until the keyboard leaves it."""
    found: list[dict[str, Any]] = []
    for _ in range(1500):
        page.keyboard.press("Tab")
        stop = page.evaluate(FOCUSED)
        if stop is None or (found and stop["place"] == found[0]["place"]):
            return found
        found.append(stop)
    raise AssertionError(f"the keyboard does not leave the page: {found[-3:]}")


@pytest.mark.parametrize(("width", "scheme", "nth"), [(1280, "light", 0), (360, "dark", 1)])
def test_the_keyboard_alone_gets_everywhere_in_order_and_is_always_seen(
    window, audiences: Made, width, scheme, nth
):
    """Each kind of page on one of the screens, and with COPHUB_THOROUGH on both."""
    page = window(audiences.home, width=width, color_scheme=scheme)
    wrong = []
    kinds = sorted(each for each in audiences.kinds if each.startswith("public/"))
    for path in sized(kinds[nth::2], kinds):
        page.goto(f"{audiences.home}/{path}")
        come_alive(page)
        page.evaluate("scrollTo(0, 0)")
        many = page.evaluate(PREPARE)
        found = stops(page)
        if len(found) != many:
            wrong.append(f"{path}: {many} stops, but the keyboard makes {len(found)}")
        if [each["place"] for each in found] != sorted(each["place"] for each in found):
            wrong.append(f"{path}: not in the order of the page")
        for each in found:
            seen = each["outlined"] and each["apart"] >= 3 and each["onscreen"]
            if not seen or each["covered"]:
                wrong.append(f"{path}: {each}")
    assert wrong == []


def test_the_first_stop_leads_past_the_navigation(window, audiences):
    page = window(audiences.home)
    page.goto(f"{audiences.home}/public/index.html")
    page.keyboard.press("Tab")
    assert page.locator(":focus").inner_text() == "Skip to the content"
    assert page.locator(":focus").bounding_box()["x"] >= 0
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
