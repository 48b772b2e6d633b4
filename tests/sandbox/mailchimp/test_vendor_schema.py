"""The emulation is held against the vendor's own description and against real answers."""

import json
import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from jsonschema import Draft202012Validator, FormatChecker

from cophub.sandbox import MailchimpSandbox

Json = dict[str, Any]

# What real answers do against the vendor's own description; nothing else may differ from it.
KNOWN = {
    ("/campaigns", "send_time", '"" for none'),
    ("/campaigns", "send_time", "null for none"),
    ("/lists/{list_id}/members", "timestamp_opt", '"" for none'),
    ("/lists/{list_id}/members", "timestamp_signup", '"" for none'),
    ("/lists/{list_id}/members/{subscriber_hash}", "timestamp_signup", '"" for none'),
    ("/reports/{campaign_id}/sent-to", "last_open", '"" for none'),
    ("/reports/{campaign_id}/click-details", "last_click", '"" for none'),
    *(
        (path, name, '"" for none')
        for path in ("/reports", "/reports/{campaign_id}")
        for name in ("last_open", "last_click")
    ),
    *(
        (path, name, "newer than the description")
        for path in ("/reports", "/reports/{campaign_id}")
        for name in (
            "proxy_excluded_opens",
            "proxy_excluded_unique_opens",
            "proxy_excluded_open_rate",
        )
    ),
}
ENDPOINTS = (
    "/",
    "/ping",
    "/lists",
    "/lists/{list_id}",
    "/lists/{list_id}/members",
    "/lists/{list_id}/members/{subscriber_hash}",
    "/lists/{list_id}/members/{subscriber_hash}/tags",
    "/lists/{list_id}/merge-fields",
    "/lists/{list_id}/interest-categories",
    "/lists/{list_id}/interest-categories/{interest_category_id}/interests",
    "/lists/{list_id}/segments",
    "/lists/{list_id}/tag-search",
    "/lists/{list_id}/growth-history",
    "/lists/{list_id}/growth-history/{month}",
    "/lists/{list_id}/activity",
    "/lists/{list_id}/locations",
    "/campaigns",
    "/campaigns/{campaign_id}",
    "/campaigns/{campaign_id}/content",
    "/reports",
    "/reports/{campaign_id}",
    "/reports/{campaign_id}/email-activity",
    "/reports/{campaign_id}/sent-to",
    "/reports/{campaign_id}/open-details",
    "/reports/{campaign_id}/click-details",
    "/reports/{campaign_id}/click-details/{link_id}/members",
    "/reports/{campaign_id}/unsubscribed",
    "/reports/{campaign_id}/abuse-reports",
)

formats = FormatChecker(formats=())


@formats.checks("date-time", raises=ValueError)
def _is_instant(value: object) -> bool:
    return not isinstance(value, str) or datetime.fromisoformat(value).tzinfo is not None


@pytest.fixture(scope="session")
def vendor_files() -> Path:
    """The folder of the vendor's description and of real answers."""
    folder = os.environ.get("COPHUB_VENDOR_FILES")
    if not folder:
        pytest.skip("COPHUB_VENDOR_FILES names no folder with the vendors' own descriptions")
    return Path(folder) / "mailchimp"


@pytest.fixture(scope="session")
def description(vendor_files: Path) -> Json:
    """The vendor's OpenAPI document."""
    text = (vendor_files / "marketing-3.0.55.trimmed.openapi3.json").read_text()
    return dict(json.loads(text))


def strict(schema: Any) -> Any:
    """The OpenAPI schema as JSON Schema that allows no property it does not name."""
    if isinstance(schema, list):
        return [strict(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    result = {
        key: strict(value) for key, value in schema.items() if key not in ("example", "default")
    }
    if schema.get("nullable") and isinstance(schema.get("type"), str):
        result["type"] = [schema["type"], "null"]
    if isinstance(schema.get("properties"), dict) and "additionalProperties" not in schema:
        result["additionalProperties"] = False
    return result


@pytest.fixture(scope="session")
def every(shown: MailchimpSandbox, reader: httpx.Client) -> list[dict[str, str]]:
    """For each audience something for every brace in a path: the most and the least of a kind."""
    found = []
    for audience in shown.audiences:
        sent = sorted((c for c in audience.campaigns if c.sent), key=lambda c: len(c.deliveries))
        members = sorted(audience.members.values(), key=lambda member: len(member.tags))
        for campaign, member in ((sent[-1], members[-1]), (sent[0], members[0])):
            links = reader.get(f"/reports/{campaign.id}/click-details").json()["urls_clicked"]
            category = audience.categories[0]["id"] if audience.categories else ""
            found.append(
                {
                    "list_id": audience.list_id,
                    "subscriber_hash": member.key,
                    "interest_category_id": category,
                    "month": "2026-03",
                    "campaign_id": campaign.id,
                    "link_id": links[0]["id"],
                }
            )
    return found


@pytest.fixture(scope="session")
def ids(shown: MailchimpSandbox, every: list[dict[str, str]]) -> dict[str, str]:
    """The busiest of each kind, with a campaign that somebody unsubscribed through."""
    campaign = max(shown.audiences[0].campaigns, key=lambda c: len(c.unsubscribed))
    return {**every[0], "campaign_id": campaign.id}


def differences(schema: Json, answer: Json) -> Iterator[tuple[str, str]]:
    """(field, what differs) for everything in the answer that the description does not allow."""
    for error in Draft202012Validator(strict(schema), format_checker=formats).iter_errors(answer):
        field = next((str(step) for step in reversed(error.path) if isinstance(step, str)), "")
        if error.validator == "additionalProperties":
            for name in set(error.instance) - set(error.schema["properties"]):
                newer = name.startswith("proxy_excluded")
                yield name, "newer than the description" if newer else "unknown property"
        elif error.instance == "" and error.validator == "format":
            yield field, '"" for none'
        elif error.instance is None and error.validator == "type":
            yield field, "null for none"
        else:
            yield field, error.message


def answers(path: str, reader: httpx.Client, every: list[dict[str, str]]) -> Iterator[Json]:
    """All the pages of an endpoint, for everything that its braces can stand for."""
    for place in sorted({path.format(**ids) for ids in every}):
        if "//" in place:  # this audience has no interests
            continue
        offset, total = 0, 1
        while offset < total:
            answer = reader.get(place, params={"count": 1000, "offset": offset})
            assert answer.status_code == 200, (place, answer.text)
            yield answer.json()
            offset, total = offset + 1000, answer.json().get("total_items", 0)


def shape(description: Json, path: str) -> Json:
    """The vendor's schema of a successful answer."""
    answer = description["paths"][path]["get"]["responses"]["200"]
    return dict(answer["content"]["application/json"]["schema"])


def test_every_answer_is_as_the_vendor_describes_it_but_for_the_known_differences(
    description: Json, reader: httpx.Client, every: list[dict[str, str]]
) -> None:
    """No endpoint has a property, a type or a format of its own."""
    found = {
        (path, *difference)
        for path in ENDPOINTS
        for answer in answers(path, reader, every)
        for difference in differences(shape(description, path), answer)
    }
    assert found == KNOWN, found ^ KNOWN


def test_every_error_is_as_the_vendor_describes_it(
    description: Json, shown: MailchimpSandbox, reader: httpx.Client
) -> None:
    """401, 400, 404 and 405 have the five required fields of a problem document."""
    responses = description["paths"]["/lists"]["get"]["responses"]["default"]
    schema = responses["content"]["application/problem+json"]["schema"]
    refused = httpx.get(f"{shown.base_url}/3.0/lists", auth=("anyone", "wrong-us1"))
    for answer, status in (
        (refused, 401),
        (reader.get("/lists?count=1001"), 400),
        (reader.get("/lists/none"), 404),
        (reader.delete("/lists"), 405),
    ):
        assert answer.status_code == status
        assert answer.headers["Content-Type"] == "application/problem+json; charset=utf-8"
        body = answer.json()
        wrong = body.pop("errors", None)  # the vendor's validation errors, outside the description
        assert list(differences(schema, body)) == []
        assert bool(wrong) == (status == 400)


def test_each_endpoint_of_the_sandbox_is_one_of_the_vendor(description: Json) -> None:
    """Nothing was invented."""
    assert set(ENDPOINTS) <= set(description["paths"])


@pytest.mark.parametrize(
    ("stream", "path", "name", "flattened"),
    [
        ("campaigns", "/campaigns", "campaigns", set()),
        ("lists", "/lists", "lists", set()),
        ("list_members", "/lists/{list_id}/members", "members", set()),
        ("reports", "/reports", "reports", set()),
        ("segments", "/lists/{list_id}/segments", "segments", set()),
        ("tags", "/lists/{list_id}/tag-search", "tags", {"list_id"}),
        ("interest_categories", "/lists/{list_id}/interest-categories", "categories", set()),
        (
            "interests",
            "/lists/{list_id}/interest-categories/{interest_category_id}/interests",
            "interests",
            set(),
        ),
        ("unsubscribes", "/reports/{campaign_id}/unsubscribed", "unsubscribes", set()),
        (
            "email_activity",
            "/reports/{campaign_id}/email-activity",
            "emails",
            {"action", "timestamp", "ip"},
        ),
    ],
)
def test_rows_have_every_key_that_real_rows_have(
    vendor_files: Path,
    reader: httpx.Client,
    ids: dict[str, str],
    stream: str,
    path: str,
    name: str,
    flattened: set[str],
) -> None:
    """Each key of a recorded row is in some row; its reader moved those of `flattened`."""
    lines = (vendor_files / "real_records.jsonl").read_text().splitlines()
    real = next(json.loads(line)["data"] for line in lines if f'"stream": "{stream}"' in line)
    rows = reader.get(path.format(**ids), params={"count": 1000}).json()[name]
    assert paths(real) - flattened <= set().union(*map(paths, rows))


def paths(value: Any, before: str = "") -> set[str]:
    """Every dotted key of a row; interests and merge fields are the audience's own."""
    if not isinstance(value, dict) or before in ("interests.", "merge_fields."):
        return set()
    here = {f"{before}{key}" for key in value}
    return here.union(*(paths(item, f"{before}{key}.") for key, item in value.items()))


def test_a_member_has_every_key_of_the_recorded_exchange(
    vendor_files: Path, reader: httpx.Client, ids: dict[str, str]
) -> None:
    """The recorded member's marketing permissions belong to an audience that has some."""
    exchanges = json.loads((vendor_files / "recorded_http.json").read_text())
    real = exchanges[1]["body"]
    row = reader.get(f"/lists/{ids['list_id']}/members/{ids['subscriber_hash']}").json()
    assert paths(real) - paths(row) == {"marketing_permissions"}
    refused = reader.delete(f"/lists/{ids['list_id']}/members/{ids['subscriber_hash']}")
    assert set(refused.json()) == set(exchanges[0]["body"])
    assert refused.status_code == exchanges[0]["status"]
