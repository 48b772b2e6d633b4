"""How people are shown: the name, address, country and kind that their accounts give."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any

from sqlalchemy import Connection

from cophub.identities.reading.display import best_name, shown_name
from cophub.identities.reading.places import is_known_country, shown_country
from cophub.identities.reading.remembered import forget_texts
from cophub.identities.store.rows import Row, put
from cophub.warehouse.staging import execute, settle, staged

_DESCRIBED = ("id", "name", "email", "country", "kind")
_BLANKS = " \t\r\n"
_PIECE = 5_000
_NAME = (
    "coalesce(nullif(<trimmed>(a.name, :blanks), ''), nullif(<trimmed>("
    "coalesce(a.given_name, '') || ' ' || coalesce(a.family_name, ''), :blanks), ''))"
)
_SAID = f"""
SELECT g.person, g.kind, {_NAME}, nullif(<trimmed>(a.email, :blanks), ''),
       nullif(<trimmed>(a.country, :blanks), ''), a.source, a.key,
       CASE WHEN a.gone_at IS NULL THEN 0 ELSE 1 END,
       CASE WHEN a.email_verified IS TRUE THEN 0 ELSE 1 END
FROM grouped g JOIN account a ON a.source = g.source AND a.key = g.account
WHERE g.person {{}} (SELECT person FROM several)
"""
"""What the accounts of people say, of those with one account or with several."""


def describe(connection: Connection) -> None:
    """Write the name, address, country and kind of all in `grouped`, the best that accounts give.

    A present account before a gone one; the best written name (see `reading.display`), the longer
    before the shorter; a verified address before another; a known country before other text; then
    by source and key. People in `touched_person` who are not in `grouped` keep none of it.
    """
    with staged(
        connection,
        described="id TEXT PRIMARY KEY, name TEXT, email TEXT, country TEXT, kind TEXT",
        several="person TEXT PRIMARY KEY",
    ):
        execute(
            connection,
            "INSERT INTO several SELECT person FROM grouped GROUP BY person HAVING count(*) > 1",
        )
        settle(connection, "several")
        for said, chosen in (("NOT IN", _only), ("IN", _best)):
            pieces = execute(connection, _SAID.format(said), blanks=_BLANKS).partitions(_PIECE)
            rows = chain.from_iterable(pieces)
            put(connection, "described", _DESCRIBED, list(chosen(rows)))
        settle(connection, "described")
        execute(
            connection,
            """
            UPDATE person
            SET name = d.name, email = d.email, country = d.country, kind = d.kind
            FROM described d
            WHERE d.id = person.id
              AND (person.name <differs from> d.name OR person.email <differs from> d.email
                   OR person.country <differs from> d.country OR person.kind <> d.kind)
            """,
        )
        # Nobody's name or address stays behind with an id that no account stands for any more.
        execute(
            connection,
            """
            UPDATE person SET name = NULL, email = NULL, organization = NULL, country = NULL
            WHERE id IN (SELECT person FROM touched_person)
              AND NOT EXISTS (SELECT 1 FROM described d WHERE d.id = person.id)
              AND (name IS NOT NULL OR email IS NOT NULL OR organization IS NOT NULL
                   OR country IS NOT NULL)
            """,
        )
    forget_texts()


def _only(rows: Iterable[Any]) -> Iterator[Row]:
    """Rows of `described` for people with one account: there is nothing to put into order."""
    for person, kind, name, email, country, *_ in rows:
        called = shown_name(name).text if name and kind == "person" else name
        yield person, called, email, country and shown_country(country), kind


def _best(rows: Iterable[Any]) -> Iterator[Row]:
    """Rows of `described` for people with several."""
    people: defaultdict[str, list[Any]] = defaultdict(list)
    for row in rows:
        people[row[0]].append(row)
    for person, theirs in people.items():
        kind = theirs[0][1]
        emails = [
            (gone, verified, source, key, email)
            for _, _, _, email, _, source, key, gone, verified in theirs
            if email is not None
        ]
        countries = [
            (gone, not is_known_country(country), source, key, country)
            for _, _, _, _, country, source, key, gone, _ in theirs
            if country is not None
        ]
        email = min(emails)[-1] if emails else None
        country = shown_country(min(countries)[-1]) if countries else None
        yield person, _best_name(theirs, kind), email, country, kind


def _best_name(theirs: Iterable[Row], kind: str) -> str | None:
    names: list[tuple[int, str]] = [(row[7], row[2]) for row in theirs if row[2] is not None]
    if not names:
        return None
    present = min(gone for gone, _ in names)
    texts = [name for gone, name in names if gone == present]
    if kind == "person":
        return best_name(texts, (name for _, name in names))
    # What is nobody is called as it calls itself.
    *_, name = min((shown_name(text).rank, -len(text), text) for text in texts)
    return name


__all__ = ["describe"]
