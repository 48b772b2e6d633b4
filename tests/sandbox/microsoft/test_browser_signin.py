"""Signing in with a browser at the emulated tenant: codes, their proof, and keys that change."""

import hashlib
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from cophub.sandbox.microsoft import MicrosoftSandbox
from cophub.sandbox.microsoft.assertion import encode

BACK = "https://cop.example.org/sign-in/back"
VERIFIER = "a-verifier-of-more-than-forty-three-letters-as-rfc-7636-wants"


@pytest.fixture
def asked(tenant: MicrosoftSandbox) -> dict[str, str]:
    tenant.entra.redirects.add(BACK)
    return {
        "client_id": tenant.client_id, "response_type": "code", "redirect_uri": BACK,
        "scope": "openid profile email", "state": "s1", "nonce": "n1",
        "code_challenge": encode(hashlib.sha256(VERIFIER.encode()).digest()),
        "code_challenge_method": "S256",
    }  # fmt: skip


def at(tenant: MicrosoftSandbox, what: str) -> str:
    return f"{tenant.base_url}/{tenant.tenant_id}/{what}"


def decided(tenant: MicrosoftSandbox, asked: dict[str, str], **form: str) -> dict[str, str]:
    """What the browser brings back."""
    answer = httpx.post(at(tenant, "oauth2/v2.0/authorize"), params=asked, data=form)
    assert answer.status_code == 302, answer.text
    assert answer.headers["location"].startswith(BACK)
    return {k: v[0] for k, v in parse_qs(urlsplit(answer.headers["location"]).query).items()}


def redeemed(tenant: MicrosoftSandbox, code: str, **more: str) -> httpx.Response:
    form = {
        "grant_type": "authorization_code", "code": code, "redirect_uri": BACK,
        "client_id": tenant.client_id, "client_secret": tenant.client_secret,
        "code_verifier": VERIFIER, **more,
    }  # fmt: skip
    return httpx.post(at(tenant, "oauth2/v2.0/token"), data=form)


def claims(tenant: MicrosoftSandbox, token: str) -> dict[str, Any]:
    keys = httpx.get(at(tenant, "discovery/v2.0/keys")).json()
    return dict(jwt.decode(token, KeySet.import_key_set(keys), algorithms=["RS256"]).claims)


def test_a_code_becomes_a_signed_id_token_once(tenant, asked) -> None:
    user = tenant.tenant.service
    back = decided(tenant, asked, login=user.upn, decision="accept")
    assert back["state"] == "s1"
    answer = redeemed(tenant, back["code"])
    told = claims(tenant, answer.json()["id_token"])
    assert (told["nonce"], told["aud"]) == ("n1", tenant.client_id)
    assert told["preferred_username"] == user.upn
    assert told["iss"] == f"https://login.microsoftonline.com/{tenant.tenant_id}/v2.0"
    assert "refresh_token" not in answer.json()
    assert "AADSTS54005" in redeemed(tenant, back["code"]).text


@pytest.mark.parametrize(
    ("wrong", "number"),
    [({"code_verifier": "another"}, "AADSTS501481"),
     ({"redirect_uri": "https://evil.example.org/"}, "AADSTS500112"),
     ({"client_secret": "guessed"}, "AADSTS7000215")],
)  # fmt: skip
def test_a_code_is_worth_nothing_to_others(tenant, asked, wrong, number) -> None:
    back = decided(tenant, asked, login=tenant.tenant.service.upn, decision="accept")
    answer = redeemed(tenant, back["code"], **wrong)
    assert answer.status_code in (400, 401)
    assert number in answer.text


def test_who_declines_is_led_back_without_a_code(tenant, asked) -> None:
    back = decided(tenant, asked, login="", decision="cancel")
    assert back["error"] == "access_denied"
    assert "code" not in back


def test_nobody_is_led_to_an_address_that_was_not_registered(tenant, asked) -> None:
    asked["redirect_uri"] = "https://evil.example.org/"
    answer = httpx.get(at(tenant, "oauth2/v2.0/authorize"), params=asked)
    assert answer.status_code == 400
    assert "AADSTS50011" in answer.text


def test_keys_change_and_old_ones_go(tenant) -> None:
    where = at(tenant, "discovery/v2.0/keys")
    first = [key["kid"] for key in httpx.get(where).json()["keys"]]
    tenant.entra.rotate()
    both = [key["kid"] for key in httpx.get(where).json()["keys"]]
    assert (len(both), both[:-1]) == (len(first) + 1, first)
    tenant.entra.rotate(keep=False)
    assert [key["kid"] for key in httpx.get(where).json()["keys"]] != both
    assert len(httpx.get(where).json()["keys"]) == 1
