"""Through the engine: a second run of an unchanged site rewrites no row, and deletions end rows."""

import pytest

from cophub.sync import SourceSpec
from cophub.warehouse import Warehouse
from tests.connectors.feed.blog import HOME, Blog
from tests.connectors.feed.conftest import CONNECTOR, item, rss
from tests.sync.conftest import Desk


@pytest.fixture
def desk(tmp_path):
    return Desk(Warehouse.open(f"sqlite:///{tmp_path / 'hub.db'}"))


def test_an_unchanged_feed_rewrites_nothing(site, settings, desk):
    """Not even where the server makes the file anew at each request."""
    spec = SourceSpec("news", CONNECTOR, settings("/feed/"))
    site.put("/feed/", rss(item(1), item(2, pubDate="")))
    assert desk.sync(spec).state == "done"
    site.put("/feed/", rss(item(1), item(2, pubDate="")) + "<!-- made again -->")
    again = desk.sync(spec)
    assert (again.total("new"), again.total("changed"), again.state) == (0, 0, "done")


def test_posts_that_a_site_takes_away_end(site, settings, desk):
    """And those that stay do not."""
    blog = Blog(site)
    for number in range(1, 31):
        blog.write(number, f"2024-03-{number:02}T09:00:00")
    spec = SourceSpec("news", CONNECTOR, settings("/", kind="wordpress"))
    first = desk.sync(spec)
    assert (first.state, first.total("new")) == ("done", 32)
    again = desk.sync(spec)
    assert (again.total("new"), again.total("changed"), again.total("gone")) == (0, 0, 0)
    del blog.posts[7]
    assert desk.sync(spec).total("gone") == 1
    ended = [key for key, gone_at in desk.rows("post", "key", "gone_at") if gone_at]
    assert ended == [f"{HOME}/?p=7"]
