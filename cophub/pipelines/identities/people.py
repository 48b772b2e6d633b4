"""People and their ids: each group of accounts that belong together is one person.

Which accounts those are, `grouping` tells. People keep their ids: each group takes the person of
whom it holds the most accounts (ties: the oldest), a person whose accounts all went elsewhere
becomes a redirect, a part that is split off gets a new id, and no id is used twice. All of it is
set-based; only contested groups are looked at one by one.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection

from cophub.pipelines.identities.grouping import GROUPING, stage_groups
from cophub.warehouse.staging import execute, fill, settle, staged

_TABLES = {
    "cluster_state": (
        "cluster TEXT PRIMARY KEY, kind TEXT, accounts BIGINT, held BIGINT,"
        " least_person TEXT, greatest_person TEXT"
    ),
    "torn_person": "person TEXT PRIMARY KEY",
    "assigned": "cluster TEXT PRIMARY KEY, person TEXT, kind TEXT, is_new INTEGER",
    "moved": (
        "source TEXT, account TEXT, person TEXT, previous TEXT, rule TEXT, explanation TEXT,"
        " PRIMARY KEY (source, account)"
    ),
}


@dataclass(frozen=True)
class Changes:
    """What a resolution changed."""

    new_people: int
    moved_accounts: int
    redirects: int


@dataclass(frozen=True)
class Overlap:
    """How many accounts of a person a group holds."""

    cluster: str
    person: str
    accounts: int
    created_at: Any
    """When the person was first known, as the driver gives it: sorts as time does."""


def resolve_people(connection: Connection, now: datetime, run: int) -> Changes:
    """Bring `person`, `person_account` and `person_history` up to date with `account`."""
    if connection.dialect.name == "postgresql":
        execute(connection, "LOCK TABLE person_account IN SHARE ROW EXCLUSIVE MODE")
    with staged(connection, **GROUPING, **_TABLES):
        _drop_orphans(connection, now)
        stage_groups(connection)
        _stage_clusters(connection)
        redirects = _assign(connection)
        changes = _write(connection, now, run, redirects)
        _describe(connection)
    return changes


def _drop_orphans(connection: Connection, now: datetime) -> None:
    """Links to accounts that are no longer in the warehouse, such as those of the erased."""
    orphan = """
        NOT EXISTS (SELECT 1 FROM account a WHERE a.source = {0}.source AND a.key = {0}.account)
    """
    execute(
        connection,
        "UPDATE person_history SET valid_to = :now, reason = reason || '; the account is gone'"
        f" WHERE valid_to IS NULL AND {orphan.format('person_history')}",
        now=now,
    )
    execute(connection, f"DELETE FROM person_account WHERE {orphan.format('person_account')}")


def _stage_clusters(connection: Connection) -> None:
    """How each group stands to the people of before, and the people who are in several groups."""
    execute(
        connection,
        """
        INSERT INTO cluster_state
        SELECT w.cluster, min(w.kind), count(*), count(pa.person),
               min(pa.person <bytewise>), max(pa.person <bytewise>)
        FROM wanted w
        LEFT JOIN person_account pa ON pa.source = w.source AND pa.account = w.account
        GROUP BY w.cluster
        """,
    )
    execute(
        connection,
        """
        INSERT INTO torn_person
        SELECT pa.person
        FROM person_account pa
        JOIN wanted w ON w.source = pa.source AND w.account = pa.account
        GROUP BY pa.person
        HAVING min(w.cluster <bytewise>) <> max(w.cluster <bytewise>)
        """,
    )
    settle(connection, "cluster_state")
    settle(connection, "torn_person")


_CONTESTED = (
    "(s.least_person <> s.greatest_person OR s.least_person IN (SELECT person FROM torn_person))"
)


def _assign(connection: Connection) -> list[tuple[str, str]]:
    """Give every group its person; pairs (old, survivor) of people who were merged."""
    execute(
        connection,
        "INSERT INTO assigned SELECT s.cluster, <new id>, s.kind, 1 FROM cluster_state s"
        " WHERE s.held = 0",
    )
    execute(
        connection,
        "INSERT INTO assigned SELECT s.cluster, s.least_person, s.kind, 0 FROM cluster_state s"
        f" WHERE s.held > 0 AND NOT {_CONTESTED}",
    )
    overlaps = _overlaps(connection)
    winners = share_out(overlaps)
    contested = execute(
        connection,
        f"SELECT s.cluster, s.kind FROM cluster_state s WHERE s.held > 0 AND {_CONTESTED}",
    )
    kinds: dict[str, str] = {row.cluster: row.kind for row in contested}
    held = {overlap.person for overlap in overlaps}
    rows = [
        {
            "cluster": cluster,
            "person": winner,
            "kind": kinds[cluster],
            "is_new": 0 if winner in held else 1,
        }
        for cluster, winner in winners.items()
    ]
    fill(connection, "assigned", rows)
    settle(connection, "assigned")
    return redirects(overlaps, winners)


def _overlaps(connection: Connection) -> list[Overlap]:
    rows = execute(
        connection,
        f"""
        SELECT w.cluster, pa.person, count(*) AS accounts, min(p.created_at) AS created_at
        FROM cluster_state s
        JOIN wanted w ON w.cluster = s.cluster
        JOIN person_account pa ON pa.source = w.source AND pa.account = w.account
        JOIN person p ON p.id = pa.person
        WHERE s.held > 0 AND {_CONTESTED}
        GROUP BY w.cluster, pa.person
        """,
    )
    return [Overlap(row.cluster, row.person, row.accounts, row.created_at) for row in rows]


def share_out(overlaps: Iterable[Overlap]) -> dict[str, str]:
    """The person of each group: the largest overlap chooses first, ties go to the oldest person.

    A group that is left without gets a new id.
    """
    overlaps = list(overlaps)
    order = sorted(overlaps, key=lambda o: (-o.accounts, o.created_at, o.person, o.cluster))
    winners: dict[str, str] = {}
    taken: set[str] = set()
    for overlap in order:
        if overlap.cluster not in winners and overlap.person not in taken:
            winners[overlap.cluster] = overlap.person
            taken.add(overlap.person)
    for overlap in order:
        winners.setdefault(overlap.cluster, str(uuid4()))
    return winners


def redirects(overlaps: Iterable[Overlap], winners: dict[str, str]) -> list[tuple[str, str]]:
    """Who lost all accounts, and to whom most of them went."""
    survivors = set(winners.values())
    order = sorted(overlaps, key=lambda o: (-o.accounts, o.created_at, o.person, o.cluster))
    lost: dict[str, str] = {}
    for overlap in order:
        if overlap.person not in survivors:
            lost.setdefault(overlap.person, winners[overlap.cluster])
    return list(lost.items())


def _write(
    connection: Connection, now: datetime, run: int, merged: list[tuple[str, str]]
) -> Changes:
    """Write what differs and nothing else."""
    made = execute(
        connection,
        """
        INSERT INTO person (id, kind, listed, created_at)
        SELECT person, kind, FALSE, :now FROM assigned WHERE is_new = 1
        """,
        now=now,
    ).rowcount
    execute(
        connection,
        """
        INSERT INTO moved
        SELECT w.source, w.account, coalesce(a.person, pa.person), pa.person, w.rule, w.explanation
        FROM wanted w
        LEFT JOIN assigned a ON a.cluster = w.cluster
        LEFT JOIN person_account pa ON pa.source = w.source AND pa.account = w.account
        WHERE pa.person <differs from> coalesce(a.person, pa.person)
           OR pa.rule <differs from> w.rule OR pa.explanation <differs from> w.explanation
        """,
    )
    settle(connection, "moved")
    _write_history(connection, now, run)
    execute(
        connection,
        """
        INSERT INTO person_account (source, account, person, rule, probability, explanation)
        SELECT source, account, person, rule, 1.0, explanation FROM moved WHERE person IS NOT NULL
        ON CONFLICT (source, account) DO UPDATE
        SET person = excluded.person, rule = excluded.rule, explanation = excluded.explanation
        """,
    )
    _redirect(connection, merged)
    moved = execute(connection, "SELECT count(*) FROM moved WHERE person <differs from> previous")
    return Changes(made, moved.scalar_one(), len(merged))


def _write_history(connection: Connection, now: datetime, run: int) -> None:
    execute(
        connection,
        """
        UPDATE person_history SET valid_to = :now, reason = reason || '; then another person'
        WHERE valid_to IS NULL AND EXISTS (
          SELECT 1 FROM moved m
          WHERE m.source = person_history.source AND m.account = person_history.account
            AND m.previous = person_history.person AND m.person <> m.previous)
        """,
        now=now,
    )
    execute(
        connection,
        """
        INSERT INTO person_history (person, source, account, valid_from, run, reason)
        SELECT person, source, account, :now, :run, explanation FROM moved
        WHERE person <differs from> previous
        ON CONFLICT (person, source, account, valid_from) DO UPDATE SET valid_to = NULL
        """,
        now=now,
        run=run,
    )


def _redirect(connection: Connection, merged: list[tuple[str, str]]) -> None:
    """Whoever kept the id of a merged person finds the one who remains, in one step."""
    for old, survivor in merged:
        execute(
            connection,
            "UPDATE person SET merged_into = :survivor WHERE id = :old OR merged_into = :old",
            old=old,
            survivor=survivor,
        )


_NAME = (
    "coalesce(nullif(<trimmed>(a.name, :blanks), ''), nullif(<trimmed>("
    "coalesce(a.given_name, '') || ' ' || coalesce(a.family_name, ''), :blanks), ''))"
)


def _describe(connection: Connection) -> None:
    """The name, address, country and kind of each person, the best that their accounts give.

    A present account before a gone one; a name of several words before one word, the longer before
    the shorter; a verified address before another; then by source and key.
    """
    tie = "a.source <bytewise>, a.key <bytewise>"
    gone = "CASE WHEN a.gone_at IS NULL THEN 0 ELSE 1 END"
    best = f"""
        SELECT person, max(CASE WHEN name_rank = 1 THEN name END) AS name,
               max(CASE WHEN email_rank = 1 THEN email END) AS email,
               max(CASE WHEN country_rank = 1 THEN country END) AS country, min(kind) AS kind
        FROM (
          SELECT w.person, w.kind, a.name, a.email, a.country,
                 row_number() OVER (PARTITION BY w.person ORDER BY
                   CASE WHEN a.name IS NULL THEN 1 ELSE 0 END, {gone},
                   CASE WHEN a.name LIKE '% %' THEN 0 ELSE 1 END, length(a.name) DESC, {tie}
                 ) AS name_rank,
                 row_number() OVER (PARTITION BY w.person ORDER BY
                   CASE WHEN a.email IS NULL THEN 1 ELSE 0 END, {gone},
                   CASE WHEN w.address IS NULL THEN 1 ELSE 0 END, {tie}) AS email_rank,
                 row_number() OVER (PARTITION BY w.person ORDER BY
                   CASE WHEN a.country IS NULL THEN 1 ELSE 0 END, {gone}, {tie}) AS country_rank
          FROM (
            SELECT a.source, a.key, a.gone_at, {_NAME} AS name,
                   nullif(<trimmed>(a.email, :blanks), '') AS email,
                   nullif(<trimmed>(a.country, :blanks), '') AS country
            FROM account a
          ) a
          JOIN (
            SELECT pa.source, pa.account, pa.person, w.kind, w.address
            FROM person_account pa
            JOIN wanted w ON w.source = pa.source AND w.account = pa.account
          ) w ON w.source = a.source AND w.account = a.key
        ) ranked
        GROUP BY person
    """
    with staged(
        connection,
        described="id TEXT PRIMARY KEY, name TEXT, email TEXT, country TEXT, kind TEXT",
    ):
        execute(connection, f"INSERT INTO described {best}", blanks=" \t\r\n")
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
            WHERE NOT EXISTS (SELECT 1 FROM described d WHERE d.id = person.id)
              AND (name IS NOT NULL OR email IS NOT NULL OR organization IS NOT NULL
                   OR country IS NOT NULL)
            """,
        )
