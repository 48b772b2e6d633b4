"""The benchmark's warehouse holds what a sync would have brought, and finds the same people."""

import csv
from pathlib import Path

import pytest
from identities_parts.metrics import differing
from identities_parts.systems import hub_labels, hub_load, hub_run, memory
from identities_parts.tables import read_labels, write_population

from cophub.identities.store.index import every_account
from cophub.warehouse import Warehouse

HEADER = ("source", "account", "person", "name", "email", "email_verified", "communities", "later")
# Names of communities out of order, twice, and one in two sources.
ACCOUNTS = [
    ("lists", "1", "amina", "Amina Diallo", "amina@hilltop.example", "False", "wash\nmalaria", ""),
    ("calls", "2", "amina", "DIALLO Amina", "", "", " malaria \n\nmalaria", ""),
    ("lists", "3", "bo", "Bo Achieng", "bo@hilltop.example", "1", "", ""),
    ("lists", "4", "awa", "Awa Ba", "", "", "wash\nnutrition", "1"),
]


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "mine.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([HEADER, *ACCOUNTS])
    return path


def test_communities_become_memberships_that_read_as_they_were_told(
    table: Path, tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path / 'hub.db'}"
    for later in (False, True):
        hub_load(str(table), url, later)
    warehouse = Warehouse.open(url)
    with warehouse.connect() as connection:
        joined = connection.exec_driver_sql(
            "SELECT m.source, m.account, m.space, m.status FROM membership m JOIN account a"
            " ON a.source = m.source AND a.key = m.account AND a.run = m.run"
            " AND a.first_seen_at = m.first_seen_at AND a.changed_at = m.changed_at"
        ).fetchall()
        read = {(row[0], row[1]): row[-2] for row in every_account(connection)}
    warehouse.dispose()
    assert {tuple(row) for row in joined} == {
        ("lists", "1", "malaria", "active"),
        ("lists", "1", "wash", "active"),
        ("calls", "2", "malaria", "active"),
        ("lists", "4", "nutrition", "active"),
        ("lists", "4", "wash", "active"),
    }
    assert len(joined) == 5
    assert read == {
        ("lists", "1"): "malaria\nwash",
        ("calls", "2"): "malaria",
        ("lists", "3"): None,
        ("lists", "4"): "nutrition\nwash",
    }


@pytest.fixture
def population(tmp_path: Path) -> Path:
    """1,500 accounts of a tuning seed, and 100 more."""
    path = tmp_path / "population.csv"
    write_population(path, 7, 1500, 100)
    return path


def test_the_warehouse_finds_the_people_that_are_found_in_memory(
    population: Path, tmp_path: Path
) -> None:
    url, names = f"sqlite:///{tmp_path / 'hub.db'}", ("here", "there", "answered")
    here, there, answered = (str(tmp_path / name) for name in names)
    for hour, later in enumerate((False, True)):
        hub_load(str(population), url, later)
        hub_run(url, hour)
        both = None if later else False
        hub_labels(str(population), url, there, later=both)
        memory(str(population), here, answered, 0, 0, later=both)
        assert differing(read_labels(Path(here)), read_labels(Path(there))) == 0


def test_communities_count(population: Path, tmp_path: Path) -> None:
    """Without that column other people are found: it is read."""
    bare, labels = tmp_path / "bare.csv", [tmp_path / "with", tmp_path / "without"]
    with population.open(newline="") as whole, bare.open("w", newline="") as cut:
        told = csv.DictReader(whole)
        columns = [name for name in told.fieldnames or () if name != "communities"]
        writer = csv.DictWriter(cut, columns, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(told)
    for path, found in zip((population, bare), labels, strict=True):
        memory(str(path), str(found), "", 0, 0)
    assert differing(*map(read_labels, labels)) > 0
