"""Looks at leases, and lets them grow old."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select, update

from cophub.warehouse import Warehouse, state, tables

LEASE = tables.metadata.tables["lease"]


def lease(warehouse: Warehouse, name: str) -> dict[str, Any]:
    """The lease as it is written."""
    with warehouse.connect() as connection:
        return connection.execute(select(LEASE).where(LEASE.c.name == name)).one()._asdict()


def age(warehouse: Warehouse, name: str) -> None:
    """Let the lease have run out a second ago."""
    with warehouse.begin() as connection:
        _age(connection, name)


def overtake(warehouse: Warehouse, name: str) -> state.Lease:
    """Let the lease run out and somebody else take it, before its holder can do anything."""
    with warehouse.begin() as connection:
        _age(connection, name)
        return state.take_lease(connection, name, "another machine", now=datetime.now(UTC))


def _age(connection: Connection, name: str) -> None:
    past = datetime.now(UTC) - timedelta(seconds=1)
    connection.execute(update(LEASE).where(LEASE.c.name == name).values(expires_at=past))


def until_renewed(warehouse: Warehouse, name: str) -> None:
    """Wait until the lease holds again; fails after ten seconds."""
    patience = time.monotonic() + 10
    while lease(warehouse, name)["expires_at"] <= datetime.now(UTC):
        assert time.monotonic() < patience, "nobody showed a sign of life"
        time.sleep(0.01)
