"""Local parts that nobody bears as a name: `info@`, `contacto@`, `training2@`, `office.kenya@`."""

import re
from functools import lru_cache

from cophub.identities.reading.places import BORNE, names_country, names_place
from cophub.identities.reading.role_words import (
    FUNCTIONS,
    PROGRAMMES,
    QUALIFIERS,
    SURNAMES,
    TEAMS,
    UNANSWERED,
)

ROLE_LOCAL_PARTS = FUNCTIONS | PROGRAMMES | (TEAMS - {"cell", "hq"})
"""Words that make a local part one of a function, alone or beside a place, number or qualifier."""

_SPLIT = re.compile(r"[^a-z]+")
_MONITORING = frozenset(("m-e", "m_e", "m&e", "mande", "m-and-e", "mne", "m+e"))
_SHORTEST = 4
"""Letters of a word that is looked for inside one without separators: `infokenya`."""


@lru_cache(maxsize=65536)
def is_role(local: str) -> bool:
    """Whether a local part, in lower case, names a function and no person.

    A word that says nothing about a function, as `maria` in `sales.maria`, makes it a person's.
    """
    if local in ROLE_LOCAL_PARTS or local in _MONITORING:
        return True
    words = [word for word in _SPLIT.split(local) if word]
    if not words:
        return False
    if len(words) == 1:
        return _is_role_word(words[0])
    telling = [word for word in words if _is_role_word(word)]
    rest = [word for word in words if word not in telling]
    if not telling or not all(_is_beside(word) for word in rest):
        return False
    # `jo.sales` is Jo Sales; `sales.ke` may be the office in Kenya, but who is unsure is a person.
    return not any(len(word) == 2 for word in rest) or not SURNAMES.issuperset(telling)


@lru_cache(maxsize=65536)
def is_unanswered(local: str) -> bool:
    """Whether a machine writes from there and nobody reads it: `no-reply`, `kmnews-bounces`."""
    if local in UNANSWERED:
        return True
    words = [word for word in _SPLIT.split(local) if word]
    # `kmnews-bounces`, `noreply.forum`: the list or tool in front or behind may be called anything.
    return len(words) > 1 and not UNANSWERED.isdisjoint((words[0], words[-1], "-".join(words[-2:])))


@lru_cache(maxsize=65536)
def _is_role_word(word: str) -> bool:
    """Whether a word alone, of letters only, is that of a function."""
    if word in ROLE_LOCAL_PARTS:
        return True
    if names_country(word):
        return word not in BORNE
    return any(_joined(word[:at], word[at:]) for at in range(_SHORTEST, len(word) - _SHORTEST + 2))


def _joined(left: str, right: str) -> bool:
    """`infokenya`, `trainingteam`, `nairobioffice`: a function written together with its place."""
    if left in ROLE_LOCAL_PARTS:
        return right in ROLE_LOCAL_PARTS or (len(right) >= 3 and _is_beside(right))
    return right in ROLE_LOCAL_PARTS and len(right) >= _SHORTEST and _is_beside(left)


def _is_beside(word: str) -> bool:
    """Whether a word leaves a function one. Of two letters: `info.ke`, a country's code."""
    return word in QUALIFIERS or len(word) == 2 or names_place(word)


__all__ = ["ROLE_LOCAL_PARTS", "is_role", "is_unanswered"]
