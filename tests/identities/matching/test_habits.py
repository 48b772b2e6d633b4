"""What was learned of a directory holds until another step is clearly reached."""

import math

from cophub.identities.matching.habits import Habits, alike

_SPREAD = (-0.5, -1.25, -2.5)


def test_habits_one_step_apart_are_alike() -> None:
    one = Habits(spread=_SPREAD, within={"hub": -1.0})
    other = Habits(spread=(-0.5, -1.5, -2.5), within={"hub": -0.5})
    assert alike(one, other)
    assert alike(other, one)


def test_habits_further_apart_are_not() -> None:
    one = Habits(spread=_SPREAD)
    assert not alike(one, Habits(spread=(-0.5, -2.0, -2.5)))
    assert not alike(one, Habits(spread=_SPREAD, culture=2 * one.culture))
    assert not alike(one, Habits(spread=_SPREAD, slope=one.slope + 0.2))
    assert not alike(one, Habits(spread=_SPREAD, within={"hub": -1.0}))


def test_a_crowd_of_any_size_has_odds_that_grow_with_it() -> None:
    for habits in (Habits(), Habits(spread=(-3.0, -2.0, -1.0)), Habits(spread=(-0.1, -90.0))):
        odds = [habits.crowd(anchors) for anchors in (2, 3, 8, 64, 5_000, 1_000_000)]
        assert all(math.isfinite(each) for each in odds)
        assert odds[-1] == odds[-2]
    usual = Habits()
    assert usual.crowd(2) < usual.crowd(8) < usual.crowd(64)
