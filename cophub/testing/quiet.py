"""The promises of runs in which nothing goes wrong."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any
from urllib.parse import urlsplit

from msgspec import UNSET

from cophub.errors import CursorExpired
from cophub.records import Account, Checkpoint, Gone, Item, Record, Space
from cophub.testing.report import Case, Finding
from cophub.testing.running import Bench, Outcome, as_plain, state_of
from cophub.testing.state import State, called, listed, unlike

_YEAR = re.compile(r"\b(?:19|20)\d\d(?=-\d\d)")
_AHEAD = 20
READ_WHOLE = "the stream has no checkpoints: it is read whole"
NOTHING_ASKED = "the stream asks for nothing"


@dataclass
class Quiet:
    """A stream whose undisturbed run is known."""

    bench: Bench
    first: Outcome
    truth: State
    future: str | None = None
    """A cursor from the future, where one was given."""

    def findings(self) -> Iterator[Finding]:
        """What is found of each promise but the first."""
        yield self.keys()
        yield self.instants()
        yield self.declared()
        yield self.hosts()
        yield self.cursors()
        yield self.resume()
        yield self.onward()
        yield self.from_the_future()

    def _found(self, promise: str, told: str, case: Case | None = None) -> Finding:
        return Finding(promise, self.bench.stream.name, "broken", told, case)

    def _kept(self, promise: str, told: str) -> Finding:
        return Finding(promise, self.bench.stream.name, "kept", told)

    def _not_tried(self, promise: str, why: str) -> Finding:
        return Finding(promise, self.bench.stream.name, "not tried", why)

    def alike(self) -> Finding:
        """Read once more."""
        again = self.bench.run()
        if again.error is not None:
            return self._found("alike", f"the second run failed: {again.error}")
        ours, theirs = _texts(self.first.items), _texts(again.items)
        if ours == theirs:
            return self._kept("alike", f"{len(ours)} items, twice")
        wrong = listed(unlike(state_of(again.items), self.truth))
        pairs = enumerate(zip(ours, theirs, strict=False))
        at = next((n for n, (a, b) in pairs if a != b), min(len(ours), len(theirs)))
        case = Case(expected=_at(ours, at), got=_at(theirs, at))
        return self._found("alike", wrong or f"item {at + 1} is another one", case)

    def keys(self) -> Finding:
        """No empty key, and no key of two things."""
        if not self.truth.rows and not self.truth.refused:
            return self._not_tried("keys", "no record came")
        for reject in self.truth.refused:
            if "key" in reject.reason:
                case = Case(expected="a key", got=str(reject.item)[:200])
                return self._found("keys", f"{reject.record} {reject.field}: {reject.reason}", case)
        seen: dict[Any, Record] = {}
        for item in self.first.items:
            if not isinstance(item, Record):
                continue
            key = (item.TABLE, *(str(getattr(item, name)) for name in item.KEY))
            before = seen.setdefault(key, item)
            if field := _differs(before, item):
                case = Case(expected=str(getattr(before, field)), got=str(getattr(item, field)))
                told = f"{called(key)} came twice, with another {field}"
                return self._found("keys", told, case)
        return self._kept("keys", f"{len(seen)} keys")

    def instants(self) -> Finding:
        """Whatever a column could not hold, instants without a zone above all."""
        if not self.truth.rows and not self.truth.refused:
            return self._not_tried("instants", "no record came")
        wrong = [one for one in self.truth.refused if "key" not in one.reason]
        if not wrong:
            return self._kept("instants", f"{len(self.truth.rows)} rows")
        [first, *_] = wrong
        told = f"{first.record} {first.key}, {first.field}: {first.reason}"
        return self._found("instants", told, Case(got=str(first.item)[:200]))

    def declared(self) -> Finding:
        """Records of other kinds than the stream says of itself."""
        stream = self.bench.stream
        if not stream.yields:
            return self._not_tried("declared", "the stream does not say what it yields")
        said = {*stream.yields, *stream.snapshot_of}
        for item in self.first.items:
            kind = item.record if isinstance(item, Gone) else type(item)
            if issubclass(kind, Record) and kind not in said:
                names = ", ".join(sorted(one.__name__ for one in said))
                case = Case(expected=names, got=f"{kind.__name__} {as_plain(item)}"[:200])
                return self._found("declared", f"{kind.__name__} comes and is not declared", case)
        came = {type(item) for item in self.first.items} & said
        return self._kept("declared", f"{len(came)} of {len(said)} kinds came")

    def hosts(self) -> Finding:
        """Hosts that are written into the code."""
        if not self.first.exchanges:
            return self._not_tried("hosts", NOTHING_ASKED)
        named = str(self.bench.settings.model_dump(mode="json"))
        for exchange in self.first.exchanges:
            host = urlsplit(exchange.key[1]).netloc
            if host not in named:
                case = Case(request=str(exchange), expected="a host of the settings", got=host)
                return self._found("hosts", f"{host} is asked, which no setting names", case)
            named += exchange.told
        asked = {urlsplit(exchange.key[1]).netloc for exchange in self.first.exchanges}
        return self._kept("hosts", f"{len(asked)} asked")

    def cursors(self) -> Finding:
        """No checkpoint goes back, in a run or from one run to the next."""
        cursors = self.first.cursors
        if not cursors:
            return self._not_tried("cursors", READ_WHOLE)
        if wrong := _back(cursors):
            return self._found(
                "cursors",
                "a checkpoint goes back",
                Case(expected=f"at or after {wrong[0]}", got=wrong[1]),
            )
        further = self.bench.undisturbed(cursors[-1])
        if wrong := _back([*dict.fromkeys(cursors), *further.cursors]):
            case = Case(since=cursors[-1], expected=f"at or after {wrong[0]}", got=wrong[1])
            return self._found("cursors", "the next run goes back", case)
        return self._kept("cursors", f"{len(set(cursors))} cursors")

    def resume(self) -> Finding:
        """Go on from each checkpoint."""
        places = [at for at, item in enumerate(self.first.items) if isinstance(item, Checkpoint)]
        if not places:
            return self._not_tried("resume", READ_WHOLE)
        tried, missing = 0, ""
        for at in few(places, self.bench.tries):
            before = self.first.items[: at + 1]
            cursor = before[-1].cursor  # type: ignore[union-attr]
            rest = self.bench.undisturbed(cursor)
            if rest.missing:
                missing = missing or rest.missing[0]
                continue
            tried += 1
            if rest.crash or (rest.error and not isinstance(rest.error, CursorExpired)):
                return self._found(
                    "resume", f"the run fails: {rest.crash or rest.error}", Case(since=cursor)
                )
            if rest.error:
                continue
            if wrong := listed(unlike(state_of([*before, *rest.items]), self.truth)):
                case = Case(since=cursor, expected="the rows of a whole read")
                return self._found(
                    "resume", f"going on from a checkpoint ends otherwise: {wrong}", case
                )
        if not tried:
            return self._not_tried("resume", f"no answer was recorded to {missing}")
        of = f", {len(places)} there are" if tried < len(places) else ""
        return self._kept("resume", f"{tried} checkpoints{of}")

    def onward(self) -> Finding:
        """Go on from the last checkpoint, and count what is read once more."""
        cursors = self.first.cursors
        if not cursors:
            return self._not_tried("onward", READ_WHOLE)
        whole = _told(self.first)
        if not whole:
            return self._not_tried("onward", "no record came")
        rest = self.bench.undisturbed(cursors[-1])
        if rest.missing:
            return self._not_tried("onward", f"no answer was recorded to {rest.missing[0]}")
        if isinstance(rest.error, CursorExpired):
            return self._not_tried("onward", f"the cursor has expired: {rest.error}")
        again, asked = _told(rest), (len(rest.exchanges), len(self.first.exchanges))
        if again >= whole and asked[0] >= asked[1]:
            case = Case(since=cursors[-1], expected=f"less than the whole: {whole} records",
                        got=f"{again} records by {asked[0]} requests")  # fmt: skip
            return self._found("onward", "everything is read again", case)
        return self._kept("onward", f"{again} of {whole} records come again")

    def from_the_future(self) -> Finding:
        """Begin with a cursor that is ahead of all there is."""
        cursors = self.first.cursors
        if not cursors:
            return self._not_tried("future", READ_WHOLE)
        cursor = self.future or ahead(cursors[-1])
        if cursor is None:
            told = "the cursor is a state, and no point in time; give future={stream: cursor}"
            return self._not_tried("future", told)
        found = self.bench.undisturbed(cursor)
        if found.missing:
            return self._not_tried("future", f"no answer was recorded to {found.missing[0]}")
        if found.crash or (found.error and not isinstance(found.error, CursorExpired)):
            return self._found(
                "future", f"the run fails: {found.crash or found.error}", Case(since=cursor)
            )
        came = [item for item in found.items if _is_told(item)]
        if came:
            case = Case(since=cursor, expected="nothing", got=f"{len(came)} records")
            first = type(came[0]).__name__
            return self._found("future", f"{first} came, {len(came)} records in all", case)
        return self._kept("future", "nothing came")


def few(found: list[Any], most: int) -> list[Any]:
    """The first, the last, and some between."""
    if len(found) <= most:
        return found
    return [found[round(n * (len(found) - 1) / (most - 1))] for n in range(most)]


def _told(outcome: Outcome) -> int:
    """How many records came, but for those of whom and where others tell."""
    return sum(map(_is_told, outcome.items))


def _is_told(item: Item) -> bool:
    return isinstance(item, Record) and not isinstance(item, Space | Account)


def _texts(items: list[Item]) -> list[str]:
    return [
        "Checkpoint" if isinstance(item, Checkpoint)  # only its connector reads the cursor
        else str(item) if isinstance(item, Gone)
        else f"{type(item).__name__} {as_plain(item)}"
        for item in items
    ]  # fmt: skip


def _at(texts: list[str], at: int) -> str:
    return texts[at][:200] if at < len(texts) else "the end"


def _differs(one: Record, other: Record) -> str | None:
    """The field by which two records of one key are not the same thing.

    Of an account only its address counts: people write under many names.
    """
    names = ("email", "username") if isinstance(one, Account) else one.__struct_fields__
    for name in names:
        mine, theirs = getattr(one, name), getattr(other, name)
        if mine not in (UNSET, None) and theirs not in (UNSET, None) and mine != theirs:
            return name
    return None


def _back(cursors: list[str]) -> tuple[str, str] | None:
    """A cursor that had been left behind and comes again, or is less where one can tell."""
    left: set[str] = set()
    for before, after in pairwise(cursors):
        if after == before:
            continue
        left.add(before)
        # Which of two states is further, their connector alone knows; one may well come again.
        if (after in left and not after.startswith("{")) or _less(after, before):
            return before, after
    return None


def _less(one: str, other: str) -> bool:
    for kind in (int, datetime.fromisoformat):
        try:
            return bool(kind(one) < kind(other))  # type: ignore[operator]
        except (ValueError, TypeError):
            continue
    return False


def ahead(cursor: str) -> str | None:
    """The same kind of cursor, far in the future; None where one cannot tell what it is."""
    try:
        found = json.loads(cursor)
    except ValueError:
        further = _YEAR.sub(lambda year: str(int(year[0]) + _AHEAD), cursor)
        return further if further != cursor else None
    if isinstance(found, int) and not isinstance(found, bool):
        return str(found + 10**9)
    return None  # whatever else it holds would not fit


__all__ = ["NOTHING_ASKED", "Quiet", "ahead", "few"]
