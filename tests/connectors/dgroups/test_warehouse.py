"""Whole runs by the real engine: what stands in the warehouse is what the vendor holds."""

from collections import Counter

import pytest

from cophub.sync import Wish
from tests.connectors.dgroups.conftest import Hub, Watched, posts_of, states
from tests.connectors.dgroups.test_members import current


def in_warehouse(hub: Hub) -> dict[str, dict[str, str]]:
    """Key, thread and author of each post that is there."""
    return {
        row["key"]: {"thread": row["thread"], "account": row["account"]} for row in hub.rows("post")
    }


def active(hub: Hub) -> set[tuple[str, str]]:
    """Who is in which group."""
    return {
        (row["space"], row["account"])
        for row in hub.rows("membership")
        if row["status"] in ("active", "bounced", "pending")
    }


def assert_true(hub: Hub, box: Watched) -> None:
    """The warehouse holds what the vendor holds."""
    truth = box.truth()
    assert in_warehouse(hub) == posts_of(truth)
    assert active(hub) == set(current(truth))
    assert {row["key"] for row in hub.rows("event")} == set(truth["events"])
    files = {f"file:{key}" for key, row in truth["files"].items() if not row["folder"]}
    found = {row["key"] for row in hub.rows("document") if row["key"].startswith("file:")}
    assert found == files
    assert {row["key"] for row in hub.rows("space")} == set(truth["spaces"])


@pytest.mark.parametrize("history", ["api", "archive"])
def test_a_first_run_and_weeks_of_changes_end_in_the_truth(box: Watched, hub: Hub, history: str):
    for days in (0, 2, 10):
        if days:
            box.advance(days=days)
        result = hub.sync(box, history=history)
        assert set(states(result).values()) == {"done"}, states(result)
        assert_true(hub, box)


def test_an_unchanged_second_run_writes_no_row(box: Watched, hub: Hub):
    hub.sync(box)
    result = hub.sync(box)
    counts = {one.stream: (one.new, one.changed, one.gone) for one in result.streams}
    assert counts == dict.fromkeys(counts, (0, 0, 0))
    groups = len(box.state.groups)
    assert sum(one.requests for one in result.streams) <= 5 * groups


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_who_joined_joined_on_the_day_of_the_subscription(box: Watched, hub: Hub):
    hub.sync(box)
    truth = current(box.truth())
    for row in hub.rows("membership"):
        if (row["space"], row["account"]) in truth:
            joined = row["joined_at"].replace(microsecond=0)
            assert joined == truth[row["space"], row["account"]][1]
            assert row["joined_at_basis"] == "native"


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_nobody_is_ended_by_a_permission_that_was_lost(box: Watched, hub: Hub):
    hub.sync(box)
    before = active(hub)
    for group in box.state.groups.values():
        box.rights(group.name, members_visible=False)
    box.advance(days=2)
    result = hub.sync(box, wish=Wish(streams=("members",)))
    assert active(hub) == before
    assert sum(one.rejected for one in result.streams) == len(box.state.groups)
    result = hub.sync(box, wish=Wish(streams=("members",), full=True))
    assert active(hub) == before


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_posts_stay_when_their_group_is_not_shown_any_more(box: Watched, hub: Hub):
    hub.sync(box)
    before = set(in_warehouse(hub))
    for group in box.state.groups.values():
        box.rights(group.name, archives_visible=False, download_archives=False)
    hub.sync(box)
    assert set(in_warehouse(hub)) == before


@pytest.mark.parametrize("dialect", ["sqlite"])
@pytest.mark.parametrize("call", ["getmembers", "getmessages", "gettopics", "getfiledirectory"])
def test_a_run_that_breaks_off_is_finished_by_the_next(box: Watched, hub: Hub, call: str):
    box.faults.plan("503", path=f"*/{call}", at=tuple(range(2, 12)))
    first = hub.sync(box)
    assert "failed" in {one.state for one in first.streams}
    box.faults.clear()
    second = hub.sync(box)
    assert set(states(second).values()) == {"done"}, states(second)
    assert_true(hub, box)


@pytest.mark.parametrize("dialect", ["sqlite"])
@pytest.mark.parametrize("kind", ["cut", "reset", "truncated", "503", "duplicate_page"])
def test_faults_on_the_way_change_nothing(box: Watched, hub: Hub, kind: str):
    # Nobody can tell that a month without events was another month's answer.
    path = "*/get[!e]*" if kind == "duplicate_page" else "*/get*"
    box.faults.plan(kind, path=path, every=9, times=12)
    for _ in range(2):
        hub.sync(box)
    box.faults.clear()
    box.advance(days=1)
    hub.sync(box)
    assert_true(hub, box)


def test_a_whole_read_again_ends_in_the_same(box: Watched, hub: Hub):
    hub.sync(box)
    before = in_warehouse(hub)
    result = hub.sync(box, wish=Wish(full=True))
    assert set(states(result).values()) == {"done"}, states(result)
    assert in_warehouse(hub) == before
    assert_true(hub, box)


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_members_count_is_the_vendors_own(box: Watched, hub: Hub):
    hub.sync(box)
    counts = Counter(space for space, _ in active(hub))
    assert counts == {row["key"]: row["native_member_count"] for row in hub.rows("space")}
