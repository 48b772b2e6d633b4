"""The emulated sites as Graph shows them."""

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from cophub.sandbox.microsoft import MicrosoftSandbox
from cophub.sandbox.microsoft.sharepoint import SharePoint
from cophub.sandbox.microsoft.sharepoint.state import Site

Json = dict[str, Any]


@pytest.fixture
def at(site: Site) -> str:
    """The address of the site in Graph."""
    return f"/v1.0/sites/{site.graph_id}"


@pytest.fixture
def members(site: Site, at: str, sharepoint: SharePoint) -> str:
    """The address of the membership list in Graph."""
    return f"{at}/lists/{sharepoint.list(site, 'Members').id}"


def _delta(client: httpx.Client, link: str) -> tuple[list[Json], str]:
    rows: list[Json] = []
    while True:
        page = client.get(link).raise_for_status().json()
        rows += page["value"]
        if "@odata.deltaLink" in page:
            return rows, page["@odata.deltaLink"]
        link = page["@odata.nextLink"]


def test_a_site_is_found_by_path_id_group_and_search(
    graph: httpx.Client, site: Site, at: str
) -> None:
    by_path = graph.get(f"/v1.0/sites/contoso.sharepoint.com:{site.path}").json()
    assert by_path["id"] == site.graph_id
    assert by_path["webUrl"] == site.url
    assert graph.get(at).json()["displayName"] == site.title
    assert site.group is not None
    assert graph.get(f"/v1.0/groups/{site.group.id}/sites/root").json()["id"] == site.graph_id
    found = graph.get("/v1.0/sites", params={"search": site.title}).json()["value"]
    assert [each["id"] for each in found] == [site.graph_id]
    query = {"requests": [{"entityTypes": ["site"], "query": {"queryString": site.title}}]}
    hits = graph.post("/v1.0/search/query", json=query).json()["value"][0]["hitsContainers"][0]
    assert hits["hits"][0]["resource"]["webUrl"] == site.url
    assert graph.get("/v1.0/sites/contoso.sharepoint.com:/sites/nowhere").status_code == 404


def test_system_lists_come_to_those_who_select_system(graph: httpx.Client, at: str) -> None:
    usual = graph.get(f"{at}/lists").json()["value"]
    assert {each["list"]["template"] for each in usual} >= {
        "genericList", "documentLibrary", "events", "discussionBoard", "webPageLibrary",
    }  # fmt: skip
    fields = {"$select": "id,displayName,list,system"}
    every = graph.get(f"{at}/lists", params=fields).json()["value"]
    assert len(every) == len(usual) + 1
    assert sum("system" in each for each in every) == 1


def test_fields_leave_out_what_is_empty(
    graph: httpx.Client, site: Site, members: str, sharepoint: SharePoint
) -> None:
    user = sharepoint.author(site)
    item = sharepoint.add_item(site, Title="Ada", Person=user, Country=None)
    bare = graph.get(f"{members}/items/{item.id}").json()
    assert "fields" not in bare
    row = graph.get(f"{members}/items/{item.id}", params={"$expand": "fields"}).json()
    assert row["fields"]["Title"] == "Ada"
    assert row["fields"]["PersonLookupId"] == str(user)
    assert "Person" not in row["fields"]
    assert "Country" not in row["fields"]
    assert row["createdBy"]["user"]["id"] == site.users[item.author].aad
    some = {"$expand": "fields($select=Title,E_x002d_mail)"}
    fields = graph.get(f"{members}/items/{item.id}", params=some).json()["fields"]
    assert set(fields) <= {"@odata.etag", "id", "Title", "E_x002d_mail"}


def test_delta_repeats_items_and_tells_of_deleted_ones(
    graph: httpx.Client, site: Site, members: str, sharepoint: SharePoint
) -> None:
    of = sharepoint.list(site, "Members")
    rows, link = _delta(graph, f"{members}/items/delta?$top=20")
    ids = [row["id"] for row in rows]
    assert {int(one) for one in ids} == set(of.items)
    assert len(ids) > len(set(ids))
    kept, gone = (sharepoint.add_item(site, Title=name) for name in ("Kept", "Gone"))
    sharepoint.edit_item(site, kept, Title="Kept still")
    sharepoint.delete_item(site, gone)
    rows, later = _delta(graph, link)
    assert [(row["id"], "deleted" in row) for row in rows] == [
        (str(kept.id), False), (str(gone.id), True),
    ]  # fmt: skip
    assert rows[-1]["deleted"] == {"state": "deleted"}
    assert _delta(graph, later)[0] == []
    one_by_one = _delta(graph, link.replace("%24top=20", "$top=1").replace("$top=20", "$top=1"))[0]
    assert [row["id"] for row in one_by_one].count(str(kept.id)) == 2


def test_delta_can_begin_with_the_latest(
    graph: httpx.Client, site: Site, members: str, sharepoint: SharePoint
) -> None:
    rows, link = _delta(graph, f"{members}/items/delta?token=latest")
    assert rows == []
    item = sharepoint.add_item(site, Title="New")
    assert [row["id"] for row in _delta(graph, link)[0]] == [str(item.id)]


@pytest.mark.parametrize(
    "code", ["resyncChangesApplyDifferences", "resyncChangesUploadDifferences"]
)
def test_an_old_link_is_gone_with_the_address_to_begin_again(
    tenant: MicrosoftSandbox, graph: httpx.Client, members: str, sharepoint: SharePoint, code: str
) -> None:
    sharepoint.resync = code
    count = len(_delta(graph, f"{members}/items/delta?$top=500")[0])
    link = _delta(graph, f"{members}/items/delta?$top=500")[1]
    tenant.expire_cursors()
    response = graph.get(link)
    assert response.status_code == 410
    assert response.json()["error"]["code"] == code
    rows, later = _delta(graph, response.headers["Location"])
    assert len(rows) == count
    tenant.advance(days=61)
    assert graph.get(later).status_code == 410


def test_next_links_can_be_made_bad(
    graph: httpx.Client, members: str, sharepoint: SharePoint
) -> None:
    sharepoint.repeat_next = True
    first = graph.get(f"{members}/items/delta?$top=5").json()["@odata.nextLink"]
    assert graph.get(first).json()["@odata.nextLink"] == first
    sharepoint.repeat_next, sharepoint.foreign_next = False, True
    assert "elsewhere.example" in graph.get(f"{members}/items?$top=5").json()["@odata.nextLink"]


def test_a_secret_is_enough_for_graph_and_not_for_rest(
    tenant: MicrosoftSandbox, at: str, site: Site, connect: Callable[..., httpx.Client]
) -> None:
    with connect(tenant, "graph", "secret") as client:
        assert client.get(at).status_code == 200
    with connect(tenant, "sharepoint", "secret") as client:
        refused = client.get(f"{site.path}/_api/web")
        assert refused.status_code == 401
        assert "Unsupported app only token" in refused.text


def test_libraries_are_drives(graph: httpx.Client, site: Site, at: str) -> None:
    drive = graph.get(f"{at}/drive").json()
    assert site.group is not None
    assert drive["owner"]["group"]["id"] == site.group.id
    rows, link = _delta(graph, f"/v1.0/drives/{drive['id']}/root/delta")
    assert any("folder" in row for row in rows)
    assert all(row["file"]["mimeType"] for row in rows if "file" in row)
    inside = graph.get(f"/v1.0/drives/{drive['id']}/root/children").json()["value"]
    assert {row["parentReference"]["driveId"] for row in inside} == {drive["id"]}
    assert _delta(graph, link)[0] == []


def test_usage_is_told_for_90_days(graph: httpx.Client, at: str, tenant: MicrosoftSandbox) -> None:
    everything = graph.get(f"{at}/analytics/allTime").json()["access"]
    week = graph.get(f"{at}/analytics/lastSevenDays").json()["access"]
    assert everything["actionCount"] > week["actionCount"] > 0
    span = "startDateTime='{}',endDateTime='{}',interval='day'"
    path = f"{at}/getActivitiesByInterval({span})"
    rows = graph.get(path.format("2026-05-25", "2026-05-31")).json()["value"]
    assert sum(row.get("access", {}).get("actionCount", 0) for row in rows) == week["actionCount"]
    assert graph.get(path.format("2026-01-01", "2026-05-31")).status_code == 400


def test_a_page_has_its_text(
    graph: httpx.Client, site: Site, at: str, sharepoint: SharePoint
) -> None:
    page = sharepoint.publish_news(site, "Great news", "Read this")
    path = f"{at}/pages/{page.unique}/microsoft.graph.sitePage"
    found = graph.get(path, params={"$expand": "canvasLayout"}).json()
    assert (found["promotionKind"], found["title"]) == ("newsPost", "Great news")
    part = found["canvasLayout"]["horizontalSections"][0]["columns"][0]["webparts"][0]
    assert part["innerHtml"] == "<p>Read this</p>"
    every = graph.get(f"{at}/pages/microsoft.graph.sitePage").json()["value"]
    assert page.unique in {each["id"] for each in every}


def test_sites_are_granted_one_by_one(
    tenant: MicrosoftSandbox, graph: httpx.Client, site: Site, at: str
) -> None:
    tenant.consents.clear()
    tenant.consents |= {"graph:Sites.Selected"}
    assert graph.get(at).status_code == 403
    assert graph.get("/v1.0/sites?search=*").json()["value"] == []
    tenant.sharepoint.selected.add(site.id)
    assert graph.get(at).status_code == 200
    assert len(graph.get("/v1.0/sites?search=*").json()["value"]) == 1


@pytest.fixture(autouse=True)
def _with_sites(sharepoint: SharePoint) -> Iterator[None]:
    yield
