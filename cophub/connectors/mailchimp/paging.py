"""Listings read whole although they move while they are read.

MailChimp pages by offset. A row that leaves its place while we page (a contact that is edited goes
to the end, one that is deleted vanishes) moves all later rows up, and the next page starts one row
too late: a row is lost and nothing says so. What is done about it:

* One page is one answer, and needs no care. Most runs after the first are one page.
* A longer listing, sorted by an instant, is read up to the start of the run: rows can only leave
  that window. Every page begins with the last row of the one before, so that a row that was passed
  over shows; when a page does not fit, reading goes on from the last one that did.
* What came after, and a window that never comes to rest, is read by its last row instead of by
  offset. That is slower, one page at a time, and no row can get past it. Where more rows than a
  page holds share one second, that second is a window of its own, at the worst read from its end.

Nothing is held but the pages in flight.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from cophub import Context, Reject, SourceUnavailable

TRIES = 4
"""Readings of one page or window without progress before giving up."""
SECOND = timedelta(seconds=1)


class Drift(Exception):  # noqa: N818 - a state of the listing, caught here
    """The listing moved while it was read; the message says how that showed."""


@dataclass(frozen=True)
class Ask:
    """Which rows of a listing are wanted; `since` is asked for with a second to spare."""

    since: datetime | None = None
    before: datetime | None = None
    offset: int = 0
    count: int = 1000

    @property
    def query(self) -> dict[str, Any]:
        """What every listing takes: count and offset."""
        return {"count": self.count, "offset": self.offset}

    @property
    def since_text(self) -> str | None:
        """The lower bound: whether the vendor means "after" or "from", the last second is in it."""
        return text(self.since - SECOND) if self.since else None

    @property
    def before_text(self) -> str | None:
        """The upper bound."""
        return text(self.before) if self.before else None


@dataclass(frozen=True)
class Sheet:
    """A page as it came: its readable rows, the others as rejects, and the listing's total."""

    rows: Sequence[Any]
    rejects: Sequence[Reject]
    total: int

    @property
    def count(self) -> int:
        """The rows that the vendor sent."""
        return len(self.rows) + len(self.rejects)


@dataclass(frozen=True)
class Listing:
    """A listing of the vendor's: how to ask for a page, and what identifies and dates a row."""

    what: str
    """The listing in words, for messages."""
    fetch: Callable[[Ask], Sheet]
    key: Callable[[Any], str]
    at: Callable[[Any], str | None] = lambda row: None
    size: int = 1000

    def page(self, since: datetime | None, before: datetime | None, offset: int = 0) -> Sheet:
        """One page, oldest rows first."""
        return self.fetch(Ask(since=since, before=before, offset=offset, count=self.size))

    def first(self) -> Sheet:
        """The first page of all."""
        return self.page(None, None)

    def last(self, sheet: Sheet) -> datetime | None:
        """The instant that a page reaches up to."""
        return next((at for row in reversed(sheet.rows) if (at := instant(self.at(row)))), None)


def instant(value: str | None) -> datetime | None:
    """The vendor's instant, or None where it gives none (null, `""`) or one without a zone."""
    if not value:
        return None
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        return None
    return at if at.tzinfo else None


def text(at: datetime) -> str:
    """An instant as the vendor writes it, in whole seconds."""
    return at.isoformat(timespec="seconds")


def changes(ctx: Context[Any], listing: Listing, since: datetime | None) -> Iterator[Sheet]:
    """Every row from `since` on, oldest first; rows that change meanwhile may come twice.

    Raises SourceUnavailable when the vendor keeps sending pages that contradict one another.
    """
    sheet = listing.page(since, None)
    if sheet.count == sheet.total:
        yield sheet
        return
    reached = since
    for sheet in window(ctx, listing, since, ctx.now):
        yield sheet
        reached = later(reached, listing.last(sheet))
    yield from by_last_row(ctx, listing, reached)


def window(
    ctx: Context[Any], listing: Listing, since: datetime | None, before: datetime
) -> Iterator[Sheet]:
    """The rows from `since` to `before`, pages in parallel, as far as they agree.

    Ends early when the window does not come to rest; what was yielded is in order and complete.
    """
    reached, tries = since, 0
    while tries < TRIES:
        try:
            for sheet in agreeing_pages(ctx, listing, reached, before):
                yield sheet
                at = listing.last(sheet)
                if at and (reached is None or at > reached):
                    reached, tries = at, 0
            return
        except Drift as drift:
            tries += 1
            ctx.log.info("%s: %s; reading on from the last good page", listing.what, drift)


def agreeing_pages(
    ctx: Context[Any], listing: Listing, since: datetime | None, before: datetime
) -> Iterator[Sheet]:
    """The pages of a window while each goes on from the last; Drift at the first that does not."""
    first, at = anchored_page(listing, since, before), None
    for sheet in linked_pages(ctx, listing, first, lambda n: listing.page(since, before, n)):
        at = in_order(listing, sheet, at)
        yield sheet


def anchored_page(listing: Listing, since: datetime | None, before: datetime | None) -> Sheet:
    """The first page of a window, which begins with the row that was read last.

    When it does not, either that row has changed since, or this answers another question: asked
    once more, the vendor must begin with the same row. Raises Drift when it does not.
    """
    sheet = listing.page(since, before)
    if since is None or (sheet.rows and instant(listing.at(sheet.rows[0])) == since):
        return sheet
    again = listing.page(since, before)
    if [listing.key(row) for row in again.rows[:1]] != [listing.key(row) for row in sheet.rows[:1]]:
        raise Drift("one question was answered in two ways")
    return again


def linked_pages(
    ctx: Context[Any], listing: Listing, first: Sheet, fetch: Callable[[int], Sheet]
) -> Iterator[Sheet]:
    """`first` and the pages after it by offset, in parallel; Drift at the first that does not fit.

    Each page is asked for from the last row of the one before. When that row is where it was,
    nothing before it has left, and no row was passed over. It is yielded once.
    """
    total, size = first.total, listing.size
    be_full(first, min(size, total))
    yield first
    offsets, last = range(size - 1, total - 1, size - 1), first
    for offset, sheet in zip(offsets, ctx.map(fetch, offsets), strict=True):
        be_full(sheet, min(size, total - offset))
        yield without_link(listing, last, sheet)
        last = sheet


def without_link(listing: Listing, last: Sheet, sheet: Sheet) -> Sheet:
    """`sheet` without its first row, which must be the last one of the page before."""
    ends = [listing.key(row) for row in (*last.rows[-1:], *sheet.rows[:1])]
    if len(ends) == 2 and ends[0] == ends[1]:
        return replace(sheet, rows=sheet.rows[1:])
    if last.rejects or sheet.rejects:  # the row may be the one that cannot be read
        return sheet
    raise Drift("a page does not go on where the one before ended")


def by_last_row(ctx: Context[Any], listing: Listing, since: datetime | None) -> Iterator[Sheet]:
    """Every row from `since` on, each page asked for by the last row of the one before."""
    reached, tries = since, 0
    while True:
        try:
            sheet = anchored_page(listing, reached, None)
            be_full(sheet, min(listing.size, sheet.total))
            in_order(listing, sheet, None)
        except Drift as drift:
            tries += 1
            if tries == TRIES:
                raise unsteady(listing, drift) from None
            continue
        yield sheet
        if sheet.count == sheet.total:
            return
        at, tries = listing.last(sheet), 0
        if at is None:
            raise unsteady(listing, "a page of rows without a date")
        if reached is None or at > reached:
            reached = at
        else:  # more rows than a page holds share this second
            yield from crowded_second(ctx, listing, reached)
            reached += 2 * SECOND


def crowded_second(ctx: Context[Any], listing: Listing, at: datetime) -> Iterator[Sheet]:
    """The rows of one second, in which an import may have put thousands."""
    until = at + 2 * SECOND
    for _ in range(TRIES):
        try:
            yield from agreeing_pages(ctx, listing, at, until)
        except Drift as drift:
            ctx.log.info("%s: %s; reading the second again", listing.what, drift)
        else:
            return
    yield from backwards(listing, at, until)


def backwards(listing: Listing, since: datetime, before: datetime) -> Iterator[Sheet]:
    """The pages of a window from its last to its first, one at a time.

    Rows can only leave a window, which moves all later ones forward: towards the pages that are
    still to come. So nobody is missed, though some come twice.
    """
    total = listing.page(since, before).total
    for offset in reversed(range(0, total, listing.size)):
        yield listing.page(since, before, offset)


def unsorted(ctx: Context[Any], listing: Listing, first: Sheet | None = None) -> Iterator[Sheet]:
    """Every page of a listing that the vendor does not sort; read again when it moved meanwhile.

    `first` is the first page where it was fetched already. Rows come again when the listing is
    read again.
    """
    tries = 0
    while True:
        try:
            yield from linked_pages(
                ctx, listing, first or listing.first(), lambda n: listing.page(None, None, n)
            )
            return
        except Drift as drift:
            first = None
            tries += 1
            if tries == TRIES:
                raise unsteady(listing, drift) from None
            ctx.log.info("%s: %s; reading it again", listing.what, drift)


def in_order(listing: Listing, sheet: Sheet, after: datetime | None) -> datetime | None:
    """The instant that a page ends at; Drift when a row is older than the one before it."""
    before = None
    for row in sheet.rows:
        said = listing.at(row)
        if said == before:
            continue
        before, at = said, instant(said)
        if at is not None:
            if after is not None and at < after:
                raise Drift("rows came out of order")
            after = at
    return after


def be_full(sheet: Sheet, count: int) -> None:
    """Drift unless a page is as long as it must be."""
    if sheet.count != count:
        raise Drift(f"a page of {count} rows came with {sheet.count}")


def later(*instants: datetime | None) -> datetime | None:
    """The latest of these instants, any of which may be missing."""
    return max((at for at in instants if at is not None), default=None)


def unsteady(listing: Listing, why: object) -> SourceUnavailable:
    """The error when a listing cannot be read whole."""
    return SourceUnavailable(
        f"MailChimp kept changing {listing.what} while it was read ({why}, {TRIES} times); "
        "nothing before it is lost, and the next run goes on from there"
    )
