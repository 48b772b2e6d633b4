"""What an account is found by: 64-bit hashes of its words, pairs of words, addresses and so on.

A key is a hash of its kind and its parts, so that keys of different kinds never meet and a count of
bearers is one of that kind. All keys of an account follow from its evidence alone. Odd keys are
searched by: nodes that share one are compared. Even keys only count how common something is.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

from xxhash import xxh3_64_intdigest

from cophub.identities.evidence import Clue, Evidence, Name
from cophub.identities.reading.word_pairs import word_key

PAIR = "p"
"""Two words of a name, in whatever order."""
INITIAL = "i"
"""A word of a name with the first letter of another one."""
LOCAL = "l"
"""Local part of a mailbox, or a user name, without points."""
IDENTIFIER = "n"
_TAIL = "e"  # a word with the end of another one: finds slips in a first letter
_INITIAL_AT = "a"  # as INITIAL, within an organisation or domain: finds what is common elsewhere
_CLUE = "k"  # an identifier that a rule knows
_SEARCHED = frozenset((PAIR, INITIAL, LOCAL, IDENTIFIER, _TAIL, _INITIAL_AT, _CLUE))

WORD = "w"
MAILBOX = "m"
DIRECTORY = "g"
ORGANIZATION = "o"
DOMAIN = "d"
COUNTRY = "c"
CITY = "t"
_HINT = "h"  # an identifier that a rule knows and that says too little to be searched by
HOMES = {"address": MAILBOX, "directory": DIRECTORY}
"""Clues of what accounts show of themselves, and the kind of key that those who do bear."""

_MOST_WORDS = 4
"""Of a longer name the first words and the last one are looked at."""
_LONG = 3
"""Letters that a word of a name has at least, to be found in a local part."""
_HALF = 1 << 63
_WHOLE = 1 << 64
_NOT_LETTERS = re.compile(r"[^a-z0-9]+")
_POINTS = str.maketrans("", "", "._-")


def key_of(kind: str, *parts: str) -> int:
    """The key of a kind and its parts: a signed 64-bit number, odd if it is searched by."""
    text = "\x1f".join((kind, *parts))
    return _odd(text) if kind in _SEARCHED else _odd(text) - 1


def _odd(text: str) -> int:
    """The key of a kind that is searched by and its parts, as one text."""
    try:
        packed = text.encode()
    except UnicodeEncodeError:
        packed = text.encode("utf-8", "surrogatepass")
    number: int = xxh3_64_intdigest(packed) | 1
    return number - _WHOLE if number >= _HALF else number


def searched(key: int) -> bool:
    """Whether nodes that share this key are to be compared, if not too many bear it."""
    return key & 1 == 1


def anchor(e: Evidence) -> int:
    """Key of what counts as one bearer: directory id, else mailbox, else the account itself."""
    if e.directory:
        return key_of(DIRECTORY, e.directory)
    if e.mailbox:
        return key_of(MAILBOX, e.mailbox)
    return key_of("self", e.source, e.key)


def index_keys(e: Evidence) -> list[int]:
    """All keys of an account, without repeats, in a fixed order."""
    found: list[int] = []
    name = e.name if e.name is not None and e.name.full else spelled_name(e) or e.name
    if name is not None:
        beside = word_initials(name)
        found = _name_keys(name, beside)
        for place in (e.organization, e.domain):
            if place:
                found += [
                    _odd(f"{_INITIAL_AT}\x1f{w}\x1f{letter}\x1f{place}") for w, letter in beside
                ]
    if e.mailbox:
        found.append(key_of(MAILBOX, e.mailbox))
        if not e.role:
            found.append(local_key(e.mailbox.rpartition("@")[0]))
    if e.username and "@" not in e.username:
        key = local_key(e.username)
        if key not in found:
            found.append(key)
    for kind, text in (
        (DIRECTORY, e.directory),
        (ORGANIZATION, e.organization),
        (DOMAIN, e.domain),
        (COUNTRY, e.country),
        (CITY, e.city),
    ):
        if text:
            found.append(_plain_key(kind, text))
    found.extend(key_of(IDENTIFIER, text) for text in e.identifiers)
    if e.clues:
        found.extend(map(clue_key, e.clues))
    return found


def clue_key(clue: Clue) -> int:
    """The key of what a rule knows; one more than the key of a mailbox or directory id itself.

    So those who claim a mailbox are told from those who show it, and both are found.
    """
    if home := HOMES.get(clue.kind):
        return key_of(home, clue.value) + 1
    return key_of(_HINT if clue.strength == "weak" else _CLUE, clue.kind, clue.value)


def claimed_homes(clues: Iterable[Clue]) -> set[int]:
    """The keys that those bear who show a mailbox or directory id of which a rule knows."""
    return {clue_key(clue) - 1 for clue in clues if clue.kind in HOMES}


def spelled_name(e: Evidence) -> Name | None:
    """The name that the mailbox of an account without a full one spells out: `amina.diallo@`.

    None where it does not, or where it disagrees with the one word that the account does show.
    """
    if not e.mailbox or e.role or e.kind != "person":
        return None
    local = e.mailbox.rpartition("@")[0]
    words = spelled_words(local)
    if e.name is None:
        return Name(tokens=words) if words else None
    if set(words) & set(e.name.tokens):
        return Name(tokens=words)
    return _beside(e.name.tokens[0], local) if len(e.name.tokens) == 1 else None


def _beside(word: str, local: str) -> Name | None:
    """A word and what stands beside it in a local part: `manori`, `manorigunawardana`."""
    letters = local.rstrip("0123456789")
    if not letters.isalpha() or len(word) < _LONG or len(letters) < len(word) + _LONG:
        return None
    if letters.startswith(word):
        return Name(tokens=(word, letters[len(word) :]))
    if letters.endswith(word):
        return Name(tokens=(letters[: -len(word)], word))
    return None


@lru_cache(maxsize=4096)
def spelled_words(local: str) -> tuple[str, ...]:
    """The two or three words of a local part such as `amina.diallo2`; empty: it has no words."""
    words = tuple(part.rstrip("0123456789") for part in _NOT_LETTERS.split(local))
    if not 2 <= len(words) <= 3 or not all(len(word) >= _LONG and word.isalpha() for word in words):
        return ()
    return words if len(set(words)) == len(words) else ()


def chosen_words(name: Name) -> tuple[str, ...]:
    """The words that keys of a name are made of, in the form in which spellings meet."""
    return _chosen(name.tokens)


@lru_cache(maxsize=65536)
def _chosen(tokens: tuple[str, ...]) -> tuple[str, ...]:
    words = tuple(dict.fromkeys(map(word_key, tokens)))
    return words if len(words) <= _MOST_WORDS else (*words[: _MOST_WORDS - 1], words[-1])


def word_initials(name: Name) -> list[tuple[str, str]]:
    """Each of the first and the last word with the first letter of each other word or initial."""
    words = chosen_words(name)
    found: dict[tuple[str, str], None] = {}
    for word in dict.fromkeys((*words[:1], *words[-1:])):
        for other in words:
            if other != word:
                found[word, other[0]] = None
        for letter in name.initials:
            found[word, letter] = None
    return list(found)


def pair_key(first: str, second: str) -> int:
    """Key of two words in whatever order."""
    if first > second:
        first, second = second, first
    return _odd(f"{PAIR}\x1f{first}\x1f{second}")


def local_key(local: str) -> int:
    """Key of a local part or user name; points and dashes in it do not count."""
    return _odd(f"{LOCAL}\x1f{local.translate(_POINTS) or local}")


def _name_keys(name: Name, beside: list[tuple[str, str]]) -> list[int]:
    words = chosen_words(name)
    found = [_word_key(word) for word in words]
    for position, first in enumerate(words):
        found += [pair_key(first, second) for second in words[position + 1 :]]
    found += [_odd(f"{INITIAL}\x1f{word}\x1f{letter}") for word, letter in beside]
    if len(words) >= 2:
        found.append(_odd(f"{_TAIL}\x1f{words[0]}\x1f{words[-1][-3:]}"))
        found.append(_odd(f"{_TAIL}\x1f{words[-1]}\x1f{words[0][-3:]}"))
    return found


@lru_cache(maxsize=32768)
def _word_key(word: str) -> int:
    return key_of(WORD, word)


@lru_cache(maxsize=32768)
def _plain_key(kind: str, text: str) -> int:
    return key_of(kind, text)


__all__ = [
    "HOMES", "anchor", "chosen_words", "claimed_homes", "clue_key", "index_keys", "key_of",
    "local_key", "pair_key", "searched", "spelled_name", "spelled_words", "word_initials",
]  # fmt: skip
