"""Cophub connector for Mailman 3: lists, who is on them, their archives and what readers voted.

Source: the REST server of Mailman core 3.3 (API 3.1), and HyperKitty 1.3.
"""

from cophub import Account, Connector, Membership, Post, Space, Stream, hookimpl
from cophub.connectors.mailman.checks import check, discover, estimate
from cophub.connectors.mailman.lists import lists
from cophub.connectors.mailman.members import members
from cophub.connectors.mailman.posts import posts
from cophub.connectors.mailman.settings import Settings
from cophub.connectors.mailman.votes import votes
from cophub.http import Limits

# Mailman publishes no pace. Its REST server has two workers by default, which the lists' own web
# pages use too. Its errors last: who asks often only waits longer.
LIMITS = Limits(concurrency=2, tries=4, read_timeout=120.0)
CORE = ("admin_user and admin_pass of Mailman's REST server",)
ARCHIVE = ("for private archives: a login to HyperKitty that is a member of the lists",)

STREAMS = (
    Stream(lists, snapshot_of=(Space,), yields=(Space,), sees_deletions=True, permissions=CORE),
    Stream(
        members,
        snapshot_of=(Membership,),
        yields=(Account, Membership, Space),
        sees_deletions=True,
        permissions=CORE,
    ),
    Stream(posts, yields=(Account, Post, Space), sees_deletions=True, permissions=ARCHIVE),
    Stream(votes, yields=(Post,), permissions=ARCHIVE),
)
PERSONAL = (
    "account.key",
    "account.name",
    "account.email",
    "account.extra",
    "membership.account",
    "membership.extra",
    "post.account",
    "post.author_name",
    "post.title",
    "post.body",
    "post.extra",
)


@hookimpl
def cophub_connectors() -> list[Connector]:
    """Mailman 3."""
    return [
        Connector(
            name="mailman",
            summary="Mailman 3 lists, who is on them, their archives and what readers voted",
            settings=Settings,
            streams=STREAMS,
            limits=LIMITS,
            check=check,
            discover=discover,
            estimate=estimate,
            personal=PERSONAL,
        )
    ]
