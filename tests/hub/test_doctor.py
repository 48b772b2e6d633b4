"""`doctor` asks vendors, kept sign-ins and the warehouse at the same time, and waits for nobody."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from sqlalchemy import insert, text, update

from cophub.http import FileTokens
from cophub.hub import Hub
from cophub.hub.answers import Finding
from cophub.warehouse import tables

NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
FORUM = '''
from collections.abc import Iterator
from pydantic import BaseModel
from cophub import Account, Connector, Stream, Verdict, hookimpl

class Settings(BaseModel):
    url: str
    token: str = ""
    certificate: str = ""

def people(ctx, since):
    yield Account(key="1", name="Aba Mensah")

def check(ctx) -> Iterator[Verdict]:
    with ctx.client(base_url=ctx.settings.url) as client:
        answer = client.get("/people")
        if answer.status_code == 403:
            yield Verdict("people", "failed", "may not be read", "grant People.Read")
        else:
            yield Verdict("people", "ok", "may be read")

@hookimpl
def cophub_connectors():
    return [Connector(name="forum", summary="A forum", settings=Settings, check=check,
                      streams=[Stream(people)])]
'''  # fmt: skip


class Vendor(ThreadingHTTPServer):
    """Answers as `status` says, with a clock that is `ahead`; hangs while it is told to."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Desk)
        self.status, self.ahead, self.go_on = 200, timedelta(), threading.Event()
        self.go_on.set()

    def handle_error(self, *_: object) -> None:
        """Who asked did not wait for the answer."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Desk(BaseHTTPRequestHandler):
    server: Vendor

    def do_GET(self) -> None:
        self.server.go_on.wait(30)
        self.send_response_only(self.server.status)
        self.send_header("Date", format_datetime(datetime.now(UTC) + self.server.ahead, True))
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def vendor() -> Iterator[Vendor]:
    with Vendor() as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server
        server.go_on.set()
        server.shutdown()


@pytest.fixture
def make_hub(
    tmp_path: Path, warehouse_url: str, vendor: Vendor, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., Hub]]:
    name = f"forum_{abs(hash(str(tmp_path)))}"
    (tmp_path / f"{name}.py").write_text(FORUM)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setenv("TEST_WAREHOUSE", warehouse_url)
    monkeypatch.setenv("COPHUB_KEY", "a long enough phrase")
    opened: list[Hub] = []

    def make(**settings: str) -> Hub:
        said = ", ".join(f'{key} = "{v}"' for key, v in {"url": vendor.url, **settings}.items())
        (tmp_path / "plugins.toml").write_text(
            f'[hub]\nwarehouse = {{ env = "TEST_WAREHOUSE" }}\n[plugins]\nmodules = ["{name}"]\n'
            f'[sources.forum]\nconnector = "forum"\nevery = "1 hour"\nsettings = {{ {said} }}\n'
        )
        opened.append(Hub.open(tmp_path / "plugins.toml", now=lambda: NOW))
        return opened[-1]

    yield make
    for hub in opened:
        hub.close()


MakeHub = Callable[..., Hub]


def findings(hub: Hub, subject: str, **options: bool) -> list[Finding]:
    return [found for found in hub.doctor(**options) if found.subject == subject]


def test_it_tells_what_a_vendor_lets_be_read(make_hub: MakeHub, vendor: Vendor) -> None:
    hub = make_hub()
    [well] = findings(hub, "source forum")
    assert well.state == "ok"
    assert well.message.startswith("forum, 1 of 1 may be read")
    vendor.status = 403
    [odd] = findings(hub, "source forum")
    assert (odd.state, odd.fix) == ("failed", "grant People.Read")


@pytest.mark.parametrize("dialect", ["sqlite"])
class TestOnce:
    """What does not touch the warehouse."""

    def test_offline_asks_no_vendor(self, make_hub: MakeHub, vendor: Vendor) -> None:
        vendor.status = 403
        [well] = findings(make_hub(), "source forum", offline=True)
        assert (well.state, well.message) == ("ok", "forum, settings are complete")

    def test_a_vendor_that_is_away_is_no_fault_of_the_hub(
        self, make_hub: MakeHub, vendor: Vendor
    ) -> None:
        [away] = findings(make_hub(url="http://127.0.0.1:9"), "source forum")
        assert (away.state, away.fix) == ("warning", "cophub check forum")

    def test_a_vendor_that_hangs_is_not_waited_for(self, make_hub: MakeHub, vendor: Vendor) -> None:
        from cophub.hub import doctor

        vendor.go_on.clear()
        hub = make_hub()
        began = time.monotonic()
        found = list(doctor.examine(hub, patience=1.2))
        assert time.monotonic() - began < 4
        said = [f for f in found if f.subject == "source forum"]
        assert [f.state for f in said] == ["warning"]
        assert "schema" in next(f.message for f in found if f.subject == "warehouse")
        assert doctor.PATIENCE <= 8

    def test_a_server_that_does_not_answer_is_not_waited_for(
        self, make_hub: MakeHub, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from cophub.hub import doctor

        hub = make_hub()
        with socket.create_server(("127.0.0.1", 0)) as silent:  # it takes calls, and says nothing
            port = silent.getsockname()[1]
            monkeypatch.setenv("TEST_WAREHOUSE", f"postgresql://hub@127.0.0.1:{port}/hub")
            began = time.monotonic()
            found = list(doctor.examine(hub, offline=True, patience=1))
            assert time.monotonic() - began < 4
        [odd] = [f for f in found if f.subject == "warehouse"]
        assert (odd.state, odd.message[:19]) == ("failed", "no answer within 1 ")

    def test_a_clock_that_differs_from_the_vendors_is_told(
        self, make_hub: MakeHub, vendor: Vendor
    ) -> None:
        hub = make_hub()
        assert [f.state for f in findings(hub, "clock")] == ["ok"]
        vendor.ahead = timedelta(minutes=2)
        odd = [f for f in findings(hub, "clock") if f.state == "warning"]
        assert "the vendor of forum" in odd[0].message
        vendor.ahead = -timedelta(hours=1)
        odd = [f for f in findings(hub, "clock") if f.state == "failed"]
        assert "behind this machine's" in odd[0].message

    def test_a_sign_in_that_cannot_be_read_is_told(
        self, make_hub: MakeHub, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        hub = make_hub()
        folder = hub.config.folder / "tokens" / "forum"
        FileTokens(folder).set("refresh", "s3cret")
        [well] = findings(hub, "sign-in forum", offline=True)
        assert (well.state, well.message[:13]) == ("ok", "refresh, kept")
        monkeypatch.setenv("COPHUB_KEY", "another long phrase")
        [odd] = findings(hub, "sign-in forum", offline=True)
        assert (odd.state, odd.fix) == ("failed", "cophub sign-in forum")

    @pytest.mark.parametrize(("days", "state"), [(400, "ok"), (10, "warning"), (-1, "failed")])
    def test_a_certificate_and_a_key_that_run_out_are_told(
        self, make_hub: MakeHub, tmp_path: Path, days: int, state: str
    ) -> None:
        import base64
        import json

        path = tmp_path / "app.pem"
        path.write_bytes(certificate(NOW + timedelta(days=days)))
        exp = int((NOW + timedelta(days=days)).timestamp())
        body = base64.urlsafe_b64encode(json.dumps({"exp": exp}).encode()).decode().rstrip("=")
        hub = make_hub(certificate=str(path), token=f"eyJhbGciOiJub25lIn0.{body}.c2ln")
        found = findings(hub, "sign-in forum", offline=True)
        assert [f.state for f in found] == [state, state]
        assert {f.message.partition(" ")[0] for f in found} == {"token", "certificate"}

    def test_copies_are_counted(self, make_hub: MakeHub) -> None:
        hub = make_hub()
        [none] = findings(hub, "copies", offline=True)
        assert none.fix == "cophub db backup"
        hub.db_backup()
        [one] = findings(hub, "copies", offline=True)
        assert "1 in all" in one.message

    def test_a_large_file_is_not_checked_whole(
        self, make_hub: MakeHub, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from cophub.hub import doctor

        hub = make_hub()
        list(hub.sync())
        monkeypatch.setattr(doctor, "_soundness", lambda _: "interrupted")
        assert "not checked whole" in str(findings(hub, "warehouse", offline=True))


def test_a_view_or_trigger_that_somebody_dropped_is_told_and_made_anew(make_hub: MakeHub) -> None:
    from cophub.warehouse.triggers import drop_triggers

    hub = make_hub()
    with hub.warehouse.begin() as connection:
        connection.execute(text("DROP VIEW warehouse_contract"))
        drop_triggers(connection)
    gone = [f for f in findings(hub, "warehouse", offline=True) if f.state == "failed"]
    assert [f.fix for f in gone] == ["cophub db upgrade makes them anew"]
    hub.db_upgrade()
    assert "failed" not in {f.state for f in findings(hub, "warehouse", offline=True)}


def test_sources_that_do_not_keep_pace_are_told(make_hub: MakeHub) -> None:
    hub = make_hub()
    list(hub.sync())
    assert [f.state for f in findings(hub, "pace", offline=True)] == ["ok"]
    with hub.warehouse.begin() as connection:
        ended = NOW + timedelta(hours=2)
        run = dict(kind="sync", source="forum", state="done", started_at=NOW, finished_at=ended,
                   version="1")  # fmt: skip
        number = connection.execute(
            insert(tables.run).values(run).returning(tables.run.c.id)
        ).scalar_one()
        row = dict(run=number, stream="people", state="done", whole=True, started_at=NOW,
                   requests=100, retries=40,
                   waited_seconds=4000.0, seconds=7200.0)  # fmt: skip
        connection.execute(insert(tables.stream_run), [row])
    said = " ".join(f.message for f in findings(hub, "pace", offline=True))
    assert "waited 67 of 120 minutes" in said
    assert "40 of 100 requests" in said
    with hub.warehouse.begin() as connection:
        short = tables.stream_run.c.run == number
        shorter = dict(waited_seconds=95.0, seconds=80.0)
        connection.execute(update(tables.stream_run).where(short).values(**shorter))
    said = " ".join(f.message for f in findings(hub, "pace", offline=True))
    assert "waited 1.6 of 1.6 minutes" in said, "nobody waits longer than they work"
    assert "took 120 minutes" in said


def test_a_job_that_breaks_is_told_and_nothing_else_is_lost() -> None:
    from cophub.hub.at_once import at_once

    def broken() -> list[Finding]:
        raise ZeroDivisionError

    well = Finding("b", "ok", "well")
    found = list(at_once({"a": broken, "b": lambda: [well]}).until(time.monotonic() + 5))
    assert [f.state for f in found] == ["failed", "ok"]
    assert "ZeroDivisionError" in found[0].message


def certificate(ends: datetime) -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "cophub")])
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(ends - timedelta(days=800)).not_valid_after(ends)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    return made.public_bytes(serialization.Encoding.PEM)
