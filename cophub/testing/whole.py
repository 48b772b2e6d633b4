"""The promises of a connector as a whole: what its check and its discover say."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx

from cophub.connector import Connector, Context, Verdict
from cophub.errors import CophubError
from cophub.records import Space
from cophub.testing.report import Case, Finding
from cophub.testing.running import Bench, as_plain
from cophub.testing.vendor import Fault, Wire


@dataclass
class Whole:
    """A connector, and the bench that it is tried on."""

    connector: Connector
    bench: Bench

    def findings(self) -> Iterator[Finding]:
        """What is found of each promise."""
        yield self.check()
        yield self.discover()

    def _called(
        self, function: Callable[[Context[Any]], Iterator[Any]], fault: Fault | None = None
    ) -> tuple[list[Any], Exception | None, Wire]:
        """What it yields, or the error that it ends with."""
        wire = self.bench.wire(fault)
        with self.bench.context(wire) as context:
            found = []
            try:
                for item in function(context):
                    found.append(item)
            except Exception as error:  # noqa: BLE001 - whatever a connector raises is what is told
                return found, error, wire
        return found, None, wire

    def check(self) -> Finding:
        """Ask it where all is well, and where every request is refused."""
        if self.connector.check is None:
            return _not_tried("check", "the connector has no check")
        verdicts, error, wire = self._called(self.connector.check)
        if wire.missing:
            return _not_tried("check", f"no answer was recorded to {wire.missing[0]}")
        if error or not verdicts:
            return _broken("check", f"where all is well it ends with {_named(error)}")
        for one in verdicts:
            if not isinstance(one, Verdict):
                return _broken("check", f"it yields a {type(one).__name__}, and no Verdict")
            if one.state == "failed":
                told = f"where all is well {one.subject} is said to have failed"
                return _broken("check", told, Case(expected="ok, or a warning", got=one.message))
        if not wire.exchanges:
            return _kept("check", f"{len(verdicts)} verdicts, without a request")
        return self._refused(len(verdicts))

    def _refused(self, verdicts: int) -> Finding:
        assert self.connector.check is not None  # noqa: S101 - it was asked before
        refused, error, _ = self._called(self.connector.check, Fault.of_all(_refusal))
        case = Case(changed="every request is answered 401")
        if error is not None and not isinstance(error, CophubError):
            return _broken("check", f"where it is refused it ends with {_named(error)}", case)
        if error is None and not any(one.state == "failed" for one in refused):
            said = ", ".join(f"{one.subject} {one.state}" for one in refused)
            return _broken("check", f"where it is refused it says: {said or 'nothing'}", case)
        if lacking := [one.subject for one in refused if one.state == "failed" and not one.fix]:
            return _broken("check", f"{lacking[0]} failed, and no fix is said", case)
        return _kept("check", f"{verdicts} verdicts, and refused")

    def discover(self) -> Finding:
        """Ask it twice."""
        if self.connector.discover is None:
            return _not_tried("discover", "the connector has no discover")
        spaces, error, wire = self._called(self.connector.discover)
        if wire.missing:
            return _not_tried("discover", f"no answer was recorded to {wire.missing[0]}")
        if error is not None:
            return _broken("discover", f"it ends with {_named(error)}")
        keys = [str(one.key) if isinstance(one, Space) else "" for one in spaces]
        if "" in keys:
            found = spaces[keys.index("")]
            got = str(as_plain(found) if isinstance(found, Space) else found)[:200]
            return _broken("discover", "something is no space with a key", Case(got=got))
        if twice := {key for key in keys if keys.count(key) > 1}:
            return _broken("discover", f"space {min(twice)} comes twice")
        again, _, _ = self._called(self.connector.discover)
        if again != spaces:
            case = Case(expected=_keys(spaces), got=_keys(again))
            return _broken("discover", "asked once more it gives something else", case)
        return _kept("discover", f"{len(spaces)} spaces, twice")


def _keys(spaces: list[Space]) -> str:
    return f"{len(spaces)}: {', '.join(str(one.key) for one in spaces)}"[:200]


def _refusal(request: httpx.Request, right: Callable[[], httpx.Response]) -> httpx.Response:
    return httpx.Response(401, json={"message": "no"})


def _named(error: Exception | None) -> str:
    return "nothing" if error is None else f"{type(error).__name__}: {error}"


def _kept(promise: str, told: str) -> Finding:
    return Finding(promise, "", "kept", told)


def _not_tried(promise: str, why: str) -> Finding:
    return Finding(promise, "", "not tried", why)


def _broken(promise: str, told: str, case: Case | None = None) -> Finding:
    return Finding(promise, "", "broken", told, case)


__all__ = ["Whole"]
