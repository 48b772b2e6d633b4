"""Who only typed a word into a call: `maria` may be anybody, and is another one next time."""

from sqlalchemy import Connection

from cophub.identities.reading.display import tells_who
from cophub.pipelines.measures.calendar import at
from cophub.warehouse.staging import execute, fill, settle, staged

COLUMNS = {"caller": "person TEXT PRIMARY KEY"}
"""Of the staged table of those who cannot be told from others."""

_CANDIDATES = """
    SELECT p.id, p.name
    FROM (
      SELECT pa.person
      FROM attendance a
      JOIN person_account pa ON pa.source = a.source AND pa.account = a.account
      EXCEPT
      SELECT pa.person
      FROM membership m
      JOIN person_account pa ON pa.source = m.source AND pa.account = m.account
    ) k
    JOIN person p ON p.id = k.person
    WHERE p.kind = 'person' AND p.email IS NULL AND p.name IS NOT NULL
"""
# Over all quarters, whichever are counted: one post makes somebody of them.
_ONLY_CALLED = f"""
    SELECT a.person
    FROM act a
    JOIN candidate k ON k.person = a.person
    JOIN calendar c ON {at("a.at", "c")}
    GROUP BY a.person
    HAVING max(CASE WHEN a.kind = 'attended' THEN 0 ELSE 1 END) = 0
"""


def stage_callers(connection: Connection) -> None:
    """Fill the staged table `caller`; the calendar is staged."""
    rows = execute(connection, _CANDIDATES).all()
    nameless = [{"person": row.id} for row in rows if not tells_who(row.name, None)]
    if nameless:
        with staged(connection, candidate="person TEXT PRIMARY KEY"):
            fill(connection, "candidate", nameless)
            settle(connection, "candidate")
            execute(connection, f"INSERT INTO caller {_ONLY_CALLED}")
    settle(connection, "caller")
