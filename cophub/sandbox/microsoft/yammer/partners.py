"""The external network that an export with `include_ens` holds in a folder of its own.

Its ids may equal those of the home network: what is in the folder is another world.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from cophub.sandbox.timeline import moment
from cophub.sandbox.world import DAY

if TYPE_CHECKING:
    from cophub.sandbox.microsoft.yammer import Yammer
    from cophub.sandbox.microsoft.yammer.exportrows import Span

FOLDER = "partner-network"
GROUP, FIRST_USER, FIRST_MESSAGE = 9_000_001, 1_900_000_001, 700_000_001
PEOPLE, MESSAGES = 4, 12


def _every(yammer: "Yammer", span: "Span") -> Iterator[tuple[int, int]]:
    """(number, instant) of its messages: one a month since the world began."""
    for number in range(MESSAGES):
        at = yammer.sandbox.world.start + number * 30 * DAY
        if span.has(at):
            yield number, at


def rows_of(yammer: "Yammer", name: str, span: "Span") -> Iterator[dict[str, Any]]:
    """The rows of one CSV file of the external network."""
    if name == "Networks.csv":
        yield {"id": 77_001, "permalink": FOLDER, "name": "Partner Network", "paid": "false"}
    elif name == "Users.csv":
        for number in range(PEOPLE):
            yield {
                "id": FIRST_USER + number, "name": f"Partner {number + 1}",
                "email": f"partner{number + 1}@partner.example", "state": "active",
                "joined_at": _written(yammer, yammer.sandbox.world.start),
            }  # fmt: skip
    elif name == "Groups.csv":
        founded = _written(yammer, yammer.sandbox.world.start)
        yield {
            "id": GROUP, "name": "Partners", "private": "false", "external": "false",
            "created_at": founded, "updated_at": founded, "deleted": "false",
        }  # fmt: skip
    elif name == "Messages.csv":
        for number, at in _every(yammer, span):
            key = FIRST_MESSAGE + number
            yield {
                "id": key, "thread_id": key, "group_id": GROUP, "group_name": "Partners",
                "in_private_group": "false", "in_private_conversation": "false",
                "sender_id": FIRST_USER + number % PEOPLE, "sender_type": "User",
                "body": f"Partners' note {number + 1}", "message_type": "update",
                "created_at": _written(yammer, at),
            }  # fmt: skip


def _written(yammer: "Yammer", at: int) -> str:
    return f"{moment(at):%Y-%m-%dT%H:%M:%SZ}"
