"""Keeps the timetable of plugins.toml: each source and pipeline at its time, never twice.

Any number of processes may keep the same timetable: what is due is asked of the warehouse, before
it is begun and again under its lease. A changed plugins.toml is taken over without a restart.
"""

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.base import JobLookupError
from apscheduler.schedulers.background import BackgroundScheduler

from cophub.config.watching import WatchedFile
from cophub.error_codes import UNFORESEEN
from cophub.errors import ConfigError, CophubError, SourceBusy, WarehouseError
from cophub.hub import queueing, refusals, timed_backups, timing
from cophub.hub.alert_watch import Watch
from cophub.hub.answers import Kind, NotStarted, Reloaded
from cophub.hub.carrying import Due
from cophub.hub.reloading import difference
from cophub.work_queue import Look

if TYPE_CHECKING:
    from cophub.config import Config
    from cophub.hub import Hub

log = logging.getLogger("cophub.schedule")

AT_ONCE = 8
"""Sources that may sync at one time."""
AGAIN = timedelta(minutes=1)
"""When what somebody else works on, or what the warehouse was away for, is tried again."""
SOON = timedelta(seconds=5)
"""How often a pipeline looks whether the sources that were due with it have been read."""
PATIENCE = timedelta(minutes=30)
"""How long it waits for them: one that takes longer holds up no other's figures."""
LOOK_SECONDS = 2.0
"""How often plugins.toml is looked at, and the clock: it may have been set, or stood still."""

ALERTS_SECONDS = 60.0
"""How often it is judged whether something is wrong that somebody is to be told of."""
BACKUP_SECONDS = 60.0
"""How often it is asked whether the warehouse is to be copied."""
_ALERTS, _BACKUP = "alerts", "backup"

Tell = Callable[[Any], None]
CarryOut = Callable[["Hub", Due, threading.Event], Iterable[Any]]
Key = tuple[Kind, str]


class Timekeeper:
    """Runs what is due until it is stopped; `tell` gets each result as it comes.

    `do` does what is due; unless told otherwise it is `hub.queueing.hand_on`, which does it here or
    hands it to workers, as plugins.toml says. Times that passed while nothing kept time, or while a
    run took long, are caught up once. Raises ConfigError when nothing has a timetable.
    """

    def __init__(
        self,
        hub: "Hub",
        tell: Tell,
        do: CarryOut = queueing.hand_on,
        stop: threading.Event | None = None,
    ) -> None:
        self.hub = hub
        """By the newest plugins.toml that was good."""
        self.stop = stop or threading.Event()
        self._tell, self._do = tell, do
        self._file = WatchedFile(hub.config.path)
        self._users: Counter[Hub] = Counter()
        self._made: set[Hub] = set()
        self._changing = threading.Lock()
        self._ended = False
        self._running: set[Key] = set()
        self._tried: dict[Key, datetime] = {}
        """When what could not begin was last tried: it waits for its next time."""
        self._awaited: dict[Key, tuple[datetime, set[str]]] = {}
        """Since when a pipeline waits, and the sources that it waits for."""
        self._told: dict[Key, str] = {}
        """What was said of what is tried again and again, to say it once."""
        self._alerts = Watch()
        self._backups = timed_backups.Keeper()
        self._refused: CophubError | None = None
        """Why the newest plugins.toml is not taken over."""
        self._new: Config | None = None
        """What plugins.toml says now, until the warehouse lets it be taken over."""
        self.looked_at = time.monotonic()
        """When this last looked at its file and clock: it is alive while that is not long ago."""
        self._scheduler = BackgroundScheduler(
            # Pipelines write the same tables and the same site: one after the other.
            executors={
                "source": ThreadPoolExecutor(AT_ONCE),
                "pipeline": ThreadPoolExecutor(1),
                _ALERTS: ThreadPoolExecutor(1),
                _BACKUP: ThreadPoolExecutor(1),
            },
            # A job puts the next of its name on the timetable right before its own end.
            job_defaults={"misfire_grace_time": None, "max_instances": 10},
            # Its own sums go by the clock's face, and that of a zone may go back.
            timezone=UTC,
        )
        queueing.require(hub)
        coming = hub.coming()
        if not coming and hub.config.hub.backup_every is None:
            raise ConfigError(
                f"{hub.config.file} has no timetable; give a source or pipeline"
                ' every = "6 hours", cron = "0 2 * * *" or when = "Mondays at 07:00"'
            )
        refusals.note(hub, None)
        for one in coming:
            self._put((one.kind, one.name), one.at)

    def run(self) -> None:
        """Keep time until `stop` is set; then wait for what is running to come to a checkpoint."""
        # First after a while: what was due when this began is being done by then, and not late.
        self._scheduler.add_job(
            self._look_for_alerts, "interval", seconds=ALERTS_SECONDS, executor=_ALERTS,
            id=_ALERTS, max_instances=1,
        )  # fmt: skip
        self._scheduler.add_job(
            self._look_for_backup, "interval", seconds=BACKUP_SECONDS, executor=_BACKUP,
            id=_BACKUP, max_instances=1,
        )  # fmt: skip
        self._scheduler.start()
        try:
            while not self.stop.wait(LOOK_SECONDS):
                self.looked_at = time.monotonic()
                self._look_at_file()
                self._scheduler.wakeup()
        finally:
            self.stop.set()
            with self._changing:
                self._ended = True  # who puts a job on the timetable now would wait for its end
            # Were it told to end while it begins something, its thread would break off.
            self._scheduler.pause()
            self._scheduler.remove_all_jobs()
            self._scheduler.shutdown(wait=True)
            for hub in self._made:
                hub.close()

    # --- what is due -------------------------------------------------------------------------

    def _put(self, key: Key, at: datetime) -> None:
        """Have something begun at a time of the hub's clock."""
        wait = max(at - self.hub.now(), timedelta())
        self._scheduler.add_job(
            self._begin, "date", [key], run_date=datetime.now(UTC) + wait, executor=key[0],
            id=" ".join(key), replace_existing=True,
        )  # fmt: skip

    def _begin(self, key: Key) -> None:
        """Do what is due, and put its next time on the timetable."""
        with self._changing:
            if self.stop.is_set() or key in self._running:
                return
            hub = self.hub
            self._users[hub] += 1
            self._running.add(key)
        again: timedelta | None = None
        try:
            again = self._attempt(hub, key)
        finally:
            with self._changing:
                self._running.discard(key)
                self._users[hub] -= 1
                self._close_unused()
                if not self._ended:
                    self._plan(key, again)

    def _attempt(self, hub: "Hub", key: Key) -> timedelta | None:
        """Do what is due; after how long it is to be tried again, None for its next time.

        Whatever goes wrong, the next time comes all the same.
        """
        kind, name = key
        began = hub.now()
        try:
            at = timing.next_time(hub, kind, name, self._tried.get(key))
            if at is None or at > hub.now():
                return None  # somebody else, or a person, has done it
            if kind == "pipeline" and self._waits_for_sources(hub, key):
                return SOON
            for result in self._do(hub, Due(kind, name, at), self.stop):
                self._tell(result)
        except SourceBusy as busy:
            log.info("%s waits: %s", name, busy, extra={"event": "schedule.busy"})
            return AGAIN
        except WarehouseError as error:
            self._tell_once(key, NotStarted(name, str(error), error.code))
            return AGAIN
        except CophubError as error:
            self._tell(NotStarted(name, str(error), error.code))
        except Exception as error:
            log.exception("%s failed", name)
            said = f"something that nobody foresaw went wrong ({type(error).__name__})"
            self._tell(NotStarted(name, said, UNFORESEEN))
        self._told.pop(key, None)
        self._tried[key] = began
        return None

    def _waits_for_sources(self, hub: "Hub", key: Key) -> bool:
        """Whether sources whose time had come when a pipeline's did are still to be read.

        Else it would publish half of what there is, and not again until its next time. Those whose
        time comes later are for the next time as well.
        """
        now, pending = hub.now(), self._pending_sources(hub)
        since, awaited = self._awaited.setdefault(key, (now, pending))
        awaited &= pending
        if awaited and now - since < PATIENCE:
            waits = f"{key[1]} waits for {', '.join(sorted(awaited))}"
            log.debug(waits, extra={"event": "schedule.waits"})
            return True
        del self._awaited[key]
        return False

    def _pending_sources(self, hub: "Hub") -> set[str]:
        """The sources that are being read, here or by workers, and those whose time has come."""
        with self._changing:
            found = {name for kind, name in self._running if kind == "source"}
        for name in hub.config.sources:
            at = timing.next_time(hub, "source", name, self._tried.get(("source", name)))
            if at is not None and at <= hub.now():
                found.add(name)
        queue = queueing.queue_of(hub) or Look()
        for work in (*queue.running, *queue.waiting):
            kind, _, name = work.partition(" ")
            if kind == "source" and work not in queue.stranded:
                found.add(name)
        return found

    def _tell_once(self, key: Key, result: NotStarted) -> None:
        if self._told.get(key) != result.error:
            self._told[key] = result.error
            self._tell(result)

    def _look_for_alerts(self) -> None:
        """Tell what is wrong, if it is to be told."""
        with self._hub_of_now() as hub:
            self._alerts.look(hub, self._refused)

    def _look_for_backup(self) -> None:
        """Copy the warehouse, if that is due."""
        with self._hub_of_now() as hub:
            for result in self._backups.look(hub):
                self._tell(result)

    @contextmanager
    def _hub_of_now(self) -> Iterator["Hub"]:
        """The hub by the newest plugins.toml, open for as long as the block lasts."""
        with self._changing:
            hub = self.hub
            self._users[hub] += 1
        try:
            yield hub
        finally:
            with self._changing:
                self._users[hub] -= 1
                self._close_unused()

    def _plan(self, key: Key, again: timedelta | None) -> None:
        """Put the next time of something on the timetable, if it still has one."""
        now = self.hub.now()
        try:
            at = timing.next_time(self.hub, *key, self._tried.get(key))
        except Exception as error:  # noqa: BLE001 - what is on no timetable would never come again
            log.info("the next time of %s is not known yet: %s", key[1], error)
            at, again = now, again or AGAIN
        if at is not None:
            self._put(key, max(at, now + again) if again else at)

    # --- plugins.toml ------------------------------------------------------------------------

    def _look_at_file(self) -> None:
        try:
            self._new = config = self._file.changed() or self._new
            if config is not None:
                self._take_over(config)
                self._new = self._refused = None
                refusals.note(self.hub, None)
        except WarehouseError as error:
            log.info("not taken over yet: %s", error, extra={"event": "reload"})
        except CophubError as error:
            self._refused, self._new = error, None
            refusals.note(self.hub, error)
            file = self.hub.config.file
            # Told as well, so that a warning on a terminal would say it twice.
            log.info("not taken over: %s", error, extra={"event": "reload", "code": error.code})
            self._tell(Reloaded(file, error=str(error), code=error.code))

    def _take_over(self, config: "Config") -> None:
        """Go by a changed plugins.toml from now on; what runs ends with what it began with."""
        hub = self.hub.with_config(config)
        try:
            queueing.require(hub)
            coming = hub.coming()
        except BaseException:
            hub.close()
            raise
        with self._changing:
            told = difference(self.hub.config, config)
            self.hub = hub
            self._made.add(hub)
            self._close_unused()
            self._tried.clear()
            times = {(one.kind, one.name): one.at for one in coming}
            for job in self._scheduler.get_jobs():
                if job.id not in (_ALERTS, _BACKUP) and job.args[0] not in times:
                    self._remove(job.id)
            for key, at in times.items():
                if key not in self._running:
                    self._put(key, at)
        log.info("%s was taken over", told.file, extra={"event": "reload"})
        self._tell(told)

    def _remove(self, job: str) -> None:
        with suppress(JobLookupError):  # it has just begun, and will find that it has no time
            self._scheduler.remove_job(job)

    def _close_unused(self) -> None:
        """Close the hubs of an older plugins.toml that nothing runs with any more."""
        for hub in [one for one in self._made if one is not self.hub and not self._users[one]]:
            self._made.discard(hub)
            del self._users[hub]
            hub.close()


__all__ = ["AGAIN", "AT_ONCE", "PATIENCE", "SOON", "CarryOut", "Timekeeper"]
