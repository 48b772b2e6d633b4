"""What the vendor's usage reports say of Yammer: posts, reads and likes of a span of time."""

from bisect import bisect_left
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from cophub.sandbox.microsoft.graph.reports import Spoken
from cophub.sandbox.microsoft.tenant import Group, User
from cophub.sandbox.microsoft.yammer.state import Message, first_id
from cophub.sandbox.microsoft.yammer.texts import likes_of

if TYPE_CHECKING:
    from cophub.sandbox.microsoft.yammer import Yammer

READERS = 6
"""Nobody's reading is emulated: a post counts as read by so many, a like by one more."""


class Counted(NamedTuple):
    """Counts of one span, by user id."""

    posted: Counter[str]
    liked: Counter[str]
    last: dict[str, int]


class Usage:
    """Counts what happened; a count of users is kept until something new is written."""

    def __init__(self, yammer: "Yammer") -> None:
        self._yammer = yammer
        self._kept: tuple[tuple[int, int, int], Counted] | None = None

    def group(self, group: Group, start: int, end: int) -> Spoken:
        """Of one group; nothing at all where nobody ever wrote."""
        space = self._yammer.state.by_guid.get(group.id)
        written = _until(space.messages, end) if space else []
        if not written:
            return Spoken()
        posted = len(written) - len(_until(written, start))
        liked = sum(start <= like.at < end for each in written for like in likes_of(each))
        return Spoken(posted, posted * READERS + liked, liked, written[-1].at)

    def user(self, user: User, start: int, end: int) -> Spoken:
        """Of one user; zeros for whoever never did a thing."""
        asked = (start, end, len(self._yammer.state.order))
        if self._kept is None or self._kept[0] != asked:
            self._kept = (asked, self._count(start, end))
        counted = self._kept[1]
        if user.id not in counted.last:
            return Spoken(0, 0, 0)
        posted, liked = counted.posted[user.id], counted.liked[user.id]
        return Spoken(posted, posted * READERS + liked, liked, counted.last[user.id])

    def _count(self, start: int, end: int) -> Counted:
        counted = Counted(Counter(), Counter(), {})
        for message in self._yammer.state.messages.values():
            if message.deleted or message.at >= end:
                continue
            acts = [(message.at, message.sender, counted.posted)]
            acts += [(like.at, like.user, counted.liked) for like in likes_of(message)]
            for at, user, counter in acts:
                if at < end:
                    counter[user.id] += at >= start
                    counted.last[user.id] = max(at, counted.last.get(user.id, 0))
        return counted


def _until(messages: list[Message], end: int) -> list[Message]:
    return messages[: bisect_left(messages, first_id(end), key=lambda each: each.id)]
