"""`export --format parquet`: every table and view with columns of their own types."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, text

from cophub.errors import ConfigError
from cophub.hub import export_parquet
from cophub.hub.export import export_table, exportable
from cophub.warehouse import Warehouse, tables
from cophub.warehouse.contract import current

from .conftest import MBOX, Answer, Folder

pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")
Call = Callable[..., Answer]

TYPES = {
    "text": pa.string(), "json": pa.string(), "instant": pa.timestamp("us", tz="UTC"),
    "day": pa.date32(), "count": pa.int64(), "number": pa.float64(), "flag": pa.bool_(),
}  # fmt: skip


def exported(warehouse: Warehouse, name: str, path: Path) -> Any:
    with path.open("wb") as target:
        export_table(warehouse, name, target, "parquet")
    return pq.read_table(path)


def test_the_name_of_the_file_says_that_it_is_parquet(cophub: Call, tmp_path: Path) -> None:
    cophub("sync")
    answer = cophub("export", "post", "--to", "post.parquet")
    assert (answer.code, answer.out) == (0, "✓ 2 rows of post are in post.parquet\n")
    table = pq.read_table(tmp_path / "post.parquet")
    assert table["posted_at"].to_pylist()[0] == datetime(2026, 3, 2, 10, tzinfo=UTC)
    assert table.schema.field("posted_at").type == pa.timestamp("us", tz="UTC")
    assert not list(tmp_path.glob(".*part"))


def test_text_is_as_it_stands(cophub: Call, folder: Folder, tmp_path: Path) -> None:
    """No reader of Parquet takes text for a formula, so nothing is put before it."""
    folder.mail(MBOX.replace("Subject: How do you count attendance?", "Subject: =1+1"))
    cophub("sync")
    cophub("export", "post", "--to", "post.parquet")
    assert "=1+1" in pq.read_table(tmp_path / "post.parquet")["title"].to_pylist()


@pytest.mark.parametrize("name", sorted(current()))
def test_columns_have_the_types_of_the_contract_without_any_row(
    sqlite_file: Path, name: str, tmp_path: Path
) -> None:
    """On SQLite too, where a view has no types of its own."""
    warehouse = Warehouse.open(f"sqlite:///{sqlite_file}")
    found = exported(warehouse, name, tmp_path / "t.parquet").schema
    warehouse.dispose()
    assert found.metadata[b"cophub_table"] == name.encode()
    assert found.metadata[b"cophub_version"] == current()[name].version.encode()
    shape = current()[name].columns
    # Of people go the columns that others may use, in their own order.
    assert {c.name: c.type for c in found if c.name in shape} == {
        column: TYPES[kind] for column, kind in shape.items() if column in found.names
    }


def test_every_kind_of_value_comes_back(warehouse: Warehouse, tmp_path: Path) -> None:
    """Alike from SQLite and PostgreSQL."""
    at, day = datetime(2026, 3, 1, 9, 30, 0, 250_000, tzinfo=UTC), date(2026, 3, 1)
    stamp = {"run": 1, "first_seen_at": at, "changed_at": at}
    measure = {"version": 1, "community": "a", "quarter": "2026Q1", "measure": "seats"}
    with warehouse.begin() as connection:
        connection.execute(
            insert(tables.metadata.tables["event"]),
            [stamp | {"source": "s", "key": "e", "cancelled": True, "extra": {"b": [1], "a": "x"}}],
        )
        connection.execute(
            insert(tables.metadata.tables["metric"]),
            [stamp | {"source": "s", "space": "a", "subject": "", "name": "n", "value": 2.5,
                      "period_start": day, "period_end": day}],
        )  # fmt: skip
        connection.execute(
            insert(tables.measure),
            [measure | {"value": 3.0, "small": True, "sources": ["x"], "observed_at": at}],
        )
    event = exported(warehouse, "event", tmp_path / "e.parquet").to_pylist()[0]
    assert (event["cancelled"], event["first_seen_at"], event["run"]) == (True, at, 1)
    assert (event["starts_at"], json.loads(event["extra"])) == (None, {"b": [1], "a": "x"})
    metric = exported(warehouse, "metric", tmp_path / "m.parquet").to_pylist()[0]
    assert (metric["period_end"], metric["value"]) == (day, 2.5)
    figure = exported(warehouse, "measure_quarter", tmp_path / "q.parquet").to_pylist()[0]
    assert (figure["small"], figure["value"], figure["position"]) == (True, 3.0, 2)
    assert (figure["observed_at"], figure["sources"]) == (at, '["x"]')


def test_every_table_can_be_written(warehouse: Warehouse, tmp_path: Path) -> None:
    with warehouse.connect() as connection:
        names = exportable(connection)
    for name in names:
        exported(warehouse, name, tmp_path / "t.parquet")
    assert "identity_evidence" in names


def test_rows_go_out_in_groups(
    warehouse: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No more than a group is held at a time."""
    monkeypatch.setattr(export_parquet, "_ROWS_OF_A_GROUP", 10)
    with warehouse.begin() as connection:
        rows = [{"key": f"{n:02}", "title": str(n)} for n in range(25)]
        connection.execute(insert(tables.community), rows)
    path = tmp_path / "c.parquet"
    table = exported(warehouse, "community", path)
    assert table["key"].to_pylist() == [row["key"] for row in rows]
    assert pq.ParquetFile(path).num_row_groups == 3


def test_a_table_of_others_in_the_same_database_is_exported_too(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    with warehouse.begin() as connection:
        connection.execute(text("CREATE TABLE ours (number INTEGER, words VARCHAR(9))"))
        connection.execute(text("INSERT INTO ours VALUES (7, 'seven')"))
    table = exported(warehouse, "ours", tmp_path / "o.parquet")
    assert table.to_pylist() == [{"number": 7, "words": "seven"}]


def test_without_pyarrow_it_says_what_to_install(
    cophub: Call, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(export_parquet, "find_spec", lambda name: None)
    with pytest.raises(ConfigError, match=r"pip install 'cophub\[parquet\]'"):
        export_parquet.check()
    answer = cophub("export", "post", "--to", "post.parquet")
    assert answer.code == 2
    assert "pip install 'cophub[parquet]'" in answer.err
    assert not (tmp_path / "post.parquet").exists()
