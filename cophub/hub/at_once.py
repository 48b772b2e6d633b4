"""Several things looked at at the same time, and none waited for longer than all may take."""

import queue
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextvars import copy_context

from cophub.hub.answers import Finding

Job = Callable[[], Iterable[Finding]]


class Answers:
    """What jobs have found so far, job after job in their order."""

    def __init__(self, jobs: Mapping[str, Job]) -> None:
        self._found: dict[str, queue.SimpleQueue[Finding | None]] = {}
        for name, job in jobs.items():
            self._found[name] = queue.SimpleQueue()
            # Daemons: one that never comes back must not keep the process from ending.
            threading.Thread(
                target=copy_context().run,
                args=(self._work, name, job),
                name=f"look at {name}",
                daemon=True,
            ).start()

    def until(self, moment: float) -> Iterator[Finding]:
        """What each job finds until then, by the monotonic clock; who is not done is told of."""
        began = time.monotonic()
        for name, found in self._found.items():
            while True:
                try:
                    finding = found.get(timeout=max(0.0, moment - time.monotonic()))
                except queue.Empty:
                    yield _silent(name, moment - began)
                    break
                if finding is None:
                    break
                yield finding

    def _work(self, name: str, job: Job) -> None:
        found = self._found[name]
        try:
            for finding in job():
                found.put(finding)
        except Exception as error:  # noqa: BLE001 - a stranger's code may raise anything
            said = f"it could not be looked at ({type(error).__name__})"
            found.put(Finding(name, "failed", said, "cophub --debug status"))
        finally:
            found.put(None)


def at_once(jobs: Mapping[str, Job]) -> Answers:
    """Begin all jobs, each in a thread of its own."""
    return Answers(jobs)


def _silent(name: str, seconds: float) -> Finding:
    said = f"no answer within {max(seconds, 0):.0f} s"
    if name.startswith("source "):
        again = f"cophub check {name.removeprefix('source ')}, which waits longer"
        return Finding(name, "warning", said, again)
    return Finding(name, "failed", said, "check that its server or disk answers, and who holds it")


__all__ = ["Answers", "Job", "at_once"]
