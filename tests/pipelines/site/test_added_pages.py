"""Pages that plugins add: what they may ask, what is shown of it to whom, and what is refused."""

import csv
import io
import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import altair as alt
import pytest
from python_calamine import CalamineWorkbook

from cophub import Page, PageContext, PipelineContext, PluginError
from cophub.page import (
    Block,
    Chart,
    Column,
    Heading,
    Headline,
    Headlines,
    Link,
    Links,
    Paragraph,
    Table,
    about,
    people,
)
from cophub.pipelines import site as pipeline
from cophub.pipelines.site import publications
from cophub.pipelines.site.across import Across
from cophub.pipelines.site.added.parts import MOST_ROWS, parts_of
from cophub.pipelines.site.added.readable import OF_PEOPLE
from cophub.pipelines.site.audiences import AUDIENCES
from cophub.pipelines.site.model import Site
from cophub.pipelines.site.voices import voices
from cophub.plugins import KINDS
from tests.pipelines.site.added_sample import COLUMNS, PAGE, blocks, sample_rows, with_sample
from tests.pipelines.site.conftest import NOW
from tests.pipelines.site.test_audiences import plant
from tests.pipelines.site.test_weight import MOST, weights

EVERYBODY = ("public", "members", "facilitators")
Publish = Callable[..., tuple[dict[str, str], list[str]]]


@pytest.fixture
def publish(rows: Any, warehouse: Any) -> Publish:
    """The HTML and CSV of a hub with canaries and these pages, and what was warned of."""

    def publish_now(*pages: Page, **settings: Any) -> tuple[dict[str, str], list[str]]:
        warned: list[str] = []
        context = PipelineContext(
            pipeline.Settings(**settings), warehouse, NOW, ZoneInfo("UTC"), warn=warned.append,
            pages=tuple(replace(page, origin="a test") for page in pages),
        )  # fmt: skip
        files = {str(each.path): each.content for each in pipeline.run(context)}
        return {p: c for p, c in files.items() if isinstance(c, str)}, warned

    plant(rows)
    return publish_now


def page(content: Callable[[PageContext], Iterable[Block]], *audiences: Any, **more: Any) -> Page:
    return Page("test", "Test", "A test.", content, audiences or EVERYBODY, **more)


def small(invented: Site, audience: str) -> Site:
    """The site of one community, which is soon made."""
    first = replace(invented.communities[0], months=(), measured=())
    return replace(invented, audience=AUDIENCES[audience], communities=(first,), directory=(),
                   together=Across())  # fmt: skip


def sample(invented: Site, audience: str = "public", language: str = "en") -> dict[str, Any]:
    """Files of the site of one community with the sample in it."""
    site = with_sample(small(invented, audience))
    [voice] = voices([language])
    return {str(each.path): each.content for each in publications(site, voice, [voice])}


# --- what a page may ask ---------------------------------------------------------------------


def test_a_page_is_for_facilitators_unless_it_says_more(publish: Publish) -> None:
    files, warned = publish(Page("test", "Test", "A test.", lambda ctx: ()), audiences=EVERYBODY)
    assert [path for path in files if "pages/test" in path] == ["facilitators/pages/test.html"]
    assert warned == []
    assert "pages/test.html" in files["facilitators/index.html"]
    assert "pages/test.html" not in files["members/index.html"] + files["public/index.html"]


def test_a_site_without_audiences_has_the_pages_for_members(publish: Publish) -> None:
    seen: list[str] = []
    told = page(lambda ctx: seen.append(ctx.audience) or (), "members")
    files, _ = publish(told, replace(told, name="other", audiences=("facilitators", "public")))
    assert seen == ["members"]
    assert {path for path in files if path.startswith("pages/")} == {"pages/test.html"}


def test_tables_about_people_are_for_facilitators_alone(publish: Publish) -> None:
    def asking(ctx: PageContext, table: str) -> Iterable[Block]:
        yield Paragraph("canary-asked {n}", {"n": len(ctx.rows(f"SELECT * FROM {table}"))})

    tables = [*OF_PEOPLE, "brokers"]
    asked = [replace(page(partial(asking, table=each)), name=each) for each in tables]
    files, warned = publish(*asked, audiences=EVERYBODY)
    assert len(tables) == len(warned) == 5
    for table, line in zip(tables, warned, strict=True):
        assert "canary-asked" in files[f"facilitators/pages/{table}.html"]
        for audience in ("public", "members"):
            told = files[f"{audience}/pages/{table}.html"]
            assert "This could not be made." in told and "canary-asked" not in told
        assert line == (
            f'page "{table}" of a test could not be made for public (PluginError: the table'
            f' "{table}" is not for the audience "public": leave that out of the page\'s audiences,'
            " or ask for it only where ctx.audience may know it) (and 1 more)"
        )


def test_facilitators_are_told_nothing_of_secret_spaces(publish: Publish, rows: Any) -> None:
    """Whoever is in one alone, what they did there, and what its vendor counts of it."""
    account = {"source": "lists", "account": "a99"}
    rows.add("person", {"id": "hush", "name": "canary-hush", "kind": "person", "listed": False,
                        "created_at": NOW})  # fmt: skip
    rows.add("person_account", account | {"person": "hush"})
    rows.add("membership", account | {"space": "secret", "status": "active"})
    rows.add("post", account | {"key": "hush", "space": "secret", "thread": "hush",
                                "posted_at": NOW - timedelta(days=1)})  # fmt: skip
    for space in ("secret", "private"):
        rows.add("metric", {"source": "lists", "space": space, "subject": "", "value": 7,
                            "name": f"hush-{space}", "period_start": NOW.date(),
                            "period_end": NOW.date()})  # fmt: skip
    told: dict[str, str] = {}

    def asking(ctx: PageContext) -> Iterable[Block]:
        told.update({each: str(ctx.rows(f"SELECT * FROM {each}")) for each in OF_PEOPLE})
        return ()

    assert publish(page(asking, "facilitators"), audiences=["facilitators"])[1] == []
    assert all("'p1'" in told[each] for each in ("acts", "members", "persons"))
    assert "hush-private" in told["metrics"]
    assert [each for each in told if "'hush'" in told[each] or "hush-secret" in told[each]] == []


REFUSED = (
    "ATTACH DATABASE 'hub.db' AS hub", "PRAGMA database_list", "CREATE TABLE a (b)",
    "DELETE FROM items", "SELECT readfile('hub.db')", "SELECT load_extension('x')",
    "SELECT * FROM post", "SELECT * FROM pragma_database_list", "SELECT 1; SELECT 2",
    "SELECT * FROM items WHERE title = :nothing", "VACUUM INTO 'copy.db'", "DROP TABLE items",
)  # fmt: skip


def test_a_page_can_do_nothing_but_select_from_its_tables(publish: Publish) -> None:
    refused: list[str] = []

    def asking(ctx: PageContext) -> Iterable[Block]:
        before = ctx.rows("SELECT * FROM items")
        for sql in REFUSED:
            try:
                ctx.rows(sql)
            except PluginError:
                refused.append(sql)
        assert ctx.rows("SELECT * FROM items") == before != []
        return ()

    assert publish(page(asking, "facilitators"), audiences=["facilitators"])[1] == []
    assert tuple(refused) == REFUSED


def test_items_are_those_that_readers_may_look_into_and_days_are_those_of_the_hub(
    publish: Publish, rows: Any
) -> None:
    late = NOW.replace(hour=23, minute=30) - timedelta(days=4)
    rows.add("document", {"source": "lists", "key": "d", "space": "commons", "title": "Guide",
                          "url": "https://x.example.org/d", "created_at": late})  # fmt: skip
    rows.add("event", {"source": "lists", "key": "e", "space": "private", "title": "Call",
                       "starts_at": NOW + timedelta(days=9)})  # fmt: skip
    told: dict[str, list[Any]] = {}

    def asking(ctx: PageContext) -> Iterable[Block]:
        told[ctx.audience] = ctx.rows("SELECT * FROM items WHERE happened_at > :since "
                                      "ORDER BY title", since=NOW - timedelta(days=30))  # fmt: skip
        return ()

    publish(page(asking), audiences=EVERYBODY)
    public = [(each["kind"], each["title"], each["community"]) for each in told["public"]]
    assert public == [("thread", "A thread by c***@example.org", "open"),
                      ("document", "Guide", "open")]  # fmt: skip
    assert told["members"] == told["public"]
    assert {each["title"] for each in told["facilitators"]} == {
        "Guide", "Call", "A thread by c***@example.org", "canary-private-post",
        "canary-unknown-post", "canary-p-post",
    }  # fmt: skip
    assert told["public"][1] | {"space": "", "source": ""} == {
        "kind": "document", "title": "Guide", "community": "open", "source": "", "space": "",
        "url": "https://x.example.org/d", "happened_at": late, "happened_on": late.date(),
    }  # fmt: skip


def test_tables_of_the_site_are_as_readers_take_them_away(publish: Publish) -> None:
    told: dict[str, Any] = {}

    def asking(ctx: PageContext) -> Iterable[Block]:
        [told[ctx.audience]] = ctx.rows(
            "SELECT value, note FROM quarters WHERE community = 'open' AND measure = 'seats'"
        )
        return ()

    publish(page(asking), audiences=EVERYBODY)
    assert told["facilitators"]["value"] == 777.125
    assert told["members"]["value"] is told["public"]["value"] is None
    assert "fewer than 5" in told["public"]["note"]


# --- what is shown ---------------------------------------------------------------------------


def test_figures_about_few_people_are_hidden_from_all_but_facilitators(invented: Site) -> None:
    """In what stands large, in words, in tables, charts and files."""
    for audience, hides in (("public", True), ("members", True), ("facilitators", False)):
        files = sample(invented, audience)
        html, table = files["pages/sample.html"], files["data/pages/sample-groups.csv"]
        assert (">4<" in html.split("</dl>")[0]) is not hides
        assert ("by 2 people" in html) is not hides
        row = next(csv.DictReader(io.StringIO(table)))
        assert (row["writers"], row["answered"]) == (("", "") if hides else ("3", "12.5"))
        assert ("fewer than 5 people" in row["writers_note"]) is hides
        assert ('"series":"asked","value":3}' in html) is not hides
        book = CalamineWorkbook.from_filelike(io.BytesIO(files["data/pages/sample-groups.xlsx"]))
        assert (book.get_sheet_by_index(0).to_python()[1][4] == 3.0) is not hides


def test_where_one_number_of_people_is_hidden_another_is_too() -> None:
    columns = [Column("name", "Name"), Column("a", "A", "people"), Column("b", "B", "people")]
    table = Table("t", "T", columns, [("x", 3, 20), ("y", 9, 30), ("z", 40, 50)])
    [grid] = parts_of([table], AUDIENCES["public"])
    told = [[cell.text for cell in row[1:]] for row in grid.rows]
    assert told == [["<5", "–"], ["–", "–"], ["40", "50"]]
    [grid] = parts_of([table], AUDIENCES["facilitators"])
    assert [[cell.value for cell in row[1:]] for row in grid.rows] == [[3, 20], [9, 30], [40, 50]]


def test_every_text_is_escaped_and_no_address_is_told(invented: Site) -> None:
    html = sample(invented)["pages/sample.html"]
    assert "Group 0 &lt;script&gt;" in html and "<script>document" not in html
    assert "by s***@example.org" in html
    assert "javascript:1" not in html and "<bdi>No way</bdi>" in html
    assert 'href="../communities/mercop.html"' in html


def test_texts_numbers_and_days_are_those_of_the_language(invented: Site) -> None:
    french = sample(invented, language="fr")["pages/sample.html"]
    assert "<h1>Un exemple</h1>" in french
    assert "12\u202f345 sujets depuis 2 mars 2026." in french
    assert "One of every block." in french  # of which there is no French
    english = sample(invented)["pages/sample.html"]
    assert "12,345 topics by &lt;5 people since 2 Mar 2026. {{}}" in english


def test_a_long_table_is_cut_on_its_page_and_whole_in_its_file(invented: Site) -> None:
    site = with_sample(small(invented, "public"))
    [added] = site.added
    parts = parts_of(blocks(1_234), site.audience)
    site = replace(site, added=(replace(added, parts=parts),))
    files = {str(each.path): each.content for each in publications(site, *_english())}
    html = str(files["pages/sample.html"])
    assert "The first 200 of 1,234; all of them are in the table to take away." in html
    assert html.count('role="rowheader"') == MOST_ROWS
    assert len(str(files["data/pages/sample-groups.csv"]).splitlines()) == 1_235
    bare, whole = weights(html)
    assert bare < MOST / 3 and whole < MOST


def test_as_much_as_a_page_may_hold_weighs_less_than_300_kb(invented: Site) -> None:
    long = "What was learned from it, at some length. " * 60
    much: list[Block] = [Paragraph(long)] * 48
    much += [Table(f"t{n}", "T", COLUMNS, [*sample_rows(50)]) for n in range(12)]
    site = with_sample(small(invented, "public"))
    [added] = site.added
    site = replace(site, added=(replace(added, parts=parts_of(much, site.audience)),))
    html = next(str(each.content) for each in publications(site, *_english())
                if each.path == "pages/sample.html")  # fmt: skip
    assert weights(html)[0] < MOST


def _english() -> Any:
    [voice] = voices(["en"])
    return voice, [voice]


def test_a_panel_stands_on_the_page_of_each_community_that_has_one(publish: Publish) -> None:
    def panel(ctx: PageContext) -> Iterable[Block]:
        if ctx.community == "open":
            yield Paragraph("A panel of {title}.", {"title": ctx.communities["open"]})

    told = page(lambda ctx: (), community=panel)
    files, warned = publish(told, audiences=["members"])
    assert "A panel of Open community." in files["members/communities/open.html"]
    assert '<a href="../pages/test.html">Test</a>' in files["members/communities/open.html"]
    with_panel = [path for path in files if 'id="page-test"' in files[path]]
    assert with_panel == ["members/communities/open.html"]
    assert warned == []


# --- charts ----------------------------------------------------------------------------------

SERIES = [Column("a", "A", "people"), Column("b", "B", "number")]
POINTS: list[Any] = [(date(2026, 3, 2), [3, 10]), (date(2026, 3, 9), [12, None])]


def test_what_is_hidden_is_not_in_the_data_of_a_chart(invented: Site) -> None:
    html = sample(invented)["pages/sample.html"]
    assert html.count("<figure") == 2
    assert html.count('class="at-wide"><svg') == 2
    assert '{"row":"9 Mar 2026","series":"asked","value":1}' not in html
    assert '{"row":"16 Mar 2026","series":"asked","value":0}' in html  # as what is hidden
    assert '"series":"answered","value":0}' not in html  # of which nothing is known


WRONG: tuple[tuple[Any, str], ...] = (
    (lambda data: alt.Chart(alt.InlineData(values=[{"v": 3}])).mark_bar(), "data of its own"),
    (lambda data: alt.Chart("https://example.org/a.csv").mark_bar(), "data of its own"),
    (lambda data: alt.Chart(data).mark_bar() | alt.Chart(data).mark_bar(), "not one view"),
    (lambda data: alt.Chart(data).mark_bar().properties(width=90), "has a width"),
    (lambda data: 1 / 0, "division by zero"),
    (lambda data: {"mark": "bar", "encoding": {"x": {"field": "row", "type": "nowhere"}},
                   "data": {"name": "figures"}}, "ValueError"),
)  # fmt: skip


def test_a_chart_that_cannot_be_drawn_is_told(publish: Publish) -> None:
    def drawing(ctx: PageContext, draw: Any) -> Iterable[Block]:
        yield Chart("c", "C", "Week", SERIES, POINTS, draw)

    drawn = [replace(page(partial(drawing, draw=draw), "members"), name=f"chart-{n}")
             for n, (draw, _) in enumerate(WRONG)]  # fmt: skip
    files, warned = publish(*drawn, audiences=["members"])
    for n, (line, (_, wrong)) in enumerate(zip(warned, WRONG, strict=True)):
        assert wrong in line
        assert "This could not be made." in files[f"members/pages/chart-{n}.html"]


# --- what is refused -------------------------------------------------------------------------

NAME = [Column("a", "A")]


@pytest.mark.parametrize(
    ("block", "wrong"),
    [
        ("<b>bold</b>", "it yields a str, and blocks are Heading, Paragraph"),
        (Heading(""), "'' is no text"),
        (Paragraph({"fr": "Bonjour"}), 'one in "en"'),
        (Headlines([Headline("A", n) for n in range(7)]), "more than 6 figures"),  # type: ignore[arg-type]
        (Headlines([Headline("A", [1])]), "a list cannot be shown"),  # type: ignore[list-item]
        (Table("a b", "T", NAME, []), "is a word of a to z"),
        (Table("t", "T", [], []), "need names"),
        (Table("t", "T", [Column("a", "A", "money")], []), 'no kind of a column'),  # type: ignore[arg-type]
        (Table("t", "T", NAME, [("x", "y")]), 'row 1 of table "t" has 2 values for 1 columns'),
        (Table("t", "T", NAME, [("x",), (5,)]), "row 2 of table \"t\" has a int in column a"),
        (Table("t", "T", [Column("a", "A", "number")], [(people(3),)]), "has a Figure in column a"),
        (Table("t", "T", [Column("a", "A", "day")], [(NOW,)]), "has a datetime in column a"),
        (Table("t", "T", [Column("a", "A", "number")], [({"en": "x"},)]), "has a dict in column"),
        (Chart("c", "C", "Week", NAME, []), "1 to 4 series of figures"),
        (Chart("c", "C", "Week", SERIES, [POINTS[0], POINTS[0]]), "the same label"),
    ],
)  # fmt: skip
def test_what_cannot_be_shown_is_refused_with_the_place(block: Any, wrong: str) -> None:
    with pytest.raises(PluginError, match=re.escape(wrong)):
        parts_of([block], AUDIENCES["public"])


def test_more_blocks_than_a_page_holds_are_refused_without_end() -> None:
    def endless() -> Iterable[Block]:
        while True:
            yield Heading("Again")

    with pytest.raises(PluginError, match="more than 60 blocks"):
        parts_of(endless(), AUDIENCES["public"])
    twice = [Table("t", "T", NAME, []), Table("t", "T", NAME, [])]
    with pytest.raises(PluginError, match='are called "t"'):
        parts_of(twice, AUDIENCES["public"])


def test_a_page_that_breaks_the_contract_is_told_why() -> None:
    [kind] = (each for each in KINDS if each.name == "page")
    assert list(kind.wrong(PAGE)) == []
    assert list(kind.wrong("page")) == ["is not a cophub.Page; cophub_pages returns a list of them"]
    broken = Page("No Name", {"fr": "Titre"}, "", None, ("everybody",))  # type: ignore[arg-type]
    assert [line.partition(";")[0] for line in kind.wrong(broken)] == [
        "needs a name of lower case letters, digits, - and _",
        "needs a summary of one line",
        'needs a title and a summary: a text, or texts by language with one in "en"',
        "has a content or community that is not a function",
        "is for everybody",
    ]


def test_a_figure_is_typed_by_whom_it_is_about() -> None:
    assert people(3) == about(3, 3)
    figures = [Headline("A", about(40, people=3)), Headline("B", about(40, people=5))]
    [large] = parts_of([Headlines(figures), Links([Link("x", None)])], AUDIENCES["members"])[:1]
    assert [each.value.text for each in large.figures] == ["<5", "40"]


def test_a_page_that_raises_stops_nothing_else(publish: Publish) -> None:
    def failing(ctx: PageContext) -> Iterable[Block]:
        yield Heading("canary-half")
        raise KeyError("a line\nand canary-second-line")

    well = replace(page(lambda ctx: [Heading("All is well")]), name="well")
    files, [warned] = publish(page(failing, community=failing), well, audiences=EVERYBODY)
    assert warned == (
        'page "test" of a test could not be made for public (KeyError: \'a line\\nand'
        " canary-second-line') (and 7 more)"
    )
    for audience in EVERYBODY:
        told = files[f"{audience}/pages/test.html"]
        assert "This could not be made. The other pages are as they should be." in told
        assert "canary" not in told and "KeyError" not in told
        assert "All is well" in files[f"{audience}/pages/well.html"]
        assert "This could not be made." in files[f"{audience}/communities/open.html"]
        assert "This could not be made." not in files[f"{audience}/index.html"]
