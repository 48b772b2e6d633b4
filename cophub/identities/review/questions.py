"""Pairs of accounts that are worth a question: of two people that may be one, or of one person.

A question is an edge between accounts of two people that is too strong to be left and too weak to
be followed, or that something spoke against when it was to be followed. Of several between the same
two people the strongest is asked; none where a yes is out of the question. Or it is an edge that
did join the accounts of one person, but only just: then a no is what changes something.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b

from sqlalchemy import ColumnElement, Connection, func, select

from cophub.identities.decisions import Fact, facts
from cophub.identities.links import Account, owners, sizes
from cophub.identities.matching.groups import REFUSED
from cophub.identities.matching.reasons import ASK, MERGE, Reason
from cophub.identities.matching.weights import Weights
from cophub.identities.review.parts import Parts, parts_of
from cophub.identities.review.vetoes import vetoes
from cophub.identities.store.edges import TIE
from cophub.identities.wording import told
from cophub.warehouse import tables

LEAST = 10
"""However small a directory is, so many may be asked."""
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
    joined: bool = False
    """Whether they are held for one person today, whom a no would make two."""
    doubt: float = Weights().doubt
    """So many missed pairs of accounts weigh as much as one that is wrongly held together."""
    part_a: str = ""
    """What of the person is not in doubt, around the first account; empty: all of the person."""
    part_b: str = ""
    level: float | None = None
    """The score of two people who were as likely to be one; what calibration goes by.

    None where the rest of the two people speaks against it: the score alone says too little then.
    """

    @property
    def id(self) -> str:
        """Its name in a file, the same as long as the two accounts have their keys."""
        return question_id(self.a, self.b)

    @property
    def probability(self) -> float:
        """The chance of a yes, 0 to 1."""
        chance = 1 / (1 + math.exp(-max(-30.0, min(30.0, self.score - self.even))))
        return chance * REFUSED if self.refused else chance

    @property
    def stake(self) -> float:
        """What it is worth for each pair of accounts that an answer brings together or parts."""
        return self.doubt * (1 - self.probability) if self.joined else self.probability

    @property
    def parts(self) -> tuple[str, str]:
        """The parts of people that it is about, or the people where nothing of them is in doubt."""
        return (self.part_a or self.person_a, self.part_b or self.person_b)


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
    """Accounts of each person in them, and of each part of one."""
    worth: int


def asked(connection: Connection, weights: Weights | None = None) -> Asked:
    """The open questions; those that a decision has answered already are left out."""
    weights = weights or Weights()
    known = facts(connection)
    weak, parts = _weak_joins(connection, known, weights)
    apart = _left_apart(connection, known, parts, weights)
    found = [*apart, *weak]
    people = {person for q in found for person in (q.person_a, q.person_b)}
    accounts = connection.scalar(select(func.count()).select_from(_link)) or 0
    worth = max(LEAST, math.ceil(accounts * weights.questions))
    reasons = told(connection, [(question.a, question.b, question.reasons) for question in found])
    questions = tuple(replace(q, reasons=said) for q, said in zip(found, reasons, strict=True))
    held = {**sizes(connection, people), **parts.sizes}
    return Asked(questions, held, min(worth, len(questions)))


def _left_apart(
    connection: Connection, known: Sequence[Fact], parts: Parts, weights: Weights
) -> list[Question]:
    """The strongest edge of each two people who may be one."""
    best: dict[frozenset[str], Question] = {}
    settled = _settled(connection, known)
    apart = _edge.c.verdict.in_((ASK, MERGE)) & ~_edge.c.joined
    for edge, (a, b) in _edges(connection, apart, same_person=False):
        pair = frozenset((edge.person_a, edge.person_b))
        if pair in settled:
            continue
        before = best.get(pair)
        if before is None or strength(edge) < strength(before):
            part_a, part_b = parts.of.get(a, ""), parts.of.get(b, "")
            level = None if edge.refused else edge.score
            best[pair] = replace(edge, even=weights.even, part_a=part_a, part_b=part_b, level=level)
    vetoed = vetoes(connection, best.keys())
    return [question for pair, question in best.items() if pair not in vetoed]


def _weak_joins(
    connection: Connection, known: Sequence[Fact], weights: Weights
) -> tuple[list[Question], Parts]:
    """Edges that joined below the weight `sure`, and the parts of people between them."""
    weak = _edge.c.joined & (_edge.c.verdict != TIE) & (_edge.c.score < weights.sure)
    edges = list(_edges(connection, weak, same_person=True))
    if not edges:
        return [], Parts({}, {})
    parts = parts_of(connection, weak, [ends for _, ends in edges], known)
    different = {fact.pair for fact in known if not fact.same}
    found = [
        replace(
            edge, even=-weights.joined, joined=True, doubt=weights.doubt,
            refused=False, part_a=parts.of[a], part_b=parts.of[b],
            level=edge.score + weights.joined + weights.even,
        )
        for edge, (a, b) in edges
        if parts.of[a] != parts.of[b] and (edge.a, edge.b) not in different
    ]  # fmt: skip
    return found, parts


def strength(question: Question) -> tuple[float, Account, Account]:
    """What orders questions about the same two people: the likelier yes first."""
    return (-question.probability, question.a, question.b)


def _edges(
    connection: Connection, condition: ColumnElement[bool], *, same_person: bool
) -> Iterator[tuple[Question, tuple[int, int]]]:
    """Edges between accounts of one person or of two, with the numbers of their accounts."""
    one, other = _evidence.alias(), _evidence.alias()
    link, other_link = _link.alias(), _link.alias()
    one_person = link.c.person == other_link.c.person
    query = (
        select(
            one.c.source, one.c.account, other.c.source, other.c.account,
            link.c.person, other_link.c.person, _edge.c.score, _edge.c.reasons, _edge.c.verdict,
            _edge.c.a, _edge.c.b,
        )
        .select_from(_edge)
        .join(one, one.c.id == _edge.c.a)
        .join(other, other.c.id == _edge.c.b)
        .join(link, (link.c.source == one.c.source) & (link.c.account == one.c.account))
        .join(
            other_link,
            (other_link.c.source == other.c.source) & (other_link.c.account == other.c.account),
        )
        .where(condition, one_person if same_person else ~one_person)
    )  # fmt: skip
    for row in connection.execute(query):
        source_a, a, source_b, b, person_a, person_b, score, reasons, verdict, *numbers = row
        first = ((source_a, a), person_a, numbers[0])
        second = ((source_b, b), person_b, numbers[1])
        if second < first:
            first, second = second, first
        why = tuple(Reason(*reason) for reason in reasons or ())
        ends = first[0], second[0], first[1], second[1]
        yield Question(*ends, score, why, verdict == MERGE), (first[2], second[2])


def _settled(connection: Connection, known: Sequence[Fact]) -> set[frozenset[str]]:
    """Pairs of people about whom something was decided, even if nothing was resolved since."""
    named = {account for fact in known for account in fact.pair}
    people = owners(connection, named)
    return {
        frozenset((people[fact.a], people[fact.b]))
        for fact in known
        if fact.a in people and fact.b in people
    }


__all__ = ["LEAST", "Asked", "Question", "asked", "question_id", "strength"]
