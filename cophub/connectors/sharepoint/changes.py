"""The change log of a site collection: what was touched since a token, and by its end the next."""

from dataclasses import dataclass

from cophub import Context, CophubError, Json
from cophub.connectors.sharepoint.settings import Settings
from cophub.connectors.sharepoint.sites import SiteRef


class TokenExpired(CophubError):  # noqa: N818 - a state of the vendor, not a fault of ours
    """The log no longer reaches back to the token, or the vendor does not know it."""


@dataclass(frozen=True)
class ChangeLog:
    """Changes of a site collection, oldest first, as the vendor gives them (SP.Change...)."""

    rows: list[Json]
    """`ChangeType` (1 add, 2 update, 3 delete, 4 rename, 5 move away, 6 move into, 7 restore,
    8 role add, 11 group member add, 12 group member delete...), `Time`, and of an item `ListId`,
    `ItemId`, `UniqueId`; of a group membership `GroupId` and `UserId`."""
    token: str
    """The one to go on from."""


def changes_since(ctx: Context[Settings], site: SiteRef, token: str) -> ChangeLog:
    """What happened in the site collection since `token`: items, lists, users, groups and their
    members. Asked for once a run for each site and token, whichever streams ask.

    Raises TokenExpired.
    """
    raise NotImplementedError
