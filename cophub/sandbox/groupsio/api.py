"""How a call below `/api/v1` finds its answer, and what the calls share."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from cophub.sandbox.groupsio.listing import number
from cophub.sandbox.groupsio.refusals import Refusal
from cophub.sandbox.groupsio.rights import may, see_addresses
from cophub.sandbox.groupsio.state import NORMAL, Group, Sub, User
from cophub.sandbox.server import Response

if TYPE_CHECKING:
    from cophub.sandbox.groupsio import GroupsioSandbox

Answer = Callable[["Call"], dict[str, Any] | Response]
CALLS: dict[str, Answer] = {}
"""Filled by the modules that hold the calls."""


def call(name: str) -> Callable[[Answer], Answer]:
    """The function answers `/api/v1/<name>`."""

    def keep(function: Answer) -> Answer:
        CALLS[name] = function
        return function

    return keep


class Call:
    """One request being answered, for the account whose credentials came with it."""

    def __init__(self, sandbox: "GroupsioSandbox", query: dict[str, str], user: User) -> None:
        self.sandbox, self.query, self.user = sandbox, query, user
        self.now = sandbox.timeline.now
        self.base = sandbox.base_url

    def group(self, needs: str = "") -> Group:
        """The group of `group_id` or `group_name`, where the account is in and has the right."""
        return self.sub(needs).group

    def sub(self, needs: str = "") -> Sub:
        """The account's own subscription to the group that is asked for."""
        state = self.sandbox.state
        if name := self.query.get("group_name"):
            group = state.by_name.get(name)
        else:
            group = state.groups.get(number(self.query, "group_id"))
        if group is None:
            raise Refusal("no_such_group", "group not found")
        sub = group.subs.get(self.user.id)
        if sub is None or sub.status != NORMAL:
            raise Refusal("not_subscribed", "not subscribed to the group")
        if needs and not may(sub, needs):
            raise Refusal("inadequate_permissions", needs)
        return sub

    def sees_addresses(self, group: Group) -> bool:
        """Whether the account may see members' addresses in a group."""
        return see_addresses(group.subs[self.user.id])
