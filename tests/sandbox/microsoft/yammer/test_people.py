"""Users, groups and the network of the emulated Yammer, and what is written by call."""

import io
import json
import zipfile
from base64 import b64decode
from typing import Any

import pytest

from cophub.sandbox.microsoft import MicrosoftSandbox

Json = dict[str, Any]


def every(client, path: str) -> list[Json]:
    """Every row of a list, until a page is empty."""
    found: list[Json] = []
    for number in range(1, 100):
        page = client.get(path, params={"page": number}).raise_for_status().json()
        if not page:
            return found
        found += page
    raise AssertionError("the list has no end")


def test_users_are_listed_fifty_a_page_until_one_is_empty(admin, shown):
    assert len(admin.get("/users.json").json()) == 50
    users = every(admin, "/users.json")
    there = [user for user in shown.tenant.users.values() if user.enabled]
    assert [row["id"] for row in users] == [user.yammer_id for user in there]
    assert {row["state"] for row in users} == {"active", "pending"}
    assert any(row["aad_guest"] for row in users)
    assert {row["admin"] for row in users} == {"true", "false"}
    assert max(row["id"] for row in users) > 1 << 31


def test_who_never_signed_in_has_no_date_and_wrote_nothing(admin, walked):
    pending = [row for row in every(admin, "/users.json") if row["state"] == "pending"]
    assert all(row["activated_at"] is None for row in pending)
    writers = {message["sender_id"] for message in walked(admin, "/messages.json")}
    assert not writers & {row["id"] for row in pending}


def test_who_is_gone_is_found_by_id_alone(sandbox, client):
    user = next(u for u in sandbox.tenant.users.values() if u.guest)
    sandbox.tenant.delete(user)
    assert user.yammer_id not in {row["id"] for row in every(client, "/users.json")}
    assert client.get(f"/users/{user.yammer_id}.json").json()["state"] == "soft_delete"
    assert client.get("/users/by_email.json", params={"email": user.address}).status_code == 404
    assert client.get("/users/5.json").status_code == 404


def test_users_are_found_by_address_as_a_list(admin, shown):
    user = next(u for u in shown.tenant.users.values() if u.guest)
    found = admin.get("/users/by_email.json", params={"email": user.address.upper()}).json()
    assert [row["id"] for row in found] == [user.yammer_id]


def test_a_group_s_members_come_with_a_word_about_more(admin, shown):
    group, found = shown.tenant.communities[0], []
    for number in range(1, 10):
        path = f"/users/in_group/{group.yammer_id}.json"
        page = admin.get(path, params={"page": number}).json()
        found += [row["id"] for row in page["users"]]
        if not page["more_available"]:
            break
    users = shown.tenant.users
    assert sorted(found) == sorted(users[k].yammer_id for k in {*group.members, *group.owners})
    assert number > 1


def test_groups_are_native_legacy_and_external(admin, shown):
    groups = {row["id"]: row for row in every(admin, "/groups.json")}
    native = [row for row in groups.values() if "office365_url" in row]
    assert {row["id"] for row in native} == {g.yammer_id for g in shown.tenant.communities}
    legacy = groups[shown.tenant.legacy.yammer_id]
    assert not legacy["external"]
    assert [row["full_name"] for row in groups.values() if row["external"]] == ["Partner Exchange"]
    community = shown.tenant.communities[0]
    told = json.loads(b64decode(community.community_id + "=="))
    assert told == {"_type": "Group", "id": str(community.yammer_id)}
    assert community.yammer_id in groups


def test_private_groups_are_listed_unless_kept_out_of_the_directory(shown, admin, signed_in):
    hidden = shown.tenant.communities[4]
    with signed_in(shown) as service:
        mine = {row["id"]: row for row in every(service, "/groups.json")}
        assert hidden.yammer_id not in mine
        assert {row["privacy"] for row in mine.values()} == {"public", "private"}
        assert service.get(f"/groups/{hidden.yammer_id}.json").status_code == 404
        private = shown.tenant.communities[1].yammer_id
        assert service.get(f"/groups/{private}.json").json()["privacy"] == "private"
        assert service.get(f"/users/in_group/{private}.json").status_code == 403
    assert admin.get(f"/groups/{hidden.yammer_id}.json").json()["show_in_directory"] == "false"


def test_a_deleted_group_is_gone_with_its_messages(sandbox, client):
    group = sandbox.tenant.legacy
    sandbox.yammer.delete_group(group)
    assert group.yammer_id not in {row["id"] for row in every(client, "/groups.json")}
    assert client.get(f"/messages/in_group/{group.yammer_id}.json").status_code == 404
    sandbox.advance(days=60)
    assert not sandbox.yammer.state.spaces[group.yammer_id].messages


def test_the_network_is_not_native_while_a_legacy_group_lives(admin):
    assert [row["m365_native_mode"] for row in admin.get("/networks/current.json").json()] == [
        False
    ]


def test_messages_are_written_liked_and_deleted_by_call(sandbox, client):
    group = sandbox.tenant.communities[0].yammer_id
    made = client.post("/messages.json", data={"body": "Hello", "group_id": group})
    assert made.status_code == 201
    started = made.json()["messages"][0]["id"]
    more = client.post("/messages.json", data={"body": "Again", "replied_to_id": started})
    assert more.json()["messages"][0]["thread_id"] == started
    liking = {"message_id": started}
    assert client.post("/messages/liked_by/current.json", params=liking).status_code == 201
    assert client.get(f"/messages/{started}.json").json()["liked_by"]["count"] == 1
    assert client.delete("/messages/liked_by/current.json", params=liking).status_code == 200
    assert client.get(f"/messages/{started}.json").json()["liked_by"]["count"] == 0
    assert client.post("/messages.json", data={"group_id": group}).status_code == 400
    assert client.delete(f"/messages/{started}").status_code == 200
    assert client.get(f"/messages/in_thread/{started}.json").status_code == 404


def test_past_one_limit_everything_is_refused_without_a_word_on_waiting(signed_in):
    with MicrosoftSandbox(people=40, communities=2, years=0.5, limits=True) as sandbox:
        client = signed_in(sandbox, sandbox.tenant.admin)
        answers = [client.get("/messages.json", params={"limit": 1}) for _ in range(12)]
        assert [each.status_code for each in answers] == [200] * 10 + [429] * 2
        other = client.get("/networks/current.json")
        for each in (answers[-1], other):
            assert each.status_code == 429
            assert "Retry-After" not in each.headers
            assert each.json()["response"]["code"] == 33
        client.close()


@pytest.mark.parametrize(("status", "code"), [(429, 33), (401, 16)])
def test_faults_are_in_yammer_s_words(sandbox, client, status, code):
    sandbox.faults.plan(str(status), path="*/messages.json")
    answer = client.get("/messages.json")
    assert answer.status_code == status
    assert answer.json()["response"]["code"] == code


def test_an_item_of_a_bare_list_can_be_spoiled(sandbox, client):
    sandbox.faults.plan("bad_item", path="*/users.json")
    rows = client.get("/users.json").json()
    assert [type(row["id"]) for row in rows].count(int) == len(rows) - 1


def test_pages_drift_while_they_are_read(sandbox, client):
    path = f"/messages/in_group/{sandbox.tenant.communities[0].yammer_id}.json"
    first = client.get(path).json()["messages"]
    sandbox.faults.plan("drift", path=f"*{path}", rows=3)
    again = client.get(path).json()["messages"]
    assert [m["id"] for m in again[3:]] == [m["id"] for m in first[:17]]


def test_a_draft_is_in_no_feed_but_in_the_export(sandbox, client):
    group = sandbox.tenant.communities[0]
    key = sandbox.yammer.draft(group, "Not yet", by=sandbox.tenant.admin)
    assert client.get(f"/messages/{key}.json").status_code == 404
    feed = client.get(f"/messages/in_group/{group.yammer_id}.json").json()["messages"]
    assert key not in {message["id"] for message in feed}
    sandbox.advance(minutes=1)
    asked = {"since": "2020-01-01T00:00:00Z", "model": "Message"}
    with zipfile.ZipFile(io.BytesIO(client.get("/export", params=asked).content)) as export:
        lines = export.read("Messages.csv").decode().splitlines()
    assert [line.rpartition(",")[2] for line in lines if line.startswith(f"{key},")] == ["draft"]
