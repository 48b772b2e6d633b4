"""What was last resolved: which rows were looked at, and in which context they were weighed."""

from collections.abc import Collection

import msgspec
from sqlalchemy import Connection

from cophub.identities.matching.clustering import Decision
from cophub.identities.matching.habits import Habits
from cophub.identities.standing import standing
from cophub.identities.store.rows import put
from cophub.warehouse.staging import execute

_NAME = "identities"


class Resolved(msgspec.Struct, frozen=True):
    """The state after a resolution; kept in `meta`."""

    version: str
    """Of the code and the weights: another one makes everything anew."""
    watermark: int
    """Rows written by runs up to this one have been looked at."""
    size: int
    """Band of the number of mailboxes in the directory."""
    habits: Habits
    """What was learned of the directory as a whole."""
    erasures: int
    """How many hashes of erased people there were."""
    decisions: tuple[tuple[bool, str, str, str, str], ...]
    """What people had decided: (same, source, account, source, account)."""
    unlearned: int = 0
    """How many accounts changed since the habits were learned."""
    rules: dict[str, str] = {}
    """By source at whose accounts rules look, what all that they say of them hangs on."""
    rule_names: tuple[str, ...] = ()
    """The rules that held."""


def read_state(connection: Connection) -> Resolved | None:
    """The state of the last resolution; None where there was none that this code understands."""
    text = execute(
        connection, "SELECT value FROM meta WHERE name = :name", name=_NAME
    ).scalar_one_or_none()
    if text is None:
        return None
    try:
        return msgspec.json.decode(text, type=Resolved)
    except msgspec.DecodeError:
        return None


def write_state(connection: Connection, state: Resolved) -> None:
    """Keep the state, if it is another one than before."""
    if read_state(connection) == state:
        return
    execute(connection, "DELETE FROM meta WHERE name = :name", name=_NAME)
    put(connection, "meta", ("name", "value"), [(_NAME, msgspec.json.encode(state).decode())])


def watermark(connection: Connection) -> int:
    """The newest run whose rows are all there: rows of runs after it may still come."""
    oldest = execute(
        connection,
        "SELECT min(id) FROM run WHERE kind IN ('sync', 'backfill') AND state = 'running'",
    ).scalar()
    newest: int = execute(connection, "SELECT coalesce(max(id), 0) FROM run").scalar_one()
    return newest if oldest is None else min(oldest - 1, newest)


def sources_changed(connection: Connection, since: int) -> list[str]:
    """Sources that were written to by a run after `since`; all of them before the first run."""
    if not since:
        return sources(connection)
    sql = "SELECT DISTINCT source FROM run WHERE id > :since AND source IS NOT NULL"
    return sorted(row.source for row in execute(connection, sql, since=since))


def sources(connection: Connection) -> list[str]:
    """Every source that has accounts."""
    return sorted(execute(connection, "SELECT DISTINCT source FROM account").scalars())


def active_decisions(connection: Connection) -> list[Decision]:
    """What people have decided and not withdrawn, in a fixed order.

    Also for accounts whose source was renamed or that got another key: see `identities.standing`.
    """
    found = {Decision(d.same, min(d.a, d.b), max(d.a, d.b)) for d in standing(connection).decisions}
    return sorted(found)


def erasures(connection: Connection) -> int:
    """How many hashes of erased people there are."""
    count: int = execute(connection, "SELECT count(*) FROM erasure").scalar_one()
    return count


def flat(decisions: Collection[Decision]) -> tuple[tuple[bool, str, str, str, str], ...]:
    """Decisions as they are kept."""
    return tuple((d.same, *d.a, *d.b) for d in decisions)


__all__ = [
    "Resolved", "active_decisions", "erasures", "flat", "read_state", "sources",
    "sources_changed", "watermark", "write_state",
]  # fmt: skip
