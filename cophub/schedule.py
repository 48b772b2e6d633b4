"""Keeps the timetable of plugins.toml: each source and pipeline at its time, never twice."""

import logging
import threading
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.interval import IntervalTrigger

from cophub.config.timetable import Timetable, crontab
from cophub.error_codes import UNFORESEEN
from cophub.errors import ConfigError, CophubError

if TYPE_CHECKING:
    from cophub.hub import Hub

log = logging.getLogger("cophub.schedule")

AT_ONCE = 8
"""Sources that may sync at one time."""

Tell = Callable[[Any], None]


class Timekeeper:
    """Runs what is due until it is stopped; `tell` gets each result as it comes.

    A run that is not over when its next time comes is not begun a second time; times that passed
    while it ran, or while nothing kept time, are caught up once. Raises ConfigError when nothing
    has a timetable.
    """

    def __init__(self, hub: "Hub", tell: Tell) -> None:
        self.hub = hub
        self.stop = threading.Event()
        self._tell = tell
        self._publishing = threading.Lock()
        self._scheduler = BackgroundScheduler(
            jobstores={"default": MemoryJobStore()},
            executors={"default": ThreadPoolExecutor(AT_ONCE)},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
            timezone=hub.config.timezone,
        )
        self._add_jobs()

    def _add_jobs(self) -> None:
        coming = self.hub.coming()
        if not coming:
            raise ConfigError(
                f"{self.hub.config.file} has no timetable; give a source or pipeline"
                ' every = "6 hours" or cron = "0 2 * * *"'
            )
        jobs = {"source": self._sync, "pipeline": self._publish}
        config = self.hub.config
        for one in coming:
            timed = config.sources if one.kind == "source" else config.pipelines
            table = timed[one.name].timetable
            self._scheduler.add_job(
                jobs[one.kind],
                self._trigger(table, one.at),
                args=[one.name],
                id=f"{one.kind} {one.name}",
                name=one.name,
                next_run_time=one.at,
            )

    def _trigger(self, table: Timetable, first: datetime) -> BaseTrigger:
        zone = self.hub.config.timezone
        if table.every is not None:
            seconds = int(table.every.total_seconds())
            return IntervalTrigger(seconds=seconds, start_date=first, timezone=zone)
        return crontab(table.cron or "", zone)

    def run(self) -> None:
        """Keep time until `stop` is set; then wait for what is running to come to a checkpoint."""
        self._scheduler.start()
        try:
            self.stop.wait()
        finally:
            self.stop.set()
            self._scheduler.shutdown(wait=True)

    def _sync(self, source: str) -> None:
        self._carry_out(
            source, lambda: self.hub.sync([source], stop=self.stop, asked_by="timetable")
        )

    def _publish(self, pipeline: str) -> None:
        # Pipelines write the same tables and the same site: one after the other.
        with self._publishing:
            if not self.stop.is_set():
                self._carry_out(
                    pipeline, lambda: self.hub.publish([pipeline], asked_by="timetable")
                )

    def _carry_out(self, name: str, work: Callable[[], Iterable[Any]]) -> None:
        """Tell each result; whatever goes wrong, the next time comes all the same."""
        from cophub.hub.answers import NotStarted

        try:
            for result in work():
                self._tell(result)
        except CophubError as error:
            self._tell(NotStarted(name, str(error), error.code))
        except Exception as error:
            log.exception("%s failed", name)
            said = f"something that nobody foresaw went wrong ({type(error).__name__})"
            self._tell(NotStarted(name, said, UNFORESEEN))
