"""All that the warehouse holds about one person, table by table, and nothing about anybody else.

Which columns are hidden goes by their tags (`cophub.warehouse.privacy`): an identifier that is not
the person's own is hidden, and content loses the names, addresses and ids of others.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Table,
    Text,
    and_,
    cast,
    false,
    func,
    or_,
    select,
)

from cophub.identities.evidence import Evidence
from cophub.identities.forgetting import Plan, plan
from cophub.identities.links import by_source, in_parts
from cophub.identities.others import OTHER, Others, others
from cophub.identities.profile import evidence_of
from cophub.warehouse import erasure, privacy, tables

t = tables
_SKIPPED = {"digest", "run"}
"""What says nothing to anybody but cophub."""
_NAMES = {"name", "author_name", "email"}
"""Identifiers that people write; the others are keys and ids."""

NOT_IN_IT = {
    "identity_key": "hashes of the same",
    "measure_due": "what triggers note of changes until figures are counted anew; times alone",
    "erasure": "keyed hashes of people who were erased; whoever is in this file is not",
    "organization_name": "names of organisations, and who of the hub's keepers set them",
    "community": "a contact that plugins.toml publishes",
    "community_space": "spaces of communities, and who of the hub's keepers set them",
}
"""Tables with identifiers that hold nothing more about a person, and why."""


@dataclass(frozen=True)
class Part:
    """Rows of one table that are about the person."""

    table: str
    title: str
    """What a reader calls it."""
    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]


@dataclass(frozen=True)
class PersonData:
    """One person's data. Personal throughout: for that person alone."""

    person: str
    name: str | None
    kind: str
    accounts: tuple[tuple[str, str], ...]
    parts: tuple[Part, ...]

    @property
    def sources(self) -> tuple[str, ...]:
        """Where any of it came from."""
        named = {source for source, _ in self.accounts}
        for part in self.parts:
            if "source" in part.columns:
                at = part.columns.index("source")
                named.update(row[at] for row in part.rows if row[at])
        return tuple(sorted(named))

    @property
    def rows(self) -> int:
        """How many rows there are in all."""
        return sum(len(part.rows) for part in self.parts)


def person_data(connection: Connection, asked: str) -> PersonData:
    """The data of whom `asked` names. Raises ConfigError: nobody, or several."""
    wanted = plan(connection, asked)
    own = (*wanted.emails, *wanted.ids, *wanted.organizers)
    hidden = others(connection, wanted.people, wanted.accounts, own, wanted.names)
    collect = _Collector(connection, wanted, hidden)
    parts = tuple(part for table, title in _TITLES.items() if (part := collect.part(table, title)))
    p = tables.person.c
    kind = connection.scalar(select(p.kind).where(p.id == wanted.meant.person))
    return PersonData(
        wanted.meant.person, wanted.meant.name, kind or "person", wanted.accounts, parts
    )


_TITLES = {
    "person": "Who you are to this hub",
    "account": "Your accounts",
    "membership": "What you are or were a member of",
    "membership_period": "What was known of that when",
    "post": "What you wrote",
    "document": "Documents you contributed",
    "event": "Events you held",
    "attendance": "Events you were at",
    "reaction": "Your reactions",
    "delivery": "Newsletters sent to you",
    "brief_sent": "Weekly briefs mailed to you",
    "affiliation": "For whom you work or worked",
    "account_organization": "What your accounts said about that",
    "person_account": "Which accounts are held to be yours, and why",
    "person_history": "Which accounts were held to be yours, and when",
    "identity_decision": "What people decided about that",
    "identity_edge": "How alike your accounts are",
    "identity_evidence": "What rules of this hub know of your accounts",
    "measure_took_part": "Figures: what you did in each quarter",
    "measure_gave": "Figures: where you contributed",
    "measure_member_stay": "Figures: in which communities you are counted",
    "measure_channel_stay": "Figures: by which channels you were reached",
    "measure_reached": "Figures: since when each channel reached you",
    "measure_spell": "Figures: spells of membership",
    "measure_ahead": "Figures: what is known of days to come",
    "measure_account": "Figures: accounts that count",
    "broker": "Figures: where you join communities",
    "reject": "Items about you that were not understood",
    "audit": "When somebody looked at, exported or changed what is about you",
}
"""Every table that is in the export, in the order of the file."""


@dataclass
class _Collector:
    """Reads the rows of each table, and hides in them whoever is somebody else."""

    connection: Connection
    wanted: Plan
    others: Others

    def part(self, name: str, title: str) -> Part | None:
        """The rows of one table; None: there are none."""
        if name == "identity_evidence":
            return self._clues(name, title)
        table = t.metadata.tables[name]
        context, joined = self._context(table)
        columns = [c for c in table.columns if c.name not in self._left_out(table)]
        order = [c for c in table.primary_key.columns if c.name in table.c]
        rows: list[tuple[Any, ...]] = []
        for where in self._where(table):
            query = select(*columns, *context).select_from(joined).where(where).order_by(*order)
            rows += [tuple(row) for row in self.connection.execute(query)]
        hide = [self._hider(table, column) for column in columns]
        hide += [self.others.hide] * len(context)
        if not rows:
            return None
        hidden = [tuple(f(v) for f, v in zip(hide, row, strict=True)) for row in rows]
        names = (*(c.name for c in columns), *(c.name for c in context))
        part = Part(name, title, names, hidden)
        return _own_threads(part) if name == "post" else part

    def _clues(self, name: str, title: str) -> Part | None:
        """What rules know; all else in this table is the normal form of `account`."""
        rows = [
            (*ref, *row)
            for ref, e in sorted(evidence_of(self.connection, self.wanted.accounts).items())
            for row in _known_by_rules(e)
        ]
        columns = ("source", "account", "rule", "what", "value")
        return Part(name, title, columns, rows) if rows else None

    def _left_out(self, table: Table) -> set[str]:
        # Who looked is somebody else; an item may hold a whole page of others.
        more = {"audit": {"who", "details"}, "reject": {"item"}}
        return _SKIPPED | more.get(table.name, set())

    def _hider(self, table: Table, column: Column[Any]) -> Callable[[Any], Any]:
        tag = privacy.tags(table.name)[column.name]
        if tag == "plain" or table.name in ("account", "identity_edge"):
            return _same
        if tag == "identifier" and column.name not in _NAMES:
            return self.others.hide_key
        return self.others.hide

    def _context(self, table: Table) -> tuple[list[ColumnElement[Any]], Any]:
        """What a row needs to be understood: the titles of what its keys name."""
        named: list[ColumnElement[Any]] = []
        joined: Any = table
        for key, other, columns in (
            ("space", t.space, ("title",)),
            ("event", t.event, ("title", "starts_at")),
            ("campaign", t.campaign, ("subject",)),
        ):
            if key in table.c and "source" in table.c:
                on = and_(other.c.source == table.c.source, other.c.key == table.c[key])
                joined = joined.outerjoin(other, on)
                named += [other.c[name].label(f"{key}_{name}") for name in columns]
        return named, joined

    def _where(self, table: Table) -> list[ColumnElement[bool]]:
        """Conditions that choose the person's rows; each row meets one of them."""
        wanted = self.wanted
        special: dict[str, Callable[[], list[ColumnElement[bool]]]] = {
            "person": lambda: [t.person.c.id.in_(wanted.people)],
            "account": lambda: self._theirs(table, "key"),
            "event": self._organized,
            "identity_decision": lambda: [self._decided()],
            "identity_edge": lambda: [self._alike()],
            "brief_sent": lambda: [self._mailed()],
            "reject": lambda: [self._rejected()],
            "audit": lambda: [t.audit.c.subject.in_(wanted.people)],
        }
        if table.name in special:
            return special[table.name]()
        if "person" in table.c:
            return [table.c.person.in_(wanted.people)]
        return self._theirs(table, "account")

    def _theirs(self, table: Table, key: str) -> list[ColumnElement[bool]]:
        return [
            and_(table.c.source == source, table.c[key].in_(part))
            for source, keys in by_source(self.wanted.accounts).items()
            for part in in_parts(keys)
        ]

    def _organized(self) -> list[ColumnElement[bool]]:
        organizer = t.event.c.organizer
        said = [*self.wanted.emails, *self.wanted.organizers]
        by_key = [
            and_(t.event.c.source == source, organizer.in_(keys))
            for source, keys in by_source(self.wanted.accounts).items()
        ]
        return [or_(func.lower(organizer).in_(said), organizer.in_(said), *by_key)]

    def _decided(self) -> ColumnElement[bool]:
        d = t.identity_decision.c
        found = [
            and_(source == s, account == k)
            for s, k in self.wanted.accounts
            for source, account in ((d.source_a, d.account_a), (d.source_b, d.account_b))
        ]
        return or_(*found) if found else false()

    def _alike(self) -> ColumnElement[bool]:
        """Edges between two of the person's accounts: one to somebody else's is about both."""
        e, edge = t.identity_evidence.c, t.identity_edge.c
        mine: list[int] = []
        for where in self._theirs(t.identity_evidence, "account"):
            mine += self.connection.scalars(select(e.id).where(where))
        return and_(edge.a.in_(mine), edge.b.in_(mine))

    def _mailed(self) -> ColumnElement[bool]:
        if not self.connection.scalar(select(func.count()).select_from(t.brief_sent)):
            return false()  # nor is there need of a key
        key = erasure.erasure_key(self.connection)
        hashes = [erasure.email_hash(key, email) for email in self.wanted.emails]
        return t.brief_sent.c.recipient.in_(hashes)

    def _rejected(self) -> ColumnElement[bool]:
        r = t.reject.c
        by_key = [
            and_(r.source == source, r.record == "account", r.key.in_(keys))
            for source, keys in by_source(self.wanted.accounts).items()
        ]
        texts = (cast(r.item, Text), r.reason, r.key)
        named = [
            text.icontains(email, autoescape=True) for email in self.wanted.emails for text in texts
        ]
        return or_(*by_key, *named) if by_key or named else false()


def _known_by_rules(e: Evidence) -> Iterator[tuple[str, str, str]]:
    """Rule, what it says, and the value."""
    yield from ((clue.rule, clue.kind, clue.value) for clue in e.clues)
    if e.placed_by:
        yield e.placed_by, "organization", e.organization
    if e.kind_by:
        yield e.kind_by, "kind", f"{e.kind}: {e.kind_reason}" if e.kind_reason else e.kind


def _same(value: Any) -> Any:
    return value


def _own_threads(part: Part) -> Part:
    """Posts whose answers and threads name only posts of the person's own."""
    at = {name: place for place, name in enumerate(part.columns)}
    own = {(row[at["source"]], row[at["key"]]) for row in part.rows}
    linked = [at[name] for name in ("thread", "reply_to")]

    def hidden(row: Sequence[Any]) -> tuple[Any, ...]:
        source = row[at["source"]]
        return tuple(
            OTHER if place in linked and value and (source, value) not in own else value
            for place, value in enumerate(row)
        )

    return replace(part, rows=[hidden(row) for row in part.rows])


TABLES = tuple(_TITLES)

__all__ = ["NOT_IN_IT", "TABLES", "Part", "PersonData", "person_data"]
