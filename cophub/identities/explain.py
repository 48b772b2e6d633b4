"""Why an account is whose it is, and why two are not one person's: in words, for anybody.

What is told of a person comes from what the last resolution kept: the ties and edges that joined
its accounts are a spanning tree. What is told of two people is weighed anew, with the same
functions and the same counts, so it is what a resolution would find now.
"""

import math
from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import Connection, select

from cophub.identities.decisions import Fact, facts
from cophub.identities.evidence import Evidence
from cophub.identities.links import Account, accounts_of, in_parts, keys_in_parts
from cophub.identities.matching.scoring import Reason
from cophub.identities.matching.words import sentence
from cophub.identities.privacy import mask_text, masking
from cophub.identities.profile import evidence_of
from cophub.identities.wording import told
from cophub.warehouse import tables

_edge, _evidence, _link = tables.identity_edge, tables.identity_evidence, tables.person_account


@dataclass(frozen=True)
class Step:
    """What ties an account to another one of the same person."""

    account: str
    name: str
    to: str | None
    """The account it is tied to; None: the first one."""
    why: str
    score: float | None = None
    """Log-odds; None where it is no matter of weighing."""
    depth: int = 0


@dataclass(frozen=True)
class WhyPerson:
    """Why the accounts of a person are one person's."""

    person: str
    name: str | None
    kind: str
    steps: tuple[Step, ...]


class Tie(NamedTuple):
    """An edge that joined two accounts."""

    a: Account
    b: Account
    score: float
    reasons: tuple[Reason, ...]
    tie: bool
    """Whether they share a mailbox or a directory id, which is no matter of weighing."""


class _Decided:
    """The decisions that two accounts are one person's, by what one mailbox holds together.

    An edge is kept between the first accounts of two mailboxes, whichever of theirs was decided on.
    """

    def __init__(self, known: Iterable[Fact], ties: Iterable[Tie]) -> None:
        self._above: dict[Account, Account] = {}
        for tie in ties:
            if tie.tie:
                self._above[self._home(tie.b)] = self._home(tie.a)
        self._facts = {frozenset(map(self._home, fact.pair)): fact for fact in known if fact.same}

    def between(self, a: Account, b: Account) -> Fact | None:
        """The decision that joined them, if one did."""
        return self._facts.get(frozenset((self._home(a), self._home(b))))

    def _home(self, account: Account) -> Account:
        while (above := self._above.get(account, account)) != account:
            account = above
        return account


def why_person(connection: Connection, person: str, *, addresses: bool = False) -> WhyPerson:
    """One sentence for each account of a person, the first one at the root of the tree."""
    accounts = accounts_of(connection, [person])
    ties = joining(connection, accounts)
    known = evidence_of(connection, accounts)
    kept = _explanations(connection, accounts)
    decided = _Decided(facts(connection), ties)
    steps = []
    for account, tie, depth in _tree(accounts, ties):
        to = None if tie is None else tie.b if tie.a == account else tie.a
        steps.append(_step(account, to, tie, depth, known, kept.get(account), decided, addresses))
    found = tables.person
    row = connection.execute(select(found.c.name, found.c.kind).where(found.c.id == person)).one()
    return WhyPerson(person, row.name, row.kind, tuple(steps))


def path(
    connection: Connection, a: Account, b: Account, person: str, *, addresses: bool = False
) -> list[Step]:
    """How two accounts of one person hang together: from `a` to `b`, step by step."""
    accounts = accounts_of(connection, [person])
    ties = joining(connection, accounts)
    known = evidence_of(connection, accounts)
    decided = _Decided(facts(connection), ties)
    came: dict[Account, tuple[Account, Tie] | None] = {b: None}
    beside = _beside(ties)
    waiting = deque([b])
    while waiting and a not in came:
        here = waiting.popleft()
        for there, tie in beside.get(here, ()):
            if there not in came:
                came[there] = (here, tie)
                waiting.append(there)
    steps: list[Step] = []
    at: Account = a
    while (before := came.get(at)) is not None:
        to, tie = before
        steps.append(_step(at, to, tie, len(steps), known, None, decided, addresses))
        at = to
    return steps


def joining(connection: Connection, accounts: Sequence[Account]) -> list[Tie]:
    """The edges that joined these accounts to one person."""
    numbers: dict[int, Account] = {}
    e = _evidence.c
    for source, keys in keys_in_parts(accounts):
        query = select(e.id, e.account).where(e.source == source, e.account.in_(keys))
        for number, key in connection.execute(query):
            numbers[number] = (source, key)
    found: list[Tie] = []
    for some in in_parts(sorted(numbers)):
        query = select(_edge).where(_edge.c.a.in_(some), _edge.c.joined)
        for row in connection.execute(query):
            if row.b in numbers:
                reasons = tuple(Reason(*reason) for reason in row.reasons or ())
                ends = numbers[row.a], numbers[row.b]
                found.append(Tie(*ends, row.score, reasons, row.verdict == "tie"))
    found.sort(key=lambda tie: (not tie.tie, -tie.score, tie.a, tie.b))
    reasons_told = told(connection, [(tie.a, tie.b, tie.reasons) for tie in found])
    return [tie._replace(reasons=reasons) for tie, reasons in zip(found, reasons_told, strict=True)]


def _tree(
    accounts: Sequence[Account], ties: Sequence[Tie]
) -> Iterable[tuple[Account, Tie | None, int]]:
    """Every account, each after the one it is tied to; ties before edges, the strongest first."""
    beside = _beside(ties)
    seen: set[Account] = set()
    for root in accounts:
        if root in seen:
            continue
        seen.add(root)
        stack: list[tuple[Account, Tie | None, int]] = [(root, None, 0)]
        while stack:
            here, by, depth = stack.pop()
            yield here, by, depth
            for there, tie in reversed(beside.get(here, ())):
                if there not in seen:
                    seen.add(there)
                    stack.append((there, tie, depth + 1))


def _beside(ties: Iterable[Tie]) -> dict[Account, list[tuple[Account, Tie]]]:
    found: dict[Account, list[tuple[Account, Tie]]] = defaultdict(list)
    for tie in ties:
        found[tie.a].append((tie.b, tie))
        found[tie.b].append((tie.a, tie))
    return found


def _step(
    account: Account,
    to: Account | None,
    tie: Tie | None,
    depth: int,
    known: Mapping[Account, Evidence],
    kept: str | None,
    decided: _Decided,
    addresses: bool,
) -> Step:
    shown = masking(addresses)
    e = known.get(account)
    score = None
    if tie is None or to is None:
        why = kept or "like no other account"
    elif tie.tie:
        why = _tie_words(tie, e, known.get(to), addresses)
    elif fact := decided.between(account, to):
        why = said(fact)
    else:
        why = sentence(tie.reasons) if tie.reasons else kept or "joined"
        score = tie.score if math.isfinite(tie.score) and tie.score < 1e6 else None
    return Step(
        account=shown(":".join(account)),
        name=shown(e.shown) if e else "",
        to=None if to is None else shown(":".join(to)),
        why=why,
        score=score,
        depth=depth,
    )


def said(fact: Fact) -> str:
    """A decision in words: `decision 3: the same person (Ada, 2026-03-01): asked her`."""
    what = "the same person" if fact.same else "two people"
    who = f"{fact.decided_by or 'somebody'}, {fact.decided_at:%Y-%m-%d}"
    note = f": {mask_text(fact.note)}" if fact.note else ""
    return f"decision {fact.number}: {what} ({who}){note}"


def _tie_words(tie: Tie, e: Evidence | None, other: Evidence | None, addresses: bool) -> str:
    if tie.reasons and tie.reasons[0].name == "directory_id":
        return "same id in the organisation's directory"
    box = (e.mailbox if e else "") or (other.mailbox if other else "")
    return f"same mailbox {masking(addresses)(box)}".rstrip()


def _explanations(connection: Connection, accounts: Sequence[Account]) -> dict[Account, str]:
    found: dict[Account, str] = {}
    for source, keys in keys_in_parts(accounts):
        query = select(_link.c.account, _link.c.explanation).where(
            _link.c.source == source, _link.c.account.in_(keys)
        )
        for key, text in connection.execute(query):
            if text:
                found[source, key] = text
    return found


__all__ = ["Step", "Tie", "WhyPerson", "joining", "path", "said", "why_person"]
