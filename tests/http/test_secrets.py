"""What `redact` takes out, and what it must leave alone."""

import pytest

from cophub.http import bearer, is_secret_name, redact


@pytest.mark.parametrize(
    "name",
    ["Authorization", "api_key", "apiKey", "X-Api-Key", "client_secret", "refresh_token", "Cookie",
     "accessToken", "password", "MAILCHIMP_API_KEY", "X-RequestDigest", "sig", "id_token"],
)  # fmt: skip
def test_these_names_hold_secrets(name):
    assert is_secret_name(name)
    assert redact({name: "x", "other": "y"}) == {name: "***", "other": "y"}


@pytest.mark.parametrize(
    "name",
    ["page_token", "next_page_token", "$skiptoken", "$deltatoken", "changeToken", "token_type",
     "key", "id", "author", "email", "expires_in", "sort_dir"],
)  # fmt: skip
def test_these_names_do_not(name):
    assert not is_secret_name(name)
    assert redact({name: "x"}) == {name: "x"}


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("GET /x?api_key=abc123&page=2", "GET /x?api_key=***&page=2"),
        ("Authorization: Bearer abcdefghij", "Authorization: Bearer ***"),
        ("Basic YWRhOnNlY3JldA==, and so on", "Basic ***, and so on"),
        ("postgresql://ada:pw@db/x", "postgresql://***@db/x"),
        ("https://x/?page_token=12&$skiptoken=a&sync_token=b", ...),
        ("the basic idea; a bearer of news; ada@example.org", ...),
        ("<cookie>breez123</cookie><x>1</x>", "<cookie>***</cookie><x>1</x>"),
    ],
)
def test_text_keeps_all_but_its_secrets(text, clean):
    assert redact(text) == (text if clean is ... else clean)


def test_a_secret_that_was_handed_to_us_is_found_anywhere():
    bearer("handed-over-once")
    value = {"a": ["x handed-over-once y", ("handed-over-once",)], "n": 1, "none": None}
    assert redact(value) == {"a": ["x *** y", ["***"]], "n": 1, "none": None}


def test_a_short_secret_does_not_wreck_every_text():
    bearer("abc")
    assert redact("abcdef abc") == "abcdef abc"
