"""The measures of communities as tables to take away, of all quarters that the pages show."""

from collections.abc import Callable, Iterable
from typing import Any

from cophub.pipelines.site.model import Quarter, Site

Rows = Iterable[tuple[Any, ...]]


def _measures(site: Site) -> Rows:
    yield from _of("", (*site.across, *site.measured))
    for each in site.communities:
        yield from _of(each.key, each.measured)


def _of(community: str, quarters: tuple[Quarter, ...]) -> Rows:
    for quarter in sorted(quarters, key=lambda each: each.key):
        for row in quarter.rows:
            yield (
                community, quarter.key, row.measure, row.label, row.unit, *row.value.published,
                row.previous.value, row.difference.value, row.percent.value,
            )  # fmt: skip


def _moves(site: Site) -> Rows:
    for each in site.communities:
        for quarter in each.measured[::-1]:
            for (before, after), cell in each.parts.moves.get(quarter.key, {}).items():
                yield (each.key, quarter.key, before, after, *cell.published)


def _channels(site: Site) -> Rows:
    for each in site.communities:
        for quarter in each.measured[::-1]:
            for channel in each.parts.channels.get(quarter.key, ()):
                figures = (*channel.people.published, *channel.only.published)
                yield (each.key, quarter.key, channel.source, channel.kind, *figures)


MEASURES: dict[str, tuple[tuple[str, ...], Callable[[Site], Rows]]] = {
    "measures": (
        ("community", "quarter", "measure", "label", "unit", "value", "note", "previous",
         "difference", "percent"),
        _measures,
    ),
    "moves": (("community", "quarter", "level_before", "level", "value", "note"), _moves),
    "channels": (
        ("community", "quarter", "source", "kind", "people", "people_note", "people_only",
         "people_only_note"),
        _channels,
    ),
}  # fmt: skip
"""Columns and rows by name of the table."""
TITLES = {
    "measures": 'The measures of communities by quarter; community "" is all together, a person'
    " once",
    "moves": "How many people moved from which level of participation to which, by quarter",
    "channels": "How many people each source’s kind of space reaches, and it alone, by quarter",
}
KEYS = {
    "measures": ["community", "quarter", "measure"],
    "moves": ["community", "quarter", "level_before", "level"],
    "channels": ["community", "quarter", "source", "kind"],
}
NUMBERS = ("people", "people_only")
"""Columns that hold numbers, and are in no other table."""
