"""Three workers as processes, one killed in mid-run, one stopped: nothing lost, nothing twice."""

import signal
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from cophub.hub import queueing
from cophub.hub.carrying import Due

from .conftest import Place, rows

QUICK = [f"quick{number}" for number in range(8)]
EACH = """
SELECT source, state, asked_by, error FROM run WHERE source IS NOT NULL ORDER BY id
"""


def tables() -> str:
    """Ten sources that are due once: two of them wait at their second page."""
    found = [f'[sources.{name}]\nconnector = "pages"\nevery = "1 day"\n' for name in QUICK]
    for name in ("killed", "stopped"):
        found.append(
            f'[sources.{name}]\nconnector = "pages"\nevery = "1 day"\n'
            f'settings = {{ gate = "{name}.open" }}\n'
        )
    return "\n".join(found)


def test_what_one_worker_leaves_others_do_and_nothing_is_done_twice(place: Place) -> None:
    place.write(tables())
    names = [*QUICK, "killed", "stopped"]
    keeper = place.cophub("schedule")
    workers = [place.cophub("worker", "--name", f"w{number}") for number in (1, 2, 3)]
    by_process = {one.pid: one for one in workers}

    def at(source: str) -> int:
        """The process that waits at the second page of a source."""
        asked = [found for found in place.asked() if found[:2] == (source, 1)]
        return asked[-1][2] if asked else 0

    hub = place.hub()

    def done(wanted: list[str]) -> bool:
        found = rows(hub, "SELECT source FROM run WHERE state = 'done' AND source IS NOT NULL")
        return {name for (name,) in found} >= set(wanted)

    place.until(lambda: done(QUICK))
    for source, number in (("killed", signal.SIGKILL), ("stopped", signal.SIGTERM)):
        process = place.until(lambda source=source: at(source))
        by_process[process].send_signal(number)
        if number == signal.SIGKILL:
            by_process[process].wait()
        (place.folder / f"{source}.open").touch()
    place.until(lambda: done(names))
    place.until(lambda: rows(hub, "SELECT count(*) FROM cophub_queue.procrastinate_jobs") == [(0,)])

    states = {name: [row[1] for row in rows(hub, EACH) if row[0] == name] for name in names}
    assert {name: states[name] for name in QUICK} == {name: ["done"] for name in QUICK}
    assert states["killed"] == ["killed", "done"], place.said()
    # Killed and stopped may be in the hands of one worker: then it ended before it was stopped.
    assert states["stopped"] in (["stopped", "done"], ["killed", "done"]), place.said()
    assert {row[2] for row in rows(hub, EACH)} == {"worker"}
    query = "SELECT source, count(*), count(DISTINCT key) FROM account GROUP BY source"
    assert rows(hub, query) and {row[1:] for row in rows(hub, query)} == {(40, 40)}
    read = Counter((source, page) for source, page, _ in place.asked())
    assert {name for (name, _), times in read.items() if times > 1} <= {"killed", "stopped"}
    assert set(read) == {(name, page) for name in names for page in range(4)}
    assert len({process for _, _, process in place.asked()}) >= 2

    keeper.send_signal(signal.SIGTERM)
    assert keeper.wait(60) == 0
    assert not by_keeper(place)


def by_keeper(place: Place) -> list[str]:
    """Lines in which who keeps time tells of a run of its own."""
    said = (place.folder / "0-schedule.txt").read_text()
    return [line for line in said.splitlines() if " done" in line]


def test_a_worker_hears_of_work_at_once(place: Place) -> None:
    """It looks by itself once in a minute only here, so it is PostgreSQL that tells it."""
    place.write('[sources.a]\nconnector = "pages"\nevery = "1 day"\n')
    hub = place.hub()
    worker = place.cophub("worker", "--name", "w1", poll=60)
    listens = "SELECT 1 FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND state = 'idle'"
    place.until(lambda: rows(hub, listens))
    began = time.monotonic()
    assert list(queueing.hand_on(hub, Due("source", "a", datetime.now(UTC))))
    place.until(lambda: rows(hub, "SELECT 1 FROM run WHERE state = 'done'"))
    assert time.monotonic() - began < 30
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(60) == 0
    assert "nothing was lost" in Path(place.folder / "0-worker.txt").read_text()
