"""Rules of recurring events, as the XML that an event list keeps, and when they fall."""

from datetime import UTC, datetime, timedelta
from random import Random
from typing import NamedTuple
from zoneinfo import ZoneInfo

HEAD = "<recurrence><rule><firstDayOfWeek>su</firstDayOfWeek><repeat>"
TAIL = "</rule></recurrence>"
MOST = {"daily": 10, "weekly": 13, "monthly": 8, "monthlyByDay": 8, "yearly": 3}
"""How often a rule of each kind goes on at most."""
_DAYS = ("mo", "tu", "we", "th", "fr", "sa", "su")


class Rule(NamedTuple):
    """A rule that goes on `times` times; every so many days, weeks, months or years.

    unit: daily, weekly, monthly, monthlyByDay (the second Tuesday) or yearly. A weekly rule with an
    odd number of times ends by a date. The first day must not be after the 28th of a month.
    """

    unit: str
    every: int
    times: int

    def xml(self, start: datetime) -> str:
        """The rule as the vendor writes it; `start` is in the site's own time."""
        day = _DAYS[start.weekday()]
        repeat = {
            "daily": f'<daily dayFrequency="{self.every}" />',
            "weekly": f'<weekly {day}="TRUE" weekFrequency="{self.every}" />',
            "monthly": f'<monthly monthFrequency="{self.every}" day="{start.day}" />',
            "monthlyByDay": f'<monthlyByDay {day}="TRUE" weekdayOfMonth="{_place(start)}"'
            f' monthFrequency="{self.every}" />',
            "yearly": f'<yearly yearFrequency="{self.every}" month="{start.month}"'
            f' day="{start.day}" />',
        }[self.unit]
        ends = f"<repeatInstances>{self.times}</repeatInstances>"
        if self.unit == "weekly" and self.times % 2:
            last = self.falls(start)[-1].astimezone(UTC)
            ends = f"<windowEnd>{last:%Y-%m-%dT%H:%M:%SZ}</windowEnd>"
        return f"{HEAD}{repeat}</repeat>{ends}{TAIL}"

    def falls(self, start: datetime) -> list[datetime]:
        """When the occurrences begin; the hour stays through a change of clocks."""
        found = []
        for number in range(self.times):
            step = number * self.every
            if self.unit == "daily":
                found.append(start + timedelta(days=step))
            elif self.unit == "weekly":
                found.append(start + timedelta(weeks=step))
            else:
                months = 12 * step if self.unit == "yearly" else step
                total = start.month - 1 + months
                first = start.replace(year=start.year + total // 12, month=total % 12 + 1, day=1)
                day = self._day(start, first) if self.unit == "monthlyByDay" else start.day
                found.append(first.replace(day=day))
        return found

    @staticmethod
    def _day(start: datetime, first: datetime) -> int:
        """The day of a month that is the same weekday, the same time in the month."""
        return 1 + (start.weekday() - first.weekday()) % 7 + (start.day - 1) // 7 * 7


def _place(start: datetime) -> str:
    return ("first", "second", "third", "fourth")[(start.day - 1) // 7]


def drawn(chance: Random) -> Rule:
    """Some rule."""
    unit = chance.choices(list(MOST), (2, 5, 2, 2, 1))[0]
    every = chance.choice((1, 1, 2)) if unit != "yearly" else 1
    most = MOST[unit]
    return Rule(unit, every, chance.randint(3, most))


def in_zone(at: int, zone: str) -> datetime:
    """An instant in a site's own time."""
    return datetime.fromtimestamp(at, UTC).astimezone(ZoneInfo(zone))


def minutes_ahead(at: int, zone: str) -> int:
    """How many minutes a zone is ahead of UTC at an instant."""
    offset = in_zone(at, zone).utcoffset()
    return 0 if offset is None else int(offset.total_seconds() // 60)


def instant(local: datetime) -> int:
    """The instant of a local time."""
    return int(local.timestamp())
