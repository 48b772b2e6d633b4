"""A person signs in once, in a browser."""

import threading
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from cophub import AuthError, ConfigError
from cophub.connectors.gotomeeting import signin
from cophub.connectors.gotomeeting.client import ADMIN, goto
from cophub.connectors.gotomeeting.login import current
from cophub.connectors.gotomeeting.payloads import Me
from cophub.http import MemoryTokens


def url_in(lines: list[str]) -> str:
    return next(line for text in lines for line in text.splitlines() if "/oauth/authorize" in line)


def browser(lines: list[str]) -> str:
    """The address at which a browser ends that opens the page that was shown."""
    answer = httpx.get(url_in(lines))
    return answer.headers["Location"]


def test_a_pasted_address_signs_in_with_pkce(box, ask):
    lines: list[str] = []
    tokens = MemoryTokens()
    ctx = ask(box, tokens, refresh_token=None)
    who = signin.sign_in_by(ctx, lines.append, lambda redirect: browser(lines))
    assert who == box.me.email
    assert parse_qs(urlsplit(url_in(lines)).query)["code_challenge_method"] == ["S256"]
    later = ask(box, tokens, refresh_token=None)
    assert goto(later).page(f"{ADMIN}/me", Me)[0].email == who


def test_a_sign_in_counts_before_the_setting_it_was_made_beside(box, ask):
    lines: list[str] = []
    tokens = MemoryTokens()
    ctx = ask(box, tokens, refresh_token="ended")
    signin.sign_in_by(ctx, lines.append, lambda redirect: browser(lines))
    assert current(ask(box, tokens, refresh_token="ended")) != "ended"
    assert current(ask(box, tokens, refresh_token="newer")) == "newer"


def test_the_browser_is_answered_on_this_machine(box, ask):
    """The redirect comes to a port of ours; a request for an icon before it changes nothing."""
    free = signin.listener("http://127.0.0.1:0/", lambda path: None)
    assert free is not None
    port = free.server_port
    free.server_close()
    redirect = f"http://127.0.0.1:{port}/"
    lines: list[str] = []
    ctx = ask(box, MemoryTokens(), refresh_token=None, redirect_url=redirect)

    def open_page() -> None:
        back = browser(lines)
        for _ in range(50):
            try:
                httpx.get(f"{redirect}favicon.ico")
                assert "may close" in httpx.get(back).text
                return
            except httpx.ConnectError:
                threading.Event().wait(0.05)

    def show(line: str) -> None:
        lines.append(line)
        if len(lines) == 2:
            threading.Thread(target=open_page, daemon=True).start()

    assert signin.sign_in(ctx, show) == box.me.email


@pytest.mark.parametrize(
    ("answer", "told"),
    [("http://localhost/?error=access_denied", "access_denied"),
     ("http://localhost/", "no code"), ("http://localhost/?code=1&state=2", "another sign-in")],
)  # fmt: skip
def test_an_answer_that_is_none_says_so(box, ask, answer, told):
    ctx = ask(box, refresh_token=None)
    with pytest.raises(AuthError, match=told):
        signin.sign_in_by(ctx, lambda line: None, lambda redirect: answer)


def test_a_code_that_goto_refuses_is_an_error(box, ask):
    lines: list[str] = []
    ctx = ask(box, refresh_token=None)

    def stale(redirect: str) -> str:
        back = browser(lines)
        box.oauth.codes.clear()
        return back

    with pytest.raises(AuthError, match="invalid_grant"):
        signin.sign_in_by(ctx, lines.append, stale)


def test_a_personal_access_token_needs_no_person(box, ask):
    with pytest.raises(ConfigError, match="needs no sign-in"):
        signin.sign_in(ask(box, personal_access_token=box.pat), lambda line: None)


def test_a_redirect_elsewhere_is_not_listened_for():
    assert signin.listener("https://example.org/callback", lambda path: None) is None
