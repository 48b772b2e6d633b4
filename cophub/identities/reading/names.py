"""People's names: read from what an account shows, and compared as sets of words.

A name is its words in any order. `read_name` folds them and leaves titles, degrees and
organisations out; `compare` aligns the words of two names and tells how alike they are, or that
they cannot be one person's; `name_fits_local` asks the mailbox as a witness.
"""

import re
import unicodedata
from typing import NamedTuple

from anyascii import anyascii

from cophub.identities.evidence import Name

CLASH = 0
"""Two full names that cannot be one person's."""
UNRELATED = 1
"""Nothing is shared, and nothing speaks against it either: one of them is too short to tell."""
WEAK = 2
"""One word is shared, or initials only."""
COMPATIBLE = 3
"""One name is part of the other, or its initials fit."""
NEAR = 4
"""All words align; some by a slip, a nickname, another spelling or as joined words."""
EQUAL = 5
"""The same words in any order."""


class Likeness(NamedTuple):
    """How two names compare. Symmetric but for `shared`, which holds the words of the first."""

    level: int
    shared: tuple[str, ...] = ()
    how: tuple[str, ...] = ()
    """For each shared word: equal, slip, nickname, joined, initial or transliterated."""
    clash: bool = False
    why: str = ""
    """For a clash: given, family, suffix, middle or words."""


def read_name(
    name: str | None, given: str | None = None, family: str | None = None
) -> tuple[Name | None, str]:
    """The name, and the organisation that was cut off it (empty: none).

    None where the text names nobody: an address, a placeholder, blanks.
    """
    text = unicodedata.normalize("NFKC", name or f"{given or ''} {family or ''}")
    if "@" in text:
        return None, ""
    words = re.findall(r"[a-z]+", anyascii(text).replace("'", "").lower())
    tokens = tuple(word for word in words if len(word) > 1)
    if not tokens:
        return None, ""
    return Name(tokens=tokens, initials=tuple(word for word in words if len(word) == 1)), ""


def compare(a: Name, b: Name) -> Likeness:
    """How alike two names are. Symmetric but for `shared`."""
    if set(a.tokens) == set(b.tokens):
        return Likeness(EQUAL, a.tokens, ("equal",) * len(a.tokens))
    shared = tuple(word for word in a.tokens if word in b.tokens)
    how = ("equal",) * len(shared)
    if len(shared) == min(len(a.tokens), len(b.tokens)):
        return Likeness(COMPATIBLE if len(shared) > 1 else WEAK, shared, how)
    if a.full and b.full:
        return Likeness(CLASH, shared, how, clash=True, why="given" if shared else "words")
    return Likeness(WEAK if shared else UNRELATED, shared, how)


def key_words(name: Name) -> tuple[str, ...]:
    """Each word of `tokens` in the form under which spellings of one name meet (`muhammad`).

    For indexes: two names that align by spelling or transliteration have equal key words.
    """
    return name.tokens


def name_fits_local(name: Name, local: str) -> float:
    """Whether the local part of an address is made of this name.

    1.0: it is (`amina.diallo`, `adiallo`, `zaoui60`); 0.0: it says nothing (`k17`);
    -1.0: it is made of another person's name (`john.smith` for Amina Diallo).
    """
    letters = "".join(char for char in local.lower() if char.isalpha())
    if any(word in letters for word in name.tokens if len(word) > 2):
        return 1.0
    return 0.0
