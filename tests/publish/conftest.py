"""What the warehouse keeps of a run of pipelines."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from cophub.warehouse import Warehouse, tables


@pytest.fixture
def rows(warehouse: Warehouse) -> Callable[[str], list[dict[str, Any]]]:
    """Every row of a table, in the order of its key."""

    def read(name: str) -> list[dict[str, Any]]:
        table = tables.metadata.tables[name]
        with warehouse.connect() as connection:
            found = connection.execute(select(table).order_by(*table.primary_key.columns))
            return [row._asdict() for row in found]

    return read
