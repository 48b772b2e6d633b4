"""Who may ask: the key in three ways, and what is said to everybody else."""

from typing import Any

import httpx
import pytest

from cophub.sandbox import GroupsioSandbox
from cophub.sandbox.groupsio import PASSWORD

Json = dict[str, Any]


def test_the_key_is_taken_as_bearer_and_as_the_user_of_basic(shown: GroupsioSandbox) -> None:
    """Both name the hub's own account."""
    url = f"{shown.base_url}/api/v1/getuser"
    bearer = httpx.get(url, headers={"Authorization": f"Bearer {shown.api_key}"}).json()
    basic = httpx.get(url, auth=(shown.api_key, "")).json()
    assert bearer == basic
    assert (bearer["object"], bearer["email"]) == ("user", shown.hub.email)


def test_signing_in_gives_a_cookie_that_is_enough(sandbox: GroupsioSandbox) -> None:
    """So do older programs."""
    with httpx.Client(base_url=f"{sandbox.base_url}/api/v1/") as client:
        form = {"email": sandbox.hub.email, "password": PASSWORD}
        answer = client.post("login", data=form).json()
        assert answer["user"]["csrf_token"]
        assert client.get("getsubs").json()["total_count"] == len(sandbox.state.groups)
        assert client.post("getsubs", data={"limit": 1}).json()["end_item"] == 1


@pytest.mark.parametrize("header", ["", "Bearer wrong", "Basic ???", "Digest x"])
def test_without_the_key_there_is_an_error_object(shown: GroupsioSandbox, header: str) -> None:
    """HTTP 400, as for every error of the vendor."""
    answer = httpx.get(f"{shown.base_url}/api/v1/getuser", headers={"Authorization": header})
    assert answer.status_code == 400
    assert (answer.json()["object"], answer.json()["type"]) == ("error", "unauthorized")


def test_a_wrong_password_is_refused(shown: GroupsioSandbox) -> None:
    """No token and no cookie."""
    form = {"email": shown.hub.email, "password": "guess"}
    answer = httpx.post(f"{shown.base_url}/api/v1/login", data=form)
    assert answer.json()["object"] == "error"
    assert not answer.cookies


def test_errors_may_come_with_http_200(sandbox: GroupsioSandbox) -> None:
    """The object alone tells."""
    sandbox.error_status = 200
    url = f"{sandbox.base_url}/api/v1/getgroup"
    auth = (sandbox.api_key, "")
    answer = httpx.get(url, params={"group_name": "nobody"}, auth=auth)
    assert (answer.status_code, answer.json()["type"]) == (200, "no_such_group")


def test_a_call_that_does_not_exist_is_no_json(shown: GroupsioSandbox) -> None:
    """As everything else that the web server does not know."""
    answer = httpx.get(f"{shown.base_url}/api/v1/getnothing", auth=(shown.api_key, ""))
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "text/plain"
