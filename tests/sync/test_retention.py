"""What is older than it may be kept goes, and no later read brings it back."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from dateutil.relativedelta import relativedelta
from sqlalchemy import insert, select

from cophub import Account, Attendance, Checkpoint, Context, Event, Item, Post, Stream
from cophub.errors import WarehouseError
from cophub.hub import Hub
from cophub.hub.retention import let_go
from cophub.sync import SourceSpec
from cophub.warehouse import Warehouse, retention, state
from cophub.warehouse import tables as t

from .conftest import START, Desk, source

YEAR = relativedelta(years=1)
OLD, NEW = START - timedelta(days=400), START - timedelta(days=300)


def vendor(ctx: Context[Any], since: str | None) -> Iterator[Item]:
    yield Account(key="a", name="Amina Diallo")
    for key, at in (("old", OLD), ("new", NEW), ("undated", None)):
        yield Post(key=key, account="a", title=f"Title {key}", body=f"Text {key}", posted_at=at)
        yield Event(key=key, title=key, starts_at=at)
        yield Attendance(event=key, account="a", name=f"Name {key}", joined_at=at, minutes=5)
    yield Checkpoint("1")


def spec(**kept: relativedelta) -> SourceSpec:
    return replace(source("forum", Stream(vendor, name="all")), retention=kept)


def content(desk: Desk) -> dict[str, tuple[Any, Any]]:
    texts, names = (
        dict(desk.rows(table, key, column))
        for table, key, column in (("post", "key", "body"), ("attendance", "event", "name"))
    )
    return {key: (texts[key], names[key]) for key in texts}


WHOLE = {key: (f"Text {key}", f"Name {key}") for key in ("old", "new", "undated")}
EMPTIED = {**WHOLE, "old": (None, None)}


def test_old_content_does_not_come_in(desk: Desk) -> None:
    result = desk.sync(spec(post=YEAR, attendance=YEAR))
    assert result.state == "done"
    assert content(desk) == EMPTIED
    assert desk.rows("post", "title", key="old") == [("Title old",)]
    assert desk.rows("attendance", "minutes", event="old") == [(5.0,)]


def test_only_what_is_named_goes(desk: Desk) -> None:
    desk.sync(spec())
    assert content(desk) == WHOLE
    desk.sync(replace(spec(post=YEAR), name="other"))
    assert desk.rows("post", "body", source="other", key="old") == [(None,)]
    assert desk.rows("attendance", "name", source="other", event="old") == [("Name old",)]


def cleared(desk: Desk, table: str, horizon: datetime) -> int:
    with desk.warehouse.begin() as connection:
        return retention.clear(connection, table, horizon, now=desk.clock)


def test_what_is_stored_goes_and_a_whole_read_changes_nothing(desk: Desk) -> None:
    desk.sync(spec())
    before = desk.rows("measure_due")
    horizon = desk.clock - YEAR
    assert cleared(desk, "post", horizon) == cleared(desk, "attendance", horizon) == 1
    assert content(desk) == EMPTIED
    assert desk.rows("measure_due") == before  # nothing that a figure rests on has changed
    result = desk.sync(spec(post=YEAR, attendance=YEAR), full=True)
    assert (result.total("new"), result.total("changed"), result.total("gone")) == (0, 0, 0)
    assert content(desk) == EMPTIED
    assert cleared(desk, "post", horizon) == 0
    [(count,)] = desk.rows("retention_done", "rows", table_name="post")
    assert count == 1


def test_it_is_due_once_for_a_day(desk: Desk) -> None:
    with desk.warehouse.connect() as connection:
        assert retention.is_due(connection, "post", START)
    cleared(desk, "post", START)
    with desk.warehouse.connect() as connection:
        assert not retention.is_due(connection, "post", START + timedelta(hours=23))
        assert not retention.is_due(connection, "post", START - timedelta(days=900))
        assert retention.is_due(connection, "post", START + timedelta(days=1))
        assert retention.is_due(connection, "audit", START)


def test_rows_of_the_hub_go(desk: Desk) -> None:
    with desk.warehouse.begin() as connection:
        for at in (OLD, NEW):
            connection.execute(insert(t.audit).values(at=at, how="cli", action="people list"))
            reject = dict(run=1, source="s", stream="s", reason="r", rejected_at=at)
            connection.execute(insert(t.reject).values(**reject))
    assert cleared(desk, "audit", START - YEAR) == cleared(desk, "reject", START - YEAR) == 1
    assert desk.rows("audit", "at") == desk.rows("reject", "rejected_at") == [(NEW,)]


def test_rejects_may_be_kept_for_longer_than_by_default(warehouse: Warehouse) -> None:
    with warehouse.begin() as connection:
        reject = dict(run=1, source="s", stream="s", reason="r", rejected_at=NEW)
        connection.execute(insert(t.reject).values(**reject))
        assert state.purge_rejects(connection, now=START, kept=YEAR) == 0
        assert state.purge_rejects(connection, now=START) == 1


@pytest.mark.parametrize(
    ("rows", "shown"),
    [
        ([("k", "2025-01-01 00:00:00", "x")], [None]),
        ([("k", "2025-02-24 23:59:59.999999", "x")], [None]),
        ([("k", "2025-02-25 00:00:00", "x")], ["x"]),
        ([("k", None, "x"), ("k", "2025-01-01 00:00:00", None)], ["x", None]),
    ],
)
def test_the_horizon_is_exact(rows: list[tuple[Any, ...]], shown: list[Any]) -> None:
    horizon = datetime.fromisoformat("2025-02-25T00:00:00Z")
    columns = ["key", "posted_at", "body"]
    found = retention.emptied("post", columns, rows, {"post": horizon})
    assert [row[2] for row in found] == shown
    assert retention.emptied("post", columns, rows, {"attendance": horizon}) == rows
    assert retention.emptied("post", ["key", "body"], rows, {"post": horizon}) == rows


def test_what_fails_is_tried_again_after_the_next_sync(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    desk.sync(spec())
    url = desk.warehouse.engine.url.render_as_string(hide_password=False)
    file = tmp_path / "plugins.toml"
    asked = '[retention]\npost = "1 year"\n'
    file.write_text(f'[hub]\nwarehouse = "{url}"\n{asked}', encoding="utf-8")

    def locked(*_: Any, **__: Any) -> int:
        raise WarehouseError("somebody else writes")

    with Hub.open(file, now=lambda: START) as hub:
        with monkeypatch.context() as patched:
            patched.setattr(retention, "clear", locked)
            assert let_go(hub) == {}
        assert "waits for the next sync: somebody else writes" in caplog.text
        assert let_go(hub) == {"post": 1}


def test_the_hub_lets_go_after_a_sync(warehouse: Warehouse, tmp_path: Path) -> None:
    """By plugins.toml, of all sources, once a day; on SQLite nothing of it stays in the file."""
    desk = Desk(warehouse)
    desk.sync(spec())
    url = warehouse.engine.url.render_as_string(hide_password=False)
    file = tmp_path / "plugins.toml"
    asked = 'post = "12 months"\nattendance = "1 year"'
    file.write_text(f'[hub]\nwarehouse = "{url}"\n[retention]\n{asked}\n', encoding="utf-8")
    with Hub.open(file, now=lambda: START) as hub:
        assert let_go(hub) == {"post": 1, "attendance": 1}
        assert let_go(hub) == {}
        with hub.warehouse.connect() as connection:
            assert connection.scalar(select(t.post.c.body).where(t.post.c.key == "old")) is None
    assert content(desk) == EMPTIED
    if warehouse.dialect == "sqlite":
        stored = b"".join(one.read_bytes() for one in Path(url[10:]).parent.glob("*.db*"))
        assert b"Text new" in stored
        assert b"Text old" not in stored
