"""A facilitator's week as plain values, which the pages, the mail and the JSON are made of."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

VERSION = 1
"""Of the JSON: goes up when a field changes its meaning or goes away, not when one is added."""

Figure = float | int | str | bool | None


@dataclass(frozen=True)
class Item:
    """One thing to do or to know: who or what, why it is here, and where it comes from."""

    title: str
    why: str
    url: str | None = None
    at: datetime | None = None
    """The instant it is about, in UTC: when somebody joined or asked, when an event starts."""
    where: str = ""
    """Title of the space."""
    secret: bool = False
    """Whether it comes from a secret space; then it is in no mail."""
    person: str | None = None
    """Id of the person, of items about one."""
    figures: Mapping[str, Figure] = field(default_factory=dict)
    """What the reason was computed from, by name."""


@dataclass(frozen=True)
class Section:
    """Items of one kind, the most pressing first, and what is said where there are none."""

    name: str
    title: str
    definition: str
    empty: str
    items: tuple[Item, ...] = ()
    more: int = 0
    """How many are left out of `items`."""
    note: str = ""
    """What a reader must know about all of them."""


@dataclass(frozen=True)
class Brief:
    """The brief of one community for one week."""

    version: int
    community: str
    title: str
    week: str
    """ISO week, as 2026-W47."""
    as_of: datetime
    """What happened later is not in it; in UTC."""
    timezone: str
    members: int
    sections: tuple[Section, ...]
    language: str = "en"

    def section(self, name: str) -> Section:
        """The section called `name`."""
        return next(section for section in self.sections if section.name == name)

    @property
    def count(self) -> int:
        """How many items there are that somebody could act upon."""
        return sum(len(part.items) + part.more for part in self.sections if part.name in _ACTS)


_ACTS = ("welcome", "questions", "thank", "quiet")

__all__ = ["VERSION", "Brief", "Item", "Section"]
