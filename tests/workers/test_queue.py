"""The queue itself: once in it, never twice; nothing of it is lost, and its tables keep up."""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from procrastinate.schema import SchemaManager
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from cophub import ConfigError, WarehouseError, work_queue
from cophub.errors import SourceBusy
from cophub.warehouse import Warehouse
from cophub.work_queue import Work, WorkQueue, look, queue_name

AT = datetime(2026, 3, 1, 2, 0, tzinfo=UTC)


@pytest.fixture
def dialect() -> str:
    return "postgresql"


@pytest.fixture
def queue(warehouse: Warehouse) -> WorkQueue:
    made = WorkQueue(warehouse)
    made.make_ready()
    return made


@pytest.fixture
def jobs(warehouse: Warehouse) -> Iterator[SimpleNamespace]:
    """Does to the queue what workers do."""

    def run(statement: str, **values: object) -> list[tuple[object, ...]]:
        with warehouse.begin() as connection:
            connection.execute(text("SET LOCAL search_path TO cophub_queue"))
            found = connection.execute(text(statement), values)
            return [tuple(row) for row in found] if found.returns_rows else []

    def register() -> int:
        (row,) = run("SELECT procrastinate_register_worker_v1()")
        return int(str(row[0]))

    def fetch(worker: int, name: str) -> int | None:
        queues = [queue_name("source", name, None)]
        (row,) = run(
            "SELECT id FROM procrastinate_fetch_job_v2(:queues, :me)", queues=queues, me=worker
        )
        return row[0]  # type: ignore[return-value]

    yield SimpleNamespace(run=run, register=register, fetch=fetch)


def work(name: str = "news", on: str | None = None) -> Work:
    return Work("source", name, AT, on)


def test_what_waits_is_not_put_there_again(queue: WorkQueue, warehouse: Warehouse) -> None:
    assert look(warehouse).waiting == ()
    assert queue.put(work()) and not queue.put(work())
    assert queue.put(work("lists"))
    found = look(warehouse)
    assert found.waiting == found.stranded == ("source news", "source lists")
    assert found.waiting_since is not None and found.workers == ()


def test_what_is_worked_on_is_busy_and_may_come_again_afterwards(
    queue: WorkQueue, warehouse: Warehouse, jobs: SimpleNamespace
) -> None:
    queue.put(work())
    me = jobs.register()
    queue.introduce(me, "w1", "db1", [queue_name("source", "news", None)])
    job = jobs.fetch(me, "news")
    with pytest.raises(SourceBusy, match="a worker is at source news"):
        queue.put(work())
    found = look(warehouse)
    assert (found.running, found.waiting) == (("source news",), ())
    assert [(one.name, one.machine) for one in found.workers] == [("w1", "db1")]
    jobs.run("SELECT procrastinate_finish_job_v1(:job, 'succeeded', true)", job=job)
    assert queue.put(work())
    assert look(warehouse).stranded == ()


def test_work_for_another_machine_than_before_moves_to_its_queue(
    queue: WorkQueue, warehouse: Warehouse, jobs: SimpleNamespace
) -> None:
    queue.put(work())
    assert queue.put(work(on="web1"))
    (found,) = jobs.run("SELECT queue_name, args FROM procrastinate_jobs")
    assert found[0] == queue_name("source", "news", "web1")
    assert found[1] == {"kind": "source", "name": "news", "at": AT.isoformat()}


def test_what_a_worker_left_behind_is_anybodys(
    queue: WorkQueue, jobs: SimpleNamespace, warehouse: Warehouse
) -> None:
    for name in ("news", "lists", "calls"):
        queue.put(work(name))
    me, silent, gone = jobs.register(), jobs.register(), jobs.register()
    mine, _, _ = jobs.fetch(me, "news"), jobs.fetch(silent, "lists"), jobs.fetch(gone, "calls")
    jobs.run(
        "UPDATE procrastinate_workers SET last_heartbeat = now() - interval '2 minutes'"
        " WHERE id = :silent", silent=silent,
    )  # fmt: skip
    jobs.run("SELECT procrastinate_unregister_worker_v1(:gone)", gone=gone)
    assert queue.free(me, ()) == {mine}
    assert look(warehouse).running == ("source news",)
    assert look(warehouse).waiting == ("source lists", "source calls")
    assert queue.free(me, {mine}) == set()
    assert len(look(warehouse).waiting) == 3


def test_several_that_come_first_at_the_same_time_make_one_queue(warehouse: Warehouse) -> None:
    """Each has looked before: PostgreSQL remembers what is not there until it hears otherwise."""
    together, wrong = threading.Barrier(6), []

    def come(number: int) -> None:
        try:
            with warehouse.connect():
                together.wait()  # each with a connection of its own, which is kept
                look(warehouse)
            together.wait()
            made = WorkQueue(warehouse)
            made.make_ready()
            made.put(work(f"s{number}"))
        except SQLAlchemyError as error:
            wrong.append(error)

    threads = [threading.Thread(target=come, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert len(look(warehouse).waiting) == 6


def test_a_time_from_now_on_is_told_by_the_clock_of_the_queue(queue: WorkQueue) -> None:
    told = queue.after(60) - datetime.now(UTC)
    assert timedelta(seconds=30) < told < timedelta(seconds=90)


def old_queue(warehouse: Warehouse, newest: str) -> None:
    """The tables as an older procrastinate made them, and what it left in them."""
    files = sorted(Path(SchemaManager.get_migrations_path()).glob("*.sql"))
    with warehouse.begin() as connection:
        plain = dict(execution_options={"no_parameters": True})
        connection.exec_driver_sql("CREATE SCHEMA cophub_queue")
        connection.exec_driver_sql("SET LOCAL search_path TO cophub_queue")
        for file in files:
            if file.name <= newest:
                connection.exec_driver_sql(file.read_text(), **plain)
        connection.exec_driver_sql("CREATE TABLE cophub_made (migration text NOT NULL)")
        connection.exec_driver_sql(f"INSERT INTO cophub_made VALUES ('{newest}')")
        connection.exec_driver_sql(
            "CREATE TABLE cophub_workers (worker bigint PRIMARY KEY REFERENCES"
            " procrastinate_workers (id) ON DELETE CASCADE, name text NOT NULL, machine text NOT"
            " NULL, queues text[] NOT NULL, began_at timestamptz NOT NULL DEFAULT now())"
        )
        connection.exec_driver_sql(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, lock, queueing_lock, args)"
            " VALUES ('any', 'cophub.carry_out', 'source old', 'source old', '{}')"
        )


def functions(warehouse: Warehouse) -> set[str]:
    query = "SELECT proname FROM pg_proc WHERE pronamespace = 'cophub_queue'::regnamespace"
    with warehouse.connect() as connection:
        return set(connection.scalars(text(query)))


def test_tables_of_an_older_procrastinate_are_brought_to_those_of_this_one(
    warehouse: Warehouse, new_warehouse_url: object
) -> None:
    old_queue(warehouse, "03.02.00_50_post_batch_defer_jobs.sql")
    before = functions(warehouse)
    made = WorkQueue(warehouse)
    made.make_ready()
    made.make_ready()
    assert functions(warehouse) > before
    assert made.put(work())
    assert look(warehouse).waiting == ("source old", "source news")


def test_tables_of_a_newer_procrastinate_are_left_alone(
    queue: WorkQueue, jobs: SimpleNamespace
) -> None:
    jobs.run("UPDATE cophub_made SET migration = '99.00.00_01_pre_later.sql'")
    with pytest.raises(WarehouseError, match="pip install --upgrade procrastinate") as failed:
        queue.make_ready()
    assert failed.value.code == "CPH-W16"


def role(warehouse: Warehouse, *rights: str) -> Iterator[str]:
    """The address of the warehouse for a user with some rights of its own."""
    name = f"role_{warehouse.engine.url.database}"
    with warehouse.begin() as connection:
        connection.execute(text(f"CREATE ROLE {name} LOGIN"))
        for right in rights:
            connection.execute(text(right.format(role=name)))
    yield warehouse.engine.url.set(username=name).render_as_string(hide_password=False)
    with warehouse.begin() as connection:
        connection.execute(text(f"DROP OWNED BY {name} CASCADE"))
        connection.execute(text(f"DROP ROLE {name}"))


def test_two_hubs_in_one_database_have_a_queue_each(warehouse: Warehouse, queue: WorkQueue) -> None:
    rights = (
        "CREATE SCHEMA second AUTHORIZATION {role}",
        "ALTER ROLE {role} SET search_path TO second",
        f"GRANT CREATE ON DATABASE {warehouse.engine.url.database} TO {{role}}",
    )
    with contextmanager(role)(warehouse, *rights) as url:
        other = Warehouse.open(url)
        theirs = WorkQueue(other)
        theirs.make_ready()
        assert (queue.schema, theirs.schema) == ("cophub_queue", "second_queue")
        assert queue.put(work()) and theirs.put(work())
        assert look(other).waiting == ("source news",)
        other.dispose()


def test_who_may_not_make_the_schema_is_told_what_its_owner_does(warehouse: Warehouse) -> None:
    with contextmanager(role)(warehouse) as url:
        other = Warehouse.as_it_is(url)
        with pytest.raises(WarehouseError, match='CREATE SCHEMA "cophub_queue" AUTHORIZATION'):
            WorkQueue(other).make_ready()
        other.dispose()


def test_without_procrastinate_it_is_told_what_to_install(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "procrastinate", None)
    with pytest.raises(ConfigError, match=r"pip install 'cophub\[worker\]'") as failed:
        WorkQueue(warehouse)
    assert failed.value.code == "CPH-C14"
    assert work_queue.look(warehouse) == work_queue.Look()
