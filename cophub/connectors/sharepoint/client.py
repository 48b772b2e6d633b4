"""The two ways to SharePoint: its own REST API, as JSON or through the vendor's Python client, and
Microsoft Graph. All go over the hub's transport, and each token is fetched once a run.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import httpx
import msgspec

from cophub import AuthError, Context, CophubError, Json, SourceUnavailable
from cophub.connectors.microsoft.entra import EntraAuth, Login, app_auth
from cophub.connectors.microsoft.graph import NotThere, graph
from cophub.connectors.microsoft.hosts import Hosts, decorated, tenant_of
from cophub.connectors.sharepoint.settings import Settings
from cophub.error_codes import CREDENTIALS, NOT_THERE, NOT_UNDERSTOOD, PERMISSION
from cophub.http.auth import without_addresses

if TYPE_CHECKING:
    from office365.sharepoint.client_context import ClientContext

T = TypeVar("T")
FORBIDDEN = 403

__all__ = [
    "NotThere", "answer", "ask_by_post", "execute", "graph_client", "hosts", "office", "refusal",
    "rest", "rest_json", "said", "shared", "signed",
]  # fmt: skip
NOMETADATA = "application/json;odata=nometadata"


def shared(ctx: Context[Settings], what: str, make: Callable[[], T]) -> T:
    """What is read once a run and shared by its streams: `make()` the first time."""
    key = f"sharepoint:{what}"
    if key not in ctx.shared:
        ctx.shared[key] = make()
    found: T = ctx.shared[key]
    return found


def hosts(ctx: Context[Settings]) -> Hosts:
    """Where Microsoft's services are: their own hosts, or the proxy of `base_url`."""
    base = ctx.settings.base_url
    return Hosts(str(base).rstrip("/") if base else None)


def signed(ctx: Context[Settings], resource: str) -> EntraAuth:
    """What signs requests to `resource`, such as `https://contoso.sharepoint.com`; one a run."""
    settings = ctx.settings
    login = Login(
        tenant=settings.tenant,
        client_id=settings.client_id,
        client_secret=settings.client_secret,
        certificate=settings.certificate,
        certificate_password=settings.certificate_password,
    )
    return app_auth(ctx, hosts(ctx), login, resource)


def graph_client(ctx: Context[Settings]) -> httpx.Client:
    """Microsoft Graph, at `v1.0/`; one client a run. Ask it by `graph_get` and `graph_pages`."""
    auth = signed(ctx, "https://graph.microsoft.com")
    return shared(ctx, "graph", lambda: graph(ctx, hosts(ctx), auth))


def rest(ctx: Context[Settings], site_url: str, *, patient: bool = True) -> httpx.Client:
    """SharePoint's REST API of a site, at `SITE/_api/`, without metadata; one client a run.

    Its POSTs only read, and are tried again as a GET is, unless `patient` is False. Use
    `rest_json` for one answer.
    """

    def make() -> httpx.Client:
        return ctx.client(
            base_url=f"{hosts(ctx).sharepoint(site_url).rstrip('/')}/_api/",
            auth=signed(ctx, tenant_of(site_url)),
            headers={"Accept": NOMETADATA, "User-Agent": decorated(ctx.settings.company)},
            safe_posts=patient,
        )

    return shared(ctx, f"rest:{site_url}:{patient}", make)


def rest_json(
    ctx: Context[Settings],
    site_url: str,
    path: str,
    params: dict[str, Any] | None = None,
    *,
    body: Any = None,
) -> Json:
    """The JSON of one answer of `SITE/_api/path`: a POST where there is a body.

    Raises AuthError, NotThere or SourceUnavailable with what SharePoint said.
    """
    if body is None:
        response = rest(ctx, site_url).get(path, params=params)
    else:
        response = ask_by_post(ctx, site_url, path, body, params)
    return answer(response, site_url)


def ask_by_post(
    ctx: Context[Settings],
    site_url: str,
    path: str,
    body: Any,
    params: dict[str, Any] | None = None,
    *,
    patient: bool = True,
) -> httpx.Response:
    """The answer to a POST that only reads, whatever its status.

    A form digest is not needed beside a token, as far as is known; where a site refuses a POST
    without one, it is fetched and the question repeated once.
    """
    client = rest(ctx, site_url, patient=patient)
    response = client.post(path, params=params, json=body)
    if response.status_code != FORBIDDEN:
        return response
    info = client.post("contextinfo")
    if info.status_code >= 400:  # the app may not ask anything here
        return response
    found = answer(info, site_url)
    digest = str(found.get("GetContextWebInformation", found).get("FormDigestValue") or "")
    return client.post(path, params=params, json=body, headers={"X-RequestDigest": digest})


def answer(response: httpx.Response, site_url: str) -> Json:
    """The JSON object of an answer; an error is raised as one of ours."""
    if response.status_code >= 400:
        raise refusal(response.status_code, response.content, site_url)
    try:
        found = msgspec.json.decode(response.content)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise SourceUnavailable(
            f"{site_url} answered with what is no JSON ({error}); is it the address of a"
            " SharePoint site?",
            code=NOT_UNDERSTOOD,
        ) from error
    found = found.get("d", found) if isinstance(found, dict) else found
    return found if isinstance(found, dict) else {"value": found}


def refusal(status: int, content: bytes, site_url: str) -> CophubError:
    """The error for an answer that is none: who can put it right, and how."""
    why = said(content) or f"status {status}"
    if status == 401:
        return AuthError(
            f"SharePoint refused the app at {site_url} ({why}); it takes an app only with a"
            " certificate, and only the permission Sites.Read.All or Sites.Selected of the API"
            " SharePoint, not the one of the same name of Microsoft Graph",
            code=CREDENTIALS,
        )
    if status == 403:
        return AuthError(
            f"SharePoint does not let the app read {site_url} ({why}); grant it Sites.Read.All"
            " of the API SharePoint with admin consent, or, with Sites.Selected, this site",
            code=PERMISSION,
        )
    if status == 404:
        return NotThere(
            f"there is no such thing at {site_url} ({why}); check the address", code=NOT_THERE
        )
    return SourceUnavailable(f"{site_url} did not answer ({why}); the next run tries again")


def said(content: bytes) -> str:
    """What SharePoint says about an error, in any of the forms it has, and nobody's address."""
    try:
        body = msgspec.json.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return ""
    for _ in range(3):
        if not isinstance(body, dict):
            break
        names = ("odata.error", "error", "error_description", "message", "value")
        body = next((body[name] for name in names if body.get(name)), None)
    return without_addresses(body)[:200] if isinstance(body, str) else ""


def office(ctx: Context[Settings], site_url: str) -> "ClientContext":
    """Office365-REST-Python-Client's context of a site, over the hub's transport; one a run.

    Run what was asked of it by `execute(ctx, site_url)`, which speaks our errors.
    """
    from cophub.connectors.sharepoint.official import hub_context

    def make() -> "ClientContext":
        at = hosts(ctx).sharepoint(site_url)
        return hub_context(ctx, at, signed(ctx, tenant_of(site_url)), ctx.settings.company)

    return shared(ctx, f"office:{site_url}", make)


def execute(ctx: Context[Settings], site_url: str) -> None:
    """Send what was asked of `office(ctx, site_url)`. Raises as `rest_json` does.

    After a failure the context is made anew: the vendor's client would send what is left over with
    the next question, and loses the transport when it is told to forget it.
    """
    from cophub.connectors.sharepoint.official import execute_query

    try:
        execute_query(office(ctx, site_url), site_url)
    except CophubError:
        ctx.shared.pop(f"sharepoint:office:{site_url}", None)
        raise
