"""Evidence and keys in the warehouse: by what accounts find one another, and how rare that is."""

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby, islice
from operator import itemgetter

import msgspec
from sqlalchemy import Connection

from cophub.identities.evidence import Evidence
from cophub.identities.matching.keys import DIRECTORY, MAILBOX, index_keys, key_of
from cophub.identities.reading.account import FIELDS
from cophub.identities.reading.rules import NO_RULES, Reader
from cophub.identities.store.rows import Row, all_rows, among, change_among, put, quoted
from cophub.identities.store.spaces import CHANGED, Labels
from cophub.warehouse.staging import execute, settle, staged
from cophub.warehouse.store import driver_cursor

_EVIDENCE = ("id", "source", "account", "digest", "anchor", "evidence")
_KEY = ("key", "evidence", "anchor")
_COMMUNITIES = FIELDS.index("communities")
_FETCH = 5_000
_AT_ONCE = 20_000
_DRAWERS = 128
_SHIFT = 64 - _DRAWERS.bit_length() + 1
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Evidence).decode


def account_rows(
    connection: Connection, sources: Sequence[str], since: int, reader: Reader
) -> Iterator[Row]:
    """Rows for the reader that runs after `since` wrote, source by source.

    Also those of accounts of which they only wrote what community they are in.
    """
    labels = Labels(connection)
    for source in sources:
        joined = CHANGED.replace("<source>", quoted(source)).format(since=since)
        where = f"(a.run > {since:d} OR a.key IN ({joined}))"
        rows = _rows_of(connection, source, where, reader)
        found = list(rows)
        yield from _with(found, labels.of_source(source, [row[1] for row in found]))


def every_account(connection: Connection, reader: Reader = NO_RULES) -> Iterator[Row]:
    """All rows for the reader, ordered by source and key, bytewise."""
    sources = all_rows(connection, "SELECT DISTINCT source FROM account")
    labels = Labels(connection)
    for (source,) in sorted(sources):
        communities = labels.of_source(source)
        rows = sorted(_rows_of(connection, source, "1 = 1", reader), key=itemgetter(1))
        yield from _with(rows, communities)


def _rows_of(connection: Connection, source: str, where: str, reader: Reader) -> Iterator[Row]:
    wanted = (*FIELDS[:_COMMUNITIES], *FIELDS[_COMMUNITIES + 1 :], *reader.columns(source))
    columns = ", ".join(f"a.{field}" for field in wanted)
    cursor = driver_cursor(connection)
    # Not as a parameter: then a percent sign would be none.
    sql = f"SELECT {columns} FROM account a WHERE a.source = {quoted(source)} AND {where}"
    cursor.execute(sql.replace("%%", "%"))
    while rows := cursor.fetchmany(_FETCH):
        yield from rows


def _with(rows: Iterable[Row], communities: Mapping[str, str]) -> Iterator[Row]:
    """The rows with the communities of each account, where `FIELDS` has them."""
    for row in rows:
        yield (*row[:_COMMUNITIES], communities.get(row[1]), *row[_COMMUNITIES:])


class Known:
    """An account of the index: its number, the digest of its row, and its evidence."""

    __slots__ = ("digest", "id", "packed")

    def __init__(self, number: int, mark: int, packed: bytes) -> None:
        self.id, self.digest, self.packed = number, mark, packed

    @property
    def evidence(self) -> Evidence:
        return _decode(self.packed)


def known_accounts(connection: Connection) -> dict[tuple[str, str], Known]:
    """Every account of the index."""
    rows = all_rows(
        connection, "SELECT source, account, id, digest, evidence FROM identity_evidence"
    )
    return {(row[0], row[1]): Known(row[2], row[3], row[4]) for row in rows}


def everybody(connection: Connection) -> tuple[list[Evidence], list[int]]:
    """The evidence and anchor of every account of the index, ordered by source and key."""
    rows = all_rows(connection, "SELECT source, account, evidence, anchor FROM identity_evidence")
    rows.sort(key=itemgetter(0))
    return [_decode(row[2]) for row in rows], [row[3] for row in rows]


def find_accounts(
    connection: Connection, refs: Iterable[tuple[str, str]]
) -> dict[tuple[str, str], Known]:
    """Those of the accounts that are in the index."""
    found: dict[tuple[str, str], Known] = {}
    for source, group in groupby(sorted(refs), key=itemgetter(0)):
        rows = among(
            connection,
            "SELECT source, account, id, digest, evidence FROM identity_evidence"
            f" WHERE source = {quoted(source)} AND account IN <values>",
            [key for _, key in group],
        )
        found.update(((row[0], row[1]), Known(row[2], row[3], row[4])) for row in rows)
    return found


def evidence_of(connection: Connection, numbers: Iterable[int]) -> dict[int, Evidence]:
    """The evidence of accounts by their numbers in the index."""
    rows = among(
        connection,
        "SELECT id, evidence FROM identity_evidence WHERE id IN <values>",
        sorted(numbers),
    )
    return {row[0]: _decode(row[1]) for row in rows}


def bearing(connection: Connection, keys: Iterable[int]) -> list[tuple[int, int]]:
    """(key, number of an account that bears it) for each of the keys."""
    sql = "SELECT key, evidence FROM identity_key WHERE key IN <values>"
    return [(row[0], row[1]) for row in among(connection, sql, list(keys))]


def bearers(connection: Connection, keys: Iterable[int]) -> dict[int, int]:
    """How many distinct mailboxes bear each of the keys; those that nobody bears are left out."""
    sql = "SELECT key, count(DISTINCT anchor) FROM identity_key WHERE key IN <values> GROUP BY key"
    return {row[0]: row[1] for row in among(connection, sql, list(keys))}


def directory_size(connection: Connection) -> int:
    """How many distinct mailboxes, and accounts without one, there are."""
    rows = all_rows(connection, "SELECT count(DISTINCT anchor) FROM identity_evidence")
    size: int = rows[0][0]
    return size


def mates(connection: Connection, accounts: dict[int, Evidence]) -> dict[int, Evidence]:
    """The accounts, with all that share a mailbox or directory id with them, however far."""
    found = dict(accounts)
    fresh = list(accounts.values())
    asked: set[int] = set()
    while fresh:
        keys = {key for e in fresh for key in home_keys(e)} - asked
        asked |= keys
        numbers = {number for _, number in bearing(connection, keys)} - found.keys()
        more = evidence_of(connection, numbers)
        found |= more
        fresh = list(more.values())
    return found


def home_keys(e: Evidence) -> Iterator[int]:
    """The keys whose bearers may be one node."""
    if e.mailbox:
        yield key_of(MAILBOX, e.mailbox)
    if e.directory:
        yield key_of(DIRECTORY, e.directory)


def put_accounts(
    connection: Connection, entries: Iterable[tuple[int, int, int, Evidence, Iterable[int]]]
) -> None:
    """Write accounts that are not in the index: (number, digest, anchor, evidence, keys) each."""
    # Numbers in place of rows, and drawers in place of one list: a third of the memory, and less
    # to sort at once.
    drawers = [array("q") for _ in range(_DRAWERS)]
    rest = iter(entries)
    while piece := list(islice(rest, _FETCH)):
        rows: list[Row] = []
        for number, mark, home, e, theirs in piece:
            rows.append((number, e.source, e.key, mark, home, _encode(e)))
            for key in theirs:
                drawers[key >> _SHIFT].extend((key, number, home))
        put(connection, "identity_evidence", _EVIDENCE, rows)
    _put_keys(connection, drawers)


def _put_keys(connection: Connection, drawers: list["array[int]"]) -> None:
    """Write (key, number, anchor) in the order of the table: its pages are filled one by one."""
    rows: list[tuple[int, ...]] = []
    # Drawers of negative keys are the last ones.
    for drawer in drawers[_DRAWERS // 2 :] + drawers[: _DRAWERS // 2]:
        flat = iter(drawer)
        rows += sorted(zip(flat, flat, flat, strict=True), key=itemgetter(0))
        if len(rows) > _AT_ONCE:
            put(connection, "identity_key", _KEY, rows)
            rows = []
    put(connection, "identity_key", _KEY, rows)


def remove_accounts(connection: Connection, accounts: Sequence[tuple[int, Evidence]]) -> None:
    """Take accounts out of the index, and whatever was weighed about them."""
    numbers = [number for number, _ in accounts]
    keys = sorted((key, number) for number, e in accounts for key in index_keys(e))
    with staged(connection, removed_key="key BIGINT, evidence BIGINT"):
        put(connection, "removed_key", ("key", "evidence"), keys)
        settle(connection, "removed_key")
        execute(
            connection,
            "DELETE FROM identity_key"
            " WHERE (key, evidence) IN (SELECT key, evidence FROM removed_key)",
        )
    for column in ("a", "b"):
        change_among(connection, f"DELETE FROM identity_edge WHERE {column} IN <values>", numbers)
    change_among(connection, "DELETE FROM identity_evidence WHERE id IN <values>", numbers)


__all__ = [
    "Known", "account_rows", "bearers", "bearing", "directory_size", "every_account", "everybody",
    "evidence_of", "find_accounts", "home_keys", "known_accounts", "mates", "put_accounts",
    "remove_accounts",
]  # fmt: skip
