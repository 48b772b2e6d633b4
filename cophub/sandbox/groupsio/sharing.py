"""What groups keep beside conversations: calendar, files in folders, a table of contacts."""

from functools import partial

from cophub.sandbox.groupsio.life import Life
from cophub.sandbox.groupsio.state import Event, File, Group, State, User
from cophub.sandbox.groupsio.texts import FILES, topic_of
from cophub.sandbox.timeline import Timeline, moment
from cophub.sandbox.world import DAY, World

HOUR = 3_600
CALL_GAP, FILE_GAP = 21 * DAY, 24 * DAY
MOVED, CALLED_OFF, TAKEN_AWAY = 0.15, 0.06, 0.08
FOLDERS = ("Meetings", "Meetings/2026 notes & slides", "Guides", "Données")


class Sharing:
    """Lets members announce calls and share files."""

    def __init__(self, world: World, timeline: Timeline, state: State, life: Life) -> None:
        self.world, self.timeline, self.state, self.life = world, timeline, state, life

    def begin(self, group: Group) -> None:
        """Let calls be announced and files be shared in a group, for ever."""
        self._next_event(group, 0)
        self._next_file(group, 0)

    def _later(self, group: Group, what: str, number: int, gap: float) -> None:
        chance = self.world.random("groupsio", what, group.name, number)
        wait = DAY + int(chance.expovariate(1 / gap))
        act = self._announce if what == "event" else self._share
        self.timeline.at(self.timeline.now + wait, partial(act, group, number))

    def _next_event(self, group: Group, number: int) -> None:
        self._later(group, "event", number, CALL_GAP * (3 if group.parent else 1))

    def _next_file(self, group: Group, number: int) -> None:
        self._later(group, "file", number, FILE_GAP * (3 if group.parent else 1))

    def _leader(self, group: Group) -> User | None:
        """The one with the highest role who is there."""
        present = [sub for sub in group.present() if sub.user.person is not None]
        if not present:
            return None
        return min(present, key=lambda sub: (sub.mod_status != "sub_modstatus_owner", sub.id)).user

    # The calendar

    def _announce(self, group: Group, number: int) -> None:
        self._next_event(group, number + 1)
        chance = self.world.random("groupsio", "call", group.name, number)
        user, now = self._leader(group), self.timeline.now
        if user is None:
            return
        day = (now + int(chance.uniform(7, 25) * DAY)) // DAY * DAY
        starts = day + chance.choice((8, 9, 13, 14, 15)) * HOUR
        ends = starts + chance.choice((60, 60, 90, 120)) * 60
        title = chance.choice(("Call on {t}", "Webinar: {t}", "{t}: open meeting"))
        event = Event(
            self.state.thing_ids.next(), group, title.format(t=topic_of(chance)),
            starts, ends, now, now, user,
            location=chance.choice(("Online", "https://meet.example/room", "")),
            about="<p>All members are welcome. Slides &amp; notes will be shared.</p>",
        )  # fmt: skip
        group.events.append(event)
        self.life.note(group, user, f"added event {event.title}")
        drawn, wait = chance.random(), int(chance.uniform(1, 6) * DAY)
        if drawn < MOVED:
            self.timeline.at(now + wait, partial(self._move, event))
        elif drawn < MOVED + CALLED_OFF:
            self.timeline.at(now + wait, partial(self._call_off, event))

    def _move(self, event: Event) -> None:
        event.starts, event.ends = event.starts + 7 * DAY, event.ends + 7 * DAY
        event.updated = self.timeline.now

    def _call_off(self, event: Event) -> None:
        event.group.events.remove(event)
        self.life.note(event.group, event.user, f"deleted event {event.title}")

    # Files

    def _share(self, group: Group, number: int) -> None:
        self._next_file(group, number + 1)
        chance = self.world.random("groupsio", "shared", group.name, number)
        present = [sub.user for sub in group.present() if sub.user.person is not None]
        if not present:
            return
        user, now = chance.choice(present), self.timeline.now
        folder = chance.choice(("", *FOLDERS))
        self._folder(group, folder, user)
        name, media_type = chance.choice(FILES)
        stem, _, ending = name.rpartition(".")
        file = File(
            self.state.thing_ids.next(), group, folder,
            f"{moment(now):%Y-%m-%d} {stem}.{ending}", False, now, now, user,
            media_type=media_type, about=f"On {topic_of(chance)}", size=0,
        )  # fmt: skip
        file.size = len(content_of(file.name))
        group.files.append(file)
        self.life.note(group, user, f"added file {file.name}")
        if chance.random() < TAKEN_AWAY:
            wait = int(chance.uniform(5, 90) * DAY)
            self.timeline.at(now + wait, partial(group.files.remove, file))

    def _folder(self, group: Group, path: str, user: User) -> None:
        above, _, name = path.rpartition("/")
        if not name:
            return
        self._folder(group, above, user)
        if not any(f.folder and f.path == above and f.name == name for f in group.files):
            now = self.timeline.now
            folder = File(self.state.thing_ids.next(), group, above, name, True, now, now, user)
            group.files.append(folder)


def content_of(name: str) -> bytes:
    """What is in a file of this name: a line that says so."""
    return f"The sandbox's copy of {name}\n".encode() * (3 + len(name) % 7)
