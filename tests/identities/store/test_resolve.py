"""A sync touches a part of the directory, and the people end as if all had been weighed anew."""

from collections.abc import Sequence
from random import Random
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from cophub.identities.matching import blocking, companions
from cophub.identities.matching.weights import Weights
from cophub.identities.store import resolve as resolving
from cophub.warehouse import Warehouse
from tests.identities.store.conftest import Directory, Ref, account, refs
from tests.identities.store.crowd import ACCOUNTS, REFS, at_start


class Sync(NamedTuple):
    accounts: list[dict[str, Any]]


class Erase(NamedTuple):
    ref: Ref


class Decide(NamedTuple):
    same: bool
    a: Ref
    b: Ref


class Withdraw(NamedTuple):
    place: int


class Weigh(NamedTuple):
    merge: float


Step = Sync | Erase | Decide | Withdraw | Weigh
_SYNC = st.builds(Sync, st.lists(ACCOUNTS, min_size=1, max_size=4))
_OTHER = st.one_of(
    st.builds(Erase, REFS),
    st.builds(Decide, st.booleans(), REFS, REFS).filter(lambda d: d.a != d.b),
    st.builds(Withdraw, st.integers(0, 3)),
    st.builds(Weigh, st.sampled_from((2.0, 4.0))),
)
BATCHES = st.lists(
    st.lists(st.one_of(_SYNC, _SYNC, _OTHER), min_size=1, max_size=3), min_size=1, max_size=5
)
HARD = settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.differing_executors],
)


@pytest.fixture(params=[blocking.CAP, 3])
def cap(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where keys are capped that four mailboxes bear; and never all anew for being many.

    There one pair says much about which communities go together, or the crowd would be too small.
    """
    monkeypatch.setattr(blocking, "CAP", request.param)
    monkeypatch.setattr(companions, "_FEW", 6.0 if request.param > 3 else 0.2)
    monkeypatch.setattr(resolving, "WHOLE_SHARE", 2.0)


@HARD
@given(chance=st.integers(0, 10**6), number=st.sampled_from((0, 20, 40)), batches=BATCHES)
def test_any_batches_end_with_the_people_and_edges_of_weighing_everything_anew(
    directory: Directory, cap: None, chance: int, number: int, batches: list[list[Step]]
) -> None:
    directory.empty()
    directory.sync(*at_start(Random(chance), number))
    directory.resolve()
    decided: list[int] = []
    weights = Weights()
    for steps in batches:
        before = directory.people()
        for step in steps:
            if isinstance(step, Weigh):
                weights = Weights(merge=step.merge)
            _take(directory, step, decided)
        directory.resolve(weights)
        after = directory.people()
        people, edges = directory.at_once(weights)
        assert refs(after) == people
        assert directory.edges() == edges
        _check_ids(directory, before, after)
        _check_decisions(directory, after)


def _take(directory: Directory, step: Step, decided: list[int]) -> None:
    match step:
        case Sync(accounts):
            directory.sync(*{(a["source"], a["key"]): a for a in accounts}.values())
        case Erase(ref):
            directory.remove(ref)
        case Decide(same, a, b):
            decided.append(directory.decide(same, a, b))
        case Withdraw(place) if place < len(decided):
            directory.withdraw(decided.pop(place))


def _check_ids(directory: Directory, before: dict[str, Any], after: dict[str, Any]) -> None:
    """Who stayed the same keeps the id, and every redirect leads to somebody who is there."""
    known = {accounts: person for person, accounts in before.items()}
    for person, accounts in after.items():
        assert known.get(accounts, person) == person
    redirects = {row["id"]: row["merged_into"] for row in directory.rows("person")}
    assert after.keys() <= {person for person, target in redirects.items() if target is None}
    for target in filter(None, redirects.values()):
        assert redirects[target] is None


def _check_decisions(directory: Directory, people: dict[str, Any]) -> None:
    """Nobody is one person with an account that somebody said is another's."""
    person = {ref: name for name, accounts in people.items() for ref in accounts}
    apart = {(d.a, d.b) for d in directory.decisions() if not d.same}
    for a, b in apart:
        assert a not in person or person[a] != person.get(b)
    if not apart:
        for d in directory.decisions():
            if d.a in person and d.b in person:
                assert person[d.a] == person[d.b]


def test_nothing_changed_writes_nothing_and_reads_no_account(
    directory: Directory, warehouse: Warehouse
) -> None:
    directory.sync(account("news", "1", name="Amina Diallo", email="amina@health.example"))
    directory.resolve()
    asked: list[str] = []

    def note(conn: Any, cursor: Any, statement: str, *more: Any) -> None:
        asked.append(statement)

    event.listen(warehouse.engine, "before_cursor_execute", note)
    directory.resolve()
    event.remove(warehouse.engine, "before_cursor_execute", note)
    assert not [sql for sql in asked if " account" in sql or not sql.startswith(READS)]


def test_what_a_sync_still_writes_is_looked_at_when_it_has_ended(directory: Directory) -> None:
    """Other syncs begin and end meanwhile, so that its rows are older than what was looked at."""
    directory.sync(*many(7))
    directory.resolve()
    run = directory.begin("lists")
    directory.go_on(run, account("lists", "1", name="Amina Diallo", email="diallo@place0.example"))
    directory.sync(account("calls", "1", name="Awa Ba", email="awa@place9.example"))
    directory.resolve()
    directory.go_on(run, account("lists", "2", name="Bruno Costa", email="costa@place1.example"))
    directory.resolve()
    directory.end(run)
    directory.resolve()
    people = refs(directory.people())
    assert people == directory.at_once()[0]
    assert {("news", "0"), ("lists", "1")} in people
    assert {("news", "1"), ("lists", "2")} in people


def test_what_says_nothing_new_of_whose_an_account_is_changes_only_what_is_shown(
    directory: Directory, warehouse: Warehouse
) -> None:
    directory.sync(*many(7))
    directory.resolve()
    (before,) = [p for p, own in directory.people().items() if ("news", "3") in own]
    kept = {name: directory.rows(name) for name in KEPT}
    fields = many(7)[3] | {"extra": {"job_title": "Nurse"}, "country": None}
    directory.sync(fields, *many(2))
    changes = directory.resolve()
    assert (changes.new_people, changes.moved_accounts, changes.redirects) == (0, 0, 0)
    assert before in changes.touched
    assert len(changes.touched) == 3
    assert {name: directory.rows(name) for name in KEPT} == kept


def test_of_who_lost_all_accounts_no_name_or_address_stays(directory: Directory) -> None:
    directory.sync(*many(7))
    directory.resolve()
    before = directory.people()
    directory.remove(("news", "3"))
    directory.resolve()
    (gone,) = before.keys() - directory.people().keys()
    (row,) = [row for row in directory.rows("person") if row["id"] == gone]
    assert row["name"] is row["email"] is None
    directory.sync(many(4)[3])
    directory.resolve()
    assert refs(directory.people()) == refs(before)


KEPT = (
    "identity_evidence", "identity_key", "identity_edge", "person", "person_account",
    "person_history",
)  # fmt: skip
READS = ("SELECT", "LOCK", "BEGIN", "PRAGMA")


PEOPLE = (
    "Amina Diallo", "Bruno Costa", "Wei Zhang", "Olena Petrenko", "Somchai Srisai",
    "Tigist Alemu", "Lucia Quispe",
)  # fmt: skip


def many(count: int) -> Sequence[dict[str, Any]]:
    """Accounts of so many people who have nothing in common."""
    return [
        account("news", str(at), name=name, email=f"{name.split()[1].lower()}@place{at}.example")
        for at, name in enumerate(PEOPLE[:count])
    ]


def test_a_merge_that_is_undone_gives_everybody_the_id_they_had(directory: Directory) -> None:
    directory.sync(*many(6))
    directory.resolve()
    before = directory.people()
    number = directory.decide(True, ("news", "1"), ("news", "2"))
    directory.resolve()
    merged = directory.people()
    assert len(merged) == 5
    lost = (before.keys() - merged.keys()).pop()
    (row,) = [row for row in directory.rows("person") if row["id"] == lost]
    assert merged[row["merged_into"]] == {("news", "1"), ("news", "2")}
    directory.withdraw(number)
    directory.resolve()
    assert directory.people() == before
    assert all(row["merged_into"] is None for row in directory.rows("person"))


def test_a_redirect_goes_with_the_accounts_when_a_later_merge_is_undone(
    directory: Directory,
) -> None:
    """1 and 2 are one, then they and 3 to 6; when that is undone, 2 leads to 1 again."""
    directory.sync(*many(7))
    directory.resolve()
    first = directory.decide(True, ("news", "1"), ("news", "2"))
    directory.resolve()
    before = {row["id"]: row["merged_into"] for row in directory.rows("person")}
    people = directory.people()
    pairs = [(("news", "3"), ("news", key)) for key in "456"]
    for pair in pairs:
        directory.decide(True, *pair)
    directory.resolve()
    between = {row["id"]: row["merged_into"] for row in directory.rows("person")}
    number = directory.decide(True, ("news", "1"), ("news", "3"))
    directory.resolve()
    assert len(directory.people()) == 2
    directory.withdraw(number)
    directory.resolve()
    assert {row["id"]: row["merged_into"] for row in directory.rows("person")} == between
    directory.withdraw(first)
    directory.resolve()
    assert len(directory.people()) == len(people) - 2
    assert {key for key, target in before.items() if target} <= directory.people().keys()


def test_history_tells_whose_an_account_was_held_to_be(directory: Directory) -> None:
    directory.sync(*many(2))
    directory.resolve()
    one, other = (
        person for person, _ in sorted(directory.people().items(), key=lambda p: min(p[1]))
    )
    number = directory.decide(True, ("news", "0"), ("news", "1"))
    directory.resolve()
    (kept,) = directory.people()
    moved = "1" if kept == one else "0"
    directory.withdraw(number)
    directory.resolve()
    rows = [row for row in directory.rows("person_history") if row["account"] == moved]
    rows.sort(key=lambda row: row["valid_from"])
    lost = other if kept == one else one
    assert [(row["person"], row["valid_to"] is None) for row in rows] == [
        (lost, False), (kept, False), (lost, True),
    ]  # fmt: skip
