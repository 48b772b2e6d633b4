"""RSS and Atom: what an entry becomes, and what feeds in the wild do wrong."""

import gzip
import json
from datetime import UTC, datetime

import pytest

from cophub import Account, AuthError, ConfigError, Document, Post, SourceUnavailable, Space
from cophub.connectors.web.fetch import shown
from tests.connectors.feed.conftest import CONNECTOR, FAST, POSTS, item, rss
from tests.connectors.website import Answer

LATER = datetime(2026, 6, 2, tzinfo=UTC)


def test_an_entry_is_a_post_with_its_author_and_enclosure(site, read):
    """The whole text comes before the summary, and mark-up becomes text."""
    more = (
        "<dc:creator>Amina Diallo</dc:creator><description>Short</description>"
        "<content:encoded><![CDATA[<p>Hello <b>all</b></p><script>x()</script>]]></content:encoded>"
        '<enclosure url="/talk.mp3" length="1200" type="audio/mpeg"/>'
        "<slash:comments>3</slash:comments><category>M&amp;E</category>"
    )
    site.put("/feed/", rss(item(1, more, title="Q&amp;amp;A")), "application/rss+xml")
    found = read("/feed/")
    (post,), (author,), (document,) = found.of(Post), found.of(Account), found.of(Document)
    assert (post.key, post.kind, post.title) == ("https://news.example.org/?p=1", "news", "Q&A")
    assert (post.body, post.account, post.reply_count) == ("Hello all", "name:amina diallo", 3)
    assert post.posted_at == datetime(2024, 4, 1, 9, tzinfo=UTC)
    assert (author.key, author.name) == ("name:amina diallo", "Amina Diallo")
    assert (document.key, document.size_bytes) == ("https://news.example.org/talk.mp3", 1200)
    (space,) = found.of(Space)
    assert (space.key, space.title, space.visibility) == ("leadernet", "News", "public")
    assert found.rejects == []


def test_a_feed_that_did_not_change_gives_nothing(site, read):
    """By its ETag; and where the server knows none, by its bytes."""
    site.put("/feed/", rss(item(1)), ETag='"one"')
    first = read("/feed/")
    again = read("/feed/", since=first.cursor)
    assert (again.items, site.asked[-1].status) == ([], 304)
    site.put("/feed/", rss(item(1), item(2)))
    second = read("/feed/", since=first.cursor)
    assert [post.title for post in second.of(Post)] == ["Title 1", "Title 2"]
    assert read("/feed/", since=second.cursor).items == []


def test_a_server_that_goes_by_dates_is_asked_by_date(site, read):
    """Where it has no better mark."""
    at = "Mon, 01 Apr 2024 09:00:00 GMT"
    site.put("/feed/", rss(item(1)), Last_Modified=at)
    first = read("/feed/")
    read("/feed/", since=first.cursor)
    assert [one.headers.get("if-modified-since") for one in site.asked] == [None, at]


def test_what_is_too_large_or_cannot_be_unpacked_is_no_feed(site, read, monkeypatch):
    """However small it is when packed."""
    from cophub.connectors.web import fetch

    monkeypatch.setattr(fetch, "LARGEST", 1 << 20)
    gzipped = {"Content-Encoding": "gzip"}
    site.pages["/feed/"] = Answer(gzip.compress(b" " * (2 << 20)), 200, gzipped)
    with pytest.raises(SourceUnavailable, match="larger than 1 MB"):
        read("/feed/")
    site.pages["/feed/"] = Answer(b"<rss>", 200, gzipped)
    with pytest.raises(SourceUnavailable, match="cannot be unpacked"):
        read("/feed/")


def test_an_address_is_shown_without_its_login():
    """Nor with what follows its path."""
    told = shown("https://ada:secret@news.example.org/feed?key=1#x")
    assert told == "https://news.example.org/feed"


def test_an_entry_that_rolled_off_is_not_gone(site, read):
    """A feed holds its latest entries: who is absent was only pushed out."""
    site.put("/feed/", rss(item(1), item(2)))
    first = read("/feed/")
    site.put("/feed/", rss(item(2), item(3)))
    again = read("/feed/", since=first.cursor)
    assert [type(one).__name__ for one in again.items] == ["Space", "Post", "Post", "Checkpoint"]


def test_settings_that_changed_mean_a_new_read(site, read):
    """The feed is the same, but what is kept of it is not."""
    site.put("/feed/", rss(item(1, "<description>Text</description>")), ETag='"one"')
    first = read("/feed/")
    again = read("/feed/", since=first.cursor, bodies=False)
    assert len(again.of(Post)) == 1
    assert "Text" not in str(again.items)


@pytest.mark.parametrize("cursor", ["", "{}", "no json", '{"feeds": 3}', "[1]"])
def test_a_cursor_of_somebody_else_is_a_first_read(site, read, cursor):
    """Nothing is lost by reading a feed again."""
    site.put("/feed/", rss(item(1)))
    assert len(read("/feed/", since=cursor).of(Post)) == 1


def test_an_entry_without_an_id_is_known_by_its_link_or_its_content(site, read):
    """And stays the same one in the next run."""
    site.put("/feed/", rss(item(1, guid=""), item(2, guid="", link="")))
    keys = [post.key for post in read("/feed/").of(Post)]
    assert keys[0] == "https://news.example.org/p/1"
    assert keys[1].startswith("entry:")
    assert [post.key for post in read("/feed/").of(Post)] == keys


def test_a_date_without_a_zone_is_in_the_zone_of_the_settings(site, read):
    """Also one with a zone of three letters that nobody agrees upon."""
    dates = ["Mon, 01 Apr 2024 09:00:00", "2024-04-01 09:00", "Mon, 01 Apr 2024 09:00:00 XYZ"]
    site.put("/feed/", rss(*(item(n, pubDate=date) for n, date in enumerate(dates, 1))))
    for post in read("/feed/", timezone="Africa/Nairobi").of(Post):
        assert post.posted_at == datetime(2024, 4, 1, 6, tzinfo=UTC)
        assert post.extra["date_basis"] == "zone_missing"


@pytest.mark.parametrize(
    ("date", "hour"),
    [("Δευ, 01 Απρ 2024 09:00:00 EST", 14), ("Δευ, 01 Απρ 2024 09:00:00 +0300", 6)],
)
def test_a_date_in_another_language_is_read_in_its_own_zone(site, read, date, hour):
    """The zone of the settings is for a date that names none."""
    site.put("/feed/", rss(item(1, pubDate=date)))
    (post,) = read("/feed/", timezone="Africa/Nairobi").of(Post)
    assert post.posted_at == datetime(2024, 4, 1, hour, tzinfo=UTC)


@pytest.mark.parametrize("date", ["", "soon", "Mon, 01 Jan 0001 00:00:00 GMT", "2031-01-01T00:00Z"])
def test_an_entry_without_a_date_appeared_when_it_was_first_seen(site, read, date):
    """Which is known only where there was a run before: the first one finds old entries."""
    site.put("/feed/", rss(item(1, pubDate=date)))
    first = read("/feed/")
    assert not first.last(Post)["https://news.example.org/?p=1"].get("posted_at")
    site.put("/feed/", rss(item(2, pubDate=date), item(1, pubDate=date)))
    again = read("/feed/", since=first.cursor, now=LATER).last(Post)
    assert again["https://news.example.org/?p=2"]["posted_at"] == LATER
    assert again["https://news.example.org/?p=2"]["extra"]["date_basis"] == "first_seen"
    assert "posted_at" not in again["https://news.example.org/?p=1"]


def test_a_date_in_another_language_is_read(site, read):
    """As far as the reader of feeds knows the language."""
    site.put("/feed/", rss(item(1, pubDate="Κυρ, 11 Ιούλ 2004 12:00:00 EST")))
    (post,) = read("/feed/").of(Post)
    assert post.posted_at == datetime(2004, 7, 11, 17, tzinfo=UTC)


def test_an_entry_that_tells_only_when_it_was_updated_appeared_then(site, read):
    """Atom asks for no other date."""
    site.put(
        "/atom",
        '<feed xmlns="http://www.w3.org/2005/Atom"><title>T</title><entry><id>urn:1</id>'
        "<updated>2024-04-01T09:00:00Z</updated></entry></feed>",
    )
    (post,) = read("/atom").of(Post)
    assert post.posted_at == datetime(2024, 4, 1, 9, tzinfo=UTC)
    assert post.extra["date_basis"] == "updated"


def test_a_link_that_is_no_address_on_the_web_is_none(site, read):
    """It would be somebody's script on our pages."""
    site.put("/feed/", rss(item(1, link="javascript:alert(1)")))
    assert read("/feed/").of(Post)[0].url is None


def test_an_enclosure_is_there_once_and_its_size_is_believed_within_reason(site, read):
    """Programs write it twice, or any number for its length."""
    one = '<enclosure url="/talk.mp3" length="99999999999999999999" type="audio/mpeg"/>'
    site.put("/feed/", rss(item(1, one + one)))
    (document,) = read("/feed/").of(Document)
    assert document.size_bytes is None


def test_the_entries_that_a_cursor_remembers_are_so_many_and_no_more(site, read, monkeypatch):
    """The latest of them."""
    from cophub.connectors.feed import reading

    monkeypatch.setattr(reading, "_REMEMBERED", 3)
    cursor = None
    for number in range(1, 6):
        site.put("/feed/", rss(item(number)))
        cursor = read("/feed/", since=cursor).cursor
    assert cursor is not None
    (state,) = json.loads(cursor)["feeds"].values()
    assert len(state["known"]) == len(state["links"]) == 3


def test_relative_links_start_from_where_the_feed_came_from(site, read):
    """Or from the base that the feed names."""
    site.put("/blog/feed", rss(item(1, link="../p/1")))
    (post,) = read("/blog/feed").of(Post)
    assert post.url == "https://news.example.org/p/1"
    atom = (
        '<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://cdn.example.net/b/"><title/>'
        '<entry><id>urn:1</id><link href="e/1"/><updated>2024-04-01T09:00:00Z</updated>'
        '<link rel="enclosure" href="f.pdf"/></entry></feed>'
    )
    site.put("/atom", atom)
    found = read("/atom")
    assert found.of(Post)[0].url == "https://cdn.example.net/b/e/1"
    assert found.of(Document)[0].url == "https://cdn.example.net/b/f.pdf"


def test_an_atom_entry_answers_another(site, read):
    """By RFC 4685; and a comment in a feed of WordPress says by its id what it is about."""
    entry = '<thr:in-reply-to ref="https://news.example.org/?p=1"/>'
    comment = item(3, guid="https://news.example.org/?p=1#comment-7")
    site.put("/feed/", rss(item(1), item(2, entry), comment))
    _, answer, comment_post = read("/feed/").of(Post)
    assert (answer.kind, answer.reply_to) == ("comment", "https://news.example.org/?p=1")
    assert (comment_post.kind, comment_post.thread) == ("comment", "https://news.example.org/?p=1")


def test_an_id_that_all_entries_share_does_not_make_them_one(site, read):
    """The one that was alone with the id before keeps it as its key."""
    same = "https://news.example.org/"
    site.put("/feed/", rss(item(1, guid=same)))
    first = read("/feed/")
    assert [post.key for post in first.of(Post)] == [same]
    site.put("/feed/", rss(item(2, guid=same), item(1, guid=same)))
    second = read("/feed/", since=first.cursor)
    assert [post.key for post in second.of(Post)] == ["https://news.example.org/p/2", same]
    site.put("/feed/", rss(item(2, guid=same)))
    third = read("/feed/", since=second.cursor)
    assert [post.key for post in third.of(Post)] == ["https://news.example.org/p/2"]


def test_an_entry_that_comes_twice_is_one(site, read):
    """With one id and one link."""
    site.put("/feed/", rss(item(1), item(1)))
    assert len(read("/feed/").of(Post)) == 1


def test_a_link_that_changes_does_not_make_a_new_post(site, read):
    """The id is what stays."""
    site.put("/feed/", rss(item(1)))
    first = read("/feed/")
    site.put("/feed/", rss(item(1, link="https://news.example.org/better-words")))
    again = read("/feed/", since=first.cursor)
    assert [post.key for post in again.of(Post)] == [first.of(Post)[0].key]


def test_an_address_that_every_author_has_is_nobodys(site, read):
    """Blogger writes noreply@blogger.com before each name."""
    names = ["noreply@blogger.com (Ada L)", "noreply@blogger.com (Bo M)", "cy@example.org (Cy)"]
    site.put("/feed/", rss(*(item(n, f"<author>{a}</author>") for n, a in enumerate(names, 1))))
    assert [one.key for one in read("/feed/").of(Account)] == [
        "name:ada l", "name:bo m", "cy@example.org",
    ]  # fmt: skip


def test_an_address_in_place_of_a_name_is_no_name(site, read):
    """RSS asks for an address there, and it is nobody's to publish."""
    for field in ("author", "dc:creator"):
        site.put("/feed/", rss(item(1, f"<{field}>ada@example.org</{field}>")))
        found = read("/feed/")
        assert found.last(Account) == {
            "ada@example.org": {"key": "ada@example.org", "email": "ada@example.org"}
        }
        assert not found.of(Post)[0].author_name


def test_of_several_authors_the_first_is_the_account(site, read):
    """The others are named; to each of them the reader gives the first one's address."""
    site.put(
        "/atom",
        '<feed xmlns="http://www.w3.org/2005/Atom"><title>T</title><entry><id>urn:1</id>'
        "<author><name>Ada</name><email>ada@x.org</email></author><author><name>Bo</name></author>"
        "<updated>2024-04-01T09:00:00Z</updated></entry></feed>",
    )
    found = read("/atom")
    assert [one.key for one in found.of(Account)] == ["ada@x.org"]
    assert found.of(Post)[0].author_name == "Ada, Bo"


@pytest.mark.parametrize("charset", ["utf-8", "utf-16"])
def test_a_feed_that_declares_entities_is_refused(site, read, charset):
    """A few hundred bytes of them fill any memory, and others read files."""
    pairs = zip("abcdefgh", "bcdefghi", strict=True)
    bomb = (
        f'<?xml version="1.0" encoding="{charset}"?><!DOCTYPE rss [<!ENTITY a "lol">'
        + "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in pairs)
        + "]><rss version='2.0'><channel><title>&i;</title></channel></rss>"
    )
    site.put("/feed/", bomb.encode(charset), "application/rss+xml")
    with pytest.raises(SourceUnavailable, match="entities"):
        read("/feed/")


def test_a_doctype_without_entities_is_harmless(site, read):
    """RSS 0.91 has one."""
    feed = rss(item(1)).replace(
        "<rss", '<!DOCTYPE rss PUBLIC "-//N//DTD RSS 0.91//EN" "http://x.example/rss.dtd"><rss', 1
    )
    site.put("/feed/", feed)
    assert len(read("/feed/").of(Post)) == 1


@pytest.mark.parametrize(
    ("charset", "kind"),
    [
        ("windows-1251", "application/rss+xml"),
        ("utf-16", "application/rss+xml"),
        ("utf-8", "text/xml"),
        ("koi8-r", "application/rss+xml; charset=koi8-r"),
        ("koi8-r", "application/rss+xml; charset=KOI8-R; said=there"),
    ],
)
def test_a_feed_may_be_in_any_character_set(site, read, charset, kind):
    """As the file says, or the server alone; text/xml would mean ASCII and never does."""
    feed = rss(item(1, title="Привет"))
    if "said=there" not in kind:
        feed = feed.replace('"1.0"?', f'"1.0" encoding="{charset}"?', 1)
    site.put("/feed/", feed.encode(charset), kind)
    assert read("/feed/").of(Post)[0].title == "Привет"


def test_a_feed_that_breaks_off_loses_no_entry_and_invents_none(site, read):
    """Its last entry may be half: it waits for the next run, which asks for the feed whole."""
    whole = rss(item(1), item(2), item(3))
    site.put("/feed/", whole[: whole.index("Title 3") + 4], ETag='"one"')
    first = read("/feed/")
    assert [post.title for post in first.of(Post)] == ["Title 1", "Title 2"]
    assert len(first.rejects) == 1
    site.put("/feed/", whole, ETag='"one"')
    again = read("/feed/", since=first.cursor)
    assert [post.title for post in again.of(Post)] == ["Title 1", "Title 2", "Title 3"]


def test_a_feed_that_moved_is_read_and_its_new_address_told(site, read, context, settings, caplog):
    """Only a move for good is worth a word."""
    site.put("/new/", rss(item(1)))
    site.pages["/feed/"] = Answer(b"", 301, {"Location": "/new/"})
    found = read("/feed/")
    assert len(found.of(Post)) == 1
    assert "moved for good to https://news.example.org/new/" in caplog.text
    verdicts = list(CONNECTOR.check(context(settings("/feed/"))))
    assert [one.state for one in verdicts] == ["warning", "ok"]
    assert "https://news.example.org/new/" in verdicts[0].fix
    caplog.clear()
    site.pages["/feed/"] = Answer(b"", 302, {"Location": "/new/"})
    read("/feed/")
    assert caplog.text == ""


def test_a_web_page_in_place_of_a_feed_says_which_feeds_it_offers(site, read):
    """So that the right address can be copied."""
    page = (
        "<!doctype html><html><head><link rel=alternate type=application/rss+xml href=/feed/>"
        '<link rel="alternate" type="application/atom+xml" href="atom.xml"></head></html>'
    )
    site.put("/blog/", page, "text/html")
    with pytest.raises(ConfigError) as raised:
        read("/blog/")
    assert "https://news.example.org/feed/" in str(raised.value)
    assert "https://news.example.org/blog/atom.xml" in str(raised.value)


def test_a_web_page_where_there_was_a_feed_is_a_matter_of_time(site, read):
    """A site under repair answers so; nobody has to edit anything."""
    site.put("/feed/", rss(item(1)))
    first = read("/feed/")
    site.put("/feed/", "<html>Back soon</html>", "text/html")
    with pytest.raises(SourceUnavailable, match="was one before"):
        read("/feed/", since=first.cursor)


@pytest.mark.parametrize(
    ("body", "words"),
    [("{}", "is JSON"), ("", "neither"), ("<html></html>", "names no feed"), ("<a/>", "neither")],
)
def test_what_is_no_feed_is_said(site, read, body, words):
    """In one line that names the address."""
    site.put("/feed/", body)
    with pytest.raises(ConfigError, match=words):
        read("/feed/")


def test_one_feed_that_fails_stops_no_other(site, context, settings):
    """The run fails in the end, with what the others gave kept."""
    site.put("/b", rss(item(1)))
    stream, found = POSTS.extract(context(settings("/a", "/b"), limits=FAST), None), []
    with pytest.raises(SourceUnavailable, match="is not there"):
        for one in stream:
            found.append(type(one).__name__)
    assert found == ["Space", "Post", "Checkpoint"]


def test_a_private_feed_is_asked_with_its_login(site, read):
    """And a refusal says that the login is refused."""

    def page(asked):
        good = asked.headers.get("authorization", "").startswith("Basic ")
        return Answer(rss(item(1)).encode()) if good else Answer(b"", 401)

    site.pages["/feed/"] = page
    with pytest.raises(AuthError):
        read("/feed/")
    found = read("/feed/", username="ada", password="secret-of-ada")
    assert found.of(Space)[0].visibility is None


def test_a_key_in_an_address_is_in_no_message(site, read):
    """Private feeds carry their key in the address."""
    with pytest.raises(SourceUnavailable) as raised:
        read("/feed/?token=abcdef1234567890abcdef")
    assert "abcdef1234" not in str(raised.value)
    with pytest.raises(SourceUnavailable) as raised:
        read("/private-5f3c2a/feed")
    assert "5f3c2a" not in str(raised.value)
