"""Resolving that is killed leaves nothing behind, and the next run does all of it."""

from collections.abc import Iterator

import pytest

from tests.identities.store.conftest import Directory, account, refs
from tests.sync.forked import Program

NAMES = ("Amina Diallo", "Bruno Costa", "Wei Zhang", "Olena Petrenko", "Somchai Srisai", "Awa Ba")
TABLES = (
    "person", "person_account", "person_history", "identity_evidence", "identity_key",
    "identity_edge", "meta",
)  # fmt: skip


KILLS = (
    ("commit", 1), *(("cursor", n) for n in (1, 3, 8, 13)), *(("statement", n) for n in (2, 8, 12)),
)  # fmt: skip


def crowd(directory: Directory, source: str, count: int) -> None:
    directory.sync(
        *(
            account(source, str(at), name=NAMES[at % 6], email=f"{NAMES[at % 6][0]}{at}@p.example")
            for at in range(count)
        )
    )


@pytest.fixture
def program(warehouse_url: str) -> Iterator[Program]:
    program = Program("tests.identities.store.killed", warehouse_url)
    yield program
    program.close()


@pytest.mark.parametrize("whole", [True, False])
def test_whoever_is_killed_in_the_middle_leaves_all_as_it_was(
    directory: Directory, program: Program, whole: bool
) -> None:
    crowd(directory, "news", 24)
    if not whole:
        directory.resolve()
        directory.sync(account("lists", "1", name="Amina Diallo", email="A0@p.example"))
        directory.decide(True, ("news", "1"), ("news", "2"))
    before = {table: directory.rows(table) for table in TABLES}
    people = directory.people()
    order = {"now": directory.now.isoformat(), "run": 77}
    for what in KILLS:
        assert program.do(order | {"die_at": what}) is None
        assert {table: directory.rows(table) for table in TABLES} == before
    directory.resolve()
    assert refs(directory.people()) == directory.at_once()[0]
    if not whole:
        merged = {("news", "1"), ("news", "2")}
        kept = {p for p, own in people.items() if not merged & own}
        assert kept <= directory.people().keys()
