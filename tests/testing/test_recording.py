"""What is recorded for tests holds no secret and nobody who is there."""

from pathlib import Path

import httpx
import pytest

from cophub import Account, ConfigError, Post, SourceUnavailable, Stream
from cophub.http import Limits, Transport
from cophub.testing import check_connector, extract, record
from cophub.testing.vendor import Wire
from tests.testing import forum


def people(ctx, since):
    """Members with their names; a post that tells one of them."""
    yield from forum.parse_each(forum.asked(ctx, "people"), parse_person)


def parse_person(row):
    yield Account(key=row["id"], name=row["name"], email=row["mail"])
    yield Post(key=row["id"], body=row["text"])


def answer(request: httpx.Request) -> httpx.Response:
    rows = [
        {"id": 1, "name": "Amina Diallo", "mail": "amina@un.example", "text": "Ask Amina Diallo"},
        {"id": 2, "name": "Li Wei", "mail": "li@un.example", "text": f"with {forum.TOKEN}"},
    ]
    return httpx.Response(200, json={"rows": rows})


def kept(folder: Path) -> str:
    return "".join(path.name + path.read_text() for path in folder.iterdir())


def test_secrets_names_and_addresses_are_taken_out_and_the_rest_plays(tmp_path):
    stream = Stream(people)
    with Transport(wire=Wire(answer)) as transport:
        assert record(stream, forum.Settings(), tmp_path / "answers", transport=transport) == 1
    told = kept(tmp_path / "answers")
    for taken in ("Amina", "Diallo", "Li Wei", "un.example", forum.TOKEN):
        assert taken not in told
    played = extract(stream, forum.Settings(), answers=tmp_path / "answers")
    first, post = played[:2]
    assert first.key == 1
    assert first.name in post.body
    assert first.email.endswith("@example.org")
    assert not check_connector(stream, forum.Settings(), answers=tmp_path / "answers").broken


def test_nothing_is_kept_of_a_run_that_fails(tmp_path):
    asked = []

    def first_well(request):
        asked.append(request)
        return answer(request) if len(asked) == 1 else httpx.Response(500)

    def twice(ctx, since):
        yield from people(ctx, since)
        yield from people(ctx, since)

    with (
        Transport(Limits(tries=1), wire=Wire(first_well)) as transport,
        pytest.raises(SourceUnavailable),
    ):
        record(Stream(twice), forum.Settings(), tmp_path, transport=transport)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_holds_something_is_refused(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(ConfigError, match="is not empty"):
        record(Stream(people), forum.Settings(), tmp_path)
