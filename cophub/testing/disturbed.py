"""The promises of runs in which the vendor fails, repeats itself or sends what cannot be read."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise

import httpx

from cophub.errors import CursorExpired
from cophub.http import redact
from cophub.records import Gone
from cophub.testing.pages import Change, Rows, bad_items, changed, duplications, orders, rows_of
from cophub.testing.quiet import few
from cophub.testing.report import Case, Finding
from cophub.testing.running import Bench, Outcome, state_of
from cophub.testing.state import RowKey, State, called, listed, unlike
from cophub.testing.vendor import Exchange, Fault, with_body

Right = Callable[[], httpx.Response]
Spoil = Callable[[httpx.Request, Right], httpx.Response]
ALWAYS = 10**9


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
            then = self.bench.run(disturbed.cursor)
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
        wrong, missing = self._wrong(disturbed)
        ended = f"the run ended with {disturbed.error}" if disturbed.error else "the run was done"
        case = Case(
            request=str(exchange), changed=what, expected="the rows of an undisturbed read",
            got=str(redact(f"{wrong} ({ended})"))[:400],
        )  # fmt: skip
        if not missing:
            self._watch(disturbed, case)
        return wrong, missing, case

    def _watch(self, disturbed: Outcome, case: Case) -> None:
        """Whether somebody would have left by a read that was disturbed."""
        state = state_of(disturbed.kept)
        said = state_of([*self.first.items, *disturbed.kept]).taken  # by a hub that knew them all
        taken = [key for key in said if key in self.truth.rows]
        tables = {record.TABLE for record in self.bench.stream.snapshot_of}
        if tables or any(isinstance(item, Gone) for item in disturbed.items):
            self.watched += 1
        if disturbed.error is None and not disturbed.rejects:
            taken += [key for key in self.truth.rows.keys() - state.rows.keys() if key[0] in tables]
        if taken and self.departed is None:
            gone = listed(map(called, taken))
            self.departed = self._broken(
                "departures",
                f"a disturbed read says that these have left: {gone}",
                Case(case.request, case.changed, None, "nobody has left", f"gone: {gone}"),
            )

    def _broken(self, promise: str, told: str, case: Case) -> Finding:
        return Finding(promise, self.bench.stream.name, "broken", told, case)

    def _verdict(self, promise: str, tried: int, missing: str, nothing: str) -> Finding:
        name = self.bench.stream.name
        if tried:
            return Finding(promise, name, "kept", f"{tried} runs")
        why = f"no answer was recorded to {missing}" if missing else nothing
        return Finding(promise, name, "not tried", why)

    # --- Answers that fail

    def _of_answers(self, promise: str, spoils: list[tuple[str, Spoil, int]]) -> Finding:
        tried, lacking = 0, ""
        for exchange in chosen(self.first.exchanges):
            for what, spoil, times in spoils:
                fault = Fault(exchange.key, spoil, lasting=times == ALWAYS, times=times)
                wrong, missing, case = self._try(exchange, what, fault)
                if wrong:
                    return self._broken(promise, wrong, case)
                lacking = lacking or missing
                tried += not missing
        return self._verdict(promise, tried, lacking, "the stream asks for nothing")

    # --- Pages that are not as they should be

    def _pages(self) -> list[tuple[Exchange, str, Rows]]:
        found = [e for e in self.first.exchanges if e.status < 300 and rows_of(e.content)]
        return [(e, *rows_of(e.content)[0]) for e in chosen(found)]

    def _of_pages(
        self, promise: str, changes: Callable[[Rows], Iterator[tuple[str, Change]]]
    ) -> Finding:
        tried, lacking = 0, ""
        for exchange, place, rows in self._pages():
            broken: Finding | None = None
            for what, change in changes(rows):
                wrong, missing, case = self._changed(exchange, place, what, change)
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
        return self._verdict(promise, tried, lacking, "no page is a JSON list of items")

    def _changed(
        self, exchange: Exchange, place: str, what: str, change: Change
    ) -> tuple[str, str, Case]:
        what = f"{what} in {place}" if place else what
        fault = Fault(exchange.key, _with(place, change))
        return self._try(exchange, what, fault)

    def _repeated(self) -> Finding:
        tried, lacking = 0, ""
        pages = [e for e in self.first.exchanges if e.status < 300 and rows_of(e.content)]
        followers = [
            (one, before)
            for before, one in pairwise(pages)
            if one.path == before.path and one.content != before.content
        ]
        for exchange, before in few(followers):
            fault = Fault(exchange.key, _instead(before.content))
            wrong, missing, case = self._try(exchange, f"it is answered as {before}", fault)
            if wrong:
                return self._broken("repeated", wrong, case)
            lacking = lacking or missing
            tried += not missing
        return self._verdict("repeated", tried, lacking, "no listing has a second page")

    # --- Items that cannot be read

    def _bad_items(self) -> Finding:
        tried, lacking = 0, ""
        for exchange, place, rows in self._pages():
            for number in range(len(list(bad_items(0)))):
                lost: list[set[RowKey]] = []
                case = Case()
                for at in range(min(len(rows), 2)):
                    case, fault = self._spoiled(exchange, place, rows, (number, at))
                    wrong, missing, gone = self._bad(fault, case)
                    lacking = lacking or missing
                    tried += not missing
                    if wrong:
                        return self._broken("bad item", wrong, replace(case, got=wrong))
                    lost.append(gone)
                if len(lost) == 2 and (both := lost[0] & lost[1]):
                    told = f"with one bad item others are lost, too: {listed(map(called, both))}"
                    return self._broken("bad item", told, replace(case, got=told))
        return self._verdict("bad item", tried, lacking, "no page is a JSON list of items")

    def _spoiled(
        self, exchange: Exchange, place: str, rows: Rows, which: tuple[int, int]
    ) -> tuple[Case, Fault]:
        number, at = which
        what, change = list(bad_items(at))[number]
        item = json.dumps(redact(rows[at]), ensure_ascii=False)[:160]
        what = f"{what}{f' of {place}' if place else ''}: {item}"
        case = Case(str(exchange), what, None, "a Reject, and all other rows")
        return case, Fault(exchange.key, _with(place, change), times=ALWAYS)

    def _bad(self, fault: Fault, case: Case) -> tuple[str, str, set[RowKey]]:
        """What is wrong, what was missing to know, and the rows that did not come."""
        found = self.bench.run(None, fault)
        if found.missing:
            return "", found.missing[0], set()
        if found.crash or found.error:
            return f"the run ended: {found.crash or redact(str(found.error))}", "", set()
        lost = self.truth.rows.keys() - state_of(found.items).rows.keys()
        if lost and all(one in self.first.rejects for one in found.rejects):
            self._watch(found, case)
            if not self._rejected_elsewhere(fault):
                return f"no Reject, and {listed(map(called, lost))} missing", "", set()
        return "", "", set(lost)

    def _rejected_elsewhere(self, fault: Fault) -> bool:
        """Whether another stream reads the same page, and rejects the item."""
        benches = (replace(self.bench, stream=stream) for stream in self.bench.others)
        return any(bench.run(None, fault).rejects for bench in benches)

    def _departures(self) -> Finding:
        if self.departed:
            return self.departed
        told = "the stream says of nobody that they left, or nothing disturbed could be tried"
        return self._verdict("departures", self.watched, "", told)


def chosen(exchanges: list[Exchange]) -> list[Exchange]:
    """A few of them: of each kind of path one, then some between."""
    kinds: dict[str, Exchange] = {}
    for one in exchanges:
        kinds.setdefault(re.sub(r"\d+", "0", one.path), one)
    first = few(list(kinds.values()))
    more = [one for one in few(exchanges) if one not in first]
    return [*first, *more[: max(0, 6 - len(first))]]


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


def _with(place: str, change: Change) -> Spoil:
    def spoil(request: httpx.Request, right: Right) -> httpx.Response:
        found = right()
        return with_body(found, changed(found.content, place, change))

    return spoil


def _instead(content: bytes) -> Spoil:
    headers = {"content-type": "application/json"}
    return lambda request, right: httpx.Response(200, headers=headers, content=content)


__all__ = ["Disturbed", "chosen"]
