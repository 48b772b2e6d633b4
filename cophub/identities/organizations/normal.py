"""The normal form of an organisation's name as somebody typed it: what does not tell it apart goes.

Case, accents, points in abbreviations, legal forms, a leading "the" and `&` do not count; who says
that they work for nobody ("freelance", "n/a") has no organisation. Scripts other than Latin stay.
"""

import re
import unicodedata
from functools import lru_cache

from cophub.identities.organizations.words import (
    ABBREVIATIONS,
    JOINING,
    LEGAL_FORMS,
    LEGAL_OPENINGS,
    NOBODY,
    SMALL_WORDS,
)

LONGEST = 300
"""Characters of a text that are looked at: nobody's name is longer."""

_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h"}
    | dict.fromkeys("&+", " ")
    | dict.fromkeys("’‘´`ʼ", "'")
)
_QUOTED = re.compile(r"'s\b")
_ELIDED = re.compile(r"\b(?:dell|nell|all|[ldn])'")
_DOTTED = re.compile(r"\b(?:\w\.){2,}(?:\w\b)?|\b\w\.\w\b")
_WORD = re.compile(r"[^\W_]+")
_BRACKETED = re.compile(r"(.+?)\s*[(\[]([^()\[\]]+)[)\]]\s*(.*)")
_PARTED = re.compile(r"\s+[-–—|:]\s*|\s*[|:–—]\s+|\s*[,;/]\s*")


@lru_cache(maxsize=1 << 18)
def normal_form(text: str) -> str:
    """`The W.H.O.` -> `who`, `Acme Health gGmbH` -> `acme health`, `n/a` -> empty.

    A name with its own acronym beside it, as in `World Health Organization (WHO)`, is the name.
    Words are in the order written, with single blanks; idempotent.
    """
    plain = _once(text[:LONGEST])
    # What was taken away may have left single letters side by side, or a legal form at the end.
    while plain and (again := _once(plain)) != plain:
        plain = again
    return plain


def _once(text: str) -> str:
    words = _words(_name_and_acronym(_folded(text)))
    plain = " ".join(words)
    if plain in _NOBODY:
        return ""
    plain = " ".join(_without_legal_form(words))
    return plain if any(map(str.isalpha, plain)) and plain not in _NOBODY else ""


def initials(words: str) -> tuple[str, str]:
    """Initial letters of a normal form, small words left out and counted: `who`, `who`.

    Words that begin with a digit give all of themselves: `fhi 360` -> `f360` is no acronym.
    """
    found = words.split()
    telling = "".join(word[0] for word in found if word not in SMALL_WORDS)
    return telling, "".join(word[0] for word in found)


def _folded(text: str) -> str:
    text = text.casefold()
    if not text.isascii():
        decomposed = unicodedata.normalize("NFKD", text)
        bare = "".join(c for c in decomposed if not unicodedata.combining(c))
        text = unicodedata.normalize("NFC", bare).casefold()
    text = text.translate(_LETTERS)
    if "'" in text:
        text = _ELIDED.sub(" ", _QUOTED.sub("s", text))
    if "." in text:
        text = _DOTTED.sub(lambda found: found[0].replace(".", ""), text)
    return text


def _name_and_acronym(text: str) -> str:
    """The name alone where its acronym stands beside it; else the text as it is."""
    if bracketed := _BRACKETED.fullmatch(text):
        name, inner, rest = bracketed.groups()
        return f"{found} {rest}" if (found := _fuller(name, inner)) else text
    parts = _PARTED.split(text)
    if len(parts) < 2:
        return text
    found = _fuller(parts[0], parts[1])
    return " ".join((found, *parts[2:])) if found else text


def _fuller(part: str, other: str) -> str:
    """The longer of two where the shorter is made of its initial letters; else empty."""
    one, two = " ".join(_words(part)), " ".join(_words(other))
    if is_acronym(two, one):
        return one
    return two if is_acronym(one, two) else ""


def is_acronym(short: str, full: str) -> bool:
    """Whether a normal form of one word is made of the initial letters of another."""
    if not 2 <= len(short) <= 8 or " " in short or " " not in full:
        return False
    return short in initials(full)


def _words(text: str) -> list[str]:
    """The words, single letters beside each other joined; without `the` in front, and `and`."""
    found: list[str] = []
    letters = ""
    for word in _WORD.findall(text):
        if len(word) == 1:
            letters += word if word.isalnum() else ""
        elif word not in JOINING:
            if letters:
                _add_letters(found, letters)
                letters = ""
            found.append(ABBREVIATIONS.get(word, word))
    if letters:
        _add_letters(found, letters)
    return found[1:] if len(found) > 1 and found[0] == "the" else found


def _add_letters(found: list[str], letters: str) -> None:
    """`W. H. O.` is one abbreviation; `y` and `e` after a word are Spanish and Portuguese `and`."""
    if letters not in ("y", "e") or not found:
        found.append(letters)


def _without_legal_form(words: list[str]) -> list[str]:
    kept = list(words)
    while len(kept) > 1 and kept[-1] in LEGAL_FORMS:
        kept.pop()
    while len(kept) > 1 and kept[0] in LEGAL_OPENINGS:
        del kept[0]
    return kept


# Written as people write them, and compared as their normal forms are.
_NOBODY = frozenset(" ".join(_words(_folded(text))) for text in NOBODY)

__all__ = ["initials", "is_acronym", "normal_form"]
