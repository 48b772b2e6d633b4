"""The change log of the emulated sites: what it tells, what it does not, and for how long."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from cophub.sandbox.microsoft import MicrosoftSandbox
from cophub.sandbox.microsoft.sharepoint import SharePoint
from cophub.sandbox.microsoft.sharepoint.state import PAGES, Site

Json = dict[str, Any]
Changes = Callable[..., list[Json]]
MEMBERS = "web/lists/getbytitle('Members')"


def _token(api: httpx.Client) -> str:
    found = api.get("site?$select=CurrentChangeToken").json()
    token: str = found["CurrentChangeToken"]["StringValue"]
    return token


def _kinds(rows: list[Json]) -> list[int]:
    return [row["ChangeType"] for row in rows if row.get("ItemId")]


def test_rows_leave_their_trace(
    api: httpx.Client, site: Site, sharepoint: SharePoint, changes: Changes
) -> None:
    token = _token(api)
    by = next(u for u in sharepoint.sandbox.tenant.users.values() if u.id in site.by_aad)
    item = sharepoint.add_item(site, by=by, Title="Ada")
    sharepoint.edit_item(site, item, by=by, Title="Ada Lovelace")
    sharepoint.delete_item(site, item, by=by)
    sharepoint.restore_item(site, item, by=by)
    rows = changes(api, "site/getChanges", token)
    assert _kinds(rows) == [1, 2, 3, 7]
    assert {row["ItemId"] for row in rows} == {item.id}
    assert {row["UniqueId"] for row in rows} == {item.unique}
    assert changes(api, "site/getChanges", rows[1]["ChangeToken"]["StringValue"]) == rows[2:]
    assert changes(api, "site/getChanges", rows[-1]["ChangeToken"]["StringValue"]) == []


def test_files_are_renamed_and_move_away(
    api: httpx.Client, site: Site, sharepoint: SharePoint, changes: Changes
) -> None:
    file = sharepoint.add_file(site, f"{site.path}/Shared Documents/new/one.txt", b"1")
    token = _token(api)
    sharepoint.rename_file(site, file, "two.txt")
    here, there = sharepoint.list(site, "Documents"), sharepoint.list(site, "Archive")
    before = file.id
    sharepoint.acts.move_to_list(site, here, file, there, file.author)
    rows = changes(api, "site/getChanges", token)
    assert _kinds(rows) == [4, 5, 6]
    assert [row["ListId"] for row in rows] == [here.id, here.id, there.id]
    assert [row["ItemId"] for row in rows] == [before, before, file.id]
    assert len({row["UniqueId"] for row in rows}) == 1


def test_a_folder_tells_nothing_of_what_is_in_it(
    api: httpx.Client, site: Site, sharepoint: SharePoint, changes: Changes
) -> None:
    path = f"{site.path}/Shared Documents/old"
    file = sharepoint.add_file(site, f"{path}/one.txt", b"1")
    folder = sharepoint.list(site, "Documents").by_path[path.lower()]
    token = _token(api)
    sharepoint.rename_file(site, folder, "new")
    assert file.path == f"{site.path}/Shared Documents/new/one.txt"
    rows = changes(api, "site/getChanges", token)
    assert [(row["ItemId"], row["FileSystemObjectType"]) for row in rows] == [(folder.id, 1)]


def test_comments_and_likes_are_not_told(
    api: httpx.Client, site: Site, sharepoint: SharePoint, changes: Changes
) -> None:
    page = sharepoint.publish_news(site, "News")
    by = sharepoint.sandbox.tenant.admin
    sharepoint.author(site, by)
    token = _token(api)
    comment = sharepoint.comment(site, page, "Well said", by)
    sharepoint.comment(site, page, "Thank you", by, to=comment)
    sharepoint.like(site, page, by)
    sharepoint.like(site, comment, by)
    assert changes(api, "site/getChanges", token) == []
    path = f"web/lists(guid'{site.list_of(PAGES).id}')/items({page.id})"
    found = api.get(f"{path}/Comments?$expand=replies,likedBy").json()["value"]
    assert [each["text"] for each in found] == ["Well said"]
    assert found[0]["replies"][0]["isReply"] is True
    assert found[0]["likedBy"][0]["creationDate"].endswith("Z")
    likes = api.get(f"{path}/likedByInformation?$expand=likedBy").json()
    assert (likes["likeCount"], likes["likedBy"][0]["email"]) == (1, by.mail)


def test_who_joins_a_group_is_told_to_the_site_alone(
    api: httpx.Client, site: Site, sharepoint: SharePoint, changes: Changes
) -> None:
    token = _token(api)
    user = sharepoint.sandbox.tenant.service
    group = site.groups[site.members]
    sharepoint.join_group(site, group, user)
    added = changes(api, "site/getChanges", token)
    assert [row["ChangeType"] for row in added] == [1, 13]
    assert added[0]["UserId"] == site.by_aad[user.id].id
    assert added[1]["GroupId"] == group.id
    assert "UserId" not in added[1]
    sharepoint.names_members = True
    assert changes(api, "site/getChanges", token)[1]["UserId"] == added[0]["UserId"]
    sharepoint.leave_group(site, group, user)
    assert changes(api, "site/getChanges", token)[-1]["ChangeType"] == 14
    web = api.get("web?$select=CurrentChangeToken").json()["CurrentChangeToken"]["StringValue"]
    sharepoint.join_group(site, group, user)
    assert changes(api, "web/getChanges", web) == []


def test_lists_come_and_go(
    api: httpx.Client, site: Site, sharepoint: SharePoint, changes: Changes
) -> None:
    token = _token(api)
    made = sharepoint.add_list(site, "Partners")
    sharepoint.delete_list(site, made)
    sharepoint.restore_list(site, made)
    rows = changes(api, "site/getChanges", token)
    assert [row["ChangeType"] for row in rows] == [1, 3, 7]
    assert {row["ListId"] for row in rows} == {made.id}


def test_a_fetch_limit_is_2000_at_most(
    api: httpx.Client, site: Site, sharepoint: SharePoint, changes: Changes
) -> None:
    token = _token(api)
    for number in range(2_100):
        sharepoint.add_item(site, Title=str(number))
    assert len(changes(api, "site/getChanges", token)) == 1_000
    rows = changes(api, "site/getChanges", token, FetchLimit=9_999)
    assert len(rows) == 2_000
    rest = changes(api, "site/getChanges", rows[-1]["ChangeToken"]["StringValue"], FetchLimit=2000)
    assert len(rest) == len({row["ItemId"] for row in rest}) >= 100


@pytest.mark.parametrize("how", ["time", "told"])
def test_an_old_token_is_refused(
    tenant: MicrosoftSandbox, api: httpx.Client, site: Site, how: str
) -> None:
    path = f"{MEMBERS}?$select=Id,CurrentChangeToken"
    found = api.get(path).json()
    token = found["CurrentChangeToken"]["StringValue"]
    assert token.startswith(f"1;3;{found['Id']};")
    if how == "time":
        tenant.advance(days=61)
    else:
        tenant.expire_cursors()
        tenant.sharepoint.expired_status = 400
    query = {"Item": True, "Add": True, "ChangeTokenStart": {"StringValue": token}}
    refused = api.post(f"{MEMBERS}/getChanges", json={"query": query})
    assert refused.status_code == (500 if how == "time" else 400)
    assert "before the start" in refused.json()["odata.error"]["message"]["value"]
    query["IgnoreStartTokenNotFoundError"] = True
    assert api.post(f"{MEMBERS}/getChanges", json={"query": query}).status_code == 200
    fresh = api.get(path).json()["CurrentChangeToken"]
    del query["IgnoreStartTokenNotFoundError"]
    query["ChangeTokenStart"] = fresh
    assert api.post(f"{MEMBERS}/getChanges", json={"query": query}).json()["value"] == []


def test_a_token_of_another_list_is_refused(api: httpx.Client) -> None:
    other = api.get("web/lists/getbytitle('Events')?$select=CurrentChangeToken").json()
    query = {"Item": True, "Add": True, "ChangeTokenStart": other["CurrentChangeToken"]}
    assert api.post(f"{MEMBERS}/getChanges", json={"query": query}).status_code == 400


def test_rows_and_deletions_come_as_xml(
    api: httpx.Client, site: Site, sharepoint: SharePoint
) -> None:
    token = api.get(f"{MEMBERS}?$select=CurrentChangeToken").json()["CurrentChangeToken"]
    kept, gone = (sharepoint.add_item(site, Title=name) for name in ("<Kept>", "Gone"))
    sharepoint.delete_item(site, gone)
    query = {"ChangeToken": token["StringValue"], "RowLimit": "2000"}
    path = f"{MEMBERS}/GetListItemChangesSinceToken"
    text = api.post(path, json={"query": query}).text
    assert f'<Id ChangeType="Delete">{gone.id}</Id>' in text
    assert f'ows_ID="{kept.id}"' in text
    assert 'ows_Title="&lt;Kept&gt;"' in text


def test_small_steps_and_large_ones_end_alike() -> None:
    one = MicrosoftSandbox(seed=7, people=60, communities=2, years=0.5)
    other = MicrosoftSandbox(seed=7, people=60, communities=2, years=0.5)
    one.advance(days=30)
    for _ in range(30):
        other.advance(hours=24)
    assert one.truth()["sites"] == other.truth()["sites"]
