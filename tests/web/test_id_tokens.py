"""What the provider sends is checked: each forged, old or foreign answer lets nobody in."""

import hashlib
import hmac
import json
import logging
from collections.abc import Callable
from typing import Any

import pytest

from cophub.sandbox.microsoft.assertion import encode
from cophub.sandbox.microsoft.authorize import SigningKey
from tests.web.conftest import ADA, Browser, Served, query

Json = dict[str, Any]


def token(head: Json, claims: Json, sign: Callable[[bytes], bytes]) -> str:
    text = ".".join(encode(json.dumps(part).encode()) for part in (head, claims))
    return f"{text}.{encode(sign(text.encode()))}"


def refused(served: Served, reason: str = "The sign-in could not be checked") -> str:
    """Nobody is let in, and the page says so; what it says."""
    browser = served.browser()
    answer = browser.sign_in(ADA)
    assert answer.status_code >= 400, answer.headers
    assert reason in answer.text
    assert browser.session is None
    assert "overview for public" in browser.get("/").text
    assert served.notes == []
    return answer.text


def let_in(served: Served, browser: Browser | None = None) -> None:
    browser = browser or served.browser()
    assert browser.sign_in(ADA).status_code == 303
    assert "overview for facilitators" in browser.get("/").text


# --- forged -----------------------------------------------------------------------------------


def test_a_token_without_a_signature_is_refused(served: Served) -> None:
    entra = served.entra.entra
    kid = entra.signing[-1].name if entra.signing else "k"
    for head in ({"alg": "none"}, {"alg": "none", "kid": kid}, {"alg": "NONE", "kid": kid}):
        entra.mint = lambda claims, head=head: token(head, claims, lambda _: b"")
        refused(served)


def test_a_token_signed_with_the_public_key_as_a_secret_is_refused(served: Served) -> None:
    """Confusion of HS256 with RS256: what everybody knows is no secret."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    entra = served.entra.entra
    let_in(served)
    key = entra.signing[-1]
    public = key.private.public_key()
    pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    secrets = (
        pem,
        pem.strip(),
        json.dumps(key.public).encode(),
        served.entra.client_secret.encode(),
    )
    for secret in secrets:
        served.notes.clear()
        entra.mint = lambda claims, secret=secret: token(
            {"alg": "HS256", "kid": key.name}, claims,
            lambda text: hmac.new(secret, text, hashlib.sha256).digest(),
        )  # fmt: skip
        refused(served)


def test_a_provider_that_offers_weak_ways_of_signing_is_not_believed(served: Served) -> None:
    """Keycloak offers HS256 beside RS256, and a provider might offer none."""
    provider = served.gate._provider
    told = {"issuer": provider.issuer, "id_token_signing_alg_values_supported":
            ["none", "HS256", "HS512", "RS256", "ES256"]}  # fmt: skip
    told |= dict.fromkeys(("authorization_endpoint", "token_endpoint", "jwks_uri"), provider.issuer)
    provider._check(told)
    assert told["id_token_signing_alg_values_supported"] == ["RS256", "ES256"]
    told["id_token_signing_alg_values_supported"] = ["none", "HS256"]
    provider._check(told)
    assert told["id_token_signing_alg_values_supported"] == ["RS256"]


def test_a_key_that_a_token_brings_itself_is_not_believed(served: Served) -> None:
    own, entra = SigningKey("own"), served.entra.entra
    entra.mint = own.signed
    refused(served)
    if not entra.signing:
        entra.rotate()
    own.name = entra.signing[-1].name
    refused(served)

    def brings(claims: Json) -> str:
        from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
        from cryptography.hazmat.primitives.hashes import SHA256

        head = {"alg": "RS256", "jwk": own.public, "jku": "http://127.0.0.1:9/keys", "kid": "own"}
        return token(head, claims, lambda text: own.private.sign(text, PKCS1v15(), SHA256()))

    entra.mint = brings
    refused(served)


@pytest.mark.parametrize(
    "changed",
    [{"aud": "another-app"}, {"aud": ["another-app"]}, {"aud": ["another-app"], "azp": None},
     {"aud": None}, {"iss": "https://login.microsoftonline.com/other/v2.0"}, {"iss": None},
     {"nonce": "another"}, {"nonce": None}, {"nonce": ""}, {"exp": None}, {"exp": "soon"},
     {"sub": None}, {"iat": None}],
    ids=str,
)  # fmt: skip
def test_a_token_for_somebody_else_is_refused(served: Served, changed: Json) -> None:
    entra = served.entra.entra

    def mint(claims: Json) -> str:
        merged = {**claims, **changed}
        if "azp" in merged:
            merged["azp"] = served.entra.client_id
        kept = {name: value for name, value in merged.items() if value is not None}
        return entra.signed(kept)

    entra.mint = mint
    refused(served)


@pytest.mark.parametrize("text", ["", "x", "a.b", "a.b.c", "é.é.é", "{}", "." * 9])
def test_what_is_no_token_is_refused(served: Served, text: str) -> None:
    served.entra.entra.mint = lambda claims: text
    refused(served)


# --- time -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("skew", "good"), [(-90, True), (90, True), (-300, False), (300, False)])
def test_clocks_may_differ_by_two_minutes(served: Served, skew: int, good: bool) -> None:
    """A token that has just ended, or that is not good yet, by a clock that is a little off."""
    entra = served.entra.entra

    def mint(claims: Json) -> str:
        end = claims["iat"] + (skew if skew < 0 else 3600)
        begin = claims["iat"] + (skew if skew > 0 else -3600)
        return entra.signed({**claims, "exp": end, "nbf": begin, "iat": begin})

    entra.mint = mint
    (let_in if good else refused)(served)


def test_keys_that_change_are_found_at_once(served: Served) -> None:
    let_in(served)
    served.entra.entra.rotate()
    let_in(served)
    served.entra.entra.rotate(keep=False)
    let_in(served)


def test_a_key_that_was_taken_back_signs_for_minutes_at_most(served: Served) -> None:
    entra = served.entra.entra
    let_in(served)
    stolen = entra.signing[-1]
    entra.rotate(keep=False)
    entra.mint = stolen.signed
    served.notes.clear()
    served.clock += 301
    refused(served)


# --- who began ends -----------------------------------------------------------------------------


def test_a_sign_in_ends_in_the_browser_that_began_it(served: Served) -> None:
    """Else somebody could be signed in as another, or lead another's code to themselves."""
    mine, other = served.browser(), served.browser()
    back = mine.decide(mine.begin(), ADA)
    other.begin()
    answer = other.get(back)
    assert (answer.status_code, other.session) == (400, None)
    assert "This sign-in is over" in answer.text
    assert served.browser().get(back).status_code == 400
    assert mine.get(back).status_code == 303
    again = mine.get(back)
    assert again.status_code == 400


def test_state_and_code_cannot_be_exchanged(served: Served) -> None:
    browser = served.browser()
    first = browser.decide(browser.begin(), ADA)
    second = browser.decide(browser.begin(), ADA)
    assert browser.get(first).status_code == 400  # the newer sign-in took its place
    browser.begin()
    assert browser.get(second).status_code == 400
    url = browser.begin()
    state = query(url)["state"]
    # A code of another sign-in: the verifier of this one does not fit it.
    other = query(served.browser().decide(served.browser().begin(), ADA))["code"]
    answer = browser.get("/sign-in/back", params={"code": other, "state": state})
    assert answer.status_code == 502
    assert browser.session is None


def test_what_is_asked_has_state_nonce_and_a_challenge(served: Served) -> None:
    browser = served.browser()
    one, two = query(browser.begin()), query(browser.begin())
    assert one["code_challenge_method"] == "S256"
    assert (one["response_type"], one["scope"]) == ("code", "openid profile email")
    for name in ("state", "nonce", "code_challenge"):
        assert len(one[name]) >= 20 and one[name] != two[name]
    assert "client_secret" not in one


@pytest.mark.parametrize("asked", [{}, {"code": "x"}, {"state": "x"}, {"code": "", "state": ""}])
def test_coming_back_without_having_left_lets_nobody_in(served: Served, asked: Json) -> None:
    browser = served.browser()
    assert browser.get("/sign-in/back", params=asked).status_code == 400
    browser.begin()
    assert browser.get("/sign-in/back", params=asked).status_code == 400
    assert browser.session is None


def test_who_declines_is_told_so(served: Served) -> None:
    browser = served.browser()
    answer = browser.get(browser.decide(browser.begin(), ADA, "cancel"))
    assert answer.status_code == 403
    assert "Nobody was signed in" in answer.text


def test_nobody_writes_into_the_page_or_the_log_by_coming_back(served, caplog) -> None:
    browser = served.browser()
    told = {"error": "<script>\nada@health.example", "error_description": "AADSTS1 <b>ada</b>"}
    with caplog.at_level(logging.DEBUG, "cophub.web"):
        answer = browser.get("/sign-in/back", params={**told, "state": "made up"})
        assert answer.status_code == 400
        assert caplog.text == ""
        answer = browser.get(
            "/sign-in/back", params={**told, "state": query(browser.begin())["state"]}
        )
    assert answer.status_code == 502
    assert "<script>" not in answer.text and "<b>" not in answer.text
    assert "an error AADSTS1" in caplog.text
    assert "ada" not in caplog.text and "<" not in caplog.text


def test_only_a_verified_address_counts(served: Served) -> None:
    entra = served.entra.entra
    entra.mint = lambda claims: entra.signed(
        {**claims, "preferred_username": "eve@contoso.onmicrosoft.com", "email": ADA}
    )
    browser = served.browser()
    assert browser.sign_in(ADA).status_code == 403
    assert browser.session is None
    served.notes.clear()
    entra.mint = lambda claims: entra.signed({**claims, "email_verified": False})
    refused(served, "Your address is not verified")


# --- the provider is ill ------------------------------------------------------------------------


@pytest.mark.parametrize("path", [".well-known/openid-configuration", "oauth2/v2.0/token",
                                  "discovery/v2.0/keys"])  # fmt: skip
@pytest.mark.parametrize("kind", ["503", "reset", "truncated", "empty"])
def test_a_provider_that_is_ill_is_named(served, path, kind, caplog) -> None:
    part = "v2.0/" if path.startswith(".") else ""
    where = f"/{served.entra.tenant_id}/{part}{path}"
    served.entra.faults.plan(kind, path=where, every=1)
    browser = served.browser(headers={"Accept-Language": "fr"})
    with caplog.at_level(logging.WARNING, "cophub.web"):
        answer = browser.get("/sign-in/go") if part else browser.sign_in(ADA)
    is_away = kind in ("503", "reset")
    assert answer.status_code == (503 if is_away else 502)
    said = "Le service de connexion ne répond pas", "La connexion n’a pas pu être vérifiée"
    assert said[not is_away] in answer.text
    assert "127.0.0.1" in answer.text and "CPH-A07" in answer.text
    assert "CPH-A07" in caplog.text and ADA not in caplog.text
    served.entra.faults.clear()
    let_in(served)


def test_a_provider_that_is_away_is_named(served: Served, monkeypatch) -> None:
    provider = served.gate._provider
    away = dict(provider._registration, server_metadata_url="http://127.0.0.1:9/x")
    monkeypatch.setattr(provider, "_registration", away)
    answer = served.browser().get("/sign-in/go")
    assert answer.status_code == 503
    assert "The sign-in does not answer" in answer.text


def test_a_secret_that_has_run_out_is_told_to_who_looks_after_it(served, caplog) -> None:
    served.entra.entra.secret_expired = True
    with caplog.at_level(logging.WARNING, "cophub.web"):
        text = refused(served)
    assert "AADSTS7000222" in caplog.text
    assert "AADSTS" not in text
    assert served.entra.client_secret not in caplog.text + text


def test_an_issuer_that_calls_itself_otherwise_is_refused(served, caplog) -> None:
    """As Entra does when it is asked by the name of a domain, or for all tenants."""
    served.entra.entra.called = "{tenantid}"
    with caplog.at_level(logging.WARNING, "cophub.web"):
        answer = served.browser().get("/sign-in/go")
    assert answer.status_code == 502
    assert "{tenantid}/v2.0, not http" in caplog.text


def test_addresses_in_clear_are_not_believed(served: Served, monkeypatch) -> None:
    provider = served.gate._provider
    monkeypatch.setattr(provider, "issuer", "https://login.example.org")
    for url in ("http://login.example.org/token", "http://127.0.0.1/", "javascript:x", None, 7):
        assert not provider._is_safe(url)
    assert provider._is_safe("https://elsewhere.example.org/token")
