"""Answers move the line, and taking them back moves it back: people are exactly those of before."""

import pytest

from cophub.identities.calibration import LEAST, learned_here
from cophub.identities.matching.clustering import Decision
from cophub.identities.matching.weights import Weights
from tests.identities.store.conftest import Directory, Ref, account, refs

GIVEN = ("Amina", "Bruno", "Wei", "Olga", "Ravi", "Awa")
FAMILY = ("Diallo", "Costa", "Chen", "Petrenko", "Rao", "Ba", "Keller")


def crowd(directory: Directory) -> None:
    """One of each name in two sources with one mailbox, and Marwa with two that say little."""
    directory.sync(
        account("lists", "m1", name="Marwa Zaoui", email="mzaoui60@gmail.com", country="MA"),
        account("news", "m2", name="Marwa Zaoui", email="mz77@clinic.example", country="MA"),
        *(
            account(source, f"{given}{family}", name=f"{given} {family}",
                    email=f"{given}.{family}@crowd{at}.example", country="KE")
            for at, given in enumerate(GIVEN)
            for family in FAMILY
            for source in ("lists", "news")
        ),
    )  # fmt: skip


def answer(directory: Directory, same: bool, number: int) -> list[int]:
    """So many answers that change nothing themselves: about pairs that nobody would doubt."""
    names = [f"{given}{family}" for given in GIVEN for family in FAMILY]
    pairs = zip(names, names if same else [*names[1:], *names[:1]], strict=True)
    return [
        directory.decide(same, ("lists", a), ("news", b), 1.0 if same else 4.0)
        for (a, b), _ in zip(pairs, range(number), strict=False)
    ]


MARWA: set[Ref] = {("lists", "m1"), ("news", "m2")}


def marwas(directory: Directory) -> int:
    """As how many people Marwa is held."""
    return sum(bool(MARWA & accounts) for accounts in directory.people().values())


def needed(directory: Directory) -> float:
    """The highest line, in tenths, at which Marwa is one person."""
    return next(
        tenths / 10
        for tenths in range(100, 0, -1)
        if MARWA in directory.at_once(Weights(merge=tenths / 10))[0]
    )


@pytest.mark.parametrize(("same", "above"), [(True, 0.2), (False, -0.2)])
def test_answers_move_the_line_and_taking_them_back_moves_it_back(
    directory: Directory, same: bool, above: float
) -> None:
    """The line is set a little above where the pair would be joined, or below it."""
    crowd(directory)
    directory.resolve()
    weights = Weights(merge=needed(directory) + above)
    directory.resolve(weights)
    before, edges, apart = directory.people(), directory.edges(), marwas(directory)
    assert apart == (2 if same else 1)
    standing = answer(directory, same, LEAST)
    directory.resolve(weights)
    with directory.warehouse.connect() as connection:
        line = learned_here(connection, weights).line
    assert (line.merge < weights.merge) if same else (line.merge > weights.merge)
    assert marwas(directory) == (1 if same else 2)
    assert (refs(directory.people()), directory.edges()) == directory.at_once(line)
    directory.withdraw(standing.pop())
    directory.resolve(weights)
    assert marwas(directory) == apart
    for number in standing:
        directory.withdraw(number)
    directory.resolve(weights)
    assert (directory.people(), directory.edges()) == (before, edges)


def test_what_comes_after_answers_is_weighed_as_if_all_were_weighed_anew(
    directory: Directory,
) -> None:
    crowd(directory)
    directory.resolve()
    answer(directory, True, LEAST)
    directory.resolve()
    directory.sync(account("calls", "9", name="Marwa Zaoui", country="MA"))
    directory.resolve()
    with directory.warehouse.connect() as connection:
        assert learned_here(connection, Weights()).line.merge < Weights().merge
        line = learned_here(connection, Weights()).line
    assert (refs(directory.people()), directory.edges()) == directory.at_once(line)
    assert not directory.resolve().touched


def test_decisions_that_nobody_was_asked_for_by_a_score_move_nothing(directory: Directory) -> None:
    crowd(directory)
    directory.resolve()
    for given in GIVEN:
        for family in FAMILY:
            directory.decide(True, ("lists", given + family), ("news", given + family))
    assert Decision(True, ("lists", "RaviRao"), ("news", "RaviRao")) in directory.decisions()
    with directory.warehouse.connect() as connection:
        assert learned_here(connection, Weights()).line == Weights()
