"""Who is in each group, as what and since when, and who was.

Source: `getmembers`, `getpastmembers`. Members are listed whole, for the API tells no changes; a
group whose number of members is as it was is left alone for some hours.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from cophub import UNSET, Account, Gone, Item, Membership, Reject
from cophub.connectors.dgroups.apart import Apart
from cophub.connectors.dgroups.client import Ctx, NotAllowed, NotThere, api
from cophub.connectors.dgroups.groups import Found, chosen, listed
from cophub.connectors.dgroups.payloads import PastMember, Subscription
from cophub.connectors.dgroups.values import ROLES, address, person_name, status_of
from cophub.connectors.dgroups.walking import Walk
from cophub.connectors.instants import instant
from cophub.connectors.state import State
from cophub.http import parse_each, reject

NEVER_MEMBERS = frozenset({"expired_member", "rejected_member", "declined_invitation"})
"""Entries among the past members about people who never were in."""


class Read(msgspec.Struct, array_like=True):
    """When a group was read, in seconds since 1970, and how many were in it then."""

    at: int
    count: int | None = None


class Progress(State, omit_defaults=True):
    """The cursor of the stream, by the groups' ids."""

    groups: dict[str, Read] = msgspec.field(default_factory=dict)


@dataclass
class People:
    """Whom the members of this run have told, for the streams that meet authors."""

    told: set[int] = field(default_factory=set)
    groups: set[str] = field(default_factory=set)
    """Groups that were read, or that nobody may read."""
    by_email: dict[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, ctx: Ctx) -> "People":
        """Those of this run."""
        return ctx.once(_nobody_yet)


def _nobody_yet(ctx: Ctx) -> People:
    return People()


def members(ctx: Ctx, since: str | None) -> Iterator[Item]:
    """Accounts and memberships of each group; past members with the day that they left.

    Who is not listed any more has left. A group that the account may not see is named in a reject,
    and nobody in it is taken to have left.
    """
    state, taken = Progress.read(since), chosen(ctx)
    yield from _forget(state, taken, ctx, incremental=since is not None)
    now = int(ctx.now.timestamp())
    apart = Apart(ctx, "members")
    for number, one in enumerate(taken):
        ctx.progress("members", number, len(taken))
        before = state.groups.get(one.key)
        if since is None or not before or not rests(ctx, before, one, now):
            yield from apart.read(one.name, _members_of(ctx, one, state, now))
    yield state.checkpoint()
    apart.end()


def _members_of(ctx: Ctx, one: Found, state: Progress, now: int) -> Iterator[Item]:
    reading = _Reading(ctx, one)
    try:
        yield from reading.items()
    except (NotAllowed, NotThere) as error:
        People.of(ctx).groups.add(one.key)
        ctx.log.warning("the members of %s are not shown: %s", one.name, error)
        yield hidden(one, str(error))
        return
    # Where somebody could not be read, the next run asks again, however soon it comes.
    state.groups[one.key] = Read(0 if reading.rejects else now, one.subs_count)
    yield state.checkpoint()


def rests(ctx: Ctx, before: Read, one: Found, now: int) -> bool:
    """Whether a group need not be read: as many are in it, and that was some hours ago."""
    recent = 0 <= now - before.at < ctx.settings.relist_hours * 3600
    return recent and before.count is not None and before.count == one.subs_count


def _forget(state: Progress, taken: list[Found], ctx: Ctx, *, incremental: bool) -> Iterator[Item]:
    """Groups that are no longer taken, or that the account does not see any more, have no members.

    Where a group could not be read, nobody knows which one is missing.
    """
    keys = {one.key for one in taken}
    if listed(ctx).rejects:
        yield from listed(ctx).rejects
        return
    for key in [key for key in state.groups if key not in keys]:
        if incremental:
            yield Gone(record=Membership, where={"space": key})
        del state.groups[key]


@dataclass
class _Reading:
    """One group, read whole before anybody is told."""

    ctx: Ctx
    one: Found
    rejects: list[Reject] = field(default_factory=list)

    def items(self) -> Iterator[Item]:
        """Its people, and who is missing. Raises NotAllowed where members are not shown."""
        if not self.one.may("members_visible"):
            raise NotAllowed(self.one.lacks("members_visible"))
        found = self._walk("getmembers", Subscription, type="members")
        current = {sub.user_id: sub for sub in found}
        past = self._past(set(current))
        people = People.of(self.ctx)
        people.groups.add(self.one.key)
        kept: list[tuple[str, str]] = []
        for sub in found:
            items = list(parse_each([sub], parse_member, space=self.one.key))
            kept.append((self.one.key, str(sub.user_id)))
            yield from self._once(items, people)
        for entry in past.values():
            items = list(parse_each([entry], parse_past, space=self.one.key))
            kept.append((self.one.key, str(user_of(entry))))
            yield from self._once(items, people)
        yield from self.rejects
        if not self.rejects:
            yield Gone(record=Membership, where={"space": self.one.key}, but=tuple(kept))

    def _walk(self, call: str, kind: type[Subscription], **params: str) -> list[Subscription]:
        asked = {"group_id": self.one.id, "sort_field": "created", "sort_dir": "asc", **params}
        walk = Walk(api(self.ctx), call, kind, asked, key=lambda row: row.user_id or row.id)
        walk.rejects = self.rejects
        return walk.every()

    def _once(self, items: list[Item], people: People) -> Iterator[Item]:
        """The items, but each account once a run."""
        for item in items:
            if isinstance(item, Account):
                key = int(item.key)
                if isinstance(item.email, str):
                    people.by_email.setdefault(item.email, key)
                if key in people.told:
                    continue
                people.told.add(key)
            yield item

    def _past(self, current: set[int]) -> dict[int, PastMember]:
        """The latest end of each who is not in now; none where the account may not see them."""
        if not self.ctx.settings.past_members or self.one.perms.manage_members is False:
            return {}
        params = {"group_id": self.one.id, "sort_field": "created", "sort_dir": "asc"}
        walk = Walk(api(self.ctx), "getpastmembers", PastMember, params, rejects=self.rejects)
        try:
            entries = walk.every()
        except (NotAllowed, NotThere) as error:
            self.ctx.log.info("past members of %s are not shown: %s", self.one.name, error)
            return {}
        latest: dict[int, PastMember] = {}
        for entry in entries:
            user = user_of(entry)
            if not user or user in current or entry.action in NEVER_MEMBERS:
                continue
            try:
                before = latest.get(user)
                if before is None or _order(entry) >= _order(before):
                    latest[user] = entry
            except ValueError as error:
                self.rejects.append(reject(entry, error, "membership"))
        return latest


def _order(entry: PastMember) -> tuple[float, int]:
    at = left_at(entry) or instant(entry.member.created)
    return (at.timestamp() if at else 0.0, entry.id)


def user_of(entry: PastMember) -> int:
    """The id of the user whom an entry is about."""
    return entry.member.user_id or entry.user_id


def left_at(entry: PastMember) -> datetime | None:
    """When somebody left: the date of the entry about it, never that of the subscription."""
    if entry.left:
        return instant(entry.left)
    return instant(entry.created) if entry.member_info else None


def parse_member(sub: Subscription, space: str) -> Iterator[Item]:
    """An account and its membership. Raises ValueError for one without a user."""
    if not sub.user_id:
        raise ValueError("the member has no user_id")
    yield account_of(sub)
    joined = instant(sub.created)
    yield Membership(
        space=space,
        account=sub.user_id,
        role=ROLES.get(sub.mod_status, "member"),
        status=status_of(sub.status, sub.user_status),
        joined_at=joined or UNSET,
        joined_at_basis="native" if joined else UNSET,
        left_at=None,
        extra=_more(sub),
    )


def _more(sub: Subscription) -> dict[str, object]:
    extra: dict[str, object] = {"subscription": sub.id}
    if sub.email_delivery:
        extra["delivery"] = sub.email_delivery.removeprefix("email_delivery_")
    if sub.user_status not in ("", "user_status_confirmed"):
        extra["user_status"] = sub.user_status.removeprefix("user_status_")
    return extra


def account_of(sub: Subscription) -> Account:
    """The account of a member. An address that is not shown leaves the known one alone."""
    account = Account(key=sub.user_id, kind="person", name=person_name(sub.full_name))
    if email := address(sub.email):
        account.email = email
        account.email_verified = sub.user_status not in ("", "user_status_not_confirmed")
    account.username = sub.user_name or None
    account.timezone = sub.timezone or None
    # A place in free text: nobody says whether it is a city or a country.
    account.extra = {"location": sub.location} if sub.location else {}
    return account


def parse_past(entry: PastMember, space: str) -> Iterator[Item]:
    """Somebody who left, with the day; an account only where the entry describes it."""
    info, left, joined = entry.member, left_at(entry), instant(entry.member.created)
    yield account_of(info)
    yield Membership(
        space=space,
        account=info.user_id,
        role=ROLES.get(info.mod_status, "member"),
        status="left",
        left_at=left or UNSET,
        joined_at=joined or UNSET,
        joined_at_basis="native" if joined else UNSET,
        reason=entry.action.removesuffix("_member") or UNSET,
    )


def hidden(one: Found, why: str) -> Reject:
    """What is told in place of a group's members: without it they would be taken to have left."""
    return Reject(
        reason=f"the members of {one.name} are not shown, so nobody is taken to have left it:"
        f" {why}",
        record="membership",
        key=one.key,
    )
