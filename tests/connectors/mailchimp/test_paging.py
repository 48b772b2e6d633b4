"""Listings that move while they are read, played by a listing in memory that moves on purpose."""

import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest

from cophub import Context, Reject, SourceUnavailable
from cophub.connectors.mailchimp import paging
from cophub.connectors.mailchimp.paging import Ask, Listing, Sheet, changes, text, unsorted

START = datetime(2026, 1, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)
# A run that began before every row reads by the last row alone; one that began after, by offset.
NOWS = [START, START + timedelta(hours=1)]


@dataclass(frozen=True)
class Row:
    """A row of the moving listing."""

    id: str
    at: str
    value: int = 0


@dataclass
class Moving:
    """A vendor's listing: sorted by change, paged by offset, changed between requests."""

    rows: dict[str, Row]
    clock: datetime
    move: Callable[["Moving", int], None] = lambda listing, request: None
    exclusive: bool = True
    asked: list[Ask] = field(default_factory=list)
    deleted: set[str] = field(default_factory=set)

    def fetch(self, ask: Ask) -> Sheet:
        """The page as it is now; the listing may move just before."""
        self.asked.append(ask)
        self.move(self, len(self.asked))
        rows = sorted(self.rows.values(), key=lambda row: (row.at, row.id))
        since, before = ask.since_text or "", ask.before_text or "9"
        held = [row for row in rows if since <= row.at < before]
        held = [row for row in held if row.at != since or not self.exclusive]
        return Sheet(held[ask.offset : ask.offset + ask.count], [], len(held))

    def touch(self, key: str) -> None:
        """Somebody edits a row: it goes to the end."""
        self.clock += SECOND
        old = self.rows[key]
        self.rows[key] = replace(old, at=text(self.clock), value=old.value + 1)

    def remove(self, key: str) -> None:
        """Somebody deletes a row for good."""
        del self.rows[key]
        self.deleted.add(key)

    def listing(self, size: int = 10) -> Listing:
        """The listing as a stream reads it."""
        return Listing("the rows", self.fetch, lambda row: row.id, lambda row: row.at, size)


def rows(count: int, ties: int = 1) -> dict[str, Row]:
    """So many rows, `ties` of them in each second."""
    made = (Row(f"r{n:05}", text(START + n // ties * SECOND)) for n in range(count))
    return {row.id: row for row in made}


def moving(count: int, ties: int = 1, **more: Any) -> Moving:
    """A listing of so many rows whose clock stands after the last of them."""
    return Moving(rows(count, ties), START + count * SECOND, **more)


def kept(sheets: Iterator[Sheet]) -> dict[str, Row]:
    """What a table would hold after these pages."""
    return {row.id: row for sheet in sheets for row in sheet.rows}


@pytest.fixture
def ctx(context: Callable[..., Context[Any]]) -> Context[Any]:
    """A context whose clock is an hour off, as clocks are."""
    return context(None, now=START + timedelta(hours=1))


def test_a_listing_of_one_page_is_one_request(ctx: Context[Any]):
    vendor = moving(10)
    assert kept(changes(ctx, vendor.listing(), None)) == vendor.rows
    assert len(vendor.asked) == 1


def test_a_still_listing_is_read_once_in_order(ctx: Context[Any]):
    vendor = moving(95)
    read = [row.id for sheet in changes(ctx, vendor.listing(), None) for row in sheet.rows]
    assert sorted(set(read)) == sorted(vendor.rows)
    assert len(vendor.asked) <= 2 + 10 + 2


@pytest.mark.parametrize("exclusive", [True, False])
def test_reading_on_includes_the_second_that_was_reached(ctx: Context[Any], exclusive: bool):
    """Whether the vendor's bound is "after" or "from", nobody of that second is lost."""
    vendor = moving(30, ties=3, exclusive=exclusive)
    since = START + 5 * SECOND
    read = kept(changes(ctx, vendor.listing(100), since))
    assert {row.id for row in vendor.rows.values() if row.at >= text(since)} <= set(read)


@pytest.mark.parametrize("now", NOWS, ids=["by row", "by offset"])
@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("ties", [1, 4, 37])
def test_nobody_is_lost_while_rows_are_edited_and_deleted(
    context: Any, now: datetime, seed: int, ties: int
):
    """Whoever is there from the beginning to the end is kept, as they are at the end."""
    chance = Random(f"{seed}/{ties}")

    def stir(vendor: Moving, request: int) -> None:
        for _ in range(chance.choice((0, 0, 1, 3)) if request < 40 else 0):
            key = chance.choice(sorted(vendor.rows))
            vendor.remove(key) if chance.random() < 0.2 else vendor.touch(key)

    vendor = moving(120, ties, move=stir)
    read = kept(changes(context(None, now=now), vendor.listing(), None))
    assert {key: read.get(key) for key in vendor.rows} == vendor.rows
    assert set(read) - set(vendor.rows) <= vendor.deleted


def test_a_second_with_more_rows_than_pages_can_settle_is_read_from_its_end(ctx: Context[Any]):
    """An import put 60 rows into one second, and somebody deletes one at every request."""

    def delete(vendor: Moving, request: int) -> None:
        if len(vendor.rows) > 20:
            vendor.remove(min(vendor.rows))

    vendor = moving(60, 60, move=delete)
    read = kept(changes(replace(ctx, now=START), vendor.listing(), None))
    assert set(vendor.rows) <= set(read)


def test_a_vendor_whose_clock_is_behind_ours_loses_nobody_either(context: Any):
    """Edits made meanwhile may look older than the run: the vendor's own clock is the bound."""

    def edit_first(vendor: Moving, request: int) -> None:
        if request in (4, 6):
            vendor.touch(min(vendor.rows.values(), key=lambda row: row.at).id)

    vendor = moving(60, move=edit_first)
    ctx = context(None, now=vendor.clock + timedelta(days=300))
    assert kept(changes(ctx, vendor.listing(), None)) == vendor.rows


def test_a_page_that_comes_twice_is_asked_for_again(ctx: Context[Any]):
    vendor = moving(60)
    honest, answers = vendor.fetch, []

    def repeat(ask: Ask) -> Sheet:
        answers.append(honest(ask))
        return answers[-2] if len(answers) == 5 else answers[-1]

    listing = replace(vendor.listing(), fetch=repeat)
    assert kept(changes(ctx, listing, None)) == vendor.rows


@pytest.mark.parametrize("now", NOWS, ids=["by row", "by offset"])
@pytest.mark.parametrize("wrong", [{4}, {5}, {7}, {4, 5}, {5, 6, 8}, {6, 7, 8}, {8, 12}])
@pytest.mark.parametrize("instead", range(6))
def test_the_answer_to_another_question_is_never_taken(
    context: Any, now: datetime, wrong: set[int], instead: int
):
    """Also a later page in the place of an earlier one, which would be in order and full."""
    vendor = moving(60)
    honest = vendor.fetch
    asked: list[Ask] = []

    def confused(ask: Ask) -> Sheet:
        asked.append(ask)
        other = Ask(offset=9 * ((instead + len(asked)) % 6), count=ask.count)
        return honest(other if len(asked) in wrong else ask)

    listing = replace(vendor.listing(), fetch=confused)
    assert kept(changes(context(None, now=now), listing, None)) == vendor.rows


@pytest.mark.parametrize("now", NOWS, ids=["by row", "by offset"])
@pytest.mark.parametrize("request_number", [3, 4, 6])
@pytest.mark.parametrize("dropped", [0, 4, 9])
def test_a_short_page_is_asked_for_again(
    context: Any, now: datetime, request_number: int, dropped: int
):
    """Whichever row of the page is missing."""
    vendor = moving(60)
    honest = vendor.fetch

    def cut(ask: Ask) -> Sheet:
        sheet = honest(ask)
        left = [row for place, row in enumerate(sheet.rows) if place != dropped]
        return replace(sheet, rows=left) if len(vendor.asked) == request_number else sheet

    listing = replace(vendor.listing(), fetch=cut)
    assert kept(changes(context(None, now=now), listing, None)) == vendor.rows


@pytest.mark.parametrize("read", [lambda ctx, rows: changes(ctx, rows, None), unsorted])
@pytest.mark.parametrize("bad", ["r00008", "r00009", "r00010", "r00018"])
def test_a_row_that_cannot_be_read_costs_no_other_where_pages_meet(
    ctx: Context[Any], bad: str, read: Callable[..., Iterator[Sheet]]
):
    vendor = moving(60)
    honest = vendor.fetch

    def spoiled(ask: Ask) -> Sheet:
        sheet = honest(ask)
        good = [row for row in sheet.rows if row.id != bad]
        return replace(sheet, rows=good, rejects=[Reject(reason="bad")] * (sheet.count - len(good)))

    found = kept(read(ctx, replace(vendor.listing(), fetch=spoiled)))
    assert found == {key: row for key, row in vendor.rows.items() if key != bad}


def test_a_vendor_that_does_not_sort_ends_in_one_clear_line(ctx: Context[Any]):
    """In an order of its own, however steady, a page says nothing of what was read before it."""
    vendor = moving(60)
    mixed = Random(3).sample(sorted(vendor.rows), 60)
    stood = {key: text(START + place * SECOND) for place, key in enumerate(mixed)}
    listing = replace(vendor.listing(), at=lambda row: stood[row.id])
    with pytest.raises(SourceUnavailable, match="out of order"):
        kept(changes(ctx, listing, None))


def test_rows_in_no_order_end_in_one_clear_line(ctx: Context[Any]):
    vendor, chance = moving(60), Random(1)
    honest = vendor.fetch

    def shuffled(ask: Ask) -> Sheet:
        sheet = honest(ask)
        return replace(sheet, rows=chance.sample(list(sheet.rows), len(sheet.rows)))

    with pytest.raises(SourceUnavailable, match="changing the rows while it was read") as caught:
        kept(changes(ctx, replace(vendor.listing(), fetch=shuffled), None))
    assert "\n" not in str(caught.value)


def test_an_unsorted_listing_that_shrinks_is_read_again(ctx: Context[Any]):
    def shrink(vendor: Moving, request: int) -> None:
        if request == 3:
            vendor.remove("r00000")

    vendor = moving(60, move=shrink)
    read = kept(unsorted(ctx, vendor.listing()))
    assert set(read) == set(vendor.rows) | {"r00000"}


def test_an_unsorted_listing_that_repeats_a_page_is_read_again(ctx: Context[Any]):
    vendor = moving(60)
    honest, answers = vendor.fetch, []

    def repeat(ask: Ask) -> Sheet:
        answers.append(honest(ask))
        return answers[0] if len(answers) == 2 else answers[-1]

    assert kept(unsorted(ctx, replace(vendor.listing(), fetch=repeat))) == vendor.rows


def test_an_unsorted_listing_that_never_rests_ends_in_one_clear_line(ctx: Context[Any]):
    def shrink(vendor: Moving, request: int) -> None:
        vendor.remove(min(vendor.rows))

    with pytest.raises(SourceUnavailable, match="next run"):
        kept(unsorted(ctx, moving(60, move=shrink).listing()))


def test_memory_stays_flat_however_long_the_listing(ctx: Context[Any]):
    """Four times the rows take no more room: only pages in flight are held."""

    def peak(count: int) -> int:
        size = 1000

        def fetch(ask: Ask) -> Sheet:
            after = -1 if ask.since is None else int((ask.since - START).total_seconds()) - 1
            end = count if ask.before is None else int((ask.before - START).total_seconds())
            first = after + 1 + ask.offset
            numbers = range(first, min(first + ask.count, end))
            made = [Row(f"r{n:07}", text(START + n * SECOND)) for n in numbers]
            return Sheet(made, [], max(end - after - 1, 0))

        listing = Listing("rows", fetch, lambda row: row.id, lambda row: row.at, size)
        tracemalloc.start()
        passed = sum(sheet.count for sheet in changes(ctx, listing, None))
        top = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert passed >= count
        return top

    assert peak(40_000) < peak(10_000) * 1.3


@pytest.mark.parametrize("value", ["", None, "0000-00-00", "2026-01-01T00:00:00"])
def test_what_is_no_instant_is_none(value: str | None):
    assert paging.instant(value) is None
