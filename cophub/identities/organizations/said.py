"""What persons say about organisations: whose a name or domain is, and which two are one.

What was said stands before all that ships or is learned, until it is withdrawn; then things are
again as they were.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from cophub.identities.organizations.normal import normal_form
from cophub.identities.organizations.register import Register
from cophub.identities.organizations.stored import LEARNED, SEED
from cophub.identities.reading.mailboxes import is_work_domain
from cophub.identities.store.rows import all_rows
from cophub.warehouse.staging import execute

_NAMES = "SELECT name, kind, organization, set_by FROM organization_name"


@dataclass(frozen=True)
class NameRow:
    """A name, domain or former key by which an organisation goes."""

    name: str
    kind: str
    """name, domain or key."""
    organization: str
    """Key; empty: of none."""
    set_by: str | None
    """seed, learned or a person's name."""


@dataclass(frozen=True)
class OrganizationRow:
    """An organisation with what leads to it and who works there now."""

    key: str
    name: str
    parent: str | None
    country: str | None
    people: int
    """Who works there now, at its offices included."""
    names: int
    domains: tuple[str, ...]
    offices: tuple[str, ...]


@dataclass(frozen=True)
class OpenName:
    """A name that may mean this or that, and how many accounts wait for somebody to say."""

    name: str
    written: str
    """As most accounts write it."""
    domain: str
    """The work domain that goes with it, of which nothing is known either; empty: none."""
    accounts: int
    may_be: tuple[str, ...]
    """Keys of organisations that share the name."""


def kind_and_name(text: str) -> tuple[str, str]:
    """What a person means: ("domain", "who.int") or ("name", its normal form); "" says nothing."""
    host = text.strip().lower().removeprefix("@")
    if "." in host and not host.endswith(".") and is_work_domain(host):
        return "domain", host
    return "name", normal_form(text)


def say(
    connection: Connection, kind: str, name: str, key: str, *, by: str | None, now: datetime
) -> None:
    """Keep whose a name or domain is (an empty key: nobody's), or that a key is another's now."""
    execute(
        connection,
        """
        INSERT INTO organization_name (name, kind, organization, set_by, set_at)
        VALUES (:name, :kind, :key, :by, :now)
        ON CONFLICT (name, kind) DO UPDATE
        SET organization = excluded.organization, set_by = excluded.set_by,
            set_at = excluded.set_at
        """,
        name=name,
        kind=kind,
        key=key,
        by=by or "somebody",
        now=now,
    )


def withdraw(connection: Connection, kind: str, name: str) -> bool:
    """Take back what a person said; whether there was anything."""
    done = execute(
        connection,
        "DELETE FROM organization_name WHERE kind = :kind AND name = :name"
        " AND coalesce(set_by, '') NOT IN ('seed', 'learned')",
        kind=kind,
        name=name,
    )
    return done.rowcount > 0


def names_of(connection: Connection, key: str) -> list[NameRow]:
    """By what an organisation goes here, what persons said first."""
    rows = [NameRow(*row) for row in all_rows(connection, _NAMES) if row[2] == key]
    order = {LEARNED: 1, SEED: 2}
    return sorted(rows, key=lambda r: (r.kind, order.get(r.set_by or "", 0), r.name))


def organizations(connection: Connection) -> list[OrganizationRow]:
    """All that anybody works for or that a name leads to, those with most people first."""
    names: Counter[str] = Counter()
    domains: defaultdict[str, list[str]] = defaultdict(list)
    for name, kind, key, _ in all_rows(connection, _NAMES):
        if kind == "domain":
            domains[key].append(name)
        elif kind == "name":
            names[key] += 1
    rows = all_rows(connection, "SELECT key, name, parent, country FROM organization")
    offices: defaultdict[str, list[str]] = defaultdict(list)
    for key, _, parent, _ in rows:
        if parent:
            offices[parent].append(key)
    workers = _workers(connection)
    found = []
    for key, name, parent, country in rows:
        people: set[str] = set().union(*(workers[k] for k in (key, *offices[key])))
        found.append(
            OrganizationRow(
                key, name, parent, country, len(people), names[key],
                tuple(sorted(domains[key])), tuple(sorted(offices[key])),
            )
        )  # fmt: skip
    return sorted(found, key=lambda row: (-row.people, row.name.casefold(), row.key))


def _workers(connection: Connection) -> defaultdict[str, set[str]]:
    workers: defaultdict[str, set[str]] = defaultdict(set)
    sql = "SELECT organization, person FROM affiliation WHERE valid_to IS NULL"
    for key, person in all_rows(connection, sql):
        workers[key].add(person)
    return workers


def open_names(connection: Connection, register: Register) -> list[OpenName]:
    """Names that leave accounts without an organisation, those of most accounts first."""
    rows = all_rows(
        connection,
        "SELECT organization, domain, country, count(*) FROM account_organization"
        " WHERE valid_to IS NULL AND organization <> '' GROUP BY organization, domain, country",
    )
    written: defaultdict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for text, domain, country, accounts in rows:
        name = normal_form(text)
        if not name or name in register.said_names:
            continue
        key = register.key_of(name, domain, country)
        # A ministry whose domain is known only as itself would be told apart by a person, too.
        if not key:
            written[name, domain][text] += accounts
    found = [
        OpenName(
            name,
            min(texts, key=lambda text: (-texts[text], text)),
            domain,
            texts.total(),
            register.shipped.names.get(name, ()),
        )
        for (name, domain), texts in written.items()
    ]
    return sorted(found, key=lambda o: (-o.accounts, o.name, o.domain))


__all__ = [
    "NameRow", "OpenName", "OrganizationRow", "kind_and_name", "names_of", "open_names",
    "organizations", "say", "withdraw",
]  # fmt: skip
