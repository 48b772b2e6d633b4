"""The publisher `folder` keeps a copy of the site, and touches nothing that is not its own."""

import os
import shutil
from pathlib import Path

import pytest

from cophub import ConfigError, Sent
from cophub.publishers import folder
from cophub.testing import hand_out

[FOLDER] = folder.cophub_publishers()
FILES = {"index.html": "start", "data/a.csv": "a,b", "mer/index.html": "mer"}


def write(root: Path, files: dict[str, str]) -> Path:
    for name, content in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(content, encoding="utf-8")
    return root


@pytest.fixture
def site(tmp_path: Path) -> Path:
    return write(tmp_path / "site", FILES | {".cophub-files.json": "{}"})


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "share").mkdir()
    return tmp_path / "share" / "communities"


def publish(site: Path, place: Path) -> list[Sent]:
    return hand_out(FOLDER, folder.Settings(path=place), site).sent


def there(place: Path) -> dict[str, str]:
    return {
        path.relative_to(place).as_posix(): path.read_text()
        for path in place.rglob("*")
        if path.is_file() and path.name != ".cophub-files.json"
    }


def test_the_copy_holds_what_the_site_holds_and_follows_it(site: Path, place: Path) -> None:
    assert publish(site, place) == [Sent("files", sent=3)]
    assert there(place) == FILES
    write(site, {"index.html": "new", "more.html": "more"})
    (site / "mer" / "index.html").unlink()
    assert publish(site, place) == [Sent("files", sent=2, unchanged=1, removed=1)]
    assert there(place) == {"index.html": "new", "data/a.csv": "a,b", "more.html": "more"}


def test_done_again_nothing_is_written(site: Path, place: Path) -> None:
    publish(site, place)
    before = place.stat()
    assert publish(site, place) == [Sent("files", unchanged=3)]
    after = place.stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)
    assert [path.name for path in place.parent.iterdir()] == ["communities"]


def test_the_folder_keeps_its_mode(site: Path, place: Path) -> None:
    """A document root is read by the web server, whatever the mask of who runs cophub."""
    publish(site, place)
    place.chmod(0o755)
    write(site, {"index.html": "new"})
    publish(site, place)
    assert (place.stat().st_mode & 0o777, there(place)["index.html"]) == (0o755, "new")


def test_a_file_that_was_changed_or_taken_there_is_put_right(site: Path, place: Path) -> None:
    publish(site, place)
    (place / "index.html").write_text("START")  # of the same length, and as old
    shutil.copystat(site / "index.html", place / "index.html")
    (place / "data" / "a.csv").unlink()
    assert publish(site, place) == [Sent("files", sent=2, unchanged=1)]
    assert there(place) == FILES


def test_a_folder_with_files_of_others_is_refused_and_left_as_it_is(
    site: Path, place: Path
) -> None:
    write(place, {"letter.txt": "mine"})
    with pytest.raises(ConfigError, match=r"holds what cophub did not write.*\[publishers\.test\]"):
        publish(site, place)
    assert there(place) == {"letter.txt": "mine"}


@pytest.mark.parametrize("name", ["letter.txt", "new.html"])
def test_a_file_that_somebody_adds_later_stops_it(site: Path, place: Path, name: str) -> None:
    """Also where the site makes one of that name by now."""
    publish(site, place)
    write(place, {name: "mine"})
    write(site, {"new.html": "ours", "index.html": "changed"})
    with pytest.raises(ConfigError, match=f"holds {name}, which cophub did not put there"):
        publish(site, place)
    assert there(place) == FILES | {name: "mine"}


def test_a_place_within_the_site_or_around_it_is_refused(site: Path) -> None:
    for place in (site, site / "copy", site.parent):
        with pytest.raises(ConfigError, match="lie in one another"):
            publish(site, place)


def test_a_share_that_is_not_mounted_is_told(site: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="mount or make it"):
        publish(site, tmp_path / "away" / "communities")
    assert not (tmp_path / "away").exists()


def test_what_a_killed_run_left_is_cleared_away(site: Path, place: Path) -> None:
    publish(site, place)
    write(place.with_name(".communities.0"), {"half.html": "half"})
    write(site, {"index.html": "new"})
    publish(site, place)
    assert [path.name for path in place.parent.iterdir()] == ["communities"]
    assert there(place) == FILES | {"index.html": "new"}


def test_the_switch_is_one_step(site: Path, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Until all is there readers have the old copy, and then all of the new one."""
    publish(site, place)
    write(site, dict.fromkeys(FILES, "new"))
    seen = []
    rename = os.replace

    def watched(source: Path, target: Path) -> None:
        seen.append(there(place))
        rename(source, target)

    monkeypatch.setattr(os, "replace", watched)
    monkeypatch.setattr("cophub.folders._move.__defaults__", (watched,))
    publish(site, place)
    assert len(seen) == 3
    assert all(one == FILES for one in seen)
    assert there(place) == dict.fromkeys(FILES, "new")
