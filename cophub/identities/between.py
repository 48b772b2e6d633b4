"""Why two people are two: a decision, a veto, or too little evidence; and what would change it.

The nodes of both are weighed against each other with the functions and counts of a resolution.
What would change the answer is tried out: each time with one more fact that both have.
"""

import math
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from cophub.identities.decisions import Fact, facts
from cophub.identities.evidence import Evidence
from cophub.identities.explain import Step, path, said, why_person
from cophub.identities.links import Account, accounts_of
from cophub.identities.lookup import SHORT, Meant
from cophub.identities.matching.blocking import CAP
from cophub.identities.matching.clustering import cluster
from cophub.identities.matching.groups import is_thin
from cophub.identities.matching.habits import Habits
from cophub.identities.matching.keys import index_keys, searched
from cophub.identities.matching.nodes import Node, nodes
from cophub.identities.matching.reasons import ASK, MERGE, NEVER, Reason
from cophub.identities.matching.scoring import Edge, Scorer, worth_keeping
from cophub.identities.matching.weights import Weights
from cophub.identities.matching.words import (
    country_name,
    in_words,
    organization_name,
    worded,
)
from cophub.identities.organizations.stored import load_register
from cophub.identities.privacy import masking
from cophub.identities.standing import standing
from cophub.identities.store.index import bearers, directory_size, evidence_of, find_accounts, mates
from cophub.identities.store.part import StoredCounts
from cophub.identities.store.state import read_state

_AGAINST = {
    "decided_different": "a decision keeps them apart",
    "directory_ids": "they have two ids in the organisation's directory",
    "names_clash": "names of theirs cannot be one person's",
    "not_persons": "one of them is not a person but a mailbox or a device",
    "proof_doubted": "a rule has proof of it, but names or other proofs speak against it",
    "cross_scores": "their other accounts speak against it",
    "ambiguous": "no full name is shown, and it might as well be somebody else",
}


@dataclass(frozen=True)
class Weighed:
    """One piece of evidence: in words, and its log-odds."""

    text: str
    weight: float


@dataclass(frozen=True)
class Between:
    """What stands between two accounts or people, or ties them together."""

    a: Meant
    b: Meant
    together: bool
    answer: str
    steps: tuple[Step, ...] = ()
    """How they hang together, where they are one person."""
    reasons: tuple[Weighed, ...] = ()
    """What speaks for and against, where they are two."""
    score: float | None = None
    needed: float | None = None
    """The score from which on they would be joined."""
    changes: tuple[str, ...] = ()
    """Single facts each of which would change the answer."""


def between(
    connection: Connection,
    a: Meant,
    b: Meant,
    *,
    weights: Weights | None = None,
    addresses: bool = False,
) -> Between:
    """Why `a` and `b` are one person or two, in words."""
    if a.person == b.person:
        return _together(connection, a, b, addresses)
    mine = accounts_of(connection, [a.person])
    theirs = accounts_of(connection, [b.person])
    for fact in facts(connection):
        if not fact.same and _crosses(fact, mine, theirs):
            undo = f"taking it back: cophub people undo {fact.number}"
            return Between(a, b, False, f"kept apart by {said(fact)}", changes=(undo,))
    pending = [f for f in facts(connection) if f.same and _crosses(f, mine, theirs)]
    if pending:
        waits = f"{said(pending[0])} has not taken effect yet"
        return Between(a, b, False, waits, changes=("cophub run identities",))
    return _Pair(connection, a, b, weights or Weights(), addresses).told(mine, theirs)


def _crosses(fact: Fact, mine: Collection[Account], theirs: Collection[Account]) -> bool:
    return (fact.a in mine and fact.b in theirs) or (fact.b in mine and fact.a in theirs)


def _together(connection: Connection, a: Meant, b: Meant, addresses: bool) -> Between:
    if a.account and b.account and a.account != b.account:
        steps = path(connection, a.account, b.account, a.person, addresses=addresses)
        answer = "they hang together step by step:" if len(steps) > 1 else "they are tied directly:"
        change = f"your word: cophub people split {a.person[:SHORT]} {':'.join(b.account)}"
        change = masking(addresses)(change)
        return Between(a, b, True, answer, tuple(steps), changes=(change,))
    why = why_person(connection, a.person, addresses=addresses)
    return Between(a, b, True, "they are the same person; each account and why:", why.steps)


class _Pair:
    """Two people, weighed anew."""

    def __init__(
        self, connection: Connection, a: Meant, b: Meant, weights: Weights, addresses: bool
    ) -> None:
        self.connection, self.a, self.b, self.weights = connection, a, b, weights
        self.shown = masking(addresses)
        before = read_state(connection)
        habits = before.habits if before else Habits()
        counts = StoredCounts(connection, directory_size(connection), habits)
        self.register = load_register(connection)
        self.scorer = Scorer(counts, self.register, weights)
        self.decisions = standing(connection).decisions

    def told(self, mine: Sequence[Account], theirs: Sequence[Account]) -> Between:
        left, right, accounts = self._nodes(mine, theirs)
        if not left or not right:
            return self._answer("not weighed yet", changes=("cophub run identities",))
        edges = [self.scorer.score(one, other) for one in left for other in right]
        edges = self._meant(edges, accounts) or edges
        best = max(edges, key=lambda edge: (edge.score, edge.a.key, edge.b.key))
        vetoes = [edge for edge in edges if edge.verdict == NEVER]
        merge = f"your word: cophub people merge {self.a.person[:SHORT]} {self.b.person[:SHORT]}"
        if best.verdict == NEVER:
            why = _AGAINST.get(best.reasons[0].name, in_words(best.reasons[0]))
            return self._answer(f"kept apart: {why}", best, (merge,))
        if best.verdict == MERGE:
            against = self._refusal(left, right, best)
            if not against:
                answer = "enough speaks for it by now: the next run joins them"
                return self._answer(answer, best, ("cophub run identities", merge))
            more = f": {in_words(vetoes[0].reasons[0])}" if vetoes else ""
            answer = f"strong enough by itself, but {_AGAINST.get(against, against)}{more}"
            return self._answer(answer, best, (merge,))
        if best.verdict == ASK:
            answer = "in doubt: enough speaks for it to ask, not enough to join them unasked"
        else:
            answer = self._capped(best, accounts) or "too little speaks for it"
        return self._answer(answer, best, (*self._facts(best), merge))

    def _answer(
        self, answer: str, edge: Edge | None = None, changes: tuple[str, ...] = ()
    ) -> Between:
        if edge is None:
            return Between(self.a, self.b, False, answer, changes=changes)
        reasons = tuple(
            Weighed(self.shown(in_words(reason)), round(reason.weight, 1))
            for reason in worded(edge.reasons, edge.a.names, edge.b.names, self._titles(edge))
        )
        score = edge.score if edge.verdict != NEVER and math.isfinite(edge.score) else None
        needed = self.weights.merge if score is not None else None
        return Between(
            self.a, self.b, False, answer,
            reasons=reasons, score=score, needed=needed, changes=changes,
        )  # fmt: skip

    def _titles(self, edge: Edge) -> dict[str, str]:
        return {reason.detail: self.register.title(reason.detail) for reason in edge.reasons}

    def _called(self, place: tuple[str, str]) -> str:
        """The name of an organisation that is known by a text and a domain."""
        label = self.register.label(*place) or place[0] or place[1]
        title = self.register.title(label)
        return organization_name(label) if title == label else title

    def _nodes(
        self, mine: Sequence[Account], theirs: Sequence[Account]
    ) -> tuple[list[Node], list[Node], list[Evidence]]:
        """The nodes of each person; mailboxes are looked at whole, as a resolution does."""
        numbers = {known.id for known in find_accounts(self.connection, [*mine, *theirs]).values()}
        accounts = list(mates(self.connection, evidence_of(self.connection, numbers)).values())
        accounts.sort(key=lambda e: (e.source, e.key))
        different = {(d.a, d.b) for d in self.decisions if not d.same}
        made = nodes(accounts, different)

        def of(people: Sequence[Account]) -> list[Node]:
            wanted = set(people)
            return [
                node
                for node in made
                if any((accounts[at].source, accounts[at].key) in wanted for at in node.members)
            ]

        return of(mine), of(theirs), accounts

    def _meant(self, edges: Sequence[Edge], accounts: Sequence[Evidence]) -> list[Edge]:
        """The edges between the very accounts that were asked about."""

        def holds(node: Node, meant: Meant) -> bool:
            return meant.account is None or any(
                (accounts[at].source, accounts[at].key) == meant.account for at in node.members
            )

        return [
            edge
            for edge in edges
            if (holds(edge.a, self.a) and holds(edge.b, self.b))
            or (holds(edge.a, self.b) and holds(edge.b, self.a))
        ]

    def _refusal(self, left: Sequence[Node], right: Sequence[Node], best: Edge) -> str:
        """What speaks against joining two groups, one edge of which would be strong enough."""
        thin = is_thin(best.a) or is_thin(best.b)
        everybody = [*left, *(node for node in right if node not in left)]
        edges = [
            edge
            for place, one in enumerate(everybody)
            for other in everybody[place + 1 :]
            if worth_keeping(edge := self.scorer.score(one, other))
        ]
        found = cluster(
            everybody, edges, self.decisions, self.weights, self.scorer.score, self.scorer.habits
        )
        for edge, why in found.refused:
            if {edge.a.key, edge.b.key} == {best.a.key, best.b.key}:
                return why
        if found.refused:
            return found.refused[0][1]
        # Whom else a single word could mean is known only to the whole directory.
        return "ambiguous" if thin else ""

    def _capped(self, best: Edge, accounts: Sequence[Evidence]) -> str:
        """Why two that share something were never compared: too many share it."""
        keys = [
            {key for at in node.members for key in index_keys(accounts[at]) if searched(key)}
            for node in (best.a, best.b)
        ]
        counts = bearers(self.connection, keys[0] & keys[1])
        if counts and min(counts.values()) > CAP:
            return (
                f"what they share is shared by {min(counts.values()):,} mailboxes or more, too many"
                " to be compared with one another"
            )
        return ""

    def _facts(self, edge: Edge) -> Iterator[str]:
        """Single facts that would join the two, were they known; each is tried out."""
        for text, one, other in _tried(edge.a, edge.b, self._called):
            if self.scorer.score(one, other).verdict == MERGE:
                yield self.shown(text)
        if edge.reasons and edge.reasons[0].name != "names_unlike":
            yield "one mailbox or directory id that both are seen with"


def _tried(
    a: Node, b: Node, called: Callable[[tuple[str, str]], str]
) -> Iterator[tuple[str, Node, Node]]:
    """The same two nodes, each time with one fact in common that they have not now."""
    for one, other in ((a, b), (b, a)):
        fresh = [place for place in one.places if place not in other.places]
        for place in fresh[:1]:
            both = replace(other, places=(*other.places, place))
            yield f"both at {called(place)}", *_ordered(one, both)
        fresh_countries = [text for text in one.countries if text not in other.countries]
        for country in fresh_countries[:1]:
            both = replace(other, countries=(country,))
            yield f"both in {country_name(country)}", *_ordered(one, both)
        fresh_cities = [text for text in one.cities if text not in other.cities]
        for city in fresh_cities[:1]:
            both = replace(other, cities=(city,))
            yield f"both in {city.title()}", *_ordered(one, both)
    for one, other in ((a, b), (b, a)):
        for clue in one.clues:
            if clue.strength == "proof" and clue.kind not in {c.kind for c in other.clues}:
                reason = Reason("rule_proof", 0.0, f"{clue.rule} {clue.kind}")
                both = replace(other, clues=(*other.clues, clue))
                yield f"the {in_words(reason)}", *_ordered(one, both)
                break
    for label, identifier in (
        ("the same ORCID", "orcid:0000-0000-0000-0000"),
        ("the same telephone number", "phone:0"),
        ("the same date of birth", "born:1900-01-01"),
    ):
        if not any(
            i.startswith(identifier.partition(":")[0]) for i in a.identifiers + b.identifiers
        ):
            with_it = [
                replace(node, identifiers=(*node.identifiers, identifier)) for node in (a, b)
            ]
            yield label, with_it[0], with_it[1]


def _ordered(one: Node, other: Node) -> tuple[Node, Node]:
    return (one, other) if one.key <= other.key else (other, one)


__all__ = ["Between", "Weighed", "between"]
