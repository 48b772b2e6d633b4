"""Given and family names by culture, from `names.txt`, as pools with a realistic skew.

A few names are borne by many and most by few: the name at rank r is drawn in proportion to
1 / (r + q) ** s (Zipf and Mandelbrot). Which s and q is a culture's own: half of all Koreans have
one of three family names, and no American one is borne by one in a hundred.
"""

from bisect import bisect
from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files
from itertools import accumulate
from random import Random
from typing import NamedTuple

from cophub.sandbox.population.romanizing import romanized


class Word(NamedTuple):
    """One word of a name, or what goes for one (`de la Cruz`)."""

    spellings: tuple[str, ...]
    """In Latin letters, the usual one first."""
    native: str = ""
    """In its own script, where that is another."""


class Pool:
    """Words with how common each is."""

    def __init__(self, words: Sequence[Word], s: float, q: float) -> None:
        self.words = words
        weights = list(accumulate(1 / (rank + q) ** s for rank in range(1, len(words) + 1)))
        self._ends = [weight / weights[-1] for weight in weights]

    def draw(self, chance: Random) -> Word:
        """One word, the common ones more often."""
        return self.words[bisect(self._ends, chance.random())]


def _word(text: str, culture: str) -> Word:
    latin, _, native = text.replace("_", " ").partition("=")
    spellings = tuple(dict.fromkeys(latin.split("/")))
    if latin[0] > "\u036f":  # beyond Latin: Greek, Cyrillic, Armenian, Georgian
        return Word(romanized(latin, ukrainian=culture == "ukrainian"), latin)
    return Word(spellings, native)


@lru_cache(maxsize=1)
def _lines() -> dict[str, dict[str, str]]:
    text = files("cophub.sandbox.population").joinpath("names.txt").read_text("utf-8")
    found: dict[str, dict[str, str]] = {}
    for line in text.splitlines():
        if line.startswith("@"):
            section = found.setdefault(line[1:], {})
        elif not line.startswith("#"):
            key, _, rest = line.partition(": ")
            section[key] = rest
    return found


@lru_cache(maxsize=512)
def words(culture: str, kind: str) -> tuple[Word, ...]:
    """The words of one kind: `men`, `women`, `family`, ...; empty where the culture has none."""
    return tuple(_word(text, culture) for text in _lines()[culture].get(kind, "").split())


@lru_cache(maxsize=1)
def nicknames() -> dict[str, list[str]]:
    """What people with a given name are called."""
    return {name: short.split() for name, short in _lines()["nicknames"].items()}
