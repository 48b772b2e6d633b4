"""Texts of posts are kept whole, shortened or not at all, whatever connector they come from."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert, select

from cophub import Account, Checkpoint, Context, Item, Post, Reject, Stream
from cophub.sync import SourceSpec
from cophub.sync.bodies import Bodies, Keeping
from cophub.warehouse import Warehouse
from cophub.warehouse import bodies as stored
from cophub.warehouse import tables as t

from .conftest import Desk, source

LONG = "We met in Accra and agreed on three things. " * 20


class Vendor:
    """A forum whose posts a test changes; it tells what was read since the last cursor."""

    def __init__(self, posts: dict[str, str | None]) -> None:
        self.posts = posts
        self.read: list[str] = []
        self.digests = False

    def stream(self, ctx: Context[Any], since: str | None) -> Iterator[Item]:
        keys = [key for key in sorted(self.posts) if since is None or key > since]
        items = [f"{key} {self.posts[key]}".encode() for key in keys]
        fresh = dict(ctx.fresh(items, Post)) if self.digests else {}
        for key, item in zip(keys, items, strict=True):
            if self.digests and item not in fresh:
                continue
            self.read.append(key)
            more = {"digest": fresh[item]} if self.digests else {}
            yield Post(key=key, title=f"Title {key}", body=self.posts[key], **more)
        yield Reject(reason="no date", record="post", key="r", item={"text": LONG})
        yield Checkpoint(max(self.posts))

    def spec(self, bodies: Bodies) -> SourceSpec:
        return replace(source("forum", Stream(self.stream, name="posts")), bodies=bodies)


def bodies(desk: Desk) -> dict[str, str | None]:
    return dict(desk.rows("post", "key", "body"))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kept", "body", "item"),
    [
        ("whole", LONG, {"text": LONG}),
        ("none", None, None),
        (43, "We met in Accra and agreed on three things.…", None),
        (10_000, LONG, None),
    ],
)
def test_no_more_is_stored_than_is_kept(desk: Desk, kept: Bodies, body: str, item: Any) -> None:
    vendor = Vendor({"1": LONG, "2": "short", "3": None})
    result = desk.sync(vendor.spec(kept))
    assert result.state == "done"
    assert bodies(desk) == {"1": body, "2": None if kept == "none" else "short", "3": None}
    assert desk.rows("post", "title") == [("Title 1",), ("Title 2",), ("Title 3",)]
    assert [row[0] for row in desk.rows("reject", "item")] == [item]


def test_what_is_stored_is_cut_at_the_next_run(desk: Desk) -> None:
    """Without asking the vendor for it again; and it is told by no row as a change."""
    vendor = Vendor({"1": LONG, "2": "short"})
    desk.sync(vendor.spec("whole"))
    before = desk.rows("post", "key", "changed_at", "run")
    vendor.read = []
    result = desk.sync(vendor.spec(12))
    assert bodies(desk) == {"1": "We met in Ac…", "2": "short"}
    assert vendor.read == []
    assert (result.total("new"), result.total("changed")) == (0, 0)
    assert desk.rows("post", "key", "changed_at", "run") == before
    assert [row[0] for row in desk.rows("reject", "item", run=1)] == [None]
    desk.sync(vendor.spec("none"))
    assert bodies(desk) == {"1": None, "2": None}
    assert LONG[:20] not in repr(desk.rows("post") + desk.rows("reject"))


def test_a_whole_read_of_shortened_posts_changes_nothing(desk: Desk) -> None:
    vendor = Vendor({"1": LONG, "2": "short"})
    desk.sync(vendor.spec("whole"))
    desk.sync(vendor.spec(12))
    result = desk.sync(vendor.spec(12), full=True)
    assert (result.total("seen"), result.total("changed")) == (2, 0)


@pytest.mark.parametrize(("less", "more"), [("none", "whole"), (12, "whole"), ("none", 12)])
def test_more_is_read_from_the_vendor(desk: Desk, less: Bodies, more: Bodies) -> None:
    vendor = Vendor({"1": LONG, "2": "short"})
    desk.sync(vendor.spec(less))
    desk.sync(vendor.spec(more))
    assert bodies(desk) == {"1": stored.cut(LONG, Keeping(more).letters), "2": "short"}
    vendor.read = []
    desk.sync(vendor.spec(more))
    assert vendor.read == []


def test_items_that_are_known_by_their_digest(desk: Desk) -> None:
    """Cut posts are known as such; with another setting they are read again, and then no more."""
    vendor = Vendor({"1": LONG, "2": "a text of some length"})
    vendor.digests = True
    reads: list[list[str]] = []
    for kept in ("whole", "whole", 5, 5, "none", "whole", "whole"):
        vendor.read = []
        desk.sync(vendor.spec(kept), full=True)
        reads.append(vendor.read)
        assert bodies(desk)["1"] == stored.cut(LONG, Keeping(kept).letters)
    both = ["1", "2"]
    assert reads == [both, [], [], [], [], both, []]


def test_other_sources_keep_theirs(desk: Desk) -> None:
    desk.sync(Vendor({"1": LONG}).spec("whole"))
    other = replace(Vendor({"1": LONG}).spec("none"), name="other")
    desk.sync(other)
    assert sorted(desk.rows("post", "source", "body")) == [("forum", LONG), ("other", None)]


def test_items_of_other_records_are_kept() -> None:
    stream = Stream(lambda ctx, since: iter(()), name="s", yields=(Account,))
    told = Reject(reason="r", record="account", item={"a": 1})
    assert Keeping("none").reject(told, stream) is told
    of_anything = replace(stream, yields=())
    assert Keeping("none").reject(told, of_anything) is told
    unknown = Reject(reason="r", item={"a": 1})
    assert Keeping("none").reject(unknown, of_anything).item is None
    assert Keeping("whole").reject(unknown, of_anything) is unknown


TEXTS = st.text(st.sampled_from("ab é\n\U0001f600…漢"), max_size=12)


@given(text=TEXTS, letters=st.integers(0, 12))
def test_cutting_twice_is_cutting_once(text: str, letters: int) -> None:
    once = stored.cut(text, letters)
    assert once is None or stored.cut(once, letters) == once


TRIED: Sequence[str] = [
    "", "a", "ab cd", "abc  d", "     x", "é" * 9, "\U0001f600\U0001f600\U0001f600", "a\nb c d e",
    "漢字かな交じり文", "…………", "abcd", "abcd ", "abc…", "abc d…",
]  # fmt: skip


@pytest.mark.parametrize("letters", [0, 1, 4, 5])
def test_the_database_cuts_as_python_does(warehouse: Warehouse, letters: int) -> None:
    with warehouse.begin() as connection:
        new = dict(source="s", run=1, first_seen_at=warehouse.now(), changed_at=warehouse.now())
        rows = [dict(key=str(at), body=text, digest=at, **new) for at, text in enumerate(TRIED)]
        connection.execute(insert(t.post), rows)
        stored.cut_stored(connection, "s", letters, sign=2**62 + 5)
        query = select(t.post.c.key, t.post.c.body, t.post.c.digest)
        found = {int(row.key): (row.body, row.digest) for row in connection.execute(query)}
    assert found == {
        at: (stored.cut(text, letters), at ^ (2**62 + 5)) for at, text in enumerate(TRIED)
    }
