"""Which time zone somebody lives in, by their account or, where that is sure, by their country."""

from datetime import UTC, datetime
from functools import cache
from zoneinfo import ZoneInfo


@cache
def zone_of(named: str | None, country: str | None) -> str | None:
    """An IANA zone, or None where it is not known.

    `named` is an IANA or a Windows name; a country of several zones tells nothing.
    """
    for name in (named, _windows_zones().get(named or "")):
        if name and _exists(name):
            return name
    return _country_zones().get((country or "").strip().upper())


def region(zone: str) -> str:
    """The part of the world that a zone is in, such as Africa."""
    return zone.partition("/")[0] if "/" in zone else "Elsewhere"


def _exists(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True


@cache
def _windows_zones() -> dict[str, str]:
    from babel.core import get_global

    return dict(get_global("windows_zone_mapping"))


@cache
def _country_zones() -> dict[str, str]:
    """By ISO code, the zone of each country where all clocks show one time, summer and winter."""
    from babel.core import get_global

    by_country: dict[str, list[str]] = {}
    for zone, territory in sorted(get_global("zone_territories").items()):
        if _exists(zone):
            by_country.setdefault(territory, []).append(zone)
    seasons = [datetime(2026, month, 1, tzinfo=UTC) for month in (1, 7)]
    return {
        territory: zones[0]
        for territory, zones in by_country.items()
        if len({tuple(at.astimezone(ZoneInfo(z)).utcoffset() for at in seasons) for z in zones})
        == 1
    }


__all__ = ["region", "zone_of"]
