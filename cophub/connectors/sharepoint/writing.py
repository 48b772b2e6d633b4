"""Writing to SharePoint: the vendor's client and plain JSON, with the consent that a 403 is about.

Reading never comes through here. Every request that is sent may be sent again after a failure: a
file that overwrites, a row that is merged; a row that was made twice is found and taken away.
"""

from typing import TYPE_CHECKING, Any

import httpx
import requests

from cophub import AuthError, ConfigError, Context, Json, SourceUnavailable
from cophub.connectors.microsoft.consent import SHAREPOINT_WRITE
from cophub.connectors.microsoft.hosts import tenant_of
from cophub.connectors.sharepoint.client import (
    answer,
    hosts,
    refusal,
    rest,
    rest_json,
    said,
    shared,
    signed,
)
from cophub.connectors.sharepoint.settings import Settings
from cophub.error_codes import PERMISSION

if TYPE_CHECKING:
    from office365.sharepoint.client_context import ClientContext

DIGEST = "X-RequestDigest"
_INVALID = "security validation"
Ctx = Context[Settings]


class Conflict(SourceUnavailable):
    """Somebody else changed what was to be written."""


def see_that_it_can_write(ctx: Ctx) -> None:
    """Raise ConfigError where the app signs in with what SharePoint refuses."""
    if ctx.settings.by_graph:
        raise ConfigError(
            f'source "{ctx.source}": SharePoint takes uploads only from an app with a certificate,'
            " and refuses a client_secret; set certificate in place of client_secret"
        )


def may_not_write(site_url: str, content: bytes) -> AuthError:
    """The error for a 403: which permission is missing, and where it is granted."""
    why = said(content) or "status 403"
    return AuthError(
        f"SharePoint does not let the app write to {site_url} ({why}): it lacks {SHAREPOINT_WRITE};"
        " with Sites.Selected, the role write for this site. An administrator grants it:"
        f" {SHAREPOINT_WRITE.fix}",
        code=PERMISSION,
    )


def writer(ctx: Ctx, site_url: str) -> "ClientContext":
    """The vendor's client for writing to a site. Run what was asked of it by `run`."""
    from cophub.connectors.sharepoint.official import hub_context

    def make() -> "ClientContext":
        at = hosts(ctx).sharepoint(site_url)
        session = ctx.transport.session(safe_posts=True)
        auth = signed(ctx, tenant_of(site_url))
        return hub_context(ctx, at, auth, ctx.settings.company, session=session)

    return shared(ctx, f"writer:{site_url}", make)


def run(ctx: Ctx, site_url: str) -> None:
    """Send what was asked of `writer(ctx, site_url)`.

    Raises AuthError with the consent that is missing, NotThere or SourceUnavailable; the client is
    made anew after a failure, as it would send what is left over with the next question.
    """
    from office365.runtime.client_request_exception import ClientRequestException

    try:
        writer(ctx, site_url).execute_query()
    except ClientRequestException as error:
        ctx.shared.pop(f"sharepoint:writer:{site_url}", None)
        found = error.response
        status, content = (found.status_code, found.content) if found is not None else (0, b"")
        if status == 403:
            raise may_not_write(site_url, content) from None
        raise refusal(status, content, site_url) from None
    except requests.RequestException as error:
        ctx.shared.pop(f"sharepoint:writer:{site_url}", None)
        raise SourceUnavailable(f"{site_url} did not answer ({type(error).__name__})") from error


def post(
    ctx: Ctx,
    site_url: str,
    path: str,
    body: Json,
    *,
    method: str = "POST",
    match: str | None = None,
) -> Json:
    """Write by JSON; `method` is MERGE, DELETE or POST, `match` the ETag that must still hold.

    A form digest is asked for only where SharePoint wants one from an app, too. Raises Conflict
    where the ETag holds no more, else as `run` does.
    """
    headers = {"Content-Type": "application/json;odata=nometadata"}
    if method != "POST":
        headers["X-HTTP-Method"] = method
        headers["If-Match"] = match or "*"
    if digest := ctx.shared.get(_name(site_url)):
        headers[DIGEST] = digest
    response = rest(ctx, site_url).post(path, json=body, headers=headers)
    if response.status_code == 403 and _INVALID in said(response.content).lower():
        headers[DIGEST] = ctx.shared[_name(site_url)] = _digest(ctx, site_url)
        response = rest(ctx, site_url).post(path, json=body, headers=headers)
    return _written(response, site_url)


def _written(response: httpx.Response, site_url: str) -> Json:
    if response.status_code == 403:
        raise may_not_write(site_url, response.content)
    if response.status_code == 412:
        raise Conflict(f"{site_url}: a row was changed meanwhile; the next run tries again")
    if response.status_code < 400 and not response.content:
        return {}
    return answer(response, site_url)


def _name(site_url: str) -> str:
    return f"sharepoint:digest:{site_url}"


def _digest(ctx: Ctx, site_url: str) -> str:
    found: Any = rest_json(ctx, site_url, "contextinfo", body={})
    found = found.get("GetContextWebInformation", found)
    return str(found["FormDigestValue"])
