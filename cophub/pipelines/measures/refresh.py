"""All figures: stage, count, compare, and replace what readers see in one transaction."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import Connection, Table, func, select

from cophub.pipelines.measures import calendar as calendars
from cophub.pipelines.measures import changes, scopes, vendors
from cophub.pipelines.measures.across import across_page
from cophub.pipelines.measures.beside import Beside, beside
from cophub.pipelines.measures.changes import Marks
from cophub.pipelines.measures.channels import channel_rows
from cophub.pipelines.measures.community import community_page, move_rows
from cophub.pipelines.measures.counting import TABLES, Found, count_facts
from cophub.pipelines.measures.quarters import Counts, quarter_page
from cophub.pipelines.measures.standing import (
    FIGURES,
    Figures,
    marked,
    replace_all,
    replace_changed,
)
from cophub.pipelines.measures.state import write_state
from cophub.pipelines.measures.vendors import read_freshness
from cophub.warehouse.staging import execute, staged, work_in_sets
from cophub.warehouse.tables import measure, measure_month, publication


@contextmanager
def _no_cycles() -> Iterator[None]:
    """Hundreds of thousands of rows are made, none of them in a cycle: nobody looks for any."""
    looked = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if looked:
            gc.enable()


@_no_cycles()
def refresh(
    connection: Connection, reading: Connection, now: datetime, zone: ZoneInfo, run: int
) -> tuple[int, int]:
    """Bring all figures up to date; how many there are by quarter and by month.

    `reading` is a second connection, of whose transaction nothing was asked yet: by it is counted,
    in a thread, what was committed before, while `connection` counts and writes everything else.

    Quarters in which nothing changed since the last refresh are not counted again. Where nothing
    changed at all since one of the same day, figures stay as they were told then.
    """
    work_in_sets(connection)
    with staged(connection, **TABLES):
        marks = changes.look(connection)
        if changes.is_quiet(connection, marks, now, zone):
            freshen(connection)
            return _count_rows(connection, measure), _count_rows(connection, measure_month)
        with beside(reading, **vendors.TABLES) as second:
            figures, found = _count(connection, second, now, zone, marks)
        changes.settle_due(connection)
    written = marked(figures)
    write_state(
        connection, msgspec.structs.replace(found.state, written=written) if found else None
    )
    before = marks.before.written if marks.before else None
    version = found.version if found else None
    if before and version is not None:
        replace_changed(connection, version, figures, before, written)
        freshen(connection)
    else:
        replace_all(connection, _next_version(connection, run), figures)
    return written.rows["measure"], written.rows["measure_month"]


def _count(
    connection: Connection, second: Beside, now: datetime, zone: ZoneInfo, marks: Marks
) -> tuple[Figures, Found | None]:
    figures = Figures()
    places = scopes.find_scopes(connection, now)
    if not places:
        return figures, None
    calendar = calendars.make_calendar(min(scope.first_at for scope in places), now, zone)
    found = count_facts(connection, second, calendar, zone, marks)
    facts = found.facts
    figures.months += found.months
    for scope in places:
        figures.pages.append(quarter_page(calendar, scope, facts.counts))
        figures.pages.append(community_page(calendar, scope, facts))
        figures.channels += channel_rows(calendar, scope, facts.reach)
        figures.moves += move_rows(calendar, scope, facts)
    figures.pages.append(across_page(calendar, places, facts))
    figures.brokers += found.brokers()
    return figures, found


def _count_rows(connection: Connection, table: Table) -> int:
    return connection.scalar(select(func.count()).select_from(table)) or 0


def freshen(connection: Connection) -> None:
    """Say of every figure how fresh its sources are by now."""
    fresh_at = read_freshness(connection)
    text = "CAST(sources AS TEXT)"
    for row in execute(connection, f"SELECT DISTINCT {text} AS sources FROM measure").all():
        _, at = Counts(fresh_at=fresh_at).origin(msgspec.json.decode(row.sources or "[]"))
        execute(
            connection,
            f"UPDATE measure SET observed_at = :at"
            f" WHERE {text} = :sources AND observed_at <differs from> :at",
            at=at,
            sources=row.sources,
        )


def _next_version(connection: Connection, run: int) -> int:
    """That of the publication which this run makes, and in any case a new one."""
    columns = (table.c.version for table in FIGURES)
    newest = [connection.scalar(select(func.max(column))) or 0 for column in columns]
    ours = publication.c.run == run
    publishing = connection.scalar(select(func.max(publication.c.version)).where(ours)) or 0
    return max(publishing, max(newest) + 1)
