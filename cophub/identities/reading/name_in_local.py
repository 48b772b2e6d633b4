"""The mailbox as a witness: whether the local part of an address is made of a name."""

import re
from functools import lru_cache

from cophub.identities.evidence import Name
from cophub.identities.reading.common_names import CHINESE_SURNAMES, FAMILY, GIVEN, KOREAN_SURNAMES
from cophub.identities.reading.likeness import initial_of
from cophub.identities.reading.name_words import JOINED_PARTICLES, ORGANIZATION, PARTICLES
from cophub.identities.reading.nicknames import STANDS_FOR
from cophub.identities.reading.roles import is_role
from cophub.identities.reading.scripts import WITHOUT_VOWELS, fold
from cophub.identities.reading.spellings import SPELLING
from cophub.identities.reading.word_pairs import alike, relation, same_consonants, word_key

FULL_FIT = 1.0
"""Two words, a word and an initial, or the family name."""
PART_FIT = 0.7
"""A given name alone, or words cut short."""
INITIALS_FIT = 0.5
"""Initials alone."""
OTHER_PERSON = -1.0

_UNREADABLE = WITHOUT_VOWELS | {"japanese", "kana"}
"""Scripts of which the reading cannot be told from the writing."""
_LETTERS = re.compile("[a-z]+")
_FUNCTIONS = ORGANIZATION | frozenset(
    """
    info mail email contact admin web webmaster help desk team news press hello me my the official
    work home private personal gmail yahoo hotmail outlook manager officer coordinator secretary
    director assistant hr it finance sales training events library register registry reception
    doctor dr prof mr mrs ms fan love lover girl boy king queen prince baby real only
    """.split()  # noqa: SIM905 - a list of words reads best as words
)


def name_fits_local(name: Name, local: str) -> float:
    """How well the local part of an address fits a name.

    1.0: made of it (`amina.diallo`, `adiallo`, `aminad`, `zaoui60`); 0.7: of its given name, or of
    parts of its words; 0.5: of its initials; 0.0: says nothing (`k17`); -1.0: made of another
    person's name (`john.smith` for Amina Diallo).
    """
    return _fits(name.tokens, name.initials, name.family, name.script, local)


def initials_fit(name: Name, local: str) -> bool:
    """Whether the letters of a local part are the initials of a name, in any of its two orders."""
    letters = "".join(_LETTERS.findall(fold(local)))
    return _are_initials(letters, name.tokens, name.initials)


@lru_cache(maxsize=32768)
def _pieces(local: str) -> tuple[str, ...]:
    plain = local.partition("+")[0].lower()
    if not plain.isascii():
        plain = ".".join(filter(None, (fold(part) for part in re.split(r"[\W_]+", plain))))
    return tuple(_LETTERS.findall(plain.replace("'", "")))


@lru_cache(maxsize=32768)
def _fits(
    tokens: tuple[str, ...],
    initials: tuple[str, ...],
    family: tuple[str, ...],
    script: str,
    local: str,
) -> float:
    pieces = _pieces(local)
    joined = "".join(pieces)
    if len(joined) < 2:
        return 0.0
    if len(pieces) > 1 and all(piece in tokens for piece in pieces) and len(set(pieces)) > 1:
        return FULL_FIT
    best = _one_piece(joined, tokens, initials, family)
    if len(pieces) > 1 and best < FULL_FIT:
        parted = not any(char.isdigit() for char in local)
        return _several(pieces, tokens, initials, script, best, parted)
    if best:
        return best
    if script in _UNREADABLE or _shares(joined, tokens):
        return 0.0
    another = _anothers(joined, (*tokens, *initials))
    return OTHER_PERSON if another and not is_role(local) else 0.0


def _one_piece(
    text: str, tokens: tuple[str, ...], initials: tuple[str, ...], family: tuple[str, ...]
) -> float:
    """How well letters without a break are made of words, initials and parts of words."""
    words = [*tokens, *initials]
    for word in tokens:
        near = text[0] == word[0] and len(text) > 3 and -3 < len(text) - len(word) < 3
        same_key = near and word_key(text) == word_key(word)
        if text == word or same_key:
            known = word in family or (word == tokens[-1] and len(tokens) > 1)
            return FULL_FIT if known and word not in GIVEN else PART_FIT
    if _spelled(text, words, full=0, used=0):
        return FULL_FIT
    if any(_related(text, word) for word in tokens):
        return PART_FIT
    if _heard(text, tokens) or _with_initial(text, tokens, initials):
        return FULL_FIT
    if _are_initials(text, tokens, initials):
        return INITIALS_FIT
    return PART_FIT if _cut_short(text, tokens) else 0.0


def _with_initial(text: str, tokens: tuple[str, ...], initials: tuple[str, ...]) -> bool:
    """Whether it is a word of the name and one that an initial may stand for: `R. Ocampo`."""
    for word in tokens if initials else ():
        size = len(word)
        if size > 3 and len(text) > size + 2:
            if text.endswith(word) and text[0] in initials:
                return True
            if text.startswith(word) and text[size] in initials:
                return True
    return False


def _related(one: str, other: str) -> bool:
    """Whether `relation` finds one; asked only where it could."""
    if one == other:
        return True
    foreign = one[0] in "cx" or other[0] in "cx"  # Somali, `cabdi` for `abdi`
    if one[0] != other[0] and not (
        foreign or one in STANDS_FOR or other in STANDS_FOR or one in SPELLING
    ):
        return False
    return len(one) > 1 and relation(one, other) != ""


def _spelled(text: str, words: list[str], full: int, used: int) -> bool:
    """Whether `text` is two or more of the words, at least one in full, the rest as initials."""
    if not text:
        return full > 0 and used > 1
    for place, word in enumerate(words):
        rest = words[:place] + words[place + 1 :]
        size = len(word)
        if (
            size > 1
            and text.startswith(word)
            and _spelled(text[size:], rest, full + (size > 2), used + 1)
        ):
            return True
        if text[0] == word[0] and _spelled(text[1:], rest, full, used + 1):
            return True
    for particle in JOINED_PARTICLES:
        if len(particle) > 1 and text.startswith(particle) and len(text) > len(particle) + 2:
            rest_text = text[len(particle) :]
            if any(rest_text.startswith(word) for word in words if len(word) > 2) and _spelled(
                rest_text, words, full, used + 1
            ):
                return True
    return False


def _heard(text: str, tokens: tuple[str, ...]) -> bool:
    """Whether it is two words, or an initial and a word, in another spelling."""
    if len(text) < 5:
        return False
    for cut in range(3, len(text) - 2):
        short, word = text[:cut], text[cut:]
        if short in STANDS_FOR and word in tokens and any(relation(short, w) for w in tokens):
            return True
    for word in tokens:
        if len(word) > 3 and text[0] != word[0] and abs(len(text) - 1 - len(word)) < 3:
            others = [other for other in tokens if other != word]
            fits = text[1] == word[0] and any(initial_of(text[0], other) for other in others)
            if fits and len(text) > 5 and relation(text[1:], word):
                return True
        for other in tokens:
            if other is word or text[0] != word[0]:
                continue
            for cut in range(max(2, len(word) - 2), min(len(text) - 1, len(word) + 3)):
                if text[cut] == other[0] and (
                    relation(text[:cut], word) and relation(text[cut:], other)
                ):
                    return True
    return False


def _are_initials(text: str, tokens: tuple[str, ...], initials: tuple[str, ...]) -> bool:
    letters = [word[0] for word in (*tokens, *initials)]
    if not 2 <= len(text) <= len(letters) or len(text) > 5:
        return False
    return sorted(text) == sorted(letters) or (
        len(text) < len(letters) and all(letters.count(char) >= text.count(char) for char in text)
        and letters[0] in text
    )  # fmt: skip


def _cut_short(text: str, tokens: tuple[str, ...]) -> bool:
    """`amadia` for Amadou Diallo, `gonzal`: beginnings of words, three letters or more of one."""
    for word in tokens:
        start = 0
        while start < min(len(text), len(word)) and text[start] == word[start]:
            start += 1
        if start < 3:
            continue
        if start == len(text):
            return start > 3
        for size in range(start, 2, -1):
            rest = text[size:]
            if rest and any(other.startswith(rest) for other in tokens if other is not word):
                return True
    return False


def _several(
    pieces: tuple[str, ...],
    tokens: tuple[str, ...],
    initials: tuple[str, ...],
    script: str,
    best: float,
    parted: bool,
) -> float:
    """The verdict on a local part of several pieces, as `a.diallo`."""
    fitting, single, foreign = _share_out(pieces, tokens, initials, script)
    whole = "".join(pieces) in tokens
    if not foreign or whole:
        if whole or (fitting and len(fitting) + single > 1):
            return FULL_FIT
        return max(best, PART_FIT if fitting else INITIALS_FIT if single > 1 else 0.0)
    if best:
        return best
    found = _with_foreign(pieces, foreign, fitting, tokens, script, parted)
    return 0.0 if found == OTHER_PERSON and is_role(".".join(pieces)) else found


def _share_out(
    pieces: tuple[str, ...], tokens: tuple[str, ...], initials: tuple[str, ...], script: str
) -> tuple[list[str], int, list[str]]:
    """The words that pieces stand for, how many single letters fit, and the pieces left over."""
    free, letters = list(tokens), list(initials)
    fitting: list[str] = []
    foreign: list[str] = []
    waiting: list[str] = []
    single = 0
    for piece in sorted(pieces, key=len, reverse=True):
        word = next((word for word in free if _piece_fits(piece, word, script)), None)
        if word is not None:
            free.remove(word)
            if len(piece) > 1:
                fitting.append(word)
            else:
                single += 1
        elif piece[0] in letters:
            waiting.append(piece)
        elif piece not in PARTICLES and piece not in _FUNCTIONS:
            foreign.append(piece)
    for piece in waiting:  # an initial, or the word that it stands for: `lamine.sow` of L. Sow
        if piece[0] in letters and (fitting or len(piece) == 1):
            letters.remove(piece[0])
            single += 1
        else:
            foreign.append(piece)
    return fitting, single, foreign


def _piece_fits(piece: str, word: str, script: str) -> bool:
    if len(piece) == 1:
        return initial_of(piece, word)
    if _related(piece, word) or (len(piece) > 3 and word.startswith(piece)):
        return True
    if 2 < len(word) < 6 and piece.startswith(word) and word not in SPELLING:
        return True
    return script in WITHOUT_VOWELS and len(piece) > 2 and same_consonants(piece, word)


def _with_foreign(
    pieces: tuple[str, ...],
    foreign: list[str],
    fitting: list[str],
    tokens: tuple[str, ...],
    script: str,
    parted: bool,
) -> float:
    """The verdict where pieces are left that the name does not have."""
    long = [piece for piece in foreign if len(piece) > 2]
    if fitting and any(len(word) > 2 for word in fitting):
        if script in _UNREADABLE:
            return PART_FIT / 2
        by_surname = all(word not in GIVEN for word in fitting)
        asian = not CHINESE_SURNAMES.isdisjoint(fitting) or not KOREAN_SURNAMES.isdisjoint(fitting)
        others = [piece for piece in long if piece in GIVEN and piece not in FAMILY]
        rest = [word for word in tokens if word not in fitting]
        if any(alike(piece, word) for piece in long for word in rest):
            return PART_FIT
        if by_surname and others and len(tokens) == 2 and not asian:
            return OTHER_PERSON
        return 0.0 if by_surname and foreign else PART_FIT / 2
    joined = "".join(pieces)
    if script in _UNREADABLE or _shares(joined, tokens) or not _FUNCTIONS.isdisjoint(pieces):
        return 0.0
    whole = len(long) > 1 or (long and len(long[0]) > 3 and any(len(p) == 1 for p in foreign))
    known = any(piece in GIVEN or piece in FAMILY or piece in SPELLING for piece in long)
    # Of unknown words, two that a dot parts are a name, and what digits part is a pseudonym.
    sure = known or (parted and len(pieces) == 2)
    return OTHER_PERSON if whole and sure else 0.0


def _shares(text: str, tokens: tuple[str, ...]) -> bool:
    """Whether the letters have a beginning of four, or a word of three, in common with the name."""
    for word in tokens:
        if (len(word) > 2 and word[:4] in text) or (len(text) > 3 and word.startswith(text[:4])):
            return True
        if any(len(name) > 2 and name in text for name in _full_forms(word)):
            return True
    return False


def _full_forms(word: str) -> frozenset[str]:
    return STANDS_FOR.get(word, frozenset())


@lru_cache(maxsize=32768)
def _known_name(text: str) -> bool:
    """Whether letters without a break are a person's name: `johnsmith`, `jsmith`, `maria`."""
    if text in _FUNCTIONS:
        return False
    if len(text) > 4 and (text in GIVEN or text in FAMILY or text in SPELLING):
        return True
    if len(text) > 5 and text[1:] in FAMILY and len(text[1:]) > 4:
        return True
    for cut in range(3, len(text) - 2):
        one, other = text[:cut], text[cut:]
        if (one in GIVEN and (other in FAMILY or other in SPELLING)) or (
            other in GIVEN and len(other) > 3 and one in FAMILY
        ):
            return True
    return False


def _anothers(text: str, tokens: tuple[str, ...]) -> bool:
    """Whether letters that share nothing with the name are somebody else's."""
    if text in FAMILY or text[1:] in FAMILY or len(tokens) == 1:
        # `jtaylor` of Jane Kennedy, who married; `mkeita` of one who shows as Moussa.
        return _known_name(text) and not any(initial_of(text[0], word) for word in tokens)
    if any(len(word) == 1 and text[0] == word for word in tokens):
        return False  # `humberto` of H. Barbosa
    return _known_name(text)


__all__ = ["initials_fit", "name_fits_local"]
