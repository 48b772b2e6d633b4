"""When an entry appeared, from dates that may name no zone, be impossible or be missing."""

import re
from datetime import UTC, datetime
from time import struct_time
from zoneinfo import ZoneInfo

from cophub.connectors.mail.dates import parse_date, window

# Programs write the year 1 for "never"; mail's rules for short years would make it 2001.
_YEAR_ONE = re.compile(r"\b0001\b")
_ZONE = re.compile(r"(?:[+-]\d\d:?\d\d|\b(?:Z|[A-Z]{2,4}T|UTC?))\s*$")


def moment(
    raw: str | None, parsed: struct_time | None, zone: ZoneInfo, now: datetime
) -> tuple[datetime | None, str]:
    """The instant that `raw` states, and what it rests on: `date`, `zone_missing` or `missing`.

    `parsed` is what a reader of many languages made of it, in UTC. A date that names no zone is
    in `zone`. One that cannot be, such as the year 1 or next month, is no date.
    """
    if _YEAR_ONE.search(raw or ""):
        return None, "missing"
    found, has_zone = parse_date(raw or "")
    if found is None and parsed is not None:
        # The other reader took what named no zone for UTC.
        found, has_zone = _from_tuple(parsed), bool(_ZONE.search(raw or ""))
    if found is None:
        return None, "missing"
    if not has_zone:
        found = found.replace(tzinfo=zone).astimezone(UTC)
    if not window(None, now).holds(found):
        return None, "missing"
    return found, "date" if has_zone else "zone_missing"


def _from_tuple(parsed: struct_time) -> datetime | None:
    try:
        return datetime(*parsed[:6], tzinfo=UTC)
    except (ValueError, TypeError):
        return None
