"""What answers teach: the line follows them, exactly and within limits, and goes back with them."""

import math
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cophub.identities.calibration import (
    HIGHEST,
    LEAST,
    LOWEST,
    STEP,
    Answer,
    answered,
    even_by,
    learned,
)
from cophub.identities.decisions import Wish, facts, record, withdraw
from cophub.identities.matching.weights import Weights
from cophub.warehouse import Warehouse

from .store.conftest import BEGIN

SET = Weights()
SCORES = st.floats(-6, 12)
ANSWERS = st.lists(st.builds(Answer, SCORES, st.booleans()), min_size=LEAST, max_size=80)


def simulated(even: float, number: int, seed: int = 1) -> list[Answer]:
    """Answers of somebody who knows, in a directory where scores are even at `even`."""
    random = Random(seed)
    scores = [random.uniform(0.5, 5.0) for _ in range(number)]
    return [Answer(s, random.random() < 1 / (1 + math.exp(even - s))) for s in scores]


@pytest.mark.parametrize("even", [-1.5, -0.5, 0.5, 2.0])
def test_the_score_that_is_even_is_found_from_answers(even: float) -> None:
    assert even_by(SET.even, simulated(even, 20_000)) == pytest.approx(even, abs=0.15)


def test_it_is_found_whichever_scores_were_asked_about() -> None:
    """Whoever asks first what is in doubt gets more noes, but learns the same."""
    known = simulated(0.5, 20_000)
    low = even_by(SET.even, [answer for answer in known if answer.score < 2])
    high = even_by(SET.even, [answer for answer in known if answer.score > 2])
    assert low == pytest.approx(0.5, abs=0.1) == high


def test_a_few_answers_move_less_than_many() -> None:
    few, many = ([Answer(2.0, False)] * number for number in (1, 100))
    assert SET.even < even_by(SET.even, few) < SET.even + 0.2 < SET.even + 2
    assert even_by(SET.even, many) > SET.even + 2
    assert even_by(SET.even, []) == SET.even


def test_below_thirty_nothing_is_learned() -> None:
    noes = [Answer(2.0, False)] * LEAST
    assert learned(SET, noes[1:]).weights == SET and not learned(SET, noes[1:]).answers
    assert learned(SET, noes).line.merge > SET.merge


def test_the_line_moves_within_limits_and_chances_follow_wholly() -> None:
    noes, yeses = ([Answer(2.0, same)] * 5_000 for same in (False, True))
    for answers, moved in ((noes, HIGHEST), (yeses, LOWEST)):
        found = learned(SET, answers)
        assert found.line == SET.model_copy(update={"merge": SET.merge + moved})
        assert found.weights.merge == found.line.merge
        assert found.weights.even == found.even
        assert found.weights.even + found.weights.joined == SET.even + SET.joined


@pytest.mark.parametrize(("even", "moved"), [(-1.0, -0.5), (0.5, 0.5), (1.0, 0.75), (-0.6, 0.0)])
def test_the_line_follows_downwards_wholly_and_upwards_half(even: float, moved: float) -> None:
    """So many yeses as there would be, spread evenly, were scores even there."""
    scores = [at / 50 for at in range(25, 250)]
    answers = [
        Answer(score, at % 100 + 0.5 < 100 / (1 + math.exp(even - score)))
        for score in scores
        for at in range(100)
    ]
    assert learned(SET, answers).line.merge - SET.merge == pytest.approx(moved)


def test_what_is_as_likely_as_it_was_said_to_be_moves_nothing() -> None:
    found = learned(SET, simulated(SET.even, 4_000))
    assert found.line == SET and found.answers == 4_000
    assert str(found).startswith("4,000 answers: pairs with score 2 are right in 9")
    assert str(found).endswith(" of 100; joined from 2.75 on")


def test_a_weight_turns_it_off() -> None:
    off = SET.model_copy(update={"calibrate": False})
    assert learned(off, [Answer(2.0, False)] * 99).weights == off
    assert not str(learned(off, [Answer(2.0, False)] * 99))


@given(answers=ANSWERS, seed=st.integers(0, 9))
def test_the_order_of_answers_says_nothing(answers: list[Answer], seed: int) -> None:
    found = learned(SET, answers)
    Random(seed).shuffle(answers)
    assert learned(SET, answers) == found
    steps = (found.line.merge - SET.merge) / STEP
    assert steps == round(steps) and LOWEST <= steps * STEP <= HIGHEST


@given(answers=ANSWERS, at=st.integers(0, LEAST - 1))
def test_a_no_never_lowers_the_line_and_a_yes_never_raises_it(
    answers: list[Answer], at: int
) -> None:
    for same in (True, False):
        other = [*answers[:at], answers[at]._replace(same=same), *answers[at + 1 :]]
        change = even_by(SET.even, other) - even_by(SET.even, answers)
        assert change <= 1e-6 if same else change >= -1e-6
        moved = learned(SET, other).line.merge - learned(SET, answers).line.merge
        assert moved <= 0 if same else moved >= 0


def test_only_what_stands_and_was_asked_by_a_score_teaches(warehouse: Warehouse) -> None:
    pairs = [(("s", str(at)), ("t", str(at))) for at in range(3)]
    wishes = [
        Wish(at > 0, *pair, None, score)
        for at, (pair, score) in enumerate(zip(pairs, (1.5, 3.0, None), strict=True))
    ]
    with warehouse.begin() as connection:
        made = record(connection, wishes, by="Ada", now=BEGIN)
        assert [fact.score for fact in made] == [1.5, 3.0, None]
        assert facts(connection) == made
        assert sorted(answered(connection)) == [Answer(1.5, False), Answer(3.0, True)]
        withdraw(connection, [made[0].number], now=BEGIN)
        assert answered(connection) == [Answer(3.0, True)]
