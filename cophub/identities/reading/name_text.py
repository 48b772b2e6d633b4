"""The part of a shown name that is the name, and the part that tells of an organisation."""

import re
import unicodedata
from typing import NamedTuple

from cophub.identities.reading.common_names import GIVEN
from cophub.identities.reading.name_remarks import (
    is_country,
    is_nothing_but_country,
    is_remark,
    take_country,
    without_remarks,
)
from cophub.identities.reading.name_words import (
    DEGREES,
    DEGREES_IN_CAPITALS,
    FILLERS,
    ORGANIZATION,
    PARTICLES,
    PRONOUNS,
    SUFFIXES,
    TITLES,
)
from cophub.identities.reading.scripts import fold, script_of

_APOSTROPHES = "'’‘ʼʻʿʾ´`ʹ′"


class _Clean(dict[int, str]):
    """What to write for a character outside ASCII; filled as characters are met."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        kind = unicodedata.category(char)
        if char in _APOSTROPHES:
            made = "'"
        elif kind == "Pd":
            made = "-"
        elif char in "،、":
            made = ","
        elif char == "•":
            made = "|"
        elif kind in ("Ps", "Pe"):
            made = "(" if kind == "Ps" else ")"
        elif kind in ("Pi", "Pf"):
            made = '"'
        elif kind in ("Cf", "Me") or 0xFE00 <= code <= 0xFE0F:
            made = ""  # zero-width, direction and variant marks stand for nothing
        elif kind[0] in "ZCSP" and code > 127:
            made = " "
        else:
            made = char
        if code < 0x30000:
            self[code] = made
        return made


_CLEAN = _Clean({code: chr(code) for code in range(32, 127)} | {ord("`"): "'"})
_CLEAN.update(dict.fromkeys((*range(32), 127), " "))

_ADDRESS = re.compile(r"[<(\[]?(?:mailto:)?[^\s<>()\[\]]+@[^\s<>()\[\]]+\.\w+[>)\]]?")
_BRACKETS = re.compile(r"[(\[{<]([^()\[\]{}<>]*)[)\]}>]?")
_QUOTED = re.compile('"([^"]*)"')
_SEPARATORS = re.compile(
    r"\s*(?:\||;|::|//|@|/|\t)\s*|\s+[-/_~]+\s+|\s+[-/](?=\w{2})|(?<=\w{2})[-/]\s+|\s*\bc/o\b\s*"
    r"|\s+(?:via|from|at|chez|on behalf of)\s+"
)
_DOTTED = re.compile(r"\b[A-Za-z]{1,4}(?:\.[A-Za-z]{1,4})+\b\.?")
_TITLED = re.compile(
    r"(?i)^(?:(?:eng|engr|ir|fr|pr|ms|gen|hon|kh|sr|br|bp|arch|ing|lic|past|adv|amb|capt)\.\s*)+(?=\w\w)"
)
"""With a dot they are titles even before one word."""
_MARIA = re.compile(r"\bM[aA]\.\s*(?=[A-Z])|^Ma\.$|(?<=, )Ma\.$")
"""As the Philippines and Spain write it."""
_SLASHED = re.compile(r"(?i)\b(?:w/ro|w/rt|w/t|a/p|a/l|s/o|d/o)\b\.?")
_INDONESIAN = re.compile(r"[A-Z]\.\s?[A-Z][a-z]{1,4}\.?")
_ARTICLE = re.compile(r"(?i)(?<!\w)(?:al|el|ul|ad|as|ash|ar|ud|ur|us|uz|ou)-(?=[^\W\d_]{3})")
_POSTS = frozenset(
    """
    director directrice directeur coordinator coordinatrice coordinateur coordinador coordinadora
    manager officer assistant advisor adviser consultant consultante head chief lead specialist
    nurse midwife doctor professor lecturer student researcher intern volunteer chair chairperson
    president secretary treasurer analyst engineer teacher trainer responsable charge chargee asesor
    host cohost presenter moderator facilitator interpreter speaker panelist attendee
    """.split()  # noqa: SIM905 - a list of words reads best as words
)
_STYLES = frozenset(["he", "se", "sem", "hh"])


class Parts(NamedTuple):
    """A shown name, taken apart."""

    name: str
    family_first: bool
    """Whether `name` is `Family, Given`: the words before its comma are the family name."""
    organization: str


def clean(text: str) -> str:
    """The text in one form of each sign: no marks of direction, no emoji, plain quotes, blanks."""
    if not text.isascii():
        text = unicodedata.normalize("NFC", unicodedata.normalize("NFKC", text))
    return " ".join(text.translate(_CLEAN).split())


def take_apart(text: str) -> Parts:
    """The name and the organisation in a cleaned text; either may be empty."""
    organizations: list[str] = []
    text = without_remarks(text)
    if "@" in text:
        text = _ADDRESS.sub(" ", text)
    if '"' in text:
        text = _quotes(text)
    if any(char in text for char in "([{<"):
        text = _brackets(text, organizations)
    if "." in text:
        text = _MARIA.sub("Maria ", _TITLED.sub("", _DOTTED.sub(_undotted, text)))
    if "/" in text:
        text = _SLASHED.sub(" ", text)
    text = _separated(text, organizations)
    family_first = False
    if "," in text:
        text, family_first = _commas(text, organizations)
    if len(text) > 6 and not family_first:
        text, country = take_country(text)
        if country:
            organizations.append(country)
    if "-" in text:
        text = _ARTICLE.sub("", text)
    kept = [part for part in organizations if len(part) > 1 and not _of_a_person(part)]
    employers = [part for part in kept if not is_country(part)]
    return Parts(text, family_first, ", ".join(employers or kept))


def _of_a_person(text: str) -> bool:
    """Whether a part that was cut off is a post or another person's name: no organisation."""
    words = _words(text)
    if not _POSTS.isdisjoint(words) or is_remark(text):
        return True
    return len(words) in (2, 3) and words[0] in GIVEN and ORGANIZATION.isdisjoint(words)


def _letters(text: str) -> bool:
    return any(char.isalpha() for char in text)


def _words(text: str) -> list[str]:
    return [fold(word) for word in re.split(r"[\s\-_./,]+", text) if word]


def _quotes(text: str) -> str:
    """Without a nickname in quotes, unless all of it is quoted."""
    bare = _QUOTED.sub(" ", text)
    return bare if _letters(bare) else text.replace('"', " ")


def _brackets(text: str, organizations: list[str]) -> str:
    """Without what is in brackets: an organisation, a nickname or a tool's remark."""
    bare = _BRACKETS.sub(" ", text)
    if not _letters(bare):
        return re.sub(r"[(\[{<)\]}>]", " ", text)
    for found in _BRACKETS.finditer(text):
        inner = found[1].strip()
        words = _words(inner)
        in_the_middle = _letters(text[: found.start()]) and _letters(text[found.end() :])
        if not _letters(inner) or all(word in FILLERS or word in PRONOUNS for word in words):
            continue
        if in_the_middle and len(words) < 3 and ORGANIZATION.isdisjoint(words):
            continue
        other = script_of(inner) != script_of(bare)
        if other:
            if script_of(inner) == "latin" and len(words) > 1 and ORGANIZATION.isdisjoint(words):
                bare = inner
            continue
        organizations.append(inner)
    return bare


def _undotted(found: re.Match[str]) -> str:
    word = found[0].replace(".", "")
    folded = word.lower()
    if folded in _STYLES and found[0].count(".") > 1:
        return " "
    return word if folded in DEGREES or folded in TITLES else found[0]


def _likely(text: str) -> int:
    """How much a part of the text looks like a person's name."""
    words = _words(text)
    if not _letters(text):
        return -9
    score = 1 if 2 <= len(words) <= 4 else 0
    if not ORGANIZATION.isdisjoint(words) or is_nothing_but_country(text):
        score -= 3
    if any(char.isdigit() for char in text):
        score -= 1
    if len(words) == 1 and text.isupper() and len(text) <= 6:
        score -= 1
    if not GIVEN.isdisjoint(words):
        score += 2
    return score


def _separated(text: str, organizations: list[str]) -> str:
    parts = [part.strip(" ,") for part in _SEPARATORS.split(text)]
    parts = [part for part in parts if _letters(part)]
    if len(parts) < 2:
        return parts[0] if parts else ""
    best = max(range(len(parts)), key=lambda i: (_likely(parts[i]), -i))
    organizations.extend(part for i, part in enumerate(parts) if i != best)
    return parts[best]


def _beside(word: str) -> bool:
    return (
        word in DEGREES or word in DEGREES_IN_CAPITALS or word in TITLES or word in SUFFIXES
    )  # fmt: skip


def _is_beside(part: str) -> bool:
    """Whether what stands after a comma is titles, degrees and suffixes: `BSc Nursing`, `Jr.`."""
    words = _words(part)
    if all(map(_beside, words)) or _INDONESIAN.fullmatch(part):
        return True
    return words[0] in DEGREES and len(words[0]) > 2


def _commas(text: str, organizations: list[str]) -> tuple[str, bool]:
    """The name without its comma, and whether the family name stood before it."""
    parts = [part.strip() for part in text.split(",")]
    parts = [part for part in parts if _letters(part)]
    if not parts:
        return "", False
    beside = [part for part in parts[1:] if _is_beside(part)]
    rest = [part for part in parts[1:] if part not in beside]
    suffix = " ".join(part for part in beside if any(w in SUFFIXES for w in _words(part)))
    first = parts[0]
    if not rest:
        return f"{first} {suffix}".strip(), False
    words = [word for word in _words(first) if word not in PARTICLES] or _words(first)
    second = _words(rest[0])
    if (
        _organization(rest[0], second, first)
        or is_nothing_but_country(rest[0])
        or (len(words) > 1 and GIVEN.isdisjoint(second) and not GIVEN.isdisjoint(words))
    ):
        organizations.extend(rest)
        return f"{first} {suffix}".strip(), False
    organizations.extend(rest[1:])
    sure = len(words) == 1 or not GIVEN.isdisjoint(second)
    return (f"{first} , {rest[0]} {suffix}" if sure else f"{first} {rest[0]} {suffix}"), sure


def _organization(text: str, words: list[str], name: str) -> bool:
    if not ORGANIZATION.isdisjoint(words) or any(char.isdigit() for char in text):
        return True
    acronym = len(words) == 1 and len(text) > 2 and text.isupper() and text.isalpha()
    return (acronym and not name.isupper() and len(text) < 7) or len(words) > 4


__all__ = ["Parts", "clean", "take_apart"]
