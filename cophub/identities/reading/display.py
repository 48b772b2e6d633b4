"""How a person's name is written for readers: given name first, no titles, no organisation.

`Mwangi, Joseph (PATH)` is `Joseph Mwangi`, and `Dr. JOSEPH MWANGI, MPH` is, too. A text that names
nobody, such as `Training Team`, stays as it is.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from cophub.identities.evidence import Name
from cophub.identities.reading.name_remarks import country_words
from cophub.identities.reading.name_text import clean, take_apart
from cophub.identities.reading.name_words import MAIDEN, NAMES_TOO, PARTICLES, SPECIAL, SUFFIXES
from cophub.identities.reading.names import read_name
from cophub.identities.reading.scripts import fold, script_of

_WORD = r"[A-ZÀ-ÖØ-Þ][a-zß-öø-ÿ]+"
_PLAIN = re.compile(r"[A-Za-zÀ-ÖØ-öø-ÿ]{3,}(?: [A-Za-zÀ-ÖØ-öø-ÿ]{3,}){0,3}")
_FINE = re.compile(rf"{_WORD}(?: {_WORD}){{0,3}}")
_ARTICLE = re.compile(r"(?i)(?<!\w)(al|el|ul|ad|as|ash|ar|ud|ur|us|uz|ou)-(?=[^\W\d_]{3})")
_HELD = "\u2011"
"""Stands for the hyphen of an article while a text is taken apart, where it would be dropped."""
_BETWEEN = re.compile(r"[-_.'’\u2011]+")
_LETTERS = re.compile(r"[^\W\d_]+")
_USER_NAME = re.compile(r"[^\W\d_]{2,}(?:[._][^\W\d_]{2,})+")
_LONG_NUMBER = 4
_SMALL_FIRST = re.compile("[a-z]{3,} [a-z]{3,}$")
_COUNTED = re.compile(r"(?<=[^\W\d_])\d+$")
_SMALL = (PARTICLES - NAMES_TOO) | MAIDEN | {"de", "da", "di"}
_SMALL_TOO = frozenset(("van", "la", "el", "al", "bin"))
"""Names as well: small beside words in small letters, and beside another particle."""


class Shown(NamedTuple):
    """A name as readers see it, and how well the account wrote it."""

    rank: int
    """0 just so, 1 but for capital and small letters, 2 among other things, 3 but for initials, 4
    but one word of it, 5 nobody's name."""
    text: str


def shown_name(text: str) -> Shown:
    """The name of one account as readers see it."""
    text = " ".join(text.split())
    if _PLAIN.fullmatch(text):
        words = text.split(" ")
        folded = text.lower().split(" ") if text.isascii() else [*map(fold, words)]
        if SPECIAL.isdisjoint(folded) and country_words().isdisjoint(folded):
            if _FINE.fullmatch(text):
                return Shown(0 if len(words) > 1 else 4, text)
            shown = " ".join(_cased(_given_first(words), Name(tuple(folded))))
            if len(words) > 1:
                return Shown(1 if shown.lower() == text.lower() else 2, shown)
    name, _ = read_name(text)
    words = list(_words(text, name)) if name is not None else []
    if name is None or not words:
        return Shown(5, text)
    shown = " ".join(_cased(_given_first(words), name))
    if len(name.tokens) < 2:
        return Shown(3 if name.full else 4, shown)
    return Shown(0 if shown == text else 1 if shown.lower() == text.lower() else 2, shown)


def tells_who(name: str | None, email: str | None) -> bool:
    """Whether somebody can be told from others by what is shown of them.

    `maria`, typed into a call, may be anybody; an address or a full name is one person's, mostly.
    """
    if email or not name:
        return bool(email)
    found, _ = read_name(name)
    return found is not None and found.full


def best_name(texts: Iterable[str], others: Iterable[str] = ()) -> str:
    """The best written of the names that a person's accounts show, in whatever order; the longest.

    What it has in capitals or small letters alone is spelt as another of `texts` or `others` does.
    """
    texts = _in_question(set(texts))
    rank, _, best, written = min((s.rank, -len(s.text), s.text, t) for t, s in
                                 ((text, shown_name(text)) for text in texts))  # fmt: skip
    if rank in (0, 5) or not (poor := set(_poor(written))):
        return best
    spelt = _spellings({*texts, *others})
    return " ".join(
        spelt.get(folded, word) if (folded := fold(word)) in poor else word
        for word in best.split(" ")
    )


def _in_question(texts: set[str]) -> list[str]:
    """Those of the texts that may be written best.

    Where one is written well only another just so, and no shorter, is better: and what has a word
    with a comma behind it, or begins with a small letter, is not.
    """
    if len(texts) > 1:
        fine = [text for text in texts if _FINE.fullmatch(text) and " " in text]
        best = max(fine, key=len, default="")
        if best and shown_name(best).rank == 0:
            return [best, *(text for text in texts if len(text) >= len(best) and text != best
                            and ", " not in text and not _SMALL_FIRST.match(text))]  # fmt: skip
    return list(texts)


def _words(text: str, name: Name) -> Iterator[str]:
    """The words of a text that are the name's, as written, the given name first."""
    held = _ARTICLE.sub(lambda found: f"{found[1]}{_HELD}", clean(text))
    parts = take_apart(held)
    family, comma, given = parts.name.partition(" , ")
    before, behind = (given, family) if comma else (parts.name, "")
    if _USER_NAME.fullmatch(before):
        before = re.sub(r"[._]", " ", before)
    suffixes = []
    mine = {*name.tokens, *name.initials}
    for word in (*before.split(), *behind.split()):
        folded = fold(word)
        pieces = {fold(piece) for piece in _BETWEEN.split(word) if piece}
        if name.suffix and SUFFIXES.get(folded) == name.suffix:
            suffixes.append(word)
        elif _is_of(word, folded, pieces, mine, name):
            yield _COUNTED.sub("", word.strip(",;:*-_").replace(_HELD, "-"))
    yield from suffixes[:1]


def _given_first(words: list[str]) -> list[str]:
    """`MWANGI Joseph` the other way round: capitals beside small letters are the family name."""
    loud = [len(word) > 2 and word.isupper() and "." not in word for word in words]
    count = loud.index(False) if False in loud else 0
    quiet = all(word[1:].islower() and word[0].isupper() for word in words[count:])
    return [*words[count:], *words[:count]] if count and quiet else words


def _is_of(word: str, folded: str, pieces: set[str], mine: set[str], name: Name) -> bool:
    if script_of(word) != "latin":
        return name.script != "latin"
    if folded in mine or pieces & mine or folded in PARTICLES or folded in MAIDEN:
        return True
    if word.isdecimal():  # `Participant 07`: what tells one from the next
        return len(word) < _LONG_NUMBER
    # `JK` are two initials, and digits behind a name are dropped: `Amina2`.
    bare = folded.rstrip("0123456789")
    return bare in mine or (word.isupper() and bool(bare) and set(bare) <= set(name.initials))


def _cased(words: list[str], name: Name) -> Iterator[str]:
    """Words in capitals or small letters alone, as names are written."""
    quiet = any(word[1:].islower() and word[:1].isupper() for word in words)
    small = False
    for place, word in enumerate(words):
        folded = fold(word)
        inside = 0 < place < len(words) - 1
        beside = small or fold(words[min(place + 1, len(words) - 1)]) in _SMALL
        small = folded in _SMALL or (folded in _SMALL_TOO and (quiet or beside))
        if inside and small and (word.isupper() or word.islower()):
            yield word if word.islower() else word.lower()
        elif folded in SUFFIXES:
            yield word.upper() if folded in ("ii", "iii", "iv") else word.capitalize()
        elif _is_initials(word, folded, name):
            yield word.upper()
        elif len(word) > 1 and (word.isupper() or word.islower()):
            yield _capitalized(word)
        else:
            yield word


def _is_initials(word: str, folded: str, name: Name) -> bool:
    if folded in name.tokens or not folded.isalpha() or script_of(word) != "latin":
        return False
    return len(folded) == 1 or set(folded) <= set(name.initials)


def _capitalized(word: str) -> str:
    """`O'BRIEN-MCKAY` as `O'Brien-McKay`."""
    made = _LETTERS.sub(lambda found: found[0].capitalize(), word)
    return re.sub(r"\bMc([a-z])(?=[a-z]{2})", lambda found: f"Mc{found[1].upper()}", made)


def _poor(text: str) -> Iterator[str]:
    """The words of a text, folded, that are in capitals or in small letters alone."""
    for word in clean(text).replace(",", " ").split():
        if len(word) > 1 and (word.isupper() or word.islower()):
            yield fold(word)


def _spellings(texts: Iterable[str]) -> dict[str, str]:
    """How words are written best, by the folded word: as most texts do."""
    counts: Counter[tuple[str, str]] = Counter()
    for text in texts:
        poor = set(_poor(text))
        for word in shown_name(text).text.split(" "):
            if (folded := fold(word)) and folded not in poor:
                counts[folded, word] += 1
    found: dict[str, str] = {}
    for (folded, word), _ in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        found.setdefault(folded, word)
    return found


__all__ = ["Shown", "best_name", "shown_name", "tells_who"]
