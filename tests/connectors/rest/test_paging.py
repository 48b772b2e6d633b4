"""Every way from page to page, each with its end, and lists that turn in circles."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from cophub import Account, Gone, Membership, SourceUnavailable
from tests.connectors.rest.conftest import person, told
from tests.connectors.website import Answer, Asked, Website

ROWS = [person(n) for n in range(1, 8)]
SIZE = 3
Given = dict[str, Any]


def by_number(asked: Asked) -> Answer:
    start = (int(asked.query["p"]) - 1) * SIZE
    return told({"data": ROWS[start : start + SIZE], "pages": 3})


def by_offset(asked: Asked) -> Answer:
    start = int(asked.query["skip"])
    return told({"data": ROWS[start : start + SIZE], "meta": {"total": len(ROWS)}})


def by_cursor(asked: Asked) -> Answer:
    start = int(asked.query.get("token", "t0")[1:])
    more = start + SIZE < len(ROWS)
    return told({"data": ROWS[start : start + SIZE], "next": f"t{start + SIZE}" if more else None})


def by_header(asked: Asked) -> Answer:
    start = int(asked.query.get("from", 0))
    link = f'</api/members?from={start + SIZE}>; rel="next"' if start + SIZE < len(ROWS) else ""
    return told(ROWS[start : start + SIZE], Link=link)


def by_link(asked: Asked) -> Answer:
    start = int(asked.query.get("from", 0))
    link = f"?from={start + SIZE}" if start + SIZE < len(ROWS) else None
    return told({"data": ROWS[start : start + SIZE], "links": {"next": link}})


def by_last(asked: Asked) -> Answer:
    after = int(asked.query.get("after", 0))
    return told({"data": [row for row in ROWS if row["id"] > after][:SIZE]})


WAYS: dict[str, tuple[Callable[[Asked], Answer], Given, int]] = {
    "page number, until a page is empty": (
        by_number, {"type": "page_number", "page_param": "p", "limit": 3}, 4),
    "page number, as many as it says": (
        by_number, {"type": "page_number", "page_param": "p", "total_path": "pages"}, 3),
    "offset, until a page is empty": (by_offset, {"type": "offset", "offset_param": "skip"}, 4),
    "offset, up to the total": (
        by_offset, {"type": "offset", "offset_param": "skip", "total_path": "meta.total"}, 3),
    "a cursor in the answer": (
        by_cursor, {"type": "cursor", "cursor_path": "next", "cursor_param": "token"}, 3),
    "a link in the header": (by_header, {"type": "header_link"}, 3),
    "a link in the answer": (by_link, {"type": "json_link", "next_url_path": "links.next"}, 3),
    "the last id": (by_last, {"type": "last_id", "id_param": "after"}, 4),
}  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
def test_each_way_reads_all_rows_once(site: Website, read: Any, way: str) -> None:
    answer, paginator, requests = WAYS[way]
    site.pages["/api/members"] = answer
    run = read(paginator=paginator, snapshot=True)
    assert [one.account for one in run.of(Membership)] == [str(row["id"]) for row in ROWS]
    assert len(site.asked) == requests
    [gone] = run.of(Gone)
    assert len(gone.but) == len(ROWS)


@pytest.mark.parametrize("way", WAYS)
def test_pages_that_repeat_are_refused_and_nobody_has_left(
    site: Website, read: Any, way: str
) -> None:
    """Whatever is asked, the first page comes, and says that there is more."""
    answer, paginator, _ = WAYS[way]
    paginator = {name: value for name, value in paginator.items() if name != "total_path"}
    first = {"p": "1", "skip": "0"}
    site.pages["/api/members"] = lambda asked: answer(Asked(asked.path, first, {}))
    with pytest.raises(SourceUnavailable, match="paging does not work"):
        read(paginator=paginator, snapshot=True)
    assert len(site.asked) == 2


def test_two_pages_in_turns_are_refused(site: Website, read: Any) -> None:
    numbers = iter(range(100))
    site.pages["/api/members"] = lambda asked: told([person(next(numbers) % 2)])
    with pytest.raises(SourceUnavailable, match="the same page twice"):
        read(paginator={"type": "page_number"})


def test_paging_without_end_is_refused(site: Website, read: Any) -> None:
    numbers = iter(range(100))
    site.pages["/api/members"] = lambda asked: told([person(next(numbers))])
    with pytest.raises(SourceUnavailable, match=r"after 5 pages \(maximum_pages\)"):
        read(paginator={"type": "page_number"}, maximum_pages=5)


def test_a_link_that_leaves_the_host_is_not_followed(site: Website, read: Any) -> None:
    site.pages["/api/members"] = told({"data": ROWS, "next": "https://elsewhere.example/x"})
    with pytest.raises(SourceUnavailable, match=r"elsewhere\.example"):
        read(paginator={"type": "json_link", "next_url_path": "next"})


def test_a_short_page_is_not_the_end(site: Website, read: Any) -> None:
    given = [[person(1)], [person(2), person(3)], []]
    site.pages["/api/members"] = lambda asked: told(given[int(asked.query["page"])])
    run = read(paginator={"type": "page_number", "base_page": 0, "limit": 2})
    assert len(run.of(Membership)) == 3


def test_a_row_that_comes_twice_on_a_page_passes_over_no_other(site: Website, read: Any) -> None:
    """The vendor hands out three rows a page, and the first of them twice."""

    def twice(asked: Asked) -> Answer:
        start = int(asked.query["skip"])
        return told(ROWS[start : start + 1] + ROWS[start : start + SIZE - 1])

    site.pages["/api/members"] = twice
    run = read(paginator={"type": "offset", "offset_param": "skip"}, snapshot=True)
    assert {one.account for one in run.of(Membership)} == {str(row["id"]) for row in ROWS}


def test_a_row_on_two_pages_is_one_and_the_last_counts(site: Website, read: Any) -> None:
    late = person(1) | {"profile": {"name": "Renamed"}}
    given = [[person(1), person(2)], [late, person(3)], []]
    site.pages["/api/members"] = lambda asked: told(given[int(asked.query["page"]) - 1])
    run = read(paginator={"type": "page_number"}, snapshot=True)
    assert run.last(Account)["1"]["name"] == "Renamed"
    assert run.rejects == []
    assert len(run.of(Gone)[0].but) == 3


def test_429_is_waited_for_and_500_without_end_keeps_everybody(site: Website, read: Any) -> None:
    slow = iter([Answer(b"", 429, {"Retry-After": "7"}), told(ROWS)])
    site.pages["/api/members"] = lambda asked: next(slow)
    assert len(read().of(Membership)) == len(ROWS)
    site.pages["/api/members"] = lambda asked: Answer(b"", 500)
    with pytest.raises(SourceUnavailable, match="500"):
        read(snapshot=True)


def test_an_answer_that_is_cut_is_refused(site: Website, read: Any) -> None:
    site.pages["/api/members"] = Answer(json.dumps(ROWS).encode()[:-9])
    with pytest.raises(SourceUnavailable, match="no JSON"):
        read()


@pytest.mark.parametrize(
    ("body", "selector", "line"),
    [
        ({"a": [], "b": []}, None, "has 2 lists; it holds a, b"),
        ({"error": "no"}, None, "has no lists"),
        ({"data": {"rows": []}}, "data.items", "it holds data"),
        ({"data": 7}, "data", "`data` is no list"),
    ],
)
def test_a_list_that_is_elsewhere_is_told_in_one_line(
    site: Website, read: Any, body: Any, selector: str | None, line: str
) -> None:
    site.pages["/api/members"] = told(body)
    with pytest.raises(SourceUnavailable, match="data_selector") as caught:
        read(data_selector=selector)
    assert line in str(caught.value)


def test_an_empty_list_may_be_null(site: Website, read: Any) -> None:
    site.pages["/api/members"] = told({"data": {"rows": None}})
    assert read(data_selector="data.rows").records == []
