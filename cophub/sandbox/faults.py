"""Faults on demand: which request goes wrong, and how.

A plan is a schedule ("the 3rd request to */members"), a seeded chance, or both. The same plan meets
the same requests with the same faults.
"""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from fnmatch import fnmatchcase
from random import Random
from typing import Any

KINDS = {
    "status": "answers `status`; `body=False` leaves the body out, `retry_after` adds the header",
    "hang": "says nothing for `seconds`, then closes the connection",
    "slow": "answers after `seconds`",
    "cut": "promises a whole body, sends half of it and closes the connection",
    "reset": "resets the connection",
    "empty": "answers 200 with no body at all",
    "truncated": "answers 200 with half the JSON, its length declared truly",
    "bad_item": "makes one item of the page unreadable",
    "duplicate_page": "sends the last answer to the same path once more",
    "reorder_page": "sends the items of the page in the opposite order",
    "drift": "changes `rows` rows that were served before, so that later pages shift",
}


@dataclass(kw_only=True)
class Fault:
    """One kind of fault and the requests it strikes; counts matching requests from 1."""

    kind: str
    path: str = "*"
    method: str = "*"
    at: tuple[int, ...] = ()
    every: int = 0
    probability: float = 0.0
    seed: int = 0
    times: int | None = None
    """At most so many strikes; None: no limit."""
    status: int = 503
    body: bool = True
    retry_after: int | str | None = None
    """Seconds, or an HTTP date as text."""
    seconds: float = 30.0
    rows: int = 1
    seen: int = 0
    struck: int = 0
    chance: Random = field(default_factory=Random, repr=False)

    def __post_init__(self) -> None:
        if self.kind.isdigit():
            self.kind, self.status = "status", int(self.kind)
        if self.kind not in KINDS:
            raise ValueError(f"no fault is called {self.kind!r}; choose one of {', '.join(KINDS)}")
        self.at = (self.at,) if isinstance(self.at, int) else tuple(self.at)
        if not (self.at or self.every or self.probability):
            self.at = (1,)
        self.chance.seed(self.seed)

    def strikes(self, method: str, path: str) -> bool:
        """Count the request if it matches, and tell whether it is struck."""
        if not (fnmatchcase(path, self.path) and fnmatchcase(method, self.method)):
            return False
        self.seen += 1
        hit = self.seen in self.at or bool(self.every and self.seen % self.every == 0)
        hit = hit or (self.probability > 0 and self.chance.random() < self.probability)
        if not hit or (self.times is not None and self.struck >= self.times):
            return False
        self.struck += 1
        return True


class Faults:
    """The plans of one sandbox; safe to use from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._plans: list[Fault] = []
        self.struck: list[tuple[str, str]] = []
        """(kind, path) of every fault that happened."""

    def plan(self, kind: str, **options: Any) -> Fault:
        """Add a fault, such as `plan("429", path="*/members", at=3, retry_after=1, body=False)`."""
        fault = Fault(kind=kind, **options)
        with self._lock:
            self._plans.append(fault)
        return fault

    def plan_all(self, plans: Sequence[Mapping[str, Any]]) -> None:
        """Add faults given as plain data, as they come over HTTP; ValueError names a wrong key."""
        known = {item.name for item in fields(Fault)} - {"seen", "struck", "chance"}
        for plan in plans:
            if wrong := set(plan) - known:
                raise ValueError(
                    f"a fault has no {sorted(wrong)[0]!r}; it has {', '.join(sorted(known))}"
                )
            if "kind" not in plan:
                raise ValueError(f"a fault needs a kind: one of {', '.join(KINDS)}")
            self.plan(**plan)

    def clear(self) -> None:
        """From now on nothing goes wrong."""
        with self._lock:
            self._plans.clear()
            self.struck.clear()

    def strike(self, method: str, path: str) -> Fault | None:
        """The fault for this request, or None. Every plan counts it; the first to strike wins."""
        with self._lock:
            hits = [fault for fault in self._plans if fault.strikes(method, path)]
            if hits:
                self.struck.append((hits[0].kind, path))
            return hits[0] if hits else None
