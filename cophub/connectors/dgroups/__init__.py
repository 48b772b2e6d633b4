"""Cophub connector for Dgroups and any site that groups.io runs: groups, members and what they say.

Source: groups.io's API version 1, at dgroups.io, at a partner's domain or at groups.io itself.
"""

from datetime import timedelta

from cophub import (
    Account,
    Connector,
    Document,
    Event,
    Membership,
    Metric,
    Post,
    Space,
    Stream,
    hookimpl,
)
from cophub.connectors.dgroups.activity import activity
from cophub.connectors.dgroups.archive import archive
from cophub.connectors.dgroups.calendar import events
from cophub.connectors.dgroups.checks import check, discover, estimate
from cophub.connectors.dgroups.client import LIMITS
from cophub.connectors.dgroups.files import files
from cophub.connectors.dgroups.groups import groups
from cophub.connectors.dgroups.members import members
from cophub.connectors.dgroups.messages import messages
from cophub.connectors.dgroups.settings import Settings

MEMBER = "an API key of a member of the groups"
MODERATOR = "who is a moderator there"

STREAMS = (
    Stream(groups, yields=(Space,), sees_deletions=True, permissions=(MEMBER,)),
    Stream(
        members,
        snapshot_of=(Membership,),
        yields=(Account, Membership),
        sees_deletions=True,
        permissions=(
            f"{MEMBER}, where the group shows its members (`members_visible`)",
            f"for addresses and past members one {MODERATOR}",
        ),
    ),
    Stream(
        archive,
        yields=(Post, Account),
        sees_edits=False,
        permissions=(f"{MEMBER} {MODERATOR} (`download_archives`); else the API is read",),
    ),
    Stream(
        messages,
        yields=(Post, Account, Document),
        sees_deletions=True,
        permissions=(f"{MEMBER}, where the group shows its messages (`archives_visible`)",),
    ),
    Stream(
        events,
        # What is older than a month is not asked for again by a run in between.
        whole_every=timedelta(days=30),
        yields=(Event,),
        sees_deletions=True,
        permissions=(f"{MEMBER}, where the group shows its calendar (`calendar_visible`)",),
    ),
    Stream(
        files,
        yields=(Document,),
        sees_deletions=True,
        permissions=(f"{MEMBER}, where the group shows its files (`files_visible`)",),
    ),
    Stream(
        activity,
        yields=(Metric,),
        sees_edits=False,
        permissions=(f"{MEMBER} {MODERATOR} (`view_activity`)",),
    ),
)
PERSONAL = (
    "account.key",
    "account.name",
    "account.email",
    "account.username",
    "account.timezone",
    "account.extra",
    "membership.account",
    "membership.extra",
    "post.account",
    "post.author_name",
    "post.title",
    "post.body",
    "post.extra",
    "event.organizer",
    "event.extra",
    "document.account",
    "document.title",
)


@hookimpl
def cophub_connectors() -> list[Connector]:
    """Dgroups."""
    return [
        Connector(
            name="dgroups",
            summary="Dgroups and groups.io: groups, members, messages, events, files and activity",
            settings=Settings,
            streams=STREAMS,
            limits=LIMITS,
            check=check,
            discover=discover,
            estimate=estimate,
            personal=PERSONAL,
        )
    ]
