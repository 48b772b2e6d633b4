# ruff: noqa: E501 - a table reads best with one line for one thing
"""Invented organisations: as many as the population needs, each with domains and spellings.

Sizes follow Zipf's law. Names are put together from invented places and ordinary words; domains are
under reserved top-level names, so none can belong to anybody.
"""

from functools import lru_cache
from random import Random
from typing import NamedTuple

from cophub.sandbox.population.cultures import some_culture
from cophub.sandbox.population.folding import listed, local, plain
from cophub.sandbox.population.places import Country, countries

_STEMS = listed(
    "Kisimani Moraven Baltessa Lumina Ostrava-Nord Baobab Tamarind Acacia Corvel Nyalenda Solimar Tierraluz Andesol "
    "Miravel Sundarika Himavati Jabali Umoja-Bora Zenith Halcyon Meridian Northgate Eastbrook Westmere Harrowfield "
    "Larkspur Pinewood Riverstone Ashgrove Brightwell Caldera Delmarva-East Everhope Fairhaven Greenlake Highmoor "
    "Ironwood Juniper Kestrel Lindqvist Mapleton Novara-Sud Oakhurst Palmetto Quillon Ravenna-Mar Saffron Tambura "
    "Ubuntu-Njema Valdoria Wexmoor Xantara Yellowtail Zambara Amaranta Bonsecours Chantelune Dambala Esperia Flamboyant "
    "Goromonzi-Hills Horizonte Ibisca Jacaranda Kalahira Lagunera Makalani Nkwazi Orinoka Pachasol Quetzalia Ruwenza "
    "Savanora Tsavora Uhurika Vientana Wolofine Yasimba Zuberi"
)  # fmt: skip
_WORDS = (
    "Health", "Family Health", "Maternal Health", "Child Survival", "Reproductive Health", "Nutrition", "Immunization",
    "Global Health", "Public Health", "Rural Health", "Community Health", "Disease Control", "Malaria", "Water and Sanitation",
    "Population", "Development", "Health Systems", "Gender and Health", "Supply Chain", "Digital Health", "Youth",
)  # fmt: skip
_TYPES = {
    "ngo": ("Alliance", "Initiative", "Partners", "International", "Action", "Network", "Trust", "Foundation", "Relief", "Project"),
    "research": ("Institute", "Research Centre", "Policy Centre", "Observatory", "Laboratory"),
    "company": ("Consulting", "Associates", "Group", "Solutions", "Analytics", "LLC", "Ltd"),
}  # fmt: skip
_LOCAL = {
    "fr": ("Alliance {s} pour la Santé", "Association {s} Santé et Développement", "Institut {s} de Santé Publique", "Fondation {s}", "ONG {s}"),
    "es": ("Fundación {s} Salud", "Asociación {s} para el Desarrollo", "Instituto {s} de Salud Pública", "Red {s}", "Centro {s}"),
    "pt": ("Fundação {s}", "Associação {s} Saúde", "Instituto {s} de Saúde Pública", "Rede {s}"),
}  # fmt: skip
_MINISTRY = {
    "en": ("Ministry of Health", "MoH", "MOH", "Min. of Health", "Ministry of Health & Social Welfare"),
    "fr": ("Ministère de la Santé", "Ministère de la Santé Publique", "MSP", "MINSANTE", "Ministere de la Sante"),
    "es": ("Ministerio de Salud", "MINSA", "Ministerio de Salud Pública", "MSPAS"),
    "pt": ("Ministério da Saúde", "MISAU", "Ministerio da Saude"),
}  # fmt: skip
_STYLES = (
    ("{f}.{l}", 30), ("{i}{l}", 22), ("{f}{l}", 8), ("{f}_{l}", 6), ("{l}.{f}", 6), ("{f}", 6),
    ("{f}{j}", 5), ("{l}{i}", 5), ("{i}.{l}", 6), ("{f}-{l}", 3), ("{l}", 3),
)  # fmt: skip
_KINDS = (
    ("international", 16), ("ngo", 26), ("ministry", 14), ("university", 12), ("hospital", 10), ("research", 9),
    ("company", 10), ("office", 3),
)  # fmt: skip


class Organization(NamedTuple):
    """An employer. `spellings[0]` is its name in full; `country` "" for one with offices anywhere."""

    rank: int
    kind: str
    spellings: tuple[str, ...]
    acronym: str
    domains: tuple[str, ...]
    country: str
    style: str
    """How its mailboxes are made, with f, l the names, i, j their initials."""
    mailboxes: float
    """The share of its people who have one; in ministries few."""


class Organizations:
    """All of them, by size; the same for one seed, however many are asked for."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._known: list[Organization] = []
        self._domains: set[str] = set()

    def at(self, rank: int) -> Organization:
        """The one of that rank."""
        while len(self._known) <= rank:
            self._known.append(self._make(len(self._known)))
        return self._known[rank]

    def pick(self, chance: Random, people: int, country: str) -> Organization:
        """Somebody's employer, when the population has `people`: near home rather than elsewhere.

        The number of organisations grows with the population: 370 for 10,000 people, 3,100 for
        370,000.
        """
        number = 40 + 1.1 * people**0.62
        found = self._draw(chance, number)
        for _ in range(5):
            if not found.country or found.country == country:
                break
            found = self._draw(chance, number)
        return found

    def _draw(self, chance: Random, number: float) -> Organization:
        return self.at(int(3 * (((number + 3) / 3) ** chance.random()) - 3))

    def _make(self, rank: int) -> Organization:
        chance = Random(f"organization/{self._seed}/{rank}")
        kind = chance.choices([k for k, _ in _KINDS], [w for _, w in _KINDS])[0]
        if rank < 3:
            kind = "international"
        country = chance.choice(some_culture(chance).places)
        names, acronym = _names(kind, country, chance)
        base = _domain(kind, names[0], acronym, country, chance)
        domains = [self._free(base, rank)]
        if chance.random() < 0.12:
            domains.append(self._free(domains[0].replace(".example", "-group.test"), rank))
        style = chance.choices([s for s, _ in _STYLES], [w for _, w in _STYLES])[0]
        owners = {"ministry": 0.4, "hospital": 0.45, "university": 0.85, "ngo": 0.85}
        home = "" if kind in ("international", "office") else country.code
        return Organization(
            rank, kind, names, acronym, tuple(domains), home, style, owners.get(kind, 0.95)
        )

    def _free(self, domain: str, rank: int) -> str:
        if domain in self._domains:
            domain = domain.replace(".", f"{rank}.", 1)
        self._domains.add(domain)
        return domain


def _names(kind: str, country: Country, chance: Random) -> tuple[tuple[str, ...], str]:
    stem, word = chance.choice(_STEMS).replace("-", " "), chance.choice(_WORDS)
    if kind == "ministry":
        forms = _MINISTRY.get(country.language, _MINISTRY["en"])
        named = [f"{forms[0]}, {country.names[0]}", f"{forms[0]} {country.names[0]}"]
        return (*named, *forms, f"{forms[1]} {country.names[0]}"), ""
    if kind == "university":
        full = chance.choice(
            (f"University of {stem}", f"{stem} University", f"{stem} School of Public Health")
        )
        if country.language in ("fr", "es", "pt"):
            full = {"fr": "Université de ", "es": "Universidad de ", "pt": "Universidade de "}[
                country.language
            ] + stem
    elif kind == "hospital":
        full = chance.choice(
            (
                f"{stem} District Hospital",
                f"{stem} Hospital",
                f"{stem} Referral Hospital",
                f"CHU {stem}",
            )
        )
    elif kind == "office":
        full = f"{stem} {word} Agency of the Nations"
    elif country.language in _LOCAL and kind != "company":
        full = chance.choice(_LOCAL[country.language]).format(s=stem)
    else:
        types = _TYPES.get("ngo" if kind == "international" else kind, _TYPES["ngo"])
        full = f"{stem} {word} {chance.choice(types)}"
    return _spellings(full)


def _spellings(full: str) -> tuple[tuple[str, ...], str]:
    """All the ways to write a name, itself first, and its acronym; empty where it is too short."""
    acronym = "".join(w[0] for w in full.split() if w[0].isupper())
    spellings = [full]
    if len(acronym) > 2:
        spellings += [acronym, f"{full} ({acronym})", f"{acronym} - {full}"]
    if plain(full) != full:
        spellings.append(plain(full))
    spellings += [full.upper(), full.lower()]
    if full.rsplit(maxsplit=1)[-1] in ("International", "Ltd", "LLC", "Foundation", "Group"):
        spellings.append(full.rsplit(" ", 1)[0])
    return tuple(spellings), acronym if len(acronym) > 2 else ""


def _domain(kind: str, name: str, acronym: str, country: Country, chance: Random) -> str:
    code = country.code.lower()
    if kind == "ministry":
        return f"{chance.choice(('moh', 'health', 'sante', 'gov'))}-{code}.example"
    if len(acronym) > 2 and chance.random() < 0.5:
        return f"{acronym.lower()}{chance.choice(('', '-' + code, 'intl', 'org'))}.example"
    words = [local(word) for word in name.split() if word[0].isupper()]
    return f"{''.join(words[:2])[:22]}{chance.choice(('', '', '-' + code))}.example"


@lru_cache(maxsize=8)
def organizations(seed: int) -> Organizations:
    """Those of one seed."""
    return Organizations(seed)


def written(organization: Organization, country: str, chance: Random) -> str:
    """The employer as somebody types it: in full, an acronym, with the country office, wrongly."""
    drawn, spellings = chance.random(), organization.spellings
    if drawn < 0.45:
        return spellings[0]
    text = chance.choice(spellings)
    if drawn < 0.60 and not organization.country and country:
        name = countries()[country].names[0]
        return chance.choice(
            (f"{text} {name}", f"{text}/{name}", f"{text} - {name}", f"{name} Office, {text}")
        )
    if drawn > 0.985 and len(text) > 6:
        at = chance.randrange(1, len(text) - 1)
        return text[:at] + text[at + 1 :]
    return text
