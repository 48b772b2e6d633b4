"""What Slack refuses, and how fast it is asked."""

import pytest
from cophub import AuthError, SourceUnavailable
from cophub.testing import records, rejects
from pydantic import SecretStr, ValidationError

from cophub_slack import Settings, cophub_connectors
from cophub_slack.channels import channels
from cophub_slack.client import pace
from cophub_slack.people import people
from cophub_slack.posts import posts

from .conftest import Read
from .vendor import TOKEN, Workspace


def test_a_missing_scope_is_named_with_what_to_do(slack: Workspace, read: Read) -> None:
    slack.scopes.discard("channels:read")
    with pytest.raises(AuthError, match="lacks the scope channels:read; add it under OAuth"):
        read(channels)


def test_a_refused_token_is_the_owners_matter_and_is_not_shown(read: Read) -> None:
    wrong = SecretStr("xoxb-this-one-was-revoked")
    with pytest.raises(AuthError, match="refuses the token \\(invalid_auth\\)") as refused:
        read(people, token=wrong)
    assert "xoxb-this" not in str(refused.value)


@pytest.mark.parametrize("status", [429, 200])
def test_too_fast_is_waited_out_however_slack_says_it(
    slack: Workspace, read: Read, status: int
) -> None:
    slack.too_fast = {"users.list": 2}
    slack.too_fast_status = status
    assert len(records(read(people))) == 6
    assert [method for method, _ in slack.asked].count("users.list") == 3


def test_slack_that_is_always_too_busy_ends_the_run(slack: Workspace, read: Read) -> None:
    slack.too_fast, slack.too_fast_status = {"users.list": 99}, 200
    with pytest.raises(SourceUnavailable, match="asks to wait"):
        read(people)


@pytest.mark.parametrize("error", ["fatal_error", None])
def test_any_other_refusal_is_tried_by_the_next_run(
    slack: Workspace, read: Read, error: str | None
) -> None:
    slack._users_list = lambda asked: {"ok": False, "error": error}  # type: ignore[method-assign]
    with pytest.raises(SourceUnavailable, match=f"answers '{error or 'no reason'}'"):
        read(people)


def test_a_list_that_never_ends_is_left(slack: Workspace, read: Read) -> None:
    page = slack._users_list({"limit": "2"})
    slack._users_list = lambda asked: page  # type: ignore[method-assign]
    with pytest.raises(SourceUnavailable, match=r"the same page of users\.list twice"):
        read(people)


def test_messages_of_one_channel_are_not_taken_for_those_of_another(
    slack: Workspace, read: Read
) -> None:
    """A page does not say of which channel it is; a proxy may give an old one."""
    page = slack._conversations_history({"channel": "C0SOIL000"})
    slack._conversations_history = lambda asked: page  # type: ignore[method-assign]
    with pytest.raises(SourceUnavailable, match=r"the same page of conversations\.history twice"):
        read(posts)


def test_a_channel_that_the_app_was_removed_from_does_not_stop_the_others(
    slack: Workspace, read: Read
) -> None:
    """It was a member when the channels were listed."""
    history = slack._conversations_history

    def removed(asked: dict[str, str]) -> dict[str, object]:
        slack.channels["C0SOIL000"]["is_member"] = False
        return history(asked)

    slack._conversations_history = removed  # type: ignore[method-assign]
    items = read(posts)
    told = [one.reason for one in rejects(items)]
    assert told == ["test: conversations.history: not_in_channel"]
    assert any(getattr(item, "space", "") == "C0WATER00" for item in items)


def test_an_app_of_ones_own_is_asked_at_slacks_usual_pace(read: Read, slack: Workspace) -> None:
    read(posts)
    history = [asked for method, asked in slack.asked if method == "conversations.history"]
    assert {asked["limit"] for asked in history} == {"200"}
    lanes = dict(pace(Settings(token=TOKEN)).lanes)
    assert lanes["/api/conversations.history"] == ((50, 60.0),)


def test_a_distributed_app_asks_once_a_minute_for_15_messages(read: Read, slack: Workspace) -> None:
    """Slack's limits of 2025 for apps that are sold outside its Marketplace."""
    read(posts, app="distributed")
    history = [asked for method, asked in slack.asked if method == "conversations.history"]
    assert {asked["limit"] for asked in history} == {"15"}
    lanes = dict(pace(Settings(token=TOKEN, app="distributed")).lanes)
    for method in ("history", "replies"):
        assert lanes[f"/api/conversations.{method}"] == ((1, 60.0),)


def test_settings_say_what_is_wrong_with_them() -> None:
    with pytest.raises(ValidationError, match="scheme and host only"):
        Settings(token=TOKEN, base_url="https://slack.com/api")
    with pytest.raises(ValidationError, match="less than or equal to 80"):
        Settings(token=TOKEN, reread_days=90)


def test_it_says_what_it_can_tell() -> None:
    [connector] = cophub_connectors()
    assert [stream.name for stream in connector.streams] == [
        "channels", "people", "members", "posts",
    ]  # fmt: skip
    assert all(stream.permissions and stream.summary for stream in connector.streams)
    assert "post.body" in connector.personal
