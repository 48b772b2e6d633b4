"""From the vendor's messages to posts, authors and attachments.

A post's key is `GROUP:NUMBER`, in which the API and an archive agree; its thread is the key of its
topic's first post.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote

from cophub import UNSET, Account, Document, Item, Post
from cophub.connectors.dgroups.client import Ctx
from cophub.connectors.dgroups.cursor import Traits
from cophub.connectors.dgroups.groups import Found, described
from cophub.connectors.dgroups.members import People
from cophub.connectors.dgroups.payloads import Attachment, Message
from cophub.connectors.dgroups.values import person_name, shown_text, without_query
from cophub.connectors.instants import instant
from cophub.connectors.mail.message import strip_tag, tag_key
from cophub.connectors.mail.threading import bare_subject

EDITED_AFTER = timedelta(seconds=5)
"""How much later than its posting a message must have changed to count as edited."""


@dataclass(frozen=True)
class Place:
    """Where a message stands in its topic: the numbers of the first and of the one before."""

    first: int
    before: int | None


@dataclass(frozen=True)
class Reading:
    """What else decides what a message becomes."""

    group: str
    host: str
    path: str
    traits: Traits
    tags: frozenset[str]
    bodies: bool
    body_limit: int | None

    @classmethod
    def of(cls, ctx: Ctx, one: Found, traits: Traits | None = None) -> "Reading":
        """That of one group; `traits` as they were known before."""
        traits = traits_of(ctx, one, traits)
        return cls(
            one.key, ctx.settings.host, path_of(one.name), traits,
            tags_of(one.name, traits.tag), ctx.settings.bodies, ctx.settings.body_limit,
        )  # fmt: skip

    def url(self, number: int) -> str:
        """The page of a message."""
        return f"{self.host}/g/{self.path}/message/{number}"


def path_of(name: str) -> str:
    """A group's name as its pages' addresses have it."""
    return quote(name, safe="")


def traits_of(ctx: Ctx, one: Found, known: Traits | None) -> Traits:
    """What this run was told of the group, else what was known, else what the vendor says now."""
    if one.group is None and known is not None:
        return known
    one.group = one.group or described(ctx, one)
    if one.group is None:
        return known or Traits()
    return Traits(one.group.announce, one.group.moderated, one.group.subject_tag or "")


def tags_of(name: str, tag: str) -> frozenset[str]:
    """What a group's subjects may have in brackets: its name or a part of it, or its tag."""
    words = [name, name.rpartition("+")[2], name.rpartition("+")[0], tag]
    return frozenset(key for word in words if (key := tag_key(word)))


def post_key(group: str, number: int) -> str:
    """The key of a post."""
    return f"{group}:{number}"


def kind_of(title: str, *, announce: bool, is_reply: bool) -> str:
    """announcement in a group where only moderators write; question by a "?"; else message."""
    if announce:
        return "announcement"
    return "question" if not is_reply and any(sign in title for sign in "?？؟") else "message"


def parse_message(message: Message, place: Place, reading: Reading) -> Iterator[Item]:
    """A post, and a document for each file that hangs on it."""
    if message.msg_num <= 0:
        raise ValueError(f"the message {message.id} has the number {message.msg_num}")
    title = strip_tag(" ".join((message.subject or "").split()), reading.tags)
    posted, updated = instant(message.created), instant(message.updated)
    files = message.attachments or []
    post = Post(
        key=post_key(reading.group, message.msg_num),
        space=reading.group,
        thread=post_key(reading.group, place.first),
        reply_to=post_key(reading.group, place.before) if place.before else None,
        account=message.user_id or None,
        author_name=person_name(message.name),
        kind=kind_of(title, announce=reading.traits.announce, is_reply=message.is_reply),
        title=title or None,
        posted_at=posted or UNSET,
        edited_at=None if reading.traits.moderated else edited(posted, updated),
        url=reading.url(message.msg_num),
        reaction_count=message.num_likes or 0,
        attachment_count=len(files),
        extra=_extra(message),
    )
    if reading.bodies:
        text = shown_text(message.body, plain=message.is_plain_text)
        post.body = text[: reading.body_limit]
    yield post
    for file in files:
        yield document(file, message, posted, reading)


def edited(posted: datetime | None, updated: datetime | None) -> datetime | None:
    """When a message was changed after its posting; None if never.

    Not for moderated groups, in which a message changes when it is let through.
    """
    if posted is None or updated is None or updated - posted < EDITED_AFTER:
        return None
    return updated


def _extra(message: Message) -> dict[str, object]:
    extra: dict[str, object] = {"id": message.id, "topic": str(message.topic_id)}
    if tags := [tag.name for tag in message.hashtags or () if tag.name]:
        extra["hashtags"] = tags
    if message.is_moderated:
        extra["moderated"] = True
    return extra


def document(
    file: Attachment, message: Message, posted: datetime | None, reading: Reading
) -> Document:
    """An attached file; its address without what makes it valid for a short time."""
    number = post_key(reading.group, message.msg_num)
    name = file.id if file.id is not None else f"{number}/{file.filename}"
    return Document(
        key=f"attachment:{name}",
        space=reading.group,
        title=file.filename or None,
        url=without_query(file.download_url) or reading.url(message.msg_num),
        media_type=file.media_type or None,
        account=message.user_id or None,
        created_at=posted or UNSET,
        extra={"post": number, "topic": str(message.topic_id)},
    )


def author(ctx: Ctx, group: str, message: Message) -> Iterator[Account]:
    """The account of somebody who wrote and is not among the members that were told.

    The name beside a post is not taken where this run has not looked for a better one.
    """
    people = People.of(ctx)
    if not message.user_id or message.user_id in people.told:
        return
    people.told.add(message.user_id)
    account = Account(key=message.user_id)
    if group in people.groups and (name := person_name(message.name)):
        account.name = name
    yield account


def in_order(messages: Sequence[Message]) -> list[Message]:
    """A topic's messages as they were written; one that waited for a moderator has a late number.

    Those whose date cannot be read come where their number is.
    """

    def when(message: Message) -> tuple[str, int]:
        try:
            at = instant(message.created)
        except ValueError:
            at = None
        return (at.isoformat() if at else "", message.msg_num)

    return sorted(messages, key=when)


def same_subject(text: str) -> str:
    """A subject for comparing: without tags and signs of an answer, in lower case."""
    return bare_subject(text)[0]
