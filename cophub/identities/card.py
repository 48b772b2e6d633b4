"""Everything that is known of a person, for whoever looks them up."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, select

from cophub.identities.decisions import Fact, facts
from cophub.identities.links import Account, accounts_of, owners
from cophub.identities.privacy import masking
from cophub.identities.profile import AccountView, account_views
from cophub.identities.visibility import MASKED, Visibility
from cophub.warehouse import tables

_person, _history = tables.person, tables.person_history
_affiliation, _organization = tables.affiliation, tables.organization


@dataclass(frozen=True)
class Employment:
    """For whom a person works or worked."""

    organization: str
    valid_from: datetime | date | None
    valid_to: datetime | date | None


@dataclass(frozen=True)
class Event:
    """An account came to this person, or went to another one."""

    at: datetime
    account: str
    what: str
    """came or went."""
    reason: str | None
    now_of: str | None = None
    """Id of the person it went to; None: it came, or is nobody's."""


@dataclass(frozen=True)
class PersonCard:
    """A person with all accounts; `accounts` are numbered from 1 in this order."""

    person: str
    name: str | None
    email: str | None
    kind: str
    organization: str | None
    country: str | None
    listed: bool
    created_at: datetime
    accounts: tuple[AccountView, ...]
    employments: tuple[Employment, ...]
    communities: tuple[str, ...]
    merged: tuple[str, ...]
    """Ids that lead here since their people were merged into this one."""
    history: tuple[Event, ...]
    decisions: tuple[Fact, ...]
    """Decisions about one of these accounts that stand; keys are masked as elsewhere."""


def person_card(connection: Connection, person: str, *, visible: Visibility = MASKED) -> PersonCard:
    """The card of a person who is no redirect."""
    row = connection.execute(select(_person).where(_person.c.id == person)).one()
    accounts = accounts_of(connection, [person])
    views = account_views(connection, accounts, visible=visible)
    shown = masking(visible.all_of(connection, [person]))
    ordered = tuple(views[account] for account in accounts)
    redirects = select(_person.c.id).where(_person.c.merged_into == person)
    return PersonCard(
        person=person,
        name=row.name and shown(row.name),
        email=shown(row.email) if row.email else None,
        kind=row.kind,
        organization=_organization_name(connection, row.organization),
        country=row.country,
        listed=row.listed,
        created_at=row.created_at,
        accounts=ordered,
        employments=_employments(connection, person),
        communities=tuple(sorted({title for view in ordered for title in view.communities})),
        merged=tuple(connection.scalars(redirects.order_by(_person.c.id))),
        history=_events(connection, person, visible),
        decisions=_decisions(connection, accounts, visible),
    )


def _organization_name(connection: Connection, key: str | None) -> str | None:
    if key is None:
        return None
    query = select(_organization.c.name).where(_organization.c.key == key)
    return connection.scalar(query) or key


def _employments(connection: Connection, person: str) -> tuple[Employment, ...]:
    a, o = _affiliation.c, _organization.c
    query = (
        select(o.name, a.organization, a.valid_from, a.valid_to)
        .select_from(_affiliation.outerjoin(_organization, o.key == a.organization))
        .where(a.person == person)
        .order_by(a.valid_from.desc(), a.organization)
    )
    return tuple(
        Employment(name or key, since, until)
        for name, key, since, until in connection.execute(query)
    )


def _events(connection: Connection, person: str, visible: Visibility) -> tuple[Event, ...]:
    """What came and went, the newest first."""
    h = _history.c
    rows = connection.execute(select(_history).where(h.person == person)).all()
    gone = [(row.source, row.account) for row in rows if row.valid_to is not None]
    holders = owners(connection, gone)
    shown = visible.people(connection, {person, *holders.values()})
    found: list[Event] = []
    for row in rows:
        both = {person, holders.get((row.source, row.account), person)}
        account = masking(both <= shown)(f"{row.source}:{row.account}")
        found.append(Event(row.valid_from, account, "came", row.reason))
        if row.valid_to is not None:
            now_of = holders.get((row.source, row.account))
            other = None if now_of == person else now_of
            found.append(Event(row.valid_to, account, "went", row.reason, other))
    return tuple(sorted(found, key=lambda e: (e.at, e.what, e.account), reverse=True))


def _decisions(
    connection: Connection, accounts: Sequence[Account], visible: Visibility
) -> tuple[Fact, ...]:
    theirs = set(accounts)
    known = [fact for fact in facts(connection) if theirs & {fact.a, fact.b}]
    shown = visible.accounts(connection, {account for fact in known for account in fact.pair})
    return tuple(
        Fact(
            fact.number,
            fact.same,
            (fact.a[0], masking(fact.a in shown)(fact.a[1])),
            (fact.b[0], masking(fact.b in shown)(fact.b[1])),
            fact.decided_by,
            fact.decided_at,
            masking(shown >= set(fact.pair))(fact.note) if fact.note else None,
        )
        for fact in known
    )


__all__ = ["Employment", "Event", "PersonCard", "person_card"]
