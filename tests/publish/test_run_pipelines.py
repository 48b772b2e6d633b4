"""Pipelines in order, apart from one another, and shown in one step."""

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from cophub import (
    ConfigError,
    Pipeline,
    PipelineContext,
    PluginError,
    Publication,
    SourceBusy,
    folders,
)
from cophub.pipeline import NoSettings
from cophub.publish import PipelineResult, in_order, run_pipelines
from cophub.warehouse import Warehouse, holding, state, tables
from cophub.warehouse import pipelines as recorded
from tests.warehouse.leases import age, until_renewed

NOW = datetime(2026, 8, 15, 12, tzinfo=UTC)


def pages(name: str, *files: Publication, after: tuple[str, ...] = ()) -> Pipeline:
    """A pipeline that yields these files."""
    return Pipeline(name=name, summary="", run=lambda context: iter(files), after=after)


def failing(name: str, error: Exception, after: tuple[str, ...] = ()) -> Pipeline:
    """A pipeline that yields a file and then raises."""

    def run(context: PipelineContext[Any]) -> Iterator[Publication]:
        yield Publication("half.html", "half")
        raise error

    return Pipeline(name=name, summary="", run=run, after=after)


@pytest.fixture
def site(tmp_path: Path) -> Path:
    return tmp_path / "site"


@pytest.fixture
def publish(warehouse: Warehouse, site: Path) -> Callable[..., list[PipelineResult]]:
    def run(*pipelines: Pipeline) -> list[PipelineResult]:
        plan = [(pipeline, NoSettings()) for pipeline in pipelines]
        zone = ZoneInfo("Europe/Zurich")
        return list(run_pipelines(warehouse, plan, site=site, timezone=zone, now=lambda: NOW))

    return run


def contents(site: Path) -> dict[str, str]:
    """The files that readers find, but for the manifest."""
    return {
        path.relative_to(site).as_posix(): path.read_text()
        for path in site.rglob("*")
        if path.is_file() and path.name != folders.MANIFEST
    }


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_the_files_of_a_run_are_the_site(publish: Any, site: Path) -> None:
    (result,) = publish(pages("site", Publication("index.html", "a"), Publication("data/x", b"b")))
    assert (result.pipeline, result.state, result.files, result.error) == ("site", "done", 2, None)
    assert contents(site) == {"index.html": "a", "data/x": "b"}
    assert [path.name for path in site.parent.iterdir() if "site" in path.name] == ["site"]


def test_each_pipeline_of_a_run_is_recorded(publish: Any, warehouse: Warehouse) -> None:
    publish(
        pages("good", Publication("a.html", "a"), Publication("b.html", "b")),
        failing("bad", ConfigError("no such setting")),
        pages("late", after=("bad",)),
        failing("broken", RuntimeError("oops")),
    )
    t = tables.pipeline_run
    with warehouse.connect() as connection:
        rows = {row.pipeline: row for row in connection.execute(select(t))}
        whole = connection.execute(select(tables.run)).one()
    assert {name: (row.state, row.files, row.code) for name, row in rows.items()} == {
        "good": ("done", 2, None),
        "bad": ("failed", 0, "CPH-C01"),
        "late": ("failed", 0, "CPH-C01"),
        "broken": ("failed", 0, "CPH-X01"),
    }
    assert rows["bad"].error == "no such setting"
    assert {(row.started_at, row.finished_at) for row in rows.values()} == {(NOW, NOW)}
    assert (whole.state, whole.code, whole.asked_by) == ("failed", "CPH-C01", "person")


def test_a_pipeline_that_was_killed_says_so_after_the_next_run(
    publish: Any, warehouse: Warehouse
) -> None:
    with warehouse.begin() as connection:
        run = state.start_run(connection, kind="publish", source=None, now=NOW, version="0")
        recorded.begin(connection, run, "site", now=NOW)
    publish(pages("other"))
    t = tables.pipeline_run
    with warehouse.connect() as connection:
        row = connection.execute(select(t).where(t.c.pipeline == "site")).one()
    assert (row.state, row.code) == ("killed", "CPH-X02")


def test_what_ran_before_pipelines_had_times_of_their_own_counts_for_all(
    publish: Any, warehouse: Warehouse
) -> None:
    before = NOW - timedelta(days=3)
    with warehouse.begin() as connection:
        state.start_run(connection, kind="publish", source=None, now=before, version="0")
        assert recorded.last_publish_before(connection) == before
    publish(pages("site"))
    with warehouse.connect() as connection:
        assert recorded.last_began(connection) == {"site": NOW}
        assert recorded.last_publish_before(connection) == before


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_a_file_that_is_no_longer_made_goes_and_what_people_put_there_stays(
    publish: Any, site: Path
) -> None:
    publish(pages("site", Publication("index.html", "1"), Publication("old.html", "1")))
    (site / "robots.txt").write_text("mine")
    publish(pages("site", Publication("index.html", "2")))
    assert contents(site) == {"index.html": "2", "robots.txt": "mine"}


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_a_pipeline_that_fails_keeps_its_files_of_before(publish: Any, site: Path) -> None:
    """And stops only those that read its results; the others are shown."""
    publish(pages("a", Publication("half.html", "whole")), pages("b", Publication("b.html", "1")))
    results = publish(
        failing("a", ValueError("no figure\nfor ana@example.org")),
        pages("reader", Publication("r.html", "r"), after=("a",)),
        pages("b", Publication("b.html", "2")),
    )
    assert contents(site) == {"half.html": "whole", "b.html": "2"}
    by_name = {result.pipeline: result for result in results}
    assert by_name["a"].error == "ValueError: no figure", "the rest may be about a person"
    assert by_name["reader"].error == ('not run, because it reads the results of "a", which failed')
    assert {name: result.state for name, result in by_name.items()} == {
        "a": "failed",
        "reader": "failed",
        "b": "done",
    }


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_pipelines_that_did_not_run_keep_their_files(publish: Any, site: Path) -> None:
    publish(pages("a", Publication("a.html", "1")), pages("b", Publication("b.html", "1")))
    publish(pages("b", Publication("b.html", "2")))
    publish(pages("c"))
    assert contents(site) == {"a.html": "1", "b.html": "2"}
    publish(pages("a"))
    assert contents(site) == {"b.html": "2"}


def test_a_run_and_its_version_are_recorded(warehouse: Warehouse, publish: Any, rows: Any) -> None:
    seen: list[int] = []

    def look(context: PipelineContext[Any]) -> Iterator[Publication]:
        seen.append(context.run)
        assert context.now == NOW
        yield Publication("index.html", "page")

    publish(Pipeline(name="site", summary="", run=look))
    publish(failing("site", ConfigError("it is wrong")))
    good, bad = rows("publication")
    assert (good["state"], good["files"], good["size_bytes"]) == ("published", 1, 4)
    assert (bad["state"], bad["error"]) == ("failed", 'pipeline "site": it is wrong')
    first, second = rows("run")
    assert (first["id"], first["kind"], first["state"]) == (seen[0], "publish", "done")
    assert second["state"] == "failed"
    with warehouse.connect() as connection:
        assert state.published_version(connection) == good["version"]


def test_only_one_process_publishes_at_a_time(warehouse: Warehouse, publish: Any) -> None:
    with warehouse.begin() as connection:
        state.take_lease(connection, "the pipelines", "another machine", now=datetime.now(UTC))
    with pytest.raises(SourceBusy, match="another machine"):
        publish(pages("site"))


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_a_pipeline_that_takes_long_is_not_overtaken(
    warehouse: Warehouse, publish: Any, site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It shows signs of life while it runs, and gives the lease back at its end."""
    monkeypatch.setattr(holding, "RENEWAL_SECONDS", 0.01)

    def slow(context: PipelineContext[Any]) -> Iterator[Publication]:
        age(warehouse, "the pipelines")
        until_renewed(warehouse, "the pipelines")
        with pytest.raises(SourceBusy, match="the pipelines"):
            publish(pages("other"))
        yield Publication("index.html", "mine")

    (result,) = publish(Pipeline(name="site", summary="", run=slow))
    assert (result.state, result.error) == ("done", None)
    assert contents(site) == {"index.html": "mine"}
    publish(pages("other"))


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_who_lost_the_lease_meanwhile_shows_nothing(
    warehouse: Warehouse, publish: Any, site: Path
) -> None:
    def slow(context: PipelineContext[Any]) -> Iterator[Publication]:
        yield Publication("index.html", "old")
        with warehouse.begin() as connection:
            connection.exec_driver_sql("UPDATE lease SET fence = fence + 1, holder = 'other'")

    with pytest.raises(SourceBusy):
        publish(Pipeline(name="site", summary="", run=slow))
    assert not site.exists()


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_a_run_that_is_stopped_leaves_the_site_and_the_lease_as_they_were(
    warehouse: Warehouse, publish: Any, site: Path
) -> None:
    publish(pages("a", Publication("a.html", "1")))
    plan = [(pages(name, Publication(f"{name}.html", "2")), NoSettings()) for name in "ab"]
    zone = ZoneInfo("Europe/Zurich")
    running = run_pipelines(warehouse, plan, site=site, timezone=zone, now=lambda: NOW)
    assert next(running).pipeline == "a"
    running.close()  # type: ignore[attr-defined]
    assert contents(site) == {"a.html": "1"}
    assert [path.name for path in site.parent.iterdir() if "site" in path.name] == ["site"]
    publish(pages("b", Publication("b.html", "3")))
    assert contents(site) == {"a.html": "1", "b.html": "3"}


@pytest.mark.parametrize("dialect", ["sqlite"])
@pytest.mark.parametrize(
    "path", ["/etc/x", "../x", "a/../../x", "", ".", ".cophub-files.json", "a\\b", "c:x", "x\0"]
)
def test_a_path_that_leads_out_of_the_site_is_refused(publish: Any, site: Path, path: str) -> None:
    (result,) = publish(pages("bad", Publication(path, "x")))
    assert result.state == "failed"
    assert result.error is not None
    assert 'pipeline "bad" writes to' in result.error
    assert not site.exists()


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_two_pipelines_may_not_write_one_file(publish: Any, site: Path) -> None:
    page = Publication("index.html", "x")
    _, second = publish(pages("a", page), pages("b", page))
    assert second.error == 'pipelines "a" and "b" both write index.html'


def test_pipelines_come_after_those_they_read() -> None:
    """Otherwise in the order of the plan; what is not in the plan is not waited for."""
    names = [("c", ("b",)), ("a", ()), ("b", ("a", "elsewhere"))]
    plan = [(pages(name, after=after), NoSettings()) for name, after in names]
    assert [pipeline.name for pipeline, _ in in_order(plan)] == ["a", "b", "c"]


def test_a_circle_of_pipelines_is_named() -> None:
    plan = [(pages("a", after=("b",)), NoSettings()), (pages("b", after=("a",)), NoSettings())]
    with pytest.raises(PluginError, match=r'"a" after "b" after "a"|"b" after "a" after "b"'):
        in_order(plan)


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_a_reader_never_sees_half_a_run_nor_no_site(publish: Any, site: Path) -> None:
    """Two files of one version always agree, and neither is ever missing."""
    if not folders._exchange(*_two_folders(site.parent)):
        pytest.skip("this disk cannot exchange two folders in one step")
    publish(pages("site", Publication("a", "0"), Publication("b", "0")))
    wrong: list[str] = []
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            a, b, again = ((site / name).read_text() for name in ("a", "b", "a"))
            if a == again and a != b:
                wrong.append(f"{a} {b}")

    def reader() -> None:
        try:
            read()
        except OSError as error:
            wrong.append(str(error))

    thread = threading.Thread(target=reader)
    thread.start()
    for number in range(1, 40):
        publish(pages("site", Publication("a", str(number)), Publication("b", str(number))))
    done.set()
    thread.join()
    assert wrong == []


def _two_folders(folder: Path) -> tuple[Path, Path]:
    pair = (folder / "one", folder / "other")
    for path in pair:
        path.mkdir()
    return pair


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_where_folders_cannot_be_exchanged_two_renames_do(
    publish: Any, site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And a process that was killed between them is made good by the next run."""
    monkeypatch.setattr(folders, "_exchange", lambda one, other: False)
    publish(pages("a", Publication("a.html", "1")))
    publish(pages("a", Publication("a.html", "2")))
    assert contents(site) == {"a.html": "2"}
    site.rename(site.with_name(".site.replaced"))
    publish(pages("b", Publication("b.html", "1")))
    assert contents(site) == {"a.html": "2", "b.html": "1"}


@pytest.mark.parametrize("dialect", ["sqlite"])
@pytest.mark.parametrize("name", ["site", "site/thesis.txt"])
def test_what_cophub_did_not_write_is_not_replaced(publish: Any, site: Path, name: str) -> None:
    """A mistyped folder costs nobody their files."""
    path = site.parent / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("years of work")
    with pytest.raises(ConfigError, match=r'did not write; .* as "site" under \[hub\]'):
        publish(pages("a", Publication("a.html", "1")))
    assert path.read_text() == "years of work"


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_a_site_that_cannot_be_written_is_said_in_one_line(publish: Any, site: Path) -> None:
    publish(pages("a", Publication("folder/a.html", "1")), pages("b"))
    results = publish(pages("a", Publication("b", "1")), pages("b", Publication("b/c", "1")))
    assert results[1].error is not None
    assert f"the site folder {site} cannot be written" in results[1].error
    assert contents(site) == {"b": "1"}
