"""Audiences of any size: pages found by arithmetic, and the same as if all were held."""

import time
import tracemalloc
from collections import Counter
from collections.abc import Iterator
from typing import Any

import httpx
import msgspec
import pytest

from cophub.sandbox import MailchimpSandbox
from cophub.sandbox.mailchimp.fields import chosen
from cophub.sandbox.mailchimp.listing import Encoder, Query, select
from cophub.sandbox.mailchimp.rows import member_row
from cophub.sandbox.mailchimp.state import STATUSES, Audience, Member, member_id

SIZE = 6_000


@pytest.fixture(scope="module")
def moved() -> Iterator[MailchimpSandbox]:
    """A crowd of 6,000 after thirty days in which 60 members a day changed."""
    sandbox = MailchimpSandbox(people=SIZE, audiences=1, churn=0.01)
    sandbox.advance(days=30)
    with sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def audience(moved: MailchimpSandbox) -> Audience:
    """Its only audience."""
    return moved.audiences[0]


def held(audience: Audience) -> list[Member]:
    """Every member as an object, oldest change first: what the pages must equal."""
    assert audience.crowd is not None
    crowd = [audience.crowd.make(n) for n in range(SIZE) if not audience.crowd.is_lifted(n)]
    everyone = crowd + list(audience.members.values())
    return sorted(everyone, key=lambda member: (member.changed, member.serial))


def test_the_crowd_has_changed_in_every_way(audience: Audience) -> None:
    """Otherwise the tests below would show little."""
    statuses = Counter(member.status for member in audience.members.values())
    assert len(audience.members) > 1_000
    assert all(statuses[status] > 5 for status in ("subscribed", "unsubscribed", "cleaned"))
    assert len(audience.forgotten) > 30
    assert any(member.serial >= SIZE for member in audience.members.values())


@pytest.mark.parametrize("status", [None, *STATUSES])
@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("window", [(None, None), (0.2, None), (None, 0.5), (0.3, 0.98)])
def test_pages_equal_those_of_a_list_of_everybody(
    audience: Audience,
    status: str | None,
    descending: bool,
    window: tuple[float | None, float | None],
) -> None:
    """Any status, order and window; the first page, one in the middle, the last and beyond."""
    everyone = held(audience)
    low, high = (None if at is None else everyone[int(at * len(everyone))].changed for at in window)
    wanted = [
        member.key
        for member in everyone
        if (status is None or member.status == status)
        and (low is None or member.changed > low)
        and (high is None or member.changed < high)
    ]
    if descending:
        wanted.reverse()
    query = Query(status, low, high, sort="last_changed", descending=descending)
    for offset in (0, len(wanted) // 2, max(len(wanted) - 7, 0), len(wanted) + 5):
        total, page = select(audience, query, offset, 50)
        assert total == len(wanted)
        assert [audience.member(found).key for found in page] == wanted[offset : offset + 50]


@pytest.mark.parametrize("sort", ["timestamp_opt", "timestamp_signup"])
def test_rare_orders_are_answered_too_though_slowly(audience: Audience, sort: str) -> None:
    """By opt-in and by sign-up everybody is looked at."""
    field = {"timestamp_opt": "opt", "timestamp_signup": "signup"}[sort]
    total, page = select(audience, Query(sort=sort), 0, SIZE * 2)
    values = [getattr(audience.member(found), field) for found in page]
    assert total == len(page) == len(held(audience))
    assert values == sorted(values)


def test_counts_by_status_agree_with_everybody(audience: Audience) -> None:
    """Also those that the audience reports of itself."""
    counted = Counter(member.status for member in held(audience))
    assert {status: audience.total(status) for status in STATUSES} == {
        status: counted[status] for status in STATUSES
    }


@pytest.mark.parametrize(
    ("include", "exclude"),
    [(None, {}), (None, {"_links": {}}), ({"id": {}, "merge_fields": {"FNAME": {}}}, {})],
)
def test_a_row_filled_into_a_template_is_the_row_that_the_member_would_have(
    audience: Audience, include: Any, exclude: Any
) -> None:
    """Every place of the cycle, and far beyond it, whatever fields are asked for."""
    crowd = audience.crowd
    assert crowd is not None
    encoder = Encoder(audience, "http://x", include, exclude)
    indexes = [n for n in (*range(450), *range(SIZE - 450, SIZE)) if not crowd.is_lifted(n)]
    for index, encoded in zip(indexes, encoder.encode(indexes, 0), strict=True):
        row = member_row(crowd.make(index), audience, "http://x", (0, 0))
        assert msgspec.json.decode(encoded) == chosen(row, include, exclude)


def test_members_of_a_crowd_have_a_row_of_their_own_and_the_right_id(
    moved: MailchimpSandbox,
) -> None:
    """Over HTTP, page after page: no id twice, each the MD5 of its address."""
    url = f"{moved.base_url}/3.0/lists/{moved.audiences[0].list_id}/members"
    rows, total = [], 1
    with httpx.Client(auth=("x", moved.api_key)) as client:
        while len(rows) < total:
            query = {"count": 1000, "offset": len(rows), "exclude_fields": "members._links"}
            answer = client.get(url, params=query).json()
            rows += answer["members"]
            total = answer["total_items"]
        assert client.get(f"{url}/{rows[77]['id']}").json()["web_id"] == rows[77]["web_id"]
    assert len({row["id"] for row in rows}) == len(rows) == total
    assert all(row["id"] == member_id(row["email_address"]) for row in rows)
    assert len({row["contact_id"] for row in rows}) == len(rows)


def test_a_million_members_need_no_memory_and_no_time_to_begin() -> None:
    """Neither does a page from their midst."""
    tracemalloc.start()
    started = time.perf_counter()
    sandbox = MailchimpSandbox(people=1_000_000, audiences=1)
    audience = sandbox.audiences[0]
    total, page = select(audience, Query(sort="last_changed"), 600_000, 1000)
    encoded = list(Encoder(audience, "http://x", None, {"_links": {}}).encode(page, 0))
    seconds, (_, peak) = time.perf_counter() - started, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert total == 1_000_000
    assert len(encoded) == 1000
    assert peak < 60 << 20
    assert seconds < 10


def test_a_crowd_gets_newsletters_as_a_panel_of_readers(moved: MailchimpSandbox) -> None:
    """A segment of 500, so that reports stay quick however many members there are."""
    sent = [
        campaign for campaign in moved.campaigns() if campaign.sent and "TEST" not in campaign.title
    ]
    assert {len(campaign.deliveries) for campaign in sent} == {500}
    assert {campaign.segment for campaign in sent} == {"Readers' panel"}
