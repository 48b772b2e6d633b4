"""Acts since a day, as figures read them, against the view in which everybody reads all acts."""

import random
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import Connection

from cophub.pipelines.measures.scopes import instant
from cophub.warehouse import Warehouse
from cophub.warehouse.acts import OF_PERSON, acts_since
from cophub.warehouse.staging import execute
from tests.pipelines.measures.histories import OFTEN, History
from tests.sizes import sized

COLUMNS = "person, source, space, kind, at, weight, ref, is_reply"


@pytest.mark.parametrize("seed", range(sized(8, 30)))
def test_acts_since_a_day_are_those_of_the_view(warehouse: Warehouse, seed: int) -> None:
    history = History(warehouse)
    rng = random.Random(seed)
    for step in range(40):
        history.step(rng.choice(OFTEN), 1000 * seed + step)
    with warehouse.connect() as connection:
        days = sorted({instant(row.at) for row in execute(connection, "SELECT at FROM act")})
        assert len(days) > 10
        for day in (days[0], *rng.sample(days, 8), days[-1]):
            assert told(connection, f"({acts_since(OF_PERSON)})", day) == told(
                connection, "act", day
            )


def told(connection: Connection, acts: str, day: datetime) -> list[tuple[Any, ...]]:
    rows = execute(connection, f"SELECT {COLUMNS} FROM {acts} a WHERE a.at >= :since", since=day)
    return sorted((tuple(map(str, row)) for row in rows), key=repr)
