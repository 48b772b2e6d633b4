"""Office365-REST-Python-Client over cophub's transport.

It knows the calls. As it comes it never tries again, sends the token wherever a link leads, and
asks for a form digest before the first read of each site, which only writing needs. What is
replaced here takes that away: the transport tries each request again by itself and keeps
credentials at home, and the digest is fetched when something is written.

Listings of items do not go through it: a retried page makes it begin anew and append
(version 3.3.0), and it is slow. See reading.py.
"""

from typing import Any

import requests
from office365.runtime.client_request_exception import ClientRequestException
from office365.runtime.http.http_method import HttpMethod
from office365.runtime.http.request_options import RequestOptions
from office365.sharepoint.client_context import ClientContext
from requests.auth import AuthBase

from cophub import Context, SourceUnavailable
from cophub.connectors.microsoft.entra import EntraAuth, sign_session
from cophub.connectors.microsoft.hosts import decorated
from cophub.connectors.sharepoint.client import refusal
from cophub.error_codes import NOT_UNDERSTOOD


class SignedBelow(AuthBase):
    """Says to the vendor's client that its session signs by itself: the adapter does."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        return request


def hub_context(
    ctx: Context[Any],
    site_url: str,
    auth: EntraAuth,
    company: str,
    session: requests.Session | None = None,
) -> ClientContext:
    """A context of `site_url` (as it is reached, so a proxy's address) that `auth` signs."""
    session = sign_session(session or ctx.session(), auth)
    session.auth = SignedBelow()
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
        answer = error.response
        status, content = (answer.status_code, answer.content) if answer is not None else (0, b"")
        raise refusal(status, content, site_url) from None
    except (AttributeError, LookupError, TypeError, ValueError) as error:  # it reads all or nothing
        raise SourceUnavailable(
            f"{site_url} answered otherwise than it is documented ({error}); the next run tries"
            " again",
            code=NOT_UNDERSTOOD,
        ) from error
    except requests.RequestException as error:
        raise SourceUnavailable(f"{site_url} did not answer ({type(error).__name__})") from error
