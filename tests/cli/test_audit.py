"""`cophub audit`: whatever shows, takes out or changes what is about people is noted."""

import json
import os
import sqlite3
import stat
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cophub.hub import Hub
from cophub.hub.auditing import log, note
from cophub.warehouse import Warehouse, privacy

from .conftest import Answer
from .directory import AMINA, WANJIRU, Directory, directory

__all__ = ["directory"]
Call = Callable[..., Answer]


def noted(cophub: Call, *more: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = cophub("audit", "--json", *more).json["audit"]
    return found


@pytest.mark.parametrize(
    ("command", "action", "about", "details"),
    [
        (["people", "list", "Amina", "--addresses"], "people list", None, {"addresses": True}),
        (["people", "list", "--community", "club"], "people list", None, {"community": "club"}),
        (["people", "show", "list:1"], "people show", "list:1", None),
        (["people", "why", "list:1", "--addresses"], "people why", "list:1", {"addresses": True}),
        (["people", "decisions"], "people decisions", None, None),
        (["people", "review"], "people review", None, None),
        (["people", "review", "--csv", "q.csv"], "people review", None, {"file": True}),
        (["people", "export", "list:1", "--to", "x.zip"], "people export", "list:1", None),
        (["export", "account"], "export", "account", {"format": "csv"}),
        (["export", "person", "--addresses"], "export", "person",
         {"format": "csv", "addresses": True}),
        (["rejects", "--items"], "rejects", None, {"items": True}),
        (["people", "forget", "list:1", "--dry-run"], "people forget", "list:1", {"dry_run": True}),
    ],
)  # fmt: skip
def test_a_look_is_noted(
    directory: Directory,
    cophub: Call,
    command: Sequence[str],
    action: str,
    about: str | None,
    details: dict[str, Any] | None,
) -> None:
    people = directory.people()
    assert cophub(*command).code == 0
    [entry] = noted(cophub)
    assert (entry["action"], entry["how"], entry["who"]) == (action, "cli", "ada")
    assert entry["subject"] == people.get(about or "", about)
    assert entry["details"] == details


def test_what_is_about_nobody_is_not_noted(directory: Directory, cophub: Call) -> None:
    for command in (
        ["status"], ["runs"], ["rejects"], ["communities"], ["export", "run"],
        ["export", "measure_quarter"], ["export", "no_such_table"], ["people", "show", "no@body"],
    ):  # fmt: skip
        cophub(*command)
    assert noted(cophub) == []


def test_decisions_are_noted_for_each_of_whom_they_are_about(
    directory: Directory, cophub: Call
) -> None:
    people = directory.people()
    both = {people["list:2"], people["list:3"]}
    assert cophub("people", "merge", "list:2", "list:3", "--by", "Eve", "--dry-run").code == 0
    assert {entry["subject"] for entry in noted(cophub)} == both
    assert all(entry["details"] == {"dry_run": True} for entry in noted(cophub))
    assert cophub("people", "merge", "list:2", "list:3", "--by", "Eve").code == 0
    last = [entry for entry in noted(cophub) if entry["details"] is None]
    assert {entry["subject"] for entry in last} == both
    assert {(e["who"], e["action"], e["count"]) for e in last} == {("Eve", "people merge", 1)}
    assert cophub("people", "undo").code == 0
    assert noted(cophub)[0]["action"] == "people undo"


def test_whoever_is_erased_is_found_by_their_id_alone(directory: Directory, cophub: Call) -> None:
    """Entries about them stay, and name nobody; whoever still has the id finds them."""
    person = directory.people()["list:1"]
    cophub("people", "show", "list:1")
    assert [entry["action"] for entry in noted(cophub, "--person", "list:1")] == ["people show"]
    assert cophub("people", "forget", "list:1", "--yes").code == 0
    found = noted(cophub)
    assert [entry["action"] for entry in found[-1:]] == ["people show"]
    assert {entry["action"] for entry in found} == {"people show", "people forget"}
    assert person not in json.dumps(found)
    [hidden] = {entry["subject"] for entry in found}
    assert [entry["subject"] for entry in noted(cophub, "--person", person)] == [hidden] * 2
    assert "(erased)" in cophub("audit").out
    assert cophub("audit", "--person", "ffffffff-0000").code == 2


def test_what_they_read_themselves_names_them_no_more(directory: Directory, cophub: Call) -> None:
    directory.people()
    with Hub.open(directory.path) as hub:
        for who in (AMINA["email"].lower(), "ben@partner.example"):
            note(hub, "site", "members", who=who, how="web")
        waiting = directory.path.parent / "audit.waiting"
        entry = {"at": "2026-11-01T00:00:00Z", "who": AMINA["email"].lower(), "how": "web"}
        waiting.write_text(json.dumps({**entry, "action": "sign in"}) + "\n")
        assert cophub("people", "forget", AMINA["email"], "--yes").code == 0
        whose = {entry.who: entry.action for entry in log(hub) if entry.how == "web"}
    assert AMINA["email"].lower() not in whose
    assert whose["ben@partner.example"] == "site"
    assert len(whose) == 2


def test_since_a_day_and_so_many(directory: Directory, cophub: Call) -> None:
    for _ in range(3):
        cophub("people", "show", "list:2")
    tomorrow = f"{datetime.now(UTC) + timedelta(days=2):%Y-%m-%d}"
    assert noted(cophub, "--since", tomorrow) == []
    assert len(noted(cophub, "--since", "2026-01-01")) == 3
    assert "there is more" in cophub("audit", "-n", "2").out
    assert "nothing is noted" in cophub("audit", "--since", tomorrow).out
    assert "nothing is noted" in cophub("audit", "--person", "list:3").out


def test_nothing_personal_is_in_it(directory: Directory, cophub: Call) -> None:
    """Neither what was searched for nor whom an address named."""
    cophub("people", "list", "Kamau")
    cophub("people", "list", WANJIRU["email"])
    cophub("people", "show", AMINA["email"])
    said = json.dumps(noted(cophub)).lower()
    assert not any(word in said for word in ("kamau", "wkamau", "amina", "fhi.example"))


def test_it_waits_in_a_file_while_a_long_write_holds_the_warehouse(
    directory: Directory, cophub: Call
) -> None:
    folder = directory.path.parent
    with closing(sqlite3.connect(folder / "cophub.db", isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        assert "Wanjiru" in cophub("people", "list", "Wanjiru").out
        [waiting] = folder.glob("audit.waiting*")
        assert stat.S_IMODE(waiting.stat().st_mode) == 0o600
        assert noted(cophub) == []
        writer.execute("ROLLBACK")
    cophub("people", "show", "list:3")
    assert list(folder.glob("audit.waiting*")) == []
    assert [entry["action"] for entry in noted(cophub)] == ["people show", "people list"]


def test_nothing_is_lost_while_one_process_notes_again_and_again_in_vain(
    directory: Directory, tmp_path: Path
) -> None:
    """A server of the site notes each sign-in, however long a write holds the warehouse."""
    folder = directory.path.parent
    with Hub.open(directory.path) as hub:
        note(hub, "first")
        with closing(sqlite3.connect(folder / "cophub.db", isolation_level=None)) as writer:
            writer.execute("BEGIN IMMEDIATE")
            for number in range(4):
                note(hub, f"sign in {number}")
            writer.execute("ROLLBACK")
        note(hub, "last")
        assert [entry.action for entry in log(hub)][1:-1] == [f"sign in {n}" for n in (3, 2, 1, 0)]
    assert list(folder.glob("audit.waiting*")) == []


def test_what_another_takes_in_is_left_to_it_unless_it_was_killed(
    directory: Directory, tmp_path: Path
) -> None:
    entry = b'{"at":"2026-11-01T00:00:00Z","who":"eve","how":"cli","action":"people show"}\n'
    taken = directory.path.parent / "audit.waiting.taken-1"
    taken.write_bytes(entry)
    with Hub.open(directory.path) as hub:
        assert log(hub) == []
        os.utime(taken, (1, 1))
        assert [one.who for one in log(hub)] == ["eve"]
    assert not taken.exists()


def test_what_cannot_be_noted_is_not_shown(directory: Directory, cophub: Call) -> None:
    folder = directory.path.parent
    (folder / "audit.waiting").mkdir()
    with closing(sqlite3.connect(folder / "cophub.db", isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        answer = cophub("people", "list")
    assert answer.code == 2
    assert "Wanjiru" not in answer.out + answer.err
    assert "make room, or let this user write there" in answer.err


def test_on_both_databases(warehouse: Warehouse, tmp_path: Path) -> None:
    url = warehouse.engine.url.render_as_string(hide_password=False)
    (tmp_path / "plugins.toml").write_text(f'[hub]\nwarehouse = "{url}"\n', encoding="utf-8")
    with Hub.open(tmp_path / "plugins.toml") as hub:
        note(hub, "web sign-in", "a", "b", who="eve@example.org", how="web", count=2, of=None)
        note(hub, "db backup", size=5)
        found = log(hub)
        assert [(e.action, e.subject, e.how, e.count, e.details) for e in found] == [
            ("db backup", None, "cli", None, {"size": 5}),
            ("web sign-in", "b", "web", 2, None),
            ("web sign-in", "a", "web", 2, None),
        ]
        assert found[0].at.tzinfo is not None
        assert log(hub, limit=1) == found[:1]


def test_what_is_noted_is_tagged() -> None:
    assert {"who", "subject"} <= set(privacy.tagged("audit", "identifier"))
