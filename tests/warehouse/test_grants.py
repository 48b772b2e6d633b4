"""Who may read a view may read it after an upgrade too."""

from collections.abc import Iterator
from uuid import uuid4

import pytest
from sqlalchemy import DDL, text

from cophub.errors import WarehouseError
from cophub.warehouse import Warehouse
from cophub.warehouse.upgrade import make_views


@pytest.fixture
def role(warehouse: Warehouse) -> Iterator[str]:
    """A role of the server whose name has to be quoted; gone after the test."""
    name = f'"100% dash:boards {uuid4().hex[:8]}"'
    with warehouse.begin() as connection:
        connection.execute(DDL(f"CREATE ROLE {name}".replace("%", "%%")))
    yield name
    with warehouse.begin() as connection:
        connection.execute(DDL(f"DROP OWNED BY {name}".replace("%", "%%")))
        connection.execute(DDL(f"DROP ROLE {name}".replace("%", "%%")))


@pytest.mark.parametrize("dialect", ["postgresql"])
def test_grants_on_views_outlive_an_upgrade(warehouse: Warehouse, role: str) -> None:
    def may_read(view: str, privilege: str = "SELECT") -> bool:
        asked = text("SELECT has_table_privilege(:role, :view, :privilege)")
        with warehouse.connect() as connection:
            plain = {"role": role.strip('"'), "view": view, "privilege": privilege}
            return bool(connection.scalar(asked, plain))

    with warehouse.begin() as connection:
        given = f"GRANT SELECT ON measure_quarter TO {role} WITH GRANT OPTION"
        connection.execute(DDL(given.replace("%", "%%")))
        connection.execute(text("GRANT SELECT ON freshness TO PUBLIC"))
    with warehouse.begin() as connection:
        make_views(connection)
    assert may_read("measure_quarter")
    assert may_read("measure_quarter", "SELECT WITH GRANT OPTION")
    assert may_read("freshness")
    assert not may_read("freshness", "SELECT WITH GRANT OPTION")
    assert not may_read("activity")


def test_views_that_nobody_was_given_are_made_anew_as_well(warehouse: Warehouse) -> None:
    with warehouse.begin() as connection:
        make_views(connection)
        assert connection.scalar(text("SELECT count(*) FROM measure_quarter")) == 0


@pytest.mark.parametrize("dialect", ["postgresql"])
def test_views_of_others_upon_ours_are_named_and_nothing_is_lost(
    warehouse: Warehouse, warehouse_url: str
) -> None:
    with warehouse.begin() as connection:
        connection.execute(text("CREATE VIEW theirs AS SELECT * FROM measure_quarter"))
        connection.execute(text("DELETE FROM meta WHERE name = 'views'"))
    with pytest.raises(WarehouseError, match=r"measure_quarter .* drop the views that others made"):
        Warehouse.open(warehouse_url)
    with warehouse.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM theirs")) == 0
