"""When a message was posted, out of headers that may lie, and how sure that is."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

EARLIEST = datetime(1975, 1, 1, tzinfo=UTC)
"""No mailing list is older; an earlier date is a clock that was not set."""

_SEPARATOR_DATE = re.compile(
    r"(\w{3}),? +(\w{3}) +(\d{1,2}) +(\d{1,2}:\d\d(?::\d\d)?)"
    r"(?: +([+-]\d{4}|[A-Z]{3,4}))? +(\d{4})"
)


@dataclass(frozen=True, slots=True)
class Window:
    """The dates that are possible in one archive, both ends included."""

    first: datetime
    last: datetime

    def holds(self, moment: datetime | None) -> bool:
        """Whether a message can have been posted then."""
        return moment is not None and self.first <= moment <= self.last

    def clamp(self, moment: datetime) -> datetime:
        """The nearest possible moment."""
        return min(max(moment, self.first), self.last)


@dataclass(frozen=True, slots=True)
class Posted:
    """When a message was posted.

    `basis`: `date`, `zone_missing`, `received`, `separator`, `neighbour` or `clamped`.
    """

    at: datetime
    basis: str


def posted(
    date: str, received: str, separator: str, neighbour: datetime | None, window: Window
) -> Posted:
    """The first possible moment of: Date, Received, the mbox separator, the message before.

    A Date without a zone is taken as UTC and marked. When nothing is possible, the Date (or the
    start of the window) is moved to the nearest end of the window, so that no message is lost.
    """
    stated, has_zone = parse_date(date)
    if stated is not None and window.holds(stated):
        return Posted(stated, "date" if has_zone else "zone_missing")
    arrived, _ = parse_date(received.rpartition(";")[2])
    if arrived is not None and window.holds(arrived):
        return Posted(arrived, "received")
    filed, _ = parse_date(_separator_date(separator))
    if filed is not None and window.holds(filed):
        return Posted(filed, "separator")
    if neighbour is not None:
        return Posted(window.clamp(neighbour), "neighbour")
    return Posted(window.clamp(stated or window.first), "clamped")


def parse_date(text: str) -> tuple[datetime | None, bool]:
    """The instant that `text` states, in UTC, and whether it stated a zone; None when none."""
    text = " ".join(text.split())
    if not text:
        return None, False
    moment = _parse(text)
    if moment is None:
        return None, False
    try:
        if moment.tzinfo is not None:
            return moment.astimezone(UTC), True
        # "-0000" is UTC from a place that is not told: a zone, though Python gives none.
        return moment.replace(tzinfo=UTC), bool(re.search(r"-0000\b", text))
    except (OverflowError, ValueError):
        return None, False


def _parse(text: str) -> datetime | None:
    for parse in (parsedate_to_datetime, datetime.fromisoformat):
        try:
            return parse(text)
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
    return None


def _separator_date(separator: str) -> str:
    """The date of `From user at host  Thu Jan 15 13:22:25 2015`, as a header would write it."""
    found = _SEPARATOR_DATE.search(separator)
    if not found:
        return ""
    return f"{found[1]}, {found[3]} {found[2]} {found[6]} {found[4]} {found[5] or ''}"


def window(created: datetime | None, now: datetime) -> Window:
    """What is possible in a list created then (None: unknown), read now: up to a day ahead."""
    return Window(created or EARLIEST, now + timedelta(days=1))
