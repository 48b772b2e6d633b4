"""The tables for dashboards made elsewhere: a Frictionless data package of CSV and Parquet.

Source: https://specs.frictionlessdata.io/tabular-data-package/
"""

import hashlib
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from importlib.util import find_spec
from typing import Any

from cophub import Publication
from cophub.pipelines.site import across_tables, measure_tables
from cophub.pipelines.site.model import Site
from cophub.pipelines.site.tables import TABLES, names

VERSION = "1.2.0"
"""Of names, columns and meanings of the tables: the first number changes when a reader breaks."""

_NUMBERS = frozenset({
    "value", "previous", "difference", "percent", "members", "active", "native", "kept", "rejected",
    "delivered", "opened_percent", "clicked_percent", "promised_hours", *across_tables.NUMBERS,
    *measure_tables.NUMBERS,
})  # fmt: skip
_TRUTHS = frozenset({"listed", "proposed", "promise_kept", *across_tables.TRUTHS})
_MONTHS = frozenset({"month", "last_active_month"})
_KEYS = {
    "communities": ["community"], "quarters": ["community", "quarter", "measure"],
    "months": ["community", "month", "figure"], "sources": ["source"], "definitions": ["name"],
    **across_tables.KEYS,
    **measure_tables.KEYS,
}  # fmt: skip
_TITLES = {
    "communities": "Every community with its members, active people and last activity",
    "quarters": 'The quarter table; community "" is all together, a person once',
    "months": 'Figures by month; community "" is all together, a person once',
    "spaces": "Where each community meets",
    "threads": "The newest threads of each community",
    "newsletters": "The newest newsletters of each community",
    "people": "The directory of people",
    "sources": "How fresh each source is, and what its vendor counts beside what was kept",
    "definitions": "What each figure counts",
    **across_tables.TITLES,
    **measure_tables.TITLES,
}


def feeds(site: Site, tables: Iterable[Publication]) -> Iterator[Publication]:
    """`datapackage.json` about the CSV files of `tables`; and Parquet, where pyarrow is there."""
    files = [*tables]
    if find_spec("pyarrow"):
        files += [Publication(f"data/{name}.parquet", parquet(site, name)) for name in names(site)]
        yield from files[-len(names(site)) :]
    package = {
        "profile": "tabular-data-package",
        "name": "cophub-site",
        "title": site.title,
        "version": VERSION,
        "created": site.made_at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "keywords": ["communities of practice"],
        "resources": [_resource(each) for each in files],
    }
    text = json.dumps(package, ensure_ascii=False, indent=1)
    yield Publication("datapackage.json", f"{text}\n")


def _resource(file: Publication) -> dict[str, Any]:
    path = str(file.path)
    name, _, form = path.removeprefix("data/").rpartition(".")
    content = file.content.encode() if isinstance(file.content, str) else file.content
    kind = {"csv": "text/csv", "parquet": "application/vnd.apache.parquet"}[form]
    schema: dict[str, Any] = {"fields": [field(each) for each in TABLES[name][0]]}
    if name in _KEYS:
        schema["primaryKey"] = _KEYS[name]
    resource = {
        "name": name if form == "csv" else f"{name}-{form}",
        "path": path,
        "title": _TITLES[name],
        "profile": "tabular-data-resource" if form == "csv" else "data-resource",
        "format": form,
        "mediatype": kind,
        "bytes": len(content),
        "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
        "schema": schema | ({"missingValues": [""]} if form == "csv" else {}),
    }
    return resource | ({"encoding": "utf-8"} if form == "csv" else {})


def field(column: str) -> dict[str, str]:
    """A column's name and type, by Frictionless' names."""
    kind = "string"
    if column in _NUMBERS:
        kind = "number"
    elif column in _TRUTHS:
        kind = "boolean"
    elif column in _MONTHS:
        kind = "yearmonth"
    elif column.endswith("_on"):
        kind = "date"
    elif column.endswith("_at"):
        kind = "datetime"
    # Instants carry their offset, which is not the format that Frictionless expects by itself.
    return {"name": column, "type": kind} | ({"format": "any"} if kind == "datetime" else {})


def parquet(site: Site, name: str) -> bytes:
    """A table as Parquet: texts as they are, and each column of its type."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    types = {
        "number": pa.float64(), "boolean": pa.bool_(), "date": pa.date32(),
        "datetime": pa.timestamp("us", tz="UTC"),
    }  # fmt: skip
    header, rows = TABLES[name]
    kinds = [field(column)["type"] for column in header]
    columns = zip(*rows(site), strict=True)
    values = [*columns] or [()] * len(header)
    arrays = [
        pa.array(_read(kind, column), type=types.get(kind, pa.string()))
        for kind, column in zip(kinds, values, strict=True)
    ]
    table = pa.table(dict(zip(header, arrays, strict=True)))
    out = io.BytesIO()
    pq.write_table(table.replace_schema_metadata({"version": VERSION}), out, compression="zstd")
    return out.getvalue()


def _read(kind: str, column: Sequence[Any]) -> list[Any]:
    """What a table tells as text as values of a type; empty is nothing, but in texts."""
    if kind == "string":
        return [*column]
    readers = {
        "number": float, "boolean": "true".__eq__, "date": date.fromisoformat,
        "datetime": datetime.fromisoformat,
    }  # fmt: skip
    read: Any = readers.get(kind, str)
    return [None if value in ("", None) else read(value) for value in column]
