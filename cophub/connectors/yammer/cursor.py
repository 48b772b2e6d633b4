"""How far the reading of messages got: a few numbers per group, a few bytes per recent thread.

The cursor is JSON. Threads that will be read again are packed: sorted by id, each as the distance
of its id to the one before, its size, and the hour of its last message, as numbers of 7 bits a byte
(the last byte of a number has the 8th bit clear), written in base 85.
"""

from base64 import b85decode, b85encode
from collections.abc import Iterable, Iterator

import msgspec
from msgspec import Struct, field

from cophub import CursorExpired

VERSION = 1
HOUR = 3600


class Known(Struct, frozen=True):
    """A thread as it was last read."""

    size: int
    """How many messages it had, as the vendor counts them."""
    last: int
    """The hour of its last message: seconds since 1970, divided by 3,600."""
    hidden: bool = False
    """Whether the group's feed left replies out, so that only the thread itself tells all."""


class Tally(Struct, array_like=True):
    """What a walk has met of a thread so far."""

    count: int = 0
    fresh: int = 0
    """Those of them that came after the walk before this one."""
    claimed: int = -1
    """How many the vendor says there are; -1 when it does not say."""
    latest: int = 0
    """The id of the latest, as the vendor says."""
    last: int = 0
    """The hour of the newest message met."""


class Walk(Struct, array_like=True):
    """A walk down a group's feed that has not ended yet."""

    began: int
    """When, in seconds since 1970."""
    floor: int
    """Down to this message id."""
    top: int = 0
    """The newest message id met."""
    low: int = 0
    """The oldest message id met; the next page is older than this. 0 before the first page."""
    count: int = 0
    """Messages met, in threads that were read for what the feed left out, too."""
    open: dict[str, Tally] = field(default_factory=dict)
    """Threads whose first message is still to come."""
    last: int = 0
    """The group's newest message when the walk began, as the group's counts told."""
    updates: int = 0
    """How many messages the group counted then."""
    ended: bool = False
    """Whether the feed was walked to its end, and only threads are left to read."""


class Place(Struct):
    """How far one group was read."""

    seen: int = 0
    """The newest message id that a finished walk began with: all up to it is known."""
    at: int = 0
    """Re-readings that fell due up to this time are done; seconds since 1970."""
    horizon: int = 0
    """All threads that began after this id are among `threads`."""
    updates: int = 0
    """The messages that the vendor counted in the group."""
    refused: int = 0
    """When the group was last found closed to the person who signed in; seconds since 1970."""
    walk: Walk | None = None
    until: int = 0
    """The re-reading under way covers what fell due until then; 0 when none is."""
    after: int = 0
    """It went from the newest thread to this one."""
    pages: list[int] = field(default_factory=list)
    """Pages of the feed with messages that could not be read, by the message id that each is older
    than; 0 for the newest. They are asked for once more by the next run."""
    torn: list[int] = field(default_factory=list)
    """Threads with messages that could not be read."""
    threads: dict[int, Known] = field(default_factory=dict)


class Stored(Struct, omit_defaults=True):
    """A place as the cursor holds it."""

    seen: int = field(default=0, name="s")
    at: int = field(default=0, name="a")
    horizon: int = field(default=0, name="h")
    updates: int = field(default=0, name="u")
    refused: int = field(default=0, name="r")
    walk: Walk | None = field(default=None, name="w")
    until: int = field(default=0, name="i")
    after: int = field(default=0, name="f")
    pages: list[int] = field(default_factory=list, name="p")
    torn: list[int] = field(default_factory=list, name="b")
    packed: str = field(default="", name="t")


class Whole(Struct):
    """The cursor's JSON."""

    v: int
    g: dict[str, msgspec.Raw]


class Cursor:
    """The places of all groups."""

    def __init__(self, text: str | None) -> None:
        """Raises CursorExpired for a text that is none of ours."""
        self._kept: dict[str, bytes] = {}
        self._places: dict[str, Place] = {}
        if text is None:
            return
        try:
            whole = msgspec.json.decode(text, type=Whole)
            if whole.v != VERSION:
                raise ValueError(whole.v)
            self._kept = {group: bytes(raw) for group, raw in whole.g.items()}
            for group, raw in self._kept.items():
                self._places[group] = _place(raw)
        except (msgspec.MsgspecError, ValueError, IndexError) as error:
            raise CursorExpired("the cursor of messages is not one of this version") from error

    def place(self, group: str) -> Place:
        """How far `group` was read; a new place when it never was."""
        return self._places.get(group) or Place()

    def keep(self, group: str, place: Place) -> str:
        """The cursor's text with `place` for `group`."""
        self._places[group] = place
        self._kept[group] = _stored(place)
        return self.text()

    def text(self) -> str:
        """The cursor as it is stored."""
        groups = ",".join(f'"{group}":{raw.decode()}' for group, raw in self._kept.items())
        return f'{{"v":{VERSION},"g":{{{groups}}}}}'


def _stored(place: Place) -> bytes:
    values = {name: getattr(place, name) for name in Place.__struct_fields__ if name != "threads"}
    return msgspec.json.encode(Stored(**values, packed=pack(place.threads)))


def _place(raw: bytes) -> Place:
    stored = msgspec.json.decode(raw, type=Stored)
    values = {name: getattr(stored, name) for name in Place.__struct_fields__ if name != "threads"}
    return Place(**values, threads=unpack(stored.packed))


def pack(threads: dict[int, Known]) -> str:
    """Threads as text, about 11 characters each."""
    packed = bytearray()
    before, hour = 0, 0
    for id, known in sorted(threads.items()):
        turn = known.last - hour
        for number in (
            id - before,
            known.size << 1 | known.hidden,
            turn << 1 if turn >= 0 else (-turn << 1) - 1,
        ):
            packed.extend(_digits(number))
        before, hour = id, known.last
    return b85encode(bytes(packed)).decode()


def unpack(text: str) -> dict[int, Known]:
    """The threads of a packed text. Raises ValueError for a text that is none."""
    threads: dict[int, Known] = {}
    numbers = _numbers(b85decode(text))
    id, hour = 0, 0
    for distance in numbers:
        size, turn = next(numbers, None), next(numbers, None)
        if size is None or turn is None:
            raise ValueError("a thread is cut off")
        id += distance
        hour += turn >> 1 if turn & 1 == 0 else -((turn + 1) >> 1)
        threads[id] = Known(size >> 1, hour, bool(size & 1))
    return threads


def _digits(number: int) -> Iterable[int]:
    while number > 0x7F:
        yield number & 0x7F | 0x80
        number >>= 7
    yield number


def _numbers(packed: bytes) -> Iterator[int]:
    number, shift = 0, 0
    for byte in packed:
        number |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            yield number
            number, shift = 0, 0
