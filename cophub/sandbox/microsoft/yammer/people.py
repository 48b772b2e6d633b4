"""`/api/v1/users...`, `groups...`, `networks/current` and private content mode."""

from cophub.sandbox.microsoft.refusals import Refusal
from cophub.sandbox.microsoft.routes import Call, Reply, route
from cophub.sandbox.microsoft.tenant import User
from cophub.sandbox.microsoft.yammer.feeds import number, reader, space_of
from cophub.sandbox.microsoft.yammer.rows import group_row
from cophub.sandbox.microsoft.yammer.state import Space
from cophub.sandbox.microsoft.yammer.userrows import network_row, state_of, user_row

PAGE = 50


def _page(call: Call) -> slice:
    start = (max(number(call, "page") or 1, 1) - 1) * PAGE
    return slice(start, start + PAGE)


def _here(call: Call) -> list[User]:
    """Whoever is active or pending: suspended and deleted users are only found by id."""
    yammer = call.sandbox.yammer
    return [u for u in call.tenant.users.values() if state_of(yammer, u) in ("active", "pending")]


@route("GET", "/api/v1/users.json")
def users(call: Call) -> Reply:
    """Everybody, 50 a page; the page after the last is empty."""
    return [user_row(call.sandbox.yammer, each) for each in _here(call)[_page(call)]]


@route("GET", "/api/v1/users/current.json")
def current(call: Call) -> Reply:
    """Who asks."""
    return _one(call, reader(call))


@route("GET", "/api/v1/users/{user}.json")
def user(call: Call, user: str) -> Reply:
    """One user, also one whose account is gone."""
    found = call.sandbox.yammer.life.people.get(int(user)) if user.isdigit() else None
    if found is None:
        raise Refusal(404, "not_found", "User not found.")
    return _one(call, found)


def _one(call: Call, found: User) -> Reply:
    return user_row(call.sandbox.yammer, found) | {"age_bucket": "notSet"}


@route("GET", "/api/v1/users/by_email.json")
def by_email(call: Call) -> Reply:
    """Users with an address, as a list; 404 where there is none."""
    low = call.query.get("email", "").lower()
    found = [each for each in _here(call) if low in (each.address.lower(), each.upn.lower())]
    if not found:
        raise Refusal(404, "not_found", "User not found.")
    return [user_row(call.sandbox.yammer, each) for each in found]


@route("GET", "/api/v1/users/in_group/{group}.json")
def in_group(call: Call, group: str) -> Reply:
    """A group's members, 50 a page, in the order of joining; who is an admin is not told."""
    yammer, space = call.sandbox.yammer, space_of(call, group)
    if not yammer.sees(reader(call), space):
        raise Refusal(403, "forbidden", "You don't have permission to access this group.")
    keys = list(dict.fromkeys((*space.group.members, *space.group.owners)))
    members = [call.tenant.users[key] for key in keys if key in call.tenant.users]
    page = _page(call)
    rows = [user_row(yammer, each) for each in members[page]]
    return {"users": rows, "more_available": len(members) > page.stop}


# --- groups


def _listed(call: Call) -> list[Space]:
    yammer, user = call.sandbox.yammer, reader(call)
    found = [each for each in yammer.state.spaces.values() if not each.deleted]
    if call.query.get("mine") == "1":
        found = [each for each in found if user.id in each.group.members]
    return [each for each in found if each.listed or yammer.sees(user, each)]


@route("GET", "/api/v1/groups.json")
def groups(call: Call) -> Reply:
    """Groups, 50 a page. A private one is listed to all, unless it is kept out of the directory."""
    return [group_row(call.sandbox.yammer, each) for each in _listed(call)[_page(call)]]


@route("GET", "/api/v1/groups/{group}.json")
def group(call: Call, group: str) -> Reply:
    """One group; 404 for a private one that is kept out of the directory."""
    space = space_of(call, group)
    if space not in _listed(call):
        raise Refusal(404, "not_found", "Group not found.")
    return group_row(call.sandbox.yammer, space)


# --- the network


@route("GET", "/api/v1/networks/current.json")
def networks(call: Call) -> Reply:
    """The networks that the user belongs to: the home network."""
    return [network_row(call.sandbox.yammer)]


def toggle(call: Call) -> Reply:
    """Turn private content mode on or off; for verified admins."""
    yammer, user = call.sandbox.yammer, reader(call)
    if user.id not in yammer.verified:
        raise Refusal(403, "forbidden", "Only verified admins can use private content mode.")
    yammer.supervising ^= {user.id}
    return {"supervisor_mode": user.id in yammer.supervising}


route("POST", "/api/v1/supervisor_mode/toggle")(toggle)
route("POST", "/api/v1/supervisor_mode/toggle.json")(toggle)
