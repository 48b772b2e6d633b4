"""Who stands in the directory of people: those who agreed, or everybody.

Somebody agrees where they are a member: by an interest they tick or a tag they are given, which a
connector keeps in `membership.extra` as `{"tags": [...], "interests": [...]}`. What ended agrees to
nothing: whoever takes the tag back or leaves is taken out by the next run.
"""

from collections.abc import Iterable

from sqlalchemy import Connection

from cophub.identities.reading.display import tells_who
from cophub.warehouse.staging import execute, fill, settle, staged

_FIELDS = ("tags", "interests")
_TABLES = {"agreeing": "word TEXT PRIMARY KEY", "directory": "person TEXT PRIMARY KEY"}
_PRESENT = "coalesce(m.status, 'active') = 'active' AND m.gone_at IS NULL"
_OF_PERSON = """
    JOIN person_account pa ON pa.source = {0}.source AND pa.account = {0}.{1}
    JOIN person h ON h.id = pa.person AND h.kind = 'person' AND h.merged_into IS NULL
"""
# Anything but a list of words says nothing: `extra` is whatever a connector found worth keeping.
_WORDS = {
    "sqlite": (
        "json_each(CASE json_type(m.extra, '$.{0}') WHEN 'array'"
        " THEN json_extract(m.extra, '$.{0}') ELSE '[]' END) w"
    ),
    "postgresql": (
        "jsonb_array_elements_text(CASE jsonb_typeof(m.extra -> '{0}') WHEN 'array'"
        " THEN m.extra -> '{0}' ELSE '[]' END) w(value)"
    ),
}


def resolve_listing(connection: Connection, listed_by: Iterable[str] | None) -> int:
    """Bring `person.listed` up to date; the number of people who were put in or taken out.

    `listed_by` are the words by which somebody agrees; None lists everybody.
    """
    with staged(connection, **_TABLES):
        if listed_by is None:
            _stage_everybody(connection)
            _leave_out(connection)
        else:
            _stage_agreed(connection, {normal(word) for word in listed_by})
        settle(connection, "directory")
        return execute(
            connection,
            """
            UPDATE person SET listed = NOT listed
            WHERE listed <> EXISTS (SELECT 1 FROM directory d WHERE d.person = person.id)
            """,
        ).rowcount


def normal(word: str) -> str:
    """`  List  ME ` -> `list me`: case and blanks do not count, in any script."""
    return " ".join(word.split()).casefold()


def _stage_everybody(connection: Connection) -> None:
    """Everybody with an account that is there and did not leave the last of its spaces."""
    execute(
        connection,
        f"""
        INSERT INTO directory
        SELECT DISTINCT pa.person
        FROM account a
        {_OF_PERSON.format("a", "key")}
        LEFT JOIN (
          SELECT m.source, m.account, max(CASE WHEN {_PRESENT} THEN 1 ELSE 0 END) AS present
          FROM membership m GROUP BY m.source, m.account
        ) m ON m.source = a.source AND m.account = a.key
        WHERE a.gone_at IS NULL AND coalesce(m.present, 1) = 1
        """,
    )


def _leave_out(connection: Connection) -> None:
    """Without those who typed a word into a call: nobody can tell who `maria` is, or how many."""
    rows = execute(
        connection,
        """
        SELECT p.id, p.name FROM directory d JOIN person p ON p.id = d.person
        WHERE p.email IS NULL AND NOT EXISTS (
          SELECT 1 FROM person_account pa
          JOIN membership m ON m.source = pa.source AND m.account = pa.account
          WHERE pa.person = p.id)
        """,
    ).all()
    for row in rows:
        if not tells_who(row.name, None):
            execute(connection, "DELETE FROM directory WHERE person = :person", person=row.id)


def _stage_agreed(connection: Connection, wanted: set[str]) -> None:
    """Everybody with a membership that carries one of the words, which are in normal form."""
    words = {field: _WORDS[connection.dialect.name].format(field) for field in _FIELDS}
    # The databases lower letters differently, so the few words that there are come to Python.
    used = " UNION ".join(
        f"SELECT w.value AS word FROM membership m CROSS JOIN {each}"
        f" WHERE m.extra IS NOT NULL AND {_PRESENT}"
        for each in words.values()
    )
    found = [word for (word,) in execute(connection, used) if normal(str(word)) in wanted]
    if not found:
        return
    fill(connection, "agreeing", [{"word": str(word)} for word in found])
    settle(connection, "agreeing")
    carrying = " UNION ".join(
        f"""
        SELECT pa.person FROM membership m CROSS JOIN {each}
        {_OF_PERSON.format("m", "account")}
        WHERE m.extra IS NOT NULL AND {_PRESENT}
          AND w.value IN (SELECT word FROM agreeing)
        """
        for each in words.values()
    )
    execute(connection, f"INSERT INTO directory {carrying}")


__all__ = ["normal", "resolve_listing"]
