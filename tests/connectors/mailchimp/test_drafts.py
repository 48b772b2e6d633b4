"""A newsletter as a draft: made, written anew, and never sent."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from cophub import AuthError, ConfigError, Connector, Context, Draft, Letter, SourceUnavailable
from cophub.connectors import mailchimp
from cophub.connectors.mailchimp.drafts import DraftingClient
from cophub.connectors.mailchimp.official import CampaignsApi, ListsApi
from cophub.sandbox import MailchimpSandbox

Ask = Callable[..., Context[Any]]
LETTER = Letter("cophub draft: m 2026-W47", "What is new", "Nets", "<p>Nets</p>", "Nets")


def draft(ctx: Context[Any], letter: Letter) -> Draft:
    """As the connector that the hook brings does it."""
    found: Connector = mailchimp.cophub_connectors()[0]
    assert found.draft is not None
    return found.draft(ctx, letter)


@pytest.fixture
def letter(box: MailchimpSandbox) -> Letter:
    return replace(LETTER, spaces=(box.audiences[0].list_id,))


def test_a_letter_becomes_a_draft_that_is_not_sent(box: MailchimpSandbox, ask: Ask, letter: Letter):
    audience = box.audiences[0]
    sent = sum(1 for campaign in audience.campaigns if campaign.sent)
    made = draft(ask(box), letter)
    (kept,) = [campaign for campaign in audience.campaigns if campaign.id == made.key]
    assert (kept.status, kept.sent, kept.type) == ("save", 0, "regular")
    assert (kept.title, kept.subject, kept.preview) == (letter.name, "What is new", "Nets")
    assert (kept.html, kept.plain_text) == ("<p>Nets</p>", "Nets")
    assert kept.from_name == audience.title and kept.reply_to and "@" in kept.reply_to
    url = f"https://us1.admin.mailchimp.com/campaigns/edit?id={kept.web_id}"
    assert made == Draft(kept.id, audience.title, True, url)
    assert sum(1 for campaign in audience.campaigns if campaign.sent) == sent
    writes = [(r.method, r.path) for r in box.log if r.method != "GET"]
    assert writes == [
        ("POST", "/3.0/campaigns"), ("PUT", f"/3.0/campaigns/{kept.id}/content"),
    ]  # fmt: skip


def test_the_same_letter_again_writes_the_draft_anew(
    box: MailchimpSandbox, ask: Ask, letter: Letter
):
    first = draft(ask(box), letter)
    count = len(box.audiences[0].campaigns)
    again = draft(ask(box), replace(letter, html="<p>More</p>"))
    assert (again.key, again.new) == (first.key, False)
    assert len(box.audiences[0].campaigns) == count
    other = draft(ask(box), replace(letter, name="cophub draft: m 2026-W48"))
    assert other.new and other.key != first.key


def test_a_letter_that_was_sent_is_left_alone(box: MailchimpSandbox, ask: Ask, letter: Letter):
    first = draft(ask(box), letter)
    campaign = next(c for c in box.campaigns() if c.id == first.key)
    with box.changing():
        campaign.status, campaign.sent = "sent", box.timeline.now
    again = draft(ask(box), replace(letter, html="<p>More</p>"))
    assert again.new and again.key != first.key and campaign.html == "<p>Nets</p>"


@pytest.mark.parametrize("spaces", [(), ("a", "b")])
def test_which_audience_must_be_clear(still: MailchimpSandbox, ask: Ask, spaces: tuple[str, ...]):
    with pytest.raises(ConfigError, match="name one, as"):
        draft(ask(still), replace(LETTER, spaces=spaces))
    assert len(still.log) == 0


def test_nothing_but_drafts_is_ever_written(still: MailchimpSandbox, ask: Ask):
    client = DraftingClient(ask(still))
    campaigns, lists = CampaignsApi(client), ListsApi(client)
    for call in (
        lambda: campaigns.send("c1"), lambda: campaigns.remove("c1"),
        lambda: campaigns.schedule("c1", {"schedule_time": "2026-01-01T00:00:00Z"}),
        lambda: campaigns.update("c1", {}), lambda: campaigns.send_test_email("c1", {}),
        lambda: lists.add_list_member("l1", {}),
    ):  # fmt: skip
        with pytest.raises(ValueError, match="makes drafts and nothing else"):
            call()
    assert len(still.log) == 0


def test_a_key_that_may_not_write_and_an_audience_that_is_not_there(
    box: MailchimpSandbox, ask: Ask, letter: Letter
):
    with pytest.raises(SourceUnavailable, match="has no /lists/nope"):
        draft(ask(box), replace(LETTER, spaces=("nope",)))
    box.faults.plan("403", method="POST", every=1)
    with pytest.raises(AuthError, match="Forbidden"):
        draft(ask(box), letter)


def test_a_draft_is_asked_for_once_even_where_the_vendor_stumbles(
    box: MailchimpSandbox, ask: Ask, letter: Letter
):
    """A second try might make a second draft; the next call finds the first by its name."""
    box.faults.plan("500", method="POST", every=1)
    with pytest.raises(SourceUnavailable, match="POST /campaigns"):
        draft(ask(box), letter)
    assert [r.method for r in box.log].count("POST") == 1
