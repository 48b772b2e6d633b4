"""No secret is in anything that is written: every byte of it is searched, also what is packed.

A hub of every connector, whose secrets are known, is used in every way, well and badly.
"""

import asyncio
import base64
import gzip
import json
import sqlite3
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest

from tests.security.hidden import Finder
from tests.security.whole_hub import SECRETS, WholeHub, whole_hub

LOG = ("--log-json", "--log-level", "debug", "--debug")


@pytest.fixture(scope="module")
def used(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WholeHub]:
    """The hub after all that."""
    with (
        pytest.MonkeyPatch.context() as patch,
        whole_hub(tmp_path_factory.mktemp("hub"), patch) as hub,
    ):
        read(hub)
        look(hub)
        take_out(hub)
        fail(hub)
        yield hub


def read(hub: WholeHub) -> None:
    """Everything that asks vendors."""
    from cophub.hub import Hub

    with Hub.open(hub.folder / "plugins.toml") as opened:
        token = hub.microsoft.refresh_token(hub.microsoft.tenant.admin)
        opened.tokens("yammer").set("yammer-microsoft", token)
    hub.call("doctor")
    hub.call("check", *LOG)
    hub.call("plan")
    for source in ("newsletter", "dgroups", "calls", "webroom", "intranet", "yammer", "news",
                   "diary", "table", "archive", "lists", "tap", "forum"):  # fmt: skip
        hub.call("discover", source, "--debug")
    hub.call("sync", "--record", "recorded", *LOG)
    hub.call("sync", "newsletter", "--record", "without", "--without-people")
    hub.call("run", *LOG)
    hub.call("backfill", "calls", "--from", "2026-04-01", "--to", "2026-04-10")
    hub.call("replay", "recorded", "--into", "again.db", "--debug")


def look(hub: WholeHub) -> None:
    """Everything that shows what is known."""
    for told in ("status --all", "status --json", "runs --json", "runs 1", "rejects --items --all",
                 "rejects retry", "alerts", "alerts test", "audit --all", "people list",
                 "organizations", "communities", "plugins list", "connectors", "schedule --show",
                 "db version", "explain CPH-A02", "connectors show mailchimp",
                 "report quarter"):  # fmt: skip
        hub.call(*told.split())
    hub.said.append(metrics(hub))


def metrics(hub: WholeHub) -> str:
    """What monitoring is told."""
    from cophub.hub import Hub
    from cophub.web import site_app
    from cophub.web.metrics import Watched

    async def ask(app: object) -> str:
        transport = httpx.ASGITransport(app)  # type: ignore[arg-type]
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            paths = ("/metrics", "/health/live", "/health/ready", "/nowhere")
            return "\n".join([(await client.get(path)).text for path in paths])

    with Hub.open(hub.folder / "plugins.toml") as opened:
        watched = Watched(opened, None)
        try:
            return asyncio.run(ask(site_app(opened.config.site, watched)))
        finally:
            watched.close()


def take_out(hub: WholeHub) -> None:
    """Every file that somebody may ask for."""
    with sqlite3.connect(hub.folder / "cophub.db") as warehouse:
        (person,) = warehouse.execute("SELECT id FROM person LIMIT 1").fetchone()
        tables = [
            name
            for (name,) in warehouse.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        ]
    for number, table in enumerate(sorted(tables)):
        kind = ("csv", "jsonl", "xlsx", "parquet")[number % 4]
        hub.call("export", table, "--to", f"export-{table}.{kind}")
    hub.call("people", "export", str(person), "--to", "person.zip")
    hub.call("people", "forget", str(person), "--report", "forgotten.txt", "--yes")
    hub.call("db", "backup")
    hub.call("report", "quarter", "--to", "quarter.xlsx")
    hub.call("brief", "forum", "--format", "html", "--to", "brief.html")


def fail(hub: WholeHub) -> None:
    """What goes wrong: secrets that are refused, vendors that break, and our own mistakes."""
    text = (hub.folder / "plugins.toml").read_text()
    (hub.folder / "plugins.toml").write_text(
        text.replace(hub.vendors["goto"].pat, SECRETS["files"])
        .replace(SECRETS["adobe"].replace('"', '\\"'), SECRETS["calendar"])
        .replace(hub.microsoft.client_secret, SECRETS["archive"])
    )
    hub.call("sync", *LOG)
    hub.call("sync", "forum", "--debug")
    hub.call("check", "--json")
    (hub.folder / "plugins.toml").write_text(text + f'\n[hub]\nwarehouse = "{SECRETS["smtp"]}"\n')
    hub.call("status", "--debug")
    (hub.folder / "plugins.toml").write_text(text.replace("token = ", "tokne = "))
    hub.call("check", "forum", "--debug")
    (hub.folder / "plugins.toml").write_text(text.replace('password = "', 'password = "" "'))
    hub.call("status", "--debug")
    (hub.folder / "plugins.toml").chmod(0o644)
    (hub.folder / "plugins.toml").write_text(text)
    hub.call("check", "--debug")
    hub.call("doctor", "--offline")
    (hub.folder / "plugins.toml").chmod(0o600)
    with pytest.MonkeyPatch.context() as patch:

        def broken(*_: object, **__: object) -> None:
            raise RuntimeError(f"nobody foresaw {SECRETS['mailchimp']} and {SECRETS['adobe']}")

        patch.setattr("cophub.hub.Hub.plan", broken, raising=False)
        patch.setattr("cophub.cli.work.plan", broken, raising=False)
        hub.call("plan")
        hub.call("plan", "--debug")


def test_everything_was_used(used: WholeHub) -> None:
    """A hub that does nothing keeps every secret."""
    told = "\n".join(used.said)
    for source in ("newsletter", "dgroups", "calls", "webroom", "intranet", "yammer"):
        assert f"✓ {source} done" in told, source
    assert "nobody foresaw ***" in (used.folder / "cophub-errors.log").read_text()
    for pattern in ("recorded/*/*.json", "without/*/*.json", "site/**/*.html", "export-*.xlsx",
                    "export-*.parquet", "backups/*", "person.zip", "again.db", "forgotten.txt",
                    "quarter.xlsx", "tokens/*/*"):  # fmt: skip
        assert list(used.folder.glob(pattern)), pattern
    assert len(used.secrets) > len(SECRETS) + 10
    assert any(asked.path.startswith("/hook/") and asked.body for asked in used.site.asked)


def test_no_file_holds_a_secret(used: WholeHub) -> None:
    """The warehouse, copies, recordings, exports, the site, logs of errors, sealed tokens."""
    assert Finder(used.secrets).below(used.folder, used.kept) == {}


def test_nothing_that_was_said_holds_a_secret(used: WholeHub) -> None:
    """On the terminal, in logs as JSON with everything in them, as metrics, with tracebacks."""
    finder = Finder(used.secrets)
    wrong = {said.partition("\n")[0]: finder.within(said.encode()) for said in used.said}
    assert {command: found for command, found in wrong.items() if found} == {}


def test_no_alert_holds_a_secret(used: WholeHub) -> None:
    finder = Finder(used.secrets)
    posted = [asked.body for asked in used.site.asked if asked.path.startswith("/hook/")]
    assert posted
    assert [finder.within(body.encode()) for body in posted if finder.within(body.encode())] == []


PLANTED = SECRETS["adobe"]


def in_sqlite(path: Path) -> None:
    with sqlite3.connect(path) as warehouse:
        warehouse.execute("CREATE TABLE post (body TEXT)")
        warehouse.execute("INSERT INTO post VALUES (?)", ("x" * 4070 + PLANTED + "y" * 9000,))


def in_workbook(path: Path) -> None:
    import xlsxwriter

    book = xlsxwriter.Workbook(path)
    book.add_worksheet().write("B7", f"the password is {PLANTED}.")
    book.close()


def in_parquet(path: Path) -> None:
    import pyarrow
    import pyarrow.parquet

    table = pyarrow.table({"extra": [None, f'{{"password": {json.dumps(PLANTED)}}}'] * 50})
    pyarrow.parquet.write_table(table, path, compression="zstd")


def in_zip_of_gzip(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a/b.gz", gzip.compress(b"x" * 999 + PLANTED.encode()))


def in_recorded_zip(path: Path) -> None:
    in_zip_of_gzip(path)
    packed = base64.b64encode(path.read_bytes()).decode()
    path.write_text(json.dumps({"response": {"base64": packed}}))


def in_mail(path: Path) -> None:
    from email.message import EmailMessage

    mail = EmailMessage()
    mail["Subject"] = "x"
    mail.set_content("é" * 50 + PLANTED + "\n" + "long " * 99, cte="quoted-printable")
    path.write_bytes(mail.as_bytes())


def written(spelled: Callable[[str], str]) -> Callable[[Path], None]:
    return lambda path: path.write_text(f"some words, {spelled(PLANTED)}, and others") and None


def basic(user: str) -> Callable[[str], str]:
    return lambda secret: "Basic " + base64.b64encode(f"{user}:{secret}".encode()).decode()


PLACES: dict[str, Callable[[Path], None]] = {
    "as it is": written(str),
    "in a URL": written(quote),
    "in a URL, all of it": written(lambda text: quote(text, safe="")),
    "in JSON": written(json.dumps),
    "in HTML": written(lambda text: text.replace("&", "&amp;").replace('"', "&#34;")),
    "as a login": written(basic("a")),
    "as another login": written(basic("ab")),
    "as a third login": written(basic("abc")),
    "as hex": written(lambda text: text.encode().hex()),
    "in UTF-16": lambda path: path.write_text(PLANTED, encoding="utf-16") and None,
    "in a name": lambda path: path.with_name(PLANTED).touch(),
    "in SQLite": in_sqlite,
    "in a workbook": in_workbook,
    "in Parquet": in_parquet,
    "in GZIP in ZIP": in_zip_of_gzip,
    "in a recorded ZIP": in_recorded_zip,
    "in a mail": in_mail,
}


@pytest.mark.parametrize("place", PLACES)
def test_a_secret_that_is_planted_is_found(tmp_path: Path, place: str) -> None:
    """Else nothing above would say anything."""
    PLACES[place](tmp_path / "file")
    found = Finder(SECRETS).below(tmp_path)
    assert list(found.values()) == [{"adobe"}]


def test_a_secret_that_a_command_wrote_is_found(used: WholeHub) -> None:
    """In the very hub in which there was none."""
    finder, file = Finder(used.secrets), used.folder / "recorded" / "leak.json"
    file.write_text(json.dumps({"headers": [["authorization", basic("hub")(SECRETS["smtp"])]]}))
    try:
        assert finder.below(used.folder / "recorded") == {"leak.json": {"smtp"}}
    finally:
        file.unlink()
