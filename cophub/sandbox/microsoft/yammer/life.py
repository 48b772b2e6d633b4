"""What happens in Yammer: threads, answers, edits, deletions and joins, on the one timeline.

How a thread goes is drawn when it begins, from the world's seed and its number alone. So the same
seed writes the same messages, however the clock is moved.
"""

from functools import partial
from random import Random

from cophub.sandbox.microsoft.tenant import Group, Happened, Tenant, User
from cophub.sandbox.microsoft.yammer.state import Message, Space, State, Thread, Version
from cophub.sandbox.microsoft.yammer.texts import text_of
from cophub.sandbox.timeline import Timeline
from cophub.sandbox.world import DAY, World

HOUR = 3_600
MEAN_SIZE = 4.75
"""Messages of a thread, on average; measured."""
SIZES = ((0, 0), (1, 3), (4, 9), (10, 20), (40, 70))
OFTEN = (44, 30, 17, 7, 2)
"""How often a thread has so many answers; the last are the busy ones."""
KINDS = ("update", "question", "announcement", "poll", "praise")
KINDS_OFTEN = (80, 12, 4, 2, 2)
DIRECT, WHOLE_NETWORK, SHARED = 0.05, 0.03, 0.04
EDITED, DELETED, LATE = 0.05, 0.03, 0.04


class Life:
    """Lets the tenant's people write."""

    def __init__(self, world: World, timeline: Timeline, tenant: Tenant, state: State) -> None:
        self.world, self.timeline, self.tenant, self.state = world, timeline, tenant, state
        self.people: dict[int, User] = {}
        """Everybody who ever had an account, by Yammer's id."""
        self.pending: set[str] = set()
        """Who has an account and never signed in to Yammer."""
        self.suspended: dict[str, int] = {}
        """When somebody was suspended, as long as the account is there."""
        self._writers: list[User] = []
        self._gap = 1.0

    def begin(self, target: int) -> None:
        """Begin; `target` messages will have been written by the world's now."""
        for user in self.tenant.users.values():
            self.people[user.yammer_id] = user
        span = self.world.now - self.world.start
        self._gap = span / max(target / MEAN_SIZE, 1)
        self.tenant.watch(self._heard)
        self._next(0)

    # What the tenant tells

    def _heard(self, what: Happened, user: User, group: Group | None) -> None:
        if what == "created":
            self.people[user.yammer_id] = user
            if user.yammer_id % 17 == 0:
                self.pending.add(user.id)
            else:
                self._writers.append(user)
        elif what == "disabled":
            self.suspended[user.id] = self.timeline.now
        space = self.state.by_guid.get(group.id) if group else None
        if space is None or space.deleted:
            return
        space.updated = self.timeline.now
        if what == "promoted" and space.creator is None:
            self._founded(space, user)
        if what == "joined" and user.person is not None and user.id not in self.pending:
            if user not in space.roster and user.yammer_id % 4 == 0:
                self.say(space, user, f"has joined the [[group:{space.id}]] group.")
            space.enter(user)

    def _founded(self, space: Space, user: User) -> None:
        space.creator = user
        about = space.group.description or space.group.title
        self.say(space, user, f"has created the [[group:{space.id}]] group: {about}")

    def say(self, space: Space, user: User, text: str) -> Message:
        """A system message."""
        return self.state.start(self.timeline.now, user, space, kind="system", text=text)

    # Threads

    def _next(self, number: int) -> None:
        chance = Random(self.world.seed * 1_000_003 + number)
        at = self.world.start + int(self._gap * (number + chance.random()))
        self.timeline.at(at, partial(self._begin_thread, number, chance))

    def _begin_thread(self, number: int, chance: Random) -> None:
        self._next(number + 1)
        drawn = chance.random()
        if drawn < DIRECT:
            self._begin_direct(chance)
        elif drawn < DIRECT + WHOLE_NETWORK:
            if (author := self._some(self._writers, chance)) is not None:
                self._follow(self._start(None, author, chance), chance)
        else:
            self._begin_in_group(chance)

    def _begin_in_group(self, chance: Random) -> None:
        spaces = [each for each in self.state.spaces.values() if not each.deleted]
        space = chance.choices(spaces, [len(each.roster) + 0.01 for each in spaces])[0]
        author = self._member(space, chance)
        if author is not None:
            self._follow(self._start(space, author, chance), chance)

    def _start(self, space: Space | None, author: User, chance: Random) -> Message:
        kind = chance.choices(KINDS, KINDS_OFTEN)[0]
        title = "Please read" if kind == "announcement" else None
        shared = None
        if space and not space.group.private and kind == "update" and chance.random() < SHARED:
            shared = self._something_public(chance)
        return self.state.start(
            self.timeline.now, author, space, kind=kind, title=title, shared=shared
        )

    def _something_public(self, chance: Random) -> int | None:
        for _ in range(5):
            found = self.state.messages[chance.choice(self.state.order)]
            space = found.thread.space
            if space and not space.group.private and not found.deleted and found.kind != "system":
                return found.id
        return None

    def _begin_direct(self, chance: Random) -> None:
        author, other = (self._some(self._writers, chance) for _ in range(2))
        if author is None or other is None or author is other:
            return
        # The hub's own account is written to as well: what only it may see is no group's.
        more = (self.tenant.service,) if chance.random() < 0.2 else ()
        message = self.state.start(
            self.timeline.now, author, None, participants=(author, other, *more)
        )
        self._follow(message, chance)

    # Answers

    def _follow(self, message: Message, chance: Random) -> None:
        least, most = chance.choices(SIZES, OFTEN)[0]
        # Busy threads are quick; in the others, days may pass between two answers.
        pace = chance.choice((2, 6)) * HOUR if least >= 10 else chance.choice((3, 20, 60)) * HOUR
        self._fate(message, chance)
        thread, left = message.thread, chance.randint(least, most)
        if left:
            self._await(thread, left, pace, chance)
        if chance.random() < LATE:
            wait = int(chance.uniform(60, 250) * DAY)
            self.timeline.at(self.timeline.now + wait, partial(self._reply, thread, chance))

    def _await(self, thread: Thread, left: int, pace: int, chance: Random) -> None:
        wait = 30 + int(chance.expovariate(1 / pace))
        happening = partial(self._go_on, thread, left, pace, chance)
        self.timeline.at(self.timeline.now + wait, happening)

    def _go_on(self, thread: Thread, left: int, pace: int, chance: Random) -> None:
        self._reply(thread, chance)
        if left > 1 and thread.messages:
            self._await(thread, left - 1, pace, chance)

    def _reply(self, thread: Thread, chance: Random) -> None:
        if not thread.messages:
            return
        author = self._answerer(thread, chance)
        if author is None:
            return
        to = thread.id if chance.random() < 0.85 else chance.choice(thread.messages).id
        message = self.state.reply(self.timeline.now, author, thread, reply_to=to)
        self._fate(message, chance)
        if thread.kind == "question" and thread.best is None and chance.random() < 0.3:
            thread.best = message.id

    def _answerer(self, thread: Thread, chance: Random) -> User | None:
        if thread.participants:
            return chance.choice([u for u in thread.participants if u.person is not None])
        if len(thread.messages) > 1 and chance.random() < 0.4:
            known = chance.choice(thread.messages).sender
            if known.deleted is None and known.enabled and known.person is not None:
                return known
        if thread.space is None:
            return self._some(self._writers, chance)
        return self._member(thread.space, chance)

    def _member(self, space: Space, chance: Random) -> User | None:
        for _ in range(8):
            user = self._some(space.roster, chance)
            if user is not None and user.id in space.group.members:
                return user
        return None

    def _some(self, users: list[User], chance: Random) -> User | None:
        """One who may write; few people write much."""
        for _ in range(8 if users else 0):
            user = users[int(len(users) * chance.random() ** 2)]
            if user.deleted is None and user.enabled:
                return user
        return None

    # Edits and deletions

    def _fate(self, message: Message, chance: Random) -> None:
        drawn = chance.random()
        if drawn < EDITED:
            wait = chance.uniform(10, 90) * DAY if chance.random() < 0.3 else 2 * HOUR
            self._later(wait, chance, partial(self._amend, message))
        elif drawn < EDITED + (DELETED / 3 if message.starter else DELETED):
            wait = chance.uniform(35, 200) * DAY if chance.random() < 0.4 else 3 * DAY
            self._later(wait, chance, partial(self._withdraw, message, chance.random() < 0.2))

    def _later(self, mean: float, chance: Random, happening: "partial[None]") -> None:
        wait = 60 + int(mean * (0.2 + chance.random()))
        self.timeline.at(self.timeline.now + wait, happening)

    def _amend(self, message: Message) -> None:
        if not message.deleted:
            self.edit(message, f"{text_of(message)} (corrected)", message.title)

    def _withdraw(self, message: Message, by_admin: bool) -> None:
        if not message.deleted:
            by = self.tenant.admin if by_admin else message.sender
            self.state.delete(self.timeline.now, message, by)

    def edit(self, message: Message, text: str, title: str | None) -> None:
        """Replace the text of a message now."""
        now = self.timeline.now
        old = Version(text_of(message), message.title, now)
        self.state.edit(now, message, old, text, title)
