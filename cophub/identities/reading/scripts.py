"""Words of any script in Latin letters, and keys under which spellings of one word meet.

anyascii does the letters. What it cannot know is here: that Greek `ου` is one sound, which Han
surnames are read otherwise, how the usual names are written that Arabic leaves without vowels.
"""

import re
from functools import lru_cache
from itertools import groupby

from anyascii import anyascii

from cophub.identities.reading.written_names import (
    ARABIC,
    HAN_SURNAMES,
    JAPANESE_GIVEN,
    JAPANESE_SURNAMES,
    KOREAN_SURNAMES,
)

_RANGES = (
    (0x0370, 0x03FF, "greek"),
    (0x0400, 0x052F, "cyrillic"),
    (0x0530, 0x058F, "armenian"),
    (0x0590, 0x05FF, "hebrew"),
    (0x0600, 0x07BF, "arabic"),
    (0x08A0, 0x08FF, "arabic"),
    (0x0900, 0x0DFF, "indic"),
    (0x0E00, 0x0EFF, "thai"),
    (0x1000, 0x109F, "burmese"),
    (0x10A0, 0x10FF, "georgian"),
    (0x1100, 0x11FF, "hangul"),
    (0x1200, 0x139F, "ethiopic"),
    (0x1780, 0x17FF, "khmer"),
    (0x1F00, 0x1FFF, "greek"),
    (0x3040, 0x30FF, "kana"),
    (0x3400, 0x9FFF, "han"),
    (0xAC00, 0xD7AF, "hangul"),
    (0xFB50, 0xFDFF, "arabic"),
    (0xFE70, 0xFEFF, "arabic"),
    (0x20000, 0x323AF, "han"),
)

WITHOUT_VOWELS = frozenset(["arabic", "hebrew", "indic", "thai", "burmese", "khmer"])
"""Scripts whose words are compared by their consonants."""

_GREEK = (("ου", "u"), ("μπ", "b"), ("ντ", "d"), ("γκ", "g"), ("γγ", "ng"), ("ευ", "ev"),
          ("αυ", "av"), ("ει", "i"), ("οι", "i"), ("υ", "y"), ("χ", "ch"))  # fmt: skip


@lru_cache(maxsize=65536)
def script_of(word: str) -> str:
    """The script of the first letter that is not Latin; `latin` where all are."""
    if word.isascii():
        return "latin"
    for char in word:
        code = ord(char)
        if code < 0x0370:
            continue
        for low, high, script in _RANGES:
            if low <= code <= high:
                return script
    return "latin"


def is_japanese(word: str) -> bool:
    """Whether a word in Han characters is a Japanese name: by its surname, or kana in it."""
    if word in JAPANESE_SURNAMES or any("\u3040" <= char <= "\u30ff" for char in word):
        return True
    return 2 < len(word) < 6 and word[:2] in JAPANESE_SURNAMES


@lru_cache(maxsize=131072)
def fold(word: str) -> str:
    """A word of Latin script as lower-case ASCII letters and digits; empty: no letter in it."""
    text = word if word.isascii() else anyascii(word)
    return re.sub("[^a-z0-9]", "", text.lower())


@lru_cache(maxsize=65536)
def romanize(word: str, script: str) -> tuple[str, ...]:
    """A word written in `script` as Latin words: one, or several where the script joins names."""
    if script in ("han", "kana", "japanese"):
        return _east_asian(word)
    if script == "hangul":
        return _korean(word)
    if script == "arabic":
        return _arabic(word)
    if script == "greek":
        word = word.lower().translate(_UNACCENTED)
        for letters, sound in _GREEK:
            word = word.replace(letters, sound)
    folded = fold(word)
    return (folded,) if folded else ()


_UNACCENTED = str.maketrans("άέήίόύώϊϋΐΰ", "αεηιουωιυιυ")


def _syllables(text: str) -> list[str]:
    """The syllables that anyascii writes with a capital each: `OuYangNaNa`."""
    return [part.lower() for part in re.findall("[A-Z][a-z']*", anyascii(text))]


def _east_asian(word: str) -> tuple[str, ...]:
    if any(script_of(char) == "kana" for char in word):
        return tuple(
            reading
            for script, chars in groupby(word, script_of)
            for reading in _japanese("".join(chars), script)
        )
    surname = next((word[:n] for n in (2, 1) if word[:n] in HAN_SURNAMES), word[:1])
    if len(word) in (3, 4, 5) and word[:2] in JAPANESE_SURNAMES and surname not in _COMPOUND:
        # How a given name is read nobody can tell from its characters: `_unsure` knows.
        given = JAPANESE_GIVEN.get(word[2:]) or "".join(_syllables(word[2:]))
        return (JAPANESE_SURNAMES[word[:2]], given)
    known = JAPANESE_SURNAMES.get(word) or JAPANESE_GIVEN.get(word)
    if known and len(word) > 1:
        return (known,)
    read = HAN_SURNAMES.get(surname) or "".join(_syllables(surname))
    rest = "".join(_syllables(word[len(surname) :]))
    if len(word) > 4 or not rest:
        return tuple(part for part in ("".join(_syllables(word)) if rest else read,) if part)
    return tuple(filter(None, (read or fold(surname), rest)))


_COMPOUND = frozenset(surname for surname in HAN_SURNAMES if len(surname) == 2)


def _japanese(text: str, script: str) -> tuple[str, ...]:
    if script == "kana":
        return (fold(text),) if fold(text) else ()
    known = JAPANESE_SURNAMES.get(text) or JAPANESE_GIVEN.get(text)
    return tuple(filter(None, (known or "".join(_syllables(text)),)))


def _korean(word: str) -> tuple[str, ...]:
    """Surname and given name of a Korean name of two to four syllables; else the word."""
    parts = _syllables(word)
    if not parts:
        return ()
    if len(word) in (3, 4) and word[:2] in KOREAN_SURNAMES:
        return tuple(filter(None, (KOREAN_SURNAMES[word[:2]], "".join(parts[2:]))))
    if len(word) in (2, 3) and word[0] in KOREAN_SURNAMES:
        return tuple(filter(None, (KOREAN_SURNAMES[word[0]], "".join(parts[1:]))))
    if word in KOREAN_SURNAMES:
        return (KOREAN_SURNAMES[word],)
    return ("".join(parts),)


_MARKS = re.compile("[\u0610-\u061a\u064b-\u065f\u0670\u0640]")
_HAMZA = str.maketrans("أإآٱىئؤكيگۀةہھ", "ااااييوكيگهههه")


def _arabic(word: str) -> tuple[str, ...]:
    word = _MARKS.sub("", word).replace("ی", "ي").replace("ک", "ك").translate(_HAMZA)
    known = ARABIC.get(word)
    if known is None and word.startswith("ال") and len(word) > 4:
        word = word[2:]
        known = ARABIC.get(word)
    if known is not None:
        return (known,)
    folded = fold(word)
    return (folded,) if folded else ()


_SOUNDS = (
    ("tsch", "c"), ("shch", "s"), ("tch", "c"), ("sch", "s"), ("sh", "s"), ("kh", "h"),
    ("ph", "f"), ("th", "t"), ("dh", "d"), ("gh", "g"), ("bh", "b"), ("zh", "z"), ("ck", "k"),
    ("cz", "c"), ("sz", "s"), ("ts", "c"), ("tz", "c"), ("dj", "j"), ("qu", "k"), ("q", "k"),
    ("x", "ks"), ("w", "v"), ("ou", "u"), ("oo", "u"), ("ee", "i"), ("ae", "e"), ("oe", "o"),
    ("ue", "u"), ("y", "i"),
)  # fmt: skip


@lru_cache(maxsize=131072)
def sound(word: str) -> str:
    """A key that the usual ways to write one sound share: `aleksey`, `alexei` and `aleksej`."""
    for letters, one in _SOUNDS:
        if letters in word:
            word = word.replace(letters, one)
    word = re.sub("c(?=[aouklrt]|$)", "k", word) if "c" in word else word
    word = re.sub("^j(?=[aeou])|(?<=[^aeiou])j(?=[aeou])|j$", "i", word) if "j" in word else word
    if word.startswith("ie"):
        word = word[1:]
    word = re.sub(r"(.)\1+", r"\1", word)
    return word[:-1] if word.endswith("h") and len(word) > 3 else word


_CONSONANTS = (
    ("shch", "s"), ("sch", "s"), ("sh", "s"), ("kh", "k"), ("ph", "f"), ("th", "t"), ("dh", "d"),
    ("gh", "g"), ("bh", "b"), ("dj", "g"), ("zh", "z"), ("ch", "s"), ("ts", "s"), ("x", "ks"),
    ("q", "k"), ("c", "k"), ("j", "g"), ("p", "b"), ("v", "w"), ("f", "b"), ("z", "d"),
)  # fmt: skip


@lru_cache(maxsize=131072)
def skeleton(word: str) -> str:
    """The consonants of a word, as coarse as scripts without vowels and their readers need them."""
    for letters, one in _CONSONANTS:
        if letters in word:
            word = word.replace(letters, one)
    word = re.sub("h$", "", word.replace("ng", "n"))
    return re.sub(r"(.)\1+", r"\1", re.sub("[aeiouwy]", "", word))


def greek_sound(word: str) -> str:
    """A key that the ways to write a Greek name in Latin letters share: `mp` is b, b is v."""
    for letters, one in (("mp", "b"), ("nt", "d"), ("gk", "g"), ("ch", "h"), ("b", "v")):
        word = word.replace(letters, one)
    return sound(word)


@lru_cache(maxsize=65536)
def korean_sound(word: str) -> str:
    """A key that the ways to romanise Korean share: `minsoo` and `minsu`, `hyun` and `hyeon`."""
    for letters, one in (
        ("young", "yeong"), ("yung", "yeong"), ("hyun", "hyeon"), ("kyung", "gyeong"),
        ("sung", "seong"), ("jung", "jeong"), ("joon", "jun"), ("hoon", "hun"), ("soo", "su"),
        ("woo", "u"), ("wu", "u"), ("oo", "u"), ("ee", "i"), ("hui", "hi"), ("eui", "i"),
        ("eun", "un"), ("eo", "o"), ("eu", "u"), ("ae", "e"), ("ch", "j"), ("k", "g"),
        ("p", "b"), ("t", "d"), ("r", "l"), ("y", ""),
    ):  # fmt: skip
        word = word.replace(letters, one)
    return re.sub(r"(.)\1+", r"\1", word)


__all__ = [
    "WITHOUT_VOWELS", "fold", "greek_sound", "is_japanese", "korean_sound", "romanize",
    "script_of", "skeleton", "sound",
]  # fmt: skip
