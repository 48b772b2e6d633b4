"""`/api/v1/messages...`: the feeds, and one message.

Feeds run newest first, at most 20 messages a page. What the vendor says of older ones is not to be
relied on, and a group's feed leaves most answers of a busy thread out; both are so here.
"""

from bisect import bisect_left
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from cophub.sandbox.microsoft.refusals import Refusal
from cophub.sandbox.microsoft.routes import Call, Reply, route
from cophub.sandbox.microsoft.tenant import User
from cophub.sandbox.microsoft.yammer.rows import (
    Row,
    group_reference,
    message_reference,
    message_row,
    thread_reference,
    topic_references,
)
from cophub.sandbox.microsoft.yammer.state import Message, Space, Thread
from cophub.sandbox.microsoft.yammer.texts import forms, text_of
from cophub.sandbox.microsoft.yammer.userrows import user_reference
from cophub.sandbox.server import Response

if TYPE_CHECKING:
    from cophub.sandbox.microsoft.yammer import Yammer

LIMIT = 20
BUSY = 10
"""A thread with more messages leaves answers out of its group's feed."""


# --- what was asked for


class Asked:
    """The bounds and the form of a feed, as asked for."""

    def __init__(self, call: Call) -> None:
        self.limit = min(max(number(call, "limit") or LIMIT, 1), LIMIT)
        self.older = number(call, "older_than")
        self.newer = number(call, "newer_than") or 0
        threaded = call.query.get("threaded", "").lower()
        self.extended = threaded == "extended"
        self.threaded = self.extended or threaded == "true"


def number(call: Call, name: str) -> int | None:
    """A whole number among the parameters, or None."""
    text = call.query.get(name, "")
    if text and not text.isdigit():
        raise Refusal(400, "bad_request", f"{name} is not a number.")
    return int(text) if text else None


def reader(call: Call) -> User:
    """Who asks."""
    if call.user is None:
        raise Refusal(401, "16", "Token not found.")
    return call.user


def space_of(call: Call, text: str) -> Space:
    """The group, or 404."""
    spaces = call.sandbox.yammer.state.spaces
    found = spaces.get(int(text)) if text.isdigit() else None
    if found is None or found.deleted:
        raise Refusal(404, "not_found", "Group not found.")
    return found


def message_of(call: Call, text: str) -> Message:
    """The message, or 404 where there is none that the user may read."""
    yammer = call.sandbox.yammer
    found = yammer.state.messages.get(int(text)) if text.isdigit() else None
    if found is None or found.deleted or not yammer.may_read(reader(call), found):
        raise Refusal(404, "not_found", "Message not found.")
    return found


# --- the feeds


@route("GET", "/api/v1/messages/in_group/{group}.json")
def in_group(call: Call, group: str) -> Reply:
    """What is written in a group; 403 for those who may not read it (a guess, as to the number)."""
    yammer, space = call.sandbox.yammer, space_of(call, group)
    if not yammer.sees(reader(call), space):
        raise Refusal(403, "forbidden", "You don't have permission to access this group.")
    asked, title = Asked(call), space.group.title
    if asked.threaded:
        return _threaded(call, asked, space, title)
    rows = (each for each in _downwards(space.messages, asked) if _shown(each, yammer.tail))
    return _feed(call, asked, rows, title)


@route("GET", "/api/v1/messages/in_thread/{thread}.json")
def in_thread(call: Call, thread: str) -> Reply:
    """All of a thread; 404 when it was deleted."""
    yammer = call.sandbox.yammer
    found = yammer.state.threads.get(int(thread)) if thread.isdigit() else None
    if found is None or not found.messages or not yammer.may_read(reader(call), found.messages[0]):
        raise Refusal(404, "not_found", "Thread not found.")
    asked = Asked(call)
    return _feed(call, asked, _downwards(found.messages, asked), "Thread")


@route("GET", "/api/v1/messages.json")
def all_messages(call: Call) -> Reply:
    """Everything public in the network, and what the user's private groups hold."""
    yammer, user, asked = call.sandbox.yammer, reader(call), Asked(call)
    rows = (
        each
        for each in _network(yammer, asked)
        if not each.thread.direct and yammer.may_read(user, each) and _shown(each, yammer.tail)
    )
    return _feed(call, asked, rows, "Company Feed")


@route("GET", "/api/v1/messages/private.json")
def private(call: Call) -> Reply:
    """The user's own private conversations."""
    yammer, user, asked = call.sandbox.yammer, reader(call), Asked(call)
    rows = (each for each in _network(yammer, asked) if user in each.thread.participants)
    return _feed(call, asked, rows, "Private Messages")


@route("GET", "/api/v1/messages/{message}.json")
def one(call: Call, message: str) -> Reply:
    """One message; 404 when it was deleted."""
    return message_row(call.sandbox.yammer, message_of(call, message), in_list=False)


def _downwards(messages: list[Message], asked: Asked) -> Iterator[Message]:
    """The messages between the bounds, newest first."""
    end = len(messages)
    if asked.older is not None:
        end = bisect_left(messages, asked.older, key=lambda each: each.id)
    for place in range(end - 1, -1, -1):
        if messages[place].id <= asked.newer:
            return
        yield messages[place]


def _network(yammer: "Yammer", asked: Asked) -> Iterator[Message]:
    order, messages = yammer.state.order, yammer.state.messages
    end = len(order) if asked.older is None else bisect_left(order, asked.older)
    for place in range(end - 1, -1, -1):
        if order[place] <= asked.newer:
            return
        if not messages[order[place]].deleted:
            yield messages[order[place]]


def _shown(message: Message, tail: int) -> bool:
    """Whether a group's feed holds it: of a busy thread, the first and the newest `tail`."""
    others = message.thread.messages
    if len(others) <= BUSY or message.starter:
        return True
    return tail > 0 and message.id >= others[-tail].id


def _feed(call: Call, asked: Asked, rows: Iterator[Message], name: str) -> Response:
    page: list[Message] = []
    older = False
    for each in rows:
        if len(page) == asked.limit:
            older = True
            break
        page.append(each)
    return answer(call, page, {}, older=older, name=name)


def _threaded(call: Call, asked: Asked, space: Space, name: str) -> Response:
    """First messages, the most active thread first; the bounds go by a thread's newest message."""
    active = space.activity
    end = len(active)
    if asked.older is not None:
        end = bisect_left(active, asked.older, key=lambda pair: pair[0])
    start = max(end - asked.limit, 0)
    chosen = [thread for latest, thread in reversed(active[start:end]) if latest > asked.newer]
    starters = [thread.messages[0] for thread in chosen]
    extended: dict[str, list[Message]] = {}
    if asked.extended:
        for thread in chosen:
            if newest := thread.messages[1:][-2:]:
                extended[str(thread.id)] = newest[::-1]
    older = start > 0 and active[start - 1][0] > asked.newer
    return answer(call, starters, extended, older=older, name=name)


def answer(
    call: Call, page: list[Message], extended: dict[str, list[Message]], *, older: bool, name: str
) -> Response:
    """A feed's answer: messages, the newest answers by thread, and what they refer to."""
    yammer = call.sandbox.yammer
    everything = [*page, *(each for some in extended.values() for each in some)]
    return call.json(
        {
            "threaded_extended": {
                key: [message_row(yammer, each) for each in some] for key, some in extended.items()
            },
            "messages": [message_row(yammer, each) for each in page],
            "references": references(yammer, everything),
            "external_references": [],
            "meta": _meta(call, page, older, name),
        }
    )


def _meta(call: Call, page: list[Message], older: bool, name: str) -> Row:
    user = reader(call)
    meta: Row = {
        "older_available": older,
        "requested_poll_interval": 60,
        "last_seen_message_id": None,
        "current_user_id": user.yammer_id,
        "followed_references": [],
        "followed_user_ids": [],
        "liked_message_ids": [],
        "favorite_message_ids": [],
        "bookmarked_message_ids": [],
        "show_billing_banner": False,
        "ymodules": [],
        "newest_message_details": None,
        "feed_name": name,
        "feed_desc": f"All messages in {name}",
        "direct_from_body": False,
        "realtime": {
            "uri": "https://rt.yammer.com/cometd",
            "authentication_token": "c2FuZGJveA==",
            "channel_id": "MTo1ODk3NzU2MDAx",
        },
    }
    # Sometimes it is wrong, and sometimes it is not there at all: the same question, the same way.
    turn = (page[-1].id >> 24) % 7 if page else -1
    if older and turn == 0:
        meta["older_available"] = False
    elif older and turn == 1:
        del meta["older_available"]
    return meta


def references(yammer: "Yammer", messages: list[Message]) -> list[Row]:
    """Everything that these messages refer to, each once."""
    users: dict[int, User] = {}
    threads: dict[int, Thread] = {}
    spaces: dict[int, Space] = {}
    tags: dict[int, None] = {}
    others: dict[int, Message] = {}
    known, here = yammer.life.people, {each.id for each in messages}
    for each in messages:
        thread = each.thread
        threads[thread.id] = thread
        if thread.space is not None:
            spaces[thread.space.id] = thread.space
        said = forms(text_of(each), {}, {})
        tags.update(dict.fromkeys(said.tags))
        for key in (each.sender.yammer_id, *said.mentioned):
            if key in known:
                users[key] = known[key]
        for key in (thread.id, each.shared or 0):
            other = yammer.state.messages.get(key)
            if other is not None and key not in here and not other.deleted:
                others[key] = other
    found: list[dict[str, Any]] = [user_reference(yammer, user) for user in users.values()]
    found += [thread_reference(yammer, thread) for thread in threads.values()]
    found += [group_reference(yammer, space) for space in spaces.values()]
    found += [row for tag in tags for row in topic_references(tag)]
    return found + [message_reference(yammer, each) for each in others.values()]
