"""Who sent a message, out of a From header that an archiver may have rewritten.

Archivers hide addresses from harvesters. Mailman 2 writes `user at host (Name)`, which can be
turned back; since 2018 some write `u|er @end|ng |rom ho@t@org (Name)`, in which letters are lost.
An address that cannot be known is never published: the sender is then known by name, and the
scrambled text stays beside it as evidence.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from cophub.connectors.mail.text import decode_words, unfold

# " at " in the languages of Mailman 2, and the signs that other archivers use.
_AT = r"(?:\s+(?:at|à|a|an|en|em|chez|på|w|в|на)\s+|\s*(?:\(at\)|\[at\]|\{at\}|\(a\)|_at_)\s*)"
_HOST = r"(?:[\w-]+\.)+[^\W\d_][\w-]*"
_LOCAL = r"[^\s@<>()\[\],;:\"|\\]+"
_ADDRESS = re.compile(rf"{_LOCAL}@{_HOST}")
_SPELLED = re.compile(rf"({_LOCAL}){_AT}({_HOST})", re.IGNORECASE)
_WITH_COMMENT = re.compile(
    r"(?P<address>(?:[^(]|\((?:at|a)\))+?)\s*\((?!(?:at|a)\))(?P<name>.*)\)", re.IGNORECASE
)
_WITH_ANGLES = re.compile(
    r"(?P<name>.*?)\s*(?:<(?:mailto:)?(?P<address>[^<>]*)>|\[mailto:(?P<link>[^\[\]]*)\])"
)
_VIA = re.compile(r"^(?P<name>.*?)\s+via\s+\S.*$", re.IGNORECASE)
_MASKED = re.compile(r"\.\.|\*\*|^x{3,}$|^(?:hidden|redacted|masked)$", re.IGNORECASE)
# Gateways that put an invented address in the place of the sender's.
_INVENTED_HOSTS = ("public.gmane.org", "gmane.org", "invalid")


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sent a message, as far as the archive tells."""

    key: str
    """The address in lower case; else `name:` and the name; else `raw:` and the scrambled text."""
    name: str | None
    email: str | None
    """None unless the archive shows the address itself."""
    raw: str | None
    """The sender's address as archived, when it cannot be turned back."""


def sender_of(headers: Mapping[str, str], own: frozenset[str], fallback: str) -> Sender | None:
    """The sender by From; behind a list that rewrites From, by X-Original-From or Reply-To.

    `headers` are raw values by lower-case name, `own` the list's own addresses.
    """
    found = parse_sender(headers.get("from", ""), fallback)
    if found is None:
        return parse_sender(headers.get("sender", ""), fallback)
    via = _VIA.match(found.name or "")
    if via is None and found.email not in own:
        return found
    name = via["name"].strip(" '\"") if via else found.name
    for field in ("x-original-from", "reply-to"):
        real = parse_sender(headers.get(field, ""), fallback)
        if real and real.email and real.email not in own and real.email != found.email:
            return Sender(real.email, real.name or name, real.email, None)
    # The address is the list's, not the sender's: what is left of the sender is the name.
    return _make(name, None, None) if via else found


def parse_sender(raw: str, fallback: str) -> Sender | None:
    """The first sender that one header names, or None when it names nobody."""
    value = unfold(raw, fallback)
    if not value:
        return None
    if ">," in value:
        value = value[: value.index(">,") + 1]
    name, address = _shape(value)
    email = plain_address(address)
    if email is None and plain_address(name):
        name, email = "", plain_address(name)
    lost = " ".join(address.split()) if address and email is None else None
    return _make(_person_name(decode_words(name, fallback), address), email, lost)


def plain_address(text: str) -> str | None:
    """The address in lower case that `text` is or spells (`user at host`); None when lossy."""
    text = text.strip().strip("'\"").removeprefix("mailto:")
    if spelled := _SPELLED.fullmatch(text):
        text = f"{spelled[1]}@{spelled[2]}"
    # An address beyond ASCII is nearly always one whose bytes were guessed at.
    if not text.isascii() or not _ADDRESS.fullmatch(text):
        return None
    local, _, host = text.lower().rpartition("@")
    if _MASKED.search(local) or host.endswith(_INVENTED_HOSTS):
        return None
    return f"{local}@{host}"


def international_address(text: str) -> str | None:
    """The same for an address whose domain has letters beyond ASCII and could be registered.

    `ana@bücher.example` stays as it is written, in lower case.
    """
    bare = unicodedata.normalize("NFKC", text).strip().strip("'\"").removeprefix("mailto:").lower()
    try:
        return bare if plain_address(network_form(bare)) else None
    except UnicodeError:
        return None


def network_form(address: str) -> str:
    """An address with its domain as the network writes it: `ana@xn--bcher-kva.example`.

    Raises UnicodeError where no such domain could be.
    """
    local, at, host = address.rpartition("@")
    if host.isascii():
        return address
    import idna

    return f"{local}{at}{idna.encode(host, uts46=True, std3_rules=True).decode()}"


def name_key(name: str) -> str:
    """A name as part of a key: letters and digits, in lower case, one space between words."""
    plain = unicodedata.normalize("NFKC", name).casefold()
    return " ".join(re.sub(r"[^\w\s]|_", " ", plain).split())


def _shape(value: str) -> tuple[str, str]:
    """Name and address of `value`, either may be empty."""
    if angles := _WITH_ANGLES.fullmatch(value):
        return angles["name"], angles["address"] or angles["link"] or ""
    if comment := _WITH_COMMENT.fullmatch(value):
        return comment["name"], comment["address"]
    # No brackets: an address, a scrambled one, or a bare name.
    is_address = "@" in value or plain_address(value) is not None
    return ("", value) if is_address else (value, "")


def _person_name(text: str, address: str) -> str | None:
    """`text` without quotes, or None where it only repeats an address."""
    name = " ".join(text.replace('\\"', '"').strip().strip("\"'").split())
    name = unicodedata.normalize("NFC", name)
    if not name or name == " ".join(address.split()):
        return None
    return None if "@" in name or _SPELLED.fullmatch(name) else name


def _make(name: str | None, email: str | None, lost: str | None) -> Sender | None:
    if email:
        return Sender(email, name, email, None)
    if name and (key := name_key(name)):
        return Sender(f"name:{key}", name, None, lost)
    return Sender(f"raw:{lost.casefold()}", None, None, lost) if lost else None
