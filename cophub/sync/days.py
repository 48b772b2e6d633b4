"""The records of some days, for a backfill: by the stream's own window, or out of a whole read."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, tzinfo
from typing import Any

import msgspec

from cophub.connector import Context, Stream
from cophub.records import (
    UNSET,
    Account,
    Attendance,
    Campaign,
    Delivery,
    Document,
    Event,
    Gone,
    Item,
    Membership,
    Metric,
    Post,
    Reaction,
    Record,
    Space,
)

LANE = "backfill"
"""How the lane of a backfill's cursor begins."""

_DATES: dict[type[Record], tuple[str, ...]] = {
    Membership: ("joined_at", "left_at"),
    Post: ("posted_at",),
    Reaction: ("reacted_at",),
    Event: ("starts_at",),
    Attendance: ("joined_at",),
    Campaign: ("sent_at",),
    Delivery: ("sent_at", "opened_at", "clicked_at"),
    Document: ("created_at", "modified_at"),
}
"""The instants of which one at least is in the days that a record is of."""
_STANDING = (Space, Account)
"""What has no date of its own, and what acts are told of cannot be without."""
_PARENT: dict[type[Record], tuple[type[Record], str]] = {
    Reaction: (Post, "post"),
    Attendance: (Event, "event"),
    Delivery: (Campaign, "campaign"),
}


@dataclass(frozen=True)
class Days:
    """The days from `start` to `end`, both included, of a time zone."""

    start: date
    end: date
    zone: tzinfo = UTC

    @property
    def lane(self) -> str:
        """The lane of the cursor of a backfill of these days."""
        return f"{LANE} {self.start}/{self.end}"

    def has(self, value: object) -> bool:
        """Whether an instant, as a record may hold it, is in these days."""
        if isinstance(value, str):
            try:
                value = datetime.fromisoformat(value)
            except ValueError:
                return True  # whoever stores it says what is wrong with it
        if not isinstance(value, datetime):
            return False
        if value.tzinfo is None:
            return True
        return self.start <= value.astimezone(self.zone).date() <= self.end

    def meet(self, metric: Metric) -> bool:
        """Whether the period of a metric has a day in common with these."""
        first, last = str(metric.period_start)[:10], str(metric.period_end)[:10]
        return first <= self.end.isoformat() and last >= self.start.isoformat()


def aimed(stream: Stream, days: Days) -> Stream:
    """The stream as it reads these days: with its own window, or whole, of which the rest is left.

    A window may give more than was asked for. The cursors are the stream's own, so that a whole
    read that was cut off goes on, too.
    """
    own = stream.backfill

    def extract(ctx: Context[Any], since: str | None) -> Iterator[Item]:
        items = own(ctx, days.start, days.end, since) if own else stream.extract(ctx, since)
        inside, waiting = ctx.shared.setdefault("cophub:days", ({}, {}))
        return _Sieve(days, own is not None, inside, waiting).sift(items)

    return replace(stream, extract=extract)


@dataclass
class _Sieve:
    """Lets through what is of the days, and what that needs."""

    days: Days
    is_window: bool
    """Whether the vendor was asked for the days, so that what has no date is of them, too."""
    _inside: dict[type[Record], set[str]]
    _waiting: dict[tuple[type[Record], str], Record]
    """Events and campaigns of other days: somebody may have come to them in these."""

    def sift(self, items: Iterator[Item]) -> Iterator[Item]:
        """What a whole read yields, less what is of other days or ends something.

        Absence says nothing here, and what the vendor tells of deletions is for the live sync.
        """
        for item in items:
            if isinstance(item, Gone):
                continue
            if not isinstance(item, Record):
                yield item
                continue
            if self._is_wanted(item):
                yield from self._needed(item)
                yield _without_digest(item)

    def _is_wanted(self, record: Record) -> bool:
        kind = type(record)
        if isinstance(record, _STANDING):
            return True
        if isinstance(record, Metric):
            return self.days.meet(record)
        dates = [date for name in _DATES[kind] if (date := getattr(record, name))]
        of_days = any(map(self.days.has, dates)) or (self.is_window and not dates)
        if kind in (Event, Campaign, Post):
            key = str(record.key)  # type: ignore[attr-defined]
            if of_days:
                self._inside.setdefault(kind, set()).add(key)
            elif kind is not Post:
                self._waiting[kind, key] = record
        if parent := _PARENT.get(kind):
            above, name = parent
            of_days = of_days or str(getattr(record, name)) in self._inside.get(above, ())
        return of_days

    def _needed(self, record: Record) -> Iterator[Record]:
        """The event or campaign that a record is of, where it was left out as of another day."""
        if parent := _PARENT.get(type(record)):
            above, name = parent
            found = self._waiting.pop((above, str(getattr(record, name))), None)
            if found is not None:
                yield _without_digest(found)


def _without_digest(record: Record) -> Record:
    # Of the item that it was made of other records may have been left out: the live sync must not
    # take the item for stored.
    if record.digest is UNSET:
        return record
    return msgspec.structs.replace(record, digest=UNSET)


__all__ = ["LANE", "Days", "aimed"]
