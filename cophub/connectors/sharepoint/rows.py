"""Rows of lists, the same whether SharePoint's REST API or Microsoft Graph gave them, and what a
stream says about the lists that it follows.

A stream calls `follow_lists` with a function that gives a `Plan` for each list it wants. The first
read goes by id, page by page, and goes on where it was cut off. Later runs ask what changed: the
change log of each site, or the delta of each list.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from cophub import Context, Gone, Item, Record
from cophub.connectors.sharepoint.settings import Settings
from cophub.connectors.sharepoint.sites import ListRef, SiteRef

__all__ = [
    "Endings", "FileRef", "ListRef", "PersonRef", "Plan", "Row", "SiteRef", "follow_lists", "keyed",
]  # fmt: skip


@dataclass(frozen=True)
class PersonRef:
    """A person as a row names one; `Directory.account` tells whose account it is."""

    id: int | None = None
    """User id within the site collection."""
    aad: str | None = None
    """Object id in the tenant's directory."""
    login: str | None = None
    email: str | None = None
    name: str | None = None


@dataclass(frozen=True)
class FileRef:
    """The file of a row of a library."""

    unique_id: str | None
    name: str
    path: str
    """Server-relative, decoded: `/sites/mer/Shared Documents/Folder/Note.docx`."""
    size: int | None
    """Bytes."""
    version: str | None
    title: str | None


@dataclass(frozen=True)
class Row:
    """One item of a list."""

    list: ListRef
    id: int
    guid: str | None
    """Lower-case; None where Microsoft Graph does not tell."""
    title: str | None
    created: datetime | None
    modified: datetime | None
    author: PersonRef | None
    editor: PersonRef | None
    folder: bool
    content_type: str
    """Id of its content type: `0x0101...` a document, `0x012002...` a discussion."""
    url: str | None
    path: str | None
    """Server-relative path, decoded."""
    file: FileRef | None = None
    fields: dict[str, Any] = field(default_factory=dict)
    """By internal column name (`Start_x0020_Date`, `_UIVersionString`); what the plan asked for,
    null where the vendor left it out."""
    persons: dict[str, tuple[PersonRef, ...]] = field(default_factory=dict)
    """Person columns of the plan, by internal name."""
    touched: bool = False
    """Whether it comes because it was edited: what it was before may have been another record."""

    @property
    def key(self) -> str:
        """`LISTID:ITEMID`: the one key that a deleted item's change still tells."""
        return f"{self.list.id}:{self.id}"


@dataclass(frozen=True)
class Plan:
    """What a stream wants of one list."""

    parse: Callable[[Row], Iterable[Item]]
    """The records of one row; what it cannot parse becomes a Reject."""
    gone: Callable[[int], Iterable[Gone]]
    """What a deleted item takes with it, by its id."""
    all_but: Callable[[list[int]], Iterable[Gone]]
    """What ends when the list was read anew and has these ids only; all of it, for none."""
    fields: tuple[str, ...] = ()
    """Internal names of more columns; `("*",)` for all of them (dearer)."""
    people: tuple[str, ...] = ()
    """Internal names of person columns."""
    lookups: tuple[str, ...] = ()
    """Internal names of columns that show another list's titles; no more than ten. Microsoft Graph
    gives ids only, so that they are null there."""
    files: bool = False
    """Whether rows come with their file."""
    nested: bool = False
    """Whether rows are read again when a folder above them moves or is renamed."""
    version: str = ""
    """When it changes, such as with the settings, the list is read anew."""


class Endings(NamedTuple):
    """How records end: `Plan(parse=..., gone=ends.gone, all_but=ends.all_but)`."""

    gone: Callable[[int], Iterable[Gone]]
    all_but: Callable[[list[int]], Iterable[Gone]]


def keyed(record: type[Record], of: ListRef) -> Endings:
    """`gone` and `all_but` of a Plan whose records of this type have `Row.key` as their key."""

    def gone(item: int) -> Iterator[Gone]:
        yield Gone(record=record, where={"key": f"{of.id}:{item}"})

    def all_but(items: list[int]) -> Iterator[Gone]:
        kept = tuple(f"{of.id}:{item}" for item in items)
        yield Gone(record=record, prefix=f"{of.id}:", but=kept)

    return Endings(gone, all_but)


def follow_lists(
    ctx: Context[Settings], since: str | None, plan: Callable[[ListRef], Plan | None]
) -> Iterator[Item]:
    """The items of every list that `plan` gives a Plan for, then of what changed; checkpoints.

    `since` is a cursor of this function, or None to read everything. A site whose change token has
    expired is read anew by itself, and what is gone there is ended. `Plan.all_but` is also called
    for a list that is deleted or no longer planned, with no ids; and whenever a list was read
    whole in one go. A row may come twice. What goes wrong at one site is raised when the others
    are read.
    """
    from cophub.connectors.sharepoint.following import follow

    return follow(ctx, since, plan)
