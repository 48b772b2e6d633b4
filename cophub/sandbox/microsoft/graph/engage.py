"""`/v1.0/employeeExperience`: Engage's communities and the roles in its network."""

from cophub.sandbox.microsoft.graph.odata import (
    Row,
    bad,
    context,
    expansions,
    instant,
    page,
    passes,
    select,
    wanted,
)
from cophub.sandbox.microsoft.graph.rows import (
    GROUP,
    GROUP_DEFAULT,
    USER,
    USER_DEFAULT,
    group_row,
    user_row,
)
from cophub.sandbox.microsoft.refusals import Refusal
from cophub.sandbox.microsoft.routes import Call, Reply, route
from cophub.sandbox.microsoft.tenant import Group, User, guid

READ = ("Community.Read.All", "Community.ReadWrite.All")
READ_ROLES = ("EngagementRole.Read.All", "EngagementRole.ReadWrite.All")
KIND = "microsoft.graph.community"
FIELDS = ("id", "displayName", "description", "privacy", "groupId")
ROLES = ("Network Admin", "Verified Admin", "Corporate Communicator", "Answers Admin")
PAGE = 20


def community_row(group: Group) -> Row:
    """A community as Graph shows it."""
    return {
        "id": group.community_id,
        "displayName": group.title,
        "description": group.description,
        "privacy": "private" if group.private else "public",
        "groupId": group.id,
    }


@route("GET", "/v1.0/employeeExperience/communities", needs=READ)
def communities(call: Call) -> Reply:
    """The communities, 20 to a page; Yammer's own groups without a directory group are not here."""
    groups = call.tenant.communities
    if text := call.query.get("$filter"):
        groups = [group for group in groups if passes(community_row(group), text)]
    rows = [(group.yammer_id, _community(call, group)) for group in groups]
    if order := call.query.get("$orderby"):
        if order.split()[0] != "displayName":
            raise bad(f"Sorting by '{order}' is not supported.")
        return _by_name(call, groups)
    return page(call, "employeeExperience/communities", rows, default=PAGE, most=PAGE)


def _by_name(call: Call, groups: list[Group]) -> Row:
    rows = sorted((group.title, group.yammer_id, _community(call, group)) for group in groups)
    keyed = [((title, number), row) for title, number, row in rows]
    return page(call, "employeeExperience/communities", keyed, default=PAGE, most=PAGE)


@route("GET", "/v1.0/employeeExperience/communities/{id}", needs=READ)
def community(call: Call, id: str) -> Reply:
    """One community."""
    row = _community(call, _found(call, id))
    return context(call, "employeeExperience/communities/$entity") | row


@route("GET", "/v1.0/employeeExperience/communities/{id}/owners", needs=READ)
def community_owners(call: Call, id: str) -> Reply:
    """The community's admins."""
    rows = [(user.id, _user(user)) for user in _owners(call, _found(call, id))]
    return page(call, "users", sorted(rows, key=lambda row: row[0]), default=PAGE, most=PAGE)


@route("GET", "/v1.0/employeeExperience/roles", needs=READ_ROLES)
def roles(call: Call) -> Reply:
    """The roles that people may have in the whole network."""
    rows = [{"id": role_id(call, name), "displayName": name} for name in ROLES]
    return context(call, "employeeExperience/roles") | {"value": rows}


@route("GET", "/v1.0/employeeExperience/roles/{id}", needs=READ_ROLES)
def role(call: Call, id: str) -> Reply:
    """One role."""
    row: Row = {"id": id.lower(), "displayName": _role(call, id)}
    return context(call, "employeeExperience/roles/$entity") | row


@route("GET", "/v1.0/employeeExperience/roles/{id}/members", needs=READ_ROLES)
def role_members(call: Call, id: str) -> Reply:
    """Who has a role, and since when."""
    rows = []
    for user, since in role_holders(call, _role(call, id)):
        row: Row = {
            "@odata.type": "#microsoft.graph.engagementRoleMember",
            "id": guid(id.lower(), user.id),
            "userId": user.id,
            "createdDateTime": instant(since),
        }
        rows.append((row["id"], row))
    what = f"employeeExperience/roles('{id}')/members"
    return page(call, what, sorted(rows, key=lambda row: row[0]), default=PAGE, most=PAGE)


def role_id(call: Call, name: str) -> str:
    """The guid of a role."""
    return guid("role", call.tenant.id, name)


def role_holders(call: Call, name: str) -> list[tuple[User, int]]:
    """Who has a role, with the instant at which they got it."""
    tenant = call.tenant
    if name == ROLES[0]:
        return [(tenant.admin, tenant.admin.created)]
    if name == ROLES[1]:
        return [(tenant.service, tenant.service.created)]
    if name == ROLES[2]:  # whoever owns a community beside the admin
        since: dict[str, int] = {}
        for group in tenant.communities:
            for user_id, at in group.owners.items():
                since[user_id] = min(at, since.get(user_id, at))
        since.pop(tenant.admin.id, None)
        return [(tenant.users[user_id], at) for user_id, at in since.items()]
    return []


def _role(call: Call, id: str) -> str:
    for name in ROLES:
        if role_id(call, name) == id.lower():
            return name
    raise Refusal(404, "NotFound", "The role was not found.")


def _found(call: Call, id: str) -> Group:
    plain = id.rstrip("=")
    for group in call.tenant.communities:
        if group.community_id == plain:
            return group
    raise Refusal(404, "NotFound", "The community was not found.")


def _owners(call: Call, group: Group) -> list[User]:
    return [call.tenant.users[each] for each in group.owners]


def _user(user: User) -> Row:
    return select(user_row(user), None, USER_DEFAULT, USER)


def _community(call: Call, group: Group) -> Row:
    row = select(community_row(group), wanted(call), FIELDS, KIND)
    for name in expansions(call):
        if name == "owners":
            row["owners"] = [_user(each) for each in _owners(call, group)]
        elif name == "group":
            row["group"] = select(group_row(group), None, GROUP_DEFAULT, GROUP)
        else:
            raise bad(f"Could not find a property named '{name}' on type '{KIND}'.")
    return row
