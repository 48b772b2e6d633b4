"""What may happen on the way, to which connectors it can, and the plan of a seed."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from random import Random
from typing import Any

MISHAPS = {
    "kill": "the process is killed: at a request, a statement, a commit, or as a token is kept",
    "cut": "the network is cut: from one request on, for a few or for the rest of the run",
    "answers": "the vendor refuses, breaks off, or sends what cannot be read",
    "disk": "the warehouse's disk is full",
    "lock": "another process has the warehouse locked: for a moment, for a while or to the end",
    "ahead": "the clock is ahead, by a minute to weeks",
    "back": "the clock is set back, by a minute to most of a day",
    "token": "the session, the token or the key ends in the middle",
    "repeat": "pages that were sent are sent once more in place of others",
    "reorder": "the items of pages come in the opposite order",
    "change": "what is read changes while it is read",
    "two": "two schedulers begin the same run at the same time",
}
ONE_DOCUMENT = "all that it reads is one document, asked for once: there is no page to repeat"
EXCUSED: dict[tuple[str, str], str] = {
    ("files", "repeat"): ONE_DOCUMENT,
    ("calendar", "repeat"): ONE_DOCUMENT,
}
"""What makes no sense for a connector, and why; everything else is played."""

DETAILS: dict[str, tuple[Any, ...]] = {
    "kill": ("request", "request", "statement", "statement", "commit", "commit", "token"),
    "cut": (("reset", 2), ("reset", 10**6), ("cut", 3), ("cut", 10**6)),
    "answers": (
        ("429", {"retry_after": 30}), ("429", {"body": False}), ("503", {"body": False}),
        ("500", {}), ("403", {"body": False}), ("empty", {}), ("truncated", {}), ("bad_item", {}),
    ),
    "disk": ("",),
    "lock": ("moment", "while", "long"),
    "ahead": (60, 3 * 3600, 3 * 86_400, 40 * 86_400),
    "back": (60, 3 * 3600, 20 * 3600),
    "token": ("",),
    "repeat": (0.1, 0.5),
    "reorder": (0.3, 1.0),
    "change": (3, 7),
    "two": ("",),
}  # fmt: skip
"""How each may come; one of them is chosen."""


@dataclass(frozen=True)
class Mishap:
    """One of them: in which stage of the story, in which run of that, and how far into the run."""

    kind: str
    stage: int
    run: int
    at: float
    detail: Any

    def __str__(self) -> str:
        told = f" {self.detail}" if self.detail != "" else ""
        return f"stage {self.stage}, run {self.run + 1}: {self.kind}{told} at {self.at:.0%}"


@dataclass(frozen=True)
class Plan:
    """The story of one seed: it begins with what was read before `first`, and what then happens."""

    connector: str
    seed: int
    first: int
    last: int
    mishaps: tuple[Mishap, ...]

    def without(self, mishap: Mishap) -> "Plan":
        """The same story, but for one mishap."""
        return replace(self, mishaps=tuple(one for one in self.mishaps if one is not mishap))

    def plain(self) -> dict[str, Any]:
        """As JSON can hold it."""
        return asdict(self)

    @classmethod
    def of(cls, told: dict[str, Any]) -> "Plan":
        """From what `plain` gave."""
        mishaps = [
            Mishap(**{**one, "detail": _tuple(one["detail"])}) for one in told.pop("mishaps")
        ]
        return cls(**told, mishaps=tuple(mishaps))

    def __str__(self) -> str:
        begins = f"stages {self.first} to {self.last}"
        mishaps = "; ".join(map(str, self.mishaps)) or "no mishap"
        return f"{self.connector} --seed {self.seed} ({begins}): {mishaps}"


def _tuple(detail: Any) -> Any:
    return tuple(detail) if isinstance(detail, list) else detail


def played(connector: str) -> list[str]:
    """The mishaps that happen to a connector."""
    return [kind for kind in MISHAPS if (connector, kind) not in EXCUSED]


def plan_of(connector: str, seed: int, stages: int, only: Sequence[str] = ()) -> Plan:
    """The same plan for the same seed; in as many seeds as there are mishaps, each is played.

    With `only`, no others than these are.
    """
    chance = Random(f"{connector} {seed}")
    kinds = [kind for kind in played(connector) if not only or kind in only]
    first = chance.randrange(stages)
    last = min(first + chance.choice((0, 0, 1)), stages - 1)
    chosen = [kinds[seed % len(kinds)]]
    chosen += chance.choices(kinds, k=chance.choice((0, 1, 1, 2)))
    mishaps = [
        Mishap(
            kind, chance.randint(first, last), chance.choice((0, 0, 1)), chance.random(),
            chance.choice(DETAILS[kind]),
        )
        for kind in chosen
    ]  # fmt: skip
    return Plan(connector, seed, first, last, tuple(sorted(mishaps, key=_when)))


def _when(mishap: Mishap) -> tuple[int, int, str]:
    return mishap.stage, mishap.run, mishap.kind
