"""Pages of members, fast: rows are kept encoded, and a crowd's rows are filled into templates."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from heapq import merge
from itertools import islice
from typing import Any

import msgspec

from cophub.sandbox.mailchimp.counts import member_rates
from cophub.sandbox.mailchimp.crowd import CYCLE, Crowd
from cophub.sandbox.mailchimp.fields import Tree, chosen
from cophub.sandbox.mailchimp.rows import full_name, instant, member_row
from cophub.sandbox.mailchimp.state import MAILBOX_DIGITS, Audience, Found, Member, mailbox_id

LAST = 1 << 62


@dataclass(frozen=True, slots=True)
class Query:
    """A listing of members; bounds of time are exclusive, None where there is none."""

    status: str | None = None
    changed_after: int | None = None
    changed_before: int | None = None
    opted_after: int | None = None
    opted_before: int | None = None
    vip: bool | None = None
    mailbox: str | None = None
    interests: tuple[frozenset[str], str] | None = None
    sort: str = ""
    descending: bool = False

    def takes(self, member: Member) -> bool:
        """Whether the listing holds the member, the time of its last change apart."""
        return (
            (self.status is None or member.status == self.status)
            and (self.vip is None or member.vip == self.vip)
            and (self.opted_after is None or member.opt > self.opted_after)
            and (self.opted_before is None or 0 < member.opt < self.opted_before)
            and (self.mailbox is None or mailbox_id(member.email) == self.mailbox)
            and (self.interests is None or self._interested(member))
        )

    def _interested(self, member: Member) -> bool:
        wanted, how = self.interests or (frozenset(), "none")
        if how == "all":
            return wanted <= member.interests
        return bool(wanted & member.interests) == (how == "any")

    @property
    def plain(self) -> bool:
        """Whether status and last change alone decide: then pages are found by arithmetic."""
        odd = (self.vip, self.opted_after, self.opted_before, self.mailbox, self.interests)
        return all(item is None for item in odd) and self.sort in ("", "last_changed")


def select(audience: Audience, query: Query, offset: int, count: int) -> tuple[int, list[Found]]:
    """How many members the listing holds, and those of one page."""
    held = _held(audience, query)
    crowd = audience.crowd
    if crowd is None:
        return len(held), list(held[offset : offset + count])
    low = 0 if query.changed_after is None else crowd.first_after(query.changed_after)
    high = (
        crowd.size if query.changed_before is None else crowd.first_after(query.changed_before - 1)
    )
    if not query.plain:
        everyone = _all(crowd, query, low, high, held)
        return len(everyone), everyone[offset : offset + count]
    return _page(crowd, query, low, high, held, offset, count)


def _page(
    crowd: Crowd, query: Query, low: int, high: int, held: list[Member], offset: int, count: int
) -> tuple[int, list[Found]]:
    """Whoever changed since the crowd was made comes after it, or before it when descending."""
    size = max(crowd.count(query.status, low, high), 0)
    page: list[Found] = []
    if query.descending:
        page += held[offset : offset + count]
        walk = crowd.walk_back(query.status, low, high, max(offset - len(held), 0))
        page += islice(walk, count - len(page))
    else:
        page += islice(crowd.walk(query.status, low, high, offset), count)
        start = max(offset - size, 0)
        page += held[start : start + count - len(page)]
    return size + len(held), page


def _all(crowd: Crowd, query: Query, low: int, high: int, held: list[Member]) -> list[Found]:
    """The slow way for rare questions: every member of the crowd is made and asked."""
    walk = [crowd.make(index) for index in crowd.walk(query.status, low, high)]
    taken = [member for member in walk if query.takes(member)]
    key = _sort_key(query)
    taken.sort(key=key, reverse=query.descending)
    return list(merge(taken, held, key=key, reverse=query.descending))


def _held(audience: Audience, query: Query) -> list[Member]:
    """The members held one by one that the listing takes, in its order."""
    order = audience.ordered()
    low = (
        0 if query.changed_after is None else bisect_right(order, query.changed_after, key=_changed)
    )
    high = (
        len(order)
        if query.changed_before is None
        else bisect_left(order, query.changed_before, key=_changed)
    )
    found = [member for _, _, member in order[low:high] if query.takes(member)]
    if query.sort == "last_changed" or (audience.crowd and not query.sort):
        return found[::-1] if query.descending else found
    return sorted(found, key=_sort_key(query), reverse=query.descending)


def _changed(entry: tuple[int, int, Member]) -> int:
    return entry[0]


def _sort_key(query: Query) -> Callable[[Any], tuple[int, int]]:
    by: Callable[[Member], int] = {
        "last_changed": lambda member: member.changed,
        "timestamp_opt": lambda member: member.opt,
        "timestamp_signup": lambda member: member.signup,
    }.get(query.sort, lambda _: 0)
    return lambda member: (by(member), member.serial)


# Encoding


class Encoder:
    """Encodes members of one audience as one reader wants them: `fields`, `exclude_fields`."""

    def __init__(self, audience: Audience, base: str, include: Tree | None, exclude: Tree) -> None:
        self.audience = audience
        self.base = base
        self.include = include
        self.exclude = exclude
        self.variant = (base, msgspec.json.encode((include, exclude)))
        self._templates: dict[int, Template] = {}

    def row(self, member: Member, now: int) -> dict[str, Any]:
        """The chosen fields of one member."""
        row = member_row(member, self.audience, self.base, member_rates(member.deliveries, now))
        return chosen(row, self.include, self.exclude)  # type: ignore[no-any-return]

    def encode(self, found: Iterable[Found], now: int) -> Iterator[bytes]:
        """The members as JSON, each kept until it changes or the clock moves."""
        crowd = self.audience.crowd
        for item in found:
            if isinstance(item, Member):
                yield self._kept(item, now)
            elif crowd is not None:
                yield self._template(crowd, item % CYCLE).fill(crowd, item)

    def _kept(self, member: Member, now: int) -> bytes:
        key = (self.variant, now)
        if (known := member.encoded.get(key)) is None:
            if len(member.encoded) > 3:
                member.encoded.clear()
            known = member.encoded[key] = msgspec.json.encode(self.row(member, now))
        return known

    def _template(self, crowd: Crowd, place: int) -> "Template":
        if (known := self._templates.get(place)) is None:
            known = self._templates[place] = Template(self, crowd, place)
        return known


HOLES = (
    "@@key@@", "@@box@@", "@@contact@@", "@@web@@", "@@mail@@", "@@given@@", "@@family@@",
    "@@org@@", "@@ip@@", "@@at@@",
)  # fmt: skip


class Template:
    """The encoded row of one place in the crowd's cycle with holes for what differs."""

    def __init__(self, encoder: Encoder, crowd: Crowd, place: int) -> None:
        sample = crowd.make(place)
        row = _with_holes(encoder.row(sample, 0), sample)
        text = msgspec.json.encode(row).replace(b"%", b"%%").replace(b'"@@web@@"', b"@@web@@")
        text = text.replace(instant(sample.changed).encode(), b"@@at@@")
        self.order = [HOLES.index(hole.decode()) for hole in re.findall(rb"@@\w+@@", text)]
        self.text = re.sub(rb"@@\w+@@", b"%b", text)

    def fill(self, crowd: Crowd, index: int) -> bytes:
        """The row of one member."""
        given, family, email, organisation, key = crowd.encoded(index)
        values = (
            key, key[:MAILBOX_DIGITS], crowd.contact_id(index).encode(),
            b"%d" % crowd.web_id(index), email, given, family, organisation,
            crowd.ip(index).encode(), instant(crowd.changed(index)).encode(),
        )  # fmt: skip
        return self.text % tuple([values[hole] for hole in self.order])


def _with_holes(row: dict[str, Any], sample: Member) -> dict[str, Any]:
    """The row with every value that depends on the index replaced by the name of its hole."""
    swap = {
        sample.key: "@@key@@",
        mailbox_id(sample.email): "@@box@@",
        sample.contact_id: "@@contact@@",
        sample.email: "@@mail@@",
        sample.ip_opt: "@@ip@@",
        full_name(sample): "@@given@@ @@family@@",
    }
    named = {"FNAME": "@@given@@", "LNAME": "@@family@@", "ORG": "@@org@@", "web_id": "@@web@@"}

    def walk(value: Any, name: str = "") -> Any:
        if isinstance(value, dict):
            return {key: walk(item, key) for key, item in value.items()}
        if isinstance(value, list):
            return [walk(item) for item in value]
        if name in named:
            return named[name]
        if isinstance(value, str):
            return swap.get(value, value.replace(sample.key, "@@key@@"))
        return value

    return walk(row)  # type: ignore[no-any-return]
