"""Names that devices give themselves or get from a call: `iPhone de Maria`, `Galaxy S21`."""

import re
import unicodedata
from functools import lru_cache

from cophub.identities.reading.kind_words import (
    BRANDS,
    BRANDS_BORNE,
    CALLERS,
    GENERIC,
    GENERIC_BORNE,
    MINE,
    OWNED_BY,
    SERIES,
    SURE_DEVICES,
)
from cophub.identities.reading.remembered import by_text

_HOST = re.compile(
    r"(?:laptop|desktop|pc|workstation|lenovo|asus|android|mbp|notebook|tablet|phone|ipad|iphone"
    r"|macbook|hp)[-_][\w-]{2,}"
    r"|(?:win|host|client|dell|acer|nb)[-_](?=[\w-]*\d)[\w-]{3,}|[\w-]+\.(?:local|lan|localdomain)"
)
_MODEL = re.compile(
    r"(?:sm|gt|sgh|shv|sc)-[a-z]\d{2,}\w*|(?:rmx|cph|lm-[a-z]|ta-)\d{3,}\w*|[a-z]{3}-[a-z]{1,3}\d{1,3}[a-z]*"
    r"|m\d{4}[a-z]\d+\w*|\d{4,}[a-z]\d+[a-z]\w*"
)
_ASCII_MARKS = {n: " " for n in range(128) if not chr(n).isalnum()}
_MARK = re.compile(r"[(\[{\-–—|/,]")
_UNMARKED = str.maketrans("ıøłđ", "iold")
_NUMBER = re.compile(r"[+\d*x().\-/\s\u2010-\u2015]+")
_DIGIT = re.compile(r"[\d*]")
_TRAILING_NUMBER = re.compile(r"[\s#]*\d+$")
_SPLIT = re.compile(r"[\s\-_()\[\]{},;:/|\"“”«»–—.]+")
_GENITIVE = re.compile(r"(?i)(?:['’`´]s|['’`´](?:[ndt]?[iıuü]n))$|^(?:d|l)['’`´]")
_ENDING = re.compile(r"['’`´]\w{0,3}$")
_BEHIND_NAME = re.compile(
    r"(?i)\s*(?:[(\[{]\s*|\s[-–—|/]\s*|,\s*)(?:on |via |from |my |sur |desde )?"
    r"(?:iphone|ipad|android|phone|mobile|mobil|cell|laptop|pc|computer|tablet|celular|movil|móvil|"
    r"telephone|téléphone|handy|desktop|macbook|mac)\s*\d*\s*[)\]}]?\s*$"
)


@by_text
def plain(text: str) -> str:
    """Lower case without accents and marks, in its own script; single blanks between words."""
    text = text.casefold()
    if text.isascii():
        return " ".join(text.translate(_ASCII_MARKS).split())
    text = unicodedata.normalize("NFKD", text).translate(_UNMARKED)
    kept = (c if c.isalnum() else "" if unicodedata.combining(c) else " " for c in text)
    return " ".join("".join(kept).split())


@lru_cache(maxsize=65536)
def device_owner(text: str) -> str | None:
    """Whose device a name tells of: `iPhone de Maria` -> `Maria`; `` for `Galaxy S21`; None: none.

    Such an account is a device; the owner's name is for explanations and not for matching.
    """
    text = text.strip()
    if not text or behind_device(text) != text:
        return None
    alone = _BEHIND_NAME.sub("", text) if _has_mark(text) else text
    if alone != text and len(alone.split()) == 1:
        return alone  # "Maria - mobile": whoever it is, a telephone that rings in from anywhere
    lower = text.casefold()
    if _HOST.fullmatch(lower) or _MODEL.fullmatch(lower):
        return _owner(text)
    words = plain(text).split()
    if _SURE.search(" ".join(words)) or _is_branded(words) or _is_generic(words):
        return _owner(text)
    return None


def behind_device(text: str) -> str:
    """`Amina Diallo (iPhone)` -> `Amina Diallo`: a full name with a device behind it is a name."""
    if not _has_mark(text):
        return text
    bare = _BEHIND_NAME.sub("", text)
    return bare if len(bare.split()) >= 2 and not _named_after_device(bare) else text


def _has_mark(text: str) -> bool:
    return _MARK.search(text) is not None


def is_caller(text: str) -> bool:
    """Whether it is a number, masked perhaps, or what a call shows for somebody who rings in."""
    if _NUMBER.fullmatch(text):
        return len(_DIGIT.findall(text)) >= 6
    return _TRAILING_NUMBER.sub("", plain(text)) in _CALLERS


# No letter before or behind, but for endings that languages put to it: `iPhone'u`, `iPhone-ul`.
_SURE_WORDS = "|".join(map(plain, SURE_DEVICES.split("|")))
_SURE = re.compile(rf"(?<![a-z])(?:{_SURE_WORDS})(?![a-z])")
_CALLERS = frozenset(map(plain, CALLERS))
_GENERIC = frozenset(map(plain, GENERIC))
_OWNED_BY = frozenset(map(plain, OWNED_BY))
TRIGGERS = frozenset(BRANDS | BRANDS_BORNE | _GENERIC | GENERIC_BORNE)
"""Words without which a name that holds none of `SURE_DEVICES` is not that of a device."""


def _named_after_device(text: str) -> bool:
    words = plain(text).split()
    return bool(_SURE.search(" ".join(words))) or _is_branded(words) or _is_generic(words)


def _is_branded(words: list[str]) -> bool:
    """A maker with a model: `HUAWEI P30 lite`, `vivo 1904`, `Galaxy A12 de Maria`."""
    for at, word in enumerate(words):
        if word not in BRANDS and word not in BRANDS_BORNE:
            continue
        end = at + 1
        while end < len(words) and (_has_digit(words[end]) or words[end] in SERIES):
            end += 1
        model = words[at + 1 : end]
        if word in BRANDS_BORNE and not any(map(_has_digit, model)):
            continue
        before, behind = words[:at], words[end:]
        # "Samsung Adam": nobody is called by a maker's name and one other.
        if len(before) + len(behind) <= int(word in BRANDS and word != "galaxy"):
            return True
        owned = (behind and behind[0] in _OWNED_BY) or (before and before[-1] in (*_OWNED_BY, "s"))
        if owned or all(w in BRANDS or w in MINE or w in BRANDS_BORNE for w in (*before, *behind)):
            return True
    return False


def _is_generic(words: list[str]) -> bool:
    """`Teléfono de Maria`, `Anna's laptop`, `Laptop Anna`, `my phone 2`."""
    if not any(word in _GENERIC or word in GENERIC_BORNE for word in words):
        return False
    while len(words) > 1 and words[-1].isdigit():
        words = words[:-1]
    rest = [w for w in words if w not in _GENERIC and w not in GENERIC_BORNE]
    if all(w in MINE or w in _OWNED_BY or w.isdigit() or w in BRANDS for w in rest):
        return len(rest) > 0 or words[0] in _GENERIC or len(words) > 1
    if words[0] in _GENERIC or words[0] in GENERIC_BORNE:
        # Without a word between them, one owner: two may be a person whose name we do not know.
        return (len(words) > 2 and words[1] in _OWNED_BY) or (
            words[0] in _GENERIC and len(words) == 2
        )
    if words[-1] in _GENERIC or words[-1] in GENERIC_BORNE:
        # "Mobile phone" and "'s phone" say whose it is; the name alone might be somebody's.
        before = words[-2]
        linked = len(words) > 2 and (before in ("s", "の", "的", "의") or before in GENERIC_BORNE)
        return linked or (words[-1] in _GENERIC and len(words) == 2)
    return False


def _has_digit(word: str) -> bool:
    return any(map(str.isdigit, word))


def _owner(text: str) -> str:
    """What is left of a device's name without the device, its model and `'s` or `de`."""
    kept: list[str] = []
    for part in _SPLIT.split(text):
        bare = _GENITIVE.sub("", part)
        low = plain(_ENDING.sub("", bare))
        if not low or _SURE.search(low) or _has_digit(low):
            continue
        if low in TRIGGERS or (not kept and low in _OWNED_BY) or low in SERIES or low in MINE:
            continue
        kept.append(bare)
    while kept and plain(kept[-1]) in _OWNED_BY:
        kept.pop()
    return " ".join(kept)


__all__ = ["TRIGGERS", "behind_device", "device_owner", "is_caller", "plain"]
