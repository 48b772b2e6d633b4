"""What `cophub check`, `discover` and `plan` say."""

from collections.abc import Iterator

import pytest
from cophub import Context, Verdict
from cophub.http import MemoryTokens, Transport
from cophub.testing import last_cursor

from cophub_slack import Settings
from cophub_slack.checks import check, discover, estimate
from cophub_slack.posts import posts

from .conftest import Read
from .vendor import NOW, TOKEN, Workspace

Ctx = Context[Settings]


@pytest.fixture
def ctx(url: str) -> Iterator[Ctx]:
    with Transport() as transport:
        settings = Settings(token=TOKEN, base_url=url)
        yield Context(settings, "slack", NOW, transport, MemoryTokens())


def by_subject(verdicts: Iterator[Verdict]) -> dict[str, Verdict]:
    return {one.subject: one for one in verdicts}


def test_check_names_the_channels_that_the_app_is_not_in(ctx: Ctx) -> None:
    found = by_subject(check(ctx))
    assert found["token"].message.startswith("River Practice (https://river-practice.slack.example")
    assert (found["channels"].state, found["channels"].fix) == (
        "warning", "type /invite @cophub in #general",
    )  # fmt: skip


def test_check_names_each_scope_that_is_missing(ctx: Ctx, slack: Workspace) -> None:
    slack.scopes -= {"channels:history", "users:read.email"}
    found = by_subject(check(ctx))
    assert (found["posts"].state, found["people"].state) == ("failed", "warning")
    assert "people come without addresses" in found["people"].message
    assert str(found["posts"].fix).startswith("add channels:history under OAuth & Permissions")


def test_check_says_that_a_token_is_refused(ctx: Ctx) -> None:
    ctx.settings.token = type(ctx.settings.token)("xoxb-revoked")
    [only] = check(ctx)
    assert (only.subject, only.state) == ("token", "failed")


def test_check_says_when_no_channel_is_meant(ctx: Ctx) -> None:
    ctx.settings.channels = ["cop-wind"]
    assert by_subject(check(ctx))["channels"].message == "no channel has one of these names"


def test_discover_shows_what_the_settings_do_not_take(ctx: Ctx) -> None:
    ctx.settings.channels = ["cop-soil"]
    assert len(list(discover(ctx))) == 4


def test_plan_counts_requests(ctx: Ctx, read: Read, slack: Workspace) -> None:
    """As many as a run without news makes."""
    cursor = last_cursor(read(posts))
    planned = {one.stream: one for one in estimate(ctx, {"posts": cursor})}
    slack.asked.clear()
    read(posts, cursor)
    made = [method for method, _ in slack.asked if method == "conversations.history"]
    assert planned["posts"].requests == len(made) == 2
    assert planned["members"].rows == 9
