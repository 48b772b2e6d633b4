"""One message into records; nothing here asks Slack anything."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from cophub import Account, Document, Gone, Item, Membership, Post, Reaction

from cophub_slack.cursor import instant, week
from cophub_slack.payloads import File, Message
from cophub_slack.text import plain

JOINS = frozenset({"channel_join", "group_join"})
EVENTS = frozenset({
    "assistant_app_thread", "bot_add", "bot_disable", "bot_enable", "bot_remove", "channel_archive",
    "channel_convert_to_private", "channel_convert_to_public", "channel_leave", "channel_name",
    "channel_posting_permissions", "channel_purpose", "channel_topic", "channel_unarchive",
    "ekm_access_denied", "group_archive", "group_leave", "group_name", "group_purpose",
    "group_topic", "group_unarchive", "pinned_item", "reminder_add", "unpinned_item",
})  # fmt: skip
"""What happens to a channel; nobody wrote it."""
TOMBSTONE = "tombstone"
"""Stands where a message was deleted that has answers."""
WRITTEN = frozenset({
    None, "bot_message", "file_comment", "file_mention", "file_share", "me_message",
    "reply_broadcast", "thread_broadcast",
})  # fmt: skip
"""What somebody wrote; whatever is in neither set becomes a post of kind `system`."""
_NO_FILE = frozenset({"tombstone", "hidden_by_limit"})


@dataclass
class Place:
    """Where messages were found, and what is known of those who wrote them."""

    channel: str
    home: str
    """The address of the workspace, with a slash at its end."""
    names: Mapping[str, str]
    """Of users and channels, by their ids."""
    bodies: bool = True
    inside: frozenset[str] = field(default_factory=frozenset)
    """The accounts that are in the channel today."""

    def key(self, name: str) -> str:
        """A `ts`, a file or a week, of this channel."""
        return f"{self.channel}/{name}"


def parse_message(message: Message, place: Place) -> Iterator[Item]:
    """The post with its reactions and files; of a join, since when somebody is there.

    `extra.of` names what is read at once, so that what was deleted can be told by its absence: the
    answers of a thread, or the first messages of a channel's week.
    """
    if message.subtype in JOINS:
        yield from _joined(message, place)
        return
    if message.subtype == TOMBSTONE:
        yield Gone(record=Post, where={"key": place.key(message.ts)}, told=True)
        return
    if message.subtype in EVENTS:
        return
    of = {"of": place.key(message.thread if message.is_answer else week(message.ts))}
    post = _post(message, place)
    post.extra = of if message.subtype is None else {**of, "subtype": message.subtype}
    yield post
    if message.user is None and message.bot_id:
        yield Account(key=message.bot_id, name=post.author_name, kind="bot")
    for mark in message.reactions or ():
        for user in sorted(set(mark.users)):
            yield Reaction(post=post.key, account=user, kind=mark.name, extra=of)
    for file in message.files or ():
        if file.mode not in _NO_FILE:
            yield _document(file, place, of)


def _post(message: Message, place: Place) -> Post:
    return Post(
        key=place.key(message.ts),
        space=place.channel,
        thread=place.key(message.thread),
        reply_to=place.key(message.thread) if message.is_answer else None,
        account=message.user or message.bot_id,
        author_name=_author(message, place),
        kind="message" if message.subtype in WRITTEN else "system",
        body=_body(message, place) if place.bodies else None,
        posted_at=instant(message.ts),
        edited_at=instant(message.edited.ts) if message.edited else None,
        url=_link(message, place),
        reaction_count=sum(mark.count for mark in message.reactions or ()),
        reply_count=None if message.is_answer else message.reply_count or 0,
        attachment_count=len(message.files or ()),
    )


def _author(message: Message, place: Place) -> str | None:
    if message.user and message.user in place.names:
        return place.names[message.user]
    told = (message.user_profile, message.bot_profile)
    names = [name for one in told if one for name in (one.real_name, one.name)]
    return next((name for name in (message.username, *names) if name), None)


def _body(message: Message, place: Place) -> str | None:
    """The text; of a bot that wrote none, what it shows below it."""
    if text := plain(message.text, place.names):
        return text
    told = [
        plain(text, place.names)
        for one in message.attachments or ()
        for text in ((one.pretext, one.title, one.text) if one.text else (one.fallback,))
    ]
    return "\n".join(filter(None, told)) or None


def _link(message: Message, place: Place) -> str:
    """The address of a message, as `chat.getPermalink` would give it."""
    link = f"{place.home}archives/{place.channel}/p{message.ts.replace('.', '')}"
    return f"{link}?thread_ts={message.thread}&cid={place.channel}" if message.is_answer else link


def _joined(message: Message, place: Place) -> Iterator[Item]:
    """Who joined then and is there today; whoever left since is none of the members."""
    if message.user in place.inside:
        yield Membership(
            space=place.channel,
            account=message.user,
            joined_at=instant(message.ts),
            joined_at_basis="native",
        )


def _document(file: File, place: Place, of: dict[str, str]) -> Document:
    """A file, once for each channel that it was shared in."""
    created = datetime.fromtimestamp(file.created, UTC) if file.created else None
    return Document(
        key=place.key(file.id),
        space=place.channel,
        title=file.title or file.name,
        url=file.permalink,
        media_type=file.mimetype,
        size_bytes=file.size,
        account=file.user,
        created_at=created,
        extra=dict(of),
    )
