"""The data package tells the truth about its files, and Parquet holds what CSV holds."""

import csv
import hashlib
import io
import json
from dataclasses import replace
from datetime import date, datetime

import pytest

from cophub.pipelines.site import feeds as module
from cophub.pipelines.site.feeds import VERSION, feeds, field, parquet
from cophub.pipelines.site.tables import TABLES, names, tables

FITS = {
    "string": str, "number": float, "boolean": {"true": True, "false": False}.__getitem__,
    "date": date.fromisoformat, "datetime": datetime.fromisoformat,
    "yearmonth": lambda text: datetime.strptime(text, "%Y-%m"),  # noqa: DTZ007
}  # fmt: skip


@pytest.fixture(scope="module")
def package(files):
    return json.loads(files["datapackage.json"])


def of_form(package, form):
    return {each["path"]: each for each in package["resources"] if each["format"] == form}


def test_the_package_names_every_table_with_its_columns_size_and_hash(package, files, invented):
    assert (package["profile"], package["version"]) == ("tabular-data-package", VERSION)
    assert package["created"] == "2026-03-14T04:30:00Z"
    found = of_form(package, "csv")
    assert found.keys() == {f"data/{name}.csv" for name in names(invented)}
    for path, each in found.items():
        content = files[path].encode()
        assert each["bytes"] == len(content)
        assert each["hash"] == f"sha256:{hashlib.sha256(content).hexdigest()}"
        header = next(csv.reader(io.StringIO(files[path])))
        assert [column["name"] for column in each["schema"]["fields"]] == header


def test_every_value_is_of_the_type_that_the_package_says(package, files):
    for path, each in of_form(package, "csv").items():
        kinds = {column["name"]: column["type"] for column in each["schema"]["fields"]}
        rows = list(csv.DictReader(io.StringIO(files[path])))
        for row in rows:
            for column, value in row.items():
                if value not in each["schema"]["missingValues"]:
                    FITS[kinds[column]](value)
        if key := each["schema"].get("primaryKey"):
            assert len({tuple(row[name] for name in key) for row in rows}) == len(rows)


def test_names_of_resources_are_unique_and_of_the_signs_that_frictionless_allows(package):
    names = [each["name"] for each in package["resources"]]
    assert len(set(names)) == len(names)
    assert all(set(name) <= set("abcdefghijklmnopqrstuvwxyz-") for name in names)


def test_parquet_holds_what_csv_holds(invented, files, package):
    pq = pytest.importorskip("pyarrow.parquet")
    assert of_form(package, "parquet").keys() == {
        f"data/{name}.parquet" for name in names(invented)
    }
    for name in names(invented):
        table = pq.read_table(io.BytesIO(parquet(invented, name)))
        rows = list(csv.DictReader(io.StringIO(files[f"data/{name}.csv"])))
        assert table.num_rows == len(rows)
        assert table.schema.metadata[b"version"] == VERSION.encode()
        for column in table.column_names:
            told = [FITS[field(column)["type"]](row[column]) if row[column] else None
                    for row in rows]  # fmt: skip
            kept = [value if value != "" else None for value in table.column(column).to_pylist()]
            if field(column)["type"] in ("number", "boolean", "date", "datetime"):
                assert kept == told, (name, column)


def test_an_empty_table_has_its_columns_in_parquet(invented):
    pq = pytest.importorskip("pyarrow.parquet")
    site = replace(invented, communities=(), directory=())
    table = pq.read_table(io.BytesIO(parquet(site, "people")))
    assert (table.num_rows, tuple(table.column_names)) == (0, TABLES["people"][0])


def test_without_pyarrow_there_is_a_package_of_csv(invented, monkeypatch):
    monkeypatch.setattr(module, "find_spec", lambda name: None)
    (package,) = feeds(invented, tables(invented))
    formats = {each["format"] for each in json.loads(str(package.content))["resources"]}
    assert formats == {"csv"}
