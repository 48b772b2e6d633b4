"""What the emulated Yammer holds: groups, threads and messages, with what was edited and deleted.

Users and memberships are the tenant's. Likes, texts and attachments that nobody changed are made
when they are asked for, from the message's id, so that many thousands of messages cost little.
"""

from bisect import bisect_left, insort
from datetime import UTC, datetime

import msgspec

from cophub.sandbox.microsoft.tenant import Group, User

EPOCH = 1_548_971_000
"""Ids are seconds since about here, times 2**24: two ids of 2022 and 2026 show this slope."""
SLOPE = 1 << 24


def first_id(at: int) -> int:
    """The least id that a message of this instant can have."""
    return (max(at - EPOCH, 1) * SLOPE) | 1


class Version(msgspec.Struct):
    """A text that was replaced at `until`."""

    text: str
    title: str | None
    until: int


class Like(msgspec.Struct):
    """Who liked a message and when; the vendor never tells when."""

    at: int
    user: User


class Message(msgspec.Struct, eq=False):
    """One message; instants are seconds since 1970, 0 where it did not happen.

    `text` is the parsed form, in which people and topics are marks; None: made from the id.
    `crowd` is how many of the group's roster could read it when it was written.
    """

    id: int
    at: int
    sender: User
    thread: "Thread"
    kind: str = "update"  # update, system, question, announcement, poll, praise
    reply_to: int | None = None
    crowd: int = 0
    text: str | None = None
    title: str | None = None
    shared: int | None = None
    edited: int = 0
    deleted: int = 0
    deleted_by: User | None = None
    versions: list[Version] = msgspec.field(default_factory=list)
    likes: list[Like] | None = None

    @property
    def starter(self) -> bool:
        """Whether it begins its thread."""
        return self.id == self.thread.id


class Thread(msgspec.Struct, eq=False):
    """A conversation in a group, in the whole network (no space), or between `participants`."""

    id: int
    space: "Space | None"
    participants: tuple[User, ...] = ()
    kind: str = "update"
    best: int | None = None
    """The reply that was marked as the best answer to a question."""
    messages: list[Message] = msgspec.field(default_factory=list)
    """Those that were not deleted, oldest first."""

    @property
    def direct(self) -> bool:
        """Whether it is a private conversation."""
        return bool(self.participants)

    @property
    def latest(self) -> int:
        """The id of its newest message."""
        return self.messages[-1].id


class Space:
    """A Yammer group: the tenant's `group`, and what is written there."""

    def __init__(self, group: Group, *, external: bool = False, listed: bool = True) -> None:
        self.group = group
        self.external = external
        self.listed = listed
        self.creator: User | None = None
        self.updated = group.created
        self.deleted = 0
        self.messages: list[Message] = []
        """Those that were not deleted, oldest first."""
        self.activity: list[tuple[int, Thread]] = []
        """(latest message, thread), least active first."""
        self.roster: list[User] = []
        """Everybody who ever was a member and uses Yammer, in the order of joining."""
        self._known: set[str] = set()

    @property
    def id(self) -> int:
        """Yammer's id of the group."""
        return self.group.yammer_id

    @property
    def native(self) -> bool:
        """Whether Graph knows it as a community."""
        return self.group.kind == "community"

    def enter(self, user: User) -> None:
        """Note a member."""
        if user.id not in self._known:
            self._known.add(user.id)
            self.roster.append(user)

    def add(self, message: Message) -> None:
        """A new message: the last of the group, and its thread is the most active one."""
        self.messages.append(message)
        thread = message.thread
        if thread.messages[0] is not message:
            self._out(thread, thread.messages[-2].id)
        self.activity.append((message.id, thread))

    def remove(self, message: Message, latest_before: int) -> None:
        """A message was deleted; `latest_before` was the newest of its thread until then."""
        del self.messages[bisect_left(self.messages, message.id, key=_id)]
        thread = message.thread
        self._out(thread, latest_before)
        if thread.messages:
            insort(self.activity, (thread.latest, thread), key=_first)

    def _out(self, thread: Thread, latest: int) -> None:
        place = bisect_left(self.activity, latest, key=_first)
        if place < len(self.activity) and self.activity[place][1] is thread:
            del self.activity[place]


def _id(message: Message) -> int:
    return message.id


def _first(pair: tuple[int, Thread]) -> int:
    return pair[0]


class State:
    """All of the network. Every change goes through here."""

    def __init__(self) -> None:
        self.spaces: dict[int, Space] = {}
        self.by_guid: dict[str, Space] = {}
        self.messages: dict[int, Message] = {}
        """Every message ever, deleted ones too, in the order of their ids."""
        self.threads: dict[int, Thread] = {}
        self.order: list[int] = []
        self.changes: list[tuple[int, Message]] = []
        """(instant, message) of every edit and deletion."""
        self.drafts: list[Message] = []
        self.updates: dict[str, int] = {}
        """How many messages a user wrote that are still there."""
        self._last = 0

    def space(self, space: Space) -> None:
        """Take a group in."""
        self.spaces[space.id] = space
        self.by_guid[space.group.id] = space

    def next_id(self, at: int) -> int:
        """The id of a message written at `at`."""
        self._last = max(first_id(at), self._last + 65_536)
        return self._last

    def start(
        self, at: int, sender: User, space: Space | None, *,
        kind: str = "update", text: str | None = None, title: str | None = None,
        participants: tuple[User, ...] = (), shared: int | None = None,
    ) -> Message:  # fmt: skip
        """Begin a thread."""
        number = self.next_id(at)
        thread = Thread(number, space, participants, kind)
        self.threads[number] = thread
        message = Message(number, at, sender, thread, kind, text=text, title=title, shared=shared)
        return self._keep(message)

    def draft(self, at: int, sender: User, space: Space, text: str) -> Message:
        """A text that is not sent: only an export has it."""
        number = self.next_id(at)
        message = Message(number, at, sender, Thread(number, space), text=text)
        self.drafts.append(message)
        return message

    def reply(
        self, at: int, sender: User, thread: Thread, *,
        reply_to: int | None = None, text: str | None = None,
    ) -> Message:  # fmt: skip
        """Answer in a thread; the vendor says that most replies answer the first message."""
        number = self.next_id(at)
        message = Message(number, at, sender, thread, reply_to=reply_to or thread.id, text=text)
        return self._keep(message)

    def _keep(self, message: Message) -> Message:
        thread = message.thread
        thread.messages.append(message)
        self.messages[message.id] = message
        self.order.append(message.id)
        self.updates[message.sender.id] = self.updates.get(message.sender.id, 0) + 1
        if thread.space is not None:
            message.crowd = len(thread.space.roster)
            thread.space.add(message)
        return message

    def edit(self, at: int, message: Message, old: Version, text: str, title: str | None) -> None:
        """Replace a text; the old one is kept as a version."""
        message.versions.append(old)
        message.text, message.title, message.edited = text, title, at
        self.changes.append((at, message))

    def delete(self, at: int, message: Message, by: User) -> None:
        """Delete a message; with the first one goes the whole thread."""
        thread = message.thread
        for each in list(thread.messages) if message.starter else [message]:
            latest = thread.latest
            thread.messages.remove(each)
            each.deleted, each.deleted_by = at, by
            self.updates[each.sender.id] -= 1
            self.changes.append((at, each))
            if thread.space is not None:
                thread.space.remove(each, latest)
        if thread.best == message.id:
            thread.best = None


def stamp(at: int) -> str:
    """An instant as the API writes it: `2022/11/11 21:00:20 +0000`."""
    return f"{datetime.fromtimestamp(at, UTC):%Y/%m/%d %H:%M:%S} +0000"
