"""Entra's endpoints below `/TENANT/`: discovery, tokens and device codes."""

from typing import Any

from cophub.sandbox.microsoft import assertion
from cophub.sandbox.microsoft.authorize import for_code
from cophub.sandbox.microsoft.entra import DEVICE_LIFETIME, LIFETIME, LOGIN, UNUSED
from cophub.sandbox.microsoft.refusals import Refusal
from cophub.sandbox.microsoft.routes import Call, Reply, route
from cophub.sandbox.microsoft.tenant import DOMAIN, User

ANY = ("organizations", "common")
DEVICE = "urn:ietf:params:oauth:grant-type:device_code"


@route("GET", "/{tenant}/v2.0/.well-known/openid-configuration", resource=None)
def configuration(call: Call, tenant: str) -> Reply:
    """Where everything is, by the vendor's own addresses: MSAL takes no others than https."""
    _tenant(call, tenant)
    entra = call.sandbox.entra
    home = f"{entra.at}/{call.tenant.id}"
    oauth = f"{home}/oauth2/v2.0"
    return {
        "token_endpoint": f"{oauth}/token",
        "token_endpoint_auth_methods_supported": [
            "client_secret_post", "private_key_jwt", "client_secret_basic",
        ],
        "jwks_uri": f"{home}/discovery/v2.0/keys",
        "response_modes_supported": ["query", "fragment", "form_post"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "response_types_supported": ["code", "id_token", "code id_token", "id_token token"],
        "scopes_supported": ["openid", "profile", "email", "offline_access"],
        "issuer": entra.issuer,
        "authorization_endpoint": f"{oauth}/authorize",
        "device_authorization_endpoint": f"{oauth}/devicecode",
        "end_session_endpoint": f"{oauth}/logout",
        "tenant_region_scope": "EU",
        "cloud_instance_name": "microsoftonline.com",
    }  # fmt: skip


@route("GET", "/{tenant}/discovery/v2.0/keys", resource=None)
def keys(call: Call, tenant: str) -> Reply:
    """The keys that id tokens are signed by; access tokens carry no signature here."""
    _tenant(call, tenant)
    if not call.sandbox.entra.signing:
        call.sandbox.entra.rotate()
    return {"keys": [key.public for key in call.sandbox.entra.signing]}


@route("GET", "/common/discovery/instance", resource=None)
def instances(call: Call) -> Reply:
    """The clouds there are."""
    aliases = ["login.microsoftonline.com", "login.windows.net", "login.microsoft.com"]
    return {
        "tenant_discovery_endpoint": f"{LOGIN}/common/v2.0/.well-known/openid-configuration",
        "api-version": "1.1",
        "metadata": [
            {"preferred_network": aliases[0], "preferred_cache": aliases[1], "aliases": aliases}
        ],
    }


@route("POST", "/{tenant}/oauth2/v2.0/token", resource=None)
def token(call: Call, tenant: str) -> Reply:
    """A token for whoever proves to be somebody."""
    _tenant(call, tenant)
    form = call.form()
    _client(call, form)
    kind = form.get("grant_type", "")
    if kind == "client_credentials":
        return call.json(_for_app(call, form, tenant))
    if kind == "refresh_token":
        return call.json(_for_refresh(call, form, tenant))
    if kind == DEVICE:
        return call.json(_for_device(call, form))
    if kind == "authorization_code":
        _or_public(call, form, tenant)
        return call.json(for_code(call, form))
    if not kind:
        raise Refusal(
            400, "invalid_request",
            "AADSTS900144: The request body must contain the following parameter: 'grant_type'.",
        )  # fmt: skip
    raise Refusal(
        400, "unsupported_grant_type",
        f"AADSTS70003: The app requested an unsupported grant type '{kind}'.",
    )  # fmt: skip


@route("POST", "/{tenant}/oauth2/v2.0/devicecode", resource=None)
def devicecode(call: Call, tenant: str) -> Reply:
    """A code for a person to type in elsewhere."""
    _tenant(call, tenant)
    form = call.form()
    _client(call, form)
    entra = call.sandbox.entra
    entra.resource_for(form.get("scope", ""))
    code, device = entra.begin_device(form.get("scope", ""))
    where = "https://login.microsoft.com/device"
    return {
        "user_code": device.user_code, "device_code": code, "verification_uri": where,
        "expires_in": DEVICE_LIFETIME, "interval": entra.interval,
        "message": f"To sign in, use a web browser to open the page {where} and enter the code "
        f"{device.user_code} to authenticate.",
    }  # fmt: skip


# What is checked


def _tenant(call: Call, tenant: str) -> None:
    if tenant.lower() not in (call.tenant.id, DOMAIN, *ANY):
        raise Refusal(
            400, "invalid_request",
            f"AADSTS90002: Tenant '{tenant}' not found. Check to make sure you have the correct "
            "tenant ID and are signing into the correct cloud.",
        )  # fmt: skip


def _client(call: Call, form: dict[str, str]) -> None:
    client = form.get("client_id", "")
    if client.lower() != call.sandbox.client_id:
        raise Refusal(
            400, "unauthorized_client",
            f"AADSTS700016: Application with identifier '{client}' was not found in the directory "
            "'Contoso'. This can happen if the application has not been installed by the "
            "administrator of the tenant or consented to by any user in the tenant.",
        )  # fmt: skip


def _credential(call: Call, form: dict[str, str], tenant: str) -> str:
    """How the app proved itself: secret, certificate or "" for not at all."""
    entra = call.sandbox.entra
    if "client_assertion" in form:
        if form.get("client_assertion_type") != assertion.TYPE:
            raise Refusal(
                400, "invalid_request", "AADSTS50027: Invalid client_assertion_type."
            )  # fmt: skip
        names, hosts = {tenant, call.tenant.id}, (LOGIN, call.base)
        audiences = {f"{host}/{name}/oauth2/v2.0/token" for name in names for host in hosts}
        audiences |= {f"{host}/{name}/v2.0" for name in names for host in hosts}
        client, known = call.sandbox.client_id, entra.certificates
        assertion.check(form["client_assertion"], known, client, audiences)
        return "certificate"
    if "client_secret" not in form:
        return ""
    if entra.secret_expired:
        raise Refusal(
            401, "invalid_client",
            "AADSTS7000222: The provided client secret keys for app "
            f"'{call.sandbox.client_id}' are expired. Visit the Azure portal to create new keys "
            "for your app.",
        )  # fmt: skip
    if form["client_secret"] != call.sandbox.client_secret:
        raise Refusal(
            401, "invalid_client",
            "AADSTS7000215: Invalid client secret provided. Ensure the secret being sent in the "
            "request is the client secret value, not the client secret ID, for a secret added to "
            f"app '{call.sandbox.client_id}'.",
        )  # fmt: skip
    return "secret"


def _or_public(call: Call, form: dict[str, str], tenant: str) -> None:
    """People may sign in by an app that has no secret only where the admin allows it."""
    if not _credential(call, form, tenant) and not call.sandbox.entra.public:
        raise Refusal(
            401, "invalid_client",
            "AADSTS7000218: The request body must contain the following parameter: "
            "'client_assertion' or 'client_secret'.",
        )  # fmt: skip


# What is given


def _for_app(call: Call, form: dict[str, str], tenant: str) -> dict[str, Any]:
    how = _credential(call, form, tenant)
    if not how:
        raise Refusal(
            401, "invalid_client",
            "AADSTS7000216: 'client_assertion', 'client_secret' or 'request' is required for the "
            "'client_credentials' grant type.",
        )  # fmt: skip
    scope = form.get("scope", "")
    if not scope.endswith("/.default"):
        raise Refusal(
            400, "invalid_scope",
            "AADSTS1002012: The provided value for scope "
            f"{scope} is not valid. Client credential flows must have a scope value with "
            "/.default suffixed to the resource identifier (application ID URI).",
        )  # fmt: skip
    entra = call.sandbox.entra
    made = entra.grant(entra.resource_for(scope), how)
    return {
        "token_type": "Bearer", "expires_in": LIFETIME, "ext_expires_in": LIFETIME,
        "access_token": made.token,
    }  # fmt: skip


def _for_refresh(call: Call, form: dict[str, str], tenant: str) -> dict[str, Any]:
    _or_public(call, form, tenant)
    entra = call.sandbox.entra
    # Whoever refreshes gets a new one, and Microsoft does not revoke the one before: an answer may
    # have been lost on its way. Here it ends once the new one is used, so that whoever does not
    # keep new ones is found out.
    # Source: https://learn.microsoft.com/en-us/entra/identity-platform/refresh-tokens
    given = form.get("refresh_token", "")
    known = entra.refreshes.get(given)
    if known is None:
        raise _refused("AADSTS70000: Provided grant is invalid or malformed.")
    if call.now - known.given > UNUSED:
        raise _refused(
            "AADSTS700082: The refresh token has expired due to inactivity. The token was inactive "
            "for 90.00:00:00."
        )
    user = _person(call, known.user)
    info = "client_info" in form
    scope = form.get("scope") or known.scope
    answer = entra.for_user(user, scope, client_info=info, before=given)
    entra.refreshes.pop(known.before, None)
    return answer


def _for_device(call: Call, form: dict[str, str]) -> dict[str, Any]:
    _or_public(call, form, call.tenant.id)
    entra = call.sandbox.entra
    code = form.get("device_code") or form.get("code", "")
    device = entra.devices.get(code)
    if device is None:
        raise Refusal(
            400, "bad_verification_code", "AADSTS70018: Invalid verification code."
        )  # fmt: skip
    if device.expires <= call.now:
        raise Refusal(
            400, "expired_token",
            "AADSTS70020: The provided value for the input parameter 'device_code' is not valid. "
            "This device code has expired.",
        )  # fmt: skip
    if device.state == "declined":
        raise Refusal(
            400, "authorization_declined", "The user declined the authorization."
        )  # fmt: skip
    if device.state == "pending":
        raise _wait(call, device.asked, code)
    user = _person(call, device.user)
    answer = entra.for_user(user, device.scope, client_info="client_info" in form)
    del entra.devices[code]
    return answer


def _wait(call: Call, before: float | None, code: str) -> Refusal:
    device, now = call.sandbox.entra.devices[code], call.sandbox.limiter.clock()
    device.asked = now
    # A second of grace, as clients keep it too.
    if before is not None and now - before < call.sandbox.entra.interval - 1:
        return Refusal(400, "slow_down", "The client polls too often.")
    return Refusal(
        400, "authorization_pending",
        "AADSTS70016: OAuth 2.0 device flow error. Authorization is pending. Continue polling.",
    )  # fmt: skip


def _person(call: Call, user_id: str) -> User:
    user = call.tenant.users.get(user_id)
    if user is None:
        raise _refused(
            "AADSTS50034: The user account does not exist in the directory. To sign into this "
            "application, the account must be added to the directory."
        )
    if not user.enabled:
        raise _refused("AADSTS50057: The user account is disabled.")
    if call.sandbox.entra.blocked:
        raise _refused(
            "AADSTS53003: Access has been blocked by Conditional Access policies. The access "
            "policy does not allow token issuance."
        )
    return user


def _refused(message: str) -> Refusal:
    return Refusal(400, "invalid_grant", message)
