"""Time in the sandbox: events in order, whatever the steps."""

from datetime import UTC, datetime

import pytest

from cophub.sandbox.timeline import Timeline, moment, seconds


def test_events_happen_in_order_of_time_and_then_of_planning() -> None:
    """Two events of one instant happen in the order in which they were planned."""
    timeline, seen = Timeline(0), []
    for instant, name in ((5, "c"), (2, "a"), (2, "b"), (9, "late")):
        timeline.at(instant, lambda name=name: seen.append((timeline.now, name)))
    timeline.run(8)
    assert seen == [(2, "a"), (2, "b"), (5, "c")]
    assert timeline.now == 8


@pytest.mark.parametrize("steps", [[100], [1] * 100, [33, 33, 34]])
def test_an_event_may_plan_others_and_the_size_of_steps_does_not_matter(steps: list[int]) -> None:
    """A chain of events, one every seven seconds, is the same in one step and in a hundred."""
    timeline, seen = Timeline(0), []

    def beat() -> None:
        seen.append(timeline.now)
        timeline.at(timeline.now + 7, beat)

    timeline.at(7, beat)
    for step in steps:
        timeline.run(timeline.now + step)
    assert seen == list(range(7, 101, 7))


def test_an_instant_without_a_zone_is_refused() -> None:
    """A clock that guesses a zone would be wrong by hours."""
    with pytest.raises(ValueError, match="has no zone"):
        seconds(datetime(2026, 6, 1))  # noqa: DTZ001 - that is the point
    assert moment(seconds(datetime(2026, 6, 1, tzinfo=UTC))) == datetime(2026, 6, 1, tzinfo=UTC)
