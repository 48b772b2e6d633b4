"""What Entra ID's numbers mean: one line each, with the next step and nobody's address."""

import pytest

from cophub import AuthError, SourceUnavailable
from cophub.connectors.microsoft.refusals import USUAL, Asked, refusal

ASKED = Asked("news", "contoso.onmicrosoft.com", "1234", "https://www.yammer.com", "AB12")


def said(**answer):
    found = refusal(answer, ASKED)
    assert isinstance(found, AuthError) and "\n" not in str(found)
    return str(found)


@pytest.mark.parametrize("code", USUAL)
def test_each_usual_number_has_a_next_step_of_its_own(code):
    text = said(error="invalid_grant", error_codes=[code], error_description=f"AADSTS{code}: No.")
    assert f"(AADSTS{code})" in text and "; " in text and "{" not in text
    assert "look the code up" not in text


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (50076, "second factor"),
        (53003, "Conditional Access policy blocks"),
        (53000, "managed device"),
        (700082, "run: cophub sign-in news"),
        (70008, "run: cophub sign-in news"),
        (70043, "Sign-in frequency"),
        (50173, "revoked"),
        (65001, "admin consent"),
        (7000218, "Allow public client flows"),
        (500011, "https://www.yammer.com"),
    ],
)
def test_what_people_meet_is_told_in_words_they_can_act_on(code, words):
    assert words in said(error="invalid_grant", error_codes=[code])


def test_the_number_is_read_from_the_text_where_the_list_is_missing():
    text = "AADSTS7000222: The provided client secret keys are expired.\r\nTrace ID: 0f\r\n"
    assert "has expired; make a new one" in said(error="invalid_client", error_description=text)


def test_oauths_own_words_for_a_code_come_before_numbers():
    """70019 stands for an expired code, and came with one that was declined."""
    assert "declined" in said(error="authorization_declined", error_codes=[70019])
    assert "expired before" in said(error="expired_token", error_codes=[70019])


def test_an_unknown_number_is_told_with_the_vendors_words_and_nobodys_address():
    text = said(
        error="invalid_grant_new",
        error_codes=[1234567],
        error_description="AADSTS1234567: The account 'ada@contoso.com' is odd. Trace ID: 0f-1\r\n"
        "Correlation ID: 22\r\nTimestamp: 2026-01-01",
    )
    assert "AADSTS1234567: The account '…' is odd." in text and "look the code up" in text
    assert "ada@" not in text and "Trace" not in text


@pytest.mark.parametrize(
    "answer",
    [{"error": "temporarily_unavailable"}, {"error": "server_error", "error_codes": [90033]}],
)
def test_what_will_pass_is_no_matter_of_the_account(answer):
    assert isinstance(refusal(answer, ASKED), SourceUnavailable)


def test_an_answer_that_says_nothing_still_says_what_was_asked():
    assert "https://www.yammer.com" in said()
