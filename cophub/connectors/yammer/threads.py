"""One thread, read whole: what a group's feed leaves out, and what changed in it since."""

from collections.abc import Collection
from dataclasses import dataclass, field

from cophub import Reject
from cophub.connectors.yammer.client import NotThere, Yammer
from cophub.connectors.yammer.cursor import HOUR
from cophub.connectors.yammer.parse import names_of, threads_of
from cophub.connectors.yammer.payloads import Feed, Message, Reference
from cophub.connectors.yammer.posts import moment


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

    The vendor's count ends the reading, or an empty page where there is none. An empty thread is
    believed when it was empty twice.
    """
    read, older, empty = ThreadRead(id, ids=set(met)), None, False
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
        if not page and older is None and not empty:
            empty = True
            continue
        if not page:
            return read if read.ids - set(met) or met else None
        lowest = min(page - {id}, default=id)
        if (older is not None and lowest >= older) or (not fresh and older is not None):
            return read
        older = lowest


def ids_of(feed: Feed, rejects: list[Reject]) -> set[int]:
    """The ids of a page's messages, those that cannot be understood among them."""
    found = {one.id for one in feed.messages}
    return found | {key for one in rejects if (key := key_of(one)) is not None}


def key_of(reject: Reject) -> int | None:
    """The message id of a reject, if it is one of a message and has one."""
    if reject.record != "messages" or not reject.key or not reject.key.isdigit():
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
