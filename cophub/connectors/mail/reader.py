"""One run over an archive: what is new, who answers whom, and then the records.

New files are read twice: first their headers, so that every thread is known before the first
post is yielded, then whole. A post is therefore right when it is first written, also when the
message that it answers lies in a later file; nothing is written and put right afterwards, but for
messages of earlier runs that a new one joins.
"""

from collections.abc import Callable, Iterable, Iterator
from copy import copy
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zlib import crc32

from cophub import Account, Checkpoint, Context, CursorExpired, Item, Post, Reject
from cophub.connectors.mail.addresses import Sender
from cophub.connectors.mail.cursor import Accounts, Counts, Cursor, FileState
from cophub.connectors.mail.files import Change, Place
from cophub.connectors.mail.message import (
    BAD_MESSAGE,
    Found,
    Rules,
    first_look,
    parse_message,
    utc_from,
)
from cophub.connectors.mail.reading import (
    Bounds,
    Raw,
    Refused,
    Tally,
    Trouble,
    read_messages,
)
from cophub.connectors.mail.text import clean
from cophub.connectors.mail.threading import NOWHERE, Index

_BETWEEN_CHECKPOINTS = 1000
_QUIET = 3600
"""Seconds after which a file on disk is not taken for one that is being written."""
_WAITS = "it has no Message-ID and may not be whole; the next run reads it again"


@dataclass(slots=True)
class Reading:
    """A file with something new in it, after the first look."""

    place: Place
    change: Change
    found: list[Found] = field(default_factory=list)
    skip: int = 0
    """Messages that an interrupted run has already yielded."""

    @property
    def state(self) -> FileState:
        """What will be remembered of the file."""
        return self.change.state


class Reader:
    """A run over an archive's files."""

    def __init__(
        self,
        ctx: Context[Any],
        cursor: Cursor,
        rules: Rules,
        bounds: Bounds,
        account: "Callable[[Sender], Account] | None" = None,
    ) -> None:
        """`account` makes the record of a sender; left out, `account_of` does."""
        self.ctx = ctx
        self.cursor = cursor
        self.rules = rules
        self.bounds = bounds
        self._account = account or account_of
        self.index = Index()
        self.accounts = Accounts(cursor.accounts)
        self.lost: set[str] = set()
        """Keys of messages that were in a file and are in none any more, once it was read whole."""
        self._last = cursor.encode()
        self._rejects: list[Reject] = []
        self._kept: list[str] = []
        self._since_checkpoint = 0

    def read(
        self, places: Iterable[Place], head: "Callable[[int, Counts], Iterable[Item]]"
    ) -> Iterator[Item]:
        """Everything that is new in these files.

        First comes what `head` makes of the number of files and of what they hold all in all.
        """
        readings = self._find_new(places)
        corrections = self._thread(readings) if readings else []
        yield from head(*self._totals(readings))
        yield from corrections
        for number, reading in enumerate(readings):
            self.ctx.progress("files", number, len(readings))
            yield from self._read_file(reading)
        yield from self._rejects
        for state in self.cursor.files.values():
            yield from (_reject(where, reason) for where, reason in state.problems)
        if self._since_checkpoint or self.cursor.encode() != self._last:
            yield self._checkpoint()

    def count(self, places: Iterable[Place]) -> tuple[int, Counts]:
        """How many files there are and what they hold, without a post being parsed."""
        readings = self._find_new(places)
        if readings:
            self._thread(readings)
        return self._totals(readings)

    def _find_new(self, places: Iterable[Place]) -> list[Reading]:
        """The files that changed; those that are gone are forgotten, their posts are kept."""
        files, readings = self.cursor.files, []
        number = max((state.number for state in files.values()), default=-1) + 1
        present: set[str] = set()
        for place in places:
            present.add(place.name)
            try:
                look = place.look(files.get(place.name), number)
            except (OSError, Refused) as error:
                self._cannot_read(place.name, error)
                continue
            if isinstance(look, Change):
                readings.append(Reading(place, look, skip=_already_done(look)))
                number += look.known is None
            elif look is not None:
                files[place.name] = look
        for name in files.keys() - present:
            del files[name]
        return readings

    def _cannot_read(self, name: str, error: Exception) -> None:
        reason = getattr(error, "strerror", None) or str(error)
        self._rejects.append(_reject(name, f"cannot be read: {reason}"))

    def _thread(self, readings: list[Reading]) -> list[Post]:
        """Look at every new message; returns posts of earlier runs whose thread changed by them."""
        try:
            self.index = Index(self.cursor.index)
        except ValueError as error:
            raise CursorExpired(f"{error}; the archive is read again") from error
        self.index.settle()
        old = set(self.index.by_key)
        filed = {known.key for known in self.index.by_key.values() if known.file != NOWHERE}
        # A file that is read anew holds what it is found to hold, not what it held.
        anew = {reading.state.number for reading in readings if not reading.change.start}
        live = {state.number for state in self.cursor.files.values()} - anew
        for reading in list(readings):
            try:
                self._look_at(reading, live)
                live.add(reading.state.number)
            except OSError as error:
                self._cannot_read(reading.place.name, error)
                readings.remove(reading)
        if not any(reading.state.problems for reading in readings):
            self.lost = {key for key in filed if self.index.by_key[key].file == NOWHERE}
        changed = self.index.settle()
        again = {
            found.known.key
            for reading in readings
            for found in reading.found[reading.skip :]
            if found.known and not found.is_repeat
        }
        return [
            Post(key=known.key, thread=known.thread, reply_to=known.reply_to)
            for known in changed
            if known.key in old and known.key not in again
        ]

    def _look_at(self, reading: Reading, live: set[int]) -> None:
        """Read the headers of a file's new messages into the index, and count them."""
        change, state, tally = reading.change, reading.state, Tally()
        known = change.known if change.start else None
        counts = copy(known.before) if known and known.before else Counts()
        base, ignored = counts.look_alikes, 0
        last = known.last if known else ""
        seen: set[str] = set()
        neighbour = self._date_of(last)
        for raw in self._raws(reading, tally):
            if isinstance(raw, Trouble):
                state.problems.append((raw.where, raw.reason))
                continue
            found = first_look(raw, neighbour, state.number, self.rules)
            if found.known and not found.has_id and self._may_grow(raw, change):
                found.known, found.reason, state.waits = None, _WAITS, True
            neighbour = found.posted.at if found.posted else neighbour
            counts.look_alikes = base + ignored
            if raw.plain:
                state.before, state.offset, state.last = copy(counts), raw.start, ""
            self._count(found, counts, seen, live, known)
            if raw.plain and found.known and not found.is_repeat:
                state.last = found.known.key
            counts.cut += bool(raw.cut)
            ignored = tally.look_alikes
            reading.found.append(found)
        counts.look_alikes = base + tally.look_alikes
        state.counts = counts
        if known is None and change.known is not None:
            self.index.disown(state.number, seen)

    def _may_grow(self, raw: Raw, change: Change) -> bool:
        """Whether a message may be half of one that is being written just now.

        Without an id its key is made of its text, and half a text makes another key.
        """
        known, state = change.known, change.state
        if not raw.is_last or not raw.separator or (known and known.crc == state.crc):
            return False
        written = state.stamp[1] / 1e9 if len(state.stamp) > 1 else 0
        is_fresh = abs(self.ctx.now.timestamp() - written) < _QUIET
        return bool(raw.cut) or not raw.has_end or is_fresh

    def _count(
        self, found: Found, counts: Counts, seen: set[str], live: set[int], grown: FileState | None
    ) -> None:
        """Add a message to the index, unless its id is there: the first one is the one kept."""
        counts.messages += 1
        known = found.known
        if known is None:
            counts.rejected += 1
            return
        first = self.index.by_key.get(known.key)
        if first is None:
            is_repeat = False
        elif known.key in seen:
            is_repeat = True
        elif first.file == known.file:
            # In what a file has grown by, only its former last message may come once more.
            is_repeat = grown is not None and not grown.done and known.key != grown.last
        else:
            is_repeat = first.file in live
        seen.add(known.key)
        found.is_repeat = is_repeat
        if not is_repeat:
            self.index.add(known)
            # The index may hold the same already: what it holds is what gets its thread.
            found.known = self.index.by_key[known.key]
        elif first is not None:
            counts.repeats += 1
            counts.other_texts += first.text != known.text

    def _date_of(self, key: str) -> datetime | None:
        known = self.index.by_key.get(key)
        return utc_from(known.at) if known else None

    def _raws(self, reading: Reading, tally: Tally) -> Iterator[Raw | Trouble]:
        change = reading.change
        with reading.place.open() as file:
            yield from read_messages(
                file, reading.place.name, change.size, self.bounds, tally, change.start
            )

    def _read_file(self, reading: Reading) -> Iterator[Item]:
        """The records of one file, with checkpoints on the way."""
        name, expected, rejected = reading.place.name, iter(reading.found), 0
        done = 0
        try:
            for raw in self._raws(reading, Tally()):
                if isinstance(raw, Trouble):
                    continue
                found = next(expected, None)
                if found is None or found.check != crc32(raw.data):
                    yield _reject(name, "changed while it was read; the next run reads it again")
                    return
                done += 1
                if done <= reading.skip:
                    continue
                for item in self._message(raw, found):
                    rejected += isinstance(item, Reject)
                    yield item
                if self._since_checkpoint >= _BETWEEN_CHECKPOINTS and self._is_due():
                    self.cursor.files[name] = _partly(reading, done)
                    yield self._checkpoint()
        except OSError as error:
            self._cannot_read(name, error)
            return
        reading.state.counts.rejected += rejected
        self.cursor.files[name] = reading.state
        if self._is_due():
            yield self._checkpoint()

    def _message(self, raw: Raw, found: Found) -> Iterator[Item]:
        """The account (when it tells something new) and the post of one message."""
        self._since_checkpoint += 1
        where = f"{raw.where}, byte {raw.start}"
        if found.is_repeat:
            return
        if found.known is None:
            yield _reject(where, found.reason)
            return
        self._kept.append(found.known.key)
        try:
            post, sender = parse_message(raw, found, self.rules)
        except BAD_MESSAGE as error:
            yield _reject(where, f"the message cannot be read: {type(error).__name__}")
            return
        if sender and self.accounts.is_new(sender.key, named=bool(sender.name)):
            yield self._account(sender)
        yield post

    def _is_due(self) -> bool:
        # A checkpoint costs as much as the index is long, so they lie a twentieth of it apart.
        return self._since_checkpoint * 20 >= len(self.index)

    def _checkpoint(self) -> Checkpoint:
        self._since_checkpoint = 0
        if self._kept or self.lost:
            self.cursor.index = self.index.save(self._kept)
            self._kept.clear()
        self.cursor.accounts = self.accounts.pack()
        self._last = self.cursor.encode()
        return Checkpoint(self._last)

    def _totals(self, readings: list[Reading]) -> tuple[int, Counts]:
        """How many files there are after this run, and what they hold."""
        states = dict(self.cursor.files)
        states.update((reading.place.name, reading.state) for reading in readings)
        counts = Counts()
        for state in states.values():
            counts = counts.plus(state.counts)
        return len(states), counts


def _partly(reading: Reading, done: int) -> FileState:
    """What is remembered of a file that was read up to its message number `done`."""
    known = reading.change.known
    state = copy(known) if known else FileState(number=reading.state.number, counts=Counts())
    state.done, state.done_crc = done, reading.state.crc
    return state


def _already_done(change: Change) -> int:
    known = change.known
    return known.done if known and known.done_crc == change.state.crc else 0


def account_of(sender: Sender) -> Account:
    """The account of who sent a message to a list."""
    account = Account(key=sender.key)
    if sender.name:
        account.name = sender.name
    if sender.email:
        # A list takes posts from addresses that confirmed to it, and this account is the address.
        account.email, account.email_verified = sender.email, True
    if sender.raw:
        account.extra = {"address_as_archived": sender.raw[:200]}
    return account


def _reject(where: str, reason: str) -> Reject:
    return Reject(reason=f"{clean(where)}: {reason}", record="Post", key=clean(where))
