"""What the pages across communities show, in plain values that may all be published."""

from dataclasses import dataclass, field
from datetime import date, datetime

from cophub.pipelines.site.formats import ABSENT, Cell


@dataclass(frozen=True)
class Criterion:
    """One of the three that the directory of communities is kept by."""

    name: str
    """open, functional or on_topic."""
    met: bool | None
    """None: nothing that was read says so, for the reason in `note`."""
    last_on: date | None = None
    """The last day on which it was true, as far as was read."""
    note: str = ""
    share: Cell = ABSENT
    """Of `on_topic`: how many of the titles hold a word of the domain, in per cent."""


@dataclass(frozen=True)
class Pair:
    """Two communities that share members."""

    a: str
    b: str
    both: Cell
    containment: Cell
    """The shared over the members of the smaller one, in per cent."""
    jaccard: Cell
    """The shared over the people of either, in per cent."""


@dataclass(frozen=True)
class Overlap:
    """Who shares members with whom, of communities whose members may be told."""

    pairs: tuple[Pair, ...] = ()
    """Those that share anybody, the most shared first and the hidden last."""
    order: tuple[str, ...] = ()
    """Every community of the matrix, alike ones beside one another."""
    left_out: int = 0
    """Communities whose members are too few to be told, or are not known."""
    many: Cell = ABSENT
    """People in at least four communities."""

    def pair(self, one: str, other: str) -> Pair | None:
        """What two communities share, in whichever order they are named."""
        return self._by_keys.get((min(one, other), max(one, other)))

    @property
    def _by_keys(self) -> dict[tuple[str, str], Pair]:
        return {(min(each.a, each.b), max(each.a, each.b)): each for each in self.pairs}


@dataclass(frozen=True)
class Broker:
    """Somebody who stands between communities; for facilitators only."""

    name: str
    organization: str
    communities: tuple[tuple[str, str], ...]
    """Pairs of community key and title."""
    bridging: float
    """Share of shortest paths between communities that lead over them, 0 to 1."""
    liaison: int
    gatekeeper: int
    representative: int
    parted: tuple[tuple[str, str], ...] = ()
    """Titles of communities between whose people no path is left without them."""


@dataclass(frozen=True)
class Brokers:
    people: tuple[Broker, ...] = ()
    unnamed: int = 0
    """How many more there are who may not be named even here."""
    sampled: bool = False
    """Whether paths between some people only were looked at."""
    found_at: datetime | None = None


@dataclass(frozen=True)
class Line:
    """A line of a matrix: what it is about, and a cell for each column."""

    name: str
    cells: tuple[Cell, ...]
    total: Cell = ABSENT


@dataclass(frozen=True)
class Coverage:
    """Domains by region of the world."""

    regions: tuple[str, ...] = ()
    """UN codes; '' is the column of those whose country is not known."""
    members: tuple[Line, ...] = ()
    active: tuple[Line, ...] = ()
    all_members: Line | None = None
    all_active: Line | None = None
    countries_known: Cell = ABSENT
    """Members of whom a country is known, in per cent."""


@dataclass(frozen=True)
class Share:
    """How many of a community's members work for an organisation."""

    organization: str
    community: str
    people: Cell


@dataclass(frozen=True)
class Participation:
    """Which organisations take part where."""

    shares: tuple[Share, ...] = ()
    """By organisation, that with most people in any one community first."""
    unnamed: int = 0
    """Organisations with too few people in each community to be named."""


@dataclass(frozen=True)
class Stream:
    """How fresh a stream of a source is."""

    name: str
    state: str
    read_at: datetime | None
    """When the last run began that read all there was."""
    seen: int
    rejected: int
    notes: tuple[str, ...] = ()
    """What a reader must know, in sentences of ours."""
    told: str = ""
    """What went wrong, or what it waits for, as it was written down; for facilitators."""


@dataclass(frozen=True)
class Balance:
    """Members by a vendor's own count beside what was kept of them."""

    spaces: int = 0
    """Spaces with members, or with a count of them."""
    spaces_told: int = 0
    """Those of which the vendor gives a count: the figures are about them alone."""
    native: Cell = ABSENT
    kept: Cell = ABSENT
    rejected: Cell = ABSENT
    """Memberships that were not understood in the latest runs."""
    rest: Cell = ABSENT
    """What is left: out of scope, erased, merged, or counted otherwise by the vendor."""


@dataclass(frozen=True)
class Across:
    """Everything that is told of communities side by side."""

    criteria: dict[str, tuple[Criterion, ...]] = field(default_factory=dict)
    """By key of the community."""
    overlap: Overlap = field(default_factory=Overlap)
    brokers: Brokers = field(default_factory=Brokers)
    coverage: Coverage = field(default_factory=Coverage)
    participation: Participation = field(default_factory=Participation)
