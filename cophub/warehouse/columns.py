"""Column types of the warehouse, alike on SQLite and PostgreSQL, and what a record's field becomes.

This is the one place that says how a field of `cophub.records` is kept: `field_kinds` names the
kind of each field of a record type, `COLUMN_TYPES` the column of each kind.
"""

from datetime import UTC, datetime
from functools import cache
from typing import Any, Literal, get_type_hints

import msgspec
from msgspec import UnsetType
from sqlalchemy import BigInteger, Boolean, Date, Double, Integer, MetaData, Text
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.schema import CreateColumn, CreateTable
from sqlalchemy.types import TypeDecorator, TypeEngine

from cophub import records
from cophub.warehouse.plain import anything_as_json

Kind = Literal["text", "link", "key", "instant", "day", "count", "number", "flag", "extra"]

# Constraints carry names of their own, so that a later migration can find them on both dialects.
metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def instant_text(instant: datetime) -> str:
    """`2026-03-01 09:30:00[.ffffff]` in UTC: how SQLite keeps an instant; sorts as time does."""
    return instant.astimezone(UTC).replace(tzinfo=None).isoformat(" ")


class Instant(TypeDecorator[datetime]):
    """A moment in UTC. Takes and gives aware datetimes; a naive one is a ValueError."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(TIMESTAMP(timezone=True))
        return dialect.type_descriptor(Text())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"the instant {value} has no zone")
        return value if dialect.name == "postgresql" else instant_text(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if isinstance(value, str):
            return datetime.fromisoformat(value).replace(tzinfo=UTC)
        moment: datetime = value
        return moment.astimezone(UTC)


class Json(TypeDecorator[Any]):
    """JSON of plain values: text on SQLite, JSONB on PostgreSQL.

    Takes whatever a vendor may have sent: see `plain.anything_as_json`.
    """

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        # Not SQLite's JSON type: in a column declared JSON the text "1.0" would become a number.
        kind = JSONB() if dialect.name == "postgresql" else Text()
        return dialect.type_descriptor(kind)

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        if value is None:
            return None
        plain = anything_as_json(value)
        if dialect.name == "postgresql":
            return plain
        return msgspec.json.encode(plain, order="sorted").decode()

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        if value is None or dialect.name == "postgresql":
            return value
        return msgspec.json.decode(value)


# SQLite numbers rows by itself only in a column that is declared INTEGER.
RowId = BigInteger().with_variant(Integer(), "sqlite")

COLUMN_TYPES: dict[Kind, TypeEngine[Any]] = {
    "text": Text(),
    "link": Text(),
    "key": Text(),
    "instant": Instant(),
    "day": Date(),
    "count": BigInteger(),
    "number": Double(),
    "flag": Boolean(),
    "extra": Json(),
}

_KINDS: tuple[tuple[Any, Kind], ...] = (
    (records.Key, "key"),
    (str, "key"),  # only fields that are part of a key are plain `str`
    (records.Key | None | UnsetType, "text"),
    (records.Text, "text"),
    (records.Instant, "instant"),
    (records.Day, "day"),
    (records.Count, "count"),
    (records.Number, "number"),
    (records.Flag, "flag"),
    (records.Extra, "extra"),
)


@cache
def field_kinds(record: type[records.Record]) -> dict[str, Kind]:
    """The kind of each field of a record type, in the order its struct declares them."""
    hints = get_type_hints(record)
    return {name: _kind(record, name, hints[name]) for name in record.__struct_fields__}


def _kind(record: type[records.Record], name: str, annotation: Any) -> Kind:
    for known, kind in _KINDS:
        if annotation == known:
            return "link" if name == "url" and kind == "text" else kind
    raise TypeError(f"{record.__name__}.{name} has a type that no column stands for: {annotation}")


# SQLite has no COMMENT ON, but it keeps the text of CREATE TABLE: `.schema account` shows these.


@compiles(CreateColumn, "sqlite")
def _commented_column(element: Any, compiler: Any, **options: Any) -> str | None:
    text: str | None = compiler.visit_create_column(element, **options)
    comment = element.element.comment
    return f"{text} /* {comment} */" if text and comment else text


@compiles(CreateTable, "sqlite")
def _commented_table(element: Any, compiler: Any, **options: Any) -> str:
    text: str = compiler.visit_create_table(element, **options)
    comment = element.element.comment
    return text.replace("(\n", f"( /* {comment} */\n", 1) if comment else text
