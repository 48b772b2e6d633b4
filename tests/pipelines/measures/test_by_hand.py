"""Figures that were counted on paper before cophub counted them: see by_hand/counted.md.

`by_hand/expected.csv` is what was counted.
"""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from tests.tamarind import FILES, live, opened

QUARTERS = ("2026Q1", "2026Q2")

Figures = dict[tuple[str, str, str], float | None]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def folder(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Path]:
    """The hub after everything has happened, its figures made."""
    folder = tmp_path_factory.mktemp("tamarind")
    postgresql = request.param == "postgresql"
    live(folder, request.getfixturevalue("postgres_database")() if postgresql else None)
    yield folder


def told(folder: Path) -> tuple[Figures, dict[tuple[str, str, str], Any]]:
    """Every figure, and the whole row behind it, by community (all: together), measure, quarter."""
    rows: dict[tuple[str, str, str], Any] = {}
    with opened(folder) as hub, hub.warehouse.connect() as connection:
        for view in ("measure_quarter", "measure_community", "measure_across"):
            for row in connection.execute(text(f"SELECT * FROM {view}")):
                rows[row.community or "all", row.measure, row.quarter] = row
    return {key: row.value for key, row in rows.items()}, rows


def expected(name: str = "expected.csv") -> Figures:
    """What was counted on paper; None where there can be no figure."""
    with (FILES / name).open(encoding="utf-8") as file:
        return {
            (row["community"], row["measure"], quarter): (
                None if row[quarter] == "-" else float(row[quarter])
            )
            for row in csv.DictReader(file)
            for quarter in QUARTERS
        }


def test_every_figure_is_as_counted_on_paper(folder: Path) -> None:
    figures, rows = told(folder)
    wrong = {}
    for key, counted in expected().items():
        value = figures.get(key)
        if counted is None:
            assert value is not None or key not in rows or rows[key].absent, key
        same = value == counted if None in (value, counted) else abs(value - counted) < 0.005
        if not same:
            wrong[key] = (counted, value, rows[key].absent if key in rows else "no row")
    assert not wrong, "\n".join(f"{key}: counted, told: {both}" for key, both in wrong.items())


def test_the_report_tells_the_change_and_compares_what_can_be_compared(folder: Path) -> None:
    with opened(folder) as hub:
        found = hub.report_quarter()
        people, opens = (found.cell("seeds", each) for each in ("people", "opened_percent"))
    assert found.quarter == "2026Q2"
    assert people is not None and opens is not None
    assert (people.value, people.previous, people.difference) == (8, 7, 1)
    # The first quarter was told without proxies, the second with them.
    assert (opens.value, opens.previous) == (40, None)


def test_nothing_of_who_was_forgotten_is_left(folder: Path) -> None:
    """Though every list and sheet still names her."""
    with opened(folder) as hub, hub.warehouse.connect() as connection:
        for query in (
            "SELECT count(*) FROM account WHERE lower(email) LIKE 'greta%' OR name LIKE 'Greta%'",
            "SELECT count(*) FROM person WHERE name LIKE 'Greta%'",
            "SELECT count(*) FROM attendance WHERE account LIKE 'greta%' OR name LIKE 'Greta%'",
            "SELECT count(*) FROM post WHERE account LIKE 'greta%' OR author_name LIKE 'Greta%'",
        ):
            assert connection.scalar(text(query)) == 0, query


def test_several_accounts_are_one_person(folder: Path) -> None:
    """Asha by her address, in four sources; Kofi by a name that nobody else bears."""
    with opened(folder) as hub:
        accounts = [
            len(hub.directory.show(address)[1].accounts)
            for address in ("asha@banyan.example", "kofi.brandvold@gmail.com")
        ]
    assert accounts == [4, 3]


@pytest.mark.parametrize("quarter", QUARTERS)
def test_a_past_day_is_told_as_counted_on_paper(folder: Path, quarter: str) -> None:
    """What came late is in no figure of that day, and who was forgotten since is not either."""
    with opened(folder) as hub:
        found = hub.report_quarter(quarter, "2026-06-29")
    wrong = {}
    for (community, measure, of), counted in expected("expected_29_june.csv").items():
        cell = found.cell("" if community == "all" else community, measure)
        told = cell.value if cell else None
        if of == quarter and (told is None or counted is None or abs(told - counted) > 0.005):
            wrong[community, measure] = (counted, told, cell and cell.absent)
    assert not wrong, wrong
