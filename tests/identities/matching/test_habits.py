"""What was learned of a directory holds until another step is clearly reached."""

import math
from array import array

from cophub.identities.matching.habits import Habits, alike, learn
from cophub.identities.matching.keys import anchor
from tests.identities.matching.conftest import account

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


def test_whichever_account_of_a_directory_id_comes_first_the_habits_are_the_same() -> None:
    """One of them shows a work mailbox and the other none."""
    name = "Amina Diallo"
    rows = [("news", str(n), name, "", "") for n in range(8)]
    rows += [("news", "8", name, "", "d2"), ("news", "9", name, "amina@clinic.example", "d2")]
    accounts = [account(s, k, n, email, directory=d) for s, k, n, email, d in rows]
    found = []
    for order in (accounts, accounts[::-1]):
        found.append(learn(order, array("q", [anchor(e) for e in order])))
    assert found[0] == found[1]
