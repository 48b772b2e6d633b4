"""What people write: topics, answers, edits and deletions, on the one timeline.

How a topic goes is drawn when it begins, from the world's seed, its group and its number.
"""

from functools import partial
from random import Random

from cophub.sandbox.groupsio.life import Life
from cophub.sandbox.groupsio.state import (
    NORMAL,
    Attached,
    Group,
    Hashtag,
    Message,
    State,
    Topic,
    User,
)
from cophub.sandbox.groupsio.texts import FILES, subject_of
from cophub.sandbox.timeline import Timeline
from cophub.sandbox.world import DAY, World

HOUR = 3_600
GAPS = (1.6, 3.0, 4.5, 6.0)
"""Days between two topics, by community."""
EDITED, DELETED, CLOSED, STICKY, WEB = 0.05, 0.025, 0.02, 0.01, 0.35


class Writing:
    """Lets the members write."""

    def __init__(self, world: World, timeline: Timeline, state: State, life: Life) -> None:
        self.world, self.timeline, self.state, self.life = world, timeline, state, life

    def begin(self, group: Group) -> None:
        """Let topics begin in a group, for ever; a subgroup has a quarter of them."""
        gap = GAPS[group.community % len(GAPS)] * DAY * (4 if group.parent else 1)
        self._next(group, gap, 0, group.created)

    def _chance(self, *key: object) -> Random:
        return self.world.random("groupsio", "writing", *key)

    def _next(self, group: Group, gap: float, number: int, after: int) -> None:
        chance = self._chance(group.name, number)
        at = after + 600 + int(chance.expovariate(1 / gap))
        self.timeline.at(at, partial(self._begin_topic, group, gap, number, at, chance))

    def _begin_topic(self, group: Group, gap: float, number: int, at: int, chance: Random) -> None:
        self._next(group, gap, number + 1, at)
        author = self._somebody(group, chance)
        if author is None:
            return
        if group.moderated and chance.random() < 0.5:
            # It waits for a moderator; its Date stays that of its writing.
            wait = int(chance.uniform(1, 60) * HOUR)
            later = partial(self._open, group, author, self.timeline.now, chance)
            self.timeline.at(self.timeline.now + wait, later)
        else:
            self._open(group, author, self.timeline.now, chance)

    def _open(self, group: Group, author: User, created: int, chance: Random) -> None:
        subject = subject_of(chance)
        wanted = chance.choices((0, 1, 2), (65, 28, 7))[0]
        tags = tuple(chance.sample(group.hashtags, min(wanted, len(group.hashtags))))
        message = self.start(group, author, subject, created=created, hashtags=tags)
        message.topic.sticky = chance.random() < STICKY
        self._dress(message, chance)
        answers = 0 if group.announce else min(int(chance.expovariate(0.45)), 25)
        if answers:
            self._await(message.topic, answers, chance.choice((2, 8, 30)) * HOUR, chance)
        elif chance.random() < 0.05 and not group.announce:
            self._await(message.topic, 1, 120 * DAY, chance)

    def _await(self, topic: Topic, left: int, pace: float, chance: Random) -> None:
        wait = 60 + int(chance.expovariate(1 / pace))
        happening = partial(self._go_on, topic, left, pace, chance)
        self.timeline.at(self.timeline.now + wait, happening)

    def _go_on(self, topic: Topic, left: int, pace: float, chance: Random) -> None:
        author = self._somebody(topic.group, chance)
        if author is not None and topic.messages and not topic.closed:
            self._dress(self.reply(topic, author), chance)
        if left > 1:
            self._await(topic, left - 1, pace, chance)
        elif chance.random() < CLOSED:
            topic.closed = True

    def _somebody(self, group: Group, chance: Random) -> User | None:
        """A member who may write; a few write much, and many never."""
        found = None
        for _ in range(20 if group.roster else 0):
            user = chance.choice(group.roster)
            if group.holds(user):
                found = user
                if chance.random() < user.keen:
                    return user
        return found

    def _dress(self, message: Message, chance: Random) -> None:
        """Form, likes, attachments and fate of a new message."""
        message.plain = chance.random() < 0.4
        message.web = chance.random() < WEB
        now = self.timeline.now
        likes = int(chance.expovariate(0.9))
        message.likes = sorted(now + int(chance.expovariate(1 / (2 * DAY))) for _ in range(likes))
        if chance.random() < (0.04 if message.is_reply else 0.15):
            message.attachments = tuple(
                Attached(self.state.thing_ids.next(), *chance.choice(FILES))
                for _ in range(chance.choice((1, 1, 2)))
            )
        drawn = chance.random()
        # Most that is changed is changed soon, and a part of it long after anybody looks.
        late = chance.uniform(20, 200) * DAY if chance.random() < 0.3 else 0
        wait = HOUR + int(late or chance.expovariate(1 / (3 * DAY)))
        if drawn < EDITED:
            self.timeline.at(now + wait, partial(self.edit, message, None))
        elif drawn < EDITED + DELETED:
            self.timeline.at(now + wait, partial(self.delete, message))

    # What anybody may do, tests too

    def start(
        self,
        group: Group,
        user: User,
        subject: str,
        *,
        created: int | None = None,
        text: str | None = None,
        hashtags: tuple[Hashtag, ...] = (),
    ) -> Message:
        """A new topic that can be read from now on; `created` is the Date of its message."""
        now = self.timeline.now
        date = now if created is None else created
        topic = Topic(self.state.topic_ids.next(), group, subject, date, now, hashtags)
        group.topics[topic.id] = topic
        return self._add(topic, user, date, text)

    def reply(self, topic: Topic, user: User, text: str | None = None) -> Message:
        """An answer to a topic's latest message."""
        return self._add(topic, user, self.timeline.now, text)

    def _add(self, topic: Topic, user: User, date: int, text: str | None) -> Message:
        group, now = topic.group, self.timeline.now
        group.last_num += 1
        last = topic.messages[-1] if topic.messages else None
        number = self.state.message_ids.next()
        message = Message(number, group.last_num, topic, user, date, now, now, last, text=text)
        message.is_reply = last is not None
        topic.messages.append(message)
        topic.updated = now
        group.messages[message.num] = message
        sub = group.subs.get(user.id)
        if sub is not None and sub.status == NORMAL:
            sub.posts += 1
            sub.most_recent = date
        return message

    def edit(self, message: Message, text: str | None) -> None:
        """Replace a text; without one, the old text is marked as corrected."""
        if message.num in message.group.messages:
            message.text = text or f"{message.text or ''}\n(corrected)"
            message.updated = message.topic.updated = self.timeline.now

    def delete(self, message: Message) -> None:
        """Take a message away; the numbers of the others stay, an empty topic goes."""
        group, topic = message.group, message.topic
        if group.messages.pop(message.num, None) is None:
            return
        topic.messages.remove(message)
        topic.updated = self.timeline.now
        if not topic.messages:
            group.topics.pop(topic.id, None)
        self.life.note(group, message.user, f"message #{message.num} deleted")

    def merge(self, topic: Topic, into: Topic) -> None:
        """A moderator puts one topic's messages into another; only their topic's id changes."""
        for message in topic.messages:
            message.topic = into
        into.messages = sorted((*into.messages, *topic.messages), key=lambda each: each.num)
        topic.messages = []
        into.updated = self.timeline.now
        topic.group.topics.pop(topic.id, None)
