"""Which quarters have changed since the last refresh: they are counted anew, the others are kept.

What is new is found by its run. What a row that changed was before, triggers have noted in
`measure_due`. Whose accounts were is compared with `measure_account`. From each of these follows
when it counts, or did: the days of replies to a post whose author is another one, of stays at an
event that was moved, of the first post of a thread that has an answer now. Whatever cannot be told
cheaply counts everything anew.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import Connection

from cophub.pipelines.measures import state as states
from cophub.pipelines.measures import stays, touched
from cophub.pipelines.measures.acts import LOOK_BACK
from cophub.pipelines.measures.answers import IN_TIME
from cophub.pipelines.measures.calendar import Calendar, among, at, day_number
from cophub.pipelines.measures.heads import Steps
from cophub.pipelines.measures.scopes import instant
from cophub.pipelines.measures.state import Counted
from cophub.pipelines.measures.touched import stage_changes
from cophub.warehouse.staging import execute, settle

COLUMNS = {
    "due": (
        "id BIGINT, record TEXT, source TEXT, key TEXT, thread TEXT, at <instant>,"
        " also_at <instant>"
    ),
    "due_key": "record TEXT, source TEXT, key TEXT, PRIMARY KEY (record, source, key)",
    "changed_account": "source TEXT, account TEXT, PRIMARY KEY (source, account)",
    **stays.COLUMNS,
    **touched.COLUMNS,
}
"""Of the staged tables: what triggers noted, and the accounts that are another's now."""

_AFTER = LOOK_BACK + 1
"""So many quarters after one with other acts have other levels, or other moves between them."""


@dataclass(frozen=True)
class Marks:
    """What was there when a refresh began to read: whatever comes later is of the next one."""

    horizon: int
    before: Counted | None
    since: datetime | None
    """When the first run began whose rows may be new; None: there was none."""


@dataclass(frozen=True)
class Plan:
    """Which quarters are counted, by number; every other one is kept as it was counted before."""

    acts: frozenset[int]
    asks: frozenset[int]
    """Of the threads that began in them: how they were answered."""
    heads: Steps
    """By which headcounts have changed; all there are where everything is counted."""
    whole: bool = False

    @property
    def quarters(self) -> frozenset[int]:
        """Those of which anything is counted."""
        return self.acts | self.asks


def look(connection: Connection) -> Marks:
    """Fill the staged table `due`; to be called before anything else is read."""
    horizon = states.horizon(connection)
    before = states.read_state(connection)
    execute(
        connection,
        "INSERT INTO due SELECT id, record, source, key, thread, at, also_at FROM measure_due",
    )
    execute(
        connection,
        "INSERT INTO due_key SELECT DISTINCT record, source, key FROM due WHERE key IS NOT NULL",
    )
    settle(connection, "due_key")
    since = states.begun_after(connection, before.horizon) if before else None
    return Marks(horizon, before, since and instant(since))


def is_quiet(connection: Connection, marks: Marks, now: datetime, zone: ZoneInfo) -> bool:
    """Whether nothing has changed since the last refresh, which was today."""
    before = marks.before
    return (
        before is not None
        and before.zone == str(zone)
        and before.now <= now
        and day_number(before.now, zone) == day_number(now, zone)
        and not execute(connection, "SELECT count(*) FROM due").scalar_one()
        and 0 < before.horizon <= marks.horizon
        and not states.has_written(connection, before.horizon)
        and before.spaces == states.spaces_mark(connection)
        and before.hub == states.hub_mark(connection)
    )


def plan(
    connection: Connection, calendar: Calendar, zone: ZoneInfo, marks: Marks
) -> tuple[Plan, Counted]:
    """What to count, and the state after it; scopes, the calendar, and callers are staged.

    The accounts and stays as they are now are kept for the next time. The state lacks the mark of
    the hub, which takes long to make and is needed then only.
    """
    now = Counted(
        states.code_version(),
        str(zone),
        calendar.quarters[0].name,
        calendar.now,
        marks.horizon,
        states.spaces_mark(connection),
        hub="",
        spells=0,
    )
    _stage_accounts(connection)
    before = marks.before
    if before is None or not goes_on(before, now) or not stays.is_complete(connection, before):
        steps = stays.keep_all(connection, calendar)
        everything = frozenset(range(len(calendar.quarters)))
        found = Plan(everything, everything, steps, whole=True)
    else:
        moved, steps = stays.keep_changed(connection, calendar, before, marks.since)
        stage_changes(connection, before, marks.since, calendar.now)
        found = Plan(*_quarters(connection, calendar, before, moved), steps)
    return found, msgspec.structs.replace(now, spells=stays.count_kept(connection))


def goes_on(before: Counted, now: Counted) -> bool:
    """Whether what was counted before can be kept at all."""
    return (
        before.horizon > 0
        and (before.zone, before.first, before.spaces) == (now.zone, now.first, now.spaces)
        and before.now <= now.now
        and before.horizon <= now.horizon
    )


def _quarters(
    connection: Connection, calendar: Calendar, before: Counted, moved: set[int]
) -> tuple[frozenset[int], frozenset[int]]:
    """Those in which anything changed, as acts and as asks."""
    last = len(calendar.quarters) - 1
    running = calendar.quarter_of(before.now)
    acts = {*range(running, last + 1), *_touched(connection, "touched")}
    acts = {q + more for q in acts for more in range(_AFTER + 1) if q + more <= last}
    ripening = calendar.quarter_of(before.now - timedelta(seconds=IN_TIME))
    asks = {*range(ripening, last + 1), *_touched(connection, "touched_thread")}
    return frozenset(acts.union(moved)), frozenset(asks)


def _touched(connection: Connection, table: str) -> Iterable[int]:
    settle(connection, table)
    found: set[int] = set()
    for column in ("at", "also_at"):
        sql = f"SELECT DISTINCT c.q FROM {table} t JOIN calendar c ON {at(f't.{column}', 'c')}"
        found.update(row.q for row in execute(connection, sql))
    return found


def mark_calendar(connection: Connection, plan: Plan) -> None:
    """Say in the staged calendar which quarters are counted."""
    execute(
        connection,
        f"UPDATE calendar SET asks = CASE WHEN q {among(plan.asks)} THEN 1 ELSE 0 END,"
        f" acts = CASE WHEN q {among(plan.acts)} THEN 1 ELSE 0 END",
    )
    settle(connection, "calendar")


def settle_due(connection: Connection) -> None:
    """What was due has been counted."""
    execute(connection, "DELETE FROM measure_due WHERE id IN (SELECT id FROM due)")


# --- accounts ------------------------------------------------------------------------------------

_COUNTS = "CASE WHEN h.kind <> 'person' THEN 0 WHEN x.person IS NULL THEN 1 ELSE 2 END"


def _stage_accounts(connection: Connection) -> None:
    """Fill `changed_account` and `changed_person`, and bring `measure_account` up to date."""
    execute(
        connection,
        f"""
        INSERT INTO changed_account
        SELECT pa.source, pa.account
        FROM person_account pa
        LEFT JOIN person h ON h.id = pa.person
        LEFT JOIN caller x ON x.person = pa.person
        LEFT JOIN measure_account m ON m.source = pa.source AND m.account = pa.account
        WHERE CASE
          WHEN h.id IS NULL THEN m.person IS NOT NULL
          ELSE m.person IS NULL OR m.person <> pa.person OR m.counts <> {_COUNTS} END
        UNION ALL
        SELECT m.source, m.account
        FROM measure_account m
        WHERE NOT EXISTS (
          SELECT 1 FROM person_account pa WHERE pa.source = m.source AND pa.account = m.account)
        """,
    )
    settle(connection, "changed_account")
    execute(connection, _OWNERS)
    execute(
        connection,
        """
        DELETE FROM measure_account WHERE EXISTS (
          SELECT 1 FROM changed_account x
          WHERE x.source = measure_account.source AND x.account = measure_account.account)
        """,
    )
    execute(
        connection,
        f"""
        INSERT INTO measure_account (source, account, person, counts)
        SELECT pa.source, pa.account, pa.person, {_COUNTS}
        FROM changed_account a
        JOIN person_account pa ON pa.source = a.source AND pa.account = a.account
        JOIN person h ON h.id = pa.person
        LEFT JOIN caller x ON x.person = pa.person
        """,
    )
    execute(connection, _OWNERS)
    settle(connection, "measure_account")


_OWNERS = """
    INSERT INTO changed_person
    SELECT m.person FROM measure_account m
    JOIN changed_account x ON x.source = m.source AND x.account = m.account
    WHERE true ON CONFLICT DO NOTHING
"""


__all__ = [
    "COLUMNS", "Marks", "Plan", "goes_on", "is_quiet", "look", "mark_calendar", "plan",
    "settle_due",
]  # fmt: skip
