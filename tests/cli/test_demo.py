"""`cophub demo`, as the README's first command runs it."""

import json
import os
import re
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from cophub.cli.demo import MARK, Clock, demo_time
from cophub.config import load_config
from cophub.hub import Hub


def demo(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "cophub", "demo", "--dir", str(folder), *arguments],
        capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL,
        env={**os.environ, "BROWSER": "false"},
    )  # fmt: skip


def runs(folder: Path) -> dict[str, Any]:
    """The newest run of the newsletter and of all sources, in numbers."""
    with Hub.open(folder / "plugins.toml") as hub:
        newest = {}
        for run in reversed(hub.runs(100)):
            newest[run.source or "pipelines"] = run
    return newest


def test_it_syncs_publishes_and_says_so_in_a_line_for_each_and_a_second_one_moves_a_week(
    tmp_path: Path,
) -> None:
    """Exit 0; twelve communities on five tools; then only what is new is read."""
    folder = tmp_path / "somewhere" / "demo"
    first = demo(folder)
    assert (first.returncode, first.stderr) == (0, "")
    lines = first.stdout.splitlines()
    assert 12 <= len(lines) <= 16
    assert re.search(r"12 communities, (5|6)\d\d people in them", first.stdout)
    assert f"again:     cophub demo --dir {folder} " in lines[-1]
    site = folder / "site"
    assert str(site / "index.html") in first.stdout
    assert len(list((site / "communities").glob("*.html"))) == 12
    assert (site / "people.html").read_text().count('scope="row"') > 100
    config = load_config(folder / "plugins.toml")
    assert len(config.communities) == 12
    assert {source.connector for source in config.sources.values()} == {
        "mailchimp", "sharepoint", "yammer", "dgroups", "gotomeeting", "mailarchive",
    }  # fmt: skip
    arguments = ["--config", str(folder / "plugins.toml"), "--json", "status"]
    looked = subprocess.run(
        [sys.executable, "-m", "cophub", *arguments], capture_output=True, text=True, check=True
    )
    assert {source["state"] for source in json.loads(looked.stdout)["sources"]} == {"fresh"}
    whole = runs(folder)
    assert {run.state for run in whole.values()} == {"done"}

    second = demo(folder, "--json")
    assert second.returncode == 0
    told = json.loads(second.stdout)
    assert told["first"] is False
    later = runs(folder)
    news = later["newsletter"]
    assert news.total("requests") < whole["newsletter"].total("requests") / 4
    assert 0 < news.total("new") < whole["newsletter"].total("new") / 10
    for name in ("intranet", "yammer", "calls"):
        assert later[name].total("requests") < whole[name].total("requests") / 4
        assert 0 < later[name].total("new") < whole[name].total("new") / 8
    assert 0 < later["dgroups"].total("new") < whole["dgroups"].total("new") / 10
    lists = [run for name, run in later.items() if name.endswith("-list")]
    assert all(0 < run.total("seen") < 60 for run in lists)
    assert sum(run.total("rejected") for run in later.values()) == 0


def test_a_demo_that_failed_plays_the_same_time_again(tmp_path: Path) -> None:
    """In the same world: else half of its people would seem to have left."""
    clock = Clock.of(tmp_path)
    clock.keep(tmp_path, done=False)
    again = Clock.of(tmp_path)
    assert (again.began, again.now, again.runs) == (clock.began, clock.now, 0)
    again.keep(tmp_path, done=True)
    third = Clock.of(tmp_path)
    assert (third.began, third.now, third.runs) == (clock.began, clock.now + timedelta(days=7), 1)


def test_whoever_looks_at_a_demo_later_does_so_at_its_own_time(tmp_path: Path) -> None:
    """A month after it was made, it is as fresh as it was; what comes later is later."""
    config = tmp_path / "plugins.toml"
    config.write_text(f"{MARK}, which writes it again each time.\n", encoding="utf-8")
    assert demo_time(config) is None
    clock = Clock.of(tmp_path)
    clock.keep(tmp_path, done=True)
    month_ago = time.time() - timedelta(days=30).total_seconds()
    os.utime(tmp_path / "demo.json", (month_ago, month_ago))
    told = demo_time(config)
    assert told is not None and clock.now < (first := told()) < clock.now + timedelta(hours=1)
    assert first <= told()
    config.write_text("[hub]\n", encoding="utf-8")
    assert demo_time(config) is None


def test_a_folder_that_is_not_a_demos_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "plugins.toml").write_text("[hub]\n")
    answer = demo(tmp_path)
    assert answer.returncode == 2
    assert "is not of a demo; name another folder with --dir" in answer.stderr
    assert (tmp_path / "plugins.toml").read_text() == "[hub]\n"
