"""Rows that wait to be stored: in memory while they are few, in a temporary file when not."""

import marshal
from collections.abc import Iterator
from types import TracebackType

from cophub.warehouse.rows import Rows
from cophub.warehouse.scratch import Scratch

MEMORY_BYTES = 4 * 2**20


class Spool:
    """Takes rows and gives them back in order, in a bounded amount of memory.

    A stream without checkpoints may yield millions of records before any may be kept, and must not
    hold the warehouse's lock while it waits for the vendor. Raises WarehouseError where the
    temporary folder is full.
    """

    def __init__(self, memory_bytes: int = MEMORY_BYTES) -> None:
        self._file = Scratch(memory_bytes)
        self._lengths: list[int] = []
        self.rows = 0

    def add(self, rows: Rows) -> None:
        """Keep these rows for later."""
        # Rows hold plain values only, which marshal writes four times as fast as pickle.
        packed = marshal.dumps((rows.table, rows.columns, rows.rows))
        self._file.write(packed)
        self._lengths.append(len(packed))
        self.rows += len(rows.rows)

    @property
    def groups(self) -> int:
        """How often something was added."""
        return len(self._lengths)

    def __iter__(self) -> Iterator[Rows]:
        """What was added, in that order; it stays until `clear`."""
        self._file.rewind()
        for length in self._lengths:
            table, columns, rows = marshal.loads(self._file.read(length))  # noqa: S302 - our own
            yield Rows(table, columns, rows)

    def clear(self) -> None:
        """Forget what was added."""
        self._file.clear()
        self._lengths.clear()
        self.rows = 0

    def close(self) -> None:
        """Give the memory and the file back."""
        self._file.close()

    def __enter__(self) -> "Spool":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
