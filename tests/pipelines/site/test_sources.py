"""How fresh each source is, and whether what its vendor counts is what was kept."""

from datetime import UTC, datetime, timedelta

import pytest

from cophub.pipelines.site.audiences import AUDIENCES, ONE
from cophub.pipelines.site.sources import read_sources

NOW = datetime(2026, 3, 14, 4, 30, tzinfo=UTC)
TRUSTED = AUDIENCES["facilitators"]


@pytest.fixture
def read(rows, warehouse):
    """`lists`: 30 of 41 members kept, 2 not understood; of one space the vendor counts nothing."""
    for key, native, kept in (("a", 21, 16), ("b", 20, 14), ("c", None, 3)):
        rows.add("space", {"source": "lists", "key": key, "native_member_count": native})
        for n in range(kept):
            rows.add("membership", {"source": "lists", "space": key, "account": f"{key}{n}"})
    run = {"kind": "sync", "source": "lists", "started_at": NOW - timedelta(days=1)}
    rows.add("run", run | {"id": 1, "state": "done"}, run | {"id": 2, "state": "failed"})
    stream = {"whole": True, "started_at": NOW - timedelta(days=1), "stream": "members"}
    rows.add("stream_run", stream | {"run": 1, "state": "done", "rejected": 9})
    rows.add("stream_run", stream | {
        "run": 2, "state": "failed", "seen": 70, "rejected": 3,
        "error": "no answer for somebody@example.org",
    })  # fmt: skip
    rows.add("stream_run", stream | {"run": 2, "stream": "posts", "state": "done"})
    for number, (at, record) in enumerate(((1, "membership"), (2, "membership"),
                                           (2, "membership"), (2, "post"))):  # fmt: skip
        rows.add("reject", {"id": number + 1, "run": at, "source": "lists", "stream": "members",
                            "record": record, "reason": "odd", "rejected_at": NOW})  # fmt: skip

    def read_now(audience):
        with warehouse.connect() as connection:
            (source,) = read_sources(connection, audience)
        return source

    return read_now


def test_what_a_vendor_counts_is_kept_not_understood_and_the_rest(read):
    balance = read(ONE).balance
    told = (balance.native, balance.kept, balance.rejected, balance.rest)
    assert [each.text for each in told] == ["41", "30", "2", "+9"]
    assert (balance.spaces_told, balance.spaces) == (2, 3)


def test_each_stream_says_how_fresh_it_is_and_to_facilitators_what_went_wrong(read):
    members, posts = read(TRUSTED).streams
    assert (members.state, members.seen, members.rejected) == ("failed", 70, 3)
    assert members.read_at == NOW - timedelta(days=1)
    assert members.notes == ("the latest run failed, so this is what the run before gave",)
    assert members.told == "no answer for s***@example.org"
    assert (posts.state, posts.notes, posts.told) == ("done", (), "")
    assert read(ONE).streams[0].told == ""


def test_counts_of_few_members_are_for_facilitators(rows, warehouse):
    rows.add("run", {"id": 1, "kind": "sync", "source": "lists", "state": "done",
                     "started_at": NOW})  # fmt: skip
    rows.add("stream_run", {"run": 1, "stream": "members", "whole": True,
                            "state": "done", "started_at": NOW})  # fmt: skip
    rows.add("space", {"source": "lists", "key": "small", "native_member_count": 9})
    for n in range(4):
        rows.add("membership", {"source": "lists", "space": "small", "account": f"a{n}"})
    for audience, told in ((ONE, ["–"] * 4), (TRUSTED, ["9", "4", "0", "+5"])):
        with warehouse.connect() as connection:
            (source,) = read_sources(connection, audience)
        balance = source.balance
        cells = (balance.native, balance.kept, balance.rejected, balance.rest)
        assert [each.text for each in cells] == told
