"""Instants as SharePoint writes them: with a Z, with an offset, or bare, in the site's own time.

A bare one is never guessed at: the site is asked for its time zone, once a run.
"""

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from cophub import Context
from cophub.connectors.sharepoint.client import rest_json, shared
from cophub.connectors.sharepoint.settings import Settings

if TYPE_CHECKING:
    from cophub.connectors.sharepoint.sites import SiteRef

ZONES = {
    2: "Europe/London", 3: "Europe/Paris", 4: "Europe/Berlin", 5: "Europe/Athens",
    6: "Europe/Budapest", 7: "Europe/Minsk", 8: "America/Sao_Paulo", 9: "America/Halifax",
    10: "America/New_York", 11: "America/Chicago", 12: "America/Denver",
    13: "America/Los_Angeles", 14: "America/Anchorage", 15: "Pacific/Honolulu",
    16: "Pacific/Pago_Pago", 17: "Pacific/Auckland", 18: "Australia/Brisbane",
    19: "Australia/Adelaide", 20: "Asia/Tokyo", 21: "Asia/Singapore", 22: "Asia/Bangkok",
    23: "Asia/Kolkata", 24: "Asia/Dubai", 25: "Asia/Tehran", 26: "Asia/Baghdad",
    27: "Asia/Jerusalem", 28: "America/St_Johns", 29: "Atlantic/Azores",
    30: "Atlantic/South_Georgia", 31: "Atlantic/Reykjavik", 32: "America/Cayenne",
    33: "America/La_Paz", 34: "America/Indiana/Indianapolis", 35: "America/Bogota",
    36: "America/Regina", 37: "America/Mexico_City", 38: "America/Phoenix", 39: "Etc/GMT+12",
    40: "Pacific/Fiji", 41: "Pacific/Guadalcanal", 42: "Australia/Hobart",
    43: "Pacific/Port_Moresby", 44: "Australia/Darwin", 45: "Asia/Shanghai",
    46: "Asia/Novosibirsk", 47: "Asia/Tashkent", 48: "Asia/Kabul", 49: "Africa/Cairo",
    50: "Africa/Johannesburg", 51: "Europe/Moscow", 53: "Atlantic/Cape_Verde", 54: "Asia/Baku",
    55: "America/Guatemala", 56: "Africa/Nairobi", 57: "Europe/Warsaw", 58: "Asia/Yekaterinburg",
    59: "Europe/Kyiv", 60: "America/Nuuk", 61: "Asia/Yangon", 62: "Asia/Kathmandu",
    63: "Asia/Irkutsk", 64: "Asia/Krasnoyarsk", 65: "America/Santiago", 66: "Asia/Colombo",
    67: "Pacific/Tongatapu", 68: "Asia/Vladivostok", 69: "Africa/Lagos", 70: "Asia/Yakutsk",
    71: "Asia/Almaty", 72: "Asia/Seoul", 73: "Australia/Perth", 74: "Asia/Riyadh",
    75: "Asia/Taipei", 76: "Australia/Sydney", 77: "America/Chihuahua", 78: "America/Tijuana",
    79: "Asia/Amman", 80: "Asia/Beirut", 81: "America/Manaus", 82: "Asia/Tbilisi",
    83: "Africa/Windhoek", 84: "Asia/Yerevan", 85: "America/Argentina/Buenos_Aires",
    86: "Africa/Casablanca", 87: "Asia/Karachi", 88: "America/Caracas", 89: "Indian/Mauritius",
    90: "America/Montevideo", 91: "America/Asuncion", 92: "Asia/Kamchatka", 93: "UTC",
    94: "Asia/Ulaanbaatar",
}  # fmt: skip
"""SharePoint's numbers of time zones (SPTimeZone.ID), as IANA's names."""
_FIRST_YEAR = 1900


def instant(ctx: Context[Settings], site: "SiteRef", text: object) -> datetime | None:
    """`text` as an aware instant in UTC; None where the vendor has none.

    None is also what the vendor means by a year before 1900 (`0001-01-01T00:00:00`). Raises
    ValueError for what is no date, and for a bare one when the site's zone cannot be known.
    """
    if text is None or text == "":
        return None
    if not isinstance(text, str):
        raise TypeError(f"a date came as {type(text).__name__}")
    found = datetime.fromisoformat(text)
    if found.year < _FIRST_YEAR:
        return None
    if found.tzinfo is None:
        found = found.replace(tzinfo=zone_of(ctx, site))
    return found.astimezone(UTC)


def zone_of(ctx: Context[Settings], site: "SiteRef") -> ZoneInfo:
    """The time zone that a site is set to; asked for once a run.

    Raises ValueError when there is no knowing it: SharePoint's number for it is not known here or
    its offset is another, or the site is read through Microsoft Graph, which does not tell.
    """
    if ctx.settings.by_graph:
        raise ValueError("a date without a zone, and Microsoft Graph does not tell the site's")

    def ask() -> ZoneInfo | str:
        found = rest_json(ctx, site.url, "web/regionalsettings/timezone")
        about = found.get("Description") or "without a description"
        name = ZONES.get(int(found["Id"]))
        if name is None:
            return f"the site's time zone {found['Id']} ({about}) is not known here"
        zone = ZoneInfo(name)
        bias = (found.get("Information") or {}).get("Bias")
        if bias is not None and -int(bias) not in _offsets(zone, ctx.now.year):
            return f"the site's time zone {found['Id']} ({about}) is not {name} by its offset"
        return zone

    found = shared(ctx, f"zone:{site.key}", ask)
    if isinstance(found, str):
        raise ValueError(found)
    return found


def _offsets(zone: ZoneInfo, year: int) -> set[int]:
    """Minutes that a zone is ahead of UTC, in winter and in summer."""
    offsets = (datetime(year, month, 1, tzinfo=zone).utcoffset() for month in (1, 7))
    return {int(offset.total_seconds() // 60) for offset in offsets if offset is not None}
