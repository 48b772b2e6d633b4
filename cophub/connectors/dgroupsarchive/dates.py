"""The vendor's instants: `/Date(1386028800000+0000)/` of its serialiser, or ISO 8601."""

import re
from datetime import UTC, datetime, timedelta

from cophub.connectors.instants import instant as iso_instant

_SERIAL = re.compile(r"\\?/Date\((-?\d+)(?:[+-]\d{4})?\)\\?/")
_NONE = 1
"""The year that stands for "never"."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def instant(text: str | None) -> datetime | None:
    """An instant in UTC; None where there is none, or the year 1, which means that too.

    `/Date(...)/` counts milliseconds of UTC; the zone behind them only says how to show it. ISO
    text without a zone is UTC, as the API's own clock is. Raises ValueError for anything else.
    """
    if text is None or not text.strip():
        return None
    if found := _SERIAL.fullmatch(text.strip()):
        try:
            at = _EPOCH + timedelta(milliseconds=int(found[1]))
        except OverflowError:
            return None
        return None if at.year <= _NONE else at
    return iso_instant(text, naive=UTC)
