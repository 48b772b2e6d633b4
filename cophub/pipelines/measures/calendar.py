"""Quarters and months in the hub's time zone, as instants; SQLite knows no zones, so Python does.

A span holds the instants from `starts` up to, not including, `ends`.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from cophub.pipelines.measures import scopes
from cophub.warehouse.staging import execute, fill, settle

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
"""Older dates are a vendor's zero, not a fact about a community; they count as this one."""

COLUMNS = (
    "utc_month TEXT, starts <instant>, ends <instant>, month TEXT, m INTEGER, quarter TEXT,"
    " q INTEGER, shift BIGINT, last_day INTEGER, acts INTEGER, asks INTEGER,"
    " PRIMARY KEY (utc_month, starts)"
)
"""Of the staged table `calendar`: each local month, cut at the ends of the months of UTC, and
where clocks are changed.

`shift` is by how many seconds local time is ahead of UTC, and `last_day` the number of the last
day of its quarter, or of today. `acts` is 1 where acts of the quarter are counted, `asks` where
threads that began in it are; else they are 0."""

_FIRST_DAY = date(1970, 1, 1)


@dataclass(frozen=True)
class Span:
    """A quarter or a month; `number` counts from the first one of its calendar."""

    number: int
    name: str
    starts: datetime
    ends: datetime


@dataclass(frozen=True)
class Calendar:
    """All quarters and months from the first fact up to `now`, which is the last instant in it."""

    quarters: tuple[Span, ...]
    months: tuple[Span, ...]
    now: datetime
    zone: ZoneInfo

    @property
    def running(self) -> int:
        """The number of the quarter that is not over."""
        return len(self.quarters) - 1

    @property
    def cutoff(self) -> datetime:
        """Just after now: what happens at this very instant has happened."""
        return self.now + timedelta(microseconds=1)

    def looked_at(self, q: int) -> int:
        """When the figures of a quarter are told, in seconds since 1970: at its end, or now."""
        return int(min(self.quarters[q].ends, self.now).timestamp())

    def last_day(self, q: int) -> int:
        """The last day of a quarter, or today, by its number: how many are before it since 1970."""
        if q == self.running:
            return day_number(self.now, self.zone)
        return day_number(self.quarters[q + 1].starts, self.zone) - 1

    def quarter_of(self, instant: datetime) -> int:
        """The number of the quarter of an instant; 0 for what was before the first."""
        inside = (span.number for span in self.quarters if span.starts <= instant < span.ends)
        return next(inside, 0 if instant < self.quarters[0].starts else len(self.quarters) - 1)


def make_calendar(first: datetime, now: datetime, zone: ZoneInfo) -> Calendar:
    """The calendar from the quarter of `first` to that of `now`."""
    start = min(max(first, EARLIEST), now).astimezone(zone)
    year, month = start.year, 3 * ((start.month - 1) // 3) + 1
    months: list[Span] = []
    quarters: list[Span] = []
    while _local_midnight(year, month, zone) <= now:
        for _ in range(3):
            following = (year + month // 12, month % 12 + 1)
            bounds = (_local_midnight(year, month, zone), _local_midnight(*following, zone))
            months.append(Span(len(months), f"{year}-{month:02}", *bounds))
            year, month = following
        third = months[-3:]
        name = f"{third[0].name[:4]}Q{(int(third[0].name[5:]) + 2) // 3}"
        quarters.append(Span(len(quarters), name, third[0].starts, third[-1].ends))
    past = [span for span in months if span.starts <= now]
    return Calendar(tuple(quarters), tuple(past), now, zone)


def _local_midnight(year: int, month: int, zone: ZoneInfo) -> datetime:
    return datetime(year, month, 1, tzinfo=zone).astimezone(UTC)


def stage_calendar(connection: Connection, calendar: Calendar) -> None:
    """Fill the staged table `calendar`."""
    last_days = [calendar.last_day(quarter.number) for quarter in calendar.quarters]
    rows = [
        {
            "utc_month": f"{starts:%Y-%m}",
            "starts": starts,
            "ends": ends,
            "month": month.name,
            "m": month.number,
            "quarter": calendar.quarters[month.number // 3].name,
            "q": month.number // 3,
            "shift": _shift(starts, calendar.zone),
            "last_day": last_days[month.number // 3],
            "acts": 1,
            "asks": 1,
        }
        for month in calendar.months
        for starts, ends in _pieces(month.starts, min(month.ends, calendar.cutoff), calendar.zone)
    ]
    fill(connection, "calendar", rows)
    settle(connection, "calendar")


def _pieces(
    starts: datetime, ends: datetime, zone: ZoneInfo
) -> Iterator[tuple[datetime, datetime]]:
    """A span, cut where a month begins in UTC, and where clocks are changed."""
    while starts < ends:
        year, month = starts.year + starts.month // 12, starts.month % 12 + 1
        cut = _clocks_changed(starts, min(ends, datetime(year, month, 1, tzinfo=UTC)), zone)
        yield starts, cut
        starts = cut


def _clocks_changed(starts: datetime, ends: datetime, zone: ZoneInfo) -> datetime:
    """The first second of a span at which local time is not as far from UTC as at its beginning.

    The end of the span where there is none.
    """
    shift = _shift(starts, zone)
    before = starts
    while before < ends:
        after = min(before + timedelta(days=1), ends)
        if _shift(after, zone) != shift:
            while after - before > timedelta(seconds=1):
                half = max(1, (after - before) // timedelta(seconds=2))
                between = before + timedelta(seconds=half)
                if _shift(between, zone) == shift:
                    before = between
                else:
                    after = between
            return after
        before = after
    return ends


def _shift(instant: datetime, zone: ZoneInfo) -> int:
    offset = instant.astimezone(zone).utcoffset() or timedelta()
    return int(offset.total_seconds())


def day_number(instant: datetime, zone: ZoneInfo) -> int:
    """The local day of an instant: how many days are between it and 1970."""
    return (instant.astimezone(zone).date() - _FIRST_DAY).days


def earliest(connection: Connection, counted: str) -> datetime:
    """The first instant of the quarters that are counted, as acts or as asks.

    The staged calendar says as much, but only once a row has been joined to it.
    """
    sql = f"SELECT min(starts) FROM calendar WHERE {counted} = 1"
    return scopes.instant(execute(connection, sql).scalar_one())


def at(instant: str, calendar: str = "calendar") -> str:
    """The condition that joins the staged calendar to an instant.

    The month of UTC makes it an equality, which both databases can hash; the bounds alone would
    have each of a million posts compared with each of a hundred months.
    """
    return (
        f"{calendar}.utc_month = <utc month of>({instant}, <month form>)"
        f" AND {instant} >= {calendar}.starts AND {instant} < {calendar}.ends"
    )


def among(quarters: Iterable[int]) -> str:
    """The condition of being one of these quarters, by number; numbers are planned for best."""
    return f"IN ({', '.join(map(str, sorted(quarters)))})"
