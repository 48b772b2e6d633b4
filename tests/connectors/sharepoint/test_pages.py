"""Pages, comments and likes over HTTP, against emulated sites that know their own truth."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import msgspec
import pytest

from cophub import Context, Gone, Post, Reaction, SourceUnavailable
from cophub.connectors.sharepoint.pages import RECENT, pages
from cophub.sandbox.microsoft import MicrosoftSandbox
from cophub.sandbox.microsoft.graph.odata import instant
from cophub.sandbox.microsoft.sharepoint.state import PAGES, Site
from cophub.sandbox.server import Response
from cophub.sandbox.world import DAY
from tests.connectors.sharepoint.tenants import (
    account_of,
    asking,
    likes_of,
    small_tenant,
    talk_of,
)

Ask = Callable[..., Context[Any]]
Extract = Callable[..., Any]


@pytest.fixture
def box() -> Iterator[MicrosoftSandbox]:
    """A tenant of the test's own."""
    with small_tenant() as sandbox:
        yield sandbox


@pytest.fixture
def ask(context: Ask, box: MicrosoftSandbox) -> Ask:
    """`ask(0, 1, secret=False)`: a context for the sites of these communities."""
    return lambda *numbers, **more: asking(context, box, *numbers, **more)


def said(run: Any) -> dict[str, tuple[str, str]]:
    """The comments of a run: what each answers and says, by key."""
    rows = run.last(Post)
    return {
        key: (row["reply_to"], row["body"])
        for key, row in rows.items()
        if row.get("kind") == "comment"
    }


def liked(run: Any) -> set[tuple[str, str]]:
    """Who likes what, of a run."""
    return {(post, account) for post, account, _ in run.last(Reaction)}


def expected_talk(box: MicrosoftSandbox, site: Site) -> dict[str, tuple[str, str]]:
    """What the site holds under its pages, people mentioned by name."""
    of = site.list_of(PAGES)
    found: dict[str, tuple[str, str]] = {}
    for page in of.items.values():
        found |= talk_of(of.id, page)
    return found


def asked_for_talk(box: MicrosoftSandbox) -> list[str]:
    """The requests for comments and likes."""
    return [e.path for e in box.log if "/comments" in e.path.lower() or "liked" in e.path.lower()]


def ended(run: Any, record: type = Post) -> list[Gone]:
    """What a run says is gone."""
    return [one for one in run.items if isinstance(one, Gone) and one.record is record]


def is_gone(run: Any, key: str) -> bool:
    """Whether a run ends the post with this key by its page or by itself."""
    thread = ":".join(key.split(":")[:2])
    return any(
        one.where.get("key") == key or (one.where.get("thread") == thread and key not in one.but)
        for one in ended(run)
    )


def test_a_whole_read_holds_every_page_with_its_first_day(
    box: MicrosoftSandbox, ask: Ask, extract: Extract
):
    site = box.sharepoint.site(0)
    of = site.list_of(PAGES)
    run = extract(pages, ask())
    assert run.rejects == []
    rows = {k: v for k, v in run.last(Post).items() if v.get("kind") in ("news", "page")}
    assert set(rows) == {f"{of.id}:{page.id}" for page in of.items.values()}
    for page in of.items.values():
        row = rows[f"{of.id}:{page.id}"]
        first = page.first_published
        assert (row["posted_at"] and row["posted_at"].timestamp()) == first, page.fields
        assert row["kind"] == ("news" if page.promoted else "page")
        assert row["account"] == account_of(site, page.author)
    assert any(page.first_published is None for page in of.items.values())


def test_comments_replies_and_likes_are_the_sites_own(
    box: MicrosoftSandbox, ask: Ask, extract: Extract
):
    site = box.sharepoint.site(0)
    of = site.list_of(PAGES)
    run = extract(pages, ask())
    truth = expected_talk(box, site)
    assert {k: above for k, (above, _) in said(run).items()} == {
        k: above for k, (above, _) in truth.items()
    }
    assert any(above.count(":") > 1 for above, _ in truth.values())
    held = {pair for page in of.items.values() for pair in likes_of(site, of.id, page)}
    assert liked(run) == held
    assert held


def test_what_does_not_come_with_a_comment_is_asked_for(
    box: MicrosoftSandbox, ask: Ask, extract: Extract
):
    """The vendor counts more replies and likes of a comment than it expands."""
    usual = box.answer

    def answer(request: Any) -> Response:
        response = usual(request)
        if not request.path.endswith("/Comments"):
            return response
        page = msgspec.json.decode(response.body)
        for comment in page["value"]:
            comment["replies"], comment["likedBy"] = [], []
        return replace(response, body=msgspec.json.encode(page))

    box.answer = answer  # type: ignore[method-assign]
    site = box.sharepoint.site(0)
    of = site.list_of(PAGES)
    run = extract(pages, ask())
    assert {key: above for key, (above, _) in said(run).items()} == {
        key: above for key, (above, _) in expected_talk(box, site).items()
    }
    assert liked(run) == {pair for one in of.items.values() for pair in likes_of(site, of.id, one)}


@pytest.mark.parametrize(
    ("link", "said"),
    [("https://elsewhere.example/_api/sitepages/pages", "leaves"), ("", "without end")],
)
def test_a_listing_neither_leaves_the_host_nor_goes_on_without_end(
    box: MicrosoftSandbox, ask: Ask, extract: Extract, link: str, said: str
):
    usual, times = box.answer, iter(range(5))

    def answer(request: Any) -> Response:
        response = usual(request)
        if request.path.lower().endswith("/sitepages/pages") and next(times, None) is not None:
            page = msgspec.json.decode(response.body)
            here = f"{box.base_url}{request.path}?$skiptoken=1"
            return replace(
                response, body=msgspec.json.encode(page | {"odata.nextLink": link or here})
            )
        return response

    box.answer = answer  # type: ignore[method-assign]
    with pytest.raises(SourceUnavailable, match=said):
        extract(pages, ask())


def test_a_like_is_dated(box: MicrosoftSandbox, ask: Ask, extract: Extract):
    site = box.sharepoint.site(0)
    of = site.list_of(PAGES)
    rows = extract(pages, ask()).last(Reaction)
    for page in of.items.values():
        for like in page.likes:
            row = rows[f"{of.id}:{page.id}", account_of(site, like.user), "like"]
            assert row["reacted_at"].strftime("%Y-%m-%dT%H:%M:%SZ") == instant(like.at)


def test_a_draft_has_neither_day_nor_text_until_it_is_published(
    box: MicrosoftSandbox, ask: Ask, extract: Extract
):
    site = box.sharepoint.site(0)
    of = site.list_of(PAGES)
    with box.changing():
        author = box.sharepoint.author(site)
        page = box.sharepoint.acts.add_item(
            site, of, {"Title": "Soon", "CanvasContent1": "<p>Secret</p>"}, author, name="S.aspx"
        )
        page.promoted, page.major, page.minor = 1, 0, 1
    first = extract(pages, ask())
    row = first.last(Post)[f"{of.id}:{page.id}"]
    assert (row["posted_at"], row["body"], row["extra"]["state"]) == (None, None, "draft")
    with box.changing():
        box.sharepoint.acts.publish(site, of, page, author)
    row = extract(pages, ask(), first.cursor).last(Post)[f"{of.id}:{page.id}"]
    assert row["posted_at"].timestamp() == page.first_published
    assert (row["body"], row["extra"]["state"]) == ("Secret", "published")


def test_a_later_run_asks_only_under_pages_whose_counts_moved(
    box: MicrosoftSandbox, ask: Ask, extract: Extract
):
    """Comments are in no change log."""
    site = box.sharepoint.site(0)
    first = extract(pages, ask())
    box.log.clear()
    quiet = extract(pages, ask(), first.cursor)
    assert quiet.records == []
    assert asked_for_talk(box) == []
    with box.changing():
        page = box.sharepoint.publish_news(site, "Reefs", "<p>Seven</p>")
        box.sharepoint.comment(site, page, "Well said")
    again = extract(pages, ask(), quiet.cursor)
    assert {body for _, body in said(again).values()} == {"Well said"}
    assert len(asked_for_talk(box)) == 1


def test_an_old_page_with_a_new_comment_is_read_again_and_no_other(
    box: MicrosoftSandbox, ask: Ask, extract: Extract
):
    site = box.sharepoint.site(0)
    of = site.list_of(PAGES)
    first = extract(pages, ask())
    old = min(
        (page for page in of.items.values() if page.comments and page.first_published),
        key=lambda page: page.first_published or 0,
    )
    with box.changing():
        made = box.sharepoint.comment(site, old, "Late, but true")
    box.log.clear()
    again = extract(pages, ask(), first.cursor)
    assert f"{of.id}:{old.id}:{made.id}" in said(again)
    assert all(f"items({old.id})" in path.lower() for path in asked_for_talk(box))


def test_a_deleted_comment_ends_with_its_replies(box: MicrosoftSandbox, ask: Ask, extract: Extract):
    site = box.sharepoint.site(0)
    of = site.list_of(PAGES)
    with box.changing():
        page = box.sharepoint.publish_news(site, "Reefs")
        kept = box.sharepoint.comment(site, page, "Stays")
        top = box.sharepoint.comment(site, page, "Goes")
        reply = box.sharepoint.comment(site, page, "Goes, too", to=top)
    first = extract(pages, ask())
    key = f"{of.id}:{page.id}"
    assert {f"{key}:{one.id}" for one in (kept, top, reply)} <= set(said(first))
    with box.changing():
        box.sharepoint.delete_comment(page, top)
    again = extract(pages, ask(), first.cursor)
    assert is_gone(again, f"{key}:{top.id}")
    assert is_gone(again, f"{key}:{reply.id}")
    assert not is_gone(again, f"{key}:{kept.id}")


def test_the_last_comment_of_a_page_ends_as_well(box: MicrosoftSandbox, ask: Ask, extract: Extract):
    site = box.sharepoint.site(0)
    of = site.list_of(PAGES)
    with box.changing():
        page = box.sharepoint.publish_news(site, "Reefs")
        only = box.sharepoint.comment(site, page, "Alone")
    first = extract(pages, ask())
    with box.changing():
        box.sharepoint.delete_comment(page, only)
    again = extract(pages, ask(), first.cursor)
    assert is_gone(again, f"{of.id}:{page.id}:{only.id}")
    assert extract(pages, ask(), again.cursor).records == []


def test_a_like_that_was_taken_back_ends(box: MicrosoftSandbox, ask: Ask, extract: Extract):
    site = box.sharepoint.site(0)
    of = site.list_of(PAGES)
    with box.changing():
        page = box.sharepoint.publish_news(site, "Reefs")
        box.sharepoint.like(site, page)
    first = extract(pages, ask())
    key = f"{of.id}:{page.id}"
    assert key in {post for post, _ in liked(first)}
    with box.changing():
        box.sharepoint.like(site, page, on=False)
    again = extract(pages, ask(), first.cursor)
    assert [one.but for one in ended(again, Reaction) if one.where["post"] == key] == [()]


def test_a_like_of_a_comment_is_seen_the_next_day_while_the_page_is_talked_about(
    box: MicrosoftSandbox, ask: Ask, extract: Extract
):
    """It moves no count of the page; the interval for pages of late finds it."""
    site = box.sharepoint.site(0)
    of = site.list_of(PAGES)
    with box.changing():
        page = box.sharepoint.publish_news(site, "Reefs")
        comment = box.sharepoint.comment(site, page, "Seven")
    first = extract(pages, ask())
    with box.changing():
        box.sharepoint.like(site, comment)
    assert not liked(extract(pages, ask(), first.cursor))
    box.timeline.run(box.timeline.now + DAY)
    again = extract(pages, ask(), first.cursor)
    assert f"{of.id}:{page.id}:{comment.id}" in {post for post, _ in liked(again)}
    assert RECENT.days == 30


def test_a_deleted_page_ends_with_its_comments(box: MicrosoftSandbox, ask: Ask, extract: Extract):
    site = box.sharepoint.site(0)
    of = site.list_of(PAGES)
    with box.changing():
        page = box.sharepoint.publish_news(site, "Reefs")
        comment = box.sharepoint.comment(site, page, "Seven")
    first = extract(pages, ask())
    with box.changing():
        box.sharepoint.acts.delete(site, of, page, page.editor)
    again = extract(pages, ask(), first.cursor)
    assert is_gone(again, f"{of.id}:{page.id}")
    assert is_gone(again, f"{of.id}:{page.id}:{comment.id}")


def test_a_first_read_goes_on_where_it_was_cut_off(
    box: MicrosoftSandbox, ask: Ask, extract: Extract
):
    whole = extract(pages, ask())
    assert len(whole.cursors) > 2
    half = whole.cursors[len(whole.cursors) // 2]
    rest = extract(pages, ask(), half)
    assert extract(pages, ask(), rest.cursor).records == []
    assert len(rest.records) < len(whole.records)


def test_an_expired_token_reads_the_site_anew_and_keeps_its_comments(
    box: MicrosoftSandbox, ask: Ask, extract: Extract
):
    """The pages' list is read again as a whole: comments must not end with that."""
    site = box.sharepoint.site(0)
    of = site.list_of(PAGES)
    first = extract(pages, ask())
    box.expire_cursors()
    again = extract(pages, ask(), first.cursor)
    comments = set(expected_talk(box, site))
    assert comments
    for one in ended(again):
        if one.prefix:
            assert one.where["kind"] in ("page", "news")
            assert one.prefix == f"{of.id}:"
    assert not [key for key in comments if is_gone(again, key)]
