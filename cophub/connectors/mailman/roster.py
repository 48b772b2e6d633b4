"""Who is on a list: its rosters, each read whole, and what one address is in all of them."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from cophub import Context, Reject, SourceUnavailable
from cophub.connectors.mailman.core import Core
from cophub.connectors.mailman.payloads import Ban, Member
from cophub.connectors.mailman.settings import Settings

Ctx = Context[Settings]

ROLES = ("owner", "moderator", "member")
"""The highest first. Who posts without being on the list (`nonmember`) is no member of it."""

_TRIES = 3
_ROSTERS = "mailman rosters"


@dataclass
class Person:
    """One address on one list, with its rows of all rosters by role."""

    email: str
    rows: dict[str, Member] = field(default_factory=dict)

    @property
    def roles(self) -> list[str]:
        """What it is there, the highest first."""
        return [role for role in ROLES if role in self.rows]

    @property
    def name(self) -> str | None:
        """The name that was given with the address, if one was."""
        return next((row.display_name for row in self.rows.values() if row.display_name), None)

    @property
    def subscription(self) -> Member | None:
        """The row that posts are delivered by; None for who only runs the list."""
        return self.rows.get("member")

    @property
    def user(self) -> str | None:
        """The person at Mailman that the address belongs to: one may have several addresses."""
        links = (row.user for row in self.rows.values() if row.user)
        return next((link.rpartition("/")[2] for link in links), None)


@dataclass
class Roster:
    """Everybody on one list."""

    people: dict[str, Person] = field(default_factory=dict)
    """By address, in lower case."""
    rejects: list[Reject] = field(default_factory=list)
    pages: int = 0

    def add(self, row: Member, role: str) -> None:
        """Take in one row; its role is that of the roster it was in."""
        email = row.email.strip().lower()
        self.people.setdefault(email, Person(email)).rows[role] = row


def roster_of(ctx: Ctx, list_id: str, expected: frozenset[bytes] = frozenset()) -> Roster:
    """Everybody on a list, now. `expected` are addresses' marks (`mark`) of the last time.

    A page that is asked for while somebody leaves begins one row too late, and passes over a
    person who is there. So a roster of several pages is read again when its pages do not add up,
    and once more before anybody is held to have left. Raises SourceUnavailable when it never does.
    """
    known: dict[str, Roster] = ctx.shared.setdefault(_ROSTERS, {})
    if list_id not in known:
        known[list_id] = _read(ctx, list_id, expected)
    return known[list_id]


def _read(ctx: Ctx, list_id: str, expected: frozenset[bytes]) -> Roster:
    core, roster = Core(ctx), Roster()
    for role in ROLES:
        rows = _steady(core, list_id, role, roster)
        if roster.pages > 1 and role == "member":
            there = {mark(row.email) for row in rows}
            if expected - there - {mark(email) for email in roster.people}:
                rows += _steady(core, list_id, role, roster)
        for row in rows:
            roster.add(row, role)
    return roster


def _steady(core: Core, list_id: str, role: str, roster: Roster) -> list[Member]:
    """All rows of one roster, from a reading in which they were as many as was said."""
    said = 0
    for _ in range(_TRIES):
        rows: dict[str, Member] = {}
        rejects: list[Reject] = []
        totals: set[int] = set()
        roster.pages = 0
        for page, unreadable in core.roster(list_id, role):
            rows |= {row.member_id: row for row in page.entries}
            rejects += unreadable
            totals.add(page.total_size)
            roster.pages += 1
        said = max(totals)
        if len(totals) == 1 and len(rows) + len(rejects) == said:
            roster.rejects += rejects
            return list(rows.values())
    raise SourceUnavailable(
        f"the {role} roster of {list_id} changed each of the {_TRIES} times it was read ({said}"
        " announced); nobody was held to have left, and the next run reads it again"
    )


def mark(email: str) -> bytes:
    """Eight bytes that stand for an address: enough to know it again, too few to read it."""
    from hashlib import blake2b

    return blake2b(email.strip().lower().encode(), digest_size=8).digest()


def banned_among(people: dict[str, Person], bans: list[Ban]) -> Iterator[str]:
    """Who of these is banned, by address or by a pattern, which begins with `^`.

    A ban keeps people from subscribing and from posting; it takes nobody off a list.
    """
    import re

    exact = {ban.email.lower() for ban in bans if not ban.email.startswith("^")}
    patterns = []
    for ban in bans:
        if ban.email.startswith("^"):
            try:
                patterns.append(re.compile(ban.email, re.IGNORECASE))
            except re.error:  # Mailman passes over a pattern that is none
                continue
    for email in people:
        if email in exact or any(pattern.match(email) for pattern in patterns):
            yield email
