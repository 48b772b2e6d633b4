"""Tables and views of the warehouse as files: CSV, JSON lines, XLSX, Parquet; never whole."""

import csv
import io
import os
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import IO, Any

import msgspec
from sqlalchemy import Column, Connection, Select, TextualSelect, inspect, select, text

from cophub.config.messages import did_you_mean, listed
from cophub.error_codes import ASKED
from cophub.errors import ConfigError, WarehouseError
from cophub.hub import export_parquet
from cophub.hub.export_people import ADDRESSES, QUERIES
from cophub.identities.visibility import MASKED, Visibility
from cophub.warehouse import Warehouse, tables
from cophub.warehouse.contract import KINDS, current
from cophub.warehouse.plain import safe_cell

FORMATS = ("csv", "jsonl", "xlsx", "parquet")
_HIDDEN = {"meta", "cophub_version"}  # `meta` holds the key of the erasure hashes
PRIVATE = 0o600
"""Mode of files that are their owner's alone."""
_XLSX_ROWS = 1_048_576
_XLSX_TEXT = 32_767
_CUT = " [cut]"
_AT_ONCE = 2_000

Query = Select[Any] | TextualSelect
"""What is asked of the warehouse, with the type of each column."""


def export_table(
    warehouse: Warehouse,
    name: str,
    target: IO[bytes],
    form: str = "csv",
    progress: Callable[[int], None] = lambda rows: None,
    full: bool = False,
    visible: Visibility = MASKED,
) -> int:
    """Write a table or view to `target`; answers how many rows went there.

    Of people, their accounts and affiliations go what others may use: no redirects, and addresses
    masked but for those that are `visible`. `full` gives those tables as they are. Raises
    ConfigError for an unknown table or format.
    """
    check_format(form)
    with warehouse.connect() as connection:
        query: Query = QUERIES[name]() if name in QUERIES and not full else _query(connection, name)
        stream = connection.execution_options(stream_results=True, yield_per=_AT_ONCE)
        result = stream.execute(query)
        columns = list(result.keys())
        rows = as_shown(connection, name, columns, result, visible)
        counted = _counted(rows, progress)
        if form == "parquet":
            return export_parquet.write(query.selected_columns, counted, target, name)
        write = {"csv": _write_csv, "jsonl": _write_jsonl, "xlsx": _write_xlsx}[form]
        return write(columns, counted, target, name)


def check_format(form: str) -> None:
    """Raise ConfigError for a format that cannot be written here."""
    if form not in FORMATS:
        raise ConfigError(
            f'there is no format "{form}"{did_you_mean(form, FORMATS)}; take {listed(FORMATS)}',
            code=ASKED,
        )
    if form == "parquet":
        export_parquet.check()


@contextmanager
def new_file(path: Path) -> Iterator[IO[bytes]]:
    """A file that appears under its name only when it is whole."""
    part = path.with_name(f".{path.name}.part")
    try:
        with part.open("wb") as target:
            yield target
        part.replace(path)
    except OSError as error:
        raise WarehouseError(
            f"{path} cannot be written ({error.strerror}); name another file"
        ) from None
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def private_file(path: Path) -> Iterator[IO[bytes]]:
    """The same for its owner alone: it tells about people."""
    part = path.with_name(f".{path.name}.part")
    try:
        part.unlink(missing_ok=True)
        number = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE)
        with os.fdopen(number, "wb") as target:
            yield target
        part.replace(path)
    except OSError as error:
        raise WarehouseError(
            f"{path} cannot be written ({error.strerror}); name another file"
        ) from None
    finally:
        part.unlink(missing_ok=True)


def exportable(connection: Connection) -> list[str]:
    """Every table and view that may be exported."""
    found = inspect(connection)
    return sorted({*found.get_table_names(), *found.get_view_names()} - _HIDDEN)


def _query(connection: Connection, name: str) -> Query:
    known = exportable(connection)
    if name not in known:
        raise ConfigError(
            f'there is no table "{name}"{did_you_mean(name, known)}; there are {listed(known)}',
            code=ASKED,
        )
    if (table := tables.metadata.tables.get(name)) is not None:
        return select(table).order_by(*table.primary_key.columns)
    # SQLite's views have no types of their own: those of the contract count. A table of others,
    # which is no part of it, has the types that it was made with.
    shape = current().get(name)
    kinds = {column: KINDS[kind] for column, kind in shape.columns.items()} if shape else {}
    columns = [
        Column(found["name"], kinds.get(found["name"], found["type"]))
        for found in inspect(connection).get_columns(name)
    ]
    return text(f'SELECT * FROM "{name}"').columns(*columns)


def as_shown(
    connection: Connection,
    name: str,
    columns: Sequence[str],
    rows: Iterable[Any],
    visible: Visibility,
) -> Iterable[Any]:
    """Rows of the table `name` with addresses masked, but for people whose addresses are shown."""
    masks = {} if visible.asked else ADDRESSES.get(name, {})
    hidden = {columns.index(each): mask for each, mask in masks.items() if each in columns}
    if not hidden:
        return rows
    everybody = select(tables.person.c.id)
    shown = visible.people(connection, connection.scalars(everybody)) if visible.sources else ()
    return _hiding(rows, hidden, columns.index("id"), shown)


def _hiding(
    rows: Iterable[Any],
    hidden: dict[int, Callable[[str], str]],
    person: int,
    shown: Collection[str],
) -> Iterator[Any]:
    """Rows with these columns masked, but for people whose addresses are shown."""
    for row in rows:
        if row[person] in shown:
            yield row
            continue
        cells = list(row)
        for at, mask in hidden.items():
            if cells[at]:
                cells[at] = mask(cells[at])
        yield cells


def _counted(rows: Iterable[Any], progress: Callable[[int], None]) -> Iterator[Any]:
    done = 0
    for done, row in enumerate(rows, 1):
        yield row
        if done % _AT_ONCE == 0:
            progress(done)
    progress(done)


def _plain(value: Any) -> Any:
    """A value as text-based files write it; instants as ISO 8601 in UTC."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict | list):
        return msgspec.json.encode(value, order="sorted").decode()
    return value


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    return safe_cell(_plain(value))


def _write_csv(columns: Sequence[str], rows: Iterable[Any], target: IO[bytes], name: str) -> int:
    out = io.TextIOWrapper(target, encoding="utf-8", newline="", write_through=True)
    writer = csv.writer(out)
    writer.writerow(columns)
    count = 0
    for row in rows:
        writer.writerow([_cell(value) for value in row])
        count += 1
    out.flush()
    out.detach()
    return count


def _write_jsonl(columns: Sequence[str], rows: Iterable[Any], target: IO[bytes], name: str) -> int:
    encoder, count = msgspec.json.Encoder(), 0
    for row in rows:
        values = (v if isinstance(v, dict | list) else _plain(v) for v in row)
        target.write(encoder.encode(dict(zip(columns, values, strict=True))) + b"\n")
        count += 1
    return count


def _fitting(value: Any) -> Any:
    # A longer text would be left out of the sheet without a word.
    if isinstance(value, str) and len(value) > _XLSX_TEXT:
        return f"{value[: _XLSX_TEXT - len(_CUT)]}{_CUT}"
    return value


def _write_xlsx(columns: Sequence[str], rows: Iterable[Any], target: IO[bytes], name: str) -> int:
    import xlsxwriter

    book = xlsxwriter.Workbook(
        target,
        {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
         "strings_to_numbers": False, "remove_timezone": True, "in_memory": False},
    )  # fmt: skip
    sheet = book.add_worksheet(name[:31])
    sheet.freeze_panes(1, 0)
    bold = book.add_format({"bold": True, "bottom": 1})
    instant = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    sheet.write_row(0, 0, columns, bold)
    count = 0
    for count, row in enumerate(rows, 1):
        if count >= _XLSX_ROWS:
            raise WarehouseError(f"{name} has more rows than an XLSX sheet can hold; take csv")
        for column, value in enumerate(row):
            if isinstance(value, datetime):
                moment = value.astimezone(UTC).replace(tzinfo=None)
                sheet.write_datetime(count, column, moment, instant)
            elif isinstance(value, date):
                sheet.write_datetime(count, column, value, day)
            elif value is not None:
                sheet.write(count, column, _fitting(_plain(value)))
    book.close()
    return count
