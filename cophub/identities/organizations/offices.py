"""Names that need a place: offices of an organisation in a country, ministries, mere kinds.

All functions take and give normal forms, and are pure.
"""

from functools import cache, lru_cache
from typing import NamedTuple

from cophub.identities.organizations.normal import normal_form
from cophub.identities.organizations.words import (
    LINKING,
    MINISTRIES,
    MINISTRY_OF_HEALTH,
    NATIONAL_BODIES,
    OFFICE_WORDS,
    SEATS,
    VAGUE,
)
from cophub.identities.reading.places import CITIES, country_code, names_country

HEALTH = "ministry of health"
_SHORT = frozenset("usa us uk drc rdc uae png ksa rca".split())  # noqa: SIM905
# Labels of hosts that mean a department or a service far more often than the country.
_NO_COUNTRY = frozenset(
    "it hr pr tv ai io my me id in is no so st ac sc md ms mx ns co cs cc im ad".split()  # noqa: SIM905
)


_LONGEST = 6
"""Words that the name of a country has at most."""


class Placed(NamedTuple):
    """A name and where it is."""

    base: str
    country: str
    """ISO code in lower case; empty: none is told."""


@lru_cache(maxsize=1 << 17)
def placed(name: str) -> Placed:
    """`who kenya country office` -> `who`, `ke`; a name without a place is itself.

    What is left is not empty. A city at the end goes too, but tells no country.
    """
    words = name.split()
    while len(words) > 1 and words[0] in OFFICE_WORDS:
        del words[0]
    words = _without_tail(words)
    country, length = _country_at_end(words)
    if not length and len(words) > 1 and (words[-1] in CITIES or words[-1] in SEATS):
        length = 1
    words = _without_tail(words[: len(words) - length])
    while len(words) > 1 and words[0] in LINKING:
        del words[0]
    return Placed(" ".join(words), country)


def national(name: str) -> Placed | None:
    """What every country has one of, and whose it is; None for another name.

    `moh kenya`, `kenya ministry of health` -> `ministry of health`, `ke`.
    """
    found = placed(name)
    if not found.country:
        words = name.split()
        country, length = _country_at_start(words)
        if length and (rest := " ".join(_linked(words[length:]))):
            found = Placed(rest, country)
    base = found.base
    if base in _health():
        return Placed(HEALTH, found.country)
    if base.partition(" ")[0] in _ministries() or base in _vague():
        return Placed(base, found.country)
    return None


@lru_cache(maxsize=1 << 17)
def is_vague(name: str) -> bool:
    """Whether a name alone does not say which organisation is meant: `university`, `moh`."""
    if name in _vague():
        return True
    found = one_per_country(name)
    return found is not None and not found.country


@lru_cache(maxsize=1 << 16)
def one_per_country(name: str) -> Placed | None:
    """As `national`, of ministries alone: a country has many universities."""
    found = national(name)
    if found is None or (found.base in _vague() and found.base not in NATIONAL_BODIES):
        return None
    return Placed(NATIONAL_BODIES.get(found.base, found.base), found.country)


def office_of_host(host: str, registered: str) -> str:
    """The country that a host names below a registered domain: `mail.ke.who.int` -> `ke`."""
    if not host.endswith("." + registered):
        return ""
    for label in reversed(host[: -len(registered) - 1].split(".")):
        if len(label) == 2 and label not in _NO_COUNTRY and names_country_code(label):
            return label
    return ""


@cache
def names_country_code(label: str) -> bool:
    """Whether two letters are the code of a country."""
    return country_code(label) == label and names_country_of(label)


def names_country_of(code: str) -> bool:
    """Whether babel knows a country by this code."""
    from babel.core import Locale

    return code.upper() in Locale("en").territories and len(code) == 2


@lru_cache(maxsize=1 << 12)
def iso_code(text: str) -> str:
    """The code of a country as written; empty where it is none that is known."""
    code = country_code(text)
    return code if len(code) == 2 and names_country_of(code) else ""


def _country_at_end(words: list[str]) -> tuple[str, int]:
    for length in range(min(_LONGEST, len(words) - 1), 0, -1):
        if code := _code(words[-length:]):
            return code, length
    return "", 0


def _country_at_start(words: list[str]) -> tuple[str, int]:
    for length in range(min(_LONGEST, len(words) - 1), 0, -1):
        if code := _code(words[:length]):
            return code, length
    return "", 0


def _code(words: list[str]) -> str:
    text = " ".join(words)
    if text in _SHORT or (words[0] not in LINKING and names_country(text)):
        return iso_code(text)
    return ""


def _without_tail(words: list[str]) -> list[str]:
    while len(words) > 1 and (words[-1] in OFFICE_WORDS or words[-1] in LINKING):
        words = words[:-1]
    return words


def _linked(words: list[str]) -> list[str]:
    while words and words[0] in LINKING:
        words = words[1:]
    return words


@cache
def _vague() -> frozenset[str]:
    return frozenset(map(normal_form, VAGUE)) - {""}


@cache
def _health() -> frozenset[str]:
    return frozenset(map(normal_form, MINISTRY_OF_HEALTH)) - {""}


@cache
def _ministries() -> frozenset[str]:
    return frozenset(map(normal_form, MINISTRIES)) - {""}


__all__ = [
    "HEALTH",
    "Placed",
    "is_vague",
    "iso_code",
    "office_of_host",
    "one_per_country",
    "placed",
]
