"""Triggers that note what a row was before it changed: figures that it counted in are due.

What a row is now can be read from it; where it counted until then, nobody could tell afterwards.
Rows that are new are found by their run, so a first load pays nothing. They are made anew at each
upgrade, as views are, so their text in this file is the only one.
"""

from dataclasses import dataclass

from sqlalchemy import Connection, text


@dataclass(frozen=True)
class Watch:
    """What is noted of a table: `noted` gives columns of `measure_due`, over the row OLD.

    Only a row of which one of `telling` changes is noted, or, where `deleted`, one that is; where
    `added`, a new one too.
    """

    table: str
    noted: dict[str, str]
    telling: tuple[str, ...]
    record: str = ""
    added: bool = False
    deleted: bool = True
    also: str = ""
    """A second watch of a table has a name after it."""

    @property
    def name(self) -> str:
        """The beginning of the names of its triggers."""
        return f"due_{self.table}{self.also}"

    @property
    def acts(self) -> list[str]:
        """What sets the trigger off."""
        return ["UPDATE", *["DELETE"] * self.deleted, *["INSERT"] * self.added]

    @property
    def values(self) -> str:
        return ", ".join((f"'{self.record or self.table}'", "OLD.source", *self.noted.values()))

    @property
    def columns(self) -> str:
        return ", ".join(("record", "source", *self.noted))


WATCHES = (
    Watch(
        "post",
        {"key": "OLD.key", "thread": "OLD.thread", "at": "OLD.posted_at"},
        ("{}.space", "{}.thread", "{}.account", "{}.kind", "{}.posted_at", "{}.deleted_at",
         "{}.gone_at"),
    ),
    Watch(
        "reaction",
        {"key": "OLD.post", "at": "OLD.reacted_at"},
        ("{}.reacted_at", "{}.gone_at"),
    ),
    Watch(
        "event",
        {"key": "OLD.key", "at": "OLD.starts_at"},
        ("{}.space", "{}.starts_at", "{}.cancelled", "{}.organizer", "{}.attendee_count",
         "{}.gone_at"),
    ),
    Watch("event_place", {"key": "OLD.event"}, ("{}.place",), record="event", added=True),
    Watch(
        "attendance",
        {"key": "OLD.event", "at": "OLD.joined_at"},
        ("{}.joined_at", "{}.left_at", "{}.minutes", "{}.visits", "{}.registered", "{}.gone_at"),
    ),
    Watch(
        "campaign",
        {"key": "OLD.key", "at": "OLD.sent_at"},
        ("{}.space", "{}.sent_at", "{}.gone_at"),
    ),
    Watch(
        "delivery",
        {"key": "OLD.campaign", "at": "OLD.opened_at", "also_at": "OLD.clicked_at"},
        ("{}.opened_at", "{}.clicked_at", "coalesce({}.open_count, 0) > 0",
         "coalesce({}.click_count, 0) > 0", "{}.gone_at"),
    ),
    Watch(
        "membership",
        {"key": "OLD.account", "at": "OLD.joined_at"},
        ("{}.joined_at", "{}.joined_at_basis", "coalesce({}.status, '') = 'pending'"),
    ),
    Watch(
        "membership",
        {"key": "OLD.account"},
        ("{}.status", "{}.joined_at", "{}.joined_at_basis", "{}.left_at", "{}.first_seen_at",
         "{}.gone_at"),
        record="stay",
        also="_stay",
    ),
    Watch(
        "membership_period",
        {"key": "OLD.account"},
        ("{}.status", "{}.valid_from", "{}.valid_to"),
        record="stay",
    ),
    Watch(
        "document",
        {"key": "OLD.key", "at": "OLD.created_at"},
        ("{}.space", "{}.account", "{}.created_at", "{}.deleted_at", "{}.gone_at"),
    ),
    Watch("account", {"key": "OLD.email", "thread": "OLD.key"}, ("{}.email",), deleted=False),
)  # fmt: skip
"""A vendor's mere counts, titles and texts are no part of any figure that is kept. A membership is
two things: the act of joining, which is of one day, and a stay."""


def create_triggers(connection: Connection) -> None:
    """Make every trigger anew, in the caller's transaction."""
    for sql in statements(connection.dialect.name):
        connection.execute(text(sql.replace(":", r"\:")))


def drop_triggers(connection: Connection) -> None:
    """Take every trigger away, in the caller's transaction."""
    for sql in statements(connection.dialect.name):
        if sql.startswith("DROP "):
            connection.execute(text(sql))


def missing_triggers(connection: Connection) -> list[str]:
    """The triggers that should be there and are not: what they note would be lost."""
    if connection.dialect.name == "sqlite":
        found = text("SELECT name FROM sqlite_master WHERE type = 'trigger'")
    else:
        found = text("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'")
    there = set(connection.scalars(found))
    wanted = [f"{watch.name}_{act.lower()}" for watch in WATCHES for act in watch.acts]
    return [name for name in wanted if name not in there]


def statements(dialect: str) -> list[str]:
    """The statements that make the triggers on `sqlite` or `postgresql`."""
    make = _sqlite if dialect == "sqlite" else _postgresql
    return [sql for watch in WATCHES for sql in make(watch)]


def _differs(watch: Watch, words: str) -> str:
    pairs = ((one.format("OLD"), one.format("NEW")) for one in watch.telling)
    return " OR ".join(f"({old}) {words} ({new})" for old, new in pairs)


def _sqlite(watch: Watch) -> list[str]:
    insert = f"INSERT INTO measure_due ({watch.columns}) VALUES ({watch.values});"
    found = []
    for act in ("UPDATE", "DELETE", "INSERT"):
        name = f"{watch.name}_{act.lower()}"
        found.append(f"DROP TRIGGER IF EXISTS {name}")
        if act not in watch.acts:
            continue
        when = f" WHEN {_differs(watch, 'IS NOT')}" if act == "UPDATE" else ""
        body = insert.replace("OLD.", "NEW.") if act == "INSERT" else insert
        found.append(f"CREATE TRIGGER {name} AFTER {act} ON {watch.table}{when} BEGIN {body} END")
    return found


def _postgresql(watch: Watch) -> list[str]:
    """One function for each table; it finds the log wherever the session's tables are."""
    row = f"INSERT INTO measure_due ({watch.columns}) VALUES ({watch.values});"
    body = row
    if watch.added:
        body = f"IF TG_OP = 'INSERT' THEN {row.replace('OLD.', 'NEW.')} ELSE {row} END IF;"
    found = [
        f"CREATE OR REPLACE FUNCTION {watch.name}() RETURNS trigger LANGUAGE plpgsql"
        f" SET search_path FROM CURRENT AS $$ BEGIN {body} RETURN NULL; END $$"
    ]
    for act in ("UPDATE", "DELETE", "INSERT"):
        name = f"{watch.name}_{act.lower()}"
        found.append(f"DROP TRIGGER IF EXISTS {name} ON {watch.table}")
        if act not in watch.acts:
            continue
        when = f" WHEN ({_differs(watch, 'IS DISTINCT FROM')})" if act == "UPDATE" else ""
        found.append(
            f"CREATE TRIGGER {name} AFTER {act} ON {watch.table} FOR EACH ROW{when}"
            f" EXECUTE FUNCTION {watch.name}()"
        )
    return found


__all__ = ["WATCHES", "Watch", "create_triggers", "drop_triggers", "missing_triggers", "statements"]
