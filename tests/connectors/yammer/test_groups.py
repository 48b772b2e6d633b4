"""Communities by REST, by Graph and by both are one space each."""

import base64
import json
from typing import Any

import msgspec
import pytest

from cophub import ConfigError, Gone, Space, Stream
from cophub.connectors.yammer.groups import (
    Choice,
    Community,
    Found,
    Group,
    chosen,
    groups,
    space_of,
    yammer_id,
)
from cophub.connectors.yammer.payloads import GroupList
from cophub.sandbox.microsoft import MicrosoftSandbox

STREAM = Stream(groups)


def test_the_id_in_a_communitys_id_is_yammers_with_and_without_padding() -> None:
    for number in (1, 12, 123, 2**40):
        inside = json.dumps({"_type": "Group", "id": str(number)}).encode()
        padded = base64.b64encode(inside).decode()
        assert yammer_id(padded) == yammer_id(padded.rstrip("=")) == str(number)


@pytest.mark.parametrize("bad", ["", "x", "e30", base64.b64encode(b'{"id":"abc"}').decode()])
def test_a_communitys_id_that_holds_none_is_refused(bad: str) -> None:
    with pytest.raises(ValueError, match="holds no group id"):
        yammer_id(bad)


def test_both_ways_make_one_space_with_what_each_knows(
    still: MicrosoftSandbox, ask: Any, extract: Any
) -> None:
    got = extract(STREAM, ask(still, ways=["rest", "graph"]))
    spaces = got.last(Space)
    native = {str(group.yammer_id): group for group in still.tenant.communities}
    assert native.keys() < spaces.keys()
    assert len(got.of(Space)) == len(spaces)
    for key, group in native.items():
        row = spaces[key]
        assert row["title"] == group.title
        assert row["visibility"] == ("members" if group.private else "public")
        assert row["open_membership"] is not group.private
        assert row["extra"] == {"community_id": group.community_id, "group_id": group.id}
        assert row["created_at"].timestamp() == group.created
        assert row["native_post_count"] is not None
    legacy = spaces[str(still.tenant.legacy.yammer_id)]
    assert "extra" not in legacy


def test_each_way_alone_gives_the_same_keys_titles_and_dates(
    still: MicrosoftSandbox, ask: Any, extract: Any
) -> None:
    by_rest = extract(STREAM, ask(still, ways=["rest"])).last(Space)
    by_graph = extract(STREAM, ask(still, ways=["graph"])).last(Space)
    assert {str(group.yammer_id) for group in still.tenant.communities} == set(by_graph)
    for key, row in by_graph.items():
        alike = ("title", "description", "visibility", "open_membership", "created_at")
        assert {name: by_rest[key][name] for name in alike} == {name: row[name] for name in alike}


def test_graph_is_asked_for_dates_fifteen_groups_to_a_call(
    still: MicrosoftSandbox, ask: Any, extract: Any
) -> None:
    extract(STREAM, ask(still, ways=["graph"]))
    assert [seen.path for seen in still.log if seen.path.startswith("/v1.0")] == [
        "/v1.0/employeeExperience/communities",
        "/v1.0/groups",
    ]


def test_more_groups_than_a_page_holds_are_all_listed(ask: Any, extract: Any) -> None:
    with MicrosoftSandbox(seed=1, people=12, communities=80, years=0.2, messages=0) as box:
        keys = {str(group.yammer_id) for group in box.tenant.communities}
        for ways in (["rest"], ["graph"]):
            assert keys <= set(extract(STREAM, ask(box, ways=ways)).last(Space)) | _hidden(box)


def _hidden(box: MicrosoftSandbox) -> set[str]:
    return {str(space.id) for space in box.yammer.state.spaces.values() if not space.listed}


def test_the_settings_name_groups_by_id_guid_name_and_pattern(
    still: MicrosoftSandbox, ask: Any
) -> None:
    group = still.tenant.communities[1]
    names = [str(group.yammer_id), group.id, group.community_id, group.title.upper()]
    for word in [*names, f"{group.title[:5]}*"]:
        found = chosen(ask(still, ways=["rest", "graph"], groups=[word]))
        assert group.title in [one.title for one in found], word


def test_a_group_that_is_not_there_is_an_error_that_lists_what_is(
    still: MicrosoftSandbox, ask: Any
) -> None:
    with pytest.raises(ConfigError) as refused:
        chosen(ask(still, groups=["Nowhere"]))
    assert "there is no group 'Nowhere'; there are: " in str(refused.value)
    assert still.tenant.communities[0].title in str(refused.value)


def test_a_pattern_that_fits_nothing_is_no_error(still: MicrosoftSandbox, ask: Any) -> None:
    assert chosen(ask(still, groups=["Nothing *"])) == []
    assert Choice(["Water [1]*"]).takes("7", "water [1] and more")


def test_who_is_no_longer_listed_is_gone_but_not_beside_an_export(
    still: MicrosoftSandbox, ask: Any, extract: Any
) -> None:
    got = extract(STREAM, ask(still, ways=["graph"]))
    gone = [item for item in got.items if isinstance(item, Gone)]
    assert [set(item.but) for item in gone] == [set(got.last(Space))]
    beside = extract(STREAM, ask(still, ways=["graph", "export"]))
    assert not [item for item in beside.items if isinstance(item, Gone)]


def test_a_space_that_is_kept_out_of_the_directory_is_secret() -> None:
    hidden = Group(id=1, full_name="A", privacy="private", show_in_directory="false")
    assert space_of(Found("1", "A", rest=hidden)).visibility == "secret"


def test_the_vendors_groups_and_communities_are_read(vendor_files: Any) -> None:
    from cophub.connectors.yammer.client import decoded

    folder = vendor_files / "microsoft"
    for name in ("groups_list_2022.json", "groups_2011.json"):
        page, rejects = decoded((folder / "yammer" / name).read_bytes(), GroupList)
        assert rejects == []
        for group in page.items:
            space = space_of(Found(str(group.id), group.title, rest=group))
            assert space.created_at is not None
            assert space.visibility == "public"

    listed = json.loads((folder / "graph/communities_page1.json").read_bytes())["value"]
    one = json.loads((folder / "graph/community_get.json").read_bytes())
    keys = [yammer_id(msgspec.convert(row, Community).id) for row in [*listed, one]]
    assert keys == ["191326289920", "191476637696", "155527094272"]


def test_a_deleted_group_that_rest_still_lists_is_left_out(
    box: MicrosoftSandbox, ask: Any, extract: Any
) -> None:
    usual, title = box.answer, box.tenant.legacy.title

    def answer(request: Any) -> Any:
        response = usual(request)
        if request.path == "/api/v1/groups.json":
            rows = json.loads(response.body)
            for row in rows:
                row["state"] = "deleted" if row["full_name"] == title else row["state"]
            response.body = json.dumps(rows).encode()
        return response

    box.answer = answer  # type: ignore[method-assign]
    spaces = extract(STREAM, ask(box, ways=["rest"])).last(Space)
    assert spaces
    assert title not in [row["title"] for row in spaces.values()]
