"""Whom each channel reaches, and whom it alone reaches: the rows of `measure_channel`.

A channel is a source's kind of space: the lists of one source, the meeting rooms of another.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from sqlalchemy import Connection

from cophub.pipelines.measures.calendar import Calendar
from cophub.pipelines.measures.scopes import Scope
from cophub.pipelines.measures.tenure import OPEN, Headcount, merged
from cophub.warehouse.definitions import SMALL
from cophub.warehouse.staging import execute, settle, staged

COLUMNS = {
    "channel": "number INTEGER PRIMARY KEY, source TEXT, kind TEXT",
    "channel_space": (
        "source TEXT, space TEXT, community TEXT, channel INTEGER,"
        " PRIMARY KEY (source, space, community)"
    ),
    "reach": "community TEXT, person TEXT, channel INTEGER, a INTEGER, b INTEGER",
}
"""Of the staged tables: the channels, the spaces of each, and who is reached by which from which
quarter to which."""


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


def stage_reach(connection: Connection) -> None:
    """Fill the staged tables: members from when to when, and who did anything in a quarter."""
    execute(connection, f"INSERT INTO channel {_CHANNELS}")
    settle(connection, "channel")
    execute(connection, f"INSERT INTO channel_space {_CHANNEL_SPACES}")
    settle(connection, "channel_space")
    with staged(connection, touch="source TEXT, space TEXT, person TEXT, a INTEGER, b INTEGER"):
        execute(connection, f"INSERT INTO touch {_TOUCHES}")
        settle(connection, "touch")
        spans = """
          SELECT k.community, t.person, k.channel, t.a, t.b, 0 AS undated
          FROM touch t JOIN channel_space k ON k.source = t.source AND k.space = t.space
        """
        stays = merged(spans, "person, channel")
        execute(
            connection,
            f"INSERT INTO reach SELECT community, person, channel, a, b FROM ({stays}) stay",
        )
    settle(connection, "reach")


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
_TOUCHES = """
    SELECT source, space, person, q_from, q_to FROM spell WHERE q_from < q_to
    UNION
    SELECT source, space, person, q, q + 1 FROM month_act WHERE is_caller = 0
"""


def count_reach(connection: Connection) -> dict[str, Reach]:
    """Whom the channels of each community reach."""
    channels = {
        row.number: Channel(row.number, row.source, row.kind)
        for row in execute(connection, "SELECT number, source, kind FROM channel")
    }
    found: defaultdict[str, Reach] = defaultdict(Reach)
    for row in execute(connection, _BY_CHANNEL):
        _count(found[row.community].by.setdefault(channels[row.channel], Headcount()), row)
    for row in execute(connection, _BY_ANY):
        reach = found[row.community]
        _count(reach.people, row)
        if row.channel:
            _count(reach.only_by.setdefault(channels[row.channel], Headcount()), row)
            _count(reach.only_one, row)
    return dict(found)


@dataclass(frozen=True)
class ChannelRow:
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
    for channel, heads in sorted(reach.by.items(), key=lambda item: item[0].number):
        alone = reach.only_by.get(channel, Headcount())
        for quarter in calendar.quarters[min(heads.joined) :]:
            people, only = heads.people(quarter.number), alone.people(quarter.number)
            place = (scope.community, quarter.name, channel.source, channel.kind)
            yield ChannelRow(*place, people, only, 0 < people < SMALL or 0 < only < SMALL)


def _count(heads: Headcount, row: object) -> None:
    a, b, n = row.a, row.b, row.n  # type: ignore[attr-defined]
    heads.joined[a] += n
    if b < OPEN:
        heads.left[b] += n


_BY_CHANNEL = """
    SELECT community, channel, a, b, count(*) AS n FROM reach GROUP BY community, channel, a, b
"""
# At each quarter where anything begins or ends for a person: how many channels reach them from then
# on, and the sum of the numbers of these channels, which is the number of the one where it is one;
# 0 stands for several.
_BY_ANY = """
    SELECT community, CASE WHEN channels = 1 THEN channel ELSE 0 END AS channel, a, b, count(*) AS n
    FROM (
      SELECT community, a,
             coalesce(lead(a) OVER (PARTITION BY community, person ORDER BY a), <never>) AS b,
             sum(channels) OVER (PARTITION BY community, person ORDER BY a) AS channels,
             sum(channel) OVER (PARTITION BY community, person ORDER BY a) AS channel
      FROM (
        SELECT community, person, a, sum(channels) AS channels, sum(channel) AS channel
        FROM (
          SELECT community, person, a, 1 AS channels, channel FROM reach
          UNION ALL
          SELECT community, person, b, -1, -channel FROM reach
        ) changes
        GROUP BY community, person, a
      ) steps
    ) segments
    WHERE channels > 0
    GROUP BY community, CASE WHEN channels = 1 THEN channel ELSE 0 END, a, b
""".replace("<never>", str(OPEN))
