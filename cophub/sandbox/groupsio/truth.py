"""What the vendor holds, as plain data for tests."""

from typing import Any

from cophub.sandbox.groupsio.archives import message_id
from cophub.sandbox.groupsio.state import Event, File, Group, Message, State, Sub, User
from cophub.sandbox.groupsio.texts import body_of
from cophub.sandbox.timeline import moment


def instant(at: int | None) -> str | None:
    """ISO 8601 in UTC; None for what never was."""
    return moment(at).isoformat() if at else None


def truth(state: State, now: int) -> dict[str, Any]:
    """Spaces, accounts, members, posts, events and files by the keys that the vendor gives them.

    Members are by group and user id; posts by `GROUP:NUMBER`; `past` lists every
    stay that ended, and applications that expired.
    """
    groups = state.groups.values()
    return {
        "spaces": {str(group.id): _space(group) for group in groups},
        "accounts": {str(user.id): _account(user) for user in state.users.values()},
        "members": {
            str(group.id): {str(sub.user.id): _member(sub) for sub in group.subs.values()}
            for group in groups
        },
        "past": {
            str(group.id): [{**_member(end.sub), "action": end.action} for end in group.past]
            for group in groups
        },
        "posts": {
            f"{group.id}:{number}": _post(message, now)
            for group in groups
            for number, message in group.messages.items()
        },
        "events": {
            str(event.id): _event(event, group) for group in groups for event in group.events
        },
        "files": {str(file.id): _file(file, group) for group in groups for file in group.files},
    }


def _account(user: User) -> dict[str, Any]:
    return {
        "person": user.person,
        "email": user.email.lower(),
        "name": user.full_name,
        "location": user.location,
        "status": user.status,
    }


def _event(event: Event, group: Group) -> dict[str, Any]:
    return {
        "space": str(group.id),
        "title": event.title,
        "starts": instant(event.starts),
        "ends": instant(event.ends),
        "organizer": str(event.user.id),
    }


def _file(file: File, group: Group) -> dict[str, Any]:
    return {
        "space": str(group.id),
        "path": file.path,
        "name": file.name,
        "folder": file.folder,
        "owner": str(file.user.id),
    }


def _space(group: Group) -> dict[str, Any]:
    return {
        "name": group.name,
        "title": group.title,
        "community": group.community,
        "parent": str(group.parent.id) if group.parent else None,
        "members": sum(1 for _ in group.present()),
        "topics": len(group.topics),
        "last_num": group.last_num,
    }


def _member(sub: Sub) -> dict[str, Any]:
    return {
        "user": str(sub.user.id),
        "person": sub.user.person,
        "sub": sub.id,
        "status": sub.status.removeprefix("sub_status_"),
        "role": sub.mod_status.removeprefix("sub_modstatus_"),
        "joined": instant(sub.created),
        "left": instant(sub.left),
    }


def _post(message: Message, now: int) -> dict[str, Any]:
    said = body_of(message)
    return {
        "space": str(message.group.id),
        "number": message.num,
        "thread": str(message.topic.id),
        "author": str(message.user.id),
        "created": instant(message.created),
        "appeared": instant(message.appeared),
        "updated": instant(message.updated),
        "is_reply": message.is_reply,
        "subject": message.topic.subject,
        "text": said.plain,
        "message_id": message_id(message),
        "likes": sum(at <= now for at in message.likes),
        "attachments": [file.filename for file in message.attachments],
        "hashtags": [tag.name for tag in message.topic.hashtags],
    }
