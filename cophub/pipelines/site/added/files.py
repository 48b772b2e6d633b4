"""The files of plugins' pages: their HTML, and each table as CSV and XLSX."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from functools import partial
from typing import Any

from cophub import Publication
from cophub.page import Column, Link
from cophub.pipelines.site.added.drawings import drawn_chart
from cophub.pipelines.site.added.model import Added, Grid, Part, Plot, Shown, Title
from cophub.pipelines.site.added.saying import followed, prose, said
from cophub.pipelines.site.drawing import Chart
from cophub.pipelines.site.formats import Cell, slug
from cophub.pipelines.site.model import Community, Site
from cophub.pipelines.site.tables import csv_text
from cophub.pipelines.site.voices import Voice
from cophub.pipelines.site.workbooks import workbook

Drawn = tuple[str, Part | list[Chart]]
"""A part as a template prints it, after its kind; charts that follow one another are one."""
Sections = list[list[Drawn]]
"""What stands below each heading, and the heading."""
_NUMERIC = ("number", "people", "percent")


def filters(site: Site, voice: Voice) -> dict[str, Callable[..., Any]]:
    """What the templates of these pages call."""
    paths = {each.key: f"communities/{slug(each.key)}.html" for each in site.communities}
    return {
        "said": partial(said, voice=voice),
        "followed": followed,
        "place_of": lambda link: paths.get(link.community),
        "prose": lambda part: prose(part.text, part.values, voice, site.zone),
        "first_is_titled": _first_is_titled,
    }


def tests() -> dict[str, Callable[..., bool]]:
    """What the templates of these pages ask of a value."""
    return {
        "cell": lambda value: isinstance(value, Cell),
        "link": lambda value: isinstance(value, Link),
        "instant": lambda value: isinstance(value, datetime),
        "day": lambda value: isinstance(value, date),
        "sorted_apart": lambda value: isinstance(value, Cell | date),
        "numeric": lambda column: column.kind in _NUMERIC,
    }


def _first_is_titled(sections: Sections) -> bool:
    """Whether a heading stands above everything that has a smaller one."""
    return bool(sections) and all(
        kind not in ("Grid", "Charts") or isinstance(sections[0][0][1], Title)
        for kind, _ in sections[0]
    )


def added_pages(
    site: Site, voice: Voice, page: Callable[..., Publication]
) -> Iterator[Publication]:
    """Each page, and the files of its tables."""
    for added in site.added:
        parts = _drawn(added.parts, added.name, voice)
        yield page("added.html.j2", added.path, f"page-{added.name}", added=added, parts=parts)
        for part in added.parts or ():
            if isinstance(part, Grid):
                yield from _files(part, f"data/pages/{added.name}-{part.name}", site, voice)


def panels(site: Site, community: Community, voice: Voice) -> list[tuple[Added, Sections | None]]:
    """What plugins' pages add to the page of a community."""
    return [
        (added, _drawn(added.panels[community.key], added.name, voice))
        for added in site.added
        if community.key in added.panels
    ]


def _drawn(parts: Sequence[Part] | None, page: str, voice: Voice) -> Sections | None:
    if parts is None:
        return None
    sections: Sections = [[]]
    for each in parts:
        if isinstance(each, Title) and sections[-1]:
            sections.append([])
        drawn: Part | list[Chart] = each
        if isinstance(each, Plot):
            drawn = [drawn_chart(each, page, voice)]
            if sections[-1] and isinstance(before := sections[-1][-1][1], list):
                before += drawn
                continue
        kind = "Charts" if isinstance(drawn, list) else type(each).__name__
        sections[-1].append((kind, drawn))
    return sections


def _files(grid: Grid, path: str, site: Site, voice: Voice) -> Iterator[Publication]:
    header = tuple(name for each in grid.columns for name in _names(each))
    rows = [
        tuple(cell for value, column in zip(row, grid.columns, strict=True)
              for cell in _cells(value, column, voice))
        for row in grid.rows
    ]  # fmt: skip
    yield Publication(f"{path}.csv", csv_text(header, rows))
    yield Publication(f"{path}.xlsx", workbook(site, grid.name, header, rows))


def _names(column: Column) -> tuple[str, ...]:
    """The columns that one becomes in a file."""
    if column.kind in ("people", "percent"):
        return column.name, f"{column.name}_note"
    return (column.name, f"{column.name}_url") if column.kind == "link" else (column.name,)


def _cells(value: Shown, column: Column, voice: Voice) -> tuple[Any, ...]:
    """A value as the columns of a file hold it."""
    if isinstance(value, Cell):
        return value.published if column.kind != "number" else (value.value,)
    if isinstance(value, datetime):
        return (value.isoformat(timespec="seconds"),)
    if isinstance(value, date):
        return (value.isoformat(),)
    link = value if isinstance(value, Link) else Link(value or "")
    text = said(link.text, voice) if link.text else ""
    return (text, followed(link.url) or "") if column.kind == "link" else (text,)


__all__ = ["added_pages", "filters", "panels", "tests"]
