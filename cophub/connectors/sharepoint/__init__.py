"""Cophub connector for SharePoint Online: sites, people, documents, pages, discussions and lists.

Source: SharePoint's REST API, by Office365-REST-Python-Client and as JSON, and Microsoft Graph.
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
    Reaction,
    Space,
    Stream,
    hookimpl,
)
from cophub.connectors.microsoft.consent import (
    GROUP_MEMBERS,
    REPORTS,
    SHAREPOINT_SITES,
    SITES,
)
from cophub.connectors.sharepoint.checks import check, discover
from cophub.connectors.sharepoint.discussions import discussions
from cophub.connectors.sharepoint.documents import documents
from cophub.connectors.sharepoint.events import WHOLE_EVERY, events
from cophub.connectors.sharepoint.lists import lists
from cophub.connectors.sharepoint.members import members
from cophub.connectors.sharepoint.pages import pages
from cophub.connectors.sharepoint.plan import estimate
from cophub.connectors.sharepoint.settings import Settings
from cophub.connectors.sharepoint.sites import sites
from cophub.connectors.sharepoint.upload import UploadSettings, upload
from cophub.connectors.sharepoint.usage import usage
from cophub.http import Limits

# The vendor counts resource units of a tenant, not requests, and says when to wait.
LIMITS = Limits(concurrency=4, read_timeout=120.0)
READ = (
    f"{SHAREPOINT_SITES}, with a certificate; or {SITES}, with a secret, for what Microsoft Graph"
    " shows",
)
PEOPLE = (*READ, f"{GROUP_MEMBERS}, where groups of the directory are in the groups of a site")
COUNTED = (str(SITES), f"{REPORTS}, for storage, files and page views")

STREAMS = (
    Stream(sites, snapshot_of=(Space,), yields=(Space,), sees_deletions=True, permissions=READ),
    Stream(
        members,
        # Who was deleted from the directory, and no log of the site tells.
        whole_every=timedelta(days=7),
        yields=(Space, Account, Membership),
        sees_deletions=True,
        permissions=PEOPLE,
    ),
    Stream(
        lists,
        yields=(Metric, Account, Membership, Event, Post, Document),
        sees_deletions=True,
        permissions=READ,
    ),
    Stream(documents, yields=(Document, Account), sees_deletions=True, permissions=READ),
    Stream(pages, yields=(Post, Reaction, Account), sees_deletions=True, permissions=READ),
    Stream(discussions, yields=(Post, Reaction, Account), sees_deletions=True, permissions=READ),
    Stream(
        events,
        yields=(Event,),
        whole_every=WHOLE_EVERY,
        sees_deletions=True,
        permissions=READ,
    ),
    Stream(usage, yields=(Metric,), permissions=COUNTED),
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
    "account.organization",
    "account.city",
    "account.country",
    "account.timezone",
    "account.language",
    "account.extra",
    "membership.account",
    "membership.reason",
    "post.account",
    "post.author_name",
    "post.title",
    "post.body",
    "reaction.account",
    "event.organizer",
    "document.account",
    "document.title",
    "document.extra",
)


@hookimpl
def cophub_connectors() -> list[Connector]:
    """SharePoint."""
    return [
        Connector(
            name="sharepoint",
            summary="SharePoint sites: people, documents, pages, discussions, events and lists",
            settings=Settings,
            streams=STREAMS,
            limits=LIMITS,
            check=check,
            discover=discover,
            estimate=estimate,
            personal=PERSONAL,
            upload=upload,
            upload_settings=UploadSettings,
        )
    ]
