"""Forgetting a person for good: shown first, done in one transaction, kept out afterwards.

No sync and no pipeline runs meanwhile: one that began before would bring them back.
"""

from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, func, select

from cophub.errors import ConfigError
from cophub.hub import auditing
from cophub.hub.resolving import PIPELINE, rehearse
from cophub.identities.forgetting import Plan, forget, plan
from cophub.publish import LEASE
from cophub.warehouse import audit_trail, tables
from cophub.warehouse.holding import held

if TYPE_CHECKING:
    from cophub.hub import Hub

ELSEWHERE = (
    "what is published already is replaced by the next `cophub run`; backups made before today and"
    " the vendors themselves still have them"
)
"""Where forgetting does not reach."""


@dataclass(frozen=True)
class Forgotten:
    """Who was forgotten, or would be. Nothing in it is personal but `plan`."""

    plan: Plan
    mentions: int = 0
    """Other rows in which the person was mentioned."""
    done: bool = False
    hidden: str | None = None
    """What stands for the person in the audit log from now on."""
    hashes: dict[str, int] = field(default_factory=dict)
    """How many keyed hashes keep them out, by what was hashed."""

    def shown(self) -> dict[str, Any]:
        """What may be shown."""
        return {**self.plan.shown(), "mentions": self.mentions, "done": self.done}


def would_forget(hub: "Hub", asked: str) -> Forgotten:
    """What would go. Raises ConfigError: nobody, or several."""
    with hub.warehouse.connect() as connection:
        return Forgotten(plan(connection, asked))


def forget_person(hub: "Hub", asked: str) -> Forgotten:
    """Forget whom `asked` names: an id, an address or `source:account`.

    Raises ConfigError: nobody, or several. Raises SourceBusy while a sync or the pipelines run.
    """
    warehouse = hub.warehouse
    with warehouse.connect() as connection:
        known = connection.scalars(select(tables.account.c.source).distinct())
        sources = sorted({*hub.config.sources, *known})
    with ExitStack() as stack:
        for name in (*sources, LEASE):
            stack.enter_context(held(warehouse, name))
        auditing.take_in(hub)  # what waits beside the warehouse may name them, too
        with warehouse.begin() as connection:
            before = _hashes(connection)
            wanted = plan(connection, asked)
            mentions = forget(
                connection, wanted, now=hub.now(), resolve=lambda c: _bring_up_to_date(hub, c)
            )
            audit_trail.disguise(connection, wanted.people, wanted.emails)
            hidden = audit_trail.disguised(connection, wanted.meant.person)
            after = _hashes(connection)
    if warehouse.dialect == "sqlite":
        # What was deleted must not stay in the file beside the warehouse either.
        with warehouse.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    hashes = {kind: count - before.get(kind, 0) for kind, count in after.items()}
    return Forgotten(wanted, mentions, done=True, hidden=hidden, hashes=hashes)


def _hashes(connection: Connection) -> dict[str, int]:
    kind = tables.erasure.c.kind
    query = select(kind, func.count()).group_by(kind).order_by(kind)
    return {row[0]: row[1] for row in connection.execute(query)}


def _bring_up_to_date(hub: "Hub", connection: Connection) -> None:
    # A pipeline that is missing or set wrongly must keep nobody from being forgotten.
    with suppress(ConfigError):
        hub.pipeline_settings(PIPELINE)
        rehearse(hub, connection)


__all__ = ["ELSEWHERE", "Forgotten", "forget_person", "would_forget"]
