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

from sqlalchemy import Connection

from cophub.pipelines.measures import state as states
from cophub.pipelines.measures.acts import LOOK_BACK
from cophub.pipelines.measures.answers import IN_TIME
from cophub.pipelines.measures.calendar import Calendar, at
from cophub.pipelines.measures.scopes import instant
from cophub.pipelines.measures.state import Counted
from cophub.warehouse.staging import execute, settle

COLUMNS = {
    "due": (
        "id BIGINT, record TEXT, source TEXT, key TEXT, thread TEXT, at <instant>,"
        " also_at <instant>"
    ),
    "changed_account": "source TEXT, account TEXT",
    "changed_post": "source TEXT, key TEXT, thread TEXT",
    "changed_event": "source TEXT, key TEXT",
    "changed_campaign": "source TEXT, key TEXT",
    "touched": "at <instant>",
    "touched_thread": "at <instant>",
}
"""Of the staged tables: what triggers noted; what changed since the last refresh; and when that
counts or counted, as acts and as the beginning of a thread."""

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
    whole: bool = False

    @property
    def reads(self) -> frozenset[int]:
        """The quarters whose acts must be read: levels rest on those before, too."""
        return frozenset(q for last in self.acts for q in range(max(0, last - _AFTER), last + 1))

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
    settle(connection, "due")
    since = states.begun_after(connection, before.horizon) if before else None
    return Marks(horizon, before, since and instant(since))


def plan(
    connection: Connection, calendar: Calendar, zone: ZoneInfo, marks: Marks
) -> tuple[Plan, Counted]:
    """What to count, and the state after it; the calendar, the spells and callers are staged.

    The accounts as they are now are kept for the next time.
    """
    now = states.counted(
        calendar,
        zone,
        horizon=marks.horizon,
        spaces=states.spaces_mark(connection),
        members=states.members_mark(connection, calendar),
    )
    _stage_accounts(connection)
    everything = frozenset(range(len(calendar.quarters)))
    if marks.before is None or not _goes_on(marks.before, now):
        return Plan(everything, everything, whole=True), now
    before = marks.before
    _stage_changes(connection, before, marks.since or before.now + timedelta(days=36_500))
    return _plan(connection, calendar, before, now), now


def _goes_on(before: Counted, now: Counted) -> bool:
    """Whether what was counted before can be kept at all."""
    return (
        before.horizon > 0
        and (before.zone, before.first, before.spaces) == (now.zone, now.first, now.spaces)
        and before.now <= now.now
        and before.horizon <= now.horizon
    )


def _plan(connection: Connection, calendar: Calendar, before: Counted, now: Counted) -> Plan:
    last = len(calendar.quarters) - 1
    running = calendar.quarter_of(before.now)
    acts = {*range(running, last + 1), *_quarters(connection, "touched")}
    acts = {q + more for q in acts for more in range(_AFTER + 1) if q + more <= last}
    moved = (
        q.number for q in calendar.quarters if before.members.get(q.name) != now.members[q.name]
    )
    ripening = calendar.quarter_of(before.now - timedelta(seconds=IN_TIME))
    asks = {*range(ripening, last + 1), *_quarters(connection, "touched_thread")}
    return Plan(frozenset(acts.union(moved)), frozenset(asks))


def _quarters(connection: Connection, table: str) -> Iterable[int]:
    settle(connection, table)
    sql = f"SELECT DISTINCT c.q FROM {table} t JOIN calendar c ON {at('t.at', 'c')}"
    return [row.q for row in execute(connection, sql)]


def mark_calendar(connection: Connection, plan: Plan) -> None:
    """Say in the staged calendar which quarters are read."""
    for column, quarters in (("acts", plan.reads), ("asks", plan.asks)):
        numbers = ", ".join(map(str, sorted(quarters)))
        execute(
            connection,
            f"UPDATE calendar SET {column} = CASE WHEN q IN ({numbers}) THEN 1 ELSE 0 END",
        )
    settle(connection, "calendar")


def settle_due(connection: Connection) -> None:
    """What was due has been counted."""
    execute(connection, "DELETE FROM measure_due WHERE id IN (SELECT id FROM due)")


# --- accounts ------------------------------------------------------------------------------------

_WHOSE = """
    SELECT pa.source, pa.account, pa.person,
           CASE WHEN h.kind <> 'person' THEN 0 WHEN x.person IS NULL THEN 1 ELSE 2 END AS counts
    FROM person_account pa
    JOIN person h ON h.id = pa.person
    LEFT JOIN caller x ON x.person = pa.person
"""


def _stage_accounts(connection: Connection) -> None:
    """Fill `changed_account`, and bring `measure_account` up to date."""
    execute(
        connection,
        f"""
        INSERT INTO changed_account
        SELECT w.source, w.account
        FROM ({_WHOSE}) w
        LEFT JOIN measure_account m ON m.source = w.source AND m.account = w.account
        WHERE m.person IS NULL OR m.person <> w.person OR m.counts <> w.counts
        UNION ALL
        SELECT m.source, m.account
        FROM measure_account m
        LEFT JOIN person_account pa ON pa.source = m.source AND pa.account = m.account
        LEFT JOIN person h ON h.id = pa.person
        WHERE h.id IS NULL
        """,
    )
    settle(connection, "changed_account")
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
        SELECT w.source, w.account, w.person, w.counts
        FROM ({_WHOSE}) w
        WHERE NOT EXISTS (SELECT 1 FROM measure_account m
                          WHERE m.source = w.source AND m.account = w.account)
        """,
    )


# --- rows ----------------------------------------------------------------------------------------

_NEW = "{0}.run > :horizon AND {0}.first_seen_at >= :since"


def _theirs(table: str) -> str:
    """Joins the accounts that are another's now."""
    return f"JOIN changed_account x ON x.source = {table}.source AND x.account = {table}.account"


def _noted(record: str, table: str, key: str) -> str:
    """Joins what was noted of a row, or of what it is about."""
    return (
        f"JOIN due d ON d.record = '{record}' AND d.source = {table}.source"
        f" AND d.key = {table}.{key}"
    )


_POSTS = (
    f"SELECT p.source, p.key, p.thread FROM post p WHERE {_NEW.format('p')}",
    # What lay in the future then may be an answer now.
    "SELECT p.source, p.key, p.thread FROM post p WHERE p.posted_at > :then",
    f"SELECT p.source, p.key, p.thread FROM post p {_theirs('p')}",
    "SELECT d.source, d.key, d.thread FROM due d WHERE d.record = 'post'",
    f"SELECT p.source, p.key, p.thread FROM post p {_noted('post', 'p', 'key')}",
)
_EVENTS = (
    f"SELECT e.source, e.key FROM event e WHERE {_NEW.format('e')}",
    "SELECT d.source, d.key FROM due d WHERE d.record IN ('event', 'attendance')",
    f"SELECT a.source, a.event FROM attendance a WHERE {_NEW.format('a')}",
    f"SELECT a.source, a.event FROM attendance a {_theirs('a')}",
    # By whom they were organised: as in the view of acts, by their key or their address.
    "SELECT e.source, e.key FROM event e"
    " JOIN changed_account x ON x.source = e.source AND x.account = e.organizer",
    """
    SELECT e.source, e.key
    FROM event e
    JOIN (
      SELECT o.source, lower(o.email) AS email
      FROM account o JOIN changed_account x ON x.source = o.source AND x.account = o.key
      UNION
      SELECT o.source, lower(o.email) FROM account o WHERE {new}
      UNION
      SELECT d.source, lower(d.key) FROM due d WHERE d.record = 'account'
      UNION
      SELECT d.source, lower(o.email)
      FROM due d JOIN account o ON o.source = d.source AND o.key = d.thread
      WHERE d.record = 'account'
    ) o ON o.source = e.source AND o.email = lower(e.organizer)
    WHERE e.organizer LIKE '%@%'
    """.replace("{new}", _NEW.format("o")),
)
_CAMPAIGNS = (
    f"SELECT c.source, c.key FROM campaign c WHERE {_NEW.format('c')}",
    "SELECT d.source, d.key FROM due d WHERE d.record = 'campaign'",
)
_DELIVERED = """
    FROM delivery d
    JOIN campaign c ON c.source = d.source AND c.key = d.campaign
"""
_OPENED = "CASE WHEN d.open_count > 0 THEN coalesce(d.opened_at, c.sent_at) ELSE d.opened_at END"
_CLICKED = _OPENED.replace("open", "click")
_TOUCHED = (
    "SELECT d.at FROM due d",
    "SELECT d.also_at FROM due d",
    "SELECT p.posted_at FROM post p JOIN changed_post x ON x.source = p.source AND x.key = p.key",
    # Whether a reply answers somebody else depends on who began the thread.
    "SELECT p.posted_at FROM post p"
    " JOIN changed_post x ON x.source = p.source AND x.key = p.thread",
    "SELECT coalesce(r.reacted_at, p.posted_at) FROM reaction r"
    " JOIN changed_post x ON x.source = r.source AND x.key = r.post"
    " JOIN post p ON p.source = r.source AND p.key = r.post",
    "SELECT coalesce(r.reacted_at, p.posted_at) FROM reaction r"
    f" JOIN post p ON p.source = r.source AND p.key = r.post WHERE {_NEW.format('r')}",
    "SELECT coalesce(r.reacted_at, p.posted_at) FROM reaction r"
    f" JOIN post p ON p.source = r.source AND p.key = r.post {_theirs('r')}",
    "SELECT p.posted_at FROM post p JOIN due d ON d.record = 'reaction' AND d.source = p.source"
    " AND d.key = p.key",
    f"SELECT r.reacted_at FROM reaction r {_noted('reaction', 'r', 'post')}",
    "SELECT e.starts_at FROM event e JOIN changed_event x ON x.source = e.source AND x.key = e.key",
    "SELECT a.joined_at FROM attendance a"
    " JOIN changed_event x ON x.source = a.source AND x.key = a.event",
    *(
        f"SELECT {when} {_DELIVERED} {of}"
        for when in (_OPENED, _CLICKED)
        for of in (
            f"WHERE {_NEW.format('d')}",
            _theirs("d"),
            "JOIN changed_campaign x ON x.source = c.source AND x.key = c.key",
            "JOIN due n ON n.record = 'delivery' AND n.source = d.source AND n.key = d.campaign",
        )
    ),
    "SELECT c.sent_at FROM campaign c JOIN due n ON n.record = 'delivery' AND n.source = c.source"
    " AND n.key = c.key",
    f"SELECT m.joined_at FROM membership m WHERE {_NEW.format('m')}",
    f"SELECT m.joined_at FROM membership m {_theirs('m')}",
    "SELECT m.joined_at FROM membership m"
    " JOIN due d ON d.record = 'membership' AND d.source = m.source AND d.key = m.account",
    f"SELECT d.created_at FROM document d WHERE {_NEW.format('d')}",
    f"SELECT d.created_at FROM document d {_theirs('d')}",
    "SELECT t.created_at FROM document t"
    " JOIN due d ON d.record = 'document' AND d.source = t.source AND d.key = t.key",
)
_THREADS = (
    "SELECT p.posted_at FROM post p JOIN changed_post x ON x.source = p.source AND x.key = p.key",
    "SELECT p.posted_at FROM post p"
    " JOIN changed_post x ON x.source = p.source AND x.thread = p.key",
    "SELECT d.at FROM due d WHERE d.record = 'post'",
)


def _stage_changes(connection: Connection, before: Counted, since: datetime) -> None:
    """Fill the other staged tables."""
    times = {"horizon": before.horizon, "since": since, "then": before.now}
    for table, queries in (
        ("changed_post", _POSTS),
        ("changed_event", _EVENTS),
        ("changed_campaign", _CAMPAIGNS),
        ("touched", _TOUCHED),
        ("touched_thread", _THREADS),
    ):
        for sql in queries:
            wanted = {name: value for name, value in times.items() if f":{name}" in sql}
            execute(connection, f"INSERT INTO {table} {sql}", **wanted)
        settle(connection, table)


__all__ = ["COLUMNS", "Marks", "Plan", "look", "mark_calendar", "plan", "settle_due"]
