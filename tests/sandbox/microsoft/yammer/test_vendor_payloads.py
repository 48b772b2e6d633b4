"""The emulated Yammer against the vendor's published answers: the same keys, the same types."""

import json
from pathlib import Path
from typing import Any

import pytest

MADE_UP_ELSEWHERE = {"shortBody"}
"""Added to a published sample by the tool that printed it."""


def read(folder: Path, name: str) -> Any:
    """A published answer."""
    return json.loads((folder / name).read_text())


def kind(value: Any) -> str:
    """The JSON type of a value; whole and other numbers are one."""
    if value is None:
        return "null"
    return {bool: "boolean", int: "number", float: "number", str: "string"}.get(
        type(value), type(value).__name__
    )


def differences(published: Any, ours: list[Any], path: str = "") -> list[str]:
    """What is missing or of another type in all of `ours`; null may stand for anything."""
    if isinstance(published, dict):
        found: list[str] = []
        for key, value in published.items():
            if key in MADE_UP_ELSEWHERE:
                continue
            held = [each[key] for each in ours if isinstance(each, dict) and key in each]
            if not held:
                found.append(f"{path}.{key} is missing")
            else:
                found += differences(value, held, f"{path}.{key}")
        return found
    if isinstance(published, list):
        inner = [item for each in ours if isinstance(each, list) for item in each]
        if not all(isinstance(each, list) for each in ours):
            return [f"{path} is no list"]
        return [d for item in published if inner for d in differences(item, inner, f"{path}[]")]
    kinds = {kind(each) for each in ours}
    if published is None or kind(published) in kinds or kinds == {"null"}:
        return []
    return [f"{path} is {kinds}, published as {kind(published)}"]


@pytest.fixture(scope="module")
def messages(admin, walked) -> list[dict[str, Any]]:
    """Every message that the admin can read."""
    return walked(admin, "/messages.json")


def test_messages_of_a_feed(vendor_files, messages):
    for name in ("messages_list_2022.json", "search_2022.json"):
        published = read(vendor_files, name)
        rows = published if isinstance(published, list) else published["messages"]
        assert rows
        for row in rows:
            assert differences(row, messages) == []


def test_one_message(vendor_files, admin, messages):
    mine = [admin.get(f"/messages/{each['id']}.json").json() for each in messages[:40]]
    published = read(vendor_files, "message_get_2022.json")
    assert differences(published, mine) == []
    assert all("group_created_id" not in each for each in mine)


def test_every_message_has_all_keys_of_the_newest_answer(vendor_files, messages):
    published = read(vendor_files, "message_get_2022.json")
    for message in messages:
        assert published.keys() <= message.keys()


@pytest.fixture(scope="module")
def feeds(admin, messages) -> list[dict[str, Any]]:
    """The network's feed from every hundredth message down."""
    bounds = [message["id"] for message in messages[::100]]
    return [admin.get("/messages.json", params={"older_than": key}).json() for key in bounds]


def test_feeds_of_2011(vendor_files, feeds):
    published = read(vendor_files, "messages_recorded_2011.json")
    ours = [feed for feed in feeds if feed["messages"]]
    assert differences(published["meta"] | {"ymodules": []}, [f["meta"] for f in ours]) == []
    for message in published["messages"]:
        rows = dict(message, attachments=[])
        assert differences(rows, [m for feed in ours for m in feed["messages"]]) == []
    for reference in published["references"]:
        same = [r for f in ours for r in f["references"] if r["type"] == reference["type"]]
        assert differences(reference, same) == []


def test_images_of_2011(vendor_files, messages):
    published = read(vendor_files, "messages_recorded_2011.json")["messages"]
    attached = [a for m in published for a in m["attachments"] if a["type"] == "image"]
    mine = [a for m in messages for a in m["attachments"] if a["type"] == "image"]
    assert attached and mine
    for each in attached:
        assert differences(each, mine) == []


def test_threads_of_2011(vendor_files, feeds):
    published = read(vendor_files, "thread_2011.json")
    later = {"attachments", "attachments_meta", "references"}  # of the whole thread's own answer
    published = {key: value for key, value in published.items() if key not in later}
    mine = [r for feed in feeds for r in feed["references"] if r["type"] == "thread"]
    assert differences(published, mine) == []


@pytest.mark.parametrize("name", ["groups_list_2022.json", "groups_2011.json"])
def test_groups(vendor_files, admin, name):
    mine = admin.get("/groups.json").json()
    for row in read(vendor_files, name):
        assert differences(row, mine) == []


@pytest.mark.parametrize("name", ["users_list_2022.json", "user_by_email_2012.json"])
def test_users(vendor_files, admin, name):
    mine = admin.get("/users.json").json()
    later = {"guid", "hire_date"} if "2012" in name else set()
    for row in read(vendor_files, name):
        assert differences({k: v for k, v in row.items() if k not in later}, mine) == []


def test_one_user(vendor_files, admin):
    mine = [admin.get("/users/current.json").json()]
    assert differences(read(vendor_files, "user_get_2022.json"), mine) == []


def test_networks(vendor_files, admin):
    mine = admin.get("/networks/current.json").json()
    for row in read(vendor_files, "networks_list_2022.json"):
        assert differences(row, mine) == []
        assert set(row) == set(mine[0])


def test_the_refusal_of_too_many_calls(vendor_files, admin):
    published = read(vendor_files, "rate-limit-error_2011.json")
    assert published["response"] == {
        "message": "Rate limited due to excessive requests.", "stat": "fail", "code": 33,
    }  # fmt: skip
