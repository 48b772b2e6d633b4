"""Countries and cities as matching compares them.

Names of countries in many languages come from Unicode's CLDR, by way of babel; what people and
vendors write besides (`DRC`, `Tanzania, United Republic of`) stands in a table here.
"""

import unicodedata
from collections.abc import Collection, Iterator
from functools import cache, lru_cache

from anyascii import anyascii
from babel.core import Locale, get_global

from cophub.identities.reading.remembered import by_text

_LANGUAGES = "en fr es pt de it nl ar ru uk pl tr sw id vi zh ja ko fa hi bn am sv ro el th my ka"
_NOT_COUNTRIES = frozenset("AC CP CQ DG EA EU EZ IC QO TA UN XA XB ZZ".split())  # noqa: SIM905

_ALIASES = {
    "ae": "emirates;uae;u a e;emirats arabes unis;emiratos arabes",
    "bo": "bolivia plurinational state of;plurinational state of bolivia",
    "bf": "burkina",
    "bn": "brunei darussalam",
    "ca": "canada quebec",
    "cd": "drc;dr congo;d r congo;drcongo;rdc;rd congo;r d congo;congo drc;congo rdc;congo dr"
    ";congo kinshasa;congo democratic republic;congo democratic republic of the;zaire"
    ";democratic republic of congo;democratic republic of the congo;congo the democratic republic"
    ";congo the democratic republic of the;republique democratique du congo"
    ";republica democratica do congo;republica democratica del congo",
    "cf": "central african republic;car;rca;republique centrafricaine",
    "cg": "congo;republic of congo;republic of the congo;congo brazzaville;congo republic"
    ";republique du congo;congo republic of;congo republic of the",
    "ci": "ivory coast;cote d ivoire;cote divoire;cote ivoire;rci",
    "cn": "prc;pr china;p r china;people s republic of china",
    "cv": "cape verde;cap vert;cabo verde",
    "cz": "czech republic;czechia",
    "de": "federal republic of germany;allemagne;alemania",
    "do": "dominican rep;rep dominicana;rd",
    "fk": "falkland islands malvinas",
    "fm": "micronesia federated states of;federated states of micronesia",
    "gb": "uk;u k;united kingdom;great britain;britain;england;scotland;wales;northern ireland"
    ";united kingdom of great britain and northern ireland;royaume uni;grande bretagne;reino unido"
    ";inglaterra;angleterre;uk england;england uk;scotland uk;wales uk",
    "gm": "the gambia;gambia the",
    "gn": "guinea conakry;guinee conakry",
    "hk": "hong kong;hongkong;hong kong sar;hong kong china",
    "hu": "magyarorszag",
    "in": "bharat",
    "ir": "iran islamic republic of;islamic republic of iran",
    "kp": "north korea;dprk;korea democratic people s republic of"
    ";democratic people s republic of korea",
    "kr": "korea;south korea;republic of korea;korea republic of;korea south;rok",
    "la": "lao pdr;lao;lao people s democratic republic;laos",
    "ly": "libyan arab jamahiriya",
    "md": "moldova republic of",
    "mg": "madagasikara",
    "mk": "macedonia;fyrom;republic of north macedonia;macedonia the former yugoslav republic of",
    "mo": "macao;macau;macao sar",
    "mm": "burma;birmanie;myanmar burma",
    "nl": "holland;the netherlands;pays bas;paises bajos;hollande",
    "ps": "palestine;state of palestine;palestinian territory occupied"
    ";occupied palestinian territory;opt;palestinian territories"
    ";west bank;gaza;west bank and gaza;palestina",
    "pg": "png",
    "ph": "pilipinas",
    "ru": "russian federation;russia;rossiya;rf",
    "sa": "ksa;kingdom of saudi arabia",
    "ss": "s sudan;south sudan;republic of south sudan",
    "sy": "syrian arab republic;syria",
    "sz": "swaziland;eswatini",
    "tl": "east timor;timor leste;timor",
    "tr": "turkey;turkiye;republic of turkey",
    "tw": "taiwan province of china;taiwan roc",
    "tz": "tanzania united republic of;united republic of tanzania;tanzanie",
    "us": "usa;u s a;u s;us;united states;united states of america;the united states;america"
    ";etats unis;etats unis d amerique;estados unidos;estados unidos de america;eeuu;ee uu;eua"
    ";estados unidos da america;vereinigte staaten von amerika",
    "va": "holy see;vatican",
    "ve": "venezuela bolivarian republic of;bolivarian republic of venezuela",
    "vn": "viet nam;socialist republic of viet nam;vietnam",
    "xk": "kosovo",
    "za": "rsa",
}
_FORMS = frozenset(
    """
    the of and la le el republic rep republique republica republik federal federation federative
    state kingdom people s peoples islamic democratic commonwealth sultanate principality union
    socialist du de da do del des d
    """.split()  # noqa: SIM905 - a list of words reads best as words
)
"""What stands before or behind the name of a country and says only what kind of state it is."""

CITIES = frozenset(
    """
    abidjan abuja accra addis ababa amman amsterdam ankara antananarivo asmara athens baghdad baku
    bamako bangkok bangui banjul barcelona beijing beirut belgrade berlin bern bishkek bissau
    blantyre bogota bonn brasilia brazzaville brussels bruxelles bucharest budapest bujumbura cairo
    canberra caracas casablanca colombo conakry copenhagen cotonou dakar damascus dar dhaka dili
    djibouti dodoma doha douala dubai dublin dushanbe freetown gaborone geneva geneve genf goma
    guatemala hanoi harare havana helsinki islamabad istanbul jakarta johannesburg juba kabul
    kampala karachi kathmandu khartoum kigali kinshasa kolkata kumasi lagos libreville lilongwe
    lisbon lisboa ljubljana lome london londres luanda lubumbashi lusaka maiduguri malabo managua
    manila maputo maseru mbabane mexico mombasa monrovia montevideo montreal moroni moscow mumbai
    muscat nairobi ndjamena niamey nouakchott oslo ottawa ouagadougou panama phnom penh prague praia
    pretoria quito rabat ramallah rangoon riyadh sanaa sarajevo seoul shanghai skopje stockholm
    tallinn tashkent tbilisi tegucigalpa tehran thimphu tirana tokyo toronto tripoli tunis
    ulaanbaatar vientiane warsaw washington windhoek yangon yaounde yerevan zagreb zanzibar zurich
    """.split()  # noqa: SIM905
)
"""Words of well-known cities; none that people are called by, such as Sofia or Santiago."""

BORNE = frozenset(
    """
    chad jordan georgia israel india kenya cuba malta america china mali dominique dominica domenica
    maurice mauricio guadalupe salvador holland england ireland scotland wales britain france
    francia spain portugal poland turkey brazil norway oman monaco montenegro yaman cile gine
    islande liban libia somali togo tchad tonga samoa jersey martinica grenada germania german
    austria romania roman guam montserrat
    """.split()  # noqa: SIM905
)
"""Countries whose names people bear too."""


_SHORT_FORMS = frozenset("usa uae drc rdc uk ksa png".split())  # noqa: SIM905


@lru_cache(maxsize=65536)
def country_code(text: str) -> str:
    """`Côte d'Ivoire` -> `ci`, `KEN` -> `ke`; the folded text where it names no known country.

    `Nairobi, Kenya` is `ke`. Of a text that names two countries neither is taken.
    """
    whole = _key(text)
    # In capitals it is a code, whatever it means in some language: `Nga` is Vietnamese for Russia.
    if len(whole) == 3 and text.isupper() and (code := _codes_of_three().get(whole)):
        return code
    if code := _code(whole):
        return code
    parts = {code for part in _parts(text) if (code := _code(_key(part), short=False))}
    return parts.pop() if len(parts) == 1 else fold(text)


def is_known_country(text: str) -> bool:
    """Whether a text names one country, in any language or as a code."""
    return shown_country(text) in _codes_in_capitals()


def shown_country(text: str) -> str:
    """`NG` for `Nigeria`, `Nigéria` and `NGA`; what names no known country stays as it is."""
    text = text.strip()
    code = country_code(text)
    # Two letters with a mark are no code: `Bỉ` is not Burundi but Vietnamese for Belgium.
    marked = len(text) == 2 and not text.isascii()
    return code.upper() if code in _codes() and not marked else text


def known_countries() -> Collection[str]:
    """All names and codes of countries, in lower case without marks."""
    return _countries().keys()


@lru_cache(maxsize=65536)
def names_country(word: str) -> bool:
    """Whether a lower-case word or two, in any language, is the name of a country."""
    return word in _countries() and len(word) > 3


@cache
def _written_in_one() -> frozenset[str]:
    # Of short ones some are names: "Ha Lan" is the Netherlands, and `halan` may be H. Alan.
    return frozenset(
        key.replace(" ", "")
        for key in _countries()
        if key.isascii() and len(key) > (7 if " " in key else 3)
    )


def names_country_in_one(word: str) -> bool:
    """Whether it is the name of a country with its words in one: `southsudan`, `kenya`."""
    return word in _written_in_one()


def is_country_code(word: str) -> bool:
    """Whether two letters are an ISO code, or two or three what people write: `uk`, `drc`."""
    return word in _SHORT_FORMS or word in _codes()


@lru_cache(maxsize=65536)
def names_place(word: str) -> bool:
    """Whether a lower-case word is a country or a well-known city."""
    return word in CITIES or names_country(word)


@by_text
def fold(text: str) -> str:
    """Lower-case ASCII with single blanks and nothing but letters and digits; `Bogotá` = `bogota`.

    Text in a script that has no sound of its own in ASCII, or of marks alone, stays as it is.
    """
    ascii_text = anyascii(unicodedata.normalize("NFKC", text)).lower()
    bare = "".join(c if c.isalnum() else " " for c in ascii_text if c not in "'`")
    return " ".join(bare.split())


def _parts(text: str) -> list[str]:
    for mark in ",;/()|-–":
        text = text.replace(mark, "\0")
    return text.split("\0")


def _code(key: str, *, short: bool = True) -> str:
    if len(key) <= 3 and not short and key not in _SHORT_FORMS:
        return ""
    if code := _countries().get(key):
        return code
    return _countries().get(" ".join(w for w in key.split() if w not in _FORMS), "")


def _key(text: str) -> str:
    """Case, accents and marks do not count; letters keep their script."""
    bare = unicodedata.normalize("NFKD", text.casefold())
    kept = (c if c.isalnum() else "" if unicodedata.combining(c) else " " for c in bare)
    return " ".join("".join(kept).split())


@cache
def _countries() -> dict[str, str]:
    """Key of a name or code -> ISO code in lower case; what names two countries is not there."""
    known: dict[str, str] = {}
    torn = set()
    for key, code in _names_by_cldr():
        if known.setdefault(key, code) != code:
            torn.add(key)
    for key in torn:
        del known[key]
    for old, codes in get_global("territory_aliases").items():
        if len(codes) == 1:
            known.setdefault(old.lower(), codes[0].lower())
    for code, names in _ALIASES.items():
        known.update(dict.fromkeys(names.split(";"), code))
    return known


@cache
def _codes() -> frozenset[str]:
    """ISO's codes of two letters, in lower case."""
    territories = map(str, Locale("en").territories)
    return frozenset(
        code.lower()
        for code in territories
        if len(code) == 2 and code.isalpha() and code not in _NOT_COUNTRIES
    )


@cache
def _codes_in_capitals() -> frozenset[str]:
    return frozenset(code.upper() for code in _codes())


@cache
def _codes_of_three() -> dict[str, str]:
    """ISO's codes of three letters -> those of two, both in lower case."""
    aliases = get_global("territory_aliases").items()
    return {
        old.lower(): codes[0].lower()
        for old, codes in aliases
        if len(codes) == 1 and len(old) == 3 and old.isalpha()
    }


def _names_by_cldr() -> Iterator[tuple[str, str]]:
    for language in _LANGUAGES.split():
        for code, name in Locale(language).territories.items():
            if len(code) == 2 and code.isalpha() and code not in _NOT_COUNTRIES:
                key = _key(name)
                yield key, code.lower()
                yield code.lower(), code.lower()
                # "Iran (Islamic Republic of)", "Republic of Kenya": what is left names it too.
                bare = " ".join(word for word in key.split() if word not in _FORMS)
                if bare and len(bare) > 3:
                    yield bare, code.lower()


__all__ = [
    "BORNE",
    "CITIES",
    "country_code",
    "fold",
    "is_country_code",
    "is_known_country",
    "known_countries",
    "names_country",
    "names_country_in_one",
    "names_place",
    "shown_country",
]
