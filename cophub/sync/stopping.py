"""A stop reaches a run that waits for its vendor, too."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from cophub.http import Transport

PATIENCE = 8.0
"""Seconds that a run has after a stop to come to a checkpoint; then its vendor is hung up on."""
_LOOK = 0.5


@contextmanager
def closed_after(stop: threading.Event | None, transport: Transport) -> Iterator[None]:
    """Close the transport some seconds after a stop, if the run has not ended by then.

    What came since the last checkpoint comes again with the next run.
    """
    if stop is None:
        yield
        return
    over = threading.Event()

    def watch() -> None:
        while not over.wait(_LOOK):
            if stop.is_set() and not over.wait(PATIENCE):
                transport.close()
                return

    watcher = threading.Thread(target=watch, name="stop", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()


__all__ = ["PATIENCE", "closed_after"]
