"""How fresh each source is, what is missing of it, and whether its counts agree with ours."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, text

from cophub.identities.privacy import mask_text
from cophub.pipelines.site.across import Balance, Stream
from cophub.pipelines.site.audiences import ONE, Audience
from cophub.pipelines.site.formats import WITHHELD, Cell, cell, plain, signed
from cophub.pipelines.site.model import Promise, Source
from cophub.warehouse.columns import Instant

Raw = Mapping[Any, Any]

_STREAMS = text("""
SELECT source, stream, state, fresh_at, seen, rejected, error, held_for
FROM freshness
ORDER BY source, stream
""").columns(fresh_at=Instant)

_COUNTS = text("""
SELECT s.source, count(*) AS spaces, count(s.native_member_count) AS told,
       sum(s.native_member_count) AS native, sum(coalesce(k.kept, 0)) AS kept,
       sum(CASE WHEN s.native_member_count IS NOT NULL THEN coalesce(k.kept, 0) END) AS kept_told
FROM space s
LEFT JOIN (
  SELECT source, space, count(*) AS kept FROM membership
  WHERE coalesce(status, 'active') = 'active' AND gone_at IS NULL
  GROUP BY source, space
) k ON k.source = s.source AND k.space = s.key
WHERE s.gone_at IS NULL AND (k.kept IS NOT NULL OR s.native_member_count IS NOT NULL)
GROUP BY s.source
""")

_REJECTED = text("""
SELECT f.source, count(*) AS memberships
FROM freshness f
JOIN reject r ON r.run = f.run AND r.source = f.source AND r.stream = f.stream
WHERE r.record IN ('Membership', 'membership')
GROUP BY f.source
""")

_WELL = text("""
SELECT source, started_at FROM run
WHERE id IN (SELECT max(id) FROM run WHERE kind = 'sync' AND state = 'done' GROUP BY source)
""").columns(started_at=Instant)

_WORST = ("failed", "held", "running")
_SAID = {
    "failed": "the latest run failed, so this is what the run before gave",
    "held": "the latest run is held and changed nothing until somebody accepts it",
    "running": "a run had not ended when this page was made",
}


def read_sources(
    connection: Connection,
    audience: Audience = ONE,
    promises: Mapping[str, timedelta] | None = None,
    now: datetime | None = None,
) -> tuple[Source, ...]:
    """Every source that was ever read, by name; `promises` as they stand at `now`."""
    streams: dict[str, list[Raw]] = defaultdict(list)
    for row in connection.execute(_STREAMS).mappings():
        streams[row["source"]].append(row)
    counts = {row["source"]: row for row in connection.execute(_COUNTS).mappings()}
    rejected = {row.source: row.memberships for row in connection.execute(_REJECTED)}
    promised = dict(_promises(connection, promises, now)) if promises and now else {}
    return tuple(
        replace(
            _source(name, rows, counts.get(name), audience),
            streams=tuple(_stream(row, audience) for row in rows),
            balance=_balance(counts.get(name), rejected.get(name, 0), audience),
            promise=promised.get(name),
        )
        for name, rows in sorted(streams.items())
    )


def _promises(
    connection: Connection, promises: Mapping[str, timedelta], now: datetime
) -> Iterator[tuple[str, Promise]]:
    """What was promised of each source and became of it, as `cophub status` judges it."""
    well = {row.source: row.started_at for row in connection.execute(_WELL)}
    for name, within in promises.items():
        fresh_at = well.get(name)
        yield (
            name,
            Promise(within, fresh_at, None if fresh_at is None else now - fresh_at <= within),
        )


def _stream(row: Raw, audience: Audience) -> Stream:
    told = row["held_for"] or row["error"] or ""
    return Stream(
        plain(row["stream"]), row["state"], row["fresh_at"], row["seen"] or 0, row["rejected"] or 0,
        tuple(_missing(row)), mask_text(plain(told, longest=300)) if audience.trusted else "",
    )  # fmt: skip


def _balance(counts: Raw | None, rejected: int, audience: Audience) -> Balance:
    """Over the spaces that tell their count: native is kept, not understood and the rest."""
    if counts is None or not counts["told"]:
        return Balance(spaces=counts["spaces"] if counts else 0)
    native, kept = counts["native"], counts["kept_told"] or 0
    rest = native - kept - rejected
    few = any(audience.cell(each, each).hidden for each in (native, kept))
    cells = (cell(native, None), cell(kept, None), cell(rejected, None),
             Cell("shown", rest, signed(rest)))  # fmt: skip
    if few:
        cells = (WITHHELD,) * 4
    return Balance(counts["spaces"], counts["told"], cells[0], cells[1], cells[2], cells[3])


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
    sentences = [
        f"{plain(row['stream']).capitalize()}: {each}." for row in streams for each in _missing(row)
    ]
    if rejected:
        items = "1 item" if rejected == 1 else f"{rejected:,} items"
        sentences.append(f"Left out: {items} of the latest run that could not be read.")
    return sentences


def _missing(row: Raw) -> Iterator[str]:
    """What is missing of a stream, in words without a capital and a full stop."""
    if row["state"] in _SAID:
        yield _SAID[row["state"]]
    elif row["fresh_at"] is None:
        yield "never read to the end yet"
