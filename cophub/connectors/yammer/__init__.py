"""Cophub connector for Yammer (Viva Engage): communities, members, messages, likes and history.

Source: Yammer's REST API v1, Microsoft Graph, and the Network Data Export.
"""

from datetime import timedelta

from cophub import (
    Account,
    Connector,
    Membership,
    Metric,
    Post,
    Reaction,
    Space,
    Stream,
    hookimpl,
)
from cophub.connectors.microsoft.consent import COMMUNITIES, GROUP_MEMBERS, REPORTS, YAMMER_ACCESS
from cophub.connectors.yammer.checks import check, discover
from cophub.connectors.yammer.client import LIMITS
from cophub.connectors.yammer.export import history, history_of_days
from cophub.connectors.yammer.groups import groups
from cophub.connectors.yammer.members import members
from cophub.connectors.yammer.messages import messages
from cophub.connectors.yammer.plan import estimate
from cophub.connectors.yammer.settings import Settings
from cophub.connectors.yammer.signin import sign_in
from cophub.connectors.yammer.usage import usage

PERSON = f"{YAMMER_ACCESS}, and a person who signed in with `cophub sign-in SOURCE`"
READ = (f"`rest`: {PERSON}", f"`graph`: {COMMUNITIES} and {GROUP_MEMBERS}")
VERIFIED = "who is a verified admin of the network"

STREAMS = (
    Stream(groups, yields=(Space,), sees_deletions=True, permissions=READ),
    Stream(
        members,
        snapshot_of=(Membership,),
        # The changes that Graph tells of do not tell who changed their name.
        whole_every=timedelta(days=7),
        yields=(Account, Membership),
        sees_deletions=True,
        permissions=READ,
    ),
    Stream(
        messages,
        yields=(Post, Reaction, Account),
        sees_deletions=True,
        permissions=(f"`rest`: {PERSON}, who is a member of private communities",),
    ),
    Stream(
        history,
        yields=(Post, Account, Space),
        sees_deletions=True,
        permissions=(f"`export` by call: {PERSON}, {VERIFIED}; by file: none",),
        backfill=history_of_days,
    ),
    Stream(usage, yields=(Metric,), permissions=(*READ, f"`graph`: {REPORTS}")),
)
PERSONAL = (
    "account.key",
    "account.name",
    "account.given_name",
    "account.family_name",
    "account.email",
    "account.username",
    "account.job_title",
    "account.department",
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
    """Yammer."""
    return [
        Connector(
            name="yammer",
            summary="Yammer (Viva Engage) communities, members, messages, likes and history",
            settings=Settings,
            streams=STREAMS,
            limits=LIMITS,
            check=check,
            discover=discover,
            estimate=estimate,
            personal=PERSONAL,
            sign_in=sign_in,
        )
    ]
