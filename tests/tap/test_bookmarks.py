"""What a second read gives: neither too little, whatever happened, nor all of it each time."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection, delete, insert, select, update

from cophub.records import Post
from cophub.tap.bookmarks import Bookmark, may_add, now_at
from cophub.warehouse import Warehouse, tables
from cophub.warehouse.load import Loader

DAY = datetime(2026, 3, 1, tzinfo=UTC)
NAMES = ["source", "key", "run"]
POST = tables.post


def _run(connection: Connection, number: int, state: str = "done") -> None:
    row = dict(
        id=number, kind="sync", source="news", state=state, version="1", asked_by="person",
        started_at=DAY + timedelta(days=number),
    )  # fmt: skip
    connection.execute(insert(tables.run).values(row))


def _posts(warehouse: Warehouse, number: int, *keys: str) -> None:
    loader = Loader(warehouse, "news", run=number, now=DAY + timedelta(days=number))
    batch, _ = loader.rows([Post(key=key, space="a", body=f"{key} {number}") for key in keys])
    loader.stage(batch)
    with warehouse.begin() as connection:
        loader.apply(connection)
    loader.close()


def _looked(warehouse: Warehouse) -> Bookmark:
    with warehouse.connect() as connection:
        return now_at(connection, POST, NAMES)


def _adds(warehouse: Warehouse, before: Bookmark, names: list[str] = NAMES) -> bool:
    with warehouse.connect() as connection:
        return may_add(connection, POST, before, now_at(connection, POST, names))


@pytest.fixture
def read(warehouse: Warehouse) -> Bookmark:
    """Three posts by two runs, and where a reader of them got."""
    for number, keys in ((1, ("a", "b")), (2, ("c",))):
        with warehouse.begin() as connection:
            _run(connection, number)
        _posts(warehouse, number, *keys)
    return _looked(warehouse)


def test_later_runs_are_added(warehouse: Warehouse, read: Bookmark) -> None:
    assert read.next_run == 3
    with warehouse.begin() as connection:
        _run(connection, 3)
    _posts(warehouse, 3, "a", "d")
    assert _adds(warehouse, read)
    assert Bookmark.of({"next_run": 3}) is None


def test_a_run_that_is_open_is_read_again(warehouse: Warehouse, read: Bookmark) -> None:
    with warehouse.begin() as connection:
        _run(connection, 3, "running")
        _run(connection, 4)
    assert _looked(warehouse).next_run == 3


def test_a_run_that_cannot_be_seen_yet_is_read_again(warehouse: Warehouse, read: Bookmark) -> None:
    """Another connection has its number, and has not committed."""
    with warehouse.begin() as connection:
        _run(connection, 4)
    assert _looked(warehouse).next_run == 3


def _forget(connection: Connection) -> None:
    connection.execute(insert(tables.erasure).values(hash="x", kind="email", erased_at=DAY))


def _delete(connection: Connection) -> None:
    connection.execute(delete(POST).where(POST.c.key == "b"))


def _rename(connection: Connection) -> None:
    connection.execute(update(POST).values(source="letters"))


def _cut(connection: Connection) -> None:
    connection.execute(insert(tables.meta).values(name="bodies news", value="none"))


def _retain(connection: Connection) -> None:
    row = dict(source="", table_name="post", horizon_at=DAY, done_at=DAY, rows=1)
    connection.execute(insert(tables.retention_done).values(row))


def _restore(connection: Connection) -> None:
    """An older copy, in which another run came to have the number."""
    began = DAY + timedelta(days=9)
    connection.execute(update(tables.run).where(tables.run.c.id == 2).values(started_at=began))


@pytest.mark.parametrize("change", [_forget, _delete, _rename, _cut, _retain, _restore])
def test_what_no_run_wrote_makes_it_whole(
    warehouse: Warehouse, read: Bookmark, change: object
) -> None:
    assert _adds(warehouse, read)
    with warehouse.begin() as connection:
        change(connection)  # type: ignore[operator]
    assert not _adds(warehouse, read)


def test_another_column_makes_it_whole(warehouse: Warehouse, read: Bookmark) -> None:
    assert not _adds(warehouse, read, [*NAMES, "body"])


def test_rows_carry_the_run_that_wrote_them(warehouse: Warehouse, read: Bookmark) -> None:
    with warehouse.connect() as connection:
        rows = connection.execute(select(POST.c.key, POST.c.run).order_by(POST.c.key)).all()
    assert [tuple(row) for row in rows] == [("a", 1), ("b", 1), ("c", 2)]
