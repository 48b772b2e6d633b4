"""What a calendar file says, its times all with a zone: entries by UID, ready to be expanded."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zlib import crc32
from zoneinfo import ZoneInfo

from cophub import Reject
from cophub.connectors.mail.text import clean, decode_bytes

# The library keeps what zones files define in one place for all: whoever reads, reads alone.
_ONE_AT_A_TIME = threading.Lock()
BROKEN = (ValueError, TypeError, AttributeError, KeyError, IndexError, OverflowError)
"""What reading a bad entry raises."""


@dataclass
class Entries:
    """The entries of one or several files that make one calendar."""

    series: dict[str, list[Any]] = field(default_factory=dict)
    """By UID: the entry itself, and those that stand in for single occurrences of it."""
    rejects: list[Reject] = field(default_factory=list)
    unclear: set[str] = field(default_factory=set)
    """UIDs of entries that could not be read: nothing is known of them."""
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    title: str = ""
    description: str = ""
    count: int = 0
    _editions: dict[tuple[str, str], "tuple[int, _Same]"] = field(default_factory=dict)
    """By UID and occurrence: where it stands in its series, and which edition that is."""

    def add(self, uid: str, entry: Any) -> None:
        """Take in an entry. Of one that is there twice, in one file or two, the later counts."""
        same, series = _Same(entry), self.series.setdefault(uid, [])
        known = self._editions.get((uid, same.occurrence))
        if known is None:
            self._editions[uid, same.occurrence] = len(series), same
            series.append(entry)
        elif same.edition > known[1].edition:
            self._editions[uid, same.occurrence] = known[0], same
            series[known[0]] = entry

    def refuse(self, uid: str, reason: str) -> None:
        """Note an entry that cannot be read."""
        self.unclear.add(uid)
        self.rejects.append(Reject(reason=reason, record="Event", key=uid))


class NoCalendar(ValueError):  # noqa: N818 - a state of the file, not a fault of ours
    """A file that is no calendar; the message says what it is instead."""


def read_entries(
    content: bytes, zone: str | None, found: Entries, *, private: bool = False
) -> None:
    """Add a file's entries to `found`. Raises NoCalendar; a bad entry is a Reject of its own."""
    calendars = _calendars(content)
    for calendar in calendars:
        found.title = found.title or _said(calendar, "X-WR-CALNAME") or _said(calendar, "NAME")
        described = _said(calendar, "X-WR-CALDESC") or _said(calendar, "DESCRIPTION")
        found.description = found.description or described
        found.zone = ZoneInfo(zone) if zone else _own_zone(calendar, found.zone)
        is_cancelled = _said(calendar, "METHOD").upper() == "CANCEL"
        for entry in calendar.walk("VEVENT"):
            found.count += 1
            if not private and _said(entry, "CLASS").upper() in ("PRIVATE", "CONFIDENTIAL"):
                continue
            if is_cancelled:
                entry.pop("STATUS", None)
                entry.add("STATUS", "CANCELLED")
            _add(entry, found)


def _calendars(content: bytes) -> list[Any]:
    import icalendar

    text = decode_bytes(content.removeprefix(b"\xef\xbb\xbf"), _charset(content), "windows-1252")
    text = text.lstrip("\ufeff").strip()
    if "BEGIN:VCALENDAR" not in text[:2000].upper():
        is_page = "<html" in text[:1000].lower() or "<!doctype html" in text[:1000].lower()
        raise NoCalendar("is a web page, not a calendar" if is_page else "is no calendar (ICS)")
    if not text.upper().endswith("END:VCALENDAR"):
        raise NoCalendar("breaks off before its end")
    with _ONE_AT_A_TIME:
        # Two files may give one name to different zones; the first would count for both.
        icalendar.use_zoneinfo()  # type: ignore[no-untyped-call]
        try:
            return list(icalendar.Calendar.from_ical(text + "\r\n", multiple=True))
        except BROKEN as error:
            raise NoCalendar(f"is no calendar that can be read ({type(error).__name__})") from error


def _charset(content: bytes) -> str | None:
    return "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else None


def _said(component: Any, name: str) -> str:
    value = component.get(name)
    return clean(str(value[0] if isinstance(value, list) else value or "")).strip()


def _own_zone(calendar: Any, before: ZoneInfo) -> ZoneInfo:
    try:
        return ZoneInfo(_said(calendar, "X-WR-TIMEZONE")) if "X-WR-TIMEZONE" in calendar else before
    except (KeyError, ValueError, OSError):
        return before


def _add(entry: Any, found: Entries) -> None:
    uid = _said(entry, "UID")
    if not uid:
        # Nothing tells such an entry from another but what it says.
        told = (_said(entry, "SUMMARY"), entry.to_ical() if "DTSTART" in entry else b"")
        uid = f"entry:{crc32(repr(told).encode()):08x}"
    try:
        _give_zones(entry, found.zone)
    except BROKEN:
        found.refuse(uid, "the entry has no start that can be read")
        return
    found.add(uid, entry)


class _Same:
    """What tells whether two entries of one UID are the same, and which of them is newer."""

    def __init__(self, entry: Any) -> None:
        self.occurrence = str(entry["RECURRENCE-ID"].dt) if "RECURRENCE-ID" in entry else ""
        changed = entry.get("LAST-MODIFIED") or entry.get("DTSTAMP")
        try:
            told = str(changed.dt)
        except AttributeError:
            told = ""
        self.edition = (_sequence(entry), told)


def _sequence(entry: Any) -> int:
    try:
        return int(entry.get("SEQUENCE", 0))
    except BROKEN:
        return 0


def _give_zones(entry: Any, zone: ZoneInfo) -> None:
    """Put times that hang in no zone, or in one that nobody knows, into `zone`."""
    start = entry["DTSTART"]
    if isinstance(start.dt, datetime) and start.dt.tzinfo is None:
        entry.add("X-COPHUB-ZONE", "unknown" if "TZID" in start.params else "floating")
    for value in _dates(entry):
        if isinstance(value.dt, datetime) and value.dt.tzinfo is None:
            value.dt = value.dt.replace(tzinfo=zone)
    end = entry.get("DTEND")
    if end is not None and (
        isinstance(end.dt, datetime) != isinstance(start.dt, datetime) or end.dt < start.dt
    ):
        # An end before its beginning is none.
        del entry["DTEND"]
    if not isinstance(entry.get("SEQUENCE", 0), int):
        del entry["SEQUENCE"]
    length = entry.get("DURATION")
    if length is not None and (getattr(length, "dt", None) or timedelta(-1)) < timedelta(0):
        del entry["DURATION"]


def _dates(entry: Any) -> Iterator[Any]:
    for name in ("DTSTART", "DTEND", "RECURRENCE-ID"):
        if name in entry:
            yield entry[name]
    for name in ("EXDATE", "RDATE"):
        value = entry.get(name, [])
        for several in value if isinstance(value, list) else [value]:
            yield from several.dts


def as_instant(value: date | datetime, zone: ZoneInfo) -> datetime:
    """A day as its first moment in `zone`; a time as it is."""
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=zone)
    return datetime(value.year, value.month, value.day, tzinfo=zone)
