"""A lease that is held shows signs of life, is given back, and is known to be lost."""

import logging
import threading
import time
from datetime import UTC, datetime

import pytest

from cophub.errors import SourceBusy
from cophub.warehouse import Warehouse, holding, state
from cophub.warehouse.holding import held, show_life
from tests.warehouse.leases import age, lease, overtake, until_renewed


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Signs of life come a thousand times as often."""
    monkeypatch.setattr(holding, "RENEWAL_SECONDS", 0.03)


def take(warehouse: Warehouse, holder: str = "another machine") -> state.Lease:
    with warehouse.begin() as connection:
        return state.take_lease(connection, "forum", holder, now=datetime.now(UTC))


def test_whoever_holds_a_lease_shows_signs_of_life_until_the_end(warehouse: Warehouse) -> None:
    with held(warehouse, "forum") as ours:
        assert lease(warehouse, "forum")["holder"] == ours.holder
        age(warehouse, "forum")
        until_renewed(warehouse, "forum")
        with pytest.raises(SourceBusy, match="is being run by process"):
            take(warehouse)
    assert lease(warehouse, "forum")["holder"] is None
    assert "lease forum" not in {thread.name for thread in threading.enumerate()}
    assert take(warehouse).fence == ours.fence + 1


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_a_lease_is_given_back_whatever_happens(warehouse: Warehouse) -> None:
    with pytest.raises(ZeroDivisionError), held(warehouse, "forum"):
        raise ZeroDivisionError
    take(warehouse)
    with pytest.raises(SourceBusy, match="another machine"), held(warehouse, "forum"):
        pytest.fail("somebody else holds it")


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_a_lease_that_was_lost_is_said_stays_lost_and_stops_who_writes(
    warehouse: Warehouse, caplog: pytest.LogCaptureFixture
) -> None:
    """The machine slept: the lease ran out, somebody took it, and it wakes up."""
    with caplog.at_level(logging.WARNING), held(warehouse, "forum") as ours:
        theirs = overtake(warehouse, "forum")
        with pytest.raises(SourceBusy, match="another run took over"):  # noqa: SIM117
            with warehouse.begin() as connection:
                show_life(connection, ours)
        patience = time.monotonic() + 10
        while not caplog.records and time.monotonic() < patience:
            time.sleep(0.01)
    assert 'forum: another run took over "forum"' in caplog.text
    assert lease(warehouse, "forum")["holder"] == theirs.holder
