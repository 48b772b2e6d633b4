"""The connector keeps cophub's promises, whatever Slack does in between."""

from pathlib import Path

import pytest
from cophub.testing import PROMISES, Report, check_connector

import cophub_slack
from cophub_slack import Settings

from .vendor import NOW, TOKEN, river_practice, ts

ANSWERS = Path(__file__).parent / "answers"
SETTINGS = Settings(token=TOKEN, private=True)
AHEAD = (
    '{"channels":{"C0WATER00":{"to":"4102444800.000000"},"C0SOIL000":{"to":"4102444800.000000"},'
    '"G0BOARD00":{"to":"4102444800.000000"}},"swept":"2100-01-01"}'
)
"""A cursor of the year 2100."""


@pytest.fixture(scope="module")
def report() -> Report:
    """Every promise, tried on every stream."""
    slack = river_practice()
    slack.deletes("C0SOIL000", ts(18))
    slack.most = 3
    return check_connector(cophub_slack, SETTINGS, server=slack.answer, future={"posts": AHEAD})


def test_no_promise_breaks(report: Report) -> None:
    report.raise_broken()


def test_all_promises_are_tried_on_messages(report: Report) -> None:
    """The other streams are read whole: of them it cannot be tried where a run goes on."""
    tried = {one.promise for one in report.findings if one.verdict != "not tried"}
    assert tried == set(PROMISES)
    messages = [one for one in report.findings if one.stream == "posts"]
    assert [one.promise for one in messages if one.verdict == "not tried"] == []


def test_promises_are_kept_on_recorded_answers() -> None:
    """What nobody asked when they were recorded cannot be tried; all else can."""
    settings = Settings(token=TOKEN, base_url="http://127.0.0.1:8765")
    report = check_connector(
        cophub_slack, settings, answers=ANSWERS, now=NOW, streams=("people", "members")
    )
    report.raise_broken()
    assert sum(one.verdict == "kept" for one in report.findings) >= 16
