"""Who joins, waits, leaves, is banned, bounces or changes name, on the one timeline.

Everything is drawn from the world's seed and an index, so any steps of the clock lead to the same.
"""

from collections.abc import Callable
from functools import partial
from itertools import islice

from cophub.sandbox.groupsio.people import make_user, new_address, takes_part
from cophub.sandbox.groupsio.state import (
    BANNED,
    BOUNCED,
    BOUNCING,
    CONFIRMED,
    MEMBER,
    MODERATOR,
    NORMAL,
    OWNER,
    PENDING,
    Act,
    Ended,
    Group,
    State,
    Sub,
    User,
)
from cophub.sandbox.timeline import Timeline
from cophub.sandbox.world import DAY, Stay, Turn, World

DELIVERIES = (
    "email_delivery_single",
    "email_delivery_html_digest",
    "email_delivery_summary",
    "email_delivery_none",
)
EXPIRED, IN_SUBGROUP, MOVED_QUIETLY = 0.06, 0.3, 0.5


class Life:
    """Lets the world's people come and go."""

    def __init__(self, world: World, timeline: Timeline, state: State) -> None:
        self.world, self.timeline, self.state = world, timeline, state
        self.accounts: dict[int, User] = {}
        """The account of each person who has one."""
        self.groups: dict[int, list[Group]] = {}
        """The groups of each community, the main one first."""

    def begin(self) -> None:
        """Let everybody arrive, for ever."""
        for group in self.state.groups.values():
            self.groups.setdefault(group.community, []).append(group)
        self._next(0)

    def _next(self, index: int) -> None:
        at, person = next(islice(self.world.arrivals(index), 1))
        self.timeline.at(at, partial(self._arrive, person))

    def _arrive(self, index: int) -> None:
        self._next(index + 1)
        for stay in self.world.stays(index):
            if takes_part(self.world, index, stay.community):
                self.timeline.at(stay.joined, partial(self._come, index, stay))

    # Joining and leaving

    def _come(self, index: int, stay: Stay) -> None:
        user = self.account(index)
        chance = self.world.random("groupsio", "sub", index, stay.community, stay.joined)
        main, *below = self.groups[stay.community]
        old = main.subs.get(user.id)
        if user.id not in self.state.users or (old is not None and old.status != NORMAL):
            return
        delivery = chance.choices(DELIVERIES, (60, 20, 8, 12))[0]
        self.enter(main, user, pending=main.restricted, delivery=delivery)
        if main.restricted:
            wait = int(chance.uniform(0.2, 4) * DAY)
            decide = partial(self.approve, main, user)
            if chance.random() < EXPIRED:
                wait, decide = 14 * DAY, partial(self.leave, main, user, action="expired_member")
            self.timeline.at(self.timeline.now + wait, decide)
        for group in below:
            if chance.random() < IN_SUBGROUP:
                wait = int(chance.uniform(5, 90) * DAY)
                self.timeline.at(self.timeline.now + wait, partial(self._into, group, user))
        if stay.left is not None:
            action = chance.choices(("left_member", "removed_member", BANNED), (82, 12, 6))[0]
            self.timeline.at(stay.left, partial(self.leave, main, user, action=action))

    def account(self, index: int) -> User:
        """The account of a person, made now if there was none."""
        if index in self.accounts:
            return self.accounts[index]
        user = make_user(self.world, self.state, index, self.timeline.now)
        self.accounts[index] = user
        for turn in self.world.turns(index):
            self.timeline.at(turn.at, partial(self._turn, index, user, turn))
        return user

    def _into(self, group: Group, user: User) -> None:
        if group.parent is not None and group.parent.holds(user):
            self.enter(group, user)

    def enter(
        self, group: Group, user: User, *, pending: bool = False, delivery: str = DELIVERIES[0]
    ) -> Sub:
        """Subscribe a user, who waits for approval where `pending`; no second time."""
        if user.id in group.subs:
            return group.subs[user.id]
        now = self.timeline.now
        sub = Sub(self.state.sub_ids.next(), group, user, now, now, delivery=delivery)
        group.subs[user.id] = sub
        if pending and any(group.present()):
            sub.status = PENDING
            self.note(group, user, "requested to join")
        else:
            self._let_in(sub)
        return sub

    def approve(self, group: Group, user: User) -> None:
        """Let one in who waits."""
        sub = group.subs.get(user.id)
        if sub is not None and sub.status == PENDING:
            sub.updated = self.timeline.now
            self._let_in(sub)

    def _let_in(self, sub: Sub) -> None:
        group, user = sub.group, sub.user
        sub.status = NORMAL
        roles = [each.mod_status for each in group.present() if each.user.person is not None]
        if user.person is not None:
            group.roster.append(user)
            if OWNER not in roles:
                sub.mod_status = OWNER
            elif roles.count(MODERATOR) < 1 + len(roles) // 40:
                sub.mod_status = MODERATOR
        self.note(group, user, "subscribed via web")

    def leave(self, group: Group, user: User, *, action: str = "left_member") -> None:
        """End a subscription and those below it; a banned one stays on the list of the banned."""
        for below in self.groups.get(group.community, []):
            if below.parent is group:
                self.leave(below, user)
        sub = group.subs.get(user.id)
        expired = action == "expired_member"
        if sub is None or sub.status == BANNED or (expired and sub.status != PENDING):
            return
        now, role = self.timeline.now, sub.mod_status
        if action == BANNED:
            sub.status, sub.updated, sub.left, sub.mod_status = BANNED, now, now, MEMBER
            self.note(group, user, "was banned")
        else:
            del group.subs[user.id]
            if sub.status == NORMAL or expired:
                sub.left = None if expired else now
                group.past.append(Ended(self.state.thing_ids.next(), now, action, sub))
            self.note(group, user, "unsubscribed" if action == "left_member" else "was removed")
        if role == OWNER:
            self._succeed(group)

    def _succeed(self, group: Group) -> None:
        """The longest-serving moderator, else member, becomes the owner."""
        heirs = [each for each in group.present() if each.user.person is not None]
        if heirs:
            heir = min(heirs, key=lambda each: (each.mod_status != MODERATOR, each.id))
            heir.mod_status, heir.updated = OWNER, self.timeline.now

    def note(self, group: Group, user: User, about: str) -> None:
        """Write a line into the group's log."""
        group.acts.append(Act(self.state.thing_ids.next(), self.timeline.now, user, about))

    # What happens to people

    def _turn(self, index: int, user: User, turn: Turn) -> None:
        happening: Callable[[], None] = {
            "married": partial(self._marry, index, user, turn),
            "moved": partial(self._move, index, user, turn),
            "erased": partial(self.erase, user),
        }[turn.what]
        happening()

    def _marry(self, index: int, user: User, turn: Turn) -> None:
        person = self.world.person(index)
        if person.family in user.full_name:
            family = self.world.new_family_name(index, turn)
            user.full_name = user.full_name.replace(person.family, family)
            user.updated = self.timeline.now

    def _move(self, index: int, user: User, turn: Turn) -> None:
        """Half of those who change employer tell the vendor; mail to the others bounces."""
        if user.email.lower() == self.world.person(index).personal_email:
            return
        chance = self.world.random("groupsio", "moved", index, turn.number)
        now = user.updated = self.timeline.now
        if chance.random() < MOVED_QUIETLY:
            user.status = BOUNCING
            self.timeline.at(now + 30 * DAY, partial(self._bounced, user))
            mended = now + int(chance.uniform(20, 400) * DAY)
            self.timeline.at(mended, partial(self._mend, index, user))
        else:
            user.email = new_address(self.world, index, turn)

    def _bounced(self, user: User) -> None:
        if user.status == BOUNCING:
            user.status, user.updated = BOUNCED, self.timeline.now

    def _mend(self, index: int, user: User) -> None:
        user.status, user.updated = CONFIRMED, self.timeline.now
        user.email = self.world.person(index).personal_email

    def erase(self, user: User) -> None:
        """Delete an account: no list of members, past ones too, tells of it; its posts stay."""
        for group in self.state.groups.values():
            self.leave(group, user)
            group.subs.pop(user.id, None)
            group.past = [end for end in group.past if end.sub.user is not user]
            group.acts = [act for act in group.acts if act.user is not user]
        self.state.users.pop(user.id, None)
