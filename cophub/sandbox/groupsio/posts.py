"""Calls about topics and messages."""

from collections.abc import Callable
from typing import Any

from cophub.sandbox.groupsio.api import Call, call
from cophub.sandbox.groupsio.listing import number, ordered, page
from cophub.sandbox.groupsio.refusals import Refusal
from cophub.sandbox.groupsio.rows import exact, message_row, topic_row
from cophub.sandbox.groupsio.state import Group, Message, Topic
from cophub.sandbox.groupsio.texts import said

_TOPICS: dict[str, Callable[[Topic], Any]] = {
    "updated": lambda topic: exact(topic.updated, topic.id),
    "created": lambda topic: exact(topic.created, topic.id),
    "most_recent_message": lambda topic: exact(topic.most_recent, topic.id),
    "subject": lambda topic: (topic.subject, topic.id),
}
_MESSAGES: dict[str, Callable[[Message], Any]] = {
    "created": lambda message: exact(message.created, message.id),
    "msg_num": lambda message: message.num,
    "updated": lambda message: exact(message.updated, message.id),
}


def _listed(asked: Call, group: Group, messages: list[Message], order: str) -> dict[str, Any]:
    rows, field, direction = ordered(asked.query, messages, _MESSAGES, ("created", order))
    see = asked.sees_addresses(group)
    return page(
        asked.query,
        rows,
        lambda message: message_row(message, asked.now, asked.base, see_address=see),
        sort_field=field,
        sort_dir=direction,
    )


@call("gettopics")
def gettopics(asked: Call) -> dict[str, Any]:
    """A group's conversations, the latest change first."""
    group = asked.group("archives_visible")
    topics = list(group.topics.values())
    rows, field, direction = ordered(asked.query, topics, _TOPICS, ("updated", "desc"))
    return page(asked.query, rows, topic_row, sort_field=field, sort_dir=direction)


@call("gettopic")
def gettopic(asked: Call) -> dict[str, Any]:
    """The messages of one conversation, oldest first; the topic's id alone is enough."""
    wanted = number(asked.query, "topic_id")
    state = asked.sandbox.state
    if not {"group_id", "group_name"} & asked.query.keys():
        holder = next((each for each in state.groups.values() if wanted in each.topics), None)
        if holder is None:
            raise Refusal("topic_not_found", "topic not found")
        asked.query["group_id"] = str(holder.id)
    group = asked.group("archives_visible")
    if (topic := group.topics.get(wanted)) is None:
        raise Refusal("topic_not_found", "topic not found")
    return {**_listed(asked, group, topic.messages, "asc"), "topic": topic_row(topic)}


@call("getmessages")
def getmessages(asked: Call) -> dict[str, Any]:
    """A group's messages, the newest first."""
    group = asked.group("archives_visible")
    return _listed(asked, group, list(group.messages.values()), "desc")


@call("getmessage")
def getmessage(asked: Call) -> dict[str, Any]:
    """One message by its number in the group."""
    group = asked.group("archives_visible")
    message = group.messages.get(number(asked.query, "msg_num"))
    if message is None:
        raise Refusal("bad_request", "no such message")
    return message_row(message, asked.now, asked.base, see_address=asked.sees_addresses(group))


@call("searcharchives")
def searcharchives(asked: Call) -> dict[str, Any]:
    """Messages whose subject or text holds `q`."""
    group, wanted = asked.group("archives_visible"), asked.query.get("q", "").lower()
    found = [
        message
        for message in group.messages.values()
        if wanted in message.topic.subject.lower() or wanted in said(message).lower()
    ]
    return _listed(asked, group, found, "desc")
