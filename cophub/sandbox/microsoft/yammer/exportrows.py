"""What the data export holds: the CSV files of a span of time, row by row.

Names of columns are those that are published; where only a meaning is, the name follows its
neighbours' (`GUESSED`). A row is in the span when it was made, changed or deleted within it.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from cophub.sandbox.microsoft.tenant import DOMAIN, User
from cophub.sandbox.microsoft.yammer.rows import API, NETWORK, NETWORK_NAME, WEB, tags_of, topic_of
from cophub.sandbox.microsoft.yammer.state import Message, Space, first_id
from cophub.sandbox.microsoft.yammer.texts import (
    Attached,
    attachments_of,
    forms,
    link_of,
    text_of,
    topic_name,
)
from cophub.sandbox.microsoft.yammer.userrows import yes

if TYPE_CHECKING:
    from cophub.sandbox.microsoft.yammer import Yammer

Row = dict[str, Any]

COLUMNS: dict[str, tuple[str, ...]] = {
    "Admins.csv": ("id", "name", "email", "verified"),
    "Networks.csv": (
        "id", "permalink", "name", "url", "paid", "created_at", "moderated", "usage_policy",
        "number_of_users", "secure_browser_token",
    ),
    "Users.csv": (
        "id", "name", "email", "job_title", "location", "department", "api_url", "deleted_by_id",
        "deleted_by_type", "joined_at", "deleted_at", "suspended_by_id", "suspended_by_type",
        "suspended_at", "guid", "state",
    ),
    "Groups.csv": (
        "id", "name", "description", "private", "external", "moderated", "api_url",
        "created_by_id", "created_by_type", "created_at", "updated_at", "deleted",
    ),
    "Messages.csv": (
        "id", "replied_to_id", "thread_id", "group_id", "group_name", "participants",
        "in_private_group", "in_private_conversation", "sender_id", "sender_type", "sender_name",
        "sender_email", "title", "body", "html_body", "message_type", "api_url", "attachments",
        "deleted_by_id", "deleted_by_type", "created_at", "deleted_at", "gdpr_delete_url",
        "draft_state",
    ),
    "MessageVersions.csv": (
        "id", "message_id", "thread_id", "group_id", "sender_id", "title", "body", "html_body",
        "created_at", "updated_at",
    ),
    "Files.csv": (
        "file_id", "uploader_id", "name", "description", "path", "download_url", "storage_path",
        "created_at",
    ),
    "Topics.csv": ("id", "name", "description", "creator_id", "created_at", "api_url"),
    "Pages.csv": ("id", "name", "creator_id", "created_at", "updated_at"),
    "Campaigns.csv": ("id", "name", "created_at"),
}  # fmt: skip
GUESSED = {
    "Groups.csv": {"moderated", "api_url", "created_by_id", "created_by_type"},
    "Messages.csv": {
        "sender_type", "sender_name", "sender_email", "api_url", "deleted_by_id",
        "deleted_by_type", "draft_state",
    },
    "MessageVersions.csv": set(COLUMNS["MessageVersions.csv"]),
    "Files.csv": {"created_at"},
    "Topics.csv": set(COLUMNS["Topics.csv"]),
    "Pages.csv": set(COLUMNS["Pages.csv"]),
    "Campaigns.csv": set(COLUMNS["Campaigns.csv"]),
}  # fmt: skip
MODELS = {
    "Admin": "Admins.csv", "Network": "Networks.csv", "User": "Users.csv", "Group": "Groups.csv",
    "Message": "Messages.csv", "MessageVersion": "MessageVersions.csv",
    "UploadedFileVersion": "Files.csv", "File": "Files.csv", "Topic": "Topics.csv",
    "DocumentVersion": "Pages.csv", "Page": "Pages.csv", "Campaign": "Campaigns.csv",
}  # fmt: skip


class Span(NamedTuple):
    """From `since` up to, and without, `until`."""

    since: int
    until: int

    def has(self, at: int | None) -> bool:
        """Whether an instant lies in it; 0 and None are no instants."""
        return bool(at) and self.since <= (at or 0) < self.until


def rows_of(yammer: "Yammer", name: str, span: Span) -> Iterator[Row]:
    """The rows of one CSV file of the home network."""
    return _ROWS[name](yammer, span)


def written(yammer: "Yammer", at: int | None) -> str:
    """An instant as the export writes it; "" for none."""
    return yammer.date_form(at) if at else ""


def _admins(yammer: "Yammer", span: Span) -> Iterator[Row]:
    for user in yammer.tenant.users.values():
        if user.id in yammer.verified or user.id == yammer.tenant.admin.id:
            yield {
                "id": user.yammer_id, "name": user.name, "email": user.address,
                "verified": yes(user.id in yammer.verified),
            }  # fmt: skip


def _networks(yammer: "Yammer", span: Span) -> Iterator[Row]:
    yield {
        "id": NETWORK, "permalink": DOMAIN, "name": NETWORK_NAME, "url": WEB, "paid": "true",
        "created_at": written(yammer, yammer.sandbox.world.start), "moderated": "false",
        "usage_policy": "false", "number_of_users": len(yammer.tenant.users),
        "secure_browser_token": "false",
    }  # fmt: skip


def _users(yammer: "Yammer", span: Span) -> Iterator[Row]:
    for user in yammer.life.people.values():
        pending = user.id in yammer.life.pending
        joined = 0 if pending else user.created
        suspended = yammer.life.suspended.get(user.id)
        if span.has(joined) or span.has(user.deleted) or span.has(suspended) or (
            pending and span.has(user.created)
        ):  # fmt: skip
            yield _user(yammer, user, joined, suspended)


def _user(yammer: "Yammer", user: User, joined: int, suspended: int | None) -> Row:
    admin = yammer.tenant.admin.yammer_id
    return {
        "id": user.yammer_id, "name": user.name, "email": user.address,
        "job_title": user.title, "location": user.city, "department": user.department,
        "api_url": f"{API}/users/{user.yammer_id}",
        "deleted_by_id": admin if user.deleted else "",
        "deleted_by_type": "User" if user.deleted else "",
        "joined_at": written(yammer, joined), "deleted_at": written(yammer, user.deleted),
        "suspended_by_id": admin if suspended else "",
        "suspended_by_type": "User" if suspended else "",
        "suspended_at": written(yammer, suspended), "guid": user.id,
        "state": "soft_delete" if user.deleted or suspended or not joined else "active",
    }  # fmt: skip


def _groups(yammer: "Yammer", span: Span) -> Iterator[Row]:
    for space in yammer.state.spaces.values():
        if span.has(space.group.created) or span.has(space.updated):
            yield _group(yammer, space)


def _group(yammer: "Yammer", space: Space) -> Row:
    group = space.group
    return {
        "id": space.id, "name": group.title, "description": group.description,
        "private": yes(group.private), "external": yes(space.external), "moderated": "false",
        "api_url": f"{API}/groups/{space.id}",
        "created_by_id": (space.creator or yammer.tenant.admin).yammer_id,
        "created_by_type": "User", "created_at": written(yammer, group.created),
        "updated_at": written(yammer, space.updated), "deleted": yes(bool(space.deleted)),
    }  # fmt: skip


# --- messages


def _touched(yammer: "Yammer", span: Span) -> list[Message]:
    """Every message that was written, edited or deleted in the span, in the order of ids."""
    state = yammer.state
    order = state.order
    made = order[
        bisect_left(order, first_id(span.since)) : bisect_left(order, first_id(span.until))
    ]
    changed = (each.id for at, each in state.changes if span.has(at))
    return [state.messages[key] for key in sorted({*made, *changed})]


def _messages(yammer: "Yammer", span: Span) -> Iterator[Row]:
    for message in _touched(yammer, span):
        yield _message(yammer, message)
    for message in yammer.state.drafts:
        if span.has(message.at):
            yield _message(yammer, message) | {"draft_state": "draft"}


def _message(yammer: "Yammer", message: Message) -> Row:
    thread, sender = message.thread, message.sender
    space, text = thread.space, text_of(message)
    people = ",".join(f"user:{user.yammer_id}" for user in thread.participants)
    return {
        "id": message.id, "replied_to_id": message.reply_to, "thread_id": thread.id,
        "group_id": space.id if space else "", "group_name": space.group.title if space else "",
        "participants": people, "in_private_group": yes(bool(space and space.group.private)),
        "in_private_conversation": yes(thread.direct), "sender_id": sender.yammer_id,
        "sender_type": "User", "sender_name": sender.name, "sender_email": sender.address,
        "title": message.title, "body": text, "html_body": _html(text),
        "message_type": message.kind, "api_url": f"{API}/messages/{message.id}",
        "attachments": ", ".join(_attached(each) for each in attachments_of(message)),
        "deleted_by_id": message.deleted_by.yammer_id if message.deleted_by else "",
        "deleted_by_type": "User" if message.deleted_by else "",
        "created_at": written(yammer, message.at), "deleted_at": written(yammer, message.deleted),
        "gdpr_delete_url": f"{API}/messages/{message.id}?gdpr=true" if message.deleted else "",
        "draft_state": "",
    }  # fmt: skip


def _html(text: str) -> str:
    return f"<p>{forms(text, {}, {}).rich}</p>"


def _attached(attached: Attached) -> str:
    if attached.kind == "opengraphobject":
        link = link_of(attached)
        return f'opengraphobject:[{attached.id} : {link["url"]} : title="{link["title"]}" : ""]'
    return f"uploadedfile:{attached.id}"


def _versions(yammer: "Yammer", span: Span) -> Iterator[Row]:
    """One row for each text that was replaced in the span."""
    edited = {each.id: each for at, each in yammer.state.changes if span.has(at) and each.versions}
    for message in edited.values():
        space, began = message.thread.space, message.at
        for number, version in enumerate(message.versions):
            if span.has(version.until):
                yield {
                    "id": message.id + number + 1, "message_id": message.id,
                    "thread_id": message.thread.id, "group_id": space.id if space else "",
                    "sender_id": message.sender.yammer_id, "title": version.title,
                    "body": version.text, "html_body": _html(version.text),
                    "created_at": written(yammer, began),
                    "updated_at": written(yammer, version.until),
                }  # fmt: skip
            began = version.until


# --- the rest


def files_in(yammer: "Yammer", span: Span) -> Iterator[tuple[Message, Attached]]:
    """Files and images that were uploaded in the span."""
    for message in _touched(yammer, span):
        if span.has(message.at):
            for each in attachments_of(message):
                if each.kind != "opengraphobject":
                    yield message, each


def _files(yammer: "Yammer", span: Span) -> Iterator[Row]:
    for message, each in files_in(yammer, span):
        extension = each.name.rpartition(".")[2]
        yield {
            "file_id": each.id, "uploader_id": message.sender.yammer_id, "name": each.name,
            "description": "", "path": f"Files/{each.id}.{extension}",
            "download_url": f"{API}/uploaded_files/{each.id}/download", "storage_path": "",
            "created_at": written(yammer, message.at),
        }  # fmt: skip


def _topics(yammer: "Yammer", span: Span) -> Iterator[Row]:
    seen: set[int] = set()
    for message in _touched(yammer, span):
        for number in tags_of(message):
            if number not in seen:
                seen.add(number)
                yield {
                    "id": topic_of(number), "name": topic_name(number), "description": "",
                    "creator_id": message.sender.yammer_id,
                    "created_at": written(yammer, message.at),
                    "api_url": f"{API}/topics/{topic_of(number)}",
                }  # fmt: skip


def _nothing(yammer: "Yammer", span: Span) -> Iterator[Row]:
    yield from ()


_ROWS: dict[str, Callable[["Yammer", Span], Iterator[Row]]] = {
    "Admins.csv": _admins,
    "Networks.csv": _networks,
    "Users.csv": _users,
    "Groups.csv": _groups,
    "Messages.csv": _messages,
    "MessageVersions.csv": _versions,
    "Files.csv": _files,
    "Topics.csv": _topics,
    "Pages.csv": _nothing,
    "Campaigns.csv": _nothing,
}
