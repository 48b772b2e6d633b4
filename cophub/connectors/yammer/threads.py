"""One thread, read whole: what a group's feed leaves out, and what changed in it since."""

from collections.abc import Collection
from dataclasses import dataclass, field

from cophub import Reject, SourceUnavailable
from cophub.connectors.yammer.client import NotThere, Yammer
from cophub.connectors.yammer.cursor import HOUR
from cophub.connectors.yammer.parse import names_of, threads_of
from cophub.connectors.yammer.payloads import Feed, Message, Reference
from cophub.connectors.yammer.posts import moment
from cophub.error_codes import PAGING

MESSAGES = "messages"
"""What a Reject of a feed is of, where it is of a message."""


@dataclass
class ThreadRead:
    """The messages of a thread and what they refer to."""

    id: int
    messages: list[Message] = field(default_factory=list)
    references: list[Reference] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    threads: dict[int, Reference] = field(default_factory=dict)
    rejects: list[Reject] = field(default_factory=list)
    ids: set[int] = field(default_factory=set)
    """Of all messages that are there, also of those that could not be understood."""
    claimed: int | None = None
    """How many there are, by the vendor's count."""

    @property
    def torn(self) -> bool:
        """Whether a message could not be read."""
        return any(one.record == MESSAGES for one in self.rejects)

    @property
    def blind(self) -> bool:
        """Whether it is unknown which message that was."""
        return any(map(is_blind, self.rejects))

    def take(self, feed: Feed, rejects: list[Reject]) -> set[int]:
        """Take a page in; the ids that are new."""
        fresh = ids_of(feed, rejects) - self.ids
        self.messages += [one for one in feed.messages if one.id in fresh]
        self.references += feed.references
        self.names |= names_of(feed)
        self.threads = threads_of(feed) | self.threads
        self.rejects += [one for one in rejects if key_of(one) in fresh or key_of(one) is None]
        reference = self.threads.get(self.id)
        if self.claimed is None and reference is not None and reference.stats is not None:
            self.claimed = reference.stats.updates
        return fresh


def read_thread(api: Yammer, id: int, met: Collection[int] = ()) -> ThreadRead | None:
    """All of a thread but the messages in `met`, which were read just now; None when it is gone.

    The vendor's count ends the reading, or an empty page. What contradicts the count, an empty page
    too early or a page that was there before, is asked for once more. Raises SourceUnavailable for
    a page that comes again and again: what is behind it is unknown, and not gone.
    """
    read, older, doubted = ThreadRead(id, ids=set(met)), None, False
    while True:
        try:
            feed, rejects = api.in_thread(id, older)
        except NotThere:
            return None
        page = ids_of(feed, rejects)
        fresh = read.take(feed, rejects)
        read.ids |= page
        if read.claimed is not None and len(read.ids) >= read.claimed:
            return read
        if page - {id} and (older is None or min(page - {id}) < older):
            older, doubted = min(page - {id}), False
        elif older is None and page == {id} and not read.claimed:
            return read
        elif not doubted and (older is None or read.claimed is not None):
            doubted = True
        elif page - {id}:
            raise came_twice(f"thread {id}")
        else:
            return read if fresh or read.ids - set(met) or met else None


def came_twice(what: str) -> SourceUnavailable:
    """The error for a listing that does not go on."""
    return SourceUnavailable(
        f"Yammer gave a page of {what} twice where an older one was asked for; what was read is"
        " kept, and the next run goes on from there",
        code=PAGING,
    )


def ids_of(feed: Feed, rejects: list[Reject]) -> set[int]:
    """The ids of a page's messages, those that cannot be understood among them."""
    found = {one.id for one in feed.messages}
    return found | {key for one in rejects if (key := key_of(one)) is not None}


def is_blind(reject: Reject) -> bool:
    """Whether a message could not be read so far that not even its id is known."""
    return reject.record == MESSAGES and key_of(reject) is None


def key_of(reject: Reject) -> int | None:
    """The message id of a reject, if it is one of a message and has one."""
    if reject.record != MESSAGES or not reject.key or not reject.key.isdigit():
        return None
    return int(reject.key)


def hour_of(message: Message) -> int:
    """The hour in which a message was written, since 1970; 0 for a date that cannot be read."""
    return _hour(message.created_at or message.published_at)


def latest_hour(thread: Reference | None) -> int:
    """The hour of a thread's last message, since 1970; 0 where the vendor does not tell."""
    return _hour(thread.stats.latest_reply_at) if thread is not None and thread.stats else 0


def _hour(text: str | None) -> int:
    try:
        at = moment(text)
    except ValueError:
        return 0
    return int(at.timestamp()) // HOUR if at else 0
