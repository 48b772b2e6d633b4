"""How two words of names relate: one spelling of the other, a short form, a slip, or not at all."""

import re
from functools import lru_cache
from typing import NamedTuple

from rapidfuzz.distance import OSA

from cophub.identities.reading.common_names import (
    CHINESE_SURNAMES,
    COMMON,
    FAMILY,
    GIVEN,
    KOREAN_SURNAMES,
)
from cophub.identities.reading.name_words import JOINED_PARTICLES
from cophub.identities.reading.nicknames import STANDS_FOR, nicknames
from cophub.identities.reading.scripts import skeleton, sound
from cophub.identities.reading.spellings import COUNTERPART, SPELLING

SHORTEST_SLIP = 5
"""Letters of a word in which one may be a slip; in shorter ones it makes another name."""

_TWO_SLIPS = 8
"""Letters of a word in which two may be slips, if letters are missing or have changed places."""

_UMLAUTS = (("ae", "a"), ("oe", "o"), ("ue", "u"), ("aa", "a"))
_PINYIN = re.compile(
    "(?:(?:zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw])?"
    "(?:iang|iong|uang|ang|eng|ing|ong|ian|iao|uai|uan|ai|ei|ao|ou|an|en|in|un|ia|ie|iu|ua|ue|ui|"
    "uo|a|e|i|o|u))+"
)
_CHINESE = re.compile("zh|x|q(?!u[aeio])|ng$|iao|uan|ian|ia$")
_NONE: frozenset[int] = frozenset()


_APART = frozenset(
    frozenset(pair)
    for pair in (
        ("daniele", "danielle"), ("andree", "andrei"), ("hari", "harry"), ("schmitt", "smith"),
        ("jadhav", "yadav"), ("jakub", "yaqub"), ("michele", "michelle"), ("gabriele", "gabrielle"),
    )
)  # fmt: skip
"""Names that sound alike and are two."""


def _heard(word: str) -> str:
    """The sound of a long word; a short one, and a Chinese one, as it is: `khan` is not `han`."""
    if len(word) < 5 or (_CHINESE.search(word) and _PINYIN.fullmatch(word)):
        return word
    heard = sound(word)
    return heard if len(heard) > 3 else word


@lru_cache(maxsize=131072)
def word_key(word: str) -> str:
    """The usual spelling of a name, as a sound: equal for words that are one name."""
    usual = SPELLING.get(word) or SPELLING.get(_somali(word))
    if usual is not None:
        return _heard(usual)
    heard = _heard(word)
    return _BY_SOUND.get(heard, heard)


_BY_SOUND: dict[str, str] = {}
"""The key of each name in the table of spellings for what its spellings sound like."""
for _word, _usual in SPELLING.items():
    _BY_SOUND.setdefault(_heard(_word), _heard(_usual))


def without_umlauts(word: str) -> str:
    """The word with a single letter for each umlaut that is written as two: `muller`."""
    for written, letter in _UMLAUTS:
        if written in word:
            word = word.replace(written, letter)
    return word


@lru_cache(maxsize=131072)
def relation(one: str, other: str) -> str:
    """`equal`, `transliterated`, `nickname`, `slip`, or empty for none. Symmetric."""
    if one == other:
        return "equal"
    if without_umlauts(one) == without_umlauts(other) and min(len(one), len(other)) > 2:
        return "equal"
    if nicknames(one, other):
        return "nickname"
    if word_key(one) == word_key(other):
        return "transliterated" if _one_name(one, other) else ""
    if _cut_short(one, other) or _cut_short(other, one):
        return "nickname"
    if _somali(one) == _somali(other) or (
        len(one) > 3 and one.replace("y", "i") == other.replace("y", "i")
    ):
        return "transliterated"
    return "slip" if _slip(one, other) else ""


def _cut_short(short: str, name: str) -> bool:
    """Whether a word is the beginning of a longer name and no common name itself: `fede`."""
    return (
        2 < len(short) < 6
        and short not in SPELLING
        and len(name) > len(short) + 1
        and name.startswith(short)
        and not (short in COMMON and name in COMMON)
        and short not in FAMILY
        and name not in FAMILY
        and not (_CHINESE.search(short) or (_PINYIN.fullmatch(name) and _CHINESE.search(name)))
        and not _gendered(name, short)
    )


@lru_cache(maxsize=65536)
def _somali(word: str) -> str:
    """Somali writes `x` for h, `c` for a sound that others leave out, and long vowels twice."""
    if len(word) < 4 or not ("x" in word or "c" in word):
        return word
    heard = word.replace("x", "h").replace("ch", "*").replace("c", "").replace("*", "ch")
    return re.sub(r"([aeiou])\1", r"\1", heard)


def _one_name(one: str, other: str) -> bool:
    """Whether words of one key are one name: listed so, or neither two sexes' nor known as two."""
    if one in SPELLING and SPELLING[one] == SPELLING.get(other):
        return True
    if _gendered(one, other) or _gendered(other, one):
        return False
    return frozenset((one, other)) not in _APART


def _slip(one: str, other: str) -> bool:
    shorter = min(len(one), len(other))
    if shorter < SHORTEST_SLIP or abs(len(one) - len(other)) > 2:
        return False
    if shorter >= _TWO_SLIPS and one[0] == other[0] and _letters_fit(one, other):
        return OSA.distance(one, other, score_cutoff=2) < 3 and not differ(one, other)
    if one[0] != other[0] and (shorter < 7 or one[1:] == other[1:]):
        return False
    if OSA.distance(one, other, score_cutoff=1) > 1:
        return False
    return not differ(one, other)


def _letters_fit(one: str, other: str) -> bool:
    """Whether one word has all the letters of the other: none was taken for another."""
    short, long = sorted((one, other), key=len)
    return all(long.count(letter) >= short.count(letter) for letter in set(short))


@lru_cache(maxsize=65536)
def differ(one: str, other: str) -> bool:
    """Whether two words that look alike are two names that truly differ: `Maria` and `Mario`."""
    if word_key(one) == word_key(other) and (one in SPELLING or other in SPELLING):
        return False
    if (one in COMMON or one in SPELLING) and (other in COMMON or other in SPELLING):
        return True
    if _gendered(one, other) or _gendered(other, one):
        return True
    return bool(
        (_CHINESE.search(one) and _CHINESE.search(other))
        and _PINYIN.fullmatch(one)
        and _PINYIN.fullmatch(other)
    )


def _gendered(woman: str, man: str) -> bool:
    """A woman's and a man's form of a name: a/o, a/-, -e/-, Luo a-/o-; not of a family name."""
    if woman[1:] == man[1:]:
        return woman[0] == "a" and man[0] == "o"
    if woman[:-1] == man and woman[-1] == "a":
        return not woman.endswith(("ova", "eva", "ina")) or man in GIVEN or woman in GIVEN
    if woman[:-1] == man[:-1] and woman[-1] == "a" and man[-1] in "oeiu":
        return True
    return man in GIVEN and (woman == man + "e" or woman == man + man[-1] + "e")


@lru_cache(maxsize=65536)
def alike(one: str, other: str) -> bool:
    """Whether two words that do not align may yet be one name, so that they speak against nothing.

    Two slips in a long word, or names of one origin in two languages (`Juan`, `John`).
    """
    if COUNTERPART.get(one, _NONE) & COUNTERPART.get(other, _NONE):
        return not (_gendered(one, other) or _gendered(other, one))
    shorter = min(len(one), len(other))
    begins = one.startswith(other) or other.startswith(one)
    if begins and 2 < shorter < 5 and abs(len(one) - len(other)) > 1:
        return not (_gendered(one, other) or _gendered(other, one))
    if differ(one, other):
        return False
    if begins and shorter > 2:
        return True
    allowed = 1 if shorter < 6 else 2 if shorter < 10 else 3
    return shorter > 3 and OSA.distance(one, other, score_cutoff=allowed) <= allowed


@lru_cache(maxsize=65536)
def bare(word: str) -> tuple[str, ...]:
    """What is left of a word without a particle written in one with it: `amrani` of `elamrani`."""
    without = [word[len(p) :] for p in JOINED_PARTICLES if _is_before(p, word)]
    if word[0] in "ae" and word[1:2] == word[2:3] and len(word) > 5:
        without.append(word[2:])  # `ezzahra`, `errachid`: the article in the sound of the word
    return tuple(without)


def _is_before(particle: str, word: str) -> bool:
    """Whether a word begins with a particle, as far as its letters tell."""
    if not word.startswith(particle):
        return False
    rest = len(word) - len(particle)
    if rest > (3 if len(particle) > 2 else 4):
        return True
    # `elabsi` and `deboer`, and not `alfred` or `elmira`, which are one word.
    return rest == 4 and len(particle) == 2 and _GIVEN_TOO.isdisjoint((word, word[2:]))


_GIVEN_TOO = GIVEN | frozenset(STANDS_FOR)


@lru_cache(maxsize=65536)
def same_consonants(one: str, other: str, indic: bool = False) -> bool:
    """Whether two words may be one where one of them was written without vowels.

    In scripts of India `m` may stand for any nasal, and `v` and `b` are one letter to many.
    """
    if indic:
        one = one.replace("v", "b").replace("m", "n")
        other = other.replace("v", "b").replace("m", "n")
    bones = skeleton(one)
    if bones != skeleton(other):
        return False
    return len(bones) > 1 or (one[0] == other[0] and abs(len(one) - len(other)) < 3)


class Profile(NamedTuple):
    """What is looked at first of a word, to be done with most pairs of words at once."""

    word: str
    key: str
    length: int
    letters: int
    """A bit for each letter that is in the word."""
    start: str
    slips: int
    """How many letters may differ from another word of this length or more."""
    special: bool
    """Whether the three below have anything."""
    role: int
    """`AS_GIVEN` and `AS_FAMILY` where it is known as such, and `FIRST`."""
    stands_for: frozenset[str]
    """Keys of the names that it is a short form of."""
    counterparts: frozenset[int]
    bare: tuple[str, ...]


AS_GIVEN = 1
AS_FAMILY = 2
FIRST = 4
"""A family name that stands first."""
_FIRST = CHINESE_SURNAMES | KOREAN_SURNAMES


@lru_cache(maxsize=131072)
def profile(word: str) -> Profile:
    """The profile of a word."""
    letters = 0
    for char in word:
        letters |= 1 << (ord(char) & 31)
    stands_for = frozenset(map(word_key, STANDS_FOR.get(word, ())))
    counterparts = COUNTERPART.get(word, _NONE)
    without = bare(word)
    length = len(word)
    role = AS_GIVEN * (word in GIVEN) | AS_FAMILY * (word in FAMILY)
    if word in _FIRST:
        role |= AS_FAMILY | FIRST
    return Profile(
        word, word_key(word), length, letters, word[:3],
        1 if length < 6 else 2 if length < 10 else 3,
        bool(stands_for or counterparts or without), role, stands_for, counterparts, without,
    )  # fmt: skip


def may_relate(one: Profile, other: Profile) -> bool:
    """Whether `relation`, `alike` or `bare` could find anything in two words: False is sure."""
    _, key, length, letters, start, slips, special, *_ = one
    _, other_key, other_length, other_letters, other_start, other_slips, other_special, *_ = other
    if key == other_key or start == other_start:
        return True
    slips = slips if slips < other_slips else other_slips
    if -4 < length - other_length < 4 and (letters ^ other_letters).bit_count() <= 2 * slips:
        return True
    return (special or other_special) and in_some_table(one, other)


@lru_cache(maxsize=262144)
def unlike(one: str, other: str) -> bool:
    """Whether neither `alike` nor `bare` finds anything in two words without a relation."""
    return not (alike(one, other) or other in bare(one) or one in bare(other))


def in_some_table(one: Profile, other: Profile) -> bool:
    """Whether tables or particles may connect two words: for those that are `special`."""
    return (
        other.key in one.stands_for
        or one.key in other.stands_for
        or not one.counterparts.isdisjoint(other.counterparts)
        or other.word in one.bare
        or one.word in other.bare
    )


__all__ = [
    "AS_FAMILY",
    "AS_GIVEN",
    "FIRST",
    "Profile",
    "alike",
    "bare",
    "differ",
    "in_some_table",
    "may_relate",
    "profile",
    "relation",
    "same_consonants",
    "unlike",
    "without_umlauts",
    "word_key",
]
