"""`backfill`: the days of a source, as a person asks for them."""

import csv
from collections.abc import Callable

import pytest

from .conftest import Answer

Call = Callable[..., Answer]


def test_the_days_of_a_source_are_read_and_no_others(cophub: Call) -> None:
    answer = cophub("backfill", "lists", "--from", "2026-03-02", "--to", "2026-03-02")
    assert answer.code == 0
    assert "read whole, with these days kept: posts" in answer.out
    assert posts(cophub) == ["1@example.org"]
    [run] = cophub("runs", "--json").json["runs"]
    assert (run["kind"], run["state"]) == ("backfill", "done")
    assert "lists (backfill)" in cophub("runs").out
    assert cophub("status", "--json").json["sources"][0]["last"] is None
    cophub("sync")
    assert posts(cophub) == ["1@example.org", "2@example.org"]


def posts(cophub: Call) -> list[str]:
    rows = csv.DictReader(cophub("export", "post").out.splitlines())
    return sorted(row["key"] for row in rows)


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (("2026-03-03", "2026-03-02"), "is after the last"),
        (("2999-01-01", "2999-01-02"), "has not come yet"),
        (("March", "2026-03-02"), "March"),
    ],
)
def test_days_that_make_no_sense_are_refused(
    cophub: Call, days: tuple[str, str], said: str
) -> None:
    answer = cophub("backfill", "lists", "--from", days[0], "--to", days[1])
    assert answer.code == 2
    assert said in answer.err


def test_a_stream_that_is_not_there_is_refused(cophub: Call) -> None:
    answer = cophub(
        "backfill", "lists", "--from", "2026-03-01", "--to", "2026-03-02", "--stream", "post"
    )
    assert (answer.code, 'no source here has a stream "post"' in answer.err) == (2, True)
