"""What rows become, what is asked for again, whose lists hang on whose, and who has left."""

import json
from typing import Any

import pytest

from cophub import (
    UNSET,
    Account,
    AuthError,
    Event,
    Gone,
    Membership,
    Post,
    SourceUnavailable,
    Space,
)
from tests.connectors.rest.conftest import MEMBERS, person, told
from tests.connectors.website import Answer, Asked, Website

POSTS = {
    "path": "/posts", "record": "post",
    "columns": {"key": "id", "body": "text", "posted_at": "at", "account": "by"},
}  # fmt: skip


def post(number: int, **more: Any) -> dict[str, Any]:
    at = f"2026-05-{number:02}T10:00:00Z"
    return {"id": number, "text": f"<p>Post <b>{number}</b></p>", "at": at, "by": 1, **more}


@pytest.mark.parametrize(
    ("auth", "where", "says"),
    [
        ({"type": "bearer", "token": "s3cret-one"}, "authorization", "Bearer s3cret-one"),
        ({"type": "header", "name": "Api-Key", "value": "s3cret-two"}, "api-key", "s3cret-two"),
        ({"type": "basic", "username": "u", "password": "p"}, "authorization", "Basic dTpw"),
        ({"type": "query", "name": "key", "value": "s3cret-three"}, "key", "s3cret-three"),
    ],
)
def test_each_sign_in_signs_every_page(
    site: Website, read: Any, auth: dict[str, str], where: str, says: str
) -> None:
    bodies = iter([{"data": [person(1)], "next": "/api/members?from=2"}, {"data": [person(2)]}])
    site.pages["/api/members"] = lambda asked: told(next(bodies))
    read(auth=auth, paginator={"type": "json_link", "next_url_path": "next"})
    assert [one.headers.get(where, one.query.get(where)) for one in site.asked] == [says, says]


def test_a_bad_row_is_a_reject_and_then_nobody_has_left(site: Website, read: Any) -> None:
    site.pages["/api/members"] = told([person(1), {"id": {"no": "id"}}, "text", person(2)])
    run = read(snapshot=True)
    assert [one.account for one in run.of(Membership)] == ["1", "2"]
    assert [one.reason.partition(":")[0] for one in run.rejects] == [
        "members, row 2", "members, row 3",
    ]  # fmt: skip
    assert run.of(Gone) == []


def test_fields_of_every_form(site: Website, read: Any) -> None:
    row = {
        "id": 7, "slug": "call", "local": "2026-05-04 09:30", "end": 1777888800, "off": "yes",
        "tags": ["a", "b"], "host": {"first": "Ada", "last": "Byron"},
    }  # fmt: skip
    site.pages["/api/members"] = told({"events": [row, {**row, "id": 8, "slug": None}]})
    run = read(
        record="event", timezone="Europe/Zurich", values={"kind": "webinar"}, title="Calls",
        columns={
            "key": "id", "starts_at": "local", "ends_at": "end", "cancelled": "off",
            "title": "join(' & ', tags)", "extra.tags": "tags",
        },
        templates={"url": "https://x.example/{slug}/{id}", "organizer": "{host.first} {host.last}"},
    )  # fmt: skip
    one, other = run.of(Event)
    assert (one.key, one.kind, one.cancelled, one.title) == ("7", "webinar", True, "a & b")
    assert str(one.starts_at) == "2026-05-04 07:30:00+00:00"
    assert (one.url, one.organizer) == ("https://x.example/call/7", "Ada Byron")
    assert one.extra["tags"] == "a, b"
    assert other.url is None


def test_html_is_read_as_its_words_and_skipped_rows_are_not(site: Website, read: Any) -> None:
    site.pages["/api/posts"] = told([post(1), post(2, hidden=True), post(3, text=None)])
    run = read(streams={"posts": {**POSTS, "html": ["body"], "skip": "hidden"}})
    assert [one.key for one in run.of(Post)] == ["1"]
    assert run.of(Post)[0].body.strip() == "Post 1"
    assert len(run.rejects) == 1


def since_of(asked: Asked) -> Answer:
    """Posts from an instant on, two to a page."""
    since = asked.query.get("since", "")
    rows = [post(n) for n in range(1, 8) if post(n)["at"] >= since]
    start = (int(asked.query["page"]) - 1) * 2
    return told(rows[start : start + 2])


NEW = {"cursor_path": "at", "start_param": "since", "row_order": "asc"}


def test_only_what_is_new_is_asked_for_and_the_cursor_never_goes_back(
    site: Website, read: Any
) -> None:
    site.pages["/api/posts"] = since_of
    streams = {"posts": {**POSTS, "paginator": {"type": "page_number"}, "incremental": NEW}}
    run = read(streams=streams)
    assert [one.key for one in run.of(Post)] == [str(n) for n in range(1, 8)]
    assert "since" not in site.asked[0].query
    assert len(run.cursors) == 5  # after each page that has rows, and at the end
    again = read(run.cursor, streams=streams)
    assert [one.key for one in again.of(Post)] == ["7"]
    assert site.asked[-1].query["since"] == "2026-05-07T10:00:00Z"
    for cursor in run.cursors:
        keys = {one.key for one in read(cursor, streams=streams).of(Post)}
        assert "7" in keys
    site.pages["/api/posts"] = told([])
    assert read(again.cursor, streams=streams).cursor == again.cursor


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ({"format": "epoch"}, "1777975200"),
        ({"format": "epoch_ms"}, "1777975200000"),
        ({"format": "%Y-%m-%d %H:%M", "timezone": "Europe/Zurich"}, "2026-05-05 12:00"),
        ({"lookback_minutes": 90}, "2026-05-05T08:30:00Z"),
        ({"format": "number", "cursor_path": "id"}, "5"),
    ],
)
def test_the_cursor_is_sent_as_the_api_wants_it(
    site: Website, read: Any, given: dict[str, Any], sent: str
) -> None:
    at = "2026-05-05T10:00:00Z"
    epoch = {"epoch": 1777975200, "epoch_ms": 1777975200000}.get(str(given.get("format")), at)
    site.pages["/api/posts"] = told([post(5, at=epoch, zoned=at)])
    streams = {"posts": {**POSTS, "incremental": {**NEW, **given}}}
    read(read(streams=streams).cursor, streams=streams)
    assert site.asked[-1].query["since"] == sent


def test_a_date_to_come_does_not_move_the_cursor(site: Website, read: Any) -> None:
    site.pages["/api/posts"] = told([post(5), post(6, at="2999-01-01T00:00:00Z")])
    streams = {"posts": {**POSTS, "incremental": NEW}}
    assert "2026-05-05" in read(streams=streams).cursor
    assert "2999" not in read(streams=streams).cursor


def test_newest_first_is_read_until_a_page_has_nothing_new(site: Website, read: Any) -> None:
    rows = [post(n) for n in range(12, 0, -1)]

    def answer(asked: Asked) -> Answer:
        start = (int(asked.query["page"]) - 1) * 2
        return told(rows[start : start + 2])

    site.pages["/api/posts"] = answer
    new = {"cursor_path": "at", "row_order": "desc"}
    streams = {"posts": {**POSTS, "paginator": {"type": "page_number"}, "incremental": new}}
    first = read(streams=streams)
    assert len(first.cursors) == 1, "what comes last is not read yet"
    assert len(first.of(Post)) == 12
    rows[:0] = [post(14), post(13)]
    site.asked.clear()
    again = read(first.cursor, streams=streams)
    assert len(site.asked) == 3
    assert {one.key for one in again.of(Post)} >= {"14", "13"}


def test_another_mapping_starts_that_list_anew(site: Website, read: Any) -> None:
    site.pages["/api/posts"] = since_of
    table = {**POSTS, "paginator": {"type": "page_number"}, "incremental": NEW}
    cursor = read(streams={"posts": table}).cursor
    site.asked.clear()
    read(cursor, streams={"posts": {**table, "values": {"kind": "news"}}})
    assert "since" not in site.asked[0].query


GROUPS = {"path": "/groups", "record": "space", "columns": {"key": "slug", "title": "name"}}
OF_GROUP = {
    **MEMBERS, "parent": "groups", "path": "/groups/{_parent.slug}/{kind}", "snapshot": True,
    "params": {"group": "{_parent.id}", "all": True},
    "columns": {**MEMBERS["columns"], "space": "_parent.slug"},
}  # fmt: skip


def test_lists_of_a_parents_rows(site: Website, read: Any) -> None:
    site.pages["/api/groups"] = told([
        {"id": 1, "slug": "a b", "name": "A"}, {"id": 2, "slug": "c", "name": "C"},
    ])  # fmt: skip
    site.pages["/api/groups/a%20b/people"] = told([person(1), person(2)])
    site.pages["/api/groups/c/people"] = told([person(2)])
    streams = {"groups": {**GROUPS, "snapshot": True}, "members": OF_GROUP}
    run = read(streams=streams, variables={"kind": "people"})
    found = {(one.space, one.account) for one in run.of(Membership)}
    assert found == {("a b", "1"), ("a b", "2"), ("c", "2")}
    assert [(one.key, one.title) for one in run.of(Space)] == [("a b", "A"), ("c", "C")]
    assert site.asked[1].query == {"group": "1", "all": "true"}
    assert [one.record for one in run.of(Gone)] == [Space, Membership]
    assert set(run.of(Gone)[1].but) == found


def test_a_parent_whose_list_is_not_there(site: Website, read: Any) -> None:
    site.pages["/api/groups"] = told([{"slug": "a", "id": 1}, {"slug": None}, {"slug": "b"}])
    site.pages["/api/groups/a/people"] = told([person(1)])
    streams = {"groups": {**GROUPS, "columns": {"key": "slug", "title": "id"}}, "members": OF_GROUP}
    with pytest.raises(SourceUnavailable, match="404"):
        read(streams=streams, variables={"kind": "people"})
    streams["members"] = {**OF_GROUP, "ignore_status": [404]}
    run = read(streams=streams, variables={"kind": "people"})
    assert len(run.of(Membership)) == 1
    assert any("its own list cannot be asked for" in one.reason for one in run.rejects)
    assert run.of(Gone) == []


def test_a_parents_cursor_waits_for_its_rows_own_lists(site: Website, extract: Any, context: Any,
                                                       settings: Any) -> None:  # fmt: skip
    from tests.connectors.rest.conftest import QUICK, RECORDS

    site.pages["/api/topics"] = told([{"id": 1, "at": "2026-05-01T00:00:00Z", "title": "T"}])
    topics = {"path": "/topics", "record": "post", "columns": {"key": "id", "title": "title"},
              "incremental": {**NEW, "row_order": None}}  # fmt: skip
    answers = {**POSTS, "path": "/topics/{_parent.id}/posts", "parent": "topics"}
    ctx = context(settings(streams={"topics": topics, "answers": answers}), limits=QUICK,
                  sleep=lambda seconds: None)  # fmt: skip
    site.pages["/api/topics/1/posts"] = Answer(b"", 500)
    items = []
    with pytest.raises(SourceUnavailable):
        items += RECORDS.extract(ctx, None)
    site.pages["/api/topics/1/posts"] = told([post(3)])
    run = extract(RECORDS, ctx)
    assert [one.key for one in run.of(Post)] == ["1", "3"]
    assert "2026-05-01" in run.cursor


def test_a_list_that_is_refused_does_not_keep_the_others(site: Website, settings: Any,
                                                         context: Any) -> None:  # fmt: skip
    from tests.connectors.rest.conftest import QUICK, RECORDS

    site.pages["/api/members"] = Answer(b"{}", 403)
    site.pages["/api/posts"] = told([post(1)])
    ctx = context(settings(streams={"members": MEMBERS, "posts": POSTS}), limits=QUICK)
    items: list[Any] = []
    with pytest.raises(AuthError, match="403"):
        for item in RECORDS.extract(ctx, None):
            items.append(item)
    assert [one.key for one in items if isinstance(one, Post)] == ["1"]
    site.pages["/api/members"] = Answer(b"{}", 401)
    with pytest.raises(AuthError, match="401"):
        next(RECORDS.extract(ctx, None))


def test_two_runs_alike_and_secrets_in_no_reject(site: Website, read: Any) -> None:
    site.pages["/api/members"] = told([person(1, note="s3cret-four"), {"id": [], "email": "x"}])
    given = {"auth": {"type": "bearer", "token": "s3cret-four"}}
    assert read(**given).items == read(**given).items
    assert "s3cret-four" not in json.dumps([one.item for one in read(**given).rejects])
    assert read(**given).of(Account)[0].job_title is UNSET


def test_nobody_has_left_the_lists_of_a_parent_that_is_no_row(site: Website, read: Any) -> None:
    site.pages["/api/groups"] = told([{"id": 1, "slug": "a", "name": "A"}, "no row"])
    site.pages["/api/groups/a/people"] = told([person(1)])
    run = read(streams={"groups": GROUPS, "members": OF_GROUP}, variables={"kind": "people"})
    assert len(run.of(Membership)) == 1
    assert run.of(Gone) == []
