"""How alike two names are: their words aligned in any order, and a verdict on what is left over."""

from collections.abc import Callable
from typing import NamedTuple

from rapidfuzz.distance import OSA

from cophub.identities.evidence import Name
from cophub.identities.reading.at_a_glance import Met, meeting, profiles
from cophub.identities.reading.joined_words import without_particle, written_in_one
from cophub.identities.reading.name_words import PARTICLES
from cophub.identities.reading.nicknames import STANDS_FOR
from cophub.identities.reading.scripts import WITHOUT_VOWELS, greek_sound, korean_sound, skeleton
from cophub.identities.reading.word_pairs import (
    AS_FAMILY,
    AS_GIVEN,
    FIRST,
    Profile,
    alike,
    may_relate,
    profile,
    relation,
    same_consonants,
    word_key,
)

CLASH = 0
"""Two full names that cannot be one person's."""
UNRELATED = 1
"""Nothing is shared, and nothing speaks against it either: one of them is too short to tell."""
WEAK = 2
"""One word is shared, or initials only; or words beside shared ones differ but may be slips."""
COMPATIBLE = 3
"""One name is part of the other, or its initials fit."""
NEAR = 4
"""All words align; some by a slip, a nickname, another spelling or as joined words."""
EQUAL = 5
"""The same words in any order."""

_RANK = {"equal": 0, "nickname": 1, "transliterated": 2, "slip": 3}
_UNLIKE_SUFFIXES = frozenset(
    [("jr", "sr"), ("iii", "jr"), ("iv", "jr"), ("ii", "iii"), ("ii", "iv"), ("ii", "sr"),
     ("iii", "iv"), ("iii", "sr"), ("iv", "sr")]
)  # fmt: skip
_PATRONYMICS = ("ovich", "evich", "ovych", "evych", "ovna", "evna", "ivna", "ichna", "ovic")
_Find = Callable[[str, tuple[str, ...], list[int]], tuple[int, ...]]
_SAME_LETTER = {"y": "j", "i": "j", "k": "c", "q": "c", "z": "s", "w": "v"}


class Likeness(NamedTuple):
    """How two names compare. Symmetric but for `shared`, which holds the words of the first."""

    level: int
    shared: tuple[str, ...] = ()
    """The words of the first name that are aligned, folded; an initial is its letter."""
    how: tuple[str, ...] = ()
    """For each shared word: equal, slip, nickname, joined, initial or transliterated."""
    clash: bool = False
    why: str = ""
    """For a clash: given, family, suffix, middle or words."""


_NOTHING = Likeness(UNRELATED)
_made = Likeness._make
_OTHERS = Likeness(CLASH, clash=True, why="words")
_ALL_EQUAL = tuple(("equal",) * n for n in range(64))


def compare(a: Name, b: Name) -> Likeness:
    """How alike two names are; a veto (`clash`) where they cannot be one person's."""
    if a.tokens == b.tokens and a.initials == b.initials and a.written == b.written:
        if a.suffix == b.suffix and len(a.tokens) < 32 > len(a.initials):
            words = a.tokens + a.initials
            return Likeness(EQUAL, words, _ALL_EQUAL[len(words)])
    elif a.script == b.script and not (a.initials or b.initials or a.suffix or b.suffix):
        found = _at_a_glance(a, b)
        if found is not None:
            return found
    if (a.tokens, a.initials, a.script) <= (b.tokens, b.initials, b.script):
        return _Alignment(a, b).likeness(first=True)
    return _Alignment(b, a).likeness(first=False)


def _at_a_glance(a: Name, b: Name) -> Likeness | None:
    """The verdict of `_Alignment` for most pairs: words that are equal or nothing like it.

    None where words must be looked at. For names of one script without initials and suffix.
    """
    words, others = a.tokens, b.tokens
    left = [word for word in profiles(words) if word[0] not in others]
    right = [word for word in profiles(others) if word[0] not in words]
    if not left or not right:
        return None if a.written or b.written else _contained(words, others, left, right)
    met = meeting(left, right)
    if met is None:
        return None
    count = len(words) - len(left)
    if met:
        return _by_one_pair(a, b, left, right, met[0]) if len(met) == 1 else None
    if count > 1 or (len(left) + len(right) > 2 and _short_start(left, right)):
        return None
    alone = len(words) == 1 or len(others) == 1
    if count == 0:
        return _NOTHING if alone else _OTHERS
    word = next(filter(others.__contains__, words))
    if alone:
        return Likeness(WEAK, (word,), _ALL_EQUAL[1])
    why = _differs(a, words.index(word), b, others.index(word), [*left, *right])
    return _made((CLASH, (word,), _ALL_EQUAL[1], True, why))


def _by_one_pair(
    a: Name, b: Name, left: list[Profile], right: list[Profile], met: Met
) -> Likeness | None:
    """The verdict where beside equal words one pair is related, and nothing else is alike."""
    one, other, how = met
    words, others = a.tokens, b.tokens
    count = len(words) - len(left)
    both = len(left) > 1 and len(right) > 1
    if (both and count) or a.written or b.written or _short_start(left, right):
        return None
    if both:
        rest = [word for word in (*left, *right) if word is not one and word is not other]
        why = _differs(a, words.index(one[0]), b, others.index(other[0]), rest)
        return _made((CLASH, one[:1], (how,), True, why))
    shared = tuple([word for word in words if word == one[0] or word in others])
    hows = tuple([how if word == one[0] else "equal" for word in shared])
    if len(left) > 1 or len(right) > 1:
        return Likeness(COMPATIBLE if count else WEAK, shared, hows)
    return Likeness(EQUAL if how == "equal" else NEAR, shared, hows)


def _short_start(left: list[Profile], right: list[Profile]) -> bool:
    """Whether a word begins with a short one of the other name, so that it may be two in one."""
    return any(
        (one.length < 3 and other.word.startswith(one.word))
        or (other.length < 3 and one.word.startswith(other.word))
        for one in left
        for other in right
    )


def _contained(
    words: tuple[str, ...], others: tuple[str, ...], left: list[Profile], right: list[Profile]
) -> Likeness | None:
    """The verdict where all words of one name are in the other; None: they come twice."""
    if len(words) - len(left) != len(others) - len(right) or not (
        profiles(words) and profiles(others)
    ):
        return None
    if not left and not right:
        return Likeness(EQUAL, words, _ALL_EQUAL[len(words)])
    shared = words if not left else tuple([word for word in words if word in others])
    return Likeness(COMPATIBLE if len(shared) > 1 else WEAK, shared, _ALL_EQUAL[len(shared)])


class _Alignment:
    """Which words of two names stand for one another."""

    __slots__ = ("a", "b", "guessed", "initials", "left_a", "left_b", "loose_a", "loose_b", "pairs")

    def __init__(self, a: Name, b: Name) -> None:
        self.a = a
        self.b = b
        self.pairs: list[tuple[int, int, str]] = []
        """Places of two aligned words, and how."""
        self.initials: list[tuple[str, str, str]] = []
        """The words or letters of both names where an initial stands for something, and how."""
        self.guessed: list[int] = []
        """Places in `a` of words that meet another by their consonants alone."""
        self.left_a = list(range(len(a.tokens)))
        self.left_b = list(range(len(b.tokens)))
        self.loose_a = list(a.initials)
        self.loose_b = list(b.initials)
        self._equal()
        if self.left_a and self.left_b:
            self._joined(written_in_one)
        if self.left_a and self.left_b:
            self._related()
        if self.left_a and self.left_b:
            self._joined(without_particle)
        if self.loose_a or self.loose_b:
            self._initials()

    def _pair(self, i: int, j: int, how: str) -> None:
        self.pairs.append((i, j, how))
        self.left_a.remove(i)
        self.left_b.remove(j)

    def _equal(self) -> None:
        words = self.b.tokens
        for i, word in enumerate(self.a.tokens):
            if word in words:
                for j in self.left_b:
                    if words[j] == word:
                        self._pair(i, j, "equal")
                        break

    def _related(self) -> None:
        found = []
        mixed = self.a.script != self.b.script
        for i in self.left_a:
            for j in self.left_b:
                one, other = self.a.tokens[i], self.b.tokens[j]
                how = relation(one, other) if may_relate(profile(one), profile(other)) else ""
                if not how and mixed:
                    how = self._across(one, other)
                    if how and {self.a.script, self.b.script} & WITHOUT_VOWELS:
                        self.guessed.append(i)
                if how:
                    found.append((_RANK[how], i, j, how))
        found.sort()
        for _, i, j, how in found:
            if i in self.left_a and j in self.left_b:
                self._pair(i, j, how)

    def _across(self, one: str, other: str) -> str:
        """Whether two words meet across two scripts."""
        scripts = {self.a.script, self.b.script}
        if "greek" in scripts:
            return "transliterated" if greek_sound(one) == greek_sound(other) else ""
        if "hangul" in scripts:
            return "transliterated" if korean_sound(one) == korean_sound(other) else ""
        if scripts & WITHOUT_VOWELS and same_consonants(one, other, "indic" in scripts):
            return "transliterated"
        return ""

    def _joined(self, find: _Find) -> None:
        """Align a word with the words of the other name that `find` sees written in it."""
        for j in tuple(self.left_b):
            part = find(self.b.tokens[j], self.a.tokens, self.left_a)
            for i in part:
                self.pairs.append((i, j, "joined"))
                self.left_a.remove(i)
            if part:
                self.left_b.remove(j)
        for i in tuple(self.left_a):
            part = find(self.a.tokens[i], self.b.tokens, self.left_b)
            for j in part:
                self.pairs.append((i, j, "joined"))
                self.left_b.remove(j)
            if part:
                self.left_a.remove(i)

    def _initials(self) -> None:
        for letter in tuple(self.loose_a):
            if letter in self.loose_b:
                self.loose_a.remove(letter)
                self.loose_b.remove(letter)
                self.initials.append((letter, letter, "equal"))
        for letter in tuple(self.loose_a):
            for j in self.left_b:
                if initial_of(letter, self.b.tokens[j]):
                    self.initials.append((letter, self.b.tokens[j], "initial"))
                    self.loose_a.remove(letter)
                    self.left_b.remove(j)
                    break
        for letter in tuple(self.loose_b):
            for i in self.left_a:
                if initial_of(letter, self.a.tokens[i]):
                    self.initials.append((self.a.tokens[i], letter, "initial"))
                    self.loose_b.remove(letter)
                    self.left_a.remove(i)
                    break

    def likeness(self, first: bool) -> Likeness:
        level, why = self._verdict()
        shared: dict[tuple[int, str], str] = {}
        for i, j, how in self.pairs:
            place, words = (i, self.a.tokens) if first else (j, self.b.tokens)
            shared[place, words[place]] = how
        order = sorted(shared)
        words = tuple(word for _, word in order)
        words += tuple(one if first else other for one, other, _ in self.initials)
        hows = tuple(shared[key] for key in order) + tuple(how for _, _, how in self.initials)
        return Likeness(level, words, hows, clash=level == CLASH, why=why)

    def _verdict(self) -> tuple[int, str]:
        """The level, and for a clash what of."""
        a, b = self.a, self.b
        left_a = [i for i in self.left_a if a.tokens[i] not in PARTICLES or len(a.tokens) < 3]
        left_b = [j for j in self.left_b if b.tokens[j] not in PARTICLES or len(b.tokens) < 3]
        over_a, over_b = bool(left_a or self.loose_a), bool(left_b or self.loose_b)
        if over_a and over_b:
            return self._both_left(left_a, left_b)
        if not self.pairs:
            return (WEAK if self.initials else UNRELATED), ""
        if a.suffix and b.suffix and tuple(sorted((a.suffix, b.suffix))) in _UNLIKE_SUFFIXES:
            return (CLASH, "suffix") if a.full and b.full else (WEAK, "")
        if over_a or over_b:
            return (COMPATIBLE if len(self.pairs) + len(self.initials) > 1 else WEAK), ""
        return self._all_aligned(), ""

    def _all_aligned(self) -> int:
        if any(how == "initial" for _, _, how in self.initials):
            return COMPATIBLE
        if all(how == "equal" for _, _, how in self.pairs) and (
            self.a.written == self.b.written or not (self.a.written and self.b.written)
        ):
            return EQUAL
        guessed = set(self.guessed)
        bones = sum(len(skeleton(self.a.tokens[i])) for i in guessed)
        return NEAR if not guessed or bones > 2 * len(guessed) else COMPATIBLE

    def _both_left(self, left_a: list[int], left_b: list[int]) -> tuple[int, str]:
        """The verdict where each name has words or initials that the other has not."""
        a, b = self.a, self.b
        some = WEAK if self.pairs or self.initials else UNRELATED
        if not (a.full and b.full) or self._unsure(left_a, left_b):
            return some, ""
        if not self.pairs:
            return CLASH, "family" if self.initials else "words"
        if len(self.pairs) + len(self.initials) == 1:
            i, j, _ = self.pairs[0]
            left = [profile(a.tokens[k]) for k in left_a]
            left += [profile(b.tokens[k]) for k in left_b]
            return CLASH, _differs(a, i, b, j, left)
        if left_a and left_b:
            for i in left_a:
                for j in left_b:
                    one, other = profile(a.tokens[i]), profile(b.tokens[j])
                    if not _of_two_kinds(one, other) and self._same_gap(i, j):
                        return CLASH, _place(a.tokens, i, b.tokens, j)
            together = any(i == 0 and j == 0 for i, j, _ in self.pairs)
            return (COMPATIBLE if together else WEAK), ""
        if self.loose_a and self.loose_b:
            return CLASH, "middle"
        inner_a = any(0 < i < len(a.tokens) - 1 and not _is_family(a.tokens[i]) for i in left_a)
        inner_b = any(0 < j < len(b.tokens) - 1 and not _is_family(b.tokens[j]) for j in left_b)
        return (CLASH, "middle") if inner_a or inner_b else (WEAK, "")

    def _unsure(self, left_a: list[int], left_b: list[int]) -> bool:
        """Whether what is left over may be the same after all, or its script cannot tell."""
        a, b = self.a, self.b
        pairs = [(a.tokens[i], b.tokens[j]) for i in left_a for j in left_b]
        if any(
            alike(one, other) for one, other in pairs if may_relate(profile(one), profile(other))
        ):
            return True
        if a.script == b.script:
            return False
        scripts = {a.script, b.script}
        if scripts & WITHOUT_VOWELS:
            return not self.pairs or any(
                OSA.distance(skeleton(one), skeleton(other), score_cutoff=1) < 2
                for one, other in pairs
            )
        # A Han name may be read in Japanese, and we would not know; no word met, so no verdict.
        if scripts & {"japanese", "kana"}:
            return True
        return not self.pairs and bool(scripts & {"han", "hangul"})

    def _same_gap(self, i: int, j: int) -> bool:
        """Whether two words stand after the same aligned word, seen as a ring of words.

        A ring, since `Smith John David` and `John Michael Smith` differ in the order alone.
        """
        to_b: dict[int, set[int]] = {}
        for one, other, _ in self.pairs:
            to_b.setdefault(one, set()).add(other)
        in_b = {other for _, other, _ in self.pairs}
        count_a, count_b = len(self.a.tokens), len(self.b.tokens)
        # A word that an initial stands for has no place in the other name: nothing can be said.
        loose = {word for pair in self.initials if pair[2] == "initial" for word in pair[:2]}
        while i not in to_b:
            i = (i - 1) % count_a
            if self.a.tokens[i] in loose:
                return False
        while j not in in_b:
            j = (j - 1) % count_b
            if self.b.tokens[j] in loose:
                return False
        return j in to_b[i]


def _is_family(word: str) -> bool:
    """Whether a word is known as a family name alone: a second one, and no middle name."""
    return profile(word).role & 3 == AS_FAMILY


def _of_two_kinds(one: Profile, other: Profile) -> bool:
    """Whether one word is a given and the other a family name: they do not contradict."""
    return {one.role & 3, other.role & 3} == {AS_GIVEN, AS_FAMILY}


def _differs(a: Name, i: int, b: Name, j: int, left: list[Profile]) -> str:
    """Whether the given or the family name differs, where the words at `i` and `j` are shared."""
    one, other = a.tokens[i], b.tokens[j]
    if one in a.family or other in b.family:
        return "given"
    if one in a.given or other in b.given:
        return "family"
    role = profile(one).role | (0 if one == other else profile(other).role)
    if role & 3 in (AS_GIVEN, AS_FAMILY):
        return "family" if role & AS_GIVEN else "given"
    others_given = others_family = False
    for word in left:
        known = word[7] & 3
        if known == AS_GIVEN:
            others_given = True
        elif known == AS_FAMILY:
            others_family = True
    if others_given != others_family:
        return "given" if others_given else "family"
    return "family" if i == j == 0 and not role & FIRST else "given"


def _place(a: tuple[str, ...], i: int, b: tuple[str, ...], j: int) -> str:
    """Which name two different words are by their places: the given, a middle or the family."""
    if a[i].endswith(_PATRONYMICS) and b[j].endswith(_PATRONYMICS):
        return "middle"
    if i == len(a) - 1 and j == len(b) - 1:
        return "family"
    return "middle" if 0 < i < len(a) - 1 and 0 < j < len(b) - 1 else "given"


def initial_of(letter: str, word: str) -> bool:
    """Whether a letter may stand for a word, or for the name that the word is a short form of."""
    start = word[0]
    if start == letter or word_key(word)[0] == letter:
        return True
    if _SAME_LETTER.get(start, start) == _SAME_LETTER.get(letter, letter):
        return True
    names = STANDS_FOR.get(word)
    return names is not None and any(name[0] == letter for name in names)


__all__ = [
    "CLASH",
    "COMPATIBLE",
    "EQUAL",
    "NEAR",
    "UNRELATED",
    "WEAK",
    "Likeness",
    "compare",
    "initial_of",
]
