"""Affiliations in the warehouse: who works for whom, brought up to date for the people touched.

They follow from `account_organization` and the register alone, so that merges, splits and what a
person says of an organisation move them exactly, and can be undone.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection

from cophub.identities.organizations.affiliations import Affiliation, Spell, affiliations
from cophub.identities.organizations.normal import normal_form
from cophub.identities.organizations.observed import observe
from cophub.identities.organizations.register import Register
from cophub.identities.organizations.stored import (
    RegisterChange,
    add_organizations,
    drop_unused,
    load_register,
    pending_changes,
    update_register,
)
from cophub.identities.reading.mailboxes import registrable
from cophub.identities.store.rows import Row, all_rows, put
from cophub.warehouse.columns import instant_text
from cophub.warehouse.staging import execute, settle, staged
from cophub.warehouse.store import driver_cursor

_AT_ONCE = 20_000
_SCOPE = {
    "scope_person": "person TEXT PRIMARY KEY",
    "scope_account": "source TEXT, account TEXT, PRIMARY KEY (source, account)",
}
_TABLES = {
    "works_for": (
        "person TEXT, organization TEXT, valid_from <instant>, valid_to <instant>, place INTEGER,"
        " PRIMARY KEY (person, organization, valid_from)"
    ),
    "torn_account": "source TEXT, account TEXT, PRIMARY KEY (source, account)",
}
_WORKS = ("person", "organization", "valid_from", "valid_to", "place")
_SPELLS = """
    SELECT pa.person, o.source, o.account, o.organization, o.domain, o.country, o.valid_from,
           o.valid_to, a.gone_at,
           CASE WHEN o.basis <> 'first_seen' OR o.valid_from > f.first_seen_at THEN 1 ELSE 0 END
    FROM {people}
    JOIN person h ON h.id = pa.person AND h.kind = 'person'
    JOIN account_organization o ON o.source = pa.source AND o.account = pa.account
    LEFT JOIN (SELECT source, key, gone_at FROM account WHERE gone_at IS NOT NULL) a
      ON a.source = o.source AND a.key = o.account
    LEFT JOIN (SELECT source, min(first_seen_at) AS first_seen_at FROM account GROUP BY source) f
      ON f.source = o.source
    ORDER BY pa.person
"""
_OF_SCOPE = "scope_person sp LEFT JOIN person_account pa ON pa.person = sp.person"
_ACTS = (
    ("post", "p.posted_at", ""),
    ("attendance", "coalesce(p.joined_at, e.starts_at)",
     "LEFT JOIN event e ON e.source = p.source AND e.key = p.event"),
    ("document", "p.created_at", ""),
    ("reaction", "p.reacted_at", ""),
)  # fmt: skip
"""What shows that an account is used: its table, the instant, and what to join for that."""


def update_affiliations(
    connection: Connection, now: datetime, persons: Collection[str] | None = None
) -> int:
    """Bring `affiliation` and `person.organization` up to date; how many affiliations changed.

    `persons` are those whose accounts came, went or changed; None: everybody. With any of them,
    whoever worked for several is looked at, too; and in any case who bears a name or domain that
    the register has learned to read otherwise, or of which a person said something.
    """
    update_register(connection, ())
    changed = pending_changes(connection)
    scoped = persons is not None and changed is not None
    with staged(connection, **_SCOPE):
        if persons is not None and changed is not None:
            everyone = set(persons) | _bearers(connection, changed) | _nobody(connection)
            if not everyone:
                return 0
            everyone |= _with_several(connection)
            _stage_scope(connection, everyone)
        observe(connection, now, scoped=scoped)
        with staged(connection, **_TABLES):
            _stage_works(connection, load_register(connection), scoped)
            written = _write(connection, scoped)
            _name_main(connection, scoped)
        if written:
            drop_unused(connection)
    return written


def _stage_scope(connection: Connection, people: Iterable[str]) -> None:
    put(connection, "scope_person", ("person",), [(person,) for person in sorted(people)])
    settle(connection, "scope_person")
    execute(
        connection,
        f"INSERT INTO scope_account SELECT pa.source, pa.account FROM {_OF_SCOPE}"
        " WHERE coalesce(pa.source, '') <> ''",
    )
    settle(connection, "scope_account")


def _nobody(connection: Connection) -> set[str]:
    """Whoever has no account any more, such as the erased and those who were merged."""
    sql = (
        "SELECT DISTINCT a.person FROM affiliation a WHERE NOT EXISTS ("
        " SELECT 1 FROM person_account pa WHERE pa.person = a.person)"
    )
    return {person for (person,) in all_rows(connection, sql)}


def _with_several(connection: Connection) -> set[str]:
    """Whoever worked for several: what they did since may tell for which of them they work."""
    sql = "SELECT person FROM affiliation GROUP BY person HAVING count(*) > 1"
    return {person for (person,) in all_rows(connection, sql)}


def _bearers(connection: Connection, changed: RegisterChange) -> set[str]:
    """Whoever has an account that said a name, or has an address at a domain, that changed."""
    if not changed.names and not changed.domains:
        return set()
    pairs = all_rows(connection, "SELECT DISTINCT organization, domain FROM account_organization")
    told = [
        (text, host)
        for text, host in pairs
        if normal_form(text) in changed.names or (host and registrable(host) in changed.domains)
    ]
    with staged(connection, reread="organization TEXT, domain TEXT"):
        put(connection, "reread", ("organization", "domain"), told)
        settle(connection, "reread")
        found = all_rows(
            connection,
            "SELECT DISTINCT pa.person FROM reread r"
            " JOIN account_organization o"
            "   ON o.organization = r.organization AND o.domain = r.domain"
            " JOIN person_account pa ON pa.source = o.source AND pa.account = o.account",
        )
    return {person for (person,) in found}


def _scope(scoped: bool, column: str) -> str:
    return f"{column} IN (SELECT person FROM scope_person)" if scoped else "TRUE"


def _stage_works(connection: Connection, register: Register, scoped: bool) -> None:
    """Fill `works_for`: at once for who ever named one organisation, else by signs of use."""
    read = _Reader(register)
    done: list[Row] = []
    torn: dict[str, list[Spell]] = {}
    query = _SPELLS.format(people=_OF_SCOPE if scoped else "person_account pa")
    for person, spells in groupby(_stream(connection, query), key=itemgetter(0)):
        found = read.spells(spells)
        if len({s.organization for s in found}) > 1:
            torn[person] = found
        else:
            done += _works(person, found, register.head)
        if len(done) >= _AT_ONCE:
            put(connection, "works_for", _WORKS, done)
            done = []
    if torn:
        acts = _signs(connection, torn.values())
        for person, found in torn.items():
            used = [_with_acts(spell, acts.get(spell.account)) for spell in found]
            done += _works(person, used, register.head)
    put(connection, "works_for", _WORKS, done)
    settle(connection, "works_for")
    add_organizations(connection, register, read.organizations)


class _Reader:
    """Reads rows of `_SPELLS`; what one says is looked up once."""

    def __init__(self, register: Register) -> None:
        self._register = register
        self._keys: dict[tuple[str, str, str], str] = {}

    def spells(self, rows: Iterable[Row]) -> list[Spell]:
        """Those that tell an organisation."""
        found = []
        for _, source, account, text, host, country, since, until, gone, dated in rows:
            said = (text, host, country)
            if (key := self._keys.get(said)) is None:
                name = normal_form(text) if text else ""
                key = self._keys[said] = self._register.key_of(name, host, country)
            if key:
                stated = bool(text)
                found.append(Spell((source, account), key, since, until, bool(dated), stated, gone))
        return found

    @property
    def organizations(self) -> set[str]:
        """All that were told."""
        return set(self._keys.values()) - {""}


def _works(person: str, spells: list[Spell], head: Callable[[str], str]) -> list[Row]:
    made: list[Affiliation]
    if all(s.until is None and s.organization == spells[0].organization for s in spells):
        made = [
            Affiliation(spell.organization, min(s.since for s in spells), None, 1)
            for spell in spells[:1]
        ]
    else:
        made = affiliations(spells, head)
    return [(person, a.organization, _text(a.since), _text(a.until), a.place) for a in made]


def _text(instant: Any) -> str | None:
    return instant_text(instant) if isinstance(instant, datetime) else instant


def _with_acts(spell: Spell, acts: tuple[Any, Any] | None) -> Spell:
    """Acts count for what the account said at the time."""
    if acts is None:
        return spell
    first, last = acts
    if spell.until is not None and last > spell.until:
        last = spell.until
    return spell._replace(first_act=first, last_act=last)


def _signs(
    connection: Connection, people: Iterable[list[Spell]]
) -> dict[tuple[str, str], tuple[Any, Any]]:
    """The first and last act of each account of these people."""
    accounts = sorted({spell.account for spells in people for spell in spells})
    put(connection, "torn_account", ("source", "account"), accounts)
    settle(connection, "torn_account")
    found: dict[tuple[str, str], tuple[Any, Any]] = {}
    for table, at, join in _ACTS:
        rows = all_rows(
            connection,
            f"SELECT p.source, p.account, min({at}), max({at}) FROM {table} p"
            " JOIN torn_account t ON t.source = p.source AND t.account = p.account"
            f" {join} WHERE {at} IS NOT NULL GROUP BY p.source, p.account",
        )
        for source, account, first, last in rows:
            before = found.get((source, account), (first, last))
            found[source, account] = (min(before[0], first), max(before[1], last))
    return found


def _stream(connection: Connection, sql: str) -> Iterator[Row]:
    # PostgreSQL's driver would hold all rows at once, but for a cursor with a name.
    named = {"name": "spells"} if connection.dialect.name == "postgresql" else {}
    cursor = driver_cursor(connection, **named)
    cursor.execute(sql)
    while rows := cursor.fetchmany(_AT_ONCE):
        yield from rows
    cursor.close()


def _write(connection: Connection, scoped: bool) -> int:
    """Write what differs and nothing else."""
    same = "w.person = {0}.person AND w.organization = {0}.organization"
    same += " AND w.valid_from = {0}.valid_from"
    gone = execute(
        connection,
        f"DELETE FROM affiliation WHERE {_scope(scoped, 'person')} AND NOT EXISTS ("
        f" SELECT 1 FROM works_for w WHERE {same.format('affiliation')})",
    ).rowcount
    changed = execute(
        connection,
        f"""
        UPDATE affiliation SET valid_to = w.valid_to, place = w.place
        FROM works_for w
        WHERE {same.format("affiliation")}
          AND (affiliation.valid_to <differs from> w.valid_to
               OR affiliation.place <differs from> w.place)
        """,
    ).rowcount
    new = execute(
        connection,
        f"""
        INSERT INTO affiliation (person, organization, valid_from, valid_to, place)
        SELECT w.person, w.organization, w.valid_from, w.valid_to, w.place FROM works_for w
        WHERE NOT EXISTS (SELECT 1 FROM affiliation a WHERE {same.format("a")})
        """,
    ).rowcount
    return gone + changed + new


def _name_main(connection: Connection, scoped: bool) -> None:
    """`person.organization` is the name of the main one of now."""
    main = """
        SELECT w.person, o.name FROM works_for w
        JOIN (SELECT person, min(place) AS place FROM works_for
              WHERE valid_to IS NULL GROUP BY person) m
          ON m.person = w.person AND m.place = w.place AND w.valid_to IS NULL
        JOIN organization o ON o.key = w.organization
    """
    with staged(connection, main_one="person TEXT PRIMARY KEY, name TEXT"):
        execute(connection, f"INSERT INTO main_one {main}")
        settle(connection, "main_one")
        execute(
            connection,
            """
            UPDATE person SET organization = m.name FROM main_one m
            WHERE m.person = person.id AND person.organization <differs from> m.name
            """,
        )
        execute(
            connection,
            f"UPDATE person SET organization = NULL WHERE {_scope(scoped, 'id')}"
            " AND organization IS NOT NULL"
            " AND NOT EXISTS (SELECT 1 FROM main_one m WHERE m.person = person.id)",
        )


__all__ = ["update_affiliations"]
