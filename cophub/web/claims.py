"""Whose address an ID token proves, and what the lists of plugins.toml let them read."""

import re
from collections.abc import Mapping
from typing import Any, Literal
from urllib.parse import urlsplit

from cophub.config.serve_table import SignInTable

Audience = Literal["public", "members", "facilitators"]
AUDIENCES: tuple[Audience, ...] = ("public", "members", "facilitators")
"""From the widest to the narrowest; each may read what the ones before it may."""
GOOGLE = "https://accounts.google.com"
_TENANT = re.compile(r"/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/v2\.0", re.IGNORECASE)
_ADDRESS = re.compile(r"[!-?A-~]+@[a-z0-9.-]+\.[a-z0-9-]+")
_LONGEST = 254


class NotProved(Exception):  # noqa: N818 - an answer, not a defect
    """Somebody signed in, and nothing says that the address is theirs."""


def address_of(claims: Mapping[str, Any], issuer: str) -> str:
    """The address in small letters that belongs to whoever signed in. Raises NotProved.

    Entra ID never says that an `email` is verified: a tenant's users may be given any, so it counts
    only with `xms_edov`, and the user name does else, whose domain the tenant has proved to own.
    Elsewhere a user name is what somebody chose, so the address alone counts, where it is verified.
    Google vouches only for its own mailboxes and for those of organisations (`hd`).

    Sources: learn.microsoft.com/entra/identity-platform/id-token-claims-reference and
    .../migrate-off-email-claim-authorization, developers.google.com/identity/openid-connect.
    """
    if claims.get("email_verified") in (False, "false", 0):
        raise NotProved
    if is_entra(issuer):
        proved = claims.get("xms_edov") in (True, 1, "1", "true")
        found = claims.get("email") if proved else claims.get("preferred_username")
        return _address(found)
    if claims.get("email_verified") not in (True, "true"):
        raise NotProved
    address = _address(claims.get("email"))
    if issuer == GOOGLE and not address.endswith("@gmail.com") and not claims.get("hd"):
        raise NotProved
    return address


def is_entra(issuer: str) -> bool:
    """Whether people of one tenant of Entra ID sign in: only there an issuer ends so."""
    return _TENANT.fullmatch(urlsplit(issuer).path) is not None


def audience_of(address: str, table: SignInTable) -> Audience:
    """The narrowest audience whose list has the address, or all of its domain."""
    domain = address[address.index("@") :]
    if not {address, domain}.isdisjoint(table.facilitators):
        return "facilitators"
    return "public" if {address, domain}.isdisjoint(table.members) else "members"


def _address(found: object) -> str:
    """In ASCII alone, where letters that look alike are alike; never a guest's `#EXT#` name."""
    text = found.strip() if isinstance(found, str) else ""
    if not text.isascii() or "#" in text or len(text) > _LONGEST:
        raise NotProved
    if not _ADDRESS.fullmatch(address := text.lower()):
        raise NotProved
    return address


__all__ = ["AUDIENCES", "Audience", "NotProved", "address_of", "audience_of", "is_entra"]
