"""Time zones by the names that people write, and what to write instead of a name that is none."""

import difflib
import unicodedata
from collections.abc import Iterator
from zoneinfo import ZoneInfo, available_timezones

# Not in the IANA list, and yet what people in Geneva write.
_ALSO = {"Europe/Geneva": "Europe/Zurich"}
_NEAR = 0.84
"""So alike are two spellings of one city; Bern and Berlin are less."""
_MOST = 3
_HINT = (
    "; take one of the IANA list: most are named after a country's largest city, not its capital"
)


def known_zone(name: str) -> ZoneInfo:
    """The zone of a name. Raises ValueError, which says what to write instead."""
    try:
        return ZoneInfo(_ALSO.get(name, name))
    except (KeyError, ValueError, OSError):
        meant = list(_meant(name))[:_MOST]
        told = " or ".join(f'"{each}"' for each in meant)
        said = f" (did you mean {told}?)" if meant else ""
        raise ValueError(f'"{name}" is not a time zone{said}{_HINT}') from None


def _meant(name: str) -> Iterator[str]:
    """The zone of that city in whatever part of the world, those of that country, or the nearest.

    Source: the IANA list; for countries, Unicode's CLDR by way of babel.
    """
    cities = {_folded(zone): zone for zone in sorted(available_timezones()) if "/" in zone}
    cities |= {_folded(name): zone for name, zone in _ALSO.items()}
    place = _folded(name)
    if place in cities:
        yield cities[place]
        return
    if zones := _of_country(place):
        yield from zones
        return
    near = difflib.get_close_matches(place, cities, n=1, cutoff=_NEAR)
    yield from (cities[each] for each in near)


def _of_country(place: str) -> list[str]:
    """The zones of a country by its English, French or Spanish name."""
    from babel.core import Locale, get_global

    for language in ("en", "fr", "es"):
        for code, country in Locale(language).territories.items():
            if _folded(country) == place:
                return sorted(get_global("territory_zones").get(code, ()))
    return []


def _folded(name: str) -> str:
    """The last part of a name without accents and case: `Europe/Zürich` -> `zurich`."""
    plain = unicodedata.normalize("NFKD", name.rpartition("/")[2].replace("_", " "))
    return "".join(c for c in plain if not unicodedata.combining(c)).casefold().strip()


__all__ = ["known_zone"]
