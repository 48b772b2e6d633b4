"""What people are called: a full name drawn by the rules of its culture.

Rules: `western` given [second given] family · `two` given [second] father's and mother's family ·
`lusophone` given [second] mother's and father's family · `slavic` given patronymic family ·
`fathers` given, father's given, family or grandfather's given · `initial` father's initial, given,
often no family · `syllables` (Burmese) no family name at all · `chinese`, `korean` family and
syllables · `vietnamese` family, middle, given · `mother` (Philippines) given, mother's family,
family · `postname` (Congo) family, a name after it, given.
"""

from collections.abc import Callable
from random import Random
from typing import NamedTuple

from cophub.sandbox.population.cultures import Culture
from cophub.sandbox.population.pools import Pool, Word, nicknames

NOTHING = Word(("",))


class Called(NamedTuple):
    """A person's names. `second` and `family` may be empty; `also` is a name for foreigners."""

    given: Word
    second: tuple[Word, ...]
    family: tuple[Word, ...]
    woman: bool
    family_first: bool
    suffix: str = ""
    also: str = ""

    @property
    def g(self) -> str:
        """The given name as its owner writes it."""
        return self.given.spellings[0]

    @property
    def f(self) -> str:
        """The family name or names; empty for those with one name."""
        family = self.family
        if len(family) == 1:
            return family[0].spellings[0]
        return " ".join(word.spellings[0] for word in family)

    @property
    def native(self) -> str:
        """The name in its own script, without second names; empty where it has none."""
        if not self.given.native or not all(word.native for word in self.family):
            return ""
        family = "".join(word.native for word in self.family)
        if self.given.native > "\u2e7f":  # Han and Hangul: the family first, without a blank
            return family + self.given.native
        return f"{self.given.native} {family}".strip()


def call(culture: Culture, chance: Random, woman: bool | None = None) -> Called:
    """A new name. `woman` None: one in two."""
    if woman is None:
        woman = chance.random() < 0.5
    given = culture.women if woman else culture.men
    return _RULES[culture.rule](culture, chance, woman, given)


def own(word: Word, chance: Random) -> Word:
    """The word as one bearer spells it: the usual way three times in four."""
    spellings = word.spellings
    if len(spellings) == 1 or chance.random() < 0.75:
        return word
    chosen = chance.choice(spellings)
    return Word((chosen, *(text for text in spellings if text != chosen)), word.native)


def family_of(culture: Culture, chance: Random, *, woman: bool = False) -> Word:
    """One family name."""
    pool = culture.women_family if woman else culture.family
    word = pool.draw(chance)
    if culture.rare and chance.random() < culture.rare:
        return _blend(word, pool.draw(chance))
    if woman and culture.key == "polish" and word.spellings[0].endswith(("ski", "cki")):
        return Word((word.spellings[0][:-1] + "a",))
    return own(word, chance)


def _blend(one: Word, other: Word) -> Word:
    """A rare family name: the head of one and the tail of another."""
    head, tail = one.spellings[0], other.spellings[0]
    if head > "\u024f" or not (head.isalpha() and tail.isalpha()) or len(tail) < 4 > len(head) - 1:
        return one
    text = head[: (len(head) + 1) // 2] + tail[len(tail) // 2 :].lower()
    return Word((text,))


Rule = Callable[[Culture, Random, bool, Pool], Called]


def _western(culture: Culture, chance: Random, woman: bool, given: Pool) -> Called:
    name = own(given.draw(chance), chance)
    second = (given.draw(chance),) if chance.random() < 0.4 else ()
    if culture.alone and chance.random() < culture.alone:
        return Called(name, (), (), woman, False)
    family = (family_of(culture, chance, woman=woman),)
    return Called(name, second, family, woman, culture.family_first)


def _two(culture: Culture, chance: Random, woman: bool, given: Pool) -> Called:
    name = own(given.draw(chance), chance)
    single = " " not in name.spellings[0] and chance.random() < 0.5
    second = (given.draw(chance),) if single else ()
    father, mother = family_of(culture, chance), family_of(culture, chance)
    return Called(name, second, (father, mother), woman, False)


def _lusophone(culture: Culture, chance: Random, woman: bool, given: Pool) -> Called:
    called = _two(culture, chance, woman, given)
    return called if chance.random() < 0.7 else called._replace(family=called.family[1:])


def _slavic(culture: Culture, chance: Random, woman: bool, given: Pool) -> Called:
    name, father = own(given.draw(chance), chance), culture.men.draw(chance)
    base, native = father.spellings[0], father.native
    if base.endswith(("y", "i", "a")):
        base, native = base[:-1], native[:-1]
    ending, own_ending = ("ivna", "івна") if culture.key == "ukrainian" else ("ovna", "овна")
    if not woman:
        ending, own_ending = "ovych" if culture.key == "ukrainian" else "ovich", "ович"
    patronymic = Word((base + ending,), native + own_ending)
    return Called(name, (patronymic,), (family_of(culture, chance, woman=woman),), woman, False)


def _fathers(culture: Culture, chance: Random, woman: bool, given: Pool) -> Called:
    name, father = own(given.draw(chance), chance), own(culture.men.draw(chance), chance)
    family = family_of(culture, chance)
    if culture.key == "ethiopian":  # the father's name is what goes for a family name
        grandfather = (culture.men.draw(chance),) if chance.random() < 0.25 else ()
        return Called(name, (), (family, *grandfather), woman, False)
    return Called(name, (father,) if chance.random() < 0.7 else (), (family,), woman, False)


def _initial(culture: Culture, chance: Random, woman: bool, given: Pool) -> Called:
    name = own(given.draw(chance), chance)
    drawn = chance.random()
    if drawn < culture.alone:
        return Called(name, (), (), woman, False)
    if drawn < 0.5:
        initial = chance.choice("ABCDGJKLMNPRSTV")
        return Called(name, (), (Word((initial, initial + ".")),), woman, chance.random() < 0.6)
    return Called(name, (), (family_of(culture, chance),), woman, False)


def _syllables(culture: Culture, chance: Random, woman: bool, given: Pool) -> Called:
    words = given.draw(chance).spellings[0].split()
    if chance.random() < 0.75 and len(words) < 4:
        words.append(culture.family.draw(chance).spellings[0])
    # A Burmese has no family name: the last word goes for one on forms.
    if len(words) < 2:
        words.append(culture.family.draw(chance).spellings[0])
    return Called(Word((" ".join(words[:-1]),)), (), (Word((words[-1],)),), woman, False)


def _syllabic(culture: Culture, chance: Random, given: Pool, joints: tuple[str, ...]) -> Word:
    one, two = given.draw(chance), given.draw(chance)
    a, b = own(one, chance).spellings[0], own(two, chance).spellings[0]
    forms = {
        "": a + b.lower(),
        " ": f"{a} {b}",
        "-": f"{a}-{b.lower()}" if culture.key == "korean" else f"{a}-{b}",
    }
    return Word(tuple(forms[joint] for joint in joints), one.native + two.native)


def _chinese(culture: Culture, chance: Random, woman: bool, given: Pool) -> Called:
    name = given.draw(chance)
    if chance.random() < 0.75:
        name = _syllabic(culture, chance, given, ("", " ", "-"))
    also = culture.english.draw(chance).spellings[0] if chance.random() < 0.22 else ""
    return Called(name, (), (own(culture.family.draw(chance), chance),), woman, True, also=also)


def _korean(culture: Culture, chance: Random, woman: bool, given: Pool) -> Called:
    joints = chance.choice((("-", "", " "), ("", "-", " "), (" ", "-", "")))
    name = _syllabic(culture, chance, given, joints)
    family = own(culture.family.draw(chance), chance)
    return Called(name, (), (family,), woman, chance.random() < 0.3)


def _vietnamese(culture: Culture, chance: Random, woman: bool, given: Pool) -> Called:
    name, family = given.draw(chance), culture.family.draw(chance)
    second = (Word(("Thị",)),) if woman and chance.random() < 0.4 else ()
    if not second and chance.random() < 0.8:
        second = (culture.middle.draw(chance),)
    return Called(name, second, (family,), woman, True)


def _mother(culture: Culture, chance: Random, woman: bool, given: Pool) -> Called:
    name = own(given.draw(chance), chance)
    mother = (family_of(culture, chance),) if chance.random() < 0.8 else ()
    return Called(name, mother, (family_of(culture, chance),), woman, False)


def _postname(culture: Culture, chance: Random, woman: bool, given: Pool) -> Called:
    name, family = own(given.draw(chance), chance), family_of(culture, chance)
    second = (family_of(culture, chance),) if chance.random() < 0.55 else ()
    return Called(name, second, (family,), woman, chance.random() < 0.6)


_RULES: dict[str, Rule] = {
    "western": _western, "two": _two, "lusophone": _lusophone, "slavic": _slavic,
    "fathers": _fathers, "initial": _initial, "syllables": _syllables, "chinese": _chinese,
    "korean": _korean, "vietnamese": _vietnamese, "mother": _mother, "postname": _postname,
}  # fmt: skip


def nickname(called: Called, chance: Random) -> str:
    """What friends say; the given name cut short where no other is known; empty for short ones."""
    if called.also:
        return called.also
    known = nicknames().get(called.g)
    if known:
        return chance.choice(known)
    name = called.g.partition(" ")[0].partition("-")[0]
    return name[: chance.randrange(3, len(name) - 1)] if len(name) > 5 else ""
