"""What a run remembers of each calendar: what it was like, and which events it held."""

import msgspec

from cophub.connectors.state import StateOf
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


class Cursor(StateOf, omit_defaults=True):
    """The stream's cursor."""

    calendars: dict[str, CalendarState] = msgspec.field(default_factory=dict)


def read_cursor(text: str | None, settings: int) -> Cursor:
    """The cursor in `text`; a new one where it is none of ours.

    After a change of settings all is read again, but what was there stays known, so that events
    that are no more can be told.
    """
    found = Cursor.kept(text)
    if found is None:
        return Cursor(settings)
    if found.settings != settings:
        found.settings = settings
        for calendar in found.calendars.values():
            calendar.validators, calendar.until = Validators(), 0
            for series in calendar.series.values():
                series.crc = 0
    return found
