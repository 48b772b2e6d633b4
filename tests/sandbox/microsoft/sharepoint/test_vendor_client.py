"""The vendor's own Python client works against the emulated sites."""

from datetime import datetime
from typing import Any

import pytest
from office365.sharepoint.changes.query import ChangeQuery
from office365.sharepoint.changes.token import ChangeToken
from office365.sharepoint.client_context import ClientContext

from cophub.sandbox.microsoft import MicrosoftSandbox
from cophub.sandbox.microsoft.sharepoint import SharePoint
from cophub.sandbox.microsoft.sharepoint.state import Site


@pytest.fixture
def client(tenant: MicrosoftSandbox, site: Site, sharepoint: SharePoint) -> ClientContext:
    """The client of one site."""

    def token() -> dict[str, Any]:
        made = tenant.entra.grant("sharepoint")
        return {"access_token": made.token, "token_type": "Bearer", "expires_in": 600}

    return ClientContext(f"{tenant.base_url}{site.path}").with_access_token(token)


def test_sites_webs_and_lists(client: ClientContext, site: Site) -> None:
    web = client.web.get().execute_query()
    assert web.title == site.title
    found = client.site.get().select(["Id", "Url", "GroupId", "CurrentChangeToken"])
    client.execute_query()
    assert found.properties["Id"] == site.id
    lists = client.web.lists.get().expand(["RootFolder"]).execute_query()
    assert {each.title for each in lists} == {each.title for each in site.lists.values()}
    root = next(each for each in lists if each.title == "Documents").root_folder
    assert root.properties["ServerRelativeUrl"] == f"{site.path}/Shared Documents"


def test_items_page_by_page(client: ClientContext, site: Site, sharepoint: SharePoint) -> None:
    for number in range(30):
        sharepoint.add_item(site, Title=f"Person {number}")
    found = client.web.lists.get_by_title("Members").items.get_all(page_size=20).execute_query()
    assert {item.id for item in found} == set(sharepoint.list(site, "Members").items)
    assert all(item.properties["GUID"] for item in found)


def test_users_and_groups(client: ClientContext, site: Site) -> None:
    users = client.web.site_users.get().execute_query()
    assert {user.login_name for user in users} == {row.login for row in site.users.values()}
    for group in client.web.site_groups.get().execute_query():
        logins = {user.login_name for user in group.users.get().execute_query()}
        held = site.groups[group.id].users
        assert logins == {site.users[one].login for one in held}


def test_changes(client: ClientContext, site: Site, sharepoint: SharePoint) -> None:
    of = sharepoint.list(site, "Members")
    token = site.log.token(3, sharepoint.acts.now, of.id)
    item = sharepoint.add_item(site, Title="Ada")
    start: Any = ChangeToken(token)
    query = ChangeQuery(Item=True, Add=True, Update=True, ChangeTokenStart=start)
    found = client.web.lists.get_by_title("Members").get_changes(query).execute_query()
    assert [change.properties["ItemId"] for change in found] == [item.id]


def test_writing(client: ClientContext, site: Site, sharepoint: SharePoint) -> None:
    members = client.web.lists.get_by_title("Members")
    item: Any = members.add_item({"Title": "Ada", "Country": "Kenya"}).execute_query()
    held = sharepoint.list(site, "Members").items[item.id]
    assert held.fields["Country"] == "Kenya"
    item.set_property("Country", "Ghana").update().execute_query()
    assert held.fields["Country"] == "Ghana"
    item.delete_object().execute_query()
    assert held.deleted is not None


def test_uploads(client: ClientContext, site: Site, sharepoint: SharePoint, tmp_path: Any) -> None:
    root = f"{site.path}/Shared Documents"
    folder = client.web.get_folder_by_server_relative_url(root)
    folder.folders.add("hub").execute_query()
    there = client.web.get_folder_by_server_relative_url(f"{root}/hub")
    there.upload_file("it's.txt", b"small").execute_query()
    large = tmp_path / "large.bin"
    large.write_bytes(bytes(range(256)) * 10)
    there.files.create_upload_session(str(large), 1_000).execute_query()
    files = sharepoint.list(site, "Documents").by_path
    assert files[f"{root}/hub/it's.txt".lower()].content == b"small"
    assert files[f"{root}/hub/large.bin".lower()].content == large.read_bytes()
    names = {file.name for file in there.files.get().execute_query()}
    assert names == {"it's.txt", "large.bin"}


def test_zone(client: ClientContext, site: Site) -> None:
    zone = client.web.regional_settings.time_zone.get().execute_query()
    assert zone.properties["Id"] == site.zone[0]
    created = client.web.get().execute_query().properties["Created"]
    assert isinstance(created, str | datetime)
