"""What the tenant's directory says through Microsoft Graph: who is in a group, and who is gone."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from cophub import AuthError, Context, Json, Reject
from cophub.connectors.microsoft.consent import USERS
from cophub.connectors.microsoft.directory import USER_FIELDS, GraphUser, group_members
from cophub.connectors.microsoft.graph import GraphPage, NotThere, graph_get, graph_pages
from cophub.connectors.sharepoint.client import graph_client, shared
from cophub.connectors.sharepoint.directory import known
from cophub.connectors.sharepoint.people import Identity, identity
from cophub.connectors.sharepoint.settings import Settings

Ctx = Context[Settings]

MOST_IDS = 15
"""Ids that Graph takes in one filter."""


@dataclass(frozen=True)
class Group:
    """A directory group as far as Graph shows it."""

    guid: str
    people: list[GraphUser] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    refusal: str | None = None
    """Why its people are not known: nobody may be said to have left then."""


def expand(ctx: Ctx, guid: str, *, owners: bool) -> Group:
    """The people of a directory group and of the groups within it, or only its owners.

    Asked for once a run. A group that is no longer in the directory has nobody; one that the app
    may not read says so in `refusal`. Raises SourceUnavailable when Graph does not answer.
    """

    def read() -> Group:
        group = Group(guid)
        try:
            for page in group_members(graph_client(ctx), guid, owners):
                group.people.extend(page.value)
                group.rejects.extend(page.rejects)
        except NotThere:
            ctx.log.info("directory group %s is no longer in the directory: it has nobody", guid)
        except AuthError as error:
            return Group(guid, refusal=str(error))
        for person in group.people:
            known(ctx).learn(names(person))
        return group

    return shared(ctx, f"group:{guid}:{owners}", read)


def names(person: GraphUser) -> Identity:
    """The names of a directory user."""
    return identity(
        aad=person.id, upn=person.user_principal_name or None, email=person.mail or None
    )


def group_of(ctx: Ctx, graph_id: str) -> str | None:
    """The id of a site's own Microsoft 365 group, as the owner of its library; None if it has none.

    `graph_id` is the site's id for Graph. Raises AuthError or SourceUnavailable.
    """
    try:
        found: Json = graph_get(graph_client(ctx), f"sites/{graph_id}/drive", {"$select": "owner"})
    except NotThere:
        return None
    group = (found.get("owner") or {}).get("group") or {}
    return str(group["id"]).lower() if group.get("id") else None


def look_up(ctx: Ctx, ids: Iterable[str]) -> dict[str, GraphUser] | None:
    """Which of these directory ids are users today, by id; None when the app may not know.

    Somebody who was deleted from the directory stays in a site's users and groups.
    Source: Graph v1.0, `/users?$filter=id in (...)`.
    """
    wanted = sorted(set(ids))
    chunks = [wanted[start : start + MOST_IDS] for start in range(0, len(wanted), MOST_IDS)]
    try:
        pages = list(ctx.map(lambda chunk: _users(ctx, chunk), chunks))
    except AuthError as error:
        _tell(ctx, error)
        return None
    found = {user.id.lower(): user for page in pages for user in page}
    # Nobody at all is no answer that a site's members could be ended by.
    return found if found or len(wanted) < 2 else None


def _users(ctx: Ctx, ids: list[str]) -> list[GraphUser]:
    quoted = ",".join(f"'{one}'" for one in ids)
    params = {"$filter": f"id in ({quoted})", "$select": USER_FIELDS, "$top": str(MOST_IDS)}
    found: Iterator[GraphPage[GraphUser]] = graph_pages(
        graph_client(ctx), "users", params, kind=GraphUser, needs=USERS
    )
    return [user for page in found for user in page.value]


def _tell(ctx: Ctx, error: AuthError) -> None:
    def tell() -> bool:
        ctx.log.warning(
            "who was deleted from the directory is not known, and stays a member until the site's"
            " groups lose them: %s",
            error,
        )
        return True

    shared(ctx, "no look-up", tell)
