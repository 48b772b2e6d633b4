"""What answers teach about scores: how far the chance of a yes is from what the weights say.

A score is a sum of evidence that was weighed without knowing this directory. Answers to questions
tell how often pairs of such a score are one person's here; if that is more often than the weights
have it, less evidence is enough, and if it is less often, more is needed. Only one number is
learned, by how much all scores are off; that doubtful pairs are asked about first does not bias
it, because each answer is held against the chance that its own score gave it. Answers themselves
stay what they are.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import Connection, select

from cophub.identities.matching.weights import Weights
from cophub.warehouse import tables

LEAST = 30
"""Below so many answers nothing is learned."""
LOWEST, HIGHEST = -0.75, 1.0
"""How far the line may move from where it is set: a wrong join costs more than a missed one."""
STEP = 0.25
"""The line moves in steps; for each of them everything is weighed anew."""
UPWARDS = 0.5
"""How far the line follows where more evidence is needed.

As it is set, a pair at the line is right twenty times in 21. Even at half those odds it is worth
joining by the weight `doubt`: to follow wholly would cost more people than it saves from a wrong
join. Not to follow at all would let precision fall where all scores are too high.
"""
_SPREAD = 0.35
"""Standard deviation of what is believed beforehand about `even`: worth about a hundred answers.

Asked first are those with most accounts on their sides, where the strongest of many pairs speaks,
which is the luckiest one, too. The first answers must not move the line for all others by much.
"""
_ROUNDS, _NEAR = 100, 1e-9
_TOLD = 2.0
"""A score that many questions have, by which it is told what was learned."""

_t = tables.identity_decision


class Answer(NamedTuple):
    """What somebody said about a pair, and the score with which it was asked about."""

    score: float
    """Log-odds, as of two people who may be one; see `identity_decision`."""
    same: bool


@dataclass(frozen=True)
class Learned:
    """What answers made of the weights."""

    weights: Weights
    """Those by which questions are asked: chances as answers have them, and the line."""
    line: Weights
    """Those by which people are made: as they were set, but for `merge`."""
    answers: int = 0
    """From how many answers; 0: nothing was learned, and the weights are as they were set."""
    even: float = 0.0
    """The score at which a yes is as likely as a no, by these answers."""

    @property
    def chance(self) -> float:
        """How often pairs with the score that is told of are one person's, 0 to 1."""
        return _chance(_TOLD - self.even)

    @property
    def figures(self) -> dict[str, float] | None:
        """What was learned, for programs; None: nothing."""
        if not self.answers:
            return None
        return {"answers": self.answers, "even": round(self.even, 2), "merge": self.weights.merge}

    def __str__(self) -> str:
        """What was learned, in a line; empty: nothing."""
        if not self.answers:
            return ""
        return (
            f"{self.answers:,} answers: pairs with score {_TOLD:g} are right in"
            f" {self.chance:.0%}; joined from {self.weights.merge:g} on".replace("%;", " of 100;")
        )


def learned(weights: Weights, answers: Iterable[Answer]) -> Learned:
    """The weights as answers correct them; the same for any order of the answers.

    `even` and `joined` follow wholly: by them chances are told and questions put in order. `merge`
    moves by whole steps, within narrow limits, and upwards half as far.
    """
    known = sorted(answers)
    if not weights.calibrate or len(known) < LEAST:
        return Learned(weights, weights)
    even = even_by(weights.even, known)
    shift = even - weights.even
    line = weights.model_copy(update={"merge": weights.merge + _moved(shift)})
    asking = line.model_copy(update={"even": even, "joined": weights.joined - shift})
    return Learned(asking, line, len(known), even)


def even_by(believed: float, answers: Sequence[Answer]) -> float:
    """The likeliest score at which a yes is as likely as a no.

    The maximum a posteriori of `even` in p(yes) = 1 / (1 + exp(even - score)), with a normal prior
    around what is `believed`, by Newton's method; the slope is 1, as log-odds have it.
    """
    even = believed
    for _ in range(_ROUNDS):
        chances = [_chance(answer.score - even) for answer in answers]
        expected = math.fsum(chances) - sum(answer.same for answer in answers)
        slope = expected - (even - believed) / _SPREAD**2
        bend = math.fsum(chance * (1 - chance) for chance in chances) + 1 / _SPREAD**2
        # Far from the top the curve is nearly straight, and a whole step would leap over it.
        change = max(-1.0, min(1.0, slope / bend))
        even += change
        if abs(change) < _NEAR:
            break
    return even


def _moved(shift: float) -> float:
    """By how much the line follows, in whole steps; between two the one nearer to 0."""
    shift = max(LOWEST, min(HIGHEST, shift * UPWARDS if shift > 0 else shift))
    return math.copysign(math.ceil(abs(shift) / STEP - 0.5) * STEP, shift) + 0.0


def _chance(odds: float) -> float:
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, odds))))


def answered(connection: Connection) -> list[Answer]:
    """The answers that stand and were given to a score; what was taken back teaches nothing."""
    c = _t.c
    query = select(c.score, c.decision).where(c.score.is_not(None), c.withdrawn_at.is_(None))
    return [Answer(row.score, row.decision == "same") for row in connection.execute(query)]


def learned_here(connection: Connection, weights: Weights) -> Learned:
    """The weights as the answers of a warehouse correct them."""
    return learned(weights, answered(connection) if weights.calibrate else ())


__all__ = [
    "HIGHEST", "LEAST", "LOWEST", "STEP", "UPWARDS", "Answer", "Learned", "answered", "even_by",
    "learned", "learned_here",
]  # fmt: skip
