"""The schema's version: which one a database has, and bringing it to ours.

Alembic does the work; it is imported only when there is some, because it costs more time than
opening a warehouse does.
"""

from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import inspect, text
from sqlalchemy.engine import Connection

from cophub.error_codes import NEWER_SCHEMA
from cophub.errors import WarehouseError

if TYPE_CHECKING:
    from alembic.config import Config

# Every version there ever was, oldest first; a test holds them against migrations/versions.
REVISIONS = (
    "0001", "0002", "0003", "0004", "0005", "0006", "0007", "0008", "0009", "0010", "0011", "0012",
    "0013", "0014", "0015", "0016", "0017",
)  # fmt: skip
HEAD = REVISIONS[-1]
OLDEST_TO_GO_BACK_TO = "0010"
"""Later versions can be undone; of older ones only a copy leads back."""
# Not alembic's own name: a team may keep other programs' tables in the same database.
VERSION_TABLE = "cophub_version"


def schema_version(connection: Connection) -> str | None:
    """The version of the database's schema, such as "0002"; None where cophub has no tables."""
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    version: str | None = connection.scalar(text(f"SELECT version_num FROM {VERSION_TABLE}"))
    return version


def check_version(connection: Connection, name: str) -> str | None:
    """The schema's version; WarehouseError where a newer cophub than this one wrote it."""
    current = schema_version(connection)
    if current is not None and current not in REVISIONS:
        raise WarehouseError(
            f"{name} has schema {current} of a newer cophub, this one knows up to {HEAD}: "
            "upgrade cophub with `pip install --upgrade cophub`",
            code=NEWER_SCHEMA,
        )
    return current


def upgrade_schema(connection: Connection, name: str, target: str = HEAD) -> tuple[str, ...]:
    """Bring the schema to `target` in the caller's transaction; the versions that were applied.

    Whoever comes second waits for the first and then finds nothing left to do. Readers' views are
    made anew at the end.
    """
    from alembic import command

    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('cophub schema'))"))
    current = check_version(connection, name)
    done = REVISIONS.index(current) + 1 if current else 0
    applied = REVISIONS[done : REVISIONS.index(target) + 1]
    if applied:
        command.upgrade(alembic_config(connection), target)
    if target == HEAD:
        make_views(connection)
    return applied


def downgrade_schema(connection: Connection, name: str, target: str) -> tuple[str, ...]:
    """Take the schema back to `target` in the caller's transaction; what was undone, newest first.

    What only later schemas know goes. There are no views for readers until a cophub of that schema
    opens the warehouse. Raises WarehouseError for a version that there is no way back to.
    """
    from alembic import command

    from cophub.warehouse.triggers import drop_triggers
    from cophub.warehouse.views import drop_views

    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('cophub schema'))"))
    current = check_version(connection, name)
    undone = versions_between(current, target)
    if undone:
        drop_views(connection)
        drop_triggers(connection)
        connection.execute(text("DELETE FROM meta WHERE name = 'views'"))
        command.downgrade(alembic_config(connection), target)
    return undone


def versions_between(current: str | None, target: str) -> tuple[str, ...]:
    """What is undone on the way back from `current` to `target`. Raises WarehouseError."""
    if target not in REVISIONS:
        raise WarehouseError(
            f'there is no schema "{target}"; this cophub knows {REVISIONS[0]} to {HEAD}'
        )
    if target < OLDEST_TO_GO_BACK_TO:
        raise WarehouseError(
            f"schema {target} cannot be gone back to ({OLDEST_TO_GO_BACK_TO} is the oldest that"
            " can); put a copy that has it in the warehouse's place, with a cophub of that time"
        )
    return tuple(version for version in reversed(REVISIONS) if target < version <= (current or ""))


def alembic_config(connection: Connection) -> "Config":
    """Alembic's configuration for our migrations, wherever cophub is installed."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def views_are_current(connection: Connection) -> bool:
    """Whether the readers' views say what this cophub says; they may change without the schema."""
    made = connection.scalar(text("SELECT value FROM meta WHERE name = 'views'"))
    return bool(made == _views_mark(connection.dialect.name))


def make_views(connection: Connection) -> None:
    """Make the readers' views, and the triggers, anew, in the caller's transaction."""
    from cophub.warehouse.grants import kept_grants
    from cophub.warehouse.triggers import create_triggers
    from cophub.warehouse.views import VIEWS, create_views

    with kept_grants(connection, [view.name for view in VIEWS]):
        create_views(connection)
    create_triggers(connection)
    mark = _views_mark(connection.dialect.name)
    connection.execute(text("DELETE FROM meta WHERE name = 'views'"))
    connection.execute(
        text("INSERT INTO meta (name, value) VALUES ('views', :mark)"), {"mark": mark}
    )


def _views_mark(dialect: str) -> str:
    """A short mark of the text of all views and triggers."""
    from cophub.warehouse.triggers import statements
    from cophub.warehouse.views import VIEWS

    texts = [f"{view.name} {view.comment} {view.definition(dialect)}" for view in VIEWS]
    texts += statements(dialect)
    return sha256("\n".join(texts).encode()).hexdigest()[:16]
