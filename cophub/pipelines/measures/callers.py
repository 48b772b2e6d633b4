"""Who only typed a word into a call: `maria` may be anybody, and is another one next time."""

from collections.abc import Iterable

from sqlalchemy import Connection

from cophub.identities.reading.display import tells_who
from cophub.pipelines.measures.calendar import at
from cophub.warehouse.staging import execute, fill, settle, staged

COLUMNS = {"caller": "person TEXT PRIMARY KEY"}
"""Of the staged table of those who cannot be told from others."""

# Whose account was in a call and on no list: hardly anybody, of whom few have names to be read.
_CANDIDATES = """
    SELECT DISTINCT p.id, p.name
    FROM (SELECT source, account FROM attendance EXCEPT SELECT source, account FROM membership) k
    JOIN person_account pa ON pa.source = k.source AND pa.account = k.account
    JOIN person p ON p.id = pa.person
    WHERE p.kind = 'person' AND p.email IS NULL AND p.name IS NOT NULL
"""
_THEIR_ACCOUNTS = """
    INSERT INTO candidate_account
    SELECT pa.source, pa.account, pa.person
    FROM candidate k JOIN person_account pa ON pa.person = k.person
"""
_ON_A_LIST = """
    DELETE FROM candidate WHERE person IN (
      SELECT k.person FROM membership m
      JOIN candidate_account k ON k.source = m.source AND k.account = m.account)
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


def find_callers(connection: Connection) -> list[str]:
    """The persons who cannot be told from others; the calendar is staged."""
    rows = execute(connection, _CANDIDATES).all()
    nameless = [{"person": row.id} for row in rows if not tells_who(row.name, None)]
    if not nameless:
        return []
    account = "source TEXT, account TEXT, person TEXT, PRIMARY KEY (source, account)"
    with staged(connection, candidate="person TEXT PRIMARY KEY", candidate_account=account):
        fill(connection, "candidate", nameless)
        settle(connection, "candidate")
        execute(connection, _THEIR_ACCOUNTS)
        settle(connection, "candidate_account")
        execute(connection, _ON_A_LIST)
        return list(execute(connection, _ONLY_CALLED).scalars())


def stage_callers(connection: Connection, persons: Iterable[str]) -> None:
    """Fill the staged table `caller`."""
    fill(connection, "caller", [{"person": person} for person in persons])
    settle(connection, "caller")
