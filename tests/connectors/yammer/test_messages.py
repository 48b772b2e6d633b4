"""Messages over HTTP, against an emulated Yammer that knows its own truth."""

import logging
from collections.abc import Callable
from typing import Any

import pytest

from cophub import (
    Account,
    AuthError,
    Checkpoint,
    Context,
    CursorExpired,
    Gone,
    Post,
    Reaction,
    Reject,
    SourceUnavailable,
)
from cophub.connectors.yammer.client import LIMITS, Yammer, rest
from cophub.connectors.yammer.messages import messages
from cophub.connectors.yammer.payloads import Feed
from cophub.http import Limits, Transport
from cophub.sandbox.microsoft import MicrosoftSandbox
from cophub.sandbox.microsoft.yammer.state import Space, Thread

Ask = Callable[..., Context[Any]]
Extract = Callable[..., Any]
DAY = 86_400


class Table:
    """The posts of runs, as the warehouse would have them."""

    def __init__(self) -> None:
        self.posts: dict[str, dict[str, Any]] = {}

    def take(self, *runs: Any) -> "Table":
        for run in runs:
            self.add(run.items)
        return self

    def add(self, items: list[Any]) -> None:
        for item in items:
            if isinstance(item, Post):
                set_ = {name: getattr(item, name) for name in item.__struct_fields__}
                self.posts[str(item.key)] = set_
            elif isinstance(item, Gone) and item.record is Post:
                thread = str(item.where["thread"])
                for key, row in list(self.posts.items()):
                    if row["thread"] == thread and key not in item.but:
                        del self.posts[key]


def visible(box: MicrosoftSandbox) -> list[Space]:
    """The groups that the service account may read."""
    service = box.tenant.service
    return [one for one in box.yammer.state.spaces.values() if box.yammer.sees(service, one)]


def expected(box: MicrosoftSandbox) -> dict[str, int]:
    """Thread of each message that there is, by key."""
    ids = {one.id for one in visible(box)}
    return {
        str(row["id"]): row["thread"]
        for row in box.truth()["yammer"]["messages"]
        if row["group"] in ids and not row["deleted"] and not row["direct"]
    }


def kept(table: Table) -> dict[str, int]:
    return {key: int(row["thread"]) for key, row in table.posts.items()}


def asked(box: MicrosoftSandbox, word: str) -> int:
    return sum(word in entry.path for entry in box.log)


def busiest(box: MicrosoftSandbox, least: int = 12) -> Thread:
    """A thread of which a group's feed leaves answers out."""
    spaces = set(map(id, visible(box)))
    threads = [
        one for one in box.yammer.state.threads.values()
        if one.space and id(one.space) in spaces and len(one.messages) >= least
    ]  # fmt: skip
    return max(threads, key=lambda one: len(one.messages))


def open_space(box: MicrosoftSandbox) -> Space:
    return max(visible(box), key=lambda one: len(one.messages))


def test_a_whole_read_holds_every_message_of_the_groups_and_no_private_one(
    still: MicrosoftSandbox, ask: Ask, extract: Extract
):
    run = extract(messages, ask(still))
    assert run.rejects == []
    assert kept(Table().take(run)) == expected(still)
    direct = {row["id"] for row in still.truth()["yammer"]["messages"] if row["direct"]}
    assert direct, "there are private messages"
    assert all(isinstance(post.key, str) and int(post.key) > 1 << 31 for post in run.of(Post))


def test_posts_have_kind_author_text_and_likes(still: MicrosoftSandbox, ask: Ask, extract: Extract):
    run = extract(messages, ask(still))
    rows = {str(row["id"]): row for row in still.truth()["yammer"]["messages"]}
    kinds = {"question", "announcement", "system"}
    names = {account.key: account.name for account in run.of(Account)}
    for post in run.of(Post):
        row = rows[str(post.key)]
        assert post.kind == (row["kind"] if row["kind"] in kinds else "message")
        assert post.account == str(row["sender"])
        assert post.reply_to == (str(row["reply_to"]) if row["reply_to"] else None)
        assert post.reaction_count == row["likes"]
        assert post.author_name == names[post.account]
        assert post.body
    assert {post.kind for post in run.of(Post)} >= kinds | {"message"}
    best = {
        row["thread"]: str(row["id"]) for row in rows.values() if row["best"] and not row["deleted"]
    }
    marked = {
        int(str(post.key)): post.extra["best_answer"]
        for post in run.of(Post)
        if post.extra and "best_answer" in post.extra
    }
    assert marked
    assert marked == {thread: best[thread] for thread in marked}
    named = [like for like in run.of(Reaction) if like.reacted_at]
    assert named == [], "the vendor does not date a like"


def test_the_feed_is_walked_to_an_empty_page_whatever_it_says_of_older_ones(
    still: MicrosoftSandbox, ask: Ask, extract: Extract
):
    api, space = rest(ask(still)), open_space(still)
    lies, older = 0, None
    while (feed := api.in_group(str(space.id), older)[0]).messages:
        older = min(message.id for message in feed.messages)
        following = api.in_group(str(space.id), older)[0].messages
        lies += bool(following) and not (feed.meta and feed.meta.older_available)
    assert lies, "the emulated vendor lies as the real one does"
    run = extract(messages, ask(still, groups=[str(space.id)]))
    assert set(kept(Table().take(run))) == {str(message.id) for message in space.messages}


def test_busy_threads_are_completed_and_no_other_is_asked_for(
    still: MicrosoftSandbox, ask: Ask, extract: Extract
):
    thread = busiest(still)
    run = extract(messages, ask(still))
    table = kept(Table().take(run))
    assert {int(key) for key, of in table.items() if of == thread.id} == {
        message.id for message in thread.messages
    }
    incomplete = {
        one.id for space in visible(still) for one in {m.thread for m in space.messages}
        if len(one.messages) > 10
    }  # fmt: skip
    read = {int(e.path.rsplit("/")[-1].split(".")[0]) for e in still.log if "in_thread" in e.path}
    assert read == incomplete


def test_a_first_read_asks_little_more_than_the_least(
    still: MicrosoftSandbox, ask: Ask, extract: Extract
):
    """A page holds 20; a thread of which the feed leaves answers out must be asked for."""
    extract(messages, ask(still))
    least = 0
    for space in visible(still):
        shown = [m for m in space.messages if _shown(still, m)]
        least += -(-len(shown) // 20) + 1
        busy = {m.thread for m in space.messages if len(m.thread.messages) > 10}
        least += sum(-(-(len(one.messages) - 3) // 20) for one in busy)
    spent = asked(still, "/messages/")
    closed = len(still.yammer.state.spaces) - len(visible(still))
    assert least <= spent <= 1.1 * least + closed


def _shown(box: MicrosoftSandbox, message: Any) -> bool:
    from cophub.sandbox.microsoft.yammer import feeds

    return feeds._shown(message, box.yammer.tail)


def test_a_run_in_which_nothing_happened_asks_for_the_groups_alone(
    still: MicrosoftSandbox, ask: Ask, extract: Extract
):
    first = extract(messages, ask(still))
    still.log.clear()
    again = extract(messages, ask(still), first.cursor)
    assert again.records == []
    assert again.cursor == first.cursor
    assert asked(still, "/messages/") == 0
    assert asked(still, "groups.json") == 2


def test_a_new_message_costs_one_request_of_its_group(
    box: MicrosoftSandbox, ask: Ask, extract: Extract
):
    first = extract(messages, ask(box))
    new = box.yammer.post(open_space(box).group, "Has anybody tried the new form?")
    box.log.clear()
    again = extract(messages, ask(box, reread_days=0), first.cursor)
    assert str(new) in {post.key for post in again.of(Post)}
    assert (asked(box, "in_group"), asked(box, "in_thread")) == (1, 0)
    assert kept(Table().take(first, again)) == expected(box)


def test_a_run_killed_anywhere_leaves_no_hole(box: MicrosoftSandbox, ask: Ask, extract: Extract):
    """Also when messages come in between: the walk goes on below, then they are met above."""
    whole = extract(messages, ask(box))
    requests = asked(box, "/messages/")
    ends = [n for n, item in enumerate(whole.items) if isinstance(item, Checkpoint)]
    assert len(ends) > 10
    space = open_space(box)
    for n, end in enumerate(ends[:-1]):
        table, cut = Table(), whole.items[: end + 1]
        table.add(cut)
        if n % 5 == 0:
            box.yammer.post(space.group, f"While nobody read, {n}")
            box.yammer.reply(busiest(box).id, f"And an answer, {n}")
        box.log.clear()
        table.take(extract(messages, ask(box), whole.items[end].cursor))
        assert kept(table) == expected(box), n
        pages_before = sum(isinstance(item, Checkpoint) for item in cut)
        assert asked(box, "/messages/") <= requests - pages_before + 12


def test_nothing_moves_until_a_walk_has_ended(box: MicrosoftSandbox, ask: Ask, extract: Extract):
    """The feed runs newest first: who kept the newest id of a walk cut off would miss the rest."""
    from cophub.connectors.yammer.cursor import Cursor

    space = open_space(box)
    run = extract(messages, ask(box, groups=[str(space.id)]))
    places = [Cursor(text).place(str(space.id)) for text in run.cursors]
    assert [place.seen for place in places if place.walk] == [0] * sum(
        place.walk is not None for place in places
    )
    assert places[-1].seen == space.messages[-1].id


@pytest.mark.parametrize("tail", [0, 2])
def test_an_answer_in_an_old_busy_thread_is_found_at_once(
    box: MicrosoftSandbox, ask: Ask, extract: Extract, tail: int
):
    """With tail 0 the feed shows none of it: the group's newest message tells of the thread."""
    box.yammer.tail = tail
    thread = busiest(box)
    first = extract(messages, ask(box))
    box.advance(days=100)
    second = extract(messages, ask(box), first.cursor)
    answer = box.yammer.reply(thread.id, "A very late answer")
    box.log.clear()
    third = extract(messages, ask(box), second.cursor)
    assert str(answer) in {post.key for post in third.of(Post)}
    assert asked(box, "/messages/") < 12


def test_edits_deletions_and_likes_are_seen_when_a_thread_is_read_again(
    box: MicrosoftSandbox, ask: Ask, extract: Extract
):
    space = open_space(box)
    roster = [user for user in space.roster if user.deleted is None]
    first = box.yammer.post(space.group, "First")
    edited, deleted = (box.yammer.reply(first, text) for text in ("Wrong", "Regretted"))
    whole = box.yammer.post(space.group, "A thread that goes away")
    box.yammer.reply(whole, "with its answers")
    box.yammer.like(edited, by=roster[0])
    run = extract(messages, ask(box))
    box.yammer.edit(edited, "Right")
    box.yammer.delete(deleted)
    box.yammer.delete(whole)
    box.yammer.unlike(edited, by=roster[0])
    box.yammer.like(edited, by=roster[1])
    box.advance(days=1.1)
    again = extract(messages, ask(box), run.cursor)
    table = Table().take(run, again)
    assert table.posts[str(edited)]["body"] == "Right"
    assert str(deleted) not in table.posts
    assert {str(whole)} & set(table.posts) == set()
    likes = [item for item in again.items if isinstance(item, Gone) and item.record is Reaction]
    (left,) = [one.but for one in likes if one.where["post"] == str(edited)]
    here, gone = ((str(edited), str(roster[n].yammer_id), "like") for n in (1, 0))
    assert here in left
    assert gone not in left


def test_an_answer_that_was_deleted_from_a_busy_thread_is_gone(
    box: MicrosoftSandbox, ask: Ask, extract: Extract
):
    """The feed never showed it, so only the thread itself tells."""
    thread = busiest(box)
    box.yammer.reply(thread.id, "The thread is lively again")
    first = extract(messages, ask(box))
    withdrawn = thread.messages[3].id
    box.yammer.delete(withdrawn)
    box.advance(days=1.1)
    again = extract(messages, ask(box), first.cursor)
    table = kept(Table().take(first, again))
    assert str(withdrawn) in kept(Table().take(first))
    assert str(withdrawn) not in table


def test_a_thread_that_is_missing_from_the_feed_is_asked_for(
    box: MicrosoftSandbox, ask: Ask, extract: Extract
):
    """And is found to be gone before it is due, where the feed is walked anyway."""
    space = open_space(box)
    whole = box.yammer.post(space.group, "A thread that goes away")
    first = extract(messages, ask(box))
    box.yammer.delete(whole)
    box.yammer.post(space.group, "And another one that comes")
    again = extract(messages, ask(box), first.cursor)
    assert kept(Table().take(first, again)) == expected(box)


@pytest.mark.parametrize(("age", "found"), [(0.9, False), (1.1, True)])
def test_the_schedule_that_is_published_holds(
    box: MicrosoftSandbox, ask: Ask, extract: Extract, age: float, found: bool
):
    legacy = next(one for one in visible(box) if one.group is box.tenant.legacy)
    post = box.yammer.post(legacy.group, "Before")
    groups = [str(legacy.id)]
    first = extract(messages, ask(box, groups=groups))
    box.yammer.edit(post, "After")
    last = legacy.messages[-1].at // 3_600 * 3_600
    now = ask(box, groups=groups)
    now.now = type(now.now).fromtimestamp(last + age * DAY, now.now.tzinfo)
    again = extract(messages, now, first.cursor)
    assert ("After" in {item.body for item in again.of(Post)}) == found


def test_runs_over_months_hold_what_the_vendor_holds(
    box: MicrosoftSandbox, ask: Ask, extract: Extract
):
    """But for what was deleted long after, which an export tells of."""
    table, cursor = Table(), None
    for days in (1, 3, 10, 20, 30):
        run = extract(messages, ask(box), cursor)
        table.take(run)
        truth = expected(box)
        assert set(truth) <= set(kept(table))
        cursor = run.cursor
        box.advance(days=days)
    stale = set(kept(table)) - set(truth)
    rows = {str(row["id"]): row for row in box.truth()["yammer"]["messages"]}
    assert all(rows[key]["deleted"] - rows[key]["at"] > 30 * DAY for key in stale)


def test_authors_who_left_and_guests_have_an_account(
    still: MicrosoftSandbox, ask: Ask, extract: Extract
):
    run = extract(messages, ask(still))
    accounts = {account.key for account in run.of(Account)}
    writers = {post.account for post in run.of(Post)}
    assert writers <= accounts
    users = {str(key): user for key, user in still.yammer.life.people.items()}
    assert any(users[key].guest for key in writers)


def test_a_group_that_does_not_answer_stops_itself_alone(
    box: MicrosoftSandbox, ask: Any, extract: Any
) -> None:
    first = box.tenant.communities[0]
    fault = box.faults.plan("500", path=f"*/in_group/{first.yammer_id}.json", every=1)
    items: list[Any] = []
    with pytest.raises(SourceUnavailable):
        for item in messages(ask(box, ways=["rest"]), None):
            items.append(item)
    fault.every = 0
    read = {item.space for item in items if isinstance(item, Post)}
    assert read and str(first.yammer_id) not in read
    cursor = [item.cursor for item in items if isinstance(item, Checkpoint)][-1]
    rest = extract(messages, ask(box, ways=["rest"]), cursor)
    assert {post.space for post in rest.of(Post)} == {str(first.yammer_id)}


def test_a_closed_group_is_named_and_asked_again_a_day_later(
    box: MicrosoftSandbox, ask: Ask, extract: Extract, caplog: pytest.LogCaptureFixture
):
    community = box.tenant.communities[0]
    with box.changing():
        community.private = True
        for members in (community.members, community.owners):
            members.pop(box.tenant.service.id, None)
    with caplog.at_level(logging.WARNING):
        first = extract(messages, ask(box))
    assert community.title in caplog.text
    assert kept(Table().take(first)) == expected(box)
    box.log.clear()
    again = extract(messages, ask(box), first.cursor)
    assert asked(box, f"in_group/{community.yammer_id}") == 0
    assert community.title in caplog.records[-1].getMessage()
    with box.changing():
        community.private = False
    box.advance(days=1.1)
    later = extract(messages, ask(box), again.cursor)
    assert kept(Table().take(first, again, later)) == expected(box)


def test_who_may_read_no_group_at_all_is_told_so(box: MicrosoftSandbox, ask: Ask, extract: Extract):
    community = box.tenant.communities[0]
    with box.changing():
        community.private = True
        for members in (community.members, community.owners):
            members.pop(box.tenant.service.id, None)
    with pytest.raises(AuthError, match="may read none of the groups"):
        extract(messages, ask(box, groups=[str(community.yammer_id)]))


@pytest.mark.parametrize("kind", ["empty", "truncated", "cut", "reset", "503"])
def test_a_page_that_cannot_be_read_is_asked_for_again(
    still: MicrosoftSandbox, ask: Ask, extract: Extract, kind: str
):
    space = open_space(still)
    still.faults.plan(kind, path=f"*/in_group/{space.id}.json", at=3)
    run = extract(messages, ask(still, groups=[str(space.id)]))
    assert len(still.faults.struck) == 1
    assert set(kept(Table().take(run))) == {str(message.id) for message in space.messages}


class Interrupted(Yammer):
    """Once, the vendor says that a feed has ended before it has."""

    calls = 0

    def in_group(self, group: str, older_than: int | None = None) -> tuple[Feed, list[Reject]]:
        self.calls += 1
        return (Feed([]), []) if self.calls == 3 else super().in_group(group, older_than)


def test_an_empty_page_where_more_is_counted_is_believed_when_it_comes_twice(
    still: MicrosoftSandbox, ask: Ask, extract: Extract
):
    space = open_space(still)
    ctx = ask(still, groups=[str(space.id)])
    ctx.shared[Yammer] = api = Interrupted(ctx)
    run = extract(messages, ctx)
    assert api.calls > 3
    assert set(kept(Table().take(run))) == {str(message.id) for message in space.messages}


def test_a_private_message_that_comes_with_a_feed_is_passed_over(
    still: MicrosoftSandbox, ask: Ask, extract: Extract
):
    """By its own mark, and by that of its thread."""

    class Mixed(Yammer):
        def in_group(self, group: str, older_than: int | None = None) -> tuple[Feed, list[Reject]]:
            feed, rejects = super().in_group(group, older_than)
            if older_than is None:
                marked, by_thread = feed.messages[:2]
                marked.direct_message = "true"
                for one in feed.references:
                    if one.type == "thread" and one.id == by_thread.thread:
                        one.direct_message = True
                told.extend(
                    str(one.id)
                    for one in feed.messages
                    if one is marked or one.thread == by_thread.thread
                )
            return feed, rejects

    told: list[str] = []
    ctx = ask(still, groups=[str(open_space(still).id)])
    ctx.shared[Yammer] = Mixed(ctx)
    found = {str(post.key) for post in extract(first_page, ctx).of(Post)}
    assert told
    assert found.isdisjoint(told)


def first_page(ctx: Context[Any], since: str | None) -> Any:
    """The first page of a group, without the threads that are completed after it."""
    for item in messages(ctx, since):
        yield item
        if isinstance(item, Checkpoint):
            return


def test_a_refusal_without_a_word_waits_out_the_window(
    still: MicrosoftSandbox, ask: Ask, extract: Extract
):
    """429 without Retry-After: whoever asks sooner is refused again, and so is every other call."""
    slept: list[float] = []
    ctx = ask(still, groups=[str(open_space(still).id)])
    limits = Limits(unasked_wait=LIMITS.unasked_wait)
    ctx.transport = Transport(limits, sleep=slept.append)
    still.faults.plan("429", path="*/in_group/*", at=2)
    extract(messages, ctx)
    assert any(29 <= wait <= 30 for wait in slept)
    ctx.transport.close()


def test_a_cursor_that_is_not_ours_has_expired(still: MicrosoftSandbox, ask: Ask, extract: Extract):
    with pytest.raises(CursorExpired):
        extract(messages, ask(still), "2026-01-01")


def test_without_rest_there_are_no_messages(still: MicrosoftSandbox, ask: Ask, extract: Extract):
    assert extract(messages, ask(still, ways=["graph"])).items == []
