"""The emulated directory: users, groups, members, owners and what changed in groups."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from cophub.sandbox.microsoft import MicrosoftSandbox
from cophub.sandbox.microsoft.tenant import Group

Json = dict[str, Any]
Rows = Callable[..., list[Json]]
USER = "microsoft.graph.user"


def test_one_organisation_owns_the_tenant_and_all_others_are_guests(
    shown_tenant: MicrosoftSandbox, reader: httpx.Client, rows: Rows
) -> None:
    """A guest's UPN holds their address; one in ten has no `mail`."""
    names = "id,mail,userPrincipalName,userType,otherMails,department"
    found = rows(reader, "/v1.0/users", **{"$select": names, "$top": "150"})
    assert {row["id"] for row in found} == set(shown_tenant.tenant.users)
    guests = [row for row in found if row["userType"] == "Guest"]
    members = [row for row in found if row["userType"] == "Member"]
    assert len(guests) > len(members) > 5
    for row in guests:
        [address] = row["otherMails"]
        start = address.replace("@", "_")
        assert row["userPrincipalName"] == f"{start}#EXT#@contoso.onmicrosoft.com"
        assert row["mail"] in (None, address)
    assert {row["mail"] is None for row in guests} == {True, False}
    assert not any("#EXT#" in row["userPrincipalName"] for row in members)


def test_a_group_has_members_and_owners_who_may_be_no_members(
    shown_tenant: MicrosoftSandbox, reader: httpx.Client, rows: Rows
) -> None:
    """Paged without loss, owners apart; the last community's owner is no member of it."""
    for group in (*shown_tenant.tenant.communities[:3], shown_tenant.tenant.communities[-1]):
        path = f"/v1.0/groups/{group.id}"
        inside = rows(reader, f"{path}/members/{USER}", **{"$select": "id", "$top": "7"})
        assert [row["id"] for row in inside] == sorted(group.members)
        assert {row["id"] for row in rows(reader, f"{path}/owners")} == set(group.owners)
    admin = shown_tenant.tenant.admin.id
    assert admin in group.owners
    assert admin not in group.members


def test_groups_within_groups_are_listed_and_seen_through(
    shown_tenant: MicrosoftSandbox, reader: httpx.Client, rows: Rows
) -> None:
    """`members` names the inner groups, `transitiveMembers` the people in them, each once."""
    staff, teams = shown_tenant.tenant.staff, shown_tenant.tenant.teams
    path = f"/v1.0/groups/{staff.id}"
    direct = rows(reader, f"{path}/members")
    kinds = {row["@odata.type"] for row in direct}
    assert kinds == {"#microsoft.graph.group", "#microsoft.graph.user"}
    assert {row["id"] for row in rows(reader, f"{path}/members/microsoft.graph.group")} == {
        team.id for team in teams
    }
    people = rows(reader, f"{path}/transitiveMembers/{USER}", **{"$select": "id"})
    assert {row["id"] for row in people} == {*teams[0].members, *teams[1].members, *staff.members}
    assert len(people) == len({row["id"] for row in people})


def test_expanding_members_stops_at_twenty_in_silence(
    shown_tenant: MicrosoftSandbox, reader: httpx.Client
) -> None:
    """There is no link to the others: only `/members` has them all."""
    group = shown_tenant.tenant.communities[0]
    assert len(group.members) > 20
    row = reader.get(f"/v1.0/groups/{group.id}?$expand=members($select=id)").json()
    assert len(row["members"]) == 20
    assert "members@odata.nextLink" not in row


def test_groups_can_be_filtered_and_yammers_own_are_not_there(
    shown_tenant: MicrosoftSandbox, reader: httpx.Client, rows: Rows
) -> None:
    """By kind, by name, and by what a name begins with."""
    unified = rows(reader, "/v1.0/groups", **{"$filter": "groupTypes/any(c:c eq 'Unified')"})
    assert {row["id"] for row in unified} == {g.id for g in shown_tenant.tenant.communities}
    title = shown_tenant.tenant.communities[1].title
    named = rows(reader, "/v1.0/groups", **{"$filter": f"displayName eq '{title}'"})
    assert [row["displayName"] for row in named] == [title]
    begun = rows(reader, "/v1.0/groups", **{"$filter": "startswith(displayName,'team')"})
    assert len(begun) == 2
    everything = rows(reader, "/v1.0/groups", **{"$top": "3"})
    assert shown_tenant.tenant.legacy.id not in {row["id"] for row in everything}


def test_users_can_be_asked_for_by_fifteen_ids(
    shown_tenant: MicrosoftSandbox, reader: httpx.Client, rows: Rows
) -> None:
    """An id that nobody has gives no row; a sixteenth is refused."""
    ids = list(shown_tenant.tenant.users)[:16]
    asked = ",".join(f"'{one}'" for one in (*ids[:14], "00000000-0000-0000-0000-000000000000"))
    found = rows(reader, "/v1.0/users", **{"$filter": f"id in ({asked})", "$select": "id"})
    assert {row["id"] for row in found} == set(ids[:14])
    asked = ",".join(f"'{one}'" for one in ids)
    assert reader.get(f"/v1.0/users?$filter=id in ({asked})").status_code == 400


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/v1.0/users/nobody", 404, "Request_ResourceNotFound"),
        ("/v1.0/groups/00000000-0000-0000-0000-000000000000", 404, "Request_ResourceNotFound"),
        ("/v1.0/users?$select=shoeSize", 400, "BadRequest"),
        ("/v1.0/users?$top=1000", 400, "Request_UnsupportedQuery"),
        ("/v1.0/users?$skiptoken=%25", 400, "Request_BadRequest"),
        ("/v1.0/groups?$filter=nonsense", 400, "Request_UnsupportedQuery"),
        ("/v1.0/me", 400, "BadRequest"),
        ("/v1.0/nowhere", 404, "ResourceNotFound"),
    ],
)
def test_graph_refuses_with_a_code_and_the_requests_id(
    reader: httpx.Client, path: str, status: int, code: str
) -> None:
    """In the body and in the header alike, so that a refusal can be traced."""
    answer = reader.get(path)
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (status, code)
    assert error["innerError"]["request-id"] == answer.headers["request-id"]


def test_the_callers_own_id_of_a_request_comes_back(reader: httpx.Client) -> None:
    """Beside the vendor's."""
    answer = reader.get("/v1.0/groups?$top=1", headers={"client-request-id": "mine"})
    assert answer.headers["client-request-id"] == "mine"
    assert answer.headers["request-id"] != "mine"


def test_what_the_admin_did_not_grant_is_denied(
    tenant: MicrosoftSandbox, graph: httpx.Client
) -> None:
    """Consents may be taken away; members are then only ids to whoever may not read users."""
    group = tenant.tenant.communities[0].id
    tenant.consents.discard("graph:User.Read.All")
    denied = graph.get("/v1.0/users")
    assert denied.status_code == 403
    assert denied.json()["error"]["code"] == "Authorization_RequestDenied"
    row = graph.get(f"/v1.0/groups/{group}/members").json()["value"][0]
    assert row["id"]
    assert row["userPrincipalName"] is row["mail"] is None
    tenant.consents -= {"graph:GroupMember.Read.All", "graph:Group.Read.All"}
    assert graph.get(f"/v1.0/groups/{group}/members").status_code == 403
    tenant.consents.discard("graph:Reports.Read.All")
    assert graph.get("/v1.0/reports/getYammerActivityUserDetail(period='D7')").status_code == 403


def test_delegated_consents_are_apart_from_the_apps_own(
    tenant: MicrosoftSandbox, connect: Callable[..., httpx.Client]
) -> None:
    """A person signed in by the app sees what was granted to people of it."""
    tenant.consents.clear()
    with connect(tenant, user=tenant.tenant.service) as person:
        assert person.get("/v1.0/me").json()["displayName"] == "Hub Service"
        tenant.delegated.clear()
        assert person.get("/v1.0/me").status_code == 403


# Groups' delta

Held = dict[str, set[str]]


def replay(client: httpx.Client, address: str, held: Held, role: str = "members") -> list[Json]:
    """Apply a delta to what is held; gives its pages."""
    pages = []
    while True:
        page = client.get(address).raise_for_status().json()
        pages.append(page)
        for row in page["value"]:
            people = held.setdefault(row["id"], set())
            for each in row.get(f"{role}@delta", []):
                (people.discard if "@removed" in each else people.add)(each["id"])
        if "@odata.deltaLink" in page:
            assert "@odata.nextLink" not in page
            return pages
        address = page["@odata.nextLink"]


def in_graph(tenant: MicrosoftSandbox) -> list[Group]:
    """The groups that delta tells of."""
    return [g for g in tenant.tenant.groups.values() if g.kind != "legacy"]


def test_delta_gives_everybody_first_and_then_what_changed(
    tenant: MicrosoftSandbox, graph: httpx.Client
) -> None:
    """A group of many members goes on over pages; afterwards only groups with changes come."""
    held: Held = {}
    pages = replay(graph, "/v1.0/groups/delta?$select=displayName,members,owners", held)
    shown = [row["id"] for page in pages for row in page["value"]]
    assert len(shown) > len(set(shown))  # some group was split over pages
    for group in in_graph(tenant):
        assert held[group.id] == {*group.members, *group.nested}, group.key
    first, second, *_ = tenant.tenant.communities
    gone, new = list(first.members)[5], list(second.members)[4]
    tenant.tenant.leave(first, tenant.tenant.users[gone])
    tenant.tenant.leave(second, tenant.tenant.users[new])
    tenant.tenant.join(second, tenant.tenant.users[new])  # left and came back: is in
    pages = replay(graph, pages[-1]["@odata.deltaLink"], held)
    changed = {row["id"]: row["members@delta"] for page in pages for row in page["value"]}
    kind = "#microsoft.graph.user"
    assert changed == {
        first.id: [{"@odata.type": kind, "id": gone, "@removed": {"reason": "deleted"}}],
        second.id: [{"@odata.type": kind, "id": new}],
    }
    tenant.advance(days=5)
    replay(graph, pages[-1]["@odata.deltaLink"], held)
    for group in in_graph(tenant):
        assert held[group.id] == {*group.members, *group.nested}, group.key


def test_delta_tells_of_owners_where_they_are_selected(
    tenant: MicrosoftSandbox, graph: httpx.Client
) -> None:
    """And not where they are not."""
    held: Held = {}
    replay(graph, "/v1.0/groups/delta?$select=owners", held, "owners")
    assert {key: people for key, people in held.items() if people} == {
        g.id: set(g.owners) for g in in_graph(tenant) if g.owners
    }
    [page, *_] = replay(graph, "/v1.0/groups/delta?$select=displayName", {})
    assert all(set(row) == {"id", "displayName"} for row in page["value"])


def test_a_delta_link_lives_a_week(tenant: MicrosoftSandbox, graph: httpx.Client) -> None:
    """Then 410 with the address at which to begin again; so too when a test ends all cursors."""
    start = "/v1.0/groups/delta?$select=members"
    link = replay(graph, start, {})[-1]["@odata.deltaLink"]
    tenant.advance(days=6.9)
    link = replay(graph, link, {})[-1]["@odata.deltaLink"]
    tenant.advance(days=7.1)
    late = graph.get(link)
    assert (late.status_code, late.json()["error"]["code"]) == (410, "syncStateNotFound")
    held: Held = {}
    link = replay(graph, late.headers["Location"], held)[-1]["@odata.deltaLink"]
    group = tenant.tenant.communities[0]
    assert held[group.id] == set(group.members)
    tenant.expire_cursors()
    assert graph.get(link).status_code == 410


def test_the_latest_delta_link_skips_what_is_there(
    tenant: MicrosoftSandbox, graph: httpx.Client
) -> None:
    """Nothing comes but a link from which changes count."""
    page = graph.get("/v1.0/groups/delta?$select=members&$deltatoken=latest").json()
    assert page["value"] == []
    group = tenant.tenant.communities[0]
    user = tenant.tenant.users[list(group.members)[3]]
    tenant.tenant.leave(group, user)
    held: Held = {}
    pages = replay(graph, page["@odata.deltaLink"], held)
    assert [row["id"] for row in pages[0]["value"]] == [group.id]


def test_a_group_may_get_another_title_or_be_deleted(
    tenant: MicrosoftSandbox, graph: httpx.Client
) -> None:
    """Delta tells of both; who joins later finds no group."""
    first, second, *_ = tenant.tenant.communities
    told: list[tuple[str, str]] = []
    tenant.tenant.watch(lambda what, user, group: told.append((what, group.id if group else "")))
    link = replay(graph, "/v1.0/groups/delta?$select=displayName,members", {})[-1]
    tenant.tenant.retitle(first, "Measures and Numbers")
    tenant.tenant.dissolve(second)
    [page] = replay(graph, link["@odata.deltaLink"], {})
    assert page["value"] == [
        {"id": first.id, "displayName": "Measures and Numbers"},
        {"id": second.id, "@removed": {"reason": "changed"}},
    ]
    assert told == [("retitled", first.id), ("dissolved", second.id)]
    assert graph.get(f"/v1.0/groups/{second.id}").status_code == 404
    found = graph.get("/v1.0/employeeExperience/communities").json()["value"]
    assert [row["groupId"] for row in found] == [g.id for g in tenant.tenant.communities]
    before = len(second.members)
    tenant.advance(days=60)
    assert len(second.members) <= before


# How the tenant lives


def test_the_same_seed_lives_the_same_life_in_small_steps_and_large() -> None:
    """What the directory holds depends on time alone."""
    small = MicrosoftSandbox(seed=3, people=60, communities=2, years=1)
    large = MicrosoftSandbox(seed=3, people=60, communities=2, years=1)
    for _ in range(60):
        small.advance(days=1)
    large.advance(days=60)
    for part in ("users", "groups", "gone"):
        assert small.truth()[part] == large.truth()[part]


def test_accounts_are_renamed_disabled_and_deleted_over_time() -> None:
    """Ids stay with a new name; whoever leaves the organisation is disabled, then gone."""
    tenant = MicrosoftSandbox(seed=4, people=300, communities=3, years=1)
    before = tenant.truth()["users"]
    told: list[str] = []
    tenant.tenant.watch(lambda what, user, group: told.append(what))
    tenant.advance(days=900)
    after = tenant.truth()
    stayed = before.keys() & after["users"].keys()
    assert any(before[key]["name"] != after["users"][key]["name"] for key in stayed)
    assert set(after["gone"]) & before.keys()
    for group in after["groups"].values():
        assert group["members"].keys() <= after["users"].keys()
    happened = {"created", "changed", "disabled", "deleted", "joined", "left", "promoted"}
    assert set(told) >= happened
