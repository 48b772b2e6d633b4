"""`cophub people forget --report`: what went and what is elsewhere, and nothing personal."""

import json
import stat
from collections.abc import Callable

import pytest
from sqlalchemy import func, insert, select

from cophub.hub import Hub
from cophub.warehouse import tables

from .conftest import Answer
from .directory import AMINA, Directory, directory

__all__ = ["directory"]
Call = Callable[..., Answer]


def forgotten(directory: Directory, cophub: Call, name: str) -> str:
    target = directory.path.parent / name
    answer = cophub("people", "forget", "list:1", "--yes", "--report", str(target))
    assert answer.code == 0, answer.err
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    return target.read_text(encoding="utf-8")


def test_it_counts_what_went_and_says_what_is_elsewhere(directory: Directory, cophub: Call) -> None:
    copy = directory.path.parent / "old.db"
    copy.touch()
    with Hub.open(directory.path) as hub, hub.warehouse.begin() as connection:
        made = dict(at=hub.now(), size_bytes=1, reason="asked", schema="0014")
        paths = [{"path": str(copy), **made}, {"path": str(copy.with_name("gone.db")), **made}]
        connection.execute(insert(tables.backup_made), paths)
    found = json.loads(forgotten(directory, cophub, "report.json"))
    assert found["accounts"] == {"list": 1, "calls": 1}
    assert found["removed"]["account"] == found["removed"]["membership"] == 2
    assert found["removed"]["person"] == 1
    assert found["hashes"]["account"] == 2
    assert found["hashes"]["email"] >= 1
    with Hub.open(directory.path) as hub, hub.warehouse.connect() as connection:
        kept = connection.scalar(select(func.count()).select_from(tables.erasure))
    assert sum(found["hashes"].values()) == kept
    places = " ".join(each["place"] for each in found["elsewhere"])
    assert "old.db" in places
    assert "gone.db" not in places
    assert "source calls" in places and "source list" in places
    [entry] = [e for e in cophub("audit", "--json").json["audit"] if e["action"] == "people forget"]
    assert entry["subject"] == found["reference"]


@pytest.mark.parametrize("name", ["report.txt", "report.json"])
def test_nothing_in_it_is_personal(directory: Directory, cophub: Call, name: str) -> None:
    person = directory.people()["list:1"]
    said = forgotten(directory, cophub, name).casefold()
    for word in ("amina", "diallo", AMINA["email"], person, person[:8], "fhi", "list:1"):
        assert word.casefold() not in said


def test_where_no_report_can_be_written_nobody_is_erased(
    directory: Directory, cophub: Call
) -> None:
    answer = cophub("people", "forget", "list:1", "--yes", "--report", "missing/report.txt")
    assert answer.code == 2
    assert "name another file" in answer.err
    assert cophub("people", "show", "list:1").code == 0
    assert not (directory.path.parent / "missing").exists()


def test_a_key_of_the_environment_is_told(
    directory: Directory, cophub: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COPHUB_ERASURE_KEY", "a phrase that is kept apart")
    assert "their key is in the environment" in forgotten(directory, cophub, "report.txt")
