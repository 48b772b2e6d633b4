"""Yammer's JSON: groups, networks, messages and what their feeds refer to.

Keys and types are those of the vendor's newest published answers; `references` also has what a
feed of 2026 was described to hold. Addresses are the vendor's own, whatever ours is.
"""

from typing import TYPE_CHECKING, Any

from cophub.sandbox.microsoft.tenant import DOMAIN
from cophub.sandbox.microsoft.yammer.state import Message, Space, Thread, stamp
from cophub.sandbox.microsoft.yammer.texts import (
    Attached,
    attachments_of,
    forms,
    language_of,
    liked_now,
    link_of,
    text_of,
    topic_name,
)

if TYPE_CHECKING:
    from cophub.sandbox.microsoft.yammer import Yammer

NETWORK = 5_897_756_001
NETWORK_NAME = "Contoso"
HOME = "https://www.yammer.com"
WEB = f"{HOME}/{DOMAIN}"
API = f"{HOME}/api/v1"
PICTURES = "https://mugshot0eu-1.assets-yammer.com/mugshot/images"
NAMED = 3
"""Of those who like a message, so many are named."""

Row = dict[str, Any]


def pictures(name: str) -> Row:
    """The signed addresses of a picture; they end some hours later."""
    signed = f"{PICTURES}/{name}?P1=1780272000&P2=104&P3=1&P4=c2FuZGJveA"
    bare = f"{HOME}/mugshot/images/redirect"
    return {
        "mugshot_url": f"{signed}&size=48x48",
        "mugshot_redirect_url": f"{bare}/48x48/{name}",
        "mugshot_url_template": f"{signed}&size={{width}}x{{height}}",
        "mugshot_redirect_url_template": f"{bare}/{{width}}x{{height}}/{name}",
    }


def _group_core(yammer: "Yammer", space: Space) -> Row:
    group, users = space.group, yammer.tenant.users
    guests = sum(1 for key in group.members if key in users and users[key].guest)
    return {
        "type": "group",
        "id": space.id,
        "email": "",
        "full_name": group.title,
        "network_id": NETWORK,
        "name": group.key,
        "description": group.description,
        "privacy": "private" if group.private else "public",
        "url": f"{API}/groups/{space.id}",
        "web_url": f"{WEB}/#/threads/inGroup?type=in_group&feedId={space.id}",
        **pictures("group_profile.png"),
        "mugshot_id": None,
        "show_in_directory": "true" if space.listed else "false",
        "created_at": stamp(group.created),
        "aad_guests": guests,
        "color": "#2c5b85",
        "external": space.external,
        "moderated": False,
        "header_image_url": f"{PICTURES}/group-header-coffee.png?P1=1780272000&P4=c2FuZGJveA",
        "category": "unclassified",
        "default_thread_starter_type": "normal",
        "restricted_posting": False,
        "company_group": False,
    }


def group_row(yammer: "Yammer", space: Space) -> Row:
    """A row of `groups.json`."""
    row, last = _group_core(yammer, space), space.messages[-1] if space.messages else None
    if space.native:
        row["office365_url"] = space.group.site_url
    return row | {
        "creator_type": "user",
        "creator_id": (space.creator or yammer.tenant.admin).yammer_id,
        "state": "active",
        "stats": {
            "members": len(space.group.members),
            "aad_guests": row["aad_guests"],
            "updates": len(space.messages),
            "last_message_id": last.id if last else None,
            "last_message_at": stamp(last.at) if last else None,
        },
    }


def group_reference(yammer: "Yammer", space: Space) -> Row:
    """A group as a feed refers to it."""
    more = {
        "members": len(space.group.members),
        "roster_id": None,
        "roster_backed_membership": False,
        "community_agent_enabled": None,
    }
    return _group_core(yammer, space) | more


# --- messages


def message_row(yammer: "Yammer", message: Message, *, in_list: bool = True) -> Row:
    """A message; `in_list` has what only feeds tell of it."""
    thread, space = message.thread, message.thread.space
    titles = yammer.titles
    body = forms(text_of(message), yammer.life.people, titles)
    private = thread.direct or (space is not None and space.group.private)
    row: Row = {
        "id": message.id,
        "sender_id": message.sender.yammer_id,
        "delegate_id": None,
        "replied_to_id": message.reply_to,
        "created_at": stamp(message.at),
        "published_at": stamp(message.at),
        "network_id": NETWORK,
        "message_type": message.kind,
        "sender_type": "user",
        "url": f"{API}/messages/{message.id}",
        "web_url": f"{WEB}/messages/{message.id}",
        "group_id": space.id if space else None,
        "body": {"parsed": body.parsed, "plain": body.plain, "rich": body.rich},
        "thread_id": thread.id,
        "client_type": "Web",
        "client_url": "https://www.yammer.com/",
        "system_message": message.kind == "system",
        "direct_message": thread.direct,
        "chat_client_sequence": None,
        "language": language_of(message),
        "notified_user_ids": body.mentioned,
        "privacy": "private" if private else "public",
        "attachments": [attachment_row(each, message.at) for each in attachments_of(message)],
        "liked_by": _liked_by(yammer, message),
        "supplemental_reply": False,
        "content_excerpt": body.plain[:100],
    }
    return row | _sometimes(message, space if in_list else None)


def _sometimes(message: Message, space: Space | None) -> Row:
    """What only some messages have."""
    more: Row = {}
    if message.title:
        more["title"] = message.title
    if message.shared:
        more["shared_message_id"] = message.shared
    if space is not None:
        more["group_created_id"] = space.id
    return more


def _liked_by(yammer: "Yammer", message: Message) -> Row:
    likes = liked_now(message, yammer.sandbox.timeline.now)
    names = [
        {
            "full_name": each.user.name,
            "permalink": each.user.upn.partition("@")[0],
            "user_id": each.user.yammer_id,
            "network_id": NETWORK,
        }
        for each in likes[:NAMED]
    ]
    return {"count": len(likes), "names": names}


def attachment_row(attached: Attached, at: int) -> Row:
    """A file, an image, or the preview of a link."""
    if attached.kind == "opengraphobject":
        link = link_of(attached)
        return {
            "id": attached.id, "network_id": NETWORK, "type": "ymodule", "name": link["title"],
            "content_type": "text/html", "web_url": link["url"], "url": link["url"],
            "record_id": 0, "description": "", "created_at": stamp(at),
        }  # fmt: skip
    row: Row = {
        "id": attached.id, "network_id": NETWORK, "type": attached.kind, "name": attached.name,
        "content_type": attached.content_type, "y_id": attached.id, "uuid": None,
        "web_url": f"{WEB}/uploads/{attached.id}/{attached.name.replace(' ', '%20')}",
        "url": f"{API}/uploaded_files/{attached.id}",
        "download_url": f"{API}/uploaded_files/{attached.id}/download",
        "size": attached.size, "created_at": stamp(at), "official": False,
    }  # fmt: skip
    if attached.kind == "image":
        picture = f"{API}/uploaded_files/{attached.id}"
        row["image"] = {
            "url": picture, "size": attached.size, "thumbnail_url": f"{picture}?view=thumbnail",
        }  # fmt: skip
    return row


# --- what a feed refers to


def thread_reference(yammer: "Yammer", thread: Thread) -> Row:
    """A thread as a feed refers to it; without an answer, the latest is the first message."""
    space, messages = thread.space, thread.messages
    first, latest = messages[1] if len(messages) > 1 else None, messages[-1]
    row: Row = {
        "type": "thread",
        "id": thread.id,
        "network_id": NETWORK,
        "thread_starter_id": thread.id,
        "group_id": space.id if space else None,
        "topics": [{"type": "topic", "id": topic_of(tag)} for tag in tags_of(messages[0])],
        "privacy": "private" if thread.direct or (space and space.group.private) else "public",
        "announcement": thread.kind == "announcement",
        "direct_message": thread.direct,
        "has_attachments": any(attachments_of(each) for each in messages[:3]),
        "reply_disabled": False,
        "read_only": False,
        "invited_user_ids": [user.yammer_id for user in thread.participants],
        "url": f"{API}/messages/in_thread/{thread.id}",
        "web_url": f"{WEB}#/Threads/show?threadId={thread.id}",
        "stats": {
            "updates": len(messages),
            "shares": 0,
            "first_reply_id": first.id if first else None,
            "first_reply_at": stamp(first.at) if first else None,
            "latest_reply_id": latest.id,
            "latest_reply_at": stamp(latest.at),
        },
    }
    if thread.kind == "question":
        # A guess: no published answer of this API shows a marked answer. The web client's own API
        # speaks of a thread's best reply, so the name follows it.
        row["best_reply_id"] = thread.best
    return row


def tags_of(message: Message) -> list[int]:
    """The tags that a message names."""
    return forms(text_of(message), {}, {}).tags


def topic_references(tag: int) -> list[Row]:
    """What a mark `[[tag:ID]]` stands for: a tag, and the topic of that name with another id."""
    name, number = topic_name(tag), topic_of(tag)
    web = f"{WEB}/topics/{number}"
    low = {"name": name.lower(), "web_url": web}
    return [
        {"type": "tag", "id": tag, "url": f"{API}/tags/{tag}", **low},
        {
            "type": "topic", "id": number, "name": name, "normalized_name": name.lower(),
            "permalink": name.lower(), "url": f"{API}/topics/{number}", "web_url": web,
        },
    ]  # fmt: skip


def topic_of(tag: int) -> int:
    """The id of the topic that a tag belongs to."""
    return tag + 44_043


REFERRED = (
    "id", "created_at", "system_message", "network_id", "sender_type", "sender_id", "thread_id",
    "web_url", "url", "replied_to_id", "message_type", "group_id", "privacy",
)  # fmt: skip


def message_reference(yammer: "Yammer", message: Message) -> Row:
    """A shared message, or the first of a thread of which only an answer is on the page."""
    row = message_row(yammer, message)
    known = {key: row[key] for key in REFERRED}
    return {"type": "message", **known, "body": {"plain": row["body"]["plain"]}}
