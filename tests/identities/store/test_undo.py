"""Decisions come and go in any order; ids, redirects and history end as if they had not been."""

from datetime import datetime
from random import Random

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.identities.store.conftest import Directory, Ref, account

NAMES = (
    "Amina Diallo", "Bruno Costa", "Wei Zhang", "Olena Petrenko", "Somchai Srisai", "Awa Ba",
)  # fmt: skip
COUNT = len(NAMES)


def everybody(directory: Directory) -> None:
    """As many people as names, each with an account in two sources, and one with more."""
    directory.sync(
        *(
            account(source, str(at), name=name, email=f"{name.split()[1].lower()}@p{at}.example")
            for at, name in enumerate(NAMES)
            for source in ("lists", "news")[: 1 + at % 2]
        )
    )


def _ref(at: int) -> Ref:
    return ("lists", str(at))


PLACES = st.integers(0, COUNT - 1)
SAME, DIFFERENT, WITHDRAW = "same", "different", "withdraw"
STEPS = st.lists(
    st.tuples(st.sampled_from((SAME, SAME, DIFFERENT, WITHDRAW)), PLACES, PLACES),
    min_size=2,
    max_size=10,
)


@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.differing_executors],
)
@example(steps=[(SAME, 1, 2), (SAME, 2, 3)], order=3)
@example(steps=[(SAME, 0, 3), (SAME, 0, 5), (SAME, 1, 4), (SAME, 5, 4), (WITHDRAW, 3, 0)], order=5)
@example(steps=[(SAME, 1, 4), (WITHDRAW, 0, 0), (SAME, 4, 2), (DIFFERENT, 1, 4)], order=1)
@example(steps=[(SAME, 0, 1), (SAME, 1, 2), (WITHDRAW, 0, 0), (SAME, 0, 2)], order=0)
@given(steps=STEPS, order=st.integers(0, 5))
def test_whoever_takes_back_all_decisions_finds_everybody_as_before(
    directory: Directory, steps: list[tuple[str, int, int]], order: int
) -> None:
    directory.empty()
    everybody(directory)
    directory.resolve()
    before = directory.people()
    seen = {directory.now: before}
    standing: list[int] = []
    for what, one, other in steps:
        if what == WITHDRAW and standing:
            directory.withdraw(standing.pop(one % len(standing)))
        elif what != WITHDRAW and one != other:
            standing.append(directory.decide(what == SAME, _ref(one), _ref(other)))
        directory.resolve()
        seen[directory.now] = directory.people()
        check_ids(directory)
    Random(order).shuffle(standing)
    for number in standing:
        directory.withdraw(number)
        directory.resolve()
        seen[directory.now] = directory.people()
        check_ids(directory)
    assert directory.people() == before
    assert not [row for row in directory.rows("person") if row["merged_into"]]
    for instant, people in seen.items():
        assert held_at(directory, instant) == people


def check_ids(directory: Directory) -> None:
    """Redirects end at somebody, and keep no name or address of anybody."""
    people = {row["id"]: row for row in directory.rows("person")}
    living = directory.people().keys()
    for person, row in people.items():
        assert (row["merged_into"] is None) == (person in living)
        if row["merged_into"]:
            assert row["merged_into"] in living
            assert row["name"] is row["email"] is row["organization"] is None


def held_at(directory: Directory, instant: datetime) -> dict[str, frozenset[Ref]]:
    """The accounts of each person at an instant, as history has it; nobody's is two people's."""
    found: dict[str, set[Ref]] = {}
    for row in directory.rows("person_history"):
        if row["valid_from"] <= instant and (row["valid_to"] is None or instant < row["valid_to"]):
            found.setdefault(row["person"], set()).add((row["source"], row["account"]))
    assert sum(map(len, found.values())) == len(set().union(*found.values()))
    return {person: frozenset(accounts) for person, accounts in found.items()}
