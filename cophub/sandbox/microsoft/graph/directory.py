"""`/v1.0/users` and `/v1.0/groups`: who there is, who is in what, and who owns it."""

from collections.abc import Iterator, Mapping

from cophub.sandbox.microsoft.graph.odata import (
    Row,
    bad,
    context,
    expansions,
    page,
    passes,
    select,
    wanted,
)
from cophub.sandbox.microsoft.graph.rows import (
    GROUP,
    GROUP_DEFAULT,
    GROUP_EXTRA,
    GROUP_FIELDS,
    USER,
    USER_DEFAULT,
    USER_FIELDS,
    group_row,
    in_graph,
    user_row,
)
from cophub.sandbox.microsoft.refusals import Refusal
from cophub.sandbox.microsoft.routes import Call, Reply, route
from cophub.sandbox.microsoft.tenant import Group, User

READ_USERS = ("User.Read.All", "User.ReadBasic.All", "Directory.Read.All")
READ_GROUPS = ("Group.Read.All", "Directory.Read.All")
READ_MEMBERS = ("GroupMember.Read.All", *READ_GROUPS)
EXPANDED = 20
"""How many of a group's members or owners `$expand` shows; there is no link to the others."""


def missing(what: str) -> Refusal:
    """404 in the directory's words."""
    message = (
        f"Resource '{what}' does not exist or one of its queried reference-property objects are "
        "not present."
    )
    return Refusal(404, "Request_ResourceNotFound", message)


def group_or_404(call: Call, group_id: str) -> Group:
    """A group of the directory."""
    found = call.tenant.groups.get(group_id.lower())
    if found is None or found.kind == "legacy":
        raise missing(group_id)
    return found


@route("GET", "/v1.0/users", needs=READ_USERS, cost=2)
def users(call: Call) -> Reply:
    """Everybody who has an account."""
    return _listed(call, "users", [user_row(each) for each in call.tenant.users.values()], USER)


@route("GET", "/v1.0/users/{name}", needs=READ_USERS)
def user(call: Call, name: str) -> Reply:
    """One user by guid or UPN."""
    row = user_row(_user_or_404(call, name))
    return context(call, "users/$entity") | select(row, wanted(call), USER_DEFAULT, USER)


@route("GET", "/v1.0/me", needs=("User.Read", *READ_USERS))
def me(call: Call) -> Reply:
    """Who signed in; an app on its own is nobody."""
    if call.user is None:
        raise bad("/me request is only valid with delegated authentication flow.")
    row = user_row(call.user)
    return context(call, "users/$entity") | select(row, wanted(call), USER_DEFAULT, USER)


@route("GET", "/v1.0/users/{name}/memberOf", needs=(*READ_MEMBERS,), cost=2)
def member_of(call: Call, name: str) -> Reply:
    """The groups that a user is directly in."""
    found = _user_or_404(call, name)
    inside = [each for each in in_graph(call.tenant) if found.id in each.members]
    return _members(call, [(each.id, each) for each in inside])


@route("GET", "/v1.0/organization", needs=("Organization.Read.All", *READ_USERS, *READ_MEMBERS))
def organization(call: Call) -> Reply:
    """The tenant itself."""
    domains = [
        {"name": "contoso.onmicrosoft.com", "isInitial": True, "isDefault": False},
        {"name": call.tenant.home.domain, "isInitial": False, "isDefault": True},
    ]
    row = {"id": call.tenant.id, "displayName": "Contoso", "verifiedDomains": domains}
    return context(call, "organization") | {"value": [row]}


@route("GET", "/v1.0/groups", needs=READ_MEMBERS, cost=2)
def groups(call: Call) -> Reply:
    """The directory's groups, of every kind."""
    rows = []
    for group in in_graph(call.tenant):
        row = {k: v for k, v in group_row(group).items() if k not in GROUP_EXTRA}
        rows.append(row | _expanded(call, group))
    return _listed(call, "groups", rows, GROUP)


@route("GET", "/v1.0/groups/{id}", needs=READ_MEMBERS)
def group(call: Call, id: str) -> Reply:
    """One group."""
    found = group_or_404(call, id)
    row = select(group_row(found), wanted(call), GROUP_DEFAULT, GROUP)
    return context(call, "groups/$entity") | row | _expanded(call, found)


@route("GET", "/v1.0/groups/{id}/members", needs=READ_MEMBERS, cost=3)
def members(call: Call, id: str) -> Reply:
    """Who is directly in a group: people, and groups within it."""
    return _members(call, _direct(call, group_or_404(call, id)))


@route("GET", "/v1.0/groups/{id}/members/{kind}", needs=READ_MEMBERS, cost=3)
def members_of_kind(call: Call, id: str, kind: str) -> Reply:
    """Those of one kind: `microsoft.graph.user` or `microsoft.graph.group`."""
    return _members(call, _of_kind(_direct(call, group_or_404(call, id)), kind))


@route("GET", "/v1.0/groups/{id}/transitiveMembers", needs=READ_MEMBERS, cost=5)
def transitive(call: Call, id: str) -> Reply:
    """Who is in a group or in a group within it; each once, and the groups too."""
    return _members(call, _all_within(call, group_or_404(call, id)))


@route("GET", "/v1.0/groups/{id}/transitiveMembers/{kind}", needs=READ_MEMBERS, cost=5)
def transitive_of_kind(call: Call, id: str, kind: str) -> Reply:
    """Those of one kind."""
    return _members(call, _of_kind(_all_within(call, group_or_404(call, id)), kind))


@route("GET", "/v1.0/groups/{id}/owners", needs=READ_MEMBERS, cost=2)
def owners(call: Call, id: str) -> Reply:
    """Who owns a group, whether they are members of it or not."""
    return _members(call, _owners(call, group_or_404(call, id)))


@route("GET", "/v1.0/groups/{id}/owners/{kind}", needs=READ_MEMBERS, cost=2)
def owners_of_kind(call: Call, id: str, kind: str) -> Reply:
    """Those of one kind."""
    return _members(call, _of_kind(_owners(call, group_or_404(call, id)), kind))


@route("GET", "/v1.0/groups/{id}/conversations", needs=READ_GROUPS)
def conversations(call: Call, id: str) -> Reply:
    """Nothing: the conversations of such a group are in Engage."""
    group_or_404(call, id)
    return context(call, f"groups('{id}')/conversations") | {"value": []}


# Who and what

Found = list[tuple[str, User | Group]]


def _user_or_404(call: Call, name: str) -> User:
    low = name.lower()
    found = call.tenant.users.get(low) or next(
        (each for each in call.tenant.users.values() if each.upn.lower() == low), None
    )
    if found is None:
        raise missing(name)
    return found


def _people(call: Call, ids: Mapping[str, int]) -> Found:
    return [(each, call.tenant.users[each]) for each in ids if each in call.tenant.users]


def _direct(call: Call, group: Group) -> Found:
    nested: Found = [(each, call.tenant.groups[each]) for each in group.nested]
    return nested + _people(call, group.members)


def _owners(call: Call, group: Group) -> Found:
    return _people(call, group.owners)


def _all_within(call: Call, group: Group) -> Found:
    found: dict[str, User | Group] = {}

    def walk(inner: Group) -> Iterator[tuple[str, User | Group]]:
        for key, each in _direct(call, inner):
            if key not in found and key != group.id:
                yield key, each
                if isinstance(each, Group):
                    yield from walk(each)

    for key, each in walk(group):
        found[key] = each
    return list(found.items())


def _of_kind(found: Found, kind: str) -> Found:
    kinds: dict[str, type] = {USER: User, GROUP: Group}
    if kind.lower() not in kinds:
        raise bad(f"Invalid type cast '{kind}'.", "Request_BadRequest")
    return [(key, each) for key, each in found if isinstance(each, kinds[kind.lower()])]


# How it is shown


def _members(call: Call, found: Found) -> Row:
    """A page of people and groups, each with its kind."""
    rows = sorted((key, _member(call, each)) for key, each in found)
    if text := call.query.get("$filter"):
        rows = [(key, row) for key, row in rows if passes(row, text)]
    names = wanted(call)
    shown = [(key, _chosen(row, names)) for key, row in rows]
    return page(call, "directoryObjects", shown)


def _member(call: Call, each: User | Group) -> Row:
    kind, row = (USER, user_row(each)) if isinstance(each, User) else (GROUP, group_row(each))
    if kind == USER and not call.allowed(*READ_USERS):
        # Whoever may read members but no users is told that there is somebody, and no more.
        row = {name: row[name] if name == "id" else None for name in row}
    return {"@odata.type": f"#{kind}"} | row


def _chosen(row: Row, names: list[str] | None) -> Row:
    kind = str(row["@odata.type"])[1:]
    if names is not None:  # what one kind has and the other has not is left out in silence
        names = [name for name in names if name in row or not _elsewhere(name, kind)]
    return select(row, names, USER_DEFAULT if kind == USER else GROUP_DEFAULT, kind)


def _elsewhere(name: str, kind: str) -> bool:
    return name in (GROUP_FIELDS if kind == USER else USER_FIELDS)


def _listed(call: Call, what: str, rows: list[Row], kind: str) -> Row:
    if text := call.query.get("$filter"):
        rows = [row for row in rows if passes(row, text)]
    default, names = (USER_DEFAULT if kind == USER else GROUP_DEFAULT), wanted(call)
    extra = [name for name in expansions(call) if name in ("members", "owners")]
    keyed = sorted(
        (row["id"], select(row, names and names + extra, [*default, *extra], kind)) for row in rows
    )
    return page(call, what, keyed)


def _expanded(call: Call, group: Group) -> Row:
    found: Row = {}
    for name, names in expansions(call).items():
        if name not in ("members", "owners"):
            raise bad(f"Could not find a property named '{name}' on type '{GROUP}'.")
        who = _owners(call, group) if name == "owners" else _direct(call, group)
        rows = [_chosen(_member(call, each), names) for _, each in sorted(who, key=_key)]
        found[name] = rows[:EXPANDED]
    return found


def _key(found: tuple[str, User | Group]) -> str:
    return found[0]
