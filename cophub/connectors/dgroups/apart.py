"""Groups apart from one another: one that gives no answer does not keep the others waiting.

What is told of a group stands from one checkpoint to the next, as for the engine: where its calls
fail, its part of the cursor is what it was at its last checkpoint, and the next run asks again.
"""

from collections.abc import Generator, Iterator
from dataclasses import dataclass

from cophub import Checkpoint, Gone, Item, SourceUnavailable
from cophub.connectors.dgroups.client import Ctx, Slowed
from cophub.http.auth import status_of
from cophub.http.limits import OutOfTime

MOST_IN_A_ROW = 5
"""Groups that fail one after the other; then it is the site that does not answer."""


@dataclass
class Apart:
    """The groups of one stream in one run: `read` each of them, then `end`."""

    ctx: Ctx
    what: str
    """What is read of each group, for the log."""
    failure: SourceUnavailable | None = None
    """The first of all."""
    in_a_row: int = 0

    def read(self, name: str, items: Iterator[Item]) -> Generator[Item, None, list[Item] | None]:
        """The items of one group; of one that fails, nothing is ended after its last checkpoint.

        Returns what was not told of a group that failed, None for one that did not.

        Raises SourceUnavailable where no other group would do better: the vendor has had enough,
        the run must end, or so many groups failed that it is the site.
        """
        held: list[Item] = []
        try:
            for item in items:
                if isinstance(item, Checkpoint):
                    yield from held
                    held.clear()
                # What follows an end is held with it: it may be about the same rows.
                if held or isinstance(item, Gone):
                    held.append(item)
                else:
                    yield item
        except SourceUnavailable as error:
            self._keep(name, error)
            return held
        self.in_a_row = 0
        yield from held
        return None

    def _keep(self, name: str, error: SourceUnavailable) -> None:
        if not of_one_group(error):
            raise error
        self.failure, self.in_a_row = self.failure or error, self.in_a_row + 1
        self.ctx.log.warning("%s of %s are left for the next run: %s", self.what, name, error)
        if self.in_a_row >= MOST_IN_A_ROW:
            raise self.failure

    def end(self) -> None:
        """Raise the first failure, after the checkpoint of what was read."""
        if self.failure is not None:
            raise self.failure


def of_one_group(error: SourceUnavailable) -> bool:
    """Whether another group may be answered: not so when the vendor was asked too much."""
    return not isinstance(error, OutOfTime | Slowed) and status_of(error) != 429
