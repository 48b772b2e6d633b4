"""What the emulated GoTo account holds; instants are whole seconds since 1970 in UTC."""

from hashlib import sha256

import msgspec

FREE = 0
"""The group key of an organizer who is in no group."""


def number(low: int, high: int, *parts: object) -> int:
    """A number from `low` up to `high` made from the parts; how the vendor's keys look."""
    digest = sha256("/".join(map(str, parts)).encode()).digest()
    return low + int.from_bytes(digest[:8], "big") % (high - low)


def long_key(*parts: object) -> int:
    """A 64-bit key; always past 2^53, where a reader of JSON with floats loses digits."""
    return number(2 * 10**17, 9 * 10**18, *parts) | 1


class Group(msgspec.Struct, eq=False):
    """Organizers that an administrator manages together; `parent` is its own key at the top."""

    key: int
    name: str
    parent: int


class Organizer(msgspec.Struct, eq=False):
    """Who may host; `person` is the index in the world."""

    key: int
    person: int
    email: str
    given: str
    family: str
    group: int = FREE
    admin: bool = False
    suspended: bool = False
    webinars: bool = True

    @property
    def name(self) -> str:
        """As the account shows it: always given name first."""
        return f"{self.given} {self.family}".strip()


class Meeting(msgspec.Struct, eq=False):
    """What has a nine-digit id; a recurring one is a room that is held again and again."""

    id: int
    subject: str
    kind: str
    """`recurring`, `scheduled` or `immediate`."""
    organizer: Organizer
    community: int | None = None
    audience: tuple[float, float] = (0.2, 0.3)
    """Least and largest share of the community that comes."""

    @property
    def unique(self) -> int:
        """Another id of the same meeting, which some answers add."""
        return long_key("unique", self.id)


class Occurrence(msgspec.Struct, eq=False):
    """A time for which a meeting is planned; it may still be moved or cancelled."""

    meeting: Meeting
    serial: int
    start: int
    minutes: int
    moved: int = 0
    cancelled: bool = False


class Visit(msgspec.Struct, eq=False):
    """One join of one device: a row of the vendor's attendee report."""

    person: int
    name: str
    email: str
    join: int
    leave: int
    lost: bool = False
    """The report has no time of leaving."""
    reported: int = 0
    """From when on the report shows the row."""


class Session(msgspec.Struct, eq=False):
    """A meeting that was held, or is still running."""

    meeting: Meeting
    key: int
    id: int
    start: int
    end: int
    skew: int = 0
    """How many seconds earlier the attendee report says that it began."""
    visits: list[Visit] = []
    recorded: bool = False

    @property
    def minutes(self) -> int:
        """The length in whole minutes."""
        return round((self.end - self.start) / 60)

    @property
    def people(self) -> int:
        """How many people were there."""
        return len({visit.person for visit in self.visits})


class Registrant(msgspec.Struct, eq=False):
    """Somebody who registered for a webinar."""

    key: int
    person: int
    given: str
    family: str
    email: str
    registered: int
    status: str = "APPROVED"


class Stay(msgspec.Struct, eq=False):
    """A registrant in one session of a webinar: (join, leave) for each time they came in."""

    registrant: Registrant
    spans: list[tuple[int, int]]

    @property
    def seconds(self) -> int:
        """How long they were there in all."""
        return sum(leave - join for join, leave in self.spans)


class WebinarSession(msgspec.Struct, eq=False):
    """A webinar that was held, or is still running; the report comes at `reported`."""

    key: int
    start: int
    end: int
    reported: int
    stays: list[Stay] = []


class Webinar(msgspec.Struct, eq=False):
    """A webinar with one planned time, or several for a `sequence`."""

    key: int
    id: str
    subject: str
    description: str
    organizer: Organizer
    community: int | None
    times: list[tuple[int, int]]
    announced: int
    manual: bool = False
    registrants: list[Registrant] = []
    sessions: list[WebinarSession] = []

    @property
    def type(self) -> str:
        """Whether it is held once or several times."""
        return "single_session" if len(self.times) == 1 else "sequence"
