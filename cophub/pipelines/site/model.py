"""What the site shows, in plain values that may all be published: no raw figure is in here."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from cophub.pipelines.site.across import Across, Balance, Stream
from cophub.pipelines.site.added.model import Added
from cophub.pipelines.site.audiences import ONE, Audience
from cophub.pipelines.site.formats import ABSENT, Cell
from cophub.pipelines.site.formats import month as month_name
from cophub.pipelines.site.measured import Parts


@dataclass(frozen=True)
class Definition:
    """What a figure counts, shown beside it; `name` is its stable name."""

    name: str
    label: str
    text: str


@dataclass(frozen=True)
class Series:
    """A figure that every month has: its name, its label, and the colour variable that draws it."""

    name: str
    label: str
    colour: str = "var(--c1)"


ENGAGED = Series("engaged", "Did anything", "var(--c1-soft)")
ACTIVE = Series("active", "Contributed")
JOINED = Series("joins", "Joined")
LEFT = Series("left", "Left", "var(--c2)")
ACTS = (
    Series("posts", "Posts"),
    Series("attendance", "Attendance"),
    Series("opens", "Newsletters opened"),
    Series("reactions", "Reactions"),
    Series("documents", "Documents"),
)


@dataclass(frozen=True)
class Row:
    """One measure of a quarter table."""

    measure: str
    label: str
    unit: str
    value: Cell
    previous: Cell
    difference: Cell
    percent: Cell
    note: str = ""


@dataclass(frozen=True)
class Quarter:
    key: str
    """'2026Q3'."""
    rows: tuple[Row, ...]
    running: bool = False
    """Whether it had not ended when the figures were computed."""
    notes: tuple[str, ...] = ()
    """What must be known of all its figures."""

    def cell(self, measure: str) -> Cell:
        return next((row.value for row in self.rows if row.measure == measure), ABSENT)


def newest_ended(quarters: Sequence[Quarter]) -> Quarter | None:
    """The newest that is over, of quarters that are sorted with the newest first."""
    return next((quarter for quarter in quarters if not quarter.running), None)


def shown_first(quarters: Sequence[Quarter]) -> Quarter | None:
    """The newest that is over: one that has just begun, beside a whole one, looks like a fall."""
    return newest_ended(quarters) or next(iter(quarters), None)


@dataclass(frozen=True)
class Month:
    """A month of a community; `figures` by name of the series."""

    key: str
    figures: dict[str, Cell]

    @property
    def name(self) -> str:
        return month_name(self.key)

    def cell(self, series: str) -> Cell:
        return self.figures.get(series, ABSENT)


@dataclass(frozen=True)
class SpaceLink:
    source: str
    title: str
    kind: str
    url: str | None
    proposed: bool = False
    """Whether cophub proposed that it belongs here, and nobody has said so yet."""


@dataclass(frozen=True)
class Thread:
    """A public thread by its title; who wrote it is not said."""

    title: str
    at: datetime
    url: str | None


@dataclass(frozen=True)
class Newsletter:
    title: str
    sent_at: datetime
    url: str | None
    delivered: Cell
    opened: Cell
    clicked: Cell


@dataclass(frozen=True)
class Community:
    key: str
    title: str
    domain: str = ""
    description: str = ""
    url: str | None = None
    open_membership: bool | None = None
    contact: str = ""
    contact_url: str | None = None
    members: Cell = ABSENT
    active: Cell = ABSENT
    last_activity: datetime | None = None
    spaces: tuple[SpaceLink, ...] = ()
    closed_spaces: int = 0
    """How many are not named to these readers, beside those that are secret."""
    secret_spaces: int = 0
    quarters: tuple[Quarter, ...] = ()
    """Newest first."""
    measured: tuple[Quarter, ...] = ()
    """The measures of its page, newest quarter first."""
    parts: Parts = field(default_factory=Parts)
    months: tuple[Month, ...] = ()
    """Oldest first, without gaps."""
    trend: tuple[Month, ...] = ()
    """The same months for every community, for the overview."""
    threads: tuple[Thread, ...] = ()
    newsletters: tuple[Newsletter, ...] = ()


@dataclass(frozen=True)
class Person:
    """A person of the directory."""

    name: str
    organization: str = ""
    communities: tuple[tuple[str, str], ...] = ()
    """Pairs of community key and title."""
    roles: tuple[str, ...] = ()
    last_active: str | None = None
    """'2026-03'."""
    listed: bool = True
    """Whether they agreed to stand in the directory; who did not is shown to facilitators."""


@dataclass(frozen=True)
class Promise:
    """How old the data of a source may be at most, and whether that is so."""

    within: timedelta
    fresh_at: datetime | None
    """When the last run that ended well began."""
    kept: bool | None
    """When the page was made; None where no run has ended well yet."""

    @property
    def until(self) -> datetime | None:
        """When it is broken, or was, unless a run ends well before."""
        return self.fresh_at and self.fresh_at + self.within


@dataclass(frozen=True)
class Source:
    """How fresh a source is, and what its vendor counts beside what the warehouse kept."""

    name: str
    state: str
    read_at: datetime | None
    native: Cell = ABSENT
    kept: Cell = ABSENT
    rejected: Cell = ABSENT
    left_out: tuple[str, ...] = ()
    """What a reader must know is missing, in sentences."""
    streams: tuple[Stream, ...] = ()
    balance: Balance = field(default_factory=Balance)
    promise: Promise | None = None


@dataclass(frozen=True)
class Site:
    """Everything that is published, read in one go."""

    title: str
    organization: str
    made_at: datetime
    zone: ZoneInfo
    communities: tuple[Community, ...]
    audience: Audience = ONE
    quarters: tuple[Quarter, ...] = ()
    """Of the whole organisation, newest first; a person in several communities counts once."""
    measured: tuple[Quarter, ...] = ()
    """The measures of communities for all of them together, newest first."""
    across: tuple[Quarter, ...] = ()
    """What is told of all communities together only, newest first."""
    months: tuple[Month, ...] = ()
    people: Cell = ABSENT
    """Distinct members of any community."""
    memberships: Cell = ABSENT
    """The sum of the communities' members, as shown."""
    in_several: Cell = ABSENT
    active: Cell = ABSENT
    directory: tuple[Person, ...] = ()
    unlisted: Cell = ABSENT
    """How many people are in the directory's communities but are not listed."""
    together: Across = field(default_factory=Across)
    """What is told of communities side by side."""
    sources: tuple[Source, ...] = ()
    definitions: dict[str, Definition] = field(default_factory=dict)
    added: tuple[Added, ...] = ()
    """The pages that plugins bring."""
