"""`status` in ten lines: what is said of a hub of thirteen sources, in fourteen situations.

What is to be said stands in `statuses/*.txt`, as a terminal of 100 columns shows it; with
COPHUB_WRITE_STATUSES set they are written anew, to be looked at before they are kept.
"""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from cophub.cli import show
from cophub.cli.options import State

from .conftest import Answer, Folder
from .hub_of_13 import NOW, SOURCES, Told, configure, telling

Call = Callable[..., Answer]
STATUSES = Path(__file__).parent / "statuses"
REFUSED = (
    "MailChimp refused the API key (401 API Key Invalid); let the account's owner make a new one"
    " and put it into [sources.newsletter] settings.api_key"
)
AWAY = "https://{0}.example.org did not answer: name or service not known; is there a network?"
DEPARTURES = "120 of 140 memberships would end, more than a fifth; nothing was changed"


def all_well(told: Told) -> None:
    told.all_ran(2)
    told.published(1)


def nothing_ran(told: Told) -> None:
    pass


def one_never_ran(told: Told) -> None:
    told.all_ran(2, but=("calendar",))
    told.published(1)


def one_fails(told: Told) -> None:
    told.all_ran(72)
    told.all_ran(2, but=("newsletter",))
    for hours in (66, 48, 24, 2):
        told.ran("newsletter", hours, "failed", REFUSED, "CPH-A02")
    told.published(1)


def one_is_held(told: Told) -> None:
    told.all_ran(9)
    told.all_ran(3, but=("intranet",))
    told.ran("intranet", 3, "held", DEPARTURES, "CPH-H01")
    told.published(2.9)


def a_few_of_each(told: Told) -> None:
    told.all_ran(30)
    told.all_ran(2, but=("newsletter", "intranet", "calls", "wiki-feed"))
    told.ran("newsletter", 2, "failed", REFUSED, "CPH-A02")
    told.ran("intranet", 3, "held", DEPARTURES, "CPH-H01")
    told.ran("calls", 5, None)
    told.published(1)


def nobody_keeps_time(told: Told) -> None:
    told.all_ran(50)
    told.published(50)


def no_network(told: Told) -> None:
    told.all_ran(14)
    for source in SOURCES:
        told.ran(source, 8, "failed", AWAY.format(source), "CPH-U03")
        told.ran(source, 2, "failed", AWAY.format(source), "CPH-U03")
    told.published(14)


def a_pipeline_fails(told: Told) -> None:
    told.all_ran(2)
    told.published(26)
    told.published(1, "brief", "SMTP server mail.example.org refused the login", "CPH-C01")


def many_things(told: Told) -> None:
    """Nine sources, each with a trouble of its own, do not fit."""
    told.all_ran(30)
    codes = ("CPH-A01", "CPH-U01", "CPH-U02", "CPH-C01", "CPH-P01", "CPH-W01", "CPH-B01", "CPH-X01")
    for hours, (source, code) in enumerate(zip(SOURCES, codes, strict=False), 1):
        told.ran(source, hours, "failed", f"{source} could not be read at all, {code}", code)
    told.ran("wiki-feed", 3, "held", DEPARTURES, "CPH-H01")
    told.ran("training", 2, "stopped")
    told.ran("calendar", 2, None)
    told.published(1)


def a_promise_is_broken(told: Told) -> None:
    told.all_ran(40, but=SOURCES[1:])
    told.all_ran(2, but=("newsletter",))
    told.published(1)


def killed_and_stopped(told: Told) -> None:
    told.all_ran(20)
    told.all_ran(2, but=("calls", "engage", "dgroups"))
    told.ran("calls", 5, None)
    told.ran("engage", 4, None)
    told.ran("dgroups", 4, "stopped")
    told.published(1)


def a_space_is_missing(told: Told) -> None:
    all_well(told)


def odd_texts(told: Told) -> None:
    """A vendor's answer with line ends, colours, wide signs; and longer than any line."""
    told.all_ran(20)
    told.all_ran(2, but=("engage",))
    error = "answered \x1b[31m\n<html>\r\n 服务器暂时无法使用请稍后再试" + " 服务器暂时无法使用" * 9
    told.ran("engage", 4, "failed", error, "CPH-U09")
    told.published(1)


ADDED = {
    "a_promise_is_broken": '[pipelines.site]\nevery = "1 day"\nfresh_within = "2 days"\n',
    "a_space_is_missing": '[communities.c]\ntitle = "C"\nspaces = ["enagge:a", "wiki:b"]\n',
}
SITUATIONS = [
    all_well, nothing_ran, one_never_ran, one_fails, one_is_held, a_few_of_each, nobody_keeps_time,
    no_network, a_pipeline_fails, many_things, a_promise_is_broken, killed_and_stopped,
    a_space_is_missing, odd_texts,
]  # fmt: skip
Situation = Callable[[Told], None]


@pytest.fixture(autouse=True)
def noon(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is noon of the day of which is told."""
    monkeypatch.setattr(State, "_clock", lambda self: lambda: NOW)


def on_a_terminal(monkeypatch: pytest.MonkeyPatch, columns: int) -> None:
    monkeypatch.setattr(show, "terminal", lambda: True)
    monkeypatch.setattr(show, "columns_across", lambda: columns)


def set_up(folder: Folder, situation: Situation) -> None:
    name = situation.__name__
    path = configure(folder.folder, ADDED.get(name, ""))
    if name == "a_promise_is_broken":
        text = path.read_text(encoding="utf-8")
        promise = 'connector = "mailarchive"\nfresh_within = "1 day"\n'
        path.write_text(text.replace('connector = "mailarchive"\n', promise, 1), encoding="utf-8")
    with telling(path) as told:
        situation(told)


@pytest.mark.parametrize("situation", SITUATIONS)
def test_what_is_said_fits_ten_lines(
    cophub: Call, folder: Folder, monkeypatch: pytest.MonkeyPatch, situation: Situation
) -> None:
    """Of 100 columns and, with shorter reasons, of 80."""
    set_up(folder, situation)
    on_a_terminal(monkeypatch, 100)
    said = cophub("status").out
    path = STATUSES / f"{situation.__name__}.txt"
    if os.environ.get("COPHUB_WRITE_STATUSES"):
        path.write_text(said, encoding="utf-8")
    assert said == path.read_text(encoding="utf-8")
    for columns in (100, 80):
        on_a_terminal(monkeypatch, columns)
        lines = cophub("status").out.splitlines()
        assert len(lines) <= 10
        assert max(map(show.cells, lines)) <= columns


def test_a_program_reads_more_than_a_person(cophub: Call, folder: Folder) -> None:
    """What the lines say, and all that stood there before."""
    set_up(folder, a_few_of_each)
    answer = cophub("status", "--json")
    found = answer.json
    assert answer.code == 1
    assert [one["subjects"] for one in found["troubles"]] == [
        ["newsletter"], ["intranet"], ["wiki-feed"], ["calls"],
    ]  # fmt: skip
    source = found["sources"][0]
    assert (source["state"], source["code"]) == ("failed", "CPH-A02")
    assert (source["why"], source["since"]) == (REFUSED, "2026-11-22T10:00:00Z")
    assert {"last", "fresh_at", "next_at", "advice", "spaces", "rejects"} <= source.keys()
    assert [one["state"] for one in found["pipelines"]] == ["fresh"] * 4
    assert found["coming"]["name"] == "calls"
    assert found["published"]["version"] == 1


def test_all_of_it_is_told_on_demand(cophub: Call, folder: Folder) -> None:
    """The table of every source and pipeline, and below it each reason uncut."""
    set_up(folder, many_things)
    said = cophub("status", "--all").out
    assert all(source in said for source in SOURCES)
    assert said.count("→") == 13
    assert f"held for 3 hours: {DEPARTURES} [CPH-H01]" in said
    assert "measures" in said


def test_a_promise_that_is_not_kept_is_for_monitoring_to_notice(
    cophub: Call, folder: Folder
) -> None:
    set_up(folder, a_promise_is_broken)
    answer = cophub("status", "--json")
    assert answer.code == 1
    kept = {one["source"]: one["promise_kept"] for one in answer.json["sources"]}
    assert (kept["newsletter"], kept["engage"]) == (False, None)
    [site] = [one for one in answer.json["pipelines"] if one["pipeline"] == "site"]
    assert (site["promise_kept"], site["fresh_within"]) == (True, "2 days")


def test_a_promise_holds_for_pipelines_too(cophub: Call, folder: Folder) -> None:
    path = configure(folder.folder, '[pipelines.site]\nfresh_within = "1 day"\n')
    with telling(path) as told:
        told.all_ran(2)
        told.published(30)
        told.published(1, "site", "no space left on device", "CPH-W01")
    answer = cophub("status")
    assert answer.code == 1
    assert "pipeline site failing for 1 hour: no space left" in answer.out
    assert cophub("status", "--json").json["pipelines"][-1]["promise_kept"] is False


def test_a_promise_that_cannot_be_kept_is_an_error(cophub: Call, folder: Folder) -> None:
    configure(folder.folder)
    path = folder.folder / "plugins.toml"
    path.write_text(path.read_text().replace("every", 'fresh_within = "1 hour"\nevery', 1))
    answer = cophub("status")
    assert answer.code == 2
    assert "fresh_within shorter than every, 6 hours" in answer.err


def test_a_pipeline_whose_plugin_is_gone_is_not_told(cophub: Call, folder: Folder) -> None:
    """It can never be well again, and nobody can do anything about it."""
    path = configure(folder.folder)
    with telling(path) as told:
        all_well(told)
        from cophub.warehouse import pipelines, state

        run = state.start_run(told.connection, kind="publish", source=None, now=NOW, version="1")
        pipelines.begin(told.connection, run, "dashboard", now=NOW)
        pipelines.end(told.connection, run, "dashboard", now=NOW, state="failed", files=0)
    answer = cophub("status")
    assert (answer.code, "dashboard" in answer.out) == (0, False)


def test_colours_are_left_out_where_that_is_wished(
    folder: Folder, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """NO_COLOR holds on a terminal too."""
    from cophub import cli

    set_up(folder, one_fails)
    monkeypatch.setattr("click._compat.isatty", lambda stream: True)
    monkeypatch.setattr("click.utils.should_strip_ansi", lambda stream, color: color is False)
    cli.run(["status"])
    assert "\x1b[" in capsys.readouterr().out
    monkeypatch.setenv("NO_COLOR", "1")
    cli.run(["status"])
    assert "\x1b[" not in capsys.readouterr().out


def test_both_databases_tell_the_same(folder: Folder, warehouse_url: str) -> None:
    """Since when, why, by which code and what next: of sources, and of pipelines."""
    from cophub.hub import Hub

    added = f'[hub]\nwarehouse = "{warehouse_url}"\n[pipelines.site]\nfresh_within = "1 day"\n'
    path = configure(folder.folder, added)
    with Hub.open(path, now=lambda: NOW) as hub:
        with hub.warehouse.begin() as connection:
            told = Told(connection)
            a_few_of_each(told)
            told.published(30)
            told.published(0.5, "site", "no space left on device", "CPH-W02")
        found = hub.status()
        [publish, *_] = hub.runs(1)
    assert [(one.subjects, one.state, one.code) for one in found.troubles] == [
        (("newsletter",), "failed", "CPH-A02"),
        (("pipeline site",), "failed", "CPH-W02"),
        (("intranet",), "held", "CPH-H01"),
        (("wiki-feed",), "late", "CPH-S01"),
        (("calls",), "killed", "CPH-X02"),
    ]
    hours = [(NOW - one.since).total_seconds() / 3600 for one in found.troubles if one.since]
    assert hours == [2, 0.5, 3, 24, 5]
    [site] = [one for one in found.pipelines if one.pipeline == "site"]
    assert (site.promise_kept, site.why) == (False, "no space left on device")
    assert [one.state for one in publish.pipelines].count("failed") == 1
