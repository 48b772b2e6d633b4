"""Erased people stay erased: keyed hashes of who they were, and the door where they are dropped.

The table `erasure` holds HMAC-SHA256 of addresses and of account keys, so that nobody can read out
of it who was erased. The key of the hashes is COPHUB_ERASURE_KEY in the environment or, where that
is not set, a random one that the warehouse keeps in its table `meta`. Losing or changing the key
lets erased people back in.
"""

import hmac
import os
import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, delete, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from cophub.warehouse import tables as t
from cophub.warehouse.rows import Row, Shape

KEY_VARIABLE = "COPHUB_ERASURE_KEY"
_META_NAME = "erasure_key"

# Tables whose rows are about one account and go with it; in the others only the name goes.
_THEIRS = ("membership", "reaction", "attendance", "delivery")
_AUTHORED = {"post": ("account", "author_name"), "document": ("account",)}


def erasure_key(connection: Connection) -> bytes:
    """The key of the hashes; made when the first person is erased."""
    if given := os.environ.get(KEY_VARIABLE):
        return given.encode()
    kept = select(t.meta.c.value).where(t.meta.c.name == _META_NAME)
    if found := connection.scalar(kept):
        return str(found).encode()
    connection.execute(insert(t.meta).values(name=_META_NAME, value=secrets.token_hex(32)))
    return str(connection.scalar(kept)).encode()


def email_hash(key: bytes, email: str) -> str:
    """The hash of an address, whatever its case."""
    return hmac.digest(key, f"email\0{email.strip().lower()}".encode(), "sha256").hex()


def account_hash(key: bytes, source: str, account: str) -> str:
    """The hash of an account of a source."""
    return hmac.digest(key, f"account\0{source}\0{account}".encode(), "sha256").hex()


def erase(
    connection: Connection,
    *,
    emails: Iterable[str] = (),
    accounts: Iterable[tuple[str, str]] = (),
    now: datetime,
) -> None:
    """Remove these accounts (source, key) from the vendor side and keep them, and `emails`, out.

    What they wrote stays without their name. The hub side (person, history, decisions) is for the
    caller to clear.
    """
    key = erasure_key(connection)
    accounts = list(accounts)
    hashes = {email_hash(key, email): "email" for email in emails}
    hashes |= {account_hash(key, *account): "account" for account in accounts}
    _remember(connection, hashes, now)
    for source, account in accounts:
        expunge(connection, source, account)


def keep_out(connection: Connection, hashes: Iterable[str], now: datetime) -> None:
    """Remember accounts, by their hash, that turned out to be of erased people."""
    _remember(connection, dict.fromkeys(hashes, "account"), now)


def _remember(connection: Connection, hashes: dict[str, str], now: datetime) -> None:
    rows = [dict(hash=value, kind=kind, erased_at=now) for value, kind in hashes.items()]
    if rows:
        dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
        connection.execute(dialect.insert(t.erasure).on_conflict_do_nothing(), rows)


def expunge(connection: Connection, source: str, account: str) -> None:
    """Take an account and what is only about it out of the vendor side."""
    for name in (*_THEIRS, "membership_period", "account_organization"):
        table = t.metadata.tables[name]
        theirs = and_(table.c.source == source, table.c.account == account)
        connection.execute(delete(table).where(theirs))
    for name, columns in _AUTHORED.items():
        table = t.metadata.tables[name]
        theirs = and_(table.c.source == source, table.c.account == account)
        connection.execute(update(table).where(theirs).values(dict.fromkeys(columns)))
    email = select(t.account.c.email).where(
        t.account.c.source == source, t.account.c.key == account
    )
    held = or_(t.event.c.organizer == account, t.event.c.organizer == email.scalar_subquery())
    connection.execute(
        update(t.event).where(t.event.c.source == source, held).values(organizer=None)
    )
    connection.execute(
        delete(t.account).where(t.account.c.source == source, t.account.c.key == account)
    )


class Door:
    """Where rows of erased people are dropped, one source's run at a time."""

    def __init__(self, connection: Connection, source: str) -> None:
        self._source = source
        self._erased = set(connection.scalars(select(t.erasure.c.hash)))
        self._key = erasure_key(connection) if self._erased else b""
        self.found: dict[str, str] = {}
        """Accounts that were dropped for their address and were not known before: key, and hash."""

    def sift(self, shape: Shape, columns: list[str], rows: list[Row]) -> list[Row]:
        """The rows that may come in; authors who were erased are taken out of what they wrote."""
        if not self._erased:
            return rows
        if shape.table == "account":
            return self._sift_accounts(columns, rows)
        if shape.table in _THEIRS:
            place = columns.index("account")
            return [row for row in rows if not self._is_erased(row[place])]
        if shape.table in _AUTHORED and "account" in columns:
            return self._without_author(columns, rows, _AUTHORED[shape.table])
        if shape.table == "event" and "organizer" in columns:
            return self._without_organizer(columns, rows)
        return rows

    def _is_erased(self, account: Any) -> bool:
        if not isinstance(account, str):
            return False
        return account_hash(self._key, self._source, account) in self._erased

    def _is_erased_email(self, email: Any) -> bool:
        return isinstance(email, str) and email_hash(self._key, email) in self._erased

    def _sift_accounts(self, columns: list[str], rows: list[Row]) -> list[Row]:
        email = columns.index("email") if "email" in columns else None
        kept = []
        for row in rows:
            if self._is_erased(row[0]):
                continue
            if email is not None and self._is_erased_email(row[email]):
                # What refers to this account says only its key: from now on the key is known too.
                known = account_hash(self._key, self._source, row[0])
                self._erased.add(known)
                self.found[row[0]] = known
                continue
            kept.append(row)
        return kept

    def _without_author(
        self, columns: list[str], rows: list[Row], names: Sequence[str]
    ) -> list[Row]:
        account = columns.index("account")
        blank = [columns.index(name) for name in names if name in columns]
        return [_blanked(row, blank) if self._is_erased(row[account]) else row for row in rows]

    def _without_organizer(self, columns: list[str], rows: list[Row]) -> list[Row]:
        place = columns.index("organizer")
        return [
            _blanked(row, [place])
            if self._is_erased(row[place]) or self._is_erased_email(row[place])
            else row
            for row in rows
        ]


def _blanked(row: Row, places: list[int]) -> Row:
    return tuple([None if at in places else value for at, value in enumerate(row)])
