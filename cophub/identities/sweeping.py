"""Texts anywhere in the warehouse that still mention somebody who is being forgotten."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Table,
    Text,
    and_,
    cast,
    or_,
    select,
    update,
)

from cophub.identities.reading.mailboxes import mailbox_behind
from cophub.warehouse import tables
from cophub.warehouse.columns import Json
from cophub.warehouse.traces import ERASED, clean_text, clean_value, names_pattern

_LEFT_ALONE = {"erasure", "meta", "lease", "cursor", "token", "backup_made", "retention_done"}
"""Hashes, facts about the warehouse, secrets, where streams got to (of archives: ids of mails)."""
_SPEAKING = {
    "space": ("title", "description", "extra"),  # GoTo calls a room by its organizer's name
    "post": ("title", "body", "author_name", "extra"),
    "document": ("title", "extra"),
    "event": ("title", "organizer", "extra"),
    "reject": ("item", "reason", "key"),
    "identity_decision": ("note",),
    "run": ("error",),
    "stream_run": ("error",),
    "pipeline_run": ("error",),
    "alert": ("said",),
}
"""Texts in which a name may stand; names elsewhere are those of other accounts and people."""


@dataclass(frozen=True)
class Traces:
    """By what somebody is found in texts."""

    tokens: frozenset[str]
    """Addresses and ids, in lower case."""
    names: tuple[str, ...]
    pattern: re.Pattern[str] | None

    @classmethod
    def of(cls, emails: Iterable[str], ids: Iterable[str], names: Iterable[str]) -> "Traces":
        """By these addresses, ids and full names, which nobody else bears."""
        tokens = frozenset(text.lower() for text in (*emails, *ids))
        known = tuple(names)
        return cls(tokens, known, names_pattern(known))

    def clean_rows(
        self, connection: Connection, table: Table, where: ColumnElement[bool], *, with_names: bool
    ) -> int:
        """Clean the texts of the rows that `where` chooses; how many rows changed."""
        columns = [column for column in table.columns if _has_text(column)]
        keys = list(table.primary_key.columns)
        changed = 0
        for row in connection.execute(select(*keys, *columns).where(where)).all():
            said = row._mapping
            new = {
                column.name: value
                for column in columns
                if (value := self._cleaned(column, said[column], with_names)) != said[column]
            }
            if new:
                here = and_(*(key == said[key] for key in keys))
                connection.execute(update(table).where(here).values(**new))
                changed += 1
        return changed

    def _cleaned(self, column: Column[Any], value: Any, with_names: bool) -> Any:
        pattern = self.pattern if with_names else None
        if isinstance(value, str):
            new: Any = clean_text(value, self._knows, pattern)
            return None if new == ERASED and column.nullable else new
        return value if value is None else clean_value(value, self._knows, pattern)

    def _knows(self, token: str) -> bool:
        """Whether a word of a text, in lower case, is one of theirs: `amina+x@` is `amina@`."""
        return token in self.tokens or ("@" in token and mailbox_behind(token) in self.tokens)


def sweep(connection: Connection, traces: Traces) -> int:
    """Clean every text of the warehouse that mentions them; how many rows changed."""
    changed = 0
    for table in tables.metadata.sorted_tables:
        if table.name in _LEFT_ALONE or not table.primary_key.columns:
            continue
        speaking = _SPEAKING.get(table.name, ())
        texts = [column for column in table.columns if _has_text(column)]
        written = sorted(traces.tokens | {_tagged(token) for token in traces.tokens})
        found = [_like(column, token) for column in texts for token in written] + [
            _like(table.c[column], "%".join(name.replace(",", " ").split()[::way]))
            for column in speaking
            for name in traces.names
            for way in (1, -1)
        ]
        # A database takes only so many conditions at once.
        for start in range(0, len(found), 50):
            where = or_(*found[start : start + 50])
            changed += traces.clean_rows(connection, table, where, with_names=bool(speaking))
    return changed


def _has_text(column: Column[Any]) -> bool:
    return not column.primary_key and isinstance(column.type, (Text, Json))


def _tagged(token: str) -> str:
    """What an address with a tag is like, for SQL; an id is like itself."""
    local, at, domain = token.rpartition("@")
    return f"{local}+%@{domain}" if at and "+" not in local else token


def _like(column: Column[Any], text: str) -> ColumnElement[bool]:
    escaped = text.replace("\\", "\\\\").replace("_", "\\_")
    return cast(column, Text).ilike(f"%{escaped}%", escape="\\")


__all__ = ["Traces", "sweep"]
