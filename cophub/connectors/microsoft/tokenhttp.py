"""The HTTP client that msal is given: our transport, with its retries, pace and archive."""

from dataclasses import dataclass, field
from typing import Any

import httpx
import msgspec

from cophub import Context, SourceUnavailable
from cophub.connectors.microsoft.hosts import Hosts

AUTHORITY = "https://login.microsoftonline.com"
"""The authority that msal is told, which takes no http://; the adapter knows the real address."""
_DISCOVERY = "/v2.0/.well-known/openid-configuration"


@dataclass
class Reply:
    """What msal reads of an answer."""

    status_code: int
    text: str
    headers: dict[str, str] = field(default_factory=dict)

    def raise_for_status(self) -> None:
        """Nothing: the transport has raised for every answer that says nothing."""


class TokenHttp:
    """msal's `http_client`: posts go to Entra ID, what is known beforehand costs no request."""

    def __init__(self, ctx: Context[Any], hosts: Hosts) -> None:
        self._login = hosts.login
        # The only POSTs are for tokens and codes; one that is repeated gives another of the same.
        self._client = ctx.client(base_url=hosts.login, safe_posts=True)

    def get(self, url: str, **_: Any) -> Reply:
        """The endpoints of a tenant, as Entra ID documents them; msal asks for nothing else."""
        if not url.endswith(_DISCOVERY):
            raise SourceUnavailable(f"msal asks for {url}, which cophub does not know")
        return Reply(200, msgspec.json.encode(endpoints(url.removesuffix(_DISCOVERY))).decode())

    def post(self, url: str, data: Any = None, headers: Any = None, **options: Any) -> Reply:
        """The answer of the token or device code endpoint."""
        real = self._login + url.removeprefix(AUTHORITY)
        # msal hands an assertion over as bytes, which httpx would write as b'...'.
        form = {
            name: value.decode() if isinstance(value, bytes) else value
            for name, value in (data or {}).items()
        }
        response = self._client.post(
            real, data=form, headers=headers, params=options.get("params") or None
        )
        return Reply(response.status_code, _json_text(response), dict(response.headers))

    def close(self) -> None:
        """Nothing: the connections are the transport's."""


def endpoints(authority: str) -> dict[str, str]:
    """What a tenant's openid-configuration says, as far as it is needed."""
    return {
        "issuer": f"{authority}/v2.0",
        "authorization_endpoint": f"{authority}/oauth2/v2.0/authorize",
        "token_endpoint": f"{authority}/oauth2/v2.0/token",
        "device_authorization_endpoint": f"{authority}/oauth2/v2.0/devicecode",
    }


def _json_text(response: httpx.Response) -> str:
    """The body if it is a JSON object; msal would write another one into its log."""
    try:
        body = msgspec.json.decode(response.content)
    except msgspec.MsgspecError:
        body = None
    if not isinstance(body, dict):
        raise SourceUnavailable(
            f"{response.url.host} answered {response.status_code} to a request for a token with no"
            " JSON object; is base_url, or a proxy, in the way of login.microsoftonline.com?"
        )
    # A record of a run holds *** in place of tokens, and msal takes an identity token apart.
    if str(body.get("id_token", "..")).count(".") != 2:
        del body["id_token"]
        return msgspec.json.encode(body).decode()
    return response.text
