"""What was last counted: under which definitions, until when, and which rows had been there."""

from datetime import datetime
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import Connection

from cophub.identities.store.rows import all_rows, put
from cophub.warehouse import acts, definitions, staging, triggers, views
from cophub.warehouse.staging import execute

_NAME = "measures"


class Written(msgspec.Struct, frozen=True):
    """The figures as they stand."""

    rows: dict[str, int]
    """How many each table has."""
    cells: dict[str, dict[str, int]] = {}
    """A mark of all that is told of a community in a quarter."""


class Counted(msgspec.Struct, frozen=True):
    """The state after a refresh; kept in `meta`."""

    version: str
    """Of the code and the definitions: another one counts everything anew."""
    zone: str
    first: str
    """The first quarter."""
    now: datetime
    """Of what lay in the future then, some has happened since."""
    horizon: int
    """Rows written by runs up to this one have been counted."""
    spaces: str
    """A mark of which spaces serve which community, and of their kinds."""
    hub: str
    """A mark of who is whose, and of for whom people work."""
    spells: int
    """How many spells of membership were kept."""
    written: Written | None = None


def read_state(connection: Connection) -> Counted | None:
    """The state of the last refresh; None where there was none that this code understands."""
    sql = "SELECT value FROM meta WHERE name = :name"
    text = execute(connection, sql, name=_NAME).scalar_one_or_none()
    if text is None:
        return None
    try:
        state = msgspec.json.decode(text, type=Counted)
    except msgspec.DecodeError:
        return None
    return state if state.version == code_version() else None


def write_state(connection: Connection, state: Counted | None) -> None:
    """Keep the state; None: everything is to be counted next time."""
    execute(connection, "DELETE FROM meta WHERE name = :name", name=_NAME)
    if state:
        put(connection, "meta", ("name", "value"), [(_NAME, msgspec.json.encode(state).decode())])


@cache
def code_version() -> str:
    """A mark of everything that says what is counted, and of which changes it is counted anew."""
    files = sorted(Path(__file__).parent.glob("*.py"))
    files += [
        Path(str(module.__file__)) for module in (acts, definitions, staging, triggers, views)
    ]
    return sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:16]


def horizon(connection: Connection) -> int:
    """The newest run whose rows are all there: rows of runs after it may still come.

    0 where no run is known.
    """
    sql = """
        SELECT coalesce(min(CASE WHEN state = 'running' THEN id END) - 1, max(id), 0)
        FROM run WHERE kind NOT IN ('publish', 'decide')
    """
    return int(execute(connection, sql).scalar_one())


def begun_after(connection: Connection, run: int) -> Any:
    """When the first run after this one began; None: there was none."""
    sql = "SELECT min(started_at) FROM run WHERE id > :run AND kind NOT IN ('publish', 'decide')"
    return execute(connection, sql, run=run).scalar_one()


def has_written(connection: Connection, run: int) -> bool:
    """Whether any run after this one may have written rows: it counted some, or nobody knows."""
    sql = """
        SELECT count(*) FROM run r
        WHERE r.id > :run AND r.kind NOT IN ('publish', 'decide')
          AND (r.state IN ('running', 'killed')
               OR NOT EXISTS (SELECT 1 FROM stream_run s WHERE s.run = r.id)
               OR EXISTS (SELECT 1 FROM stream_run s
                          WHERE s.run = r.id AND s.new + s.changed + s.gone + s.dropped > 0))
    """
    return bool(execute(connection, sql, run=run).scalar_one())


_SPACES = (
    "SELECT community, source, space FROM community_space",
    "SELECT k.source, k.key, k.kind FROM space k WHERE EXISTS (SELECT 1 FROM community_space s"
    " WHERE s.source = k.source AND s.space = k.key)",
)
_HUB = (
    "SELECT source, account, person FROM person_account",
    "SELECT id, kind, name, email FROM person",
    "SELECT person, organization, valid_from, valid_to, place FROM affiliation",
    "SELECT key, parent FROM organization",
    "SELECT hash, erased_at FROM erasure",
)


def spaces_mark(connection: Connection) -> str:
    """A mark of which spaces serve which community, and of their kinds."""
    return _mark(connection, _SPACES)


def hub_mark(connection: Connection) -> str:
    """A mark of whose accounts are, and of everything else that no sync brings."""
    return _mark(connection, _HUB)


def _mark(connection: Connection, queries: tuple[str, ...]) -> str:
    found = sha256()
    for sql in queries:
        rows = sorted(map(msgspec.json.encode, all_rows(connection, sql)))
        found.update(b"\n".join(rows))
    return found.hexdigest()[:16]


__all__ = [
    "Counted", "Written", "begun_after", "code_version", "has_written", "horizon", "hub_mark",
    "read_state", "spaces_mark", "write_state",
]  # fmt: skip
