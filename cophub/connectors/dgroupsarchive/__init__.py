"""Cophub connector for CommunityCloud (ECS), which old Dgroups and the Knowledge Gateway ran on.

Not verified against a live server. Source: the client samples and the service model that the vendor
published from 2013 to 2016; only what reads is called.
"""

from cophub import (
    Account,
    Connector,
    Document,
    Event,
    Membership,
    Metric,
    Space,
    Stream,
    hookimpl,
)
from cophub.connectors.dgroupsarchive.checks import UNVERIFIED, check, discover, estimate
from cophub.connectors.dgroupsarchive.library import calendar, library
from cophub.connectors.dgroupsarchive.members import members
from cophub.connectors.dgroupsarchive.settings import Settings
from cophub.connectors.dgroupsarchive.tree import communities
from cophub.http import Limits

# Nothing is published about its pace: one at a time.
LIMITS = Limits(concurrency=1, read_timeout=120.0)
KEY = (
    "an API key with its secret, issued by the operator of the site, that may read the community",
)

STREAMS = (
    Stream(communities, yields=(Space, Metric), permissions=KEY),
    Stream(
        members,
        snapshot_of=(Membership,),
        yields=(Account, Membership),
        sees_deletions=True,
        permissions=KEY,
    ),
    Stream(calendar, snapshot_of=(Event,), yields=(Event,), sees_deletions=True, permissions=KEY),
    Stream(
        library, snapshot_of=(Document,), yields=(Document,), sees_deletions=True, permissions=KEY
    ),
)
PERSONAL = (
    "account.key",
    "account.name",
    "account.given_name",
    "account.family_name",
    "account.email",
    "account.job_title",
    "account.organization",
    "account.country",
    "account.timezone",
    "account.extra",
    "membership.account",
)


@hookimpl
def cophub_connectors() -> list[Connector]:
    """CommunityCloud."""
    return [
        Connector(
            name="dgroups-archive",
            summary="CommunityCloud (old Dgroups, Knowledge Gateway): communities, members, events,"
            f" documents; {UNVERIFIED}",
            settings=Settings,
            streams=STREAMS,
            limits=LIMITS,
            check=check,
            discover=discover,
            estimate=estimate,
            personal=PERSONAL,
        )
    ]
