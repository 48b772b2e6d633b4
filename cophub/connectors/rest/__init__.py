"""Cophub connector for any plain JSON API, told in plugins.toml and without a program.

Source: the API that the settings name; RFC 8288 (Link headers), JMESPath for places in an answer.
"""

from cophub import Connector, Stream, hookimpl
from cophub.connectors.rest.settings import Settings
from cophub.connectors.rest.streams import check, records
from cophub.connectors.rest.trying import discover
from cophub.records import RECORDS

PERSONAL = (
    "account.key", "account.name", "account.given_name", "account.family_name", "account.email",
    "account.username", "account.job_title", "account.organization", "membership.account",
    "post.account", "post.author_name", "post.title", "post.body", "event.organizer",
    "attendance.account", "attendance.name", "reaction.account", "delivery.account",
    "document.account",
)  # fmt: skip


@hookimpl
def cophub_connectors() -> list[Connector]:
    """The connector `rest`."""
    stream = Stream(
        records,
        yields=RECORDS,
        sees_edits=True,
        sees_deletions=True,
        permissions=("reading what the paths of the streams give; the API's own page says how",),
    )
    return [
        Connector(
            name="rest",
            summary="Any plain JSON API, described in plugins.toml without a program",
            settings=Settings,
            streams=(stream,),
            check=check,
            discover=discover,
            personal=PERSONAL,
            paced=lambda settings: settings.limits(),
        )
    ]
