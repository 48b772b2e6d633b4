"""The mailbox behind an address, and the domain of whom its owner works for.

Two addresses that reach one mailbox have one canonical form; two that might not, have two. So tags
go everywhere (`amina+news@`), but dots only where a provider documents that they do not count, and
`hotmail.com` stays another mailbox than `live.com`.
"""

import re
import unicodedata
from contextlib import suppress
from functools import cache, lru_cache
from typing import NamedTuple

import idna
import tldextract

from cophub.identities.reading.mail_domains import (
    DOMAIN_ALIASES,
    DOTLESS,
    FAMILIES,
    HIDDEN,
    PUBLIC_MAIL_DOMAINS,
    RESERVED_DOMAINS,
    SECOND_LEVELS,
)
from cophub.identities.reading.remembered import by_text

_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"))
_SEPARATORS = re.compile(r"[\s;,|]+")
_AROUND = "<>()[]{}\"'`´‘’“”.:"
_SCHEMES = ("mailto:", "smtp:", "sip:")
_AT_WORDS = re.compile(r"\s*[\[({<]\s*(?:at|@)\s*[\])}>]\s*|\s+at\s+")
_DOT_WORDS = re.compile(r"\s*[\[({<]\s*(?:dot|\.)\s*[\])}>]\s*|\s+dot\s+")
_DOMAIN = re.compile(r"[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+")
_GUEST = "#ext#"
_REWRITTEN = re.compile(r"([^=@]+)=([a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,})")
_FORWARDED = re.compile(r"srs0[=+-][^=]+=[^=]+=([a-z0-9.-]+)=(.+)")
_TAGGED = re.compile(r"prvs=[^=]+=(.+)")
_BOUNCES = ("bounce", "return", "verp")


class Address(NamedTuple):
    """An address taken apart; all of it is empty where there is none."""

    email: str
    """As the vendor gives it, lower-case, without what only surrounds it."""
    mailbox: str
    """The mailbox behind it in canonical form."""
    local: str
    """Local part of the mailbox."""
    domain: str
    """Registrable domain of a work mailbox; empty for public mail providers."""


NO_ADDRESS = Address("", "", "", "")


@by_text
def read_address(text: str) -> Address:
    """What the text of an address field says: `<Amina+News@WHO.int>` -> mailbox `amina@who.int`.

    Of several addresses the first counts. Never raises.
    """
    email = clean(text)
    mailbox = canonical(email)
    if not mailbox:
        return Address(email, "", "", "") if email else NO_ADDRESS
    local, _, domain = mailbox.rpartition("@")
    return Address(email, mailbox, local, work_domain(domain))


def mailbox_behind(text: str) -> str:
    """The canonical mailbox of an address as written; empty: none."""
    return canonical(clean(text))


def clean(text: str) -> str:
    """The first address in a text, lower-case, without `mailto:`, brackets, quotes; empty: none."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text).translate(_INVISIBLE)
    text = text.strip().lower()
    if "@" not in text or "(at)" in text:
        text = _DOT_WORDS.sub(".", _AT_WORDS.sub("@", text))
    if "@" not in text:
        return ""
    for part in _SEPARATORS.split(text):
        bare = _bare(part) if "@" in part else ""
        local, _, domain = bare.rpartition("@")
        if local and domain:
            return bare
    return ""


def _bare(part: str) -> str:
    """`Amina<mailto:amina@who.int?subject=x>` -> `amina@who.int`."""
    inner = part.rpartition("<")[2].partition(">")[0]
    bare = (inner if "@" in inner else part).strip(_AROUND)
    for scheme in _SCHEMES:
        if bare.startswith(scheme):
            bare = bare.removeprefix(scheme).partition("?")[0].strip(_AROUND)
    return bare


def canonical(email: str) -> str:
    """The mailbox behind a clean address; empty where it cannot be one. Idempotent."""
    while email:
        behind = _one_step(email)
        if behind == email:
            return email
        email = behind
    return ""


def _one_step(email: str) -> str:
    local, _, domain = email.rpartition("@")
    local, domain = local.strip("\"'. "), _ascii(domain.strip(". "))
    if not local or not _DOMAIN.fullmatch(domain):
        return ""
    if "#" in local or "=" in local:
        behind = _behind_rewriting(local, domain)
        if behind:
            return behind
    if domain in HIDDEN and local.partition("+")[0].isdigit():
        return f"{local.partition('+')[2] or local}@{domain}"
    tagless = local.partition("+")[0]
    local = tagless.rstrip(".") or local
    domain = DOMAIN_ALIASES.get(domain, domain)
    if domain in DOTLESS:
        local = local.translate(DOTLESS[domain]) or local
    return f"{local}@{domain}"


def _behind_rewriting(local: str, domain: str) -> str:
    """The address that a guest name, a mailing list or a forwarder has put into a local part."""
    if _GUEST in local:
        name, _, home = local.partition(_GUEST)[0].rpartition("_")
        return f"{name}@{home}" if name and "." in home else ""
    if found := _FORWARDED.fullmatch(local):
        return f"{found[2]}@{found[1]}"
    if found := _TAGGED.fullmatch(local):
        return f"{found[1]}@{domain}"
    found = _REWRITTEN.fullmatch(local)
    # `list-bounces+amina=who.int@` tells to whom a list wrote, not who writes.
    if found and not any(word in found[1] for word in _BOUNCES):
        return f"{found[1]}@{found[2]}"
    return ""


def _ascii(domain: str) -> str:
    """A domain in the letters that the network uses: `münchen.de` -> `xn--mnchen-3ya.de`."""
    if domain.isascii():
        return domain
    try:
        return idna.encode(domain, uts46=True).decode().lower()
    except (idna.IDNAError, UnicodeError):
        return ""


def spellings(email: str) -> tuple[str, ...]:
    """An address in lower case and, where its domain has letters beyond ASCII, its other form."""
    email = email.strip().lower()
    local, at, domain = email.rpartition("@")
    found = [email]
    if at and (network := _ascii(domain)):
        found.append(f"{local}@{network}")
        with suppress(idna.IDNAError, UnicodeError):
            found.append(f"{local}@{idna.decode(network)}")
    return tuple(dict.fromkeys(found))


@cache
def _suffixes() -> tldextract.TLDExtract:
    # The list that comes with the package: nothing is fetched and nothing is written.
    return tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None, fallback_to_snapshot=True)


@lru_cache(maxsize=65536)
def registrable(domain: str) -> str:
    """What an organisation registers: `mail.ke.who.int` -> `who.int`; a suffix stays itself."""
    parts = domain.split(".")
    found = _suffixes()(domain, include_psl_private_domains=False)
    if not found.domain:
        return domain
    rest, _, ending = domain.rpartition(".")
    last = rest.rpartition(".")[2]
    if not found.suffix and (last in SECOND_LEVELS or len(last) == 2) and "." in rest:
        # An ending of one network's own, or of invented addresses: `moh.go.ke.example`.
        return f"{registrable(rest)}.{ending}"
    kept = 1 + (found.suffix.count(".") + 1 if found.suffix else 1)
    # Countries whose second levels the list does not know: `sante.gouv.xx` is nobody's but sante's.
    if kept == 2 and len(parts) > 2 and len(parts[-1]) == 2 and parts[-2] in SECOND_LEVELS:
        kept = 3
    return ".".join(parts[-kept:])


@lru_cache(maxsize=65536)
def is_public(domain: str) -> bool:
    """Whether anybody may have a mailbox there: a provider, not an employer."""
    if domain in PUBLIC_MAIL_DOMAINS:
        return True
    own = registrable(domain)
    return own in PUBLIC_MAIL_DOMAINS or own.partition(".")[0] in FAMILIES


@lru_cache(maxsize=65536)
def is_work_domain(domain: str) -> bool:
    """Whether the people of a mail domain may be said to work somewhere."""
    return (
        _DOMAIN.fullmatch(domain) is not None
        and not domain[-1].isdigit()
        and not any(domain == end or domain.endswith("." + end) for end in RESERVED_DOMAINS)
        and not is_public(domain)
    )


@lru_cache(maxsize=65536)
def work_domain(domain: str) -> str:
    """The registrable domain of an employer; empty for public providers and technical names."""
    return registrable(domain) if is_work_domain(domain) else ""


__all__ = [
    "NO_ADDRESS",
    "PUBLIC_MAIL_DOMAINS",
    "RESERVED_DOMAINS",
    "Address",
    "canonical",
    "clean",
    "is_public",
    "is_work_domain",
    "mailbox_behind",
    "read_address",
    "registrable",
    "spellings",
    "work_domain",
]
