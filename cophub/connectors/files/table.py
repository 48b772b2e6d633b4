"""The table on a sheet: where its titles are, what stands above them, and where it ends."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from cophub.connectors.files.grids import Grid, Line
from cophub.connectors.mapping.cells import JOINED
from cophub.connectors.mapping.values import as_line
from cophub.connectors.mapping.words import folded

ABOVE = "above:"
"""Before the label of a line above the table."""
_LETTER = re.compile(r"column ([A-Z]{1,2})")
_LOOKED_AT = 200
"""Rows in which the titles are looked for."""
_TOTAL = re.compile(
    r"(?:grand |sub-?|sous-)?(?:totals?|totaux|total general|suma|somme|average|moyenne|promedio"
    r"|mean|nombre total|numero total|total number)\b.{0,40}"
)
_SUM = re.compile(r"[\d\s.,:%'’/-]*(?: ?(?:h|m|s|min|mins|hrs?|minutes|hours)\b[\d\s]*)*")
_SECTION = re.compile(r"\d+\. \S.*")
_LABELLED = re.compile(r"([^:]{2,60}):\s*(\S.*)")


@dataclass
class Table:
    """A table with its titles found; `lines` gives its rows."""

    grid: Grid
    header: list[str]
    """The titles, each once: a second `Name` is called `Name (2)`."""
    header_row: int
    """Its number; 0 where the columns have no titles."""
    above: dict[str, str] = field(default_factory=dict)
    """What stands above the table, by label."""
    notes: list[str] = field(default_factory=list)
    """Rows that were left out, and why, once the lines were read."""

    def lines(self) -> Iterator[tuple[int, list[Any], str]]:
        """Number, cells and, where it is out of shape, what is wrong, of each row with something.

        Rows of totals are left out. The table ends where another one begins.
        """
        self.notes = []
        width, titles = len(self.header), _folded(self.header)
        for number, cells in islice(self.grid.lines(), self.header_row, None):
            filled = [cell for cell in cells if not _empty(cell)]
            if not filled:
                continue
            first = folded(as_line(filled[0]) or "")
            if len(filled) == 1 and width > 1 and _SECTION.fullmatch(first):
                self.notes.append(f"the table ends before row {number}, where another part begins")
                return
            if self.header_row and first in titles and _folded(cells[:width]) == titles:
                self.notes.append(f"row {number} repeats the titles and was left out")
                continue
            if _TOTAL.fullmatch(first) and all(map(_is_sum, filled[1:])):
                self.notes.append(f"row {number} is a row of totals and was left out")
                continue
            # In a workbook people write beside their tables.
            is_text = self.header_row and self.grid.name is None
            extra = is_text and any(not _empty(cell) for cell in cells[width:])
            wrong = f"it has {len(cells)} cells where the titles are {width}" if extra else ""
            yield number, cells, wrong

    def places(self, columns: Sequence[str]) -> dict[str, int]:
        """At which place each of these columns stands. KeyError for one that is not there."""
        known = _places(self.header)
        return {name: _place(name, known) for column in columns for name in parts(column, known)}


def parts(column: str, known: dict[str, int] | None = None) -> list[str]:
    """The columns that a mapped one is made of; none for a line above the table."""
    if column.startswith(ABOVE):
        return []
    if JOINED in column and (known is None or folded(column) not in known):
        return [part for one in column.split(JOINED) for part in parts(one.strip(), known)]
    return [column]


def _places(header: Sequence[str]) -> dict[str, int]:
    places: dict[str, int] = {}
    for place, title in enumerate(header):
        places.setdefault(_plain(title), place)
    return places


def _plain(title: str) -> str:
    """A title as it is compared: `E-mail *:` is `e-mail`."""
    return folded(title).strip(" :*")


def _place(name: str, known: dict[str, int]) -> int:
    if letters := _LETTER.fullmatch(name.strip()):
        at = 0
        for letter in letters[1]:
            at = at * 26 + ord(letter) - 64
        if _plain(name) not in known:
            return at - 1
    return known[_plain(name)]


def _empty(cell: Any) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())


def _folded(cells: Sequence[Any]) -> list[str]:
    return [folded(as_line(cell) or "") for cell in cells]


def _is_sum(cell: Any) -> bool:
    """Whether a cell may stand in a row of totals: a number, a share or a duration."""
    return not isinstance(cell, str) or _SUM.fullmatch(cell.strip()) is not None


def titles_of(cells: Sequence[Any]) -> list[str]:
    """The titles in a row, made different from one another where they repeat."""
    titles: list[str] = []
    seen: dict[str, int] = {}
    last = max((place for place, cell in enumerate(cells) if not _empty(cell)), default=-1)
    for cell in cells[: last + 1]:
        title = as_line(cell) or ""
        count = seen[folded(title)] = seen.get(folded(title), 0) + 1
        titles.append(f"{title} ({count})" if title and count > 1 else title)
    return titles


def find_table(grid: Grid, columns: Sequence[str], skip: int = 0) -> Table | None:
    """The table whose titles have all of these columns, or None where no row has them.

    `skip` is how many rows are above the titles; 0 where they are to be found.
    """
    wanted = {name for column in columns for name in parts(column)}
    head = list(islice(grid.lines(), skip + _LOOKED_AT))
    if wanted and all(_LETTER.fullmatch(name.strip()) for name in wanted):
        rows = [line for line in head[skip:] if not all(map(_empty, line[1]))]
        width = max((len(cells) for _, cells in rows), default=0)
        lettered = [f"column {_letters(place)}" for place in range(width)]
        return Table(grid, lettered, skip, above_of(head[:skip])) if rows else None
    for at in range(skip, len(head)):
        if all(map(_empty, head[at][1])):
            continue
        titles = titles_of(head[at][1])
        known = _places(titles)
        try:
            for column in columns:
                for name in parts(column, known):
                    _place(name, known)
        except KeyError:
            if skip:
                return None
            continue
        return Table(grid, titles, head[at][0], above_of(head[:at]))
    return None


def best_table(
    grid: Grid, score: Callable[[list[str], list[Line]], float], skip: int = 0
) -> Table | None:
    """The table whose titles score highest, given the titles and the rows that follow."""
    head = list(islice(grid.lines(), skip + _LOOKED_AT))
    best, most = None, 0.0
    for at in range(skip, min(len(head), skip + (1 if skip else _LOOKED_AT))):
        titles = titles_of(head[at][1])
        if not any(titles):
            continue
        below = []
        for line in head[at + 1 :]:
            if all(map(_empty, line[1])):
                break
            below.append(line)
        found = score(titles, below)
        if found > most:
            best, most = Table(grid, titles, head[at][0], above_of(head[:at])), found
    return best


def _letters(place: int) -> str:
    text, place = "", place + 1
    while place:
        place, rest = divmod(place - 1, 26)
        text = chr(65 + rest) + text
    return text


def above_of(lines: Sequence[Line]) -> dict[str, str]:
    """What is told above a table: `Label,value`, `Label: value`, or titles with values below."""
    told: dict[str, str] = {}
    titles: list[str] = []
    for number, cells in lines:
        filled = [text for cell in cells if (text := _shown(cell))]
        if titles and filled:
            for title, cell in zip(titles, cells, strict=False):
                if title and (text := _shown(cell)):
                    told.setdefault(title, text)
            titles = []
        elif len(filled) == 2:
            told.setdefault(filled[0].rstrip(" :"), filled[1])
        elif len(filled) == 1:
            labelled = _LABELLED.fullmatch(filled[0])
            if labelled:
                told.setdefault(labelled[1].strip(), labelled[2])
            elif not _SECTION.fullmatch(folded(filled[0])):
                told.setdefault(f"row {number}", filled[0])
        elif len(filled) > 2:
            titles = titles_of(cells)
    return told


def _shown(cell: Any) -> str | None:
    return None if _empty(cell) else as_line(cell)


__all__ = ["ABOVE", "Table", "best_table", "find_table", "parts", "titles_of"]
