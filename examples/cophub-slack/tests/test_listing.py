"""The command: which channels the app is in, and which communities they serve."""

from collections.abc import Callable
from functools import partial

import httpx
import pytest
from cophub import CommunitySpec
from cophub.http import Transport
from cophub.testing import Answer, extract, filled, run_command

from cophub_slack import Settings, cophub_commands
from cophub_slack.channels import channels
from cophub_slack.posts import posts

from .vendor import NOW, TOKEN, river_practice

[COMMAND] = cophub_commands()
COMMUNITIES = (
    CommunitySpec("water", "Water", spaces=("slack:C0WATER00",)),
    CommunitySpec("all", "All", spaces=("slack:C0WATER00", "slack:C0GENERAL")),
)


List = Callable[..., Answer]


@pytest.fixture(scope="module")
def listed(tmp_path_factory: pytest.TempPathFactory) -> List:
    """What the command answers in a hub that has read River Practice."""
    settings, wire = Settings(token=TOKEN), httpx.MockTransport(river_practice().answer)
    with Transport(wire=wire) as transport:
        items = [
            item
            for stream in (channels, posts)
            for item in extract(stream, settings, now=NOW, transport=transport)
        ]
    folder = tmp_path_factory.mktemp("hub")
    warehouse = filled(folder, items, source="slack", communities=COMMUNITIES)
    return partial(run_command, COMMAND, warehouse=warehouse)


def test_each_channel_is_shown_with_what_it_serves(listed: List) -> None:
    """Those that are archived serve nothing any more."""
    answer = listed()
    rows = [tuple(row.values()) for row in answer.rows]
    assert rows == [
        ("#cop-soil", "slack:C0SOIL000", 2, "yes", "2026-05-22", None),
        ("#cop-water", "slack:C0WATER00", 5, "yes", "2026-05-14", "all, water"),
        ("#general", "slack:C0GENERAL", 2, "no", None, "all"),
    ]
    assert answer.lines == ["No message is read of #general: type /invite @cophub there."]


def test_channels_that_serve_no_community_can_be_listed_alone(listed: List) -> None:
    answer = listed("--unserved")
    assert [row["channel"] for row in answer.rows] == ["#cop-soil"]


def test_a_program_is_told_by_values(listed: List) -> None:
    rows = {row["channel"]: row for row in listed(json=True).rows}
    assert rows["#cop-water"]["communities"] == ["all", "water"]
    assert [rows[name]["app_is_in"] for name in ("#cop-water", "#general")] == [True, False]
