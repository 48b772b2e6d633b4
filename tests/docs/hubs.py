"""The hub that the blocks of a page are run in: invented vendors, and what the page speaks of."""

import re
import shutil
import socket
import sys
from collections.abc import Callable
from contextlib import chdir
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest.mock import patch

from sqlalchemy import text

from cophub import cli
from cophub.sandbox import MailchimpSandbox
from cophub.sandbox.mailinglist import MailingList
from cophub.warehouse import Warehouse
from tests.examples.conftest import TOKEN, Forum

from .stranger import Stranger
from .terminal import Terminal

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
NOW = datetime.now(UTC).replace(microsecond=0)
KEY = "0123456789abcdef0123456789abcdef-us21"

CONFIG = """\
[hub]
timezone = "Europe/Geneva"

[sources.newsletter]
connector = "mailchimp"
every = "1 day"
settings = {{ api_key = "{key}", base_url = "{newsletter}" }}

[sources.lists]
connector = "mailarchive"
settings = {{ list = "mercop", path = "mail/mercop", address = "mercop@lists.example.org" }}

[sources.members]
connector = "files"
[sources.members.settings]
path = "exports/members.csv"
record = "membership"
space = "mercop"
columns = {{ email = "Email", name = "Name", organization = "Organisation", joined_at = "Joined" }}

[communities.mercop]
title = "Monitoring, Evaluation and Research"
domain = "M&E"
spaces = ["newsletter:{audience}", "lists:mercop", "members:mercop"]

[pipelines.site]
"""
MEMBERS = """\
Name,Email,Organisation,Joined
Amina Diallo,amina@health.example,Institut de la santé,2024-03-25
Amina Diallo,amina.diallo@post.example,,2025-01-12
Ben Okafor,ben@water.example,Water First,2024-05-02
"""


@dataclass
class Desk:
    """Where the blocks of one page are run."""

    terminal: Terminal | Stranger
    empty: Callable[[], str]
    """Makes an empty warehouse on PostgreSQL, and gives its address."""
    names: dict[str, str] = field(default_factory=dict)
    """What the page says, and what it is called in this hub."""
    said: str = ""
    """What the last commands printed."""
    namespace: dict[str, Any] = field(default_factory=dict)

    @property
    def folder(self) -> Path:
        """Where the terminal stands."""
        return self.terminal.here

    def fitted(self, text: str) -> str:
        """A block of the page, with the names of this hub."""
        for shown, real in self.names.items():
            text = text.replace(shown, real)
        return text

    def asked(self, query: str, place: str) -> None:
        """Ask the hub's warehouse, which answers, and one on PostgreSQL, which understands."""
        url = f"sqlite:///{self.folder / 'cophub.db'}"
        for address in (url, self.empty()):
            warehouse = Warehouse.open(address)
            with warehouse.connect() as connection:
                found = connection.execute(text(query)).all()
            warehouse.dispose()
            assert found or address != url, f"{place}: the query gives nothing"

    def python(self, code: str, place: str) -> None:
        """Run a block after those above it, and the tests that it has."""
        fresh = dict(self.namespace)
        self.namespace.setdefault("__file__", str(EXAMPLES / "page.py"))
        with chdir(self.folder), patch.object(sys, "path", [*sys.path, str(EXAMPLES)]):
            exec(compile(code, place, "exec"), self.namespace)  # noqa: S102 - our own page
            for name, value in self.namespace.items():
                if name.startswith("test_") and name not in fresh:
                    value()


class World:
    """The vendors of all pages, and a hub that has read them, to be copied."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.mailchimp = MailchimpSandbox(people=60, audiences=1, now=NOW, api_key=KEY)
        self.mailchimp.start()
        list_ = MailingList(self.mailchimp.world, 0)
        list_.write(folder / "mail" / "mercop", NOW)
        (folder / "exports").mkdir()
        (folder / "exports" / "members.csv").write_text(MEMBERS, encoding="utf-8")
        audience = self.mailchimp.audiences[0].list_id
        config = CONFIG.format(key=KEY, newsletter=self.mailchimp.base_url, audience=audience)
        (folder / "plugins.toml").touch(mode=0o600)
        (folder / "plugins.toml").write_text(config, encoding="utf-8")
        with chdir(folder):
            for command in ("sync", "run"):
                assert cli.run([command]) == 0

    def close(self) -> None:
        """Stop the vendors."""
        self.mailchimp.stop()


def _empty(world: World, desk: Desk) -> None:
    """A folder with nothing in it, for pages that make a hub themselves."""
    for each in list(desk.folder.iterdir()):
        shutil.rmtree(each) if each.is_dir() else each.unlink()


def _readme(world: World, desk: Desk) -> None:
    """The vendor of the page is the invented one, and the archive is where the page has it."""
    _empty(world, desk)
    shutil.copytree(world.folder / "mail", desk.folder / "my-hub" / "mail")
    env = 'api_key = { env = "MAILCHIMP_KEY" }'
    desk.names[env] = f'{env}, base_url = "{world.mailchimp.base_url}"'
    desk.names["a1b2c3d4e5"] = world.mailchimp.audiences[0].list_id


def _sandbox(world: World, desk: Desk) -> None:
    """Free ports, and fewer people."""
    for port in ("8399", "8400", "8401", "8403", "8404"):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            desk.names[port] = str(free.getsockname()[1])
    desk.names["--people 400"] = "--people 40"


def _connector(world: World, desk: Desk) -> None:
    """The example beside plugins.toml, and its forum on this machine."""
    shutil.copy(EXAMPLES / "agora.py", desk.folder)
    forum = Forum()
    del forum.members[40:]
    settings = f'url = "{forum.url}/", group = "mercop", token = "{TOKEN}"'
    (desk.folder / "plugins.toml").write_text(
        '[plugins]\nmodules = ["agora"]\n[sources.forum]\nconnector = "agora"\n'
        f"settings = {{ {settings} }}\n"
    )
    (desk.folder / "cophub.db").unlink()


def _review(world: World, desk: Desk) -> None:
    """What a list server answers to REVIEW."""
    (desk.folder / "review.txt").write_text("amina@health.example Amina Diallo\n")


def _copy(world: World, desk: Desk) -> None:
    """A copy of the name that the page restores."""
    desk.terminal.run("cophub db backup --to backups/cophub-20260301T093000Z.db")


def _organizations(world: World, desk: Desk) -> None:
    """Organisations of the keys that the page speaks of."""
    for name, key in (("Acme", "acme"), ("WHO", "who"), ("WHO EMRO", "who-emro")):
        desk.terminal.run(f"cophub organizations alias '{name}' {key} --title '{name}'")


ACCOUNTS = {
    "list": "1,Ola Berg,ola@berg.example,\\n",
    "lists": "1042,Amina Diallo,amina@who-cares.example,WHO Cares\n"
    + "".join(f"{n},{n} Strand,{n}@post.example,\n" for n in ("bo", "chi", "dina", "emil")),
    "yammer": "77,Amina Diallo,amina@who-cares.example,\n99,Amina Diallo-Sow,amina@sow.example,\n",
    "gotomeeting": 'diallo-amina,"Diallo, Amina (FHI 360)",amina@who-cares.example,FHI 360\n',
}


def _people(world: World, desk: Desk) -> None:
    """One person with three accounts, another who may be the same, and three decisions so far."""
    _empty(world, desk)
    config = '[hub]\ntimezone = "Europe/Geneva"\n'
    for source, rows in ACCOUNTS.items():
        (desk.folder / f"{source}.csv").write_text("id,name,mail,org\n" + rows, encoding="utf-8")
        columns = 'key = "id", name = "name", email = "mail", organization = "org"'
        config += f'[sources.{source}]\nconnector = "files"\n[sources.{source}.settings]\n'
        config += f'path = "{source}.csv"\nrecord = "account"\ncolumns = {{ {columns} }}\n'
    (desk.folder / "plugins.toml").write_text(config, encoding="utf-8")
    _, said = desk.terminal.run("cophub run --log-level error && cophub people list")
    one, other = re.findall(r"^  (\w{8})  Amina", said, re.MULTILINE)
    desk.names |= {"4f2a91c0": one, "b81e22d7": other}
    for name in ("chi", "dina", "emil"):
        desk.terminal.run(f"cophub people merge lists:bo lists:{name}")
    desk.names |= {"undo 12-17": "undo 2-3", "undo 12": "undo 1"}
    desk.names["amina@health.example"] = "amina@who-cares.example"
    renamed = config.replace("[sources.list]", "[sources.forum]")
    renamed = renamed.replace("[sources.list.settings]", "[sources.forum.settings]")
    (desk.folder / "plugins.toml").write_text(renamed, encoding="utf-8")


def _stranger(world: World, desk: Desk) -> None:
    """Nothing but what is installed, and an environment to install a package into."""
    desk.terminal = Stranger(desk.folder.parent)


def _source(world: World, desk: Desk) -> None:
    desk.names["SOURCE"] = "newsletter"


PREPARED: dict[str, Callable[[World, Desk], None]] = {
    "README.md": _readme,
    "docs/first-connector.md": _stranger,
    "docs/first-hub.md": _empty,
    "docs/connectors/mailarchive.md": _review,
    "docs/operation.md": _copy,
    "docs/organizations.md": _organizations,
    "docs/people.md": _people,
    "docs/repair.md": _source,
    "docs/sandbox.md": _sandbox,
    "docs/writing-a-connector.md": _connector,
}
"""What a page needs besides the hub that all have."""
