"""What is left of erased people in texts: their addresses, names and ids, taken out the same way
when somebody is forgotten and at the door, so that a row that comes again is the row that is there.
"""

import re
from collections.abc import Callable, Iterable
from typing import Any

ERASED = "[erased]"
"""Stands in a text where something of an erased person stood."""

# What might be an address or an id: longer than a word of a language needs, or with an `@`.
_TOKEN = re.compile(r"[^\s<>()\[\]{}\"',;:|=&?/\\]{6,}")
# `Amina Diallo <[erased]>`: the name before an address is that of its owner.
_NAMED = re.compile(
    r"(?:\"?[^\W\d_a-z][\w.'’-]*(?: [^\W\d_a-z][\w.'’-]*){0,4}\"? )?<(?:mailto:)?\[erased\]>"
)
_WORDS = re.compile(r"[^\s,;<>\"()]+")
_SHORTEST_NAME = 5


def names_pattern(names: Iterable[str | None]) -> re.Pattern[str] | None:
    """Matches full names in any order of two parts, `Diallo, Amina` too; None: no full name."""
    found: set[str] = set()
    for name in names:
        words = _WORDS.findall(name or "")
        if len(words) < 2 or len(" ".join(words)) < _SHORTEST_NAME or "@" in (name or ""):
            continue
        for turned in (words, words[1:] + words[:1], words[-1:] + words[:-1]):
            found.add(r",?\s+".join(map(re.escape, turned)))
    if not found:
        return None
    longest_first = "|".join(sorted(found, key=lambda each: (-len(each), each)))
    return re.compile(rf"(?<!\w)(?:{longest_first})(?!\w)", re.IGNORECASE)


def clean_text(
    text: str, is_erased: Callable[[str], bool], names: re.Pattern[str] | None = None
) -> str:
    """The text without tokens that `is_erased` knows (lower-case) and without `names`."""

    def token(found: re.Match[str]) -> str:
        word = found[0]
        if "@" not in word and not any(map(str.isdigit, word)):
            return word
        bare = word.rstrip(".!")
        return ERASED + word[len(bare) :] if is_erased(bare.lower()) else word

    cleaned = _TOKEN.sub(token, text)
    if cleaned != text:
        cleaned = _NAMED.sub(ERASED, cleaned)
    return names.sub(ERASED, cleaned) if names is not None else cleaned


def clean_value(
    value: Any, is_erased: Callable[[str], bool], names: re.Pattern[str] | None = None
) -> Any:
    """A JSON value, cleaned in all its texts, keys of objects and numbers too."""
    if isinstance(value, str):
        return clean_text(value, is_erased, names)
    if isinstance(value, list):
        return [clean_value(each, is_erased, names) for each in value]
    if isinstance(value, dict):
        return {
            clean_text(name, is_erased): clean_value(each, is_erased, names)
            for name, each in value.items()
        }
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > 99_999:
        return ERASED if is_erased(str(value)) else value
    return value


__all__ = ["ERASED", "clean_text", "clean_value", "names_pattern"]
