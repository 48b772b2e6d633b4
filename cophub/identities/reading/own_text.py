"""Names that are an organisation's or a function's own text: `Hope Publications` at `hope.org`.

Within what one account says: its name, organisation, work domain and mailbox. Such a name names
nobody, however much it looks like a full one; where a word of it is a known given name, it is a
person's, unless all of it is the organisation's.
"""

import re

from cophub.identities.evidence import Name
from cophub.identities.reading.common_names import COMMON, GIVEN
from cophub.identities.reading.devices import plain
from cophub.identities.reading.name_words import ORGANIZATION, PARTICLES
from cophub.identities.reading.places import BORNE, names_country_in_one, names_place
from cophub.identities.reading.remembered import by_text
from cophub.identities.reading.role_words import (
    FUNCTIONS,
    GIVEN_TOO,
    ORGANIZATIONS,
    PROGRAMMES,
    QUALIFIERS,
    SHORT,
    SURNAMES,
    TEAMS,
)
from cophub.identities.reading.roles import is_role
from cophub.identities.reading.spellings import SPELLING

_OF_BODIES = (
    FUNCTIONS | ORGANIZATION | ORGANIZATIONS | PROGRAMMES | TEAMS | SHORT | QUALIFIERS | {"care"}
)
_DOUBTFUL = SURNAMES | GIVEN_TOO | COMMON | GIVEN
_TELLING = frozenset(
    word for word in _OF_BODIES - _DOUBTFUL - PARTICLES if len(word) > 2 or word in SHORT
) - {"and", "for", "the", "para", "por", "pour"}
_SHORTEST = 4
"""Letters of a word that is looked for inside the label of a domain."""


@by_text
def telling(shown: str) -> tuple[str, ...]:
    """The words of a name, plain, if one of them is of a function, team or body; else none."""
    words = plain(shown).split()
    return () if _TELLING.isdisjoint(words) else tuple(words)


def is_own_text(shown: str, organization: str, domain: str, local: str) -> bool:
    """Whether a name is the account's own organisation's or function's text.

    `local` is the local part of its mailbox and `domain` its work domain; either may be empty.
    """
    at_role = bool(local) and is_role(local)
    if not (at_role or organization or domain):
        return False
    told = telling(shown)
    at_role = at_role or (bool(told) and local in GIVEN_TOO)
    if not told and not (at_role and (organization or domain)):
        return False
    words = told or tuple(plain(shown).split())
    label = domain.partition(".")[0].replace("-", "")
    own = set(plain(organization).split()) if organization else set()
    if at_role:
        return _at_role(words, bool(told), own, label, local)
    theirs = [word for word in words if word in own or _in_label(word, label)]
    if not theirs or (not ORGANIZATIONS.intersection(words) and not GIVEN.isdisjoint(words)):
        return False
    return all(word in theirs or _is_of_body(word) for word in words)


def without_body(name: Name, organization: str, domain: str, local: str) -> Name:
    """The name without its last words where they are the account's own organisation's.

    `organization` is in normal form. Two words are left, and no word goes that is known as a name
    or stands in the mailbox: somebody may work for a firm that bears his name.
    """
    label = domain.partition(".")[0]
    body = organization.split()
    ours = {*body, label, "".join(word[0] for word in body)}
    kept = list(name.tokens)
    while len(kept) > 2 and kept[-1] in ours and len(kept[-1]) > 2:
        if kept[-1] in COMMON or kept[-1] in SPELLING or kept[-1] in local:
            break
        kept.pop()
    if len(kept) == len(name.tokens):
        return name
    gone = set(name.tokens) - set(kept)
    given, family = (tuple(w for w in ws if w not in gone) for ws in (name.given, name.family))
    return Name(tuple(kept), name.initials, given, family, name.suffix, name.script, name.written)


def _at_role(words: tuple[str, ...], told: bool, own: set[str], label: str, local: str) -> bool:
    """The verdict on a name at the mailbox of a function."""
    letters = "".join(re.findall("[a-z]+", local))
    acronym = "".join(word[0] for word in words)
    if told and (own.issuperset(words) or (len(acronym) > 2 and label.startswith(acronym))):
        return True
    bare = [word for word in words if not _is_of_body(word)]
    if told or any(len(word) > 2 and word in letters and word not in bare for word in words):
        # "Amina Diallo Training" is a person's, with what she does; "Hope Training" is not.
        foreign = [word for word in bare if word not in own and not _in_label(word, label)]
        person = len(foreign) > 1 and (
            not GIVEN.isdisjoint(foreign) or all(word in COMMON for word in foreign)
        )
        return not person
    if not GIVEN.isdisjoint(words):
        return False
    if not bare:
        return True  # "M.E. Senegal"
    whole = "".join(words)
    if len(words) > 1 and (own.issuperset(words) or (len(whole) > 7 and label.startswith(whole))):
        return True
    return whole == label


def _in_label(word: str, label: str) -> bool:
    return word == label or (len(word) >= _SHORTEST and word in label)


def _is_of_body(word: str) -> bool:
    """Whether a word tells of a function, a body or a place, and is not first of all a name."""
    if word in _OF_BODIES or word.isdigit() or len(word) == 1:
        return True
    return (names_place(word) or names_country_in_one(word)) and word not in BORNE


__all__ = ["is_own_text", "telling", "without_body"]
