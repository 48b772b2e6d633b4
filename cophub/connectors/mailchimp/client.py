"""The calls that the streams make, with typed answers."""

from collections.abc import Callable
from typing import Any, TypeVar

import msgspec

from cophub import Context, Reject, SourceUnavailable
from cophub.connectors.mailchimp.payloads import Page, Ping, fields_of
from cophub.connectors.mailchimp.settings import Settings
from cophub.http import decode_page

P = TypeVar("P", bound=Page)
UNREADABLE_TRIES = 3


class NotThere(SourceUnavailable):
    """The vendor has no such list, campaign or member (any more)."""


class MailChimp:
    """The calls that the streams make; each returns a page and the rows that cannot be read."""

    def __init__(self, ctx: Context[Settings]) -> None:
        # The vendor's client is slow to load, so that only a run that needs it does.
        from cophub.connectors.mailchimp import official

        client = official.HubClient(ctx)
        self.lists = official.ListsApi(client)
        self.campaigns = official.CampaignsApi(client)
        self.reports = official.ReportsApi(client)
        self.ping = official.PingApi(client)

    @staticmethod
    def page(
        call: Callable[..., bytes], page: type[P], *ids: str, **query: Any
    ) -> tuple[P, list[Reject]]:
        """One page of a listing: `page(api.lists.get_all_lists, AudiencePage, count=1000)`.

        A page that is no JSON, or not the page that was asked for, is asked for again.
        """
        known = {name: value for name, value in query.items() if value is not None}
        tries = 0
        while True:
            body = call(*ids, fields=fields_of(page), **known)
            try:
                return decode_page(body, page)
            except SourceUnavailable as error:
                tries += 1
                if tries == UNREADABLE_TRIES:
                    what = (page.__doc__ or page.__name__).rstrip(".")
                    raise SourceUnavailable(
                        f"MailChimp's answer to {what} cannot be read ({error}); the next run "
                        "tries again"
                    ) from None

    def healthy(self) -> str:
        """What the vendor says when it is asked whether it is there; AuthError for a wrong key."""
        try:
            return msgspec.json.decode(self.ping.get(), type=Ping).health_status
        except msgspec.MsgspecError:
            raise SourceUnavailable(
                "what answers at the API's address is not MailChimp; check base_url"
            ) from None
