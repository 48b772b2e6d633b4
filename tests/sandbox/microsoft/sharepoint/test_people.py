"""The users and groups of the emulated sites."""

from collections.abc import Callable
from typing import Any

import httpx

from cophub.sandbox.microsoft import MicrosoftSandbox
from cophub.sandbox.microsoft.sharepoint import SharePoint
from cophub.sandbox.microsoft.sharepoint.state import Site

Read = Callable[..., dict[str, Any]]


def test_a_site_knows_people_apps_groups_and_the_system(
    shown_sites: httpx.Client, read: Read
) -> None:
    users = read(shown_sites, "web/siteusers")["value"]
    logins = [user["LoginName"] for user in users]
    assert any(login.startswith("i:0#.f|membership|") for login in logins)
    assert any("#ext#@contoso.onmicrosoft.com" in login for login in logins)
    assert any(login.startswith("i:0i.t|") for login in logins)
    assert any(login.startswith("c:0o.c|federateddirectoryclaimprovider|") for login in logins)
    assert any(login.endswith("_o") for login in logins)
    assert 1073741823 in {user["Id"] for user in users}
    assert "" in {user["Email"] for user in users}
    assert "AadObjectId" not in users[0]
    asked = read(shown_sites, "web/siteusers?$select=Id,AadObjectId")["value"]
    assert any(user["AadObjectId"] and user["AadObjectId"]["NameId"] for user in asked)


def test_groups_have_directory_groups_in_them(shown_sites: httpx.Client, read: Read) -> None:
    members = read(shown_sites, "web/associatedmembergroup/users")["value"]
    assert any(user["PrincipalType"] == 4 for user in members)
    assert any(user["PrincipalType"] == 1 for user in members)
    groups = {group["Title"] for group in read(shown_sites, "web/sitegroups")["value"]}
    assert "Steering group" in groups
    owners = read(shown_sites, "web/associatedownergroup")
    assert owners["Title"].endswith("Owners")
    steering = read(shown_sites, "web/sitegroups/getbyname('Steering group')/users")["value"]
    assert any(user["LoginName"].startswith("c:0t.c|tenant|") for user in steering)


def test_ids_are_the_sites_own(tenant: MicrosoftSandbox, sharepoint: SharePoint) -> None:
    ids: dict[str, set[int]] = {}
    for site in sharepoint.sites.values():
        for row in site.users.values():
            if row.aad:
                ids.setdefault(row.aad, set()).add(row.id)
    assert any(len(found) > 1 for found in ids.values())


def test_a_new_upn_is_a_new_login_when_they_come_again(
    tenant: MicrosoftSandbox, site: Site, sharepoint: SharePoint
) -> None:
    user = next(u for u in tenant.tenant.users.values() if u.id in site.by_aad and not u.guest)
    row = site.by_aad[user.id]
    before, number = row.login, row.id
    tenant.tenant.rename(user, "Newname")
    assert row.login == before
    sharepoint.add_item(site, by=user, Title="x")
    assert row.login == user.login != before
    assert (row.id, row.aad) == (number, user.id)


def test_who_is_deleted_stays_on_the_site(
    tenant: MicrosoftSandbox, site: Site, api: httpx.Client, read: Read
) -> None:
    user = next(u for u in tenant.tenant.users.values() if u.id in site.by_aad and u.person)
    row = site.by_aad[user.id]
    tenant.tenant.delete(user)
    assert read(api, f"web/siteusers/getbyid({row.id})")["LoginName"] == row.login


def test_three_ways_to_write_the_same(shown_sites: httpx.Client, read: Read) -> None:
    path = "web/lists?$select=Id,Title,CurrentChangeToken&$top=2"
    plain = read(shown_sites, path)["value"]
    verbose = read(shown_sites, path, Accept="application/json;odata=verbose")["d"]["results"]
    minimal = read(shown_sites, path, Accept="application/json")
    assert [row["Id"] for row in plain] == [row["Id"] for row in verbose]
    assert verbose[0]["__metadata"]["type"] == "SP.List"
    assert verbose[0]["CurrentChangeToken"]["__metadata"]["type"] == "SP.ChangeToken"
    assert "odata.metadata" in minimal
    assert minimal["value"][0]["odata.type"] == "SP.List"
    assert set(plain[0]) == {"Id", "Title", "CurrentChangeToken"}
    error = shown_sites.get("web/nonsense", headers={"Accept": "application/json;odata=verbose"})
    assert error.status_code == 404
    assert error.json()["error"]["message"]["value"]


def test_only_granted_sites_are_shown_to_a_selected_app(
    tenant: MicrosoftSandbox, api: httpx.Client, site: Site
) -> None:
    tenant.consents.clear()
    assert api.get("web").status_code == 403
    tenant.consents |= {"sharepoint:Sites.Selected"}
    assert api.get("web").status_code == 403
    tenant.sharepoint.selected.add(site.id)
    assert api.get("web").status_code == 200


def test_search_and_hubs_find_sites(shown_sites: httpx.Client, read: Read) -> None:
    def found(text: str, limit: int = 500, start: int = 0) -> tuple[int, list[str]]:
        path = f"search/query?querytext='{text}'&rowlimit={limit}&startrow={start}"
        relevant = read(shown_sites, path)["PrimaryQueryResult"]["RelevantResults"]
        rows = [
            {cell["Key"]: cell["Value"] for cell in row["Cells"]}
            for row in relevant["Table"]["Rows"]
        ]
        return relevant["TotalRows"], [row["SPSiteUrl"] for row in rows]

    total, everything = found("contentclass:STS_Site")
    assert total == len(everything) == 4
    assert found("contentclass:STS_Site", 3, 2) == (4, everything[2:])
    hub = read(shown_sites, "site?$select=HubSiteId,IsHubSite")
    assert hub["IsHubSite"] is True
    assert found(f"DepartmentId:{{{hub['HubSiteId']}}} contentclass:STS_Site")[0] == 3
    assert found('path:"https://contoso.sharepoint.com/sites/mercop"')[0] == 1
    assert found("Monitoring")[1] == ["https://contoso.sharepoint.com/sites/mercop"]
