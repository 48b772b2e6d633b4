"""The languages that readers are told things in: texts, numbers and days as each writes them.

Texts are written in English in the code and the templates of a pipeline; the `locale/LANGUAGE.po`
in its folder has the others. A `{}` in a text of the catalogue stands for whatever is there when it
is said: a number, or another text. A text with names in it, `{name}`, is told with their values.
"""

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache, cached_property
from gettext import GNUTranslations, NullTranslations
from importlib.resources import files
from zoneinfo import ZoneInfo

from babel.core import Locale
from babel.dates import format_date, format_skeleton
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.units import format_unit

from cophub.pipelines.site.formats import DASH, number, sentence

DOMAIN = "cophub"
_GAP = "{}"
_UNITS = (("week", 604800), ("day", 86400), ("hour", 3600), ("minute", 60), ("second", 1))


@dataclass(frozen=True)
class Voice:
    """A language that the site speaks."""

    language: str
    folder: str
    """Where its pages are below those of the first language, which are at ''."""
    catalogue: NullTranslations = field(repr=False)
    texts: Mapping[str, str] = field(default_factory=dict, repr=False)
    patterns: tuple[tuple[re.Pattern[str], str], ...] = field(default=(), repr=False)

    @property
    def name(self) -> str:
        """What it calls itself."""
        own = Locale.parse(self.language).get_display_name() or self.language
        return own[:1].upper() + own[1:]

    @cached_property
    def locale(self) -> Locale:
        return Locale.parse(self.language)

    @cached_property
    def _signs(self) -> dict[int, str]:
        """How the English signs of numbers are written."""
        told = self.locale.number_symbols["latn"]
        return {ord(","): str(told["group"]), ord("."): str(told["decimal"])}

    def knows(self, text: str) -> bool:
        """Whether a text of ours can be said."""
        return self._said(text) is not None

    def say(self, text: str) -> str:
        """A text of ours in this language; as it is where the catalogue has none."""
        said = self._said(text)
        return text if said is None else said

    def tell(self, text: str, **values: object) -> str:
        """A text with names in it, in this language, with their values; numbers as it writes them.

        Raises KeyError for a name without a value.
        """
        return self.catalogue.gettext(text).format_map(self._values(values))

    def count(self, number: int, one: str, many: str, **values: object) -> str:
        """The same of a text in the singular or a plural of this language; `{n}` is the number."""
        told = self.catalogue.ngettext(one, many, number)
        return told.format_map(self._values({**values, "n": number}))

    def _values(self, values: Mapping[str, object]) -> dict[str, object]:
        return {
            name: self.number(value) if isinstance(value, int | float) else value
            for name, value in values.items()
        }

    def _said(self, text: str) -> str | None:
        if self.language == "en" or not text:
            return text
        if (said := self._exactly(text)) is not None:
            return said
        # Reasons come from the warehouse without the capital and the full stop of a sentence.
        bare = text[:1].lower() + text[1:].removesuffix(".")
        said = self._exactly(bare) if bare != text else None
        return None if said is None else sentence(said) if text.endswith(".") else capital(said)

    def _exactly(self, text: str) -> str | None:
        if (said := self.texts.get(text)) is not None:
            return said
        for pattern, said in self.patterns:
            if found := pattern.fullmatch(text):
                return said.format(*map(self._part, found.groups()))
        return None

    def _part(self, text: str) -> str:
        if re.fullmatch(r"\d{4}Q[1-4]", text):
            return self.quarter(text)
        return self.figure(text) if re.fullmatch(r"<?[\d,.]+", text) else self.say(text)

    def figure(self, text: str) -> str:
        """A figure that is written the English way: `1,234.5 %`, `+3 pts`, `<5`."""
        said = text.translate(self._signs)
        return said.replace("pts", self.say("pts")) if "pts" in said else said

    def number(self, value: float) -> str:
        return self.figure(number(value))

    def day(self, value: datetime | date | None, zone: ZoneInfo | None = None) -> str:
        """`14 Mar 2026`, in `zone` when an instant is given."""
        if value is None:
            return DASH
        if isinstance(value, datetime) and zone is not None:
            value = value.astimezone(zone)
        return format_date(value, "d MMM y", locale=self.locale)

    def instant(self, value: datetime | None, zone: ZoneInfo) -> str:
        """`14 Mar 2026, 05:30`, in `zone`."""
        if value is None:
            return DASH
        return f"{self.day(value, zone)}, {value.astimezone(zone):%H:%M}"

    def length(self, value: timedelta) -> str:
        """`36 hours`, `1 day`: in the largest unit that fits without a rest."""
        seconds = int(value.total_seconds())
        unit, size = next(found for found in _UNITS if seconds % found[1] == 0)
        return format_unit(seconds // size, f"duration-{unit}", locale=self.locale)

    def month(self, key: str | None) -> str:
        """'2026-03' -> `Mar 2026`."""
        if not key:
            return DASH
        return format_date(date(int(key[:4]), int(key[5:7]), 1), "MMM y", locale=self.locale)

    def months(self) -> list[str]:
        """The short names of the twelve months."""
        return [format_date(date(2026, n, 1), "LLL", locale=self.locale) for n in range(1, 13)]

    def quarter(self, key: str) -> str:
        """'2026Q3' -> `Q3 2026`."""
        first = date(int(key[:4]), 3 * int(key[5:]) - 2, 1)
        return format_skeleton("yQQQ", first, locale=self.locale)


def capital(text: str) -> str:
    """'posts' -> 'Posts'."""
    return text[:1].upper() + text[1:]


@cache
def voice(language: str, package: str, folder: str = "") -> Voice:
    """English, or a language that the package (a pipeline) has a catalogue of."""
    if language == "en":
        return Voice(language, folder, NullTranslations())
    content = files(package).joinpath("locale", f"{language}.po").read_bytes()
    found = read_po(io.BytesIO(content), locale=language, domain=DOMAIN)
    binary = io.BytesIO()
    write_mo(binary, found)
    binary.seek(0)
    texts = {each.id: str(each.string) for each in found if isinstance(each.id, str) and each.id}
    gaps = sorted((id_ for id_ in texts if _GAP in id_), key=len, reverse=True)
    patterns = tuple((_pattern(id_), texts[id_]) for id_ in gaps)
    return Voice(language, folder, GNUTranslations(binary), texts, patterns)


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile("(.+?)".join(map(re.escape, text.split(_GAP))), re.DOTALL)


__all__ = ["Voice", "capital", "voice"]
