"""From the first row of a list to the last, although its pages shift while they are read.

A page token is a position. What is taken away before it pulls later rows forward, so that a page
begins behind where it should; what is put in before it pushes rows back, so that they come twice.
Each page therefore begins with the last row of the one before, and when it does not, the walk steps
back. Who is met twice is told once.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from cophub import Reject, SourceUnavailable
from cophub.connectors.dgroups.client import PAGE, Api, rows
from cophub.connectors.dgroups.payloads import Page, Payload

P = TypeVar("P", bound=Payload)
MOST_STEPS_BACK = 200
TRIES = 3
"""How often a page is asked for that is not the one that was asked for."""
RESUMED_STEPS = 3
"""Pages that a walk which goes on from an earlier run steps back for a row that is not there."""


@dataclass
class Sheet(Generic[P]):
    """The rows of one page that were not met before."""

    rows: list[P]
    position: int
    """How many rows of the list lie up to the end of this page."""
    total: int
    """How many rows the list has, as the vendor counts."""
    ends: bool = False
    """Whether it is the last one."""


@dataclass
class Walk(Generic[P]):
    """A list to be walked: `Walk(api, "getmembers", Subscription, {"group_id": 7})`.

    `key` names a row. After it was walked, `met` holds all keys and `total` the vendor's count.
    """

    api: Api
    call: str
    kind: type[P]
    params: dict[str, Any]
    key: Callable[[P], Any] = lambda row: row.id  # type: ignore[attr-defined]
    fits: Callable[[P], bool] = lambda row: True
    """Whether a row is one that was asked for."""
    rejects: list[Reject] = field(default_factory=list)
    met: set[Any] = field(default_factory=set)
    total: int = 0

    def sheets(self, start: int = 0, last: Any = None) -> Iterator[Sheet[P]]:
        """Each page with rows that were not met; from position `start`, whose row is `last`.

        Raises what the client raises, and SourceUnavailable for a list that has no end.
        """
        position, back, resumed = start, 0, last is not None
        if resumed:
            self.met.add(last)
        while True:
            token = max(0, position - 1)
            page, found = self._page(token)
            self.total = page.total_count
            if token and last is not None and self._shifted(page, found, last):
                back += 1
                if back > MOST_STEPS_BACK:
                    raise SourceUnavailable(f"{self.call}: the list changes faster than it is read")
                if not resumed or back <= RESUMED_STEPS or not page.data:
                    position = min(max(0, position - PAGE + 1), page.total_count)
                    continue
            yield from self._sheet(page, found)
            resumed = False
            if not page.has_more or not page.next_page_token:
                return
            if page.next_page_token <= position:
                raise SourceUnavailable(f"{self.call}: the next page is no further than this one")
            position = page.next_page_token
            last = self.key(found[-1]) if found else None

    def _page(self, token: int) -> tuple[Page, list[P]]:
        """A page and its rows. One that is of another list or place is asked for again.

        Raises SourceUnavailable for rows of another group: they are not told as of this one.
        """
        asked = {"page_token": token} if token else {}
        for left in reversed(range(TRIES)):
            page = self.api.page(self.call, **self.params, **asked)
            rejects: list[Reject] = []
            found = rows(page, self.kind, rejects)
            here = not page.data or page.start_item in (0, token + 1)
            if all(map(self._of_this, found)) and (here or not left):
                self.rejects += rejects
                return page, found
        raise SourceUnavailable(
            f"{self.call} answers with what was not asked for; the next run asks again"
        )

    def _of_this(self, row: P) -> bool:
        group = self.params.get("group_id")
        return (group is None or row.group_id in (0, group)) and self.fits(row)

    def _sheet(self, page: Page, found: list[P]) -> Iterator[Sheet[P]]:
        fresh = []
        for row in found:
            if (key := self.key(row)) not in self.met:
                self.met.add(key)
                fresh.append(row)
        ends = not page.has_more or not page.next_page_token
        yield Sheet(fresh, page.next_page_token or page.end_item, page.total_count, ends)

    def _shifted(self, page: Page, found: list[P], last: Any) -> bool:
        """Whether rows may have been passed over: the row that must be met again is not on it."""
        keys = [self.key(row) for row in found]
        if last in keys or not page.data:
            return not page.data and page.total_count > 0
        # Met on an earlier page: the list was pushed back, and nothing lies between.
        return not (keys and keys[0] in self.met)

    def every(self) -> list[P]:
        """All rows, walked a second time where fewer were met than the vendor counts.

        Where they still are fewer, a reject says so: the list is then not taken for whole, and
        nobody ends anything by it. What was met and is gone meanwhile counts as met.
        """
        found: list[P] = []
        for _ in range(2):
            for sheet in self.sheets():
                found += sheet.rows
            if len(self.met) + len(self.rejects) >= self.total:
                return found
        self.rejects.append(
            Reject(
                reason=f"{self.call} lists {len(self.met)} rows where the vendor counts"
                f" {self.total}; whoever or what is missing is not taken to be gone",
                record=self.kind.__name__.lower(),
            )
        )
        return found
