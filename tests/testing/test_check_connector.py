"""Each promise has a connector that breaks it, and the report names that promise and a case."""

import importlib.util
import itertools
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from cophub import (
    Account,
    Checkpoint,
    Gone,
    Membership,
    Post,
    SourceUnavailable,
    Stream,
    Verdict,
)
from cophub.http import Recorder, Transport
from cophub.testing import PROMISES, check_connector
from cophub.testing.promises import ADVICE, OF_CONNECTOR, OF_STREAM
from cophub.testing.quiet import ahead
from cophub.testing.vendor import Wire
from tests.testing import forum
from tests.testing.forum import MEMBERS, POSTS, altered, asked, connector, members, posts

EXAMPLES = Path(__file__).parents[1] / "examples"


def check(*streams, server=forum.forum, of=None, **more):
    whole = connector(*streams, **(of or {}))
    return check_connector(whole, forum.Settings(), server=server, **more)


def test_a_connector_that_keeps_its_promises_is_told_so_and_what_was_not_tried():
    report = check()
    assert report.broken == [], str(report)
    assert {one.promise for one in report.kept if one.stream == "posts"} == {*OF_STREAM} - {
        "departures"
    }
    assert {one.promise for one in report.not_tried if one.stream == "members"} == {
        "cursors", "resume", "onward", "future",
    }  # fmt: skip
    assert {one.promise for one in report.kept if not one.stream} == {*OF_CONNECTOR}
    assert all(one.told for one in report.findings)
    assert len(report.findings) == 2 * len(OF_STREAM) + len(OF_CONNECTOR)
    report.raise_broken()
    json.dumps(report.plain())


_RUNS = itertools.count()


def _another(item) -> Iterator[object]:
    yield replace_of(item, body=f"read {next(_RUNS)} times") if isinstance(item, Post) else item


def replace_of(item, **values):
    import msgspec

    return msgspec.structs.replace(item, **values)


def _one_key(item):
    yield replace_of(item, key="a name") if isinstance(item, Account) else item


def _no_key(item):
    yield replace_of(item, key="") if isinstance(item, Account) else item


def _naive(item):
    yield replace_of(item, posted_at=item.posted_at[:-1]) if isinstance(item, Post) else item


def _backwards(item):
    yield Checkpoint(str(100 - int(item.cursor))) if isinstance(item, Checkpoint) else item


def _too_far(ctx, since):
    """The checkpoint is that of the page to come."""
    for item in posts(ctx, since):
        yield Checkpoint(str(int(item.cursor) + 2)) if isinstance(item, Checkpoint) else item


def _heedless(ctx, since):
    """Begins anew for a cursor that it does not know."""
    yield from posts(ctx, None if int(since or 0) > 1000 else since)


def _counted(ctx, since):
    """Calls posts by their number in the page, not by their ids."""
    after = int(since or 0)
    while rows := asked(ctx, "posts", after=after):
        for number, row in enumerate(rows):
            yield Post(key=f"{after}-{number}", body=row["text"])
        after = max(int(row["id"]) for row in rows)
        yield Checkpoint(str(after))


def _next_to(ctx, since):
    """Takes a post for an answer to the one above it."""
    above = None
    for item in posts(ctx, since):
        if isinstance(item, Post):
            yield replace_of(item, reply_to=above)
            above = item.key
        else:
            yield item


def _believes(ctx, since):
    """Ends where an answer cannot be had, as if that were the end."""
    try:
        yield from posts(ctx, since)
    except SourceUnavailable:
        yield Checkpoint("8")


def _unforeseen(status):
    def extract(ctx, since):
        client = ctx.client(base_url=ctx.settings.base_url)
        signed = {"authorization": f"Bearer {ctx.settings.token.get_secret_value()}"}
        after = int(since or 0)
        while True:
            try:
                answer = client.get("posts", params={"after": after}, headers=signed)
            except SourceUnavailable as error:
                if str(status) in str(error):
                    raise KeyError("rows") from error
                raise
            if answer.status_code == status:
                raise KeyError("rows")
            if not (rows := forum.check_status(answer).json()["rows"]):
                return
            yield from forum.parse_each(rows, forum.parse_post)
            after = max(int(row["id"]) for row in rows)
            yield Checkpoint(str(after))

    return Stream(extract, name="posts")


def _skips(ctx, since):
    """Passes over pages that it had already, and counts on."""
    met, number = set(), int(since or 0)
    while rows := asked(ctx, "posts", after=number):
        if str(rows) not in met:
            yield from forum.parse_each(rows, forum.parse_post)
        met.add(str(rows))
        number += len(rows)
        yield Checkpoint(str(number))


def _swallows(ctx, since):
    for item in posts(ctx, since):
        if not isinstance(item, forum.Reject):
            yield item


def _tells(ctx, since):
    ctx.log.info("signed in with %s", ctx.settings.token.get_secret_value())
    yield from posts(ctx, since)


def _half(ctx, since):
    """Everyone that could be read; the others have left."""
    try:
        yield from members(ctx, since)
    except SourceUnavailable:
        return


def _ends(ctx, since):
    """Says of whom it did not meet that they have left, whatever happened."""
    met = []
    try:
        for item in members(ctx, None):
            met += [("forum", item.account)] if isinstance(item, Membership) else []
            yield item
    except SourceUnavailable:
        pass
    yield Gone(record=Membership, where={"space": "forum"}, but=tuple(met))


def _undeclared(ctx, since):
    yield from posts(ctx, since)
    yield Account(key="1")


def _elsewhere(ctx, since):
    """Asks the vendor at the address that it knows by heart."""
    ctx.client().get("https://api.forum.example.com/posts")
    yield from posts(ctx, since)


def _again(ctx, since):
    """Reads everything for whatever cursor, but for one from the future."""
    yield from () if int(since or 0) > 1000 else posts(ctx, None)


def _says_ok(ctx):
    """Never asks whether it may."""
    ctx.client(base_url=ctx.settings.base_url).get("posts")
    yield Verdict("posts", "ok", "posts can be read")


def _says_failed(ctx):
    yield Verdict("posts", "failed", "something is wrong", "look into it")


def _no_fix(ctx):
    for one in forum.check(ctx):
        yield replace(one, fix=None)


def _twice(ctx):
    yield from (*forum.discover(ctx), *forum.discover(ctx))


def _without_key(ctx):
    yield from (replace_of(one, key="") for one in forum.discover(ctx))


def _another_title(ctx):
    yield from (replace_of(one, key=f"read {next(_RUNS)}") for one in forum.discover(ctx))


def other(extract, of=POSTS):
    return replace(of, extract=extract)


BROKEN = [
    ("alike", altered(posts, _another)),
    ("keys", altered(members, _one_key)),
    ("keys", altered(members, _no_key)),
    ("instants", altered(posts, _naive)),
    ("declared", other(_undeclared)),
    ("hosts", other(_elsewhere)),
    ("cursors", altered(posts, _backwards)),
    ("onward", other(_again)),
    ("resume", other(_too_far)),
    ("future", other(_heedless)),
    ("duplicated", other(_counted)),
    ("reordered", other(_next_to)),
    ("cut", other(_believes)),
    ("repeated", other(_skips)),
    ("429", _unforeseen(429)),
    ("500", _unforeseen(500)),
    ("401", _unforeseen(401)),
    ("bad item", other(_swallows)),
    ("secrets", other(_tells)),
    ("departures", other(_half, MEMBERS)),
    ("departures", other(_ends, replace(MEMBERS, snapshot_of=()))),
]


BROKEN_WHOLE = [
    ("check", {"check": _says_ok}),
    ("check", {"check": _says_failed}),
    ("check", {"check": _no_fix}),
    ("discover", {"discover": _twice}),
    ("discover", {"discover": _without_key}),
    ("discover", {"discover": _another_title}),
]


def test_each_promise_has_a_connector_that_breaks_it_and_what_to_look_at():
    assert {promise for promise, _ in [*BROKEN, *BROKEN_WHOLE]} == {*PROMISES} == {*ADVICE}


@pytest.mark.parametrize(("promise", "whole"), BROKEN_WHOLE)
def test_a_broken_promise_of_the_connector_is_named(promise, whole):
    report = check(of=whole)
    found = report.of(promise, "")
    assert found.verdict == "broken", str(report)
    assert [one.promise for one in report.broken] == [promise]
    assert "the connector: " in str(report)


def test_an_excuse_takes_the_place_of_what_broke_and_must_be_needed():
    reason = "The forum says no zone."
    stream = altered(posts, _naive)
    excused = check(stream, excused={("posts", "instants"): reason})
    assert excused.of("instants", "posts").verdict == "excused"
    assert excused.of("instants", "posts").told == reason
    assert "instants" not in {one.promise for one in excused.broken}
    assert "1 excused" in str(excused)
    needless = check(excused={("posts", "instants"): reason})
    assert [one.told for one in needless.broken] == [f"it is kept, and yet excused: {reason}"]


@pytest.mark.parametrize(("promise", "stream"), BROKEN, ids=lambda value: str(value)[:20])
def test_a_broken_promise_is_named_with_its_case(promise, stream):
    report = check(stream)
    found = report.of(promise, stream.name)
    assert found.verdict == "broken", str(report)
    assert found.told
    assert found.case or promise in ("secrets", "alike")
    assert ADVICE[promise].split()[0] in str(report)
    if "KeyError" in found.told:
        assert ", at test_check_connector.py:" in found.told
        assert "raise KeyError" in found.told
    assert PROMISES[promise] in str(report)
    assert forum.TOKEN not in str(report)
    for line in report.lines():  # an address is never broken
        assert len(line) <= 80 or "://" in line.split()[-1], line
    with pytest.raises(AssertionError, match="broken"):
        report.raise_broken()


def test_the_case_is_one_item_where_one_is_enough():
    case = check(other(_counted)).of("duplicated", "posts").case
    assert case.changed.endswith("comes twice in rows")
    assert case.changed.startswith("item ")
    assert case.request.startswith("GET https://forum.example.org/posts?after=")


def test_what_was_not_recorded_is_not_tried(tmp_path):
    """Of two pages a cursor in between was never asked for; nothing of that is said to be kept."""
    with Transport(archive=Recorder(tmp_path), wire=Wire(forum.forum)) as transport:
        from cophub.testing import extract

        extract(POSTS, forum.Settings(), transport=transport)
    report = check_connector(connector(), forum.Settings(), answers=tmp_path, streams=("posts",))
    assert report.broken == [], str(report)
    assert report.of("future", "posts").verdict == "not tried"
    assert "no answer was recorded to GET https://" in report.of("future", "posts").told
    lacking = check_connector(connector(), forum.Settings(), answers=tmp_path, streams=("members",))
    assert {one.verdict for one in lacking.findings} == {"not tried"}


def test_a_reject_counts_though_an_undisturbed_run_has_as_many():
    """Memberships of which each is refused for want of a zone are no want of rejects."""
    without_zone = altered(members, _joined_anywhere)
    report = check(without_zone)
    assert {one.promise for one in report.broken} == {"instants"}, str(report)


def _joined_anywhere(item):
    if isinstance(item, Membership):
        item.joined_at = "2026-02-12 16:45"
    yield item


def test_a_report_in_which_nothing_was_tried_is_no_success(tmp_path):
    """A test whose settings are not those of its recording would never fail otherwise."""
    report = check_connector(forum.connector(), forum.Settings(), answers=tmp_path)
    assert (report.broken, report.kept) == ([], [])
    with pytest.raises(AssertionError, match="was not recorded"):
        report.raise_broken()


def test_the_example_of_the_guide_keeps_its_promises():
    spec = importlib.util.spec_from_file_location("agora", EXAMPLES / "agora.py")
    agora = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(agora)
    settings = agora.Settings(url="https://agora.example.org", group="mercop", token="any-will-do")
    report = check_connector(agora, settings, answers=EXAMPLES / "answers")
    assert report.broken == [], str(report)
    assert len(report.kept) > 20


def test_a_connector_that_asks_without_end_is_stopped():
    def extract(ctx, since):
        while asked(ctx, "posts", after=0) or True:
            pass
        yield

    found = check(other(extract)).of("alike", "posts")
    assert found.verdict == "broken"
    assert "without end" in found.told


def test_cursors_ahead_are_made_of_numbers_and_dates_alone():
    assert ahead("17") == "1000000017"
    assert ahead("2026-03-01T09:00:00Z") == "2046-03-01T09:00:00Z"
    assert ahead('{"since": "2026-03-01"}') is None
    assert ahead("opaque") is None


def test_answers_or_a_server_and_not_both(tmp_path):
    with pytest.raises(ValueError, match="either answers or a server"):
        check_connector(connector(), forum.Settings())


def test_a_transport_answers_like_a_function():
    report = check(POSTS, server=httpx.MockTransport(forum.forum))
    assert report.broken == [], str(report)
