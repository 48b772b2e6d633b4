"""Who was at which event: several stays of one person joined, also over several tables."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any
from zoneinfo import ZoneInfo

from cophub.connectors.attendance import covered
from cophub.connectors.mail.addresses import name_key
from cophub.connectors.mapping.people import account_of
from cophub.connectors.mapping.words import folded
from cophub.records import UNSET, Account, Attendance, Event, Item

_EVENT = ("title", "starts_at", "ends_at", "series", "url")


def digest(*parts: object) -> str:
    """A stable key out of what a row holds: sixteen hexadecimal digits."""
    return blake2b("\0".join(map(str, parts)).encode(), digest_size=8).hexdigest()


def on_the_clock(moment: datetime, zone: ZoneInfo) -> datetime:
    """A moment as a clock in the zone shows it, for keys.

    A table writes what the clock showed. So the key stays when somebody sets another zone, and the
    record is corrected; with the instant in it there would be two.
    """
    return moment.astimezone(zone).replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Stay:
    """One row about one person at one event."""

    joined_at: datetime | None
    left_at: datetime | None
    minutes: float | None
    visits: int


@dataclass
class _Person:
    row: dict[str, Any]
    own: str | None
    name: str | None = None
    registered: bool | None = None
    stays: Counter[Stay] = field(default_factory=Counter)


@dataclass
class _Call:
    """One event, as one table or several tell of it."""

    key: str | None
    told: dict[str, Any]
    space: str
    zone: ZoneInfo
    """Of its table's times that say none."""
    people: dict[str, _Person] = field(default_factory=dict)

    def first(self) -> datetime | None:
        """When the first of its people came."""
        joins = (s.joined_at for p in self.people.values() for s in p.stays if s.joined_at)
        return min(joins, default=None)


class Roll:
    """All attendance that was read: `add` rows, `close` each table, then `items`."""

    def __init__(self) -> None:
        self.calls: dict[str, _Call] = {}
        self._open: dict[tuple[object, ...], _Call] = {}

    def add(self, row: Mapping[str, Any], own: str | None, space: str, zone: ZoneInfo) -> None:
        """A row of the open table. Raises ValueError for one that names nobody, or no event."""
        told = {name: row[f"event_{name}"] for name in _EVENT if row.get(f"event_{name}")}
        explicit = row.get("event")
        title, starts = told.get("title"), told.get("starts_at")
        if not explicit and not title and not starts:
            raise ValueError("the row names no event")
        who = account_of(row, own=own, event="", empty=False)
        if who is None:
            raise ValueError("the row names nobody: its name and its address are empty")
        mark = (explicit,) if explicit else (folded(str(title or "")), starts)
        call = self._open.setdefault(mark, _Call(explicit, told, space, zone))
        call.told = {**told, **call.told}
        person = call.people.setdefault(str(who.key), _Person(dict(row), own))
        person.row |= {name: value for name, value in row.items() if value is not None}
        person.name = person.name or (who.name if isinstance(who.name, str) else None)
        came = row.get("attended") is not False
        if row.get("registered") is not None or not came:
            person.registered = bool(person.registered or row.get("registered") or not came)
        if (stay := _stay(row, came=came)) is not None:
            person.stays[stay] += 1

    def close(self) -> set[str]:
        """The table is at its end; the keys of the events that were on it.

        A stay that stands in two tables is one stay.
        """
        found: set[str] = set()
        for call in self._open.values():
            key = call.key or self._key(call)
            found.add(key)
            _join_by_name(call.people)
            known = self.calls.setdefault(key, _Call(key, call.told, call.space, call.zone))
            known.told = {**call.told, **known.told}
            for who, person in call.people.items():
                before = known.people.setdefault(who, _Person(person.row, person.own))
                before.name = before.name or person.name
                before.registered = before.registered or person.registered
                before.stays |= _apart(person.stays)
        self._open.clear()
        return found

    def drop(self) -> None:
        """Forget the open table, which turned out not to be readable."""
        self._open.clear()

    @staticmethod
    def _key(call: _Call) -> str:
        starts = call.told.get("starts_at")
        if starts is not None:
            starts = on_the_clock(starts, call.zone)
        elif first := call.first():
            starts = on_the_clock(first, call.zone).date()
        return digest(folded(str(call.told.get("title") or "")), starts)

    def items(self, only: set[str] | None = None) -> Iterator[Item]:
        """The events, the accounts of those who were there, and one Attendance for each of them."""
        for key, call in self.calls.items():
            if only is None or key in only:
                yield _event(key, call)
                for person in call.people.values():
                    yield from _attendance(key, person)

    @property
    def undated(self) -> int:
        """How many of the events nothing says when they began."""
        calls = self.calls.values()
        return sum(not call.told.get("starts_at") and call.first() is None for call in calls)

    def keys(self, key: str) -> list[tuple[str, str]]:
        """The keys of the attendance at an event."""
        return [(key, str(_who(key, person).key)) for person in self.calls[key].people.values()]


def _join_by_name(people: dict[str, _Person]) -> None:
    """Who came once with an address and once without is one, where one person has that name."""
    named: dict[str, list[str]] = {}
    for who, person in people.items():
        if person.row.get("email") and person.name:
            named.setdefault(f"name:{name_key(person.name)}", []).append(who)
    for bare in [who for who in people if len(named.get(who, ())) == 1]:
        person = people.pop(bare)
        known = people[named[bare][0]]
        known.stays += person.stays
        known.registered = known.registered or person.registered


def _apart(stays: Counter[Stay]) -> Counter[Stay]:
    """Stays that say when they began are one where they are the same; others are counted."""
    return Counter({stay: 1 if stay.joined_at else count for stay, count in stays.items()})


def _stay(row: Mapping[str, Any], *, came: bool) -> Stay | None:
    joined, left, minutes = row.get("joined_at"), row.get("left_at"), row.get("minutes")
    if not came:
        return None
    told = joined or left or minutes or row.get("attended")
    if row.get("registered") and not told:
        return None
    if minutes is None and joined and left:
        if left < joined:
            raise ValueError("it ends before it begins")
        minutes = round((left - joined).total_seconds() / 60, 4)
    visits = row.get("visits")
    return Stay(joined, left, minutes, 1 if visits is None else visits)


def _event(key: str, call: _Call) -> Event:
    told = {name: value for name, value in call.told.items() if value is not None}
    if "starts_at" not in told and (first := call.first()):
        # Nothing says when it began: not later than when the first came.
        told |= {"starts_at": first, "extra": {"starts_at_basis": "first_join"}}
    return Event(key=key, space=call.space or UNSET, kind="meeting", **told)


def _who(event: str, person: _Person) -> Account:
    account = account_of(person.row, own=person.own, event=event, empty=False)
    assert account is not None  # noqa: S101 - for the type checker: only such rows were added
    return account


def _attendance(event: str, person: _Person) -> Iterator[Item]:
    account = _who(event, person)
    yield account
    stays = person.stays
    minutes = _minutes(stays)
    yield Attendance(
        event=event,
        account=account.key,
        name=person.name,
        joined_at=min((s.joined_at for s in stays if s.joined_at), default=UNSET),
        left_at=max((s.left_at for s in stays if s.left_at), default=UNSET),
        minutes=minutes if minutes is not None else (UNSET if stays else 0.0),
        visits=sum(stay.visits * count for stay, count in stays.items()),
        registered=UNSET if person.registered is None else person.registered,
    )


def _minutes(stays: Counter[Stay]) -> float | None:
    """How long all stays were; time on two devices at once counts once. None where none tells."""
    told = [stay.minutes * count for stay, count in stays.items() if stay.minutes is not None]
    known = ((stay.joined_at, stay.left_at) for stay in stays)
    spans = [(joined, left) for joined, left in known if joined and left and joined < left]
    lengths = sum((left - joined).total_seconds() / 60 for joined, left in spans)
    return round(max(sum(told) - (lengths - covered(spans)), 0.0), 2) if told else None


__all__ = ["Roll", "Stay", "digest", "on_the_clock"]
