"""A WordPress site by its API: whole once, then in a request or two."""

import json
from datetime import UTC, datetime

import pytest

from cophub import Account, AuthError, ConfigError, Gone, Post, SourceUnavailable, Space
from tests.connectors.feed.blog import HOME, Blog
from tests.connectors.feed.conftest import CONNECTOR, FAST, POSTS, item, rss
from tests.connectors.website import Answer


@pytest.fixture
def blog(site):
    made = Blog(site)
    made.users[1] = {"id": 1, "name": "Amina Diallo", "slug": "amina", "link": HOME}
    for number in range(1, 251):
        made.write(number, f"2024-{1 + number // 28:02}-{1 + number % 28:02}T09:00:00")
    made.comment(1, 7, "2024-06-01T10:00:00")
    made.comment(2, 7, "2024-06-02T10:00:00", parent=1, author=1, author_name="Amina Diallo")
    return made


def test_a_first_read_has_the_whole_history(blog, read):
    """All pages of posts and comments, with who wrote them."""
    found = read("/", kind="wordpress")
    posts = found.last(Post)
    assert len(posts) == 252
    post = posts[f"{HOME}/?p=7"]
    assert (post["title"], post["body"], post["kind"]) == ("Post – 7", "Text 7", "news")
    assert post["account"] == f"{HOME}/?author=1"
    assert "edited_at" not in post
    answer = posts[f"{HOME}/?p=7#comment-2"]
    assert answer["account"] == f"{HOME}/?author=1"
    assert (answer["reply_to"], answer["thread"]) == (f"{HOME}/?p=7#comment-1", f"{HOME}/?p=7")
    assert posts[f"{HOME}/?p=7#comment-1"]["reply_to"] == f"{HOME}/?p=7"
    assert found.last(Account)[f"{HOME}/?author=1"]["name"] == "Amina Diallo"
    assert found.last(Account)["name:bo lind"]["name"] == "Bo Lind"
    assert found.of(Space)[0].title == "LeaderNet"
    assert found.rejects == []


def test_an_unchanged_site_is_asked_once_for_each_collection(blog, read):
    """And nothing of it is yielded."""
    first = read("/", kind="wordpress")
    blog.site.asked.clear()
    again = read("/", kind="wordpress", since=first.cursor)
    assert again.items == []
    assert blog.asked() == ["posts", "comments"]


def test_what_is_new_or_edited_is_read(blog, read):
    """By the date of its last change, however old it is."""
    first = read("/", kind="wordpress")
    blog.now = "2026-05-02T00:00:00"
    blog.write(300, "2026-05-01T12:00:00")
    blog.write(3, "2024-01-04T09:00:00", changed="2026-05-01T13:00:00")
    blog.comment(9, 300, "2026-05-01T14:00:00")
    found = read("/", kind="wordpress", since=first.cursor)
    assert set(found.last(Post)) == {
        f"{HOME}/?p=300", f"{HOME}/?p=3", f"{HOME}/?p=300#comment-9",
    }  # fmt: skip
    assert found.last(Post)[f"{HOME}/?p=3"]["edited_at"] == datetime(2026, 5, 1, 13, tzinfo=UTC)
    assert read("/", kind="wordpress", since=found.cursor).of(Post) == []


def test_a_change_that_a_site_learned_of_late_is_read(blog, read):
    """Where several servers answer, one may know a little later than the change is dated."""
    first = read("/", kind="wordpress")
    blog.write(3, "2024-01-04T09:00:00", changed="2026-04-30T23:50:00")
    found = read("/", kind="wordpress", since=first.cursor)
    assert f"{HOME}/?p=3" in found.last(Post)


def test_a_date_in_utc_is_in_utc_whatever_the_settings_say(blog, read):
    """The zone of the settings is for dates that name none."""
    found = read("/", kind="wordpress", timezone="Africa/Nairobi").last(Post)
    assert found[f"{HOME}/?p=1"]["posted_at"] == datetime(2024, 1, 2, 9, tzinfo=UTC)


def test_more_news_than_a_glance_shows_are_all_read(blog, read):
    """The small first page is followed by whole ones."""
    first = read("/", kind="wordpress")
    blog.now = "2026-05-02T00:00:00"
    for number in range(300, 450):
        blog.write(number, f"2026-05-01T12:{number % 60:02}:00")
    found = read("/", kind="wordpress", since=first.cursor)
    assert len(found.last(Post)) == 150


def test_a_post_that_was_taken_away_is_gone(blog, read):
    """The site tells how many there are; that one is missing means to look at all."""
    first = read("/", kind="wordpress")
    del blog.posts[40]
    found = read("/", kind="wordpress", since=first.cursor)
    (gone,) = [one for one in found.items if isinstance(one, Gone)]
    assert f"{HOME}/?p=40" not in gone.but
    assert gone.where == {"space": "leadernet", "extra.collection": f"{HOME} posts"}
    assert len(gone.but) == 249
    assert read("/", kind="wordpress", since=found.cursor).items == []


def test_who_is_gone_is_still_to_be_found_out_where_an_item_could_not_be_read(blog, read):
    """The run after that finds it."""
    first = read("/", kind="wordpress")
    del blog.posts[40]
    good = blog.posts[7]
    blog.posts[7] = {**good, "date_gmt": 3}
    broken = read("/", kind="wordpress", since=first.cursor)
    assert broken.rejects
    assert [one for one in broken.items if isinstance(one, Gone)] == []
    blog.posts[7] = good
    found = read("/", kind="wordpress", since=broken.cursor)
    (gone,) = [one for one in found.items if isinstance(one, Gone)]
    assert f"{HOME}/?p=40" not in gone.but
    assert f"{HOME}/?p=7" in gone.but


def test_a_whole_read_tells_what_is_no_more(blog, read):
    """As `cophub sync --full` reads it: without what earlier runs knew."""
    read("/", kind="wordpress")
    del blog.posts[40]
    found = read("/", kind="wordpress")
    gone = [one for one in found.items if isinstance(one, Gone)]
    assert [one.where["extra.collection"] for one in gone] == [f"{HOME} posts", f"{HOME} comments"]
    assert f"{HOME}/?p=40" not in gone[0].but
    assert len(gone[0].but) == 249


def test_what_was_read_and_then_taken_away_during_the_read_is_gone_by_the_next(blog, read):
    """The total that the last page tells is right by then, and tells nothing of it."""
    plain = blog.site.pages["/wp-json/wp/v2/posts"]

    def page(asked):
        if asked.query.get("page") == "3":
            blog.posts.pop(5, None)
        return plain(asked)

    blog.site.pages["/wp-json/wp/v2/posts"] = page
    first = read("/", kind="wordpress")
    assert f"{HOME}/?p=5" in first.last(Post)
    found = read("/", kind="wordpress", since=first.cursor)
    (gone,) = [one for one in found.items if isinstance(one, Gone)]
    assert f"{HOME}/?p=5" not in gone.but


def test_what_is_shown_late_is_read_although_it_is_dated_early(blog, read):
    """A comment that waited for approval; a post that was scheduled long before."""
    first = read("/", kind="wordpress")
    blog.comment(3, 7, "2024-06-01T11:00:00")
    blog.write(251, "2026-05-01T00:00:00", changed="2026-03-01T00:00:00")
    found = read("/", kind="wordpress", since=first.cursor)
    assert {f"{HOME}/?p=7#comment-3", f"{HOME}/?p=251"} <= set(found.last(Post))


def test_a_bad_item_keeps_who_cannot_be_read_and_loses_nothing_else(blog, read):
    """Nobody is gone because an item was not understood."""
    first = read("/", kind="wordpress")
    blog.posts[40]["title"] = 7
    del blog.posts[41]
    found = read("/", kind="wordpress", since=first.cursor)
    assert [one.key for one in found.rejects] == ["40"]
    assert not [one for one in found.items if isinstance(one, Gone)]
    assert len(found.last(Post)) == 248


def test_a_first_read_goes_on_where_it_was_interrupted(blog, context, settings, extract):
    """At the page after the last that was kept; what changed meanwhile is read after."""
    blog.broken_after = 2
    kept = []
    with pytest.raises(SourceUnavailable):
        for one in POSTS.extract(context(settings("/", kind="wordpress"), limits=FAST), None):
            kept.append(one)
    cursor = kept[-1].cursor
    blog.broken_after = 0
    blog.now = "2026-05-02T00:00:00"
    blog.write(3, "2024-01-04T09:00:00", changed="2026-05-01T13:00:00")
    run = context(settings("/", kind="wordpress"), limits=FAST)
    rest = extract(POSTS, run, cursor)
    assert f"{HOME}/?p=1" not in rest.last(Post)
    assert f"{HOME}/?p=250" in rest.last(Post)
    after = extract(POSTS, context(settings("/", kind="wordpress"), limits=FAST), rest.cursor)
    assert f"{HOME}/?p=3" in after.last(Post)


def test_a_post_that_is_taken_away_during_the_read_hides_no_other(blog, read):
    """Those behind it move up by one, over the edge of a page that was read already."""
    plain = blog.site.pages["/wp-json/wp/v2/posts"]

    def page(asked):
        if asked.query.get("page") == "2" and 5 in blog.posts:
            del blog.posts[5]
        return plain(asked)

    blog.site.pages["/wp-json/wp/v2/posts"] = page
    found = read("/", kind="wordpress")
    assert f"{HOME}/?p=101" in found.last(Post)
    assert len(found.last(Post)) == 252


def test_a_site_that_hides_its_totals_is_still_read_whole(blog, read):
    """Proxies drop headers: the last page is then the one that is not full, or is refused."""
    blog.tells_totals = False
    assert len(read("/", kind="wordpress").last(Post)) == 252
    for number in range(251, 301):
        blog.write(number, "2024-11-01T00:00:00")
    assert len(read("/", kind="wordpress").last(Post)) == 302


def test_authors_that_a_site_hides_are_known_by_number(blog, read):
    """The posts are read all the same."""
    blog.closed.add("users")
    found = read("/", kind="wordpress")
    assert found.last(Account)[f"{HOME}/?author=1"] == {"key": f"{HOME}/?author=1"}
    assert len([one for one in found.of(Account) if one.key == f"{HOME}/?author=1"]) == 1
    blog.posts[250]["author"] = 2
    blog.site.asked.clear()
    read("/", kind="wordpress")
    assert blog.asked().count("users") == 1
    assert len(found.last(Post)) == 252


def test_comments_that_are_closed_stop_no_posts(blog, read, caplog):
    """The log says so, and so does `check`."""
    blog.closed.add("comments")
    assert len(read("/", kind="wordpress").last(Post)) == 250
    assert "comments are not read" in caplog.text


def test_what_check_says(blog, context, settings):
    """One verdict for each collection and for the authors, with what to do."""
    blog.closed |= {"users"}
    verdicts = list(CONNECTOR.check(context(settings("/", kind="wordpress"), limits=FAST)))
    assert [(one.subject, one.state) for one in verdicts] == [
        ("posts", "ok"), ("comments", "ok"), ("users", "warning"),
    ]  # fmt: skip
    assert "application password" in verdicts[2].fix
    (space,) = CONNECTOR.discover(context(settings("/", kind="wordpress"), limits=FAST))
    assert (space.title, space.native_post_count) == ("LeaderNet", 250)
    (cost,) = CONNECTOR.estimate(context(settings("/", kind="wordpress"), limits=FAST), {})
    assert (cost.requests, cost.rows) == (4, 252)


def test_a_closed_api_says_what_to_do(blog, read):
    """It is the owner who opens it, and the feed is a way without."""
    off = json.dumps({"code": "rest_no_route", "message": "No route was found."})
    blog.site.pages["/wp-json/wp/v2/posts"] = Answer(off.encode(), 404)
    with pytest.raises(AuthError, match=r'"rest_no_route".*kind = "feed"'):
        read("/", kind="wordpress")
    odd = json.dumps({"code": "not for ada@example.org"})
    blog.site.pages["/wp-json/wp/v2/posts"] = Answer(odd.encode(), 403)
    with pytest.raises(AuthError) as told:
        read("/", kind="wordpress")
    assert "ada@" not in str(told.value)
    blog.closed.add("root")
    with pytest.raises(AuthError, match='kind = "feed"'):
        read("/", kind="wordpress")


def test_the_home_page_of_a_wordpress_site_is_enough(blog, read):
    """`auto` finds the API that the page announces, and does not look again."""
    found = read("/")
    assert len(found.last(Post)) == 252
    blog.site.asked.clear()
    assert read("/", since=found.cursor).items == []
    assert blog.asked() == ["posts", "comments"]
    with pytest.raises(ConfigError, match="web page"):
        read("/", kind="feed")


def test_a_site_without_permalinks_has_its_api_behind_a_parameter(blog, read):
    """`?rest_route=` in place of `/wp-json/`."""
    blog.permalinks = False
    found = read("/", kind="wordpress")
    assert len(found.last(Post)) == 252
    assert read("/", kind="wordpress", since=found.cursor).items == []


def test_a_post_is_one_by_the_feed_and_by_the_api(blog, read):
    """Their keys are alike, so that changing from one to the other stores nothing twice."""
    comment = item(9, guid=f"{HOME}/?p=7#comment-1")
    blog.site.put("/feed/", rss(item(7), comment))
    by_feed = {post.key for post in read("/feed/").of(Post)}
    assert by_feed <= set(read("/", kind="wordpress").last(Post))


def test_dates_that_are_not_set_are_not_dates(blog, read):
    """A row of zeros in UTC: then the site's own clock counts, in the zone of the settings."""
    blog.write(5, "2024-04-01T09:00:00", date_gmt="0000-00-00T00:00:00", modified_gmt=None)
    post = read("/", kind="wordpress", timezone="Africa/Nairobi").last(Post)[f"{HOME}/?p=5"]
    assert post["posted_at"] == datetime(2024, 4, 1, 6, tzinfo=UTC)
    assert post["extra"]["date_basis"] == "zone_missing"


def test_a_text_behind_a_password_is_not_kept(blog, read):
    """Nor is what stands in its place."""
    hidden = {"rendered": "<form>Enter the password</form>", "protected": True}
    blog.write(5, "2024-04-01T09:00:00", content=hidden, excerpt=hidden)
    assert read("/", kind="wordpress").last(Post)[f"{HOME}/?p=5"]["body"] is None


def test_a_mark_before_the_json_is_passed_over(blog, read):
    """Some plugins are saved with a byte order mark, and write it before every answer."""
    plain = blog.site.pages["/wp-json/wp/v2/posts"]

    def page(asked):
        answer = plain(asked)
        return Answer(b"\xef\xbb\xbf" + answer.body, answer.status, answer.headers)

    blog.site.pages["/wp-json/wp/v2/posts"] = page
    assert len(read("/", kind="wordpress").last(Post)) == 252


def test_a_page_of_a_firewall_is_no_answer(blog, read):
    """It comes with status 200, as a web page."""
    blog.site.put("/wp-json/", "<html>Are you human?</html>", "text/html")
    with pytest.raises(SourceUnavailable, match="did not answer as WordPress"):
        read("/", kind="wordpress")
