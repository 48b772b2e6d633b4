"""MailChimp's own Python client, over cophub's transport.

`mailchimp-marketing` knows the calls: their paths, their parameters and the limits it checks. As it
comes it opens a connection for each call, never tries again, returns a raw response instead of an
error where the body is empty or broken, hides the reason of a refusal in a JSON text, and swaps the
word "server" for the data centre anywhere in an address. `HubClient` replaces the part below the
calls, which takes all of that away; an answer's bytes come out, to be decoded at once.
"""

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import msgspec
from mailchimp_marketing.api.campaigns_api import CampaignsApi
from mailchimp_marketing.api.lists_api import ListsApi
from mailchimp_marketing.api.ping_api import PingApi
from mailchimp_marketing.api.reports_api import ReportsApi
from mailchimp_marketing.api_client import ApiClient

from cophub import AuthError, Context, CophubError, SourceUnavailable
from cophub.connectors.mailchimp.client import NotThere
from cophub.connectors.mailchimp.payloads import Problem
from cophub.connectors.mailchimp.settings import Settings
from cophub.error_codes import CREDENTIALS, NOT_THERE, PERMISSION
from cophub.http import basic

if TYPE_CHECKING:
    import httpx

__all__ = ["CampaignsApi", "HubClient", "ListsApi", "PingApi", "ReportsApi"]


class HubClient(ApiClient):  # type: ignore[misc]
    """The official `ApiClient` whose calls go through a Context's transport and return bytes."""

    def __init__(self, ctx: Context[Settings]) -> None:
        key = ctx.settings.api_key.get_secret_value()
        super().__init__({"api_key": key})
        self.host = f"{ctx.settings.host}/3.0"
        self.source = ctx.source
        self.http = ctx.client(auth=basic("cophub", key), headers={"Accept": "application/json"})

    def call_api(
        self,
        resource_path: str,
        method: str,
        path_params: dict[str, Any] | None = None,
        query_params: list[tuple[str, Any]] | None = None,
        header_params: dict[str, str] | None = None,
        body: Any = None,
        collection_formats: dict[str, str] | None = None,
        **ignored: Any,
    ) -> bytes:
        """The body of the answer; AuthError, NotThere or SourceUnavailable where there is none."""
        path, shown = resource_path, resource_path
        for name, value in (path_params or {}).items():
            filled = quote(str(value), safe="")
            path = path.replace(f"{{{name}}}", filled)
            # The hash of an address stands for a person, who has no place in a message.
            shown = shown.replace(f"{{{name}}}", "…" if name == "subscriber_hash" else filled)
        for name, value in query_params or []:
            if name in (collection_formats or {}) and isinstance(value, str):
                raise TypeError(f"{name} must be a list: the client joins a text letter by letter")
        query = self.parameters_to_tuples(query_params or [], collection_formats)
        response = self.request(method, self.host + path, query, body=body)
        if not response.is_success:
            raise self.refusal(response, shown)
        return response.content

    def request(
        self,
        method: str,
        url: str,
        query_params: list[tuple[str, Any]] | None = None,
        headers: dict[str, str] | None = None,
        body: Any = None,
    ) -> "httpx.Response":
        """The answer to one request, which the transport retries by itself."""
        if method != "GET":
            return self.write(method, url, body)
        return self.http.get(url, params=query_params or None)

    def write(self, method: str, url: str, body: Any) -> "httpx.Response":
        """Raises ValueError: whoever only reads changes nothing at the vendor."""
        raise ValueError(f"this connector only reads; it does not send {method} {url}")

    def refusal(self, response: "httpx.Response", path: str) -> CophubError:
        """The error for an answer that is none: who can put it right, and how."""
        why = problem(response.content) or f"status {response.status_code}"
        if response.status_code == 401:
            return AuthError(
                f"MailChimp refused the API key ({why}); make a new one under Profile > Extras > "
                f"API keys and set api_key under [sources.{self.source}.settings] in plugins.toml",
                code=CREDENTIALS,
            )
        if response.status_code == 403:
            verb = "read" if response.request.method == "GET" else "write"
            return AuthError(
                f"MailChimp does not let the owner of the API key {verb} {path} ({why}); use the "
                "key of a user with the role Manager or Admin",
                code=PERMISSION,
            )
        if response.status_code == 404:
            return NotThere(
                f"MailChimp has no {path} ({why}); it was deleted, or never there", code=NOT_THERE
            )
        return SourceUnavailable(
            f"MailChimp did not answer {response.request.method} {path} ({why}); the next run tries"
            " again"
        )


def problem(body: bytes) -> str:
    """Title and detail of a problem document, or an empty text when the body is none."""
    try:
        found = msgspec.json.decode(body, type=Problem)
    except msgspec.MsgspecError:
        return ""
    return ": ".join(text.rstrip(".") for text in (found.title, found.detail) if text)
