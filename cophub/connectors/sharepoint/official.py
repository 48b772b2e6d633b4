"""Office365-REST-Python-Client over cophub's transport.

It knows the calls. As it comes it never tries again, sends the token wherever a link leads, and
asks for a form digest before the first read of each site, which only writing needs. What is
replaced here takes that away: the transport tries each request again by itself and keeps
credentials at home, and the digest is fetched when something is written.

Listings of items do not go through it: a retried page makes it begin anew and append
(version 3.3.0), and it is slow. See rows.py.
"""

from typing import Any

import httpx
import requests
from office365.runtime.client_request_exception import ClientRequestException
from office365.runtime.http.http_method import HttpMethod
from office365.runtime.http.request_options import RequestOptions
from office365.sharepoint.client_context import ClientContext
from requests.auth import AuthBase

from cophub import Context, SourceUnavailable
from cophub.connectors.microsoft.hosts import decorated
from cophub.connectors.sharepoint.client import refusal


class Signature(AuthBase):
    """An `httpx.Auth` for requests: signs, and where the answer is 401, as it says once more."""

    def __init__(self, auth: httpx.Auth) -> None:
        self._auth = auth

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        flow = self._auth.sync_auth_flow(httpx.Request(request.method or "GET", request.url or ""))
        request.headers["Authorization"] = next(flow).headers["Authorization"]

        def again(response: requests.Response, **options: Any) -> requests.Response:
            if response.status_code != 401:
                return response
            try:
                renewed = flow.send(_as_httpx(response))
            except StopIteration:
                return response
            repeated = request.copy()
            repeated.headers["Authorization"] = renewed.headers["Authorization"]
            repeated.hooks = requests.models.default_hooks()
            found: requests.Response = response.connection.send(repeated, **options)
            if found.status_code == 401:
                flow.send(_as_httpx(found))  # it knows what to say about a second refusal
            return found

        request.register_hook("response", again)
        return request


def _as_httpx(response: requests.Response) -> httpx.Response:
    return httpx.Response(
        response.status_code,
        content=response.content,
        headers={"content-type": response.headers.get("content-type", "")},
        request=httpx.Request(response.request.method or "GET", response.request.url or ""),
    )


def hub_context(ctx: Context[Any], site_url: str, auth: httpx.Auth, company: str) -> ClientContext:
    """A context of `site_url` (as it is reached, so a proxy's address) that `auth` signs."""
    session = ctx.session()
    session.auth = Signature(auth)
    session.headers["User-Agent"] = decorated(company)
    context = ClientContext(site_url).with_transport(session=session, timeout=(10, 120))
    request = context.pending_request()
    digest = request.ensure_form_digest
    request.beforeExecute -= digest

    def digest_to_write(options: RequestOptions) -> None:
        if options.method != HttpMethod.Get:
            digest(options)

    request.beforeExecute += digest_to_write
    return context


def execute_query(context: ClientContext, site_url: str) -> None:
    """Send what `context` was asked. Raises AuthError, NotThere or SourceUnavailable."""
    try:
        context.execute_query()
    except ClientRequestException as error:
        _forget(context)
        response = error.response
        status = response.status_code if response is not None else 0
        raise refusal(status, response.content if response is not None else b"", site_url) from None
    except requests.RequestException as error:
        _forget(context)
        raise SourceUnavailable(f"{site_url} did not answer ({type(error).__name__})") from error


def _forget(context: ClientContext) -> None:
    """Drop what is still to be sent, which would go out with the next question."""
    if hasattr(context, "clear"):
        context.clear()
