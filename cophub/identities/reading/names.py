"""People's names: read from what an account shows, and compared as sets of words.

A name is its words in any order. `read_name` folds them and leaves titles, degrees and
organisations out; `compare` aligns the words of two names and tells how alike they are, or that
they cannot be one person's; `name_fits_local` asks the mailbox as a witness.
"""

import re
from functools import lru_cache
from itertools import groupby

from cophub.identities.evidence import Name
from cophub.identities.reading.common_names import CHINESE_SURNAMES, COMMON, GIVEN, KOREAN_SURNAMES
from cophub.identities.reading.kinds import device_owner
from cophub.identities.reading.likeness import (
    CLASH,
    COMPATIBLE,
    EQUAL,
    NEAR,
    UNRELATED,
    WEAK,
    Likeness,
    compare,
)
from cophub.identities.reading.name_in_local import initials_fit, name_fits_local
from cophub.identities.reading.name_remarks import country_words
from cophub.identities.reading.name_text import clean, take_apart
from cophub.identities.reading.name_words import (
    DEGREES,
    DEGREES_IN_CAPITALS,
    MAIDEN,
    NAMES_TOO,
    ORGANIZATION,
    PARTICLES,
    PLACEHOLDERS,
    SPECIAL,
    SUFFIXES,
    TITLES,
    TITLES_ANYWHERE,
    TITLES_TOO,
)
from cophub.identities.reading.nicknames import STANDS_FOR
from cophub.identities.reading.remembered import by_text
from cophub.identities.reading.scripts import fold, is_japanese, romanize, script_of
from cophub.identities.reading.spellings import SPELLING
from cophub.identities.reading.word_pairs import word_key

MOST_WORDS = 10
"""A longer text is no name."""

_PLAIN = re.compile(r"[A-Z][a-z]+(?: [A-Z][a-z]+){0,4}")
_SPLIT = re.compile(r"[\s\-_./\\:;!?*#&+=~|<>()\[\]{}\"%$^,]+")
_ASCII_LETTER = re.compile("[A-Za-z]")
_AFTER_TITLE = frozenset(
    "med rer nat phil habil jur univ pol oec hc mult ing agr dent vet".split()  # noqa: SIM905
)
_DEVICE = re.compile(
    "(?i)phone|pad|galaxy|samsung|huawei|android|laptop|pc|mac|tab|redmi|xiaomi|nokia|tecno|infinix"
    "|desktop|pixel|oppo|vivo|lenovo|dell|surface|device|computer|ordi|movil|celular|tel|note|sm-"
)
"""What names of devices have; `device_owner` knows them, and is asked for no others."""
_ARTICLES = frozenset("al el de di da la las den ter ten te".split())  # noqa: SIM905
"""Of `NAMES_TOO`, what begins a family name more often than it is a name."""
_SEVERAL = re.compile(r"(?i)(?:^|\s)(?:&|and|und|et|the)\s")
"""What names of two people have, and of bodies."""
_OF_USER_NAMES = frozenset("the real my mr ms dr dev bot official iam its not just".split())  # noqa: SIM905
_GUEST = frozenset(["guest", "ext", "external", "extern", "externe", "unverified"])
_NOBODYS = frozenset("user member account visitor guest participant".split())  # noqa: SIM905
_EAST_ASIAN = ("han", "japanese", "hangul")
_BODIES = frozenset(
    """
    team office department ministry ministere ministerio university universite universidad hospital
    committee secretariat secretariado network project projet proyecto programme program group
    foundation fondation fundacion institute institut association organization organisation
    """.split()  # noqa: SIM905 - a list of words reads best as words
)
_SINGLE_LETTER_SCRIPTS = frozenset(["latin", "cyrillic", "greek", "armenian", "georgian"])


class _Word:
    """A word of a name while it is read."""

    __slots__ = ("capitals", "family", "given", "raw", "script", "text")

    def __init__(self, raw: str, text: str, script: str) -> None:
        self.raw = raw
        self.text = text
        self.script = script
        self.capitals = raw.isupper() and len(raw) > 1
        self.family = False
        self.given = False


def read_name(
    name: str | None, given: str | None = None, family: str | None = None
) -> tuple[Name | None, str]:
    """The name, and the organisation that was cut off it (empty: none).

    `given` and `family` are those of the account where it has them apart; they tell which word is
    which, and stand in for a `name` that is missing or says less. None where the text names
    nobody: an address, a number, a device, a role, a placeholder, blanks. Never raises on text.
    """
    whole, organization = _read(name) if name else (None, "")
    if not given and not family:
        return whole, organization
    return _with_parts(whole, given or "", family or ""), organization


@by_text
def _with_parts(whole: Name | None, given: str, family: str) -> Name | None:
    first, last = _read(given)[0], _read(family)[0]
    if whole is None or (not whole.full and first is not None and last is not None):
        whole = _joined(first, last)
    if whole is None or not (first or last) or first == last:
        return whole
    words = (*whole.tokens, *whole.initials)
    as_given = {*first.tokens, *first.initials} if first else set()
    as_family = {*last.tokens, *last.initials} if last else set()
    if as_given & as_family:
        return whole
    givens = tuple(word for word in words if word in as_given)
    families = tuple(word for word in words if word in as_family)
    if len(givens) == len(words) or len(families) == len(words):
        return whole
    return Name(
        whole.tokens, whole.initials, givens or whole.given, families or whole.family,
        whole.suffix, whole.script, whole.written,
    )  # fmt: skip


def _joined(first: Name | None, last: Name | None) -> Name | None:
    """A given and a family name as one name."""
    if first is None or last is None or set(first.tokens) == set(last.tokens):
        return first or last
    if set(last.tokens) < set(first.tokens):
        return first  # the field of the given name has the whole name
    return Name(
        tokens=first.tokens + last.tokens,
        initials=first.initials + last.initials,
        suffix=first.suffix or last.suffix,
        script=first.script,
        written=" ".join(filter(None, (first.written, last.written))),
    )


@by_text
def _read(text: str) -> tuple[Name | None, str]:
    if _PLAIN.fullmatch(text):
        folded = text.lower().split(" ")
        if SPECIAL.isdisjoint(folded) and country_words().isdisjoint(folded):
            return Name(tuple(folded)), ""
    if len(text) > 300:
        return None, ""
    cleaned = clean(text)
    if not cleaned or (_DEVICE.search(cleaned) and device_owner(cleaned) is not None):
        return None, ""
    parts = take_apart(cleaned)
    if _is_user_name(parts.name):
        return _user_name(parts.name), parts.organization
    if _SEVERAL.search(parts.name):
        return None, parts.organization
    return _name(parts.name, parts.family_first), parts.organization


def _is_user_name(text: str) -> bool:
    """Whether it is one written word that is no name: `cool-coder99`, and not `amina_diallo`."""
    if " " in text or not text.islower() or not text.isascii():
        return False
    pieces = re.findall("[a-z]+", text)
    if len(pieces) < 2 or ("-" not in text and "_" not in text):
        return False
    if any(map(str.isdigit, text)) or not _OF_USER_NAMES.isdisjoint(pieces):
        return True
    return "-" in text and not all(len(piece) == 1 or _is_known(piece) for piece in pieces)


def _is_known(word: str) -> bool:
    return word in COMMON or word in SPELLING or word in STANDS_FOR


def _user_name(text: str) -> Name | None:
    """A name of one word, which never clashes with another."""
    word = "".join(filter(str.isalpha, text))
    return Name((word,)) if len(word) > 1 else None


def _name(text: str, family_first: bool) -> Name | None:
    if family_first:
        before, _, after = text.partition(" , ")
        words = _words(before)
        for word in words:
            word.family = True
        rest = _words(after)
        for word in rest:
            word.given = True
    else:
        words, rest = _words(text), []
    if (not words and not rest) or _nobody([*words, *rest]):
        return None
    _mark_capitals([*words, *rest])
    # `Smith Jr, John` has its suffix before the comma, and a title may stand on either side.
    _without_degrees(rest or words, len(words) if rest else 0)
    suffix = _strip(words, len(rest)) or _strip(rest, len(words))
    words = _without_particles(_untitled(words)) + _without_particles(_untitled(rest))
    return _made(words, suffix) if words and len(words) <= MOST_WORDS else None


def _words(text: str) -> list[_Word]:
    words: list[_Word] = []
    for part in _SPLIT.split(text.replace("'", "")):
        counted = part[-1:].isdigit() and part.lower() not in SUFFIXES
        raw = part.rstrip("0123456789") if counted else part
        if raw.isascii():
            words.append(_Word(raw, raw.lower(), "latin"))
        elif script_of(raw) == "latin" or not _ASCII_LETTER.search(raw):
            script = script_of(raw)
            japanese = script in ("han", "kana") and is_japanese(raw)
            words.append(_Word(raw, fold(raw), "japanese" if japanese else script))
        else:  # `Kevin王伟`
            runs = ("".join(run) for _, run in groupby(raw, script_of))
            words.extend(_Word(run, fold(run), script_of(run)) for run in runs)
    for word in words:
        if not word.text.isalpha() and word.text not in SUFFIXES:
            word.text = "".join(filter(str.isalpha, word.text))
    return [word for word in words if 0 < len(word.text) <= 40]


def _nobody(words: list[_Word]) -> bool:
    """Whether the words are a placeholder, a user name or a body of several people."""
    texts = [word.text for word in words]
    if PLACEHOLDERS.issuperset(texts):
        return True
    if len(words) == 1 and any(char.isdigit() for char in words[0].raw):
        return True
    if all(word in TITLES or word in SUFFIXES for word in texts):
        return True
    if texts[-1] in _NOBODYS and GIVEN.isdisjoint(texts):
        return True
    bodies = [word for word in texts if word in ORGANIZATION]
    if not bodies or not GIVEN.isdisjoint(texts):
        return False
    return len(bodies) > 1 or texts[-1] in _BODIES or texts[0] in _BODIES


def _mark_capitals(words: list[_Word]) -> None:
    """`DIALLO Amina`: what is in capitals beside small letters is the family name."""
    loud = [word for word in words if word.capitals and word.script not in _EAST_ASIAN]
    quiet = [word for word in words if len(word.raw) > 1 and not word.capitals]
    if not loud or not any(word.raw[:1].isupper() for word in quiet):
        for word in words:
            word.capitals = False


def _short_initials(word: _Word, count: int) -> bool:
    """Whether capitals beside small letters are initials: `Smith JK`, and not `XU Jun`."""
    text = word.text
    if not word.raw.isupper() or not 1 < len(text) < 4 or text in ("st", "mc"):
        return False
    if text in COMMON or text in STANDS_FOR or text in CHINESE_SURNAMES or text in KOREAN_SURNAMES:
        return False
    if not set(text) & set("aeiouy"):
        return True
    return word.capitals and len(text) == 2 and count > 2 and text not in SPELLING


def _strip(words: list[_Word], others: int) -> str:
    """Drop titles before and degrees after the name in place; its suffix, empty for none."""
    titled = False
    if len(words) > 3 and words[0].text == "tan" and words[1].text == "sri":
        del words[:2]
    while len(words) + others > 1 and words:
        text = words[0].text
        enough = len(words) + others > 2 or (words[1:2] and words[1].script != "latin")
        if text in TITLES or (text in TITLES_TOO and enough) or (titled and text in _AFTER_TITLE):
            titled = True
            words.pop(0)
        else:
            break
    suffix = ""
    while len(words) + others > 1 and words:
        last = words[-1]
        found = _suffix(last, len(words) + others)
        if found:
            suffix = suffix or found
        elif not _trailing(last, len(words) + others):
            break
        words.pop()
    if len(words) > 1 and words[-1].text in _AFTER_TITLE and titled:
        words.pop()
    return suffix


def _untitled(words: list[_Word]) -> list[_Word]:
    """Without titles in the middle: `Sara Osman Mrs Diallo`."""
    kept = [w for w in words if w.text not in TITLES_ANYWHERE or w.script != "latin"]
    return kept or words


def _without_degrees(words: list[_Word], others: int) -> None:
    """Drop a degree and what is in capitals behind it, in place: `Amina Diallo MPH XYZ`."""
    for place in range(max(2 - others, 1), len(words)):
        word = words[place]
        sure = word.text in DEGREES and len(word.text) > 2 and not word.raw[1:].islower()
        if sure and all(w.raw.isupper() or w.text in DEGREES for w in words[place + 1 :]):
            del words[place:]
            return


def _suffix(word: _Word, count: int) -> str:
    found = SUFFIXES.get(word.text, "")
    if found and count == 2 and word.text not in ("jr", "sr", "jnr", "snr", "junior", "filho"):
        return ""
    return found


def _trailing(word: _Word, count: int) -> bool:
    """Whether the last word of so many is a degree, a title or a tool's remark."""
    text = word.text
    if text in _GUEST:
        return True
    if count < 3:
        return text in DEGREES and len(text) > 2 and not word.raw[1:].islower()
    if text in DEGREES:
        return len(text) > 3 or word.capitals or not word.raw[1:].islower()
    if text in DEGREES_IN_CAPITALS:
        return word.capitals
    return text in TITLES


def _without_particles(words: list[_Word]) -> list[_Word]:
    """The words that are names: `de`, `van`, `ould` between them are not, nor is `née`."""
    if len(words) < 2:
        return words
    last = len(words) - 1
    kept = []
    for place, word in enumerate(words):
        text = word.text
        if place < last:
            if text in MAIDEN and place:
                continue
            if text in PARTICLES and (len(text) > 1 or (place and word.raw.islower())):
                small = word.raw.islower() and not words[last].raw.islower()
                article = text in _ARTICLES and last > 1
                if place or text not in NAMES_TOO or small or article:
                    continue
        kept.append(word)
    return kept


def _made(words: list[_Word], suffix: str) -> Name | None:
    scripts = [word.script for word in words]
    if any(script != "latin" for script in scripts) and scripts.count("latin") > 1:
        words = [word for word in words if word.script == "latin"]
    script = next((word.script for word in words if word.script != "latin"), "latin")
    tokens: list[str] = []
    initials: list[str] = []
    given: list[str] = []
    family: list[str] = []
    for word in words:
        if word.script == "latin" and _short_initials(word, len(words)):
            into, made = initials, tuple(word.text)
        elif word.script != "latin" and (len(word.raw) > 1 or word.script in _EAST_ASIAN):
            into, made = tokens, romanize(word.raw, word.script)
            if len(made) == 2 and word.script in _EAST_ASIAN:
                family.append(made[0])
                given.append(made[1])
        elif len(word.text) == 1 or (len(word.raw) == 1 and word.script in _SINGLE_LETTER_SCRIPTS):
            into, made = initials, (word.text[0],)
        else:
            into, made = tokens, (word.text,)
        into.extend(made)
        if word.family or (word.capitals and into is tokens):
            family.extend(made)
        elif word.given:
            given.extend(made)
    if not tokens:
        return None
    return Name(
        tuple(tokens), tuple(initials), tuple(given), tuple(family), suffix, script,
        "".join(word.raw for word in words) if script in ("han", "japanese") else "",
    )  # fmt: skip


@lru_cache(maxsize=65536)
def _key_words(tokens: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(map(word_key, tokens))


def key_words(name: Name) -> tuple[str, ...]:
    """Each word of `tokens` in the form under which spellings of one name meet (`muhammad`).

    For indexes: two words that are one name in two spellings or transliterations, `mueller` and
    `müller`, `mohamed` and `muhammad`, `alexei` and `aleksey`, have equal key words.
    """
    return _key_words(name.tokens)


__all__ = [
    "CLASH",
    "COMPATIBLE",
    "EQUAL",
    "NEAR",
    "UNRELATED",
    "WEAK",
    "Likeness",
    "compare",
    "initials_fit",
    "key_words",
    "name_fits_local",
    "read_name",
]
