"""What stands in shown names beside the name: pronouns, telephones, countries."""

import re
from functools import cache

from cophub.identities.reading.common_names import COMMON
from cophub.identities.reading.name_words import FILLERS, PRONOUNS, SUFFIXES, TITLES, TOOLS
from cophub.identities.reading.places import BORNE, fold, known_countries, names_country

_PRONOUNS = re.compile(
    r"(?i)\W*\b(?:she|he|they|ze|xe|any|ella|elle|iel|ela|ele|elu|él|el|sie|er|lei|lui)\s*/\s*"
    r"(?:hers?|him|his|hir|zir|xem|them|theirs?|they|she|he|any|ella|elle|ela|el|él|lui|eux|ihr|"
    r"ihm|lei|loro)(?:\s*/\s*\w+)?\b\W*"
)
_TELEPHONE = re.compile(
    r"(?i)\W*\b(?:(?:ext|extn|extension|poste|anexo|interno|durchwahl|tel|telephone|phone|ph|mob|"
    r"mobile|cell|cel|whatsapp|fax)\b[\s.:#]*|(?<=\s)x(?=\d{2}))\+?\d[\d\s().-]*"
)
_SHORT_FORMS = frozenset(["UK", "U.K.", "USA", "U.S.A.", "UAE", "DRC", "RDC", "KSA"])
_BEHIND_TOO = frozenset(["kenya", "india", "china", "america", "tchad"])
"""Of the countries that people are called by, those that are hardly ever the last of names."""
_BESIDE = FILLERS | PRONOUNS | TITLES | TOOLS | frozenset(SUFFIXES)
_MOST_WORDS = 5
"""Of a country."""


def without_remarks(text: str) -> str:
    """The text without pronouns (`she/her`) and telephones (`ext. 12`)."""
    if "/" in text:
        text = _PRONOUNS.sub(" ", text).strip()
    if any(map(str.isdigit, text)):
        bare = _TELEPHONE.sub(" ", text).strip()
        text = bare or text
    return text


def is_remark(text: str) -> bool:
    """Whether a part that was cut off a name tells of nobody's employer: `Mrs`, `Zoom`, `her`."""
    return all(word in _BESIDE for word in fold(text).split())


def is_country(text: str) -> bool:
    """Whether a part that was cut off a name is the name of a country."""
    return text in _SHORT_FORMS or names_country(fold(text))


def is_nothing_but_country(text: str) -> bool:
    """Whether a part of a name is a country and no word that somebody may be called by."""
    return is_country(text) and fold(text) not in BORNE and fold(text) not in COMMON


@cache
def country_words() -> frozenset[str]:
    """The first and last words of countries' names: a text without one of them has none."""
    found = {"uk", "usa", "uae", "drc", "rdc", "ksa"}
    for key in known_countries():
        if key.isascii() and len(key) > 3 and key not in BORNE:
            words = key.split()
            found.update(word for word in (words[0], words[-1]) if len(word) > 3)
    return frozenset(found) | _BEHIND_TOO


def take_country(text: str) -> tuple[str, str]:
    """The name and the country that stands bare before or behind it; empty: none.

    Two words of a name are left, or one beside a country of several words.
    """
    words = text.split()
    folded = [fold(word) for word in words]
    if country_words().isdisjoint(part for word in folded for part in word.split()):
        return text, ""
    for size in range(min(_MOST_WORDS, len(words) - 1), 0, -1):
        for behind in (True, False):
            country = words[-size:] if behind else words[:size]
            rest = words[:-size] if behind else words[size:]
            if _is_bare(country, len(rest), behind):
                return " ".join(rest).strip(" ,-"), " ".join(country)
    return text, ""


def _is_bare(words: list[str], others: int, behind: bool) -> bool:
    whole = " ".join(words)
    folded = fold(whole)
    if whole in _SHORT_FORMS:
        return others > 1
    if not names_country(folded):
        return False
    if " " in folded:
        return True
    if folded in BORNE or folded in COMMON:
        return others > 1 and behind and folded in _BEHIND_TOO
    return others > 1


__all__ = [
    "country_words",
    "is_country",
    "is_nothing_but_country",
    "is_remark",
    "take_country",
    "without_remarks",
]
