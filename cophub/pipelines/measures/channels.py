"""Whom each channel reaches, and whom it alone reaches: the rows of `measure_channel`.

A channel is a source's kind of space: the lists of one source, the meeting rooms of another.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlalchemy import Connection

from cophub.pipelines.measures.calendar import Calendar
from cophub.pipelines.measures.heads import Headcounts
from cophub.pipelines.measures.scopes import Scope
from cophub.pipelines.measures.tenure import OPEN, Headcount, merged
from cophub.warehouse.definitions import SMALL
from cophub.warehouse.staging import execute, settle

COLUMNS = {
    "channel": "number INTEGER PRIMARY KEY, source TEXT, kind TEXT",
    "channel_space": (
        "source TEXT, space TEXT, community TEXT, channel INTEGER,"
        " PRIMARY KEY (source, space, community)"
    ),
    "channel_stay": (
        "person TEXT, community TEXT, channel INTEGER, a INTEGER, b INTEGER,"
        " PRIMARY KEY (person, community, channel, a)"
    ),
    "reached": (
        "person TEXT, community TEXT, channel INTEGER, a INTEGER, b INTEGER,"
        " PRIMARY KEY (person, community, a)"
    ),
    "guest": "community TEXT, q INTEGER, person TEXT, channel INTEGER",
}
"""Of the staged tables: the channels, and the spaces of each; who is a member in which, and in any
(0: in several), from which quarter to which; and who did anything in a channel in a quarter at
whose end they were no member in it."""


@dataclass(frozen=True)
class Channel:
    """A source's kind of space."""

    number: int
    source: str
    kind: str


@dataclass
class Reach:
    """Whom the channels of one community reach, by quarter."""

    people: Headcount = field(default_factory=Headcount)
    """By any channel."""
    only_one: Headcount = field(default_factory=Headcount)
    by: dict[Channel, Headcount] = field(default_factory=dict)
    only_by: dict[Channel, Headcount] = field(default_factory=dict)


def stage_channels(connection: Connection) -> None:
    """Fill the staged tables of the channels and of the spaces of each."""
    for table, rows in (("channel", _CHANNELS), ("channel_space", _CHANNEL_SPACES)):
        execute(connection, f"INSERT INTO {table} {rows}")
        settle(connection, table)


def fill_stays(connection: Connection, *, spell: str, channel_stay: str, reached: str) -> None:
    """Fill the second and the third table from the spells of the first."""
    stays = merged(_SPELLS.format(spell=spell), "person, channel")
    columns = "person, community, channel, a, b"
    rows = f"SELECT {columns} FROM ({stays}) stay"
    execute(connection, f"INSERT INTO {channel_stay} ({columns}) {rows}")
    settle(connection, channel_stay)
    rows = _REACHED.replace("channel_stay", channel_stay)
    execute(connection, f"INSERT INTO {reached} ({columns}) {rows}")
    settle(connection, reached)


def stage_guests(connection: Connection) -> None:
    """Fill the staged table of guests; stays are kept."""
    execute(connection, f"INSERT INTO guest {_GUESTS}")
    settle(connection, "guest")


# What a rule of plugins.toml places is an event, and its place no space that a vendor knows.
_KINDS = """
    SELECT s.community, s.source, s.space,
           CASE WHEN k.key IS NULL THEN 'meeting_room' ELSE coalesce(k.kind, 'space') END AS kind
    FROM scope_space s
    LEFT JOIN space k ON k.source = s.source AND k.key = s.space
"""
_CHANNELS = f"""
    SELECT row_number() OVER (ORDER BY source <bytewise>, kind <bytewise>), source, kind
    FROM (SELECT DISTINCT source, kind FROM ({_KINDS}) each_space) kinds
"""
_CHANNEL_SPACES = f"""
    SELECT k.source, k.space, k.community, c.number
    FROM ({_KINDS}) k JOIN channel c ON c.source = k.source AND c.kind = k.kind
"""
_SPELLS = """
    SELECT k.community, t.person, k.channel, t.q_from AS a, t.q_to AS b, 0 AS undated
    FROM {spell} t JOIN channel_space k ON k.source = t.source AND k.space = t.space
    WHERE t.known = 0
"""
_GUESTS = """
    SELECT DISTINCT k.community, t.q, t.person, k.channel
    FROM month_act t
    JOIN channel_space k ON k.source = t.source AND k.space = t.space
    WHERE t.is_caller = 0 AND NOT EXISTS (
      SELECT 1 FROM measure_channel_stay s
      WHERE s.community = k.community AND s.person = t.person AND s.channel = k.channel
        AND s.a <= t.q AND t.q < s.b)
"""


_Stay = tuple[int, int, int]
"""From which quarter to which, and how many persons."""
_Steps = defaultdict[tuple[str, str, int], Counter[int]]
"""By community, what is counted, and channel: how many more there are than a quarter before."""


def read_channels(connection: Connection) -> dict[int, Channel]:
    """The staged channels, by number."""
    rows = execute(connection, "SELECT number, source, kind FROM channel")
    return {row.number: Channel(row.number, row.source, row.kind) for row in rows}


def count_reach(connection: Connection, members: Headcounts) -> dict[str, Reach]:
    """Whom the channels of each community reach: members, and guests beside them."""
    channels = read_channels(connection)
    steps: _Steps = defaultdict(Counter)
    _count_members(members, steps)
    _count_guests(connection, steps)
    found: defaultdict[str, Reach] = defaultdict(Reach)
    for (community, what, number), changes in steps.items():
        heads = _heads(found[community], what, channels.get(number))
        for q, change in changes.items():
            if change > 0:
                heads.joined[q] = change
            elif change and q < OPEN:
                heads.left[q] = -change
    return dict(found)


def _heads(reach: Reach, what: str, channel: Channel | None) -> Headcount:
    if channel is None:
        return reach.people if what == "any" else reach.only_one
    return (reach.by if what == "by" else reach.only_by).setdefault(channel, Headcount())


def _count(steps: _Steps, community: str, what: str, channel: int, stay: _Stay) -> None:
    a, b, n = stay
    changes = steps[community, what, channel]
    changes[a] += n
    changes[b] -= n
    if what == "only by":
        _count(steps, community, "only one", 0, stay)


def _count_members(members: Headcounts, steps: _Steps) -> None:
    for (what, community, channel), its in members.items():
        if what == "channel":
            _step(steps[community, "by", channel], its)
        elif what == "reached":
            _step(steps[community, "any", 0], its)
            if channel:
                _step(steps[community, "only by", channel], its)
                _step(steps[community, "only one", 0], its)


def _step(changes: Counter[int], heads: Headcount) -> None:
    changes.update(heads.joined)
    changes.subtract(heads.left)


def _count_guests(connection: Connection, steps: _Steps) -> None:
    for row in execute(connection, _GUESTS_BY_CHANNEL):
        _count(steps, row.community, "by", row.channel, (row.q, row.q + 1, row.n))
    for row in execute(connection, _GUESTS_OF_ANY):
        if row.member_of is None:
            _count(steps, row.community, "any", 0, (row.q, row.q + 1, row.n))
            if row.channel:
                _count(steps, row.community, "only by", row.channel, (row.q, row.q + 1, row.n))
        elif row.member_of:
            _count(steps, row.community, "only by", row.member_of, (row.q, row.q + 1, -row.n))


class ChannelRow(NamedTuple):
    """One row of the table `measure_channel`, without its version."""

    community: str
    quarter: str
    source: str
    kind: str
    people: int
    people_only: int
    small: bool


def channel_rows(calendar: Calendar, scope: Scope, found: dict[str, Reach]) -> Iterator[ChannelRow]:
    """Whom each channel reaches, by quarter, since it first reached anybody."""
    reach = found.get(scope.community, Reach())
    length = len(calendar.quarters)
    for channel, heads in sorted(reach.by.items(), key=lambda item: item[0].number):
        reached = heads.series(length)
        alone = reach.only_by.get(channel, Headcount()).series(length)
        for quarter in calendar.quarters[heads.first :]:
            people, only = reached[quarter.number], alone[quarter.number]
            place = (scope.community, quarter.name, channel.source, channel.kind)
            yield ChannelRow(*place, people, only, 0 < people < SMALL or 0 < only < SMALL)


_GUESTS_BY_CHANNEL = """
    SELECT community, q, channel, count(*) AS n FROM guest GROUP BY community, q, channel
"""
# Of who is a member in one channel already: that one, in which alone they are no longer.
_GUESTS_OF_ANY = """
    SELECT g.community, g.q, g.channel, r.channel AS member_of, count(*) AS n
    FROM (
      SELECT community, q, person, CASE WHEN count(*) = 1 THEN max(channel) ELSE 0 END AS channel
      FROM guest
      GROUP BY community, q, person
    ) g
    LEFT JOIN measure_reached r
      ON r.community = g.community AND r.person = g.person AND r.a <= g.q AND g.q < r.b
    GROUP BY g.community, g.q, g.channel, r.channel
"""
_SEVERAL = (
    "SELECT community, person FROM channel_stay GROUP BY person, community HAVING count(*) > 1"
)
# At each quarter where anything begins or ends for a person: how many channels reach them from then
# on, and the sum of the numbers of these channels, which is the number of the one where it is one;
# 0 stands for several.
_REACHED = f"""
    SELECT person, community, max(channel) AS channel, min(a) AS a, max(b) AS b FROM channel_stay
    GROUP BY person, community HAVING count(*) = 1
    UNION ALL
    SELECT person, community, CASE WHEN channels = 1 THEN channel ELSE 0 END, a, b
    FROM (
      SELECT community, person, a,
             coalesce(lead(a) OVER (PARTITION BY community, person ORDER BY a), {OPEN}) AS b,
             sum(channels) OVER (PARTITION BY community, person ORDER BY a) AS channels,
             sum(channel) OVER (PARTITION BY community, person ORDER BY a) AS channel
      FROM (
        SELECT community, person, a, sum(channels) AS channels, sum(channel) AS channel
        FROM (
          SELECT s.community, s.person, s.a, 1 AS channels, s.channel
          FROM channel_stay s JOIN (<several>) k
            ON k.community = s.community AND k.person = s.person
          UNION ALL
          SELECT s.community, s.person, s.b, -1, -s.channel
          FROM channel_stay s JOIN (<several>) k
            ON k.community = s.community AND k.person = s.person
        ) changes
        GROUP BY community, person, a
      ) steps
    ) segments
    WHERE channels > 0
""".replace("<several>", _SEVERAL)
