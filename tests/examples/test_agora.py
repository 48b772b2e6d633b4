"""The connector that the documentation shows runs as it is written there."""

import importlib.util
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from cophub import (
    Account,
    AuthError,
    Checkpoint,
    Context,
    Membership,
    Post,
    Reject,
    SourceUnavailable,
    Space,
)
from cophub.http import Limits, MemoryTokens, Transport, by_next_link, pages
from cophub.testing import check_connector


@pytest.fixture(scope="module")
def agora():
    spec = importlib.util.spec_from_file_location("agora", Path(__file__).with_name("agora.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def ctx(agora, forum):
    settings = agora.Settings(url=forum.url, group="mercop", token="token-of-the-forum")
    with Transport(Limits(tries=3), sleep=lambda seconds: None) as transport:
        yield Context(
            settings=settings,
            source="forum",
            now=datetime(2026, 6, 1, tzinfo=UTC),
            transport=transport,
            tokens=MemoryTokens(),
        )


def _of(kind, items):
    return [item for item in items if isinstance(item, kind)]


def test_every_member_comes_once_though_a_page_fails_in_between(agora, ctx, forum):
    items = []
    for item in agora.members(ctx, None):
        items.append(item)
        if len(items) == 1:
            forum.fail_next = 2
    assert _of(Space, items) == [Space(key="mercop", title="mercop")]
    assert [account.key for account in _of(Account, items)] == list(range(1, 121))
    assert len(_of(Membership, items)) == 120
    offsets = [target.partition("?")[2] for target in forum.asked]
    assert offsets[:3] == ["offset=0&limit=50"] * 3
    assert offsets[3:] == [f"offset={n}&limit=50" for n in (50, 100, 120)]
    assert ctx.transport.traffic.retries == 2


def test_posts_resume_after_the_last_checkpoint(agora, ctx, forum):
    """A second run asks only for what came after the first."""
    first = list(agora.posts(ctx, None))
    assert [post.key for post in _of(Post, first)] == list(range(1, 46))
    assert [point.cursor for point in _of(Checkpoint, first)] == ["20", "40", "45"]
    forum.posts.append({**forum.posts[-1], "id": 50})
    again = list(agora.posts(ctx, _of(Checkpoint, first)[-1].cursor))
    assert [post.key for post in _of(Post, again)] == [50]


def test_its_promises_are_kept_though_one_post_is_alone_on_the_last_page(agora, forum):
    """Were that one not understood, nobody knows after which post to ask on: the list ends."""
    del forum.posts[21:], forum.members[60:]
    settings = agora.Settings(url=forum.url, group="mercop", token="token-of-the-forum")
    with httpx.HTTPTransport() as wire:
        check_connector(agora, settings, server=wire).raise_broken()


def test_the_whole_example_is_under_60_lines(agora):
    assert len(Path(agora.__file__).read_text(encoding="utf-8").splitlines()) < 60


def test_a_member_that_cannot_be_parsed_is_a_reject_and_the_others_stay(agora, ctx, forum):
    del forum.members[3]["email"]
    items = list(agora.members(ctx, None))
    [reject] = _of(Reject, items)
    assert (reject.key, reject.field, reject.record) == ("4", "email", "member")
    assert len(_of(Account, items)) == len(_of(Membership, items)) == 119


def test_a_next_link_off_the_host_is_not_followed(agora, ctx, forum):
    forum.next_link = "http://127.0.0.1:9/steal"
    listing = pages(
        agora.api(ctx), "members", follow=by_next_link("next"), params={"offset": 0, "limit": 5}
    )
    assert len(next(listing)["members"]) == 5
    with pytest.raises(SourceUnavailable, match=r"leaves 127\.0\.0\.1:\d+ for 127\.0\.0\.1:9;"):
        next(listing)


def test_a_refused_token_is_the_owners_matter_and_is_not_shown(agora, ctx):
    ctx.settings.token = type(ctx.settings.token)("wrong-token-of-the-forum")
    with pytest.raises(AuthError) as refused:
        list(agora.posts(ctx, None))
    assert "bad token" in str(refused.value)
    assert "wrong-token" not in str(refused.value)


def test_the_connector_says_what_it_is(agora):
    [connector] = agora.cophub_connectors()
    assert connector.name == "agora"
    assert [stream.name for stream in connector.streams] == ["members", "posts"]
    assert connector.streams[0].snapshot_of == (Membership,)
