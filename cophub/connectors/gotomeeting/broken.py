"""Organizers of whom GoTo tells nothing while it tells of others: they are left for the next run.

What is wrong with one organizer's data must not keep everybody else's. A refusal, a used-up budget,
a lost connection and a vendor that answers nobody are not of one organizer: they end the stream.
"""

import threading
from collections.abc import Iterable

from cophub import Context, SourceUnavailable
from cophub.connectors.gotomeeting.client import Garbled, NotThere, TooMuch
from cophub.connectors.gotomeeting.directory import Host
from cophub.connectors.gotomeeting.settings import Settings

MOST = 3
"""Failures before any answer, after which it is the vendor that is broken."""


class Broken:
    """The keys of the organizers that one stream of this run asks no more; safe in any thread."""

    def __init__(self, ctx: Context[Settings], what: str) -> None:
        self._ctx, self._what = ctx, what
        self._keys: set[str] = set()
        self._lock = threading.Lock()
        self._failures = 0
        self.answered = False
        """Whether GoTo has told of anybody."""
        self.first: SourceUnavailable | None = None

    def __contains__(self, key: object) -> bool:
        return key in self._keys

    def note(self, name: str, hosts: Iterable[Host], error: Exception) -> None:
        """Leave these organizers for the next run. Raises the error where it is not theirs."""
        if not isinstance(error, SourceUnavailable) or not of_one(error):
            raise error
        with self._lock:
            self._failures += 1
            if not self.answered and self._failures >= MOST:
                raise error
            self.first = self.first or error
            self._keys.update(host.key for host in hosts)
        self._ctx.log.warning("%s of %s are left for the next run: %s", self._what, name, error)

    def end(self) -> None:
        """All others are read. Raises the first failure, if there was one."""
        if self.first is not None:
            raise self.first


def of_one(error: SourceUnavailable) -> bool:
    """Whether it may be the data of an organizer that GoTo fails at, after all tries."""
    said = error.__cause__ if isinstance(error.__cause__, TooMuch) else error
    return isinstance(said, Garbled | NotThere | TooMuch)
