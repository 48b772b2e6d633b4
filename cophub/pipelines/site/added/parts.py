"""Turns the blocks of a plugin's page into what its readers may see, and refuses what is none.

A figure about people becomes a cell here, and goes no further as it is.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, get_args

from cophub import PluginError
from cophub.page import (
    Block,
    Chart,
    Column,
    Figure,
    Heading,
    Headlines,
    Kind,
    Link,
    Links,
    Paragraph,
    Table,
    Text,
    is_text,
)
from cophub.pipelines.site.added.drawings import COLOURS, specification
from cophub.pipelines.site.added.model import (
    Grid,
    Large,
    LargeFigures,
    LinkList,
    Part,
    Plot,
    Prose,
    Shown,
    Title,
)
from cophub.pipelines.site.audiences import Audience
from cophub.pipelines.site.formats import ABSENT, Cell, withhold_one_more

MOST_BLOCKS, MOST_LINKS, MOST_ROWS, FEWEST_ROWS, MOST_POINTS, MOST_FIGURES = (
    60,
    200,
    200,
    20,
    120,
    6,
)
"""How much a page holds, so that none is larger than 300 kB."""
_NUMBERS: dict[str, str] = {"number": "", "people": "", "percent": "percent"}
"""Kinds of columns that hold figures, with their units."""
_FITS: dict[str, tuple[type, ...]] = {
    "text": (str, Mapping), "link": (Link, str, Mapping), "number": (int, float),
    "people": (int, float, Figure), "percent": (int, float, Figure), "day": (date,),
    "instant": (datetime,),
}  # fmt: skip


def parts_of(blocks: Iterable[Block], audience: Audience) -> tuple[Part, ...]:
    """A page's parts, in order. Raises PluginError for what cannot be shown."""
    given = list(_taken(blocks))
    tables = [each for each in given if isinstance(each, Table)]
    most = max(FEWEST_ROWS, MOST_ROWS // max(1, len(tables)))
    named: set[str] = set()
    for each in given:
        if isinstance(each, Table | Chart):
            if not isinstance(each.name, str) or not each.name.isidentifier():
                raise PluginError(f"a table's or chart's name is a word of a to z: {each.name!r}")
            if each.name in named:
                raise PluginError(f'two of its tables and charts are called "{each.name}"')
            named.add(each.name)
    return tuple(_part(each, audience, most) for each in given)


def _taken(blocks: Iterable[Block]) -> Iterator[Block]:
    for count, each in enumerate(blocks):
        if count == MOST_BLOCKS:
            raise PluginError(f"it has more than {MOST_BLOCKS} blocks; make two pages of it")
        if not isinstance(each, get_args(Block)):
            known = ", ".join(kind.__name__ for kind in get_args(Block))
            raise PluginError(f"it yields a {type(each).__name__}, and blocks are {known}")
        yield each


def _part(block: Block, audience: Audience, most: int) -> Part:
    match block:
        case Heading():
            return Title(_text(block.text))
        case Paragraph():
            values = {name: _free(each, audience) for name, each in block.values.items()}
            return Prose(_text(block.text), values)
        case Headlines():
            if len(block.figures) > MOST_FIGURES:
                raise PluginError(f"more than {MOST_FIGURES} figures stand in a row")
            return LargeFigures(tuple(
                Large(_text(each.label), _free(each.value, audience), each.aside)
                for each in block.figures
            ))  # fmt: skip
        case Table():
            return _grid(block, audience, most)
        case Chart():
            return _plot(block, audience)
        case Links():
            return LinkList(tuple(block.links[:MOST_LINKS]))


def _text(text: Text) -> Text:
    if not is_text(text):
        raise PluginError(f'{text!r} is no text, nor are they texts by language with one in "en"')
    return text


def _free(value: Any, audience: Audience) -> Shown:
    """A value that stands in no column, as readers may know it."""
    if value is None:
        return ABSENT
    if isinstance(value, Figure):
        return audience.cell(value.value, value.people, value.unit)
    if isinstance(value, bool) or not isinstance(value, str | Mapping | int | float | date | Link):
        raise PluginError(f"a {type(value).__name__} cannot be shown")
    if isinstance(value, Mapping):
        return _text(value)
    return audience.cell(value, None) if isinstance(value, int | float) else value


def _grid(table: Table, audience: Audience, most: int) -> Grid:
    columns = tuple(table.columns)
    _check_columns(table.name, columns)
    rows = [
        [_fitting(value, column, audience, f'row {number} of table "{table.name}"')
         for value, column in _paired(row, columns, f'row {number} of table "{table.name}"')]
        for number, row in enumerate(table.rows, 1)
    ]  # fmt: skip
    told = _withheld(rows, columns)
    return Grid(table.name, _text(table.title), columns, tuple(map(tuple, told)), most)


def _plot(chart: Chart, audience: Audience) -> Plot:
    series = tuple(chart.series)
    _check_columns(chart.name, series)
    if not 1 <= len(series) <= len(COLOURS) or any(each.kind not in _NUMBERS for each in series):
        raise PluginError(f'chart "{chart.name}" needs 1 to {len(COLOURS)} series of figures')
    if len(chart.rows) > MOST_POINTS:
        raise PluginError(f'chart "{chart.name}" has more than {MOST_POINTS} rows; take fewer')
    labels = [label for label, _ in chart.rows]
    if len({str(each) for each in labels}) < len(labels):
        raise PluginError(f'two rows of chart "{chart.name}" have the same label')
    cells = [
        [_fitting(value, column, audience, f'row {number} of chart "{chart.name}"')
         for value, column in _paired(row, series, f'row {number} of chart "{chart.name}"')]
        for number, (_, row) in enumerate(chart.rows, 1)
    ]  # fmt: skip
    told = [tuple(_cells(row)) for row in _withheld(cells, series)]
    return Plot(
        chart.name, _text(chart.title), _text(chart.label), series,
        tuple(zip(labels, told, strict=True)), specification(chart),
    )  # fmt: skip


def _check_columns(where: str, columns: Sequence[Column]) -> None:
    names = [each.name for each in columns]
    if not names or len(set(names)) < len(names) or not all(map(str.isidentifier, names)):
        raise PluginError(f'the columns of "{where}" need names: words of a to z, each another')
    for each in columns:
        _text(each.label)
        if each.kind not in get_args(Kind):
            raise PluginError(f'"{each.kind}" is no kind of a column: {", ".join(get_args(Kind))}')


def _paired(
    row: Sequence[Any], columns: Sequence[Column], where: str
) -> Iterable[tuple[Any, Column]]:
    if len(row) != len(columns):
        raise PluginError(f"{where} has {len(row)} values for {len(columns)} columns")
    return zip(row, columns, strict=True)


def _fitting(value: Any, column: Column, audience: Audience, where: str) -> Shown:
    """A value of a column as readers may know it."""
    if value is None:
        return ABSENT if column.kind in _NUMBERS else None
    if not _fits(value, column):
        known = " or ".join(each.__name__ for each in _FITS[column.kind])
        raise PluginError(
            f"{where} has a {type(value).__name__} in column {column.name} of kind {column.kind},"
            f" which takes a {known}"
        )
    if isinstance(value, Figure):
        return audience.cell(value.value, value.people, _NUMBERS[column.kind])
    if column.kind in _NUMBERS:
        people = value if column.kind == "people" else None
        return audience.cell(value, people, _NUMBERS[column.kind])
    return _text(value) if isinstance(value, Mapping) else value


def _fits(value: Any, column: Column) -> bool:
    """Whether a value is of a column's kind; on which zone's day an instant is, its page says."""
    if isinstance(value, bool) or (column.kind == "day" and isinstance(value, datetime)):
        return False
    return isinstance(value, _FITS[column.kind])


def _withheld(rows: Sequence[Sequence[Shown]], columns: Sequence[Column]) -> list[list[Shown]]:
    """The rows, where no column and no row of numbers of people has but one that is hidden.

    A sum may stand beside them, in words or elsewhere: less the others it would tell the one.
    """
    told = [list(row) for row in rows]
    places = [place for place, each in enumerate(columns) if each.kind == "people"]
    lines = [[(at, place) for at in range(len(told))] for place in places]
    lines += [[(at, place) for place in places] for at in range(len(told))]
    changed = True
    while changed:
        changed = False
        for line in lines:
            cells = _cells(told[at][place] for at, place in line)
            for (at, place), before, after in zip(
                line, cells, withhold_one_more(cells), strict=True
            ):
                changed |= before is not after
                told[at][place] = after
    return told


def _cells(values: Iterable[Shown]) -> list[Cell]:
    return [each for each in values if isinstance(each, Cell)]


__all__ = ["parts_of"]
