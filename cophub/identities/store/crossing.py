"""Counts that went into another band, and whose scores may have risen or fallen by that.

What more bear says less: mostly a count that rises lowers scores, and only pairs that are kept need
be weighed again. Three things raise a score, so that pairs must be found anew: the more often two
words are seen together the fewer bear one without the other; of three words of a name the two
rarest may be others than before; and what a rule knows of too many no longer tells two apart.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from sqlalchemy import Connection

from cophub.identities.evidence import Evidence
from cophub.identities.matching import blocking, clue_evidence
from cophub.identities.matching.frequency import band
from cophub.identities.matching.keys import (
    WORD,
    chosen_words,
    clue_key,
    key_of,
    pair_key,
    spelled_name,
)
from cophub.identities.store.index import bearers, bearing, evidence_of

_RANKED = 3
"""Of names with so many words the rarest ones are told from the others."""
_OWN = 2
"""So many bearers of two words are the pair of accounts itself."""


@dataclass(frozen=True)
class Altered:
    """An account whose evidence changed: its number, and what it says now (None: it is gone)."""

    number: int
    before: Evidence | None
    after: Evidence | None
    digest: int

    @property
    def said(self) -> Iterator[Evidence]:
        """What it said before and says now."""
        return (e for e in (self.before, self.after) if e is not None)


def crossed(
    before: Mapping[int, int], after: Mapping[int, int], altered: Sequence[Altered]
) -> tuple[set[int], set[int]]:
    """Keys whose bearers need only be weighed again, and keys whose pairs must be found anew.

    `before` and `after` tell how many bore the keys of what was altered; none, where left out.
    """
    pairs = {
        pair_key(*words)
        for each in altered
        for e in each.said
        for words in combinations(_words(e), 2)
    }
    clues = {clue_key(clue) for each in altered for e in each.said for clue in e.clues}
    up: set[int] = set()
    again: set[int] = set()
    for key in before.keys() | after.keys():
        was, now = before.get(key, 0), after.get(key, 0)
        if (was > blocking.CAP) != (now > blocking.CAP) or band(now) < band(was):
            again.add(key)
        elif key in clues and was < clue_evidence.COMMON <= now:
            # From now on two different ones are no reason against.
            again.add(key)
        elif band(now) > band(was):
            (again if key in pairs and now > _OWN else up).add(key)
    return up, again


def reordered(
    connection: Connection,
    up: set[int],
    before: Mapping[int, int],
    after: Mapping[int, int],
    altered: Sequence[Altered],
) -> set[int]:
    """Accounts the words of whose names are in another order by how common they are."""
    keys = {_key(word) for each in altered for e in each.said for word in _words(e)} & up
    numbers = {number for _, number in bearing(connection, keys)}
    names = {
        number: words
        for number, e in evidence_of(connection, numbers).items()
        if len(words := _words(e)) >= _RANKED
    }
    others = {_key(word) for words in names.values() for word in words}
    others -= before.keys() | after.keys()
    same = bearers(connection, others)
    was, now = {**same, **before}, {**same, **after}
    return {number for number, words in names.items() if _ranked(words, was) != _ranked(words, now)}


def _ranked(words: Sequence[str], counts: Mapping[int, int]) -> list[str]:
    return sorted(words, key=lambda word: (band(counts.get(_key(word), 0)), word))


def _key(word: str) -> int:
    return key_of(WORD, word)


def _words(e: Evidence) -> tuple[str, ...]:
    """The words of the name that an account is found by, as `index_keys` has them."""
    name = e.name if e.name is not None and e.name.full else spelled_name(e) or e.name
    return chosen_words(name) if name is not None else ()


__all__ = ["Altered", "crossed", "reordered"]
