"""Campaigns, reports, activity, audiences and growth over HTTP, against an emulated MailChimp."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from cophub import Campaign, Context, CursorExpired, Delivery, Metric, Space
from cophub.connectors.mailchimp import activity, audiences, campaigns, growth, reports
from cophub.sandbox import MailchimpSandbox

Ask = Callable[..., Context[Any]]
Extract = Callable[..., Any]


def calls(box: MailchimpSandbox, ending: str) -> list[dict[str, str]]:
    """The queries of the calls whose path ends so."""
    return [entry.query for entry in box.log if entry.path.endswith(ending)]


def test_every_sent_campaign_comes_with_its_audience_and_subject(
    still: MailchimpSandbox, ask: Ask, extract: Extract
):
    run = extract(campaigns, ask(still))
    truth = {k: row for k, row in still.truth()["campaigns"].items() if row["status"] == "sent"}
    found = run.last(Campaign)
    assert set(found) == set(truth)
    for key, row in truth.items():
        told = (found[key]["space"], found[key]["subject"], found[key]["sent_at"])
        assert told == (row["audience"], row["subject"], row["send_time"])


def test_later_runs_bring_later_campaigns(box: MailchimpSandbox, ask: Ask, extract: Extract):
    first = extract(campaigns, ask(box))
    box.advance(days=30)
    again = extract(campaigns, ask(box), first.cursor)
    new = set(again.last(Campaign)) - set(first.last(Campaign))
    truth = {k for k, row in box.truth()["campaigns"].items() if row["status"] == "sent"}
    assert new == truth - set(first.last(Campaign))
    assert len(new) > 1
    assert len(again.of(Campaign)) <= len(new) + 2


def test_a_small_send_is_taken_although_the_audience_does_not_count_it(
    box: MailchimpSandbox, ask: Ask, extract: Extract
):
    """`campaign_last_sent` moves only for ten recipients and more, so nothing is decided by it."""
    first = extract(campaigns, ask(box))
    audience = box.audiences[0]
    box.advance(hours=1)
    with box.changing():
        last_sent = audience.last_sent
        small = box.mailing.make(audience, 900, "small")
        box.mailing.send(small, box.mailing.recipients(audience, 4))
    assert audience.last_sent == last_sent
    assert small.id in extract(campaigns, ask(box), first.cursor).last(Campaign)


def test_reports_count_what_the_vendor_counts(still: MailchimpSandbox, ask: Ask, extract: Extract):
    found = extract(reports, ask(still)).last(Campaign)
    truth = still.truth()["reports"]
    assert set(found) == set(truth)
    for key, row in truth.items():
        bounced = row["hard_bounces"] + row["soft_bounces"]
        assert found[key]["sent_count"] == row["emails_sent"]
        assert found[key]["delivered_count"] == row["emails_sent"] - bounced
        assert found[key]["open_count"] == row["opens"]
        assert found[key]["unique_click_count"] == row["unique_subscriber_clicks"]
        assert found[key]["unsubscribe_count"] == row["unsubscribed"]
        assert found[key]["unique_open_count_no_proxy"] in (
            None,
            row["proxy_excluded_unique_opens"],
        )


def test_reports_are_read_again_while_people_still_open(
    box: MailchimpSandbox, ask: Ask, extract: Extract
):
    """Numbers move for weeks after the send; closed reports are not asked for."""
    with box.changing():
        fresh = box.mailing.send_extra(box.audiences[0])
    first = extract(reports, ask(box))
    early = first.last(Campaign)[fresh.id]["open_count"]
    for days in (3, 30):
        box.advance(days=days)
        box.log.clear()
        again = extract(reports, ask(box), first.cursor)
        told = again.last(Campaign)[fresh.id]["open_count"]
        assert told == box.truth()["reports"][fresh.id]["opens"]
    assert told > early
    assert len(again.of(Campaign)) < len(first.of(Campaign)) / 2
    since = calls(box, "/reports")[0]["since_send_time"]
    newest = max(row["sent_at"] for row in first.last(Campaign).values())
    assert since == (msgspec.convert(newest, type=type(box.now)) - timedelta(days=60)).isoformat()


def test_how_long_reports_stay_open_is_a_setting(
    still: MailchimpSandbox, ask: Ask, extract: Extract
):
    first = extract(reports, ask(still))
    long = extract(reports, ask(still), first.cursor)
    short = extract(reports, ask(still, reports_open_days=7), first.cursor)
    assert 0 < len(short.of(Campaign)) < len(long.of(Campaign))


def test_reports_of_other_audiences_are_left_out_until_they_are_taken(
    still: MailchimpSandbox, ask: Ask, extract: Extract
):
    one, other = still.audiences[0].list_id, still.audiences[1].list_id
    first = extract(reports, ask(still, audiences=[one]))
    assert {row["space"] for row in first.last(Campaign).values()} == {one}
    both = extract(reports, ask(still, audiences=[one, other]), first.cursor)
    whole = extract(reports, ask(still, audiences=[one, other]))
    assert both.last(Campaign) == whole.last(Campaign), "also the closed ones of the new audience"


def deliveries(*runs: Any) -> dict[tuple[str, str], dict[str, Any]]:
    """What runs told of each delivery, later ones laid over earlier ones."""
    table: dict[Any, Any] = {}
    for run in runs:
        for key, row in run.last(Delivery).items():
            table.setdefault(key, {}).update(row)
    names = ("open_count", "opened_at", "click_count", "clicked_at", "bounced", "unsubscribed")
    return {key: {name: row.get(name) for name in names} for key, row in table.items()}


def true_deliveries(box: MailchimpSandbox) -> dict[tuple[str, str], dict[str, Any]]:
    """The same as the vendor knows it."""
    return {
        (campaign, account): {
            "open_count": row["opens"],
            "opened_at": row["opened_at"],
            "click_count": row["clicks"],
            "clicked_at": row["clicked_at"],
            "bounced": row["status"] != "sent",
            "unsubscribed": row["unsubscribed"],
        }
        for campaign, rows in box.truth()["deliveries"].items()
        for account, row in rows.items()
    }


def test_activity_tells_what_each_person_did(still: MailchimpSandbox, ask: Ask, extract: Extract):
    run = extract(activity, ask(still))
    assert deliveries(run) == true_deliveries(still)


def test_activity_is_asked_for_where_a_report_moved(
    box: MailchimpSandbox, ask: Ask, extract: Extract
):
    first = extract(activity, ask(box))
    box.log.clear()
    again = extract(activity, ask(box), first.cursor)
    assert again.records == []
    assert len(box.log) == 1, "the open reports, and nothing else"
    box.advance(days=14)
    box.log.clear()
    later = extract(activity, ask(box), again.cursor)
    asked = {entry.path.split("/")[3] for entry in box.log if entry.path.endswith("-activity")}
    assert asked == {row.campaign for row in later.of(Delivery)}
    held, truth = deliveries(first, later), true_deliveries(box)
    # Whoever changed their address in those weeks has another id in old campaigns too.
    both = set(held) & set(truth)
    assert {key: held[key] for key in both} == {key: truth[key] for key in both}
    new = {key for key in truth if key[0] in asked - {row.campaign for row in first.of(Delivery)}}
    assert new <= both


def test_activity_asks_for_pages_that_the_vendor_can_make(
    crowd: MailchimpSandbox, ask: Ask, extract: Extract
):
    """Pages of 1,000 end in a 504; 500 do not."""
    extract(activity, ask(crowd))
    assert {query["count"] for query in calls(crowd, "/email-activity")} == {"500"}


def test_activity_goes_on_after_any_campaign(still: MailchimpSandbox, ask: Ask, extract: Extract):
    whole = extract(activity, ask(still))
    for number in (1, len(whole.cursors) // 2, len(whole.cursors) - 2):
        cursor = whole.cursors[number]
        end = next(n for n, i in enumerate(whole.items) if getattr(i, "cursor", None) == cursor)
        before = type(whole)(whole.items[: end + 1])
        rest = extract(activity, ask(still), cursor)
        assert deliveries(before, rest) == true_deliveries(still)


def test_the_cursor_of_activity_stays_small(still: MailchimpSandbox, ask: Ask, extract: Extract):
    """Reports that closed leave it, though two years of campaigns were read."""
    run = extract(activity, ask(still))
    assert max(map(len, run.cursors)) < 3_000
    assert len(run.last(Delivery)) > 10_000


def test_a_campaign_that_is_deleted_meanwhile_ends_nothing(
    still: MailchimpSandbox, ask: Ask, extract: Extract
):
    still.faults.plan("404", path="*/email-activity", at=5)
    run = extract(activity, ask(still))
    missing = {key[0] for key in true_deliveries(still)} - {key[0] for key in run.last(Delivery)}
    assert len(missing) <= 1


def test_activity_of_people_can_be_left_out(still: MailchimpSandbox, ask: Ask, extract: Extract):
    still.log.clear()
    assert extract(activity, ask(still, member_activity=False)).items == []
    assert len(still.log) == 0


@pytest.mark.parametrize("stream", [campaigns, reports, activity])
@pytest.mark.parametrize("cursor", ["2026-01-01", "[]", '{"to": "soon"}'])
def test_a_cursor_that_is_not_ours_has_expired(
    still: MailchimpSandbox, ask: Ask, extract: Extract, stream: Any, cursor: str
):
    with pytest.raises(CursorExpired):
        extract(stream, ask(still), cursor)


def test_audiences_are_spaces_with_counts(still: MailchimpSandbox, ask: Ask, extract: Extract):
    run = extract(audiences, ask(still))
    spaces = run.last(Space)
    truth = still.truth()["audiences"]
    assert {key: row["native_member_count"] for key, row in spaces.items()} == {
        key: row["counts"]["subscribed"] for key, row in truth.items()
    }
    interests = [row for row in run.of(Metric) if row.name == "interest_count"]
    assert {type(row.value) for row in interests} == {float}
    assert sum(row.value or 0 for row in interests) > 0


def test_two_runs_of_audiences_and_growth_are_alike(
    still: MailchimpSandbox, ask: Ask, extract: Extract
):
    for stream in (audiences, growth):
        assert extract(stream, ask(still)).items == extract(stream, ask(still)).items


def test_growth_has_a_stand_per_month_and_comings_and_goings_per_day(
    still: MailchimpSandbox, ask: Ask, extract: Extract
):
    run = extract(growth, ask(still))
    assert run.cursor is None, "it is whole each time"
    ends = {
        row.space: row.value
        for row in run.of(Metric)
        if row.name == "month_subscribed" and row.period_end == still.now.date().replace(day=30)
    }
    truth = still.truth()["audiences"]
    assert ends == {key: row["counts"]["subscribed"] for key, row in truth.items()}
    days = {row.period_start for row in run.of(Metric) if row.name == "day_subs"}
    assert 0 < len(days) <= 181
    assert min(days) >= (still.now - timedelta(days=181)).date()
