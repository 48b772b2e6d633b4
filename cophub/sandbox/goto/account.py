"""The customer's account: who may host, in which groups, and who is where in the world."""

from collections import defaultdict
from dataclasses import replace

from cophub.sandbox.goto.state import FREE, Group, Organizer, long_key
from cophub.sandbox.world import DAY, Person, Stay, World, work_address

GROUPS = ("Communities of practice", "Francophone and regional")
SHARED = 3
"""Of so many communities that follow one another, the last two share an organizer."""


class Account:
    """Organizers and groups; the administrator hosts no community."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.key = long_key(world.seed, "account")
        self.name = "Health Alliance for Tomorrow"
        first, second = (long_key(world.seed, "group", number) for number in range(2))
        self.groups = [Group(first, GROUPS[0], first), Group(second, GROUPS[1], first)]
        self.crowd = Crowd(world)
        self.hosts: list[Organizer] = []
        """The organizer of each community."""
        self.organizers = [self._organizer(0, admin=True)]
        self._find_hosts()
        self.organizers.append(self._organizer(self._unused(), suspended=True))
        self.by_key = {organizer.key: organizer for organizer in self.organizers}

    def _organizer(self, person: int, **more: bool) -> Organizer:
        who = self.world.person(person)
        key = long_key(self.world.seed, "organizer", person)
        return Organizer(key, person, who.work_email, who.given, who.family, **more)

    def _find_hosts(self) -> None:
        for number in range(len(self.world.communities)):
            if number % SHARED == SHARED - 1:
                self.hosts.append(self.hosts[-1])
                continue
            taken = {organizer.person for organizer in self.organizers}
            early = self.crowd.members(number, self.world.start + 60 * DAY)
            found = next((p for p in early if p not in taken), self._unused())
            host = self._organizer(found)
            host.group = self.groups[number // SHARED % 2].key
            host.webinars = number % 4 != 1
            self.organizers.append(host)
            self.hosts.append(host)

    def _unused(self) -> int:
        taken = {organizer.person for organizer in self.organizers}
        return next(index for index in range(1, len(taken) + 2) if index not in taken)

    @property
    def admin(self) -> Organizer:
        """The administrator of the account."""
        return next(each for each in self.organizers if each.admin)

    def group(self, key: int) -> Group | None:
        """The group with this key."""
        return next((group for group in self.groups if group.key == key), None)

    def group_name(self, organizer: Organizer) -> str:
        """The name of an organizer's group, "" for one who is in none."""
        group = self.group(organizer.group)
        return group.name if group else ""

    def organizers_of(self, group: Group) -> list[Organizer]:
        """The organizers in a group itself, not in those below it."""
        return [each for each in self.organizers if each.group == group.key]

    def enlist(self, group: Group | None) -> Organizer:
        """One more organizer, listed before all others; in a group, or suspended and in none."""
        made = self._organizer(self._unused(), suspended=group is None)
        made.group = group.key if group else FREE
        self.organizers.insert(0, made)
        self.by_key[made.key] = made
        return made

    def forget(self, organizer: Organizer) -> None:
        """The account lists an organizer no more, and knows nothing of what they did."""
        self.organizers.remove(organizer)
        del self.by_key[organizer.key]


class Crowd:
    """Who is in which community when, and who they are then; grows as people arrive."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._next = 0
        self._stays: defaultdict[int, list[tuple[int, Stay]]] = defaultdict(list)
        self._erased: dict[int, int] = {}

    def _grow(self, instant: int) -> None:
        while self.world.arrival(self._next) <= instant:
            for stay in self.world.stays(self._next):
                self._stays[stay.community].append((self._next, stay))
            for turn in self.world.turns(self._next):
                if turn.what == "erased":
                    self._erased[self._next] = turn.at
            self._next += 1

    def arrived(self, instant: int) -> int:
        """How many people there are."""
        self._grow(instant)
        return self._next

    def members(self, community: int, instant: int) -> list[int]:
        """The people in a community at an instant, by index."""
        self._grow(instant)
        found = {
            index
            for index, stay in self._stays[community]
            if stay.joined <= instant
            and (stay.left is None or stay.left > instant)
            and self._erased.get(index, instant + 1) > instant
        }
        return sorted(found)

    def person(self, index: int, instant: int) -> Person:
        """Who a person is at an instant: some marry, some change employer."""
        found = self.world.person(index)
        for turn in self.world.turns(index):
            if turn.at > instant:
                break
            if turn.what == "married":
                found = replace(found, family=self.world.new_family_name(index, turn))
            elif turn.what == "moved":
                found = replace(found, organisation=self.world.new_organisation(index, turn))
        return found


def address(person: Person) -> str:
    """The address a person gives: that at work, or at home where they prefer it."""
    return (
        person.personal_email
        if person.prefers_personal
        else work_address(person, person.organisation)
    )
