"""Cophub connector for Singer taps: any of some hundreds of programs that read a vendor.

Source: the Singer specification; a tap writes SCHEMA, RECORD and STATE messages, and its settings
map the streams to records.
"""

from cophub import Connector, Stream, hookimpl
from cophub.connectors.singer.settings import Settings
from cophub.connectors.singer.streams import check, discover, estimate, records
from cophub.records import RECORDS

PERSONAL = (
    "account.key", "account.name", "account.given_name", "account.family_name", "account.email",
    "account.username", "account.job_title", "account.organization", "membership.account",
    "post.account", "post.author_name", "post.title", "post.body", "attendance.account",
    "attendance.name", "reaction.account", "delivery.account",
)  # fmt: skip


@hookimpl
def cophub_connectors() -> list[Connector]:
    """The connector `singer`."""
    stream = Stream(
        records,
        yields=RECORDS,
        sees_edits=True,
        sees_deletions=True,
        permissions=("whatever the tap asks for; its own page says it",),
    )
    return [
        Connector(
            name="singer",
            summary="Any Singer tap: programs that read hundreds of other services",
            settings=Settings,
            streams=(stream,),
            check=check,
            discover=discover,
            estimate=estimate,
            personal=PERSONAL,
        )
    ]
