"""Members by the hundred thousand, none of them held in memory until something happens to one.

Member `i` of a crowd is computed from `i`. Its last change grows with `i`, so a page of a listing
is found by arithmetic. Who changes is *lifted*: held as a `Member` of the audience from then on,
and passed over here. All that changes after the crowd was made comes later than the crowd itself.
"""

from bisect import bisect_left, insort
from collections.abc import Iterator
from functools import lru_cache
from hashlib import md5
from random import Random
from typing import TYPE_CHECKING, NamedTuple

from cophub.sandbox import names
from cophub.sandbox.population.calling import call
from cophub.sandbox.population.cultures import cultures, some_culture
from cophub.sandbox.population.pools import words
from cophub.sandbox.world import latin

if TYPE_CHECKING:
    from cophub.sandbox.mailchimp.state import Member

CYCLE = 200
"""Statuses repeat after so many members; nine in ten are subscribed."""


def _status(place: int) -> str:
    if place % 16 == 7:
        return "unsubscribed"
    if place % 50 == 21:
        return "cleaned"
    return "archived" if place in (40, 80, 120) else "pending" if place == 160 else "subscribed"


PATTERN = tuple(_status(place) for place in range(CYCLE))
_BEFORE = {
    status: tuple(sum(s == status for s in PATTERN[:place]) for place in range(CYCLE + 1))
    for status in set(PATTERN)
}
_ORGANISATION_BYTES = [(n.encode(), domain.encode()) for n, domain, _ in names.ORGANISATIONS]
GIVEN = 4_999
"""So many members have given names of their own; a prime, so that nothing else repeats with it."""


class _Names(NamedTuple):
    """What a crowd's members are called, as text and as bytes, each with its letters for mail."""

    given: list[tuple[str, str]]
    given_bytes: list[tuple[bytes, bytes]]
    family: list[list[tuple[str, str]]]
    """For each given name, family names of its culture."""
    family_bytes: list[list[tuple[bytes, bytes]]]
    places: list[tuple[str, str, str]]


@lru_cache(maxsize=1)
def _crowd_names() -> _Names:
    chance = Random("crowd")
    chosen = [some_culture(chance) for _ in range(GIVEN)]
    given = [(name, latin(name)) for name in (call(culture, chance).g for culture in chosen)]
    families = {culture.key: _families(culture.key) for culture in set(chosen)}
    encoded = {
        key: [(name.encode(), short.encode()) for name, short in found]
        for key, found in families.items()
    }
    return _Names(
        given,
        [(name.encode(), short.encode()) for name, short in given],
        [families[culture.key] for culture in chosen],
        [encoded[culture.key] for culture in chosen],
        [
            (country.code, country.cities[0], country.timezone)
            for country in dict.fromkeys(place for c in cultures() for place in c.places)
        ],
    )


def _families(culture: str) -> list[tuple[str, str]]:
    """Family names that an address can be made of."""
    found = [word.spellings[0] for word in words(culture, "family")]
    return [(name, latin(name)) for name in found if latin(name)]


class Crowd:
    """`size` members who last changed between `start` and `end`, evenly."""

    def __init__(self, size: int, start: int, end: int, list_id: str) -> None:
        self.size = size
        self.start = start
        self.end = end
        self.list_id = list_id
        self._contacts = md5(list_id.encode(), usedforsecurity=False).hexdigest()[:24]
        self._lifted: list[int] = []
        self._lifted_by: dict[str, list[int]] = {status: [] for status in _BEFORE}
        self._known: dict[int, Member] = {}

    # One member

    def status(self, index: int) -> str:
        """The status that the member has while it is in the crowd."""
        return PATTERN[index % CYCLE]

    def changed(self, index: int) -> int:
        """When the member last changed."""
        return self.start + index * (self.end - self.start) // self.size

    def identity(self, index: int) -> tuple[str, str, str, str]:
        """Given name, family name, address and organisation."""
        known, place = _crowd_names(), index % GIVEN
        families = known.family[place]
        given, short = known.given[place]
        family, long = families[(index * 7 + index // GIVEN) % len(families)]
        organisation, domain, _ = names.ORGANISATIONS[index % len(names.ORGANISATIONS)]
        return given, family, f"{short}.{long}.{index}@{domain}", organisation

    def encoded(self, index: int) -> tuple[bytes, bytes, bytes, bytes, bytes]:
        """The same as UTF-8, as this is what a large page is made of, and the member's id."""
        known, place = _crowd_names(), index % GIVEN
        families = known.family_bytes[place]
        given, short = known.given_bytes[place]
        family, long = families[(index * 7 + index // GIVEN) % len(families)]
        organisation, domain = _ORGANISATION_BYTES[index % len(_ORGANISATION_BYTES)]
        email = b"%b.%b.%d@%b" % (short, long, index, domain)
        key = md5(email, usedforsecurity=False).hexdigest().encode()
        return given, family, email, organisation, key

    def place(self, index: int) -> tuple[str, str, str]:
        """Country code, city and time zone; they repeat with the cycle."""
        places = _crowd_names().places
        return places[index % CYCLE % len(places)]

    def member(self, index: int) -> "Member":
        """The member as an object; the same object each time."""
        if (known := self._known.get(index)) is None:
            known = self._known[index] = self.make(index)
        return known

    def contact_id(self, index: int) -> str:
        """The contact's id, which survives a change of address."""
        return f"{self._contacts}{index:08x}"

    def web_id(self, index: int) -> int:
        """The contact's number in the vendor's web pages."""
        return 500_000_000 + index

    def ip(self, index: int) -> str:
        """Where the contact opted in from."""
        return f"192.0.2.{index % 254 + 1}"

    def make(self, index: int) -> "Member":
        """The member as an object of its own, as it was in the crowd."""
        from cophub.sandbox.mailchimp.state import Member

        given, family, email, organisation = self.identity(index)
        status, changed = self.status(index), self.changed(index)
        country, _, timezone = self.place(index)
        return Member(
            serial=index,
            email=email,
            contact_id=self.contact_id(index),
            web_id=self.web_id(index),
            merge={"FNAME": given, "LNAME": family, "ORG": organisation, "COUNTRY": country},
            status=status,
            reason="No longer interested" if status == "unsubscribed" else "",
            ip_opt=self.ip(index),
            opt=0 if status == "pending" else changed,
            first_opt=changed,
            changed=changed,
            country=country,
            timezone=timezone,
            uses_proxy=index % 4 == 0,
            eagerness=index % 10 / 10,
        )

    def find(self, key: str) -> int | None:
        """The index of the member with this id; slow, as nothing is kept to look it up."""
        for index in range(self.size):
            email = self.identity(index)[2]
            if md5(email.encode(), usedforsecurity=False).hexdigest() == key:
                return None if self.is_lifted(index) else index
        return None

    # Those who left the crowd

    def lift(self, member: "Member") -> None:
        """Pass over the member from now on."""
        insort(self._lifted, member.serial)
        insort(self._lifted_by[self.status(member.serial)], member.serial)
        self._known[member.serial] = member

    def is_lifted(self, index: int) -> bool:
        """Whether the member is held by the audience itself."""
        place = bisect_left(self._lifted, index)
        return place < len(self._lifted) and self._lifted[place] == index

    # Listings

    def first_after(self, instant: int) -> int:
        """The first index whose last change is later than `instant`."""
        low, high = 0, self.size
        while low < high:
            middle = (low + high) // 2
            low, high = (low, middle) if self.changed(middle) > instant else (middle + 1, high)
        return low

    def count(self, status: str | None = None, low: int = 0, high: int | None = None) -> int:
        """How many there are with a status (None: any) and an index in `low <= index < high`."""
        high = self.size if high is None else high
        if high <= low:
            return 0
        return self._up_to(status, high) - self._up_to(status, low)

    def share(self, status: str, joined: int) -> int:
        """How many of the first `joined` members had this status when the crowd was made."""
        before = _BEFORE[status]
        return joined // CYCLE * before[CYCLE] + before[joined % CYCLE]

    def _up_to(self, status: str | None, index: int) -> int:
        if status is None:
            return index - bisect_left(self._lifted, index)
        before = _BEFORE.get(status)
        if before is None:
            return 0
        return self.share(status, index) - bisect_left(self._lifted_by[status], index)

    def walk(self, status: str | None, low: int, high: int, skip: int = 0) -> Iterator[int]:
        """Indices in `low <= index < high` with a status, without the first `skip`."""
        target, left, right = self._up_to(status, low) + skip, low, high
        while left < right:
            middle = (left + right) // 2
            left, right = (
                (left, middle) if self._up_to(status, middle + 1) > target else (middle + 1, right)
            )
        for index in range(left, high):
            if (status is None or PATTERN[index % CYCLE] == status) and not self.is_lifted(index):
                yield index

    def walk_back(self, status: str | None, low: int, high: int, skip: int = 0) -> Iterator[int]:
        """The same from the end."""
        for index in range(high - 1, low - 1, -1):
            if (status is None or PATTERN[index % CYCLE] == status) and not self.is_lifted(index):
                if skip:
                    skip -= 1
                else:
                    yield index
