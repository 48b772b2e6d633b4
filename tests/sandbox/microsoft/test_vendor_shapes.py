"""The emulated Graph is held against the vendor's sample payloads and its metadata."""

import csv
import io
import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from cophub.sandbox.microsoft import MicrosoftSandbox

Json = dict[str, Any]
EDM = {
    "Edm.String": str, "Edm.Boolean": bool, "Edm.DateTimeOffset": str, "Edm.Int32": int,
}  # fmt: skip
NAMESPACE = "{http://docs.oasis-open.org/odata/ns/edm}"
# Annotations that a sample leaves out or that come only where there is another page.
OPTIONAL = {"@odata.context", "@odata.nextLink", "@odata.type"}
# What the service sends though its metadata has no such property, as the sample of a group shows.
UNDECLARED = {"creationOptions"}
COMMUNITIES = "/v1.0/employeeExperience/communities"
ROLES = "/v1.0/employeeExperience/roles"


def sample(folder: Path, name: str) -> Any:
    """One of the vendor's payloads."""
    return json.loads((folder / "graph" / name).read_text())


def differences(ours: Any, theirs: Any, at: str = "") -> Iterator[str]:
    """Where two JSON values differ in their keys or types; null agrees with everything."""
    if ours is None or theirs is None:
        return
    if type(ours) is not type(theirs):
        yield f"{at}: {type(ours).__name__} instead of {type(theirs).__name__}"
    elif isinstance(ours, dict):
        for key in (ours.keys() ^ theirs.keys()) - OPTIONAL:
            yield f"{at}.{key}: {'more' if key in ours else 'missing'}"
        for key in ours.keys() & theirs.keys():
            yield from differences(ours[key], theirs[key], f"{at}.{key}")
    elif isinstance(ours, list) and ours and theirs:
        for number, item in enumerate(ours):
            yield from differences(item, theirs[0], f"{at}[{number}]")


def same(ours: Any, theirs: Any) -> None:
    """Keys and types are those of the vendor."""
    assert list(differences(ours, theirs)) == []


def test_communities_have_the_vendors_shape(vendor_graph: Path, reader: httpx.Client) -> None:
    """The page with its link, and one community by itself."""
    page = reader.get(COMMUNITIES).json()
    theirs = sample(vendor_graph, "communities_page1.json")
    same(page, theirs)
    assert page.keys() == theirs.keys()
    assert re.sub(r"^http://[^/]+", "", page["@odata.context"]) == re.sub(
        r"^https://[^/]+", "", theirs["@odata.context"]
    )
    assert "?$skiptoken=" in page["@odata.nextLink"]
    one = reader.get(f"{COMMUNITIES}/{page['value'][0]['id']}").json()
    same(one, sample(vendor_graph, "community_get.json"))


def test_roles_and_who_has_them_have_the_vendors_shape(
    vendor_graph: Path, reader: httpx.Client
) -> None:
    """Both recorded shapes of a role's members agree."""
    roles = reader.get(ROLES).json()["value"]
    same(roles, sample(vendor_graph, "engagement_roles.json"))
    held = reader.get(f"{ROLES}/{roles[0]['id']}/members").json()
    theirs = sample(vendor_graph, "engagement_role_members.json")
    same(held, theirs)
    assert held["value"][0]["@odata.type"] == theirs["value"][0]["@odata.type"]
    same(held["value"], sample(vendor_graph, "engagement_role_members_cli.json"))


def test_members_have_the_vendors_fields(
    vendor_graph: Path, shown_tenant: MicrosoftSandbox, reader: httpx.Client
) -> None:
    """Those shown by default, and those of a chosen few."""
    path = f"/v1.0/groups/{shown_tenant.tenant.communities[0].id}/members/microsoft.graph.user"
    [theirs] = sample(vendor_graph, "community_users_with_roles.json")
    del theirs["roles"]  # added by the program that printed it
    same(reader.get(path).json()["value"], [theirs])
    [theirs] = sample(vendor_graph, "m365group_users.json")
    del theirs["roles"]
    same(reader.get(f"{path}?$select={','.join(theirs)}").json()["value"], [theirs])


def test_a_group_has_the_vendors_fields(
    vendor_graph: Path, shown_tenant: MicrosoftSandbox, reader: httpx.Client
) -> None:
    """Every one of them, the last five only when they are selected."""
    theirs = sample(vendor_graph, "m365group_get.json")
    path = f"/v1.0/groups/{shown_tenant.tenant.communities[0].id}"
    shown = reader.get(path).json()
    chosen = list(theirs.keys() - shown.keys())
    assert len(chosen) == 5
    more = reader.get(f"{path}?$select={','.join(chosen)}").json()
    same(shown | more, theirs)


def test_a_delta_of_groups_has_the_vendors_shape(
    vendor_graph: Path, tenant: MicrosoftSandbox, graph: httpx.Client
) -> None:
    """First everybody, then one who left and one who came."""
    address = "/v1.0/groups/delta?$select=displayName,description,members"
    page = graph.get(address).json()
    theirs = sample(vendor_graph, "group_delta_initial.json")
    assert page.keys() == theirs.keys()
    same(page["value"][0], theirs["value"][0])
    while "@odata.deltaLink" not in page:
        page = graph.get(page["@odata.nextLink"]).json()
    group, people = tenant.tenant.communities[0], tenant.tenant.users
    new = next(user for user in people.values() if user.id not in group.members)
    tenant.tenant.leave(group, people[list(group.members)[2]])
    tenant.tenant.join(group, new)
    page = graph.get(page["@odata.deltaLink"]).json()
    theirs = sample(vendor_graph, "group_delta_changes.json")
    assert page.keys() == theirs.keys()
    [ours], [row] = page["value"], theirs["value"]
    for one, other in zip(ours["members@delta"], row["members@delta"], strict=True):
        assert one.keys() == other.keys()
        assert one["@odata.type"] == other["@odata.type"]
        assert one.get("@removed") == other.get("@removed")
    assert ours.keys() == row.keys()


# Metadata


def declared(folder: Path, name: str) -> dict[str, str]:
    """The properties of an entity type, with the one that every entity has."""
    root = ET.parse(folder / "edmx" / "graph_v1_cop_subset.xml").getroot()  # noqa: S314 - a file
    [kind] = [each for each in root.iter(f"{NAMESPACE}EntityType") if each.get("Name") == name]
    found = {each.attrib["Name"]: each.attrib["Type"] for each in kind.iter(f"{NAMESPACE}Property")}
    inherited = {"deletedDateTime": "Edm.DateTimeOffset"} if name == "group" else {}
    return {"id": "Edm.String", **inherited, **found}


@pytest.mark.parametrize(
    ("kind", "path"),
    [
        ("community", COMMUNITIES),
        ("engagementRole", ROLES),
        ("engagementRoleMember", f"{ROLES}/{{role}}/members"),
        ("group", "/v1.0/groups"),
        ("adminReportSettings", "/v1.0/admin/reportSettings"),
    ],
)
def test_every_field_is_declared_in_the_metadata(
    vendor_graph: Path, reader: httpx.Client, kind: str, path: str
) -> None:
    """By name and type; a field that is not null by declaration has a value."""
    role = reader.get(ROLES).json()["value"][0]["id"]
    answer = reader.get(path.format(role=role)).json()
    fields = declared(vendor_graph, kind)
    for row in answer.get("value", [answer]):
        for name, value in row.items():
            if name.startswith("@odata.") or name in UNDECLARED:
                continue
            assert name in fields, f"{kind} has no {name}"
            _typed(fields[name], value, f"{kind}.{name}")


def _typed(declaration: str, value: Any, at: str) -> None:
    if value is None:
        return
    if inner := re.fullmatch(r"Collection\((.+)\)", declaration):
        assert isinstance(value, list), at
        for item in value:
            _typed(inner[1], item, at)
    elif declaration in EDM:
        assert type(value) is EDM[declaration], at
        if declaration == "Edm.DateTimeOffset":
            assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", str(value)), at


# Reports

Ask = Callable[[str], str]


@pytest.fixture
def report(graph: httpx.Client) -> Ask:
    """`report("getX(period='D7')")`: the text of a report without its mark at the beginning."""

    def ask(call: str) -> str:
        way = graph.get(f"/v1.0/reports/{call}").headers["Location"]
        return httpx.get(way).content.decode("utf-8-sig")

    return ask


@pytest.mark.parametrize(
    "name",
    [
        "getYammerGroupsActivityDetail",
        "getYammerActivityUserDetail",
        "getSharePointSiteUsageDetail",
    ],
)
def test_a_report_has_the_vendors_header(vendor_graph: Path, report: Ask, name: str) -> None:
    """Every column, in its order."""
    theirs = (vendor_graph / "graph" / f"report_header_{name}.csv").read_text("utf-8-sig")
    assert report(f"{name}(period='D7')").splitlines()[0] == theirs.strip()


@pytest.mark.parametrize(
    ("name", "file", "concealed"),
    [
        ("getYammerGroupsActivityDetail", "report_yammer_groups_activity_detail.json", True),
        ("getYammerActivityUserDetail", "report_yammer_activity_user_detail.json", True),
        ("getSharePointSiteUsageDetail", "report_sharepoint_site_usage_detail.json", False),
    ],
)
def test_a_reports_values_look_like_the_vendors(
    vendor_graph: Path,
    tenant: MicrosoftSandbox,
    report: Ask,
    name: str,
    file: str,
    concealed: bool,
) -> None:
    """Hashes, dates, numbers, yes and no are written alike; empty agrees with everything."""
    tenant.concealed = concealed
    [theirs] = sample(vendor_graph, file)
    rows = list(csv.DictReader(io.StringIO(report(f"{name}(period='D7')"), newline="")))
    assert rows
    for row in rows:
        assert row.keys() == theirs.keys()
        for column, text in row.items():
            if text and theirs[column]:
                assert kind(text) == kind(theirs[column]), column


def kind(text: str) -> str:
    """How a value of a report is written."""
    shapes = {
        "hash": r"[0-9A-F]{32}",
        "guid": r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
        "day": r"\d{4}-\d\d-\d\d",
        "number": r"\d+",
        "truth": r"True|False",
        "yes": r"Yes|No",
        "privacy": r"public|private",
        "site": r"https://contoso\.sharepoint\.com/sites/\w+",
        "address": r"\S+@contoso\.onmicrosoft\.com",
    }
    return next((name for name, shape in shapes.items() if re.fullmatch(shape, text)), "text")
