"""What cophub reads of MailChimp, held against the vendor's own specification and real rows.

Both are the vendor's, so they are not kept here: COPHUB_VENDOR_FILES names the folder they are in.
"""

import json
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest

from cophub import Account, Membership
from cophub.connectors.mailchimp import parse, payloads
from cophub.connectors.mailchimp.parse import MemberReading
from cophub.http import parse_each

SPECIFICATION = "mailchimp/marketing-3.0.55.trimmed.openapi3.json"
PAGES = {
    payloads.AudiencePage: "/lists",
    payloads.MergeFieldPage: "/lists/{list_id}/merge-fields",
    payloads.InterestCategoryPage: "/lists/{list_id}/interest-categories",
    payloads.InterestPage: (
        "/lists/{list_id}/interest-categories/{interest_category_id}/interests"
    ),
    payloads.GrowthPage: "/lists/{list_id}/growth-history",
    payloads.DayPage: "/lists/{list_id}/activity",
    payloads.TagPage: "/lists/{list_id}/members/{subscriber_hash}/tags",
    payloads.MemberPage: "/lists/{list_id}/members",
    payloads.CampaignPage: "/campaigns",
    payloads.ReportPage: "/reports",
    payloads.RecipientPage: "/reports/{campaign_id}/sent-to",
    payloads.EmailActivityPage: "/reports/{campaign_id}/email-activity",
    payloads.UnsubscribePage: "/reports/{campaign_id}/unsubscribed",
}
# Newer than the specification at hand, or left out of it: seen in answers only.
NEWER = {
    "proxy_excluded_opens",
    "proxy_excluded_unique_opens",
    "proxy_excluded_open_rate",
}
ROWS = {
    "lists": payloads.Audience,
    "list_members": payloads.Member,
    "campaigns": payloads.SentCampaign,
    "reports": payloads.Report,
    "interests": payloads.Interest,
    "interest_categories": payloads.InterestCategory,
    "unsubscribes": payloads.Unsubscribe,
}


def resolved(specification: Any, schema: Any) -> Any:
    """A schema with its reference followed."""
    while "$ref" in schema:
        found = specification
        for word in schema["$ref"].split("/")[1:]:
            found = found[word]
        schema = found
    return schema


def structs_in(kind: Any) -> list[type[msgspec.Struct]]:
    """The payload within a field's type: of `X`, `X | None`, `list[X]`."""
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return [kind]
    return [found for part in get_args(kind) for found in structs_in(part)]


def unknown_fields(specification: Any, kind: type[msgspec.Struct], schema: Any) -> list[str]:
    """The fields that we read and the vendor does not describe, by path."""
    schema = resolved(specification, schema)
    if schema.get("type") == "array":
        schema = resolved(specification, schema["items"])
    missing = []
    for one in msgspec.structs.fields(kind):
        if one.name in NEWER:
            continue
        if one.name not in schema.get("properties", {}):
            missing.append(one.name)
            continue
        for inner in structs_in(one.type):
            found = unknown_fields(specification, inner, schema["properties"][one.name])
            missing += [f"{one.name}.{name}" for name in found]
    return missing


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.__name__)
def test_every_field_that_is_read_is_one_of_the_vendors(
    vendor_files: Path, page: type[payloads.Page]
):
    specification = json.loads((vendor_files / SPECIFICATION).read_text())
    answer = specification["paths"][PAGES[page]]["get"]["responses"]["200"]
    content = resolved(specification, answer)["content"]["application/json"]
    assert unknown_fields(specification, page, content["schema"]) == []


def test_every_page_is_held_against_the_specification():
    kinds = (value for value in vars(payloads).values() if isinstance(value, type))
    pages = {kind for kind in kinds if issubclass(kind, payloads.Page)} - {payloads.Page}
    assert pages == set(PAGES)


def real_rows(folder: Path) -> list[tuple[str, Any]]:
    """Real rows as (stream, row)."""
    lines = (folder / "mailchimp/real_records.jsonl").read_text().splitlines()
    recorded = json.loads((folder / "mailchimp/recorded_http.json").read_text())
    members = [("list_members", one["body"]) for one in recorded if one["status"] == 200]
    return [(row["stream"], row["data"]) for row in map(json.loads, lines)] + members


def test_real_rows_are_read_whole(vendor_files: Path):
    """Empty and null instants, fractions as whole numbers and addresses as objects among them."""
    read = [
        msgspec.json.decode(json.dumps(row), type=ROWS[stream])
        for stream, row in real_rows(vendor_files)
        if stream in ROWS
    ]
    assert len(read) >= 8


def test_real_contacts_become_an_account_and_a_membership(vendor_files: Path):
    rows = [row for stream, row in real_rows(vendor_files) if stream == "list_members"]
    read = [msgspec.json.decode(json.dumps(row), type=payloads.Member) for row in rows]
    items = list(parse_each(read, parse.parse_member, reading=MemberReading(space="a")))
    assert [type(item) for item in items] == [Account, Membership] * 2
    assert {item.status for item in items if isinstance(item, Membership)} == {
        "unsubscribed",
        "archived",
    }
    assert all(item.joined_at for item in items if isinstance(item, Membership))


def test_the_real_report_clicks_two_thirds(vendor_files: Path):
    """33 of 50 clicked; 47 is what the vendor counts once per link."""
    row = next(row for stream, row in real_rows(vendor_files) if stream == "reports")
    campaign, *metrics = parse.parse_report(msgspec.convert(row, payloads.Report))
    assert (campaign.delivered_count, campaign.unique_click_count) == (50, 33)
    assert campaign.unique_open_count_no_proxy is None
    rates = {metric.name: metric.value for metric in metrics if metric.unit == "percent"}
    assert rates == {"open_percent": 100, "click_percent": 66}
