"""What is stored just as it came: items that a vendor sends again unchanged need not be read again.

A record may carry the digest of the item that it was made of. An item whose digest is in the
warehouse would make the row that is there, so nothing has to be done about it but to remember that
it was met: a whole read must not take it for gone.
"""

from array import array
from collections.abc import Iterator, Sequence

from cophub.warehouse.engine import Warehouse
from cophub.warehouse.scratch import Scratch
from cophub.warehouse.store import Stamp, Store, store_for

_HALF = 2**32
_CHUNK = 50_000
MEMORY_BYTES = 2**20

Sums = tuple[int, int, int]
"""How many digests, the sum of their upper halves, and of their lower ones."""


class Memory:
    """The digests that one stream finds stored, in one table: those of the rows that are there.

    What was met is kept in a temporary file, so that memory stays flat. Raises WarehouseError where
    the temporary folder is full.
    """

    def __init__(self, warehouse: Warehouse, table: str, stamp: Stamp) -> None:
        self.table = table
        self._met = Scratch(MEMORY_BYTES)
        self.sums: Sums = (0, 0, 0)
        # Pages overlap by a row or so: what came a moment ago is not counted again.
        self._recent: tuple[set[int], set[int]] = (set(), set())
        self._connection = warehouse.lookups()
        self._store = store_for(self._connection, stamp)
        self._empty = not self._store.has_rows(table)

    def known(self, digests: Sequence[int]) -> set[int]:
        """Those of the digests that are stored; they count as met from now on."""
        if self._empty:
            return set()
        known = set(self._store.known(self.table, digests))
        older, recent = self._recent
        self._recent = (recent, known)
        counted = known - older - recent
        count, upper, lower = self.sums
        self.sums = (
            count + len(counted),
            upper + sum([digest // _HALF for digest in counted]),
            lower + sum([digest % _HALF for digest in counted]),
        )
        self._met.write(array("q", counted).tobytes())
        return known

    def is_all_there_is(self, store: Store) -> bool:
        """Whether the rows that were met are all rows of the source: then none of them is gone."""
        return self.sums[0] > 0 and self.sums == store.sums(self.table)

    def met(self) -> Iterator[list[tuple[int]]]:
        """What was met, in pieces, as rows; a digest may come more than once."""
        self._met.rewind()
        while piece := self._met.read(8 * _CHUNK):
            digests = array("q")
            digests.frombytes(piece)
            yield [(digest,) for digest in digests]

    def close(self) -> None:
        """Give the file and the connection back."""
        self._met.close()
        self._store.close()
        self._connection.close()
