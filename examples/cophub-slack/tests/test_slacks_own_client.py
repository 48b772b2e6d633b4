"""The workspace of these tests speaks as Slack does: Slack's own client understands it."""

import pytest

from .vendor import TOKEN, Workspace, ts

slack_sdk = pytest.importorskip("slack_sdk", reason="pip install 'cophub-slack[dev]'")


@pytest.fixture
def client(url: str) -> "slack_sdk.WebClient":
    """The official client, pointed at the workspace."""
    return slack_sdk.WebClient(token=TOKEN, base_url=f"{url}/api/")


def test_it_follows_the_cursors(slack: Workspace, client: "slack_sdk.WebClient") -> None:
    slack.most = 2
    pages = list(client.conversations_list(types="public_channel", limit=200))
    assert [len(page["channels"]) for page in pages] == [2, 2]
    history = client.conversations_history(channel="C0SOIL000", limit=200)
    assert history["has_more"] is True
    assert [one["ts"] for one in history["messages"]] == [ts(21), ts(20)]
    replies = client.conversations_replies(channel="C0WATER00", ts=ts(4))
    assert [one["ts"] for one in replies["messages"]] == [ts(4), ts(5)]


def test_it_takes_refusals_for_refusals(slack: Workspace, client: "slack_sdk.WebClient") -> None:
    slack.scopes.discard("users:read")
    with pytest.raises(slack_sdk.errors.SlackApiError) as refused:
        client.users_list()
    assert refused.value.response["needed"] == "users:read"
    slack.too_fast = {"auth.test": 1}
    with pytest.raises(slack_sdk.errors.SlackApiError) as refused:
        client.auth_test()
    assert refused.value.response.status_code == 429
    assert refused.value.response.headers["Retry-After"] == "1"


def test_it_says_who_it_is(client: "slack_sdk.WebClient") -> None:
    assert client.auth_test()["team"] == "River Practice"
    posted = client.chat_postMessage(channel="C0SOIL000", text="Hello")
    assert posted["message"]["text"] == "Hello"
