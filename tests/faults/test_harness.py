"""The stories leave out nothing but what they say, and find faults that are put in on purpose."""

import json
from pathlib import Path

import pytest

from cophub.plugins import load_plugins
from cophub.sandbox.server import Request
from tests.faults.conftest import Player
from tests.faults.mishaps import EXCUSED, MISHAPS, Plan, plan_of, played
from tests.faults.sabotage import BROKEN
from tests.faults.stages import listing
from tests.faults.worlds import WORLDS


def test_every_connector_has_a_world() -> None:
    assert set(WORLDS) == set(load_plugins().connectors)


def test_every_mishap_is_played_with_every_connector_or_excused() -> None:
    """Within as many stories as CI plays by default."""
    for connector, world in WORLDS.items():
        plans = [plan_of(connector, seed, world.stages) for seed in range(len(MISHAPS))]
        happened = {mishap.kind for plan in plans for mishap in plan.mishaps}
        assert happened == {kind for kind in MISHAPS if (connector, kind) not in EXCUSED}


def test_what_is_excused_is_there_and_has_a_reason() -> None:
    for (connector, kind), reason in EXCUSED.items():
        assert connector in WORLDS
        assert kind in MISHAPS
        assert kind not in played(connector)
        assert len(reason) > 20


def test_the_docs_tell_what_happens_and_what_does_not() -> None:
    page = (Path(__file__).parents[2] / "docs" / "faults.md").read_text()
    happens = [f"| `{kind}` | {what} |" for kind, what in MISHAPS.items()]
    spared = [f"| `{connector}` | `{kind}` | {why} |" for (connector, kind), why in EXCUSED.items()]
    assert [line for line in happens + spared if line not in page] == []
    assert page.count("\n| `") == len(happens + spared)


def test_a_seed_is_the_same_story_every_time() -> None:
    for connector, world in WORLDS.items():
        plan = plan_of(connector, 7, world.stages)
        assert plan == plan_of(connector, 7, world.stages)
        assert Plan.of(json.loads(json.dumps(plan.plain()))) == plan


def test_a_page_is_repeated_in_place_of_one_of_the_same_list_alone() -> None:
    def asked(body: str = "", kind: str = "application/json", **query: str) -> str:
        return listing(Request("POST", "/log", query, {"Content-Type": kind}, body.encode()))

    form = "application/x-www-form-urlencoded"
    assert asked(group="7", page="1") == asked(group="7", page="2")
    assert asked(group="7") != asked(group="8")
    assert asked(group="7", limit="1") != asked(group="7", limit="100")
    assert asked('{"since": 1}') != asked('{"since": 2}')
    assert asked("list=7&page=1&signature=a", form) == asked("list=7&page=2&signature=b", form)
    assert asked("scope=graph", form) != asked("scope=sites", form)


FOUND = {
    "cursor_before_the_rows": ("dgroups", 1, ("kill",)),
    "duplicates_are_not_merged": ("feed", 0, ()),
    "deletions_are_lost": ("files", 0, ()),
    "a_broken_read_is_taken_for_whole": ("dgroups-archive", 7, ("cut", "answers")),
    "errors_of_the_writer_are_hidden": ("mailarchive", 19, ("lock",)),
    "nobody_holds_a_lease": ("files", 0, ("two",)),
}
"""For each fault that is put in: with which connector, by which seed at first, by which mishaps.

Nobody has to look far for them: here the search begins a seed earlier, to save time.
"""


@pytest.mark.parametrize("broken", BROKEN)
def test_a_fault_that_is_put_in_is_found(player: Player, broken: str) -> None:
    """Without it the same story ends well."""
    connector, seed, only = FOUND[broken]
    seeds = (max(seed - 1, 0), seed + 4)
    (bad,) = player.play(connector, *seeds, broken=broken, only=only, enough=1)
    assert bad.startswith(f"python -m tests.faults --connector {connector} --seed ")


def test_a_plan_that_ends_badly_is_told_without_what_could_be_left_out(player: Player) -> None:
    (bad,) = player.play(
        "files", 0, 12, broken="nobody_holds_a_lease", only=("two", "reorder"), enough=1
    )
    line, *_ = bad.splitlines()
    assert ": two at " in line
    assert "reorder" not in line
