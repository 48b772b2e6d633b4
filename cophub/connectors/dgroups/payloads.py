"""What groups.io answers, as far as it is read: its field names, with what may be missing.

Source: groups.io's API reference (version 1, "alpha") and answers of the service. Fields that the
vendor adds are passed over; every field but an id has a default, for the API changes without
notice.
"""

from typing import Any

import msgspec


class Payload(msgspec.Struct, kw_only=True):
    """An answer or a part of one."""

    object: str = ""
    group_id: int = 0
    """The group that a row is of, where the vendor says it."""
    type: Any = ""
    """Of an error: which. Of other objects it is something else."""
    extra: Any = ""


class Page(Payload):
    """A page of a list; tokens are positions, and `data` is null where there is nothing."""

    total_count: int = 0
    start_item: int = 0
    end_item: int = 0
    has_more: bool = False
    next_page_token: int = 0
    sort_field: str = ""
    sort_dir: str = ""
    data: list[msgspec.Raw] | None = None


class Perms(Payload):
    """What the account may do in a group; None where the vendor does not say."""

    archives_visible: bool | None = None
    members_visible: bool | None = None
    calendar_visible: bool | None = None
    files_visible: bool | None = None
    subgroups_visible: bool | None = None
    download_archives: bool | None = None
    view_activity: bool | None = None
    manage_members: bool | None = None


class Subscription(Payload):
    """An account in a group: one's own with `perms`, or a member's."""

    id: int
    created: str | None = None
    updated: str | None = None
    user_id: int = 0
    group_name: str = ""
    nice_group_name: str = ""
    status: str = ""
    email_delivery: str = ""
    mod_status: str = ""
    email: str | None = None
    user_status: str = ""
    user_name: str | None = None
    full_name: str | None = None
    timezone: str | None = None
    location: str | None = None
    most_recent_message: str | None = None
    approved_posts: int | None = None
    subs_count: int | None = None
    num_subs: int | None = None
    """`subs_count` in older answers."""
    perms: Perms | None = None
    title: str | None = None


class PastMember(Subscription):
    """Somebody who is no longer in a group.

    An entry about a member (`member_info`), dated by its own `created`, which is when they left; or
    the old subscription itself, whose `created` is when they had joined.
    """

    action: str = ""
    left: str | None = None
    member_info: Subscription | None = None

    @property
    def member(self) -> Subscription:
        """The subscription that ended."""
        return self.member_info or self


class Group(Payload):
    """A group or subgroup, whose name is `parent+sub`."""

    id: int
    created: str | None = None
    title: str | None = None
    name: str = ""
    nice_group_name: str | None = None
    desc: str | None = None
    plain_desc: str | None = None
    parent_group_id: int | None = None
    subject_tag: str | None = None
    announce: bool = False
    moderated: bool = False
    restricted: bool = False
    privacy: str | None = None
    subs_count: int | None = None
    email_address: str | None = None


class Topic(Payload):
    """A conversation."""

    id: int
    created: str | None = None
    updated: str | None = None
    subject: str = ""
    num_messages: int = 0


class Hashtag(Payload):
    """A tag of a topic."""

    name: str = ""


class Attachment(Payload):
    """A file that hangs on a message."""

    id: int | None = None
    media_type: str | None = None
    download_url: str | None = None
    filename: str | None = None


class Message(Payload):
    """A post. `reply_to` of the vendor is where answers go, and not what it answers."""

    id: int
    msg_num: int
    created: str | None = None
    updated: str | None = None
    user_id: int = 0
    topic_id: int = 0
    is_reply: bool = False
    subject: str | None = None
    body: str | None = None
    name: str | None = None
    is_plain_text: bool = False
    num_likes: int | None = None
    is_moderated: bool = False
    hashtags: list[Hashtag] | None = None
    attachments: list[Attachment] | None = None


class Event(Payload):
    """An entry of a calendar; names of fields differ between versions of the API."""

    id: int
    created: str | None = None
    updated: str | None = None
    name: str | None = None
    title: str | None = None
    description: str | None = None
    location: str | None = None
    start_time: str | None = None
    end_time: str | None = None
    start: str | None = None
    end: str | None = None
    timezone: str | None = None
    all_day: bool = False
    user_id: int = 0
    organizer_user_id: int = 0
    cancelled: bool = False
    url: str | None = None


class File(Payload):
    """A file or a folder; `type` tells which, or a media type of "folder"."""

    id: int = 0
    created: str | None = None
    updated: str | None = None
    name: str = ""
    path: str = ""
    media_type: str | None = None
    desc: str | None = None
    size: int | None = None
    download_url: str | None = None
    user_id: int = 0

    @property
    def is_folder(self) -> bool:
        """Whether it holds others."""
        return self.media_type == "folder" or self.type in ("file_type_dir", "dir", "folder")


class Entry(Payload):
    """A line of the activity log; `entry` is a sentence in HTML."""

    id: int = 0
    created: str | None = None
    entry: str | None = None
    action: str | None = None
