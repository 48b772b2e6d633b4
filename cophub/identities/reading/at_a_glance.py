"""Which words of two names meet, seen at a glance: most pairs of names have nothing alike."""

from collections.abc import Sequence
from functools import lru_cache

from cophub.identities.evidence import Name
from cophub.identities.reading.joined_words import written_in_one
from cophub.identities.reading.name_words import PARTICLES
from cophub.identities.reading.word_pairs import (
    Profile,
    in_some_table,
    profile,
    relation,
    unlike,
    without_umlauts,
)

Met = tuple[Profile, Profile, str]
"""Two words that stand for one another, and how."""
Plain = tuple[Profile, ...]
"""The words of a name that `apart` can tell of; empty for any other name."""


@lru_cache(maxsize=131072)
def profiles(words: tuple[str, ...]) -> tuple[Profile, ...]:
    """The profiles of the words; none where a word comes twice or may be a particle."""
    if len(set(words)) < len(words) or not PARTICLES.isdisjoint(words):
        return ()
    return tuple(map(profile, words))


@lru_cache(maxsize=131072)
def letters(words: tuple[str, ...]) -> frozenset[str]:
    """The words without umlauts: an equal name (see `likeness.EQUAL`) has each of them."""
    return frozenset(map(without_umlauts, words))


def plain(name: Name) -> Plain:
    """The words of a name in Latin script without initials and suffix, none of them short."""
    if name.initials or name.suffix or name.written or name.script != "latin":
        return ()
    words = profiles(name.tokens)
    return words if len(words) > 1 and min([word[2] for word in words]) > 2 else ()


def apart(mine: Plain, theirs: Plain) -> bool:
    """Whether two plain names clash, as `likeness.compare` has it, where a glance tells.

    So do most pairs that a search comes upon. False says nothing.
    """
    left, right = mine, theirs
    if len(mine) == 2 == len(theirs):
        one, other = mine
        third, fourth = theirs
        if one[0] == third[0]:
            return other[0] != fourth[0] and _strange(other, fourth)
        if other[0] == fourth[0]:
            return _strange(one, third)
        if one[0] == fourth[0]:
            return other[0] != third[0] and _strange(other, third)
        if other[0] == third[0]:
            return _strange(one, fourth)
    else:
        words, others = [word[0] for word in mine], [word[0] for word in theirs]
        left = tuple([word for word in mine if word[0] not in others])
        right = tuple([word for word in theirs if word[0] not in words])
        if len(mine) - len(left) > 1 or not left or not right:
            return False
    met = meeting(left, right)
    if met:
        return len(met) == 1 and len(left) == len(mine)
    return met is not None


def _strange(one: Profile, other: Profile) -> bool:
    """Whether one word stands for nothing like the other: `meeting` of these two alone."""
    most = one[5] if one[5] < other[5] else other[5]
    if (
        one[1] == other[1]
        or one[4] == other[4]
        or ((one[3] ^ other[3]).bit_count() <= 2 * most and -4 < one[2] - other[2] < 4)
        or ((one[6] or other[6]) and in_some_table(one, other))
    ):
        return not relation(one[0], other[0]) and unlike(one[0], other[0])
    return True


def meeting(left: Sequence[Profile], right: Sequence[Profile]) -> list[Met] | None:
    """Words that stand for one another; None where others might, or are written in one."""
    met: list[Met] = []
    looked_at = False
    for one in left:
        word, key, length, letters, start, slips, special = one[:7]
        for other in right:
            most = slips if slips < other[5] else other[5]
            if (
                key == other[1]
                or start == other[4]
                or ((letters ^ other[3]).bit_count() <= 2 * most and -4 < length - other[2] < 4)
                or ((special or other[6]) and in_some_table(one, other))
            ):
                looked_at = True
                how = relation(word, other[0])
                if how:
                    met.append((one, other, how))
                elif not unlike(word, other[0]):
                    return None
    if looked_at and len(left) + len(right) > 2 and _some_in_one(left, right):
        return None
    return met


def _some_in_one(left: Sequence[Profile], right: Sequence[Profile]) -> bool:
    """Whether a word of one name writes several of the other in one."""
    return _one_writes(right, left) or _one_writes(left, right)


def _one_writes(some: Sequence[Profile], several: Sequence[Profile]) -> bool:
    """Whether one of these words writes several of those in one."""
    if len(several) < 2:
        return False
    one, other, *more = [word[2] for word in several]
    if more:
        one, other = sorted((one, other, *more))[:2]
    # What two words take at the least, but for the letters that spellings differ by.
    least = one + other - 3
    long = [word[0] for word in some if word[2] >= least]
    if not long:
        return False
    words, places = tuple([word[0] for word in several]), list(range(len(several)))
    return any(written_in_one(word, words, places) for word in long)


__all__ = ["Met", "Plain", "apart", "letters", "meeting", "plain", "profiles"]
