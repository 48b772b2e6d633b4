"""What readers of the warehouse may rely on: the version, the columns and the kinds of each view.

`contract.toml` beside this file records them; the view `warehouse_contract` tells programs.
"""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy.types import TypeEngine

from cophub.warehouse.columns import COLUMN_TYPES, Json

RECORD = Path(__file__).with_name("contract.toml")


@dataclass(frozen=True)
class Shape:
    """One version of a view or table that readers rely on."""

    name: str
    version: str
    """Major, minor, patch: with another major number a reader may break."""
    changed_in: str
    """The version of cophub that has it first."""
    readers: str
    """all; or facilitators, where rows are about single people or tell their words."""
    columns: dict[str, str]
    """Each column with its kind: text, instant, day, count, number, flag or json."""


@cache
def history() -> dict[str, tuple[Shape, ...]]:
    """Every version there ever was of each view and table that readers rely on, oldest first."""
    read = tomllib.loads(RECORD.read_text(encoding="utf-8"))
    return {
        name: tuple(
            Shape(name, version, each["changed_in"], entry["readers"], _columns(each["columns"]))
            for version, each in entry["versions"].items()
        )
        for name, entry in read.items()
    }


def current() -> dict[str, Shape]:
    """The version of each that this cophub makes."""
    return {name: versions[-1] for name, versions in history().items()}


KINDS: dict[str, TypeEngine[Any]] = {
    **{kind: COLUMN_TYPES[kind] for kind in ("text", "instant", "day", "count", "number", "flag")},
    "json": Json(),
}
"""How a column of each kind is read, on SQLite too, where a view has no types of its own."""


def contract_query() -> str:
    """The SELECT behind the view `warehouse_contract`."""
    return "\nUNION ALL ".join(
        f"SELECT '{one.name}' AS name, '{one.version}' AS version,"
        f" '{one.changed_in}' AS changed_in, '{one.readers}' AS readers"
        for one in current().values()
    )


def _columns(written: list[str]) -> dict[str, str]:
    return dict(column.split() for column in written)
