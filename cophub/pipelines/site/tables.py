"""The site's tables as CSV, for spreadsheets and for other people's dashboards.

UTF-8, a header line, full stops as decimal points, days as ISO 8601. A figure that is not
published is empty, and the column beside it says why.
"""

import csv
import io
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any

from cophub import Publication
from cophub.pipelines.site.across_tables import ACROSS
from cophub.pipelines.site.measure_tables import MEASURES
from cophub.pipelines.site.model import ACTIVE, ACTS, ENGAGED, JOINED, LEFT, Site, Source
from cophub.warehouse.plain import safe_cell

Rows = Iterable[tuple[Any, ...]]
SERIES = (ACTIVE, ENGAGED, JOINED, LEFT, *ACTS)


def tables(site: Site) -> Iterator[Publication]:
    """Each table below `data/`."""
    for name in names(site):
        header, rows = TABLES[name]
        yield Publication(f"data/{name}.csv", csv_text(header, rows(site)))


def names(site: Site) -> list[str]:
    """The tables that the readers of a site get."""
    kept = {"people": site.audience.directory, "brokers": site.audience.brokers}
    return [name for name in TABLES if kept.get(name, True)]


def csv_text(header: tuple[str, ...], rows: Rows) -> str:
    """RFC 4180 text in which no cell can be taken for a formula by a spreadsheet."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(header)
    writer.writerows([_safe(value) for value in row] for row in rows)
    return out.getvalue()


def _safe(value: Any) -> Any:
    """Whole numbers without a point; of text, none that starts like a formula."""
    whole = isinstance(value, float) and value.is_integer()
    return int(value) if whole else safe_cell(value)


def _communities(site: Site) -> Rows:
    for each in site.communities:
        last = each.last_activity
        yield (
            each.key, each.title, each.domain, *each.members.published, *each.active.published,
            _day(site, last) if last else "",
        )  # fmt: skip


def _quarters(site: Site) -> Rows:
    everything = [("", site.quarters)] + [(each.key, each.quarters) for each in site.communities]
    for community, quarters in everything:
        for quarter in reversed(quarters):
            for row in quarter.rows:
                yield (
                    community, quarter.key, row.measure, row.label, row.unit,
                    *row.value.published, row.previous.value, row.difference.value,
                    row.percent.value,
                )  # fmt: skip


def _months(site: Site) -> Rows:
    everything = [("", site.months)] + [(each.key, each.months) for each in site.communities]
    for community, months in everything:
        for month in months:
            for series in SERIES:
                if (cell := month.figures.get(series.name)) is not None:
                    yield (community, month.key, series.name, *cell.published)


def _spaces(site: Site) -> Rows:
    for each in site.communities:
        for space in each.spaces:
            proposed = "true" if space.proposed else "false"
            yield (each.key, space.source, space.title, space.kind, space.url or "", proposed)


def _threads(site: Site) -> Rows:
    for each in site.communities:
        for thread in each.threads:
            yield (each.key, thread.title, _day(site, thread.at), thread.url or "")


def _newsletters(site: Site) -> Rows:
    for each in site.communities:
        for letter in each.newsletters:
            figures = (letter.delivered, letter.opened, letter.clicked)
            published = (part for cell in figures for part in cell.published)
            yield (each.key, letter.title, _day(site, letter.sent_at), letter.url or "", *published)


def _day(site: Site, at: datetime) -> str:
    return at.astimezone(site.zone).date().isoformat()


def _people(site: Site) -> Rows:
    for each in site.directory:
        titles = "; ".join(title for _, title in each.communities)
        roles, listed = "; ".join(each.roles), "true" if each.listed else "false"
        yield (each.name, each.organization, titles, roles, each.last_active or "", listed)


def _sources(site: Site) -> Rows:
    for each in site.sources:
        read_at = each.read_at.isoformat(timespec="seconds") if each.read_at else ""
        figures = (each.native.value, each.kept.value, each.rejected.value)
        yield (each.name, each.state, read_at, *figures, " ".join(each.left_out), *_promise(each))


def _promise(source: Source) -> tuple[float | None, str]:
    """Hours, and whether it was kept."""
    promise = source.promise
    if promise is None:
        return None, ""
    kept = "" if promise.kept is None else "true" if promise.kept else "false"
    return promise.within.total_seconds() / 3600, kept


def _definitions(site: Site) -> Rows:
    for each in site.definitions.values():
        yield (each.name, each.label, each.text)


TABLES: dict[str, tuple[tuple[str, ...], Callable[[Site], Rows]]] = {
    "communities": (
        ("community", "title", "domain", "members", "members_note", "active", "active_note",
         "last_activity_on"),
        _communities,
    ),
    "quarters": (
        ("community", "quarter", "measure", "label", "unit", "value", "note", "previous",
         "difference", "percent"),
        _quarters,
    ),
    "months": (("community", "month", "figure", "value", "note"), _months),
    "spaces": (("community", "source", "title", "kind", "url", "proposed"), _spaces),
    "threads": (("community", "title", "posted_on", "url"), _threads),
    "newsletters": (
        ("community", "title", "sent_on", "url", "delivered", "delivered_note", "opened_percent",
         "opened_note", "clicked_percent", "clicked_note"),
        _newsletters,
    ),
    "people": (
        ("name", "organization", "communities", "roles", "last_active_month", "listed"), _people,
    ),
    "sources": (
        ("source", "state", "read_at", "native", "kept", "rejected", "left_out", "promised_hours",
         "promise_kept"),
        _sources,
    ),
    "definitions": (("name", "label", "definition"), _definitions),
    **ACROSS,
    **MEASURES,
}  # fmt: skip
