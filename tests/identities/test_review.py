"""Which questions are asked, in what order, and what answers do to those that come after."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert, select

from cophub.identities.evidence import Name
from cophub.identities.matching.weights import Weights
from cophub.identities.profile import account_views
from cophub.identities.review.questions import Asked, Question, question_id
from cophub.identities.review.questions import asked as find_questions
from cophub.identities.review.queue import Queue, gain
from cophub.identities.review.vetoes import clash
from cophub.warehouse import Warehouse, tables

from .store.conftest import Directory, account


def question(a: str, b: str, score: float = 1.5, refused: bool = False) -> Question:
    """A question about accounts `a` and `b`, each of the person of its name."""
    return Question(("s", a), ("s", b), a, b, score, (), refused)


def queue(*questions: Question, limit: int | None = None, **sizes: int) -> Queue:
    people = {person for q in questions for person in (q.person_a, q.person_b)}
    known = dict.fromkeys(people, 1) | sizes
    return Queue(Asked(questions, known, len(questions)), limit)


def asked(of: Queue) -> list[str]:
    return [f"{q.a[1]}{q.b[1]}" for q, _ in of.waiting()]


def test_the_best_gain_comes_first() -> None:
    """Accounts that find their person, times the chance; a refused edge has less of one."""
    of = queue(
        question("a", "b", 2.0), question("c", "d", 1.0), question("e", "f", 3.0, refused=True),
        question("g", "h", 1.0), g=4, h=3,
    )  # fmt: skip
    assert asked(of) == ["gh", "ab", "cd", "ef"]
    assert [g for _, g in of.waiting()] == [3, 1, 1, 1]


def test_more_pairs_come_before_fewer() -> None:
    """One account that finds its five others is worth more than two that find two."""
    of = queue(question("c", "d"), question("e", "f"), c=2, d=2, e=5)
    assert asked(of) == ["ef", "cd"]
    assert [g for _, g in of.waiting()] == [1, 2]


def test_after_a_yes_questions_about_both_are_one() -> None:
    of = queue(question("a", "b"), question("a", "c", 1.0), question("b", "c", 1.2))
    of.answer(of.waiting()[0][0], True)
    ((left, gained),) = of.waiting()
    assert (left.a[1], left.b[1], gained) == ("b", "c", 1)
    assert of.gained == 1
    of.answer(left, True)
    assert (of.waiting(), of.gained) == ([], 2)


def test_after_a_no_nobody_asks_about_the_same_two() -> None:
    of = queue(question("a", "b"), question("b", "c", 1.0), question("a", "c", 0.9))
    of.answer(of.waiting()[0][0], False)
    assert asked(of) == ["bc", "ac"]
    of.answer(of.waiting()[0][0], True)
    assert asked(of) == []


def test_what_is_skipped_does_not_come_again_and_undo_brings_it_back() -> None:
    of = queue(question("a", "b"), question("c", "d", 1.0))
    first = of.waiting()[0][0]
    of.answer(first, None)
    assert asked(of) == ["cd"]
    assert of.undo() == (first, None)
    assert of.undo() is None
    assert asked(of) == ["ab", "cd"]


def test_no_more_are_asked_than_the_limit() -> None:
    of = queue(question("a", "b"), question("c", "d"), question("e", "f"), limit=2)
    assert (len(of.waiting()), of.worth) == (2, 2)
    of.answer(of.waiting()[0][0], True)
    assert len(of.waiting()) == 1


people = st.sampled_from("abcdef")
pairs = st.tuples(people, people).filter(lambda pair: pair[0] < pair[1])


@given(
    st.lists(pairs, unique=True, max_size=12),
    st.lists(st.sampled_from([True, False, None]), max_size=12),
)
def test_answers_gain_what_they_join_and_end(
    wanted: list[tuple[str, str]], answers: list[bool | None]
) -> None:
    """Against components by plain repetition; and undoing all of it is as before."""
    of = queue(*(question(a, b) for a, b in wanted))
    before = of.waiting()
    part = {name: frozenset(name) for name in "abcdef"}
    gained = 0
    for answer in answers:
        if not (waiting := of.waiting()):
            break
        q, promised = waiting[0]
        one, other = part[q.person_a], part[q.person_b]
        assert one != other
        assert promised == gain(len(one), len(other))
        of.answer(q, answer)
        if answer:
            gained += promised
            part |= dict.fromkeys(one | other, one | other)
    assert of.gained == gained
    while of.undo():
        pass
    assert of.waiting() == before


def test_a_question_is_called_the_same_either_way_round() -> None:
    a, b = ("list", "x@example.org"), ("calls", "7")
    assert question_id(a, b) == question_id(b, a)
    assert question_id(a, b).startswith("q-")
    assert question_id(("list", "x"), ("y", "z")) != question_id(("list", "xy"), ("", "z"))


@pytest.mark.parametrize(
    ("mine", "theirs", "clashes"),
    [
        ([("amina", "diallo")], [("diallo", "amina")], False),
        ([("amina", "diallo")], [("john", "smith")], True),
        ([("amina", "diallo"), ("amina", "sow")], [("amina", "sow")], False),
        ([], [("john", "smith")], False),
    ],
)
def test_names_that_clash_are_not_asked_about(
    mine: list[tuple[str, ...]], theirs: list[tuple[str, ...]], clashes: bool
) -> None:
    """Unless the other side bears the very name too, as after a marriage."""
    assert clash([Name(t) for t in mine], [Name(t) for t in theirs]) is clashes


def test_open_questions_come_from_what_was_weighed(warehouse: Warehouse) -> None:
    """The strongest edge of two people, until somebody answers; names that clash are left out."""
    of = Directory(warehouse)
    of.sync(
        account("guests", "1", email="k17@x1.example", email_verified=True),
        account("guests", "2", email="k27@x2.example", email_verified=True, country="KE"),
        account("list", "3", name="John Smith", email="john@smith.example"),
        account("list", "4", name="Wanjiru Kamau", email="wanjiru@kamau.example"),
    )
    of.resolve()
    with warehouse.begin() as connection:
        e = tables.identity_evidence.c
        number = {row.account: row.id for row in connection.execute(select(e.account, e.id))}
        for a, b, score in (("1", "2", 2.0), ("3", "4", 2.5)):
            least, greatest = sorted((number[a], number[b]))
            row: dict[str, Any] = dict(a=least, b=greatest, score=score, verdict="ask")
            row |= dict(joined=False, reasons=[["name_equal", score, ""]])
            connection.execute(insert(tables.identity_edge).values(row))
    with warehouse.connect() as connection:
        found = find_questions(connection)
        (only,) = found.questions
        views = account_views(connection, [only.a, only.b])
        (even,) = find_questions(connection, Weights(even=only.score)).questions
    assert even.probability == 0.5
    assert (only.a, only.b, found.worth) == (("guests", "1"), ("guests", "2"), 1)
    assert [view.email for view in views.values()] == ["k***@x1.example", "k***@x2.example"]
    assert all(view.since is not None for view in views.values())
    of.decide(False, only.a, only.b)
    with warehouse.connect() as connection:
        assert find_questions(connection).questions == ()
