"""What is said of settings that cannot be, and of lists that are tried before they are stored."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from cophub import cli
from cophub.config.messages import explain
from cophub.connectors.rest.trying import discover
from tests.connectors.rest.conftest import CONNECTOR, MEMBERS, QUICK, person, told
from tests.connectors.website import Answer, Website

CHILD = {**MEMBERS, "parent": "members"}


@pytest.mark.parametrize(
    ("given", "line"),
    [
        ({"streems": {}}, 'settings.streems: no such key (did you mean "streams"?)'),
        ({"streams": {"m": {**MEMBERS, "pagnator": {}}}}, 'streams.m.pagnator: no such key ('),
        ({"streams": {"m": {**MEMBERS, "columns": {"account": "a..b"}}}}, "is no JMESPath"),
        ({"streams": {"m": {**MEMBERS, "columns": {"acount": "a"}}}}, 'mean "account"?'),
        ({"streams": {"m": {**MEMBERS, "columns": {"city": "a"}}}}, "needs account or key"),
        ({"streams": {"m": {**MEMBERS, "path": "/x/{nam}"}}}, "nothing fills {nam}"),
        ({"streams": {"m": {**MEMBERS, "path": "https://x.org/y"}}}, "follows base_url"),
        ({"streams": {"m": {**MEMBERS, "path": "/x?y=1"}}}, "under params"),
        ({"streams": {"m": {**MEMBERS, "parent": "n"}}}, 'no other stream "n"'),
        ({"streams": {"members": CHILD}}, "no other stream"),
        ({"streams": {"members": MEMBERS, "a": CHILD, "b": {**CHILD, "parent": "a"}}}, "nested"),
        ({"streams": {"m": {**MEMBERS, "incremental": {"cursor_path": "x"}}}}, "newest first"),
        ({"streams": {"m": {**MEMBERS, "templates": {"name": "x"}}}}, "has no {place}"),
        ({"streams": {"m": {**MEMBERS, "templates": {"name": "{x}"}}}}, "name is told twice"),
        ({"streams": {"m": {**MEMBERS, "html": ["body"]}}}, "html names body"),
        ({"streams": {"m": {**MEMBERS, "ignore_status": [404]}}}, "for the lists of a parent"),
        ({"streams": {"m": {**MEMBERS, "paginator": {"type": "pages"}}}}, "'page_number'"),
        ({"streams": {"m": {**MEMBERS, "paginator": {"type": "last_id"}}}}, "add id_param"),
        ({"auth": {"type": "bearer", "tokn": "x"}}, "tokn: no such key"),
    ],
)  # fmt: skip
def test_a_mistake_is_one_line_with_its_place_and_the_next_step(given: Any, line: str) -> None:
    whole = {"base_url": "https://x.example", "streams": {"members": MEMBERS}, **given}
    with pytest.raises(ValidationError) as caught:
        CONNECTOR.settings(**whole)
    said = explain(caught.value, CONNECTOR.settings, ("sources", "forum", "settings"))
    assert said.startswith(("[sources.forum] settings.", "[sources.forum] settings: streams."))
    assert line in said
    assert "\n" not in said


@pytest.fixture
def hub(site: Website, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "plugins.toml").write_text(f"""
[sources.forum]
connector = "rest"
[sources.forum.settings]
base_url = "{site.url}"
base_path = "/api"
[sources.forum.settings.streams.members]
path = "/members"
record = "membership"
columns = {{ account = "id", name = "profile.name", city = "town" }}
[sources.forum.settings.streams.lost]
path = "/lost"
record = "membership"
columns = {{ account = "id" }}
""")
    return tmp_path


def test_discover_shows_ten_records_and_stores_none(
    site: Website, hub: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    site.pages["/api/members"] = told([*(person(n) for n in range(1, 14)), {"id": {}}])
    assert cli.run(["discover", "forum"]) == 0
    out = capsys.readouterr().out
    assert "members: 14 rows tried, none stored" in out
    assert out.count("space = forum, account = ") == 10
    assert "key = 1, name = Person 1" in out
    assert "empty in every row: city" in out
    assert "it is an object with parts" in out
    assert "404" in out and "Correct path, params" in out
    assert cli.run(["discover", "forum", "--json"]) == 0
    assert '"empty"' in capsys.readouterr().out


def test_check_says_of_each_list_what_is_wrong(
    site: Website, hub: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    site.pages["/api/members"] = told([person(1), person(2)])
    site.pages["/api/lost"] = Answer(b"{}", 403)
    assert cli.run(["check", "forum"]) == 1
    out = capsys.readouterr().out
    assert "members: no row of the first page has city" in out
    assert "lost: " in out and "have read access granted" in out


def test_a_list_of_a_parent_is_tried_with_its_first_rows(site: Website, settings: Any,
                                                        context: Any) -> None:  # fmt: skip
    site.pages["/api/members"] = told([person(1)])
    site.pages["/api/members/1/posts"] = told([{"id": 5, "text": "Hello"}])
    posts = {"parent": "members", "path": "/members/{_parent.id}/posts", "record": "post",
             "columns": {"key": "id", "body": "text"}}  # fmt: skip
    ctx = context(settings(streams={"posts": posts, "members": MEMBERS}), limits=QUICK)
    spaces = {space.title: space.extra["tried"] for space in discover(ctx)}
    [record] = spaces["posts"]["records"]
    assert record["body"] == "Hello"


def test_the_pace_of_the_settings_is_kept(settings: Any) -> None:
    from cophub.sync import SourceSpec

    given = settings(requests_per_minute=30, budget_minutes=5)
    limits = SourceSpec("forum", CONNECTOR, given).connector.limits
    assert limits is not None
    assert (limits.rate, limits.budget) == (((30, 60.0),), 300.0)
