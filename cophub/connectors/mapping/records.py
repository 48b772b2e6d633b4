"""Records out of the rows of one table, and a Reject for each row that cannot be understood."""

from collections.abc import Iterable, Iterator
from collections.abc import Mapping as Cells
from datetime import datetime
from typing import Any

import msgspec
from xxhash import xxh3_64_intdigest

from cophub.connectors.mapping.attendance import Roll, digest, on_the_clock
from cophub.connectors.mapping.cells import BadCellError, Reader, Survey, cell_of
from cophub.connectors.mapping.fields import FIELDS, NEEDED, ROLES, SCOPES, STATUSES, TYPES
from cophub.connectors.mapping.model import Mapping
from cophub.connectors.mapping.people import account_of
from cophub.connectors.mapping.values import PHONE, as_key, as_text
from cophub.connectors.mapping.words import folded, role_of, status_of
from cophub.records import UNSET, Item, Membership, Reject, Space

_OWN = {
    name: tuple(
        one for one in FIELDS[name]
        if one in {field.name for field in msgspec.structs.fields(record)}
    )
    for name, record in TYPES.items()
    if name in FIELDS
}  # fmt: skip
_WHO_DID = frozenset(["delivery", "reaction"])
_CONTENT: dict[str, tuple[str, ...]] = {
    "space": ("title",),
    "event": ("title", "starts_at"),
    "post": ("posted_at", "account", "title", "body"),
    "campaign": ("title", "subject", "sent_at"),
    "document": ("url",),
}
"""What of a row tells it from others where it has no key."""
_encode = msgspec.json.Encoder().encode


class Maker:
    """Makes records of the rows of one table. `row` for each, then `finish`."""

    def __init__(
        self, mapping: Mapping, *, space: str = "", where: str = "", known: Survey | None = None,
        told: Cells[str, Any] | None = None, roll: Roll | None = None,
    ) -> None:  # fmt: skip
        self.mapping, self.where = mapping, where
        self.reader = Reader(mapping, known, told)
        self.roll = roll if roll is not None else Roll()
        self.spaces: dict[str, None] = {}
        """Keys of the spaces that rows were of."""
        self.met: set[tuple[str, ...]] = set()
        """Keys of the records that a whole list is of: memberships, events and so on."""
        self.nameless = 0
        """Rows that were rejected without it being known what they are about."""
        self.counts: dict[str, int] = {}
        """Records by table, those of attendance when the table was closed."""
        self.events: set[str] = set()
        """Keys of the events that rows of attendance were of, when the table was closed."""
        self.repeats = 0
        """Rows that said what another had said."""
        self.unclear: dict[str, list[int]] = {}
        """Numbers of the rows with a date that may be read in two ways, by field."""
        self._default = mapping.space or space
        self._seen: dict[tuple[str, ...], tuple[int, int]] = {}
        self._needed = {name for group in NEEDED[mapping.record] for name in group}

    def row(self, number: int, cells: Cells[str, Any]) -> list[Item]:
        """The records of a row, or one Reject; nothing for a row that says what another said."""
        row, bad, unclear = self.reader.read(cells)
        row["_verified"] = self.mapping.verified
        lost = [name for name in unclear if name in self._needed]
        for name in unclear:
            if name not in lost:
                self.unclear.setdefault(name, []).append(number)
        try:
            self._own_key(row, cells)
            if bad or lost:
                self._meet(row)
                raise bad[0] if bad else self._of_two_minds(lost[0])
            made = self._make(row, number)
        except (ValueError, TypeError, OverflowError) as error:
            return [self._reject(number, cells, error)]
        fresh = self._first_time(made, number) if made else []
        for item in fresh:
            self._count(item)
        return fresh

    def misshapen(self, number: int, cells: Cells[str, Any], reason: str) -> Reject:
        """The Reject of a row that is not of the table's shape."""
        return self._reject(number, cells, ValueError(reason))

    def finish(self) -> Iterator[Reject]:
        """What is to be said of the table as a whole, once it has been read."""
        self.events = self.roll.close()
        for name, numbers in self.unclear.items():
            yield self._unclear(name, numbers)

    @property
    def notes(self) -> list[str]:
        """What was left out without being wrong."""
        times = "row says" if self.repeats == 1 else "rows say"
        return [f"{self.repeats} {times} what an earlier one said"] if self.repeats else []

    # --- what a row is ---

    def _make(self, row: dict[str, Any], number: int) -> list[Item]:
        record = self.mapping.record
        if record == "attendance":
            self.roll.add(row, row.get("_own"), self._space_of(row), self.mapping.zone)
            self.counts["stay"] = self.counts.get("stay", 0) + 1
            return []
        if record in ("account", "membership"):
            return self._member(row)
        return self._other(record, row)

    def _space_of(self, row: Cells[str, Any]) -> str:
        key = str(row.get("space") or self._default)
        if key:
            self.spaces.setdefault(key)
        return key

    def _member(self, row: dict[str, Any]) -> list[Item]:
        own = row.get("_own") or row.get("key")
        account = account_of(row, own=own)
        if account is None:
            raise ValueError("the row names nobody: its name and its address are empty")
        if self.mapping.record == "account":
            for name in ("created_at", "status", "kind"):
                if row.get(name) is not None:
                    setattr(account, name, row[name])
            if not (row.get("space") or self.mapping.space):
                return [self._with_extra(account, row)]
        space = self._space_of(row)
        self.met.add((space, str(account.key)))
        return [self._with_extra(account, row), membership_of(row, space, str(account.key))]

    def _other(self, record: str, row: dict[str, Any]) -> list[Item]:
        items: list[Item] = []
        told = {name: row[name] for name in _OWN[record] if name in row}
        if record in ("post", *_WHO_DID):
            account = account_of(row, empty=False)
            if account is None and record in _WHO_DID:
                raise ValueError("the row names nobody: its name and its address are empty")
            if account is not None:
                items.append(account)
                told["account"] = account.key
                told = told if record != "post" else {"author_name": account.name} | told
        if "space" in _OWN[record]:
            told["space"] = self._space_of(row)
        self._complete(record, row, told)
        if record == "space":
            self.spaces.setdefault(str(told["key"]))
        made = self._with_extra(TYPES[record](**told), row)
        if scope := SCOPES.get(record):
            # A record with a key of its own is known by it alone.
            key = (str(getattr(made, name)) for name in made.KEY)
            self.met.add((str(told.get(scope, "")), *key))
        return [*items, made]

    def _complete(self, record: str, row: dict[str, Any], told: dict[str, Any]) -> None:
        """Give a record what it must have, out of what the row tells. ValueError without it."""
        for group in NEEDED[record]:
            if not any(row.get(name) not in (None, "") for name in group):
                raise ValueError(f"the row has no {' or '.join(group[:2])}")
        if "key" in _OWN[record]:
            told["key"] = row.get("_own") or row.get("key") or self._content(record, told, row)
        if record == "post":
            told["thread"] = row.get("thread") or row.get("reply_to") or told["key"]
            told.setdefault("kind", "message")
        elif record == "event":
            told.setdefault("kind", "meeting")
            _in_order(told.get("starts_at"), told.get("ends_at"))
        elif record == "metric":
            told["period_end"] = row.get("period_end") or told["period_start"]
            told["subject"] = row.get("subject") or ""
        elif record == "reaction":
            told["kind"] = row.get("kind") or "like"
        elif record == "space" and not told.get("kind"):
            told["kind"] = "list"

    def _content(self, record: str, told: Cells[str, Any], row: Cells[str, Any]) -> str:
        parts = [told.get(name) for name in _CONTENT[record]]
        if record == "document" and not parts[0]:
            parts = [row.get("title")]
        return digest(*map(self._as_written, parts))

    def _as_written(self, part: Any) -> Any:
        """A part of a key, the same however the settings say that it is to be read."""
        if isinstance(part, datetime):
            return on_the_clock(part, self.mapping.zone)
        return folded(part) if isinstance(part, str) else part

    @staticmethod
    def _with_extra(record: Any, row: Cells[str, Any]) -> Any:
        extra = {
            n.removeprefix("extra."): v for n, v in row.items() if n.startswith("extra.") and v
        }
        if extra:
            record.extra = {**(record.extra or {}), **extra}
        return record

    # --- rows told twice, and rows that cannot be read ---

    def _own_key(self, row: dict[str, Any], cells: Cells[str, Any]) -> None:
        if self.mapping.key:
            parts = [as_key(cell_of(cells, column)) for column in self.mapping.key]
            if all(parts):
                row["_own"] = ":".join(str(part) for part in parts)

    def _first_time(self, made: list[Item], number: int) -> list[Item]:
        """A row's records; none where an earlier row said the same. ValueError's kin: a Reject."""
        last = made[-1]
        key = tuple(str(getattr(last, name)) for name in getattr(last, "KEY", ()))
        content = xxh3_64_intdigest(_encode(made))
        first, known = self._seen.setdefault(key, (number, content))
        if first == number:
            return made
        if known == content:
            self.repeats += 1
            return []
        reason = (
            f"the same {self.mapping.record} as row {first}, told otherwise; row {first} counts"
        )
        if self.mapping.record in ("account", "membership"):
            # A couple with one mailbox: what tells them apart is in the file.
            reason += "; if they are two people, set key to the columns that tell them apart"
        return [Reject(reason=self._at(number, reason), record=_named(self.mapping.record))]

    def _meet(self, row: Cells[str, Any]) -> None:
        """Who is on a row that is wrong elsewhere has not left."""
        if self.mapping.record in ("account", "membership"):
            account = account_of(row, own=row.get("_own") or row.get("key"))
            if account is not None:
                self.met.add((self._space_of(row), str(account.key)))
                return
        self.nameless += 1

    def _of_two_minds(self, name: str) -> ValueError:
        column = self.mapping.columns.get(name)
        return BadCellError(name, column, "day and month may be either way round: set day_first")

    def _at(self, number: int, reason: str) -> str:
        return f"{self.where}row {number}: {reason}"

    def _reject(self, number: int, cells: Cells[str, Any], error: Exception) -> Reject:
        named = error.column or error.field if isinstance(error, BadCellError) else None
        if not isinstance(error, BadCellError):
            self.nameless += 1
        return Reject(
            reason=self._at(number, str(error)),
            record=_named(self.mapping.record),
            key=f"row {number}",
            field=named,
            item=self._shown(cells),
        )

    def _shown(self, cells: Cells[str, Any]) -> dict[str, str]:
        """The mapped cells as they are kept with a Reject: without telephone numbers."""
        phone = self.mapping.columns.get("phone")
        shown = {}
        for name, column in self.mapping.columns.items():
            cell = cell_of(cells, column)
            text = str(cell) if isinstance(cell, dict) else as_text(cell)
            if text and column != phone:
                plain = FIELDS[self.mapping.record].get(name, "text") == "text"
                shown[column] = PHONE.sub("(telephone)", text) if plain else text
        return shown

    def _unclear(self, name: str, numbers: list[int]) -> Reject:
        column = self.mapping.columns.get(name, name)
        rows = f"row {numbers[0]}" + (f" and {len(numbers) - 1} more" if len(numbers) > 1 else "")
        reason = (
            f'{self.where}column "{column}": day and month may be either way round ({rows}), so'
            " these dates are left out; set day_first = true or false"
        )
        return Reject(reason=reason, record=_named(self.mapping.record), field=column)

    def _count(self, item: Item) -> None:
        table = getattr(item, "TABLE", "reject")
        self.counts[table] = self.counts.get(table, 0) + 1


def membership_of(row: Cells[str, Any], space: str, account: str) -> Membership:
    """The membership that a row tells: roles and states that are not ours stay in `extra`."""
    role, status = row.get("role"), row.get("status")
    known_role = role_of(str(role)) if role else "member"
    known_status = _status(status) if status is not None else None
    left = row.get("left_at")
    extra = {}
    if role and known_role is None:
        extra["role"] = role
    if status and known_status is None:
        extra["status"] = status
    told = {name: row[name] for name in ("joined_at", "left_at", "reason") if name in row}
    _in_order(row.get("joined_at"), left)
    return Membership(
        space=space,
        account=account,
        role=known_role if known_role in ROLES else "member",
        status=known_status or ("left" if left else "active"),
        joined_at_basis="native" if row.get("joined_at") else UNSET,
        extra=extra or UNSET,
        **told,
    )


def _status(told: Any) -> str | None:
    if isinstance(told, bool):
        return "active" if told else "left"
    word = str(told)
    return word.lower() if word.lower() in STATUSES else status_of(word)


def _in_order(start: Any, end: Any) -> None:
    if start and end and end < start:
        raise ValueError("it ends before it begins")


def _named(record: str) -> str:
    return TYPES[record].__name__


def space_records(keys: Iterable[str], mapping: Mapping, default: str = "") -> Iterator[Space]:
    """A space for each key; the one that all rows belong to has the title of the settings."""
    own = mapping.space or default
    kind = "meeting_room" if mapping.record in ("attendance", "event") else "list"
    for key in keys:
        title = mapping.title if key == own else None
        yield Space(key=key, kind=kind, title=title or key)


__all__ = ["Maker", "membership_of", "space_records"]
