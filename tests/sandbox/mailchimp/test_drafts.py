"""Making drafts over HTTP: what is required, what is refused, and answers of the vendor's shape."""

from typing import Any

import httpx
import pytest

from cophub.sandbox import MailchimpSandbox

from .test_vendor_schema import description, differences, shape, vendor_files  # noqa: F401

Json = dict[str, Any]


def body(sandbox: MailchimpSandbox) -> Json:
    settings = {
        "subject_line": "News",
        "title": "Draft",
        "from_name": "Us",
        "reply_to": "a@b.example",
    }
    recipients = {"list_id": sandbox.audiences[0].list_id}
    return {"type": "regular", "recipients": recipients, "settings": settings}


def test_a_draft_is_made_filled_and_read_again(sandbox: MailchimpSandbox, client: httpx.Client):
    made = client.post("/campaigns", json=body(sandbox)).json()
    assert (made["status"], made["emails_sent"]) == ("save", 0)
    assert made["settings"]["from_name"] == "Us" and made["settings"]["reply_to"] == "a@b.example"
    path = f"/campaigns/{made['id']}"
    assert client.get(f"{path}/content").json()["html"] == ""
    filled = client.put(f"{path}/content", json={"html": "<p>x</p>"})
    assert filled.status_code == 200 and filled.json()["html"] == "<p>x</p>"
    assert client.get(f"{path}/content").json() == filled.json()
    assert client.get(path).json() == made
    listed = client.get("/campaigns", params={"status": "save", "count": 1000}).json()
    assert made["id"] in [row["id"] for row in listed["campaigns"]]


def test_answers_are_as_the_vendor_describes_them(
    sandbox: MailchimpSandbox,
    client: httpx.Client,
    description: Json,  # noqa: F811
):
    made = client.post("/campaigns", json=body(sandbox)).json()
    filled = client.put(f"/campaigns/{made['id']}/content", json={"html": "x"}).json()
    paths = {"/campaigns/{campaign_id}": made, "/campaigns/{campaign_id}/content": filled}
    for path, answer in paths.items():
        found = set(differences(shape(description, path), answer))
        assert found <= {("send_time", '"" for none'), ("send_time", "null for none")}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"type": None}, "type"),
        ({"type": "carrier pigeon"}, "type"),
        ({"recipients": {"list_id": "nope"}}, "recipients.list_id"),
        ({"recipients": []}, "recipients"),
        ({"settings": {"subject_line": 5}}, "settings.subject_line"),
        ({"settings": {"reply_to": "nobody"}}, "settings.reply_to"),
    ],
)
def test_what_is_wrong_is_named(
    sandbox: MailchimpSandbox, client: httpx.Client, change: Json, field: str
):
    before = sum(1 for _ in sandbox.campaigns())
    answer = client.post("/campaigns", json=body(sandbox) | change)
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert sum(1 for _ in sandbox.campaigns()) == before


def test_no_json_a_sent_campaign_and_other_methods_are_refused(
    sandbox: MailchimpSandbox, client: httpx.Client
):
    assert client.post("/campaigns", content=b"{").status_code == 400
    sent = next(campaign for campaign in sandbox.campaigns() if campaign.sent)
    assert client.put(f"/campaigns/{sent.id}/content", json={"html": "x"}).status_code == 400
    assert client.put("/campaigns/nope/content", json={"html": "x"}).status_code == 404
    refused = client.delete("/campaigns")
    assert (refused.status_code, refused.headers["Allow"]) == (405, "GET, POST")
    assert client.post(f"/campaigns/{sent.id}/actions/send").status_code == 404
