"""How a name is written in one account: which parts of it, in which order, with what around it.

Every way of writing is a *habit* with a name; `habits` has the table of how often each occurs.
"""

from bisect import bisect
from collections.abc import Callable
from itertools import accumulate
from random import Random
from typing import NamedTuple

from cophub.sandbox.population.calling import Called, nickname
from cophub.sandbox.population.folding import plain
from cophub.sandbox.population.habits import FORMS, TOUCHES, Touch
from cophub.sandbox.population.pools import Word


class Shown(NamedTuple):
    """A name as an account gives it, in one field and in two; None where it gives none."""

    name: str | None
    given: str | None
    family: str | None
    named: bool
    habits: tuple[str, ...]


DEVICES = (
    "iPhone de {g}", "{g}'s iPhone", "{g}’s iPad", "{g} iPhone", "iPad de {g}", "Samsung {g}",
    "{g}'s Galaxy A12", "iPhone von {g}", "Tecno {g}", "{g} phone", "HUAWEI P30", "iPhone",
    "SM-A125F", "iPad (2)", "DESKTOP-4K7Q2", "Galaxy A12",
)  # fmt: skip
PLACEHOLDERS = ("-", ".", "n/a", "N/A", "Guest", "test", "xxx", "No Name", "Unknown", "Participant")
TITLES = ("Dr.", "Dr", "Dr.", "Prof.", "Pr", "Eng.", "Rev.", "{}", "{}")
MISTER = (("Mr", "Mr.", "M.", "Sr.", "Herr"), ("Mrs", "Ms.", "Ms", "Mme", "Sra.", "Frau"))
DEGREES = (", MPH", ", MD", ", PhD", ", RN", " MD, MPH", ", MSc", ", DrPH", " PhD", ", BSc Nursing")

_FORMS = {
    vendor: ([form for form, _ in table], list(accumulate(share for _, share in table)))
    for vendor, table in FORMS.items()
}


def write(
    called: Called, chance: Random, way: str, *, employer: str = "", address: str = ""
) -> Shown:
    """The name as its owner, or who enters it, writes it in the `way` of a vendor."""
    forms, ends = _FORMS[way]
    form = forms[min(bisect(ends, chance.random()), len(forms) - 1)]
    if form == "blank":
        return Shown(None, None, None, False, ("blank",))
    if form == "placeholder":
        text = chance.choice(PLACEHOLDERS)
        return Shown(text, text, None, False, ("placeholder",))
    if form == "device":
        text = chance.choice(DEVICES).format(g=called.g)
        return Shown(text, None, None, False, ("device",))
    if form == "address":
        if not address:
            return Shown(None, None, None, False, ("blank",))
        text = address if chance.random() < 0.6 else address.partition("@")[0]
        return Shown(text, text, None, False, ("address",))
    return _touched(*_parts(called, form, chance), called, chance, way, employer)


def _parts(called: Called, form: str, chance: Random) -> tuple[str, str, bool, list[str]]:
    """What stands for the given and for the family name, whether the family is first, habits."""
    habits: list[str] = []
    given, family = _spelled(called.given, chance, habits), _family(called, chance, habits)
    if called.native and chance.random() < 0.10:
        return called.native, "", called.family_first, ["native"]
    if not family:  # one name: forms ask for two
        if form in ("turned", "comma", "given_only"):
            form = "plain"
        if form == "plain" and chance.random() < 0.12:
            return given, chance.choice((given, "FNU", ".", "-", "LNU")), False, ["one_word_filled"]
    change = _FORM_PARTS.get(form)
    if change:
        given, family, done = change(called, given, family, chance)
        if done:
            habits.append(form)
    first = called.family_first
    if form in ("turned", "comma"):
        first = form == "comma" or not first
        habits.append(form)
    return given, family + ("," if form == "comma" else ""), first, habits


def _spelled(word: Word, chance: Random, habits: list[str]) -> str:
    spellings = word.spellings
    if len(spellings) > 1 and chance.random() < 0.12:
        habits.append("spelling")
        return chance.choice(spellings[1:])
    return spellings[0]


def _family(called: Called, chance: Random, habits: list[str]) -> str:
    family = called.family
    if not family:
        return ""
    if len(family) == 1:
        return _spelled(family[0], chance, habits)
    drawn = chance.random()
    if drawn < 0.45:
        return called.f
    habits.append("one_family")
    if drawn > 0.95:
        habits[-1] = "hyphen"
        return "-".join(word.spellings[0] for word in family)
    # In Portuguese the last family name is the one that stays, in Spanish the first.
    last = called.family[-1] if drawn > 0.85 else called.family[0]
    return last.spellings[0]


Part = Callable[[Called, str, str, Random], tuple[str, str, bool]]


def _full(called: Called, given: str, family: str, chance: Random) -> tuple[str, str, bool]:
    if not called.second:
        return given, family, False
    middle = " ".join(word.spellings[0] for word in called.second)
    if called.family_first and given and " " not in given and len(middle) < 6 > len(given):
        return f"{middle} {given}", family, True  # Nguyễn Văn Anh
    return f"{given} {middle}", family, True


def _middle(called: Called, given: str, family: str, chance: Random) -> tuple[str, str, bool]:
    if not called.second:
        return given, family, False
    dot = "." if chance.random() < 0.7 else ""
    return f"{given} {called.second[0].spellings[0][0]}{dot}", family, True


def _initial(called: Called, given: str, family: str, chance: Random) -> tuple[str, str, bool]:
    return (given[0] + chance.choice((".", "")), family, True) if family else (given, "", False)


def _last_initial(called: Called, given: str, family: str, chance: Random) -> tuple[str, str, bool]:
    return given, family[:1] + chance.choice((".", "")), bool(family)


def _nickname(called: Called, given: str, family: str, chance: Random) -> tuple[str, str, bool]:
    short = nickname(called, chance)
    return short or given, family, bool(short)


def _given_only(called: Called, given: str, family: str, chance: Random) -> tuple[str, str, bool]:
    return given, "", True


_FORM_PARTS: dict[str, Part] = {
    "full": _full, "middle_initial": _middle, "initial": _initial, "last_initial": _last_initial,
    "nickname": _nickname, "given_only": _given_only,
}  # fmt: skip


def _touched(
    given: str,
    family: str,
    first: bool,
    habits: list[str],
    called: Called,
    chance: Random,
    way: str,
    employer: str,
) -> Shown:
    """The parts with the touches of the vendor: accents lost, capitals, titles, slips."""
    touch = TOUCHES[way]
    if not (given + family).isascii() and "native" not in habits:
        bare = plain(given), plain(family)
        if bare[0] and chance.random() < touch.no_accents:
            given, family = bare
            habits.append("no_accents")
    if family and chance.random() < touch.upper_family:
        family = family.upper()
        habits.append("upper_family")
    elif chance.random() < touch.other_case:
        low = chance.random() < 0.5
        given, family = (given.lower(), family.lower()) if low else (given.upper(), family.upper())
        habits.append("lower" if low else "upper")
    if chance.random() < touch.slip:
        given, family = _slip(given, family, chance, habits)
    named = bool(given and family) and "one_word_filled" not in habits
    named = named or ("native" in habits and bool(called.family))
    text = f"{family} {given}" if first else f"{given} {family}"
    if called.suffix and family and chance.random() < 0.7:
        text = f"{text.strip()} {called.suffix}"
        habits.append("suffix")
    text = _around(text.strip(), touch, called.woman, employer, chance, habits)
    given_field, family_field = (
        (family.strip(","), given) if "turned" in habits else (given, family)
    )
    return Shown(text, given_field, family_field.strip(",") or None, named, tuple(habits))


def _around(
    text: str, touch: Touch, woman: bool, employer: str, chance: Random, habits: list[str]
) -> str:
    drawn = chance.random()
    if drawn < touch.title:
        habits.append("title" if drawn < touch.title * 0.6 else "degree")
        if habits[-1] == "title":
            return f"{chance.choice(TITLES).format(chance.choice(MISTER[woman]))} {text}"
        return text + chance.choice(DEGREES)
    if employer and drawn > 1 - touch.employer:
        habits.append("employer")
        return chance.choice(("{} ({})", "{} ({})", "{} - {}", "{}, {}")).format(text, employer)
    return text


def _slip(given: str, family: str, chance: Random, habits: list[str]) -> tuple[str, str]:
    """One letter lost, doubled, swapped or wrong."""
    whole = given if not family or chance.random() < 0.5 else family
    if len(whole) < 4:
        return given, family
    at = chance.randrange(1, len(whole) - 1)
    kind = chance.randrange(4)
    middle = (
        "",
        whole[at] * 2,
        whole[at + 1] + whole[at],
        chance.choice("aeioulnrst"),
    )[kind]
    wrong = whole[:at] + middle + whole[at + (2 if kind == 2 else 1) :]
    if wrong == whole:
        return given, family
    habits.append("slip")
    return (wrong, family) if whole is given else (given, wrong)
