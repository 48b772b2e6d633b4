"""The vendor's values as ours: instants, names, texts, roles.

Nothing here knows of calls or records.
"""

import re
from datetime import UTC, datetime
from html import unescape

from cophub.connectors.instants import instant
from cophub.connectors.mail.addresses import plain_address
from cophub.connectors.mail.text import clean, html_to_text

_TAGS = re.compile(r"<[a-zA-Z/!][^<>]*>")
_ADDRESS = re.compile(r"[<(\[]?[^\s<>()\[\]]+@[^\s<>()\[\]]+[>)\]]?")

ROLES = {
    "sub_modstatus_owner": "owner",
    "sub_modstatus_moderator": "moderator",
    "sub_modstatus_none": "member",
}
PENDING, BANNED = "sub_status_pending", "sub_status_banned"
USER_STATUS = {
    # Mail to somebody who bounces is still tried; to somebody who bounced it is not.
    "user_status_bounced": "bounced",
    "user_status_not_confirmed": "pending",
}


def day_of(text: str) -> datetime | None:
    """As `instant`, and a bare date is its midnight in UTC: entries of a calendar may be days."""
    is_day = re.fullmatch(r"\d{4}-\d\d-\d\d", text)
    return instant(text, naive=UTC if is_day else None)


def address(text: str | None) -> str | None:
    """The mail address in lower case; None for a blank, which is what those without rights get."""
    return plain_address(text) if text else None


def person_name(text: str | None) -> str | None:
    """A display name without the address that may be in it, whole or cut (`ada@...`)."""
    value = _ADDRESS.sub(" ", unescape(text or ""))
    return clean(" ".join(value.split()).strip("\"' ")) or None


def shown_text(html: str | None, *, plain: bool = False) -> str:
    """What a reader sees of a body. A text without mark-up keeps its lines."""
    if not html:
        return ""
    if plain and not _TAGS.search(html):
        return clean(unescape(html)).strip()
    return html_to_text(html) if _TAGS.search(html) else clean(unescape(html)).strip()


def status_of(status: str, user_status: str) -> str:
    """active, pending, bounced or archived (banned), of a subscription and its user."""
    if status == PENDING:
        return "pending"
    if status == BANNED:
        return "archived"
    return USER_STATUS.get(user_status, "active")


def without_query(url: str | None) -> str | None:
    """An address without what signs it for an hour, so that it is the same tomorrow."""
    return url.partition("?")[0] if url and url.startswith(("http://", "https://")) else None
