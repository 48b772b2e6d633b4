"""Who attended: an account for each address, or else for each name at an organizer's meetings."""

import re
from collections import defaultdict
from collections.abc import Container, Iterator, Sequence

from msgspec import UNSET

from cophub import Account, Attendance, Reject
from cophub.connectors.attendance import guest_key
from cophub.connectors.gotomeeting.payloads import Attendee, address, instant, number
from cophub.connectors.gotomeeting.sessions import Session
from cophub.connectors.gotomeeting.stays import Stay, join_stays
from cophub.http import reject
from cophub.http.parse import MISUNDERSTOOD

_DEVICE = re.compile(
    r"\b(iphone|ipad|android|galaxy|samsung|huawei|xiaomi|pixel|mobile|phone|tablet|laptop|desktop"
    r"|macbook|caller|call-?in|user|guest)\b|^\+?[\d\s().-]+$",
    re.IGNORECASE,
)


def account_key(email: str, name: str, organizer: str) -> str:
    """The account of an attendee: the address, or the name among the organizer's guests.

    "" for who gave neither. There is no key of attendees at the vendor.
    """
    return email or guest_key(organizer, name)


def telling(name: str) -> bool:
    """Whether a typed name is a person's: at least two words, and not those of a device."""
    return len(name.split()) > 1 and not _DEVICE.search(name)


class People:
    """The accounts that one window names: each once, with the last telling name that was typed.

    Each of `settled` holds accounts whose names are known better: of organizers, of registrants.
    """

    def __init__(self, *settled: Container[str]) -> None:
        self._settled = settled
        self._names: dict[str, str] = {}
        self._emails: dict[str, str] = {}

    def met(self, key: str, email: str, names: Sequence[str]) -> None:
        """Somebody attended under these names, in their order."""
        self._emails[key] = email
        good = [name for name in names if name and (telling(name) or not email)]
        if good:
            self._names[key] = good[-1]

    def accounts(self) -> Iterator[Account]:
        """The accounts, without the organizers': those come from the account's own list."""
        for key, email in self._emails.items():
            better = any(key in settled for settled in self._settled)
            name = None if better else self._names.get(key)
            yield Account(
                key=key,
                name=name or UNSET,
                email=email or None,
                kind="person",
                extra=UNSET if email else {"guest": True},
            )


def attendances(
    session: Session, rows: Sequence[Attendee], *, durations: bool, people: People
) -> Iterator[Attendance | Reject]:
    """One attendance for each person in a session; `durations` says whether those are of stays."""
    stays: dict[str, list[tuple[Stay, Attendee]]] = defaultdict(list)
    for row in rows:
        try:
            key = key_of_attendee(session, row)
            stays[key].append((stay_of(row, durations=durations), row))
        except MISUNDERSTOOD as error:
            yield reject(row, error, "attendance")
    for key, found in stays.items():
        found.sort(key=lambda pair: (pair[0].joined is None, pair[1].join_time or ""))
        names = [" ".join((row.attendee_name or "").split()) for _, row in found]
        people.met(key, address(found[0][1].attendee_email), names)
        joined = join_stays([stay for stay, _ in found], session.start, session.end)
        yield Attendance(
            event=session.key,
            account=key,
            name=shown_name(names),
            joined_at=joined.joined_at,
            left_at=joined.left_at,
            minutes=joined.minutes,
            visits=joined.visits,
            extra={"leave": "not reported"} if joined.assumed else {},
        )


def shown_name(names: Sequence[str]) -> str | None:
    """Of what one person typed at one event, what tells most."""
    given = [name for name in names if name]
    return next((name for name in given if telling(name)), given[0] if given else None)


def key_of_attendee(session: Session, row: Attendee) -> str:
    """The account of a row. Raises ValueError for an attendee without address and name."""
    key = account_key(address(row.attendee_email), row.attendee_name or "", session.host.key)
    if not key:
        raise ValueError("an attendee has neither attendeeEmail nor attendeeName")
    return key


def stay_of(row: Attendee, *, durations: bool) -> Stay:
    """One join; `duration` counts only where it is the stay's and not the meeting's."""
    minutes = number(row.duration) if durations else None
    return Stay(instant(row.join_time), instant(row.leave_time), minutes)
