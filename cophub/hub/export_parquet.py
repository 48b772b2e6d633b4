"""Tables and views as Parquet, each column of its type; a batch of rows at a time.

Text is as it stands: whatever reads Parquet takes no text for a formula.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC
from importlib.util import find_spec
from itertools import islice
from typing import IO, Any

import msgspec
from sqlalchemy import Boolean, ColumnElement, Date, Float, Integer, LargeBinary, Numeric
from sqlalchemy.types import DateTime, TypeEngine

from cophub.error_codes import ASKED
from cophub.errors import ConfigError
from cophub.warehouse.columns import Instant
from cophub.warehouse.contract import current

_ROWS_OF_A_GROUP = 20_000
_INSTANTS = (Instant, DateTime)


def check() -> None:
    """Raise ConfigError where the library that writes Parquet is not installed."""
    if find_spec("pyarrow") is None:
        raise ConfigError(
            "Parquet is written by pyarrow, which is not installed here:"
            " pip install 'cophub[parquet]'",
            code=ASKED,
        )


def write(
    columns: Iterable[ColumnElement[Any]], rows: Iterable[Any], target: IO[bytes], name: str
) -> int:
    """Write `rows` to `target`; answers how many there were.

    Instants are timestamps in UTC, by microseconds; JSON is text. The file says which table it is
    of, and in which version, where readers rely on one.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    kept = list(columns)
    shape = current().get(name)
    about = {"cophub_table": name} | ({"cophub_version": shape.version} if shape else {})
    schema = pa.schema([(str(c.key), _type(pa, c.type)) for c in kept], metadata=about)
    readers = [_reader(column.type) for column in kept]
    feed, count = iter(rows), 0
    with pq.ParquetWriter(target, schema, compression="zstd") as writer:
        while batch := list(islice(feed, _ROWS_OF_A_GROUP)):
            writer.write_table(_table(pa, schema, readers, batch))
            count += len(batch)
    return count


def _table(
    pa: Any, schema: Any, readers: Sequence[Callable[[Any], Any]], rows: Sequence[Sequence[Any]]
) -> Any:
    arrays = []
    for place, (field, reader) in enumerate(zip(schema, readers, strict=True)):
        values = [None if row[place] is None else reader(row[place]) for row in rows]
        arrays.append(pa.array(values, type=field.type))
    return pa.Table.from_arrays(arrays, schema=schema)


def _type(pa: Any, kind: TypeEngine[Any]) -> Any:
    """The type of a column of Parquet for one of the warehouse; text for what has no other."""
    for known, made in (
        (_INSTANTS, pa.timestamp("us", tz="UTC")),
        (Boolean, pa.bool_()),
        (Integer, pa.int64()),
        ((Float, Numeric), pa.float64()),
        (Date, pa.date32()),
        (LargeBinary, pa.binary()),
    ):
        if isinstance(kind, known):
            return made
    return pa.string()


def _reader(kind: TypeEngine[Any]) -> Callable[[Any], Any]:
    """What makes a value one of its column's type: SQLite and PostgreSQL give different ones."""
    if isinstance(kind, _INSTANTS):
        return lambda moment: moment.astimezone(UTC)
    for known, made in ((Boolean, bool), (Integer, int), ((Float, Numeric), float)):
        if isinstance(kind, known):
            return made
    return _as_it_is if isinstance(kind, Date | LargeBinary) else _text


def _as_it_is(value: Any) -> Any:
    return value


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, dict | list):
        return msgspec.json.encode(value, order="sorted").decode()
    return str(value)
