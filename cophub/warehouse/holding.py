"""Holds a lease for as long as a block runs, over threads, processes and machines.

A lease tells of machines that are alive, so all of this keeps the real time, whatever time the run
that holds it is set to.
"""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import copy_context
from datetime import UTC, datetime

from sqlalchemy import Connection

from cophub.errors import CophubError
from cophub.warehouse import Warehouse, state
from cophub.warehouse.holder import this_thread
from cophub.warehouse.state import Lease

RENEWAL_SECONDS = 30.0
_log = logging.getLogger("cophub.warehouse")


@contextmanager
def held(warehouse: Warehouse, name: str) -> Iterator[Lease]:
    """The lease on `name`, with signs of life from a thread until the block ends.

    Raises SourceBusy while somebody else holds it. Whoever writes in the block calls `show_life` in
    the same transaction: a machine that slept for longer than the lease may have lost it.
    """
    with warehouse.begin() as connection:
        lease = state.take_lease(connection, name, this_thread(), now=datetime.now(UTC))
    ended = threading.Event()
    alive = threading.Thread(
        target=copy_context().run,  # its records belong to whatever the lease is held for
        args=(_stay_alive, warehouse, lease, ended),
        name=f"lease {name}",
        daemon=True,
    )
    _tell(logging.DEBUG, lease, "lease.taken", "the lease is taken")
    alive.start()
    try:
        yield lease
    finally:
        ended.set()
        alive.join()
        with warehouse.begin() as connection:
            state.release_lease(connection, lease, now=datetime.now(UTC))
        _tell(logging.DEBUG, lease, "lease.released", "the lease is given back")


def show_life(connection: Connection, lease: Lease) -> None:
    """Renew the lease in the caller's transaction; SourceBusy when somebody else has it now."""
    state.hold_lease(connection, lease, now=datetime.now(UTC))


def _stay_alive(warehouse: Warehouse, lease: Lease, ended: threading.Event) -> None:
    while not ended.wait(RENEWAL_SECONDS):
        try:
            with warehouse.begin() as connection:
                # Not back to the pool: the writer would take it, and fill a second cache.
                connection.detach()
                show_life(connection, lease)
        except CophubError as error:
            # Whoever writes next asks again, and stops there if the lease is really lost.
            _tell(logging.WARNING, lease, "lease.trouble", str(error), code=error.code)


def _tell(level: int, lease: Lease, event: str, what: str, **more: str) -> None:
    fields = dict(event=event, lease=lease.name, fence=lease.fence, **more)
    _log.log(level, "%s: %s", lease.name, what, extra=fields)


__all__ = ["held", "show_life"]
