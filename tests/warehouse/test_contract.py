"""What readers rely on: no column of a view goes away, or changes, without a new version of it.

`contract.toml` in cophub/warehouse is the record. These tests say what to do when they fail.
"""

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import inspect, text

from cophub import __version__
from cophub.warehouse import Warehouse, tables
from cophub.warehouse.contract import KINDS, Shape, current, history
from cophub.warehouse.views import VIEWS

CHANGELOG = Path(__file__).resolve().parents[2] / "CHANGELOG.md"
VIEW_NAMES = {view.name for view in VIEWS}

POSTGRESQL = {
    "text": "text", "timestamp with time zone": "instant", "date": "day", "integer": "count",
    "bigint": "count", "numeric": "count", "double precision": "number", "boolean": "flag",
    "jsonb": "json",
}  # fmt: skip
"""What a column of each of PostgreSQL's types holds; it adds up whole numbers as `numeric`."""


def differences(shape: Shape, found: dict[str, str | None]) -> list[str]:
    """What is not as recorded, each with what to do; a kind that is None cannot be told."""
    name = shape.name
    do = "and write it into contract.toml and CHANGELOG.md"
    said = []
    for column, kind in shape.columns.items():
        if column not in found:
            said.append(f"column {column} of {name} is gone: raise its first number {do}")
        elif found[column] not in (kind, None):
            was = f"column {column} of {name} was {kind} and is {found[column]}"
            said.append(f"{was}: raise its first number {do}")
    new = [column for column in found if column not in shape.columns]
    said += [f"column {column} of {name} is new: raise its second number {do}" for column in new]
    if not said and list(found) != list(shape.columns):
        said.append(f"the columns of {name} stand in another order: keep it, new ones at the end")
    return said


def step(before: Shape, after: Shape) -> str:
    """Which number must go up from one version to the next: major, minor or patch."""
    if any(after.columns.get(column) != kind for column, kind in before.columns.items()):
        return "major"
    return "minor" if len(after.columns) > len(before.columns) else "patch"


def numbers(version: str) -> tuple[int, int, int]:
    major, minor, patch = (int(part) for part in version.split("."))
    return major, minor, patch


def columns_of(warehouse: Warehouse, name: str) -> dict[str, str | None]:
    """Each column with the kind that the database says it is of; SQLite's views say none."""
    with warehouse.connect() as connection:
        if warehouse.dialect == "postgresql":
            asked = text(
                "SELECT column_name, data_type FROM information_schema.columns"
                " WHERE table_name = :name ORDER BY ordinal_position"
            )
            return {c: POSTGRESQL.get(t, t) for c, t in connection.execute(asked, {"name": name})}
        return {column["name"]: None for column in inspect(connection).get_columns(name)}


def test_each_view_is_as_it_was_recorded(warehouse: Warehouse) -> None:
    said = [
        one
        for name, shape in current().items()
        for one in differences(shape, columns_of(warehouse, name))
    ]
    assert not said, "\n".join(said)


def test_every_view_is_in_the_contract() -> None:
    assert set(current()) >= VIEW_NAMES, "write the new view into cophub/warehouse/contract.toml"
    assert set(current()) - VIEW_NAMES <= set(tables.metadata.tables)


def test_kinds_are_known_and_views_hold_the_columns_that_they_explain() -> None:
    for shape in current().values():
        assert set(shape.columns.values()) <= set(KINDS)
    for view in VIEWS:
        assert list(view.columns) == list(current()[view.name].columns)


def test_a_version_goes_up_as_far_as_what_changed() -> None:
    """A column that is gone or another makes a new first number, a new column a second."""
    for versions in history().values():
        for before, after in pairwise(versions):
            place = ("major", "minor", "patch").index(step(before, after))
            old, new = numbers(before.version), numbers(after.version)
            assert new[: place + 1] > old[: place + 1], f"{after.name} {after.version}"


def test_each_change_is_in_the_changelog_and_belongs_to_a_version_of_cophub() -> None:
    written = CHANGELOG.read_text(encoding="utf-8")
    for versions in history().values():
        for shape in versions[1:]:
            said = f"`{shape.name}` {shape.version}"
            assert said in written, f"say in CHANGELOG.md what changed in {said}"
        for shape in versions:
            assert numbers(shape.changed_in) <= numbers(__version__)


def test_programs_read_the_versions_in_the_warehouse(warehouse: Warehouse) -> None:
    with warehouse.connect() as connection:
        found = connection.execute(text("SELECT * FROM warehouse_contract ORDER BY name")).all()
    told = [(one.name, one.version, one.changed_in, one.readers) for one in found]
    assert told == sorted((s.name, s.version, s.changed_in, s.readers) for s in current().values())


def test_what_is_about_single_people_is_for_facilitators() -> None:
    """Whatever has an id of a person, or an address, is not for all."""
    for shape in current().values():
        named = {"person", "account", "email"} & set(shape.columns)
        assert shape.readers == ("facilitators" if named else shape.readers), shape.name
        assert shape.readers in ("all", "facilitators")


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ({"a": "text", "b": "count"}, []),
        ({"a": "text"}, ["column b of v is gone: raise its first number"]),
        ({"a": "text", "b": "text"}, ["column b of v was count and is text: raise its first"]),
        ({"a": "text", "b": "count", "c": "text"}, ["column c of v is new: raise its second"]),
        ({"b": "count", "a": "text"}, ["the columns of v stand in another order"]),
        ({"a": "text", "x": "count"}, ["column b of v is gone", "column x of v is new"]),
    ],
)
def test_what_differs_is_told_with_what_to_do(found: dict[str, Any], said: list[str]) -> None:
    shape = Shape("v", "1.0.0", "0.1.0", "all", {"a": "text", "b": "count"})
    told = differences(shape, found)
    assert len(told) == len(said)
    assert all(one.startswith(start) for one, start in zip(told, said, strict=True))
    assert all("CHANGELOG.md" in one for one in told if "number" in one)
