"""Slack for cophub: a connector, a publisher that tells a channel, and a command.

Source: Slack's Web API, https://docs.slack.dev/apis/web-api
"""

from cophub import (
    Account,
    Command,
    Connector,
    Document,
    Membership,
    Post,
    Publisher,
    Reaction,
    Space,
    Stream,
    hookimpl,
)

from cophub_slack.announcing import LIMITS, PublisherSettings, announce
from cophub_slack.channels import channels
from cophub_slack.checks import PRIVATE_SCOPES, SCOPES, check, discover, estimate
from cophub_slack.client import pace
from cophub_slack.listing import slack_channels
from cophub_slack.members import members
from cophub_slack.people import people
from cophub_slack.posts import posts
from cophub_slack.settings import Settings


def _permissions(stream: str) -> tuple[str, ...]:
    wanted = tuple(f"the scope {scope}" for scope in SCOPES[stream])
    private = tuple(f"for private channels: the scope {one}" for one in PRIVATE_SCOPES[stream])
    invited = ("posts",)
    return wanted + private + (("the app is in the channel",) if stream in invited else ())


STREAMS = (
    Stream(
        channels,
        snapshot_of=(Space,),
        yields=(Space,),
        sees_deletions=True,
        permissions=_permissions("channels"),
    ),
    Stream(people, yields=(Account,), sees_deletions=True, permissions=_permissions("people")),
    Stream(
        members,
        snapshot_of=(Membership,),
        yields=(Account, Membership),
        sees_deletions=True,
        permissions=_permissions("members"),
    ),
    Stream(
        posts,
        yields=(Post, Reaction, Document, Account, Membership),
        sees_deletions=True,
        permissions=_permissions("posts"),
    ),
)
PERSONAL = (
    "account.key",
    "account.name",
    "account.given_name",
    "account.family_name",
    "account.email",
    "account.username",
    "account.job_title",
    "account.timezone",
    "account.language",
    "account.extra",
    "membership.account",
    "post.account",
    "post.author_name",
    "post.body",
    "reaction.account",
    "document.title",
    "document.account",
)


@hookimpl
def cophub_connectors() -> list[Connector]:
    """Slack."""
    return [
        Connector(
            name="slack",
            summary="Slack channels, who is in them, messages, reactions and files",
            settings=Settings,
            streams=STREAMS,
            paced=pace,
            check=check,
            discover=discover,
            estimate=estimate,
            personal=PERSONAL,
        )
    ]


@hookimpl
def cophub_publishers() -> list[Publisher]:
    """A channel that hears that figures are out."""
    summary = "A message to a Slack channel when the figures of a quarter are out"
    return [Publisher("slack", summary, PublisherSettings, announce, limits=LIMITS)]


@hookimpl
def cophub_commands() -> list[Command]:
    """`cophub slack-channels`."""
    summary = "The channels of Slack, and which communities they serve."
    return [Command("slack-channels", summary, slack_channels)]
