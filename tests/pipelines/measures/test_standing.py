"""Figures that are still so are left as they stand, and readers see one whole version."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text

from cophub.warehouse import Warehouse, tables
from tests.pipelines.measures.histories import FIGURES, History

OLD = "2024Q3"


@pytest.fixture
def history(warehouse: Warehouse) -> Iterator[History]:
    """A hub whose figures are made; an old quarter says by its notes whether it is touched."""
    made = History(warehouse)
    made.refresh()
    change(made, f"UPDATE measure SET note = 'as it stood' WHERE quarter = '{OLD}'")
    change(made, "UPDATE measure_month SET people = 77 WHERE month = '2024-08'")
    yield made


def change(history: History, sql: str) -> None:
    with history.warehouse.begin() as connection:
        connection.execute(text(sql))


def rows(history: History, table: str = "measure") -> list[Any]:
    with history.warehouse.connect() as connection:
        return list(connection.execute(select(tables.metadata.tables[table])))


def versions(history: History) -> set[int]:
    return {row.version for table in FIGURES for row in rows(history, table)}


def is_as_it_stood(history: History) -> bool:
    notes = {row.note for row in rows(history) if row.quarter == OLD}
    people = {r.people for r in rows(history, "measure_month") if r.month == "2024-08"}
    assert (notes == {"as it stood"}) == (people == {77})
    return notes == {"as it stood"}


def test_only_the_quarter_that_changed_is_written(history: History) -> None:
    before = versions(history)
    history.step("hours", 1)
    history.step("days", 1)
    history.refresh()
    assert is_as_it_stood(history)
    assert versions(history) == before, "one version, which is the one that stood"
    assert len(before) == 1


def test_how_fresh_sources_are_is_told_of_what_is_left_too(history: History) -> None:
    history.now += timedelta(days=1)
    history._run("talk", history._records(1))
    history._run("calls", history._records(1))
    history.refresh()
    told = {(str(row.sources), row.observed_at) for row in rows(history) if row.sources}
    assert len(told) == len({sources for sources, _ in told}), "one instant for the same sources"
    assert max(at for _, at in told) == history.now


@pytest.mark.parametrize("lost", FIGURES[:-1])
def test_where_rows_are_missing_everything_is_written_anew(history: History, lost: str) -> None:
    (before,) = versions(history)
    change(history, f"DELETE FROM {lost}")
    history.step("days", 1)
    assert history.refresh() == history.from_nothing()
    assert min(versions(history)) > before


def test_counted_from_nothing_everything_is_written_anew(history: History) -> None:
    (before,) = versions(history)
    change(history, "DELETE FROM meta WHERE name = 'measures'")
    history.refresh()
    assert not is_as_it_stood(history)
    assert min(versions(history)) > before


def test_what_is_no_longer_told_goes(history: History) -> None:
    """A quarter of a community that has no mark any more is not left behind."""
    change(history, "DELETE FROM membership")
    history.step("days", 1)
    assert history.refresh()["measure_channel"] == history.from_nothing()["measure_channel"]
