"""From the rows of any table to records: the part that all connectors of tables share.

    mapping = Mapping(record="membership", columns={"email": "E-mail", "joined_at": "Since"},
                      space="mercop")
    for item in items(mapping, [(2, {"E-mail": "ada@example.org", "Since": "2024-03-01"})]):
        ...

A row is its number, as a person would name it in a message, and its cells by column. Cells may be
text, numbers, booleans, dates or None; text is read (dates, numbers, durations, yes and no) as the
field wants it. `items` yields Space (once), Account, Membership, Event, Attendance and so on, and a
Reject with the row's number for a row that cannot be understood; it never raises for a row.

Day and month in text such as 03/04/2024 are not guessed: `survey` looks through the rows first and
says how the dates of each column are written; without one, such a date is a Reject unless
`day_first` or `date_format` is set. Dates as ISO 8601 writes them, and numbers of Excel's calendar,
need neither.

Rows of attendance are joined: one Attendance for each person and event, at the end. All others
stream.
"""

from collections.abc import Iterable, Iterator
from collections.abc import Mapping as Cells
from typing import Any

from cophub.connectors.mapping.cells import Survey, survey
from cophub.connectors.mapping.fields import FIELDS, NEEDED, PERSON, RecordName
from cophub.connectors.mapping.model import Mapping, Options
from cophub.connectors.mapping.records import Maker, space_records
from cophub.records import Item

Row = tuple[int, Cells[str, Any]]


def items(
    mapping: Mapping,
    rows: Iterable[Row],
    *,
    space: str = "",
    where: str = "",
    known: Survey | None = None,
) -> Iterator[Item]:
    """The records of these rows, and a Reject for each that cannot be understood.

    `space` is the space of rows that tell none (`mapping.space` comes first); `where` is said
    before the number of a row, such as the name of the file; `known` is the `survey` of the rows.
    """
    maker = Maker(mapping, space=space, where=where, known=known)
    told = 0
    for number, cells in rows:
        made = maker.row(number, cells)
        if len(maker.spaces) > told and mapping.record != "space":
            yield from space_records(list(maker.spaces)[told:], mapping, space)
            told = len(maker.spaces)
        yield from made
    yield from maker.finish()
    yield from maker.roll.items()


__all__ = [
    "FIELDS", "NEEDED", "PERSON", "Maker", "Mapping", "Options", "RecordName", "Row", "Survey",
    "items", "space_records", "survey",
]  # fmt: skip
