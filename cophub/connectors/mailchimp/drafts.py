"""A newsletter kept as a draft campaign: made or written anew, never sent.

Source: MailChimp's Marketing API 3.0, `POST /campaigns` and `PUT /campaigns/{campaign_id}/content`.
"""

import re
from typing import TYPE_CHECKING, Any

import msgspec

from cophub import ConfigError, Context, Draft, Letter, SourceUnavailable
from cophub.connectors.mailchimp.official import CampaignsApi, HubClient, ListsApi
from cophub.connectors.mailchimp.payloads import Payload
from cophub.connectors.mailchimp.settings import DATA_CENTRE, Settings

if TYPE_CHECKING:
    import httpx

ALLOWED = (("POST", r"/3\.0/campaigns"), ("PUT", r"/3\.0/campaigns/[^/]+/content"))
"""What may be written. Sending is `POST /campaigns/{id}/actions/send`, which is not among them."""
NEWEST = 200
"""Drafts that are looked through for one of the same name; an audience has a handful."""


class Defaults(Payload):
    """Who an audience's mails come from."""

    from_name: str | None = None
    from_email: str | None = None


class Sender(Payload):
    """`GET /lists/{list_id}`."""

    id: str
    name: str
    campaign_defaults: Defaults | None = None


class Titled(Payload):
    """What a campaign is called inside MailChimp."""

    title: str | None = None


class Kept(Payload):
    """A campaign that was not sent; `web_id` is its number in MailChimp's own pages."""

    id: str
    web_id: int | None = None
    status: str | None = None
    settings: Titled | None = None


class Drafts(Payload):
    """`GET /campaigns?status=save`."""

    campaigns: list[Kept]


class DraftingClient(HubClient):
    """The official client, which may also make a draft and write its content; nothing else."""

    def write(self, method: str, url: str, body: Any) -> "httpx.Response":
        """The answer to one request. Raises ValueError for one that would do more than draft."""
        path = url.removeprefix(self.host.removesuffix("/3.0"))
        if not any(method == verb and re.fullmatch(known, path) for verb, known in ALLOWED):
            raise ValueError(
                f"cophub makes drafts and nothing else; it does not send {method} {path}"
            )
        return self.http.request(method, url, json=body)


def draft(ctx: Context[Settings], letter: Letter) -> Draft:
    """Keep the letter as a draft of the audience that it is for, without sending it.

    A draft of the same name in that audience is written anew. Raises ConfigError where the letter
    may go to several audiences, AuthError for a key that may not write.
    """
    if len(letter.spaces) != 1:
        raise ConfigError(
            f"the letter could go to {len(letter.spaces)} audiences ({', '.join(letter.spaces)});"
            f" name one, as {ctx.source}:{letter.spaces[0] if letter.spaces else 'AUDIENCE'}"
        )
    client = DraftingClient(ctx)
    campaigns = CampaignsApi(client)
    audience = _read(ListsApi(client).get_list(letter.spaces[0]), Sender)
    known = _earlier(campaigns, audience, letter.name)
    kept = known or _read(campaigns.create(_campaign(letter, audience)), Kept)
    campaigns.set_content(kept.id, {"html": letter.html, "plain_text": letter.text})
    return Draft(kept.id, audience.name, known is None, _page(ctx.settings, kept))


def _earlier(campaigns: CampaignsApi, audience: Sender, name: str) -> Kept | None:
    """The draft of this name, if somebody has not sent or deleted it."""
    answer = campaigns.list(
        list_id=audience.id, status="save", count=NEWEST, sort_field="create_time", sort_dir="DESC"
    )
    found = _read(answer, Drafts).campaigns
    return next((each for each in found if each.settings and each.settings.title == name), None)


def _campaign(letter: Letter, audience: Sender) -> dict[str, Any]:
    defaults = audience.campaign_defaults or Defaults()
    settings = {
        "title": letter.name,
        "subject_line": letter.subject,
        "preview_text": letter.preview,
        "from_name": defaults.from_name,
        "reply_to": defaults.from_email,
    }
    return {
        "type": "regular",
        "recipients": {"list_id": audience.id},
        "settings": {name: value for name, value in settings.items() if value},
    }


def _page(settings: Settings, kept: Kept) -> str | None:
    """Where the draft is finished: MailChimp's own pages are on the host of the data centre."""
    centre = DATA_CENTRE.fullmatch(settings.api_key.get_secret_value())
    if kept.web_id is None or centre is None:
        return None
    return f"https://{centre[1]}.admin.mailchimp.com/campaigns/edit?id={kept.web_id}"


def _read(body: bytes, kind: type[Any]) -> Any:
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.MsgspecError as error:
        raise SourceUnavailable(
            f"MailChimp's answer cannot be read ({error}); try again, and look among its campaigns"
            " whether the draft is there already"
        ) from None


__all__ = ["ALLOWED", "draft"]
