"""What is asked for and read is named as in the service's own metadata and samples."""

import re
from pathlib import Path

import msgspec
import pytest

from cophub.connectors.sharepoint.comments import Author, Comment
from cophub.connectors.sharepoint.directory import USER_COLUMNS
from cophub.connectors.sharepoint.graphpages import GraphSitePage
from cophub.connectors.sharepoint.groups import SiteGroup
from cophub.connectors.sharepoint.likes import Like
from cophub.connectors.sharepoint.pages import Counts
from cophub.connectors.sharepoint.people import SiteUser


@pytest.fixture
def types(vendor_files: Path) -> dict[str, set[str]]:
    """The names of the properties of each type of SharePoint's metadata, inherited ones too."""
    text = (vendor_files / "microsoft" / "edmx" / "sharepoint_v1_cop_subset.xml").read_text()
    found: dict[str, set[str]] = {}
    kinds = re.findall(
        r'<(?:Entity|Complex)Type Name="(\w+)"(?: BaseType="[\w.]*?(\w+)")?(.*?)'
        r"</(?:Entity|Complex)Type>",
        text,
        re.DOTALL,
    )
    for name, base, body in kinds:
        names = set(re.findall(r'<(?:Navigation)?Property Name="(\w+)"', body))
        found[name] = names | found.get(base, set())
    return found


@pytest.mark.parametrize(
    ("struct", "kind"),
    [
        (SiteUser, "User"),
        (Counts, "SitePage"),
        (Comment, "comment"),
        (Author, "Principal"),
        (Like, "userEntity"),
    ],
)
def test_properties_are_the_services_own(
    types: dict[str, set[str]], struct: type[msgspec.Struct], kind: str
):
    names = {one.encode_name for one in msgspec.structs.fields(struct)}
    assert names <= types[kind]


def test_site_groups_and_the_columns_of_users_are_the_services_own(types: dict[str, set[str]]):
    principal = {"Id", "Title", "LoginName"}
    assert {one.encode_name for one in msgspec.structs.fields(SiteGroup)} <= (
        types["Group"] | principal
    )
    assert set(USER_COLUMNS.split(",")) <= types["User"]


def test_the_pages_of_graphs_sample_are_understood(vendor_files: Path):
    content = (vendor_files / "microsoft" / "graph" / "site_pages.json").read_bytes()
    sample = msgspec.json.decode(content)["value"]
    pages = msgspec.convert(sample, list[GraphSitePage])
    assert [page.id for page in pages] == [one["id"] for one in sample]
    assert all(page.web_url and page.reactions is not None for page in pages)
