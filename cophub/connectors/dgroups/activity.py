"""What the moderators' log of each group counts: joins, leaves and other acts by month.

Source: `getactivitylogs` (called `getactivitylog` on some sites): sentences in HTML with a date.
The log grows at its end; a run reads what was added. Nobody is named in what is kept.
"""

import re
from collections import Counter
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import msgspec

from cophub import Item, Metric, Reject
from cophub.connectors.dgroups.apart import Apart
from cophub.connectors.dgroups.client import Ctx, NotThere, api
from cophub.connectors.dgroups.groups import Found, chosen, where_shown
from cophub.connectors.dgroups.payloads import Entry
from cophub.connectors.dgroups.values import shown_text
from cophub.connectors.dgroups.walking import Sheet, Walk
from cophub.connectors.instants import instant
from cophub.connectors.state import State

CALLS = ("getactivitylogs", "getactivitylog")
# As sentences begin after the name of who did it. Joins are told in four ways.
_ACTS = {
    "membership_requests": r"\b(?:requested|asked) (?:membership|to join)|\bapplied\b",
    "leaves": r"\bunsubscribed\b|\bleft\b|\bremoved\b.*@|\bremoved member\b",
    "joins": r"\bsubscribed\b|\baccepted (?:an )?invitation|'s membership\b|\bjoined\b"
    r"|\badded member\b|\badded\b.*@",
    "deleted_messages": r"\bdeleted\b.*\bmessage\b|\bmessage\b.*\bdeleted\b",
    "files_added": r"\b(?:added|uploaded) (?:a |the )?file\b",
    "events_added": r"\b(?:added|created) (?:an |the )?event\b",
}
ACTS = {name: re.compile(sign) for name, sign in _ACTS.items()}


class Log(msgspec.Struct, array_like=True):
    """How far a group's log was read, and what was counted in the latest month."""

    position: int = 0
    row: int = 0
    month: str = ""
    counts: dict[str, int] = {}
    again: bool = False
    """Whether it is read from the beginning because an entry could not be read; not twice."""
    until: datetime | None = None
    """When the latest entry was made; those made before it are counted."""
    ids: list[int] = []
    """The entries made at that instant that are counted."""


class Progress(State, omit_defaults=True):
    """The cursor of the stream, by the groups' ids."""

    groups: dict[str, Log] = msgspec.field(default_factory=dict)


def activity(ctx: Ctx, since: str | None) -> Iterator[Item]:
    """A metric for each month and kind of act (`activity_joins`, `activity_leaves`, ...)."""
    state, taken = Progress.read(since), chosen(ctx)
    keys = {one.key for one in taken}
    state.groups = {key: log for key, log in state.groups.items() if key in keys}
    apart = Apart(ctx, "activity logs")
    for number, one in enumerate(taken):
        ctx.progress("activity", number, len(taken))
        yield from apart.read(one.name, _activity_of(ctx, one, state))
    yield state.checkpoint()
    apart.end()


def _activity_of(ctx: Ctx, one: Found, state: Progress) -> Iterator[Item]:
    # A copy: what was counted of a log that was not read to its end is not kept.
    log = deepcopy(state.groups.get(one.key, Log()))
    reading = _Reading(ctx, one, log)
    part = ("view_activity", "activity log", "metric")
    if (yield from where_shown(ctx, one, *part, reading.items())):
        anew = reading.rejects and not log.again
        log.again = False
        state.groups[one.key] = Log(again=True) if anew else log
        yield state.checkpoint()


@dataclass
class _Reading:
    """The log of one group in one run."""

    ctx: Ctx
    one: Found
    log: Log
    rejects: list[Reject] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.before, self.counted = self.log.until, frozenset(self.log.ids)
        self.months: dict[str, Counter[str]] = {}
        if self.log.month:
            self.months[self.log.month] = Counter(self.log.counts)

    def items(self) -> Iterator[Item]:
        """The months of which something new is known."""
        for sheet in self._sheets():
            for entry in sheet.rows:
                self._count(entry)
            self.log.position = sheet.position
        if self.months:
            self.log.month = max(self.months)
            self.log.counts = dict(self.months[self.log.month])
        yield from self._metrics()
        yield from self.rejects

    def _sheets(self) -> Iterator[Sheet[Entry]]:
        for call in CALLS:
            params = {"group_id": self.one.id, "sort_field": "created", "sort_dir": "asc"}
            walk = Walk(api(self.ctx), call, Entry, params, rejects=self.rejects)
            try:
                yield from walk.sheets(self.log.position, self.log.row or None)
            except NotThere:
                if call == CALLS[-1]:
                    raise
                continue
            return

    def _count(self, entry: Entry) -> None:
        """Count an entry, whatever order they come in, unless an earlier run did."""
        try:
            at = instant(entry.created)
        except ValueError:
            at = None
        if at is None:
            self.rejects.append(
                Reject(reason="an entry of the log has no date", record="metric", key=str(entry.id))
            )
            return
        if self.before and (at < self.before or (at == self.before and entry.id in self.counted)):
            return
        self.months.setdefault(f"{at:%Y-%m}", Counter())[act_of(entry)] += 1
        if self.log.until is None or at > self.log.until:
            self.log.until, self.log.ids = at, []
        if at == self.log.until:
            self.log.ids.append(entry.id)
            self.log.row = entry.id

    def _metrics(self) -> Iterator[Metric]:
        """What each month that was counted comes to, so far."""
        for month, counts in sorted(self.months.items()):
            first = date.fromisoformat(f"{month}-01")
            last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
            for act, count in sorted(counts.items()):
                yield Metric(
                    space=self.one.key, name=f"activity_{act}", period_start=first,
                    period_end=last, value=float(count), unit="acts",
                )  # fmt: skip


def act_of(entry: Entry) -> str:
    """What kind of act an entry tells; `other` for those that nobody counts."""
    text = f"{entry.action or ''} {shown_text(entry.entry)}".replace("_", " ")
    return next((name for name, sign in ACTS.items() if sign.search(text)), "other")
