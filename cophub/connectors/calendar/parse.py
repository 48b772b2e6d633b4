"""From an occurrence to records: the event, who invites, and who accepted."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from cophub import Account, Attendance, Event, Gone, Item
from cophub.connectors.calendar.expansion import Occurrence
from cophub.connectors.calendar.settings import Settings
from cophub.connectors.mail.addresses import name_key, plain_address
from cophub.connectors.mail.text import clean

# Calendars and rooms have addresses, too.
_NOT_PEOPLE = ("group.calendar.google.com", "resource.calendar.google.com")


@dataclass
class Parser:
    """Makes records of the occurrences of one run."""

    settings: Settings
    _told: set[str] = field(default_factory=set)
    """Accounts that were yielded in this run."""

    def records(self, uid: str, found: Occurrence, *, is_known: bool) -> Iterator[Item]:
        """The event of one occurrence, its organizer and who accepted.

        Of an event that an earlier run told about (`is_known`), who no longer accepts is gone.
        """
        entry, key = found.entry, event_key(uid, found.original)
        event = Event(key=key, space=self.settings.space, kind="calendar")
        event.title = _line(entry, "SUMMARY") or None
        event.starts_at, event.ends_at = found.starts_at, found.ends_at
        event.series = uid if found.original else None
        event.cancelled = _line(entry, "STATUS").upper() == "CANCELLED"
        event.url = _web(_line(entry, "URL"))
        event.extra = _extra(found)
        organizer = _account(entry.get("ORGANIZER"))
        event.organizer = str(organizer.key) if organizer else None
        accepted = list(self._accepted(entry)) if self.settings.attendees else []
        event.registered_count = len(accepted) if self.settings.attendees else None
        for one in ([organizer] if organizer else []) + accepted:
            if str(one.key) not in self._told:
                self._told.add(str(one.key))
                yield one
        yield event
        for one in accepted:
            yield Attendance(event=key, account=one.key, name=one.name, registered=True)
        if is_known and self.settings.attendees:
            here = tuple((key, str(one.key)) for one in accepted)
            yield Gone(record=Attendance, where={"event": key}, but=here, told=True)

    def _accepted(self, entry: Any) -> Iterator[Account]:
        seen = set()
        attendees = entry.get("ATTENDEE", [])
        for one in attendees if isinstance(attendees, list) else [attendees]:
            params = {name.upper(): str(value).upper() for name, value in one.params.items()}
            if params.get("PARTSTAT") != "ACCEPTED":
                continue
            if params.get("CUTYPE", "INDIVIDUAL") not in ("INDIVIDUAL", "UNKNOWN"):
                continue
            account = _account(one)
            if account and account.kind != "service" and account.key not in seen:
                seen.add(account.key)
                yield account


def event_key(uid: str, original: str) -> str:
    """The key of an event: its UID, and of one that recurs when it was first to be."""
    return f"{uid}/{original}" if original else uid


def _account(value: Any) -> Account | None:
    """Who an address stands for: `mailto:`, or in older files the bare address; else a name."""
    if value is None:
        return None
    value = value[0] if isinstance(value, list) else value
    params = getattr(value, "params", {})
    name = " ".join(clean(str(params.get("CN", ""))).strip("\"' ").split())
    plain = str(value)
    if plain[:7].lower() == "mailto:":
        plain = plain[7:]
    email = plain_address(plain) or plain_address(str(params.get("EMAIL", "")))
    if name and plain_address(name):
        name = ""
    key = email or (f"name:{found}" if (found := name_key(name)) else "")
    if not key:
        return None
    account = Account(key=key)
    if name:
        account.name = name
    if email:
        account.email = email
        if email.endswith(_NOT_PEOPLE):
            account.kind = "service"
    return account


def _extra(found: Occurrence) -> dict[str, Any]:
    entry, extra = found.entry, dict[str, Any]()
    if found.is_all_day:
        extra["all_day"] = True
    for name in ("LOCATION", "STATUS"):
        if value := _line(entry, name):
            extra[name.lower()] = value[:500]
    if zone := _line(entry, "X-COPHUB-ZONE"):
        extra["zone_assumed"] = zone
    return extra


def _line(entry: Any, name: str) -> str:
    value = entry.get(name)
    value = value[0] if isinstance(value, list) and value else value
    return " ".join(clean(str(value or "")).split())


def _web(text: str) -> str | None:
    return text if text.lower().startswith(("http://", "https://")) else None


def minutes(moment: datetime) -> int:
    """An instant as the cursor keeps it."""
    return int(moment.timestamp() // 60)
