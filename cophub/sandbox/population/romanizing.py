"""Names of other scripts in Latin letters, by the schemes that are in use side by side.

One person is Iuliia in her passport, Yulia in her signature and Julia to her colleagues, so every
name has several spellings. Sources: ICAO 9303 (passports), BGN/PCGN, ELOT 743, the Ukrainian
resolution 55 of 2010, the Georgian national system of 2002, ISO 9985 without its marks.
"""

from functools import lru_cache

from cophub.sandbox.population.folding import listed

_CYRILLIC = dict(
    zip(
        "абвгдезийклмнопрстуфхцчшщъыьэ",
        listed("a b v g d e z i y k l m n o p r s t u f kh ts ch sh shch _ y _ e"),
        strict=True,
    )
) | {"ж": "zh", "ё": "yo", "ю": "yu", "я": "ya", "і": "i", "ї": "yi", "є": "ye", "ґ": "g"}
_ICAO = _CYRILLIC | {"й": "i", "ё": "e", "ю": "iu", "я": "ia", "ї": "i", "є": "ie", "ъ": "ie"}
_WESTERN = _CYRILLIC | {"й": "j", "ю": "ju", "я": "ja", "ж": "j", "х": "h", "ц": "c", "щ": "sch"}
_UKRAINIAN = {"г": "h", "и": "y", "й": "i"}
_GREEK = dict(
    zip(
        "αβγδεζηθικλμνξοπρσςτυφχψωάέήίόύώϊϋΐΰ",
        listed("a v g d e z i th i k l m n x o p r s s t y f ch ps o a e i i o y o i y i y"),
        strict=True,
    )
)
_GREEK_TYPED = _GREEK | {"η": "h", "χ": "h", "υ": "u", "β": "b", "φ": "ph"}
_GEORGIAN = dict(
    zip(
        "აბგდევზთიკლმნოპჟრსტუფქღყშჩცძწჭხჯჰ",
        listed("a b g d e v z t i k l m n o p zh r s t u p k gh q sh ch ts dz ts ch kh j h"),
        strict=True,
    )
)
_ARMENIAN = dict(
    zip(
        "աբգդեզէըթժիլխծկհձղճմյնշոչպջռսվտրցւփքօֆև",
        listed(
            "a b g d e z e y t zh i l kh ts k h dz gh ch m y n sh o ch p j r s v t r ts v p k o f"
            " ev"
        ),
        strict=True,
    )
)


@lru_cache(maxsize=65_536)
def romanized(native: str, *, ukrainian: bool = False) -> tuple[str, ...]:
    """The spellings of one word, the usual one first; in capitals as the word is."""
    first = native[0].lower()
    if first in _GREEK:
        pairs = (
            native.replace("ου", "ou").replace("ού", "ou").replace("ευ", "ef").replace("αυ", "af")
        )
        tables = (_GREEK, _GREEK_TYPED)
        found = [_by(table, pairs.replace("ντ", "nt")) for table in tables]
    elif first in _GEORGIAN:
        plain = _by(_GEORGIAN, native)
        found = [plain, plain.replace("q", "k").replace("ts", "c")]
    elif first in _ARMENIAN:
        plain = _by(_ARMENIAN, native.replace("ու", "u").replace("ՈՒ", "U"))
        found = [plain, plain.replace("yan", "ian"), plain.replace("dz", "ds")]
    else:
        more = _UKRAINIAN if ukrainian else {}
        found = [_by(table | more, native) for table in (_CYRILLIC, _ICAO, _WESTERN)]
        found[0] = _usual(found[0])
    return tuple(dict.fromkeys(found))


def _by(table: dict[str, str], text: str) -> str:
    out = "".join(table.get(letter, letter) for letter in text.lower()).replace("_", "")
    return out[:1].upper() + out[1:]


def _usual(text: str) -> str:
    """How most write it: -y for -iy and -yy at the end, Natalia for Nataliya."""
    for ending, short in (("iy", "y"), ("yy", "y"), ("iya", "ia"), ("yya", "ia")):
        if text.endswith(ending):
            return text.removesuffix(ending) + short
    return text
