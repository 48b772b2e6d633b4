"""A site for three audiences, an Entra ID to sign in by, and a server between them, over HTTP."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import uvicorn

from cophub.config.serve_table import SignInTable
from cophub.errors import WarehouseError
from cophub.sandbox.microsoft import MicrosoftSandbox
from cophub.web import guarded_app, listen
from cophub.web.gate import BACK, Gate
from cophub.web.often import Often
from cophub.web.pages import Pages
from cophub.web.provider import Provider
from cophub.web.sessions import Sessions

PAGE = """<!doctype html>
<html lang="{language}">
<body><header class="masthead"><div class="wrap">
    <button type="button" class="menu" popovertarget="menu">Menu</button>
</div></header><main>{text}</main></body></html>
"""
DOMAIN = "contoso.onmicrosoft.com"
QUICK: dict[str, Any] = {"trust_env": False, "verify": False}
"""All is on this machine; to load the certificates of the world takes longer than to ask."""
ADA, BEN, EVE = (f"{name}@{DOMAIN}" for name in ("ada", "ben", "eve"))
"""A facilitator, a member, and somebody who is neither."""


def write(path: Path, text: str, language: str = "en") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(PAGE.format(language=language, text=text))


def three(folder: Path) -> Path:
    """A site with a folder for each audience."""
    for audience in ("public", "members", "facilitators"):
        write(folder / audience / "index.html", f"overview for {audience}")
        write(folder / audience / "communities" / "mercop.html", f"MERCOP for {audience}")
        write(folder / audience / "fr" / "index.html", f"aperçu {audience}", "fr")
        (folder / audience / "data").mkdir()
        (folder / audience / "data" / "people.csv").write_text(f"name\nof {audience}\n")
    write(folder / "facilitators" / "brokers.html", "brokers by name")
    write(folder / "index.html", "doors to all three")
    (folder / ".cophub-files.json").write_text('{"canary": "site"}')
    return folder


class Watches:
    """What monitoring would be told."""

    def metrics(self) -> bytes:
        return b"cophub_up 1.0\n"

    def readiness(self) -> dict[str, str]:
        return {"warehouse": "ok"}


@dataclass
class Served:
    """A server that may be changed while it runs."""

    site: Path
    entra: MicrosoftSandbox
    table: SignInTable
    address: str = ""
    notes: list[tuple[str, str | None, str]] = field(default_factory=list)
    clock: float = 0.0
    cannot_note: bool = False
    gate: Gate | None = None

    def note(self, action: str, subject: str | None, who: str, **details: Any) -> None:
        if self.cannot_note:
            raise WarehouseError("cannot be noted")
        self.notes.append((action, subject, who))

    def lists(self, **changed: Any) -> None:
        self.table = self.table.model_copy(update=changed)

    def browser(self, **options: Any) -> "Browser":
        return Browser(self, httpx.Client(base_url=self.address, **QUICK, **options))


class Browser:
    """Somebody's browser: keeps cookies, and follows where it is told to."""

    def __init__(self, served: Served, http: httpx.Client) -> None:
        self.served, self.http = served, http

    def get(self, path: str, **more: Any) -> httpx.Response:
        return self.http.get(path, **more)

    def begin(self, after: str = "/") -> str:
        """To the provider: its address, with what it is asked."""
        answer = self.get("/sign-in/go", params={"next": after})
        assert answer.status_code == 303, answer.text
        return str(answer.headers["location"])

    def decide(self, at: str, login: str, decision: str = "accept") -> str:
        """At the provider: where it leads back to."""
        form = {"login": login, "decision": decision}
        answer = httpx.post(at, data=form, **QUICK)
        assert answer.status_code == 302, answer.text
        return str(answer.headers["location"])

    def sign_in(self, login: str, after: str = "/") -> httpx.Response:
        """The whole way; the answer that brings the session, or none."""
        return self.get(self.decide(self.begin(after), login))

    @property
    def session(self) -> str | None:
        return self.http.cookies.get("cophub")


def ask(url: str, **more: Any) -> httpx.Response:
    """Somebody without cookies of their own."""
    return httpx.get(url, **QUICK, **more)


def query(url: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


@contextmanager
def tenant() -> Iterator[MicrosoftSandbox]:
    """A tenant with three people, which calls itself by the address that it is asked at."""
    with MicrosoftSandbox(people=5, communities=1, years=0.1) as sandbox:
        sandbox.entra.at = sandbox.base_url
        somebody = sandbox.tenant.service
        for upn in (ADA, BEN, EVE):
            name = upn.partition("@")[0]
            sandbox.tenant.users[name] = replace(
                somebody, id=name, upn=upn, name=f"{name.capitalize()} <Obi>", mail=None
            )
        yield sandbox


@contextmanager
def serving(entra: MicrosoftSandbox, site: Path) -> Iterator[Served]:
    """A server of the site, which lets in who is on its lists."""
    table = SignInTable(
        issuer=entra.entra.issuer, client_id=entra.client_id, client_secret=entra.client_secret,
        members=[BEN], facilitators=[ADA],
    )  # fmt: skip
    listener = listen(0)
    listener.listen()
    served = Served(site, entra, table, f"http://localhost:{listener.getsockname()[1]}")
    entra.entra.redirects.add(served.address + BACK)
    provider = Provider(
        table.issuer, table.client_id, table.client_secret, served.address + BACK,
        clock=lambda: served.clock,
    )  # fmt: skip
    served.gate = Gate(
        site, served.address, provider, Sessions(b"k" * 32, secure=False), lambda: served.table,
        served.note, Pages("Health <Communities>", provider.host), {"X-From": "site"},
    )  # fmt: skip
    app = guarded_app(served.gate, ["localhost", "127.0.0.1"], Watches(), "a-long-token")
    options = {"proxy_headers": False, "log_level": "warning", "lifespan": "off"}
    server = uvicorn.Server(uvicorn.Config(app, **options))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield served
    finally:
        server.should_exit = True
        thread.join(10)


@pytest.fixture(scope="module")
def entra() -> Iterator[MicrosoftSandbox]:
    with tenant() as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def running(entra: MicrosoftSandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(entra, three(tmp_path_factory.mktemp("hub") / "site")) as served:
        yield served


@pytest.fixture
def served(running: Served) -> Iterator[Served]:
    """The server as it was at first, whatever a test before did; it asks the provider anew."""
    entra, table = running.entra.entra, running.table
    running.clock += 3600
    running.notes.clear()
    assert running.gate is not None
    running.gate._often = Often(60)
    yield running
    running.table, running.cannot_note = table, False
    entra.mint, entra.secret_expired, entra.called = entra.signed, False, running.entra.tenant_id
    running.entra.faults.clear()
