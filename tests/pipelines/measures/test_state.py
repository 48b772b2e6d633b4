"""What was counted is kept under each of its conditions, and under no fewer."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Connection, insert, text

from cophub.pipelines.measures import changes, state
from cophub.pipelines.measures.changes import Marks
from cophub.pipelines.measures.state import Counted
from cophub.warehouse import Warehouse, tables

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ZURICH = ZoneInfo("Europe/Zurich")


def counted(**other: Any) -> Counted:
    fields: dict[str, Any] = {
        "version": "1", "zone": "Europe/Zurich", "first": "2021Q4", "now": NOW, "horizon": 7,
        "spaces": "s", "hub": "h", "spells": 3,
    }  # fmt: skip
    return Counted(**fields | other)


HOUR = timedelta(hours=1)
CANNOT_GO_ON: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "no run was known": ({"horizon": 0}, {}),
    "runs are fewer": ({}, {"horizon": 6}),
    "another zone": ({}, {"zone": "America/Lima"}),
    "another first quarter": ({}, {"first": "2021Q3"}),
    "another space serves": ({}, {"spaces": "t"}),
    "the clock was set back": ({}, {"now": NOW - HOUR}),
}
"""What was otherwise when figures were made, and what is now."""


@pytest.mark.parametrize("why", CANNOT_GO_ON)
def test_nothing_is_kept_where(why: str) -> None:
    before, now = (counted(**other) for other in CANNOT_GO_ON[why])
    assert not changes.goes_on(before, now)


def test_what_was_counted_is_kept_as_time_goes_on() -> None:
    later = {"horizon": 9, "hub": "g", "version": "2", "spells": 5}
    assert changes.goes_on(counted(), counted(now=NOW, **later))
    assert changes.goes_on(counted(), counted(now=NOW + 99 * HOUR, **later))


# --- whether anything has changed ----------------------------------------------------------------


@pytest.fixture
def runs(warehouse: Warehouse) -> Any:
    """Adds a run of a kind, what it has come to, and what its streams brought."""

    def add(number: int, kind: str = "sync", ended: str = "done", **streams: str) -> None:
        with warehouse.begin() as connection:
            row = {"id": number, "kind": kind, "state": ended, "version": "test"}
            connection.execute(insert(tables.run), row | {"source": "s", "started_at": NOW})
            for stream, count in streams.items():
                row = {"run": number, "stream": stream, "state": "done", "whole": False}
                counts = {count: 1} if count else {}
                connection.execute(insert(tables.stream_run), row | {"started_at": NOW} | counts)

    return add


@pytest.mark.parametrize("count", ["new", "changed", "gone", "dropped"])
def test_a_run_that_counted_any_row_has_written(
    warehouse: Warehouse, runs: Callable[..., None], count: str
) -> None:
    runs(1, posts="", members=count)
    runs(2, posts="", members="rejected")
    runs(3, "publish")
    runs(4, "decide")
    with warehouse.connect() as connection:
        assert state.has_written(connection, 0)
        assert not state.has_written(connection, 1)


@pytest.mark.parametrize("ended", ["running", "killed"])
def test_what_a_run_without_an_end_has_written_nobody_knows(
    warehouse: Warehouse, runs: Callable[..., None], ended: str
) -> None:
    runs(1, ended=ended, posts="")
    with warehouse.connect() as connection:
        assert state.has_written(connection, 0)


def test_what_a_run_without_streams_has_written_nobody_knows(
    warehouse: Warehouse, runs: Callable[..., None]
) -> None:
    runs(1)
    with warehouse.connect() as connection:
        assert state.has_written(connection, 0)


def test_the_horizon_lies_before_the_first_run_that_is_not_over(
    warehouse: Warehouse, runs: Callable[..., None]
) -> None:
    """Neither what is published nor what is decided brings rows."""

    def seen() -> tuple[int, bool]:
        with warehouse.connect() as connection:
            horizon = state.horizon(connection)
            return horizon, state.begun_after(connection, horizon) is not None

    assert seen() == (0, False)
    runs(1)
    runs(2, ended="failed")
    assert seen() == (2, False)
    runs(3, "publish", "running")
    runs(4, "decide", "running")
    assert seen() == (2, False)
    runs(5, ended="running")
    runs(6)
    assert seen() == (4, True)


def test_the_run_after_the_horizon_is_among_those_that_began_after_it(
    warehouse: Warehouse, runs: Callable[..., None]
) -> None:
    runs(1)
    runs(2)
    with warehouse.connect() as connection:
        assert state.begun_after(connection, 1)


HUB = (
    "UPDATE person_account SET person = 'b'",
    "UPDATE person SET kind = 'bot' WHERE id = 'a'",
    "UPDATE person SET name = 'Ana' WHERE id = 'a'",
    "UPDATE person SET email = 'a@example.org' WHERE id = 'a'",
    "UPDATE affiliation SET organization = 'who'",
    "UPDATE affiliation SET valid_from = '2025-01-02 00:00:00'",
    "UPDATE affiliation SET valid_to = '2025-03-02 00:00:00'",
    "UPDATE affiliation SET place = 2",
    "UPDATE organization SET parent = 'who' WHERE key = 'fao'",
    "DELETE FROM erasure",
)
"""What people decide, and no sync brings."""
SPACES = (
    "UPDATE community_space SET community = 'water'",
    "UPDATE community_space SET space = 'h'",
    "UPDATE space SET kind = 'list' WHERE key = 'g'",
)


@pytest.fixture
def decided(warehouse: Warehouse) -> Callable[[Connection, str], None]:
    """Lets something be changed; before it, one of everything is there."""
    at = "2025-01-01 00:00:00"
    ours = f"'s', 'g', 'group', 1, '{at}', '{at}'"
    _run_all(
        warehouse,
        f"INSERT INTO person (id, kind, listed, created_at) VALUES ('a', 'person', false, '{at}')",
        f"INSERT INTO person (id, kind, listed, created_at) VALUES ('b', 'person', false, '{at}')",
        "INSERT INTO person_account (source, account, person) VALUES ('s', 'x', 'a')",
        "INSERT INTO organization (key, name) VALUES ('fao', 'FAO'), ('who', 'WHO')",
        "INSERT INTO affiliation (person, organization, valid_from, place)"
        f" VALUES ('a', 'fao', '{at}', 1)",
        f"INSERT INTO erasure (hash, kind, erased_at) VALUES ('00', 'email', '{at}')",
        "INSERT INTO community (key, title) VALUES ('soil', 'Soil'), ('water', 'Water')",
        "INSERT INTO community_space (community, source, space, set_by)"
        " VALUES ('soil', 's', 'g', 'config')",
        f"INSERT INTO space (source, key, kind, run, first_seen_at, changed_at) VALUES ({ours})",
    )

    def decide(connection: Connection, sql: str) -> None:
        connection.execute(text(sql))

    return decide


def _run_all(warehouse: Warehouse, *statements: str) -> None:
    with warehouse.begin() as connection:
        for sql in statements:
            connection.execute(text(sql))


@pytest.mark.parametrize("sql", [*HUB, *SPACES])
def test_every_decision_leaves_another_mark(
    warehouse: Warehouse, decided: Callable[[Connection, str], None], sql: str
) -> None:
    of_hub, of_spaces = state.hub_mark, state.spaces_mark
    with warehouse.begin() as connection:
        before = of_hub(connection), of_spaces(connection)
        decided(connection, sql)
        now = of_hub(connection), of_spaces(connection)
    assert [a != b for a, b in zip(before, now, strict=True)] == [sql in HUB, sql in SPACES]


def test_it_is_quiet_only_where_everything_is_as_it_was(
    warehouse: Warehouse, decided: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each condition alone: all others are as they were."""
    with warehouse.begin() as connection:
        connection.execute(text("CREATE TEMPORARY TABLE due (id INTEGER)"))
        marks = {"spaces": state.spaces_mark(connection), "hub": state.hub_mark(connection)}

        def quiet(
            now: datetime = NOW, zone: ZoneInfo = ZURICH, seen: int = 7, **other: Any
        ) -> bool:
            before = counted(**marks | other)
            return changes.is_quiet(connection, Marks(seen, before, None), now, zone)

        assert quiet()
        assert quiet(NOW + 10 * HOUR)
        assert quiet(seen=8)
        assert not changes.is_quiet(connection, Marks(7, None, None), NOW, ZURICH)
        assert not quiet(zone=ZoneInfo("Europe/Paris"))
        assert not quiet(NOW - HOUR)
        assert not quiet(NOW + 12 * HOUR)
        assert not quiet(seen=6)
        assert not quiet(seen=0, horizon=0)
        assert not quiet(spaces="another")
        assert not quiet(hub="another")
        with monkeypatch.context() as patch:
            patch.setattr(state, "has_written", lambda *_: True)
            assert not quiet()
        connection.execute(text("INSERT INTO due VALUES (1)"))
        assert not quiet()


def test_what_was_noted_since_a_refresh_began_is_due_at_the_next(warehouse: Warehouse) -> None:
    with warehouse.begin() as connection:
        connection.execute(text("CREATE TEMPORARY TABLE due (id INTEGER)"))
        for key in ("seen", "later"):
            connection.execute(
                insert(tables.measure_due).values(record="post", source="s", key=key)
            )
        seen = "SELECT id FROM measure_due WHERE key = 'seen'"
        connection.execute(text(f"INSERT INTO due {seen}"))
        changes.settle_due(connection)
        assert connection.scalars(text("SELECT key FROM measure_due")).all() == ["later"]
