"""The measures of communities out of the warehouse, as cells that readers may know."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import BindParameter, Connection, bindparam, text

from cophub.pipelines.site.audiences import ONE, Audience
from cophub.pipelines.site.formats import ABSENT, WITHHELD, Cell, few
from cophub.pipelines.site.guarding import (
    ALL_TOGETHER,
    MOVES,
    Pair,
    Raw,
    as_values,
    settle,
    withhold_all_members,
)
from cophub.pipelines.site.measured import ChannelReach, Parts
from cophub.pipelines.site.quarters import Table, Tables, cells_of, read_tables
from cophub.pipelines.site.subtracting import withhold_ceilings, withhold_flows
from cophub.pipelines.site.withholding import Figures, Quarters, withhold_sums

Named = frozenset[tuple[str, str, str]]
"""Community, source and kind of the channels that have a name."""
DECIMALS = {"%": 1, "hours": 1, "0 to 1": 2}
"""Finer figures would tell of how many people a share is."""
_SEEN: BindParameter[Any] = bindparam("seen", expanding=True)

_MOVES = text("SELECT community, quarter, level_before, level, people FROM measure_move")
_CHANNELS = text("""
SELECT community, quarter, source, kind, people, people_only FROM measure_channel
ORDER BY source, kind
""")
# What a rule of plugins.toml places is an event: its place is no space and has no name to hide.
_NAMED = text("""
SELECT c.community, c.source, CASE WHEN s.key IS NULL THEN 'meeting_room'
                                   ELSE coalesce(s.kind, 'space') END AS kind
FROM community_space c
LEFT JOIN space s ON s.source = c.source AND s.key = c.space
WHERE s.key IS NULL OR coalesce(s.visibility, '') IN :seen
""").bindparams(_SEEN)


@dataclass
class Counted:
    """What was counted of all communities, by community; '' is all together."""

    quarters: Tables
    """The quarter tables."""
    tables: Tables
    """The measures of communities, with as many decimals as readers get."""
    across: Tables
    raw: dict[str, Raw] = field(default_factory=dict)


def read_counted(connection: Connection) -> Counted:
    """Everything once, for all audiences."""
    moves: dict[str, Any] = defaultdict(lambda: defaultdict(dict))
    for community, quarter, level_before, level, people in connection.execute(_MOVES):
        moves[community][quarter][level_before, level] = people
    channels: dict[str, Any] = defaultdict(lambda: defaultdict(dict))
    for community, quarter, source, kind, people, only in connection.execute(_CHANNELS):
        channels[community][quarter][source, kind] = (people, only)
    exact = read_tables(connection, "measure_community")
    raw = {
        community: _raw(by_quarter, moves[community], channels[community])
        for community, by_quarter in exact.items()
    }
    return Counted(
        read_tables(connection), _rounded(exact), read_tables(connection, "measure_across"),
        raw,
    )  # fmt: skip


def _rounded(tables: Tables) -> Tables:
    """The figures with as many decimals as readers get."""
    return {
        community: {
            quarter: {name: _of_decimals(row) for name, row in table.items()}
            for quarter, table in by_quarter.items()
        }
        for community, by_quarter in tables.items()
    }


def _of_decimals(row: Mapping[Any, Any]) -> Mapping[Any, Any]:
    decimals = DECIMALS.get(row["unit"])
    if decimals is None or row["value"] is None:
        return row
    names = ("value", "previous", "difference", "percent")
    return {**row, **{n: round(row[n], decimals) for n in names if row[n] is not None}}


def _raw(
    tables: Mapping[str, Table], moves: Mapping[str, dict[Pair, int]],
    channels: Mapping[str, dict[Pair, tuple[int, int]]],
) -> Raw:  # fmt: skip
    values = {quarter: as_values(table) for quarter, table in tables.items()}
    # Whose members have no date is told by no channel of the quarter: its rows are no whole.
    known = {
        q: rows for q, rows in channels.items() if values.get(q, {}).get("reached") is not None
    }
    moved = {
        quarter: {pair: moves.get(quarter, {}).get(pair, 0) for pair in MOVES}
        for quarter, each in values.items() if each.get("moved_up") is not None
    }  # fmt: skip
    return Raw(values, moved, known)


@dataclass(frozen=True)
class Published:
    """Every figure by quarter as readers may know it, by community; '' is all together."""

    cells: Mapping[str, Quarters]
    parts: Mapping[str, Parts]


def publish(
    counted: Counted, months: Mapping[str, Figures], named: Named, audience: Audience = ONE
) -> Published:
    """The figures without what they would give away together; changes those of `months`."""
    cells: dict[str, Quarters] = defaultdict(lambda: defaultdict(dict))
    for tables in (counted.quarters, counted.tables, counted.across):
        for community, quarters in cells_of(tables, audience).items():
            for quarter, told in quarters.items():
                cells[community][quarter] |= told
    if not audience.trusted:
        _withhold(counted, cells, months)
    guarded = guard(counted, cells, named, audience)
    if not audience.trusted:
        across_cells(cells)
        withhold_ceilings(cells)
        withhold_flows(cells.get("", {}))
    parts = {community: parts_of(community, each, named) for community, each in guarded.items()}
    return Published(cells, parts)


def _withhold(
    counted: Counted, cells: Mapping[str, Quarters], months: Mapping[str, Figures]
) -> None:
    withhold_all_members(cells)
    for told in cells.get("", {}).values():
        told |= {name: WITHHELD for name in ALL_TOGETHER
                 if name in told and (told[name].value or told[name].hidden)}  # fmt: skip
    withhold_sums(cells, months)


@dataclass
class Guarded:
    """Moves and channels as cells, by quarter."""

    moves: dict[str, dict[Pair, Cell]]
    channels: dict[str, dict[Pair, tuple[Cell, Cell]]]


def guard(
    counted: Counted, cells: Mapping[str, Quarters], named: Named, audience: Audience = ONE
) -> dict[str, Guarded]:  # fmt: skip
    """Moves and channels, with all that levels and they would tell of one another hidden.

    Changes `cells`.
    """
    found = {}
    for community, raw in counted.raw.items():
        moves = {quarter: _moves(row, audience) for quarter, row in raw.moves.items()}
        channels = {
            quarter: {
                pair: (audience.cell(people, people), audience.cell(only, only))
                if (community, *pair) in named else (WITHHELD, WITHHELD)
                for pair, (people, only) in rows.items()
            }
            for quarter, rows in raw.channels.items()
        }  # fmt: skip
        if community and not audience.trusted:
            settle(raw, cells[community], moves, channels)
        found[community] = Guarded(moves, channels)
    return found


def _moves(row: Mapping[Pair, int], audience: Audience) -> dict[Pair, Cell]:
    """All of them or none: each is told by the levels of two quarters and by the others."""
    cells = {pair: audience.cell(people, people) for pair, people in row.items()}
    return dict.fromkeys(cells, WITHHELD) if any(c.hidden for c in cells.values()) else cells


def read_named_channels(connection: Connection, audience: Audience) -> Named:
    """Channels in which there is a space that these readers may know of."""
    rows = connection.execute(_NAMED, {"seen": audience.spaces})
    return frozenset((row.community, row.source, row.kind) for row in rows)


def parts_of(community: str, guarded: Guarded, named: Named) -> Parts:
    """What a community's page shows beside its figures."""
    channels: dict[str, tuple[ChannelReach, ...]] = {}
    unnamed: dict[str, int] = {}
    for quarter, rows in guarded.channels.items():
        mine = {pair: cells for pair, cells in rows.items() if (community, *pair) in named}
        told = (
            ChannelReach(source, kind.replace("_", " "), *cells)
            for (source, kind), cells in mine.items()
        )
        # By what is published: the place of a hidden figure would tell how large it is.
        channels[quarter] = tuple(
            sorted(told, key=lambda each: (-(each.people.value or 0), each.source, each.kind))
        )
        unnamed[quarter] = len(rows) - len(mine)
    return Parts(guarded.moves, channels, unnamed)


def across_cells(cells: Mapping[str, Quarters]) -> None:
    """Hide what would tell how few are in several communities.

    The sum of the lists less the people is who is in several, counted once more for each.
    """
    for quarter, told in cells.get("", {}).items():
        total, several = told.get("people_total"), told.get("people_in_several")
        many = told.get("people_in_many")
        if total is None or several is None or many is None:
            continue
        if several.hidden or told.get("members", ABSENT).hidden:
            told |= {name: WITHHELD for name in ("members", "people_total")
                     if told.get(name, ABSENT).value}  # fmt: skip
        if several.value and many.value is not None and few(several.value - many.value):
            told["people_in_many"] = WITHHELD
        one_hidden = any(
            each.get(quarter, {}).get("members", ABSENT).hidden
            for community, each in cells.items() if community
        )  # fmt: skip
        if one_hidden and told["memberships_total"].value:
            told["memberships_total"] = WITHHELD
