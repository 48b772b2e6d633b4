"""When the rows count that are new or have changed: the instants of acts, and of first posts.

What is new is found by its run, what has changed in what triggers noted (staged in `due`), and rows
of accounts that are another's now by the staged `changed_account`.
"""

from datetime import datetime

from sqlalchemy import Connection

from cophub.pipelines.measures.scopes import POSTED_IN
from cophub.pipelines.measures.state import Counted
from cophub.warehouse.staging import execute, settle

COLUMNS = {
    "changed_post": "source TEXT, key TEXT, PRIMARY KEY (source, key)",
    "changed_thread": "source TEXT, key TEXT, PRIMARY KEY (source, key)",
    "changed_event": "source TEXT, key TEXT, PRIMARY KEY (source, key)",
    "changed_campaign": "source TEXT, key TEXT, PRIMARY KEY (source, key)",
    "touched": "at <instant>, also_at <instant>",
    "touched_thread": "at <instant>, also_at <instant>",
}
"""Of the staged tables: what changed since the last refresh, and when that counts or counted, as
acts and as the beginnings of threads."""

# Most tables are read from end to end, and what changed looked up: only posts have an index by run
# and one by account, and SQLite would go through all rows of a source for each account.
_NEW = "{0}.run > :horizon AND {0}.first_seen_at >= :since"


def _theirs(table: str) -> str:
    """The condition of a row of an account that is another's now."""
    return (
        f"EXISTS (SELECT 1 FROM changed_account x WHERE x.source = {table}.source"
        f" AND x.account = {table}.account)"
    )


def _noted(record: str, table: str, key: str) -> str:
    """Where from: what was noted of a record, and the rows of a table that it names by a key."""
    return (
        f"FROM due_key n JOIN {record} {table} ON {table}.source = n.source"
        f" AND {table}.{key} = n.key AND n.record = '{record}'"
    )


_POSTS = (
    f"SELECT p.source, p.key FROM post p WHERE {_NEW.format('p')}",
    "SELECT p.source, p.key FROM changed_account x"
    " <then> JOIN post p ON p.source = x.source AND p.account = x.account",
    "SELECT n.source, n.key FROM due_key n WHERE n.record = 'post'",
)
_THREADS = (
    "SELECT x.source, x.key FROM changed_post x",
    "SELECT p.source, p.thread FROM changed_post x"
    " <then> JOIN post p ON p.source = x.source AND p.key = x.key WHERE p.thread IS NOT NULL",
    "SELECT d.source, d.thread FROM due d WHERE d.record = 'post' AND d.thread IS NOT NULL",
    # What lay in the future then may be an answer now.
    f"WITH RECURSIVE {POSTED_IN} SELECT p.source, p.thread FROM place l"
    " <then> JOIN post p ON p.source = l.source AND p.space = l.space"
    " AND p.posted_at > :then AND p.posted_at <= :now AND p.thread IS NOT NULL"
    " UNION ALL SELECT p.source, p.thread FROM place l"
    " <then> JOIN post p ON p.source = l.source AND p.space IS NULL AND l.space IS NULL"
    " AND p.posted_at > :then AND p.posted_at <= :now AND p.thread IS NOT NULL",
)
_EVENTS = (
    f"SELECT e.source, e.key FROM event e WHERE {_NEW.format('e')}",
    "SELECT n.source, n.key FROM due_key n WHERE n.record IN ('event', 'attendance')",
    f"SELECT a.source, a.event FROM attendance a WHERE {_NEW.format('a')}",
    f"SELECT a.source, a.event FROM attendance a WHERE {_theirs('a')}",
    # By whom they were organised: as in the view of acts, by their key or their address.
    "SELECT e.source, e.key FROM event e"
    " JOIN changed_account x ON x.source = e.source AND x.account = e.organizer",
    *(
        "SELECT e.source, e.key FROM event e WHERE e.organizer LIKE '%@%'"
        f" AND (e.source, lower(e.organizer)) IN ({addresses})"
        for addresses in (
            "SELECT o.source, lower(o.email) FROM changed_account x"
            " JOIN account o ON o.source = x.source AND o.key = x.account",
            f"SELECT o.source, lower(o.email) FROM account o WHERE {_NEW.format('o')}",
            "SELECT d.source, lower(d.key) FROM due d WHERE d.record = 'account'",
            "SELECT o.source, lower(o.email) FROM due d"
            " JOIN account o ON o.source = d.source AND o.key = d.thread"
            " WHERE d.record = 'account'",
        )
    ),
)
_CAMPAIGNS = (
    f"SELECT c.source, c.key FROM campaign c WHERE {_NEW.format('c')}",
    "SELECT n.source, n.key FROM due_key n WHERE n.record = 'campaign'",
)
_OPENED = "CASE WHEN d.open_count > 0 THEN coalesce(d.opened_at, c.sent_at) ELSE d.opened_at END"
_DELIVERED = f"""
    SELECT {_OPENED}, {_OPENED.replace("open", "click")}
    FROM delivery d JOIN campaign c ON c.source = d.source AND c.key = d.campaign
"""
_REACTED = "SELECT coalesce(r.reacted_at, p.posted_at), r.reacted_at"
_TOUCHED = (
    "SELECT d.at, d.also_at FROM due d",
    "SELECT p.posted_at, CAST(NULL AS <instant>) FROM changed_post x"
    " <then> JOIN post p ON p.source = x.source AND p.key = x.key",
    # Whether a reply answers somebody else depends on who began the thread.
    "SELECT p.posted_at, CAST(NULL AS <instant>) FROM changed_post x"
    " <then> JOIN post p ON p.source = x.source AND p.thread = x.key",
    f"{_REACTED} FROM changed_post x"
    " <then> JOIN reaction r ON r.source = x.source AND r.post = x.key"
    " <then> JOIN post p ON p.source = r.source AND p.key = r.post",
    f"{_REACTED} FROM reaction r JOIN post p ON p.source = r.source AND p.key = r.post"
    f" WHERE {_NEW.format('r')}",
    f"{_REACTED} FROM reaction r JOIN post p ON p.source = r.source AND p.key = r.post"
    f" WHERE {_theirs('r')}",
    "SELECT p.posted_at, CAST(NULL AS <instant>) FROM due_key n"
    " JOIN post p ON p.source = n.source AND p.key = n.key AND n.record = 'reaction'",
    f"SELECT r.reacted_at, CAST(NULL AS <instant>) {_noted('reaction', 'r', 'post')}",
    "SELECT e.starts_at, CAST(NULL AS <instant>) FROM changed_event x"
    " JOIN event e ON e.source = x.source AND e.key = x.key",
    "SELECT a.joined_at, CAST(NULL AS <instant>) FROM changed_event x"
    " JOIN attendance a ON a.source = x.source AND a.event = x.key",
    f"{_DELIVERED} WHERE {_NEW.format('d')}",
    f"{_DELIVERED} WHERE {_theirs('d')}",
    f"{_DELIVERED} JOIN changed_campaign x ON x.source = c.source AND x.key = c.key",
    # Of a campaign whose row is deleted, openings with a day of their own were counted on it.
    "SELECT d.opened_at, d.clicked_at FROM changed_campaign x"
    " JOIN delivery d ON d.source = x.source AND d.campaign = x.key",
    f"{_DELIVERED} JOIN due_key n ON n.record = 'delivery' AND n.source = c.source"
    " AND n.key = c.key",
    "SELECT c.sent_at, CAST(NULL AS <instant>) FROM due_key n"
    " JOIN campaign c ON c.source = n.source AND c.key = n.key AND n.record = 'delivery'",
    f"SELECT m.joined_at, CAST(NULL AS <instant>) FROM membership m WHERE {_NEW.format('m')}",
    f"SELECT m.joined_at, CAST(NULL AS <instant>) FROM membership m WHERE {_theirs('m')}",
    "SELECT m.joined_at, CAST(NULL AS <instant>) FROM membership m WHERE EXISTS ("
    "SELECT 1 FROM due_key n WHERE n.record = 'membership' AND n.source = m.source"
    " AND n.key = m.account)",
    f"SELECT d.created_at, CAST(NULL AS <instant>) FROM document d WHERE {_NEW.format('d')}",
    f"SELECT d.created_at, CAST(NULL AS <instant>) FROM document d WHERE {_theirs('d')}",
    f"SELECT d.created_at, CAST(NULL AS <instant>) {_noted('document', 'd', 'key')}",
)
_TOUCHED_THREADS = (
    "SELECT p.posted_at, CAST(NULL AS <instant>) FROM changed_thread x"
    " <then> JOIN post p ON p.source = x.source AND p.key = x.key",
    "SELECT d.at, CAST(NULL AS <instant>) FROM due d WHERE d.record = 'post'",
)


def stage_changes(
    connection: Connection, before: Counted, since: datetime | None, now: datetime
) -> None:
    """Fill the staged tables; where no run began `since`, nothing is new."""
    times = {"horizon": before.horizon, "since": since, "then": before.now, "now": now}
    for table, queries in (
        ("changed_post", _POSTS),
        ("changed_thread", _THREADS),
        ("changed_event", _EVENTS),
        ("changed_campaign", _CAMPAIGNS),
        ("touched", _TOUCHED),
        ("touched_thread", _TOUCHED_THREADS),
    ):
        once = "" if table.startswith("touched") else "WHERE true ON CONFLICT DO NOTHING"
        for sql in queries:
            wanted = {name: value for name, value in times.items() if f":{name}" in sql}
            if None not in wanted.values():
                insert = f"INSERT INTO {table} SELECT * FROM ({sql}) found {once}"
                execute(connection, insert, **wanted)
        settle(connection, table)


__all__ = ["COLUMNS", "stage_changes"]
