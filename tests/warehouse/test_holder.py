"""Leases of processes that were killed are free at once, and of clocks that ran ahead soon."""

import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest

from cophub.errors import SourceBusy
from cophub.warehouse import Warehouse, state
from cophub.warehouse.holder import is_dead, spoken, this_thread

NOW = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
NAME_ITSELF = "from cophub.warehouse.holder import this_thread; print(this_thread(), flush=True)"

on_linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells of other processes")


def start() -> tuple[subprocess.Popen[str], str]:
    """A process, and its name as a holder of leases."""
    code = f"{NAME_ITSELF}; import time; time.sleep(60)"
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert process.stdout
    return process, process.stdout.readline().strip()


def take(warehouse: Warehouse, holder: str, now: datetime = NOW) -> state.Lease:
    with warehouse.begin() as connection:
        return state.take_lease(connection, "forum", holder, now=now)


@on_linux
def test_a_killed_process_is_known_to_be_dead_also_before_its_parent_took_notice() -> None:
    process, holder = start()
    assert not is_dead(holder)
    process.send_signal(signal.SIGKILL)
    assert process.stdout is not None
    assert process.stdout.read() == ""  # its end has come, though nobody waited for it yet
    while not is_dead(holder):
        pass
    process.wait()
    assert is_dead(holder)


@on_linux
def test_another_process_of_the_same_number_is_not_taken_for_the_holder() -> None:
    machine, process, thread, began, mark = this_thread().rsplit(":", 4)
    assert is_dead(f"{machine}:{process}:{thread}:{int(began) - 1}:{mark}")


@pytest.mark.parametrize(
    "holder", ["another machine", "vm:1:2", "vm:999999:1:5:0123456789ab", "vm:no:1:5:0123456789ab"]
)
def test_of_processes_on_other_machines_nothing_is_known(holder: str) -> None:
    assert not is_dead(holder)


@on_linux
def test_the_lease_of_a_killed_process_is_free_at_once(warehouse: Warehouse) -> None:
    process, holder = start()
    first = take(warehouse, holder)
    with pytest.raises(
        SourceBusy, match=f"is being run by {spoken(holder)} since 2026-03-02 06:00"
    ):
        take(warehouse, this_thread())
    process.kill()
    process.wait()
    second = take(warehouse, this_thread())
    assert second.fence == first.fence + 1
    with warehouse.begin() as connection, pytest.raises(SourceBusy):
        state.hold_lease(connection, first, now=NOW)


def test_a_lease_from_a_clock_that_ran_ahead_is_not_kept_for_years(warehouse: Warehouse) -> None:
    take(warehouse, "another machine", now=NOW + timedelta(days=4000))
    with warehouse.connect() as connection:
        assert state.leases(connection, now=NOW) == []
    assert take(warehouse, this_thread()).fence == 2


def test_machines_whose_clocks_differ_a_little_respect_each_other(warehouse: Warehouse) -> None:
    take(warehouse, "another machine", now=NOW + timedelta(minutes=50))
    with pytest.raises(SourceBusy):
        take(warehouse, this_thread())
    with warehouse.connect() as connection:
        assert [lease.holder for lease in state.leases(connection, now=NOW)] == ["another machine"]
