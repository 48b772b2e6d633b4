"""A real Mailman core and a real HyperKitty for the tests of the connector, and ways to ask."""

import json
import random
import shutil
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from cophub import Context
from cophub.connectors import mailman
from tests.connectors.mailman.between import Between
from tests.connectors.mailman.realarchive import RealArchive
from tests.connectors.mailman.realcore import PASSWORD, USER, RealCore
from tests.connectors.programs import environment

# SQLAlchemy 2.1 breaks Mailman 3.3.10, and HyperKitty 1.3.12 is made for Django 4.2.
REQUIREMENTS = (
    "mailman==3.3.10",
    "SQLAlchemy>=2.0,<2.1",
    "hyperkitty==1.3.12",
    "mailman-web==0.0.9",
    "Django>=4.2,<4.3",
)
BIG = ("cop", "news", "afrique")
"""The lists that every test finds there, with 200 people on them all in all."""

_GIVEN = "Amina Bo Chidi Danièle Efua Farid Grace Hélène Ibrahim José Kofi Léa Mónica Ngozi Omar"
_FAMILY = "Diallo Okafor Mbeki Nguyễn Traoré Sánchez Keïta Achieng Haddad Mensah"


def people(count: int = 200) -> list[list[str]]:
    """Invented people as [address, name, when the address was registered]."""
    dice = random.Random(1)
    found = []
    for number in range(count):
        given, family = dice.choice(_GIVEN.split()), dice.choice(_FAMILY.split())
        day = date(2018 + number % 8, 1 + number % 12, 1 + number % 28)
        name = "" if number % 10 == 9 else f"{given} {family}"
        found.append([f"p{number:03}@example.net", name, f"{day}T09:30:00"])
    return found


def plan() -> dict[str, list[list[str]]]:
    """Who is on which of the big lists: everybody on one, every fifth on two."""
    lists: dict[str, list[list[str]]] = {name: [] for name in BIG}
    for number, person in enumerate(people()):
        lists[BIG[number % 3]].append(person)
        if number % 5 == 0:
            lists[BIG[(number + 1) % 3]].append(person)
    return lists


@pytest.fixture(scope="session")
def programs() -> Path:
    """The programs of the installed Mailman and HyperKitty."""
    return environment("mailman", *REQUIREMENTS) / "bin"


@pytest.fixture(scope="session")
def shared_core(programs: Path) -> Iterator[RealCore]:
    """A running Mailman core with 200 people on three lists."""
    folder = Path(tempfile.mkdtemp(prefix="cophub-mailman-"))
    core = RealCore(programs, folder)
    try:
        core.seed(json.dumps(plan()))
        core.start()
        yield core
    finally:
        core.stop()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def core(shared_core: RealCore) -> Iterator[RealCore]:
    """The same; lists that a test makes are deleted with it."""
    before = {one["list_id"] for one in shared_core.get("lists")["entries"]}
    yield shared_core
    for one in shared_core.get("lists").get("entries", []):
        if one["list_id"] not in before:
            shared_core.drop_list(one["list_id"])


@pytest.fixture
def between(core: RealCore) -> Iterator[Between]:
    """A server before Mailman core, which counts and can fail."""
    server = Between(core.base_url)
    yield server
    server.close()


@pytest.fixture(scope="session")
def shared_archive(programs: Path) -> Iterator[RealArchive]:
    """A running HyperKitty without any mail."""
    folder = Path(tempfile.mkdtemp(prefix="cophub-hyperkitty-"))
    archive = RealArchive(programs, folder)
    try:
        archive.prepare()
        archive.start()
        yield archive
    finally:
        archive.stop()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def before_archive(shared_archive: RealArchive) -> Iterator[Between]:
    """A server before HyperKitty, which counts and can fail."""
    server = Between(shared_archive.url.removesuffix("/archives"))
    yield server
    server.close()


@pytest.fixture
def ask(context: Callable[..., Context[Any]]) -> Callable[..., Context[Any]]:
    """`ask(server, **settings)`: a context for a Mailman core; waits take no time."""

    def make(server: Any = None, now: datetime | None = None, **settings: Any) -> Context[Any]:
        given = dict(settings)
        if server is not None:
            given = {"base_url": server.base_url, "user": USER, "password": PASSWORD} | given
        return context(
            mailman.Settings(**given),
            now=now or datetime.now(UTC),
            limits=mailman.LIMITS,
            sleep=lambda seconds: None,
        )

    return make
