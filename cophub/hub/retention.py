"""Lets go what is older than `[retention]` in plugins.toml says, once a day, after a sync."""

import logging
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING

from cophub.errors import SourceBusy, WarehouseError
from cophub.warehouse import retention
from cophub.warehouse.holding import held, show_life

if TYPE_CHECKING:
    from cophub.hub import Hub

LEASE = "retention"
_log = logging.getLogger("cophub.hub")


def let_go(hub: "Hub") -> dict[str, int]:
    """Clear each table of what is too old, where that is due; rows by table.

    Whoever does so already is left to it. What fails is warned of and tried again after the next
    sync: the sync that it comes after has ended well.
    """
    try:
        return _let_go(hub)
    except WarehouseError as error:
        _log.warning("what is older than [retention] says waits for the next sync: %s", error)
        return {}


def _let_go(hub: "Hub") -> dict[str, int]:
    horizons = {table: hub.now() - kept for table, kept in hub.config.retention.kept.items()}
    due = _due(hub, horizons)
    if not due:
        return {}
    done: dict[str, int] = {}
    with suppress(SourceBusy), held(hub.warehouse, LEASE) as lease:
        for table in _due(hub, horizons):
            with hub.warehouse.begin() as connection:
                show_life(connection, lease)
                done[table] = retention.clear(connection, table, horizons[table], now=hub.now())
        if hub.warehouse.dialect == "sqlite" and any(done.values()):
            # Nor does it stay in the file beside the warehouse.
            with hub.warehouse.connect() as connection:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    for table, count in done.items():
        told = dict(event="retention", table=table, rows=count)
        _log.info("%s: %d rows were too old", table, count, extra=told)
    return done


def _due(hub: "Hub", horizons: dict[str, datetime]) -> list[str]:
    if not horizons:
        return []
    with hub.warehouse.connect() as connection:
        return [
            table
            for table, horizon in horizons.items()
            if retention.is_due(connection, table, horizon)
        ]


__all__ = ["LEASE", "let_go"]
