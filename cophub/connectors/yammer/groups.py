"""Communities: what REST calls groups and Graph calls communities, as one space each.

A community's id in Graph is base64 of `{"_type":"Group","id":"..."}` with Yammer's group id in it:
that is the key of the space, however it was seen.
Source: REST `groups.json`; Graph v1.0 `/employeeExperience/communities` and `/groups`.
"""

import base64
import binascii
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import httpx
import msgspec
from msgspec import UNSET

from cophub import ConfigError, Context, Gone, Item, Reject, Space
from cophub.connectors.microsoft.consent import COMMUNITIES, GROUP_MEMBERS
from cophub.connectors.microsoft.entra import app_auth, user_auth
from cophub.connectors.microsoft.graph import GraphPage, graph, graph_pages
from cophub.connectors.microsoft.hosts import Hosts
from cophub.connectors.settings import means
from cophub.connectors.yammer.client import login, rest
from cophub.connectors.yammer.payloads import Group, flag
from cophub.connectors.yammer.posts import moment, plain
from cophub.connectors.yammer.settings import Settings
from cophub.http import reject

Ctx = Context[Settings]
AT_ONCE = 15
"""How many ids one `$filter` of Graph may name."""
GROUP_FIELDS = "id,displayName,description,visibility,createdDateTime"
GRAPH_SCOPE = "https://graph.microsoft.com/.default"


class Community(msgspec.Struct, kw_only=True, rename="camel"):
    """A community as Graph gives it."""

    id: str
    display_name: str | None = None
    description: str | None = None
    privacy: str | None = None
    group_id: str | None = None


class DirectoryGroup(msgspec.Struct, kw_only=True, rename="camel"):
    """The Microsoft 365 group behind a community."""

    id: str
    created_date_time: str | None = None
    visibility: str | None = None


@dataclass(frozen=True)
class Found:
    """One group, by every way that saw it."""

    key: str
    """Yammer's group id."""
    title: str
    rest: Group | None = None
    community: Community | None = None
    directory: DirectoryGroup | None = None

    @property
    def directory_id(self) -> str | None:
        """The guid of its Microsoft 365 group; None for a group that only Yammer knows."""
        return (
            self.community.group_id.lower() if self.community and self.community.group_id else None
        )


@dataclass
class Listing:
    """All groups that the ways of this source see, and the items that could not be read."""

    groups: list[Found] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)


def groups(ctx: Ctx, since: str | None) -> Iterator[Item]:
    """The communities that the settings name, with their counts; always all of them.

    A community that is no longer listed is gone, unless an export is among the ways: that knows
    private communities which nobody lists to us, and tells of deletions itself.
    """
    if not sees_groups(ctx.settings):
        return
    listing = listed(ctx)
    taken = chosen(ctx)
    yield from listing.rejects
    yield from (space_of(found) for found in taken)
    if not listing.rejects and "export" not in ctx.settings.ways:
        yield Gone(record=Space, where={"kind": "group"}, but=tuple(one.key for one in taken))


def sees_groups(settings: Settings) -> bool:
    """Whether any way lists groups; an export alone only names those that changed."""
    return "rest" in settings.ways or "graph" in settings.ways


def chosen(ctx: Ctx) -> list[Found]:
    """The groups that the settings name, in the vendor's order.

    Raises ConfigError for a name that no group has, with those that there are.
    """
    listing, choice = listed(ctx), Choice(ctx.settings.groups)
    choice.refuse_unknown(listing.groups, ctx.source)
    return [one for one in listing.groups if choice.takes(one.key, one.title, *other_names(one))]


class Choice:
    """The setting `groups`: ids, guids, names, or patterns of names, letter case aside."""

    def __init__(self, wanted: Sequence[str]) -> None:
        self.wanted = [word.strip() for word in wanted]

    def takes(self, key: str, *names: str | None) -> bool:
        """Whether a group with this id and these names is wanted."""
        return any(means(word, key, *names) for word in self.wanted)

    def unknown(self, there: Sequence[Found]) -> list[str]:
        """The names and ids, but no patterns, that no group has."""
        return [
            word
            for word in self.wanted
            if "*" not in word
            and not any(means(word, one.key, one.title, *other_names(one)) for one in there)
        ]

    def refuse_unknown(self, there: Sequence[Found], source: str) -> None:
        """Raise ConfigError for a name that no group has, with those that there are."""
        if missing := self.unknown(there):
            names = ", ".join(sorted(f"{one.title} ({one.key})" for one in there)[:30])
            raise ConfigError(
                f'source "{source}": there is no group {missing[0]!r}; there are:'
                f" {names or 'none'}. Correct groups under [sources.{source}.settings] in"
                " plugins.toml"
            )


def other_names(found: Found) -> list[str]:
    """What else a group may be called in the settings: its short name, guid and community id."""
    names = [found.rest.name if found.rest else None, found.directory_id]
    if found.community:
        names += [found.community.id, found.community.display_name]
    return [name for name in names if name]


def listed(ctx: Ctx) -> Listing:
    """Every group that this source sees, read once for all streams of a run."""
    known = ctx.shared.get("yammer:groups")
    if not isinstance(known, Listing):
        known = Listing()
        by_key: dict[str, Found] = {}
        if "rest" in ctx.settings.ways:
            for group in rest_groups(ctx, known.rejects):
                by_key[str(group.id)] = Found(str(group.id), group.title, rest=group)
        if "graph" in ctx.settings.ways:
            for one in native_groups(ctx, known.rejects):
                mine = by_key.get(one.key)
                by_key[one.key] = replace(one, rest=mine.rest, title=mine.title) if mine else one
        known.groups = list(by_key.values())
        ctx.shared["yammer:groups"] = known
    return known


def rest_groups(ctx: Ctx, rejects: list[Reject]) -> Iterator[Group]:
    """`groups.json`, 50 a page, until a page brings nothing new. Deleted ones are left out."""
    seen: set[int] = set()
    page = 1
    while True:
        found, bad = rest(ctx).groups(page)
        rejects += bad
        fresh = [group for group in found if group.id not in seen]
        if not fresh and not (found == [] and bad):
            return
        seen.update(group.id for group in fresh)
        yield from (group for group in fresh if (group.state or "active") == "active")
        page += 1


def native_groups(ctx: Ctx, rejects: list[Reject]) -> Iterator[Found]:
    """Communities of Graph, each with its directory group where that is needed for its date."""
    client = graph_client(ctx)
    found: dict[str, Found] = {}
    pages: Iterator[GraphPage[Community]] = graph_pages(
        client, "employeeExperience/communities", kind=Community, needs=COMMUNITIES
    )
    for page in pages:
        rejects += page.rejects
        for community in page.value:
            try:
                key = yammer_id(community.id)
            except ValueError as error:
                rejects.append(reject(msgspec.to_builtins(community), error, "space"))
                continue
            found[key] = Found(key, plain(community.display_name) or key, community=community)
    if "rest" not in ctx.settings.ways:
        return iter(with_directory(client, list(found.values())))
    return iter(found.values())


def with_directory(client: httpx.Client, found: list[Found]) -> list[Found]:
    """The same groups with the date of their directory group, 15 to a call."""
    ids = [one.directory_id for one in found if one.directory_id]
    known: dict[str, DirectoryGroup] = {}
    for start in range(0, len(ids), AT_ONCE):
        params = {"$filter": one_of(ids[start : start + AT_ONCE]), "$select": GROUP_FIELDS}
        pages: Iterator[GraphPage[DirectoryGroup]] = graph_pages(
            client, "groups", params, DirectoryGroup, needs=GROUP_MEMBERS
        )
        for page in pages:
            known |= {group.id.lower(): group for group in page.value}
    return [replace(one, directory=known.get(one.directory_id or "")) for one in found]


def one_of(ids: Sequence[str]) -> str:
    """The `$filter` that names these groups; Graph takes 15 at most, and 50 for a delta."""
    return " or ".join(f"id eq '{each}'" for each in ids)


def graph_client(ctx: Ctx) -> httpx.Client:
    """Graph for this source, as the app itself or as the person who signed in; one per run."""
    known = ctx.shared.get("yammer:graph")
    if not isinstance(known, httpx.Client):
        settings = ctx.settings
        hosts = Hosts(str(settings.base_url).rstrip("/") if settings.base_url else None)
        auth = (
            app_auth(ctx, hosts, login(settings), "https://graph.microsoft.com")
            if settings.app_only
            else user_auth(ctx, hosts, login(settings), GRAPH_SCOPE)
        )
        known = ctx.shared["yammer:graph"] = graph(ctx, hosts, auth)
    return known


def yammer_id(community_id: str) -> str:
    """The group id inside a community's id. Raises ValueError for one that is none."""
    try:
        padded = community_id + "=" * (-len(community_id) % 4)
        inside = msgspec.json.decode(base64.urlsafe_b64decode(padded))
        return str(int(inside["id"]))
    except (binascii.Error, msgspec.MsgspecError, LookupError, TypeError, ValueError) as error:
        raise ValueError(f"the community id {community_id[:60]!r} holds no group id") from error


def space_of(found: Found) -> Space:
    """The space of a group; what REST and Graph both know, REST tells with more words."""
    space = Space(key=found.key, kind="group", title=found.title)
    if found.community:
        space.description = plain(found.community.description)
        _openness(space, found.community.privacy, listed=True)
        space.extra = {"community_id": found.community.id, "group_id": found.directory_id}
    if found.directory and found.directory.created_date_time:
        space.created_at = moment(found.directory.created_date_time)
    if found.rest:
        _from_rest(space, found.rest)
    return space


def _from_rest(space: Space, group: Group) -> None:
    space.description = plain(group.description)
    listed = group.show_in_directory is None or flag(group.show_in_directory)
    _openness(space, group.privacy, listed=listed)
    space.created_at = moment(group.created_at) or UNSET
    space.url = plain(group.web_url)
    if group.stats:
        space.native_member_count = group.stats.members
        space.native_post_count = group.stats.updates


def _openness(space: Space, privacy: str | None, *, listed: bool) -> None:
    if privacy is None:
        return
    public = privacy.strip().lower() == "public"
    space.open_membership = public
    space.visibility = "public" if public else "members" if listed else "secret"
