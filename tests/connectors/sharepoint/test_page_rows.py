"""A page is a post from the day it was first published, and a draft until then."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from cophub import UNSET, Account, Context, Post
from cophub.connectors.sharepoint.directory import Directory, known
from cophub.connectors.sharepoint.pages import parse_page
from cophub.connectors.sharepoint.people import identity
from cophub.connectors.sharepoint.rows import PersonRef
from cophub.connectors.sharepoint.settings import Settings
from tests.connectors.sharepoint.shapes import ADA, BEA, LIST, SITE, USERS, at, page_row

SETTINGS = Settings(site_url=SITE.url, tenant="contoso", client_id="app", certificate="PEM")


@pytest.fixture
def ctx(context: Callable[..., Context[Any]]) -> Context[Any]:
    """The context of a run."""
    return context(SETTINGS)


@pytest.fixture
def directory(ctx: Context[Any]) -> Directory:
    """The users of the site."""
    return Directory(ctx, SITE, USERS, [])


def the_post(items: Any) -> Post:
    """The only post among items."""
    [post] = [item for item in items if isinstance(item, Post)]
    return post


def test_news_is_a_post_of_the_day_it_was_published(directory: Directory):
    post = the_post(parse_page(page_row(4), directory))
    assert (post.key, post.thread, post.space) == (f"{LIST}:4", f"{LIST}:4", SITE.key)
    assert (post.kind, post.title, post.body) == ("news", "Title 4", "Seven reefs.")
    assert (post.posted_at, post.edited_at) == (at(2), None)
    assert (post.account, post.extra["state"]) == (ADA, "published")


def test_a_page_that_is_no_news_is_a_page(directory: Directory):
    post = the_post(parse_page(page_row(4, PromotedState=0), directory))
    assert post.kind == "page"


@pytest.mark.parametrize("never", [None, "0001-01-01T00:00:00", "0001-01-01T00:00:00Z"])
def test_what_was_never_published_has_no_date_and_no_text(directory: Directory, never: str | None):
    """`0001-01-01T00:00:00` is how the vendor says never."""
    row = page_row(4, PromotedState=1, FirstPublishedDate=never, _UIVersionString="0.3")
    post = the_post(parse_page(row, directory))
    assert (post.posted_at, post.body, post.extra["state"]) == (None, None, "draft")
    assert post.kind == "news"


def test_a_published_page_without_first_date_keeps_its_text_and_stays_undated(directory: Directory):
    """Pages that a template made have none."""
    post = the_post(parse_page(page_row(4, PromotedState=0, FirstPublishedDate=None), directory))
    assert (post.posted_at, post.body, post.extra["state"]) == (None, "Seven reefs.", "published")


def test_a_draft_on_top_of_a_published_page_is_not_its_text(directory: Directory):
    post = the_post(parse_page(page_row(4, _UIVersionString="2.1"), directory))
    assert post.body is UNSET
    assert post.posted_at == at(2)


def test_a_page_that_was_changed_later_was_edited(directory: Directory):
    row = replace(page_row(4, _UIVersionString="2.0"), modified=at(9))
    assert the_post(parse_page(row, directory)).edited_at == at(9)


def test_the_author_whom_the_page_names_comes_before_who_made_it(directory: Directory):
    assert the_post(parse_page(page_row(4, _AuthorBylineId=[8]), directory)).account == BEA
    assert the_post(parse_page(page_row(4, _AuthorBylineStringId=["8"]), directory)).account == BEA
    assert the_post(parse_page(page_row(4, _AuthorBylineId=[99]), directory)).account == ADA


def test_folders_and_templates_are_no_pages(directory: Directory):
    assert list(parse_page(replace(page_row(4), folder=True), directory)) == []
    assert list(parse_page(page_row(4, _SPSitePageFlags="Template"), directory)) == []


def test_a_page_without_author_is_a_page(directory: Directory):
    """What an app wrote may name nobody."""
    post = the_post(parse_page(replace(page_row(4), author=None), directory))
    assert (post.account, post.author_name) == (None, None)


def test_a_page_by_the_system_is_a_services(directory: Directory):
    system = replace(page_row(4), author=PersonRef(id=1073741823))
    assert the_post(parse_page(system, directory)).account == "sharepoint\\system"
    app = replace(page_row(4), author=PersonRef(id=9))
    assert the_post(parse_page(app, directory)).account == "i:0i.t|ms.sp.ext|f10w@c0"


def test_a_user_id_that_the_site_does_not_know_is_nobody(directory: Directory):
    """Ids are those of one site collection: 12 here is somebody else there."""
    assert (
        the_post(parse_page(replace(page_row(4), author=PersonRef(id=12)), directory)).account
        is None
    )


def test_who_is_no_user_of_the_site_has_an_account_all_the_same(
    directory: Directory, ctx: Context[Any]
):
    """Its address is as nobody has checked it, unless another site knows the person."""
    ctx.shared["sharepoint:all directories"] = True
    gone = PersonRef(aad=BEA.replace("0b", "0c"), email="cid@contoso.org", name="Cid")
    items = list(parse_page(replace(page_row(4), author=gone), directory))
    [account] = [item for item in items if isinstance(item, Account)]
    assert (account.key, account.name, account.email) == (gone.aad, "Cid", "cid@contoso.org")
    assert (account.email_verified, account.extra) == (False, {"directory_id": gone.aad})
    known(ctx).learn(identity(aad=gone.aad))
    again = list(parse_page(replace(page_row(4), author=gone), directory))
    assert not [item for item in again if isinstance(item, Account)]
    assert the_post(items).account == gone.aad
