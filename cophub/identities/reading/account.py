"""One row of `account` as evidence: what matching looks at, in normal form.

A pure function of the row, so that it can be kept while the row stays as it is; `digest` tells
whether it does.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import xxhash

from cophub.identities.evidence import Evidence, Name
from cophub.identities.reading.identifiers import read_identifiers
from cophub.identities.reading.kinds import kind_of_name
from cophub.identities.reading.mailboxes import read_address
from cophub.identities.reading.places import country_code, fold
from cophub.identities.reading.roles import is_role

VERSION = 1
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
    "extra",
)
"""Columns of `account` that a row for `read_account` has, in this order."""


def read_account(row: Sequence[Any]) -> Evidence:
    """The evidence of a row of `FIELDS`; `extra` is JSON text or a dict. Never raises on text."""
    (
        source, key, name, given, family, email, verified, username, kind,
        organization, city, country, extra,
    ) = row  # fmt: skip
    shown = " ".join((name or f"{given or ''} {family or ''}").split())
    address = read_address(email or "")
    found, reason = (kind, "") if kind else kind_of_name(shown)
    words: Name | None = None
    cut = ""
    if found in ("", "person"):
        from cophub.identities.reading.names import read_name

        words, cut = read_name(name, given, family)
    details = _details(extra)
    role = is_role(address.local)
    if not found and role and not (words and words.full):
        found, reason = "role_mailbox", "the address is that of a function"
    return Evidence(
        source=source,
        key=key,
        kind=found or "person",
        kind_reason=reason,
        name=words,
        shown=shown,
        email=address.email,
        mailbox=address.mailbox,
        domain=address.domain,
        verified=bool(verified),
        role=role,
        username=(username or "").strip().lower(),
        organization=fold(organization or cut or ""),
        country=country_code(country or ""),
        city=fold(city or ""),
        directory=str(details.get("directory_id") or "").strip().lower(),
        identifiers=read_identifiers(details, source),
    )


def digest(row: Sequence[Any]) -> int:
    """A 64-bit signed number of exactly what `read_account` looks at, and of its version."""
    values = [VERSION, *row[:-1], msgspec.json.encode(_details(row[-1]), order="sorted")]
    return xxhash.xxh3_64_intdigest(repr(values).encode("utf-8", "surrogatepass")) - (1 << 63)


def _details(extra: Any) -> Mapping[str, Any]:
    if not extra:
        return {}
    if isinstance(extra, (str, bytes)):
        try:
            extra = msgspec.json.decode(extra)
        except msgspec.DecodeError:
            return {}
    return extra if isinstance(extra, dict) else {}


__all__ = ["FIELDS", "VERSION", "digest", "read_account"]
