"""Does what waits in the queue, beside any number of other workers on other machines.

A worker takes only what its own plugins.toml has. What it cannot finish, because it is stopped,
somebody else is at it, or the warehouse is away, goes back to the queue; what it was at when its
machine failed, another one takes. Nothing is done twice, since each run is begun under its lease,
for a time for which none has begun yet.
"""

import asyncio
import logging
import platform
import re
import sys
import threading
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from cophub.config.messages import did_you_mean, listed
from cophub.config.watching import WatchedFile
from cophub.error_codes import NEWER_SCHEMA, NO_QUEUE, OLD_SCHEMA, UNFORESEEN, UNKNOWN_NAME
from cophub.errors import ConfigError, CophubError, SourceBusy, WarehouseError
from cophub.hub import queueing, timing
from cophub.hub.answers import NotStarted, Reloaded
from cophub.hub.carrying import Due, carry_out
from cophub.hub.reloading import difference
from cophub.warehouse.token_store import check_phrase
from cophub.warehouse.upgrade import HEAD, check_version
from cophub.work_queue import WorkQueue, queue_name
from cophub.worker.taking import AgainError, Pace, Taking, libraries_told_quietly, one_line

if TYPE_CHECKING:
    from cophub.config import Config
    from cophub.hub import Hub
    from cophub.warehouse import Warehouse

log = logging.getLogger("cophub.worker")

AT_ONCE = 4
"""Sources and pipelines that a worker is at, at one time."""
PACE = Pace()
_THREADS = 64
"""More than one state of plugins.toml has work for: an older one ends what it began."""
Tell = Callable[[Any], None]


class Worker:
    """Works until `stop` is set; `tell` gets each result as it comes.

    Raises ConfigError where plugins.toml has nothing for it, procrastinate or COPHUB_KEY is not
    there, or the key is another than that of the others; WarehouseError where the schema of the
    warehouse is not this cophub's: somebody upgrades it, while no worker runs.
    """

    def __init__(
        self,
        hub: "Hub",
        tell: Tell,
        *,
        name: str | None = None,
        only: Collection[str] = (),
        at_once: int = AT_ONCE,
        stop: threading.Event | None = None,
    ) -> None:
        self.hub = self._given = hub
        """By the newest plugins.toml that was good."""
        self.name = name or usual_name()
        self.stop = stop or threading.Event()
        self._tell, self._only, self._at_once = tell, frozenset(only), at_once
        self._file = WatchedFile(hub.config.path)
        self._new: Config | None = None
        """What plugins.toml says now, until it can be taken over."""
        self._told: dict[str, str] = {}
        self._refused: CophubError | None = None
        """Why this worker can go on no more."""
        self.takes = self._taken(hub)
        """The queues that it takes from, and what each is of, as `source news`."""
        queueing.require(hub)
        check_schema(hub)
        check_phrase(hub.warehouse)
        WorkQueue(hub.warehouse).make_ready()
        _share_tokens(hub)

    def run(self) -> None:
        """Work in this thread until `stop` is set, and until what runs came to a checkpoint.

        Raises WarehouseError once the warehouse has another schema.
        """
        # Psycopg cannot use the loop that Windows has by default.
        factory = asyncio.SelectorEventLoop if sys.platform == "win32" else None
        try:
            with libraries_told_quietly(), asyncio.Runner(loop_factory=factory) as runner:
                runner.run(self._run())
        finally:
            if self.hub is not self._given:
                self.hub.close()
        if self._refused is not None:
            raise self._refused

    async def _run(self) -> None:
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(_THREADS, "worker"))
        stopping = asyncio.create_task(asyncio.to_thread(self.stop.wait))
        begun: set[asyncio.Task[None]] = set()
        try:
            while not self.stop.is_set():
                end = asyncio.Event()
                taking = asyncio.create_task(self._take(self.hub, tuple(self.takes), end))
                begun.add(taking)
                taking.add_done_callback(begun.discard)
                looking = asyncio.create_task(self._until_changed())
                await asyncio.wait({taking, looking, stopping}, return_when=asyncio.FIRST_COMPLETED)
                looking.cancel()
                end.set()
                if taking.done() and not self.stop.is_set():
                    self._say_away(taking.exception())
                    await asyncio.wait({stopping}, timeout=PACE.again)
            await asyncio.gather(*begun, return_exceptions=True)
        finally:
            self.stop.set()  # else the thread that waits for it would never end

    async def _take(self, hub: "Hub", queues: tuple[str, ...], end: asyncio.Event) -> None:
        queue = WorkQueue(hub.warehouse)

        def do(due: Due) -> None:
            self._do(hub, queue, due)

        taking = Taking(self.name, queue, queues, do, at_once=self._at_once, pace=PACE)
        try:
            await taking.run(end)
        finally:
            if hub not in (self._given, self.hub):
                hub.close()

    def _say_away(self, error: BaseException | None) -> None:
        said = f" ({one_line(error)})" if error else ""
        code = getattr(error, "code", None)
        self._tell_once("the queue", f"it does not answer{said}; it is asked again", code)

    # --- what it does ------------------------------------------------------------------------

    def _do(self, hub: "Hub", queue: WorkQueue, due: Due) -> None:
        """Sync the source or run the pipeline. Raises AgainError where that is not done."""
        if self.stop.is_set():
            raise AgainError
        key = str(due)
        try:
            check_still(hub.warehouse)
            for result in carry_out(hub, due, self.stop, asked_by="worker"):
                self._tell(result)
        except SourceBusy as busy:
            log.info("%s waits: %s", key, busy, extra={"event": "worker.busy"})
            raise AgainError(queue.after(PACE.again)) from None
        except WarehouseError as error:
            if error.code in (OLD_SCHEMA, NEWER_SCHEMA):
                self._refused = error
                self.stop.set()
            self._tell_once(due.name, str(error), error.code)
            raise AgainError(queue.after(PACE.again)) from None
        except Exception as error:
            log.exception("%s failed", key)
            said = f"something that nobody foresaw went wrong ({type(error).__name__})"
            self._tell(NotStarted(due.name, said, UNFORESEEN))
        self._told.clear()
        if self.stop.is_set():
            raise AgainError  # maybe only a part was done; what was done whole is not done again

    def _tell_once(self, name: str, said: str, code: str | None) -> None:
        if self._told.get(name) != said:
            self._told[name] = said
            self._tell(NotStarted(name, said, code))

    # --- what it takes -----------------------------------------------------------------------

    def _taken(self, hub: "Hub") -> dict[str, str]:
        config = hub.config
        if not queueing.has_workers(hub):
            raise ConfigError(
                f"{config.file}: [hub] queue: there is no work for workers; write queue ="
                ' "workers", or keep time without them: cophub schedule',
                code=NO_QUEUE,
            )
        tables = timing.tables(hub)
        known = {name for _, name in tables}
        for name in sorted(self._only - known):
            raise ConfigError(
                f'{config.file}: there is no source or pipeline "{name}"'
                f"{did_you_mean(name, known)}; there are {listed(known)}",
                code=UNKNOWN_NAME,
            )
        found = {
            queue_name(kind, name, table.on): f"{kind} {name}"
            for (kind, name), table in tables.items()
            if table.timetable and table.on in (None, self.name) and name in (self._only or known)
        }
        if not found:
            raise ConfigError(
                f"{config.file} has nothing with a timetable that the worker {self.name} may do;"
                " what has `on` is for the worker of that name: cophub worker --name NAME",
                code=NO_QUEUE,
            )
        return found

    async def _until_changed(self) -> None:
        """Wait until plugins.toml has changed, and is taken over."""
        while True:
            await asyncio.sleep(PACE.look)
            try:
                if await asyncio.to_thread(self._take_over):
                    return
            except WarehouseError as error:
                log.info("not taken over yet: %s", error, extra={"event": "reload"})
            except CophubError as error:
                self._new = None
                file = self.hub.config.file
                log.info("not taken over: %s", error, extra={"event": "reload", "code": error.code})
                self._tell(Reloaded(file, error=str(error), code=error.code))

    def _take_over(self) -> bool:
        self._new = config = self._file.changed() or self._new
        if config is None:
            return False
        told = difference(self.hub.config, config)
        hub = self.hub.with_config(config)
        try:
            self.takes = self._taken(hub)
            check_schema(hub)
            WorkQueue(hub.warehouse).make_ready()
        except BaseException:
            hub.close()
            raise
        self.hub, self._new = hub, None
        log.info("%s was taken over", told.file, extra={"event": "reload"})
        self._tell(told)
        return True


def usual_name() -> str:
    """What a worker is called that is given no name: as its machine, without the domain."""
    name = re.sub(r"[^A-Za-z0-9_-]", "-", platform.node().partition(".")[0]).strip("-_")
    return name[:63] or "worker"


def check_schema(hub: "Hub") -> None:
    """Raises WarehouseError where the warehouse is not made, or has another schema than ours.

    Asked before it is opened, since whoever opens it upgrades it.
    """
    known = hub.db_version()
    if known.schema != HEAD:
        raise _other_schema(known.warehouse, known.schema)


def check_still(warehouse: "Warehouse") -> None:
    """The same of a warehouse that is open: others may have upgraded it meanwhile."""
    with warehouse.connect() as connection:
        current = check_version(connection, warehouse.name)
    if current != HEAD:
        raise _other_schema(warehouse.name, current)


def _other_schema(warehouse: str, current: str | None) -> WarehouseError:
    if current is None:
        said = "has no tables yet: make them with `cophub db upgrade`"
    else:
        said = (
            f"has schema {current}, this worker needs {HEAD}: stop all workers, run `cophub db"
            " upgrade` once with the newest cophub, and start them again"
        )
    return WarehouseError(f"{warehouse} {said}", code=OLD_SCHEMA)


def _share_tokens(hub: "Hub") -> None:
    """Let all machines have what this one alone kept before there were workers."""
    for source in hub.config.sources:
        store = hub.tokens(source)
        for name in getattr(store, "names", list)():
            store.get(name)


__all__ = ["AT_ONCE", "PACE", "Worker", "usual_name"]
