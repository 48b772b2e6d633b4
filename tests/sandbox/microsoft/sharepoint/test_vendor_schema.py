"""The emulated sites answer as the vendor's own payloads and metadata do."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import httpx
import pytest
from defusedxml.ElementTree import parse

from cophub.sandbox.microsoft import MicrosoftSandbox
from cophub.sandbox.microsoft.sharepoint import SharePoint
from cophub.sandbox.microsoft.sharepoint.state import PAGES, Site

Json = dict[str, Any]
REST = "{http://schemas.microsoft.com/ado/2009/11/edm}"
KINDS: dict[str, tuple[type, ...]] = {
    "Edm.String": (str,), "Edm.Guid": (str,), "Edm.DateTime": (str,), "Edm.Boolean": (bool,),
    "Edm.Int32": (int,), "Edm.Int64": (int, str), "Edm.Double": (float, int),
    "Edm.DateTimeOffset": (str,),
}  # fmt: skip
ENTITY = {"id": "Edm.String"}
"""What every entity of Graph has; the type itself is not in the file."""


class Schema:
    """Types of a vendor's metadata, with what they inherit."""

    def __init__(self, path: Path) -> None:
        self.types: dict[str, Element] = {}
        for schema in parse(path).iter():
            if schema.tag.endswith("}Schema"):
                space = schema.get("Alias") or schema.get("Namespace", "")
                space = "graph" if space == "microsoft.graph" else space
                for each in schema:
                    if each.tag.endswith(("}EntityType", "}ComplexType")):
                        self.types[f"{space}.{each.get('Name')}"] = each

    def properties(self, name: str) -> dict[str, str]:
        """Property types by name, navigation properties as ''."""
        found: dict[str, str] = dict(ENTITY) if name.startswith("graph.") else {}
        each: Element | None = self.types[name]
        while each is not None:
            for one in each:
                if one.tag.endswith("}Property"):
                    found.setdefault(one.get("Name", ""), one.get("Type", ""))
                elif one.tag.endswith("}NavigationProperty"):
                    found.setdefault(one.get("Name", ""), "")
            each = self.types.get(each.get("BaseType", ""))
        return found

    def check(self, name: str, row: Json) -> None:
        """Every field of a row is a property of the type, and of its kind."""
        known = self.properties(name)
        for key, value in row.items():
            free = self.types[name].get("OpenType") == "true" and key not in known
            if "@" in key or "odata." in key or free:
                continue
            assert key in known, f"{name} has no {key}"
            kinds = KINDS.get(known[key])
            if value is not None and kinds:
                assert isinstance(value, kinds), f"{name}.{key} is {value!r}, not {known[key]}"


@pytest.fixture(scope="module")
def rest(vendor_graph: Path) -> Schema:
    """SharePoint's own metadata."""
    return Schema(vendor_graph / "edmx" / "sharepoint_v1_cop_subset.xml")


@pytest.fixture(scope="module")
def graph_schema(vendor_graph: Path) -> Schema:
    """Graph's metadata."""
    return Schema(vendor_graph / "edmx" / "graph_v1_cop_subset.xml")


def _sample(folder: Path, name: str) -> Json:
    found = json.loads((folder / name).read_text(encoding="utf-8"))
    found = found.get("value", found) if isinstance(found, dict) else found
    row: Json = found[0] if isinstance(found, list) else found
    return row


def _alike(ours: Json, theirs: Json, where: str = "") -> None:
    """What both have is of the same kind; dates are dates."""
    for key in ours.keys() & theirs.keys():
        one, other = ours[key], theirs[key]
        if one is None or other is None:
            continue
        if isinstance(one, dict) and isinstance(other, dict):
            _alike(one, other, f"{where}{key}.")
            continue
        same = isinstance(one, type(other)) or {type(one), type(other)} <= {int, float, str}
        assert same, f"{where}{key}: {one!r} and {other!r}"
        if isinstance(other, str) and other[10:11] == "T" and key != "FirstPublished":
            assert str(one)[10:11] == "T", f"{where}{key}: {one!r} and {other!r}"


PATHS = {
    "list_get.json": "web/lists/getbytitle('Members')",
    "lists_list.json": "web/lists?$expand=RootFolder",
    "listitem_get.json": "web/lists/getbytitle('Regions')/items(1)",
    "listitems_list.json": "web/lists/getbytitle('Regions')/items",
    "users_list.json": "web/siteusers?$filter=PrincipalType eq 1",
    "groups_list.json": "web/sitegroups",
    "group_members.json": "web/associatedmembergroup/users",
    "site_get.json": "site",
    "page_get.json": "sitepages/pages(2)",
}
SHARED = {"page_get.json": 1, "site_get.json": 20, "list_get.json": 40, "lists_list.json": 40}


@pytest.mark.parametrize("name", PATHS)
def test_rest_answers_as_the_samples_do(
    vendor_graph: Path, shown_sites: httpx.Client, name: str
) -> None:
    sample = _sample(vendor_graph / "sharepoint", name)
    answer = shown_sites.get(PATHS[name]).json()
    ours = answer["value"][0] if "value" in answer else answer
    _alike(ours, sample)
    missing = sample.keys() - ours.keys()
    assert len(ours.keys() & sample.keys()) >= SHARED.get(name, len(sample) - 1), missing


def test_files_and_pages_are_as_the_samples(vendor_graph: Path, shown_sites: httpx.Client) -> None:
    folder = "web/GetFolderByServerRelativePath(decodedurl='/sites/mercop/SitePages')"
    page = _sample(vendor_graph / "sharepoint", "pages_list.json")
    ours = shown_sites.get(f"{folder}/Files?$expand=ListItemAllFields").json()["value"][0]
    _alike(ours, page)
    metadata = shown_sites.get("sitepages/pages").json()["value"][0]
    _alike(metadata, page)
    assert not page.keys() - ours.keys() - metadata.keys() - {
        "AlternativeUrlMap", "CanvasContent1", "CoAuthState", "Language", "LayoutWebpartsContent",
        "SitePageFlags",
    }  # fmt: skip
    file = _sample(vendor_graph / "sharepoint", "files_list.json")
    assert file.keys() <= ours.keys()


def test_rest_answers_as_the_metadata_says(
    rest: Schema, api: httpx.Client, site: Site, sharepoint: SharePoint
) -> None:
    page = sharepoint.publish_news(site, "News")
    comment = sharepoint.comment(site, page, "Well said")
    sharepoint.comment(site, page, "Thank you", to=comment)
    sharepoint.like(site, comment)
    sharepoint.like(site, page)

    def rows(path: str) -> list[Json]:
        found = api.get(path).json()
        value: list[Json] = found.get("value", [found])
        return value

    item = f"web/lists(guid'{site.list_of(PAGES).id}')/items({page.id})"
    for kind, path in (
        ("SP.List", "web/lists"), ("SP.Site", "site"), ("SP.Web", "web"),
        ("SP.User", "web/siteusers?$select=*,AadObjectId"), ("SP.Group", "web/sitegroups"),
        ("SP.Publishing.SitePageMetadata", "sitepages/pages"),
        ("SP.Publishing.SitePage", f"sitepages/pages({page.id})"),
        ("Microsoft.SharePoint.Comments.comment", f"{item}/Comments?$expand=replies,likedBy"),
        ("Microsoft.SharePoint.Likes.likedByInformation", f"{item}/likedByInformation"),
        ("SP.Folder", "web/folders"),
        ("SP.File", f"{_folder(site)}/Files"),
    ):  # fmt: skip
        found = rows(path)
        assert found, path
        for row in found:
            rest.check(kind, row)
    talk = rows(f"{item}/Comments?$expand=replies,likedBy")[0]
    rest.check("SP.Sharing.Principal", talk["author"])
    rest.check("Microsoft.SharePoint.Likes.userEntity", talk["likedBy"][0])
    rest.check("Microsoft.SharePoint.Comments.comment", talk["replies"][0])


def _folder(site: Site) -> str:
    return f"web/GetFolderByServerRelativePath(decodedurl='{site.path}/SitePages')"


def test_changes_are_as_the_metadata_says(
    rest: Schema, api: httpx.Client, changes: Callable[..., list[Json]]
) -> None:
    kinds = {"ItemId": "SP.ChangeItem", "ListId": "SP.ChangeList", "UserId": "SP.ChangeUser",
             "GroupId": "SP.ChangeGroup"}  # fmt: skip
    seen = set()
    for row in changes(api, "site/getChanges", None, FetchLimit=2000):
        kind = next(kinds[name] for name in kinds if name in row)
        rest.check(kind, row)
        seen.add(kind)
    assert {"SP.ChangeItem", "SP.ChangeUser"} <= seen


def test_graph_answers_as_the_metadata_says(
    graph_schema: Schema, graph: httpx.Client, site: Site, sharepoint: SharePoint
) -> None:
    at = f"/v1.0/sites/{site.graph_id}"
    members = f"{at}/lists/{sharepoint.list(site, 'Members').id}"
    sharepoint.publish_news(site, "News")
    for kind, path in (
        ("graph.site", "/v1.0/sites?search=*"), ("graph.list", f"{at}/lists"),
        ("graph.listItem", f"{members}/items?$expand=fields"),
        ("graph.listItem", f"{members}/items/delta"),
        ("graph.columnDefinition", f"{members}/columns"),
        ("graph.sitePage", f"{at}/pages/microsoft.graph.sitePage"),
    ):  # fmt: skip
        rows = graph.get(path).json()["value"]
        assert rows, path
        for row in rows:
            graph_schema.check(kind, row)


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("listitem_delta_page1.json", "/lists/Documents/items/delta"),
        ("site_pages.json", "/pages/microsoft.graph.sitePage"),
        ("listitems_with_fields.json", "/lists/Regions/items?$expand=fields"),
    ],
)
def test_graph_answers_as_the_samples_do(
    vendor_graph: Path, graph: httpx.Client, site: Site, name: str, path: str,
    sharepoint: SharePoint,
) -> None:  # fmt: skip
    sharepoint.publish_news(site, "News")
    sample = _sample(vendor_graph / "graph", name)
    ours = graph.get(f"/v1.0/sites/{site.graph_id}{path}").json()["value"][-1]
    _alike(ours, sample)
    assert sample.keys() <= ours.keys()


def test_usage_is_as_the_samples(vendor_graph: Path, graph: httpx.Client, site: Site) -> None:
    sample = json.loads((vendor_graph / "graph" / "activities_by_interval.json").read_text())
    span = "startDateTime='2026-03-10',endDateTime='2026-05-31',interval='day'"
    path = f"/v1.0/sites/{site.graph_id}/getActivitiesByInterval({span})"
    rows = graph.get(path).json()["value"]
    words = {"create", "edit", "delete", "move", "access", "startDateTime", "endDateTime"}
    assert {name for row in rows for name in row} <= words
    _alike(next(row for row in rows if "access" in row), sample["value"][0])
    whole = json.loads((vendor_graph / "graph" / "item_analytics_alltime.json").read_text())
    both = graph.get(f"/v1.0/sites/{site.graph_id}/analytics").json()
    assert both["allTime"].keys() == whole["allTime"].keys()
    _alike(both, whole)


def test_a_deleted_item_is_as_the_sample(
    vendor_graph: Path, graph: httpx.Client, site: Site, sharepoint: SharePoint
) -> None:
    folder = vendor_graph / "graph" / "listitem_delta_last.json"
    sample = next(r for r in json.loads(folder.read_text())["value"] if "deleted" in r)
    path = f"/v1.0/sites/{site.graph_id}/lists/Members/items/delta?token=latest"
    link = graph.get(path).json()["@odata.deltaLink"]
    sharepoint.delete_item(site, sharepoint.add_item(site, Title="Gone"))
    ours = graph.get(link).json()["value"][0]
    assert ours.keys() == sample.keys()
    _alike(ours, sample)


def test_the_tenant_is_one(tenant: MicrosoftSandbox, sharepoint: SharePoint) -> None:
    for site in sharepoint.sites.values():
        known = tenant.tenant.users.keys() | tenant.tenant.gone.keys()
        assert {row.aad for row in site.users.values() if row.aad} <= known
