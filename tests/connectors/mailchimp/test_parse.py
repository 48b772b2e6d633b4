"""One item of the vendor's into records, trap by trap; the people are invented."""

from datetime import UTC, date, datetime
from typing import Any

import msgspec
import pytest

from cophub import UNSET, Account, Campaign, Delivery, Membership, Metric, Space
from cophub.connectors.mailchimp import parse, payloads
from cophub.connectors.mailchimp.members import contacts, decoded
from cophub.connectors.mailchimp.parse import MemberReading
from cophub.connectors.mailchimp.settings import MergeFields
from cophub.http import decode_page, parse_each

TODAY = date(2026, 6, 1)
ROSA = {
    "id": "5f2b1c0a9d8e7f6a5b4c3d2e1f0a9b8c",
    "email_address": "Rosa.Lima@Example.org",
    "contact_id": "0c1d2e3f",
    "full_name": "Rosa Lima",
    "status": "subscribed",
    "merge_fields": {"FNAME": "Rosa", "LNAME": "Lima", "ORG": "Example Trust"},
    "interests": {"aa11": True, "bb22": False, "cc33": True},
    "timestamp_signup": "2024-03-01T08:00:00+00:00",
    "timestamp_opt": "2024-03-02T09:30:00+00:00",
    "last_changed": "2025-11-05T10:00:00+00:00",
    "language": "pt",
    "source": "Import",
    "location": {"country_code": "MZ", "timezone": "Africa/Maputo"},
    "tags_count": 2,
    "tags": [{"id": 2, "name": "speaker"}, {"id": 1, "name": "2025"}],
}
PLAIN = MemberReading(
    space="list1", organization=("ORG",), interests={"aa11": "Data", "cc33": "Calls"}
)


def member(**changed: Any) -> payloads.Member:
    """Rosa as the vendor would send her, with some fields changed."""
    return msgspec.convert(ROSA | changed, payloads.Member)


def parsed(
    reading: MemberReading = PLAIN, **changed: Any
) -> tuple[Account | None, Membership | None]:
    """The account and the membership of Rosa with some fields changed."""
    items = parse.parse_member(member(**changed), reading)
    account = next((item for item in items if isinstance(item, Account)), None)
    membership = next((item for item in items if isinstance(item, Membership)), None)
    return account, membership


def metrics(items: Any) -> dict[str, tuple[float, str]]:
    """Value and unit of each metric by name."""
    return {item.name: (item.value, item.unit) for item in items if isinstance(item, Metric)}


def test_a_contact_is_an_account_and_a_membership():
    account, membership = parsed()
    assert account == Account(
        key=ROSA["id"], name="Rosa Lima", given_name="Rosa", family_name="Lima",
        email="rosa.lima@example.org", email_verified=True, job_title=None,
        organization="Example Trust", city=None, country="MZ", timezone="Africa/Maputo",
        language="pt",
    )  # fmt: skip
    assert membership == Membership(
        space="list1", account=ROSA["id"], role="subscriber", status="active",
        joined_at="2024-03-02T09:30:00+00:00", joined_at_basis="opt_in", left_at=None, reason=None,
        extra={"tags": ["2025", "speaker"], "interests": ["Calls", "Data"], "source": "Import"},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("status", "ours", "left"),
    [
        ("subscribed", "active", False),
        ("pending", "pending", False),
        ("unsubscribed", "unsubscribed", True),
        ("cleaned", "bounced", True),
        ("archived", "archived", True),
    ],
)
def test_every_status_of_the_vendor_has_one_of_ours(status: str, ours: str, left: bool):
    """Whoever no longer gets mail left when the contact last changed; the others have not left."""
    _, membership = parsed(status=status)
    assert membership is not None
    assert membership.status == ours
    assert membership.left_at == (ROSA["last_changed"] if left else None)


def test_a_transactional_contact_is_an_account_and_no_membership():
    """They were sent a receipt and never subscribed to anything."""
    account, membership = parsed(status="transactional")
    assert account is not None
    assert membership is None


def test_an_unknown_status_is_a_reject_that_names_it():
    items = list(parse_each([member(status="dormant")], parse.parse_member, reading=PLAIN))
    assert len(items) == 1
    assert "'dormant'" in items[0].reason
    assert items[0].key == ROSA["id"]


@pytest.mark.parametrize("empty", ["", None])
def test_an_empty_or_null_opt_in_falls_back_to_the_signup(empty: str | None):
    """Real rows hold `""` where the vendor's schema promises an instant."""
    _, membership = parsed(timestamp_opt=empty)
    assert membership is not None
    assert membership.joined_at == ROSA["timestamp_signup"]
    _, membership = parsed(timestamp_opt=empty, timestamp_signup=empty)
    assert membership is not None
    assert membership.joined_at is UNSET
    assert membership.joined_at_basis is UNSET


def test_whoever_has_not_confirmed_has_not_joined():
    _, membership = parsed(status="pending", timestamp_opt="")
    assert membership is not None
    assert membership.joined_at is UNSET


def test_the_warehouse_keeps_the_first_opt_in_when_the_vendor_overwrites_it():
    """A re-subscriber comes with a later opt-in; the record says that the earliest is kept."""
    assert "joined_at" in Membership.EARLIEST
    _, again = parsed(timestamp_opt="2025-11-05T10:00:00+00:00")
    assert again is not None
    assert (again.joined_at, again.left_at, again.reason) == (
        "2025-11-05T10:00:00+00:00",
        None,
        None,
    )


def test_the_same_address_in_another_case_is_the_same_email():
    """The vendor's id is a hash of the lower-case address; its audiences keep what was typed."""
    assert parsed(email_address="ROSA.lima@example.ORG")[0].email == "rosa.lima@example.org"  # type: ignore[union-attr]


def test_a_contact_without_an_address_goes_by_its_contact_id():
    account, membership = parsed(id="", email_address="")
    assert account is not None
    assert membership is not None
    assert (account.key, account.email, membership.account) == ("0c1d2e3f", None, "0c1d2e3f")


def test_an_empty_field_wipes_nothing_that_another_audience_may_know():
    several = msgspec.structs.replace(PLAIN, blank=UNSET)
    changed = {"full_name": "", "merge_fields": {"FNAME": "", "LNAME": ""}, "language": ""}
    account, _ = parsed(several, location=None, **changed)
    assert account == Account(key=ROSA["id"], email="rosa.lima@example.org", email_verified=True)
    alone, _ = parsed(location=None, **changed)
    assert alone is not None
    assert (alone.name, alone.organization, alone.language, alone.country) == (None,) * 4


def test_merge_fields_are_found_by_tag_or_by_name_in_each_audience():
    """`FNAME` is only the default; one audience's organisation is `MMERGE5`, another's `ORG`."""
    fields = [
        payloads.MergeField("MMERGE3", "Organisation / Institution"),
        payloads.MergeField("VORNAME", "First name"),
        payloads.MergeField("PAYS", "Pays"),
        payloads.MergeField("ADDRESS", "Address"),
    ]
    wanted = MergeFields(job_title="posición")
    fields.append(payloads.MergeField("MMERGE9", "Posición"))
    reading = parse.member_reading("list2", wanted, fields, {}, None)
    merge = {
        "MMERGE3": " Example Trust ",
        "VORNAME": "Rosa",
        "MMERGE9": "Adviser",
        "PAYS": "",
        "ADDRESS": {"addr1": "1 Example Road", "city": "Maputo", "country": "MZ"},
    }
    account, _ = parsed(reading, full_name="", merge_fields=merge, location=None)
    assert account is not None
    assert (account.given_name, account.family_name, account.name) == ("Rosa", None, "Rosa")
    assert (account.organization, account.job_title) == ("Example Trust", "Adviser")
    assert (account.city, account.country) == ("Maputo", "MZ")


def test_an_audience_with_one_field_for_the_name_gives_the_name():
    fields = [payloads.MergeField("NAME", "Full name")]
    reading = parse.member_reading("list2", MergeFields(), fields, {}, None)
    account, _ = parsed(reading, full_name="", merge_fields={"NAME": "Lima Rosa"})
    assert account is not None
    assert (account.name, account.given_name) == ("Lima Rosa", None)


def test_a_number_in_a_merge_field_is_text():
    account, _ = parsed(merge_fields={"ORG": 4711})
    assert account is not None
    assert account.organization == "4711"


def test_without_former_members_only_the_fact_that_one_left_is_kept():
    reading = msgspec.structs.replace(PLAIN, former_members=False)
    account, membership = parsed(
        reading, status="unsubscribed", unsubscribe_reason="Too many mails"
    )
    assert account is None
    assert membership is not None
    assert (membership.status, membership.reason) == ("unsubscribed", "Too many mails")
    assert parsed(reading, status="transactional") == (None, None)
    assert parsed(reading)[0] is not None


AUDIENCE = {
    "id": "list1", "name": "Example Network", "web_id": 7, "visibility": "prv",
    "date_created": "2024-01-01T00:00:00+00:00", "campaign_defaults": {"language": "fr"},
    "stats": {
        "member_count": 47, "unsubscribe_count": 4, "cleaned_count": 1, "open_rate": 100,
        "click_rate": 64.70588235294117, "avg_sub_rate": 3, "campaign_last_sent": "",
    },
}  # fmt: skip


def test_an_audience_is_a_space_with_the_count_of_subscribers():
    space = next(iter(parse.parse_audience(msgspec.convert(AUDIENCE, payloads.Audience), TODAY)))
    assert isinstance(space, Space)
    assert (space.key, space.kind, space.title) == ("list1", "audience", "Example Network")
    assert (space.native_member_count, space.visibility, space.language) == (47, "members", "fr")
    assert space.created_at == "2024-01-01T00:00:00+00:00"


def test_rates_of_an_audience_are_percentages_already_and_averages_are_no_rates():
    found = metrics(parse.parse_audience(msgspec.convert(AUDIENCE, payloads.Audience), TODAY))
    assert found["open_percent"] == (100, "percent")
    assert found["click_percent"] == (64.70588235294117, "percent")
    assert found["joined_per_month"] == (3, "people a month")
    assert "contact_count" not in found, "what the vendor does not tell is not 0"


@pytest.mark.parametrize(("sent", "value"), [("12", 12), (12, 12), ("0", 0)])
def test_the_count_of_an_interest_comes_as_text(sent: str | int, value: int):
    row = msgspec.convert(
        {"id": "aa11", "name": "Data", "subscriber_count": sent}, payloads.Interest
    )
    found = list(parse.parse_interest(row, "list1", "Topics", TODAY))
    assert [(item.subject, item.value) for item in found] == [("Topics: Data", value)]


def test_an_interest_without_a_count_gives_none():
    row = payloads.Interest(id="aa11", name="Data", subscriber_count="")
    assert list(parse.parse_interest(row, "list1", "Topics", TODAY)) == []


@pytest.mark.parametrize(
    ("month", "last"), [("2024-02", date(2024, 2, 29)), ("2025-12", date(2025, 12, 31))]
)
def test_a_month_ends_on_its_last_day(month: str, last: date):
    row = payloads.Month(month=month, subscribed=40, unsubscribed=2)
    found = list(parse.parse_month(row, "list1"))
    assert {(item.name, item.value) for item in found} == {
        ("month_subscribed", 40),
        ("month_unsubscribed", 2),
    }
    assert {(item.period_start, item.period_end) for item in found} == {(last.replace(day=1), last)}


def test_a_day_gives_what_it_counted():
    row = payloads.Day(day="2026-05-31", emails_sent=120, subs=2)
    assert metrics(parse.parse_day(row, "list1")) == {
        "day_emails_sent": (120, "mails"),
        "day_subs": (2, "people"),
    }


REPORT = {
    "id": "camp1", "list_id": "list1", "campaign_title": "June", "subject_line": "News of June",
    "send_time": "2026-05-20T12:00:00+00:00", "emails_sent": 50, "abuse_reports": 1,
    "unsubscribed": 2,
    "bounces": {"hard_bounces": 3, "soft_bounces": 1, "syntax_errors": 2},
    "opens": {
        "opens_total": 412, "unique_opens": 40, "open_rate": 0.87, "proxy_excluded_opens": 300,
        "proxy_excluded_unique_opens": 30, "proxy_excluded_open_rate": 0.65,
    },
    "clicks": {
        "clicks_total": 48, "unique_clicks": 47, "unique_subscriber_clicks": 33, "click_rate": 0.66,
    },
}  # fmt: skip


def report(**changed: Any) -> list[Any]:
    """The records of the report with some fields changed."""
    return list(parse.parse_report(msgspec.convert(REPORT | changed, payloads.Report)))


def test_a_report_counts_people_who_clicked_and_mails_that_arrived():
    """`unique_clicks` counts a person once per link; syntax errors were never mailed."""
    assert report()[0] == Campaign(
        key="camp1", space="list1", title="June", subject="News of June",
        sent_at="2026-05-20T12:00:00+00:00", sent_count=50, delivered_count=46, open_count=412,
        unique_open_count=40, unique_open_count_no_proxy=30, click_count=48, unique_click_count=33,
        bounce_count=4, unsubscribe_count=2,
    )  # fmt: skip


def test_rates_of_a_report_are_fractions_and_become_percent():
    found = metrics(report())
    assert found["open_percent"] == (87, "percent")
    assert found["click_percent"] == (66, "percent")
    assert found["open_percent_without_proxies"] == (65, "percent")
    assert found["syntax_errors"] == (2, "addresses")


def test_an_old_campaign_has_no_opens_without_proxies():
    """Absent is not 0, and is never taken from the opens of all."""
    old = report(opens={"opens_total": 412, "unique_opens": 40, "open_rate": 0.87})
    assert old[0].unique_open_count_no_proxy is None
    assert not any("proxies" in name for name in metrics(old))


@pytest.mark.parametrize("empty", ["", None])
def test_a_report_without_a_send_time_has_no_metrics(empty: str | None):
    (campaign,) = report(send_time=empty)
    assert campaign.sent_at is None


def test_a_campaign_to_two_subjects_has_none():
    """An A/B campaign has no one subject line."""
    row = {
        "id": "camp2", "recipients": {"list_id": "list1"}, "type": "variate",
        "settings": {"title": "A or B"}, "send_time": "2026-05-20T12:00:00+00:00",
        "archive_url": "https://short.example/x", "long_archive_url": "https://archive.example/x",
    }  # fmt: skip
    (campaign,) = parse.parse_campaign(msgspec.convert(row, payloads.SentCampaign))
    assert (campaign.title, campaign.subject) == ("A or B", None)
    assert campaign.url == "https://archive.example/x"


def actions(kind: str, *instants: str) -> list[dict[str, str]]:
    """Acts of one kind."""
    return [{"action": kind, "timestamp": at} for at in instants]


def delivery(activity: list[dict[str, str]], left: set[str] = frozenset()) -> Delivery:  # type: ignore[assignment]
    """The delivery made of some acts."""
    row = msgspec.convert({"email_id": "person1", "activity": activity}, payloads.EmailActivity)
    (found,) = parse.parse_activity(row, "camp1", left)
    assert isinstance(found, Delivery)
    return found


def test_a_delivery_tells_the_first_open_and_click_and_how_many():
    found = delivery(
        actions("click", "2026-05-21T09:05:00+00:00")
        + actions("open", "2026-05-22T08:00:00+00:00", "2026-05-21T09:00:00+00:00")
        + actions("bounce", "2026-05-20T12:01:00+00:00"),
        {"person1"},
    )
    assert (found.opened_at, found.open_count) == ("2026-05-21T09:00:00+00:00", 2)
    assert (found.clicked_at, found.click_count) == ("2026-05-21T09:05:00+00:00", 1)
    assert found.unsubscribed is True
    assert found.extra == {}


def test_nobody_who_did_nothing_opened_or_clicked():
    found = delivery([])
    assert (found.opened_at, found.open_count, found.click_count) == (None, 0, 0)
    assert found.unsubscribed is False


def test_a_count_at_the_vendors_cap_says_that_it_is_a_least():
    """The vendor lists no more than 1,000 opens of one person and campaign."""
    at = datetime(2026, 5, 21, tzinfo=UTC).isoformat()
    assert delivery(actions("open", *[at] * 1000)).extra == {"at_least": ["open_count"]}
    assert delivery(actions("open", *[at] * 999)).extra == {}


@pytest.mark.parametrize(("status", "bounced"), [("sent", False), ("hard", True), ("soft", True)])
def test_a_recipient_tells_whether_the_mail_came_back(status: str, bounced: bool):
    row = payloads.Recipient(email_id="person1", status=status)
    (found,) = parse.parse_recipient(row, "camp1", "2026-05-20T12:00:00+00:00", {"person2"})
    assert isinstance(found, Delivery)
    assert (found.bounced, found.unsubscribed) == (bounced, False)
    assert found.sent_at == "2026-05-20T12:00:00+00:00"


def test_a_page_is_asked_for_by_the_fields_that_are_read():
    wanted = payloads.fields_of(payloads.MemberPage)
    assert isinstance(wanted, list), "the vendor's client joins a text letter by letter"
    assert "members.email_address" in wanted
    assert wanted[-1] == "total_items"
    assert not any("_links" in field or "ip_" in field for field in wanted)


def test_one_bad_contact_costs_no_other():
    body = msgspec.json.encode({"members": [ROSA, ROSA | {"status": 7}, ROSA], "total_items": 3})
    page, _ = decode_page(body, payloads.MemberPage)
    rows, _ = contacts(page.members)
    found, rejects = decoded([(row.item, None) for row in rows])
    assert (len(found), len(rejects)) == (2, 1)
    assert rejects[0].field == "status"
