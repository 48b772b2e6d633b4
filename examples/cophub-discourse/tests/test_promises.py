"""The promises that cophub asks of every connector, over HTTP and on recorded answers."""

from pathlib import Path

import httpx
import pytest
from cophub.testing import check_connector

import cophub_discourse
from cophub_discourse import Settings

from .conftest import settings_for
from .vendor import NOW, Forum

ANSWERS = Path(__file__).parent / "answers"
FUTURE = {"posts": '{"top":1000000000,"floor":1000000001}', "sign_on": "1000000000",
          "metrics": '{"until":"2046-06-01"}'}  # fmt: skip
NEVER_TRIED = {
    ("spaces", "cursors"), ("spaces", "resume"), ("spaces", "future"),
    ("accounts", "cursors"), ("accounts", "resume"), ("accounts", "future"),
    ("members", "cursors"), ("members", "resume"), ("members", "future"), ("members", "repeated"),
    ("metrics", "departures"), ("metrics", "repeated"), ("sign_on", "departures"),
}  # fmt: skip
"""What a stream that is whole by nature, or that has one page, has nothing to try with."""


def test_every_promise_is_kept_by_the_streams_of_a_forum(forum: Forum, settings: Settings) -> None:
    asked = settings.model_copy(update={"sign_on": "connect"})
    forum.sign_on = {
        number: {"single_sign_on_record": {"external_id": f"staff-{number}"}} for number in (1, 2)
    }
    with httpx.HTTPTransport() as wire:
        report = check_connector(cophub_discourse, asked, server=wire, now=NOW, future=FUTURE)
    report.raise_broken()
    untried = {(one.stream, one.promise) for one in report.findings if one.verdict == "not tried"}
    assert untried <= NEVER_TRIED


def test_promises_are_kept_on_recorded_answers() -> None:
    settings = settings_for("http://127.0.0.1:8765")
    report = check_connector(
        cophub_discourse, settings, answers=ANSWERS, now=NOW, future=FUTURE, streams=("posts",)
    )
    report.raise_broken()
    assert sum(one.verdict == "kept" for one in report.findings) >= 8


@pytest.mark.parametrize(
    ("change", "stream"),
    [("inclusive", "posts"), ("in_parts", "metrics"), ("login_required", "spaces")],
)
def test_they_are_kept_whatever_the_version_and_the_settings_of_the_forum(
    forum: Forum, settings: Settings, change: str, stream: str
) -> None:
    setattr(forum, change, True)
    check_connector(
        cophub_discourse, settings, server=forum.answer, now=NOW, future=FUTURE, streams=(stream,)
    ).raise_broken()
