"""A large Yammer is made and read, and its figures reach the usage reports."""

import csv
import io
from collections.abc import Iterator

import httpx
import pytest

from cophub.sandbox.microsoft import MicrosoftSandbox
from cophub.sandbox.server import Request
from cophub.sandbox.timeline import seconds


@pytest.fixture(scope="module")
def large() -> Iterator[MicrosoftSandbox]:
    """30 communities and 50,000 messages."""
    yield MicrosoftSandbox(communities=30, messages=50_000)


def test_there_are_as_many_messages_as_asked_for(large):
    assert 45_000 < len(large.yammer.state.messages) < 55_000


def test_a_page_is_answered_from_anywhere_in_a_large_group(large):
    headers = {"Authorization": f"Bearer {large.yammer.token(large.tenant.admin)}"}
    space = large.yammer.state.spaces[large.tenant.communities[0].yammer_id]
    path = f"/api/v1/messages/in_group/{space.id}.json"
    asked = [
        Request("GET", path, {"older_than": str(message.id)}, headers)
        for message in space.messages[20:420:4]
    ]
    with large:
        for each in asked:
            assert large.answer(each).status == 200


def test_the_usage_report_counts_what_was_written(shown):
    token = shown.entra.grant("graph").token
    headers = {"Authorization": f"Bearer {token}"}
    path = f"{shown.base_url}/v1.0/reports/getYammerGroupsActivityDetail(period='D30')"
    there = httpx.get(path, headers=headers).headers["Location"]
    told = list(csv.DictReader(io.StringIO(httpx.get(there).content.decode("utf-8-sig"))))
    refreshed = told[0]["Report Refresh Date"]
    end = seconds(shown.now.fromisoformat(f"{refreshed}T00:00:00+00:00")) + 86_400
    space = shown.yammer.state.spaces[shown.tenant.communities[0].yammer_id]
    posted = sum(end - 30 * 86_400 <= message.at < end for message in space.messages)
    assert posted
    assert str(posted) in {row["Posted Count"] for row in told}
    users = path.replace("GroupsActivityDetail", "ActivityUserDetail")
    there = httpx.get(users, headers=headers).headers["Location"]
    told = list(csv.DictReader(io.StringIO(httpx.get(there).content.decode("utf-8-sig"))))
    assert sum(int(row["Posted Count"]) for row in told) >= posted
    assert any(row["Last Activity Date"] == "" for row in told)
