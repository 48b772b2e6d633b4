"""Page `forum-health` of the site: which topics were answered, by category, and who liked.

It is for facilitators: figures that a vendor counts itself are shown to them alone.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TypeVar

from cophub import Page, PageContext
from cophub.page import Block, Chart, Column, Heading, Headline, Headlines, Link, Paragraph, Table

K = TypeVar("K")

DAYS, WEEKS, NEWEST = 30, 12, 10
TITLE = {"en": "Forum health", "fr": "Santé du forum", "es": "Salud del foro"}
SUMMARY = {
    "en": "Topics of the last 30 days and how many were answered, by category of the forum.",
    "fr": "Sujets des 30 derniers jours, et combien ont eu une réponse, par catégorie du forum.",
    "es": "Temas de los últimos 30 días y cuántos tuvieron respuesta, por categoría del foro.",
}
LAST_DAYS = f"in {DAYS} days"
# The connector's own figures: no other counts in topics. A space of several communities comes once
# for each.
COUNTED = """
SELECT source, space, community, name, begins_on, value
FROM metrics WHERE unit = 'topics' AND begins_on >= :since
"""
LIKED = """
SELECT community, count(*) AS likes, count(DISTINCT person) AS people
FROM acts WHERE kind = 'reacted' AND happened_on >= :since
  AND source IN (SELECT source FROM metrics WHERE unit = 'topics')
GROUP BY community ORDER BY likes DESC, community
"""
TOPICS = """
SELECT DISTINCT title, url, space, happened_on
FROM items WHERE kind = 'thread' AND happened_on >= :since
  AND source IN (SELECT source FROM metrics WHERE unit = 'topics')
ORDER BY happened_on DESC, title LIMIT :most
"""


@dataclass
class Counts:
    """The topics of a category on some days."""

    topics: float = 0
    unanswered: float = 0
    communities: set[str] = field(default_factory=set)

    @property
    def answered(self) -> float:
        """How many have an answer; the two figures are not counted at the same moment."""
        return max(self.topics - self.unanswered, 0)

    @property
    def percent(self) -> float | None:
        """Share with an answer; None where there are no topics."""
        return 100 * self.answered / self.topics if self.topics else None


@dataclass(frozen=True)
class Day:
    """What the forum counted of a category on one day."""

    category: tuple[str, str]
    """Source and title."""
    name: str
    on: date
    value: float


def content(ctx: PageContext) -> Iterator[Block]:
    """Headline figures, the weeks, each category, likes, and the newest topics."""
    days, communities = counted(ctx)
    if not days:
        yield Paragraph(
            "Nothing is known of a forum yet: sync a source of the connector discourse, and let its"
            " categories serve communities."
        )
        return
    recent = today(ctx) - timedelta(days=DAYS)
    by_category = grouped((day, day.category) for day in days if day.on >= recent)
    for category, counts in by_category.items():
        counts.communities = communities[category]
    yield headlines(by_category.values())
    parts = [
        Column("answered", "Answered", "number"),
        Column("unanswered", "Not answered", "number"),
    ]
    weeks = list(by_week(ctx, days))
    yield Chart("weeks", "Topics by the week they began", "Week from", parts, weeks)
    yield Heading("By category")
    yield categories(ctx, by_category)
    yield Heading("Likes")
    yield likes(ctx, recent)
    yield Heading("Newest topics")
    yield newest(ctx, recent)


def categories(ctx: PageContext, found: Mapping[tuple[str, str], Counts]) -> Table:
    """Each category, that with most topics first."""
    columns = [
        Column("category", "Category"), Column("communities", "Communities"),
        Column("topics", "Topics", "number"), Column("unanswered", "Not answered", "number"),
        Column("answered", "Answered", "percent"),
    ]  # fmt: skip
    rows = [
        (title, named(ctx, one.communities), one.topics, one.unanswered, one.percent)
        for (_, title), one in sorted(found.items(), key=lambda each: -each[1].topics)
    ]
    return Table("categories", "Topics by category", columns, rows)


def likes(ctx: PageContext, since: date) -> Table:
    """How many likes the posts of these days have, by community, and of how many people."""
    columns = [
        Column("community", "Community", "link"), Column("likes", "Likes", "number"),
        Column("people", "People who liked", "people"),
    ]  # fmt: skip
    rows = [
        (Link(ctx.communities[row["community"]], community=row["community"]), row["likes"],
         row["people"])
        for row in ctx.rows(LIKED, since=since)
    ]  # fmt: skip
    return Table("likes", "Likes by community", columns, rows)


def newest(ctx: PageContext, since: date) -> Table:
    """The newest topics that readers of the page may look into."""
    columns = [
        Column("topic", "Topic", "link"), Column("category", "Category"),
        Column("day", "Day", "day"),
    ]  # fmt: skip
    rows = [
        (Link(row["title"], row["url"]), row["space"], row["happened_on"])
        for row in ctx.rows(TOPICS, since=since, most=NEWEST)
    ]
    return Table("newest", "Newest topics", columns, rows)


def panel(ctx: PageContext) -> Iterator[Block]:
    """The headline figures of one community, where it has topics on a forum."""
    days, communities = counted(ctx)
    recent = today(ctx) - timedelta(days=DAYS)
    ours = [day for day in days if ctx.community in communities[day.category] and day.on >= recent]
    if ours:
        yield headlines(grouped((day, day.category) for day in ours).values())


def counted(ctx: PageContext) -> tuple[list[Day], dict[tuple[str, str], set[str]]]:
    """What forums counted in the last weeks, and the communities that each category serves."""
    monday = today(ctx) - timedelta(days=today(ctx).weekday())
    found: dict[Day, None] = {}
    communities: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in ctx.rows(COUNTED, since=monday - timedelta(weeks=WEEKS - 1)):
        category = (row["source"], row["space"])
        communities[category].add(row["community"])
        found[Day(category, row["name"], row["begins_on"], row["value"] or 0)] = None
    return list(found), communities


def grouped(days: Iterable[tuple[Day, K]]) -> dict[K, Counts]:
    """The sums of the days of each group."""
    sums: dict[K, Counts] = defaultdict(Counts)
    for day, group in days:
        if day.name == "topics":
            sums[group].topics += day.value
        else:
            sums[group].unanswered += day.value
    return sums


def headlines(counts: Iterable[Counts]) -> Headlines:
    """Topics, those without an answer, and the share with one."""
    every = list(counts)
    total = Counts(sum(one.topics for one in every), sum(one.unanswered for one in every))
    share = None if total.percent is None else f"{total.percent:.0f} %"
    return Headlines([
        Headline("Topics", total.topics, LAST_DAYS),
        Headline("Not answered", total.unanswered, LAST_DAYS),
        Headline("Answered", share, LAST_DAYS),
    ])  # fmt: skip


def by_week(ctx: PageContext, days: list[Day]) -> Iterator[tuple[date, list[float]]]:
    """How many of the topics of each week have an answer and how many have none."""
    found = grouped((day, day.on - timedelta(days=day.on.weekday())) for day in days)
    monday = today(ctx) - timedelta(days=today(ctx).weekday())
    for back in reversed(range(WEEKS)):
        week = found[monday - timedelta(weeks=back)]
        yield monday - timedelta(weeks=back), [week.answered, week.unanswered]


def today(ctx: PageContext) -> date:
    """The day on which the page is made, where the hub is."""
    return ctx.now.astimezone(ctx.timezone).date()


def named(ctx: PageContext, keys: Iterable[str]) -> str:
    """The titles of communities."""
    return ", ".join(sorted(ctx.communities[key] for key in keys))


PAGE = Page("forum-health", TITLE, SUMMARY, content, ("facilitators",), panel)
