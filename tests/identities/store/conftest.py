"""A warehouse whose accounts, decisions and runs come and go as they do in a hub."""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from sqlalchemy import Connection, delete, insert, update

from cophub.identities.evidence import Evidence
from cophub.identities.matching.clustering import Decision
from cophub.identities.matching.match import match
from cophub.identities.matching.weights import Weights
from cophub.identities.organizations.stored import load_register
from cophub.identities.reading.rules import NO_RULES
from cophub.identities.store.edges import edge_rows, tie_rows
from cophub.identities.store.index import every_account
from cophub.identities.store.people import Changes
from cophub.identities.store.resolve import resolve
from cophub.identities.store.state import active_decisions
from cophub.warehouse import Warehouse, tables

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
Ref = tuple[str, str]
People = dict[str, frozenset[Ref]]
Edges = dict[tuple[Ref, Ref], tuple[float, str, bool]]


class Directory:
    """A warehouse to which syncs write accounts, and the people that are made of them."""

    def __init__(self, warehouse: Warehouse) -> None:
        self.warehouse = warehouse
        self.day = 0
        self.reader = NO_RULES

    @property
    def now(self) -> datetime:
        return BEGIN + timedelta(days=self.day)

    def empty(self) -> None:
        """Nothing is left, as in a new warehouse."""
        with self.warehouse.begin() as connection:
            for table in reversed(tables.metadata.sorted_tables):
                if table.name not in ("community", "community_space"):
                    connection.execute(delete(table))

    def sync(self, *accounts: dict[str, Any]) -> None:
        """One run of each source; an account is its fields, `source` and `key` among them."""
        self.day += 1
        with self.warehouse.begin() as connection:
            for source in sorted({account["source"] for account in accounts}):
                run = self._start_run(connection, source)
                for account in accounts:
                    if account["source"] == source:
                        self._write(connection, account, run)

    def begin(self, source: str) -> int:
        """A sync that has not ended; its number."""
        with self.warehouse.begin() as connection:
            return self._start_run(connection, source, "running")

    def go_on(self, run: int, *accounts: dict[str, Any]) -> None:
        """A sync that has begun writes accounts."""
        self.day += 1
        with self.warehouse.begin() as connection:
            for account in accounts:
                self._write(connection, account, run)

    def end(self, run: int) -> None:
        """A sync that has begun ends."""
        with self.warehouse.begin() as connection:
            table = tables.run
            connection.execute(update(table).where(table.c.id == run).values(state="done"))

    def _start_run(self, connection: Connection, source: str, state: str = "done") -> int:
        row = {"kind": "sync", "source": source, "state": state, "started_at": self.now}
        key = connection.execute(insert(tables.run).values(row)).inserted_primary_key
        assert key is not None
        return int(key[0])

    def _write(self, connection: Connection, account: dict[str, Any], run: int) -> None:
        table = tables.account
        stamp = {"run": run, "first_seen_at": self.now, "changed_at": self.now}
        same = (table.c.source == account["source"]) & (table.c.key == account["key"])
        blank = dict.fromkeys(column.name for column in table.c if column.nullable)
        values = blank | account | stamp
        for space in values.pop("spaces", ()):
            self._join(connection, account["source"], space, account["key"], run)
        if connection.execute(update(table).where(same).values(values)).rowcount == 0:
            connection.execute(insert(table).values(values))

    def _join(
        self, connection: Connection, source: str, space: str, account: str, run: int
    ) -> None:
        table = tables.membership
        key = {"source": source, "space": space, "account": account}
        same = [table.c[name] == value for name, value in key.items()]
        stamp = {"run": run, "first_seen_at": self.now, "changed_at": self.now}
        if connection.execute(update(table).where(*same).values(stamp)).rowcount == 0:
            connection.execute(insert(table).values(key | stamp | {"status": "active"}))

    def join(self, source: str, space: str, *accounts: str) -> None:
        """A run of the source finds accounts in a space; of themselves it finds nothing new."""
        self.day += 1
        with self.warehouse.begin() as connection:
            run = self._start_run(connection, source)
            for account in accounts:
                self._join(connection, source, space, account, run)

    def remove(self, *refs: Ref) -> None:
        """Accounts of erased people go, and a hash of each stays."""
        self.day += 1
        with self.warehouse.begin() as connection:
            for source, key in refs:
                table = tables.account
                connection.execute(
                    delete(table).where(table.c.source == source, table.c.key == key)
                )
                row = {"hash": f"{source} {key} {self.day}", "kind": "account"}
                connection.execute(insert(tables.erasure).values(row | {"erased_at": self.now}))

    def decide(self, same: bool, a: Ref, b: Ref, score: float | None = None) -> int:
        """Somebody's decision, asked with a score or unasked; its number."""
        self.day += 1
        row = {
            "decision": "same" if same else "different",
            "source_a": a[0],
            "account_a": a[1],
            "source_b": b[0],
            "account_b": b[1],
            "decided_at": self.now,
            "score": score,
        }
        with self.warehouse.begin() as connection:
            key = connection.execute(insert(tables.identity_decision).values(row))
            assert key.inserted_primary_key is not None
            return int(key.inserted_primary_key[0])

    def withdraw(self, number: int) -> None:
        self.day += 1
        table = tables.identity_decision
        with self.warehouse.begin() as connection:
            change = update(table).where(table.c.id == number).values(withdrawn_at=self.now)
            connection.execute(change)

    def resolve(self, weights: Weights | None = None) -> Changes:
        self.day += 1
        with self.warehouse.begin() as connection:
            return resolve(
                connection,
                weights=weights or Weights(),
                now=self.now,
                run=self.day,
                reader=self.reader,
            )

    def people(self) -> People:
        """The accounts of each person."""
        found: dict[str, set[Ref]] = {}
        for row in self.rows("person_account"):
            found.setdefault(row["person"], set()).add((row["source"], row["account"]))
        return {person: frozenset(accounts) for person, accounts in found.items()}

    def at_once(self, weights: Weights | None = None) -> tuple[set[frozenset[Ref]], Edges]:
        """The people and edges that weighing everything anew, in memory, makes of the accounts."""
        with self.warehouse.connect() as connection:
            accounts = [self.reader.read(row) for row in every_account(connection, self.reader)]
            found = match(
                accounts,
                register=load_register(connection),
                decisions=active_decisions(connection),
                weights=weights or Weights(),
            )
        own = {(e.source, e.key): number for number, e in enumerate(accounts)}
        rows = edge_rows(found.edges, found.clustering.joined, own)
        rows += tie_rows(found.nodes, accounts, own)
        people = {frozenset(_ref(accounts[at]) for at in person) for person in found.people}
        names = {number: ref for ref, number in own.items()}
        return people, _edges(rows, names)

    def edges(self) -> Edges:
        """What is kept of pairs of accounts."""
        evidence = self.rows("identity_evidence")
        names = {row["id"]: (row["source"], row["account"]) for row in evidence}
        return _edges(((*row.values(),) for row in self.rows("identity_edge")), names)

    def decisions(self) -> list[Decision]:
        with self.warehouse.connect() as connection:
            return active_decisions(connection)

    def rows(self, table: str) -> list[dict[str, Any]]:
        with self.warehouse.connect() as connection:
            found = connection.execute(tables.metadata.tables[table].select())
            return [row._asdict() for row in found]


def _ref(e: Evidence) -> Ref:
    return e.source, e.key


def _edges(rows: Iterable[tuple[Any, ...]], names: Mapping[int, Ref]) -> Edges:
    """Pairs of accounts, each with its score, its verdict and whether it joined."""
    return {
        (min(names[a], names[b]), max(names[a], names[b])): (round(score, 3), verdict, bool(joined))
        for a, b, score, verdict, joined, _ in rows
    }


def account(source: str, key: str, **fields: Any) -> dict[str, Any]:
    """An account's fields; `extra` is a dict, `spaces` are keys of spaces that it is in."""
    assert "extra" not in fields or msgspec.json.encode(fields["extra"])
    return {"source": source, "key": key, **fields}


def refs(people: People) -> set[frozenset[Ref]]:
    return set(people.values())


@pytest.fixture
def directory(warehouse: Warehouse) -> Directory:
    return Directory(warehouse)


Make = Callable[..., Iterable[dict[str, Any]]]
