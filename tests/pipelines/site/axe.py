"""axe-core, as the package axe-playwright-python bundles it, asked about a page that is open."""

from typing import Any

from axe_playwright_python.base import AXE_SCRIPT

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
"""WCAG 2.2 is 2.1 and 2.0 and more, and each has tags of its own."""
OF_COLOURS = ["color-contrast", "link-in-text-block"]
"""The rules whose answer another colour scheme can change."""

# What is wrong, and what axe leaves to a person, but for colours that it cannot decide on: in
# drawings, in what scrolls, and in what lies above the page. Those are marked for `TOO_PALE`.
_LOOK = """
async ([context, options]) => {
  for (const each of document.querySelectorAll(".undecided")) each.classList.remove("undecided");
  const found = await axe.run(context ?? document, {
    ...options, resultTypes: ["violations", "incomplete"], elementRef: true,
  });
  const told = [];
  const tell = (kind, rules) => {
    for (const rule of rules) for (const node of rule.nodes) {
      if (kind === "undecided" && rule.id === "color-contrast") {
        node.element.classList.add("undecided");
        continue;
      }
      const why = [...node.any, ...node.all, ...node.none].map((each) => each.message).join("; ");
      told.push([kind, rule.id, rule.help, node.html.slice(0, 240), why]);
    }
  };
  tell("wrong", found.violations);
  tell("undecided", found.incomplete);
  return { told, passed: found.passes.map((rule) => rule.id) };
}
"""

# Texts whose colours axe cannot decide on: those that are less than 4.5 : 1 from what is behind.
TOO_PALE = """
() => {
  const parts = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const behind = (element) => {
    for (let each = element; each; each = each.parentElement) {
      const colour = parts(getComputedStyle(each).backgroundColor);
      if (colour.length < 4 || colour[3] > 0) return colour;
    }
    return [255, 255, 255];
  };
  const luminance = (colour) => {
    const [r, g, b] = colour.slice(0, 3).map((each) => {
      const share = each / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  // A text with a stroke is the halo behind another.
  const texts = document.querySelectorAll(".undecided, main svg text, :popover-open *");
  const seen = [...texts].filter((text) => text.checkVisibility() && !text.closest("text[stroke]"));
  return seen.filter((text) => {
    const style = getComputedStyle(text);
    const colours = [parts(text.closest("svg") ? style.fill : style.color), behind(text)];
    const [dark, light] = colours.map(luminance).sort((a, b) => a - b);
    return (light + 0.05) / (dark + 0.05) < 4.5;
  }).map((text) => `wrong | too pale | ${text.outerHTML}`);
}
"""


def arm(page: Any) -> None:
    """Puts axe into every document that is opened in the page from now on."""
    page.context.add_init_script(AXE_SCRIPT)


def look(page: Any, rules: str = "all", within: str | None = None) -> list[str]:
    """What is wrong in the page, or in the element `within`: rule, help, element and why in a line.

    `rules` are "all" of `TAGS`, those "of colours", or the "others".
    """
    told = [" | ".join(each) for each in ask(page, rules, within)["told"]]
    return told if rules == "others" else told + page.evaluate(TOO_PALE)


def ask(page: Any, rules: str = "all", within: str | None = None) -> dict[str, Any]:
    """What axe answers: what it `told`, and which rules `passed`."""
    options: dict[str, Any] = {"runOnly": {"type": "tag", "values": TAGS}}
    if rules == "of colours":
        options = {"runOnly": {"type": "rule", "values": OF_COLOURS}}
    elif rules == "others":
        options["rules"] = {each: {"enabled": False} for each in OF_COLOURS}
    answer: dict[str, Any] = page.evaluate(_LOOK, [within, options])
    return answer
