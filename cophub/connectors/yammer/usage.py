"""Numbers that the vendor counts itself: members and messages today, activity per day, roles.

The groups activity report has no ids: a row is joined to a community by its name, and only where
one community has it. Names that are concealed are not guessed.
Source: REST group `stats`; Graph v1.0 `/reports/getYammerGroupsActivityDetail(date=...)` and
`/employeeExperience/roles`.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta

import msgspec

from cophub import AuthError, Context, Item, Metric, Reject
from cophub.connectors.microsoft.consent import REPORTS, ROLES
from cophub.connectors.microsoft.graph import GraphPage, graph_pages
from cophub.connectors.microsoft.reports import Concealed, ReportRow, report_rows
from cophub.connectors.state import State
from cophub.connectors.yammer.groups import Found, chosen, graph_client, listed, sees_groups
from cophub.connectors.yammer.settings import Settings
from cophub.http import parse_each

Ctx = Context[Settings]
REPORT = "reports/getYammerGroupsActivityDetail"
DAYS = 27
"""How far back the vendor gives single days: 28 with the last."""
COUNTS = (("Posted Count", "posts"), ("Read Count", "reads"), ("Liked Count", "likes"))
NAME = "Group Display Name"


class Progress(State, omit_defaults=True):
    """The cursor: the last day whose report was read."""

    day: date | None = None


class Role(msgspec.Struct, kw_only=True, rename="camel"):
    """A role in the network."""

    id: str
    display_name: str | None = None


class RoleMember(msgspec.Struct, kw_only=True, rename="camel"):
    """Somebody who has a role."""

    id: str
    user_id: str | None = None


def usage(ctx: Ctx, since: str | None) -> Iterator[Item]:
    """Members and messages of each community today, what was done per day, and who has a role.

    A D30 report would be a trailing sum, of which two must never be added: so single days are
    asked for, each once.
    """
    if not sees_groups(ctx.settings):
        return
    progress = Progress.read(since)
    yield from stats(ctx, chosen(ctx))
    if "graph" in ctx.settings.ways:
        yield from roles(ctx)
        yield from activity(ctx, progress)


def stats(ctx: Ctx, groups: list[Found]) -> Iterator[Item]:
    """What a group's own counts say today."""
    today = ctx.now.date()
    for group in groups:
        counts = group.rest.stats if group.rest else None
        found = (
            ("members", counts.members, "people"),
            ("messages_total", counts.updates, "messages"),
        ) if counts else ()  # fmt: skip
        for name, value, unit in found:
            if value is not None:
                yield Metric(
                    space=group.key, name=name, period_start=today, period_end=today,
                    value=float(value), unit=unit, observed_at=ctx.now,
                )  # fmt: skip


def roles(ctx: Ctx) -> Iterator[Item]:
    """How many people have each role in the network; left out where nobody may ask."""
    client, today = graph_client(ctx), ctx.now.date()
    try:
        listing: Iterator[GraphPage[Role]] = graph_pages(
            client, "employeeExperience/roles", kind=Role, needs=ROLES
        )
        for page in listing:
            yield from page.rejects
            for role in page.value:
                path = f"employeeExperience/roles/{role.id}/members"
                pages: Iterator[GraphPage[RoleMember]] = graph_pages(
                    client, path, kind=RoleMember, needs=ROLES
                )
                count = sum(len(one.value) for one in pages)
                yield Metric(
                    subject=role.display_name or role.id, name="role_members", period_start=today,
                    period_end=today, value=float(count), unit="people", observed_at=ctx.now,
                )  # fmt: skip
    except AuthError as error:
        ctx.log.info("roles are left out: %s", error)


def activity(ctx: Ctx, progress: Progress) -> Iterator[Item]:
    """Messages posted, read and liked in each community, for each day that was not read yet."""
    client = graph_client(ctx)
    keys = unique_names(listed(ctx).groups)
    taken = {one.key for one in chosen(ctx)}
    try:
        found = [*report_rows(ctx, client, f"{REPORT}(period='D7')")]
        yield from (row for row in found if isinstance(row, Reject))
        last = next((row.on for row in found if isinstance(row, ReportRow)), None)
        day = max(
            filter(None, (progress.day, last and last - timedelta(days=DAYS + 1))), default=last
        )
        while last and day and day < last:
            day += timedelta(days=1)
            told = [*report_rows(ctx, client, f"{REPORT}(date={day})")]
            yield from (row for row in told if isinstance(row, Reject))
            rows = [row for row in told if isinstance(row, ReportRow)]
            doubled = repeated(rows)
            given = {"day": day, "keys": keys, "taken": taken, "doubled": doubled}
            yield from parse_each(rows, parse_activity, ctx=ctx, **given)
            progress.day = day
            yield progress.checkpoint()
    except Concealed as concealed:
        ctx.log.warning("%s", concealed)
    except AuthError as error:
        ctx.log.warning("activity is not read without %s: %s", REPORTS, error)


def parse_activity(
    row: ReportRow,
    ctx: Ctx,
    day: date,
    keys: dict[str, str],
    taken: set[str],
    doubled: set[str],
) -> Iterator[Metric]:
    """The counts of one community on one day; those that were not measured are left out."""
    name = (row.values[NAME] or "").lower()
    key = keys.get(name)
    if key is None or key not in taken or name in doubled or row.flag("Is Deleted"):
        return
    for column, metric in COUNTS:
        count = row.count(column)
        if count is not None:
            yield Metric(
                space=key, name=metric, period_start=day, period_end=day, value=float(count),
                unit="messages", observed_at=ctx.now,
            )  # fmt: skip


def unique_names(groups: list[Found]) -> dict[str, str]:
    """Keys by name, of all groups whose name no other has; letter case aside."""
    names = Counter(one.title.lower() for one in groups)
    return {one.title.lower(): one.key for one in groups if names[one.title.lower()] == 1}


def repeated(rows: list[ReportRow]) -> set[str]:
    """The names that more than one row has."""
    names = Counter((row.values.get(NAME) or "").lower() for row in rows)
    return {name for name, count in names.items() if count > 1}
