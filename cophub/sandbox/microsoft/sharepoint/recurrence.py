"""Rules of recurring events, as the XML that an event list keeps, and when they fall."""

from datetime import UTC, datetime, timedelta
from random import Random
from typing import NamedTuple
from zoneinfo import ZoneInfo

HEAD = "<recurrence><rule><firstDayOfWeek>su</firstDayOfWeek><repeat>"
TAIL = "</rule></recurrence>"
_DAYS = ("mo", "tu", "we", "th", "fr", "sa", "su")


class Rule(NamedTuple):
    """A rule that goes on `times` times; every so many days, weeks, months or years."""

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
            "yearly": f'<yearly yearFrequency="{self.every}" month="{start.month}"'
            f' day="{start.day}" />',
        }[self.unit]
        ends = f"<repeatInstances>{self.times}</repeatInstances>"
        if self.unit == "weekly" and self.times % 2:
            last = self.falls(start)[-1]
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
                months = step if self.unit == "monthly" else 12 * step
                total = start.month - 1 + months
                found.append(start.replace(year=start.year + total // 12, month=total % 12 + 1))
        return found


def drawn(chance: Random) -> Rule:
    """Some rule."""
    unit = chance.choices(("weekly", "monthly", "daily", "yearly"), (5, 4, 2, 1))[0]
    every = chance.choice((1, 1, 2)) if unit != "yearly" else 1
    most = {"daily": 10, "weekly": 13, "monthly": 8, "yearly": 3}[unit]
    return Rule(unit, every, chance.randint(3, most))


def in_zone(at: int, zone: str) -> datetime:
    """An instant in a site's own time."""
    return datetime.fromtimestamp(at, UTC).astimezone(ZoneInfo(zone))


def instant(local: datetime) -> int:
    """The instant of a local time."""
    return int(local.timestamp())
