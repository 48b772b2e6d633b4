"""Who is behind the ids in person columns, where Microsoft Graph gives no more than those.

Every site keeps its users in a hidden list, the User Information List, of which such an id is a
row.
"""

from collections.abc import Iterator

from cophub import AuthError, Context, Json
from cophub.connectors.microsoft.graph import GraphPage, NotThere, graph_pages
from cophub.connectors.sharepoint.client import graph_client, shared
from cophub.connectors.sharepoint.rows import PersonRef
from cophub.connectors.sharepoint.settings import Settings
from cophub.connectors.sharepoint.sites import SiteRef, lists_of

TITLE = "User Information List"
ROOT = "/_catalogs/users"
PAGE = 5000


def person_of(ctx: Context[Settings], site: SiteRef, number: int) -> PersonRef:
    """The person with this id on a site; the list of users is read once a run, when needed.

    The id alone, when the app may not see that list or nobody has the id.
    """
    users = shared(ctx, f"userinfo:{site.key}", lambda: _users(ctx, site))
    return users.get(number, PersonRef(id=number))


def _users(ctx: Context[Settings], site: SiteRef) -> dict[int, PersonRef]:
    known = (of.id for of in lists_of(ctx, site) if of.root_url.lower().endswith(ROOT))
    path = f"sites/{site.graph_id}/lists/{next(known, TITLE)}/items"
    asked = {"$expand": "fields($select=Title,EMail,UserName,Name)", "$top": PAGE}
    pages: Iterator[GraphPage[Json]] = graph_pages(graph_client(ctx), path, asked)
    try:
        return {int(one["id"]): _person(one) for page in pages for one in page.value}
    except (AuthError, NotThere) as error:
        ctx.log.warning("people in columns of %s stay unknown: %s", site.url, error)
        return {}


def _person(item: Json) -> PersonRef:
    fields: Json = item.get("fields") or {}
    return PersonRef(
        id=int(item["id"]),
        login=fields.get("Name") or None,
        email=fields.get("EMail") or fields.get("UserName") or None,
        name=fields.get("Title") or None,
    )
