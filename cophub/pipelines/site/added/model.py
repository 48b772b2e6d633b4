"""A page of a plugin as its readers may see it: no raw figure is in here."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from cophub.page import Column, Link, Text
from cophub.pipelines.site.formats import Cell

Shown = Cell | Text | date | datetime | Link | None


@dataclass(frozen=True)
class Title:
    """What begins a section."""

    text: Text


@dataclass(frozen=True)
class Prose:
    """A paragraph, and the values that stand in it by their names."""

    text: Text
    values: Mapping[str, Shown]


@dataclass(frozen=True)
class Large:
    """A figure that stands large."""

    label: Text
    value: Shown
    aside: Text


@dataclass(frozen=True)
class LargeFigures:
    figures: tuple[Large, ...]


@dataclass(frozen=True)
class Grid:
    """A table; `most` of its rows stand on the page."""

    name: str
    title: Text
    columns: tuple[Column, ...]
    rows: tuple[tuple[Shown, ...], ...]
    most: int


@dataclass(frozen=True)
class Plot:
    """A chart: `spec` is Vega-Lite as JSON, without a width and without data."""

    name: str
    title: Text
    label: Text
    series: tuple[Column, ...]
    rows: tuple[tuple[Text | date, tuple[Cell, ...]], ...]
    spec: str


@dataclass(frozen=True)
class LinkList:
    links: tuple[Link, ...]


Part = Title | Prose | LargeFigures | Grid | Plot | LinkList


@dataclass(frozen=True)
class Added:
    """A page of a plugin for the readers of one site."""

    name: str
    title: Text
    summary: Text
    parts: tuple[Part, ...] | None
    """None where the page could not be made."""
    panels: dict[str, tuple[Part, ...] | None] = field(default_factory=dict)
    """What stands on the pages of communities, by their keys."""

    @property
    def path(self) -> str:
        return f"pages/{self.name}.html"
