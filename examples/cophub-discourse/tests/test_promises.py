"""The promises that cophub asks of every connector, over HTTP; and a recorded read."""

from collections import Counter
from pathlib import Path

from cophub import Account
from cophub.testing import check_connector, extract, records

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
    ("spaces", "onward"), ("accounts", "onward"), ("members", "onward"), ("sign_on", "onward"),
}  # fmt: skip
"""What a stream that is whole by nature, or that has one page, has nothing to try with."""


def test_every_promise_is_kept_by_the_streams_of_a_forum(forum: Forum, settings: Settings) -> None:
    asked = settings.model_copy(update={"sign_on": "connect"})
    forum.in_parts = True
    forum.sign_on = {
        number: {"single_sign_on_record": {"external_id": f"staff-{number}"}} for number in (1, 2)
    }
    report = check_connector(cophub_discourse, asked, server=forum.answer, now=NOW, future=FUTURE)
    report.raise_broken()
    untried = {(one.stream, one.promise) for one in report.findings if one.verdict == "not tried"}
    assert untried <= NEVER_TRIED


def test_recorded_answers_are_read_as_they_were() -> None:
    """Made by `cophub.testing.record`, which put other names in the place of those of people."""
    [connector] = cophub_discourse.cophub_connectors()
    settings = settings_for("http://127.0.0.1:8765")
    found = records(extract(connector, settings, answers=ANSWERS, now=NOW))
    counted = Counter(type(one).__name__ for one in found)
    assert (counted["Space"], counted["Membership"], counted["Post"]) == (9, 9, 12)
    assert (counted["Reaction"], counted["Metric"]) == (6, 13)
    assert not any("Amina" in str(one.name) for one in found if isinstance(one, Account))
