"""`cophub people forget` on a hub that invented vendors fill."""

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from cophub.cli import invented, run
from cophub.cli.invented import InventedVendors
from cophub.config import load_config
from cophub.hub import Hub
from cophub.hub.auditing import log, note
from cophub.warehouse import Warehouse, tables

BEGAN = datetime(2026, 9, 1, 9, tzinfo=UTC)
SOURCES = ["newsletter", "yammer", "mercop-list"]


@pytest.fixture
def vendors(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[InventedVendors]:
    monkeypatch.setattr(invented, "PEOPLE", 80)
    with InventedVendors(tmp_path, BEGAN, BEGAN) as found:
        yield found


@pytest.fixture
def hub(vendors: InventedVendors, tmp_path: Path, warehouse_url: str) -> Iterator[Hub]:
    """A hub that has synced and resolved once."""
    config = tmp_path / "plugins.toml"
    text = config.read_text(encoding="utf-8")
    config.write_text(text.replace("sqlite:///cophub.db", warehouse_url), encoding="utf-8")
    clock: Callable[[], datetime] = lambda: BEGAN + timedelta(hours=1)  # noqa: E731
    with Hub(
        load_config(config), clock, transport=vendors.transport, tokens=vendors.tokens
    ) as found:
        sync(found, full=False)
        yield found


def sync(hub: Hub, *, full: bool) -> None:
    for result in hub.sync(SOURCES, full=full, trust_clock=True, accept_departures=True):
        wrong = [s.error or s.held_for for s in getattr(result, "streams", ()) if s.state != "done"]
        assert getattr(result, "state", "") == "done", (wrong, result)
    assert [made.error for made in hub.publish(["identities"])] == [None]


def dump(warehouse: Warehouse) -> str:
    """Every value of every table."""
    with warehouse.connect() as connection:
        return "\n".join(
            f"{table.name} {tuple(row)!r}"
            for table in tables.metadata.sorted_tables
            for row in connection.execute(select(table))
        ).casefold()


def there(words: Iterable[str], warehouse: Warehouse) -> list[str]:
    """Which of the words stand anywhere in the warehouse."""
    everything = dump(warehouse)
    return [word for word in words if word in everything]


def somebody(hub: Hub) -> tuple[str, str, str, list[str]]:
    """Id, name, address and account keys of the one with most accounts and a name of their own."""
    p, link, a = tables.person.c, tables.person_account.c, tables.account.c
    with hub.warehouse.connect() as connection:
        counts = connection.execute(
            select(link.person, func.count().label("n")).group_by(link.person)
        ).all()
        for row in sorted(counts, key=lambda row: (-row.n, row.person)):
            person = connection.execute(select(tables.person).where(p.id == row.person)).one()
            query = (
                select(a.source, a.key, a.name, a.email)
                .join(tables.account, (a.source == link.source) & (a.key == link.account))
                .where(link.person == row.person)
            )
            theirs = connection.execute(query.select_from(tables.person_account)).all()
            names = {account.name for account in theirs if account.name}
            bearers = connection.scalar(
                select(func.count()).select_from(tables.account).where(a.name.in_(names))
            )
            if (
                person.kind == "person"
                and " " in (person.name or "")
                and bearers == len([account for account in theirs if account.name])
            ):
                return row.person, person.name, person.email, [x.key for x in theirs]
    raise AssertionError("everybody has a namesake")


def test_whoever_is_forgotten_is_nowhere_and_does_not_come_back(hub: Hub) -> None:
    """Neither address, name nor account key is in any table; nor after everything is read anew."""
    person, name, email, keys = somebody(hub)
    wanted = [word.casefold() for word in (email, name, *keys)]
    before = dump(hub.warehouse)
    assert all(word in before for word in wanted)

    done = hub.forget(person)

    assert done.done
    assert files_with(hub, email) == []
    assert person not in dump(hub.warehouse)
    assert there(wanted, hub.warehouse) == []
    assert [made.error for made in hub.publish(["identities"])] == [None]
    assert there(wanted, hub.warehouse) == []
    sync(hub, full=True)
    assert there(wanted, hub.warehouse) == []


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_an_older_copy_brings_nobody_back(hub: Hub, tmp_path: Path) -> None:
    """Copied, looked at, forgotten, restored: they are nowhere, then and after every later read."""
    person, name, email, keys = somebody(hub)
    wanted = [word.casefold() for word in (email, name, person, *keys)]
    note(hub, "people show", person)
    copy = tmp_path / "copies" / "copy.db"
    hub.db_backup(copy)
    hub.forget(person)
    hub.db_restore(copy)
    assert there(wanted, hub.warehouse) == []
    assert files_with(hub, email) == []
    sync(hub, full=True)
    assert there(wanted, hub.warehouse) == []
    assert [entry.action for entry in log(hub, person)] == ["people show"]


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_the_command_shows_first_and_asks(
    hub: Hub, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without --yes nothing goes where nobody can answer; addresses are masked throughout."""
    person, name, email, _ = somebody(hub)
    config = ["--config", str(tmp_path / "plugins.toml")]
    capsys.readouterr()
    assert run(["people", "forget", person, *config]) == 2
    said = capsys.readouterr()
    assert name in said.out
    assert "add --yes" in said.err
    assert run(["people", "forget", email, "--dry-run", "--json", *config]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert (shown["person"], shown["done"]) == (person, False)
    assert shown["rows"]["person"] == 1
    assert email not in str(shown)
    assert person in dump(hub.warehouse)
    assert run(["people", "forget", email, "--yes", *config]) == 0
    said = capsys.readouterr()
    assert "replaced by the next `cophub run`" in said.out
    assert email not in said.out
    assert person not in dump(hub.warehouse)
    assert run(["people", "forget", person, "--yes", *config]) == 2


def files_with(hub: Hub, text: str) -> list[Path]:
    """The warehouse's own files that hold a text; deleted rows of SQLite might linger there."""
    if hub.warehouse.dialect != "sqlite":
        return []
    folder = Path(str(hub.warehouse.engine.url.database)).parent
    return [f for f in folder.iterdir() if f.is_file() and text.encode() in f.read_bytes()]
