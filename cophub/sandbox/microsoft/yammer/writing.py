"""The calls that change something: writing, deleting, liking."""

from typing import Any

from cophub.sandbox.microsoft.refusals import Refusal
from cophub.sandbox.microsoft.routes import Call, Reply, route
from cophub.sandbox.microsoft.yammer.feeds import answer, message_of, reader, space_of
from cophub.sandbox.server import Response


@route("POST", "/api/v1/messages.json")
def write(call: Call) -> Reply:
    """A new message, from form fields: `body` with `group_id` or `replied_to_id`; 201."""
    yammer, user = call.sandbox.yammer, reader(call)
    fields: dict[str, Any] = call.form()
    if not (text := str(fields.get("body") or "").strip()):
        raise Refusal(400, "bad_request", "Please provide a body.")
    if "replied_to_id" in fields:
        key = yammer.reply(message_of(call, fields["replied_to_id"]).id, text, by=user)
    else:
        space = space_of(call, str(fields.get("group_id", "")))
        if not yammer.sees(user, space):
            raise Refusal(403, "forbidden", "You don't have permission to access this group.")
        key = yammer.post(space.id, text, by=user, title=fields.get("title"))
    made = answer(call, [yammer.state.messages[key]], {}, older=False, name="Message")
    return Response(201, made.body, made.headers)


@route("DELETE", "/api/v1/messages/{message}")
def delete(call: Call, message: str) -> Reply:
    """Delete one's own message, or as a verified admin any."""
    yammer, user = call.sandbox.yammer, reader(call)
    found = message_of(call, message.removesuffix(".json"))
    if found.sender is not user and user.id not in yammer.verified:
        raise Refusal(403, "forbidden", "You may only delete your own messages.")
    yammer.delete(found.id, by=user)
    return Response(200)


@route("POST", "/api/v1/messages/liked_by/current.json")
def like(call: Call) -> Reply:
    """Like a message; 201."""
    call.sandbox.yammer.like(_named(call), by=reader(call))
    return Response(201)


@route("DELETE", "/api/v1/messages/liked_by/current.json")
def unlike(call: Call) -> Reply:
    """Take a like back."""
    call.sandbox.yammer.unlike(_named(call), by=reader(call))
    return Response(200)


def _named(call: Call) -> int:
    return message_of(call, call.query.get("message_id") or call.form().get("message_id", "")).id
