"""Cophub connector for files: the members, attendance, events and so on that a table lists.

Source: CSV and its kin (any delimiter and character set), XLSX, XLS and ODS, exported by any tool
or kept by hand. The settings say what a row is and which column holds what; `discover` guesses.
"""

from cophub import Connector, Stream, hookimpl
from cophub.connectors.files.settings import Settings
from cophub.connectors.files.streams import check, discover, estimate, rows
from cophub.records import RECORDS

PERSONAL = (
    "account.key", "account.name", "account.given_name", "account.family_name", "account.email",
    "account.username", "account.extra", "membership.account", "attendance.account",
    "attendance.name", "delivery.account", "reaction.account", "post.account", "post.author_name",
    "post.title", "post.body", "document.account",
)  # fmt: skip


@hookimpl
def cophub_connectors() -> list[Connector]:
    """The connector `files`."""
    stream = Stream(
        rows,
        yields=RECORDS,
        sees_edits=True,
        sees_deletions=False,
        permissions=("read access to the files, or a login for the address",),
    )
    return [
        Connector(
            name="files",
            summary="CSV and Excel files of members, attendance, events or any record",
            settings=Settings,
            streams=(stream,),
            check=check,
            discover=discover,
            estimate=estimate,
            personal=PERSONAL,
        )
    ]
