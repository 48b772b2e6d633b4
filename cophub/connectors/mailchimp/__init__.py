"""Cophub connector for MailChimp: audiences, contacts, campaigns, and what people did with them.

Source: MailChimp's Marketing API 3.0, through its own Python client.
"""

from datetime import timedelta

from cophub import (
    Account,
    Campaign,
    Connector,
    Context,
    Delivery,
    Draft,
    Letter,
    Membership,
    Metric,
    Space,
    Stream,
    hookimpl,
)
from cophub.connectors.mailchimp.audiences import audiences, growth
from cophub.connectors.mailchimp.campaigns import activity, campaigns, of_days, reports
from cophub.connectors.mailchimp.checks import check, discover, estimate
from cophub.connectors.mailchimp.members import members
from cophub.connectors.mailchimp.settings import Settings
from cophub.http import Limits

# The vendor allows ten connections to a user over all programs, and breaks off a call after 120 s.
LIMITS = Limits(concurrency=8, read_timeout=120.0)
VIEWER = ("an API key of a user with the role Viewer or higher",)
MANAGER = ("an API key of a user with the role Manager or Admin",)

STREAMS = (
    Stream(
        audiences,
        snapshot_of=(Space,),
        yields=(Space, Metric),
        sees_deletions=True,
        permissions=VIEWER,
    ),
    Stream(
        members,
        snapshot_of=(Membership,),
        # Contacts deleted for good vanish without a word; only a whole read misses them.
        whole_every=timedelta(days=7),
        yields=(Account, Membership),
        sees_deletions=True,
        permissions=MANAGER,
    ),
    Stream(
        campaigns,
        yields=(Campaign,),
        sees_edits=False,
        permissions=VIEWER,
        backfill=of_days(campaigns),
    ),
    Stream(reports, yields=(Campaign, Metric), permissions=VIEWER, backfill=of_days(reports)),
    Stream(activity, yields=(Delivery,), permissions=MANAGER, backfill=of_days(activity)),
    Stream(growth, yields=(Metric,), permissions=VIEWER),
)
PERSONAL = (
    "account.key",
    "account.name",
    "account.given_name",
    "account.family_name",
    "account.email",
    "account.job_title",
    "account.organization",
    "account.city",
    "account.country",
    "account.timezone",
    "account.language",
    "membership.account",
    "membership.reason",
    "membership.extra",
    "delivery.account",
)


def _draft(ctx: Context[Settings], letter: Letter) -> Draft:
    # The vendor's client is slow to load, so that only whoever needs it does.
    from cophub.connectors.mailchimp.drafts import draft

    return draft(ctx, letter)


@hookimpl
def cophub_connectors() -> list[Connector]:
    """MailChimp."""
    return [
        Connector(
            name="mailchimp",
            summary="MailChimp audiences, contacts, campaigns, and what people did with them",
            settings=Settings,
            streams=STREAMS,
            limits=LIMITS,
            check=check,
            discover=discover,
            estimate=estimate,
            personal=PERSONAL,
            draft=_draft,
        )
    ]
