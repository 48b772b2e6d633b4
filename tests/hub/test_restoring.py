"""An older copy takes the warehouse's place: whole or not at all, and nobody erased comes back."""

import multiprocessing
import os
import shutil
import signal
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, insert, select, text, update

from cophub.errors import SourceBusy, WarehouseError
from cophub.hub import Hub, backups, restoring
from cophub.hub.resolving import PIPELINE
from cophub.identities import returned
from cophub.warehouse import erasure, tables
from cophub.warehouse.holding import held
from cophub.warehouse.upgrade import HEAD, VERSION_TABLE

from .conftest import NOW

OpenHub = Callable[..., Hub]
LETTER = """\
From {who}@example.org Mon Mar  2 10:00:00 2026
From: {name} <{who}@example.org>
To: forum@example.org
Date: Mon, 02 Feb 2026 10:0{at}:00 +0000
Subject: {subject}
Message-ID: <{at}@example.org>

{body}

"""
PEOPLE = [
    ("aba.mensah", "Aba Mensah", "A question", "How do you count?\n\nAba Mensah"),
    ("li.na", "Li Na", "Re: A question", "Dear Aba, ask aba.mensah@example.org again. Li"),
    ("joao.silva", "João Silva", "Of something else", "I count by hand.\n\nJoão Silva"),
]


@pytest.fixture
def filled(open_hub: OpenHub, warehouse_url: str, tmp_path: Path) -> Hub:
    """A hub with three people who wrote, brought together by the pipeline."""
    (tmp_path / "mail").mkdir()
    letters = [
        LETTER.format(who=who, name=name, subject=subject, body=body, at=at)
        for at, (who, name, subject, body) in enumerate(PEOPLE)
    ]
    (tmp_path / "mail" / "2026-02.mbox").write_text("".join(letters), encoding="utf-8")
    hub = open_hub(warehouse_url)
    assert [run.state for run in hub.sync()] == ["done"]  # type: ignore[union-attr]
    list(hub.publish([PIPELINE]))
    return hub


def everything(hub: Hub, *only: Any) -> str:
    """All that stands in any column of any table, or of these."""
    wanted = only or tables.metadata.sorted_tables
    with hub.warehouse.connect() as connection:
        return repr([connection.execute(select(table)).all() for table in wanted]).lower()


def names(hub: Hub) -> list[Any]:
    with hub.warehouse.connect() as connection:
        return list(connection.scalars(select(tables.account.c.name).order_by("name")))


def _killed(hub: Hub, copy: Path) -> None:
    """Restore, and be killed when the copy is ready and nothing of it was taken over yet."""
    restoring._take_over = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
    hub.warehouse.engine.dispose(close=False)
    hub.db_restore(copy)


def count(hub: Hub, table: Any) -> int:
    with hub.warehouse.connect() as connection:
        return connection.scalar(select(func.count()).select_from(table)) or 0


def test_people_who_were_erased_since_the_copy_stay_erased(filled: Hub) -> None:
    """Their accounts, names and addresses are nowhere in what was restored, nor come again."""
    copy = filled.db_backup().path
    filled.forget("aba.mensah@example.org")
    hashes = count(filled, tables.erasure)
    assert "mensah" not in everything(filled)
    done = filled.db_restore(copy)
    assert (done.erased.accounts, done.erased.people) == (1, 1)
    assert names(filled) == ["João Silva", "Li Na"]
    assert "mensah" not in everything(filled)
    assert count(filled, tables.erasure) == hashes
    assert count(filled, tables.post) == 3  # what they wrote stays, nameless
    if filled.warehouse.dialect == "sqlite":
        file = Path(str(filled.warehouse.engine.url.database))
        left = b"".join(path.read_bytes() for path in file.parent.glob("cophub*.db*"))
        assert b"mensah" not in left.lower()
    list(filled.sync(full=True))
    list(filled.publish([PIPELINE]))
    assert "mensah" not in everything(filled)
    assert count(filled, tables.person) == 2


def test_who_is_only_spoken_of_in_the_copy_is_taken_out_of_it_too(filled: Hub) -> None:
    """The copy knows no account of them, but others' texts and rejects have their address."""
    with filled.warehouse.begin() as connection:
        post = tables.post
        connection.execute(
            update(post).where(post.c.title == "A question").values(account=None, body="?")
        )
        connection.execute(tables.account.delete().where(tables.account.c.name == "Aba Mensah"))
        bad = dict(run=1, source="lists", stream="messages", rejected_at=NOW, reason="odd")
        item = {"from": "aba.mensah@example.org"}
        connection.execute(insert(tables.reject), [bad | {"item": item}])
    copy = filled.db_backup().path
    with filled.warehouse.begin() as connection:
        erasure.erase(connection, emails=["aba.mensah@example.org"], names=["Aba Mensah"], now=NOW)
    done = filled.db_restore(copy)
    assert done.erased.mentions >= 3  # the author's name, the address in an answer, the reject
    assert "mensah@" not in everything(filled)
    assert count(filled, tables.post) == 3


def test_whoever_was_one_person_with_an_erased_account_then_stays(filled: Hub) -> None:
    """The copy had two people for one; only the account that was erased goes."""
    with filled.warehouse.begin() as connection:
        link = tables.person_account
        keys = select(tables.account.c.key).where(tables.account.c.name == "Li Na")
        theirs = connection.scalar(
            select(link.c.person).where(link.c.account == "aba.mensah@example.org")
        )
        connection.execute(
            update(link).where(link.c.account.in_(keys.scalar_subquery())).values(person=theirs)
        )
    copy = filled.db_backup().path
    with filled.warehouse.begin() as connection:
        accounts = [("lists", "aba.mensah@example.org")]
        erasure.erase(connection, accounts=accounts, emails=[accounts[0][1]], now=NOW)
    done = filled.db_restore(copy)
    assert (done.erased.accounts, done.erased.people) == (1, 0)
    assert names(filled) == ["João Silva", "Li Na"]
    assert count(filled, tables.person) >= 2


def test_what_is_now_so_is_not_undone(filled: Hub) -> None:
    """Renewed tokens, the list of what was done, and who holds a lease."""
    with filled.warehouse.begin() as connection:
        done = dict(at=NOW, how="cli", action="people show")
        token = dict(source="lists", name="refresh", saved_at=NOW)
        connection.execute(insert(tables.audit), [done])
        connection.execute(insert(tables.token), [token | {"sealed": "old"}])
    copy = filled.db_backup().path
    with filled.warehouse.begin() as connection:
        connection.execute(insert(tables.audit), [done | {"at": NOW + timedelta(days=1)}])
        connection.execute(update(tables.token).values(sealed="new"))
    with held(filled.warehouse, "another source") as lease:
        filled.db_restore(copy)
        with filled.warehouse.begin() as connection:
            erasure_rows = connection.execute(select(tables.lease.c.name, tables.lease.c.fence))
            assert (lease.name, lease.fence) in [tuple(row) for row in erasure_rows]
            assert list(connection.scalars(select(tables.audit.c.at))) == [
                NOW, NOW + timedelta(days=1)
            ]  # fmt: skip
            assert connection.scalar(select(tables.token.c.sealed)) == "new"
            # New rows have numbers above those of the copy.
            connection.execute(insert(tables.audit), [done])
            connection.execute(insert(tables.run), [dict(kind="sync", state="done", started_at=NOW,
                                                         version="1")])  # fmt: skip
    assert [run.state for run in filled.sync()] == ["done"]  # type: ignore[union-attr]


def test_nothing_is_restored_while_a_source_is_synced(filled: Hub) -> None:
    copy = filled.db_backup().path
    with held(filled.warehouse, "lists"), pytest.raises(SourceBusy, match="lists"):
        filled.db_restore(copy)


def test_a_restoring_that_fails_leaves_all_as_it_is(
    filled: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = filled.db_backup().path
    filled.forget("aba.mensah@example.org")
    before = (everything(filled, tables.post, tables.erasure, tables.person), names(filled))

    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("pulled the plug")

    monkeypatch.setattr(returned, "forget", broken)
    with pytest.raises(RuntimeError):
        filled.db_restore(copy)
    assert (everything(filled, tables.post, tables.erasure, tables.person), names(filled)) == before
    assert [p for p in filled.config.folder.iterdir() if ".restoring" in p.name] == []


def test_another_hubs_copy_is_refused_where_both_tell_of_erased_people(
    filled: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled.forget("aba.mensah@example.org")
    copy = filled.db_backup().path
    with filled.warehouse.begin() as connection:
        key = tables.meta.c.name == erasure.KEY_NAME
        connection.execute(update(tables.meta).where(key).values(value="another"))
        connection.execute(update(tables.erasure).values(hash=tables.erasure.c.hash + "x"))
    with pytest.raises(WarehouseError, match="under another key"):
        filled.db_restore(copy)


def test_files_that_are_no_copies_are_refused_in_one_line(filled: Hub, tmp_path: Path) -> None:
    odd = tmp_path / "odd"
    with pytest.raises(WarehouseError, match="there is no file"):
        filled.db_restore(odd)
    odd.write_bytes(b"hello" * 1000)
    with pytest.raises(WarehouseError, match=r"not an SQLite database|no copy that pg_dump made"):
        filled.db_restore(odd)
    assert len(names(filled)) == 3


def test_a_copy_of_a_newer_cophub_is_refused(filled: Hub) -> None:
    with filled.warehouse.begin() as connection:
        connection.execute(text(f"UPDATE {VERSION_TABLE} SET version_num = '9999'"))
    copy = backups.backup(filled.warehouse, filled.config.folder / "newer").path
    with filled.warehouse.begin() as connection:
        connection.execute(text(f"UPDATE {VERSION_TABLE} SET version_num = '{HEAD}'"))
    with pytest.raises(WarehouseError, match=r"schema 9999 of a newer cophub"):
        filled.db_restore(copy)


@pytest.mark.parametrize("dialect", ["sqlite"])
class TestSQLite:
    """What only a file has."""

    def test_who_reads_meanwhile_goes_on_reading_what_was_there(
        self, filled: Hub, warehouse_url: str
    ) -> None:
        copy = filled.db_backup().path
        filled.forget("aba.mensah@example.org")
        file = warehouse_url.removeprefix("sqlite:///")
        with closing(sqlite3.connect(file, isolation_level=None)) as reader:
            reader.execute("BEGIN")
            asked = "SELECT count(*) FROM account"
            assert reader.execute(asked).fetchone() == (2,)
            with filled.warehouse.begin() as connection:
                connection.execute(tables.account.delete())
            filled.db_restore(copy)
            assert reader.execute(asked).fetchone() == (2,)
            reader.execute("COMMIT")
            assert reader.execute(asked).fetchone() == (2,)
        assert names(filled) == ["João Silva", "Li Na"]

    def test_one_who_is_killed_meanwhile_has_changed_nothing(
        self, filled: Hub, tmp_path: Path
    ) -> None:
        """Nor is what they left in the way of whoever restores next."""
        copy = filled.db_backup().path
        filled.forget("aba.mensah@example.org")
        process = multiprocessing.get_context("fork").Process(target=_killed, args=(filled, copy))
        process.start()
        process.join()
        assert process.exitcode == -signal.SIGKILL
        assert names(filled) == ["João Silva", "Li Na"]
        assert list(tmp_path.glob(".*.restoring*")) != []
        filled.db_restore(copy)
        assert names(filled) == ["João Silva", "Li Na"]
        assert list(tmp_path.glob(".*.restoring*")) == []

    def test_a_damaged_copy_is_refused(self, filled: Hub) -> None:
        copy = filled.db_backup().path
        whole = copy.read_bytes()
        copy.write_bytes(whole[: len(whole) // 2])
        with pytest.raises(WarehouseError, match=r"damaged|malformed"):
            filled.db_restore(copy)
        assert len(names(filled)) == 3

    def test_without_room_nothing_is_touched(
        self, filled: Hub, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        copy = filled.db_backup().path
        full = shutil._ntuple_diskusage(10**9, 10**9, 1000)  # type: ignore[attr-defined]
        monkeypatch.setattr(shutil, "disk_usage", lambda _: full)
        with pytest.raises(WarehouseError, match="no room for a copy") as no:
            filled.db_restore(copy)
        assert no.value.code == "CPH-W10"

    def test_only_so_many_copies_are_kept_and_others_files_stay(
        self, filled: Hub, open_hub: OpenHub, warehouse_url: str
    ) -> None:
        folder = filled.config.backups
        folder.mkdir()
        (folder / "mine.db").touch()
        made = []
        for day in range(4):
            hub = open_hub(warehouse_url, NOW + timedelta(days=day))
            made.append(hub.db_backup(keep=2))
        assert [path.name for path in made[3].removed] == [made[1].path.name]
        kept = {path.name for path in folder.iterdir()}
        assert kept == {"mine.db", made[2].path.name, made[3].path.name}
        same_second = hub.db_backup().path
        assert same_second.name == "cophub-20260304T093000Z-2.db"
        assert datetime(2026, 3, 4, 9, 30, tzinfo=UTC) == hub.now()
