"""What stands from the last refresh, read while the first connection finds out what has changed."""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection

from cophub.pipelines.measures import heads, kept
from cophub.pipelines.measures.calendar import Calendar
from cophub.pipelines.measures.heads import Headcounts
from cophub.pipelines.measures.kept import Cells
from cophub.pipelines.measures.sample import kept_sample
from cophub.pipelines.measures.standing import version_of
from cophub.pipelines.measures.state import Counted


@dataclass(frozen=True)
class Before:
    """Nothing where there was no refresh, or by other definitions."""

    heads: Headcounts = field(default_factory=dict)
    cells: dict[int, Cells] = field(default_factory=dict)
    """What was counted of each quarter, by number."""
    version: int | None = None
    """Of all figures, where they are those that were written."""
    brokers: list[tuple[Any, ...]] = field(default_factory=list)
    """The rows of a sample."""


def read(connection: Connection, calendar: Calendar, state: Counted | None) -> Before:
    """All of it; `state` is that after the last refresh."""
    if state is None:
        return Before()
    return Before(
        heads.read(connection),
        kept.read(connection, calendar),
        version_of(connection, state.written),
        kept_sample(connection),
    )


__all__ = ["Before", "read"]
