"""Erased people stay erased: keyed hashes of who they were, and the door where they are dropped.

The table `erasure` holds HMAC-SHA256 of addresses and of account keys, so that nobody can read out
of it who was erased. The key of the hashes is COPHUB_ERASURE_KEY in the environment or, where that
is not set, a random one that the warehouse keeps in its table `meta`. Losing or changing the key
lets erased people back in.
"""

import hmac
import os
import re
import secrets
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, and_, delete, func, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from cophub.records import Reject
from cophub.warehouse import tables as t
from cophub.warehouse.rows import Row, Shape
from cophub.warehouse.traces import clean_text, clean_value, names_pattern

KEY_VARIABLE = "COPHUB_ERASURE_KEY"
KEY_NAME = "erasure_key"
NAMES = "renamed_sources"
"""In `meta`: which sources had another name, for the hashes of accounts hold the name of then."""

# Tables whose rows are about one account and go with it; in the others only the name goes.
_THEIRS = ("membership", "reaction", "attendance", "delivery")
_AUTHORED = {"post": ("account", "author_name"), "document": ("account",)}
_NAMES = ("name", "given_name", "family_name")
_TEXTS = ("title", "subject", "description", "body")
"""Columns with text that people write, wherever a table has them."""


def erasure_key(connection: Connection) -> bytes:
    """The key of the hashes; made when the first person is erased."""
    if given := os.environ.get(KEY_VARIABLE):
        return given.encode()
    if (found := kept_key(connection)) is None:
        found = secrets.token_hex(32)
        connection.execute(insert(t.meta).values(name=KEY_NAME, value=found))
    return found.encode()


def kept_key(connection: Connection) -> str | None:
    """The key that the warehouse keeps itself; None where there is none in it."""
    found = connection.scalar(select(t.meta.c.value).where(t.meta.c.name == KEY_NAME))
    return None if not found else str(found)


def count(connection: Connection) -> int:
    """How many hashes keep people out."""
    return int(connection.scalar(select(func.count()).select_from(t.erasure)) or 0)


def email_hash(key: bytes, email: str) -> str:
    """The hash of an address, whatever its case."""
    return hmac.digest(key, f"email\0{email.strip().lower()}".encode(), "sha256").hex()


def account_hash(key: bytes, source: str, account: str) -> str:
    """The hash of an account of a source."""
    return hmac.digest(key, f"account\0{source}\0{account}".encode(), "sha256").hex()


def id_hash(key: bytes, number: str) -> str:
    """The hash of an id that vendors share, such as that of a directory, whatever its case."""
    return hmac.digest(key, f"id\0{number.lower()}".encode(), "sha256").hex()


def name_hash(key: bytes, name: str) -> str:
    """The hash of a full name, whatever its case and the order of its words."""
    words = " ".join(sorted(name.casefold().replace(",", " ").split()))
    return hmac.digest(key, f"name\0{words}".encode(), "sha256").hex()


def organizer_hash(key: bytes, organizer: str) -> str:
    """The hash of an address that names an event's organizer, and no more: others may have it."""
    return hmac.digest(key, f"organizer\0{organizer.strip().lower()}".encode(), "sha256").hex()


def erase(
    connection: Connection,
    *,
    emails: Iterable[str] = (),
    accounts: Iterable[tuple[str, str]] = (),
    ids: Iterable[str] = (),
    names: Iterable[str] = (),
    organizers: Iterable[str] = (),
    now: datetime,
) -> None:
    """Remove these accounts (source, key) from the vendor side and keep them, and `emails`, out.

    `ids` are what vendors call them by elsewhere, `names` those that nobody else has: both are
    taken out of what comes later about others. `organizers` are addresses under which events name
    them, in any form: no event names them so, now or later. What they wrote stays without their
    name. The hub side (person, history, decisions) is for the caller to clear.
    """
    key = erasure_key(connection)
    accounts = list(accounts)
    hashes = {email_hash(key, email): "email" for email in emails}
    hashes |= {account_hash(key, *account): "account" for account in accounts}
    hashes |= {id_hash(key, number): "id" for number in ids}
    hashes |= {name_hash(key, name): "name" for name in names}
    organizers = list(organizers)
    hashes |= {organizer_hash(key, organizer): "email" for organizer in organizers}
    _remember(connection, hashes, now)
    # Which briefs they were mailed names them as well, to whoever has the key.
    mailed = [value for value, kind in hashes.items() if kind == "email"]
    connection.execute(delete(t.brief_sent).where(t.brief_sent.c.recipient.in_(mailed)))
    organizer = t.event.c.organizer
    for start in range(0, len(organizers), 500):
        named = organizer.in_(organizers[start : start + 500])
        connection.execute(update(t.event).where(named).values(organizer=None))
    for source, account in accounts:
        expunge(connection, source, account)


def renamed(connection: Connection) -> set[tuple[str, str]]:
    """The names that one source had after another, oldest first in each pair."""
    found = connection.scalar(select(t.meta.c.value).where(t.meta.c.name == NAMES))
    return set(msgspec.json.decode(found or b"[]", type=list[tuple[str, str]]))


def remember_renamed(connection: Connection, pairs: Iterable[tuple[str, str]]) -> None:
    """Keep erased accounts out also under another name of their source."""
    known = renamed(connection)
    told = known | set(pairs)
    if told != known:
        value = msgspec.json.encode(sorted(told)).decode()
        connection.execute(delete(t.meta).where(t.meta.c.name == NAMES))
        connection.execute(insert(t.meta).values(name=NAMES, value=value))


def _other_names(pairs: Iterable[tuple[str, str]], source: str) -> set[str]:
    found, added = {source}, True
    while added:
        added = bool(more := {n for pair in pairs if found & set(pair) for n in pair} - found)
        found |= more
    return found - {source}


def is_erased_address(connection: Connection, forms: Iterable[str]) -> bool:
    """Whether an address, given in all the forms it is known by, is of somebody erased."""
    key = erasure_key(connection)
    hashes = [email_hash(key, form) for form in forms if form]
    found = select(t.erasure.c.hash).where(t.erasure.c.hash.in_(hashes)).limit(1)
    return connection.scalar(found) is not None


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
    # What triggers have noted of them names nobody: when it was is all that figures need.
    due = t.measure_due
    named = and_(due.c.source == source, due.c.record.in_(("account", "membership")))
    theirs = or_(due.c.key == account, due.c.thread == account)
    connection.execute(update(due).where(named, theirs).values(key=None, thread=None))
    for name, columns in _AUTHORED.items():
        table = t.metadata.tables[name]
        theirs = and_(table.c.source == source, table.c.account == account)
        connection.execute(update(table).where(theirs).values(dict.fromkeys(columns)))
    email = select(func.lower(t.account.c.email)).where(
        t.account.c.source == source, t.account.c.key == account
    )
    organizer = t.event.c.organizer
    held = or_(organizer == account, func.lower(organizer) == email.scalar_subquery())
    connection.execute(
        update(t.event).where(t.event.c.source == source, held).values(organizer=None)
    )
    connection.execute(
        delete(t.account).where(t.account.c.source == source, t.account.c.key == account)
    )


class Door:
    """Where rows of erased people are dropped, one source's run at a time."""

    def __init__(
        self,
        connection: Connection,
        source: str,
        mailbox: Callable[[str], str] = str.lower,
        called: Callable[[str], str] = str,
    ) -> None:
        """`mailbox` tells the mailbox behind an address: `amina+x@` is kept out with `amina@`.

        `called` tells the name in what an account shows: `Diallo, Amina (FHI)` is Amina Diallo.
        """
        self._mailbox, self._called = mailbox, called
        rows = connection.execute(select(t.erasure.c.hash, t.erasure.c.kind))
        known: dict[str, str] = {row.hash: row.kind for row in rows}
        self._erased = set(known)
        self._kinds = set(known.values())
        self._key = erasure_key(connection) if self._erased else b""
        self._names = (source, *_other_names(renamed(connection), source))
        self.found: dict[str, str] = {}
        """Accounts that were dropped for their address and were not known before: key, and hash."""

    def sift(self, shape: Shape, columns: list[str], rows: list[Row]) -> list[Row]:
        """The rows that may come in; authors who were erased are taken out of what they wrote."""
        if not self._erased:
            return rows
        if shape.table == "account":
            rows = self._sift_accounts(columns, rows)
        elif shape.table in _THEIRS:
            place = columns.index("account")
            rows = [row for row in rows if not self._is_erased(row[place])]
        elif shape.table in _AUTHORED and "account" in columns:
            rows = self._without_author(columns, rows, _AUTHORED[shape.table])
        elif shape.table == "event" and "organizer" in columns:
            rows = self._without_organizer(columns, rows)
        elif shape.table == "space" and "title" in columns:
            place = columns.index("title")
            rows = [_blanked(row, [place]) if self._is_name(row[place]) else row for row in rows]
        return self._without_traces(columns, rows)

    def clean(self, reject: Reject) -> Reject:
        """A reject without what it says of erased people: its item names them, so it goes."""
        if not self._erased:
            return reject
        known = self._is_known
        item = None if clean_value(reject.item, known) != reject.item else reject.item
        key = reject.key if not reject.key or clean_text(reject.key, known) == reject.key else None
        return Reject(
            reason=clean_text(reject.reason, known),
            record=reject.record,
            key=key,
            field=reject.field,
            item=item,
            code=reject.code,
        )

    def knows(self, account: str) -> bool:
        """Whether the account of this key is of somebody who was erased."""
        return bool(self._erased) and self._is_erased(account)

    def _is_erased(self, account: Any) -> bool:
        if not isinstance(account, str):
            return False
        if any(account_hash(self._key, name, account) in self._erased for name in self._names):
            return True
        return "@" in account and self._is_erased_email(account)

    def _is_erased_email(self, email: Any) -> bool:
        if not isinstance(email, str) or "@" not in email:
            return False
        return (
            email_hash(self._key, email) in self._erased
            or email_hash(self._key, self._mailbox(email)) in self._erased
        )

    def _is_name(self, name: Any) -> bool:
        """Whether a name, with no account beside it, is that of an erased person alone."""
        if "name" not in self._kinds or not isinstance(name, str):
            return False
        return (
            name_hash(self._key, name) in self._erased
            or name_hash(self._key, self._called(name)) in self._erased
        )

    def _is_known(self, token: str) -> bool:
        """Whether a word of a text is an address or an id of an erased person."""
        if self._is_erased(token):
            return True
        return "id" in self._kinds and id_hash(self._key, token) in self._erased

    def _sift_accounts(self, columns: list[str], rows: list[Row]) -> list[Row]:
        places = [columns.index(name) for name in ("email", "username") if name in columns]
        names = [columns.index(name) for name in _NAMES if name in columns]
        kept = []
        for row in rows:
            if self._is_erased(row[0]):
                continue
            if any(self._is_erased_email(row[place]) for place in places) or (
                "name" in self._kinds and self._is_name_alone(row, [0, *places], names)
            ):
                # What refers to this account says only its key: from now on the key is known too.
                known = account_hash(self._key, self._names[0], row[0])
                self._erased.add(known)
                self.found[row[0]] = known
                continue
            kept.append(row)
        return kept

    def _is_name_alone(self, row: Row, places: list[int], names: list[int]) -> bool:
        """Whether a row has the name of an erased person, and no address that is another's."""
        if any(isinstance(row[at], str) and "@" in row[at] for at in places):
            return False
        said = [row[at].strip() for at in names if isinstance(row[at], str)]
        return any(self._is_name(name) for name in (*said, " ".join(said[-2:])))

    def _without_author(
        self, columns: list[str], rows: list[Row], names: Sequence[str]
    ) -> list[Row]:
        account = columns.index("account")
        blank = [columns.index(name) for name in names if name in columns]
        texts = [columns.index(name) for name in _TEXTS if name in columns]
        kept = []
        for row in rows:
            # Whoever has an account of their own is another person of that name.
            anybodys = not isinstance(row[account], str)
            named = anybodys and any(self._is_name(row[at]) for at in blank)
            if named or self._is_erased(row[account]):
                signed = names_pattern([row[at] for at in blank if isinstance(row[at], str)])
                row = _blanked(row, blank)  # noqa: PLW2901
                if signed is not None:
                    row = _signed_off(row, texts, signed)  # noqa: PLW2901
            kept.append(row)
        return kept

    def _without_organizer(self, columns: list[str], rows: list[Row]) -> list[Row]:
        place = columns.index("organizer")
        return [
            _blanked(row, [place])
            if self._is_erased(row[place]) or self._is_erased_organizer(row[place])
            else row
            for row in rows
        ]

    def _is_erased_organizer(self, organizer: Any) -> bool:
        if not isinstance(organizer, str) or "@" not in organizer:
            return False
        return (
            self._is_erased_email(organizer) or organizer_hash(self._key, organizer) in self._erased
        )

    def _without_traces(self, columns: list[str], rows: list[Row]) -> list[Row]:
        """Without addresses and ids of erased people in texts, and in what else a vendor says."""
        texts = [columns.index(name) for name in _TEXTS if name in columns]
        extra = columns.index("extra") if "extra" in columns else None
        if not texts and extra is None:
            return rows
        return [self._cleaned(row, texts, extra) for row in rows]

    def _cleaned(self, row: Row, texts: list[int], extra: int | None) -> Row:
        found: dict[int, Any] = {}
        for at in texts:
            text = row[at]
            if isinstance(text, str) and (new := clean_text(text, self._is_known)) != text:
                found[at] = new
        if extra is not None and isinstance(row[extra], str):
            # Whole values only are looked for where a text says nothing: decoding all is dear.
            text = row[extra]
            if clean_text(text, self._is_known) != text:
                cleaned = clean_value(msgspec.json.decode(text), self._is_known)
                found[extra] = msgspec.json.encode(cleaned, order="sorted").decode()
        return tuple([found.get(at, v) for at, v in enumerate(row)]) if found else row


def _signed_off(row: Row, texts: list[int], signed: re.Pattern[str]) -> Row:
    """Without the author's name in what they wrote: most sign it."""
    return tuple(
        [
            clean_text(value, lambda _: False, signed)
            if at in texts and isinstance(value, str)
            else value
            for at, value in enumerate(row)
        ]
    )


def _blanked(row: Row, places: list[int]) -> Row:
    return tuple([None if at in places else value for at, value in enumerate(row)])
