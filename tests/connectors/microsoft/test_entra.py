"""Signing in at Entra ID as an application and as a person; every refusal has its next step."""

import logging
import threading
import warnings
from types import SimpleNamespace

import pytest

from cophub import AuthError, ConfigError, SourceUnavailable
from cophub.connectors.microsoft.entra import (
    EntraAuth,
    app_auth,
    device_sign_in,
    sign_session,
    token_name,
    user_auth,
)
from cophub.connectors.microsoft.graph import graph
from cophub.connectors.microsoft.hosts import Hosts
from cophub.http import MemoryTokens, redact
from cophub.sandbox.microsoft.assertion import self_signed

from .conftest import GRAPH, YAMMER, headers_of, tokens_asked


@pytest.mark.parametrize("credential", ["secret", "certificate"])
def test_an_application_signs_in_with_one_request(box, ctx, hosts, login, credential):
    auth = app_auth(ctx, hosts, login(**{credential: True}), GRAPH)
    with graph(ctx, hosts, auth) as client:
        assert client.get("users").status_code == 200
        assert client.get("users").status_code == 200
    paths = [seen.path for seen in box.log]
    assert paths == [f"/{box.tenant_id}/oauth2/v2.0/token", "/v1.0/users", "/v1.0/users"]
    assert box.entra.grants[auth.token()].credential == credential


def test_a_certificate_comes_before_a_secret(box, ctx, hosts, login):
    auth = app_auth(ctx, hosts, login(secret=True, certificate=True), GRAPH)
    assert box.entra.grants[auth.token()].credential == "certificate"


def test_one_token_serves_a_run_and_each_resource_has_its_own(box, ctx, hosts, login):
    ours = login(certificate=True)
    graph_auth = app_auth(ctx, hosts, ours, GRAPH)
    assert app_auth(ctx, hosts, ours, GRAPH) is graph_auth
    site_auth = app_auth(ctx, hosts, ours, "https://contoso.sharepoint.com")
    assert graph_auth.token() == graph_auth.token() != site_auth.token()
    assert tokens_asked(box) == 2


def test_without_any_credential_the_setting_is_named(ctx, hosts, login):
    with pytest.raises(ConfigError, match="neither certificate nor client_secret"):
        app_auth(ctx, hosts, login(), GRAPH)


def test_a_token_and_what_was_signed_with_are_never_shown(box, ctx, hosts, login, caplog):
    caplog.set_level(logging.DEBUG)
    given = login(secret=True, certificate=True)
    token = app_auth(ctx, hosts, given, GRAPH).token()
    assert redact(f"a {token} b") == "a *** b"
    assert token not in caplog.text and box.client_secret not in caplog.text
    assert "PRIVATE" not in repr(given) and box.client_secret not in repr(given)


def test_a_token_that_is_refused_in_mid_run_is_renewed_once(box, ctx, hosts, login):
    """The admin revoked it, say: the request is signed again and nobody notices."""
    auth = app_auth(ctx, hosts, login(secret=True), GRAPH)
    with graph(ctx, hosts, auth) as client:
        client.get("users")
        box.revoke()
        assert client.get("users").status_code == 200
    assert tokens_asked(box) == 2


def test_a_second_refusal_ends_in_one_line(box, ctx, hosts, login):
    auth = app_auth(ctx, hosts, login(secret=True), GRAPH)
    box.faults.plan("401", path="/v1.0/users", every=1)
    with graph(ctx, hosts, auth) as client, pytest.raises(AuthError) as failure:
        client.get("users")
    assert "refuses a new token at /v1.0/users (401)" in str(failure.value)
    assert tokens_asked(box) == 2 and sum(seen.path == "/v1.0/users" for seen in box.log) == 2


def test_threads_that_are_refused_together_ask_for_one_token(box, ctx, hosts, login):
    auth = app_auth(ctx, hosts, login(secret=True), GRAPH)
    first = auth.token()
    threads = [threading.Thread(target=auth.renew, args=(first,)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert tokens_asked(box) == 2


def test_a_token_is_renewed_before_its_end(monkeypatch):
    now = SimpleNamespace(at=0.0)
    monkeypatch.setattr("cophub.connectors.microsoft.entra.time.monotonic", lambda: now.at)
    given = iter(f"token-{number}" for number in range(9))
    auth = EntraAuth(lambda: {"access_token": next(given), "expires_in": 3600}, GRAPH)
    assert auth.token() == "token-0"
    now.at = 3299
    assert auth.token() == "token-0"
    now.at = 3301
    assert auth.token() == "token-1"


def test_vendors_own_clients_get_a_session_that_renews_as_well(box, ctx, hosts, login):
    auth = app_auth(ctx, hosts, login(secret=True), GRAPH)
    session = sign_session(ctx.session(), auth)
    assert session.get(f"{hosts.graph}/v1.0/users").status_code == 200
    box.revoke()
    assert session.get(f"{hosts.graph}/v1.0/users").status_code == 200
    box.faults.plan("401", path="/v1.0/users", every=1)
    with pytest.raises(AuthError, match="refuses a new token"):
        session.get(f"{hosts.graph}/v1.0/users")


def test_a_session_sends_the_token_to_no_other_host(box, ctx, hosts, login):
    """SDKs follow the links that an answer names, wherever they lead."""
    auth = app_auth(ctx, hosts, login(secret=True), GRAPH)
    session = sign_session(ctx.session(), auth)
    session.get(f"{hosts.graph}/v1.0/users")
    seen = []
    respond = box.respond
    box.respond = lambda request: (seen.append(headers_of(request)), respond(request))[1]
    try:
        with pytest.raises(AuthError):
            session.get(hosts.graph.replace("127.0.0.1", "localhost") + "/v1.0/users")
    finally:
        del box.respond
    calls = [headers for headers in seen if "localhost" in headers["host"]]
    assert calls and all("authorization" not in headers for headers in calls)


def test_sharepoint_refuses_an_app_with_a_secret_and_the_way_out_is_named(ctx, hosts, login):
    auth = app_auth(ctx, hosts, login(secret=True), "https://contoso.sharepoint.com")
    client = ctx.client(base_url=hosts.sharepoint("https://contoso.sharepoint.com/"), auth=auth)
    with pytest.raises(AuthError, match="set certificate in place of client_secret"):
        client.get("/sites/any/_api/web")


# Refusals of the token endpoint


def refused(ctx, hosts, login):
    with pytest.raises(AuthError) as failure:
        app_auth(ctx, hosts, login, GRAPH).token()
    text = str(failure.value)
    assert "\n" not in text and "Trace ID" not in text
    return text


def test_a_wrong_secret_is_told_from_an_expired_one(box, ctx, hosts, login):
    text = refused(ctx, hosts, login(secret="not-the-secret"))
    assert "AADSTS7000215" in text and "copy the secret's Value, not its Secret ID" in text
    assert "not-the-secret" not in text
    box.entra.secret_expired = True
    ctx.shared.clear()
    text = refused(ctx, hosts, login(secret=True))
    assert "AADSTS7000222" in text and "has expired; make a new one" in text


def test_an_app_and_a_tenant_that_do_not_exist_are_told_by_name(box, ctx, hosts, login):
    stranger = "0000aaaa-1111-2222-3333-444455556666"
    text = refused(ctx, hosts, login(secret=True, client_id=stranger))
    assert "AADSTS700016" in text and f"tenant {box.tenant_id} has no app {stranger}" in text
    text = refused(ctx, hosts, login(secret=True, tenant="nobody.onmicrosoft.com"))
    assert "AADSTS90002" in text and "there is no tenant nobody.onmicrosoft.com" in text


def test_a_certificate_that_the_app_does_not_know_is_named_by_its_thumbprint(ctx, hosts, login):
    from cophub.connectors.microsoft.certificate import load_certificate

    other = self_signed("another")
    text = refused(ctx, hosts, login(certificate=other))
    assert "AADSTS700027" in text and load_certificate(other).thumbprint in text
    assert "upload the certificate" in text


def test_a_certificate_that_has_expired_is_not_even_sent(box, ctx, hosts, login):
    old = self_signed(days=-1)
    text = refused(ctx, hosts, login(certificate=old))
    assert "expired on" in text and "make a new one" in text and tokens_asked(box) == 0


def test_a_resource_that_the_tenant_does_not_have_is_named(ctx, hosts, login):
    with pytest.raises(AuthError, match=r"AADSTS500011.*has no https://fabrikam\.sharepoint\.com"):
        app_auth(ctx, hosts, login(secret=True), "https://fabrikam.sharepoint.com").token()


@pytest.mark.parametrize("kind", ["429", "503", "reset", "cut"])
def test_a_passing_failure_of_the_token_endpoint_is_asked_again(box, ctx, hosts, login, kind):
    box.faults.plan(kind, path="*/token", at=(1, 2), retry_after=7)
    assert app_auth(ctx, hosts, login(secret=True), GRAPH).token()
    assert tokens_asked(box) == 3


def test_a_token_endpoint_that_stays_away_is_a_matter_of_time(box, ctx, hosts, login):
    box.faults.plan("503", path="*/token", every=1)
    with pytest.raises(SourceUnavailable, match="the next run goes on"):
        app_auth(ctx, hosts, login(secret=True), GRAPH).token()


def test_what_is_no_json_is_not_written_into_msals_log(box, ctx, hosts, login, caplog):
    caplog.set_level(logging.DEBUG)
    box.faults.plan("truncated", path="*/token", every=1)
    with pytest.raises(SourceUnavailable, match=r"no JSON object.*proxy"):
        app_auth(ctx, hosts, login(secret=True), GRAPH).token()
    assert "access_token" not in caplog.text


# People


def test_a_person_signs_in_by_a_code_and_is_known_by_name(box, ctx, hosts, login):
    lines = []

    def show(line):
        lines.append(line)
        box.approve(line.split("enter the code ")[1].split(";")[0])

    who = device_sign_in(ctx, hosts, login(), [YAMMER], show)
    assert who == box.tenant.service.upn
    assert lines[0].startswith("Open https://login.microsoft.com/device and enter the code ")
    auth = user_auth(ctx, hosts, login(), YAMMER)
    assert box.entra.grants[auth.token()].user == box.tenant.service.id
    assert box.entra.grants[auth.token()].resource == "yammer"


def test_the_code_is_waited_for_as_the_vendor_asks(box, ctx, hosts, login):
    """`authorization_pending` is waited out, `slow_down` makes the waits longer."""
    box.entra.interval = 5
    codes, waits = [], []

    def sleep(seconds):
        waits.append(seconds)
        if len(waits) == 3:
            box.approve(codes[0])

    def show(line):
        codes.append(line.split("enter the code ")[1].split(";")[0])

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # msal sees that these waits take no time
        device_sign_in(ctx, hosts, login(), [YAMMER], show, sleep=sleep)
    assert waits[0] == 5 and waits[2] == 10


def test_a_code_that_is_declined_or_expires_says_so(box, ctx, hosts, login):
    def declined(line):
        box.decline(line.split("enter the code ")[1].split(";")[0])

    with pytest.raises(AuthError, match=r"declined; run: cophub sign-in test"):
        device_sign_in(ctx, hosts, login(), [YAMMER], declined)
    with pytest.raises(AuthError, match=r"expired before it was entered; run: cophub sign-in"):
        device_sign_in(ctx, hosts, login(), [YAMMER], lambda line: box.advance(minutes=16))
    assert ctx.tokens.get(token_name(ctx)) is None


def test_signing_in_where_it_is_not_allowed_says_what_to_allow(box, ctx, hosts, login):
    box.entra.public = False
    ctx.tokens.set(token_name(ctx), box.refresh_token())
    with pytest.raises(AuthError, match=r"AADSTS7000218.*Allow public client flows to Yes"):
        user_auth(ctx, hosts, login(), YAMMER).token()


def test_nobody_has_signed_in_yet(box, ctx, hosts, login):
    with pytest.raises(AuthError, match=r"nobody has signed in .*run: cophub sign-in test"):
        user_auth(ctx, hosts, login(), YAMMER).token()
    assert tokens_asked(box) == 0


def test_each_new_refresh_token_is_kept_before_the_token_is_used(box, ctx, hosts, login):
    """Whoever is killed between the two finds the new one; the old one ends soon."""
    kept = []

    class Tokens(MemoryTokens):
        def set(self, name, value):
            kept.append((value, len(box.entra.grants)))
            super().set(name, value)

    name, first = token_name(ctx), box.refresh_token()
    ctx.tokens = Tokens(**{name: first})
    auth = user_auth(ctx, hosts, login(), YAMMER)
    token = auth.token()
    second = ctx.tokens.get(name)
    assert second != first and second in box.entra.refreshes
    assert auth.renew(token) != token
    third = ctx.tokens.get(name)
    assert [value for value, _ in kept] == [second, third]
    assert len({first, second, third}) == 3


def test_whoever_is_killed_before_the_answer_comes_is_still_signed_in(box, ctx, hosts, login):
    """The sign-in that was kept is good until the one that was lost has been used."""

    class Killed(MemoryTokens):
        def set(self, name, value):
            raise KeyboardInterrupt

    name, first = token_name(ctx), box.refresh_token()
    ctx.tokens = Killed(**{name: first})
    with pytest.raises(KeyboardInterrupt):
        user_auth(ctx, hosts, login(), YAMMER).token()
    ctx.shared.clear()
    ctx.tokens = MemoryTokens(**{name: first})
    assert user_auth(ctx, hosts, login(), YAMMER).token() in box.entra.grants
    assert ctx.tokens.get(name) != first


def test_two_resources_share_one_sign_in(box, ctx, hosts, login):
    """One refresh token, spent in turn by threads that ask for tokens of either."""
    ctx.tokens.set(token_name(ctx), box.refresh_token())
    scopes = [YAMMER, f"{GRAPH}/.default"] * 3
    auths = [user_auth(ctx, hosts, login(), scope) for scope in scopes]
    found = []
    threads = [threading.Thread(target=lambda a=a: found.append(a.token())) for a in auths]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {box.entra.grants[token].resource for token in found} == {"yammer", "graph"}
    assert tokens_asked(box) == 2


def test_a_token_that_another_run_has_renewed_is_read_again(box, ctx, hosts, login):
    name, current = token_name(ctx), box.refresh_token()

    class Tokens(MemoryTokens):
        reads = 0

        def get(self, wanted):
            self.reads += 1
            return "spent-by-another-run" if self.reads == 1 else super().get(wanted)

    ctx.tokens = Tokens(**{name: current})
    assert user_auth(ctx, hosts, login(), YAMMER).token() in box.entra.grants


def test_a_sign_in_that_ended_says_who_does_what(box, ctx, hosts, login):
    name = token_name(ctx)

    def said():
        ctx.shared.clear()
        with pytest.raises(AuthError) as failure:
            user_auth(ctx, hosts, login(), YAMMER).token()
        return str(failure.value)

    ctx.tokens.set(name, box.refresh_token())
    box.entra.blocked = True
    assert "AADSTS53003" in (text := said()) and "exempts the account" in text
    box.entra.blocked = False
    box.delegated = {one for one in box.delegated if not one.startswith("yammer:")}
    assert "AADSTS65001" in (text := said()) and "grants admin consent" in text
    box.revoke()
    assert "AADSTS70000" in (text := said()) and text.endswith("run: cophub sign-in test")


def test_an_app_only_host_and_a_proxy_are_addresses_like_others():
    plain, proxied = Hosts(), Hosts("http://127.0.0.1:8080/")
    site = "https://contoso.sharepoint.com/sites/Water"
    assert plain.login == "https://login.microsoftonline.com" and plain.sharepoint(site) == site
    assert {proxied.graph, proxied.login, proxied.yammer} == {"http://127.0.0.1:8080"}
    assert proxied.sharepoint(f"{site}/") == "http://127.0.0.1:8080/sites/Water"
