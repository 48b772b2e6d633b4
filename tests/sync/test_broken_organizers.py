"""GoTo fails at the data of one organizer or group: all others are read, and nothing is ended."""

import logging
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cophub.warehouse import Warehouse
from tests.sync import tools
from tests.sync.rows import Rows, differences, everything
from tests.sync.test_tools_faults import Stage, undisturbed


@pytest.fixture(scope="module", autouse=True)
def small() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        tools.make_small(patch.setattr)
        yield


@pytest.fixture(scope="module", params=[0, 1], ids=["first", "later"])
def stage(
    request: pytest.FixtureRequest, sqlite_file: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stage]:
    """GoTo as it is found with an empty warehouse, and two weeks later with a filled one."""
    happens = tools.TOOLS["gotomeeting"].later[: request.param]
    folder = tmp_path_factory.mktemp("stage")
    with undisturbed("gotomeeting", sqlite_file, folder, *happens) as found:
        yield found


def broken_place(box: Any, whose: str) -> tuple[str, str, set[str]]:
    """Paths that fail, what a log calls them, and the addresses of whose meetings those are."""
    group = box.account.groups[0]
    members = box.account.organizers_of(group)
    if whose == "group":
        return f"*/groups/{group.key}/*", f"group {group.key}", {one.email for one in members}
    one = members[0] if whose == "in a group" else next(
        each for each in box.account.organizers if each.admin
    )  # fmt: skip
    return f"*/organizers/{one.key}/*", f"organizer {one.key}", {one.email}


@pytest.mark.parametrize(
    ("whose", "kind"),
    [("alone", "500"), ("alone", "truncated"), ("in a group", "500"), ("group", "500")],
)
def test_who_cannot_be_read_is_left_and_all_others_are_read(
    stage: Stage, tmp_path: Path, caplog: pytest.LogCaptureFixture, whose: str, kind: str
) -> None:
    bench = stage.bench
    bench.box.faults.clear()
    warehouse = Warehouse.open(f"sqlite:///{shutil.copy(stage.file, tmp_path / 'a.db')}")
    before = everything(warehouse)
    place, name, addresses = broken_place(bench.box, whose)
    bench.strike(kind, place, every=1)
    with caplog.at_level(logging.WARNING):
        failed = {one.stream for one in bench.sync(warehouse).streams if one.state == "failed"}
    assert "meetings" in failed and "organizers" not in failed
    ours = everything(warehouse)
    assert told(ours, addresses, of_them=False) == told(stage.right, addresses, of_them=False)
    # The account tells of planned webinars, and a group of its organizers' planned meetings.
    known = "upcoming-webinar:" if "upcoming" in failed else "upcoming"
    left = {key for key in told(before, addresses, of_them=True) if not key[1].startswith(known)}
    assert left or not before["event"]
    assert left <= told(ours, addresses, of_them=True).keys()
    lines = [one.getMessage() for one in caplog.records if "are left for" in one.getMessage()]
    assert len(lines) == len({line.partition(" are left")[0] for line in lines}) == len(failed)
    assert all(name in line for line in lines) and not any("@" in line for line in lines)
    bench.sync(warehouse)  # it is owed however often it fails
    assert differences(bench.mended(warehouse), stage.right) == []
    warehouse.dispose()


def told(rows: Rows, addresses: set[str], *, of_them: bool) -> dict[tuple[str, str], Any]:
    """Events that there are, who attended and what was recorded, of these organizers or others."""
    events = {
        row["key"]: row for row in rows["event"]
        if row["gone_at"] is None and (row["organizer"] in addresses) == of_them
    }  # fmt: skip
    found: dict[tuple[str, str], Any] = {("event", key): row for key, row in events.items()}
    for row in rows["attendance"]:
        if row["event"] in events and row["gone_at"] is None:
            found["attendance", f"{row['event']} {row['account']}"] = row
    for row in rows["document"]:
        if (row["account"] in addresses) == of_them and row["gone_at"] is None:
            found["document", row["key"]] = row
    return found
