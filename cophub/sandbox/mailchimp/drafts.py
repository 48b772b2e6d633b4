"""The vendor's endpoints that write campaigns: making a draft, and giving it content.

As the vendor's description has `POST /campaigns` and `PUT /campaigns/{campaign_id}/content`, for a
campaign that names its audience; what a sent campaign says cannot be changed.
"""

from typing import Any

import msgspec

from cophub.sandbox.mailchimp import content
from cophub.sandbox.mailchimp.api import Call, route
from cophub.sandbox.mailchimp.campaigns import CAMPAIGN_TYPES
from cophub.sandbox.mailchimp.problems import Problem
from cophub.sandbox.mailchimp.rows import Row
from cophub.sandbox.mailchimp.state import Audience, Campaign, digest

_WRONG = "Schema describes {}, {} found instead"
_NAMES = {str: "string", dict: "object", bool: "boolean", int: "integer", float: "number",
          list: "array", type(None): "NULL"}  # fmt: skip


@route(r"/campaigns", "POST")
def make_campaign(call: Call) -> Row:
    """A new draft; a `type` is required, recipients and settings may come later."""
    body = _body(call)
    kind = _text(body, "type", "type")
    if not kind:
        raise Problem(400, {"type": "Required fields were not provided: type"})
    if kind not in CAMPAIGN_TYPES:
        raise Problem(400, {"type": f"Value must be one of: {', '.join(CAMPAIGN_TYPES)}"})
    audience = _audience(call, _table(body, "recipients"))
    settings = _table(body, "settings")
    given = {
        name: _text(settings, name, f"settings.{name}") or ""
        for name in ("title", "subject_line", "preview_text", "from_name", "reply_to")
    }
    if given["reply_to"] and "@" not in given["reply_to"]:
        raise Problem(400, {"settings.reply_to": "This value should be a valid email."})
    campaign = _drafted(audience, kind, given, call.now)
    return content.campaign_row(campaign, call.base, call.now)


@route(r"/campaigns/{campaign}/content", "PUT")
def set_content(call: Call, campaign: str) -> Row:
    """The content as it was given; text that is left out is made of the HTML."""
    found = call.campaign(campaign)
    body = _body(call)
    if found.sent:
        raise Problem(400, {"": "Cannot update content: the campaign has been sent."})
    html, text = _text(body, "html", "html"), _text(body, "plain_text", "plain_text")
    found.html = html if html is not None else found.html
    found.plain_text = text if text is not None else found.plain_text
    return content.campaign_content(found, call.base)


def _drafted(audience: Audience, kind: str, given: dict[str, str], now: int) -> Campaign:
    number = len(audience.campaigns)
    campaign = Campaign(
        id=digest(audience.list_id, "campaign", number)[:10],
        web_id=13_000_000 + audience.web_id % 1000 * 1000 + number,
        audience=audience, title=given["title"], subject=given["subject_line"],
        preview=given["preview_text"], created=now, type=kind, html="", plain_text="",
        from_name=given["from_name"], reply_to=given["reply_to"],
    )  # fmt: skip
    audience.campaigns.append(campaign)
    return campaign


def _audience(call: Call, recipients: dict[str, Any]) -> Audience:
    """The audience that is named; this emulation has no drafts without one."""
    list_id = _text(recipients, "list_id", "recipients.list_id")
    if list_id is None or (found := call.sandbox.by_list.get(list_id)) is None:
        raise Problem(400, {"recipients.list_id": "The list does not exist."})
    return found


def _body(call: Call) -> dict[str, Any]:
    try:
        body = msgspec.json.decode(call.content or b"null")
    except msgspec.MsgspecError:
        raise Problem(400, {"": "The request body did not contain valid JSON."}) from None
    if not isinstance(body, dict):
        raise Problem(400, {"": _WRONG.format("object", _NAMES[type(body)])})
    return body


def _table(body: dict[str, Any], name: str) -> dict[str, Any]:
    value = body.get(name, {})
    if not isinstance(value, dict):
        raise Problem(400, {name: _WRONG.format("object", _NAMES[type(value)])})
    return value


def _text(table: dict[str, Any], name: str, field: str) -> str | None:
    value = table.get(name)
    if value is not None and not isinstance(value, str):
        raise Problem(400, {field: _WRONG.format("string", _NAMES[type(value)])})
    return value
