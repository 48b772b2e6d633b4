"""A hub that tells what is wrong with it, a mail server and webhooks on loopback, and its clock."""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from cophub.hub import Hub
from cophub.hub.alerting import Told, look

VENDOR = """
from pathlib import Path
from pydantic import BaseModel, Field
from cophub import Account, Space, AuthError, SourceUnavailable, Connector, Stream, hookimpl

class Settings(BaseModel):
    base_url: str = Field("https://forum.example.org", description="Where it is.")

def fate():
    said = Path(__file__).with_name("fate.txt").read_text()
    kind, _, words = said.partition(" ")
    if kind == "away":
        raise SourceUnavailable(words)
    if kind == "refused":
        raise AuthError(words)

def accounts(ctx, since):
    fate()
    yield Account(key="1")

def spaces(ctx, since):
    fate()
    yield Space(key="a")

@hookimpl
def cophub_connectors():
    streams = [Stream(accounts), Stream(spaces)]
    return [Connector(name="forum", summary="A forum.", settings=Settings, streams=streams)]
"""
START = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)


class Postbox:
    """Takes mail as a server does; `refuse` says which recipients it will not have."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.recipients: list[str] = []
        self.refuse: dict[str, str] = {}
        self.port = free_port()

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Any
    ) -> str:
        if address in self.refuse:
            return self.refuse[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        assert isinstance(envelope.content, bytes)
        mail = message_from_bytes(envelope.content, policy=default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        self.recipients += envelope.rcpt_tos
        return "250 taken"

    @property
    def subjects(self) -> list[str]:
        return [str(mail["Subject"]) for mail in self.mails]


@dataclass
class Hooks:
    """An HTTP server that keeps what is posted, by path; each path answers as it is told."""

    port: int = 0
    posted: dict[str, list[Any]] = field(default_factory=dict)
    answers: dict[str, int] = field(default_factory=dict)
    slow: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}/{path}/secret-canary"

    def of(self, path: str) -> list[Any]:
        return self.posted.get(path, [])


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


@pytest.fixture
def postbox() -> Iterator[Postbox]:
    box = Postbox()
    controller = Controller(box, hostname="127.0.0.1", port=box.port)
    controller.start()
    yield box
    controller.stop(no_assert=True)


@pytest.fixture
def hooks() -> Iterator[Hooks]:
    kept = Hooks()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            path = self.path.split("/")[1]
            time.sleep(kept.slow)
            status = kept.answers.get(path, 202)
            if status < 300:
                with kept.lock:
                    kept.posted.setdefault(path, []).append(body)
            self.send_response(status)
            self.end_headers()
            self.wfile.write(b"answer-canary " + self.path.encode())

        def log_message(self, *_: Any) -> None:
            """Nothing on the terminal."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    kept.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield kept
    server.shutdown()
    thread.join()
    server.server_close()


class Village:
    """A hub of a few sources whose vendor does as it is told, and whose clock is set by hand."""

    def __init__(self, folder: Path, module: str, warehouse: str) -> None:
        self.folder = folder
        self.now = START
        self.path = folder / "plugins.toml"
        self._module, self._warehouse = module, warehouse
        self._opened: list[Hub] = []
        self.vendor("well")

    def vendor(self, fate: str) -> None:
        (self.folder / "fate.txt").write_text(fate)

    def configure(self, alerts: str, sources: tuple[str, ...] = ("news",), more: str = "") -> Hub:
        tables = [f'[sources.{name}]\nconnector = "forum"\n{more}' for name in sources]
        hub = f'[plugins]\nmodules = ["{self._module}"]\n[hub]\nwarehouse = "{self._warehouse}"'
        self.path.write_text("\n".join([hub, 'timezone = "Europe/Zurich"', *tables, alerts]))
        return self.open()

    def open(self) -> Hub:
        self._opened.append(Hub.open(self.path, lambda: self.now))
        return self._opened[-1]

    def close(self) -> None:
        for hub in self._opened:
            hub.close()

    def passes(self, **length: float) -> None:
        self.now += timedelta(**length)

    def sync(self, hub: Hub, fate: str = "well") -> list[Told]:
        """All sources are synced, a minute later, and judged."""
        self.vendor(fate)
        self.passes(minutes=1)
        assert list(hub.sync())
        return look(hub)


@pytest.fixture
def village(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, new_warehouse_url: Callable[[], str]
) -> Iterator[Village]:
    module = f"forum_{abs(hash(str(tmp_path)))}"
    (tmp_path / f"{module}.py").write_text(VENDOR)
    monkeypatch.syspath_prepend(str(tmp_path))
    village = Village(tmp_path, module, new_warehouse_url())
    yield village
    village.close()


@contextmanager
def nothing_at(port: int) -> Iterator[None]:
    """A port that takes connections and never answers."""
    with socket.socket() as deaf:
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        deaf.bind(("127.0.0.1", port))
        deaf.listen()
        yield
