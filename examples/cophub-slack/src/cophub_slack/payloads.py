"""Slack's JSON, as far as it is read.

Source: the reference of the Web API, https://docs.slack.dev/reference/methods and
https://docs.slack.dev/reference/objects.
"""

from typing import Annotated

from msgspec import Meta, Struct, field

Ts = Annotated[str, Meta(pattern=r"^\d{10,}\.\d{6}$")]
"""When a message was posted, and its id in its channel; they sort as text."""


class Metadata(Struct):
    """Where a list goes on."""

    next_cursor: str | None = None


class Answer(Struct, kw_only=True):
    """What every answer has: Slack refuses with `ok: false` under HTTP 200."""

    ok: bool = False
    error: str | None = None
    needed: str | None = None
    """The scope that is missing, for `missing_scope`."""
    provided: str | None = None
    """The scopes that the token has, for `missing_scope`."""
    response_metadata: Metadata | None = None

    @property
    def next_cursor(self) -> str:
        """Asks for the next page; empty after the last."""
        return (self.response_metadata and self.response_metadata.next_cursor) or ""


class Workspace(Answer, kw_only=True):
    """`auth.test`."""

    url: str = ""
    team: str = ""
    team_id: str = ""
    user: str = ""
    user_id: str = ""


class Words(Struct):
    """The topic or the purpose of a channel."""

    value: str | None = None


class Channel(Struct, kw_only=True):
    """A row of `conversations.list`."""

    id: str
    name: str
    created: int | None = None
    is_archived: bool | None = None
    is_general: bool | None = None
    is_private: bool | None = None
    is_member: bool | None = None
    is_ext_shared: bool | None = None
    topic: Words | None = None
    purpose: Words | None = None
    num_members: int | None = None


class Channels(Answer, kw_only=True):
    """`conversations.list`."""

    channels: list[Channel] = field(default_factory=list)


class Profile(Struct, kw_only=True):
    """What a user tells of themselves; `email` comes with the scope users:read.email only."""

    real_name: str | None = None
    display_name: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    email: str | None = None
    title: str | None = None


class User(Struct, kw_only=True):
    """A row of `users.list`, or the user of `users.info`."""

    id: str
    team_id: str | None = None
    name: str | None = None
    real_name: str | None = None
    deleted: bool | None = None
    tz: str | None = None
    locale: str | None = None
    profile: Profile = field(default_factory=Profile)
    is_bot: bool | None = None
    is_workflow_bot: bool | None = None
    is_restricted: bool | None = None
    """A guest, of several channels."""
    is_ultra_restricted: bool | None = None
    """A guest, of one channel."""
    is_invited_user: bool | None = None
    is_email_confirmed: bool | None = None


class Users(Answer, kw_only=True):
    """`users.list`."""

    members: list[User] = field(default_factory=list)


class OneUser(Answer, kw_only=True):
    """`users.info`."""

    user: User | None = None


class Roster(Answer, kw_only=True):
    """`conversations.members`: ids of users."""

    members: list[str] = field(default_factory=list)


class Edited(Struct):
    """When a message was last edited; what it said before is not told."""

    ts: Ts


class Mark(Struct):
    """A reaction, with those who gave it; Slack names not always all of them."""

    name: str
    users: list[str] = field(default_factory=list)
    count: int = 0


class File(Struct, kw_only=True):
    """A file that a message shares; its content is not read."""

    id: str
    mode: str | None = None
    """`tombstone` when it was deleted, `hidden_by_limit` where the free plan hides it."""
    name: str | None = None
    title: str | None = None
    mimetype: str | None = None
    size: int | None = None
    user: str | None = None
    created: int | None = None
    permalink: str | None = None


class Attachment(Struct, kw_only=True):
    """What a bot shows below a message, or a preview of a link."""

    pretext: str | None = None
    title: str | None = None
    text: str | None = None
    fallback: str | None = None


class Named(Struct, kw_only=True):
    """The name of a bot, or of somebody from another workspace."""

    name: str | None = None
    real_name: str | None = None


class Message(Struct, kw_only=True):
    """A message of `conversations.history` or `conversations.replies`."""

    ts: Ts
    subtype: str | None = None
    user: str | None = None
    user_profile: Named | None = None
    bot_id: str | None = None
    bot_profile: Named | None = None
    username: str | None = None
    text: str | None = None
    thread_ts: Ts | None = None
    reply_count: int | None = None
    latest_reply: Ts | None = None
    edited: Edited | None = None
    reactions: list[Mark] | None = None
    files: list[File] | None = None
    attachments: list[Attachment] | None = None

    @property
    def thread(self) -> str:
        """The `ts` of the first message of its thread; its own where it is in none."""
        return self.thread_ts or self.ts

    @property
    def is_answer(self) -> bool:
        """Whether it is in a thread, and not the first there."""
        return self.thread != self.ts


class Messages(Answer, kw_only=True):
    """`conversations.history`, newest first, and `conversations.replies`, oldest first."""

    messages: list[Message] = field(default_factory=list)


class Posted(Answer, kw_only=True):
    """`chat.postMessage`."""

    channel: str = ""
    ts: str = ""
