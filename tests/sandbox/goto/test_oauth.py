"""GoTo's sign-in: codes with PKCE, refresh tokens by each way of rotation, and their ends."""

from base64 import urlsafe_b64encode
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from cophub.sandbox import GotoSandbox

ME = "/admin/rest/v1/me"


def ask(sandbox: GotoSandbox, secret: str | None = None, **form: str) -> httpx.Response:
    """The token endpoint's answer."""
    auth = (sandbox.client_id, secret or sandbox.client_secret)
    return httpx.post(f"{sandbox.base_url}/oauth/token", auth=auth, data=form)


def refreshed(sandbox: GotoSandbox, token: str) -> httpx.Response:
    """The answer to a refresh."""
    return ask(sandbox, grant_type="refresh_token", refresh_token=token)


def whose(sandbox: GotoSandbox, answer: httpx.Response) -> int:
    """The status of a call with the access token of an answer."""
    headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    return httpx.get(f"{sandbox.base_url}{ME}", headers=headers).status_code


def test_a_refresh_may_answer_with_a_new_token_and_leave_the_old_one_good(
    sandbox: GotoSandbox,
) -> None:
    """`rotation = "new"`; and the account's keys are not in the answer."""
    old = sandbox.refresh_token()
    answer = refreshed(sandbox, old)
    assert answer.json()["refresh_token"] != old
    assert not {"organizer_key", "account_key"} & answer.json().keys()
    assert refreshed(sandbox, old).status_code == 200
    assert whose(sandbox, answer) == 200


def test_a_refresh_may_answer_without_a_refresh_token(sandbox: GotoSandbox) -> None:
    """`rotation = "none"`: the old one stays."""
    sandbox.oauth.rotation = "none"
    old = sandbox.refresh_token()
    assert "refresh_token" not in refreshed(sandbox, old).json()
    assert refreshed(sandbox, old).status_code == 200


def test_the_first_use_of_a_new_refresh_token_may_end_the_old_one(sandbox: GotoSandbox) -> None:
    """`rotation = "once"`: before it, the old one is still good."""
    sandbox.oauth.rotation = "once"
    old = sandbox.refresh_token()
    new = refreshed(sandbox, old).json()["refresh_token"]
    assert refreshed(sandbox, old).status_code == 200
    assert refreshed(sandbox, new).status_code == 200
    gone = refreshed(sandbox, old)
    assert (gone.status_code, gone.json()["error"]) == (400, "invalid_grant")


def test_tokens_end_an_hour_and_thirty_days_later(sandbox: GotoSandbox) -> None:
    """By the sandbox's clock."""
    refresh = sandbox.refresh_token()
    answer = refreshed(sandbox, refresh)
    sandbox.advance(minutes=59)
    assert whose(sandbox, answer) == 200
    sandbox.advance(minutes=1)
    assert whose(sandbox, answer) == 401
    sandbox.advance(days=30)
    assert refreshed(sandbox, refresh).status_code == 400


def test_a_personal_access_token_is_changed_for_an_access_token(sandbox: GotoSandbox) -> None:
    """And brings no refresh token."""
    answer = ask(sandbox, grant_type="personal_access_token", pat=sandbox.pat)
    assert whose(sandbox, answer) == 200
    assert "refresh_token" not in answer.json()
    assert ask(sandbox, grant_type="personal_access_token", pat="no").status_code == 400


def code_for(sandbox: GotoSandbox, **query: Any) -> dict[str, list[str]]:
    """What the browser is sent back with."""
    asked = {
        "client_id": sandbox.client_id,
        "response_type": "code",
        "redirect_uri": "http://localhost:9/back",
        **query,
    }
    answer = httpx.get(f"{sandbox.base_url}/oauth/authorize", params=asked)
    assert answer.status_code == 302
    return parse_qs(urlsplit(answer.headers["Location"]).query)


def test_a_code_is_changed_once_by_who_holds_the_verifier(sandbox: GotoSandbox) -> None:
    """PKCE with S256; the redirect address must be the same."""
    verifier = "v" * 50
    challenge = urlsafe_b64encode(sha256(verifier.encode()).digest()).decode().rstrip("=")
    form = {"grant_type": "authorization_code", "redirect_uri": "http://localhost:9/back"}
    back = code_for(sandbox, code_challenge=challenge, state="s t")
    assert back["state"] == ["s t"]
    answer = ask(sandbox, **form, code=back["code"][0], code_verifier=verifier)
    assert whose(sandbox, answer) == 200
    assert refreshed(sandbox, answer.json()["refresh_token"]).status_code == 200
    again = ask(sandbox, **form, code=back["code"][0], code_verifier=verifier)
    assert again.status_code == 400
    other = code_for(sandbox, code_challenge=challenge)["code"][0]
    assert ask(sandbox, **form, code=other, code_verifier="w" * 50).status_code == 400


@pytest.mark.parametrize("secret", ["wrong", "sécret"])
def test_a_wrong_client_is_refused(sandbox: GotoSandbox, secret: str) -> None:
    """With 401 and the words of RFC 6749."""
    answer = ask(sandbox, secret, grant_type="refresh_token", refresh_token="x")
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


def test_an_app_may_have_no_secret(sandbox: GotoSandbox) -> None:
    """Then it tells its id alone."""
    form = {"grant_type": "refresh_token", "client_id": sandbox.client_id}
    address = f"{sandbox.base_url}/oauth/token"

    def status() -> int:
        return httpx.post(
            address, data={**form, "refresh_token": sandbox.refresh_token()}
        ).status_code

    assert status() == 401
    sandbox.oauth.public = True
    assert status() == 200


def test_webinar_calls_answer_403_where_others_answer_401(sandbox: GotoSandbox) -> None:
    """Nobody is signed in."""
    key = sandbox.me.key
    paths = {f"/G2M/rest/organizers/{key}": 401, f"/G2W/rest/v2/organizers/{key}/webinars": 403}
    for path, status in paths.items():
        assert httpx.get(f"{sandbox.base_url}{path}").status_code == status
