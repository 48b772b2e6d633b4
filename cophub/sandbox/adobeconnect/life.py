"""What happens on an Adobe Connect site: people join groups, move and leave, and rooms are used."""

from functools import partial
from random import Random

from cophub.sandbox import names
from cophub.sandbox.adobeconnect.site import HOUR, Principal, Sco, Session, Site, Stay
from cophub.sandbox.timeline import Timeline
from cophub.sandbox.world import DAY, Person, Turn, World, work_address
from cophub.sandbox.world import Stay as Belonging

SHARE_WITH_LOGIN = 0.6
"""Of the people, those who have a login here; the others come as guests, or never."""
BETWEEN_CALLS = 28 * DAY


class Life:
    """Lives a world's people and calls on a site, in the order of time."""

    def __init__(self, world: World, timeline: Timeline, site: Site) -> None:
        self.world, self.timeline, self.site = world, timeline, site
        self.logins: dict[int, Principal] = {}
        self.crowds: list[dict[int, int]] = [{} for _ in world.communities]
        """Of each community, who is in it, and since when."""
        self.groups = [site.join("group", one.title) for one in world.communities]
        self.hosts_group = site.join("live-admins", "Meeting Hosts")
        site.join("everyone", "Everyone", login="everyone")
        self.rooms: list[Sco] = []

    def begin(self) -> None:
        """Set the rooms up, and let people arrive."""
        folders: dict[str, Sco] = {}
        for number, community in enumerate(self.world.communities):
            folder = folders.get(community.domain)
            if folder is None:
                tree = self.site.shortcuts["meetings"]
                folder = self._put(tree, "folder", "folder", community.domain)
                folders[community.domain] = folder
            inside = folder
            if number % 3 == 1:  # some programmes keep a folder in a folder
                inside = self._put(folder.id, "folder", "folder", "Calls")
            self._room(inside, f"{community.title} call", community.key, number)
        closed = self._room(folders[self.world.communities[0].domain], "Steering group", "steer", 0)
        closed.hidden = True
        self._room(next(iter(folders.values())), "Rehearsal room", "rehearsal", -1)
        library = self._put(self.site.shortcuts["content"], "folder", "folder", "Guides")
        for name in ("How to join a call", "House rules"):
            self._put(library.id, "content", "pdf", name)
        self.timeline.at(self.world.arrival(0), partial(self._arrive, 0))

    def _put(self, folder: int, type: str, icon: str, name: str) -> Sco:
        return self.site.add(folder, type, icon, name, self.timeline.now)

    def _room(self, folder: Sco, name: str, path: str, community: int) -> Sco:
        room = self._put(folder.id, "meeting", "meeting", name)
        room.url_path, room.community = f"/{path}/", community
        if community >= 0:
            room.begin, room.duration = self.timeline.now, "3600"
            room.end = room.begin + HOUR
            self.rooms.append(room)
            first = self.timeline.now + (9 + 2 * (len(self.rooms) % 13)) * DAY + 14 * HOUR
            self.timeline.at(first, partial(self._call, room, 1))
        return room

    def _own_room(self, host: Principal, community: int) -> None:
        """A room in a host's own folder, where the community meets as well."""
        tree = self.site.shortcuts["user-meetings"]
        if all(folder.name != host.login for folder in self.site.inside(tree)):
            folder = self._put(tree, "folder", "folder", host.login)
            path = host.login.partition("@")[0].replace(".", "")
            self._room(folder, f"{host.name}'s Meeting Room", path, community)

    # People

    def _arrive(self, index: int) -> None:
        for stay in self.world.stays(index):
            self.timeline.at(stay.joined, partial(self._join, index, stay))
            if stay.left is not None:
                self.timeline.at(stay.left, partial(self._leave, index, stay))
        if self.world.random("adobe", index).random() < SHARE_WITH_LOGIN:
            person = self.world.person(index)
            login = person.work_email
            if index % 9 == 4:  # an address is not always written in the same case
                login = login.title()
            one = self.site.join("user", person.name, login=login, email=login, person=index)
            self.logins[index] = one
            for turn in self.world.turns(index):
                self.timeline.at(turn.at, partial(self._turn, index, turn))
        after = index + 1
        self.timeline.at(self.world.arrival(after), partial(self._arrive, after))

    def _join(self, index: int, stay: Belonging) -> None:
        self.crowds[stay.community][index] = stay.joined
        if index in self.logins:
            self.groups[stay.community].members.add(self.logins[index].id)

    def _leave(self, index: int, stay: Belonging) -> None:
        self.crowds[stay.community].pop(index, None)
        if index in self.logins:
            self.groups[stay.community].members.discard(self.logins[index].id)

    def _turn(self, index: int, turn: Turn) -> None:
        one, person = self.logins.get(index), self.world.person(index)
        if one is None:
            return
        if turn.what == "moved":
            employer = self.world.new_organisation(index, turn)
            one.login = one.email = work_address(person, employer)
        elif turn.what == "married":
            one.name = f"{person.given} {self.world.new_family_name(index, turn)}"
        else:
            self.erase(one)

    def erase(self, one: Principal) -> None:
        """Delete a login; what it attended stays in the reports."""
        one.deleted = True
        for group in self.site.groups:
            group.members.discard(one.id)
        self.logins.pop(one.person, None)

    # Calls

    def _call(self, room: Sco, number: int) -> None:
        if room.id in self.site.scos:
            self.hold(room, f"{room.id}/{number}")
        following = self.timeline.now + BETWEEN_CALLS
        self.timeline.at(following, partial(self._call, room, number + 1))

    def hold(self, room: Sco, key: object, minutes: int | None = None) -> Session | None:
        """A session that begins now, if there is anybody to come."""
        chance, now = self.world.random("adobe-call", key), self.timeline.now
        crowd = sorted(self.crowds[room.community]) if room.community >= 0 else []
        here = [index for index in crowd if index in self.logins]
        if not here:
            return None
        if not room.hosts or room.hosts[0].deleted:
            room.hosts = [self.logins[index] for index in here[:2]]
            self.hosts_group.members.update(host.id for host in room.hosts)
            if room.community % 3 == 0 and not room.sessions:
                self._own_room(room.hosts[0], room.community)
        end = now + (minutes or chance.randrange(55, 95)) * 60
        opened = self.site.number()  # the transcript of the first comes just before the asset
        session = Session(self.site.number(), now, end)
        hosts = {host.person for host in room.hosts}
        came = [index for index in crowd if index not in hosts]
        came = sorted(chance.sample(came, min(len(came), max(3, len(came) // 5))))
        self._hosts_come(room, session, chance)
        for place, index in enumerate(came):
            self._comes(session, index, place, opened, chance)
        room.sessions.append(session)
        room.modified = now
        if number_of(room) % 2 == 1:
            self.timeline.at(end + 60, partial(self._record, room, session))
        return session

    def _hosts_come(self, room: Sco, session: Session, chance: Random) -> None:
        for place, host in enumerate(room.hosts[: 1 + (number_of(room) % 3 == 0)]):
            joined = session.began + place * 90
            number = self.site.number()
            left = session.ended - place * 30
            session.stays.append(Stay(number, host, host.name, joined, left, host=True))

    def _comes(self, session: Session, index: int, place: int, opened: int, chance: Random) -> None:
        """One person's stays; the first two who come share the number of a transcript."""
        began, ended = session.began, session.ended
        joined = began if place < 2 else began + chance.randrange(1, 1_500)
        number = opened if place < 2 else self.site.number()
        who, shown = self._as(index, chance)
        lost = chance.random() < 0.06
        left = ended - chance.randrange(0, 600)
        if chance.random() < 0.2:  # the line breaks, and they come back
            broken = min(joined + chance.randrange(300, 1_200), left - 120)
            session.stays.append(Stay(number, who, shown, joined, broken))
            if who.type == "guest":
                who = self._guest(index)
            number, joined = self.site.number(), broken + chance.randrange(20, 90)
        elif chance.random() < 0.05:  # a telephone beside the computer, at the same time
            again = joined + 60
            session.stays.append(Stay(self.site.number(), who, shown, again, again + 900))
        session.stays.append(Stay(number, who, shown, joined, max(left, joined + 1), lost=lost))

    def _as(self, index: int, chance: Random) -> tuple[Principal, str]:
        """Whom the vendor takes somebody for, and the name that they type."""
        if index in self.logins and chance.random() < 0.9:
            return self.logins[index], self.logins[index].name
        return self._guest(index), typed(self.world.person(index))

    def _guest(self, index: int) -> Principal:
        return Principal(self.site.number(), "guest", typed(self.world.person(index)), person=index)

    def _record(self, room: Sco, session: Session) -> None:
        if room.id not in self.site.scos:
            return
        sco = self._put(room.id, "content", "archive", f"{room.name}_{number_of(room) - 1}")
        sco.begin, sco.end = session.began, session.ended
        hours, rest = divmod(session.ended - session.began, HOUR)
        sco.duration = f"{hours:02}:{rest // 60:02}:{rest % 60:02}.927"
        if number_of(room) % 4 == 1:
            self._put(room.id, "content", "pdf", f"Slides on {_topic(session)}")


def number_of(room: Sco) -> int:
    """How many sessions a room has had."""
    return len(room.sessions)


def typed(person: Person) -> str:
    """What somebody types who comes without a login: the same each time."""
    ways = (
        person.given.lower(),
        f"{person.family} {person.given}".strip(),
        f"{person.given} ({person.organisation.name})",
        person.name,
    )
    return ways[person.index % len(ways)]


def _topic(session: Session) -> str:
    return names.TOPICS[session.asset % len(names.TOPICS)]
