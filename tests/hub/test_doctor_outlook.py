"""What `doctor` foresees and tries: a full disk, a vendor's pace, alerts, the key of erasures."""

import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from sqlalchemy import delete, insert

from cophub.hub import Hub, doctor_alerts, doctor_outlook
from cophub.hub.answers import Finding
from cophub.warehouse import erasure, tables

NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
DAY = timedelta(days=1)
SQLITE = pytest.mark.parametrize("dialect", ["sqlite"])
DGROUPS = '[sources.forum]\nconnector = "dgroups"\nsettings = { api_key = "k", groups = ["a"] }\n'
OpenHub = Callable[..., Hub]


@pytest.fixture
def open_hub(
    tmp_path: Path, warehouse_url: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[OpenHub]:
    monkeypatch.setenv("TEST_WAREHOUSE", warehouse_url)
    monkeypatch.delenv(erasure.KEY_VARIABLE, raising=False)
    opened: list[Hub] = []

    def make(hub: str = "", more: str = DGROUPS) -> Hub:
        path = tmp_path / "plugins.toml"
        path.write_text(f'[hub]\nwarehouse = {{ env = "TEST_WAREHOUSE" }}\n{hub}\n{more}')
        path.chmod(0o600)
        opened.append(Hub.open(path, lambda: NOW))
        return opened[-1]

    yield make
    for hub in opened:
        hub.close()


def ran(hub: Hub, *, days_ago: float, new: int = 0, requests: int = 0) -> None:
    at = NOW - days_ago * DAY
    with hub.warehouse.begin() as connection:
        row = dict(kind="sync", source="forum", state="done", started_at=at, version="1")
        number = connection.execute(insert(tables.run).returning(tables.run.c.id), row).scalar_one()
        row = dict(run=number, stream="posts", state="done", whole=True, started_at=at, new=new,
                   requests=requests)  # fmt: skip
        connection.execute(insert(tables.stream_run), [row])


def said(found: Iterator[Finding]) -> list[tuple[str, str]]:
    return [(one.state, one.message) for one in found]


def free(monkeypatch: pytest.MonkeyPatch, size: float) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=int(size)))


def test_it_foresees_when_the_disk_is_full(open_hub: OpenHub, monkeypatch: Any) -> None:
    hub = open_hub()
    monkeypatch.setattr(doctor_outlook, "_is_here", lambda _: True)
    monkeypatch.setattr(doctor_outlook.backups, "size_of", lambda _: (
        2_800_000_000 if hub.warehouse.dialect == "sqlite" else 700_000_000))  # fmt: skip
    assert said(doctor_outlook.disk(hub)) == []
    ran(hub, days_ago=100, new=900)  # the past came whole, and says nothing
    free(monkeypatch, 1_000_000_000)
    assert said(doctor_outlook.disk(hub)) == []
    ran(hub, days_ago=10, new=60)
    ran(hub, days_ago=1, new=40)
    told = "the warehouse grows by about 10.0 MB a day: its disk is full in about"
    assert said(doctor_outlook.disk(hub)) == [("ok", f"{told} 100 days")]
    free(monkeypatch, 290_000_000)
    assert said(doctor_outlook.disk(hub)) == [("warning", f"{told} 29 days")]
    with_copies = open_hub('backup_every = "1 day"\nbackup_keep = 9')
    days = "3" if hub.warehouse.dialect == "sqlite" else "9"
    assert said(doctor_outlook.disk(with_copies)) == [("warning", f"{told} {days} days")]


@SQLITE
def test_a_hub_that_is_days_old_foresees_nothing(open_hub: OpenHub, monkeypatch: Any) -> None:
    hub = open_hub()
    free(monkeypatch, 1)
    ran(hub, days_ago=5, new=900)
    ran(hub, days_ago=1, new=900)
    assert said(doctor_outlook.disk(hub)) == []


def test_requests_are_told_beside_the_vendors_pace(open_hub: OpenHub) -> None:
    hub = open_hub()
    ran(hub, days_ago=9, requests=1_000_000)
    ran(hub, days_ago=5, requests=4_000)
    ran(hub, days_ago=1, requests=1_000)
    told = "requests a day of 86,400 that its vendor allows"
    assert said(doctor_outlook.requests(hub)) == [("ok", f"forum 1,000 {told}")]
    ran(hub, days_ago=0.5, requests=245_000)
    [(state, line)] = said(doctor_outlook.requests(hub))
    assert state == "warning"
    assert line.startswith(f"forum 50,000 {told}")


def test_the_key_of_erasures_in_the_warehouse_is_warned_of(
    open_hub: OpenHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub = open_hub()

    def told() -> list[tuple[str, str]]:
        found = hub.doctor(offline=True)
        return [
            (one.state, one.message)
            for one in found
            if "key" in one.message.split() and one.subject == "people"
        ]

    with hub.warehouse.begin() as connection:
        key = erasure.erasure_key(connection)
    assert told() == []  # nobody was forgotten
    with hub.warehouse.begin() as connection:
        erasure.keep_out(connection, ["hash"], NOW)
    [(state, line)] = told()
    assert (state, "lies in the warehouse" in line) == ("warning", True)
    monkeypatch.setenv(erasure.KEY_VARIABLE, "another")
    assert [state for state, _ in told()] == ["failed"]
    monkeypatch.setenv(erasure.KEY_VARIABLE, key.decode())
    assert ["still holds the key" in line for _, line in told()] == [True]
    with hub.warehouse.begin() as connection:
        connection.execute(delete(tables.meta).where(tables.meta.c.name == erasure.KEY_NAME))
        assert erasure.erasure_key(connection) == key
    assert told() == []


# --- alerts ----------------------------------------------------------------------------------


class Sink:
    """Takes no mail: nothing may come."""

    came: bool = False

    async def handle_DATA(self, *_: Any) -> str:  # noqa: N802 - its name there
        Sink.came = True
        return "250 OK"


def authenticate(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
    return AuthResult(success=data.password == b"right", handled=False)


@pytest.fixture
def mail_server() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    controller = Controller(
        Sink(), "127.0.0.1", port, authenticator=authenticate, auth_require_tls=False
    )
    controller.start()
    yield port
    controller.stop(no_assert=True)


@pytest.fixture
def hook() -> Iterator[tuple[int, list[bytes]]]:
    """A port that says what was sent to it."""
    got: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def listen() -> None:
            while True:
                try:
                    one, _ = server.accept()
                except OSError:
                    return
                with one:
                    got.append(one.recv(1000))

        threading.Thread(target=listen, daemon=True).start()
        yield server.getsockname()[1], got
        server.shutdown(socket.SHUT_RDWR)


def alerts(port: int, password: str | None, hook: str) -> str:
    line = f'password = "{password}"' if password else ""
    return (
        f'[alerts]\nto = ["ops@example.org"]\nwebhooks = [{{ kind = "json", url = "{hook}" }}]\n'
        f'[alerts.smtp]\nhost = "127.0.0.1"\nport = {port}\nstarttls = false\n'
        f'user = "cophub@example.org"\nsender = "cophub@example.org"\n{line}\n'
    )


def found(hub: Hub, **options: bool) -> list[tuple[str, str]]:
    return said(one for one in hub.doctor(**options) if one.subject == doctor_alerts.SUBJECT)


@SQLITE
def test_alerts_are_tried_without_sending_any(
    open_hub: OpenHub, mail_server: int, hook: tuple[int, list[bytes]]
) -> None:
    port, got = hook
    url = f"http://127.0.0.1:{port}/canary-in-the-path"
    lines = found(open_hub(more=alerts(mail_server, "right", url)))
    assert [state for state, _ in lines] == ["ok", "ok"]
    assert f"127.0.0.1:{mail_server} can be used as c***@example.org" in lines[0][1]
    assert "json: 127.0.0.1 can be reached" in lines[1][1]
    assert "canary" not in str(lines)
    assert "cophub@" not in str(lines)
    assert [each for each in got if each] == []
    assert not Sink.came
    assert found(open_hub(more=alerts(mail_server, "right", url)), offline=True) == []


@SQLITE
def test_alerts_that_would_not_arrive_are_told(open_hub: OpenHub, mail_server: int) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        closed = taken.getsockname()[1]
    nobody = f"http://127.0.0.1:{closed}/x"
    [(state, line), (other, hook)] = found(open_hub(more=alerts(mail_server, "wrong", nobody)))
    assert (state, other) == ("failed", "failed")
    assert "refused the user" in line
    assert "wrong" not in line
    assert "json: 127.0.0.1 cannot be reached (Connection refused)" in hook
    told = found(open_hub(more=alerts(mail_server, None, nobody)), offline=True)
    assert told == [("failed", "[alerts.smtp] has the user c***@example.org and no password")]
    text = alerts(mail_server, "x", nobody).replace('"x"', '{ env = "NOWHERE_SET" }')
    [(state, line)] = found(open_hub(more=text), offline=True)
    assert (state, "NOWHERE_SET" in line) == ("failed", True)


@SQLITE
def test_a_mail_server_that_says_nothing_holds_nobody_up(open_hub: OpenHub) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        hub = open_hub(more=alerts(port, "x", f"http://127.0.0.1:{port}/x"))
        from cophub.hub.doctor import examine

        lines = said(one for one in examine(hub, patience=1.6) if "alerts" in one.subject)
    assert "failed" in [state for state, _ in lines]
