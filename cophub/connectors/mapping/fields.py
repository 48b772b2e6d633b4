"""What a mapped column may be called for each record, and what kind of value is read from it."""

from typing import Any, Literal, get_args

import msgspec

from cophub.records import (
    RECORDS,
    Account,
    Day,
    Event,
    Flag,
    Instant,
    Membership,
    Number,
    Record,
)

Kind = Literal["text", "key", "instant", "day", "count", "number", "minutes", "flag", "phone"]
RecordName = Literal[
    "account", "membership", "space", "post", "reaction", "event", "attendance", "campaign",
    "delivery", "document", "metric",
]  # fmt: skip

ROLES = frozenset(["owner", "moderator", "facilitator", "member", "subscriber", "guest"])
"""What `Membership.role` may be."""
STATUSES = frozenset(["active", "pending", "unsubscribed", "bounced", "archived", "left"])
"""What `Membership.status` may be."""
PERSON = (
    "email", "name", "given_name", "family_name", "username", "job_title", "department",
    "organization", "city", "country", "timezone", "language",
)  # fmt: skip
"""What a row may tell about the person on it, whatever else it is."""
TYPES: dict[str, type[Record]] = {record.TABLE: record for record in RECORDS}
"""The records by the name that a mapping calls them."""

_OURS = ("extra", "digest", "joined_at_basis", "email_verified")
_WITH_A_PERSON = ("account", "membership", "attendance", "post", "delivery", "reaction")
_OF_AN_EVENT = ("title", "starts_at", "ends_at", "series", "url")


def _kind(name: str, declared: Any) -> Kind:
    if name == "minutes":
        return "minutes"
    if declared == Instant:
        return "instant"
    if declared == Day:
        return "day"
    if declared == Flag:
        return "flag"
    if declared == Number:
        return "number"
    if int in get_args(declared):
        return "count" if str not in get_args(declared) else "key"
    return "text"


def _own(record: type[Record]) -> dict[str, Kind]:
    fields = msgspec.structs.fields(record)
    return {one.name: _kind(one.name, one.type) for one in fields if one.name not in _OURS}


def _fields(name: str) -> dict[str, Kind]:
    found = _own(TYPES[name])
    if name in _WITH_A_PERSON:
        about = _own(Account)
        found |= {field: about[field] for field in PERSON}
        found |= {"account": "key", "phone": "phone"}
    if name in ("account", "membership"):
        found |= _own(Membership)
    if name == "attendance":
        event = _own(Event)
        found |= {f"event_{field}": event[field] for field in _OF_AN_EVENT}
        found |= {"space": "key", "attended": "flag"}
    return found


FIELDS: dict[str, dict[str, Kind]] = {name: _fields(name) for name in get_args(RecordName)}
"""The fields that a column may be mapped to, by record, with the kind of value each wants."""

_WHO = ("account", "key", "email", "username", "name", "given_name", "family_name", "phone")
NEEDED: dict[str, tuple[tuple[str, ...], ...]] = {
    "account": (_WHO,),
    "membership": (_WHO,),
    "space": (("key", "title"),),
    "post": (("title", "body"),),
    "reaction": (("post",), _WHO),
    "event": (("starts_at",),),
    "attendance": (_WHO, ("event", "event_title", "event_starts_at")),
    "campaign": (("title", "subject"),),
    "delivery": (("campaign",), _WHO),
    "document": (("title", "url"),),
    "metric": (("name",), ("value",), ("period_start",)),
}
"""Of each group of fields, one must be told by a column, a fixed value or the file's name."""
SCOPES: dict[str, str] = {
    "account": "space", "membership": "space", "post": "space", "event": "space",
    "campaign": "space", "document": "space", "attendance": "event", "delivery": "campaign",
}  # fmt: skip
"""What a file lists whole where it lists anything whole: the members of a space, who was there."""

__all__ = [
    "FIELDS", "NEEDED", "PERSON", "ROLES", "SCOPES", "STATUSES", "TYPES", "Kind", "RecordName",
]  # fmt: skip
