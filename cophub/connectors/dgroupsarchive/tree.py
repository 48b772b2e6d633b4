"""The communities of a site, their tree, and how they are by their own numbers."""

from collections.abc import Iterator
from datetime import date, timedelta
from urllib.parse import urlsplit

from cophub import CophubError, Item, Metric, Space
from cophub.connectors.dgroupsarchive.client import Community, Ctx
from cophub.connectors.dgroupsarchive.dates import instant
from cophub.connectors.dgroupsarchive.payloads import Activity, Stats
from cophub.http.parse import MISUNDERSTOOD, reject

WEEKS = "/stats/weeklyactivity"
COUNTS = (
    ("members", "members", "people"),
    ("contributions", "contributions", "messages"),
    ("contributors", "contributors", "people"),
    ("countries", "countries", "countries"),
)
"""What `/stats/basic` counts: the field, the metric, its unit."""


def communities(ctx: Ctx, since: str | None) -> Iterator[Item]:
    """Each community with its place in the tree, its numbers of today, and its activity by week.

    Source: v2 `/stats/basic` and `/stats/weeklyactivity`.
    """
    paths, failures = taken(ctx), list[CophubError]()
    for number, path in enumerate(paths, 1):
        ctx.progress("communities", number, len(paths))
        try:
            stats = Community(ctx, path).one("/stats/basic", Stats)
        except CophubError as error:
            failures += left_out(ctx, path, "numbers", error)
            continue
        try:
            items = list(parse_stats(ctx, stats, path, paths))
        except MISUNDERSTOOD as error:
            yield reject(stats, error, "space")
        else:
            yield from items
    for root in roots(ctx.settings.communities):
        try:
            yield from weeks_below(ctx, root, paths)
        except CophubError as error:
            failures += left_out(ctx, root, "weekly activity", error)
    if failures:
        raise failures[0]


def left_out(ctx: Ctx, path: str, what: str, error: CophubError) -> list[CophubError]:
    """Tell that something of a community is not read; it fails the stream when the rest is."""
    ctx.log.warning("%s of %s are left for the next run: %s", what, path, error)
    return [error]


def parse_stats(ctx: Ctx, stats: Stats, path: str, paths: list[str]) -> Iterator[Item]:
    """A community and its numbers; they have no date but that of the run."""
    yield Space(
        key=path,
        kind="list",
        title=stats.display_name or path,
        url=f"{ctx.settings.host}/{path}",
        parent=parent_of(path, paths),
        native_member_count=stats.members,
        native_post_count=stats.contributions,
        extra={
            "first_contribution": _iso(stats.first_contribution),
            "last_contribution": _iso(stats.last_contribution),
            "age": stats.age,  # in a unit that is not documented, so it dates nothing
        },
    )
    today = ctx.now.date()
    for field, name, unit in COUNTS:
        value = getattr(stats, field)
        if value is not None:
            yield Metric(
                space=path, name=name, period_start=today, period_end=today, value=float(value),
                unit=unit, observed_at=ctx.now,
            )  # fmt: skip


def _iso(text: str | None) -> str | None:
    at = instant(text)
    return at.isoformat() if at else None


def weeks_below(ctx: Ctx, root: str, paths: list[str]) -> Iterator[Item]:
    """The weekly activity of a community and all below it, as far as they are taken."""
    rows, rejects = activity(ctx, root)
    yield from rejects
    for row in rows:
        if row == Activity():
            yield reject(row, KeyError("WeeklyActivity"), "metric")
            continue
        path = path_of(row, ctx.settings.host) or root
        if path in paths:
            yield from weeks_of(row, path, ctx.now.date())


def activity(ctx: Ctx, root: str) -> tuple[list[Activity], list[Item]]:
    """The weekly activity of the subtree of a community; asked once a run."""
    shared = ctx.shared.setdefault("dgroupsarchive activity", {})
    if root not in shared:
        given = {"LastActivityWithinDays": ctx.settings.activity_days}
        shared[root] = Community(ctx, root).many(WEEKS, Activity, **given)
    rows, rejects = shared[root]
    return rows, list(rejects)


def weeks_of(row: Activity, path: str, today: date) -> Iterator[Metric]:
    """A metric per week, the last one ending today. The vendor does not date them: they are taken
    to be the weeks up to today, oldest first."""
    counts = row.weekly_activity or []
    monday = today - timedelta(days=today.weekday())
    for back, count in enumerate(reversed(counts)):
        start = monday - timedelta(weeks=back)
        yield Metric(
            space=path,
            name="weekly_activity",
            period_start=start,
            period_end=start + timedelta(days=6),
            value=float(count),
            unit="messages",
        )


def taken(ctx: Ctx) -> list[str]:
    """The paths of the communities to take, parents first; with `subtree`, those below too."""
    paths = set(ctx.settings.communities)
    if ctx.settings.subtree:
        for root in roots(ctx.settings.communities):
            rows, _ = activity(ctx, root)
            found = (path_of(row, ctx.settings.host) for row in rows)
            paths |= {path for path in found if path and path.startswith(f"{root}/")}
    return sorted(paths)


def roots(paths: list[str]) -> list[str]:
    """Those that lie below no other."""
    return [path for path in paths if not any(path.startswith(f"{one}/") for one in paths)]


def parent_of(path: str, paths: list[str]) -> str | None:
    """The nearest one above."""
    above = path.rpartition("/")[0]
    while above and above not in paths:
        above = above.rpartition("/")[0]
    return above or None


def path_of(row: Activity, host: str) -> str | None:
    """The path in a row's address, which may be whole or a path only."""
    for text in (row.uri, row.short_uri):
        if text and text.strip():
            path = urlsplit(text.strip()).path.strip("/")
            if path:
                return path
    return None
