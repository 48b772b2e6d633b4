"""How fresh each source is, and whether what its vendor counts is what was kept."""

import csv
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from cophub import PipelineContext
from cophub.pipelines.site import run
from cophub.pipelines.site.audiences import AUDIENCES, ONE
from cophub.pipelines.site.settings import Settings
from cophub.pipelines.site.sources import read_sources

NOW = datetime(2026, 3, 14, 4, 30, tzinfo=UTC)
TRUSTED = AUDIENCES["facilitators"]


@pytest.fixture
def read(rows, warehouse):
    """`lists`: 30 of 41 members kept, 2 not understood; of one space the vendor counts nothing."""
    for key, native, kept in (("a", 21, 16), ("b", 20, 14), ("c", None, 3)):
        rows.add("space", {"source": "lists", "key": key, "native_member_count": native})
        for n in range(kept):
            rows.add("membership", {"source": "lists", "space": key, "account": f"{key}{n}"})
    run = {"kind": "sync", "source": "lists", "started_at": NOW - timedelta(days=1)}
    rows.add("run", run | {"id": 1, "state": "done"}, run | {"id": 2, "state": "failed"})
    stream = {"whole": True, "started_at": NOW - timedelta(days=1), "stream": "members"}
    rows.add("stream_run", stream | {"run": 1, "state": "done", "rejected": 9})
    rows.add("stream_run", stream | {
        "run": 2, "state": "failed", "seen": 70, "rejected": 3,
        "error": "no answer for somebody@example.org",
    })  # fmt: skip
    rows.add("stream_run", stream | {"run": 2, "stream": "posts", "state": "done"})
    for number, (at, record) in enumerate(((1, "membership"), (2, "membership"),
                                           (2, "membership"), (2, "post"))):  # fmt: skip
        rows.add("reject", {"id": number + 1, "run": at, "source": "lists", "stream": "members",
                            "record": record, "reason": "odd", "rejected_at": NOW})  # fmt: skip

    def read_now(audience):
        with warehouse.connect() as connection:
            (source,) = read_sources(connection, audience)
        return source

    return read_now


def test_what_a_vendor_counts_is_kept_not_understood_and_the_rest(read):
    balance = read(ONE).balance
    told = (balance.native, balance.kept, balance.rejected, balance.rest)
    assert [each.text for each in told] == ["41", "30", "2", "+9"]
    assert (balance.spaces_told, balance.spaces) == (2, 3)


def test_each_stream_says_how_fresh_it_is_and_to_facilitators_what_went_wrong(read):
    members, posts = read(TRUSTED).streams
    assert (members.state, members.seen, members.rejected) == ("failed", 70, 3)
    assert members.read_at == NOW - timedelta(days=1)
    assert members.notes == ("the latest run failed, so this is what the run before gave",)
    assert members.told == "no answer for s***@example.org"
    assert (posts.state, posts.notes, posts.told) == ("done", (), "")
    assert read(ONE).streams[0].told == ""


def test_counts_of_few_members_are_for_facilitators(rows, warehouse):
    rows.add("run", {"id": 1, "kind": "sync", "source": "lists", "state": "done",
                     "started_at": NOW})  # fmt: skip
    rows.add("stream_run", {"run": 1, "stream": "members", "whole": True,
                            "state": "done", "started_at": NOW})  # fmt: skip
    rows.add("space", {"source": "lists", "key": "small", "native_member_count": 9})
    for n in range(4):
        rows.add("membership", {"source": "lists", "space": "small", "account": f"a{n}"})
    for audience, told in ((ONE, ["–"] * 4), (TRUSTED, ["9", "4", "0", "+5"])):
        with warehouse.connect() as connection:
            (source,) = read_sources(connection, audience)
        balance = source.balance
        cells = (balance.native, balance.kept, balance.rejected, balance.rest)
        assert [each.text for each in cells] == told


DAY = timedelta(days=1)


@pytest.fixture
def promised(rows, warehouse):
    """`lists` was last read well a day ago, `calls` never."""
    run = {"kind": "sync", "started_at": NOW - DAY}
    rows.add("run", run | {"id": 1, "source": "lists", "state": "done"})
    rows.add("run", run | {"id": 2, "source": "lists", "state": "failed", "started_at": NOW})
    rows.add("run", run | {"id": 3, "source": "lists", "kind": "backfill", "state": "done",
                           "started_at": NOW})  # fmt: skip
    rows.add("run", run | {"id": 4, "source": "calls", "state": "failed"})
    for number in (2, 4):
        rows.add("stream_run", {"run": number, "stream": "members", "whole": True,
                                "state": "failed", "started_at": NOW})  # fmt: skip

    def read_now(**within):
        with warehouse.connect() as connection:
            found = read_sources(connection, ONE, within, NOW)
        return {source.name: source.promise for source in found}

    return read_now


def test_a_promise_is_kept_or_not_by_the_last_run_that_ended_well(promised):
    found = promised(lists=DAY, calls=DAY)
    assert (found["lists"].fresh_at, found["lists"].kept) == (NOW - DAY, True)
    assert (found["calls"].fresh_at, found["calls"].kept) == (None, None)
    found = promised(lists=timedelta(hours=23))
    assert (found["lists"].kept, found["lists"].until) == (False, NOW - timedelta(hours=1))
    assert found["calls"] is None
    assert promised() == {"lists": None, "calls": None}


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", ("at most 1 day old", "not kept", "since 14 Mar 2026, 04:30", "at most 36 hours",
                "no run has ended well yet")),
        ("fr", ("d’au plus 1 jour", "non tenue", "depuis le 14 mars 2026, 04:30", "36 heures",
                "aucune exécution n’a encore abouti")),
        ("es", ("de 1 día como máximo", "no cumplida", "desde el 14 mar 2026, 04:30", "36 horas",
                "ninguna ejecución ha terminado bien todavía")),
    ],
)  # fmt: skip
def test_the_page_of_sources_shows_promises_in_each_language(promised, warehouse, language, told):
    settings = Settings(languages=[language])
    promises = {"lists": DAY, "calls": timedelta(hours=36)}
    now = NOW + timedelta(minutes=5)
    context = PipelineContext(settings, warehouse, now, ZoneInfo("UTC"), promises=promises)
    files = {str(each.path): each.content for each in run(context)}
    page = files["sources.html"].replace("\N{NO-BREAK SPACE}", " ")
    for text in told:
        assert text in page
    rows = {row["source"]: row for row in csv.DictReader(files["data/sources.csv"].splitlines())}
    assert (rows["lists"]["promised_hours"], rows["lists"]["promise_kept"]) == ("24", "false")
    assert (rows["calls"]["promised_hours"], rows["calls"]["promise_kept"]) == ("36", "")


def test_without_a_promise_the_page_says_nothing_of_one(promised, warehouse):
    context = PipelineContext(Settings(), warehouse, NOW, ZoneInfo("UTC"))
    pages = {str(each.path): each.content for each in run(context)}
    assert 'class="promise"' not in pages["sources.html"]
