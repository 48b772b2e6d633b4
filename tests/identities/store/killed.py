"""A program that resolves a warehouse, each time in a process that may be killed in the middle."""

import sys
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from cophub.identities.matching.weights import Weights
from cophub.identities.store import rows
from cophub.identities.store.resolve import resolve
from cophub.warehouse import Warehouse, store
from tests.sync.forked import Countdown, serve


def main() -> None:
    """Resolve the warehouse named on the command line at the day of each order."""

    def do(order: dict[str, Any]) -> dict[str, Any]:
        warehouse = Warehouse.open(sys.argv[1])
        countdown = Countdown(order["die_at"])
        countdown.watch(warehouse)
        cursor = store.driver_cursor

        def counted(connection: Connection, **options: Any) -> Any:
            countdown("cursor")
            return cursor(connection, **options)

        setattr(rows, "driver_cursor", counted)  # noqa: B010 - the module does not export it
        now = datetime.fromisoformat(order["now"])
        with warehouse.begin() as connection:
            resolve(connection, weights=Weights(), now=now, run=order["run"])
        warehouse.dispose()
        return dict(countdown.counts)

    serve(do)


if __name__ == "__main__":
    main()
