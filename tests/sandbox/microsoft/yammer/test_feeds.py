"""The feeds of the emulated Yammer: what they hold, leave out, and say wrongly."""

from typing import Any

import httpx
import pytest

from cophub.sandbox.microsoft import MicrosoftSandbox
from cophub.sandbox.microsoft.yammer.state import Space, Thread

Json = dict[str, Any]


def ids(messages: list[Json]) -> list[int]:
    """Their ids."""
    return [message["id"] for message in messages]


def busiest(sandbox: MicrosoftSandbox) -> Thread:
    """The longest thread of a group."""
    threads = sandbox.yammer.state.threads.values()
    return max((t for t in threads if t.space), key=lambda thread: len(thread.messages))


def space(sandbox: MicrosoftSandbox, number: int = 0) -> Space:
    """The Yammer group of a community."""
    return sandbox.yammer.state.spaces[sandbox.tenant.communities[number].yammer_id]


def feed_of(found: Space | Thread) -> str:
    """The path of a group's or a thread's feed."""
    kind = "in_group" if isinstance(found, Space) else "in_thread"
    return f"/messages/{kind}/{found.id}.json"


def test_a_group_s_feed_runs_newest_first_and_twenty_at_most(admin, shown):
    page = admin.get(feed_of(space(shown)), params={"limit": 100}).json()["messages"]
    assert len(page) == 20
    assert ids(page) == sorted(ids(page), reverse=True)
    assert {message["group_id"] for message in page} == {space(shown).id}


def test_walking_down_meets_every_message_but_answers_of_busy_threads(admin, shown, walked):
    seen = ids(walked(admin, feed_of(space(shown))))
    held = space(shown).messages
    assert len(seen) == len(set(seen))
    left_out = [message for message in held if message.id not in set(seen)]
    assert left_out and set(seen) < {message.id for message in held}
    assert all(len(message.thread.messages) > 10 for message in left_out)
    assert not any(message.starter for message in left_out)


def test_a_thread_s_feed_has_all_of_it_and_the_reference_says_how_many(admin, shown, walked):
    thread = busiest(shown)
    assert len(thread.messages) > 40
    seen = walked(admin, feed_of(thread))
    assert ids(seen) == [message.id for message in reversed(thread.messages)]
    page = admin.get(feed_of(thread)).json()
    reference = next(r for r in page["references"] if r["type"] == "thread")
    assert reference["stats"]["updates"] == len(thread.messages)
    assert reference["stats"]["latest_reply_id"] == thread.latest
    assert reference["stats"]["first_reply_id"] == thread.messages[1].id


def test_what_is_said_of_older_messages_is_sometimes_wrong_or_missing(admin, shown):
    said = set()
    for number in range(len(shown.tenant.communities)):
        feed, older = feed_of(space(shown, number)), None
        while True:
            params = {"older_than": older} if older else {}
            page = admin.get(feed, params=params).json()
            if not page["messages"]:
                break
            older = ids(page["messages"])[-1]
            more = admin.get(feed, params={"older_than": older}).json()["messages"]
            said.add((page["meta"].get("older_available"), bool(more)))
    assert (True, True) in said
    assert {(False, True), (None, True)} <= said


def test_newer_than_leaves_out_the_message_itself_and_gives_the_newest(admin, shown, walked):
    everything = ids(walked(admin, feed_of(space(shown))))
    page = admin.get(feed_of(space(shown)), params={"newer_than": everything[30]}).json()
    assert ids(page["messages"]) == everything[:20]
    page = admin.get(feed_of(space(shown)), params={"newer_than": everything[5]}).json()
    assert ids(page["messages"]) == everything[:5]


def test_threaded_gives_first_messages_by_activity(admin, shown):
    seen, older = [], None
    while True:
        params = {"threaded": "true"} | ({"older_than": older} if older else {})
        page = admin.get(feed_of(space(shown)), params=params).json()
        if not page["messages"]:
            break
        threads = {r["id"]: r for r in page["references"] if r["type"] == "thread"}
        latest = [threads[m["thread_id"]]["stats"]["latest_reply_id"] for m in page["messages"]]
        assert latest == sorted(latest, reverse=True)
        older = latest[-1]
        seen += ids(page["messages"])
    assert sorted(seen) == sorted({m.thread.id for m in space(shown).messages})


def test_extended_adds_the_two_newest_answers(admin, shown):
    page = admin.get(feed_of(space(shown)), params={"threaded": "extended"}).json()
    threads = {thread.id: thread for _, thread in space(shown).activity}
    assert page["threaded_extended"]
    for key, answers in page["threaded_extended"].items():
        newest = [m.id for m in reversed(threads[int(key)].messages[1:])][:2]
        assert ids(answers) == newest


def test_private_conversations_are_in_no_group_s_feed(shown, signed_in, walked):
    service = shown.tenant.service
    threads = shown.yammer.state.threads.values()
    own = next(t for t in threads if service in t.participants and t.messages)
    other = next(t for t in threads if t.direct and service not in t.participants and t.messages)
    with signed_in(shown) as client:
        assert not any(m["direct_message"] for m in walked(client, "/messages.json"))
        assert own.id in {m["thread_id"] for m in walked(client, "/messages/private.json")}
        mine = client.get(feed_of(own)).json()["messages"]
        assert all(m["direct_message"] and m["privacy"] == "private" for m in mine)
        assert client.get(feed_of(other)).status_code == 404


def test_private_groups_are_read_by_members_or_in_private_content_mode(sandbox, signed_in):
    private = space(sandbox, 1)
    assert private.group.private
    with signed_in(sandbox) as service:
        assert service.get(feed_of(private)).status_code == 403
        assert service.post("/supervisor_mode/toggle").status_code == 403
        sandbox.yammer.verified.add(sandbox.tenant.service.id)
        assert service.get(feed_of(private)).status_code == 403
        service.post("/supervisor_mode/toggle").raise_for_status()
        page = service.get(feed_of(private)).json()["messages"]
        assert page and all(message["privacy"] == "private" for message in page)
        service.post("/supervisor_mode/toggle.json").raise_for_status()
        assert service.get(feed_of(private)).status_code == 403
    with signed_in(sandbox, sandbox.tenant.users[next(iter(private.group.members))]) as member:
        assert member.get(feed_of(private)).status_code == 200


def test_change_on_demand_shows_at_once(client, sandbox):
    yammer, group = sandbox.yammer, sandbox.tenant.communities[0]
    started = yammer.post(group, "Who has a template?", kind="question")
    answered = yammer.reply(started, "I have.")
    yammer.like(started, by=sandbox.tenant.admin)
    yammer.mark_best(answered)
    page = client.get(f"/messages/in_group/{group.yammer_id}.json", params={"limit": 2}).json()
    assert ids(page["messages"]) == [answered, started]
    assert [m["replied_to_id"] for m in page["messages"]] == [started, None]
    assert page["messages"][1]["liked_by"]["count"] == 1
    thread = next(r for r in page["references"] if r["type"] == "thread")
    assert thread["best_reply_id"] == answered
    yammer.edit(answered, "I have one <b>.")
    one = client.get(f"/messages/{answered}.json").json()
    assert one["body"] == {
        "parsed": "I have one <b>.", "plain": "I have one <b>.", "rich": "I have one &lt;b&gt;.",
    }  # fmt: skip
    assert "updated_at" not in one and "edited_at" not in one
    yammer.unlike(started, by=sandbox.tenant.admin)
    assert client.get(f"/messages/{started}.json").json()["liked_by"]["count"] == 0
    yammer.delete(started)
    for path in (f"/messages/{answered}.json", f"/messages/in_thread/{started}.json"):
        gone = client.get(path)
        assert gone.status_code == 404
        assert gone.json()["response"]["stat"] == "fail"


def test_likes_come_later_and_only_some_people_are_named(admin, shown, walked):
    messages = walked(admin, feed_of(space(shown)))
    assert all(len(m["liked_by"]["names"]) <= 3 for m in messages)
    assert any(m["liked_by"]["count"] > 3 for m in messages)


def test_time_brings_messages_likes_edits_and_deletions(signed_in, walked):
    with MicrosoftSandbox(seed=2, people=120, communities=3, years=1, messages=3_000) as sandbox:
        client = signed_in(sandbox, sandbox.tenant.admin)
        before = {m["id"]: m for m in walked(client, "/messages.json")}
        sandbox.advance(days=100)
        after = {m["id"]: m for m in walked(client, "/messages.json")}
        kept, missing = before.keys() & after.keys(), before.keys() - after.keys()
        assert after.keys() - before.keys()
        statuses = {client.get(f"/messages/{key}.json").status_code for key in missing}
        assert statuses == {200, 404}  # some answers only left a feed that became busy
        assert any(before[k]["liked_by"]["count"] < after[k]["liked_by"]["count"] for k in kept)
        assert any(before[k]["body"] != after[k]["body"] for k in kept)
        client.close()


def test_small_steps_and_a_large_one_end_alike():
    one, other = (MicrosoftSandbox(seed=3, people=60, communities=3, years=1) for _ in range(2))
    one.advance(days=40)
    for _ in range(40):
        other.advance(days=1)
    assert one.yammer.truth() == other.yammer.truth()


@pytest.mark.parametrize(
    ("path", "status"),
    [("/messages/in_group/1.json", 404), ("/messages/in_thread/x.json", 404),
     ("/messages/1.json", 404), ("/messages.json?older_than=abc", 400)],
)  # fmt: skip
def test_what_is_not_there_is_refused_in_the_vendor_s_words(admin, path, status):
    answer = admin.get(path)
    assert answer.status_code == status
    assert answer.json()["response"].keys() == {"message", "code", "stat"}


def test_without_a_token_it_is_code_16(shown):
    answer = httpx.get(f"{shown.base_url}/api/v1/messages.json")
    assert answer.status_code == 401
    assert answer.json() == {
        "response": {"message": "Token not found.", "code": 16, "stat": "fail"}
    }


def test_every_kind_of_message_is_there(admin, shown, walked):
    rows = walked(admin, "/messages.json")
    assert {m["message_type"] for m in rows} >= {"update", "question", "announcement", "poll"}
    system = [m for m in rows if m["message_type"] == "system"]
    assert all(m["system_message"] for m in system)
    assert any("has joined the" in m["body"]["plain"] for m in system)
    assert any(m.get("shared_message_id") for m in rows)
    assert any(m["notified_user_ids"] for m in rows)
    assert {a["type"] for m in rows for a in m["attachments"]} == {"image", "file", "ymodule"}
    assert all(m["title"] for m in rows if m["message_type"] == "announcement")
