"""The promises of runs in which the vendor fails, repeats itself or sends what cannot be read."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property

import httpx

from cophub.errors import CursorExpired
from cophub.http import redact
from cophub.records import Gone
from cophub.testing.listings import Listing, Rows, listings
from cophub.testing.pages import Change, duplications, orders
from cophub.testing.quiet import NOTHING_ASKED, few
from cophub.testing.report import Case, Finding
from cophub.testing.running import Bench, Outcome, state_of
from cophub.testing.state import RowKey, State, called, listed, unlike
from cophub.testing.vendor import Exchange, Fault, Right, Spoil, with_body

ALWAYS = 10**9
NO_LIST = "no answer is a list of items that can be taken apart"


@dataclass
class Disturbed:
    """A stream whose undisturbed run is known, and what is found when its vendor misbehaves."""

    bench: Bench
    first: Outcome
    truth: State
    departed: Finding | None = None
    """The first departure that no snapshot said."""
    watched: int = field(default=0)
    """Disturbed runs of a stream that says who left."""
    needed: set[tuple[str, ...]] = field(default_factory=set)
    """Excuses without which a promise would be broken."""

    def findings(self) -> Iterator[Finding]:
        """What is found of each promise."""
        for promise, status in (("429", 429), ("500", 500), ("401", 401)):
            yield self._of_answers(promise, list(_statuses(status)))
        yield self._of_answers("cut", list(_cuts()))
        yield self._of_pages("duplicated", duplications)
        yield self._of_pages("reordered", orders)
        yield self._repeated()
        yield self._bad_items()
        yield self._departures()

    # --- What every disturbed run must come to

    def _wrong(self, disturbed: Outcome) -> tuple[str, str]:
        """What is not as it would have been without it, and what was missing to know."""
        if disturbed.crash:
            return disturbed.crash, ""
        if disturbed.missing:
            return "", disturbed.missing[0]
        items = disturbed.kept
        if disturbed.error is None or disturbed.cursor is not None:
            then = self.bench.undisturbed(disturbed.cursor)
            if then.missing:
                return "", then.missing[0]
            if then.error and not isinstance(then.error, CursorExpired):
                return f"the next run fails: {then.crash or then.error}", ""
            items = [*items, *(self.first.items if then.error else then.items)]
        else:
            items = [*items, *self.first.items]
        return listed(unlike(state_of(items), self.truth)), ""

    def _try(self, exchange: Exchange, what: str, fault: Fault) -> tuple[str, str, Case]:
        disturbed = self.bench.run(None, fault)
        if disturbed.error is None and disturbed.items == self.first.items:
            self.watched += self._tells_who_left(disturbed)
            return "", "", Case()
        wrong, missing = self._wrong(disturbed)
        ended = f"a run that ended: {disturbed.error}" if disturbed.error else "a run that was done"
        case = Case(
            request=str(exchange), changed=what, expected="the rows of an undisturbed read",
            got="" if disturbed.crash else str(redact(ended))[:400],
        )  # fmt: skip
        if not missing:
            self._watch(disturbed, case)
        return wrong, missing, case

    def _tells_who_left(self, disturbed: Outcome) -> bool:
        said = any(isinstance(item, Gone) for item in disturbed.items)
        return said or bool(self.bench.stream.snapshot_of)

    def _watch(self, disturbed: Outcome, case: Case) -> None:
        """Whether somebody would have left by a read that was disturbed."""
        if not self._tells_who_left(disturbed):
            return
        self.watched += 1
        said = state_of([*self.first.items, *disturbed.kept]).taken  # by a hub that knew them all
        taken = [key for key in said if key in self.truth.rows]
        tables = {record.TABLE for record in self.bench.stream.snapshot_of}
        if disturbed.error is None and not disturbed.rejects:
            rows = state_of(disturbed.kept).rows
            taken += [key for key in self.truth.rows.keys() - rows.keys() if key[0] in tables]
        if taken and self.departed is None:
            gone = listed(map(called, taken))
            self.departed = self._broken(
                "departures",
                f"a disturbed read says that these have left: {gone}",
                Case(case.request, case.changed, None, "nobody has left"),
            )

    def _broken(self, promise: str, told: str, case: Case) -> Finding:
        return Finding(promise, self.bench.stream.name, "broken", told, case)

    def _is_excused(self, promise: str, exchange: Exchange) -> bool:
        """Whether a reason was given why it breaks there; it is noted, for it must be needed."""
        for key in self.bench.excused:
            if key[0] == promise and key[1] in exchange.key[1]:
                self.needed.add(key)
                return True
        return False

    def _verdict(self, promise: str, tried: int, missing: str, nothing: str) -> Finding:
        name = self.bench.stream.name
        given = {key: told for key, told in self.bench.excused.items() if key[0] == promise}
        for key in given.keys() - self.needed:
            told = f"it is kept at {key[1]}, and yet excused: {given[key]}"
            return Finding(promise, name, "broken", told)
        if given:
            told = " ".join(f"At {key[1]}: {reason}" for key, reason in given.items())
            return Finding(promise, name, "excused", f"{told} Else kept, in {tried} runs.")
        if tried:
            return Finding(promise, name, "kept", f"{tried} runs")
        why = f"no answer was recorded to {missing}" if missing else nothing
        return Finding(promise, name, "not tried", why)

    # --- Answers that fail

    def _of_answers(self, promise: str, spoils: list[tuple[str, Spoil, int]]) -> Finding:
        tried, lacking = 0, ""
        for exchange in chosen(self.first.exchanges, self.bench.tries):
            for what, spoil, times in spoils:
                fault = Fault(exchange.key, spoil, lasting=times == ALWAYS, times=times)
                wrong, missing, case = self._try(exchange, what, fault)
                if wrong and not self._is_excused(promise, exchange):
                    return self._broken(promise, wrong, case)
                lacking = lacking or missing
                tried += not missing
        return self._verdict(promise, tried, lacking, NOTHING_ASKED)

    # --- Pages that are not as they should be

    @cached_property
    def _pages(self) -> list[tuple[Exchange, list[Listing]]]:
        found = [(e, listings(e.content)) for e in self.first.exchanges if e.status < 300]
        return [(exchange, lists) for exchange, lists in found if lists]

    @cached_property
    def _listings(self) -> list[tuple[Exchange, Listing]]:
        """The lists to be spoiled, of a few answers."""
        of = {exchange.key: lists for exchange, lists in self._pages}
        some = chosen([exchange for exchange, _ in self._pages], self.bench.tries)
        return [(exchange, one) for exchange in some for one in of[exchange.key]]

    def _of_pages(
        self, promise: str, changes: Callable[[Rows], Iterator[tuple[str, Change]]]
    ) -> Finding:
        tried, lacking = 0, ""
        for exchange, listing in self._listings:
            broken: Finding | None = None
            for what, change in changes(listing.rows) if not listing.inside else ():
                told = f"{what} in {listing.place}" if listing.place else what
                fault = Fault(exchange.key, _with(listing.put(change(listing.rows))))
                wrong, missing, case = self._try(exchange, told, fault)
                if wrong and self._is_excused(promise, exchange):
                    break
                if wrong:  # the whole page came first; one item alone is a smaller case
                    broken = self._broken(promise, wrong, case)
                    if "each" not in what and "opposite" not in what:
                        break
                elif not broken:
                    lacking = lacking or missing
                    tried += not missing
                    break
            if broken:
                return broken
        return self._verdict(promise, tried, lacking, NO_LIST)

    def _repeated(self) -> Finding:
        tried, lacking = 0, ""
        pages = [exchange for exchange, _ in self._pages]
        followers = [
            (one, before)
            for at, one in enumerate(pages)
            if (before := next(filter(one.follows, reversed(pages[:at])), None))
            and one.content != before.content
        ]
        for exchange, before in few(followers, self.bench.tries):
            fault = Fault(exchange.key, _with(before.content))
            wrong, missing, case = self._try(exchange, f"it is answered as {before}", fault)
            if wrong and not self._is_excused("repeated", exchange):
                return self._broken("repeated", wrong, case)
            lacking = lacking or missing
            tried += not missing
        return self._verdict("repeated", tried, lacking, "no listing has a second page")

    # --- Items that cannot be read

    def _bad_items(self) -> Finding:
        tried, lacking = 0, ""
        for exchange, listing in self._listings:
            lost: dict[str, set[RowKey]] = {}
            for at in range(1 if listing.inside else min(len(listing.rows), 2)):
                for what, body in listing.bad_items(at):
                    case = _bad_case(exchange, listing, at, what)
                    fault = Fault(exchange.key, _with(body), times=ALWAYS)
                    wrong, missing, gone = self._bad(fault, case)
                    lacking = lacking or missing
                    tried += not missing
                    if not wrong and (both := lost.get(what, set()) & gone):
                        others = listed(map(called, both))
                        wrong = f"with one bad item others are lost, too: {others}"
                    if wrong and not self._is_excused("bad item", exchange):
                        return self._broken("bad item", wrong, replace(case, got=wrong))
                    lost[what] = gone
        return self._verdict("bad item", tried, lacking, NO_LIST)

    def _bad(self, fault: Fault, case: Case) -> tuple[str, str, set[RowKey]]:
        """What is wrong, what was missing to know, and the rows that did not come."""
        found = self.bench.run(None, fault)
        if found.missing:
            return "", found.missing[0], set()
        if found.crash or found.error:
            return f"the run ended: {found.crash or redact(str(found.error))}", "", set()
        lost = self.truth.rows.keys() - state_of(found.items).rows.keys()
        self._watch(found, case)
        unsaid = lost and all(one in self.first.rejects for one in found.rejects)
        if unsaid and not self._rejected_elsewhere(fault):
            return f"no Reject, and {listed(map(called, lost))} missing", "", set()
        return "", "", lost

    def _rejected_elsewhere(self, fault: Fault) -> bool:
        """Whether another stream reads the same page, and rejects the item."""
        benches = (replace(self.bench, stream=stream) for stream in self.bench.others)
        return any(bench.run(None, fault).rejects for bench in benches)

    def _departures(self) -> Finding:
        if self.departed:
            return self.departed
        told = "the stream says of nobody that they left, or nothing disturbed could be tried"
        return self._verdict("departures", self.watched, "", told)


def chosen(exchanges: list[Exchange], tries: int) -> list[Exchange]:
    """A few of them: of each kind of path one, then some between."""
    kinds: dict[str, Exchange] = {}
    for one in exchanges:
        kinds.setdefault(re.sub(r"\d+", "0", one.path), one)
    first = few(list(kinds.values()), tries)
    more = [one for one in few(exchanges, tries) if one not in first]
    return [*first, *more[: max(0, tries - len(first))]]


def _bad_case(exchange: Exchange, listing: Listing, at: int, what: str) -> Case:
    item = json.dumps(redact(listing.shown(at)), ensure_ascii=False)[:160]
    of = f" of {listing.place}" if listing.place else ""
    told = f"item {at + 1}{of} {what}; it was {item}"
    return Case(str(exchange), told, None, "a Reject, and all other rows")


def _statuses(status: int) -> Iterator[tuple[str, Spoil, int]]:
    def spoil(request: httpx.Request, right: Right) -> httpx.Response:
        # Some vendors tell everybody who asks what they were asked with.
        said = {"message": "no", "asked": str(request.url),
                "with": request.headers.get("authorization", "")}  # fmt: skip
        return httpx.Response(status, headers={"Retry-After": "1"}, json=said)

    yield f"it is answered {status} once", spoil, 1
    yield f"it and all after it are answered {status}", spoil, ALWAYS


def _cuts() -> Iterator[tuple[str, Spoil, int]]:
    def half(request: httpx.Request, right: Right) -> httpx.Response:
        found = right()
        if not found.content.lstrip().startswith((b"{", b"[")):  # half a table is a table, too
            raise httpx.RemoteProtocolError("the answer was cut off", request=request)
        return with_body(found, found.content[: len(found.content) // 2])

    def reset(request: httpx.Request, right: Right) -> httpx.Response:
        raise httpx.RemoteProtocolError("the answer was cut off", request=request)

    yield "half of it comes", half, 1
    yield "the connection ends in it", reset, 1
    yield "the connection ends in it and in all after it", reset, ALWAYS


def _with(body: bytes) -> Spoil:
    return lambda request, right: with_body(right(), body)


__all__ = ["Disturbed", "chosen"]
