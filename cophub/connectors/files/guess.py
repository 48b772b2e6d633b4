"""What a table probably is, and which of its columns holds what: guessed, and told as a guess."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache, partial
from itertools import islice
from typing import Any

from cophub.connectors.files.contents import (
    SHARE,
    Cells,
    are_stays,
    call_columns,
    has_days,
    is_date,
    is_duration,
    is_email,
    is_number,
    is_there,
    share,
)
from cophub.connectors.files.grids import Line
from cophub.connectors.files.table import ABOVE, Table
from cophub.connectors.mapping.dates import Style, style_of
from cophub.connectors.mapping.fields import FIELDS
from cophub.connectors.mapping.synonyms import RECORDS, SURE, forms
from cophub.connectors.mapping.values import PHONE, as_line
from cophub.connectors.mapping.words import flag_of, folded

_SAMPLED = 500
"""Rows that are looked at."""
_ATTENDED = re.compile(
    r"attend|participa|presen[ct]|asisten|sign-?in|feuille d.emargement|lista de firmas"
)
"""What a line above a list of people says where they were at an event."""
_SHARE_NAMED = 0.5
"""The same where the title names the field."""


@dataclass
class Column:
    """One column that was guessed."""

    field: str
    title: str
    cells: Cells
    by_title: bool
    """By its title, and its cells fit; else by its cells alone, or there were none to see."""


@dataclass
class Guess:
    """What a table is guessed to be."""

    record: str
    columns: dict[str, Column]
    left: list[str] = field(default_factory=list)
    """Titles that nothing was guessed of."""
    dates: tuple[str, str] | None = None
    """Of these the first column that holds dates: its title, and one of them."""
    style: Style = field(default_factory=Style)
    """How its dates are written."""
    score: float = 0.0
    rows: int = 0


@cache
def _known() -> dict[str, frozenset[str]]:
    """The records in which a title stands for something."""
    found: dict[str, set[str]] = {}
    for record, fields in RECORDS.items():
        for titles in fields.values():
            for title in titles:
                found.setdefault(title, set()).add(record)
    return {title: frozenset(records) for title, records in found.items()}


def score_of(titles: list[str], below: list[Line]) -> float:
    """How much a row looks like the titles of a table."""
    texts = [title for title in titles if title]
    hits = sum(any(form in _known() for form in forms(title)) for title in texts)
    odd = sum("@" in title or bool(re.fullmatch(r"[\d/.:,\s-]+", title)) for title in texts)
    score = hits * 4 + len(texts) - odd * 8 + min(len(below), 5)
    # What is a title and one row is rather a heading with values, where there is more.
    return score * (0.6 if len(below) == 1 else 1.0)


def guess(table: Table) -> Guess | None:
    """The likeliest record of a table's rows, or None where nothing fits."""
    sampled: list[tuple[int, list[Any]]] = []
    rows = 0
    for number, cells, _ in table.lines():
        rows += 1
        if rows <= _SAMPLED:
            sampled.append((number, cells))
    columns = {
        title: [(n, cells[at]) for n, cells in sampled if at < len(cells) and is_there(cells[at])]
        for at, title in enumerate(table.header)
        if title
    }
    best: Guess | None = None
    for record in SURE:
        found = _as_record(record, columns, table)
        if found and (best is None or found.score > best.score):
            best = found
    if best:
        best.rows = rows
    return best


def _as_record(record: str, columns: dict[str, Cells], table: Table) -> Guess | None:
    found = Guess(record, {})
    free = dict(columns)
    for name, titles in RECORDS[record].items():
        title = _titled(titles, free, partial(_fits, record, name))
        if title is not None:
            cells = free.pop(title)
            found.columns[name] = Column(name, title, cells, by_title=bool(cells))
    _sniff_email(record, found, free)
    _whole_name(found)
    named = any(_ATTENDED.search(folded(text)) for text in table.above.values())
    groups = SURE[record][:1] if record == "attendance" and named else SURE[record]
    if record == "attendance":
        _came_too(found, free)
    if not all(group & found.columns.keys() for group in groups):
        return None
    if record == "attendance" and not named and _of_members(found):
        return None
    if record == "attendance":
        _event_above(found, table)
    wanted = frozenset[str]().union(*SURE[record])
    found.score = sum(3.0 if name in wanted else 1.0 for name in found.columns)
    if record == "attendance":
        _event_beside(found, free)
    found.left = list(free)
    found.dates = next(
        ((title, as_line(cells[0][1]) or "") for title, cells in free.items() if has_days(cells)),
        None,
    )
    dates = [c for c in found.columns.values() if FIELDS[record][c.field] == "instant"]
    found.style = style_of(cell for column in dates for cell in column.cells)
    return found


def _titled(
    titles: Iterable[str],
    free: dict[str, Cells],
    fits: Callable[[Cells], bool],
) -> str | None:
    """The free column whose title stands earliest among these, and whose cells fit."""
    for wanted in titles:
        for title, cells in free.items():
            if wanted in forms(title) and fits(cells):
                return title
    return None


def _fits(record: str, name: str, cells: Cells) -> bool:
    """Whether the cells of a column are as a field wants them; also where there are none."""
    kind = FIELDS[record][name]
    if name == "email":
        tests: Callable[[Any], bool] = is_email
    elif kind == "instant":
        tests = is_date
    elif kind == "minutes":
        tests = is_duration
    elif kind in ("count", "number"):
        tests = is_number
    elif kind == "flag":
        tests = lambda cell: flag_of(name, as_line(cell) or "") is not None  # noqa: E731
    elif name in ("name", "given_name", "family_name", "job_title", "organization", "role"):
        tests = lambda cell: not is_number(cell) or PHONE.fullmatch(str(cell)) is not None  # noqa: E731
    else:
        return True
    return share(cells, tests) >= _SHARE_NAMED


def _sniff_email(record: str, found: Guess, free: dict[str, Cells]) -> None:
    if "email" not in FIELDS[record] or "email" in found.columns:
        return
    for title, cells in free.items():
        if cells and share(cells, is_email) >= SHARE:
            found.columns["email"] = Column("email", title, free.pop(title), by_title=False)
            return


def _whole_name(found: Guess) -> None:
    """`Nom` beside `Prénom` is the family's name; alone it is the whole one, as `Nombre` is."""
    has = found.columns
    for name, other in (("family_name", "given_name"), ("given_name", "family_name")):
        if name in has and other not in has and "name" not in has:
            column = has.pop(name)
            column.field = "name"
            has["name"] = column


def _came_too(found: Guess, free: dict[str, Cells]) -> None:
    """`Joined` beside `Left` is when somebody came; alone it is when they became a member."""
    if "left_at" in found.columns and "joined_at" not in found.columns:
        titles = RECORDS["membership"]["joined_at"]
        title = _titled(titles, free, partial(_fits, "attendance", "joined_at"))
        if title is not None:
            cells = free.pop(title)
            found.columns["joined_at"] = Column("joined_at", title, cells, by_title=bool(cells))


def _of_members(found: Guess) -> bool:
    """Whether only dates of membership make it look like attendance: `Left`, and no visit."""
    has = found.columns
    told = SURE["attendance"][1] & has.keys()
    if told - {"joined_at", "left_at"} or not told:
        return False
    known = {*RECORDS["membership"]["joined_at"], *RECORDS["membership"]["left_at"]}
    if not any(form in known for name in told for form in forms(has[name].title)):
        return False
    came, left = (has[name].cells if name in has else [] for name in ("joined_at", "left_at"))
    return not are_stays(came, left)


def _event_above(found: Guess, table: Table) -> None:
    """What stands above a table of attendance about its event."""
    above = {f"{ABOVE}{label}": [(0, value)] for label, value in table.above.items()}
    lines = {label: cells for label, cells in above.items() if label.startswith(f"{ABOVE}row ")}
    for name in ("event_title", "event", "event_series", "event_starts_at", "event_ends_at"):
        if name in found.columns:
            continue
        for wanted in RECORDS["attendance"][name]:
            label = next((one for one in above if wanted in forms(one[len(ABOVE) :])), None)
            if label and _fits("attendance", name, above[label]):
                found.columns[name] = Column(name, label, above.pop(label), by_title=True)
                break
    if "event_title" not in found.columns and lines:
        label = next(iter(lines))
        found.columns["event_title"] = Column("event_title", label, lines[label], by_title=False)


def _event_beside(found: Guess, free: dict[str, Cells]) -> None:
    """What columns tell of the events by what is in them; more than a heading does."""
    has = found.columns
    starts = has.get("event_starts_at")
    beside = call_columns(free, starts.cells if starts else None)
    for name, title in beside.items():
        if name not in has or (name == "event_title" and not has[name].by_title):
            has[name] = Column(name, title, free.pop(title), by_title=False)


# --- Told as lines of TOML ---

_OPEN = frozenset(["role", "status", "country", "language", "kind", "timezone"])
"""Fields whose cells name nobody."""
_CALLED = {
    "membership": "a list of members", "attendance": "a sheet of attendance", "event": "events",
    "campaign": "newsletters", "post": "posts", "document": "documents",
}  # fmt: skip


def masked(name: str, kind: str, cell: Any) -> str:
    """A cell as an example that names nobody."""
    text = as_line(cell) or ""
    if kind in ("instant", "day", "count", "number", "minutes", "flag") or name in _OPEN:
        return text[:30]
    if name == "phone" or PHONE.fullmatch(text):
        return "***"
    if "@" in text:
        local, _, host = text.partition("@")
        return f"{local[:1]}***@{host[:1]}***.{host.rpartition('.')[2][:12]}"
    return " ".join(f"{word[:1]}***" for word in text.split()[:3])


def lines_of(found: Guess, where: str, table: Table, suffix: str) -> Iterator[str]:
    """A guess as lines of TOML for the settings of a source, with what is to be looked at."""
    yield (
        f"# {where}: titles in row {table.header_row}, {found.rows:,} rows, which look like"
        f" {_CALLED[found.record]}"
    )
    yield f'record = "{found.record}"'
    told = [(f"columns.{c.field} = {quoted(c.title)}", c) for c in found.columns.values()]
    width = min(48, max(len(line) for line, _ in told))
    for line, column in told:
        yield f"{line.ljust(width)}  # {_remark(found, column)}"
    yield from _questions(found, suffix)
    if found.record in ("membership", "attendance") and "email" in found.columns:
        yield "# verified = true        # if these addresses are confirmed: see the page on files"
    if found.record == "membership" and "joined_at" not in found.columns and found.dates:
        title, example = found.dates
        said = f"# columns.joined_at = {quoted(title)}"
        yield f"{said}   # if these dates, such as {example}, are when they joined"
    if found.left:
        unused = ", ".join(quoted(title) for title in islice(found.left, 20))
        yield f'# not used: {unused} (columns."extra.NAME" = "TITLE" keeps one beside the record)'


def quoted(text: str) -> str:
    """A text as TOML writes it."""
    plain = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{"".join(c if c.isprintable() else " " for c in plain)}"'


def _remark(found: Guess, column: Column) -> str:
    said = "sure" if column.by_title else "likely" if column.cells else "by its title; it is empty"
    if column.cells:
        kind = FIELDS[found.record][column.field]
        said += f"; as in {masked(column.field, kind, column.cells[0][1])}"
    return said


def _questions(found: Guess, suffix: str) -> Iterator[str]:
    """Settings that the table does not decide."""
    style, kinds = found.style, FIELDS[found.record]
    if style.unclear and style.day_first is None:
        yield "# Which comes first in its dates, such as that of " + (
            f"row {style.first_unclear}? Take one of these two:" if style.first_unclear else "it?"
        )
        yield "# day_first = true       # the day: 03/04 is 3 April"
        yield "# day_first = false      # the month: 03/04 is March 4"
    elif style.decided_by:
        order = "day before month" if style.day_first else "month before day"
        yield f"# dates are read with the {order}, as row {style.decided_by} shows"
    dated = [c for c in found.columns.values() if kinds[c.field] == "instant"]
    if any(":" in (as_line(cell) or "") for column in dated for _, cell in column.cells):
        yield '# timezone = "Europe/Geneva"   # of times that say none; that of [hub] when left out'
    if found.record == "attendance" and not found.columns.keys() & {"event", "event_title"}:
        yield f'file_name = "{{event_title}}{suffix}"   # nothing in the file names the event'
    if found.record == "membership" and "space" not in found.columns:
        yield '# space = "mercop"       # the key of the list; the name of the source when left out'
        yield "# whole = true           # if it is always the whole list: who is missing has left"


__all__ = ["Column", "Guess", "guess", "lines_of", "masked", "quoted", "score_of"]
