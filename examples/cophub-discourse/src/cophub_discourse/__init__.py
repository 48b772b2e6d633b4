"""Cophub plugin for Discourse forums: who is in them, what they write, and what helped.

Source: Discourse's API, https://docs.discourse.org, and the code of Discourse where that says less.
"""

from datetime import timedelta

from cophub import (
    Account,
    Connector,
    IdentityRule,
    Membership,
    Metric,
    Page,
    Post,
    Reaction,
    Space,
    Stream,
    hookimpl,
)

from cophub_discourse.checks import check, discover, estimate
from cophub_discourse.forum import limits
from cophub_discourse.identity import RULE
from cophub_discourse.metrics import metrics
from cophub_discourse.page import PAGE
from cophub_discourse.people import accounts, members, sign_on
from cophub_discourse.posts import posts
from cophub_discourse.settings import Settings
from cophub_discourse.spaces import spaces

STAFF = ("an API key of an administrator, read-only",)
STREAMS = (
    Stream(
        spaces, snapshot_of=(Space,), yields=(Space,), sees_deletions=True, permissions=STAFF
    ),
    Stream(
        accounts, snapshot_of=(Account,), yields=(Account,), sees_deletions=True, permissions=STAFF
    ),
    Stream(
        members,
        snapshot_of=(Membership,),
        yields=(Membership,),
        sees_deletions=True,
        permissions=STAFF,
    ),
    Stream(
        posts,
        snapshot_of=(Post,),
        whole_every=timedelta(days=30),
        yields=(Account, Post, Reaction),
        sees_deletions=True,
        permissions=STAFF,
    ),
    Stream(
        sign_on, whole_every=timedelta(days=30), yields=(Account,), sees_edits=False,
        permissions=STAFF,
    ),
    Stream(metrics, yields=(Metric,), permissions=STAFF),
)  # fmt: skip
PERSONAL = (
    "account.key",
    "account.name",
    "account.email",
    "account.username",
    "account.job_title",
    "account.extra",
    "membership.account",
    "post.account",
    "post.author_name",
    "post.title",
    "post.body",
    "reaction.account",
)


@hookimpl
def cophub_connectors() -> list[Connector]:
    """Discourse."""
    return [
        Connector(
            name="discourse",
            summary="A Discourse forum: categories, groups, accounts, posts, likes and solutions",
            settings=Settings,
            streams=STREAMS,
            paced=limits,
            check=check,
            discover=discover,
            estimate=estimate,
            personal=PERSONAL,
        )
    ]


@hookimpl
def cophub_pages() -> list[Page]:
    """Forum health."""
    return [PAGE]


@hookimpl
def cophub_identity_rules() -> list[IdentityRule]:
    """Accounts by the ids they sign in with."""
    return [RULE]
