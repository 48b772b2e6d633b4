"""One row of `account` as evidence: what matching looks at, in normal form.

A pure function of the row, so that it can be kept while the row stays as it is; `digest` tells
whether it does.
"""

import re
from collections.abc import Sequence
from typing import Any

import msgspec
import xxhash

from cophub.identities.evidence import Evidence, Name
from cophub.identities.organizations.normal import normal_form
from cophub.identities.reading.identifiers import read_identifiers, told
from cophub.identities.reading.kinds import (
    behind_device,
    judge,
    name_judgement,
)
from cophub.identities.reading.mailboxes import NO_ADDRESS, Address, read_address
from cophub.identities.reading.name_remarks import is_country
from cophub.identities.reading.names import read_name
from cophub.identities.reading.own_text import without_body
from cophub.identities.reading.places import country_code, fold
from cophub.identities.reading.role_words import GIVEN_TOO
from cophub.identities.reading.roles import is_role

_GUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")

VERSION = 6
"""Of what reading makes of a row; one more makes all evidence anew."""

FIELDS: tuple[str, ...] = (
    "source",
    "key",
    "name",
    "given_name",
    "family_name",
    "email",
    "email_verified",
    "username",
    "kind",
    "organization",
    "city",
    "country",
    "communities",
    "extra",
)
"""What a row for `read_account` has, in this order: columns of `account`, but for `communities`,
which are names that a line break stands between, in order."""


def read_account(row: Sequence[Any]) -> Evidence:
    """The evidence of a row of `FIELDS`; `extra` is JSON text or a dict. Never raises on text."""
    (
        source, key, name, given, family, email, verified, username, vendor,
        organization, city, country, communities, extra,
    ) = row  # fmt: skip
    shown = shown_name(name, given, family)
    address = read_address(email) if email else _address_of_login(username)
    said = name_judgement(shown, organization or "", address.domain, address.local)
    words: Name | None = None
    cut = ""
    if not said.kind and shown:
        bare = behind_device(name) if name else name
        words, cut = read_name(bare, given, family)
    body = _organization(organization, cut)
    if words is not None and len(words.tokens) > 2 and (body or address.domain):
        words = without_body(words, body, address.domain, address.local)
    full = words is not None and words.full
    kind = judge(vendor, said, shown, full, address.local)
    directory, values = _details(extra)
    return Evidence(
        source=source,
        key=key,
        kind=kind.kind,
        kind_reason=kind.reason,
        name=words,
        shown=shown,
        email=address.email if email else "",
        mailbox=address.mailbox,
        domain=address.domain,
        verified=bool(verified),
        role=bool(address.local) and _is_role(address, words),
        username=" ".join(username.lower().split()) if username else "",
        organization=body,
        country=_country(country, cut),
        city=fold(city) if city else "",
        directory=directory,
        identifiers=read_identifiers(values, source) if values else (),
        communities=tuple(communities.split("\n")) if communities else (),
    )


def _is_role(address: Address, name: Name | None) -> bool:
    """Whether the mailbox is a function's; `dean@` at work is, where no Dean is shown there."""
    if is_role(address.local):
        return True
    if address.local not in GIVEN_TOO or not address.domain:
        return False
    return name is not None and name.full and address.local not in name.tokens


def shown_name(name: str | None, given: str | None, family: str | None) -> str:
    """The name as an account shows it, blanks trimmed."""
    whole = " ".join(name.split()) if name else ""
    return whole or " ".join(f"{given or ''} {family or ''}".split())


def _directory_id(value: Any) -> str:
    """A GUID in small letters; empty for anything else: a number names nobody anywhere."""
    text = value.strip().lower() if isinstance(value, str) else ""
    return text if _GUID.fullmatch(text) else ""


def digest(row: Sequence[Any]) -> int:
    """A 64-bit signed number of exactly what `read_account` looks at, and of its version."""
    directory, values = _details(row[-1])
    looked_at = (VERSION, *row[:6], bool(row[6]), *row[7:-1], directory, values)
    text = repr(looked_at).encode("utf-8", "surrogatepass")
    return xxhash.xxh3_64_intdigest(text) - (1 << 63)


def _address_of_login(username: str | None) -> Address:
    """A login that is an address, as of guests at Microsoft's: `amina_who.int#EXT#@tenant...`."""
    if not username or "@" not in username:
        return NO_ADDRESS
    # SharePoint puts the way of logging in before it: `i:0#.f|membership|amina@who.int`.
    return read_address(username.rpartition("|")[2])


def _organization(written: str | None, cut: str) -> str:
    whole = normal_form(written) if written else ""
    return whole or (normal_form(cut) if cut and not is_country(cut) else "")


def _country(written: str | None, cut: str) -> str:
    """The country of the account, else the one that stands beside its name."""
    if written:
        return country_code(written)
    return country_code(cut) if cut and is_country(cut) else ""


def _details(extra: Any) -> tuple[str, list[tuple[str, Any]]]:
    """The directory id, and the fields that name a person, of what else the vendor says."""
    if not extra:
        return "", []
    if isinstance(extra, (str, bytes)):
        try:
            extra = msgspec.json.decode(extra)
        except (msgspec.DecodeError, UnicodeError):
            return "", []
    if not isinstance(extra, dict):
        return "", []
    values = told(extra)
    if len(values) > 1:
        values.sort(key=repr)
    return _directory_id(extra.get("directory_id")), values


__all__ = ["FIELDS", "VERSION", "digest", "read_account", "shown_name"]
