"""Several stays of one person, joined."""

from datetime import UTC, datetime, timedelta

from cophub.connectors.gotomeeting.stays import Stay, join_stays

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
END = START + timedelta(minutes=60)


def at(minute: int) -> datetime:
    return START + timedelta(minutes=minute)


def test_stays_are_one_first_join_last_leave_and_the_sum_of_minutes():
    found = join_stays([Stay(at(5), at(20)), Stay(at(30), at(50))], START, END)
    assert (found.joined_at, found.left_at) == (at(5), at(50))
    assert (found.minutes, found.visits) == (35, 2)


def test_minutes_are_those_within_the_event():
    found = join_stays([Stay(at(-10), at(90))], START, END)
    assert found.minutes == 60
    assert (found.joined_at, found.left_at) == (at(-10), at(90))


def test_minutes_before_the_start_count_for_nothing():
    assert join_stays([Stay(at(-10), at(20))], START, END).minutes == 20


def test_minutes_after_the_end_count_for_nothing():
    assert join_stays([Stay(at(50), at(90))], START, END).minutes == 10


def test_a_last_leave_that_is_missing_is_unknown():
    assert join_stays([Stay(at(0), at(20)), Stay(at(30), None)], START, END).left_at is None
    assert join_stays([Stay(at(0), None), Stay(at(5), at(30))], START, END).left_at == at(30)


def test_two_devices_at_once_count_once():
    assert join_stays([Stay(at(0), at(20)), Stay(at(10), at(30))], START, END).minutes == 30
    found = join_stays([Stay(at(0), at(40)), Stay(at(20), at(60))], START, END)
    assert (found.minutes, found.visits) == (60, 2)


def test_a_leave_that_is_missing_is_what_the_vendor_counted_or_the_end():
    counted = join_stays([Stay(at(10), None, 20)], START, END)
    assert (counted.minutes, counted.left_at, counted.assumed) == (20, None, False)
    assumed = join_stays([Stay(at(10), None)], START, END)
    assert (assumed.minutes, assumed.left_at, assumed.assumed) == (50, None, True)


def test_who_came_back_had_left_before():
    """A stay without a leave ends with the next join at the latest."""
    found = join_stays([Stay(at(0), None), Stay(at(30), at(40))], START, END)
    assert (found.minutes, found.left_at, found.visits) == (40, at(40), 2)


def test_a_stay_of_which_nothing_is_known_has_no_minutes():
    assert join_stays([Stay(None, None)], START, END).minutes is None
    assert join_stays([Stay(None, None, 25)], START, END).minutes == 25
    assert join_stays([Stay(None, None, 250)], START, END).minutes == 60


def test_a_clock_that_runs_backwards_counts_nothing():
    assert join_stays([Stay(at(30), at(20))], START, END).minutes == 0


def test_a_join_that_is_missing_is_counted_back_or_the_start():
    assert join_stays([Stay(None, at(30), 10)], START, END).minutes == 10
    assert join_stays([Stay(None, at(30))], START, END).minutes == 30
