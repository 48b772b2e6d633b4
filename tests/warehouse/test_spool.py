"""The spool: whatever goes in comes out, in little memory."""

import tracemalloc

from cophub.records import Membership, Post
from cophub.warehouse import Warehouse
from cophub.warehouse.load import Loader
from cophub.warehouse.rows import Rows
from cophub.warehouse.spool import Spool

from .conftest import day


def test_rows_come_out_as_they_went_in_from_memory_and_from_the_disk() -> None:
    batches = [
        Rows(
            "post", ("key", "body", "views", "share", "own"), [(f"{at}", "é\0", at, 0.5, True)] * 9
        )
        for at in range(40)
    ] + [Rows("account", ("key",), [(None,), (2**62,)])]
    for memory in (1, 2**20):
        with Spool(memory) as spool:
            for rows in batches:
                spool.add(rows)
            assert spool.rows == 362
            assert list(spool) == list(spool) == batches
            spool.clear()
            assert (spool.rows, list(spool)) == (0, [])
            spool.add(batches[0])
            assert list(spool) == batches[:1]


def test_many_rows_wait_in_little_memory() -> None:
    with Spool(memory_bytes=2**20) as spool:
        tracemalloc.start()
        for at in range(400):
            body = f"{at:06d}" * 30
            spool.add(
                Rows("post", ("key", "body"), [(f"{at}/{n}", body + str(n)) for n in range(500)])
            )
        assert sum(len(rows.rows) for rows in spool) == 200_000
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert peak < 6 * 2**20  # the rows themselves take fifty


def test_a_stream_that_may_keep_nothing_before_its_end_stays_in_little_memory(
    warehouse: Warehouse,
) -> None:
    loader = Loader(warehouse, "news", run=1, now=day(1), snapshot_of=[Membership])
    tracemalloc.start()
    for at in range(60):
        body = f"{at:06d}" * 200
        posts = [Post(key=f"{at}/{n}", body=body + str(n)) for n in range(500)]
        loader.stage(loader.rows(posts)[0])
    with warehouse.begin() as connection:
        counts = loader.apply(connection)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    loader.close()
    assert counts.new == 30_000
    assert peak < 24 * 2**20  # 16 of them are the spool's own allowance; the posts take forty
