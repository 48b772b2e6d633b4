"""Sign-in to the emulated tenant: who gets a token, what it is good for, and who is refused why."""

import json
import time
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import msal
import pytest

from cophub.sandbox.microsoft import MicrosoftSandbox
from cophub.sandbox.microsoft.assertion import TYPE, decode, encode, self_signed

GRAPH = "https://graph.microsoft.com/.default"
SITES = "https://contoso.sharepoint.com/.default"
YAMMER = "https://www.yammer.com/access_as_user"
LOGIN = "https://login.microsoftonline.com"
Json = dict[str, Any]
Post = Callable[..., httpx.Response]


class ToSandbox:
    """What MSAL sends requests by, its host swapped for the sandbox's."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url
        self.client = httpx.Client(timeout=20)

    def get(self, url: str, **more: Any) -> httpx.Response:
        """GET, as MSAL asks."""
        return self.client.get(url.replace(LOGIN, self.base_url), **_known(more))

    def post(self, url: str, **more: Any) -> httpx.Response:
        """POST, as MSAL asks."""
        return self.client.post(url.replace(LOGIN, self.base_url), **_known(more))

    def close(self) -> None:
        """End it."""
        self.client.close()


def _known(more: Json) -> Json:
    found = {name: more[name] for name in ("params", "headers", "data") if more.get(name)}
    if "data" in found:  # an assertion comes as bytes
        texts = {k: v.decode() if isinstance(v, bytes) else v for k, v in found["data"].items()}
        found["data"] = texts
    return found


@pytest.fixture
def http(tenant: MicrosoftSandbox) -> Iterator[ToSandbox]:
    """MSAL's way to the sandbox."""
    client = ToSandbox(tenant.base_url)
    yield client
    client.close()


@pytest.fixture
def post(tenant: MicrosoftSandbox) -> Post:
    """`post(grant_type=..., ...)` to the token endpoint; `post(path=...)` elsewhere."""

    def ask(path: str = "token", at: str = "", **form: str) -> httpx.Response:
        url = f"{tenant.base_url}/{at or tenant.tenant_id}/oauth2/v2.0/{path}"
        return httpx.post(url, data={"client_id": tenant.client_id, **form})

    return ask


def app(tenant: MicrosoftSandbox, http: ToSandbox, credential: Any) -> Any:
    """MSAL's app with a secret or certificate."""
    return msal.ConfidentialClientApplication(
        tenant.client_id,
        authority=f"{LOGIN}/{tenant.tenant_id}",
        client_credential=credential,
        http_client=http,
        instance_discovery=False,
    )


def device(tenant: MicrosoftSandbox, http: ToSandbox) -> Any:
    """MSAL's app for people."""
    authority = f"{LOGIN}/{tenant.tenant_id}"
    return msal.PublicClientApplication(
        tenant.client_id, authority=authority, http_client=http, instance_discovery=False
    )


def ask(tenant: MicrosoftSandbox, path: str, token: str) -> httpx.Response:
    """GET with a token."""
    return httpx.get(f"{tenant.base_url}{path}", headers={"Authorization": f"Bearer {token}"})


def halves(pem: str) -> tuple[str, str]:
    """Key and certificate of one PEM."""
    at = pem.index("-----BEGIN CERTIFICATE-----")
    return pem[:at], pem[at:]


def test_a_secret_opens_graph_and_is_refused_by_sharepoint_and_yammer(
    tenant: MicrosoftSandbox, http: ToSandbox
) -> None:
    """SharePoint's REST takes apps with a certificate only, Yammer takes none."""
    signed_in = app(tenant, http, tenant.client_secret)
    graph = signed_in.acquire_token_for_client([GRAPH])
    assert graph["token_type"] == "Bearer"
    assert ask(tenant, "/v1.0/users", graph["access_token"]).status_code == 200
    sites = signed_in.acquire_token_for_client([SITES])["access_token"]
    refused = ask(tenant, "/sites/mercop/_api/web", sites)
    assert refused.status_code == 401
    assert "Unsupported app only token" in refused.text
    alone = signed_in.acquire_token_for_client(["https://www.yammer.com/.default"])["access_token"]
    assert ask(tenant, "/api/v1/messages.json", alone).json()["response"]["code"] == 16


@pytest.mark.parametrize("named_by", ["thumbprint", "public_certificate"])
def test_a_certificate_signs_in_by_both_names_that_msal_gives_it(
    tenant: MicrosoftSandbox, http: ToSandbox, named_by: str
) -> None:
    """RS256 with x5t, and PS256 with x5t#S256; the token opens SharePoint."""
    key, certificate = halves(tenant.certificate)
    name = {
        "thumbprint": tenant.entra.certificate.thumbprint,
        "public_certificate": certificate,
    }[named_by]
    signed_in = app(tenant, http, {"private_key": key, named_by: name})
    token = signed_in.acquire_token_for_client([SITES])["access_token"]
    assert "only token" not in ask(tenant, "/sites/mercop/_api/nothing", token).text


def test_a_certificate_that_does_not_fit_is_refused_by_its_number(
    tenant: MicrosoftSandbox, http: ToSandbox
) -> None:
    """Another's key, an unknown thumbprint, and a certificate whose time is over."""
    key, _ = halves(tenant.certificate)
    own = tenant.entra.certificate.thumbprint
    stale = tenant.entra.register(self_signed(days=-1))
    cases = {
        "did not match": {"private_key": halves(self_signed())[0], "thumbprint": own},
        "not registered": {"private_key": key, "thumbprint": "00" * 20},
        "is expired": {"private_key": halves(stale.pem)[0], "thumbprint": stale.thumbprint},
    }
    for words, credential in cases.items():
        refused = app(tenant, http, credential).acquire_token_for_client([GRAPH])
        assert refused["error"] == "invalid_client"
        assert refused["error_codes"] == [700027]
        assert words in refused["error_description"]


@pytest.mark.parametrize(
    ("claims", "number"),
    [
        ({"aud": "https://elsewhere.example/token"}, 700023),
        ({"exp": time.time() - 3_600}, 700024),
        ({"nbf": time.time() + 3_600}, 700024),
        ({"sub": "another"}, 700021),
    ],
)
def test_an_assertion_is_held_to_audience_app_and_time(
    tenant: MicrosoftSandbox, post: Post, claims: Json, number: int
) -> None:
    """A good signature alone is not enough."""
    given = post(**assertion(tenant), grant_type="client_credentials", scope=GRAPH)
    assert given.status_code == 200
    refused = post(**assertion(tenant, **claims), grant_type="client_credentials", scope=GRAPH)
    assert refused.status_code == 401
    assert refused.json()["error_codes"] == [number]


def assertion(tenant: MicrosoftSandbox, **claims: Any) -> dict[str, str]:
    """A signed assertion, with some claims of its own, as form fields."""
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    key = load_pem_private_key(halves(tenant.certificate)[0].encode(), None)
    assert isinstance(key, RSAPrivateKey)
    thumbprint = encode(bytes.fromhex(tenant.entra.certificate.thumbprint))
    body = {
        "aud": f"{LOGIN}/{tenant.tenant_id}/oauth2/v2.0/token",
        "iss": tenant.client_id,
        "sub": tenant.client_id,
        "exp": time.time() + 600,
        **claims,
    }
    head = encode(json.dumps({"alg": "RS256", "x5t": thumbprint}).encode())
    data = f"{head}.{encode(json.dumps(body).encode())}"
    signature = encode(key.sign(data.encode(), PKCS1v15(), SHA256()))
    return {"client_assertion": f"{data}.{signature}", "client_assertion_type": TYPE}


def test_an_app_is_refused_in_entras_words(tenant: MicrosoftSandbox, post: Post) -> None:
    """Each mistake has its number, and every refusal can be traced."""
    form = {"grant_type": "client_credentials", "scope": GRAPH}
    secret = {"client_secret": tenant.client_secret}
    cases: list[tuple[dict[str, str], int]] = [
        ({**form, "client_secret": "wrong"}, 7000215),
        (form, 7000216),
        ({**form, **secret, "client_id": "nobody"}, 700016),
        ({**form, **secret, "at": "fabrikam.onmicrosoft.com"}, 90002),
        ({**form, **secret, "scope": "https://graph.microsoft.com/User.Read.All"}, 1002012),
        ({**form, **secret, "scope": "https://fabrikam.sharepoint.com/.default"}, 500011),
        ({**secret, "grant_type": "password"}, 70003),
        (secret, 900144),
    ]
    for given, number in cases:
        refused = post(**given)
        body = refused.json()
        assert refused.status_code in (400, 401)
        assert body["error_codes"] == [number], given
        assert body["error_description"].startswith(f"AADSTS{number}: ")
        assert body.keys() >= {"error", "timestamp", "trace_id", "correlation_id"}
    tenant.entra.secret_expired = True
    assert post(**form, **secret).json()["error_codes"] == [7000222]


def test_a_token_is_bound_to_one_api_and_lives_an_hour(tenant: MicrosoftSandbox) -> None:
    """Each API says so in a shape of its own."""
    token = tenant.entra.grant("graph").token
    assert ask(tenant, "/v1.0/users", token).status_code == 200
    wrong = ask(tenant, "/sites/mercop/_api/web", token)
    assert wrong.status_code == 401
    assert "Invalid audience" in wrong.json()["error_description"]
    assert "invalid_client" in wrong.headers["x-ms-diagnostics"]
    person = tenant.entra.grant("graph", "user", tenant.tenant.service.id).token
    assert ask(tenant, "/api/v1/messages.json", person).status_code == 401
    tenant.advance(minutes=61)
    late = ask(tenant, "/v1.0/users", token)
    assert late.status_code == 401
    assert late.json()["error"]["code"] == "InvalidAuthenticationToken"
    assert late.headers["WWW-Authenticate"].startswith("Bearer")
    assert httpx.get(f"{tenant.base_url}/v1.0/users").status_code == 401
    assert ask(tenant, "/v1.0/users", "invented").status_code == 401


def test_a_token_says_what_was_granted(tenant: MicrosoftSandbox) -> None:
    """To the app as `roles`, to people of it as `scp`."""
    tenant.consents = {"graph:User.Read.All", "sharepoint:Sites.Read.All"}
    app_only = claims_of(tenant.entra.grant("graph").token)
    assert (app_only["roles"], app_only["aud"]) == (
        ["User.Read.All"],
        "https://graph.microsoft.com",
    )
    person = claims_of(tenant.entra.grant("yammer", "user", tenant.tenant.service.id).token)
    assert person["scp"] == "access_as_user user_impersonation"
    assert "roles" not in person


def claims_of(token: str) -> Json:
    """What stands in a token."""
    claims: Json = json.loads(decode(token.split(".")[1]))
    return claims


def test_a_device_signs_in_when_a_person_says_yes(
    tenant: MicrosoftSandbox, http: ToSandbox
) -> None:
    """MSAL's own walk: pending until then, then tokens and the name of who signed in."""
    tenant.entra.interval = 1
    client = device(tenant, http)
    flow = client.initiate_device_flow([YAMMER])
    assert flow["user_code"] in flow["message"]
    once = {"exit_condition": lambda flow: True}
    pending = client.acquire_token_by_device_flow(flow, **once)
    assert (pending["error"], pending["error_codes"]) == ("authorization_pending", [70016])
    tenant.approve(flow["user_code"].lower())
    got = client.acquire_token_by_device_flow(flow, **once)
    assert got["id_token_claims"]["preferred_username"] == tenant.tenant.service.upn
    assert ask(tenant, "/api/v1/messages.json", got["access_token"]).status_code == 200
    again = client.acquire_token_by_device_flow(flow, **once)
    assert again["error"] == "bad_verification_code"


def test_a_device_is_told_to_slow_down_and_when_it_is_over(
    tenant: MicrosoftSandbox, post: Post
) -> None:
    """Polled at once again: slow_down. Declined, and past 15 minutes: the end."""
    kind = {"grant_type": "urn:ietf:params:oauth:grant-type:device_code"}
    first = post("devicecode", scope=YAMMER).json()
    code = first["device_code"]
    assert post(**kind, device_code=code).json()["error"] == "authorization_pending"
    assert post(**kind, device_code=code).json()["error"] == "slow_down"
    tenant.decline(first["user_code"])
    assert post(**kind, device_code=code).json()["error"] == "authorization_declined"
    second = post("devicecode", scope=YAMMER).json()
    tenant.advance(minutes=16)
    assert post(**kind, device_code=second["device_code"]).json()["error"] == "expired_token"
    assert post(**kind, device_code="x").json()["error"] == "bad_verification_code"


def test_a_refresh_token_ends_with_the_use_of_the_next(
    tenant: MicrosoftSandbox, post: Post
) -> None:
    """Whoever refreshes gets a new one; the one before is good until that is used."""
    first = tenant.refresh_token()
    form = {"grant_type": "refresh_token", "scope": f"{YAMMER} offline_access"}
    lost = post(**form, refresh_token=first).json()
    answer = post(**form, refresh_token=first).json()
    assert len({first, lost["refresh_token"], answer["refresh_token"]}) == 3
    assert ask(tenant, "/api/v1/messages.json", answer["access_token"]).status_code == 200
    scope = "https://graph.microsoft.com/.default"  # one sign-in serves every API
    other = post(**{**form, "scope": scope}, refresh_token=answer["refresh_token"]).json()
    refused = post(**form, refresh_token=first).json()
    assert (refused["error"], refused["error_codes"]) == ("invalid_grant", [70000])
    assert ask(tenant, "/v1.0/me", other["access_token"]).json()["id"] == tenant.tenant.service.id


def test_a_person_is_refused_for_what_happened_since(tenant: MicrosoftSandbox, post: Post) -> None:
    """Unused for 90 days, no consent, blocked, disabled, deleted, revoked."""
    form = {"grant_type": "refresh_token", "scope": YAMMER}
    people, chosen = tenant.tenant, tenant.tenant.service

    def number() -> int:
        return int(post(**form, refresh_token=held).json()["error_codes"][0])

    held = tenant.refresh_token()
    tenant.advance(days=91)
    assert number() == 700082
    held = tenant.refresh_token()
    tenant.delegated = {"graph:User.Read.All"}
    assert number() == 65001
    tenant.delegated.add("yammer:access_as_user")
    tenant.entra.blocked = True
    assert number() == 53003
    tenant.entra.blocked = False
    people.disable(chosen)
    assert number() == 50057
    people.delete(chosen)
    assert number() == 50034
    token = tenant.entra.grant("graph").token
    tenant.revoke()
    assert number() == 70000
    assert ask(tenant, "/v1.0/users", token).status_code == 401


def test_people_need_an_app_that_the_admin_opened_to_them(
    tenant: MicrosoftSandbox, post: Post
) -> None:
    """Without "allow public client flows", a refresh needs the secret as well."""
    tenant.entra.public = False
    form = {"grant_type": "refresh_token", "refresh_token": tenant.refresh_token(), "scope": YAMMER}
    assert post(**form).json()["error_codes"] == [7000218]
    assert post(**form, client_secret=tenant.client_secret).status_code == 200


def test_discovery_tells_where_everything_is(tenant: MicrosoftSandbox) -> None:
    """By the vendor's own addresses, as MSAL takes no others."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        url = f"{tenant.base_url}/contoso.onmicrosoft.com/v2.0/.well-known/openid-configuration"
        found = httpx.get(url).json()
    assert found["issuer"] == f"{LOGIN}/{tenant.tenant_id}/v2.0"
    assert found["token_endpoint"].startswith(f"{LOGIN}/{tenant.tenant_id}/")
    assert httpx.get(f"{tenant.base_url}/nobody/v2.0/.well-known/openid-configuration").json()[
        "error_codes"
    ] == [90002]
