"""A page of a plugin that has one of every block, for whichever audience."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import altair as alt

from cophub import Page, PageContext
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
from cophub.pipelines.site.added.model import Added
from cophub.pipelines.site.added.parts import parts_of
from cophub.pipelines.site.model import Site

HOSTILE = "<script>document.title='got in'</script>"
DAY = date(2026, 3, 2)
COLUMNS = [
    Column("who", {"en": "Group", "fr": "Groupe", "es": "Grupo"}, "link"),
    Column("words", "Words"), Column("things", "Things", "number"),
    Column("writers", "Writers", "people"), Column("answered", "Answered", "percent"),
    Column("day", "Newest", "day"), Column("at", "At", "instant"),
]  # fmt: skip


def line(data: alt.NamedData) -> alt.LayerChart:
    """An author's own chart, of two layers."""
    base = alt.Chart(data).encode(x="row:O", y=alt.Y("value:Q", title=None), color="series:N")
    return base.mark_line() + base.mark_point(filled=True)


def sample_rows(count: int) -> Iterator[tuple[object, ...]]:
    """Of every third row the writers are few."""
    for n in range(count):
        group = Link(f"Group {n} {HOSTILE}", "https://lists.example.org/", None)
        home = Link(f"Group {n}", community="mercop")
        at = datetime(2026, 3, 1, 9, 30, tzinfo=UTC) + timedelta(hours=n)
        yield (
            home if n % 2 else group, f"by somebody{n}@example.org", 7 * n,
            3 if n % 3 == 0 else about(1_234 * n, 20 + n), about(12.5, 3 if n % 3 == 0 else 40),
            DAY + timedelta(days=n) if n else None, at,
        )  # fmt: skip


def blocks(count: int = 12) -> Iterator[Block]:
    """One of each."""
    yield Headlines([
        Headline("Writers", people(4), "in 30 days"), Headline("Topics", 1234.5),
        Headline("Newest", DAY), Headline("Nothing", None),
    ])  # fmt: skip
    yield Paragraph(
        {"en": "{n} topics by {few} people since {day}. {{}}", "fr": "{n} sujets depuis {day}."},
        {"n": 12_345, "few": people(2), "day": DAY},
    )
    yield Heading({"en": "Groups", "fr": "Groupes"})
    yield Table(
        "groups", {"en": "All groups", "fr": "Tous les groupes"}, COLUMNS, [*sample_rows(count)]
    )
    series = [Column("asked", "Asked", "people"), Column("answered", "Answered", "number")]
    weeks = [(DAY + timedelta(weeks=n), [n * n if n else 3, 40 - n]) for n in range(12)]
    yield Chart("weeks", {"en": "By week", "fr": "Par semaine"}, "Week", series, weeks, line)
    groups = [(f"A group with a rather long name, number {n}", [9 + n, None]) for n in range(6)]
    yield Chart("bars", "By group", "Group", series, groups)
    yield Links([Link("The forum", "https://forum.example.org/"), Link("No way", "javascript:1")])


def content(ctx: PageContext) -> Iterator[Block]:
    yield from blocks()


def panel(ctx: PageContext) -> Iterator[Block]:
    yield Table("mine", f"Of {ctx.community}", COLUMNS[:3], [row[:3] for row in sample_rows(3)])


PAGE = Page("sample", {"en": "A sample", "fr": "Un exemple", "es": "Un ejemplo"},
            "One of every block.", content, ("public", "members", "facilitators"),
            panel)  # fmt: skip


def with_sample(site: Site) -> Site:
    """The site with that page, and a panel of it on the page of its first community."""
    parts = parts_of(blocks(), site.audience)
    table = Table("mine", "Of one", COLUMNS[:3], [row[:3] for row in sample_rows(3)])
    mine = parts_of([table], site.audience)
    panels = {site.communities[0].key: mine}
    return replace(site, added=(Added(PAGE.name, PAGE.title, PAGE.summary, parts, panels),))
