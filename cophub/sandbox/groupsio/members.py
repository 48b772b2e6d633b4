"""Calls about a group's members."""

from collections.abc import Callable
from typing import Any

from cophub.sandbox.groupsio.api import Call, call
from cophub.sandbox.groupsio.listing import number, ordered, page
from cophub.sandbox.groupsio.refusals import Refusal
from cophub.sandbox.groupsio.rights import may
from cophub.sandbox.groupsio.rows import exact, sub_row, when
from cophub.sandbox.groupsio.state import (
    BANNED,
    BOUNCED,
    BOUNCING,
    MEMBER,
    NORMAL,
    PENDING,
    Ended,
    Group,
    Sub,
)

_ORDERS: dict[str, Callable[[Sub], Any]] = {
    "email": lambda sub: (sub.user.email.lower(), sub.id),
    "name": lambda sub: (sub.user.full_name.lower(), sub.id),
    "created": lambda sub: exact(sub.created, sub.id),
    "updated": lambda sub: exact(sub.updated, sub.id),
}
_TYPES: dict[str, Callable[[Sub], bool]] = {
    "members": lambda sub: sub.status == NORMAL,
    "mods": lambda sub: sub.status == NORMAL and sub.mod_status != MEMBER,
    "pending": lambda sub: sub.status == PENDING,
    "banned": lambda sub: sub.status == BANNED,
    "bouncing": lambda sub: sub.status == NORMAL and sub.user.status in (BOUNCING, BOUNCED),
}
_NEEDS = {"pending": "manage_pending_members", "banned": "ban_members"}


def _listed(asked: Call, group: Group, subs: list[Sub]) -> dict[str, Any]:
    rows, field, direction = ordered(asked.query, subs, _ORDERS, ("email", "asc"))
    see = asked.sees_addresses(group)
    return page(
        asked.query,
        rows,
        lambda sub: sub_row(sub, own=False, see_address=see or sub.user is asked.user),
        sort_field=field,
        sort_dir=direction,
    )


@call("getmembers")
def getmembers(asked: Call) -> dict[str, Any]:
    """Who is in a group; `type` picks moderators, pending, banned or bouncing ones instead."""
    sort = asked.query.get("type") or "members"
    if sort not in _TYPES:
        raise Refusal("invalid_value", "type")
    group = asked.group("members_visible")
    if sort in _NEEDS and not may(group.subs[asked.user.id], _NEEDS[sort]):
        raise Refusal("inadequate_permissions", _NEEDS[sort])
    return _listed(asked, group, [sub for sub in group.subs.values() if _TYPES[sort](sub)])


@call("getmember")
def getmember(asked: Call) -> dict[str, Any]:
    """One member by the subscription's id, `sub_id` or `member_info_id`."""
    group = asked.group("members_visible")
    wanted = number(asked.query, "sub_id", number(asked.query, "member_info_id", 0))
    for sub in group.subs.values():
        if sub.id == wanted:
            return sub_row(sub, own=False, see_address=asked.sees_addresses(group))
    raise Refusal("bad_request", "no such member")


@call("searchmembers")
def searchmembers(asked: Call) -> dict[str, Any]:
    """Members whose name or, for those who may see it, address holds `q`."""
    group, wanted = asked.group("members_visible"), asked.query.get("q", "").lower()
    see = asked.sees_addresses(group)
    found = [
        sub
        for sub in group.present()
        if wanted in sub.user.full_name.lower() or (see and wanted in sub.user.email.lower())
    ]
    return _listed(asked, group, found)


@call("getpastmembers")
def getpastmembers(asked: Call) -> dict[str, Any]:
    """Subscriptions that ended, also of people who came back, and applications that expired.

    `created` is when it ended; that of the subscription inside is when it began. Moderators only.
    """
    group = asked.group("manage_members")
    see = asked.sees_addresses(group)
    orders: dict[str, Callable[[Ended], Any]] = {"created": lambda end: exact(end.at, end.id)}
    rows, field, direction = ordered(asked.query, group.past, orders, ("created", "desc"))

    def row(end: Ended) -> dict[str, Any]:
        return {
            "id": end.id,
            "object": "member_log",
            "created": when(end.at, end.id),
            "action": end.action,
            "via": "via_web",
            "group_id": group.id,
            "member_info": sub_row(end.sub, own=False, see_address=see),
        }

    return page(asked.query, rows, row, sort_field=field, sort_dir=direction)
