"""What an account is found by: 64-bit hashes of its words, pairs of words, addresses and so on.

A key is a hash of its kind and its parts, so that keys of different kinds never meet and a count of
bearers is one of that kind. All keys of an account follow from its evidence alone.
"""

from functools import lru_cache

from xxhash import xxh3_64_digest

from cophub.identities.evidence import Evidence, Name

WORD = "w"
PAIR = "p"
HALF = "h"
INITIAL = "i"
INITIAL_AT = "a"
LOCAL = "l"
MAILBOX = "m"
DIRECTORY = "g"
ORGANIZATION = "o"
DOMAIN = "d"
COUNTRY = "c"
CITY = "t"
IDENTIFIER = "n"

_MOST_WORDS = 5
"""Of a longer name the first words and the last one are looked at."""


def key_of(kind: str, *parts: str) -> int:
    """The key of a kind and its parts: a signed 64-bit number."""
    return int.from_bytes(
        xxh3_64_digest("\x1f".join((kind, *parts)).encode("utf-8", "surrogatepass")),
        "big",
        signed=True,
    )


def anchor(e: Evidence) -> int:
    """Key of what counts as one bearer: directory id, else mailbox, else the account itself."""
    if e.directory:
        return key_of(DIRECTORY, e.directory)
    if e.mailbox:
        return key_of(MAILBOX, e.mailbox)
    return key_of("self", e.source, e.key)


def index_keys(e: Evidence) -> list[int]:
    """All keys of an account, without repeats, in a fixed order."""
    found: dict[int, None] = {}
    if e.name is not None:
        found.update(dict.fromkeys(_name_keys(e.name)))
        places = [part for part in (e.organization, e.domain, e.country) if part]
        for word, initial in word_initials(e.name):
            found.update((key_of(INITIAL_AT, word, initial, place), None) for place in places)
    for kind, text in (
        (MAILBOX, e.mailbox),
        (DIRECTORY, e.directory),
        (ORGANIZATION, e.organization),
        (DOMAIN, e.domain),
        (COUNTRY, e.country),
        (CITY, e.city),
    ):
        if text:
            found[key_of(kind, text)] = None
    if e.mailbox and not e.role:
        found[key_of(LOCAL, e.mailbox.rpartition("@")[0])] = None
    if e.username:
        found[key_of(LOCAL, e.username)] = None
    found.update((key_of(IDENTIFIER, text), None) for text in e.identifiers)
    return list(found)


def chosen_words(name: Name) -> tuple[str, ...]:
    """The words of a name that keys are made of."""
    words = tuple(dict.fromkeys(name.tokens))
    return words if len(words) <= _MOST_WORDS else (*words[: _MOST_WORDS - 1], words[-1])


def word_initials(name: Name) -> list[tuple[str, str]]:
    """Each word with the first letter of each other word or initial."""
    words = chosen_words(name)
    letters = dict.fromkeys((*(word[0] for word in words), *name.initials))
    return [
        (word, letter)
        for word in words
        for letter in letters
        if letter in name.initials or any(o[0] == letter for o in words if o != word)
    ]


@lru_cache(maxsize=65536)
def _name_keys(name: Name) -> tuple[int, ...]:
    words = chosen_words(name)
    found = dict.fromkeys(key_of(WORD, word) for word in words)
    for position, first in enumerate(words):
        for second in words[position + 1 :]:
            found[pair_key(first, second)] = None
            for one, other in ((first, second), (second, first)):
                found[key_of(HALF, one, "^" + other[:3])] = None
                found[key_of(HALF, one, other[-3:] + "$")] = None
    found.update((key_of(INITIAL, word, letter), None) for word, letter in word_initials(name))
    return tuple(found)


def pair_key(first: str, second: str) -> int:
    """Key of two words in whatever order."""
    return key_of(PAIR, *((first, second) if first <= second else (second, first)))


__all__ = ["anchor", "chosen_words", "index_keys", "key_of", "pair_key", "word_initials"]
