"""What the settings say of a list, and records from the rows of such a list."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from cophub import Account, Context, Document, Event, Gone, Item, Json, Membership, Post
from cophub.connectors.mapping.fields import FIELDS, PERSON
from cophub.connectors.mapping.records import membership_of
from cophub.connectors.mapping.values import as_count
from cophub.connectors.mapping.words import flag_of
from cophub.connectors.sharepoint.canvas import markup_text
from cophub.connectors.sharepoint.columns import Column
from cophub.connectors.sharepoint.directory import Directory
from cophub.connectors.sharepoint.people import extra_of
from cophub.connectors.sharepoint.rows import ListRef, PersonRef, Row
from cophub.connectors.sharepoint.settings import COLUMNS, ListMapping, Settings
from cophub.connectors.sharepoint.zones import instant
from cophub.records import Key

ABOUT_PEOPLE = (*(field for field in PERSON if field != "email"), "created_at")
KINDS = {field: kind for record in COLUMNS for field, kind in FIELDS[record].items()}
"""What kind of value each field of a mapped list wants."""
_TAGS = re.compile(r"<[a-zA-Z/][^>]*>")


def mapping_of(ctx: Context[Settings], of: ListRef) -> ListMapping | None:
    """What the settings say of a list, which they name by its title."""
    title = of.title.strip().casefold()
    found = (one for name, one in ctx.settings.lists.items() if name.strip().casefold() == title)
    return next(found, None)


def space_key(of: ListRef, mapping: ListMapping) -> str:
    """The space of a list's rows: a list of members is one by itself, all else is the site's."""
    if mapping.space:
        return mapping.space
    return of.id if mapping.record == "membership" else of.site.key


class Cells:
    """The values of one row by the fields of its mapping."""

    def __init__(self, ctx: Context[Settings], row: Row, columns: Mapping[str, Column]) -> None:
        self._ctx, self._row, self._columns = ctx, row, columns
        self.directory = Directory.of(ctx, row.list.site)

    def __contains__(self, field: str) -> bool:
        return field in self._columns

    def person(self, field: str) -> PersonRef | None:
        """The first person of a person column."""
        if field not in self._columns:
            return None
        return next(iter(self._row.persons.get(self._columns[field].name, ())), None)

    def value(self, field: str) -> Any:
        """A field as its record wants it; None for an empty cell. ValueError for a wrong one."""
        column = self._columns[field]
        if column.person:
            who = self.person(field)
            return (who.name or self.directory.account(who)) if who else None
        value = plain(self._row.fields.get(column.name))
        if value is None or value == "":
            return None
        kind = KINDS.get(field, "text")
        if kind == "instant":
            return instant(self._ctx, self._row.list.site, value)
        if kind == "count":
            return as_count(value)
        if kind == "flag":
            # A column of choices may have words of its own: only one that says so means yes.
            return value if isinstance(value, bool) else flag_of(field, str(value)) is True
        return without_markup(str(value)) if field == "body" else value

    def all(self, *fields: str) -> Json:
        """Those of `fields` that are mapped, as arguments of a record."""
        return {field: self.value(field) for field in fields if field in self._columns}


def plain(value: Any) -> Any:
    """A cell without its wrapping: links, terms, choices of several, and text without edges."""
    if isinstance(value, dict):
        if "results" in value:
            return plain(value["results"])
        return plain(value.get("Url") or value.get("Label") or value.get("LookupValue"))
    if isinstance(value, list):
        return ", ".join(str(plain(one)) for one in value if one not in (None, ""))
    return value.strip() if isinstance(value, str) else value


def without_markup(text: str) -> str:
    """Text of a rich column."""
    if not _TAGS.search(text):
        return text
    return markup_text(text) or ""


# --- Records ---


class Members:
    """Memberships of a list, with what is told about the people.

    A deleted row tells no more than its id. A membership therefore remembers its row, by which it
    ends: when the row is deleted, and when somebody else is written on it.
    """

    def __init__(self, of: ListRef, mapping: ListMapping) -> None:
        self._of, self._mapping = of, mapping
        self._space = space_key(of, mapping)
        self._met: set[str] = set()

    def parse(self, row: Row, cells: Cells) -> Iterator[Item]:
        """An account and a membership. Raises ValueError for a row that names nobody."""
        account = account_of(row, cells)
        # Before anything else of the row can be wrong: who is on it has not left.
        self._met.add(str(account.key))
        yield account
        if row.touched:
            yield self._ending(row.id, str(account.key))
        told = cells.all("role", "status", "joined_at", "left_at", "reason")
        told["role"] = told.get("role") or self._mapping.role
        member = membership_of(told, self._space, str(account.key))
        # What is told in words that are not ours stands in `extra` already.
        words = member.extra if isinstance(member.extra, dict) else {}
        member.extra = {"row": f"{self._of.id}:{row.id}"} | words
        yield member

    def gone(self, item: int) -> Iterator[Gone]:
        """What a deleted row takes along."""
        yield self._ending(item)

    def all_but(self, items: list[int]) -> Iterator[Gone]:
        """End who was on no row of this run, in which the list was read whole."""
        pairs = tuple((self._space, account) for account in sorted(self._met)) if items else ()
        yield Gone(record=Membership, where={"space": self._space}, but=pairs)

    def _ending(self, item: int, *but: str) -> Gone:
        where: dict[str, Key] = {"space": self._space, "extra.row": f"{self._of.id}:{item}"}
        kept = tuple((self._space, account) for account in but)
        return Gone(record=Membership, where=where, but=kept, told=True)


def account_of(row: Row, cells: Cells) -> Account:
    """The account that a row is about: one that the site knows, else by address.

    Whom the directory knows has the directory's address; what stands in a list nobody has checked.
    Raises ValueError when no column tells who it is.
    """
    candidates = (cells.person("account"), cells.person("email"), _named(cells))
    known = ((who, cells.directory.account(who)) for who in candidates if who)
    who, key = next(((who, key) for who, key in known if key), (None, None))
    if who is None or key is None:
        raise ValueError("the row names nobody: its columns for a person or an address are empty")
    told = {field: value for field, value in cells.all(*ABOUT_PEOPLE).items() if value}
    if cells.directory.elsewhere(key):
        told.pop("email", None)
        return Account(key=key, kind="person", **told)
    if who.email:
        told["email"] = who.email.lower()
    if told.get("email"):
        told["email_verified"] = False
    if who.name:
        told.setdefault("name", who.name)
    if extra := extra_of(key, outside=False):
        told["extra"] = extra
    return Account(key=key, kind="person", **told)


def _named(cells: Cells) -> PersonRef | None:
    """Somebody by what is written in plain columns."""
    written = cells.all("account", "email", "username")
    address = next((str(value) for value in written.values() if value and "@" in str(value)), None)
    login = next((str(value) for value in written.values() if value), None)
    if address:
        return PersonRef(email=address.strip().removeprefix("mailto:").lower())
    return PersonRef(login=login) if login else None


def event_of(row: Row, cells: Cells, space: str) -> Iterator[Item]:
    """The event of a row. Raises ValueError for one without a start."""
    told = cells.all(
        "title", "kind", "starts_at", "ends_at", "cancelled", "organizer", "url",
        "registered_count", "attendee_count",
    )  # fmt: skip
    if told["starts_at"] is None:
        raise ValueError("the row has no start")
    yield Event(key=row.key, space=space, **{"title": row.title, "url": row.url, **told})


def post_of(row: Row, cells: Cells, space: str) -> Iterator[Item]:
    """The post of a row, by its author, when it was made, unless columns say otherwise."""
    author = cells.person("account") or row.author
    told = cells.all("title", "body", "kind", "posted_at", "edited_at", "url", "language")
    if "posted_at" not in told or told["posted_at"] is None:
        told["posted_at"] = row.created
    usual = {"title": row.title, "kind": "message", "url": row.url}
    yield Post(
        key=row.key,
        thread=row.key,
        space=space,
        account=cells.directory.account(author),
        **{**usual, **told},
    )


def document_of(row: Row, cells: Cells, space: str) -> Iterator[Item]:
    """The document that a row tells of, such as a recording at another address."""
    told = cells.all("title", "url", "media_type", "size_bytes", "version")
    author = cells.person("account") or row.author
    yield Document(
        key=row.key,
        space=space,
        account=cells.directory.account(author),
        created_at=row.created,
        modified_at=row.modified,
        **{"title": row.title, "url": row.url, **told},
    )


KEYED: dict[str, tuple[type[Event | Post | Document], Callable[..., Iterator[Item]]]] = {
    "event": (Event, event_of),
    "post": (Post, post_of),
    "document": (Document, document_of),
}
