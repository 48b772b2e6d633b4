"""Lists that shift, that are told twice, or that are shorter than the vendor says."""

from datetime import date
from typing import Any, cast

import msgspec
import pytest

from cophub import SourceUnavailable
from cophub.connectors.dgroups.calendar import within
from cophub.connectors.dgroups.client import Api, api
from cophub.connectors.dgroups.payloads import Event as Entry
from cophub.connectors.dgroups.payloads import Message, Page, Subscription, Topic
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


class Listing:
    """Answers one page after another, whatever is asked for; remembers the tokens."""

    def __init__(self, *pages: Page) -> None:
        self.pages, self.tokens = list(pages), list[int]()

    def page(self, call: str, **params: Any) -> Page:
        """The next page."""
        self.tokens.append(params.get("page_token", 0))
        return self.pages.pop(0)


def page_of(*ids: int, start: int = 1, total: int = 0, **more: Any) -> Page:
    """A page with these rows."""
    raw = [msgspec.Raw(b'{"id":%d}' % id) for id in ids]
    return Page(data=raw, start_item=start, total_count=total or len(ids), **more)


def walk(*pages: Page, **more: Any) -> tuple[Walk[Topic], Listing]:
    """A walk over these pages."""
    listing = Listing(*pages)
    return Walk(cast(Api, listing), "gettopics", Topic, {}, **more), listing


@pytest.mark.parametrize(("more", "token"), [(True, 0), (False, 2)])
def test_a_list_ends_where_either_sign_says_so(more: bool, token: int):
    found, listing = walk(page_of(1, 2, has_more=more, next_page_token=token))
    assert [row.id for row in found.every()] == [1, 2]
    assert listing.tokens == [0]


def test_a_list_whose_next_page_is_no_further_is_an_error():
    found, _ = walk(*[page_of(1, 2, total=9, has_more=True, next_page_token=2)] * 5)
    found.met.add(0)
    with pytest.raises(SourceUnavailable, match="no further"):
        list(found.sheets(3, 1))


def test_rows_that_come_twice_are_told_once():
    found, _ = walk(
        page_of(1, 2, total=3, has_more=True, next_page_token=2), page_of(2, 3, start=2, total=3)
    )
    assert [row.id for row in found.every()] == [1, 2, 3]


def test_a_page_of_another_place_is_asked_for_again():
    found, listing = walk(
        page_of(1, 2, total=3, has_more=True, next_page_token=2),
        page_of(8, 9, start=8, total=3, has_more=True, next_page_token=9),
        page_of(2, 3, start=2, total=3),
    )
    assert [row.id for row in found.every()] == [1, 2, 3]
    assert listing.tokens == [0, 1, 1]


def test_a_list_that_is_short_once_is_walked_again():
    found, _ = walk(page_of(1, total=2), page_of(1, 2))
    assert [row.id for row in found.every()] == [1, 2]
    assert found.rejects == []


def test_rows_that_do_not_fit_are_not_told():
    """Nobody asked for them: the answer is another month's."""
    found, _ = walk(*[page_of(1, 2)] * 3, fits=lambda row: row.id == 1)
    with pytest.raises(SourceUnavailable, match="what was not asked for"):
        found.every()


def test_an_event_fits_its_window_give_or_take_a_day():
    window = date(2024, 3, 1), date(2024, 3, 31)
    assert within(Entry(id=1, start_time="2024-03-15T10:00:00Z"), *window)
    assert within(Entry(id=1, start_time="2024-02-29T10:00:00Z"), *window)
    assert within(Entry(id=1, start="2023-12-01", end="2024-03-02"), *window)
    assert not within(Entry(id=1, start_time="2024-05-01T10:00:00Z"), *window)
    assert not within(Entry(id=1, start_time="2024-01-15T10:00:00Z"), *window)
