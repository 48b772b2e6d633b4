"""The helpers for tests of a connector, shown on the connector that the documentation shows."""

import importlib.util
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import BaseModel

from cophub import (
    Account,
    Checkpoint,
    ConfigError,
    Connector,
    Membership,
    Post,
    SourceUnavailable,
    Space,
    Stream,
)
from cophub.http import Replayer, Transport
from cophub.pipeline import NoSettings
from cophub.testing import NOW, extract, last_cursor, records, rejects
from tests.testing import forum

EXAMPLES = Path(__file__).parent / "examples"
ANSWERS = EXAMPLES / "answers"


@pytest.fixture(scope="module")
def agora() -> Any:
    """The example connector, as a module."""
    spec = importlib.util.spec_from_file_location("agora", EXAMPLES / "agora.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def settings(agora: Any) -> BaseModel:
    """Settings that fit the recorded answers; the token was never recorded."""
    made: BaseModel = agora.Settings(
        url="https://agora.example.org", group="mercop", token="any-will-do"
    )
    return made


def test_posts_resume_after_the_last_checkpoint(agora, settings):
    """A second run asks only for what came after the first."""
    first = extract(agora.posts, settings, answers=ANSWERS)
    assert [post.key for post in records(first)] == [1, 2, 3, 4, 5]
    assert last_cursor(first) == "5"
    again = extract(agora.posts, settings, last_cursor(first), answers=ANSWERS)
    assert records(again) == []
    assert last_cursor(again) is None


def test_what_is_not_understood_is_apart_from_the_records(agora, settings):
    items = extract(agora.members, settings, answers=str(ANSWERS))
    assert {type(record) for record in records(items)} == {Space, Account, Membership}
    [reject] = rejects(items)
    assert (reject.key, reject.field) == ("5", "email")
    assert len(items) == len(records(items)) + 1


def test_a_stream_is_taken_like_its_function(agora, settings):
    bare = extract(agora.posts, settings, answers=ANSWERS)
    assert extract(Stream(agora.posts), settings, answers=ANSWERS) == bare


def test_a_connector_yields_what_its_streams_yield_one_after_the_other(agora, settings):
    [connector] = agora.cophub_connectors()
    items = extract(connector, settings, answers=ANSWERS)
    parts = [extract(s, settings, answers=ANSWERS) for s in (agora.members, agora.posts)]
    assert items == parts[0] + parts[1]
    assert isinstance(items[-1], Checkpoint)
    assert isinstance(records(items)[-1], Post)


def test_a_cursor_is_refused_where_there_are_several_streams(agora, settings):
    [connector] = agora.cophub_connectors()
    with pytest.raises(ValueError, match="a cursor belongs to one stream"):
        extract(connector, settings, "5", answers=ANSWERS)


def test_without_answers_no_connection_is_opened(agora, settings):
    with pytest.raises(SourceUnavailable, match="neither answers nor a transport") as refused:
        extract(agora.posts, settings)
    assert "agora.example.org/api/v1/groups/mercop/posts" in str(refused.value)


def test_what_was_not_recorded_is_said_with_its_address(agora, settings):
    with pytest.raises(SourceUnavailable, match=r"after=77 was not recorded"):
        extract(agora.posts, settings, "77", answers=ANSWERS)
    with pytest.raises(ConfigError, match="no folder of recorded answers"):
        extract(agora.posts, settings, answers=EXAMPLES / "elsewhere")


def test_a_transport_takes_the_place_of_answers_and_stays_open(agora, settings):
    """What it counted can be looked at afterwards, and it may be used again."""
    closed = []

    class Watched(Transport):
        def close(self) -> None:
            closed.append(True)
            super().close()

    with Watched(archive=Replayer(ANSWERS)) as transport:
        first = extract(agora.posts, settings, transport=transport)
        again = extract(agora.posts, settings, last_cursor(first), transport=transport)
        with pytest.raises(ValueError, match="no two of them"):
            extract(agora.posts, settings, transport=transport, answers=ANSWERS)
        assert not closed
    assert (len(records(first)), records(again)) == (5, [])


def test_a_server_answers_as_it_does_for_check_connector():
    """A function, or an httpx transport; what it refuses at first is asked again, at once."""
    asked = []

    def hesitant(request):
        asked.append(str(request.url))
        late = {"Retry-After": "600"}
        return forum.forum(request) if len(asked) > 1 else httpx.Response(503, headers=late)

    first = extract(forum.POSTS, forum.Settings(), server=hesitant)
    assert [post.key for post in records(first)] == list(range(1, 9))
    assert asked[0] == asked[1]
    wire = httpx.MockTransport(forum.forum)
    again = extract(forum.POSTS, forum.Settings(), last_cursor(first), server=wire)
    assert records(again) == []


def test_the_clock_stands_where_the_test_puts_it():
    seen = []

    def stamped(ctx, since):
        seen.append((ctx.now, ctx.source, since))
        yield Space(key="a")

    connector = Connector(name="a", summary="A", settings=NoSettings, streams=[Stream(stamped)])
    elsewhere = datetime(2024, 2, 29, tzinfo=UTC)
    extract(stamped, NoSettings())
    extract(connector, NoSettings(), "cursor", now=elsewhere)
    assert seen == [(NOW, "test", None), (elsewhere, "test", "cursor")]
