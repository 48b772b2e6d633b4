"""The times of a crontab line, as Debian's cron keeps them through the changes of clocks.

A time of day comes once a day: of the hour that comes twice in autumn the first is meant, and what
falls into the hour that is left out in spring comes right after it. Lines whose minute or hour
begins with `*` mean what the clock shows, each time it does.
"""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

_FIELDS = "minute hour day month weekday"


def check_cron(line: str) -> str:
    """The line, when it is one of five fields; raises ValueError that says what is wrong."""
    fields = line.split()
    if len(fields) != 5:
        raise ValueError(
            f'"{line}" has {len(fields)} fields and needs 5: {_FIELDS},'
            ' such as "0 2 * * *" for two in the morning'
        )
    try:
        CronSim(line, datetime.now(UTC))
    except CronSimError as error:
        wrong = str(error).removeprefix("Bad ").replace("-", " ").replace("day of week", "weekday")
        raise ValueError(
            f'"{line}" is not a crontab line: its {wrong} cannot be; the fields are {_FIELDS},'
            ' such as "0 2 * * 1-5" for two in the morning on weekdays'
        ) from None
    return line


@lru_cache(maxsize=256)
def next_cron(line: str, after: datetime, zone: ZoneInfo) -> datetime | None:
    """The first time of the line later than `after`, an instant in UTC; None where none comes.

    `zone` is where the line's clock stands.
    """
    minute, hour, *_ = line.split()
    if minute.startswith("*") or hour.startswith("*"):
        return _next_shown(line, after, zone)
    for found in CronSim(line, after.astimezone(zone)):
        at = found.astimezone(UTC)
        # In the hour that comes twice, cronsim goes by the clock's face: once more may be back.
        if at > after:
            return at
    return None


def _next_shown(line: str, after: datetime, zone: ZoneInfo) -> datetime | None:
    """The next instant at which the clock shows a time of the line.

    cronsim goes by whole hours, and errs where clocks change by half an hour or at midnight; so it
    is asked for faces of the clock, from one change of clocks to the next.
    """
    since = after.replace(microsecond=0) + timedelta(seconds=1)
    while True:
        offset = _offset(since, zone)
        # cronsim begins a second after what it is given.
        face = (since + offset).replace(tzinfo=None) - timedelta(seconds=1)
        found = next(CronSim(line, face), None)
        if found is None:
            return None
        at = (found - offset).replace(tzinfo=UTC)
        if _offset(at, zone) == offset:
            return at
        since = _change(since, at, zone)


def _change(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """The first instant between the two at which the zone's clocks show another offset."""
    offset, low = _offset(before, zone), before
    while _offset(low + timedelta(days=1), zone) == offset and low + timedelta(days=1) < after:
        low += timedelta(days=1)
    high = min(low + timedelta(days=1), after)
    while high - low > timedelta(seconds=1):
        middle = (low + (high - low) / 2).replace(microsecond=0)
        low, high = (middle, high) if _offset(middle, zone) == offset else (low, middle)
    return high


def _offset(at: datetime, zone: ZoneInfo) -> timedelta:
    return at.astimezone(zone).utcoffset() or timedelta()


__all__ = ["check_cron", "next_cron"]
