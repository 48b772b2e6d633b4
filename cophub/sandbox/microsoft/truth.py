"""What the directory holds, as plain data, to compare a warehouse with."""

from typing import Any

from cophub.sandbox.microsoft.graph.odata import instant
from cophub.sandbox.microsoft.tenant import Group, Tenant, User


def directory_truth(tenant: Tenant) -> dict[str, Any]:
    """Under `users` those with an account by guid, under `groups` every group by guid."""
    return {
        "now": instant(tenant.timeline.now),
        "tenant": tenant.id,
        "users": {user.id: _user(user) for user in tenant.users.values()},
        "gone": sorted(tenant.gone),
        "groups": {group.id: _group(group) for group in tenant.groups.values()},
    }


def _user(user: User) -> dict[str, Any]:
    return {
        "upn": user.upn,
        "name": user.name,
        "mail": user.mail,
        "address": user.address,
        "guest": user.guest,
        "enabled": user.enabled,
        "title": user.title,
        "yammer_id": user.yammer_id,
        "created": instant(user.created),
        "person": user.person,
    }


def _group(group: Group) -> dict[str, Any]:
    return {
        "key": group.key,
        "title": group.title,
        "kind": group.kind,
        "private": group.private,
        "yammer_id": group.yammer_id or None,
        "community_id": group.community_id if group.kind == "community" else None,
        "site_url": group.site_url if group.kind == "community" else None,
        "members": {user: instant(at) for user, at in group.members.items()},
        "owners": {user: instant(at) for user, at in group.owners.items()},
        "nested": list(group.nested),
    }
