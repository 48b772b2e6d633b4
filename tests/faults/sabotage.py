"""Faults put into cophub on purpose, so that it is seen whether the stories find them."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from cophub.errors import SourceUnavailable
from cophub.records import Gone, Post
from cophub.sync import engine, stream
from cophub.warehouse.state import Lease


def put_in(name: str) -> None:
    """Break cophub in this process, in the way of that name; with none, not at all."""
    if name:
        BROKEN[name]()


def cursor_before_the_rows() -> None:
    """The cursor is kept in a transaction of its own, before the rows are."""
    commit = stream.StreamRun._commit

    @contextmanager
    def early(run: Any, parcel: Any = None, *, durable: bool = True) -> Iterator[Any]:
        if parcel is not None and parcel.cursor is not None and run.reading.moves_cursor:
            run._cursor = parcel.cursor
            with run.warehouse.begin() as connection:
                run._save_cursor(connection, whole_at=None)
        with commit(run, parcel, durable=durable) as connection:
            yield connection

    stream.StreamRun._commit = early  # type: ignore[method-assign]


def duplicates_are_not_merged() -> None:
    """A post that comes twice in a run becomes two."""
    items = stream.StreamRun._items

    def apart(run: Any) -> Iterator[Any]:
        seen: set[Any] = set()
        for item in items(run):
            if isinstance(item, Post) and isinstance(item.title, str):
                if item.key in seen:
                    item.key = f"{item.key}~"
                seen.add(item.key)
            yield item

    stream.StreamRun._items = apart  # type: ignore[method-assign]


def deletions_are_lost() -> None:
    """Nobody leaves and nothing is gone."""
    items = stream.StreamRun._items
    stream.StreamRun._end_snapshot = lambda *_: None  # type: ignore[method-assign]
    stream.StreamRun._items = lambda run: (  # type: ignore[method-assign]
        item for item in items(run) if not isinstance(item, Gone)
    )


def a_broken_read_is_taken_for_whole() -> None:
    """A vendor that falls silent is taken for one that has no more to say."""
    items = stream.StreamRun._items

    def all_there_is(run: Any) -> Iterator[Any]:
        try:
            yield from items(run)
        except SourceUnavailable:
            return

    stream.StreamRun._items = all_there_is  # type: ignore[method-assign]


def errors_of_the_writer_are_hidden() -> None:
    """What could not be written is passed over, and the run goes on."""
    write = stream.StreamRun._write

    def passing_over(run: Any, parcel: Any) -> None:
        try:
            write(run, parcel)
        except Exception:  # noqa: BLE001 - it is this test's fault
            run._rejects = []

    stream.StreamRun._write = passing_over  # type: ignore[method-assign]


def nobody_holds_a_lease() -> None:
    """Two runs of one source at once do not know of one another.

    Both have asked whether the other has begun before either begins: it is not left to chance.
    """
    began = engine.SyncEngine._began

    @contextmanager
    def free(warehouse: Any, name: str) -> Iterator[Lease]:
        yield Lease(name, "nobody", 0)

    def asked_by_both(run: Any, source: str, due_at: datetime) -> bool:
        answer = began(run, source, due_at)
        _meet(Path(f"{run.warehouse.engine.url.database}-{due_at.timestamp():.0f}"))
        return answer

    engine.SyncEngine._began = asked_by_both  # type: ignore[method-assign]
    engine.held = free  # type: ignore[attr-defined]
    stream.show_life = lambda *_: None  # type: ignore[attr-defined]


def _meet(file: Path, patience: float = 10) -> None:
    """Wait until two processes have come here; the other may have been killed on its way."""
    with file.open("ab", buffering=0) as those_here:
        those_here.write(b".")
    until = time.monotonic() + patience
    while file.stat().st_size < 2 and time.monotonic() < until:
        time.sleep(0.005)


BROKEN: dict[str, Callable[[], None]] = {
    one.__name__: one
    for one in (
        cursor_before_the_rows,
        duplicates_are_not_merged,
        deletions_are_lost,
        a_broken_read_is_taken_for_whole,
        errors_of_the_writer_are_hidden,
        nobody_holds_a_lease,
    )
}
"""Each of them by its name."""
