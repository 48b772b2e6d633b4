"""The contract of a page of the published site: a plugin says what stands there, as plain values.

A page yields blocks: texts, headline figures, tables, charts, links. Ours makes the HTML of them,
in the language of the reader. A page asks `ctx.rows` alone for what it shows: tables that hold what
its readers may know and nothing else.
"""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Literal
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    import altair as alt

Audience = Literal["public", "members", "facilitators"]
Kind = Literal["text", "link", "number", "people", "percent", "day", "instant"]
Unit = Literal["", "percent"]
Text = str | Mapping[str, str]
"""A text in English, or in several languages: `{"en": "New", "fr": "Nouveautés"}`."""


@dataclass(frozen=True)
class Figure:
    """A figure about people: how many they are decides who may read it."""

    value: float | None
    people: float
    unit: Unit = ""


def people(number: int) -> Figure:
    """How many people. Below 5 it is hidden from everybody but facilitators."""
    return Figure(number, number)


def about(value: float | None, people: float, unit: Unit = "") -> Figure:
    """A figure about so many people, such as the posts of three; hidden as their number is."""
    return Figure(value, people, unit)


@dataclass(frozen=True)
class Link:
    """A text that leads somewhere, or to the page of a community on the site.

    What is no address of http or https, or no community that readers may know, leads nowhere.
    """

    text: Text
    url: str | None = None
    community: str | None = None


Value = str | Mapping[str, str] | int | float | date | datetime | Figure | Link | None
"""What a cell may hold. A bare number is of things, such as documents; of people it is a Figure."""

Row = Sequence[Value]


@dataclass(frozen=True)
class Heading:
    """What begins a section of the page."""

    text: Text


@dataclass(frozen=True)
class Paragraph:
    """A few sentences. `{name}` in them stands for a value, written as readers write it."""

    text: Text
    values: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True)
class Headline:
    """A figure that stands large: what it is, the figure or day, and a few words beside it."""

    label: Text
    value: Value
    aside: Text = ""


@dataclass(frozen=True)
class Headlines:
    """Up to six figures in a row."""

    figures: Sequence[Headline]


@dataclass(frozen=True)
class Column:
    """A column of a table: `name` in its files, `label` on the page.

    Of kind `people` it holds numbers of people, and each is a figure about as many. Files have a
    column `NAME_note` beside one of `people` or `percent`, and `NAME_url` beside one of `link`.
    """

    name: str
    label: Text
    kind: Kind = "text"


@dataclass(frozen=True)
class Table:
    """A table that can be sorted and taken away as CSV and XLSX; a row has a value for each column.

    A page shows the first rows of a long one and says how many there are; its files have all.
    """

    name: str
    title: Text
    columns: Sequence[Column]
    rows: Sequence[Row]


@dataclass(frozen=True)
class Chart:
    """A drawing of a few series, and its figures as a table beside it.

    A row has a label and a value for each series: a number, a Figure or None. Without `draw` they
    are bars, one upon another. `draw(data)` returns an altair chart of `data`, whose fields are
    `row` (the row's label), `series` (the name of one) and `value`; it has no width, and no other
    data. Hidden figures are not in the data.
    """

    name: str
    title: Text
    label: Text
    """What the labels of the rows are, such as 'Month'."""
    series: Sequence[Column]
    rows: Sequence[tuple[Text | date, Row]]
    draw: "Callable[[alt.NamedData], Any] | None" = None


@dataclass(frozen=True)
class Links:
    """A list of links."""

    links: Sequence[Link]


Block = Heading | Paragraph | Headlines | Table | Chart | Links


Ask = Callable[[str, Mapping[str, Any]], list[dict[str, Any]]]
"""The rows of a SELECT with these values."""


@dataclass(frozen=True)
class PageContext:
    """What a page is handed for the readers that it is made for."""

    audience: Audience
    """Who reads it; a site without audiences is read as by `members`."""
    now: datetime
    """When the run began, in UTC. Pages use this clock and no other."""
    timezone: ZoneInfo
    """The hub's zone: it decides which day an instant belongs to."""
    communities: Mapping[str, str]
    """The titles of the communities that these readers may know, by key, in their order."""
    ask: Ask = field(repr=False)
    """What `rows` asks."""
    community: str | None = None
    """The key of the community whose page it is; None on the page for all."""
    log: logging.Logger = field(default_factory=lambda: logging.getLogger("cophub.page"))

    def rows(self, sql: str, **values: Any) -> list[dict[str, Any]]:
        """The rows of a SELECT in SQLite's SQL, with `:name` for each of `values`.

        Columns whose names end in `_at` are instants in UTC, and in `_on` days. Raises PluginError
        for a table that does not exist, or that these readers may not know.
        """
        return self.ask(sql, values)


Content = Callable[[PageContext], Iterable[Block]]


@dataclass(frozen=True)
class Page:
    """A page of the site: its place in the menu, and who finds it there.

    `content(ctx)` yields its blocks, asked once for each audience. `community(ctx)` yields those of
    a panel on the page of each community, `ctx.community`; where it yields none there is no panel.
    """

    name: str
    title: Text
    summary: Text
    """One line that stands below the title."""
    content: Content
    audiences: Sequence[Audience] = ("facilitators",)
    community: Content | None = None
    origin: str = ""
    """Which plugin brings it, in words; cophub writes it."""


def is_text(value: Any) -> bool:
    """Whether it is a text that every reader can be told."""
    if isinstance(value, Mapping):
        return bool(value.get("en")) and all(isinstance(each, str) for each in value.values())
    return isinstance(value, str) and bool(value.strip())


__all__ = [
    "Block", "Chart", "Column", "Figure", "Heading", "Headline", "Headlines", "Link", "Links",
    "Page", "PageContext", "Paragraph", "Table", "about", "people",
]  # fmt: skip
