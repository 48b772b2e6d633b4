"""The vendor's own samples of items, lists, sites, files and deltas are understood."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from cophub import Context
from cophub.connectors.sharepoint import changes, delta, reading
from cophub.connectors.sharepoint.columns import FIELD_FIELDS
from cophub.connectors.sharepoint.rows import ListRef, Plan
from cophub.connectors.sharepoint.settings import Settings
from cophub.connectors.sharepoint.sites import (
    LIST_FIELDS,
    SITE_FIELDS,
    WEB_FIELDS,
    SiteRef,
    list_of,
    site_of,
)

URL = "https://contoso.sharepoint.com/sites/team1"
SITE = SiteRef("site", URL, "Team", "site", "web")
LIST = ListRef(SITE, "list", "Test", 100, 1, None, False, "/sites/team1/Lists/Test")


def read(folder: Path, name: str) -> Any:
    return json.loads((folder / "microsoft" / name).read_text(encoding="utf-8-sig"))


def plan(**more: Any) -> Plan:
    return Plan(lambda _: (), lambda _: (), lambda _: (), **more)


@pytest.fixture
def ctx(context: Any) -> Context[Settings]:
    """A context that needs no vendor."""
    made: Context[Settings] = context(
        Settings(site_url=URL, tenant="contoso.onmicrosoft.com", client_id="i", certificate="a.pem")
    )
    return made


def test_items_become_rows(vendor_files: Path, ctx: Context[Settings]) -> None:
    for name in ("sharepoint/listitems_list.json", "sharepoint/listitem_get.json"):
        found = read(vendor_files, name)
        for item in found if isinstance(found, list) else [found]:
            row = reading.row_of(item, ctx, LIST, plan(fields=("_UIVersionString",)))
            assert (row.id, row.title) == (item["Id"], item["Title"])
            assert row.fields["_UIVersionString"] == item.get("OData__UIVersionString")
            assert row.guid == item["GUID"]
            assert row.author is not None
            assert row.author.id == item["AuthorId"]


def test_lists_and_sites_become_what_the_driver_needs(vendor_files: Path) -> None:
    for found in read(vendor_files, "sharepoint/lists_list.json"):
        made = list_of(SITE, found)
        assert made.id == found["Id"].lower()
        assert made.root_url == found["RootFolder"]["ServerRelativeUrl"]
        assert (made.item_count, made.hidden) == (found["ItemCount"], found["Hidden"])
        assert made.last_modified is not None
    found = read(vendor_files, "sharepoint/site_get.json")
    web = {"Id": "W", "Title": "Team", "Created": "2020-01-12T01:03:10", "Language": 1033}
    made = site_of(found, {**web, "ServerRelativeUrl": found["ServerRelativeUrl"]}, URL)
    assert (made.key, made.url, made.language) == (found["Id"], found["Url"], "en")
    assert (made.group_id, made.hub_id) == (None, None)
    assert made.token == found["CurrentChangeToken"]["StringValue"]
    assert changes.made_at(made.token or "") is not None


def test_a_site_below_another_is_a_space_by_itself(vendor_files: Path) -> None:
    found = read(vendor_files, "sharepoint/site_get.json")
    web = {"Id": "WEB", "Title": "Sub", "ServerRelativeUrl": "/sites/team1/sub"}
    made = site_of(found, web, f"{URL}/sub")
    assert (made.key, made.site_id, made.url) == ("web", found["Id"], f"{URL}/sub")


def test_files_become_files_of_rows(vendor_files: Path, ctx: Context[Settings]) -> None:
    for found in read(vendor_files, "sharepoint/files_list.json"):
        item = {"Id": 1, "ContentTypeId": "0x0101", "File": found, "FileRef": "/x"}
        row = reading.row_of(item, ctx, LIST, plan(files=True))
        assert row.file is not None
        assert (row.file.size, row.file.unique_id) == (int(found["Length"]), found["UniqueId"])
        assert (row.file.version, row.file.title) == (found["UIVersionLabel"], None)


def test_a_delta_of_graph_gives_rows_and_deletions(
    vendor_files: Path, ctx: Context[Settings]
) -> None:
    gone: list[int] = []
    rows: list[Any] = []
    taking = Plan(
        lambda row: rows.append(row) or (), lambda item: gone.append(item) or (), lambda _: ()
    )
    for name in ("listitem_delta_page1", "listitem_delta_last"):
        items = read(vendor_files, f"graph/{name}.json")["value"]
        assert list(delta._items(ctx, LIST, taking, items)) == []
    assert gone == [3]
    assert [(row.id, row.folder) for row in rows] == [(1, True), (2, False), (3, False), (1, True)]
    assert rows[1].path == "/Shared Documents/TestItemA.txt"
    for item in read(vendor_files, "graph/listitems_with_fields.json")["value"]:
        row = delta.row_of(item, ctx, LIST, plan(fields=("Color", "Size")))
        assert row.fields == {"Color": item["fields"]["Color"], "Size": None}


def test_what_is_selected_and_asked_of_the_log_is_in_the_metadata(vendor_files: Path) -> None:
    """Every name is a property of its type in the vendor's service metadata."""
    text = (vendor_files / "microsoft/edmx/sharepoint_v1_cop_subset.xml").read_text()

    def names(kind: str) -> set[str]:
        found = re.search(rf'<(EntityType|ComplexType) Name="{kind}".*?</\1>', text, re.DOTALL)
        assert found, kind
        return set(re.findall(r'Property Name="([^"]+)"', found[0]))

    assert set(SITE_FIELDS) <= names("Site")
    assert set(WEB_FIELDS) <= names("Web")
    assert {name for name in LIST_FIELDS if "/" not in name} <= names("List")
    assert {name.partition("/")[2] for name in reading.FILE} <= names("File")
    assert set(changes._KINDS) <= names("ChangeQuery")
    assert {"ListId", "ItemId", "UniqueId", "FileSystemObjectType"} <= names("ChangeItem")
    assert len(FIELD_FIELDS) == 4
