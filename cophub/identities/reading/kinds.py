"""What an account stands for: a person, a shared mailbox, a machine, a device or a room, and why.

The vendor's own word comes first, then the name, then the mailbox. Precision first: who might be a
person is one.
"""

import re
from collections.abc import Iterable
from typing import NamedTuple

from cophub.identities.organizations.known import known
from cophub.identities.reading.common_names import COMMON
from cophub.identities.reading.devices import (
    TRIGGERS,
    behind_device,
    device_owner,
    is_caller,
    plain,
)
from cophub.identities.reading.kind_words import (
    BOTS,
    CALLERS,
    LOGINS,
    MACHINES,
    OWNED_BY,
    ROOM_HEADS,
    ROOMS,
    SURE_DEVICES,
)
from cophub.identities.reading.own_text import is_own_text
from cophub.identities.reading.places import BORNE, fold, names_place
from cophub.identities.reading.remembered import by_text
from cophub.identities.reading.role_words import (
    FUNCTIONS,
    ORGANIZATIONS,
    PROGRAMMES,
    QUALIFIERS,
    SURNAMES,
    TEAMS,
    TECHNICAL,
)
from cophub.identities.reading.roles import is_role, is_unanswered

KINDS = ("person", "role_mailbox", "bot", "service", "device", "shared_login", "room")

_VENDORS_WORDS = dict.fromkeys(KINDS, "") | {
    "application": "service", "app": "service", "system": "service", "robot": "bot",
    "equipment": "device", "resource": "room", "shared": "shared_login", "group": "shared_login",
    "mailbox": "role_mailbox", "user": "person", "human": "person", "member": "person",
    "guest": "person",
}  # fmt: skip


class Judgement(NamedTuple):
    """A kind and why; `kind` is empty where nothing is told."""

    kind: str = ""
    reason: str = ""
    firm: bool = False
    """Whether it holds at a mailbox that looks like a person's too."""


NOTHING = Judgement()
_PERSON = Judgement("person")
_DEVICE = Judgement("device", "the name is that of a device")
_CALLER = Judgement("device", "the name is that of a telephone")
_ROOM = Judgement("room", "the name is that of a room", firm=True)
_SERVICE = Judgement("service", "the name is that of a service", firm=True)
_BOT = Judgement("bot", "the name is that of a bot", firm=True)
_LOGIN = Judgement("shared_login", "the name is that of a login that several people use")
_TEAM = Judgement("shared_login", "the name is that of a team or function")
_OWN = Judgement("shared_login", "the name is the organisation's or function's own")
_TWO = Judgement("shared_login", "the name is that of two people")
_COUPLE = re.compile(r"(?i)\s*[^\W\d_]+\s+(?:&|and|und|et)\s+[^\W\d_]+(?:\s+[\w'’-]+)+\s*")
_BODY = Judgement("shared_login", "the name is that of an organisation")


def kind_of_vendor(word: str | None) -> str:
    """The vendor's own word as one of `KINDS`; empty where it is none that we know."""
    if not word:
        return ""
    word = word.strip().lower()
    return _VENDORS_WORDS.get(word, "") or (word if word in KINDS else "")


@by_text
def kind_of_name(text: str) -> Judgement:
    """What a shown name alone tells about the kind."""
    words = plain(text).split()
    if not words:
        return _CALLER if is_caller(text) else NOTHING
    folded = " ".join(words)
    if _COUPLE.fullmatch(text):
        return _TWO
    if _is_like_a_name(folded, words):
        return NOTHING
    found = _machine(text, folded)
    if found.kind:
        return found
    if _is_room(folded, words):
        return _ROOM
    if is_caller(text):
        return _CALLER
    if device_owner(text) is not None:
        return _DEVICE
    if _numberless(folded) in _LOGINS:
        return _LOGIN
    return _group(text, words)


def name_judgement(shown: str, organization: str, domain: str, local: str = "") -> Judgement:
    """What a shown name tells about the kind, beside the account's organisation and address.

    `domain` is that of a work mailbox, `local` the local part of any.
    """
    if not shown:
        return NOTHING
    told = kind_of_name(shown)
    if told.kind:
        return told
    if (organization or domain) and names_body(shown, organization, domain):
        return _BODY
    return _OWN if is_own_text(shown, organization, domain, local) else told


def judge(vendor: str | None, told: Judgement, shown: str, full: bool, local: str) -> Judgement:
    """Kind of an account and why: `told` by its name, which may be a `full` one of a person.

    `local` is the local part of the mailbox in canonical form.
    """
    known = kind_of_vendor(vendor)
    # "person" is what vendors say of everything that has a login.
    if known and known != "person":
        return Judgement(known, "the vendor says so")
    if told.firm:
        return told
    # "Bot" is a surname too, but who bears it answers letters.
    if local and is_unanswered(local) and plain(shown).endswith((" bot", " robot")):
        return _BOT
    if not full and local:
        if is_unanswered(local):
            return Judgement("service", "nobody reads what comes to the address")
        if _is_room_mailbox(local):
            return Judgement("room", "the address is that of a room")
        if is_role(local):
            return Judgement("role_mailbox", "the address is that of a function")
        # Who gave their device's or team's name, but their own address, is still somebody.
        if told.kind and not _fits(shown, local):
            return _PERSON
    return told if told.kind else _PERSON


def names_body(shown: str, organization: str, domain: str) -> bool:
    """Whether a name is that of the account's own organisation: `WHO Kenya` at `who.int`.

    A consultant who gives their own name as organisation is a person.
    """
    words = plain(shown).split()
    if not words:
        return False
    bodies = {plain(organization), domain.partition(".")[0]} - {""}
    if words[0] in bodies and all(map(_is_part, words[1:])):
        return len(words) > 1 or _is_capital(shown)
    if " ".join(words) not in bodies:
        return False
    return not ORGANIZATIONS.isdisjoint(words) or any(_is_capital(word) for word in shown.split())


def _is_part(word: str) -> bool:
    """Whether it tells which office of an organisation is meant."""
    return names_place(word) or word in QUALIFIERS or word in TEAMS or word.isdigit()


def _fits(shown: str, local: str) -> bool:
    """Whether a local part is made of a shared name's words: `mnchteam` of "MNCH Team"."""
    letters = re.sub(r"[^a-z]", "", local)
    words = plain(shown).split()
    return len(letters) > 1 and (
        letters in "".join(words) or letters == "".join(w[0] for w in words)
    )


def _is_capital(text: str) -> bool:
    return 2 <= len(text) <= 8 and text.isupper() and text.isalpha()


_MACHINES = frozenset(map(plain, MACHINES))
_LOGINS = frozenset(map(plain, LOGINS))
_BOT_MARK = re.compile(r"(?i)[\[(]bot[\])]|\w-bot$|^\w*bot-")
_DIGIT = re.compile("[0-9]")
_ENDS_IN_NUMBER = re.compile(r"\s*\d+$")


# Any word that anything below looks for: most names have none, and are done with at once.
_TELLING = (
    {
        word
        for phrase in (*BOTS, *LOGINS, *MACHINES, *ROOMS, *CALLERS, *SURE_DEVICES.split("|"))
        for word in plain(phrase).split()
    }
    | set(map(plain, ROOM_HEADS))
    | TRIGGERS
    | FUNCTIONS
    | PROGRAMMES
    | TEAMS
    | TECHNICAL
    | ORGANIZATIONS
    | {"bot", "robot", "ai", "otter", "note", "notes", "recorder", "m", "e", "local", "lan"}
) - OWNED_BY


def _is_like_a_name(folded: str, words: list[str]) -> bool:
    """Whether no word in it tells of anything but a name."""
    return (
        folded.isascii()
        and _TELLING.isdisjoint(words)
        and _DIGIT.search(folded) is None
        and known().names.keys().isdisjoint(words)
        and (len(words) < 3 or folded not in known().names)
    )


def _numberless(folded: str) -> str:
    return _ENDS_IN_NUMBER.sub("", folded)


def _spoken(phrases: Iterable[str]) -> "re.Pattern[str]":
    """Any of the phrases as whole words; scripts that put no blanks between words anywhere."""
    ascii_phrases = "|".join(sorted({plain(p) for p in phrases if p.isascii()}, key=len)[::-1])
    others = "|".join(sorted({plain(p) for p in phrases if not p.isascii()}, key=len)[::-1])
    return re.compile(rf"\b(?:{ascii_phrases})\b" + (f"|{others}" if others else ""))


_ROOM_PHRASES = _spoken(ROOMS)
_BOT_PHRASES = _spoken(BOTS)
_ROOM_WORDS = frozenset(map(plain, ROOM_HEADS))
_ROOM_LOCAL = re.compile(
    r"(?:conf|conference|meeting|board|training|mtg)[._-]?r(?:oo)?m[._-]?\w{0,12}"
    r"|(?:salle|sala|room|raum|zaal|ruang)[._-](?:de[._-])?[\w.-]+|rooms?[._-]?\d*|boardroom\w*"
)


def _machine(text: str, folded: str) -> Judgement:
    if folded in _MACHINES:
        return _SERVICE
    words = folded.split()
    if _is_technical(words):
        return _SERVICE
    if (
        "recorder" in folded
        or "bot" in folded
        or "note" in folded
        or " ai" in folded
        or "otter" in folded
    ):
        others = [w for w in words if w not in ("bot", "robot")]
        if _BOT_MARK.search(text) or _BOT_PHRASES.search(folded):
            return _BOT
        if len(others) < len(words) and all(w in FUNCTIONS or w in _MACHINES for w in others):
            # "Bot" alone is a surname too.
            return _BOT if others or "robot" in words else NOTHING
        if words[0] == "bot" and all(map(str.isdigit, others)) and others:
            return _BOT
    return NOTHING


def _is_technical(words: list[str]) -> bool:
    """`Migration Service`, `svc-backup`, `API User 2`."""
    beside = ("account", "user", "app", "bot")
    telling = [w for w in words if w in TECHNICAL]
    return bool(telling) and all(w in TECHNICAL or w in beside or w.isdigit() for w in words)


def _is_room(folded: str, words: list[str]) -> bool:
    if _ROOM_PHRASES.search(folded):
        return True
    if _ROOM_WORDS.isdisjoint(words):
        return False
    # "Sala" and "Salle" are surnames too: they need a number or a place, "Room" a letter or name.
    if words[-1] == "room" and len(words) > 1:
        return True
    if words[0] not in _ROOM_WORDS or len(words) < 2:
        return False
    if len(words) == 2 and words[0] == "salle" and fold(words[1]) not in COMMON:
        return True
    return all(
        any(map(str.isdigit, w)) or names_place(w) or (words[0] == "room" and len(w) == 1)
        for w in words[1:]
    )


def _is_room_mailbox(local: str) -> bool:
    return _ROOM_LOCAL.fullmatch(local) is not None


def _group(text: str, words: list[str]) -> Judgement:
    """A team, function or organisation whose name has no word in it that somebody bears."""
    if _is_organization(text, words) or _is_known(text, words):
        return _BODY
    if len(words) == 1:
        word = words[0]
        # "test" is what people type who want to see whether it works.
        told = word in FUNCTIONS and word not in SURNAMES and word != "test"
        return _TEAM if told else NOTHING
    heads = [w for w in words if w in TEAMS]
    functions = [w for w in words if w in FUNCTIONS and w not in SURNAMES]
    capitals = {plain(w) for w in re.split(r"[\s/,()-]+", text) if _is_capital(w)}
    mixed = not text.isupper()
    for word in words:
        known = word in FUNCTIONS or word in PROGRAMMES or word in QUALIFIERS or word in TEAMS
        if known or word.isdigit() or word == "s":
            continue
        if heads and (len(word) == 1 or names_place(word) or (mixed and word in capitals)):
            continue
        if functions and names_place(word) and word not in BORNE:
            continue
        if functions and mixed and word in capitals and len(words) == 2 and word not in COMMON:
            continue
        return _TEAM if _is_group(words, bool(functions)) else NOTHING
    if heads and (len(words) > len(heads) or functions):
        return _TEAM
    return _TEAM if functions else NOTHING


_GROUPS = frozenset(("team", "equipo", "equipe", "equipa"))
_HOUSES = frozenset(("clinic", "hospital", "clinique", "hopital", "clinica", "dispensary"))


def _is_group(words: list[str], functional: bool) -> bool:
    """`Team Bengaluru`, `M&E Team Bengaluru`, `Clinic Eldoret`: with a place that few know."""
    head = words[0] in _GROUPS
    if head and len(words) == 2:
        return True
    unknown = [w for w in words if w not in FUNCTIONS and w not in TEAMS and len(w) > 1]
    if len(unknown) > 2 or not COMMON.isdisjoint(unknown):
        return False
    at_work = any(w in TEAMS for w in words) and (functional or words[:2] == ["m", "e"])
    return head or at_work or (words[0] in _HOUSES and len(words) < 4)


_SURE_BODIES = frozenset(
    """
    ministry ministere ministerio ministerium university universidad universite universidade
    universita fundacion fondation fundacao fondazione stiftung universitas
    """.split()  # noqa: SIM905
)
_LAST_WORDS = ORGANIZATIONS - {"alliance", "college", "network", "solutions", "society", "conseil"}
_OF = frozenset("of de des du da do del della di for para pour d the la el".split())  # noqa: SIM905


def _is_organization(text: str, words: list[str]) -> bool:
    if len(words) < 2 or any(mark in text for mark in ",;/|(") or " - " in text:
        return False
    if words[0] in ORGANIZATIONS and (words[1] in _OF or words[0] in _SURE_BODIES):
        return True
    return words[-1] in _LAST_WORDS and len(words) <= 3


def _is_known(text: str, words: list[str]) -> bool:
    """A body that is known everywhere, or an office of it: `UNICEF`, `WHO Kenya`."""
    written = text.split()
    # "Care" and "Path" are names too, unless written as an acronym.
    if len(words) == 1 or len(words) != len(written) or all(map(_is_part, words[1:])):
        return (
            _is_capital(written[0]) and words[0] in known().names and all(map(_is_part, words[1:]))
        )
    return " ".join(words) in known().names and len(words) > 2


__all__ = [
    "KINDS",
    "Judgement",
    "behind_device",
    "device_owner",
    "judge",
    "kind_of_name",
    "kind_of_vendor",
    "name_judgement",
    "names_body",
]
