"""Discussion boards over HTTP, against emulated sites that know their own truth."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from cophub import Context, Gone, Post, Reaction
from cophub.connectors.sharepoint.discussions import discussions
from cophub.sandbox.microsoft import MicrosoftSandbox
from cophub.sandbox.microsoft.sharepoint.state import DISCUSSIONS
from cophub.sandbox.world import DAY
from tests.connectors.sharepoint.tenants import account_of, asking, board_of, small_tenant

Ask = Callable[..., Context[Any]]
Extract = Callable[..., Any]


@pytest.fixture
def box() -> Iterator[MicrosoftSandbox]:
    """A tenant of the test's own."""
    with small_tenant() as sandbox:
        yield sandbox


@pytest.fixture
def ask(context: Ask, box: MicrosoftSandbox) -> Ask:
    """`ask(0, 1, secret=False)`: a context for the sites of these communities."""
    return lambda *numbers, **more: asking(context, box, *numbers, **more)


def kept(run: Any) -> dict[str, tuple[str, str | None, str]]:
    """The same of a run."""
    rows = run.last(Post)
    return {key: (row["thread"], row["reply_to"], row["account"]) for key, row in rows.items()}


def ended(run: Any, record: type = Post) -> list[Gone]:
    """What a run says is gone."""
    return [one for one in run.items if isinstance(one, Gone) and one.record is record]


def test_topics_and_replies_are_threads(box: MicrosoftSandbox, ask: Ask, extract: Extract):
    run = extract(discussions, ask())
    assert run.rejects == []
    assert kept(run) == board_of(box)
    bodies = [row["body"] for row in run.last(Post).values()]
    assert not any("<div" in (body or "") for body in bodies)
    topics = [key for key, (thread, _, _) in kept(run).items() if key == thread]
    assert 0 < len(topics) < len(bodies)


def test_likes_are_dated_and_the_boards_own(box: MicrosoftSandbox, ask: Ask, extract: Extract):
    site = box.sharepoint.site(0)
    board = site.list_of(DISCUSSIONS)
    held = {
        (f"{board.id}:{item.id}", account_of(site, like.user)): like.at
        for item in board.items.values()
        for like in item.likes
    }
    rows = extract(discussions, ask()).last(Reaction)
    assert {k[:2]: row["reacted_at"].timestamp() for k, row in rows.items()} == held
    assert held


def test_a_later_run_reads_only_what_changed(box: MicrosoftSandbox, ask: Ask, extract: Extract):
    site = box.sharepoint.site(0)
    first = extract(discussions, ask())
    assert extract(discussions, ask(), first.cursor).records == []
    with box.changing():
        topic = box.sharepoint.start_topic(site, "Which nets?", "<p>Any</p>")
        answer = box.sharepoint.answer(site, topic, "<p>These</p>")
    again = extract(discussions, ask(), first.cursor)
    board = site.list_of(DISCUSSIONS).id
    assert set(again.last(Post)) == {f"{board}:{topic.id}", f"{board}:{answer.id}"}


def test_a_like_is_seen_the_next_day_though_no_log_tells(
    box: MicrosoftSandbox, ask: Ask, extract: Extract
):
    site = box.sharepoint.site(0)
    board = site.list_of(DISCUSSIONS)
    with box.changing():
        topic = box.sharepoint.start_topic(site, "Which nets?")
    first = extract(discussions, ask())
    with box.changing():
        box.sharepoint.like(site, topic)
        box.timeline.run(box.timeline.now + DAY)
    again = extract(discussions, ask(), first.cursor)
    key = f"{board.id}:{topic.id}"
    assert key in {post for post, _, _ in again.last(Reaction)}
    with box.changing():
        box.sharepoint.like(site, topic, on=False)
        box.timeline.run(box.timeline.now + DAY)
    third = extract(discussions, ask(), again.cursor)
    assert [one.but for one in ended(third, Reaction) if one.where["post"] == key] == [()]


def test_a_deleted_topic_ends_with_its_replies_and_a_deleted_reply_alone(
    box: MicrosoftSandbox, ask: Ask, extract: Extract
):
    site = box.sharepoint.site(0)
    board = site.list_of(DISCUSSIONS)
    with box.changing():
        topic = box.sharepoint.start_topic(site, "Which nets?")
        box.sharepoint.answer(site, topic, "These")
        other = box.sharepoint.start_topic(site, "Which boats?")
        reply = box.sharepoint.answer(site, other, "Those")
    first = extract(discussions, ask())
    with box.changing():
        box.sharepoint.acts.delete(site, board, topic, topic.editor)
        box.sharepoint.acts.delete(site, board, reply, reply.editor)
    gone = [one.where for one in ended(extract(discussions, ask(), first.cursor))]
    assert {"thread": f"{board.id}:{topic.id}"} in gone
    assert {"key": f"{board.id}:{reply.id}"} in gone
    assert {"key": f"{board.id}:{other.id}"} not in gone
