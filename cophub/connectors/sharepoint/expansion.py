"""What the tenant's directory says through Microsoft Graph: who is in a group, and who is gone."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import httpx
import msgspec

from cophub import AuthError, Context, Json, Reject
from cophub.connectors.microsoft.directory import GraphUser, group_members
from cophub.connectors.microsoft.graph import NotThere, graph_get
from cophub.connectors.sharepoint.client import graph_client, shared
from cophub.connectors.sharepoint.directory import known
from cophub.connectors.sharepoint.people import Identity, identity
from cophub.connectors.sharepoint.settings import Settings
from cophub.http import decode_page

Ctx = Context[Settings]

MOST_IDS = 1000
"""Ids that Graph looks up in one request."""


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


class Found(msgspec.Struct, gc=False):
    """The directory objects that Graph found."""

    value: list[GraphUser] = []


def look_up(ctx: Ctx, ids: Iterable[str]) -> dict[str, GraphUser] | None:
    """Which of these directory ids are users today, by id; None when the app may not know.

    Somebody who was deleted from the directory stays in a site's users and groups.
    """
    wanted = sorted(set(ids))
    found: dict[str, GraphUser] = {}
    for start in range(0, len(wanted), MOST_IDS):
        body = {"ids": wanted[start : start + MOST_IDS], "types": ["user"]}
        response = graph_client(ctx).post("directoryObjects/getByIds", json=body)
        if response.status_code >= 400:
            _tell(ctx, response)
            return None
        page, _ = decode_page(response.content, Found)
        found.update((user.id.lower(), user) for user in page.value)
    # Nobody at all is not an answer: it is how a missing permission looks.
    return found if found or not wanted else None


def _tell(ctx: Ctx, response: httpx.Response) -> None:
    def tell() -> bool:
        ctx.log.info(
            "Microsoft Graph does not tell who was deleted from the directory (%s): they stay"
            " members until their site groups lose them; the app lacks Microsoft Graph"
            " Directory.Read.All (application)",
            response.status_code,
        )
        return True

    shared(ctx, "no look-up", tell)
