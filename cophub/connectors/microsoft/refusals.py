"""What Entra ID's refusals mean, in one line with what an administrator does about it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cophub import AuthError, CophubError, SourceUnavailable
from cophub.error_codes import CERTIFICATE_ENDED, CREDENTIALS, PERMISSION, SIGN_IN
from cophub.http.auth import without_addresses

_CODE = re.compile(r"AADSTS(\d+)")
_TAIL = re.compile(r"\s*(?:Trace ID|Correlation ID|Timestamp):.*", re.DOTALL)

_REGISTRATION = "entra.microsoft.com > App registrations > the app"
_SIGN_IN = "run: cophub sign-in {source}"

_SECRET_ENDED = 7000222
_CONSENT = frozenset((65001, 65004, 90094, 50105, 53003, 530036, 530034, 53004))
_WORDS: dict[int, tuple[str, str]] = {
    7000215: (
        "the client secret of app {client_id} is wrong",
        f"copy the secret's Value, not its Secret ID, from {_REGISTRATION} > Certificates & secrets"
        " (it is shown only once; if need be make a new one)",
    ),
    7000222: (
        "the client secret of app {client_id} has expired",
        f"make a new one in {_REGISTRATION} > Certificates & secrets, and set client_secret to it",
    ),
    7000216: (
        "app {client_id} was asked to sign in without a secret or a certificate",
        "set certificate (or client_secret) of this source",
    ),
    7000218: (
        "app {client_id} is not allowed to sign people in without a secret",
        f"set {_REGISTRATION} > Authentication > Allow public client flows to Yes",
    ),
    700016: (
        "tenant {tenant} has no app {client_id}",
        "compare client_id with the app's Application (client) ID, and tenant with its Directory"
        " (tenant) ID",
    ),
    700038: ("client_id {client_id} is no app's id", "copy the app's Application (client) ID"),
    90002: (
        "there is no tenant {tenant}",
        "copy the Directory (tenant) ID from the app's overview in entra.microsoft.com",
    ),
    900023: (
        "tenant {tenant} is neither an id nor a domain name of a tenant",
        "copy the Directory (tenant) ID from the app's overview in entra.microsoft.com",
    ),
    700027: (
        "app {client_id} does not know the certificate {thumbprint}",
        f"upload the certificate (without its key) in {_REGISTRATION} > Certificates & secrets >"
        " Certificates, and compare the thumbprint there",
    ),
    700024: (
        "the signed request for a token is outside its time",
        "set this machine's clock, by which it was dated, and see that the certificate is valid",
    ),
    700023: (
        "the signed request for a token was meant for another address",
        "compare tenant and base_url with the tenant's own",
    ),
    65001: (
        "nobody has granted app {client_id} the permissions for {resource}",
        f"an administrator opens {_REGISTRATION} > API permissions and grants admin consent",
    ),
    65004: (
        "the person who signed in declined the permissions for {resource}",
        f"{_SIGN_IN} and accept, or let an administrator grant admin consent",
    ),
    90094: (
        "the permissions for {resource} need an administrator's consent",
        f"an administrator opens {_REGISTRATION} > API permissions and grants admin consent",
    ),
    500011: (
        "tenant {tenant} has no {resource}",
        "check that the address of this source belongs to that tenant, and that the service is"
        " licensed there",
    ),
    500014: (
        "{resource} is switched off in tenant {tenant}",
        "an administrator enables it in entra.microsoft.com > Enterprise applications",
    ),
    7000112: (
        "app {client_id} is disabled",
        "an administrator enables it in entra.microsoft.com > Enterprise applications > the app >"
        " Properties > Enabled for users to sign-in",
    ),
    50105: (
        "the account that signed in is not assigned to app {client_id}",
        "an administrator assigns it in Enterprise applications > the app > Users and groups",
    ),
    50057: (
        "the account that signed in is disabled",
        f"have it enabled, or sign in with another one; {_SIGN_IN}",
    ),
    70011: ("the scope for {resource} is not one that it knows", "check the address of the source"),
    1002012: ("the scope for {resource} is not one that it knows", "check the source's address"),
    50173: (
        "the sign-in was revoked, as by a new password",
        _SIGN_IN,
    ),
    70008: ("the sign-in has expired, or was not used for 90 days", _SIGN_IN),
    700082: ("the sign-in was not used for 90 days and has expired", _SIGN_IN),
    700084: ("the sign-in has expired", _SIGN_IN),
    70043: (
        "the sign-in has expired: a Conditional Access policy limits how long one lasts",
        f"{_SIGN_IN}; to sign in less often, exempt the account from Sign-in frequency",
    ),
    70000: ("the sign-in is no longer accepted", _SIGN_IN),
    9002313: ("the stored sign-in is damaged", _SIGN_IN),
    54005: ("the sign-in code was already used", _SIGN_IN),
    70019: ("the sign-in code expired before it was entered", _SIGN_IN),
}
_MORE_PROOF = (
    "a Conditional Access policy asks for more than the stored sign-in has (such as a second"
    " factor)",
    f"{_SIGN_IN} and give it there",
)
_BLOCKED = (
    "a Conditional Access policy blocks this sign-in",
    "an administrator finds which one in entra.microsoft.com > Sign-in logs, and exempts the"
    " account or the app; policies may block the device code flow as such",
)
_DEVICE = (
    "a Conditional Access policy wants a managed device",
    "an administrator exempts the account or the app, or signs in from such a device",
)
_WORDS |= dict.fromkeys((50074, 50076, 50078, 50079, 50072), _MORE_PROOF)
_WORDS |= dict.fromkeys((53003, 530036, 530034, 53004), _BLOCKED)
_WORDS |= dict.fromkeys((53000, 53001, 53002, 50097, 530003), _DEVICE)

_EXPIRED_CODE = ("the sign-in code expired before it was entered", _SIGN_IN)
_DECLINED = ("whoever entered the sign-in code declined", _SIGN_IN)
_BY_CODE_ERROR: dict[str, tuple[str, str]] = {
    "expired_token": _EXPIRED_CODE,
    "code_expired": _EXPIRED_CODE,
    "authorization_declined": _DECLINED,
    "access_denied": _DECLINED,
    "bad_verification_code": ("the sign-in code was not the one that was shown", _SIGN_IN),
}
_BY_ERROR: dict[str, tuple[str, str]] = {
    "consent_required": _WORDS[65001],
    "interaction_required": _MORE_PROOF,
    "invalid_grant": ("the sign-in is no longer accepted", _SIGN_IN),
}
USUAL = (
    7000215, 7000222, 700027, 700016, 90002, 65001, 500011, 7000218, 50076, 53003, 70043, 700082,
    50173, 7000112,
)  # fmt: skip
"""The numbers that administrators meet most."""
_PASSING = frozenset({"temporarily_unavailable", "server_error"})
_PASSING_CODES = frozenset({90033, 90006, 50196, 90024, 50033})


@dataclass(frozen=True)
class Asked:
    """Who asked for a token of what: the names that a refusal is told with."""

    source: str
    tenant: str
    client_id: str
    resource: str
    thumbprint: str = ""


def refusal(answer: Mapping[str, Any], asked: Asked) -> CophubError:
    """The error for an answer of the token endpoint that holds no token.

    AuthError, with what an administrator or the person signed in does next; SourceUnavailable when
    Entra ID says that it will pass. `answer` is `{error, error_description, error_codes: [int]}`.
    """
    error = str(answer.get("error") or "")
    codes = codes_of(answer)
    named = f"AADSTS{codes[0]}" if codes else error or "without a code"
    if error in _PASSING or _PASSING_CODES.intersection(codes):
        return SourceUnavailable(
            f"Entra ID cannot sign in at the moment ({named}); the next run tries again"
        )
    # OAuth's own words for what became of a sign-in code say more than the numbers beside them.
    words = _BY_CODE_ERROR.get(error)
    words = words or next((_WORDS[code] for code in codes if code in _WORDS), None)
    words = words or _BY_ERROR.get(error)
    if words is None:
        return AuthError(
            f"Entra ID refuses to sign in for {asked.resource} ({named}: {_said(answer)}); look the"
            f" code up at https://login.microsoftonline.com/error"
        )
    names = {
        "source": asked.source,
        "tenant": asked.tenant,
        "client_id": asked.client_id,
        "resource": asked.resource,
        "thumbprint": asked.thumbprint or "that signed",
    }
    what, step = (part.format(**names) for part in words)
    told = f"Entra ID refuses to sign in ({named}): {what}; {step}"
    return AuthError(told, code=_code(codes, words[1]))


def _code(codes: Sequence[int], step: str) -> str:
    """What it means in `cophub.error_codes`, by the number or by who must do what."""
    if _SECRET_ENDED in codes:
        return CERTIFICATE_ENDED
    if _SIGN_IN in step:
        return SIGN_IN
    return PERMISSION if _CONSENT.intersection(codes) else CREDENTIALS


def codes_of(answer: Mapping[str, Any]) -> list[int]:
    """The AADSTS numbers of an answer: from `error_codes`, else from the description."""
    given = answer.get("error_codes")
    codes = [int(code) for code in given if str(code).isdigit()] if isinstance(given, list) else []
    told = [int(code) for code in _CODE.findall(str(answer.get("error_description") or ""))]
    return list(dict.fromkeys(codes + told))


def _said(answer: Mapping[str, Any]) -> str:
    """What the vendor says, without its trace ids, anybody's address and secrets; one line."""
    text = _TAIL.sub("", str(answer.get("error_description") or answer.get("error") or "nothing"))
    text = _CODE.sub("", text, count=1).lstrip(": ")
    return without_addresses(text)[:200]
