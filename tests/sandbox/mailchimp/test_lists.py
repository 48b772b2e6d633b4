"""Audiences and members over HTTP, as the vendor serves them, habits included."""

import base64
from collections import Counter
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import httpx
import pytest

from cophub.sandbox import MailchimpSandbox
from cophub.sandbox.mailchimp.state import STATUSES, Audience

Json = dict[str, Any]


@pytest.fixture(scope="module")
def audience(shown: MailchimpSandbox) -> Audience:
    """The audience that uses double opt-in."""
    return shown.audiences[1]


def page(client: httpx.Client, audience: Audience, **params: Any) -> Json:
    """A page of members; up to 1,000 unless asked."""
    answer = client.get(f"/lists/{audience.list_id}/members", params={"count": 1000, **params})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def ids(answer: Json) -> list[str]:
    """The ids of a page's members."""
    return [row["id"] for row in answer["members"]]


# Who may ask


def test_any_user_with_the_key_as_password_or_the_key_as_bearer_may_read(
    shown: MailchimpSandbox,
) -> None:
    """The two ways in."""
    url = f"{shown.base_url}/3.0/ping"
    assert httpx.get(url, auth=("whoever", "sandbox-us1")).status_code == 200
    assert httpx.get(url, headers={"Authorization": "Bearer sandbox-us1"}).status_code == 200


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer wrong-us1",
        "Basic " + base64.b64encode(b"u:wrong").decode(),
        "Basic sandbox-us1",
        "Basic",
    ],
)
def test_nobody_else_may(shown: MailchimpSandbox, header: str) -> None:
    """401 with the vendor's words, on every path, known or not."""
    for path in ("/3.0/lists", "/3.0/nothing"):
        answer = httpx.get(shown.base_url + path, headers={"Authorization": header})
        assert answer.status_code == 401
        assert answer.json()["title"] == "API Key Invalid"


# Pages


def test_a_page_has_ten_rows_unless_asked_and_tells_how_many_there_are(
    reader: httpx.Client, audience: Audience
) -> None:
    """`total_items` counts all that the filters leave, whatever the page."""
    answer = reader.get(f"/lists/{audience.list_id}/members").json()
    assert len(answer["members"]) == 10
    assert answer["total_items"] == len(audience.members)
    assert page(reader, audience, offset=10_000)["members"] == []


@pytest.mark.parametrize("size", [1, 7, 100])
def test_pages_of_any_size_put_together_are_the_whole(
    reader: httpx.Client, audience: Audience, size: int
) -> None:
    """Every member once, in the same order."""
    whole = ids(page(reader, audience))
    total = page(reader, audience, count=0)["total_items"]
    pieces = [
        key
        for offset in range(0, total, size)
        for key in ids(page(reader, audience, count=size, offset=offset))
    ]
    assert pieces == whole
    assert set(whole) == set(audience.members)


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"count": "1001"}, "count"),
        ({"count": "-1"}, "count"),
        ({"offset": "-5"}, "offset"),
        ({"count": "ten"}, "count"),
        ({"status": "active"}, "status"),
        ({"sort_field": "email"}, "sort_field"),
        ({"sort_dir": "up"}, "sort_dir"),
        ({"since_last_changed": "yesterday"}, "since_last_changed"),
        ({"vip_only": "maybe"}, "vip_only"),
        ({"interest_ids": "abc"}, "interest_ids"),
        ({"unsubscribed_since": "2026-01-01", "status": "subscribed"}, "unsubscribed_since"),
    ],
)
def test_a_parameter_that_is_wrong_is_named(
    reader: httpx.Client, audience: Audience, params: Json, field: str
) -> None:
    """400, with the field in `errors`."""
    answer = reader.get(f"/lists/{audience.list_id}/members", params=params)
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == [field]


def test_what_there_is_not_is_not_found_and_what_may_not_be_done_is_refused(
    reader: httpx.Client, audience: Audience
) -> None:
    """404 and 405; the latter names what is allowed."""
    for path in ("/lists/none", "/nothing", f"/lists/{audience.list_id}/members/{'0' * 32}"):
        assert reader.get(path).status_code == 404
    refused = reader.post(f"/lists/{audience.list_id}/members", json={})
    assert (refused.status_code, refused.headers["Allow"]) == (405, "GET")


# Filters and order


@pytest.mark.parametrize("status", STATUSES)
def test_a_status_selects_and_none_returns_all_of_them(
    reader: httpx.Client, audience: Audience, status: str
) -> None:
    """Archived and cleaned members stay visible."""
    answer = page(reader, audience, status=status)
    assert {row["status"] for row in answer["members"]} <= {status}
    assert answer["total_items"] == audience.counts[status]
    everyone = Counter(row["status"] for row in page(reader, audience)["members"])
    assert everyone[status] == audience.counts[status]


@pytest.mark.parametrize("field", ["last_changed", "timestamp_opt", "timestamp_signup"])
def test_members_come_in_the_order_asked_for(
    reader: httpx.Client, audience: Audience, field: str
) -> None:
    """Ascending and descending; `""` sorts before every instant."""
    up = page(reader, audience, sort_field=field, sort_dir="ASC")["members"]
    down = page(reader, audience, sort_field=field, sort_dir="DESC")["members"]
    assert [row[field] for row in up] == sorted(row[field] for row in up)
    assert [row[field] for row in down] == sorted((row[field] for row in down), reverse=True)


def test_the_bounds_of_a_window_are_outside_it(reader: httpx.Client, audience: Audience) -> None:
    """The strictest reading of the vendor: neither bound's own second is returned."""
    rows = page(reader, audience, sort_field="last_changed")["members"]
    instants = [row["last_changed"] for row in rows]
    low, high = instants[len(rows) // 4], instants[len(rows) // 2]
    found = page(reader, audience, since_last_changed=low, before_last_changed=high)["members"]
    wanted = {row["id"] for row in rows if low < row["last_changed"] < high}
    assert {row["id"] for row in found} == wanted
    assert wanted


def test_members_can_be_found_by_opt_in_by_vip_by_mailbox_and_by_interest(
    reader: httpx.Client, audience: Audience
) -> None:
    """Each against all members filtered here."""
    rows, since = page(reader, audience)["members"], "2026-01-01T00:00:00+00:00"
    opted = page(reader, audience, since_timestamp_opt=since)["members"]
    assert {row["id"] for row in opted} == {r["id"] for r in rows if r["timestamp_opt"] > since}
    vips = page(reader, audience, vip_only="true")["members"]
    assert {row["id"] for row in vips} == {row["id"] for row in rows if row["vip"]}
    one = page(reader, audience, unique_email_id=rows[3]["unique_email_id"])["members"]
    assert [row["id"] for row in one] == [rows[3]["id"]]
    interest = audience.interests[0]
    asked = {"interest_category_id": interest["category_id"], "interest_ids": interest["id"]}
    for match, wanted in (("any", True), ("all", True), ("none", False)):
        found = page(reader, audience, interest_match=match, **asked)["members"]
        assert {row["id"] for row in found} == {
            row["id"] for row in rows if row["interests"][interest["id"]] is wanted
        }


def test_fields_choose_what_a_row_holds(reader: httpx.Client, audience: Audience) -> None:
    """Dotted names, to keep or to leave out; links are two thirds of a page."""
    bare = page(reader, audience, count=2, fields="members.id,members.stats.avg_open_rate")
    assert set(bare) == {"members"}
    assert {frozenset(row) for row in bare["members"]} == {frozenset({"id", "stats"})}
    assert set(bare["members"][0]["stats"]) == {"avg_open_rate"}
    assert set(page(reader, audience, fields="total_items")) == {"total_items"}
    path = f"/lists/{audience.list_id}/members"
    whole = reader.get(path, params={"count": 100})
    light = reader.get(path, params={"count": 100, "exclude_fields": "members._links,_links"})
    assert "_links" not in light.json()
    assert all("_links" not in row for row in light.json()["members"])
    assert len(light.content) < len(whole.content) / 2


# Rows


def test_one_member_is_found_by_id_and_by_address_and_equals_its_row(
    reader: httpx.Client, audience: Audience
) -> None:
    """The same row, alone."""
    row = page(reader, audience, count=1)["members"][0]
    path = f"/lists/{audience.list_id}/members"
    assert reader.get(f"{path}/{row['id']}").json() == row
    assert reader.get(f"{path}/{row['email_address'].upper()}").json() == row


def test_an_instant_that_there_is_none_of_is_an_empty_text(
    reader: httpx.Client, audience: Audience
) -> None:
    """Imports have no sign-up, and the pending have not opted in."""
    rows = page(reader, audience)["members"]
    assert any(row["timestamp_signup"] == "" and row["source"] == "Import" for row in rows)
    assert all(row["timestamp_opt"] == "" for row in rows if row["status"] == "pending")
    assert all(row["timestamp_opt"] for row in rows if row["status"] == "subscribed")


def test_a_row_shows_fifty_tags_and_the_tags_of_a_member_all(
    shown: MailchimpSandbox, reader: httpx.Client
) -> None:
    """`tags_count` tells that there are more."""
    first = shown.audiences[0]
    member = max(first.members.values(), key=lambda member: len(member.tags))
    path = f"/lists/{first.list_id}/members/{member.key}"
    row = reader.get(path).json()
    assert row["tags_count"] == len(member.tags) > 50
    assert len(row["tags"]) == 50
    tags = reader.get(f"{path}/tags", params={"count": 1000}).json()
    assert tags["total_items"] == len(tags["tags"]) == len(member.tags)
    assert {tag["id"] for tag in tags["tags"]} == set(member.tags)


def test_names_are_in_different_fields_in_different_audiences(
    shown: MailchimpSandbox, reader: httpx.Client
) -> None:
    """Where there is no FNAME and LNAME the vendor has no full name either."""
    tags = []
    for audience in shown.audiences:
        answer = reader.get(
            f"/lists/{audience.list_id}/merge-fields", params={"count": 1000}
        ).json()
        tags.append({item["tag"] for item in answer["merge_fields"]})
        rows = page(reader, audience)["members"]
        assert all(set(row["merge_fields"]) == tags[-1] for row in rows)
        assert any(row["full_name"] for row in rows) == ("FNAME" in tags[-1])
    assert {"FIRSTNAME", "SURNAME"} <= tags[2]
    assert "NAME" in tags[3]


# Audiences


def test_member_count_is_of_the_subscribed_and_rates_of_a_list_are_percentages(
    reader: httpx.Client, audience: Audience
) -> None:
    """A member's own rates are fractions, a list's are 0 to 100."""
    stats = reader.get(f"/lists/{audience.list_id}").json()["stats"]
    assert stats["member_count"] == audience.counts["subscribed"]
    assert stats["unsubscribe_count"] == audience.counts["unsubscribed"]
    assert stats["cleaned_count"] == audience.counts["cleaned"]
    assert 1 < stats["click_rate"] < stats["open_rate"] <= 100
    rates = [row["stats"]["avg_open_rate"] for row in page(reader, audience)["members"]]
    assert 0 < max(rates) <= 1


def test_total_contacts_comes_only_when_asked_for(reader: httpx.Client) -> None:
    """All but the archived."""
    plain = reader.get("/lists").json()["lists"]
    asked = reader.get("/lists", params={"include_total_contacts": "true"}).json()["lists"]
    assert all("total_contacts" not in row["stats"] for row in plain)
    assert all(row["stats"]["total_contacts"] > row["stats"]["member_count"] for row in asked)


def test_campaign_last_sent_ignores_a_send_to_fewer_than_ten(shown: MailchimpSandbox) -> None:
    """A test send to the editors is a sent campaign, but not the audience's last."""
    sandbox = MailchimpSandbox(people=120, audiences=1, years=1)
    audience = sandbox.audiences[0]
    last = audience.last_sent
    few = sandbox.mailing.recipients(audience, 9)
    sandbox.mailing.send(sandbox.mailing.make(audience, 1), few)
    assert audience.last_sent == last
    sandbox.mailing.send(
        sandbox.mailing.make(audience, 2), sandbox.mailing.recipients(audience, 10)
    )
    assert audience.last_sent == sandbox.timeline.now


def test_lists_are_found_by_age_last_send_and_member(shown: MailchimpSandbox) -> None:
    """Filters of the collection of audiences."""
    auth = ("x", shown.api_key)

    def found(**params: str) -> int:
        answer = httpx.get(f"{shown.base_url}/3.0/lists", params=params, auth=auth)
        return int(answer.json()["total_items"])

    member = next(iter(shown.audiences[2].members.values()))
    assert found() == 6
    assert found(since_date_created="2026-01-01T00:00:00+00:00") == 0
    assert found(before_date_created="2026-01-01T00:00:00+00:00") == 6
    assert 0 < found(since_campaign_last_sent="2026-05-20T00:00:00+00:00") < 6
    holding = [a for a in shown.audiences if member.key in a.members]
    assert found(email=member.email) == len(holding)


def test_interests_count_their_subscribers_as_text(
    reader: httpx.Client, audience: Audience
) -> None:
    """A number in quotation marks, as the vendor has it."""
    path = f"/lists/{audience.list_id}/interest-categories"
    categories = reader.get(path).json()["categories"]
    titles = [category["title"] for category in categories]
    assert titles == ["Topics", "How often", "Privacy"]
    rows = reader.get(f"{path}/{categories[0]['id']}/interests").json()["interests"]
    subscribed = page(reader, audience, status="subscribed")["members"]
    for row in rows:
        assert row["subscriber_count"] == str(
            sum(member["interests"][row["id"]] for member in subscribed)
        )
    assert reader.get(f"{path}/none/interests").status_code == 404


def test_most_members_agree_to_be_listed_and_a_few_change_their_mind(
    shown: MailchimpSandbox,
) -> None:
    """Where they are asked; one audience of the six has no interests at all."""
    asked = [audience for audience in shown.audiences if audience.consent]
    assert len(asked) == 5
    answers: dict[int, set[bool]] = {}
    for audience in asked:
        for member in audience.members.values():
            answers.setdefault(member.person, set()).add(audience.consent in member.interests)
    agreed = sum(True in each for each in answers.values())
    assert 0.6 < agreed / len(answers) < 0.85
    assert 0 < sum(len(each) == 2 for each in answers.values()) < len(answers) / 10


def test_tags_are_segments_and_can_be_searched_by_their_beginning(
    reader: httpx.Client, shown: MailchimpSandbox
) -> None:
    """The same ids in both."""
    path = f"/lists/{shown.audiences[0].list_id}"
    segments = reader.get(f"{path}/segments", params={"count": 1000}).json()["segments"]
    calls = reader.get(f"{path}/tag-search", params={"name": "CALL"}).json()
    assert calls["total_items"] == 60
    assert {tag["id"] for tag in calls["tags"]} < {segment["id"] for segment in segments}
    assert {segment["type"] for segment in segments} == {"static"}


# Growth and activity


def test_growth_history_has_a_row_for_each_month_and_ends_with_todays_count(
    reader: httpx.Client, audience: Audience
) -> None:
    """Newest first; in each month, what the totals grew by is what came less what went."""
    path = f"/lists/{audience.list_id}/growth-history"
    rows = reader.get(path, params={"count": 1000}).json()["history"]
    assert [row["month"] for row in rows][:2] == ["2026-06", "2026-05"]
    assert len(rows) == reader.get(path).json()["total_items"] == 25
    assert rows[0]["subscribed"] == audience.counts["subscribed"]
    assert rows[3] == reader.get(f"{path}/{rows[3]['month']}").json()
    assert reader.get(f"{path}/1999-01").status_code == 404
    for later, earlier in pairwise(rows):
        new = audience.monthly[later["month"]]
        came = new["subs"] + new["other_adds"]
        went = later["unsubscribed"] + later["cleaned"] + new["other_removes"]
        assert later["subscribed"] <= earlier["subscribed"] + came
        assert later["subscribed"] >= earlier["subscribed"] + came - went


def test_activity_covers_the_last_180_days_day_by_day(
    reader: httpx.Client, audience: Audience
) -> None:
    """Newest first, quiet days too; its sends are those of the campaigns."""
    path = f"/lists/{audience.list_id}/activity"
    rows = reader.get(path, params={"count": 1000}).json()["activity"]
    days = [datetime.fromisoformat(row["day"]).date() for row in rows]
    assert len(days) == 180
    assert all((a - b).days == 1 for a, b in pairwise(days))
    assert days[0] == datetime(2026, 6, 1, tzinfo=UTC).date()
    sent = sum(
        len(campaign.deliveries)
        for campaign in audience.campaigns
        if campaign.sent and datetime.fromtimestamp(campaign.sent, UTC).date() >= days[-1]
    )
    assert sum(row["emails_sent"] for row in rows) == sent > 0
    assert sum(row["unique_opens"] for row in rows) > 0
