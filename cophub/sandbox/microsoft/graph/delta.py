"""`/v1.0/groups/delta`: what changed in groups since a delta link.

A group with many members is spread over several pages and repeats on each. A link lives seven days.
"""

from typing import Any

from cophub.sandbox.microsoft.graph.directory import READ_MEMBERS
from cophub.sandbox.microsoft.graph.odata import Row, bad, context, pack, passes, select, unpack
from cophub.sandbox.microsoft.graph.rows import GROUP, GROUP_DEFAULT, group_row, in_graph
from cophub.sandbox.microsoft.refusals import Refusal
from cophub.sandbox.microsoft.routes import Call, Reply, route
from cophub.sandbox.microsoft.tenant import Group
from cophub.sandbox.world import DAY

LIFETIME = 7 * DAY
PAGE = 40
"""How many members a page tells of, over all its groups."""
RELATED = ("members", "owners")


@route("GET", "/v1.0/groups/delta", needs=READ_MEMBERS, cost=2)
def delta(call: Call) -> Reply:
    """A page of changes; the last has a delta link in place of a next link."""
    state = _state(call)
    if state.pop("latest", False):
        rows: list[Row] = []
    else:
        rows = _rows(call, state)
    pages = _pages(rows)
    number = state["page"]
    answer = context(call, "groups")
    if number + 1 < len(pages):
        token = pack(state | {"page": number + 1})
        answer["@odata.nextLink"] = f"{call.base}/v1.0/groups/delta?$skiptoken={token}"
    else:
        done = state | {"since": state["until"], "until": None, "page": 0, "at": call.now}
        answer["@odata.deltaLink"] = f"{call.base}/v1.0/groups/delta?$deltatoken={pack(done)}"
    return answer | {"value": pages[number] if number < len(pages) else []}


def _state(call: Call) -> dict[str, Any]:
    """Where the caller is: from which serial to which, and on which page."""
    tenant, query = call.tenant, call.query
    place = query.get("$skiptoken") or query.get("$deltatoken", "")
    if place and place != "latest":
        state = unpack(place)
        if not isinstance(state, dict) or "epoch" not in state:
            raise bad("The provided delta token is not valid.", "Request_BadRequest")
        _alive(call, state)
        if state["until"] is None:
            state["until"] = tenant.serial
        return state
    select_ = [name for name in query.get("$select", "").split(",") if name]
    return {
        "since": 0, "until": tenant.serial, "page": 0, "at": call.now, "epoch": tenant.epoch,
        "select": select_ or None, "filter": query.get("$filter"),
        **({"latest": True} if place == "latest" else {}),
    }  # fmt: skip


def _alive(call: Call, state: dict[str, Any]) -> None:
    if state["epoch"] == call.tenant.epoch and call.now - state["at"] <= LIFETIME:
        return
    names = ",".join(state["select"] or [])
    again = f"{call.base}/v1.0/groups/delta?" + (f"$select={names}&" if names else "")
    raise Refusal(
        410,
        "syncStateNotFound",
        "The sync state generation is not found; re-sync is required.",
        Location=f"{again}$deltatoken=",
    )


def _rows(call: Call, state: dict[str, Any]) -> list[Row]:
    """Every changed group with all that changed in it."""
    names = state["select"] or sorted(GROUP_DEFAULT | {"members"})
    fields = [name for name in names if name not in RELATED]
    rows = []
    for group in in_graph(call.tenant):
        full = group_row(group)
        if state["filter"] and not passes(full, state["filter"]):
            continue
        changed = {
            f"{role}@delta": _changes(call, group, role, state) for role in RELATED if role in names
        }
        changed = {role: rows for role, rows in changed.items() if rows}
        if changed or state["since"] < group.changed <= state["until"] or state["since"] == 0:
            rows.append(select(full, fields, (), GROUP) | changed)
    return rows + (_removed(call, state) if state["since"] else [])


def _removed(call: Call, state: dict[str, Any]) -> list[Row]:
    """The groups that were deleted; the vendor keeps them for a while, hence its word for it."""
    return [
        {"id": group.id, "@removed": {"reason": "changed"}}
        for serial, group in call.tenant.dissolved
        if state["since"] < serial <= state["until"]
        and not (state["filter"] and not passes(group_row(group), state["filter"]))
    ]


def _changes(call: Call, group: Group, role: str, state: dict[str, Any]) -> list[Row]:
    """Who came or went between two serials, each once, as it stands at the end."""
    last: dict[str, bool] = {}
    for line in group.log:
        if state["since"] < line.serial <= state["until"] and line.role == role:
            last.pop(line.user, None)
            last[line.user] = line.added
    kind = {"@odata.type": "#microsoft.graph.user"}
    rows: list[Row] = []
    if role == "members" and state["since"] == 0:
        rows += [{"@odata.type": "#microsoft.graph.group", "id": each} for each in group.nested]
    for user, added in last.items():
        if added:
            rows.append(kind | {"id": user})
        elif state["since"]:
            rows.append(kind | {"id": user, "@removed": {"reason": "deleted"}})
    return rows


def _pages(rows: list[Row]) -> list[list[Row]]:
    """The groups on pages of `PAGE` members; a group goes on where a page ends."""
    pages: list[list[Row]] = [[]]
    room = PAGE
    for row in rows:
        plain = {name: value for name, value in row.items() if not name.endswith("@delta")}
        parts = [(name, each) for name in row if name.endswith("@delta") for each in row[name]]
        shown = dict(plain)
        pages[-1].append(shown)
        for name, each in parts:
            if room == 0:
                room, shown = PAGE, dict(plain)
                pages.append([shown])
            shown.setdefault(name, []).append(each)
            room -= 1
    return pages
