"""Pairs of people that are worth a question, and the order in which to ask them.

A question is an edge between accounts of two people that is too strong to be left and too weak to
be followed, or that something spoke against when it was to be followed. Of several between the same
two people the strongest is asked; none where a yes is out of the question. First comes what brings
most pairs of accounts together, times the chance of a yes: the order in which matching puts them.
"""

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import blake2b

from sqlalchemy import Connection, func, select

from cophub.identities.decisions import Fact, facts
from cophub.identities.links import Account, owners, sizes
from cophub.identities.matching.reasons import ASK, MERGE, Reason
from cophub.identities.matching.weights import Weights
from cophub.identities.review.vetoes import vetoes
from cophub.identities.wording import told
from cophub.warehouse import tables

LEAST = 10
"""However small a directory is, so many may be asked."""
_REFUSED = 0.3
"""How much less likely a yes is where the rest of the two people speaks against it."""
_edge, _evidence, _link = tables.identity_edge, tables.identity_evidence, tables.person_account


@dataclass(frozen=True)
class Question:
    """Are these two accounts one person's?"""

    a: Account
    b: Account
    person_a: str
    person_b: str
    score: float
    """Log-odds: 0 is even, 2.3 is ten to one."""
    reasons: tuple[Reason, ...]
    refused: bool = False
    """Whether it was strong enough, but something in the rest of the two people speaks against."""
    even: float = Weights().even
    """The score at which a yes is as likely as a no."""

    @property
    def id(self) -> str:
        """Its name in a file, the same as long as the two accounts have their keys."""
        return question_id(self.a, self.b)

    @property
    def probability(self) -> float:
        """The chance of a yes, 0 to 1."""
        chance = 1 / (1 + math.exp(-max(-30.0, min(30.0, self.score - self.even))))
        return chance * _REFUSED if self.refused else chance


def question_id(a: Account, b: Account) -> str:
    """A name for a pair of accounts that tells nothing about them; no spreadsheet changes it."""
    least, greatest = sorted((a, b))
    text = "\0".join((*least, *greatest)).encode("utf-8", "surrogatepass")
    return "q-" + blake2b(text, digest_size=6).hexdigest()


@dataclass(frozen=True)
class Asked:
    """All open questions, and how many of them are worth asking."""

    questions: tuple[Question, ...]
    sizes: Mapping[str, int]
    """Accounts of each person in them."""
    worth: int


def asked(connection: Connection, weights: Weights | None = None) -> Asked:
    """The open questions; those that a decision has answered already are left out."""
    weights = weights or Weights()
    edges = list(_edges(connection, weights.even))
    people = {person for edge in edges for person in (edge.person_a, edge.person_b)}
    accounts = connection.scalar(select(func.count()).select_from(_link)) or 0
    settled = _settled(connection, facts(connection)) if edges else set()
    best: dict[frozenset[str], Question] = {}
    for edge in edges:
        pair = frozenset((edge.person_a, edge.person_b))
        if pair in settled:
            continue
        known = best.get(pair)
        if known is None or _strength(edge) < _strength(known):
            best[pair] = edge
    worth = max(LEAST, math.ceil(accounts * weights.questions))
    vetoed = vetoes(connection, best.keys())
    left = [question for pair, question in best.items() if pair not in vetoed]
    reasons = told(connection, [(question.a, question.b, question.reasons) for question in left])
    questions = tuple(replace(q, reasons=said) for q, said in zip(left, reasons, strict=True))
    return Asked(questions, sizes(connection, people), min(worth, len(questions)))


def gain(a: int, b: int) -> int:
    """Accounts that find the rest of their person when people of so many accounts become one."""
    return min(a, b)


@dataclass
class Queue:
    """Questions in the order of their expected gain, which answers change.

    After a yes two people are one: questions about both become one question, and its gain grows.
    """

    all: Asked
    limit: int | None = None
    answers: list[tuple[Question, bool | None]] = field(default_factory=list)
    """What was answered: same, different, or None for skipped."""

    @property
    def worth(self) -> int:
        """How many are asked in all, unless answers make some of them idle."""
        known = self.all.worth if self.limit is None else min(self.limit, len(self.all.questions))
        return max(known, len(self.answers))

    @property
    def gained(self) -> int:
        """How many accounts found the rest of their person by the answers so far."""
        return _State(self.all.sizes, self.answers).gained

    def waiting(self) -> list[tuple[Question, int]]:
        """The questions that are open now, the best first, each with the accounts to be gained."""
        state = _State(self.all.sizes, self.answers)
        open_pairs: dict[frozenset[str], Question] = {}
        for question in self.all.questions:
            pair = state.pair(question)
            if len(pair) < 2 or pair in state.done:
                continue
            known = open_pairs.get(pair)
            if known is None or _strength(question) < _strength(known):
                open_pairs[pair] = question
        found = sorted(
            open_pairs.values(), key=lambda q: (-state.pairs(q) * q.probability, *_strength(q))
        )
        left = max(0, self.worth - len(self.answers))
        return [(question, state.gain(question)) for question in found[:left]]

    def answer(self, question: Question, same: bool | None) -> None:
        """Take an answer; None: skipped."""
        self.answers.append((question, same))

    def undo(self) -> tuple[Question, bool | None] | None:
        """Take the last answer back; None where there was none."""
        return self.answers.pop() if self.answers else None


class _State:
    """Who is one person by the answers so far, and which pairs are done with."""

    def __init__(
        self, sizes: Mapping[str, int], answers: Sequence[tuple[Question, bool | None]]
    ) -> None:
        self._above: dict[str, str] = {}
        self._sizes: Counter[str] = Counter(sizes)
        self.gained = 0
        for question, same in answers:
            if same:
                self._unite(question)
        self.done = {self.pair(question) for question, same in answers if not same}

    def pair(self, question: Question) -> frozenset[str]:
        return frozenset((self._root(question.person_a), self._root(question.person_b)))

    def gain(self, question: Question) -> int:
        a, b = self._root(question.person_a), self._root(question.person_b)
        return gain(self._sizes[a], self._sizes[b])

    def pairs(self, question: Question) -> int:
        """Pairs of accounts that a yes would bring together."""
        a, b = self._root(question.person_a), self._root(question.person_b)
        return self._sizes[a] * self._sizes[b]

    def _unite(self, question: Question) -> None:
        a, b = self._root(question.person_a), self._root(question.person_b)
        if a != b:
            self.gained += gain(self._sizes[a], self._sizes[b])
            self._above[b] = a
            self._sizes[a] += self._sizes[b]

    def _root(self, person: str) -> str:
        while person in self._above:
            person = self._above[person]
        return person


def _strength(question: Question) -> tuple[float, Account, Account]:
    return (-question.probability, question.a, question.b)


def _edges(connection: Connection, even: float) -> Iterator[Question]:
    """Edges to be asked, between accounts of two people."""
    one, other = _evidence.alias(), _evidence.alias()
    link, other_link = _link.alias(), _link.alias()
    query = (
        select(
            one.c.source, one.c.account, other.c.source, other.c.account,
            link.c.person, other_link.c.person, _edge.c.score, _edge.c.reasons, _edge.c.verdict,
        )
        .select_from(_edge)
        .join(one, one.c.id == _edge.c.a)
        .join(other, other.c.id == _edge.c.b)
        .join(link, (link.c.source == one.c.source) & (link.c.account == one.c.account))
        .join(
            other_link,
            (other_link.c.source == other.c.source) & (other_link.c.account == other.c.account),
        )
        .where(_edge.c.verdict.in_((ASK, MERGE)), ~_edge.c.joined)
        .where(link.c.person != other_link.c.person)
    )  # fmt: skip
    for row in connection.execute(query):
        source_a, a, source_b, b, person_a, person_b, score, reasons, verdict = row
        first, second = ((source_a, a), person_a), ((source_b, b), person_b)
        if second < first:
            first, second = second, first
        why = tuple(Reason(*reason) for reason in reasons or ())
        ends = first[0], second[0], first[1], second[1]
        yield Question(*ends, score, why, verdict == MERGE, even)


def _settled(connection: Connection, known: Sequence[Fact]) -> set[frozenset[str]]:
    """Pairs of people about whom something was decided, even if nothing was resolved since."""
    named = {account for fact in known for account in fact.pair}
    people = owners(connection, named)
    return {
        frozenset((people[fact.a], people[fact.b]))
        for fact in known
        if fact.a in people and fact.b in people
    }


__all__ = ["LEAST", "Asked", "Question", "Queue", "asked", "gain", "question_id"]
