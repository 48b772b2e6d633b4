"""Calls about the account, its subscriptions and the groups."""

from typing import Any

from cophub.sandbox.groupsio.api import Call, call
from cophub.sandbox.groupsio.listing import page
from cophub.sandbox.groupsio.rights import perms
from cophub.sandbox.groupsio.rows import group_row, sub_row, user_row
from cophub.sandbox.groupsio.state import NORMAL


@call("getuser")
def getuser(asked: Call) -> dict[str, Any]:
    """The account itself."""
    return user_row(asked.user)


@call("getsubs")
def getsubs(asked: Call) -> dict[str, Any]:
    """The account's own subscriptions, with what it may do in each."""
    subs = [
        sub
        for group in asked.sandbox.state.groups.values()
        if (sub := group.subs.get(asked.user.id)) is not None and sub.status == NORMAL
    ]
    return page(asked.query, subs, lambda sub: sub_row(sub, own=True, see_address=True))


@call("getgroup")
def getgroup(asked: Call) -> dict[str, Any]:
    """One group."""
    return group_row(asked.group())


@call("getsubgroups")
def getsubgroups(asked: Call) -> dict[str, Any]:
    """The groups below a group, those included that the account is not in."""
    group = asked.group("subgroups_visible")
    below = [each for each in asked.sandbox.state.groups.values() if each.parent is group]
    return page(asked.query, below, group_row)


@call("getperms")
def getperms(asked: Call) -> dict[str, Any]:
    """What the account may do in a group."""
    return perms(asked.sub())
