"""Who looked at, took out or changed what is about people: written, read, and made nameless."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, func, insert, select, update

from cophub.warehouse import erasure
from cophub.warehouse.tables import audit

How = Literal["cli", "web", "worker"]


@dataclass(frozen=True)
class Entry:
    """One thing that somebody did."""

    at: datetime
    who: str | None
    """The user of the machine, or whoever signed in; a hash once they are erased."""
    how: How
    action: str
    """The command, as `people export`."""
    subject: str | None = None
    """Id of the person it was about, or what else it was done to; a hash once they are erased."""
    count: int | None = None
    """How many rows or people it showed or changed."""
    details: dict[str, Any] | None = None
    """What else tells of it; nothing personal."""


def write(connection: Connection, entries: Sequence[Entry]) -> None:
    """Add entries, in the caller's transaction."""
    if entries:
        connection.execute(insert(audit), [vars(entry) for entry in entries])


def read(
    connection: Connection,
    subjects: Iterable[str] | None = None,
    since: datetime | None = None,
    limit: int | None = None,
) -> list[Entry]:
    """The entries about these subjects (all, where None), the newest first."""
    query = select(*(audit.c[name] for name in Entry.__dataclass_fields__))
    if subjects is not None:
        query = query.where(audit.c.subject.in_(list(subjects)))
    if since is not None:
        query = query.where(audit.c.at >= since)
    query = query.order_by(audit.c.at.desc(), audit.c.id.desc()).limit(limit)
    return [Entry(*row) for row in connection.execute(query)]


def disguised(connection: Connection, person: str) -> str:
    """What stands for a person who is erased: whoever knows the id finds it again, nobody else."""
    return erasure.id_hash(erasure.erasure_key(connection), person)


def disguise(connection: Connection, people: Iterable[str], addresses: Iterable[str] = ()) -> None:
    """Let entries about people who are erased name them no more; that they were stays known.

    Nor do those of what they did themselves, by one of these `addresses`, in small letters.
    """
    for person in people:
        theirs = update(audit).where(audit.c.subject == person)
        connection.execute(theirs.values(subject=disguised(connection, person)))
    key = erasure.erasure_key(connection)
    for address in addresses:
        by_them = update(audit).where(func.lower(audit.c.who) == address)
        connection.execute(by_them.values(who=erasure.email_hash(key, address)))


__all__ = ["Entry", "How", "disguise", "disguised", "read", "write"]
