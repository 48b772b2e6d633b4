"""A second connection at work in a thread of its own, while the first one counts.

What lies in the vendors' tables alone can be counted there: these a refresh only reads. A database
works on one statement of a connection at a time, and most of a refresh is waiting for it.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection

from cophub.warehouse.staging import staged, work_in_sets

_P = ParamSpec("_P")
_T = TypeVar("_T")


class Beside:
    """What is asked for is done in turn; a failure is raised where the result is taken."""

    def __init__(self, connection: Connection, thread: ThreadPoolExecutor) -> None:
        self._connection = connection
        self._thread = thread

    def count(
        self,
        function: Callable[Concatenate[Connection, _P], _T],
        *args: _P.args,
        **named: _P.kwargs,
    ) -> Future[_T]:
        """Call a function with the second connection; nothing else may use that meanwhile."""
        return self._thread.submit(function, self._connection, *args, **named)

    def reckon(self, function: Callable[[], _T]) -> Future[_T]:
        """Call a function that asks the warehouse for nothing."""
        return self._thread.submit(function)


@contextmanager
def beside(connection: Connection, **tables: str) -> Iterator[Beside]:
    """Take a connection for reading, with staged tables of its own, until the block ends.

    It reads the warehouse as it is when the block begins.
    """
    work_in_sets(connection)
    with staged(connection, **tables), ThreadPoolExecutor(1) as thread:
        try:
            yield Beside(connection, thread)
        finally:
            # After a failure: what is being asked for is waited for, the rest not begun.
            thread.shutdown(cancel_futures=True)


__all__ = ["Beside", "beside"]
