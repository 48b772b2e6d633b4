"""A page: the figures of one community that are shown together, quarter by quarter.

What a page tells of a quarter is made of one record, in which everything stands that it rests on:
where neither this record nor that of the quarter before has changed, no figure has.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

import msgspec

from cophub.pipelines.measures.calendar import Calendar
from cophub.pipelines.measures.scopes import Scope
from cophub.pipelines.measures.tallies import Coverage
from cophub.warehouse.definitions import SMALL

RUNNING = "the quarter is not over: as of now"
"""The note of a figure that may still change by itself."""

Origin = tuple[list[str], datetime | None]
"""Names of sources, and how fresh the least fresh of them is."""

_T = TypeVar("_T", bound=msgspec.Struct)


class Figure(msgspec.Struct, frozen=True, gc=False):
    """One cell of the quarter table before it is compared with the quarter before."""

    value: float | None = None
    absent: str | None = None
    note: str | None = None
    people: int | None = None
    """About how many people it tells; None: about none."""
    basis: str = ""
    """What it rests on; figures with different bases are not compared."""

    @property
    def is_small(self) -> bool:
        return self.value is not None and self.people is not None and 0 < self.people < SMALL


@dataclass
class Row:
    """One row of the table `measure`, without its version."""

    # Not frozen, which takes three times as long: there are hundreds of thousands.

    community: str
    quarter: str
    measure: str
    value: float | None
    previous: float | None
    difference: float | None
    percent: float | None
    absent: str | None
    note: str | None
    small: bool
    sources: list[str]
    observed_at: datetime | None


def absent(reason: str) -> Figure:
    return Figure(absent=reason)


_NOTHING = Figure()


@dataclass(frozen=True)
class Page(Generic[_T]):
    """The figures of one community that are shown together."""

    calendar: Calendar
    scope: Scope
    origins: dict[str, Origin]
    """Of each measure."""
    records: list[_T]
    """Of each quarter, from that of the first fact."""
    figures: Callable[[_T], dict[str, Figure]]
    """What a record tells, by measure; it knows nothing else, but the quarter's name."""

    @property
    def first(self) -> int:
        """The number of the first quarter."""
        return len(self.calendar.quarters) - len(self.records)

    def rows(self, q: int) -> Iterator[Row]:
        """A row for each measure of a quarter."""
        place = q - self.first
        before = self.figures(self.records[place - 1]) if place else {}
        return self._rows(q, self.figures(self.records[place]), before)

    def all_rows(self) -> Iterator[Row]:
        """A row for each measure and each quarter."""
        before: dict[str, Figure] = {}
        for q, record in enumerate(self.records, self.first):
            figures = self.figures(record)
            yield from self._rows(q, figures, before)
            before = figures

    def _rows(self, q: int, figures: dict[str, Figure], before: dict[str, Figure]) -> Iterator[Row]:
        quarter = self.calendar.quarters[q].name
        running = q == self.calendar.running
        for name, origin in self.origins.items():
            place = (self.scope.community, quarter, name)
            yield _row(place, figures[name], before.get(name, _NOTHING), running, origin)

    def marks(self) -> Iterator[tuple[int, bytes]]:
        """Of each quarter, by number: all that its rows rest on, but for how fresh sources are."""
        about = msgspec.msgpack.encode([[*self.origins], [its for its, _ in self.origins.values()]])
        before = b""
        for q, record in enumerate(self.records, self.first):
            here = msgspec.msgpack.encode((q == self.calendar.running, record))
            yield q, about + before + here
            before = here


def _row(
    place: tuple[str, str, str], figure: Figure, previous: Figure, running: bool, origin: Origin
) -> Row:
    value, before = figure.value, previous.value
    if value is None:
        return Row(*place, None, None, None, None, figure.absent, figure.note, False, *origin)
    note = figure.note
    if running:
        note = f"{note}; {RUNNING}" if note else RUNNING
    compared: tuple[float | None, float | None, float | None] = (None, None, None)
    if before is not None:
        if figure.basis == previous.basis:
            difference = value - before
            compared = (before, difference, 100 * difference / before if before else None)
        else:
            apart = "not compared: the quarter before was counted the other way"
            note = f"{note}; {apart}" if note else apart
    return Row(*place, value, *compared, figure.absent, note, figure.is_small, *origin)


@dataclass(frozen=True)
class Gap:
    """Until when nothing is known about a thing."""

    first: int | None
    """The first quarter that is known; None: none is."""
    reason: str

    def at(self, q: int) -> str | None:
        """Why nothing is known about it in a quarter; None: something is."""
        return self.reason if self.first is None or q < self.first else None


def gap(calendar: Calendar, scope: Scope, sources: Sequence[Coverage], what: str) -> Gap:
    """Since when any of these tells about a thing, such as "posts"."""
    known = [first for one in sources if (first := one.first(scope.community)) is not None]
    if not known:
        return Gap(None, f"no source of {what} serves {scope.words}")
    first = min(known)
    return Gap(first, f"{what} are known from {calendar.quarters[first].name} on")


AnyPage = Page[Any]

__all__ = ["RUNNING", "AnyPage", "Figure", "Gap", "Origin", "Page", "Row", "absent", "gap"]
