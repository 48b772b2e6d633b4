"""Large files: quick, and no more in memory than is needed."""

import time
import tracemalloc

from cophub import Membership

ROWS = 100_000


def test_a_hundred_thousand_rows_stream(make, connector, context):
    line = "p{0}@example.org,Person {0},{1:02}/03/2024,Some organisation,Country\n"
    text = "E-mail,Name,Joined,Org,Country\n" + "".join(
        line.format(n, n % 28 + 1) for n in range(ROWS)
    )
    file = make("large.csv", text)
    columns = {"email": "E-mail", "name": "Name", "joined_at": "Joined", "organization": "Org"}
    settings = connector.settings(path=str(file), record="membership", columns=columns)
    ctx = context(settings)
    began = time.process_time()
    found = connector.streams[0].extract(ctx, None)
    members = sum(isinstance(item, Membership) for item in found)
    assert members == ROWS
    assert time.process_time() - began < 10


def test_a_large_file_is_never_in_memory_whole(make, connector, context):
    text = "E-mail,Notes\n" + "".join(f"p{n}@example.org,{'x' * 2000}\n" for n in range(10_000))
    file = make("large.csv", text)
    settings = connector.settings(path=str(file), record="membership", columns={"email": "E-mail"})
    ctx = context(settings)
    tracemalloc.start()
    try:
        count = sum(1 for _ in connector.streams[0].extract(ctx, None))
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert count > 20_000
    assert most < 12 << 20, f"{most >> 20} MB of a file of {len(text) >> 20} MB"
