"""Lists that shift, that are told twice, or that are shorter than the vendor says."""

from typing import Any

import pytest

from cophub import SourceUnavailable
from cophub.connectors.dgroups.client import Api, api
from cophub.connectors.dgroups.payloads import Message, Page, Subscription
from cophub.connectors.dgroups.posts import in_order
from cophub.connectors.dgroups.walking import Walk
from tests.connectors.dgroups.conftest import Ask, Table, Watched, posts_of, told
from tests.connectors.dgroups.test_members import present


def members_of(client: Api, box: Watched, **more: Any) -> Walk[Subscription]:
    """The members of the first group."""
    params = {"group_id": box.group("mercop").id, "sort_field": "created", "sort_dir": "asc"}
    return Walk(client, "getmembers", Subscription, params, key=lambda row: row.user_id, **more)


def test_a_list_that_is_shorter_than_its_count_ends_nobody(
    box: Watched, ask: Ask, table: Table, monkeypatch: pytest.MonkeyPatch
):
    table.read(ask(box), "members")
    before = present(table)
    plain = Api.page

    def short(self: Api, call: str, **params: Any) -> Page:
        page = plain(self, call, **params)
        if call == "getmembers" and page.data:
            page.data = page.data[:-1]
        return page

    monkeypatch.setattr(Api, "page", short)
    table.read(ask(box, later=30), "members")
    assert present(table) == before
    assert any("where the vendor counts" in reject.reason for reject in table.rejects)


def test_a_page_that_comes_twice_is_asked_for_again(ask: Ask, table: Table):
    with Watched(seed=2, people=60, communities=1, years=2) as busy:
        busy.faults.plan("duplicate_page", path="*/getmessages", at=(2, 4))
        table.read(ask(busy, history="api"), "messages")
        assert told(table) == posts_of(busy.truth())


def test_rows_of_another_group_are_not_told_as_of_this_one(
    still: Watched, ask: Ask, monkeypatch: pytest.MonkeyPatch
):
    client, plain = api(ask(still)), Api.page
    other = still.group("mnch").id

    def swapped(self: Api, call: str, **params: Any) -> Page:
        return plain(self, call, **{**params, "group_id": other})

    monkeypatch.setattr(Api, "page", swapped)
    with pytest.raises(SourceUnavailable, match="what was not asked for"):
        members_of(client, still).every()


def test_a_walk_may_begin_in_the_middle(still: Watched, ask: Ask):
    client = api(ask(still))
    whole = members_of(client, still).every()
    some = members_of(client, still)
    rest = [row for sheet in some.sheets(5, whole[4].user_id) for row in sheet.rows]
    assert [row.user_id for row in rest] == [row.user_id for row in whole[5:]]


def test_a_walk_that_begins_where_rows_are_gone_steps_back(still: Watched, ask: Ask):
    client = api(ask(still))
    whole = members_of(client, still).every()
    some = members_of(client, still)
    rest = {row.user_id for sheet in some.sheets(9, whole[4].user_id) for row in sheet.rows}
    assert {row.user_id for row in whole[5:]} <= rest


def test_messages_of_a_topic_are_in_the_order_of_their_dates():
    late = Message(id=1, msg_num=9, created="2024-01-01T00:00:00Z")
    early = Message(id=2, msg_num=4, created="2024-01-02T00:00:00-08:00")
    assert in_order([early, late]) == [late, early]
