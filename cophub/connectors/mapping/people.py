"""Who a row is about: the account, its key, and what the row tells about the person."""

import re
from collections.abc import Mapping as Told
from hashlib import blake2b
from typing import Any

from cophub.connectors.mail.addresses import name_key, network_form
from cophub.connectors.mapping.fields import PERSON
from cophub.connectors.mapping.values import PHONE
from cophub.connectors.mapping.words import folded
from cophub.records import Account, Key

_ADDED = re.compile(
    r"\s*[(\[](?:guest|external|unverified|host|co-host|organi[sz]er|presenter|me|invité|invitée"
    r"|externe|invitado|invitada|externo|non vérifié|sin verificar)[^()\[\]]*[)\]]",
    re.IGNORECASE,
)
_NOBODY = re.compile(
    r"(?:call[- ]?in user|caller|guest|anonymous|unknown|participant|attendee|zoom user|invite"
    r"|invitado|iphone|ipad|android|galaxy[\w ]*|user|utilisateur|usuario)[ _#-]*\d*"
)


def phone_hash(number: str, secret: str) -> str | None:
    """A telephone number's hash, the same however it is spaced; None for one with hidden digits."""
    if "*" in number or "x" in number.lower().removeprefix("ext"):
        return None
    digits = re.sub(r"\D", "", number)
    digits = digits.removeprefix("00")
    return blake2b(digits.encode(), digest_size=10, key=secret.encode()[:64]).hexdigest()


def plain_name(name: str) -> str:
    """A name without what a meeting tool writes behind it, such as `(Guest)`."""
    return " ".join(_ADDED.sub("", name).split()) or name


def account_of(
    row: Told[str, Any], *, own: Key | None = None, event: str = "", empty: bool = True
) -> Account | None:
    """The account that a row is about, or None for a row that names nobody.

    `row` is read values by field. `own` is the key where the row has one; else the account is known
    by its address, its login, its telephone number (hashed) or its name, in this order. Names that
    many share, such as `Guest 2`, are somebody else at each `event`. `empty` says whether an empty
    cell is told as "the person has none".
    """
    told = {field: row[field] for field in PERSON if field in row and (empty or row[field])}
    if not told.get("name") and (parts := _full_name(row)):
        told["name"] = parts
    if told.get("name"):
        told["name"] = plain_name(told["name"])
    key = own or row.get("account") or _key(row, told.get("name"), event)
    if not key:
        return None
    if told.get("email"):
        # What stands in a sheet nobody has checked, unless the settings say so.
        told["email_verified"] = bool(row.get("_verified"))
    extra = {"phone": row["phone"]} if row.get("phone") else {}
    if others := row.get("more_emails"):
        extra["more_emails"] = list(others)
    if extra:
        told["extra"] = extra
    return Account(key=key, kind="person", **told)


def _full_name(row: Told[str, Any]) -> str:
    return " ".join(part for f in ("given_name", "family_name") if (part := row.get(f)))


def _key(row: Told[str, Any], name: str | None, event: str) -> str | None:
    if row.get("email"):
        # One account, in whichever of its two forms a domain stands.
        return network_form(str(row["email"]))
    if row.get("username"):
        return str(row["username"]).lower()
    if row.get("phone"):
        return f"phone:{row['phone']}"
    if row.get("caller"):
        return f"guest:{event}:{row['caller']}"
    if not name:
        return None
    if _NOBODY.fullmatch(folded(name)):
        return f"guest:{event}:{folded(name)}" if event else f"guest:{folded(name)}"
    known = name_key(name)
    return f"name:{known}" if known else None


def is_phone(name: str) -> bool:
    """Whether somebody's name is a telephone number, as those have who dial in."""
    return PHONE.fullmatch(name.strip()) is not None


__all__ = ["account_of", "is_phone", "phone_hash", "plain_name"]
