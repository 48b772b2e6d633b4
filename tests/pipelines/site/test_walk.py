"""A reader walks the site: along every link, with every control, and away with its tables."""

import csv
import io
import unicodedata
from collections import deque
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

import pytest
from python_calamine import CalamineWorkbook

from tests.pipelines.site.browsing import Made
from tests.sizes import sized

LINKS = """() => [
  [...document.querySelectorAll("a[href]")].map((a) => a.getAttribute("href")),
  [...document.querySelectorAll("[id]")].map((each) => each.id),
]"""

# The rows that are shown, each as the texts and the sorting values of its cells.
ROWS = """table => [...table.tBodies[0].rows].filter((row) => !row.hidden).map((row) =>
  [...row.cells].map((cell) => [cell.innerText.trim(), cell.dataset.value ?? null]))"""

# Whether values stand in order: hidden and missing ones last, whichever way.
ORDERED = """([values, kind, down]) => {
  const words = new Intl.Collator(document.documentElement.lang, { numeric: true,
    sensitivity: "base" });
  const told = values.filter((each) => each !== "");
  return values.slice(0, told.length).every((each) => each !== "") && told.every((each, at) => {
    if (!at) return true;
    const apart = kind === "number" ? told[at - 1] - each : words.compare(told[at - 1], each);
    return down ? apart >= 0 : apart <= 0;
  });
}"""


def public(made: Made) -> list[str]:
    return [each for each in made.kinds if each.startswith("public/")]


@pytest.mark.parametrize("site", ["audiences", "languages"])
def test_every_page_is_reached_and_no_link_is_dead(window, request, site):
    """From the front page, along every link; a file that is taken away is there as well."""
    made: Made = request.getfixturevalue(site)
    page = window(made.home)
    waiting, ids, asked = deque(["index.html"]), dict[str, set[str]](), []
    while waiting:
        path = waiting.popleft()
        if path in ids:
            continue
        page.goto(f"{made.home}/{path}")
        links, known = page.evaluate(LINKS)
        ids[path] = set(known)
        for href in links:
            if urlsplit(href).scheme:
                assert urlsplit(href).scheme in ("https", "mailto"), f"{path}: {href}"
                continue
            parts = urlsplit(urljoin(f"/{path}", href))
            target = unquote(parts.path).removeprefix("/")
            assert (made.folder / target).is_file(), f"{path}: {href}"
            asked.append((path, href, target, parts.fragment))
            if target.endswith(".html"):
                waiting.append(target)
    assert sorted(ids) == made.pages
    dead = [f"{a}: {b}" for a, b, to, name in asked if name and unquote(name) not in ids[to]]
    assert dead == []


def csv_rows(path: Path) -> list[list[str]]:
    text = path.read_text("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))[1:]


def test_every_table_is_taken_away_as_csv_and_xlsx_with_all_of_its_rows(window, audiences):
    for audience in ("public", "members", "facilitators"):
        folder = audiences.folder / audience
        files = sorted((folder / "data").glob("*.csv"))
        assert len(files) >= 8
        for file in files:
            book = CalamineWorkbook.from_path(str(file.with_suffix(".xlsx")))
            rows = book.get_sheet_by_index(0).to_python()
            assert len(rows) - 1 == len(csv_rows(file)), file
    page = window(audiences.home, accept_downloads=True)
    page.goto(f"{audiences.home}/public/index.html")
    shown = page.locator("#communities tbody tr").count()
    for kind in ("csv", "xlsx"):
        with page.expect_download() as download:
            page.locator(f"a[href='data/communities.{kind}']").first.click()
        assert download.value.suggested_filename == f"communities.{kind}"
    assert len(csv_rows(audiences.folder / "public/data/communities.csv")) == shown
    page.goto(f"{audiences.home}/public/people.html")
    listed = page.locator("#people tbody tr").count()
    assert len(csv_rows(audiences.folder / "public/data/people.csv")) == listed


def sorted_by(table: Any, head: Any, press: str | None) -> tuple[bool, bool]:
    """Presses a column's head: whether it then says that it goes down, and whether it does."""
    button = head.locator(".sort")
    if press:
        button.press(press)
    else:
        button.click()
    told = head.get_attribute("aria-sort")
    assert told in ("ascending", "descending")
    assert table.locator("[aria-sort]").count() == 1
    at = head.evaluate("each => each.cellIndex")
    cells = [row[at] for row in table.evaluate(ROWS)]
    values = [text if value is None else value for text, value in cells]
    kind, down = head.get_attribute("data-sort"), told == "descending"
    return down, table.page.evaluate(ORDERED, [values, kind, down])


def test_every_column_that_can_be_sorted_is_by_pointer_and_by_keyboard_both_ways(window, audiences):
    """Of every page of the public's, and of those that only others have; every third column, all
    of them with COPHUB_THOROUGH."""
    page, heads = window(audiences.home), 0
    files = {each.partition("/")[2]: each for each in audiences.kinds}
    for path in (files | {each.partition("/")[2]: each for each in public(audiences)}).values():
        page.goto(f"{audiences.home}/{path}")
        for table in page.locator("table[data-sortable]:visible").all():
            many = len(table.evaluate(ROWS))
            for head in table.locator("th[data-sort]").all()[sized(heads % 3, 0) :: sized(3, 1)]:
                heads += 1
                first, ordered = sorted_by(table, head, None)
                second, again = sorted_by(table, head, "Enter")
                third, at_last = sorted_by(table, head, "Space")
                assert (first, second) == (third, not first), path
                assert ordered and again and at_last, (path, head.inner_text())
            assert len(table.evaluate(ROWS)) == many, path
    assert heads >= 8


def test_hidden_figures_stand_last_both_ways_and_numbers_are_not_sorted_as_words(window, audiences):
    page = window(audiences.home)
    page.goto(f"{audiences.home}/public/index.html")
    table = page.locator("#communities")
    members = page.locator("th[data-sort=number]").first
    sorted_by(table, members, None)
    numbers = [int(row[1][0].split("\n")[-1]) for row in table.evaluate(ROWS)]
    assert numbers == sorted(numbers, reverse=True)
    assert max(numbers) > 100 > min(numbers)
    active = page.locator("th[data-sort=number]").nth(1)
    for press in (None, "Enter"):
        sorted_by(table, active, press)
        assert "<5" in table.evaluate(ROWS)[-1][2][0]


def plain(text: str) -> str:
    """Without accents, in capitals."""
    parts = unicodedata.normalize("NFKD", text)
    return "".join(each for each in parts if not unicodedata.combining(each)).upper()


def test_every_search_finds_what_is_there_without_minding_case_and_accents(window, audiences):
    page, searches = window(audiences.home, width=360), 0
    for path in public(audiences):
        page.goto(f"{audiences.home}/{path}")
        for box in page.locator("[data-find]:visible").all():
            searches += 1
            table = page.locator(f"#{box.get_attribute('data-find')}")
            every = table.evaluate(ROWS)
            field, told = box.locator("input"), box.locator("output")
            name = next((r for r in every if not r[0][0].isascii()), every[0])[0][0]
            field.fill(plain(name.split("\n")[0]))
            found = [row[0][0] for row in table.evaluate(ROWS)]
            assert name in found, path
            assert told.inner_text() == f"{len(found)} of {len(every)}", path
            field.fill("zzzz nowhere")
            assert table.evaluate(ROWS) == [], path
            assert told.inner_text() == f"0 of {len(every)}", path
            field.fill("")
            assert table.evaluate(ROWS) == every, path
            assert told.inner_text() == "", path
    assert searches >= 2


def test_every_quarter_is_chosen_by_pointer_and_by_keyboard_without_script(window, audiences):
    for path in ("public/index.html", "facilitators/communities/mercop.html"):
        page = window(audiences.home, java_script_enabled=False)
        page.goto(f"{audiences.home}/{path}")
        for choice in page.locator("fieldset.tabs:has(.panel)").all():
            labels = choice.locator(".tab label").all_inner_texts()
            assert len(labels) == 5
            shown = choice.locator(".panel:visible caption")
            choice.locator(".tab label").nth(3).click()
            assert shown.all_inner_texts()[0].startswith(labels[3])
            choice.locator("input").nth(3).focus()
            page.keyboard.press("ArrowRight")
            assert shown.all_inner_texts()[0].startswith(labels[4])
            assert shown.count() == 1


def test_every_definition_opens_says_what_is_counted_and_gives_the_focus_back(window, audiences):
    """Each once, and with COPHUB_THOROUGH once on each page."""
    page, seen = window(audiences.home), set[tuple[str, str]]()
    for path in public(audiences):
        page.goto(f"{audiences.home}/{path}")
        for button in page.locator("[popovertarget]:visible").all():
            name = button.get_attribute("popovertarget")
            if (place := (sized("", path), name)) in seen:
                continue
            seen.add(place)
            button.press("Enter")
            panel = page.locator(f"#{name}")
            assert panel.is_visible(), (path, name)
            assert len(panel.locator("p").inner_text()) > 20, (path, name)
            page.keyboard.press("Escape")
            assert not panel.is_visible(), (path, name)
            assert button.evaluate("each => each === document.activeElement"), (path, name)
    assert len(seen) > 10


def test_a_reader_changes_the_language_and_comes_back_to_the_same_page(window, languages):
    page = window(languages.home)
    names = {"fr": "Français", "es": "Español", "en": "English"}
    for path in (each for each in languages.kinds if not each.startswith(("fr/", "es/"))):
        page.goto(f"{languages.home}/{path}")
        english = page.locator("main").inner_text()
        for language, name in names.items():
            page.get_by_role("link", name=name, exact=True).click()
            folder = "" if language == "en" else f"{language}/"
            assert page.url == f"{languages.home}/{folder}{path}"
            assert page.evaluate("document.documentElement.lang") == language
            chosen = page.locator(".languages [aria-current]").inner_text()
            assert chosen == name
            assert (page.locator("main").inner_text() == english) == (language == "en"), path


def test_without_script_everything_is_there_and_no_control_does_nothing(window, audiences):
    """What a script adds is not missing: texts are the same, and no button is dead."""
    texts = "[...document.querySelectorAll('main :is(h1, h2, h3, td, th, p, li, dt, dd)')]" \
        ".filter((each) => each.checkVisibility() && !each.closest('.find, .save, .legend'))" \
        ".map((each) => each.textContent.replace(/\\s+/g, ''))"  # fmt: skip
    with_script = window(audiences.home)
    without = window(audiences.home, java_script_enabled=False)
    for path in public(audiences):
        for page in (with_script, without):
            page.goto(f"{audiences.home}/{path}")
        assert without.evaluate(texts) == with_script.evaluate(texts), path
        dead = "button:not([popovertarget]):visible, select:visible, " \
            "input:not([type=radio]):visible, [role=slider]:visible, .find:visible"  # fmt: skip
        assert without.locator(dead).count() == 0, path
        for summary in without.locator("summary:visible").all()[:1]:
            before = without.locator("details[open]").count()
            summary.click()
            assert abs(without.locator("details[open]").count() - before) == 1, path


def test_a_script_in_what_a_vendor_wrote_does_not_run(window, audiences):
    page = window(audiences.home)
    page.goto(f"{audiences.home}/public/communities/wildwest.html")
    assert page.title().startswith("Éxample of <script>")
    assert page.locator("h1").inner_text() == page.title().removesuffix(
        " · Communities of practice"
    )
