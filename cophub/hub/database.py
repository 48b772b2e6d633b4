"""Which schema the warehouse has, and which cophub knows."""

from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Connection, create_engine, inspect, text

from cophub.errors import WarehouseError
from cophub.warehouse.engine import address_of
from cophub.warehouse.failures import explained, named
from cophub.warehouse.upgrade import HEAD, REVISIONS, check_version


@dataclass(frozen=True)
class Version:
    """Which schema the warehouse has, and which this cophub knows."""

    warehouse: str
    dialect: str
    schema: str | None
    newest: str
    contract: dict[str, str] = field(default_factory=dict)
    """The version of each view and table that readers rely on, as the warehouse tells it."""

    @property
    def pending(self) -> tuple[str, ...]:
        """The versions that `db upgrade` would apply."""
        done = REVISIONS.index(self.schema) + 1 if self.schema in REVISIONS else 0
        return REVISIONS[done:]


def version_at(url: str) -> Version:
    """The schema of the warehouse at an address; makes and changes nothing.

    Raises WarehouseError when it does not answer, or when a newer cophub made it.
    """
    address = address_of(url)
    dialect, name = address.get_backend_name(), named(address)
    if dialect == "sqlite" and not Path(str(address.database)).exists():
        return Version(name, dialect, None, HEAD)
    engine = create_engine(address)
    try:
        with explained(address), engine.connect() as connection:
            schema = check_version(connection, name)
            return Version(name, dialect, schema, HEAD, _contract(connection))
    except ModuleNotFoundError as error:
        raise WarehouseError(
            "a PostgreSQL warehouse needs psycopg: pip install 'cophub[postgres]'"
        ) from error
    finally:
        engine.dispose()


def _contract(connection: Connection) -> dict[str, str]:
    """What the warehouse itself says; nothing, where an older cophub made its views."""
    if "warehouse_contract" not in inspect(connection).get_view_names():
        return {}
    found = connection.execute(text("SELECT name, version FROM warehouse_contract ORDER BY name"))
    return {row.name: row.version for row in found}
