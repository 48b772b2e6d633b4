"""How fresh each source is, what is missing of it, and whether its counts agree with ours."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, text

from cophub.pipelines.site.audiences import ONE, Audience
from cophub.pipelines.site.formats import Cell, cell, plain
from cophub.pipelines.site.model import Source
from cophub.warehouse.columns import Instant

Raw = Mapping[Any, Any]

_STREAMS = text("""
SELECT source, stream, state, fresh_at, rejected FROM freshness ORDER BY source, stream
""").columns(fresh_at=Instant)

_COUNTS = text("""
SELECT s.source, count(*) AS spaces, count(s.native_member_count) AS told,
       sum(s.native_member_count) AS native, sum(coalesce(k.kept, 0)) AS kept
FROM space s
LEFT JOIN (
  SELECT source, space, count(*) AS kept FROM membership
  WHERE coalesce(status, 'active') = 'active' AND gone_at IS NULL
  GROUP BY source, space
) k ON k.source = s.source AND k.space = s.key
WHERE s.gone_at IS NULL AND (k.kept IS NOT NULL OR s.native_member_count IS NOT NULL)
GROUP BY s.source
""")

_WORST = ("failed", "held", "running")
_SAID = {
    "failed": "the latest run failed, so this is what the run before gave",
    "held": "the latest run is held and changed nothing until somebody accepts it",
    "running": "a run had not ended when this page was made",
}


def read_sources(connection: Connection, audience: Audience = ONE) -> tuple[Source, ...]:
    """Every source that was ever read, by name."""
    streams: dict[str, list[Raw]] = defaultdict(list)
    for row in connection.execute(_STREAMS).mappings():
        streams[row["source"]].append(row)
    counts = {row["source"]: row for row in connection.execute(_COUNTS).mappings()}
    return tuple(
        _source(name, rows, counts.get(name), audience) for name, rows in sorted(streams.items())
    )


def _source(name: str, streams: Sequence[Raw], counts: Raw | None, audience: Audience) -> Source:
    states = {row["state"] for row in streams}
    worst = next((state for state in _WORST if state in states), "complete")
    read = [row["fresh_at"] for row in streams]
    rejected = sum(row["rejected"] or 0 for row in streams)
    native, kept = _counts(counts, audience)
    return Source(
        name=plain(name), state=worst,
        read_at=None if None in read else min(read, default=None),
        native=native, kept=kept, rejected=cell(rejected, None),
        left_out=tuple(_left_out(streams, rejected)),
    )  # fmt: skip


def _counts(counts: Raw | None, audience: Audience) -> tuple[Cell, Cell]:
    """The vendor's count of members and ours: comparable only where it counts every space."""
    if counts is None:
        return _UNTOLD, cell(None, None, reason="This source has no memberships.")
    kept = audience.cell(counts["kept"], counts["kept"])
    if counts["told"] != counts["spaces"]:
        return _UNTOLD, kept
    return audience.cell(counts["native"], counts["native"]), kept


_UNTOLD = cell(None, None, reason="The vendor does not give this count for every space.")


def _left_out(streams: Sequence[Raw], rejected: int) -> list[str]:
    sentences = []
    for row in streams:
        if row["state"] in _SAID:
            sentences.append(f"{plain(row['stream']).capitalize()}: {_SAID[row['state']]}.")
        elif row["fresh_at"] is None:
            sentences.append(f"{plain(row['stream']).capitalize()}: never read to the end yet.")
    if rejected:
        items = "1 item" if rejected == 1 else f"{rejected:,} items"
        sentences.append(f"Left out: {items} of the latest run that could not be read.")
    return sentences
