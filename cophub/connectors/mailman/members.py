"""The stream of members: who is on each list, as what, and since when as far as anybody knows."""

from base64 import b64decode, b64encode
from collections.abc import Iterator
from datetime import datetime

import msgspec

from cophub import Account, Context, CursorExpired, Gone, Item, Membership, Space
from cophub.connectors.mailman.core import Core
from cophub.connectors.mailman.lists import Taken, all_taken, config_of, created_at
from cophub.connectors.mailman.payloads import Address, Ban, ListConfig, instant
from cophub.connectors.mailman.roster import Person, Roster, banned_among, mark, roster_of
from cophub.connectors.mailman.settings import Settings
from cophub.connectors.state import State

Ctx = Context[Settings]

_MARK = 8


class ListRead(msgspec.Struct):
    """A list as it was when its rosters were last read."""

    at: datetime
    people: str
    """The marks of everybody on it, in base 64."""

    @property
    def marks(self) -> frozenset[bytes]:
        """The marks of everybody on it."""
        data = b64decode(self.people)
        return frozenset(data[i : i + _MARK] for i in range(0, len(data), _MARK))


class Position(State):
    """The stream's cursor: every list that was read."""

    members: dict[str, ListRead] = msgspec.field(default_factory=dict)


def read_position(since: str | None) -> Position:
    """What a cursor says. Raises CursorExpired for one that is not this stream's."""
    found = Position.read(since)
    try:
        for one in found.members.values():
            b64decode(one.people, validate=True)
    except ValueError as error:
        raise CursorExpired(f"the cursor cannot be read ({error})") from error
    return found


def members(ctx: Ctx, since: str | None) -> Iterator[Item]:
    """Everybody on each list, as member, moderator or owner; who is there no more has left.

    One membership for an address and a list, with the highest of its roles; all of them are in
    `extra`. Mailman keeps no date of a subscription: `joined_at` is when the address was
    registered (basis `registered`) for whoever was there when the list was first read, and when a
    run first met them (`first_seen`) for who came later. Addresses are asked for those only.
    Source: `GET /3.1/lists/{id}/roster/{role}`, `/3.1/addresses/{email}`, `/3.1/lists/{id}/bans`.
    """
    if ctx.settings.password is None:
        return
    position = read_position(since)
    taken, unreadable = all_taken(ctx)
    yield from unreadable  # so that a whole read does not take their members for gone
    bans, rejects = Core(ctx).bans()
    yield from rejects
    seen: dict[str, str | None] = {}
    met = {m for one in position.members.values() for m in one.marks}
    for number, one in enumerate(taken, 1):
        ctx.progress("lists", number, len(taken))
        yield from _list_members(ctx, one, position, bans, seen, met)
        yield position.checkpoint()
    # A list of which nothing can be read may be any of those that seem to be missing.
    missing = position.members.keys() - {one.key for one in taken}
    for key in sorted(missing) if not unreadable else ():
        del position.members[key]
        yield Gone(record=Membership, where={"space": key})
        yield position.checkpoint()


def _list_members(
    ctx: Ctx, one: Taken, position: Position, bans: list[Ban],
    seen: dict[str, str | None], met: set[bytes],
) -> Iterator[Item]:  # fmt: skip
    """The accounts and memberships of one list, and who has left it."""
    before = position.members.get(one.key)
    marks = before.marks if before else frozenset()
    config = config_of(ctx, one)
    roster = roster_of(ctx, one.key, marks)
    yield from roster.rejects
    now = {email: mark(email) for email in roster.people}
    fresh = [email for email, its in now.items() if its not in marks]
    # An address that is new here but known elsewhere tells nothing of when it came to this list.
    ask = [email for email in fresh if before is None or now[email] not in met]
    found = dict(zip(ask, ctx.map(Core(ctx).address, ask), strict=True))
    own, rejects = Core(ctx).bans(one.key)
    yield from rejects
    banned = set(banned_among(roster.people, [*bans, *own]))
    for person in roster.people.values():
        address = found.get(person.email)
        yield from _accounts(person, address, seen)
        membership = _membership(ctx, one, person, config, is_banned=person.email in banned)
        if now[person.email] not in marks:
            _date(membership, ctx.now, address, created_at(config), before)
        yield membership
    yield _counted(one, roster)
    met.update(now.values())
    if marks - set(now.values()) and not roster.rejects:
        but = tuple((one.key, email) for email in roster.people)
        yield Gone(record=Membership, where={"space": one.key}, but=but)
    if not roster.rejects:
        kept = b64encode(b"".join(sorted(now.values()))).decode()
        position.members[one.key] = ListRead(ctx.now, kept)


def _accounts(
    person: Person, address: Address | None, seen: dict[str, str | None]
) -> Iterator[Account]:
    """The account of an address: once in a run, unless this list tells more of it."""
    if person.email in seen and address is None and (seen[person.email] or not person.name):
        return
    account = Account(key=person.email, email=person.email)
    if name := person.name or seen.get(person.email):
        account.name = name
    if address is not None:
        account.created_at = instant(address.registered_on)
        account.email_verified = instant(address.verified_on) is not None
    if person.user:
        account.extra = {"user": person.user}
    seen[person.email] = name
    yield account


def _membership(
    ctx: Ctx, one: Taken, person: Person, config: ListConfig, *, is_banned: bool
) -> Membership:
    row = person.subscription
    extra: dict[str, object] = {"roles": person.roles}
    if row is not None:
        extra |= {"delivery_mode": row.delivery_mode, "bounce_score": row.bounce_score or 0}
    if is_banned:
        extra["banned"] = True
    status = "bounced" if _is_disabled(ctx, person, config) else "active"
    return Membership(
        space=one.key, account=person.email, role=person.roles[0], status=status, extra=extra
    )


def _is_disabled(ctx: Ctx, person: Person, config: ListConfig) -> bool:
    """Whether Mailman has stopped delivering, because too much came back.

    Rosters do not tell. Only of who has bounced enough it is asked, by a call for each.
    """
    row, threshold = person.subscription, config.bounce_score_threshold or 5
    if row is None or ((row.bounce_score or 0) < threshold and not row.total_warnings_sent):
        return False
    found = Core(ctx).preferences(row)
    return found is not None and found.delivery_status == "by_bounces"


def _date(
    membership: Membership, now: datetime, address: Address | None, created: datetime | None,
    before: ListRead | None,
) -> None:  # fmt: skip
    """Set since when a new member is there, as far as Mailman tells.

    Nobody joined a list before it was there, though an address may be older than the list.
    """
    registered = instant(address.registered_on) if address else None
    if before is None:
        if registered is not None:
            membership.joined_at = max(registered, created or registered)
            membership.joined_at_basis = "registered"
    elif registered is not None and before.at <= registered <= now:
        membership.joined_at, membership.joined_at_basis = registered, "registered"
    else:
        membership.joined_at, membership.joined_at_basis = now, "first_seen"


def _counted(one: Taken, roster: Roster) -> Space:
    """The list with its people counted: as many rows as its rosters announce, each person once."""
    return Space(key=one.key, native_member_count=len(roster.people) + len(roster.rejects))
