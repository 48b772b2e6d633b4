"""The vendor's objects as JSON, by its own field names."""

from datetime import datetime
from html import unescape
from re import sub as replaced
from typing import Any
from zoneinfo import ZoneInfo

from cophub.sandbox.groupsio.rights import perms
from cophub.sandbox.groupsio.state import Group, Hashtag, Message, Sub, Topic, User
from cophub.sandbox.groupsio.texts import body_of

Row = dict[str, Any]
NEVER = "0001-01-01T00:00:00Z"
BILLION = 1_000_000_000
_HOME = ZoneInfo("America/Los_Angeles")
"""The vendor's own clock."""


def exact(instant: int, salt: int) -> int:
    """An instant in nanoseconds, as it is shown and put in order; a later id is mostly later."""
    return instant * BILLION + (instant * 1_000_003 + salt * 997) % BILLION


def when(instant: int, salt: int | None = None) -> str:
    """An instant with up to nine fractional digits, by `salt`, and the vendor's offset."""
    if not instant:
        return NEVER
    local = datetime.fromtimestamp(instant, _HOME)
    nanoseconds = 0 if salt is None else exact(instant, salt) % BILLION
    fraction = f".{nanoseconds:09d}".rstrip("0").rstrip(".")
    zone = f"{local:%z}"
    return f"{local:%Y-%m-%dT%H:%M:%S}{fraction}{zone[:3]}:{zone[3:]}"


def group_row(group: Group) -> Row:
    """A group or subgroup."""
    return {
        "id": group.id,
        "object": "group",
        "created": when(group.created, group.id),
        "updated": when(group.updated, group.id),
        "type": "group_type_sub_group" if group.parent else "group_type_group",
        "title": group.title,
        "name": group.name,
        "nice_group_name": group.nice_name,
        "alias": "",
        "desc": f"<p>{group.about}</p>",
        "plain_desc": group.about,
        "subject_tag": group.tag,
        "website": "",
        "announce": group.announce,
        "moderated": group.moderated,
        "restricted": group.restricted,
        "privacy": "group_privacy_members" if group.parent else "group_privacy_archives",
        "subs_count": sum(1 for _ in group.present()),
        "email_address": group.address,
        "plan": "enterprise_plan",
    }


def _person_fields(user: User) -> Row:
    return {
        "about_format": "about_html",
        "about_me": user.about_me,
        "full_name": user.full_name,
        "location": user.location,
        "profile_photo_id": "",
        "profile_privacy": "profile_private",
        "timezone": user.timezone,
        "user_name": user.user_name,
        "website": user.website,
        "dont_munge_message_id": False,
    }


def _notices() -> Row:
    every = "sub_notify_email"
    return {
        "message_report_notify": every,
        "owner_msg_notify": "sub_ownermsg_notify_subs",
        "pending_msg_notify": every,
        "pending_sub_notify": every,
        "storage_notify": every,
        "sub_group_notify": every,
        "sub_notify": every,
    }


def sub_row(sub: Sub, *, own: bool, see_address: bool) -> Row:
    """A subscription: one's own with `perms`, or a member's."""
    group, user = sub.group, sub.user
    row = {
        "id": sub.id,
        "object": "subscription_plus" if own else "member_info",
        "created": when(sub.created, sub.id),
        "updated": when(sub.updated, sub.id),
        "user_id": user.id,
        "group_id": group.id,
        "group_name": group.name,
        "nice_group_name": group.nice_name,
        "status": sub.status,
        "post_status": "sub_poststatus_newusermoderated" if not sub.posts else "sub_poststatus_ok",
        "email_delivery": sub.delivery,
        "message_selection": "message_selection_all",
        "auto_follow_replies": False,
        "max_attachment_size": "max_attachment_size_unlimited",
        "approved_posts": sub.posts,
        "mod_status": sub.mod_status,
        "mod_permissions": "",
        "moderator_notes": "",
        "moderator_notes_updated": NEVER,
        "email": user.email if see_address else "",
        "user_status": user.status,
        "most_recent_message": when(sub.most_recent, sub.id),
        "num_subs": sum(1 for _ in group.present()),
        "subs_count": sum(1 for _ in group.present()),
        "pending_messages": 0,
        "pending_subs": 0,
        "use_signature": False,
        "use_signature_email": False,
        **_notices(),
        **_person_fields(user),
        "extra_member_data": [],
    }
    if own:
        row["perms"] = perms(sub)
    return row


def user_row(user: User, csrf: str = "") -> Row:
    """One's own account."""
    row = {
        "id": user.id,
        "object": "user",
        "created": when(user.created, user.id),
        "updated": when(user.updated, user.id),
        "email": user.email,
        "status": user.status,
        **_person_fields(user),
        "album_order_by": "",
        "album_sort_dir": "sort_none",
        "allow_facebook_login": False,
        "allow_google_login": False,
        "allow_sso_login": False,
        "date_pref": "us_date",
        "default_message_view": "thread_view",
        "expanded_messages_sort_dir": "sort_desc",
        "home_page": "home_page_groups",
        "messages_sort_dir": "sort_desc",
        "monday_start": False,
        "per_page_pref": "user_per_page_pref20",
        "photos_order_by": "",
        "photos_sort_dir": "sort_none",
        "post_pref": "user_postpref_html",
        "recovery_codes": "",
        "search_sort": "relevance_sort",
        "search_sort_dir": "sort_none",
        "time_pref": "standard_time",
        "topic_sort_dir": "sort_asc",
        "topics_sort_dir": "sort_desc",
        "two_factor_enabled": False,
    }
    return {**row, "csrf_token": csrf}


def group_path(group: Group) -> str:
    """Where the group's pages are."""
    return f"/g/{group.name.replace('+', '%2B')}"


def attachment_path(message: Message, place: int) -> str:
    """Where an attachment can be downloaded."""
    return f"{group_path(message.group)}/attachment/{message.num}/{place}"


def tag_row(tag: Hashtag, group: Group) -> Row:
    """A hashtag of a group."""
    count = sum(tag in topic.hashtags for topic in group.topics.values())
    return {
        "id": tag.id,
        "object": "hashtag",
        "created": when(group.created, tag.id),
        "group_id": group.id,
        "name": tag.name,
        "color_name": tag.colour,
        "color_hex": "#1f77b4",
        "description": tag.description,
        "topic_count": count,
        "last_message_date": NEVER,
        "muted": None,
        "followed": None,
    }


def topic_row(topic: Topic) -> Row:
    """A conversation without its messages."""
    first = topic.messages[0]
    return {
        "id": topic.id,
        "object": "topic",
        "created": when(topic.created, topic.id),
        "updated": when(topic.updated, topic.id),
        "group_id": topic.group.id,
        "group_subject_tag": topic.group.tag,
        "subject": topic.subject,
        "summary": snippet(first),
        "name": first.user.shown,
        "profile_photo_url": "",
        "num_messages": len(topic.messages),
        "is_sticky": topic.sticky,
        "is_moderated": topic.moderated,
        "is_closed": topic.closed,
        "has_attachments": any(each.attachments for each in topic.messages),
        "reply_to": "group_reply_to_group",
        "most_recent_message": when(topic.most_recent, topic.id),
        "hashtags": [tag_row(tag, topic.group) for tag in topic.hashtags] or None,
    }


def snippet(message: Message) -> str:
    """The first words of a body, without marks."""
    text = unescape(replaced(r"<[^>]*>", " ", body_of(message).body))
    return " ".join(text.split())[:140]


def message_row(message: Message, now: int, base: str, *, see_address: bool = True) -> Row:
    """A post; without the right to see addresses, one in place of a name is cut."""
    topic, user, said = message.topic, message.user, body_of(message)
    tags = "".join(f" {tag.name}" for tag in topic.hashtags)
    subject = f"Re: {topic.subject}" if message.is_reply else topic.subject
    name = user.shown
    if "@" in name and not see_address:
        name = f"{name.partition('@')[0]}@..."
    return {
        "id": message.id,
        "object": "message",
        "created": when(message.created, message.id),
        "updated": when(message.updated, message.id),
        "user_id": user.id,
        "group_id": topic.group.id,
        "topic_id": topic.id,
        "msg_num": message.num,
        "is_reply": message.is_reply,
        "subject": subject,
        "subject_with_tags": subject + tags,
        "body": said.body,
        "quoted": said.quoted,
        "remainder": said.remainder,
        "snippet": snippet(message),
        "name": name,
        "profile_photo_url": "",
        "is_plain_text": message.plain,
        "has_liked": False,
        "num_likes": sum(at <= now for at in message.likes),
        "is_closed": topic.closed,
        "is_moderated": topic.moderated,
        "reply_to": "group_reply_to_group",
        "can_repost": False,
        "poll_id": 0,
        "hashtags": [tag_row(tag, topic.group) for tag in topic.hashtags],
        "attachments": [
            _attachment_row(message, place, base) for place in range(len(message.attachments))
        ],
    }


def _attachment_row(message: Message, place: int, base: str) -> Row:
    file = message.attachments[place]
    return {
        "id": file.id,
        "object": "attachment",
        "media_type": file.media_type,
        "download_url": f"{base}{attachment_path(message, place)}",
        "image_thumbnail_url": "",
        "filename": file.filename,
    }
