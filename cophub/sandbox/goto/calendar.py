"""What is planned, moved, cancelled and held: monthly calls, single meetings, sudden ones."""

from bisect import insort
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from functools import partial

from cophub.sandbox.goto.account import Account
from cophub.sandbox.goto.attendance import Attendance
from cophub.sandbox.goto.state import Meeting, Occurrence, Organizer, Session, long_key, number
from cophub.sandbox.timeline import Timeline
from cophub.sandbox.world import DAY

MINUTE, HOUR = 60, 3_600
PLANNED_AHEAD = 60 * DAY
SINGLE_GAP, OTHER_GAP = 75 * DAY, 40 * DAY
MOVED, CANCELLED, BROKEN_OFF = 0.1, 0.06, 0.05
TOPICS = (
    "data quality clinic", "steering group", "Q&A with the authors", "from data -&gt; decisions",
    "new members' welcome", "peer assist", "journal club", "working group on indicators",
)  # fmt: skip
"""`>` and `<` are kept as the vendor demands them to be written: as character references."""
OTHERS = (
    "Budget review", "Check-in", "Interview", "Proposal writing", "Vendor demo", "Planning retreat",
)  # fmt: skip


class Calendar:
    """Holds meetings on the timeline; sessions are in order of their start."""

    def __init__(self, account: Account, timeline: Timeline) -> None:
        self.account = account
        self.world = account.world
        self.timeline = timeline
        self.attendance = Attendance(account)
        self.meetings: dict[int, Meeting] = {}
        self.planned: list[Occurrence] = []
        """What is still to come."""
        self.sessions: list[tuple[int, int, Session]] = []
        self.by_organizer: defaultdict[int, list[tuple[int, int, Session]]] = defaultdict(list)
        self.by_meeting: defaultdict[int, list[Session]] = defaultdict(list)
        self._running: list[Occurrence] = []
        self.rooms = [self._room(number) for number in range(len(self.world.communities))]
        self.open: dict[int, Occurrence] = {}
        """Rooms by the organizer whose own they are; anybody may come at any time."""
        for organizer in account.organizers[::2]:
            self._open_room(organizer)

    def begin(self) -> None:
        """Put on the timeline what will happen."""
        for community, room in enumerate(self.rooms):
            self._plan_call(room, community, 0)
            self._plan_single(community, 0, self.world.start)
        for organizer in self.account.organizers:
            if not organizer.suspended:
                self._plan_other(organizer, 0, self.world.start)

    # Making meetings

    def _room(self, community: int) -> Meeting:
        key = self.world.communities[community].key.upper()
        host = self.account.hosts[community]
        return self.add(f"{key}: monthly call", "recurring", host, community)

    def _open_room(self, organizer: Organizer) -> None:
        room = self.add(f"{organizer.given}'s meeting room", "recurring", organizer)
        # Nobody plans when it is used: the date it shows is that of its making.
        made = self.world.start - number(100, 900, organizer.key) * DAY
        self.open[organizer.key] = Occurrence(room, 0, made, 60)

    def add(
        self, subject: str, kind: str, organizer: Organizer, community: int | None = None
    ) -> Meeting:
        """A meeting with an id of its own."""
        serial = len(self.meetings)
        while (meeting_id := number(10**8, 10**9, self.world.seed, "meeting", serial)) in (
            self.meetings
        ):
            serial += 100_003
        audience = (0.2, 0.3) if kind == "recurring" else (0.05, 0.18)
        self.meetings[meeting_id] = Meeting(
            meeting_id, subject, kind, organizer, community, audience
        )
        return self.meetings[meeting_id]

    # Planning

    def _plan_call(self, room: Meeting, community: int, serial: int) -> None:
        start = _monthly(self.world.start, community, serial)

        def plan() -> None:
            minutes = (60, 90, 75)[community % 3]
            self.plan(Occurrence(room, serial, start, minutes))
            self._plan_call(room, community, serial + 1)

        self.timeline.at(start - PLANNED_AHEAD, plan)

    def _plan_single(self, community: int, serial: int, after: int) -> None:
        chance = self.world.random("single", community, serial)
        start = _office_hour(after + int(chance.expovariate(1 / SINGLE_GAP)) + 5 * DAY)
        key = self.world.communities[community].key.upper()

        def plan() -> None:
            subject = f"{key}: {chance.choice(TOPICS)}"
            host = self.account.hosts[community]
            meeting = self.add(subject, "scheduled", host, community)
            self.plan(Occurrence(meeting, serial, start, chance.choice((30, 45, 60, 90))))
            self._plan_single(community, serial + 1, start)

        self.timeline.at(start - chance.randint(7, 30) * DAY, plan)

    def _plan_other(self, organizer: Organizer, serial: int, after: int) -> None:
        chance = self.world.random("other", organizer.key, serial)
        start = _office_hour(after + int(chance.expovariate(1 / OTHER_GAP)) + HOUR)
        sudden = chance.random() < 0.4
        room = self.open.get(organizer.key) if sudden and chance.random() < 0.5 else None

        def plan() -> None:
            subject = "Meet Now" if sudden else chance.choice(OTHERS)
            kind = "immediate" if sudden else "scheduled"
            meeting = room.meeting if room else self.add(subject, kind, organizer)
            occurrence = Occurrence(meeting, serial, start, chance.choice((20, 30, 60)))
            if sudden:
                self.begin_now(occurrence)
            else:
                self.plan(occurrence)
            self._plan_other(organizer, serial + 1, start)

        self.timeline.at(start if sudden else start - 3 * DAY, plan)

    def plan(self, occurrence: Occurrence) -> None:
        """Announce an occurrence, and let come what may of it."""
        if occurrence.meeting.organizer.suspended:
            return
        self.planned.append(occurrence)
        chance = self.world.random("fate", occurrence.meeting.id, occurrence.serial)
        fate, days = chance.random(), chance.choice((1, 2, 7))
        if fate < MOVED:
            change = partial(self.move, occurrence, days * DAY)
            self.timeline.at(occurrence.start - 5 * DAY, change)
        elif fate < MOVED + CANCELLED:
            self.timeline.at(occurrence.start - 2 * DAY, partial(self.cancel, occurrence))
        self.timeline.at(occurrence.start, partial(self._due, occurrence, occurrence.start))

    def move(self, occurrence: Occurrence, later: int) -> None:
        """Hold an occurrence so many seconds later than planned."""
        occurrence.moved += 1
        occurrence.start += later
        self.timeline.at(occurrence.start, partial(self._due, occurrence, occurrence.start))

    def cancel(self, occurrence: Occurrence) -> None:
        """Do not hold an occurrence; the vendor shows it no more."""
        occurrence.cancelled = True
        if occurrence in self.planned:
            self.planned.remove(occurrence)

    def shown(self, now: int) -> list[Occurrence]:
        """What runs now and what is still to come, by start; open rooms come first."""
        self._running = [each for each in self._running if _ends(each) > now]
        everything = [*self.open.values(), *self._running, *self.planned]
        return sorted(everything, key=lambda each: each.start)

    # Holding

    def _due(self, occurrence: Occurrence, start: int) -> None:
        if occurrence.start == start and not occurrence.cancelled:
            self.planned.remove(occurrence)
            self.begin_now(occurrence)

    def dismiss(self, organizer: Organizer) -> None:
        """An organizer hosts nothing any more: what they planned is called off."""
        organizer.suspended = True
        self.open.pop(organizer.key, None)
        for occurrence in [each for each in self.planned if each.meeting.organizer is organizer]:
            self.cancel(occurrence)

    def begin_now(self, occurrence: Occurrence) -> None:
        """Hold an occurrence, and show it among the upcoming ones while it runs."""
        self._running.append(occurrence)
        self.hold(occurrence)

    def hold(self, occurrence: Occurrence) -> None:
        """Begin now; a line that breaks makes two sessions of one meeting.

        Whoever is suspended cannot.
        """
        if occurrence.meeting.organizer.suspended:
            return
        chance = self.world.random("hold", occurrence.meeting.id, occurrence.serial)
        start = self.timeline.now + chance.randint(0, 8 * MINUTE)
        end = start + occurrence.minutes * MINUTE + chance.randint(-4 * MINUTE, 12 * MINUTE)
        end = max(end, start + 10 * MINUTE)
        spans = [(start, end)]
        if chance.random() < BROKEN_OFF and end - start > 40 * MINUTE:
            cut = start + (end - start) // 3
            spans = [(start, cut), (cut + chance.randint(3, 9) * MINUTE, end)]
        for part, (begun, ended) in enumerate(spans):
            key = long_key("session", occurrence.meeting.id, occurrence.serial, part)
            session = Session(occurrence.meeting, key, key % 10**9 + 10**9, begun, ended)
            session.skew = chance.randint(5, 90) if chance.random() < 0.2 else 0
            session.recorded = chance.random() < 0.1
            self.attendance.fill(session)
            self.enter(session)

    def enter(self, session: Session) -> None:
        """Keep a session among those that are held."""
        entry = (session.start, session.key, session)
        insort(self.sessions, entry)
        insort(self.by_organizer[session.meeting.organizer.key], entry)
        self.by_meeting[session.meeting.id].append(session)


def _ends(occurrence: Occurrence) -> int:
    return occurrence.start + occurrence.minutes * MINUTE


def _monthly(first: int, community: int, serial: int) -> int:
    """The start of a monthly call: always the same weekday of the month at the same hour."""
    began = datetime.fromtimestamp(first, UTC)
    months = began.month + serial
    month = datetime(began.year + months // 12, months % 12 + 1, 1, tzinfo=UTC)
    weekday = (1 + community) % 5
    day = month + timedelta(days=(weekday - month.weekday()) % 7 + 7 * (community % 3))
    return int(day.timestamp()) + (8 + community % 8) * HOUR


def _office_hour(instant: int) -> int:
    """The next half hour that lies between 07:00 and 17:00 UTC on a weekday."""
    when = datetime.fromtimestamp(instant - instant % (HOUR // 2) + HOUR // 2, UTC)
    if not 7 <= when.hour < 17:
        when = when.replace(hour=9, minute=0) + timedelta(days=when.hour >= 17)
    while when.weekday() > 4:
        when += timedelta(days=1)
    return int(when.timestamp())
