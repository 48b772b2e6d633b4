"""Rows of attendance joined to one per person and session.

Each time somebody enters is a row of its own. A row is known by session, transcript, principal and
instant together: a transcript's id alone may stand for two people.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from cophub import Account, Attendance
from cophub.connectors.adobeconnect.answer import Row
from cophub.connectors.attendance import covered, guest_key, typed_name

ROW_KEY = ("asset-id", "transcript-id", "principal-id", "date-created", "session-name")


@dataclass(frozen=True)
class Stay:
    """One time somebody was there; `left` is None while they are, or where the vendor lost it."""

    account: str
    name: str | None
    joined: datetime
    left: datetime | None
    principal: str | None = None
    login: str | None = None
    registered_name: str | None = None
    host: bool = False

    @property
    def guest(self) -> bool:
        """Whether they came without a login."""
        return self.account.startswith("guest:")


def stay_of(row: Row, room: str) -> Stay:
    """A row of `report-meeting-attendance`. Raises KeyError and ValueError for one that is none."""
    principal = _principal(row)
    login, typed = row.get("login"), row.get("session-name")
    registered = row.get("participant-name")
    name = typed or registered
    return Stay(
        account=_account(principal, login, name, room, row.get("transcript-id")),
        name=name,
        joined=_joined(row),
        left=row.instant("date-end"),
        principal=principal,
        login=login,
        registered_name=registered or typed,
    )


def host_of(row: Row) -> Stay:
    """A row of `report-meeting-session-users` of somebody whom attendance does not list."""
    name = row.get("principal-name")
    principal = row.id("principal-id")
    return Stay(
        principal, name, _joined(row), row.instant("date-end"), principal,
        registered_name=name, host=True,
    )  # fmt: skip


def _joined(row: Row) -> datetime:
    joined = row.instant("date-created")
    if joined is None:
        raise KeyError("date-created")
    return joined


def _principal(row: Row) -> str | None:
    text = row.get("principal-id")
    if text is None:
        return None
    id = row.id("principal-id")
    return id if int(id) > 0 else None


def _account(
    principal: str | None, login: str | None, name: str | None, room: str, transcript: str | None
) -> str:
    """The principal's id. A guest has no login and another id each time: the name they typed in
    this room stands for them, so that who comes back after a break is still one."""
    if login and principal:
        return principal
    found = guest_key(room, name or login or "") or guest_key(room, principal or transcript or "")
    if not found:
        raise KeyError("principal-id")
    return found


def joined(stays: Iterable[Stay]) -> dict[str, list[Stay]]:
    """Stays by account, each once, in the order of their instants."""
    found: dict[str, list[Stay]] = {}
    for stay in sorted(set(stays), key=lambda stay: (stay.joined, stay.account)):
        found.setdefault(stay.account, []).append(stay)
    return found


def attendance_of(event: str, account: str, stays: list[Stay]) -> Attendance:
    """One row for all stays of an account in a session.

    `minutes` is the time that they were there, by two devices at once counted once; None where the
    vendor knows the end of no stay. `left_at` is None where the last one has no end.
    """
    open_stays = sum(stay.left is None for stay in stays)
    last = max(stays, key=lambda stay: (stay.left is None, stay.left or stay.joined))
    extra: dict[str, object] = {}
    if open_stays:
        extra["stays_without_end"] = open_stays
    if any(stay.host for stay in stays):
        extra["role"] = "host"
    return Attendance(
        event=event,
        account=account,
        name=next((stay.name for stay in stays if stay.name), None),
        joined_at=stays[0].joined,
        left_at=last.left,
        minutes=minutes(stays),
        visits=len(stays),
        extra=extra,
    )


def minutes(stays: list[Stay]) -> float | None:
    """How long somebody was there in all; None where no stay has an end."""
    spans = [(stay.joined, stay.left) for stay in stays if stay.left is not None]
    return round(covered(spans), 2) if spans else None


def account_of(stays: list[Stay]) -> Account:
    """Who it was, as far as attendance tells; a login is an address only if it looks like one."""
    stay = stays[-1]
    account = Account(key=stay.account, name=stay.registered_name, kind="person")
    if stay.guest:
        account.extra = {"guest": True}
    if stay.login:
        account.username = stay.login
        if "@" in stay.login:
            account.email = stay.login.lower()
    return account


def hosts_among(
    users: Iterable[Row], seen: Iterable[Stay], unread: Iterable[Row] = ()
) -> Iterator[Row]:
    """Those of a session's users whom attendance does not list: its hosts.

    Whom a row of attendance that cannot be read may be about is none of them.
    """
    attended, unclear = list(seen), list(unread)
    principals = {stay.principal for stay in attended} | {
        row.get("principal-id") for row in unclear
    }
    names = {typed_name(stay.name) for stay in attended if stay.name and stay.guest}
    names |= {
        typed_name(name)
        for row in unclear
        if (name := row.get("session-name") or row.get("participant-name"))
    }
    for row in users:
        principal = row.get("principal-id")
        if principal is None or principal in principals or int(row.id("principal-id")) <= 0:
            continue
        if typed_name(row.get("principal-name") or "") not in names:
            yield row
