"""Questions about accounts that are held for one person: which, in what order, what a no does."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cophub.identities.decisions import Wish
from cophub.identities.matching.match import match
from cophub.identities.matching.weights import Weights
from cophub.identities.organizations.stored import load_register
from cophub.identities.reading.account import read_account
from cophub.identities.review.questions import Asked, Question
from cophub.identities.review.questions import asked as find_questions
from cophub.identities.review.queue import Queue
from cophub.identities.store.index import every_account
from cophub.identities.uniting import unite
from cophub.warehouse import Warehouse

from .store.conftest import Directory, Ref, account
from .store.crowd import ACCOUNTS

ALL = Weights(sure=99)
"""Every join that nobody decided is in doubt."""


def held(a: str, b: str, score: float = 3.0) -> Question:
    """A question about the parts `a` and `b` of one person."""
    return Question(
        ("s", a), ("s", b), "p", "p", score, (),
        even=-1.0, joined=True, doubt=3.0, part_a=a, part_b=b,
    )  # fmt: skip


def apart(a: str, b: str, score: float = 1.5) -> Question:
    """A question about two people, `p` who has parts and another."""
    return Question(("s", a), ("s", b), "p", b, score, (), even=1.5, part_a=a)


def queue(*questions: Question, **sizes: int) -> Queue:
    parts = {part for q in questions for part in q.parts}
    return Queue(Asked(questions, dict.fromkeys(parts, 1) | sizes, 99))


def asked(of: Queue) -> list[tuple[str, int]]:
    return [(f"{q.a[1]}{q.b[1]}", accounts) for q, accounts in of.waiting()]


def answer(of: Queue, name: str, same: bool | None) -> None:
    of.answer(next(q for q, _ in of.waiting() if f"{q.a[1]}{q.b[1]}" == name), same)


def test_what_is_worth_more_comes_first_whichever_kind_it_is() -> None:
    """Of 0.27 yes for one pair, 0.05 no for six pairs threefold, 0.04 no for one pair threefold."""
    of = queue(held("a", "b", 2.0), apart("b", "z", 0.5), held("y", "x", 2.3), a=2, b=3)
    assert asked(of) == [("bz", 1), ("ab", 2), ("yx", 1)]
    assert queue(held("a", "b", 2.0)).waiting()[0][0].stake == pytest.approx(3 * 0.0474, rel=0.01)


def test_a_no_parts_the_sides_and_the_rest_is_asked_about_what_is_left() -> None:
    of = queue(held("a", "b"), held("b", "c"), held("c", "d"), b=2)
    assert asked(of) == [("bc", 2), ("ab", 1), ("cd", 1)]
    answer(of, "bc", False)
    assert (of.gained, of.parted) == (0, 2)
    assert asked(of) == [("ab", 1), ("cd", 1)]
    assert of.sides(held("c", "d")) == (1, 1)
    of.undo()
    assert (of.gained, of.parted, len(asked(of))) == (0, 0, 3)


def test_a_yes_or_a_skip_changes_nothing_and_is_not_asked_again() -> None:
    of = queue(held("a", "b"), held("b", "c"))
    answer(of, "ab", True)
    answer(of, "bc", None)
    assert (asked(of), of.gained, of.parted) == ([], 0, 0)


def test_who_says_that_two_people_are_one_means_all_of_both() -> None:
    """So their joins are not in doubt any more; but those who were parted before are not meant."""
    of = queue(held("a", "b"), held("b", "c"), apart("a", "z"))
    answer(of, "bc", False)
    answer(of, "az", True)
    assert (asked(of), of.gained, of.parted) == ([], 1, 1)


def test_parted_sides_are_not_asked_about_again() -> None:
    of = queue(held("a", "b"), apart("a", "z"), apart("b", "z", 1.4))
    answer(of, "ab", False)
    answer(of, "az", True)
    assert asked(of) == []


@given(
    st.lists(st.integers(0, 9), min_size=1, max_size=7),
    st.lists(st.booleans(), max_size=7),
)
def test_sides_are_those_of_the_tree_without_what_was_parted(
    tree: list[int], answers: list[bool]
) -> None:
    """Against reaching out by plain repetition."""
    ties = [(chr(97 + at % place), chr(97 + place)) for place, at in enumerate(tree, 1)]
    of = queue(*(held(a, b) for a, b in ties))
    left = set(ties)

    def reached(start: str, without: tuple[str, str]) -> int:
        found = {start}
        for _ in ties:
            for tie in left - {without}:
                if found & set(tie):
                    found |= set(tie)
        return len(found)

    for same in answers:
        for question, accounts in of.waiting():
            a, b = question.a[1], question.b[1]
            sides = reached(a, (a, b)), reached(b, (a, b))
            assert (of.sides(question), accounts) == (sides, min(sides))
        if not (waiting := of.waiting()):
            break
        of.answer(waiting[0][0], same)
        if not same:
            left.discard((waiting[0][0].a[1], waiting[0][0].b[1]))


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.differing_executors],
)
@given(st.lists(ACCOUNTS, min_size=4, max_size=30, unique_by=lambda a: (a["source"], a["key"])))
def test_the_warehouse_asks_about_the_joins_that_matching_finds(
    directory: Directory, accounts: list[dict[str, object]]
) -> None:
    """With the same gain."""
    directory.empty()
    directory.sync(*accounts)
    directory.resolve()
    with directory.warehouse.connect() as connection:
        everybody = [read_account(row) for row in every_account(connection)]
        found = match(everybody, register=load_register(connection), weights=ALL)
        known = Queue(find_questions(connection, ALL), 999)
    wanted = {
        tuple(sorted((q.edge.a.key, q.edge.b.key))): q.gain
        for q in found.clustering.questions
        if q.joined
    }
    told = {
        (q.a, q.b): q.stake * known.sides(q)[0] * known.sides(q)[1]
        for q, _ in known.waiting()
        if q.joined
    }
    assert told == pytest.approx(wanted)


@pytest.fixture
def directory(warehouse: Warehouse) -> Directory:
    return Directory(warehouse)


@pytest.fixture
def marwa(directory: Directory) -> Directory:
    """One person with four mailboxes, among others."""
    directory.sync(
        account("lists", "1", name="Marwa Zaoui", email="mzaoui60@gmail.com", country="MA"),
        account("lists", "2", name="Marwa Zaoui", email="zaoui@laboratory.example", country="MA"),
        account("news", "3", name="ZAOUI Marwa", email="marwa@hospital.example", country="MA"),
        account("news", "4", name="Marwa Zaoui", email="mz77@clinic.example", country="MA"),
        *(
            account("news", f"{given}{family}", name=f"{given} {family}",
                    email=f"{given}.{family}@crowd{at}.example", country="KE")
            for at, given in enumerate(("Amina", "Wei", "Olga", "Ravi"))
            for family in ("Diallo", "Chen", "Rao", "Keller")
        ),
    )  # fmt: skip
    directory.resolve()
    return directory


def doubted(directory: Directory) -> list[Question]:
    with directory.warehouse.connect() as connection:
        return [q for q in find_questions(connection, ALL).questions if q.joined]


def home(directory: Directory, ref: Ref) -> frozenset[Ref]:
    return next(accounts for accounts in directory.people().values() if ref in accounts)


def test_a_no_makes_two_people_and_taking_it_back_makes_one(marwa: Directory) -> None:
    before, edges = marwa.people(), marwa.edges()
    first = doubted(marwa)
    assert len(first) == 3
    for question in first:
        number = marwa.decide(False, question.a, question.b)
        assert question.id not in {q.id for q in doubted(marwa)}
        marwa.resolve()
        mine, theirs = home(marwa, question.a), home(marwa, question.b)
        assert mine != theirs and len(mine | theirs) == 4
        assert question.id not in {q.id for q in doubted(marwa)}
        with marwa.warehouse.connect() as connection:
            left = find_questions(connection).questions
        assert not [q for q in left if {q.a, q.b} <= mine | theirs and not q.joined]
        marwa.withdraw(number)
        marwa.resolve()
        assert (marwa.people(), marwa.edges()) == (before, edges)


def test_a_yes_keeps_them_together_and_nobody_asks_again(marwa: Directory) -> None:
    before = marwa.people()
    one, *others = doubted(marwa)
    number = marwa.decide(True, one.a, one.b)
    assert {q.id for q in doubted(marwa)} == {q.id for q in others}
    marwa.resolve()
    assert marwa.people() == before
    assert {q.id for q in doubted(marwa)} == {q.id for q in others}
    marwa.withdraw(number)
    marwa.resolve()
    assert {q.id for q in doubted(marwa)} == {one.id, *(q.id for q in others)}


def test_a_yes_about_two_people_is_not_about_those_who_were_parted_before(marwa: Directory) -> None:
    """Even if nothing was resolved since."""
    one = doubted(marwa)[0]
    other = ("news", "WeiChen")
    with marwa.warehouse.connect() as connection:
        meant = {wish.pair for wish in unite(connection, [one.a, other])}
        assert (one.a, one.b) in meant and len(meant) == 4
        cut = {frozenset((one.a, one.b))}
        fewer = {wish.pair for wish in unite(connection, [one.a, other], None, cut)}
    assert (one.a, one.b) not in fewer and fewer < meant
    marwa.decide(False, one.a, one.b)
    with marwa.warehouse.connect() as connection:
        assert {wish.pair for wish in unite(connection, [one.a, other])} == fewer
    assert Wish(True, one.a, other).pair in fewer
