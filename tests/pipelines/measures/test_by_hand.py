"""Figures that were counted on paper before cophub counted them: see by_hand/counted.md.

The files of `by_hand` are an organisation as it was seen three times: folder 1 in March, folder 2
in June, folder 3 in July, with what came late. `expected.csv` is what was counted.
"""

import csv
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from cophub.hub import Hub

HERE = Path(__file__).with_name("by_hand")
SEEN = (
    datetime(2026, 3, 30, 12, tzinfo=UTC),
    datetime(2026, 6, 29, 12, tzinfo=UTC),
    datetime(2026, 7, 3, 6, tzinfo=UTC),
)
ERASED = datetime(2026, 6, 30, 10, tzinfo=UTC)
QUARTERS = ("2026Q1", "2026Q2")

Figures = dict[tuple[str, str, str], float | None]


def opened(folder: Path, now: datetime) -> Hub:
    return Hub.open(folder / "plugins.toml", now=lambda: now)


def synced(folder: Path, number: int, now: datetime) -> None:
    """The files as they stood then, read by the hub as of then; nothing may be rejected."""
    shutil.copytree(HERE / str(number), folder, dirs_exist_ok=True)
    with opened(folder, now) as hub:
        wanted = [name for name in hub.config.sources if number > 1 or name.endswith("_list")]
        for result in hub.sync(wanted):
            assert result.state == "done", result
        assert list(hub.rejects()) == []


def published(folder: Path, now: datetime, *pipelines: str) -> None:
    with opened(folder, now) as hub:
        for result in hub.publish(pipelines):
            assert result.error is None, result


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def folder(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Path]:
    """The hub after everything has happened, its figures made."""
    folder = tmp_path_factory.mktemp("tamarind")
    config = (HERE / "plugins.toml").read_text(encoding="utf-8")
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres_database")()
        config = config.replace("[hub]\n", f'[hub]\nwarehouse = "{url}"\n')
    (folder / "plugins.toml").write_text(config, encoding="utf-8")
    synced(folder, 1, SEEN[0])
    published(folder, SEEN[0], "identities")
    synced(folder, 2, SEEN[1])
    published(folder, SEEN[1], "identities")
    with opened(folder, ERASED) as hub:
        hub.forget("greta@ferry.example")
    synced(folder, 3, SEEN[2])
    published(folder, SEEN[2], "measures")
    yield folder


def told(folder: Path) -> tuple[Figures, dict[tuple[str, str, str], Any]]:
    """Every figure, and the whole row behind it, by community (all: together), measure, quarter."""
    rows: dict[tuple[str, str, str], Any] = {}
    with opened(folder, SEEN[2]) as hub, hub.warehouse.connect() as connection:
        for view in ("measure_quarter", "measure_community", "measure_across"):
            for row in connection.execute(text(f"SELECT * FROM {view}")):
                rows[row.community or "all", row.measure, row.quarter] = row
    return {key: row.value for key, row in rows.items()}, rows


def expected() -> Figures:
    """What was counted on paper; None where there can be no figure."""
    with (HERE / "expected.csv").open(encoding="utf-8") as file:
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
    with opened(folder, SEEN[2]) as hub:
        found = hub.report_quarter()
        people, opens = (found.cell("seeds", each) for each in ("people", "opened_percent"))
    assert found.quarter == "2026Q2"
    assert people is not None and opens is not None
    assert (people.value, people.previous, people.difference) == (8, 7, 1)
    # The first quarter was told without proxies, the second with them.
    assert (opens.value, opens.previous) == (40, None)


def test_nothing_of_who_was_forgotten_is_left(folder: Path) -> None:
    """Though every list and sheet still names her."""
    with opened(folder, SEEN[2]) as hub, hub.warehouse.connect() as connection:
        for query in (
            "SELECT count(*) FROM account WHERE lower(email) LIKE 'greta%' OR name LIKE 'Greta%'",
            "SELECT count(*) FROM person WHERE name LIKE 'Greta%'",
            "SELECT count(*) FROM attendance WHERE account LIKE 'greta%' OR name LIKE 'Greta%'",
            "SELECT count(*) FROM post WHERE account LIKE 'greta%' OR author_name LIKE 'Greta%'",
        ):
            assert connection.scalar(text(query)) == 0, query


def test_several_accounts_are_one_person(folder: Path) -> None:
    """Asha by her address, in four sources; Kofi by a name that nobody else bears."""
    with opened(folder, SEEN[2]) as hub:
        accounts = [
            len(hub.directory.show(address)[1].accounts)
            for address in ("asha@banyan.example", "kofi.brandvold@gmail.com")
        ]
    assert accounts == [4, 3]
