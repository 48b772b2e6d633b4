"""Cophub connector for news of a site: RSS and Atom feeds, and WordPress by its REST API.

Source: RSS 0.9 to 2.0, Atom 1.0 (RFC 4287, threads by RFC 4685), WordPress REST API wp/v2.

Who writes is an account; nobody is a member, so no Membership is yielded.
"""

from cophub import Account, Connector, Document, Post, Space, Stream, hookimpl
from cophub.connectors.feed.settings import Settings
from cophub.connectors.feed.streams import check, discover, estimate, posts

PERSONAL = (
    "account.key", "account.name", "account.email", "account.username", "post.account",
    "post.author_name", "post.title", "post.body",
)  # fmt: skip


@hookimpl
def cophub_connectors() -> list[Connector]:
    """The connector `feed`."""
    from cophub.http import Limits

    stream = Stream(
        posts,
        yields=(Space, Account, Post, Document),
        sees_edits=True,
        sees_deletions=True,
        permissions=("read access to the feed, or to posts, comments and users of WordPress",),
    )
    return [
        Connector(
            name="feed",
            summary="News of a site: RSS, Atom and WordPress",
            settings=Settings,
            streams=(stream,),
            limits=Limits(concurrency=2),
            check=check,
            discover=discover,
            estimate=estimate,
            personal=PERSONAL,
        )
    ]
