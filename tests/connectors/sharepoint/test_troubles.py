"""What goes wrong at one site, or with one group of it, keeps nobody from reading the others."""

from collections.abc import Callable
from typing import Any

import pytest

from cophub import (
    AuthError,
    Checkpoint,
    CophubError,
    Document,
    Gone,
    Item,
    Membership,
    Metric,
    Post,
    Reject,
    SourceUnavailable,
    Space,
)
from cophub.connectors.sharepoint.discussions import discussions
from cophub.connectors.sharepoint.documents import documents
from cophub.connectors.sharepoint.lists import lists
from cophub.connectors.sharepoint.members import members
from cophub.connectors.sharepoint.pages import pages
from cophub.connectors.sharepoint.sites import sites
from cophub.connectors.sharepoint.usage import usage
from cophub.sandbox.microsoft import MicrosoftSandbox

Ask = Callable[..., Any]


def until(stream: Any, ctx: Any, since: str | None = None) -> tuple[list[Item], CophubError | None]:
    """What a stream yields, and what it fails with in the end."""
    items: list[Item] = []
    try:
        for item in stream(ctx, since):
            items.append(item)
    except CophubError as error:
        return items, error
    return items, None


def spaces(items: list[Item], kind: Any) -> set[str]:
    """The spaces of the records of one kind."""
    name = "key" if kind is Space else "space"
    return {str(getattr(item, name)) for item in items if isinstance(item, kind)}


def cursor(items: list[Item]) -> str:
    return [item.cursor for item in items if isinstance(item, Checkpoint)][-1]


def close(box: MicrosoftSandbox, *numbers: int) -> None:
    """From now on the app may read these sites alone."""
    box.sharepoint.selected = {box.sharepoint.site(number).id for number in numbers}
    box.consents.discard("sharepoint:Sites.Read.All")
    box.consents.add("sharepoint:Sites.Selected")


@pytest.mark.parametrize(
    ("stream", "kind"),
    [(sites, Space), (members, Membership), (lists, Metric), (documents, Document),
     (pages, Post), (discussions, Post), (usage, Metric)],
)  # fmt: skip
def test_the_other_sites_are_read_and_then_the_stream_fails(
    box: MicrosoftSandbox, ask: Ask, stream: Any, kind: Any
) -> None:
    close(box, 1, 2)
    items, error = until(stream, ask(box, sites=(0, 1, 2)))
    assert spaces(items, kind) >= {box.sharepoint.site(1).id, box.sharepoint.site(2).id}
    assert isinstance(error, AuthError)
    assert box.site_url(0) in str(error)


@pytest.mark.parametrize("stream", [documents, pages, discussions, members])
def test_a_site_that_breaks_half_way_stops_itself_alone(
    box: MicrosoftSandbox, ask: Ask, stream: Any
) -> None:
    path = box.site_url(0).removeprefix("https://contoso.sharepoint.com")
    what = "sitegroups" if stream is members else "lists(*/items"
    box.faults.plan("403", path=f"{path}/_api/web/{what}*", every=1)
    items, error = until(stream, ask(box, sites=(0, 1)))
    kind = {documents: Document, members: Membership}.get(stream, Post)
    assert spaces(items, kind) == {box.sharepoint.site(1).id}
    assert isinstance(error, AuthError)
    box.faults.clear()
    again, error = until(stream, ask(box, sites=(0, 1)), cursor(items))
    assert error is None
    assert box.sharepoint.site(0).id in spaces(again, kind)


def test_a_site_that_cannot_be_read_today_has_lost_nobody(box: MicrosoftSandbox, ask: Ask) -> None:
    """Whether the settings name it or a hub brings it."""
    path = box.site_url(1).removeprefix("https://contoso.sharepoint.com")
    for more in ({"sites": (0, 1)}, {"hub": True}):
        first, error = until(members, ask(box, **more))
        assert error is None
        assert box.sharepoint.site(1).id in spaces(first, Membership)
        box.faults.plan("403", path=f"{path}/_api/*", every=1)
        again, error = until(members, ask(box, **more), cursor(first))
        box.faults.clear()
        assert bool(error) is ("sites" in more)
        lost = {item.where["space"] for item in again if isinstance(item, Gone)}
        assert box.sharepoint.site(1).id not in lost


def test_numbers_of_a_site_that_does_not_answer_stop_no_others(
    box: MicrosoftSandbox, ask: Ask
) -> None:
    box.faults.plan("500", path=f"/v1.0/sites/*{box.sharepoint.site(0).id}*", every=1)
    items, error = until(usage, ask(box, sites=(0, 1)))
    assert box.sharepoint.site(1).id in spaces(items, Metric)
    assert isinstance(error, SourceUnavailable)


def test_a_group_that_hides_its_people_ends_nobody(box: MicrosoftSandbox, ask: Ask) -> None:
    site = box.sharepoint.site(1)
    path = f"*/{box.site_url(1).rpartition('/')[2]}/_api/web/sitegroups({site.members})/users"
    box.faults.plan("403", path=path, every=1)
    items, error = until(members, ask(box, sites=(1,)))
    assert error is None
    assert spaces(items, Membership) == {site.id}
    assert [one.key for one in items if isinstance(one, Reject)] == [str(site.members)]
    assert not [one for one in items if isinstance(one, Gone)]
