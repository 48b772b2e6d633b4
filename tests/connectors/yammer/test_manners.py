"""How Yammer is asked: reading only, at the vendor's pace, and for no more than is needed."""

from typing import Any

import pytest

from cophub import Stream
from cophub.connectors.yammer import STREAMS
from cophub.connectors.yammer.client import LIMITS
from cophub.connectors.yammer.members import members
from cophub.connectors.yammer.messages import messages
from cophub.sandbox.microsoft import MicrosoftSandbox


def test_nobodys_view_is_widened(box: MicrosoftSandbox, ask: Any, extract: Any) -> None:
    """A verified admin may have all private groups shown: that is the admin's to decide."""
    community = box.tenant.communities[0]
    with box.changing():
        community.private = True
        for people in (community.members, community.owners):
            people.pop(box.tenant.admin.id, None)
    box.log.clear()
    for stream in STREAMS:
        extract(stream, ask(box, box.tenant.admin, ways=["rest", "graph", "export"]))
    methods = {seen.method for seen in box.log if not seen.path.endswith("/token")}
    assert methods == {"GET"}
    assert not box.yammer.supervising


def test_pages_of_messages_are_as_large_as_the_vendor_gives(
    still: MicrosoftSandbox, ask: Any, extract: Any
) -> None:
    extract(Stream(messages), ask(still))
    feeds = [seen for seen in still.log if "/messages/in_" in seen.path]
    assert feeds
    assert {seen.query["limit"] for seen in feeds} == {"20"}


def test_changes_are_followed_from_now_and_not_from_everybody_on(
    still: MicrosoftSandbox, ask: Any, extract: Any
) -> None:
    """The token of directory groups has a `$`; by another name it would give all members."""
    extract(Stream(members), ask(still, ways=["graph"]))
    (only,) = [seen for seen in still.log if seen.path == "/v1.0/groups/delta"]
    assert only.query["$deltatoken"] == "latest"


@pytest.mark.parametrize(
    ("path", "window"),
    [
        ("/api/v1/messages/in_group/1.json", (10, 30.0)),
        ("/api/v1/messages/in_thread/1.json", (10, 30.0)),
        ("/api/v1/groups.json", (10, 10.0)),
        ("/api/v1/users/in_group/1.json", (10, 10.0)),
        ("/v1.0/employeeExperience/communities", (10, 30.0)),
    ],
)
def test_the_published_windows_are_kept(path: str, window: tuple[int, float]) -> None:
    """Whoever overruns one is refused everywhere."""
    assert next(rate for prefix, rate in LIMITS.lanes if path.startswith(prefix)) == (window,)
