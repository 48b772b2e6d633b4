"""The hub's answers, on SQLite and PostgreSQL: config, plugins and warehouse joined."""

import csv
import io
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cophub import ConfigError
from cophub.hub import Hub
from cophub.hub.answers import NotStarted
from cophub.hub.quarters import before, last_finished, parse_quarter, quarter_of

ROLL = """
from pydantic import BaseModel, Field
from cophub import (
    Account, AuthError, Campaign, Checkpoint, Connector, Estimate, Membership, Space, Stream,
    Verdict, hookimpl,
)

class Settings(BaseModel):
    base_url: str = Field("https://roll.example.org", description="Where it is.")
    people: int = Field(30, description="How many members there are.")
    fault: str = Field("", description="What goes wrong.")

def members(ctx, since):
    if ctx.settings.fault == "auth":
        raise AuthError("the key is refused; ask its owner for a new one")
    if ctx.settings.fault == "bug":
        raise ZeroDivisionError("a bug")
    yield Space(key="all", title="All", kind="audience", native_member_count=ctx.settings.people)
    for n in range(ctx.settings.people):
        email = f"p{n}@org{n % 3}.example.org"
        yield Account(key=n, name=f"Person {n:02}", email=email, email_verified=True)
        yield Membership(space="all", account=n, status="active", role="subscriber",
                         joined_at="2026-01-15T12:00:00Z")

def campaigns(ctx, since):
    yield Campaign(key=1, space="all", title="News", sent_at="2026-02-01T10:00:00Z",
                   sent_count=100, delivered_count=100, unique_open_count=25)
    yield Checkpoint("1")

def check(ctx):
    if ctx.settings.fault:
        raise AuthError("the key is refused") if ctx.settings.fault == "auth" else KeyError("x")
    yield Verdict("members", "ok", "30 can be read")
    yield Verdict("campaigns", "failed", "may not be read", "give the key the role Viewer")

def discover(ctx):
    yield Space(key="all", title="All")

def estimate(ctx, cursors):
    yield Estimate("members", 2, 30)
    yield Estimate("campaigns", 1, 0 if cursors["campaigns"] else 1)

@hookimpl
def cophub_connectors():
    streams = [Stream(members, snapshot_of=(Membership,)), Stream(campaigns)]
    return [Connector("roll", "A roll.", Settings, streams, check=check, discover=discover,
                      estimate=estimate),
            Connector("bare", "Bare.", Settings, [Stream(members)])]
"""
NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)


@pytest.fixture
def make_hub(
    tmp_path: Path, warehouse_url: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., Hub]]:
    """Opens a hub on this test's warehouse, with a connector `roll` of a module of its own."""
    name = f"roll_forum_{abs(hash(str(tmp_path)))}"
    (tmp_path / f"{name}.py").write_text(ROLL)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setenv("TEST_WAREHOUSE", warehouse_url)
    opened: list[Hub] = []

    def make(text: str = "", now: datetime = NOW, **settings: str) -> Hub:
        written = ", ".join(f'{key} = "{value}"' for key, value in settings.items())
        path = tmp_path / "plugins.toml"
        path.write_text(
            '[hub]\nwarehouse = { env = "TEST_WAREHOUSE" }\ntimezone = "Europe/Geneva"\n'
            f'[plugins]\nmodules = ["{name}"]\n'
            '[communities.club]\ntitle = "The Club"\nspaces = ["roll:all"]\n'
            f'[sources.roll]\nconnector = "roll"\nevery = "6 hours"\nsettings = {{ {written} }}\n'
            + text
        )
        opened.append(Hub.open(path, now=lambda: now))
        return opened[-1]

    yield make
    for hub in opened:
        hub.close()


def test_from_a_source_to_every_answer(make_hub: Callable[..., Hub]) -> None:
    """Sync and publish once; people, communities, quarter, status and runs tell one story."""
    hub = make_hub()
    results = list(hub.run())
    assert [getattr(r, "source", None) or r.pipeline for r in results] == [
        "roll", "identities", "brief", "measures", "site",
    ]  # fmt: skip
    assert {r.state for r in results} == {"done"}
    people, total = hub.people(limit=None)
    assert total == len(people) == 30
    assert {person.communities for person in people} == {("club",)}
    assert [row.members for row in hub.communities()] == [30]
    report = hub.report_quarter()
    assert report.quarter == "2026Q1"
    assert report.communities == (("", "All communities"), ("club", "The Club"))
    opened = report.cell("club", "opened_percent")
    members = report.cell("club", "people")
    assert opened is not None
    assert members is not None
    assert (opened.value, members.value) == (25.0, 30.0)
    assert members.sources == ("roll",)
    status = hub.status()
    assert [(s.source, s.state, s.accounts) for s in status.sources] == [("roll", "fresh", 30)]
    assert status.published is not None
    assert [run.source for run in hub.runs()] == [None, "roll"]


def test_only_what_is_due_is_synced(make_hub: Callable[..., Hub]) -> None:
    list(make_hub().sync())
    assert make_hub(now=NOW + timedelta(hours=5)).due() == []
    hub = make_hub(now=NOW + timedelta(hours=6))
    assert hub.due() == ["roll"]
    [coming] = make_hub(now=NOW + timedelta(hours=5)).coming()
    assert (coming.name, coming.at) == ("roll", NOW + timedelta(hours=6))


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_a_source_whose_settings_are_wrong_is_told_and_the_others_run(
    make_hub: Callable[..., Hub],
) -> None:
    hub = make_hub('[sources.odd]\nconnector = "roll"\nsettings = { peeple = 3 }\n')
    results = list(hub.sync())
    [broken] = [result for result in results if isinstance(result, NotStarted)]
    assert broken.name == "odd"
    assert 'settings.peeple: no such setting (did you mean "people"?)' in broken.error
    assert [r.state for r in results if not isinstance(r, NotStarted)] == ["done"]


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_check_tells_verdicts_and_survives_any_connector(make_hub: Callable[..., Hub]) -> None:
    """One that refuses, one with a bug, one that cannot check itself."""
    [well] = make_hub().check(["roll"])
    assert well.failed
    assert [verdict.fix for verdict in well.verdicts] == [None, "give the key the role Viewer"]
    [refused] = make_hub(fault="auth").check()
    assert refused.error == "the key is refused"
    [buggy] = make_hub(fault="bug").check()
    assert "check of the connector roll failed (KeyError); tell its author" in (buggy.error or "")
    [bare] = make_hub('[sources.b]\nconnector = "bare"\n').check(["b"])
    assert [verdict.state for verdict in bare.verdicts] == ["warning"]


def test_a_plan_knows_the_cursors(make_hub: Callable[..., Hub]) -> None:
    hub = make_hub()
    [first] = hub.plan()
    assert (first.requests, [e.rows for e in first.estimates]) == (3, [30, 1])
    list(hub.sync())
    [then] = hub.plan()
    assert [e.rows for e in then.estimates] == [30, 0]


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_discover_says_when_a_connector_cannot(make_hub: Callable[..., Hub]) -> None:
    hub = make_hub('[sources.b]\nconnector = "bare"\n')
    assert [space.key for space in hub.discover("roll").spaces] == ["all"]
    with pytest.raises(ConfigError, match="bare cannot list what there is"):
        hub.discover("b")


def test_a_failed_source_is_failed_until_a_run_ends_well(make_hub: Callable[..., Hub]) -> None:
    """Status keeps the reason, and when it was last fresh."""
    list(make_hub().sync())
    later = NOW + timedelta(hours=6)
    [failed] = make_hub(now=later, fault="auth").sync()
    assert failed.state == "failed"
    [source] = make_hub(now=later).status().sources
    assert (source.state, source.fresh_at) == ("failed", NOW)
    assert source.last is not None
    assert source.last.reason == "the key is refused; ask its owner for a new one"
    list(make_hub(now=later + timedelta(hours=1)).sync())
    [source] = make_hub(now=later + timedelta(hours=1)).status().sources
    assert source.state == "fresh"


def test_tables_and_views_are_exported_alike_on_both_databases(
    make_hub: Callable[..., Hub],
) -> None:
    hub = make_hub()
    list(hub.run())

    def rows(table: str) -> list[dict[str, str]]:
        out = io.BytesIO()
        hub.export(table, out)
        return list(csv.DictReader(io.StringIO(out.getvalue().decode())))

    memberships = rows("membership")
    assert len(memberships) == 30
    assert memberships[0]["joined_at"] == "2026-01-15T12:00:00Z"
    assert memberships[0]["first_seen_at"] == "2026-05-04T12:00:00Z"
    members = rows("member")
    assert {row["community"] for row in members} == {"club"}
    assert {row["first_seen_at"] for row in members} == {"2026-05-04T12:00:00Z"}
    assert rows("community")[0]["title"] == "The Club"


@pytest.mark.parametrize("dialect", ["postgresql"])
def test_a_server_is_asked_for_an_export_a_batch_at_a_time(make_hub: Callable[..., Hub]) -> None:
    """Otherwise the driver would hold the whole table in memory before the first row is written."""
    hub = make_hub()
    list(hub.sync())
    asked: list[str] = []

    class Spy(io.BytesIO):
        def write(self, data: Any) -> int:
            others = "SELECT query FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
            with hub.warehouse.connect() as connection:
                asked.extend(connection.exec_driver_sql(others).scalars())
            return super().write(data)

    hub.export("account", Spy())
    assert any(query.startswith("FETCH FORWARD") for query in asked)


def test_doctor_finds_a_healthy_hub_healthy(make_hub: Callable[..., Hub]) -> None:
    hub = make_hub()
    list(hub.sync())
    findings = list(hub.doctor(offline=True))
    assert {f.subject for f in findings} >= {"warehouse", "disk", "clock", "source roll", "plugins"}
    assert [f.message for f in findings if f.state == "failed"] == []


def test_the_version_is_known_without_upgrading(make_hub: Callable[..., Hub]) -> None:
    hub = make_hub()
    known = hub.db_version()
    assert (known.schema, known.pending) == (known.newest, ())


def test_quarters_follow_the_hubs_zone() -> None:
    from zoneinfo import ZoneInfo

    zone = ZoneInfo("Europe/Zurich")
    midnight = datetime(2026, 6, 30, 22, tzinfo=UTC)
    assert quarter_of(midnight, zone) == "2026Q3"
    assert quarter_of(midnight - timedelta(seconds=1), zone) == "2026Q2"
    assert before("2026Q1") == "2025Q4"
    assert last_finished(midnight, zone) == "2026Q2"
    assert parse_quarter("2026-q3") == "2026Q3"
    with pytest.raises(ConfigError, match="write it as 2026Q3"):
        parse_quarter("Q3 2026")
