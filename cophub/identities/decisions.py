"""What people decided: two accounts are one person's, or they are not, whatever else speaks.

A decision is about two accounts, never about people: people come and go as accounts are read. It
outranks every score and is never changed; who changes their mind withdraws it. What one command
decided carries one instant, by which it is found and undone as a whole.
"""

from collections import defaultdict, deque
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, func, insert, select, update

from cophub.identities.links import Account, in_parts
from cophub.identities.privacy import mask_text
from cophub.warehouse import tables

_t = tables.identity_decision
_TICK = timedelta(microseconds=1)


class Wish(NamedTuple):
    """A decision that is to be written; the order of the accounts says nothing."""

    same: bool
    a: Account
    b: Account
    note: str | None = None
    """Why; else the note of the whole command."""
    score: float | None = None
    """The log-odds with which somebody was asked; None: nobody was, or not because of them."""

    @property
    def pair(self) -> tuple[Account, Account]:
        """The two accounts, the lesser first."""
        return (self.a, self.b) if self.a <= self.b else (self.b, self.a)


@dataclass(frozen=True)
class Fact:
    """A decision as it is kept."""

    number: int
    same: bool
    a: Account
    b: Account
    decided_by: str | None
    decided_at: datetime
    note: str | None = None
    withdrawn_at: datetime | None = None
    score: float | None = None
    """The log-odds with which somebody was asked about the two."""

    @property
    def word(self) -> str:
        """`same` or `different`."""
        return "same" if self.same else "different"

    @property
    def pair(self) -> tuple[Account, Account]:
        """The two accounts, the lesser first."""
        return (self.a, self.b) if self.a <= self.b else (self.b, self.a)


@dataclass(frozen=True)
class Contradiction:
    """Two accounts that are different by one decision and the same by a chain of others.

    As text it says which, addresses masked.
    """

    different: Fact
    same: tuple[Fact, ...]

    @property
    def facts(self) -> tuple[Fact, ...]:
        """All decisions that cannot hold together."""
        return (self.different, *self.same)

    def __str__(self) -> str:
        chain = " and ".join(_named(fact) for fact in self.same)
        return f"{_named(self.different)}, but {chain}"


def _named(fact: Fact) -> str:
    number = f"decision {fact.number}" if fact.number else "now"
    return mask_text(f"{number}: {':'.join(fact.a)} and {':'.join(fact.b)} are {fact.word}")


def facts(connection: Connection, *, withdrawn: bool = False) -> list[Fact]:
    """The decisions that stand, in the order they were made; with `withdrawn` those too."""
    query = select(_t).order_by(_t.c.id)
    if not withdrawn:
        query = query.where(_t.c.withdrawn_at.is_(None))
    return [_fact(row) for row in connection.execute(query)]


def commands(known: Iterable[Fact]) -> list[tuple[Fact, ...]]:
    """Decisions by the command that made them, in the order they were made."""
    found: dict[tuple[datetime, str], list[Fact]] = defaultdict(list)
    for fact in known:
        found[fact.decided_at, fact.decided_by or ""].append(fact)
    return [tuple(made) for _, made in sorted(found.items())]


def record(
    connection: Connection,
    wishes: Iterable[Wish],
    *,
    by: str | None,
    now: datetime,
    note: str | None = None,
) -> list[Fact]:
    """Write decisions, as one command; those that were new. What already stands is not repeated.

    Contradictions are the caller's to look for, with `objections`. Raises ValueError for a
    decision about one account alone.
    """
    standing = {(fact.same, *fact.pair) for fact in facts(connection)}
    moment = _moment(connection, now)
    written: list[Fact] = []
    for wish in wishes:
        if wish.a == wish.b:
            raise ValueError(f"one account of {wish.a[0]} alone: there is nothing to decide")
        if (wish.same, *wish.pair) in standing:
            continue
        standing.add((wish.same, *wish.pair))
        (a, b), why = wish.pair, wish.note or note
        row = dict(
            decision="same" if wish.same else "different",
            source_a=a[0], account_a=a[1], source_b=b[0], account_b=b[1],
            decided_by=by, decided_at=moment, note=why, score=wish.score,
        )  # fmt: skip
        number = connection.execute(insert(_t).values(row).returning(_t.c.id)).scalar_one()
        written.append(Fact(number, wish.same, a, b, by, moment, why, score=wish.score))
    return written


def withdraw(connection: Connection, numbers: Collection[int], *, now: datetime) -> list[Fact]:
    """Take decisions back; those that stood until now."""
    taken = [fact for fact in facts(connection) if fact.number in set(numbers)]
    for ids in in_parts(fact.number for fact in taken):
        connection.execute(update(_t).where(_t.c.id.in_(ids)).values(withdrawn_at=now))
    return taken


def contradictions(known: Iterable[Fact]) -> list[Contradiction]:
    """Which decisions cannot all hold: the shortest chain of `same` around each `different`."""
    known = sorted(known, key=lambda fact: fact.number)
    bound: dict[Account, list[tuple[Account, Fact]]] = defaultdict(list)
    for fact in known:
        if fact.same:
            bound[fact.a].append((fact.b, fact))
            bound[fact.b].append((fact.a, fact))
    found = []
    for fact in known:
        if not fact.same and (chain := _chain(bound, fact.a, fact.b)):
            found.append(Contradiction(fact, chain))
    return found


def _chain(
    bound: dict[Account, list[tuple[Account, Fact]]], start: Account, end: Account
) -> tuple[Fact, ...]:
    """The fewest decisions that make two accounts one person's; empty: none do."""
    came: dict[Account, tuple[Account, Fact]] = {}
    waiting = deque([start])
    while waiting and end not in came:
        here = waiting.popleft()
        for there, fact in bound.get(here, ()):
            if there != start and there not in came:
                came[there] = (here, fact)
                waiting.append(there)
    chain: list[Fact] = []
    while end in came:
        end, fact = came[end]
        chain.append(fact)
    return tuple(reversed(chain))


def objections(
    connection: Connection, wishes: Sequence[Wish], *, now: datetime
) -> list[Contradiction]:
    """What these decisions would contradict, were they written; their number is 0."""
    before = facts(connection)
    known = {conflict.different.pair for conflict in contradictions(before)}
    asked = [Fact(0, wish.same, *wish.pair, None, now) for wish in wishes]
    return [
        conflict
        for conflict in contradictions([*before, *asked])
        if conflict.different.pair not in known or any(fact.number == 0 for fact in conflict.facts)
    ]


def crossing(
    known: Iterable[Fact], wishes: Iterable[Wish], left: Collection[Account] = ()
) -> list[Fact]:
    """The decisions that say the opposite of `wishes` about the same accounts.

    With `left`, one side of a split, every `same` that leads out of it is meant.
    """
    opposite = {(not wish.same, *wish.pair) for wish in wishes}
    side = set(left)
    return [
        fact
        for fact in known
        if (fact.same, *fact.pair) in opposite
        or (side and fact.same and (fact.a in side) != (fact.b in side))
    ]


def _moment(connection: Connection, now: datetime) -> datetime:
    """The instant of a command: no two have the same, even where the clock stands still."""
    newest: datetime | None = connection.scalar(select(func.max(_t.c.decided_at)))
    return newest + _TICK if newest is not None and newest >= now else now


def _fact(row: Row[Any]) -> Fact:
    return Fact(
        row.id,
        row.decision == "same",
        (row.source_a, row.account_a),
        (row.source_b, row.account_b),
        row.decided_by,
        row.decided_at,
        row.note,
        row.withdrawn_at,
        row.score,
    )


__all__ = [
    "Contradiction", "Fact", "Wish", "commands", "contradictions", "crossing", "facts",
    "objections", "record", "withdraw",
]  # fmt: skip
