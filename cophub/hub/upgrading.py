"""Bringing a warehouse to another schema: never without a copy, never half."""

import logging
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import inspect, text

from cophub.errors import WarehouseError
from cophub.hub import backups, postgres_tools
from cophub.publish import LEASE
from cophub.warehouse import Warehouse
from cophub.warehouse.holding import held
from cophub.warehouse.upgrade import REVISIONS, downgrade_schema, versions_between

if TYPE_CHECKING:
    from cophub.hub import Hub
    from cophub.hub.backups import Backup

_FILLED = ("run", "account", "community", "identity_decision")
"""A warehouse with no row in these has nothing that a sync would not bring again."""
_log = logging.getLogger("cophub.hub")


@dataclass(frozen=True)
class WentBack:
    """A schema that was taken back."""

    undone: tuple[str, ...]
    """Newest first; nothing when the warehouse had that schema already."""
    schema: str
    copy: "Backup | None" = None


def open_warehouse(hub: "Hub", url: str) -> Warehouse:
    """The warehouse, upgraded where an older cophub made it, after a copy of it was made.

    Raises WarehouseError, and changes nothing, where there is no room for the copy.
    """
    made: list[Backup] = []

    def first(warehouse: Warehouse, schema: str) -> None:
        if copy := _copy_before(hub, warehouse, schema):
            made.append(copy)

    warehouse = Warehouse.open(url, clock=hub.now, before_upgrade=first)
    for copy in made:
        backups.note(warehouse, copy, "upgrade", hub.now())
    return warehouse


def _copy_before(hub: "Hub", warehouse: Warehouse, schema: str) -> "Backup | None":
    """A copy of a warehouse that has rows, in the folder for copies."""
    if not hub.copies_before_upgrade or not _has_rows(warehouse):
        return None
    if warehouse.dialect == "postgresql" and not postgres_tools.has_tool("pg_dump"):
        # An upgrade is one transaction there, so nothing can be left half; but no way leads back.
        _log.warning(
            "%s: schema %s is upgraded without a copy, since pg_dump is not on PATH",
            warehouse.name, schema,
        )  # fmt: skip
        return None
    folder = hub.config.backups
    file = backups.new_file(folder, warehouse.dialect, hub.now(), f"before-upgrade-from-{schema}")
    try:
        made = backups.backup(warehouse, file)
    except WarehouseError as error:
        raise WarehouseError(
            f"{warehouse.name} has schema {schema} and was not upgraded, since no copy of it could"
            f" be made: {error}; or, if you have one: cophub db upgrade --no-copy",
            code=error.code,
        ) from error
    _log.info("%s was copied to %s before its upgrade", warehouse.name, made.path)
    return made


def _has_rows(warehouse: Warehouse) -> bool:
    with warehouse.connect() as connection:
        there = [name for name in _FILLED if inspect(connection).has_table(name)]
        first = (connection.scalar(text(f"SELECT 1 FROM {name} LIMIT 1")) for name in there)
        return any(first)


def downgrade(hub: "Hub", target: str | None) -> WentBack:
    """Take the schema back to `target`, one version when none is named, after a copy was made.

    For whoever goes back to an older cophub. Raises WarehouseError: there is no way back so far, or
    no room for the copy; SourceBusy while a sync or the pipelines run.
    """
    known = hub.db_version()
    if known.schema is None:
        raise WarehouseError(f"{known.warehouse} has no tables yet; there is nothing to take back")
    wanted = target or REVISIONS[max(0, REVISIONS.index(known.schema) - 1)]
    if not versions_between(known.schema, wanted):
        return WentBack((), known.schema)
    # As it is: opened as usual, it would first be upgraded.
    warehouse = Warehouse.as_it_is(hub.config.warehouse_url, clock=hub.now)
    try:
        file = backups.new_file(
            hub.config.backups, warehouse.dialect, hub.now(), f"before-downgrade-to-{wanted}"
        )
        copy = backups.backup(warehouse, file)
        with ExitStack() as stack:
            for name in (*hub.config.sources, LEASE):
                stack.enter_context(held(warehouse, name))
            with warehouse.begin() as connection:
                undone = downgrade_schema(connection, warehouse.name, wanted)
    finally:
        warehouse.dispose()
        hub.close()
    return WentBack(undone, wanted, copy)


__all__ = ["WentBack", "downgrade", "open_warehouse"]
