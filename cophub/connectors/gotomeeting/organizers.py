"""The organizers of the account, their rooms, and the groups they are in."""

from collections.abc import Iterator

from msgspec import UNSET

from cophub import Account, Item, Space
from cophub.connectors.gotomeeting.directory import Ctx, Host, directory
from cophub.connectors.gotomeeting.payloads import Group, key_of, whole
from cophub.http import parse_each


def organizers(ctx: Ctx, since: str | None) -> Iterator[Item]:
    """Each organizer that the settings take: an account and a room; each group: a space.

    Who is no organizer any more keeps both, because the meetings they held are still theirs.
    Source: `/G2M/rest/organizers` and `/G2M/rest/groups`; `/admin/rest/v1/me` for who is no
    administrator.
    """
    found = directory(ctx)
    yield from found.rejects
    yield from parse_each(found.groups, parse_group)
    groups = {key_of(group.groupkey) for group in found.groups}
    for host in found.hosts:
        yield from host_account(host)
        yield host_space(host, groups)


def parse_group(group: Group) -> Iterator[Item]:
    """A group as a space, below its parent where it is a subgroup."""
    key, parent = key_of(group.groupkey), key_of(group.parent_key)
    yield Space(
        key=f"group:{key}",
        kind="group",
        title=group.group_name or f"Group {key}",
        parent=f"group:{parent}" if parent not in ("", "0", key) else None,
        extra={"organizers": whole(group.num_organizers)},
    )


def host_account(host: Host) -> Iterator[Account]:
    """An organizer's account; none where the vendor gives no address."""
    if not host.email:
        return
    yield Account(
        key=host.email,
        name=host.name,
        given_name=host.given_name or None,
        family_name=host.family_name or None,
        email=host.email,
        kind="person",
        status=host.status if host.status else UNSET,
        extra={
            "organizer_key": host.key,
            "products": list(host.products or ()),
            "seats": host.seats,
        },
    )


def host_space(host: Host, groups: set[str]) -> Space:
    """The room of an organizer, for all meetings that are no recurring ones."""
    return Space(
        key=host.space,
        kind="meeting_room",
        title=host.name or f"Organizer {host.key}",
        parent=f"group:{host.group}" if host.group in groups else None,
    )
