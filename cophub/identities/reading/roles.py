"""Local parts that nobody bears as a name: `info@`, `training2@`, `office.kenya@`, `hrch@`."""

import re

from cophub.identities.reading.common_names import COMMON
from cophub.identities.reading.places import (
    BORNE,
    is_country_code,
    names_country_in_one,
    names_place,
)
from cophub.identities.reading.remembered import by_text
from cophub.identities.reading.role_words import (
    FUNCTIONS,
    GIVEN_TOO,
    PROGRAMMES,
    QUALIFIERS,
    SHORT,
    SURNAMES,
    TEAMS,
    UNANSWERED,
)

ROLE_LOCAL_PARTS = FUNCTIONS | PROGRAMMES | (TEAMS - {"cell", "hq"})
"""Words that make a local part one of a function, alone or beside a place, number or qualifier."""

_PARTS = ROLE_LOCAL_PARTS | SHORT
_STARTS = frozenset(part[:3] for part in _PARTS)
_ENDS = frozenset(part[-3:] for part in _PARTS)
_BEGINNINGS = frozenset(name[:size] for name in COMMON for size in range(4, len(name)))
_WITH_CODE = (ROLE_LOCAL_PARTS | SHORT) - SURNAMES - _BEGINNINGS
"""Functions that a country's code may follow: none that names begin with, as `geral`."""

_SPLIT = re.compile(r"[^a-z]+")
_MONITORING = re.compile(r"(?<![a-z])m(?:[-_.&+]|-?and-?|n)e(?![a-z])")
"""Monitoring and evaluation: `m&e`, `m.e`."""
_SHORTEST = 4
"""Letters of a word that is looked for inside one without separators: `infokenya`."""
_SUBJECTS = frozenset("medicine nursing science education school faculty".split())  # noqa: SIM905
"""What a dean is of."""
_BEFORE_CODE = 5
"""Letters of a function that a country's code may follow in one word; no name ends like that."""
_BORNE_TOO = frozenset(["it", "me", "mel"])
"""Short functions that names begin with: `meghana`."""
_BEFORE_CODE_TOO = frozenset(["admin", "drh", "hq", "hr", "ict", "info"])


@by_text
def is_role(local: str) -> bool:
    """Whether a local part, in lower case, names a function and no person.

    A word that says nothing about a function, as `maria` in `sales.maria`, makes it a person's.
    """
    if local in ROLE_LOCAL_PARTS:
        return True
    words = [word for word in _SPLIT.split(_MONITORING.sub("me", local)) if word]
    if not words:
        return False
    if len(words) == 1:
        return _is_role_word(words[0])
    telling = [word for word in words if _is_role_word(word)]
    rest = [word for word in words if word not in telling]
    if not telling:
        return _beside_country(words)
    if not all(_is_beside(word) for word in rest):
        return len(rest) > 1 and all(
            _is_beside(word) or word in telling for word in _joined_up(words)
        )
    # `jo.sales` is Jo Sales; `sales.ke` may be the office in Kenya, but who is unsure is a person.
    return not any(len(word) == 2 for word in rest) or not SURNAMES.issuperset(telling)


@by_text
def is_unanswered(local: str) -> bool:
    """Whether a machine writes from there and nobody reads it: `no-reply`, `kmnews-bounces`."""
    if local in UNANSWERED:
        return True
    words = [word for word in _SPLIT.split(local) if word]
    # `kmnews-bounces`, `noreply.forum`: the list or tool in front or behind may be called anything.
    return len(words) > 1 and not UNANSWERED.isdisjoint((words[0], words[-1], "-".join(words[-2:])))


@by_text
def _is_role_word(word: str) -> bool:
    """Whether a word alone, of letters only, is that of a function."""
    if word in ROLE_LOCAL_PARTS:
        return True
    if word in COMMON or word in BORNE:
        return False
    if names_country_in_one(word):
        return True
    # Most words neither begin nor end as any function does.
    some = not _STARTS.isdisjoint((word[:2], word[:3])) or not _ENDS.isdisjoint(
        (word[-2:], word[-3:])
    )
    for at in range(2, len(word) - 1) if some else ():
        left, right = word[:at], word[at:]
        if (left in _PARTS or right in _PARTS) and _joined(left, right):
            return True
    return _with_code(word)


def _joined(left: str, right: str) -> bool:
    """`infokenya`, `trainingteam`, `nairobioffice`: a function written together with its place."""
    if left in ROLE_LOCAL_PARTS and len(left) >= _SHORTEST:
        if right in ROLE_LOCAL_PARTS and len(right) > 1:
            return True
        return len(right) >= 3 and _is_beside(right)
    if right in ROLE_LOCAL_PARTS and len(right) >= _SHORTEST:
        return len(left) >= _SHORTEST and _is_beside(left)
    # Of two or three letters only beside a country in full: `hivgermany`, `kenyahr`.
    if left not in _BORNE_TOO and (left in ROLE_LOCAL_PARTS or left in SHORT):
        return len(right) > 3 and right not in BORNE and names_country_in_one(right)
    return right in SHORT and len(left) > 4 and left not in BORNE and names_country_in_one(left)


def _with_code(word: str) -> bool:
    """`officenl`, `hrch`, `keinfo`: a function in one with the code of a country."""
    for size in (2, 3):
        left, right = word[:-size], word[-size:]
        if left in _WITH_CODE and is_country_code(right):
            return len(left) >= _BEFORE_CODE or left in _BEFORE_CODE_TOO
        left, right = word[:size], word[size:]
        if right in ROLE_LOCAL_PARTS and is_country_code(left):
            return len(right) > _BEFORE_CODE or right == "info"
    return False


def _beside_country(words: list[str]) -> bool:
    """`tb.kenya`, `dean.medicine`: short words and names that are functions beside others."""
    doubtful = [word for word in words if word in SHORT or word in GIVEN_TOO]
    rest = [word for word in words if word not in doubtful]
    return bool(doubtful and rest) and all(names_place(word) or word in _SUBJECTS for word in rest)


def _joined_up(words: list[str]) -> list[str]:
    """Words with those put in one that name a country together: `office.sierra.leone`."""
    made = list(words)
    for at in range(len(made) - 1):
        if names_country_in_one(made[at] + made[at + 1]):
            return [*made[:at], made[at] + made[at + 1], *made[at + 2 :]]
    return made


def _is_beside(word: str) -> bool:
    """Whether a word leaves a function one. Of two letters: `info.ke`, a country's code."""
    return (
        word in QUALIFIERS
        or is_country_code(word)
        or names_country_in_one(word)
        or (names_place(word))
    )


__all__ = ["ROLE_LOCAL_PARTS", "is_role", "is_unanswered"]
