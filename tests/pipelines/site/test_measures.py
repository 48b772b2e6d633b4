"""The measures of communities on their pages, on the page of all of them, and in their tables."""

import csv
import io
import re
from dataclasses import replace

import pytest
from lxml import html

from cophub.pipelines.site.across import Across
from cophub.pipelines.site.comparing import COMMUNITIES_TO_A_PAGE, MEASURED, letter, newest
from cophub.pipelines.site.definitions import DEFINITIONS
from cophub.pipelines.site.formats import FEW, WITHHELD, cell
from cophub.pipelines.site.model import Quarter
from cophub.pipelines.site.pages import pages
from cophub.pipelines.site.panels import GROUPS, level_bar, spark
from cophub.pipelines.site.voices import ENGLISH
from cophub.warehouse.definitions import REGISTRY, measures_of


def pick(node, *steps):
    """Elements below others: each step is a tag, a class after a point, or both."""
    path = ""
    for step in steps:
        tag, *classes = step.split(".")
        has = "".join(f"[contains(concat(' ', @class, ' '), ' {each} ')]" for each in classes)
        path += f"//{tag or '*'}{has}"
    return node.xpath(f".{path}")


def words(node):
    return " ".join(node.text_content().split())


@pytest.fixture(scope="module")
def page(files):
    return html.fromstring(files["communities/mercop.html"])


@pytest.fixture(scope="module")
def compared(files):
    return html.fromstring(files["measures.html"])


def test_every_measure_has_its_place_on_both_pages_and_a_definition():
    names = {each.name for each in measures_of("community")}
    assert {name for _, measures in GROUPS.values() for name in measures} == names
    assert set(MEASURED) == {each.name for each in REGISTRY if each.group != "across"}
    assert len(MEASURED) == len(set(MEASURED))
    assert names - DEFINITIONS.keys() <= {"members", "active", "engaged", "posts", "documents"}


def test_a_community_has_each_measure_with_every_quarter_a_trend_and_its_definition(page, invented):
    rows = pick(page, ".measure-grid", ".by-quarter", "tbody", "tr")
    assert len(rows) == len(measures_of("community"))
    for row in rows:
        assert (
            len([each for each in pick(row, "td.num") if re.search(r" q\d", each.get("class"))])
            == len(invented.quarters) + 1
        )
        assert len(pick(row, "svg.spark", "rect")) == len(invented.quarters)
        target = pick(row, "button")[0].get("popovertarget")
        assert page.get_element_by_id(target) is not None


def test_a_figure_that_is_missing_says_why_and_is_never_nothing(page):
    rows = pick(page, ".by-quarter", "tbody", "tr")
    row = next(each for each in rows if "first answer" in words(each))
    assert "No thread of the quarter is answered." in row.text_content()
    assert [each.text for each in pick(row, "td.num")[:5]] == ["–"] * 5


def test_moves_are_told_hidden_or_not_known(page):
    told, hidden, unknown = (words(pick(page, ".group-levels", f"div.m{n}")[-1]) for n in (0, 1, 2))
    assert "From" in told
    assert "is not published for this quarter" in hidden
    assert unknown == ""


def test_channels_tell_whom_they_reach_and_how_many_have_no_name(page):
    text = words(pick(page, ".group-channels")[0])
    assert "list on lists" in text
    assert "1 channel is not named here" in text
    assert "2 channels are not named here" in text


def test_levels_are_one_bar_unless_one_of_them_is_hidden(invented):
    def quarter(**cells):
        row = invented.measured[0].rows[0]
        named = (replace(row, measure=name, value=value) for name, value in cells.items())
        return Quarter("2026Q1", tuple(named))

    levels = {"level_core": cell(10, 10), "level_active": cell(30, 30),
              "level_peripheral": cell(60, 60)}  # fmt: skip
    assert re.findall(r'width="([\d.]+)"', level_bar(quarter(**levels))) == ["10", "30", "60"]
    assert level_bar(quarter(**levels | {"level_core": FEW})) == ""


def test_a_trend_leaves_the_place_of_what_is_hidden_empty(invented):
    three = invented.measured[:3]
    drawn = spark([cell(10, 10), WITHHELD, cell(5, 5)], three, ENGLISH)
    bars = re.findall(r'class="(\S+?)( zero)?" x="(\d+)" y="\S+" width="4" height="(\S+)"', drawn)
    assert bars == [("b2", "", "0", "12"), ("b1", " zero", "5", "1"), ("b0", "", "10", "24")]
    assert "10 in Q1 2026, at most 10 in Q1 2026" in drawn
    assert "No quarter has a figure" in spark([FEW, FEW, FEW], three, ENGLISH)


def test_all_measures_of_all_communities_stand_in_one_table(compared, invented):
    heads = pick(compared, "table.compared", "thead", "tr")[-1].findall("th")
    rows = pick(compared, "table.compared", "tbody", "tr")
    assert len(heads) == 1 + len(MEASURED)
    assert all(head.get("data-sort") for head in heads)
    assert len(rows) == len(invented.communities)
    assert all(len(row) == len(heads) for row in rows)
    spans = [int(each.get("colspan")) for each in pick(compared, ".group-heads", "th")]
    assert sum(spans) == len(MEASURED)
    region = pick(compared, ".sweep")[0]
    assert (region.get("tabindex"), region.get("role")) == ("0", "region")


def test_the_table_is_of_the_quarter_that_has_ended_and_there_is_one_of_the_running(
    compared, files, invented
):
    assert newest(invented) == {"ended": "2025Q4", "running": "2026Q1"}
    assert "Q4 2025" in words(compared.get_element_by_id("measures-title"))
    links = [each.get("href") for each in pick(compared, ".pills", "a")]
    assert links == ["measures.html", "measures-running.html"]
    assert (
        "Q1 2026"
        in html.fromstring(files["measures-running.html"]).get_element_by_id("measures-title").text
    )
    only = replace(invented, measured=invented.measured[:1])
    assert newest(only) == {"ended": "2026Q1"}
    assert newest(replace(invented, measured=())) == {}


def test_a_missing_figure_bears_the_letter_of_its_reason(compared):
    reasons = [each.text for each in pick(compared, ".reasons", "li")]
    place = MEASURED.index("first_answer_hours")
    row = pick(compared, "table.compared", "tbody", "tr")[0]
    missing = row.findall("td")[place]
    assert missing.get("data-value") == ""
    mark = pick(missing, "sup")[0].text
    assert reasons["abcdefghijklmnopqrstuvwxyz".index(mark)] == (
        "No thread of the quarter is answered."
    )


def test_no_dash_stands_without_the_letter_of_its_reason(compared):
    dashes = [each for each in pick(compared, "table.compared", "td") if (each.text or "") == "–"]
    assert dashes
    assert all(pick(each, "sup") for each in dashes)
    assert [letter(number) for number in (1, 26, 27, 53)] == ["a", "z", "aa", "ba"]


def test_a_quiet_community_is_marked(invented):
    newest_ = invented.measured[1]
    days = next(row for row in newest_.rows if row.measure == "days_quiet")
    for since, marks in ((120, 1), (89, 0)):
        rows = (replace(days, value=cell(since, None)),)
        first = replace(invented.communities[0], measured=(Quarter("2025Q4", rows),))
        site = replace(invented, communities=(first,), measured=invented.measured[1:],
                       together=Across())  # fmt: skip
        made = {str(each.path): str(each.content) for each in pages(site)}
        assert made["measures.html"].count("quiet for 120 days") == marks


def test_many_communities_are_parted_into_pages_below_300_kb(invented):
    first = invented.communities[0]
    many = tuple(replace(first, key=f"c{n}", months=(), trend=(), threads=(), newsletters=())
                 for n in range(COMMUNITIES_TO_A_PAGE + 3))  # fmt: skip
    site = replace(invented, communities=many, months=(), together=Across())
    sizes = {str(p.path): len(str(p.content).encode()) for p in pages(site)
             if str(p.path).startswith("measures")}  # fmt: skip
    assert sizes.keys() == {"measures.html", "measures-2.html", "measures-running.html",
                            "measures-running-2.html"}  # fmt: skip
    assert max(sizes.values()) < 300_000


def test_the_overview_shows_posts_and_answers_of_the_quarter_that_has_ended(files):
    table = html.fromstring(files["index.html"]).get_element_by_id("communities")
    heads = [words(each) for each in pick(table, "thead", "th")]
    assert any(each.startswith("Posts") and each.endswith("Q4 2025") for each in heads)
    cells = pick(pick(table, "tbody", "tr")[0], ".with-spark")
    assert [bool(pick(each, "svg.spark")) for each in cells] == [True, True]


def test_tables_hold_what_the_pages_show(files, invented):
    def read(name):
        return list(csv.DictReader(io.StringIO(files[f"data/{name}.csv"])))

    measures = read("measures")
    assert {row["measure"] for row in measures if not row["community"]} == {
        each.name for each in REGISTRY if each.group != "quarter"
    }
    missing = [row for row in measures if row["measure"] == "first_answer_hours"]
    assert {(row["value"], row["note"]) for row in missing} == {
        ("", "No thread of the quarter is answered.")
    }
    assert all("fewer than 5" in row["note"] for row in read("moves") if not row["value"])
    assert {row["kind"] for row in read("channels")} == {"list", "meeting room"}
