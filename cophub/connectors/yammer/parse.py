"""One message of a feed into records of ours; nothing here asks the vendor anything."""

from collections.abc import Collection, Iterable, Iterator, Mapping

from cophub import Account, Item, Reaction
from cophub.connectors.yammer.payloads import Body, Feed, Likes, Message, Reference, flag, id_of
from cophub.connectors.yammer.posts import plain, post_of
from cophub.http import reject

LINKS = ("ymodule", "opengraphobject")
"""Attachments that are previews of links, not files."""
PEOPLE = ("", "user")


class People:
    """The authors that a run has told of, so that each is told once."""

    def __init__(self) -> None:
        self._told: dict[str, str] = {}

    def new(self, references: Iterable[Reference]) -> Iterator[Account]:
        """The users among these references that were not told of yet.

        Only what every way knows alike is set: the stream of members has the rest.
        """
        for one in references:
            key, name = id_of(one.id), plain(one.full_name)
            if one.type == "user" and key and name and self._told.get(key) != name:
                self._told[key] = name
                yield Account(key=key, name=name, kind="person")


def names_of(feed: Feed) -> dict[str, str]:
    """The names of the users that a feed refers to, by id."""
    found = ((id_of(one.id), plain(one.full_name)) for one in feed.references if one.type == "user")
    return {key: name for key, name in found if key and name}


def threads_of(feed: Feed) -> dict[int, Reference]:
    """The threads that a feed refers to, by id."""
    found = ((id_of(one.id), one) for one in feed.references if one.type == "thread")
    return {int(key): one for key, one in found if key}


def is_direct(message: Message, threads: Mapping[int, Reference]) -> bool:
    """Whether this is a private message, which is nobody's business here."""
    thread = threads.get(message.thread)
    return flag(message.direct_message) or (thread is not None and flag(thread.direct_message))


def parse_message(
    message: Message,
    group: str,
    names: Mapping[str, str],
    threads: Mapping[int, Reference],
    ways: Collection[str] = ("rest",),
) -> Iterator[Item]:
    """The post of a message, and a reaction of each person that the vendor names for it.

    `names` and `threads` are what the feed refers to. Raises ValueError for a date that is none.
    """
    sender, kind = id_of(message.sender_id), (message.sender_type or "").lower()
    if sender and kind not in PEOPLE:
        sender = f"{kind}:{sender}"  # a bot's ids are numbers of their own
    post = post_of(
        key=message.id,
        thread=message.thread,
        group=id_of(message.group_id) or group,
        replied_to=id_of(message.replied_to_id),
        sender=sender,
        created_at=message.created_at or message.published_at or "",
        message_type=message.message_type,
        title=message.title,
        text=text_of(message.body, marks="export" in ways),
        files=sum(1 for one in message.attachments or () if one.type not in LINKS),
        system=flag(message.system_message),
    )
    if sender and sender in names:
        post.author_name = names[sender]
    post.url = plain(message.web_url)
    post.language = plain(message.language)
    extra = {**(post.extra or {}), **extra_of(message, threads.get(message.thread))}
    if extra or post.kind == "question":  # an answer may lose its mark
        post.extra = extra
    likes = message.liked_by or Likes()
    post.reaction_count = likes.count
    yield post
    for liker in likes.names or ():
        if who := id_of(liker.user_id):
            yield Reaction(post=post.key, account=who, kind="like")
        else:
            yield reject(liker, KeyError("user_id"), "reaction")


def extra_of(message: Message, thread: Reference | None) -> dict[str, object]:
    """What only some messages have: another type, a message that is shared, the best answer."""
    extra: dict[str, object] = {}
    word = (message.message_type or "update").lower()
    if word not in ("update", "system", "question", "announcement"):
        extra["message_type"] = word
    if shared := id_of(message.shared_message_id):
        extra["shared_message"] = shared
    best = id_of(thread.best_reply_id) if thread is not None else None
    if best and message.id == message.thread:
        extra["best_answer"] = best
    return extra


def text_of(body: Body | None, *, marks: bool) -> str | None:
    """The text of a message: plain, else what a reader of its HTML sees.

    With `marks` it is the parsed form, with `[[user:123]]` for a name: an export has no other, and
    one message must not read differently by the way it came.
    """
    if body is None:
        return None
    if marks and plain(body.parsed):
        return body.parsed
    if plain(body.plain):
        return body.plain
    if plain(body.rich):
        from cophub.connectors.mail.text import html_to_text

        return html_to_text(body.rich or "")
    return body.parsed


def whole_likes(message: Message) -> tuple[tuple[str, str, str], ...] | None:
    """The keys of all reactions of a message; None when the vendor names only some of them."""
    likes = message.liked_by or Likes()
    who = {key for liker in likes.names or () if (key := id_of(liker.user_id))}
    if len(who) != likes.count:
        return None
    return tuple((str(message.id), key, "like") for key in sorted(who))
