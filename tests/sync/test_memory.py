"""Memory stays flat, however many records pass a stream; measured in processes of their own."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.sizes import sized

PROGRAM = """
import sys
from datetime import UTC, datetime, timedelta
from cophub import Checkpoint, Connector, Post, Stream
from cophub.sync import SourceSpec, SyncEngine
from cophub.warehouse import Warehouse
from pydantic import BaseModel

url, count, every = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
start = datetime(2026, 1, 1, tzinfo=UTC)

class NoSettings(BaseModel):
    pass

def posts(ctx, since):
    for number in range(count):
        yield Post(key=number, space="forum", account=number % 1000, title=f"About {number}",
                   posted_at=start + timedelta(seconds=number))
        if every and number % every == every - 1:
            yield Checkpoint(str(number))

connector = Connector(name="scripted", summary="", settings=NoSettings, streams=(Stream(posts),))
result = SyncEngine(Warehouse.open(url)).sync_one(SourceSpec("forum", connector, NoSettings()))
assert (result.state, result.total("new")) == ("done", count), result
print(next(line for line in open("/proc/self/status") if line.startswith("VmHWM")).split()[1])
"""
LIMIT_MB = 150


def peak_mb(url: str, count: int, every: int) -> float:
    """The most memory that one sync of so many posts took, in megabytes."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, url, str(count), str(every)],
        cwd=Path(__file__).parents[2], capture_output=True, text=True, check=True,
    )  # fmt: skip
    return int(done.stdout) / 1024  # not ru_maxrss: a process inherits that of its parent


@pytest.mark.skipif(sys.platform != "linux", reason="/proc/self/status is on Linux alone")
@pytest.mark.parametrize("dialect", ["sqlite"])
@pytest.mark.parametrize("every", [1000, 0], ids=["with checkpoints", "in one piece"])
def test_more_records_take_no_more_memory(new_warehouse_url: Callable[[], str], every: int) -> None:
    # From 300,000 on SQLite's own cache of pages (32 MiB) is full.
    few = peak_mb(new_warehouse_url(), 300_000, every)
    many = peak_mb(new_warehouse_url(), sized(600_000, 1_000_000), every)
    assert many < LIMIT_MB
    assert many < few * 1.1
