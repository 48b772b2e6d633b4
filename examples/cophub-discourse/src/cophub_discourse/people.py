"""The streams of people: accounts, who is in which group, and the ids they sign in with."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import httpx
from cophub import (
    Account,
    AuthError,
    Checkpoint,
    Context,
    Item,
    Json,
    Membership,
    SourceUnavailable,
)
from cophub.http import Follow, by_page, pages

from cophub_discourse.forum import client, get, rows
from cophub_discourse.payloads import Member, User, understood
from cophub_discourse.settings import Settings
from cophub_discourse.spaces import chosen_groups, group_key

Ctx = Context[Settings]

MOST = 1000
"""Rows of one page of a group's members; more is refused (groups_controller.rb)."""
BATCH = 50
"""Accounts whose ids are asked for between two checkpoints."""


def accounts(ctx: Ctx, since: str | None) -> Iterator[Item]:
    """Every account of the forum, with its address where the settings want it.

    Source: `GET /admin/users/list/new.json`.
    """
    found, rejects = understood(ctx.once(users), User)
    yield from rejects
    for user in found:
        account = account_of(user.id, user.username, user.name)
        account.status, account.created_at = user.status, user.created_at
        if user.email and "@" in user.email:  # the system's is `no_email`
            account.email, account.email_verified = user.email, user.active
        yield account


def account_of(number: int, username: str | None, name: str | None) -> Account:
    """An account as every row shows it; the system and its bots have numbers below 0."""
    kind = "person" if number > 0 else "bot"
    return Account(key=number, username=username, name=name or username, kind=kind)


def users(ctx: Ctx) -> list[Any]:
    """The staff's list of all accounts, oldest first.

    Source: lib/admin_user_index_query.rb: 100 to a page; `new` leaves nobody out; `show_emails`
    shows addresses, and is noted in the staff's log.
    """
    asked = {"order": "created", "asc": "true"}
    if ctx.settings.emails:
        asked["show_emails"] = "true"
    path = "admin/users/list/new.json"
    try:
        listing = pages(ctx.once(client), path, by_page("items"), asked)
        return [row for page in listing for row in rows(page, "items")]
    except SourceUnavailable as error:
        cause = error.__cause__
        if isinstance(cause, httpx.HTTPStatusError) and cause.response.status_code == 404:
            raise AuthError(
                f"{ctx.settings.root} says that it has no list of users, as it does to all who are"
                " not its staff; make api_username and the key an administrator's"
            ) from error
        raise


def members(ctx: Ctx, since: str | None) -> Iterator[Item]:
    """Who is in each group that the settings name, since when, and who owns it.

    Source: `GET /groups/{name}/members.json`; `owners` has again those of `members` who own it.
    """
    chosen, rejects = ctx.once(chosen_groups)
    yield from rejects
    for group in chosen:
        if not group.can_see_members:
            continue
        path = f"groups/{group.name}/members.json"
        params = {"order": "added_at", "asc": "true"}
        for page in pages(ctx.once(client), path, by_total(), params):
            owners = {one.id for one in understood(rows(page, "owners"), Member)[0]}
            found, bad = understood(rows(page, "members"), Member)
            yield from bad
            for one in found:
                role = "owner" if one.id in owners else "member"
                yield membership(group_key(group.id), one, role)


def membership(space: str, one: Member, role: str) -> Membership:
    """A row of a group, with the day on which Discourse put it there."""
    found = Membership(space=space, account=one.id, role=role, status="active")
    if one.added_at:
        found.joined_at, found.joined_at_basis = one.added_at, "native"
    return found


def by_total() -> Follow:
    """Pages of a group: so many rows after one another, until all that there are were asked for."""

    def after(page: Json, asked: dict[str, Any]) -> dict[str, Any] | None:
        following, meta = asked["offset"] + MOST, page.get("meta")
        total = meta.get("total") if isinstance(meta, dict) else None
        return {"offset": following} if isinstance(total, int) and following < total else None

    return Follow(after, {"offset": 0, "limit": MOST})


def sign_on(ctx: Ctx, since: str | None) -> Iterator[Item]:
    """The id by which each account signs in, of those with a number above `since`: a call for each.

    It says whose accounts these are where the forum has the organisation's own sign-in. Nothing is
    read unless the setting `sign_on` names one.
    Source: `GET /admin/users/{id}.json`, `single_sign_on_record` and `external_ids`.
    """
    if not ctx.settings.sign_on:
        return
    start = int(since or 0)
    found, rejects = understood(ctx.once(users), User)
    yield from rejects
    numbers = sorted({user.id for user in found if user.id > start})
    for at in range(0, len(numbers), BATCH):
        batch = numbers[at : at + BATCH]
        for number, detail in zip(batch, ctx.map(lambda n: details(ctx, n), batch), strict=True):
            if external := external_id(detail, ctx.settings.sign_on):
                yield Account(key=number, extra=told(external))
        yield Checkpoint(str(batch[-1]))


def details(ctx: Ctx, number: int) -> Json:
    """What the staff's page of an account says; nothing where it was deleted meanwhile."""
    return get(ctx, f"admin/users/{number}.json") or {}


def external_id(detail: Json, provider: str) -> str:
    """The id of an account at a provider; empty where it has none."""
    if provider == "connect":
        record = detail.get("single_sign_on_record")
        found = record.get("external_id") if isinstance(record, dict) else None
    else:
        found = (detail.get("external_ids") or {}).get(provider)
    return str(found or "")


def told(external: str) -> dict[str, str]:
    """What is kept of it. A GUID is the person's in the directory of their organisation."""
    try:
        return {"external_id": external, "directory_id": str(UUID(external))}
    except ValueError:
        return {"external_id": external}
