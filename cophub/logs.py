"""What log records know of the work they belong to: its run, source, stream, pipeline.

`bound` says it once, around the work; every record below has it, whoever wrote it. Threads do not
inherit it by themselves: whoever starts one gives it `copy_context().run`.
"""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

FACTS = ("run", "source", "stream", "pipeline")
"""What may be bound, in the order in which a line tells it."""
LEVELS = ("debug", "info", "warning", "error")
_facts: ContextVar[Mapping[str, str | int]] = ContextVar("cophub_facts", default={})  # noqa: B039


@contextmanager
def bound(**facts: str | int) -> Iterator[None]:
    """Records written in this block, by this thread, belong to this run, source, ... as well.

    Not for a block that yields to a caller: its records would be told as ours.
    """
    token = _facts.set({**_facts.get(), **facts})
    try:
        yield
    finally:
        _facts.reset(token)


def facts() -> Mapping[str, str | int]:
    """What is bound here and now."""
    return _facts.get()


class Facts(logging.Filter):
    """Gives each record what was bound where it was written; lets all of them pass."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Add run, source, stream and pipeline to the record."""
        bound_here = _facts.get()
        for name in FACTS:
            if not hasattr(record, name):
                setattr(record, name, bound_here.get(name))
        return True


__all__ = ["FACTS", "LEVELS", "Facts", "bound", "facts"]
