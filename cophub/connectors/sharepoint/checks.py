"""What a source may read, with the exact consent where it may not, and what there is to sync."""

from collections.abc import Callable, Iterator
from typing import Literal

from cophub import AuthError, ConfigError, Context, CophubError, Space, Verdict
from cophub.connectors.microsoft.consent import (
    CONCEALED_NAMES,
    GROUP_MEMBERS,
    REPORTS,
    SHAREPOINT_SELECTED,
    SHAREPOINT_SITES,
    SITES,
    USERS,
    Permission,
)
from cophub.connectors.microsoft.directory import group_members
from cophub.connectors.microsoft.graph import graph_get, graph_pages
from cophub.connectors.microsoft.hosts import tenant_of
from cophub.connectors.microsoft.reports import Concealed, report_rows
from cophub.connectors.sharepoint.client import NotThere, graph_client, rest_json, signed
from cophub.connectors.sharepoint.columns import resolved
from cophub.connectors.sharepoint.expansion import group_of
from cophub.connectors.sharepoint.lists import list_spaces
from cophub.connectors.sharepoint.mapping import mapping_of
from cophub.connectors.sharepoint.settings import Settings
from cophub.connectors.sharepoint.sites import (
    ListRef,
    SiteRef,
    extra_of,
    lists_of,
    site_at,
    sites_of,
    space_of,
)
from cophub.connectors.sharepoint.usage import REPORT

Ctx = Context[Settings]
State = Literal["ok", "warning", "failed"]

STREAMS = (
    ("documents", 101, "document library", "document libraries"),
    ("pages", 119, "library of pages", "libraries of pages"),
    ("discussions", 108, "discussion board", "discussion boards"),
    ("events", 106, "calendar", "calendars"),
)
"""Streams that read lists of one template, and what one and several of those are."""
POSTS = (119, 108)
"""Lists whose rows are posts: pages and messages."""
GRAPH_ALONE = (
    "SharePoint itself refuses a client_secret: groups of sites, comments and likes, numbers of"
    " rows, sites of a hub and uploads are left out"
)
CERTIFICATE = (
    "make a certificate, upload its public half to the app registration (Certificates & secrets),"
    " and set certificate in place of client_secret"
)
SELECTED = (
    f"or, with {SHAREPOINT_SELECTED}, POST https://graph.microsoft.com/v1.0/sites/SITE-ID/"
    "permissions with the role read for this app, site by site"
)


def check(ctx: Ctx) -> Iterator[Verdict]:
    """A verdict for the sign-in, each site that is named, each stream and each permission."""
    verdict = _sign_in(ctx)
    yield verdict
    if verdict.state == "failed":
        return
    if ctx.settings.by_graph:
        yield Verdict("client_secret", "warning", GRAPH_ALONE, CERTIFICATE)
    readable = []
    for url in (ctx.settings.site_url, *ctx.settings.sites):
        verdict = _site(ctx, url)
        yield verdict
        if verdict.state == "ok":
            readable.append(site_at(ctx, url))
    if ctx.settings.hub or ctx.settings.search:
        yield _found(ctx)
    if readable:
        yield from _lists(ctx, readable)
        yield from _people(ctx, readable[0])
        yield from _usage(ctx, readable[0])


def _sign_in(ctx: Ctx) -> Verdict:
    """Whether Microsoft knows the app: for SharePoint by its certificate, else for Graph."""
    graph = ctx.settings.by_graph
    resource = "https://graph.microsoft.com" if graph else tenant_of(ctx.settings.site_url)
    try:
        signed(ctx, resource).token()
    except CophubError as error:
        words, _, fix = str(error).partition("; ")
        return Verdict("sign-in", "failed", words, fix or "correct the app's credentials")
    by = "client_secret" if graph else "certificate"
    return Verdict("sign-in", "ok", f"Microsoft takes the app's {by}")


def _needed(ctx: Ctx) -> Permission:
    return SITES if ctx.settings.by_graph else SHAREPOINT_SITES


def _site(ctx: Ctx, url: str) -> Verdict:
    """Whether one site may be read."""
    needs = _needed(ctx)
    try:
        site = site_at(ctx, url)
        lists_of(ctx, site)
    except AuthError as error:
        return Verdict(f"site {url}", "failed", str(error), f"{needs.fix}; {SELECTED}")
    except CophubError as error:
        return Verdict(f"site {url}", "failed", str(error), "correct the address, or try again")
    return Verdict(f"site {url}", "ok", f"{needs}: {site.title} can be read")


def _found(ctx: Ctx) -> Verdict:
    """What the hub or the search brings."""
    try:
        found = sites_of(ctx)
    except CophubError as error:
        where = f"correct hub, search or sites under [sources.{ctx.source}.settings]"
        return Verdict("sites", "failed", str(error), where)
    names = ", ".join(site.title for site in found[:10]) + (" ..." if len(found) > 10 else "")
    return Verdict("sites", "ok", f"{len(found)} sites: {names}")


# --- Streams that read lists ---


def _lists(ctx: Ctx, sites: list[SiteRef]) -> Iterator[Verdict]:
    """What the streams of lists will find, and whether the mapped lists are as mapped."""
    every = [of for site in sites for of in lists_of(ctx, site) if not of.hidden]
    yield _mapped(ctx, every)
    for stream, template, one, many in STREAMS:
        yield _readable(ctx, stream, (one, many), [of for of in every if of.template == template])


def _mapped(ctx: Ctx, every: list[ListRef]) -> Verdict:
    taken = [(of, mapping) for of in every if (mapping := mapping_of(ctx, of))]
    titles = {of.title.strip().casefold() for of, _ in taken}
    missing = [name for name in ctx.settings.lists if name.strip().casefold() not in titles]
    fix = f"correct lists under [sources.{ctx.source}.settings] in plugins.toml"
    if missing and not (ctx.settings.hub or ctx.settings.search):
        there = ", ".join(sorted({of.title for of in every}))
        return Verdict("lists", "failed", f'no list "{missing[0]}"; there are {there}', fix)
    try:
        for of, mapping in taken:
            resolved(ctx, of, mapping.columns)
    except ConfigError as error:
        return Verdict("lists", "failed", str(error), fix)
    except CophubError as error:
        return Verdict("lists", "failed", str(error), _needed(ctx).fix)
    return Verdict("lists", "ok", f"{len(every)} lists, {len(taken)} of them mapped")


def _readable(ctx: Ctx, stream: str, words: tuple[str, str], found: list[ListRef]) -> Verdict:
    """Whether a row of the first of these lists can be read, and how many rows there are."""
    if not found:
        return Verdict(stream, "ok", f"no {words[1]}")
    counted = f"{len(found)} {words[len(found) > 1]}"
    try:
        if not ctx.settings.by_graph:
            path = f"web/lists(guid'{found[0].id}')/items"
            rest_json(ctx, found[0].site.url, path, {"$select": "Id", "$top": 1})
    except CophubError as error:
        return Verdict(stream, "failed", str(error), _needed(ctx).fix)
    counts = [of.item_count for of in found if of.item_count is not None]
    rows = f" with {sum(counts)} rows" if counts else ""
    if stream in ("pages", "discussions") and ctx.settings.by_graph:
        said = f"{counted}; Microsoft Graph shows no comments and no dated likes"
        return Verdict(stream, "warning", said, CERTIFICATE)
    return Verdict(stream, "ok", f"{counted}{rows}")


# --- People and usage, which take Microsoft Graph ---


def _people(ctx: Ctx, site: SiteRef) -> Iterator[Verdict]:
    """The people of a site, and of the directory groups that are in its groups."""
    if not ctx.settings.by_graph:
        yield _tried("members", SHAREPOINT_SITES, lambda: _site_groups(ctx, site))
    yield _tried("directory groups", GROUP_MEMBERS, lambda: _group(ctx, site))
    yield _tried("directory users", USERS, lambda: _users(ctx))


def _site_groups(ctx: Ctx, site: SiteRef) -> str:
    found = rest_json(ctx, site.url, "web/sitegroups", {"$select": "Id"})
    groups = found.get("value") or found.get("results") or []
    return f"{len(groups)} groups of {site.title}"


def _group(ctx: Ctx, site: SiteRef) -> str:
    guid = site.group_id or (group_of(ctx, site.graph_id) if ctx.settings.by_graph else None)
    path = f"groups/{guid}/members" if guid else "groups"
    next(iter(graph_pages(graph_client(ctx), path, {"$select": "id", "$top": "1"},
                          needs=GROUP_MEMBERS)))  # fmt: skip
    return f"the group of {site.title}" if guid else "groups of the directory are listed"


def _users(ctx: Ctx) -> str:
    params = {"$select": "id,displayName", "$top": "1"}
    next(iter(graph_pages(graph_client(ctx), "users", params, needs=USERS)))
    return "who is still in the directory is known"


def _usage(ctx: Ctx, site: SiteRef) -> Iterator[Verdict]:
    """Counts of a site, and the tenant's report."""
    yield _tried("usage", SITES, lambda: _visits(ctx, site))
    yield _tried("usage report", REPORTS, lambda: _report(ctx), optional=True)


def _visits(ctx: Ctx, site: SiteRef) -> str:
    path = f"sites/{site.graph_id}/analytics/allTime"
    graph_get(graph_client(ctx), path, needs=SITES)
    return f"visits of {site.title} are counted"


def _report(ctx: Ctx) -> str:
    rows = report_rows(ctx, graph_client(ctx), REPORT)
    return f"storage and page views of {sum(1 for _ in rows)} sites"


def _tried(
    subject: str, needs: Permission, call: Callable[[], str], *, optional: bool = False
) -> Verdict:
    """Whether a call is answered; where it is refused, what an administrator must grant."""
    state: State = "warning" if optional or needs.optional else "failed"
    try:
        return Verdict(subject, "ok", f"{needs}: {call()}")
    except Concealed as error:
        return Verdict(subject, "warning", str(error), CONCEALED_NAMES)
    except AuthError:
        return Verdict(subject, state, f"{needs} is not granted: no {needs.why}", needs.fix)
    except CophubError as error:
        return Verdict(subject, state, str(error), "try again; Microsoft did not answer")


# --- Discovery ---


def discover(ctx: Ctx) -> Iterator[Space]:
    """Each site with its members and rows, then each list of members that is a space by itself."""
    for site in sites_of(ctx):
        space = space_of(site)
        counts: dict[str, int] = {}
        for of in lists_of(ctx, site):
            if not of.hidden and of.item_count is not None:
                counts[of.title] = of.item_count
        space.extra = {**extra_of(site), "lists": counts} if counts else extra_of(site)
        if counts:
            space.native_post_count = sum(
                of.item_count or 0 for of in lists_of(ctx, site) if of.template in POSTS
            )
        members = _member_count(ctx, site)
        if members is not None:
            space.native_member_count = members
        yield space
        yield from list_spaces(ctx, site)


def _member_count(ctx: Ctx, site: SiteRef) -> int | None:
    """How many are in the site's own Microsoft 365 group; None where there is none to be asked."""
    try:
        guid = site.group_id or (group_of(ctx, site.graph_id) if ctx.settings.by_graph else None)
        if guid is None:
            return None
        pages = group_members(graph_client(ctx), guid)
        return sum(len(page.value) for page in pages)
    except (AuthError, NotThere) as error:
        ctx.log.info("the members of %s are not counted: %s", site.url, error)
        return None
