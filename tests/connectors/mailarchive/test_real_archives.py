"""Real archives, where they are at hand: the counts that were established with other tools."""

import os
import re
import time
from pathlib import Path

import pytest

from cophub import Account, Post, Space


@pytest.fixture
def archives() -> Path:
    """The folder with real public archives."""
    folder = os.environ.get("COPHUB_REAL_ARCHIVES")
    if not folder:
        pytest.skip("COPHUB_REAL_ARCHIVES does not name the folder with real mail archives")
    return Path(folder)


COUNTS = [("r-sig-geo-2019", 820, 3, 578, 532), ("r-announce", 699, 15, 51, 37)]


@pytest.mark.parametrize(("name", "true", "repeats", "answers", "resolved"), COUNTS)
def test_every_true_message_is_found_and_none_invented(
    name, true, repeats, answers, resolved, archives, read
):
    """Messages, repeated ids, In-Reply-To and how many of those lead to a message."""
    run = read(archives / name)
    posts, (space,) = run.last(Post), run.of(Space)
    assert run.rejects == []
    assert space.native_post_count == true
    assert space.extra["repeated_ids"] == repeats
    assert len(posts) == len(run.of(Post)) == true - repeats
    told = [
        post["extra"]["in_reply_to"] for post in posts.values() if "in_reply_to" in post["extra"]
    ]
    # The counts of the sources are of messages; repeats that answer something are among them.
    assert answers - repeats <= len(told) <= answers
    assert resolved - repeats <= sum(key in posts for key in told) <= resolved
    assert all(post["thread"] in posts for post in posts.values())
    assert all(post["account"] in run.last(Account) for post in posts.values())


def test_no_scrambled_address_is_published(archives, read):
    """What looks like an address in the account table was one in the archive."""
    for name, *_ in COUNTS:
        for account in read(archives / name).last(Account).values():
            if email := account.get("email"):
                assert re.fullmatch(r"[a-z0-9._+-]+@[a-z0-9-]+(\.[a-z0-9-]+)+", email)
            else:
                assert account["key"].startswith(("name:", "raw:"))


def test_both_archives_are_read_in_seconds_and_again_in_none(archives, read):
    """A second run of unchanged files yields the list and nothing else."""
    began = time.perf_counter()
    cursors = [read(archives / name).cursor for name, *_ in COUNTS]
    assert time.perf_counter() - began < 5
    began = time.perf_counter()
    for (name, *_), cursor in zip(COUNTS, cursors, strict=True):
        again = read(archives / name, cursor)
        assert [type(item) for item in again.items] == [Space]
    assert time.perf_counter() - began < 0.5


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("mailman/mbox/mbox_complex.mbox", 2),
        ("mailman/mbox/mbox_iso8859_encoding.mbox", 1),
        ("mailman/mbox/mbox_multipart.mbox", 2),
        ("mailman/mbox/mbox_no_fields.mbox", 6),
        ("mailman/mbox/mbox_unixfrom_encoding.mbox", 1),
        ("mailman/mbox/mbox_unknown_encoding.mbox", 1),
        ("mailman/mbox/pipermail_2015_november.mbox", 4),
        ("mailman/mbox/pipermail_2016_april.mbox", 3),
        ("groupsio/downloadarchives_messages.zip", 49),
        ("groupsio/downloadarchives_empty.zip", 0),
    ],
)
def test_hard_cases_of_others_are_read(name, count, vendor_files, read):
    """Files that other tools keep because they once broke on them."""
    run = read(vendor_files / name)
    assert run.of(Space)[0].native_post_count == count
    assert run.rejects == []
