"""What was learned of a directory holds until another step is clearly reached."""

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
