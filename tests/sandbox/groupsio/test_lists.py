"""The vendor's lists: envelope, paging by position, orders."""

from collections.abc import Callable
from typing import Any

import pytest

from cophub.sandbox import GroupsioSandbox

Json = dict[str, Any]
Ask = Callable[..., Json]
Whole = Callable[..., list[Json]]
LISTS = ("getmembers", "gettopics", "getmessages")


@pytest.mark.parametrize("name", LISTS)
def test_pages_hold_every_row_once_and_end_with_a_token_of_zero(
    read: Ask, whole: Whole, name: str
) -> None:
    """Positions count from 1, the token is where the page ended."""
    first = read(name, group_name="mercop", limit=7)
    assert (first["start_item"], first["end_item"], first["next_page_token"]) == (1, 7, 7)
    rows = whole(read, name, group_name="mercop", limit=7)
    assert len({row["id"] for row in rows}) == len(rows) == first["total_count"]
    last = read(name, group_name="mercop", limit=7, page_token=first["total_count"] - 1)
    assert (last["has_more"], last["next_page_token"]) == (False, 0)


def test_a_page_has_at_most_a_hundred_rows(read: Ask) -> None:
    """More is not refused, and not given."""
    assert len(read("getmessages", group_name="mercop", limit=500)["data"]) == 100


def test_no_rows_are_null(read: Ask) -> None:
    """Not an empty list."""
    page = read("searcharchives", group_name="mercop", q="no such words anywhere")
    assert page["data"] is None
    assert (page["total_count"], page["start_item"], page["has_more"]) == (0, 0, False)


def test_what_is_inserted_shifts_the_pages_after_it(sandbox: GroupsioSandbox, ask: Ask) -> None:
    """A token is a position, so the newest first shows a row twice and misses none."""
    before = ask("getmessages", group_name="mercop", limit=5)
    author = next(iter(sandbox.group("mercop").present())).user
    with sandbox.changing():
        sandbox.writing.start(sandbox.group("mercop"), author, "One more")
    after = ask("getmessages", group_name="mercop", limit=5, page_token=before["next_page_token"])
    assert after["data"][0]["id"] == before["data"][-1]["id"]
