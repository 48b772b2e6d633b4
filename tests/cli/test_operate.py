"""`doctor`, `db`, `serve` and `schedule`: looking after a hub."""

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from .conftest import CONFIG, NEWSLETTER, Answer, Folder

Call = Callable[..., Answer]


def test_a_healthy_hub_has_nothing_to_complain_about(cophub: Call, folder: Folder) -> None:
    cophub("run")
    answer = cophub("doctor")
    assert answer.code == 0
    assert "✗" not in answer.out
    assert "schema" in answer.out
    states = {f["subject"]: f["state"] for f in cophub("doctor", "--json").json["findings"]}
    assert states["warehouse"] == states["clock"] == states["source lists"] == "ok"


def test_doctor_finds_what_is_wrong_and_says_what_to_do(cophub: Call, folder: Folder) -> None:
    """A missing secret, a broken plugin, an open file, a damaged database: each on its line."""
    folder.configure('[plugins]\nmodules = ["nowhere_forum"]\n' + CONFIG + NEWSLETTER)
    cophub("sync", "lists")
    (folder.folder / "cophub.db").chmod(0o644)
    answer = cophub("doctor")
    assert answer.code == 1
    assert "TEST_MAILCHIMP_KEY is not set" in answer.out
    assert "nowhere_forum" in answer.out
    assert "chmod 600" in answer.out
    (folder.folder / "cophub.db").write_bytes(b"this is no database" * 100)
    for name in ("cophub.db-wal", "cophub.db-shm"):
        (folder.folder / name).unlink(missing_ok=True)
    damaged = cophub("doctor")
    assert damaged.code == 1
    assert "not an SQLite database" in damaged.out


def test_doctor_takes_the_path_of_a_certificate_for_no_secret(cophub: Call, folder: Folder) -> None:
    site = 'site_url = "https://contoso.sharepoint.com/sites/mer"\ntenant = "contoso"\n'
    source = '[sources.sites]\nconnector = "sharepoint"\n[sources.sites.settings]\n' + site
    folder.configure(f'{source}client_id = "an-app"\ncertificate = "app.pem"\n{CONFIG}')
    (folder.folder / "plugins.toml").chmod(0o644)
    assert "holds a secret" not in cophub("doctor", "--offline").out
    pem = "-----BEGIN PRIVATE KEY----- abc -----END PRIVATE KEY-----"
    folder.configure(f'{source}client_id = "an-app"\ncertificate = "{pem}"\n{CONFIG}')
    assert "holds a secret" in cophub("doctor", "--offline").out


def test_in_the_hub_of_the_demo_no_vendor_is_asked(
    cophub: Call, folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They ended with the demo."""
    from cophub.cli.options import State

    assert "1 of 1 may be read" in cophub("doctor").out
    monkeypatch.setattr(State, "_clock", lambda _: None)
    (folder.folder / "demo.json").write_text("{}")
    assert "settings are complete" in cophub("doctor").out


def test_doctor_finds_a_secret_that_others_may_read(cophub: Call, folder: Folder) -> None:
    folder.configure(CONFIG + NEWSLETTER.replace('{ env = "TEST_MAILCHIMP_KEY" }', '"abc-us1"'))
    (folder.folder / "plugins.toml").chmod(0o644)
    told = "holds a secret and other users of this machine may read it"
    assert told in cophub("doctor", "--offline").out
    (folder.folder / "plugins.toml").chmod(0o600)
    answer = cophub("doctor", "--offline")
    assert "holds a secret" not in answer.out
    assert "abc-us1" not in answer.out


def test_doctor_finds_a_clock_in_the_past(cophub: Call, folder: Folder) -> None:
    from datetime import UTC, datetime, timedelta

    from cophub.hub import Hub

    cophub("sync")
    path = folder.folder / "plugins.toml"
    with Hub.open(path, now=lambda: datetime.now(UTC) - timedelta(days=400)) as hub:
        [clock] = [finding for finding in hub.doctor() if finding.subject == "clock"]
    assert clock.state == "failed"
    assert "set the clock" in (clock.fix or "")


def test_a_new_warehouse_is_its_owners_alone(cophub: Call, folder: Folder) -> None:
    cophub("sync")
    assert (folder.folder / "cophub.db").stat().st_mode & 0o077 == 0


def test_looking_at_the_version_makes_nothing(cophub: Call, folder: Folder) -> None:
    answer = cophub("db", "version")
    assert answer.code == 0
    assert "none yet" in answer.out
    assert not (folder.folder / "cophub.db").exists()


def test_an_upgrade_says_what_it_applied(cophub: Call) -> None:
    first = cophub("db", "upgrade", "--json").json
    assert first["applied"][0] == "0001"
    assert first["schema"] == first["applied"][-1]
    assert "nothing to do" in cophub("db", "upgrade").out
    assert cophub("db", "version", "--json").json["schema"] == first["schema"]


def test_the_version_tells_what_readers_rely_on(cophub: Call) -> None:
    """As the warehouse says it, view by view."""
    from cophub.warehouse.contract import current

    assert cophub("db", "version", "--json").json["contract"] == {}
    cophub("db", "upgrade")
    told = cophub("db", "version", "--json").json["contract"]
    assert told == {name: shape.version for name, shape in current().items()}
    assert "measure_quarter" in cophub("db", "version").out


def test_a_backup_is_the_warehouse_while_it_is_used(cophub: Call, folder: Folder) -> None:
    """A writer holds the file; the copy is sound, whole, and its owner's alone."""
    cophub("sync")
    with sqlite3.connect(folder.folder / "cophub.db", isolation_level=None) as writer:
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("DELETE FROM post")
        answer = cophub("db", "backup", "--to", "copy.db")
        writer.execute("ROLLBACK")
    assert answer.code == 0
    copy = folder.folder / "copy.db"
    assert copy.stat().st_mode & 0o077 == 0
    with sqlite3.connect(copy) as found:
        assert found.execute("SELECT count(*) FROM post").fetchone() == (2,)
    again = cophub("db", "backup", "--to", "copy.db")
    assert (again.code, "is there already" in again.err) == (2, True)
    assert cophub("db", "backup").code == 0
    assert len(list(folder.folder.glob("backups/cophub-*Z.db"))) == 1


def test_a_backup_can_take_the_warehouses_place(cophub: Call, folder: Folder) -> None:
    cophub("sync")
    cophub("db", "backup", "--to", "copy.db")
    for file in folder.folder.glob("cophub.db*"):
        file.unlink()
    Path("copy.db").rename("cophub.db")
    assert cophub("status", "--json").json["sources"][0]["accounts"] == 2
    assert cophub("sync").code == 0


def test_a_copy_is_restored_and_what_was_there_is_kept(cophub: Call, folder: Folder) -> None:
    cophub("run", "identities")
    cophub("db", "backup", "--to", "copy.db")
    cophub("people", "forget", "aba@example.org", "--yes")
    answer = cophub("db", "restore", "copy.db")
    assert (answer.code, "copy.db is the warehouse now" in answer.out) == (0, True)
    assert "erased again" in answer.out
    assert len(list(folder.folder.glob("backups/before-restore-*.db"))) == 1
    assert cophub("status", "--json").json["sources"][0]["accounts"] == 1
    noted = [entry["action"] for entry in cophub("audit", "--json").json["audit"]]
    assert [n for n in noted if n != "people show"] == ["db restore", "people forget", "db backup"]
    missing = cophub("db", "restore", "nowhere.db")
    assert (missing.code, "there is no file nowhere.db" in missing.err) == (2, True)


def test_copies_beyond_those_to_keep_are_removed_and_told(cophub: Call, folder: Folder) -> None:
    cophub("sync")
    for _ in range(2):
        assert cophub("db", "backup").code == 0
    answer = cophub("db", "backup", "--keep", "2")
    assert "removed cophub-" in answer.out
    assert len(list(folder.folder.glob("backups/*"))) == 2


def test_a_schema_is_taken_back_and_the_next_command_brings_it_again(cophub: Call) -> None:
    cophub("sync")
    newest = cophub("db", "version", "--json").json["newest"]
    back = cophub("db", "downgrade", "0012")
    assert (back.code, "the schema is 0012" in back.out) == (0, True)
    assert "before-downgrade-to-0012-" in back.out
    assert cophub("db", "version", "--json").json["schema"] == "0012"
    assert cophub("status", "--json").json["sources"][0]["accounts"] == 2
    assert cophub("db", "version", "--json").json["schema"] == newest
    assert "cannot be gone back to" in cophub("db", "downgrade", "0003").err


def test_the_timetable_is_shown_without_running_anything(cophub: Call, folder: Folder) -> None:
    folder.configure(CONFIG + '[pipelines.site]\ncron = "30 5 * * 1-5"\n')
    cophub("sync")
    answer = cophub("schedule", "--show")
    assert answer.code == 0
    assert "every 6 hours" in answer.out
    assert "cron 30 5 * * 1-5" in answer.out
    coming = cophub("schedule", "--show", "--json").json["coming"]
    assert len(coming) == 10
    assert [one["at"] for one in coming] == sorted(one["at"] for one in coming)
    assert {one["name"] for one in coming} == {"lists", "site"}
    assert len(cophub("schedule", "--show", "-n", "3", "--json").json["coming"]) == 3
    folder.configure("")
    assert "nothing has a timetable" in cophub("schedule", "--show").out
    assert cophub("schedule").code == 2


def start(*arguments: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    return subprocess.Popen(
        [sys.executable, "-m", "cophub", *arguments],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment,
    )  # fmt: skip


def test_schedule_runs_what_is_due_and_ends_cleanly_on_a_signal(
    cophub: Call, folder: Folder
) -> None:
    with start("schedule") as running:
        assert running.stdout is not None
        said = []
        for line in running.stdout:
            said.append(line)
            if "lists" in line and "done" in line:
                break
        running.send_signal(signal.SIGTERM)
        rest, errors = running.communicate(timeout=20)
    assert (running.returncode, errors) == (0, "")
    assert "keeping time" in "".join(said)
    assert "ended; nothing was lost" in rest
    [run] = cophub("runs", "--json").json["runs"]
    assert run["state"] == "done"


def test_serve_shows_the_site_on_loopback_until_a_signal(cophub: Call, folder: Folder) -> None:
    cophub("run")
    with start("serve", "--port", "0") as running:
        assert running.stdout is not None
        address = running.stdout.readline().split()[1]
        assert address.startswith("http://127.0.0.1:")
        page = httpx.get(address)
        assert page.status_code == 200
        assert "The Forum" in page.text
        stranger = httpx.get(address, headers={"Host": "evil.example.org"})
        assert stranger.status_code == 400
        running.send_signal(signal.SIGTERM)
        running.communicate(timeout=20)
    assert running.returncode in (0, -signal.SIGTERM)


def test_serve_keeps_time_beside_the_pages(cophub: Call, folder: Folder) -> None:
    with start("serve", "--port", "0") as running:
        assert running.stdout is not None
        address = running.stdout.readline().split()[1]
        assert "keeping time, too" in running.stdout.readline()
        assert "lists" in running.stdout.readline()
        assert httpx.get(address).status_code == 503  # there is no site yet, but a server
        checks = httpx.get(f"{address}health/ready").json()["checks"]
        assert checks == {"warehouse": "ok", "timetable": "ok"}
        told = httpx.get(f"{address}metrics").text
        assert 'cophub_source_state{source="lists",state="fresh"} 1.0' in told
        assert "cophub_timetable_look_age_seconds" in told
        running.send_signal(signal.SIGTERM)
        rest, errors = running.communicate(timeout=20)
    assert (running.returncode, errors) == (0, "")
    assert "ended; nothing was lost" in rest
    [run] = cophub("runs", "--json").json["runs"]
    assert (run["state"], run["asked_by"]) == ("done", "timetable")


def test_serve_keeps_no_time_where_it_is_not_asked_to(cophub: Call, folder: Folder) -> None:
    with start("serve", "--port", "0", "--no-schedule", "--json") as running:
        assert running.stdout is not None
        assert any('"address"' in line for line in running.stdout)
        running.send_signal(signal.SIGTERM)
        running.communicate(timeout=20)
    assert not (folder.folder / "cophub.db").exists()


def test_serve_refuses_a_port_that_cannot_be(cophub: Call) -> None:
    """As every wrong option: a line, and nothing in the log of what nobody foresaw."""
    answer = cophub("serve", "--port", "99999")
    assert (answer.code, "99999 is not in the range 0<=x<=65535" in answer.err) == (2, True)
