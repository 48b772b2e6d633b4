"""Cophub connector for e-mail archives: the posts of one list, from its files or its web archive.

Source: mbox, mboxrd, maildir and .eml files, packed or not, and Mailman 2 (pipermail) index pages.

An archive tells who wrote, not who reads: posters are no members, so no Membership is yielded.
Take the members from the list server itself.
"""

from cophub import Account, Connector, Post, Space, Stream, hookimpl
from cophub.connectors.mailarchive.settings import Settings
from cophub.connectors.mailarchive.streams import check, discover, estimate, posts

PERSONAL = (
    "account.key", "account.name", "account.email", "post.account", "post.author_name",
    "post.title", "post.body",
)  # fmt: skip


@hookimpl
def cophub_connectors() -> list[Connector]:
    """The connector `mailarchive`."""
    from cophub.http import Limits

    stream = Stream(
        posts,
        yields=(Space, Account, Post),
        sees_edits=True,
        sees_deletions=False,
        permissions=("read access to the archive's files or index page",),
    )
    return [
        Connector(
            name="mailarchive",
            summary="E-mail list archives: mbox, maildir, .eml and pipermail",
            settings=Settings,
            streams=(stream,),
            limits=Limits(concurrency=4),
            check=check,
            discover=discover,
            estimate=estimate,
            personal=PERSONAL,
        )
    ]
