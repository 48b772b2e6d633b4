"""Campaigns and reports over HTTP: scales, proxies, late opens, and totals that add up."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from cophub.sandbox import MailchimpSandbox
from cophub.sandbox.mailchimp.state import Campaign

Json = dict[str, Any]


@pytest.fixture(scope="module")
def campaign(shown: MailchimpSandbox) -> Campaign:
    """The campaign with the most people who left through it."""
    return max(shown.campaigns(), key=lambda c: (len(c.unsubscribed), len(c.deliveries)))


def everything(client: httpx.Client, path: str, name: str, **params: Any) -> list[Json]:
    """All rows of a collection."""

    def rows() -> Iterator[Json]:
        offset, total = 0, 1
        while offset < total:
            query = {"count": 100, "offset": offset, **params}
            answer = client.get(path, params=query).json()
            yield from answer[name]
            offset, total = offset + 100, answer["total_items"]

    return list(rows())


def test_campaigns_are_of_every_stage_and_newest_first(reader: httpx.Client) -> None:
    """A draft has no time of sending, which is an empty text or null."""
    rows = everything(reader, "/campaigns", "campaigns")
    by_status: dict[str, list[Json]] = {}
    for row in rows:
        by_status.setdefault(row["status"], []).append(row)
    assert set(by_status) >= {"save", "sent"}
    assert {row["send_time"] for row in by_status["save"]} == {"", None}
    assert all(row["send_time"] and row["report_summary"] for row in by_status["sent"])
    assert all("report_summary" not in row for row in by_status["save"])
    made = [row["create_time"] for row in rows]
    assert made == sorted(made, reverse=True)


def test_a_scheduled_campaign_goes_out_at_its_time(
    sandbox: MailchimpSandbox, client: httpx.Client
) -> None:
    """Draft, scheduled, sent: the three states of one campaign within some days."""
    seen: dict[str, list[str]] = {}
    for _ in range(35 * 2):
        sandbox.advance(hours=12)
        for row in client.get("/campaigns", params={"count": 20}).json()["campaigns"]:
            states = seen.setdefault(row["id"], [])
            if states[-1:] != [row["status"]]:
                states.append(row["status"])
    assert ["save", "schedule", "sent"] in seen.values()


def test_campaigns_are_found_by_status_list_type_and_time(
    shown: MailchimpSandbox, reader: httpx.Client
) -> None:
    """Each against all campaigns filtered here."""
    rows = everything(reader, "/campaigns", "campaigns")
    since, list_id = "2026-01-01T00:00:00+00:00", shown.audiences[1].list_id

    def found(**params: str) -> set[str]:
        return {row["id"] for row in everything(reader, "/campaigns", "campaigns", **params)}

    assert found(status="sent") == {row["id"] for row in rows if row["status"] == "sent"}
    assert found(list_id=list_id) == {
        row["id"] for row in rows if row["recipients"]["list_id"] == list_id
    }
    plain = found(type="plaintext")
    assert plain == {row["id"] for row in rows if row["type"] == "plaintext"}
    assert plain
    assert found(since_send_time=since) == {r["id"] for r in rows if (r["send_time"] or "") > since}
    assert found(before_create_time=since) == {r["id"] for r in rows if r["create_time"] < since}
    sent = everything(
        reader, "/campaigns", "campaigns", status="sent", sort_field="send_time", sort_dir="ASC"
    )
    assert [row["send_time"] for row in sent] == sorted(row["send_time"] for row in sent)
    assert reader.get("/campaigns", params={"status": "finished"}).status_code == 400


def test_a_campaign_its_content_and_its_report_can_be_read_alone(
    reader: httpx.Client, campaign: Campaign
) -> None:
    """An unsent one has no report."""
    row = reader.get(f"/campaigns/{campaign.id}").json()
    assert row["settings"]["subject_line"] == campaign.subject
    content = reader.get(f"/campaigns/{campaign.id}/content").json()
    assert all(link in content["html"] and link in content["plain_text"] for link in campaign.links)
    assert reader.get(f"/reports/{campaign.id}").json()["send_time"] == row["send_time"]
    draft = reader.get("/campaigns", params={"status": "save"}).json()["campaigns"][0]["id"]
    assert reader.get(f"/campaigns/{draft}").status_code == 200
    assert reader.get(f"/reports/{draft}").status_code == 404
    assert reader.get("/campaigns/none").status_code == 404


def test_rates_of_a_report_are_fractions_and_those_of_its_list_percentages(
    reader: httpx.Client, campaign: Campaign
) -> None:
    """Both in one answer."""
    report = reader.get(f"/reports/{campaign.id}").json()
    delivered = report["emails_sent"] - sum(report["bounces"].values())
    assert report["opens"]["open_rate"] == report["opens"]["unique_opens"] / delivered <= 1
    clicks = report["clicks"]
    assert clicks["click_rate"] == clicks["unique_subscriber_clicks"] / delivered
    assert report["list_stats"]["open_rate"] > 1


def test_opens_without_proxies_are_told_from_the_summer_of_2024_on(reader: httpx.Client) -> None:
    """Older reports lack the fields, and a campaign's short summary never has them."""
    reports = everything(reader, "/reports", "reports")
    line = datetime(2024, 6, 22, tzinfo=UTC).isoformat()
    old = [report for report in reports if report["send_time"] < line]
    new = [report for report in reports if report["send_time"] >= line]
    assert old
    assert all("proxy_excluded_opens" not in report["opens"] for report in old)
    assert all(
        report["opens"]["proxy_excluded_opens"] <= report["opens"]["opens_total"] for report in new
    )
    total = sum(report["opens"]["unique_opens"] for report in new)
    human = sum(report["opens"]["proxy_excluded_unique_opens"] for report in new)
    assert 0.4 * total < human < 0.95 * total
    summaries = [
        row.get("report_summary", {}) for row in everything(reader, "/campaigns", "campaigns")
    ]
    assert not any(key.startswith("proxy") for summary in summaries for key in summary)


def test_the_rows_of_a_report_add_up_to_its_totals(
    shown: MailchimpSandbox, reader: httpx.Client
) -> None:
    """For every campaign whose recipients are all still known."""
    whole = [
        c for c in shown.campaigns() if c.sent and not any(d.member.gone for d in c.deliveries)
    ]
    assert len(whole) > 20
    for campaign in whole[-20:]:
        path = f"/reports/{campaign.id}"
        report = reader.get(path).json()
        acts = [
            act
            for row in everything(reader, f"{path}/email-activity", "emails")
            for act in row["activity"]
        ]
        opened = everything(reader, f"{path}/open-details", "members")
        links = everything(reader, f"{path}/click-details", "urls_clicked")
        sent = everything(reader, f"{path}/sent-to", "sent_to")
        assert len(sent) == report["emails_sent"]
        assert sum(row["status"] == "hard" for row in sent) == report["bounces"]["hard_bounces"]
        assert len(opened) == report["opens"]["unique_opens"]
        opens = [act for act in acts if act["action"] == "open"]
        clicks = [act for act in acts if act["action"] == "click"]
        assert (
            len(opens)
            == sum(row["opens_count"] for row in opened)
            == report["opens"]["opens_total"]
        )
        assert (
            len(clicks)
            == sum(row["total_clicks"] for row in links)
            == report["clicks"]["clicks_total"]
        )
        assert sum(row["unique_clicks"] for row in links) == report["clicks"]["unique_clicks"]
        left = everything(reader, f"{path}/unsubscribed", "unsubscribes")
        assert len(left) == report["unsubscribed"]


def test_who_clicked_a_link_is_told_per_link(reader: httpx.Client, campaign: Campaign) -> None:
    """As many members as the link has unique clicks, less those deleted for good."""
    links = everything(reader, f"/reports/{campaign.id}/click-details", "urls_clicked")
    for link in links:
        path = f"/reports/{campaign.id}/click-details/{link['id']}/members"
        rows = everything(reader, path, "members")
        assert len(rows) <= link["unique_clicks"]
        assert {row["url_id"] for row in rows} <= {link["id"]}
    assert reader.get(f"/reports/{campaign.id}/click-details/none/members").status_code == 404


def test_whoever_left_through_a_campaign_is_unsubscribed(
    reader: httpx.Client, campaign: Campaign
) -> None:
    """At the instant that the report tells."""
    rows = everything(reader, f"/reports/{campaign.id}/unsubscribed", "unsubscribes")
    assert rows
    for row in rows:
        member = reader.get(f"/lists/{row['list_id']}/members/{row['email_id']}").json()
        assert member["last_changed"] >= row["timestamp"] > campaign_time(reader, campaign)


def campaign_time(client: httpx.Client, campaign: Campaign) -> str:
    """When the campaign was sent, as text."""
    return str(client.get(f"/reports/{campaign.id}").json()["send_time"])


def test_reports_go_on_changing_for_weeks(sandbox: MailchimpSandbox, client: httpx.Client) -> None:
    """A day after the send, a week after and a month after, there are more opens than before."""
    campaign = sandbox.mailing.send_extra(sandbox.audiences[0])
    opens = []
    for days in (1, 6, 23):
        sandbox.advance(days=days)
        opens.append(client.get(f"/reports/{campaign.id}").json()["opens"]["opens_total"])
    assert opens[0] < opens[1] < opens[2]


def test_since_leaves_only_what_was_done_after_it(
    sandbox: MailchimpSandbox, client: httpx.Client
) -> None:
    """An incremental reader gets every act once."""
    campaign = sandbox.mailing.send_extra(sandbox.audiences[0])
    path = f"/reports/{campaign.id}/email-activity"

    def acts(**params: str) -> list[tuple[str, str, str]]:
        rows = everything(client, path, "emails", **params)
        return [(r["email_id"], a["timestamp"], a["action"]) for r in rows for a in r["activity"]]

    sandbox.advance(days=2)
    first, line = acts(), sandbox.now.isoformat()
    sandbox.advance(days=5)
    second = acts(since=line)
    assert first
    assert second
    assert all(at > line for _, at, _ in second)
    unsettled = {row[0] for row in first + second} - {row[0] for row in acts()}
    assert sorted(first + second) == sorted(acts()) or unsettled  # somebody may have been deleted


def test_the_first_day_is_told_hour_by_hour(reader: httpx.Client, campaign: Campaign) -> None:
    """24 rows; the emails are all in the first."""
    report = reader.get(f"/reports/{campaign.id}").json()
    rows = report["timeseries"]
    assert len(rows) == 24
    assert [row["emails_sent"] for row in rows] == [report["emails_sent"], *[0] * 23]
    assert 0 < sum(row["unique_opens"] for row in rows) <= report["opens"]["unique_opens"]


def test_reports_come_latest_first_and_by_time_of_sending(reader: httpx.Client) -> None:
    """The vendor has no other order."""
    since = "2026-03-01T00:00:00+00:00"
    rows = everything(reader, "/reports", "reports", since_send_time=since)
    sent = [row["send_time"] for row in rows]
    assert sent == sorted(sent, reverse=True)
    everyone = everything(reader, "/reports", "reports")
    assert {row["id"] for row in rows} == {r["id"] for r in everyone if r["send_time"] > since}
