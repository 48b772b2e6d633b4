"""Erased people whom an older copy of the warehouse brought back: found by hash, erased again.

The copy is read as a sync is at its door, by the same rules: whom a sync would not let in goes, and
of what a sync would clean nothing stays.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, Table, and_, delete, select, update

from cophub.identities.forgetting import forget, plan_of
from cophub.identities.links import Account, accounts_of, keys_in_parts
from cophub.identities.lookup import Meant
from cophub.identities.reading.display import shown_name
from cophub.identities.reading.mailboxes import mailbox_behind
from cophub.records import Reject
from cophub.warehouse import audit_trail, tables
from cophub.warehouse.erasure import Door
from cophub.warehouse.rows import SHAPES, Shape

_NOBODY = Meant("", "", None)
_link = tables.person_account.c


class ErasedAgain(NamedTuple):
    """What was erased again."""

    accounts: int = 0
    people: int = 0
    mentions: int = 0
    """Other rows that named them, or were about them."""


def erase_again(
    connection: Connection,
    *,
    now: datetime,
    resolve: Callable[[Connection], None] = lambda connection: None,
) -> ErasedAgain:
    """Take out whom the table `erasure` tells of, in the caller's transaction.

    `resolve` brings the rest of the directory up to date once the accounts are gone.
    """
    doors = {source: _door(connection, source) for source in _sources(connection)}
    accounts = tuple(sorted(_known(connection, doors)))
    people = tuple(_wholly(connection, accounts))
    mentions = 0
    if accounts:
        plan = plan_of(connection, _NOBODY, people, accounts)
        mentions = forget(connection, plan, now=now, resolve=resolve)
        audit_trail.disguise(connection, people)
    for source, door in doors.items():
        for shape in SHAPES.values():
            mentions += _sift(connection, door, source, shape)
        mentions += _clean_rejects(connection, door, source)
    return ErasedAgain(len(accounts), len(people), mentions)


def _door(connection: Connection, source: str) -> Door:
    return Door(connection, source, mailbox_behind, lambda name: shown_name(name).text)


def _sources(connection: Connection) -> list[str]:
    found: set[str] = set()
    for name in SHAPES:
        found.update(connection.scalars(select(_table(name).c.source).distinct()))
    return sorted(found)


def _table(name: str) -> Table:
    return tables.metadata.tables[name]


def _known(connection: Connection, doors: dict[str, Door]) -> set[Account]:
    """The accounts of erased people, whether they are there or only spoken of."""
    d = tables.identity_decision.c
    pairs = [(d.source_a, d.account_a), (d.source_b, d.account_b)]
    pairs += [(t.c.source, t.c.account) for t in tables.metadata.sorted_tables if _is_about(t)]
    found: set[Account] = set()
    for source, account in pairs:
        for name, key in connection.execute(select(source, account).distinct()):
            if key is not None and name in doors and doors[name].knows(key):
                found.add((name, key))
    for name, door in doors.items():
        shape = SHAPES["account"]
        found |= {(name, row[0]) for row, new in _sifted(connection, door, name, shape) if not new}
    return found


def _is_about(table: Table) -> bool:
    return "source" in table.c and "account" in table.c and table.name != "erasure"


def _wholly(connection: Connection, accounts: tuple[Account, ...]) -> Iterator[str]:
    """The people all of whose accounts are among these, and the ids that lead to them."""
    people: set[str] = set()
    for source, keys in keys_in_parts(accounts):
        theirs = select(_link.person).where(_link.source == source, _link.account.in_(keys))
        people.update(connection.scalars(theirs))
    mine = set(accounts)
    for person in sorted(people):
        if mine.issuperset(accounts_of(connection, [person])):
            yield person
            p = tables.person.c
            yield from connection.scalars(select(p.id).where(p.merged_into == person))


def _sifted(
    connection: Connection, door: Door, source: str, shape: Shape
) -> Iterator[tuple[tuple[Any, ...], tuple[Any, ...] | None]]:
    """Each row of a source, and what a sync would make of it: None where it would not come in."""
    table, columns = _table(shape.table), _columns(shape)
    query = select(*(table.c[name] for name in columns)).where(table.c.source == source)
    extra = columns.index("extra") if "extra" in columns else None
    # Part by part: a million posts are more than a machine of a KM team has room for at once.
    for row in connection.execute(query, execution_options={"yield_per": 2_000}):
        said = tuple(row)
        if extra is not None and said[extra] is not None:
            text = msgspec.json.encode(said[extra], order="sorted").decode()
            said = (*said[:extra], text, *said[extra + 1 :])
        kept = door.sift(shape, columns, [said])
        yield said, kept[0] if kept else None


def _columns(shape: Shape) -> list[str]:
    return [name for name in shape.fields if name != "digest"]


def _sift(connection: Connection, door: Door, source: str, shape: Shape) -> int:
    """Take out of a table what a sync would not let in; the number of rows that changed or went."""
    table, columns = _table(shape.table), _columns(shape)
    found = [(row, new) for row, new in _sifted(connection, door, source, shape) if new != row]
    for row, new in found:
        keys = zip(columns[: shape.key_length], row, strict=False)
        here = and_(table.c.source == source, *(table.c[name] == value for name, value in keys))
        if new is None:
            connection.execute(delete(table).where(here))
        else:
            values = {
                name: msgspec.json.decode(value) if name == "extra" else value
                for name, was, value in zip(columns, row, new, strict=True)
                if value != was
            }
            connection.execute(update(table).where(here).values(**values))
    return len(found)


def _clean_rejects(connection: Connection, door: Door, source: str) -> int:
    r = tables.reject.c
    query = select(r.id, r.reason, r.record, r.key, r.field, r.item).where(r.source == source)
    changed = 0
    for number, *said in connection.execute(query).all():
        old = Reject(**dict(zip(("reason", "record", "key", "field", "item"), said, strict=True)))
        new = door.clean(old)
        if new != old:
            values = dict(reason=new.reason, key=new.key, item=new.item)
            connection.execute(update(tables.reject).where(r.id == number).values(**values))
            changed += 1
    return changed


__all__ = ["ErasedAgain", "erase_again"]
