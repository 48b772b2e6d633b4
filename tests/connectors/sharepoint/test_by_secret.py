"""By client secret, which SharePoint refuses: what Microsoft Graph shows, and one clear line."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from cophub import Context, Membership, Post, Reaction
from cophub.connectors.sharepoint.discussions import discussions
from cophub.connectors.sharepoint.members import members
from cophub.connectors.sharepoint.pages import pages
from cophub.sandbox.microsoft import MicrosoftSandbox
from cophub.sandbox.microsoft.sharepoint.state import PAGES
from tests.connectors.sharepoint.tenants import asking, board_of, kept, members_of, small_tenant

Ask = Callable[..., Context[Any]]
Extract = Callable[..., Any]


@pytest.fixture
def box() -> Iterator[MicrosoftSandbox]:
    """A tenant of the test's own."""
    with small_tenant() as sandbox:
        yield sandbox


@pytest.fixture
def ask(context: Ask, box: MicrosoftSandbox) -> Ask:
    """`ask(0, 1)`: a context for the sites of these communities, with a client secret."""
    return lambda *numbers: asking(context, box, *numbers, secret=True)


def test_members_come_from_the_sites_own_group(box: MicrosoftSandbox, ask: Ask, extract: Extract):
    """SharePoint refuses the app; Graph tells who is in the group that the site belongs to."""
    site = box.sharepoint.site(1)
    run = extract(members, ask(1))
    assert kept(run) == {site.id: members_of(box, site)}
    assert not [entry for entry in box.log if "/_api/" in entry.path]


def test_a_site_without_a_group_has_no_members_and_one_line_says_why(
    box: MicrosoftSandbox, ask: Ask, extract: Extract, caplog: pytest.LogCaptureFixture
):
    box.sharepoint.site(1).group = None
    run = extract(members, ask(1))
    assert run.of(Membership) == []
    assert len([r for r in caplog.records if "set a certificate" in r.message]) == 1


def test_pages_have_their_text_and_no_comments(
    box: MicrosoftSandbox, ask: Ask, extract: Extract, caplog: pytest.LogCaptureFixture
):
    site = box.sharepoint.site(0)
    of = site.list_of(PAGES)
    with box.changing():
        page = box.sharepoint.publish_news(site, "Reefs", "<p>Seven</p>")
        box.sharepoint.comment(site, page, "Well said")
    run = extract(pages, ask())
    row = run.last(Post)[f"{of.id}:{page.id}"]
    assert (row["title"], row["body"]) == ("Reefs", "Seven")
    assert row["posted_at"].timestamp() == page.first_published
    assert not [row for row in run.last(Post).values() if row["kind"] == "comment"]
    assert len([r for r in caplog.records if "set a certificate" in r.message]) == 1


def test_discussions_are_threads_without_likes(
    box: MicrosoftSandbox, ask: Ask, extract: Extract, caplog: pytest.LogCaptureFixture
):
    run = extract(discussions, ask())
    assert run.rejects == []
    rows = run.last(Post)
    found = {key: (row["thread"], row["reply_to"], row["account"]) for key, row in rows.items()}
    assert found == board_of(box)
    assert run.last(Reaction) == {}
    assert len([r for r in caplog.records if "set a certificate" in r.message]) == 1
