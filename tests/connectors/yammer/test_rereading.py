"""When threads are read again, and whether by the feed or one by one."""

import pytest

from cophub.connectors.yammer.cursor import HOUR, Known, Place
from cophub.connectors.yammer.rereading import DAY, ages, deepest, due, expire, note

LAST = 480_000
"""The hour of a thread's last message."""
T = LAST * HOUR


def times(reread_days: int, every: float) -> list[float]:
    """The ages in days at which a thread is read again by a run each `every` days."""
    place, found, at = Place(at=T, threads={5: Known(3, LAST)}), [], float(T)
    while at < T + 300 * DAY:
        at += every * DAY
        if due(place, int(at), reread_days):
            found.append(round((at - T) / DAY, 2))
        place.at = int(at)
    return found


def test_a_thread_is_read_again_at_growing_ages():
    assert times(32, 0.25) == [1, 2, 4, 8, 16, 32]
    assert times(30, 0.25) == [1, 2, 4, 8, 16]
    assert times(0, 0.25) == []
    assert ages(366) == (1, 2, 4, 8, 16, 32, 64, 128, 256)


def test_what_fell_due_between_two_rare_runs_is_read_once():
    assert times(32, 7) == [7, 14, 21, 35]


def test_a_thread_that_will_not_be_read_again_leaves_the_cursor():
    place = Place(at=T + 32 * DAY, threads={5: Known(3, LAST), 9: Known(3, LAST + 1)})
    expire(place, 32)
    assert list(place.threads) == [9]
    assert place.horizon == 5
    place.until = T + 100 * DAY
    note(place, 7, Known(2, LAST), 32)
    assert (list(place.threads), place.horizon) == ([9], 7)


def test_a_deletion_begins_no_count_anew():
    place = Place(until=T, threads={5: Known(3, LAST)})
    note(place, 5, Known(2, LAST - 50), 32)
    assert place.threads == {5: Known(2, LAST)}


def small(count: int, size: int = 3) -> Place:
    return Place(seen=10_000, threads={1_000 + n: Known(size, LAST) for n in range(count)})


def test_small_threads_are_read_again_by_the_feed():
    place = small(12)
    assert deepest(place, sorted(place.threads, reverse=True), 0) == (1_000, 2)


def test_one_old_thread_among_many_is_read_by_itself():
    place = small(100)
    assert deepest(place, [1_000], 0) == (place.seen, 1)


def test_new_messages_make_the_way_down_cheaper():
    """Seven messages that are walked anyway leave room on the page for threads that are due."""
    place = small(4)
    assert deepest(place, [1_003], 7) == (1_003, 1)
    assert deepest(place, [], 7) == (place.seen, 1)


def test_threads_of_which_the_feed_leaves_answers_out_are_read_by_themselves():
    place = Place(seen=10_000, threads={1_000: Known(45, LAST, hidden=True)})
    assert deepest(place, [1_000], 0) == (place.seen, 3)


@pytest.mark.parametrize("horizon", [999, 1_000])
def test_no_deeper_than_all_threads_are_known(horizon: int):
    place = small(12)
    place.horizon = horizon
    floor, _ = deepest(place, sorted(place.threads, reverse=True), 0)
    assert floor == (1_000 if horizon == 999 else 1_001)
