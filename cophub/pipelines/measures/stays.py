"""Who was in where, kept: only the stays of people whose memberships changed are made anew.

These are the people of accounts that are another's now, of memberships and periods that are new
(found by their run, or their beginning) or changed (as triggers noted), of stays that begin or end
in what was the future then, and of spaces in which the hub first saw somebody on another day.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from cophub.pipelines.measures import channels, heads, tenure
from cophub.pipelines.measures.calendar import Calendar
from cophub.pipelines.measures.heads import Stays, Steps
from cophub.pipelines.measures.state import Counted
from cophub.warehouse.staging import execute, settle

COLUMNS = {
    "changed_person": "person TEXT PRIMARY KEY",
    "changed_owner": "source TEXT, account TEXT, PRIMARY KEY (source, account)",
    "changed_membership": (
        "source TEXT, space TEXT, account TEXT, status TEXT, joined_at <instant>,"
        " joined_at_basis TEXT, left_at <instant>, gone_at <instant>, first_seen_at <instant>,"
        " PRIMARY KEY (source, space, account)"
    ),
    "member_stay": (
        "person TEXT, community TEXT, a INTEGER, b INTEGER, undated INTEGER,"
        " PRIMARY KEY (person, community, a)"
    ),
}
"""Of the staged tables: the people whose stays are made anew, their accounts and memberships; and
who is a member from which quarter up to which."""

KEPT = Stays("measure_spell", "measure_member_stay", "measure_channel_stay", "measure_reached")
STAGED = Stays("spell", "member_stay", "channel_stay", "reached")
_COPIED = {
    "spell": ", ".join(tenure.SPELL),
    "member_stay": "person, community, a, b, undated",
    "channel_stay": "person, community, channel, a, b",
    "reached": "person, community, channel, a, b",
    "ahead": "person, at",
}
"""The columns of each table of stays; those that are kept have the same, after `measure_`."""


def is_complete(connection: Connection, before: Counted) -> bool:
    """Whether all rows are there that were kept: those of a person who was erased are not."""
    return count_kept(connection) == before.spells


def count_kept(connection: Connection) -> int:
    """How many spells are kept."""
    return int(execute(connection, "SELECT count(*) FROM measure_spell").scalar_one())


def keep_all(connection: Connection, calendar: Calendar) -> Steps:
    """Make all stays and headcounts anew; scopes and calendar are staged."""
    for table in _COPIED:
        execute(connection, f"DELETE FROM measure_{table}")
    tenure.stage_spells(connection, calendar, spell=KEPT.spell, ahead="measure_ahead")
    _merge(connection, KEPT)
    _keep_spaces(connection)
    return heads.keep(connection, heads.count_steps(connection, KEPT))


def keep_changed(
    connection: Connection, calendar: Calendar, before: Counted, since: datetime | None
) -> tuple[set[int], Steps]:
    """Make the stays of the people in `changed_person`, and of all others that changed, anew.

    Gives the numbers of the quarters at whose end they are members of other spaces than they were,
    and by which steps headcounts have changed.
    """
    _stage_people(connection, {"horizon": before.horizon, "since": since, "now": calendar.now})
    _keep_spaces(connection)
    _stage_memberships(connection)
    for table, columns in _COPIED.items():
        execute(
            connection,
            f"INSERT INTO {table} ({columns}) SELECT {columns} FROM measure_{table}"
            " WHERE person IN (SELECT person FROM changed_person)",
        )
    were, counted = _spells(connection), heads.count_steps(connection, STAGED)
    for table in _COPIED:
        execute(connection, f"DELETE FROM {table}")
    tenure.stage_spells(connection, calendar, members="changed_membership")
    _merge(connection, STAGED)
    steps = heads.change(connection, counted, heads.count_steps(connection, STAGED))
    for table, columns in _COPIED.items():
        theirs = "WHERE person IN (SELECT person FROM changed_person)"
        execute(connection, f"DELETE FROM measure_{table} {theirs}")
        insert = f"INSERT INTO measure_{table} ({columns}) SELECT {columns} FROM {table}"
        execute(connection, insert)
    return _moved(were, _spells(connection), len(calendar.quarters)), steps


def _merge(connection: Connection, stays: Stays) -> None:
    """Fill the tables of stays from that of spells."""
    spells = tenure.spells_of_people(stays.spell, "q", lists_only=False)
    columns = _COPIED["member_stay"]
    rows = f"SELECT {columns} FROM ({tenure.merged(spells, 'person')}) stay"
    execute(connection, f"INSERT INTO {stays.member_stay} ({columns}) {rows}")
    settle(connection, stays.member_stay)
    channels.fill_stays(
        connection,
        spell=stays.spell,
        channel_stay=stays.channel_stay,
        reached=stays.reached,
    )


# --- whose stays ---------------------------------------------------------------------------------

_OF = "JOIN measure_account a ON a.source = {0}.source AND a.account = {0}.{1}"
_PEOPLE = (
    f"SELECT a.person FROM due_key n {_OF.format('n', 'key')} WHERE n.record = 'stay'",
    f"SELECT a.person FROM membership m {_OF.format('m', 'account')}"
    " WHERE m.run > :horizon AND m.first_seen_at >= :since",
    f"SELECT a.person FROM membership_period p {_OF.format('p', 'account')}"
    " WHERE p.valid_from >= :since",
    "SELECT w.person FROM measure_ahead w WHERE w.at <= :now",
    "SELECT a.person FROM served_space k"
    " JOIN measure_space s ON s.source = k.source AND s.space = k.space AND s.seen_at <> k.seen_at"
    f" JOIN membership m ON m.source = k.source AND m.space = k.space {_OF.format('m', 'account')}",
)


def _stage_people(connection: Connection, times: dict[str, Any]) -> None:
    """Fill `changed_person`, in which those of accounts that are another's now are already."""
    for sql in _PEOPLE:
        wanted = {name: value for name, value in times.items() if f":{name}" in sql}
        if None not in wanted.values():
            insert = f"INSERT INTO changed_person SELECT person FROM ({sql}) found WHERE true"
            execute(connection, f"{insert} ON CONFLICT DO NOTHING", **wanted)
    settle(connection, "changed_person")


def _stage_memberships(connection: Connection) -> None:
    """The memberships of these people, found in one reading of all."""
    execute(
        connection,
        "INSERT INTO changed_owner SELECT pa.source, pa.account FROM changed_person x"
        " JOIN person_account pa ON pa.person = x.person",
    )
    settle(connection, "changed_owner")
    columns = (
        "source, space, account, status, joined_at, joined_at_basis, left_at, gone_at,"
        " first_seen_at"
    )
    execute(
        connection,
        f"INSERT INTO changed_membership ({columns}) SELECT {columns} FROM membership m"
        " WHERE EXISTS (SELECT 1 FROM changed_owner x"
        " WHERE x.source = m.source AND x.account = m.account)",
    )
    settle(connection, "changed_membership")


def _keep_spaces(connection: Connection) -> None:
    execute(connection, "DELETE FROM measure_space")
    execute(
        connection,
        "INSERT INTO measure_space (source, space, seen_at)"
        " SELECT source, space, seen_at FROM served_space",
    )


# --- which quarters ------------------------------------------------------------------------------

_Spell = tuple[tuple[str, str, str], int, int]
"""Person, source and space; from which quarter, and up to which."""


def _spells(connection: Connection) -> set[_Spell]:
    rows = execute(
        connection, "SELECT person, source, space, q_from, q_to FROM spell WHERE known = 0"
    )
    return {((person, source, space), a, b) for person, source, space, a, b in map(tuple, rows)}


def _moved(were: set[_Spell], are: set[_Spell], length: int) -> set[int]:
    """The quarters at whose end anybody is in a space where they were not, or the reverse."""
    differing = {place for place, _, _ in were ^ are}
    before, after = (_quarters(spells, differing, length) for spells in (were, are))
    moved = 0
    for place in differing:
        moved |= before.get(place, 0) ^ after.get(place, 0)
    return {q for q in range(length) if moved >> q & 1}


def _quarters(
    spells: Iterable[_Spell], places: set[tuple[str, str, str]], length: int
) -> dict[tuple[str, str, str], int]:
    """In which quarters each person is in each space: bit 0 is the first."""
    found: dict[tuple[str, str, str], int] = {}
    for place, a, b in spells:
        if place in places and a < b:
            bits = (1 << min(b, length)) - (1 << min(a, length))
            found[place] = found.get(place, 0) | bits
    return found


__all__ = [
    "COLUMNS", "KEPT", "STAGED", "count_kept", "is_complete", "keep_all", "keep_changed",
]  # fmt: skip
