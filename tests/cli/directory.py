"""A hub whose accounts a test writes down: sources that read them from files, and the pipeline."""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select

from cophub.hub import Hub
from cophub.warehouse import tables

from .conftest import Answer, Folder

ROLL = """
import json
from pathlib import Path
from pydantic import BaseModel, Field
from cophub import Account, Connector, Membership, Space, Stream, hookimpl

class Settings(BaseModel):
    base_url: str = Field("https://members.example.org", description="Where it is.")
    file: Path = Field(description="The accounts, as JSON.")

def members(ctx, since):
    yield Space(key="all", title="All", kind="list")
    for row in json.loads(ctx.settings.file.read_text()):
        yield Account(**row)
        yield Membership(space="all", account=row["key"], status="active", role="member")

@hookimpl
def cophub_connectors():
    streams = [Stream(members, snapshot_of=(Account, Membership))]
    return [Connector(name="roll", summary="A roll.", settings=Settings, streams=streams)]
"""


class Directory:
    """The sources of a hub and the people that are made of them."""

    def __init__(self, folder: Folder, module: str, call: Callable[..., Answer]) -> None:
        self.folder, self.module, self.call = folder, module, call
        self.sources: dict[str, str] = {}
        self.said: dict[str, str] = {}
        """More lines of the table of a source."""

    @property
    def path(self) -> Path:
        return self.folder.folder / "plugins.toml"

    def write(self, source: str, *accounts: dict[str, Any], file: str | None = None) -> None:
        """The accounts that a source has from now on."""
        name = file or self.sources.get(source) or f"{source}.json"
        self.sources[source] = name
        (self.folder.folder / name).write_text(json.dumps(accounts))
        self.configure()

    def configure(self) -> None:
        """A plugins.toml with these sources."""
        tables_said = "".join(
            f'[sources.{name}]\nconnector = "roll"\n'
            f'settings = {{ file = "{file}" }}\n{self.said.get(name, "")}\n'
            for name, file in self.sources.items()
        )
        spaces = ", ".join(f'"{name}:all"' for name in self.sources)
        self.folder.configure(
            f'[plugins]\nmodules = ["{self.module}"]\n'
            f'[communities.club]\ntitle = "The Club"\nspaces = [{spaces}]\n{tables_said}'
        )

    def rename(self, old: str, new: str) -> None:
        """Give a source another name in plugins.toml."""
        self.sources[new] = self.sources.pop(old)
        self.configure()

    def run(self) -> None:
        """Sync all sources, and bring people up to date."""
        answer = self.call("sync")
        assert answer.code == 0, answer.out + answer.err
        answer = self.call("run", "identities", "--no-sync")
        assert answer.code == 0, answer.out + answer.err

    def people(self) -> dict[str, str]:
        """The person of each account, as `source:account`."""
        with Hub.open(self.path) as hub, hub.warehouse.connect() as connection:
            rows = connection.execute(select(tables.person_account)).all()
        return {f"{row.source}:{row.account}": row.person for row in rows}

    def groups(self) -> set[frozenset[str]]:
        """The accounts of each person."""
        of: dict[str, set[str]] = {}
        for account, person in self.people().items():
            of.setdefault(person, set()).add(account)
        return {frozenset(accounts) for accounts in of.values()}

    def ask(self, a: str, b: str, score: float = 2.0, verdict: str = "ask") -> None:
        """Let two accounts be a question, as if the data had been in doubt."""
        with Hub.open(self.path) as hub, hub.warehouse.begin() as connection:
            e = tables.identity_evidence
            numbers = []
            for text in (a, b):
                source, _, key = text.partition(":")
                query = select(e.c.id).where(e.c.source == source, e.c.account == key)
                numbers.append(connection.execute(query).scalar_one())
            reasons = [["name_equal", score + 1, "3"], ["country_other", -1.0, ""]]
            row = dict(
                a=min(numbers), b=max(numbers), score=score, verdict=verdict, joined=False,
                reasons=reasons,
            )  # fmt: skip
            connection.execute(insert(tables.identity_edge).values(row))


def person(key: str, name: str, email: str | None = None, **more: Any) -> dict[str, Any]:
    """An account; an address is a verified one."""
    return {"key": key, "name": name, "email": email, "email_verified": email is not None, **more}


AMINA = person("1", "Amina Diallo", "amina.diallo@fhi.example", organization="FHI", country="SN")
AMINA_AGAIN = person("77", "Amina Diallo", "amina.diallo@fhi.example")
TOMASZ = person("2", "Tomasz Kowalczyk", "t.kowalczyk@zdrowie.example", country="PL")
WANJIRU = person("3", "Wanjiru Kamau", "wkamau@moh.example", country="KE")
CELESTE = person("guest-4", "Celeste")


@pytest.fixture
def directory(
    folder: Folder,
    cophub: Callable[..., Answer],
    monkeypatch: pytest.MonkeyPatch,
    resolved_once: Path,
) -> Iterator[Directory]:
    """Two sources with five accounts of four people, resolved."""
    (folder.folder / "roll.py").write_text(ROLL)
    monkeypatch.syspath_prepend(str(folder.folder))
    monkeypatch.setenv("USER", "ada")
    monkeypatch.setenv("LOGNAME", "ada")
    found = Directory(folder, "roll", cophub)
    found.write("list", AMINA, TOMASZ, WANJIRU)
    found.write("calls", AMINA_AGAIN, CELESTE)
    warehouse = folder.folder / "cophub.db"
    if resolved_once.exists():
        shutil.copy(resolved_once, warehouse)
    else:
        found.run()
        shutil.copy(warehouse, resolved_once)
    yield found
