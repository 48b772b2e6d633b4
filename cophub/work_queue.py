"""Work that waits for workers: procrastinate's queue, in a schema of its own beside the warehouse.

A source or pipeline is in the queue at most once, waiting or being worked on. What is kept of it is
its name and the time that it is due for: no settings, no secrets, nothing about people.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, text

from cophub.error_codes import NO_QUEUE, QUEUE
from cophub.errors import ConfigError, SourceBusy, WarehouseError
from cophub.warehouse import Warehouse

if TYPE_CHECKING:
    from procrastinate import App

TASK = "cophub.carry_out"
STALLED = timedelta(seconds=60)
"""A worker without a sign of life for so long is gone, and its work is anybody's."""
_MADE = "cophub_made"
_WORKERS = "cophub_workers"
# A network that swallows what is sent: without these libpq notices after hours.
_PATIENCE = dict(
    connect_timeout=10, keepalives_idle=30, keepalives_interval=10, keepalives_count=3,
    tcp_user_timeout=60_000,
)  # fmt: skip
_NO_PARAMETERS = {"no_parameters": True}


@dataclass(frozen=True)
class Work:
    """A source or pipeline, the time that it is due for, and the machine that alone may do it."""

    kind: str
    name: str
    at: datetime
    on: str | None = None

    @property
    def key(self) -> str:
        """What is never in the queue twice."""
        return f"{self.kind} {self.name}"


@dataclass(frozen=True)
class LivingWorker:
    """A worker that showed a sign of life a short while ago."""

    name: str
    machine: str
    began_at: datetime


@dataclass(frozen=True)
class Look:
    """What the queue holds: `source NAME`, `pipeline NAME`, in the order in which they came."""

    workers: tuple[LivingWorker, ...] = ()
    running: tuple[str, ...] = ()
    waiting: tuple[str, ...] = ()
    stranded: tuple[str, ...] = ()
    """Of those that wait: what no living worker takes."""
    waiting_since: datetime | None = None


def queue_name(kind: str, name: str, on: str | None) -> str:
    """The queue of one source or pipeline, which only those listen to who have it.

    Short, however long the names: PostgreSQL's channels have at most 63 bytes.
    """
    told = "\0".join((kind, name, on or ""))
    return f"cophub-{blake2b(told.encode(), digest_size=8).hexdigest()}"


def require_procrastinate() -> None:
    """Raises ConfigError where procrastinate is not installed."""
    try:
        import procrastinate  # noqa: F401
        import psycopg_pool  # noqa: F401
    except ImportError:
        raise ConfigError(
            '[hub] queue = "workers" needs procrastinate, which is not installed here:'
            " pip install 'cophub[worker]'",
            code=NO_QUEUE,
        ) from None


class WorkQueue:
    """The queue of one warehouse on PostgreSQL."""

    def __init__(self, warehouse: Warehouse) -> None:
        require_procrastinate()
        self._warehouse = warehouse

    @cached_property
    def schema(self) -> str:
        """Where its tables are; each of several hubs in one database has a queue of its own."""
        with self._warehouse.connect() as connection:
            return schema_of(connection)

    def settings(self) -> dict[str, Any]:
        """How psycopg connects to it."""
        engine = self._warehouse.engine
        _, found = engine.dialect.create_connect_args(engine.url)
        path = re.sub(r"([\\ ])", r"\\\1", _quoted(self.schema))
        options = f"{found.get('options', '')} -c timezone=UTC -c search_path={path}"
        return {**_PATIENCE, **found, "options": options.strip()}

    # --- its tables --------------------------------------------------------------------------

    def make_ready(self) -> None:
        """Make its tables, or bring them to what this procrastinate wants.

        Whoever comes second waits, and finds nothing to do. Raises WarehouseError.
        """
        known = _migrations()
        with self._inside() as connection:
            connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('cophub queue'))"))
            made = _made(connection, self.schema)
            if made is None:
                self._make(connection)
            elif made > max(known):
                raise WarehouseError(
                    f"the queue in {self._warehouse.name} was made by a newer procrastinate than"
                    " this one: pip install --upgrade procrastinate",
                    code=QUEUE,
                )
            for name in sorted(known):
                if made is not None and name > made:
                    _run(connection, known[name])
            if made != max(known):
                connection.execute(text(f"DELETE FROM {_MADE}"))
                keep = text(f"INSERT INTO {_MADE} (migration) VALUES (:name)")
                connection.execute(keep, {"name": max(known)})

    def _make(self, connection: Connection) -> None:
        from procrastinate.schema import SchemaManager

        schemas = text("SELECT 1 FROM pg_namespace WHERE nspname = :name")
        there = connection.scalar(schemas, {"name": self.schema})
        may = connection.scalar(text("SELECT has_database_privilege(current_database(), 'CREATE')"))
        if there is None and not may:
            raise WarehouseError(
                f"the schema {self.schema} for the queue cannot be made in {self._warehouse.name};"
                f" let its owner do it: CREATE SCHEMA {_quoted(self.schema)} AUTHORIZATION"
                " and the user of the address",
                code=QUEUE,
            )
        _run(connection, f"CREATE SCHEMA IF NOT EXISTS {_quoted(self.schema)}")
        _run(connection, SchemaManager.get_schema())
        _run(connection, f"CREATE TABLE {_MADE} (migration text NOT NULL)")
        _run(
            connection,
            f"CREATE TABLE {_WORKERS} (worker bigint PRIMARY KEY REFERENCES procrastinate_workers"
            " (id) ON DELETE CASCADE, name text NOT NULL, machine text NOT NULL, queues text[] NOT"
            " NULL, began_at timestamptz NOT NULL DEFAULT now())",
        )

    # --- who hands work on -------------------------------------------------------------------

    def put(self, work: Work) -> bool:
        """Let the next worker that may do it; False where it waits already.

        Raises SourceBusy while somebody works on it: come again, for it may be due again then.
        """
        with self._inside() as connection:
            lock = text("SELECT pg_advisory_xact_lock(hashtext('cophub queue'), hashtext(:key))")
            connection.execute(lock, {"key": work.key})
            found = connection.execute(
                text(
                    "SELECT id, status::text AS status, queue_name FROM procrastinate_jobs"
                    " WHERE lock = :key AND status IN ('todo', 'doing')"
                ),
                {"key": work.key},
            ).all()
            if any(job.status == "doing" for job in found):
                raise SourceBusy(f"a worker is at {work.key}")
            queue = queue_name(work.kind, work.name, work.on)
            if any(job.queue_name == queue for job in found):
                return False
            # plugins.toml names another machine for it by now: nobody may listen there any more.
            gone = text("DELETE FROM procrastinate_jobs WHERE id = :id AND status = 'todo'")
            for job in found:
                connection.execute(gone, {"id": job.id})
            _defer(connection, queue, work)
        return True

    # --- who works ---------------------------------------------------------------------------

    def introduce(self, worker: int, name: str, machine: str, queues: Collection[str]) -> None:
        """Note which worker has a number of procrastinate's, and what it takes."""
        with self._inside() as connection:
            note = text(
                f"INSERT INTO {_WORKERS} (worker, name, machine, queues)"
                " VALUES (:worker, :name, :machine, :queues) ON CONFLICT DO NOTHING"
            )
            row = dict(worker=worker, name=name, machine=machine, queues=list(queues))
            connection.execute(note, row)

    def free(self, worker: int, lost: Iterable[int], stalled: timedelta = STALLED) -> set[int]:
        """Let others do what those had begun who are gone, and the jobs `lost`, which this one has.

        Gives the jobs that the queue believes this worker to be at.
        """
        with self._inside() as connection:
            # One at a time: what a second one frees may be worked on again by then.
            lock = "SELECT pg_try_advisory_xact_lock(hashtext('cophub queue'), 0)"
            if connection.scalar(text(lock)):
                stuck = text(
                    "SELECT j.id FROM procrastinate_jobs j"
                    " LEFT JOIN procrastinate_workers w ON w.id = j.worker_id"
                    " WHERE j.status = 'doing' AND (w.id IS NULL OR w.last_heartbeat < now()"
                    " - :stalled OR (w.id = :worker AND j.id = ANY(:lost))) FOR UPDATE OF j"
                )
                wanted = dict(stalled=stalled, worker=worker, lost=list(lost))
                for (job,) in connection.execute(stuck, wanted).all():
                    _put_back(connection, job)
            mine = "SELECT id FROM procrastinate_jobs WHERE status = 'doing' AND worker_id = :me"
            return set(connection.scalars(text(mine), {"me": worker}))

    def after(self, seconds: float) -> datetime:
        """So long from now by the clock of the queue; by ours where it does not answer."""
        try:
            with self._warehouse.connect() as connection:
                now: datetime = connection.scalar(text("SELECT clock_timestamp()"))
        except WarehouseError:
            now = datetime.now(UTC)
        return now + timedelta(seconds=seconds)

    @contextmanager
    def _inside(self) -> Iterator[Connection]:
        """A transaction that finds the queue's tables, and no other of the same names."""
        schema = self.schema
        with self._warehouse.begin() as connection:
            connection.execute(text(f"SET LOCAL search_path TO {_quoted(schema)}"))
            yield connection


def schema_of(connection: Connection) -> str:
    """The schema of the queue that belongs to a warehouse."""
    own = connection.scalar(text("SELECT current_schema()"))
    return "cophub_queue" if own == "public" else f"{own}_queue"


def look(
    warehouse: Warehouse, known: Collection[str] | None = None, stalled: timedelta = STALLED
) -> Look:
    """What the queue holds; nothing where it was never made. Needs no procrastinate.

    With `known` only that of it waits which is among these keys: nobody waits for the others.
    """
    with warehouse.connect() as connection:
        schema = schema_of(connection)
        if _made(connection, schema) is None:
            return Look()
        place = _quoted(schema)
        workers = connection.execute(
            text(
                f"SELECT c.name, c.machine, c.began_at, c.queues FROM {place}.{_WORKERS} c"
                f" JOIN {place}.procrastinate_workers w ON w.id = c.worker"
                " WHERE w.last_heartbeat >= now() - :stalled ORDER BY c.name, c.worker"
            ),
            {"stalled": stalled},
        ).all()
        jobs = connection.execute(
            text(
                "SELECT j.lock, j.status::text AS status, j.queue_name,"
                f" (SELECT min(e.at) FROM {place}.procrastinate_events e WHERE e.job_id = j.id)"
                f" AS since FROM {place}.procrastinate_jobs j"
                " WHERE j.status IN ('todo', 'doing') ORDER BY j.id"
            )
        ).all()
    taken = {queue for worker in workers for queue in worker.queues}
    waiting = [job for job in jobs if job.status == "todo" and (known is None or job.lock in known)]
    return Look(
        workers=tuple(LivingWorker(one.name, one.machine, one.began_at) for one in workers),
        running=tuple(job.lock for job in jobs if job.status == "doing"),
        waiting=tuple(job.lock for job in waiting),
        stranded=tuple(job.lock for job in waiting if job.queue_name not in taken),
        waiting_since=min((job.since for job in waiting if job.since), default=None),
    )


def _made(connection: Connection, schema: str) -> str | None:
    """The newest migration of procrastinate's that the queue's tables have; None without any."""
    # Not by to_regclass: what it did not find before, it may not find while somebody makes it.
    there = text("SELECT 1 FROM pg_tables WHERE schemaname = :schema AND tablename = :name")
    if connection.scalar(there, {"schema": schema, "name": _MADE}) is None:
        return None
    query = text(f"SELECT migration FROM {_quoted(schema)}.{_MADE}")
    found: str | None = connection.scalar(query)
    return found


def _migrations() -> dict[str, str]:
    """The text of each of procrastinate's migrations by name, which begins with its version."""
    from pathlib import Path

    from procrastinate.schema import SchemaManager

    folder = Path(SchemaManager.get_migrations_path())
    return {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.sql")}


def _run(connection: Connection, statements: str) -> None:
    connection.exec_driver_sql(statements, execution_options=_NO_PARAMETERS)


def _defer(connection: Connection, queue: str, work: Work) -> None:
    app = make_app()
    task = app.configure_task(
        TASK, queue=queue, lock=work.key, queueing_lock=work.key,
        connection=connection.connection.driver_connection,
    )  # fmt: skip
    task.defer(kind=work.kind, name=work.name, at=work.at.isoformat())


def _put_back(connection: Connection, job: int) -> None:
    from procrastinate.sql import queries

    wanted = dict(job_id=job, retry_at=None, new_priority=None, new_queue_name=None, new_lock=None)
    driver: Any = connection.connection.driver_connection
    driver.execute(queries["retry_job"], wanted)


def make_app(settings: dict[str, Any] | None = None) -> "App":
    """Procrastinate's application: to hand work on, or with `settings` to take it."""
    from procrastinate import App, PsycopgConnector, SyncPsycopgConnector

    if settings is None:
        return App(connector=SyncPsycopgConnector())
    return App(connector=PsycopgConnector(kwargs=settings, min_size=1, max_size=4))


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


__all__ = [
    "STALLED", "TASK", "LivingWorker", "Look", "Work", "WorkQueue", "look", "make_app",
    "queue_name", "require_procrastinate", "schema_of",
]  # fmt: skip
