"""Forgetting a person: everything that names them goes, and stays out of later syncs.

`plan` tells what would go and changes nothing; `forget` does it inside the caller's transaction.
The vendor side is cleared by `cophub.warehouse.erasure`, which leaves keyed hashes and nothing
else; the hub side is cleared here. What they wrote stays, without their name, addresses and ids.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Table, and_, delete, func, or_, select

from cophub.identities.evidence import Name
from cophub.identities.links import Account, accounts_of, by_source
from cophub.identities.lookup import Meant, meant
from cophub.identities.organizing import former_addresses, organizers_of
from cophub.identities.privacy import mask_address, mask_text
from cophub.identities.reading.account import shown_name as as_written
from cophub.identities.reading.display import shown_name
from cophub.identities.reading.mail_domains import DOMAIN_ALIASES
from cophub.identities.reading.mailboxes import canonical, clean, mailbox_behind
from cophub.identities.reading.names import COMPATIBLE, compare, read_name
from cophub.identities.reading.places import fold
from cophub.identities.reading.roles import is_role
from cophub.identities.store.state import read_state, write_state
from cophub.identities.sweeping import Traces, sweep
from cophub.warehouse import erasure, tables
from cophub.warehouse.traces import names_pattern

_INDEX = tables.identity_evidence
_ABOUT = (
    "membership", "membership_period", "reaction", "attendance", "delivery", "account_organization",
)  # fmt: skip
"""Tables with rows about one account, which go with it."""
_WROTE = ("post", "document")


@dataclass(frozen=True)
class Plan:
    """What would go. Only `Plan.shown` may be shown: all else is personal."""

    meant: Meant
    people: tuple[str, ...]
    """The person's id, and those that lead to it."""
    accounts: tuple[Account, ...]
    emails: tuple[str, ...]
    """Addresses to keep out, in every form that is known."""
    shared: tuple[str, ...]
    """Addresses that are somebody else's too, masked; only the person's accounts there go."""
    names: tuple[str, ...]
    common: frozenset[str]
    """Those of the names that others may bear: texts may mean them, and keep the name."""
    ids: tuple[str, ...]
    """Ids by which vendors speak of the person elsewhere: logins, directory ids."""
    organizers: tuple[str, ...]
    """What names them as the organizer of events, an address in whatever form."""
    namesakes: int
    """Other accounts that may bear one of the names."""
    counts: dict[str, int] = field(default_factory=dict)

    def shown(self) -> dict[str, Any]:
        """What may be shown: ids and counts, addresses masked."""
        return {
            "person": self.meant.person,
            "name": self.meant.name,
            "accounts": [f"{source}:{mask_text(key)}" for source, key in self.accounts],
            "addresses": sorted({mask_address(email) for email in self.emails}),
            "shared": list(self.shared),
            "namesakes": self.namesakes,
            "rows": {name: count for name, count in self.counts.items() if count},
        }


def plan(connection: Connection, asked: str) -> Plan:
    """Who would be forgotten, and what would go. Raises ConfigError: nobody, or several."""
    found = meant(connection, asked)
    person = tables.person.c
    redirects = connection.scalars(select(person.id).where(person.merged_into == found.person))
    people = (found.person, *sorted(redirects))
    return plan_of(connection, found, people, tuple(accounts_of(connection, [found.person])))


def plan_of(
    connection: Connection, found: Meant, people: tuple[str, ...], accounts: tuple[Account, ...]
) -> Plan:
    """What would go with these accounts, and with these people as far as they are somebody."""
    rows = _rows(connection, tables.account, accounts, "key")
    emails, shared = _addresses(connection, accounts, rows)
    names = _names(connection, found, accounts, rows)
    common, namesakes = _namesakes(connection, names, accounts)
    counts = _counts(connection, people, accounts)
    ids = _ids(accounts, rows)
    alone = [name for name in names if name not in common]
    organizers = organizers_of(connection, emails, alone)
    return Plan(
        found, people, accounts, emails, shared, names, common, ids, organizers, namesakes, counts
    )


def forget(
    connection: Connection,
    wanted: Plan,
    *,
    now: datetime,
    resolve: Callable[[Connection], None] = lambda connection: None,
) -> int:
    """Do what was planned, in the caller's transaction; how many other rows lost a mention.

    `resolve` brings the rest of the directory up to date once the accounts are gone.
    """
    if connection.dialect.name == "sqlite":
        # What is deleted is overwritten in the file, too.
        connection.exec_driver_sql("PRAGMA secure_delete = ON")
    alone = tuple(name for name in wanted.names if name not in wanted.common)
    traces = Traces.of(wanted.emails, wanted.ids, alone)
    _clear_people(connection, wanted)
    _sign_off(connection, wanted)
    erasure.erase(
        connection,
        emails=wanted.emails,
        accounts=wanted.accounts,
        ids=wanted.ids,
        names=alone,
        organizers=wanted.organizers,
        now=now,
    )
    resolve(connection)
    _clear_index(connection, wanted.accounts)
    _clear_people(connection, wanted)
    _forget_state(connection, set(wanted.accounts))
    return sweep(connection, traces)


# --- what there is -----------------------------------------------------------------------------


def _theirs(table: Table, accounts: Iterable[Account], key: str = "account") -> ColumnElement[bool]:
    """Rows of these accounts, source by source."""
    parts = [
        and_(table.c.source == source, table.c[key].in_(keys))
        for source, keys in by_source(accounts).items()
    ]
    return or_(*parts) if parts else table.c.source.is_(None)


def _rows(
    connection: Connection, table: Table, accounts: Iterable[Account], key: str = "account"
) -> list[Any]:
    return list(connection.execute(select(table).where(_theirs(table, accounts, key))))


def _addresses(
    connection: Connection, accounts: tuple[Account, ...], rows: list[Any]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The addresses that are theirs alone, in every form; and those of others too, masked."""
    written = {clean(text) for row in rows for text in _written(row)} - {""}
    written |= former_addresses(connection, accounts)
    own: set[str] = set()
    shared: set[str] = set()
    for email in sorted(written):
        mailbox = canonical(email)
        if _is_elsewhere(connection, email, accounts):
            shared.add(mask_address(email))
            continue
        own.add(email)
        # `info+amina@` is hers, `info@` is not.
        if mailbox and not is_role(mailbox.rpartition("@")[0]):
            own.add(mailbox)
    return tuple(sorted(own)), tuple(sorted(shared))


def _written(row: Any) -> Iterable[str]:
    extra = row.extra if isinstance(row.extra, dict) else {}
    others = extra.get("more_emails")
    texts = [row.email, row.username, row.key, *(others if isinstance(others, list) else ())]
    return [text.rpartition("|")[2] for text in texts if isinstance(text, str) and "@" in text]


def _is_elsewhere(connection: Connection, email: str, accounts: tuple[Account, ...]) -> bool:
    """Whether an account of somebody else has this mailbox."""
    a, mine = tables.account.c, set(accounts)
    mailbox = canonical(email) or email
    domain = mailbox.rpartition("@")[2]
    query = select(a.source, a.key, a.email).where(a.email.is_not(None))
    if domain not in DOMAIN_ALIASES.values() and domain.isascii() and "xn--" not in domain:
        # The domain narrows it down; what is one mailbox, `mailbox_behind` says.
        query = query.where(func.lower(a.email).like(f"%{domain.split('.')[0]}%"))
    rows = connection.execute(query)
    return any(
        (row.source, row.key) not in mine and mailbox_behind(row.email) == mailbox for row in rows
    )


def _names(
    connection: Connection, found: Meant, accounts: tuple[Account, ...], rows: list[Any]
) -> tuple[str, ...]:
    """Full names that the person goes by, as written and as a text would have them."""
    names = {found.name or "", *(as_written(r.name, r.given_name, r.family_name) for r in rows)}
    theirs = [name for text in names if (name := read_name(text)[0]) is not None and name.full]
    for table, column in ((tables.attendance, "name"), (tables.post, "author_name")):
        query = select(table.c[column]).where(_theirs(table, accounts)).distinct()
        names.update(text for text in connection.scalars(query) if text and _fits(text, theirs))
    names |= {shown_name(name).text for name in names}
    return tuple(sorted(name for name in names if names_pattern([name]) is not None))


def _fits(text: str, theirs: Sequence[Name]) -> bool:
    """Whether they may go by it: somebody else may have spoken through their account."""
    name = read_name(text)[0]
    return name is None or not theirs or any(not compare(name, own).clash for own in theirs)


def _namesakes(
    connection: Connection, names: tuple[str, ...], accounts: tuple[Account, ...]
) -> tuple[frozenset[str], int]:
    """Those of the names that others may bear, and how many accounts of others do."""
    a, mine = tables.account.c, set(accounts)
    known = {text: (names_pattern([text]), read_name(text)[0]) for text in names}
    # Words that a name has in whatever order; the rest of the accounts need not be read.
    words = {word for _, name in known.values() if name for word in name.tokens if len(word) > 1}
    common: set[str] = set()
    count = 0
    query = select(a.source, a.key, a.name, a.given_name, a.family_name)
    for source, key, *said in connection.execute(query) if names else ():
        written = as_written(*said)
        if (source, key) in mine or not written:
            continue
        alike = not words.isdisjoint(fold(written).split())
        other = read_name(written)[0] if alike else None
        borne = {
            text
            for text, (pattern, name) in known.items()
            if (pattern and pattern.search(written)) or _may_be_meant(name, other)
        }
        common |= borne
        count += bool(borne)
    return frozenset(common), count


def _may_be_meant(name: Name | None, other: Name | None) -> bool:
    """Whether a text with the one name may mean who bears the other, which has initials or more."""
    if name is None or other is None or not name.full:
        return False
    found = compare(name, other)
    return found.level >= COMPATIBLE and {*found.how} <= {"equal", "initial"}


def _ids(accounts: tuple[Account, ...], rows: list[Any]) -> tuple[str, ...]:
    """Keys and directory ids that name them in what vendors say of others."""
    ids = {key for _, key in accounts}
    for row in rows:
        extra = row.extra if isinstance(row.extra, dict) else {}
        ids.update(v for v in (extra.get("directory_id"), row.username) if isinstance(v, str))
    return tuple(sorted(i for i in ids if len(i) >= 6 and any(c.isdigit() or c == "@" for c in i)))


def _counts(
    connection: Connection, people: tuple[str, ...], accounts: tuple[Account, ...]
) -> dict[str, int]:
    counts: Counter[str] = Counter()
    for name, where in _hub_rows(people, accounts).items():
        counts[name] += _count(connection, tables.metadata.tables[name], where)
    for name in (*_ABOUT, "identity_evidence"):
        table = tables.metadata.tables[name]
        counts[name] = _count(connection, table, _theirs(table, accounts))
    counts["account"] = _count(connection, tables.account, _theirs(tables.account, accounts, "key"))
    for name in _WROTE:
        table = tables.metadata.tables[name]
        counts[f"{name} (kept, nameless)"] = _count(connection, table, _theirs(table, accounts))
    return dict(counts)


def _count(connection: Connection, table: Table, where: ColumnElement[bool]) -> int:
    return connection.scalar(select(func.count()).select_from(table).where(where)) or 0


# --- taking it out -----------------------------------------------------------------------------


def _hub_rows(
    people: tuple[str, ...], accounts: tuple[Account, ...]
) -> dict[str, ColumnElement[bool]]:
    """By table, which rows of the hub side are about them."""
    t = tables
    d = t.identity_decision.c
    decided = [
        and_(source == s, account == k)
        for s, k in accounts
        for source, account in ((d.source_a, d.account_a), (d.source_b, d.account_b))
    ]
    history, link, counted = t.person_history, t.person_account, t.measure_account
    return {
        "person_account": or_(link.c.person.in_(people), _theirs(link, accounts)),
        "person_history": or_(history.c.person.in_(people), _theirs(history, accounts)),
        "identity_decision": or_(*decided) if decided else d.id.is_(None),
        "affiliation": t.affiliation.c.person.in_(people),
        "broker": t.broker.c.person.in_(people),
        "measure_account": or_(counted.c.person.in_(people), _theirs(counted, accounts)),
        "measure_took_part": t.measure_took_part.c.person.in_(people),
        "measure_gave": t.measure_gave.c.person.in_(people),
        **{table.name: table.c.person.in_(people) for table in t.STAYS},
        "person": t.person.c.id.in_(people),
    }


def _clear_people(connection: Connection, wanted: Plan) -> None:
    for name, where in _hub_rows(wanted.people, wanted.accounts).items():
        connection.execute(delete(tables.metadata.tables[name]).where(where))
    table = tables.account_organization
    connection.execute(delete(table).where(_theirs(table, wanted.accounts)))


def _clear_index(connection: Connection, accounts: tuple[Account, ...]) -> None:
    """Evidence, keys and edges that are still there."""
    query = select(_INDEX.c.id).where(_theirs(_INDEX, accounts))
    numbers = list(connection.scalars(query))
    key, edge = tables.identity_key, tables.identity_edge
    connection.execute(delete(key).where(key.c.evidence.in_(numbers)))
    connection.execute(delete(edge).where(or_(edge.c.a.in_(numbers), edge.c.b.in_(numbers))))
    connection.execute(delete(_INDEX).where(_INDEX.c.id.in_(numbers)))


def _sign_off(connection: Connection, wanted: Plan) -> None:
    """Their name goes from under what they wrote, also where others bear it too."""
    traces = Traces.of(wanted.emails, wanted.ids, wanted.names)
    for name in _WROTE:
        table = tables.metadata.tables[name]
        traces.clean_rows(connection, table, _theirs(table, wanted.accounts), with_names=True)


def _forget_state(connection: Connection, accounts: set[Account]) -> None:
    """The last resolution remembers which decisions it obeyed."""
    state = read_state(connection)
    if state is None:
        return
    kept = tuple(
        d for d in state.decisions if (d[1], d[2]) not in accounts and (d[3], d[4]) not in accounts
    )
    if kept != state.decisions:
        write_state(connection, msgspec.structs.replace(state, decisions=kept))


__all__ = ["Plan", "forget", "plan", "plan_of"]
