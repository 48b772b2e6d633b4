"""What Prometheus and a supervisor are told, over HTTP as `serve` does it."""

import asyncio
import re
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from cophub import ConfigError, WarehouseError
from cophub.cli import run
from cophub.hub import Hub
from cophub.warehouse import state
from cophub.web import HOST, listen, site_app
from cophub.web.metrics import STATES, Watched

from .conftest import Village

DOCS = Path(__file__).parents[2] / "docs" / "monitoring.md"
SQLITE = pytest.mark.parametrize("dialect", ["sqlite"])
Figures = dict[tuple[str, ...], float]


def get(watched: Watched, path: str, host: str = HOST) -> httpx.Response:
    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(site_app(watched._hub.config.site, watched))
        async with httpx.AsyncClient(transport=transport, base_url=f"http://{host}") as client:
            return await client.get(path)

    return asyncio.run(ask())


def figures(watched: Watched) -> Figures:
    """By name and the values of the labels in the order of their names, as Prometheus reads it."""
    answer = get(watched, "/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    found: Figures = {}
    for family in text_string_to_metric_families(answer.text):
        assert family.documentation
        assert family.type in ("gauge", "counter")
        for sample in family.samples:
            key = (sample.name, *sample.labels.values())
            assert key not in found
            found[key] = sample.value
    return found


def test_the_figures_are_those_of_the_warehouse(village: Village) -> None:
    hub = village.configure("[alerts]\nwebhooks = [{ kind = 'json', url = 'http://127.0.0.1:9' }]",
                            ("news", "forum"))  # fmt: skip
    village.sync(hub)
    village.sync(hub, "away secret words of zoe.canary@example.org")
    village.passes(hours=1)
    found = figures(Watched(hub))
    assert found["cophub_up",] == 1
    for source in ("news", "forum"):
        states = {state: found["cophub_source_state", source, state] for state in STATES}
        assert [state for state, value in states.items() if value] == ["failed"]
        assert found["cophub_source_fresh_age_seconds", source] == 3660
        assert found["cophub_source_rows_total", "new", source] == 2
        assert found["cophub_source_rows_total", "gone", source] == 0
        assert found["cophub_source_rejects", source] == 0
        assert found["cophub_source_requests_total", source] == 0
        assert found["cophub_source_last_run_seconds", source] >= 0
    assert found["cophub_alerts_open",] == found["cophub_alerts_undelivered",] == 2
    assert found["cophub_leases",] == 0
    assert found["cophub_warehouse_bytes",] > 100_000
    assert found["cophub_disk_free_bytes", "hub"] > 0
    assert "cophub_timetable_look_age_seconds" not in str(found)
    assert "canary" not in str(found)
    told = set(re.findall(r"^\| `(cophub_\w+)`", DOCS.read_text(), re.MULTILINE))
    known = {"cophub_publication_age_seconds", "cophub_timetable_look_age_seconds"}
    known |= {"cophub_pipeline_state", "cophub_pipeline_fresh_age_seconds"}
    known |= {"cophub_place_state", "cophub_place_fresh_age_seconds"}
    known |= {"cophub_backup_age_seconds"}  # tried below
    known |= {f"cophub_queue_{name}" for name in ("workers", "running", "waiting")}
    assert told == known | {name for name, *_ in found}


@SQLITE
def test_the_newest_copy_has_an_age(village: Village) -> None:
    village.configure("")
    text = village.path.read_text().replace("[hub]\n", '[hub]\nbackup_every = "1 day"\n')
    village.path.write_text(text)
    hub = village.open()
    hub.db_backup()
    assert figures(Watched(hub))["cophub_backup_age_seconds",] == 0


def test_pipelines_and_the_site_have_an_age(village: Village) -> None:
    hub = village.configure("[pipelines.measures]\n")
    village.sync(hub)
    list(hub.publish(["measures"]))
    village.passes(minutes=5)
    found = figures(Watched(hub, time.monotonic))
    assert found["cophub_pipeline_state", "measures", "fresh"] == 1
    assert found["cophub_pipeline_fresh_age_seconds", "measures"] == 300
    assert found["cophub_timetable_look_age_seconds",] < 1


@SQLITE
def test_places_that_the_site_goes_to_have_a_state_and_an_age(village: Village) -> None:
    hub = village.configure('[publishers.wall]\npublisher = "folder"\nsettings = { path = "x" }\n')
    assert figures(Watched(hub))["cophub_place_state", "publisher wall", "never ran"] == 1
    with hub.warehouse.begin() as connection:
        run = state.start_run(
            connection, kind="upload", source="publisher wall", now=hub.now(), version="1"
        )
        state.finish_run(connection, run, state="done", now=hub.now())
    village.passes(minutes=5)
    found = figures(Watched(hub))
    assert found["cophub_place_state", "publisher wall", "fresh"] == 1
    assert found["cophub_place_fresh_age_seconds", "publisher wall"] == 300


@SQLITE
def test_it_lives_while_it_is_not_ready(village: Village, monkeypatch: pytest.MonkeyPatch) -> None:
    hub = village.configure("")
    looked_at = time.monotonic()
    watched = Watched(hub, lambda: looked_at)
    ready = get(watched, "/health/ready")
    assert (ready.status_code, ready.json()) == (
        200, {"status": "ok", "checks": {"warehouse": "ok", "timetable": "ok"}},
    )  # fmt: skip
    looked_at -= 121
    assert get(watched, "/health/ready").json()["checks"]["timetable"] == "stands still"

    def away(self: Hub) -> None:
        raise WarehouseError("the server at canary does not answer", code="CPH-W08")

    monkeypatch.setattr(Hub, "db_version", away)
    ready = get(watched, "/health/ready")
    assert (ready.status_code, ready.json()["checks"]["warehouse"]) == (503, "CPH-W08")
    assert "canary" not in ready.text
    assert get(watched, "/health/live").json() == {"status": "ok"}
    assert figures(watched)["cophub_up",] == 0


@SQLITE
def test_a_warehouse_is_neither_made_nor_upgraded_for_a_figure(village: Village) -> None:
    hub = village.configure("")
    file = next(village.folder.glob("*.db"))
    file.unlink()
    watched = Watched(hub)
    assert figures(watched) == {("cophub_up",): 0.0}
    assert get(watched, "/health/ready").json()["checks"] == {"warehouse": "not made yet"}
    assert not file.exists()


@SQLITE
def test_figures_follow_a_changed_plugins_toml(village: Village) -> None:
    watched = Watched(village.configure(""))
    good = village.path.read_text()
    village.path.write_text(f'{good}\n[sources.more]\nconnector = "forum"\n')
    figures(watched)  # a file may be half written: it is taken when it is the same twice
    assert figures(watched)["cophub_source_state", "more", "never ran"] == 1
    village.path.write_text("wrong")
    figures(watched)
    assert ("cophub_source_state", "more", "never ran") in figures(watched)
    watched.close()


@SQLITE
def test_only_names_of_this_machine_are_answered(village: Village) -> None:
    """A page elsewhere that makes its own name point here learns nothing."""
    watched = Watched(village.configure(""))
    for path in ("/metrics", "/health/live", "/health/ready"):
        assert get(watched, path, "evil.example").status_code == 400


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.4", "hub.example.org", ""])  # noqa: S104 - that is what is refused
def test_others_than_this_machine_are_not_served(host: str) -> None:
    with pytest.raises(ConfigError, match="without signing in") as error:
        listen(0, host)
    assert "\n" not in str(error.value)
    listen(0, "localhost").close()


@SQLITE
def test_scrapes_at_once_agree_while_a_sync_writes(village: Village) -> None:
    village.now = datetime.now(UTC)
    hub = village.configure("", tuple(f"s{place}" for place in range(8)))
    watched = Watched(village.open())
    found: list[bytes] = []
    threads = [threading.Thread(target=lambda: found.append(watched.metrics())) for _ in range(4)]
    for thread in threads:
        thread.start()
    list(hub.sync())
    for thread in threads:
        thread.join()
    assert [text.count(b"cophub_up 1.0") for text in found] == [1] * 4


@SQLITE
def test_serve_refuses_another_host_in_one_line(
    village: Village, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(village.folder)
    village.configure("")
    code = run(["serve", "--port", "0", "--host", "0.0.0.0"])  # noqa: S104
    said = capsys.readouterr().err
    assert code == 2
    assert re.fullmatch(r"cophub: --host 0\.0\.0\.0: .* \[CPH-C15\]\n", said)
