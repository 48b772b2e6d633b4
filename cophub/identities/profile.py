"""What accounts and people look like to somebody who is to judge them: side by side, masked.

Addresses, and keys that are addresses, are masked unless all sources that gave them show theirs, or
they are asked for.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, select

from cophub.identities.evidence import Evidence
from cophub.identities.links import Account, keys_in_parts
from cophub.identities.privacy import masking
from cophub.identities.reading.places import shown_country
from cophub.identities.store.rows import among
from cophub.identities.visibility import MASKED, Visibility
from cophub.warehouse import tables
from cophub.warehouse.columns import Instant

_account, _evidence = tables.account, tables.identity_evidence


@dataclass(frozen=True)
class AccountView:
    """One account as people see it."""

    source: str
    account: str
    """Its key, masked where it is an address."""
    name: str | None = None
    email: str | None = None
    verified: bool | None = None
    username: str | None = None
    organization: str | None = None
    job_title: str | None = None
    country: str | None = None
    city: str | None = None
    kind: str = "person"
    kind_reason: str | None = None
    communities: tuple[str, ...] = ()
    """Titles of the communities that it is in now."""
    since: datetime | None = None
    """The earliest that is known of it."""
    gone_at: datetime | None = None

    @property
    def label(self) -> str:
        """`source:key`."""
        return f"{self.source}:{self.account}"


@dataclass(frozen=True)
class Side:
    """What all accounts of a person say, the most frequent first."""

    accounts: tuple[str, ...]
    names: tuple[str, ...]
    addresses: tuple[str, ...]
    organizations: tuple[str, ...]
    job_titles: tuple[str, ...]
    places: tuple[str, ...]
    sources: tuple[str, ...]
    communities: tuple[str, ...]
    since: datetime | None
    until: datetime | None
    """When the last of its accounts was gone; None: some are there."""


def account_views(
    connection: Connection, accounts: Collection[Account], *, visible: Visibility = MASKED
) -> dict[Account, AccountView]:
    """How each of the accounts looks; one that the warehouse lost has only its key."""
    open_ones = visible.accounts(connection, accounts)
    kinds = _kinds(connection, accounts)
    communities, joined = _memberships(connection, accounts)
    found: dict[Account, AccountView] = {}
    for row in _rows(connection, accounts):
        ref = (row.source, row.key)
        shown = masking(ref in open_ones)
        kind, reason = kinds.get(ref, (row.kind or "person", None))
        known = [at for at in (row.created_at, row.first_seen_at, joined.get(ref)) if at]
        given = " ".join(part for part in (row.given_name, row.family_name) if part)
        found[ref] = AccountView(
            row.source,
            shown(row.key),
            name=_shown(row.name or given, shown),
            email=_shown(row.email, shown),
            verified=row.email_verified,
            username=_shown(row.username, shown),
            organization=_shown(row.organization, shown),
            job_title=_shown(row.job_title, shown),
            country=row.country and shown_country(row.country),
            city=row.city,
            kind=kind,
            kind_reason=reason,
            communities=tuple(sorted(communities.get(ref, ()))),
            since=min(known, default=None),
            gone_at=row.gone_at,
        )
    return {
        ref: found.get(ref) or AccountView(ref[0], masking(ref in open_ones)(ref[1]))
        for ref in accounts
    }


def side_of(views: Sequence[AccountView]) -> Side:
    """What several accounts say together."""
    gone = [view.gone_at for view in views]
    places = (", ".join(part for part in (v.city, v.country) if part) for v in views)
    since = [view.since for view in views if view.since]
    return Side(
        accounts=tuple(view.label for view in views),
        names=_by_frequency(view.name for view in views),
        addresses=_by_frequency(view.email for view in views),
        organizations=_by_frequency(view.organization for view in views),
        job_titles=_by_frequency(view.job_title for view in views),
        places=_by_frequency(places),
        sources=_by_frequency(view.source for view in views),
        communities=_by_frequency(title for view in views for title in view.communities),
        since=min(since, default=None),
        until=max((at for at in gone if at), default=None) if gone and all(gone) else None,
    )


def evidence_of(connection: Connection, accounts: Collection[Account]) -> dict[Account, Evidence]:
    """The evidence of those of the accounts that are in the index."""
    decode = msgspec.msgpack.Decoder(Evidence).decode
    found: dict[Account, Evidence] = {}
    e = _evidence.c
    for source, part in keys_in_parts(accounts):
        query = select(e.account, e.evidence).where(e.source == source, e.account.in_(part))
        for key, packed in connection.execute(query):
            found[source, key] = decode(packed)
    return found


def _kinds(
    connection: Connection, accounts: Collection[Account]
) -> dict[Account, tuple[str, str | None]]:
    known = evidence_of(connection, accounts)
    return {ref: (e.kind, e.kind_reason or None) for ref, e in known.items()}


def _rows(connection: Connection, accounts: Collection[Account]) -> Iterable[Any]:
    c = _account.c
    for source, part in keys_in_parts(accounts):
        query = select(
            c.source, c.key, c.name, c.given_name, c.family_name, c.email, c.email_verified,
            c.username, c.organization, c.job_title, c.country, c.city, c.kind, c.created_at,
            c.first_seen_at, c.gone_at,
        )  # fmt: skip
        yield from connection.execute(query.where(c.source == source, c.key.in_(part)))


def _memberships(
    connection: Connection, accounts: Collection[Account]
) -> tuple[dict[Account, set[str]], dict[Account, datetime]]:
    """The communities of each account, and when it first joined any space."""
    wanted = set(accounts)
    rows = among(
        connection,
        "SELECT m.source, m.account, c.title, m.joined_at, m.gone_at, m.status FROM membership m"
        " LEFT JOIN community_space s ON s.source = m.source AND s.space = m.space"
        " LEFT JOIN community c ON c.key = s.community WHERE m.account IN <values>",
        sorted({key for _, key in wanted}),
    )
    communities: dict[Account, set[str]] = defaultdict(set)
    joined: dict[Account, datetime] = {}
    instant = Instant()
    for source, key, title, joined_at, gone_at, status in rows:
        ref = (source, key)
        if ref not in wanted:
            continue
        if title and gone_at is None and status in (None, "active"):
            communities[ref].add(title)
        at = instant.process_result_value(joined_at, connection.dialect)
        if at and (ref not in joined or at < joined[ref]):
            joined[ref] = at
    return communities, joined


def _shown(text: str | None, shown: Callable[[str], str]) -> str | None:
    return (shown(text.strip()) or None) if text else None


def _by_frequency(texts: Iterable[str | None]) -> tuple[str, ...]:
    counts: dict[str, int] = defaultdict(int)
    for text in texts:
        if text:
            counts[text] += 1
    return tuple(sorted(counts, key=lambda text: (-counts[text], text)))


__all__ = ["AccountView", "Side", "account_views", "evidence_of", "side_of"]
