"""What a run remembers of each calendar: what it was like, and which events it held."""

import msgspec

from cophub.connectors.web.fetch import Validators


class Series(msgspec.Struct, array_like=True):
    """One UID: a checksum of all that it says, and its events in the window.

    Events are by what follows the UID in their keys (`""` for one that does not recur), with when
    they start, in minutes since 1970.
    """

    crc: int = 0
    events: dict[str, int] = {}


class CalendarState(msgspec.Struct, omit_defaults=True):
    """One calendar as it was when it was read."""

    validators: Validators = msgspec.field(default_factory=Validators)
    until: int = 0
    """Up to when recurring events were written out, in minutes since 1970."""
    count: int = 0
    """How many entries it had."""
    series: dict[str, Series] = {}


class Cursor(msgspec.Struct, omit_defaults=True):
    """The stream's cursor; `encode` gives the text that the engine keeps."""

    settings: int = 0
    """A checksum of the settings that the records depend on."""
    calendars: dict[str, CalendarState] = {}

    def encode(self) -> str:
        """The cursor as JSON text."""
        return msgspec.json.encode(self).decode()


def read_cursor(text: str | None, settings: int) -> Cursor:
    """The cursor in `text`; a new one where it is none of ours.

    After a change of settings all is read again, but what was there stays known, so that events
    that are no more can be told.
    """
    try:
        found = msgspec.json.decode(text or "", type=Cursor)
    except (msgspec.MsgspecError, ValueError):
        return Cursor(settings)
    if found.settings != settings:
        found.settings = settings
        for calendar in found.calendars.values():
            calendar.validators, calendar.until = Validators(), 0
            for series in calendar.series.values():
                series.crc = 0
    return found
