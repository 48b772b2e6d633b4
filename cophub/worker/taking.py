"""Takes work out of the queue, with one state of plugins.toml, and puts back what is not done."""

import asyncio
import logging
import platform
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from cophub.http import redact
from cophub.hub.carrying import Due
from cophub.work_queue import STALLED, TASK, WorkQueue, make_app

if TYPE_CHECKING:
    from procrastinate import App, JobContext
    from procrastinate.worker import Worker as Taker

log = logging.getLogger("cophub.worker")


@dataclass(frozen=True)
class Pace:
    """How often a worker looks after what, in seconds."""

    poll: float = 5.0
    """For what was put back; of what is new, PostgreSQL tells at once."""
    life: float = 10.0
    """Signs of life, and what others left behind."""
    stalled: float = STALLED.total_seconds()
    again: float = 20.0
    """When what could not begin is tried again, and the queue after it was away."""
    look: float = 2.0
    """At plugins.toml."""


class AgainError(Exception):
    """The work is still to be done: at once, or not before a time by the clock of the queue."""

    def __init__(self, at: datetime | None = None) -> None:
        super().__init__("to be done again")
        self.at = at


class Taking:
    """Has work done by `do`, in threads, until it is told to end."""

    def __init__(
        self,
        name: str,
        queue: WorkQueue,
        queues: Sequence[str],
        do: Callable[[Due], None],
        *,
        at_once: int,
        pace: Pace,
    ) -> None:
        """`do` raises AgainError for what goes back to the queue; nothing else."""
        self._name, self._queue, self._queues, self._do = name, queue, list(queues), do
        self._at_once, self._pace = at_once, pace
        self._doing: set[int] = set()

    async def run(self, end: asyncio.Event) -> None:
        """Take work until `end` is set; then, or when the queue fails, finish what was begun."""
        from procrastinate.worker import Worker as Taker

        app = self._app(await asyncio.to_thread(self._queue.settings))
        async with app.open_async():
            taker: Any = Taker(  # whose methods have no types
                app, queues=self._queues, name=self._name, concurrency=self._at_once,
                fetch_job_polling_interval=self._pace.poll, delete_jobs="always",
                update_heartbeat_interval=self._pace.life,
                stalled_worker_timeout=self._pace.stalled, install_signal_handlers=False,
            )  # fmt: skip
            working = asyncio.create_task(taker.run())
            ending = asyncio.create_task(end.wait())
            caring = asyncio.create_task(self._care(app, taker))
            await asyncio.wait({working, ending}, return_when=asyncio.FIRST_COMPLETED)
            ending.cancel()
            taker.stop()
            await asyncio.wait({working})  # with signs of life until the last is done
            caring.cancel()
            await asyncio.gather(caring, return_exceptions=True)
            working.result()

    def _app(self, settings: dict[str, Any]) -> "App":
        from procrastinate import BaseRetryStrategy, RetryDecision

        class Again(BaseRetryStrategy):
            def get_retry_decision(self, *, exception: BaseException, job: Any) -> Any:
                if isinstance(exception, AgainError):
                    return RetryDecision(retry_at=exception.at)
                return None

        def carry_out(context: "JobContext", kind: Any, name: str, at: str) -> None:
            job = int(context.job.id or 0)
            self._doing.add(job)
            try:
                self._do(Due(kind, name, datetime.fromisoformat(at)))
            finally:
                self._doing.discard(job)

        app = make_app(settings)
        app.task(name=TASK, pass_context=True, retry=Again())(carry_out)
        return app

    async def _care(self, app: "App", taker: "Taker") -> None:
        """Show signs of life, and let others do what nobody is at any more."""
        idle: set[int] = set()
        lost: set[int] = set()
        introduced: int | None = None
        stalled = timedelta(seconds=self._pace.stalled)
        while True:
            me = taker.worker_id
            if me is None:
                await asyncio.sleep(0.05)
                continue
            try:
                if me != introduced:
                    who = (me, self._name, platform.node(), self._queues)
                    await asyncio.to_thread(self._queue.introduce, *who)
                    introduced = me
                await app.job_manager.update_heartbeat(me)
                lost -= self._doing
                believed = await asyncio.to_thread(self._queue.free, me, lost, stalled)
                # What ended while the queue was away seems to go on; seen idle twice, it does not.
                lost, idle = idle & (believed - self._doing), believed - self._doing
            except Exception as error:  # noqa: BLE001 - procrastinate notices, too, and is begun anew
                log.info("the queue could not be looked after: %s", one_line(error))
            await asyncio.sleep(self._pace.life)


def one_line(error: BaseException) -> str:
    """What an error says, in a line without secrets."""
    said = str(error) or str(error.__cause__ or "") or type(error).__name__
    return " ".join(str(redact(said)).split())


class _Told(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        log.log(min(record.levelno, logging.INFO), "%s", record.getMessage())


@contextmanager
def libraries_told_quietly() -> Iterator[None]:
    """What the queue's libraries log is for the log: what is to be told, we tell."""
    handler = _Told(logging.INFO)
    loggers = [logging.getLogger(name) for name in ("procrastinate", "psycopg.pool", "asyncio")]
    before = [one.propagate for one in loggers]
    for one in loggers:
        one.addHandler(handler)
        one.propagate = False
    try:
        yield
    finally:
        for one, propagated in zip(loggers, before, strict=True):
            one.removeHandler(handler)
            one.propagate = propagated


__all__ = ["AgainError", "Pace", "Taking", "libraries_told_quietly", "one_line"]
