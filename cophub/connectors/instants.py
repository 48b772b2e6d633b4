"""The instants of vendors, which write ISO 8601 with small ways of their own."""

from datetime import UTC, datetime, tzinfo


def instant(text: str | None, *, naive: tzinfo | None = None) -> datetime | None:
    """An instant in UTC; None for none, and for the year 1, which stands for "never".

    A time without a zone is in the zone `naive`. Raises ValueError for a text that is no instant,
    and for one without a zone where none is assumed.
    """
    if not text or not text.strip():
        return None
    found = datetime.fromisoformat(text.strip())
    if found.year == 1:
        return None
    if found.tzinfo is None:
        if naive is None:
            raise ValueError(f"the instant {text!r} has no zone")
        found = found.replace(tzinfo=naive)
    try:
        return found.astimezone(UTC)
    except OverflowError as error:
        raise ValueError(f"the instant {text!r} is beyond the calendar") from error
