"""What a run would ask of SharePoint and of Microsoft Graph, before it is started.

Sites, lists and change logs are asked for, as a run does first; the number of rows of each list
comes with it. What streams share is counted with the first of them that asks for it. Microsoft
Graph does not tell how many rows a list has: there a list counts as one page of a thousand.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from math import ceil
from typing import TypeVar

import httpx

from cophub import AuthError, Context, CophubError, Estimate, Json
from cophub.connectors.microsoft.directory import claim_group
from cophub.connectors.microsoft.graph import GraphPage, graph_pages
from cophub.connectors.sharepoint.changes import DELETE, ChangeLog, TokenExpired, changes_since
from cophub.connectors.sharepoint.client import graph_client, rest_json
from cophub.connectors.sharepoint.columns import resolved
from cophub.connectors.sharepoint.cursor import Cursor, ListState, SiteState
from cophub.connectors.sharepoint.discussions import BOARD, like_counts, likes_due
from cophub.connectors.sharepoint.discussions import Position as Liked
from cophub.connectors.sharepoint.documents import SYSTEM
from cophub.connectors.sharepoint.events import CALENDAR, FIELDS
from cophub.connectors.sharepoint.events import Position as Calendars
from cophub.connectors.sharepoint.expansion import MOST_IDS
from cophub.connectors.sharepoint.following import moves_a_folder
from cophub.connectors.sharepoint.joins import concerns_people
from cophub.connectors.sharepoint.mapping import mapping_of
from cophub.connectors.sharepoint.members import Marks
from cophub.connectors.sharepoint.pages import SITE_PAGES, is_due, page_counts
from cophub.connectors.sharepoint.pages import Position as Heard
from cophub.connectors.sharepoint.people import USER, is_everyone
from cophub.connectors.sharepoint.reading import (
    LIBRARY,
    LONGEST_QUERY,
    PAGE,
    batches,
    encoded,
    selection,
)
from cophub.connectors.sharepoint.rows import ListRef, Plan
from cophub.connectors.sharepoint.settings import Settings
from cophub.connectors.sharepoint.sites import SiteRef, lists_of, sites_of

Ctx = Context[Settings]
T = TypeVar("T")

UNITS_A_MINUTE = 1_250
"""Resource units that the smallest tenants have; a request counts as two, most of them."""
UNITS = 2
ASSOCIATED = 3
"""Requests for the groups of owners, members and visitors of a site."""
USAGE_OF_A_SITE = 3
REPORT = 2


@dataclass
class Cost:
    """What one stream is expected to ask for."""

    requests: int = 0
    rows: int = 0

    def estimate(self, stream: str, note: str = "") -> Estimate:
        """As it is shown; time is told where the vendor's pace counts."""
        units = self.requests * UNITS
        seconds = units / UNITS_A_MINUTE * 60 if units > UNITS_A_MINUTE else None
        return Estimate(stream, self.requests, self.rows, note, seconds)


def estimate(ctx: Ctx, cursors: Mapping[str, str | None]) -> Iterator[Estimate]:
    """Requests, rows and seconds of a run from these cursors, a stream each.

    Raises what listing the sites and their lists raises.
    """
    found, asked = _counted(ctx, lambda: sites_of(ctx))
    run = _Run(ctx, found)
    lists = run.listing()
    mapped = bool(ctx.settings.lists)
    first = Cost(asked + (lists if mapped else 0), len(found))
    yield first.estimate("sites")
    yield run.members(cursors.get("members")).estimate("members")
    cost = run.lists("lists", cursors.get("lists"))
    cost.requests += 0 if mapped else lists
    note = "Microsoft Graph does not tell how long lists are" if ctx.settings.by_graph else ""
    yield cost.estimate("lists", note)
    yield run.lists("documents", cursors.get("documents")).estimate("documents", note)
    yield run.pages(cursors.get("pages")).estimate("pages", note)
    yield run.discussions(cursors.get("discussions")).estimate("discussions", note)
    yield run.events(cursors.get("events")).estimate("events", note)
    yield run.usage().estimate("usage")


def _counted(ctx: Ctx, call: Callable[[], T]) -> tuple[T, int]:
    """What a call gives, and how many requests it took."""
    before = ctx.transport.traffic.requests
    found = call()
    return found, ctx.transport.traffic.requests - before


def _plan(of: ListRef, fields: tuple[str, ...] = (), *, files: bool = False) -> Plan:
    """A plan that asks for as much as the stream's own."""
    nested = files and of.template == LIBRARY
    return Plan(lambda _: (), lambda _: (), lambda _: (), fields, files=files, nested=nested)


class _Run:
    """The run that is to come: what it has asked for already, as far as streams share it."""

    def __init__(self, ctx: Ctx, sites: list[SiteRef]) -> None:
        self._ctx, self._sites = ctx, sites
        self._known: set[str] = set()
        self._signed_in = ctx.settings.by_graph
        self._touched: set[str] = set()
        """Lists of which rows will be read."""
        self._logs: dict[tuple[str, str], ChangeLog | None] = {}
        self.extra = 0

    def listing(self) -> int:
        """Requests for the lists of all sites."""
        return sum(_counted(self._ctx, lambda s=site: lists_of(self._ctx, s))[1]  # type: ignore[misc]
                   for site in self._sites)  # fmt: skip

    def _once(self, what: str, requests: int = 1) -> int:
        """What is asked for once a run, by whoever comes first."""
        if what in self._known:
            return 0
        self._known.add(what)
        return requests

    def _graph(self) -> int:
        """The sign-in to Microsoft Graph."""
        if self._signed_in:
            return 0
        self._signed_in = True
        return 1

    # People

    def members(self, cursor: str | None) -> Cost:
        """Users, groups and who is in them, of each site of which something may have changed."""
        marks, cost = Marks.read(cursor), Cost()
        for site in self._sites:
            if self._ctx.settings.by_graph:
                cost.requests += 3
                continue
            mark = marks.sites.get(site.key)
            log, asked = self._log(site, mark.token) if mark and mark.token else (None, 0)
            cost.requests += asked
            if mark and mark.quiet and log and not concerns_people(log.rows):
                continue
            cost.requests += self._people(site, cost) + (0 if log else 1)
        return cost

    def _people(self, site: SiteRef, cost: Cost) -> int:
        """Requests for the users of a site, its groups, and the directory groups in them."""
        select = "Id,Title,Users/Id,Users/LoginName,Users/PrincipalType"
        found = rest_json(self._ctx, site.url, "web/sitegroups",
                          {"$select": select, "$expand": "Users"})  # fmt: skip
        groups = found.get("value") or found.get("results") or []
        users = [user for group in groups for user in _listed(group.get("Users"))]
        logins = {str(user.get("LoginName")) for user in users}
        claims = {claim_group(login) for login in logins if not is_everyone(login)} - {None}
        direct = {user["Id"] for user in users if user.get("PrincipalType") == USER}
        cost.rows += len(direct)
        asked = self._directory(site) + 1 + ASSOCIATED + len(groups)
        asked += sum(self._once(f"group:{claim}") for claim in claims)
        # Only those who are in no directory group are looked up; a team site's people are in its.
        looked_up = 0 if site.group_id else ceil(len(direct) / MOST_IDS)
        return asked + looked_up + (self._graph() if claims or looked_up else 0)

    def _directory(self, site: SiteRef) -> int:
        """The users of a site, whoever needs them first."""
        return self._once(f"users:{site.site_id}")

    # Rows

    def _log(self, site: SiteRef, token: str) -> tuple[ChangeLog | None, int]:
        """The change log since a token, or None where it no longer reaches back; and its cost."""
        key = (site.site_id, token)
        if key in self._logs:
            return self._logs[key], 0
        before = self._ctx.transport.traffic.requests
        try:
            log: ChangeLog | None = changes_since(self._ctx, site, token)
        except (TokenExpired, AuthError):
            log = None
        self._logs[key] = log
        return log, self._ctx.transport.traffic.requests - before

    def _wanted(self, stream: str, of: ListRef) -> Plan | None:
        """What a stream wants of a list."""
        mapping = mapping_of(self._ctx, of)
        if stream == "lists":
            if mapping is None:
                return None
            columns = resolved(self._ctx, of, mapping.columns).values()
            return _plan(of, tuple(one.name for one in columns))
        if of.template == SITE_PAGES and stream == "pages":
            return _plan(of, ("*",), files=True)
        if of.template == BOARD and stream == "discussions":
            return _plan(of, ("*", "ParentItemID", "ParentFolderId", "ItemChildCount"))
        if of.hidden or mapping:
            return None
        if of.template == CALENDAR and stream == "events":
            return _plan(of, FIELDS)
        folder = of.root_url.rpartition("/")[2].lower()
        if of.template == LIBRARY and stream == "documents" and folder not in SYSTEM:
            return _plan(of, files=True)
        return None

    def lists(self, stream: str, cursor: str | None) -> Cost:
        """The rows of all lists that a stream follows."""
        known, cost = Cursor.read(cursor), Cost()
        for site in self._sites:
            found: list[tuple[ListRef, Plan]] = []
            for of in lists_of(self._ctx, site):
                plan, asked = _counted(self._ctx, lambda o=of: self._wanted(stream, o))  # type: ignore[misc]
                cost.requests += asked
                if plan is not None:
                    found.append((of, plan))
            state = known.sites.get(site.key) or SiteState()
            if self._ctx.settings.by_graph:
                cost.requests += len(found)
                continue
            before = cost.rows
            self._site(site, state, found, cost)
            cost.requests += self._directory(site) if cost.rows > before else 0
        return cost

    def _site(
        self, site: SiteRef, state: SiteState, found: list[tuple[ListRef, Plan]], cost: Cost
    ) -> None:
        states = {of.id: state.lists.get(of.id) or ListState() for of, _ in found}
        log: ChangeLog | None = None
        if state.token and any(one.done or one.at for one in states.values()):
            log, asked = self._log(site, state.token)
            cost.requests += asked
        for of, plan in found:
            one = states[of.id]
            begun = one.done or one.at > 0
            whole = one.anew or not begun or log is None
            if log is not None and begun and not one.anew:
                whole = self._changes(of, plan, one, log, cost)
            if whole or not one.done:
                rows = max(0, (of.item_count or 0) - (0 if whole else one.at))
                self._rows(of, max(1, ceil(rows / PAGE)), rows, cost)

    def _changes(
        self, of: ListRef, plan: Plan, state: ListState, log: ChangeLog, cost: Cost
    ) -> bool:
        """Count the rows that the log names; True where the list is read anew for it."""
        mine = [r for r in log.rows if r.get("ItemId") and str(r.get("ListId")).lower() == of.id]
        if plan.nested and any(moves_a_folder(row) for row in mine):
            return True
        last = {int(row["ItemId"]): int(row["ChangeType"]) for row in mine}
        ids = sorted(item for item, kind in last.items()
                     if kind != DELETE and (state.done or item <= state.at))  # fmt: skip
        room = max(200, LONGEST_QUERY - len(encoded(selection(plan))))
        self._rows(of, len(batches(ids, room)) if ids else 0, len(ids), cost)
        return False

    def _rows(self, of: ListRef, requests: int, rows: int, cost: Cost) -> None:
        cost.requests += requests
        cost.rows += rows
        if rows:
            self._touched.add(of.id)

    # Streams that ask for more than rows

    def pages(self, cursor: str | None) -> Cost:
        """Rows of pages, the listing of their counts, and what is said under those that changed."""
        heard = Heard.read(cursor)
        cost = self.lists("pages", heard.lists)
        if self._ctx.settings.by_graph:
            for site in self._sites:
                texts = self._texts(site, heard.lists)
                cost.requests += texts + (self._directory(site) if texts else 0)
            return cost
        today = self._ctx.now.date().toordinal()
        for site in self._sites:
            ours = [of for of in lists_of(self._ctx, site) if of.template == SITE_PAGES]
            (found, _), asked = _counted(self._ctx, lambda s=site: page_counts(self._ctx, s))  # type: ignore[misc]
            cost.requests += asked
            said = 0
            for one in found:
                list_id = (one.list_id or (ours[0].id if len(ours) == 1 else "")).lower()
                if is_due(one, heard.heard.get(f"{list_id}:{one.id}"), today):
                    said += (one.comment_count > 0) + (one.like_count > 0)
            cost.requests += said + self._directory(site)
        return cost

    def _texts(self, site: SiteRef, cursor: str | None) -> int:
        """Requests for the texts of pages by Microsoft Graph, where any page changed."""
        state = Cursor.read(cursor).sites.get(site.key) or SiteState()
        client = graph_client(self._ctx)
        try:
            links = [one.delta for one in state.lists.values() if one.delta]
            if links and not any(_changed(client, link) for link in links):
                return 0
            path = f"sites/{site.graph_id}/pages/microsoft.graph.sitePage"
            return sum(1 for _ in graph_pages(client, path, {"$select": "id"}))
        except CophubError:
            return 1

    def discussions(self, cursor: str | None) -> Cost:
        """Rows of boards, the counts of their likes, and who likes those that changed."""
        liked = Liked.read(cursor)
        cost = self.lists("discussions", liked.lists)
        if self._ctx.settings.by_graph:
            return cost
        today = self._ctx.now.date().toordinal()
        for site in self._sites:
            for of in lists_of(self._ctx, site):
                if of.template != BOARD:
                    continue
                before = liked.liked.get(of.id)
                if not likes_due(before, today, changed=of.id in self._touched):
                    continue
                now, asked = _counted(self._ctx, lambda o=of: like_counts(self._ctx, o))  # type: ignore[misc]
                known = before.counts if before else {}
                who = [one for one, count in (now or {}).items() if count != known.get(one)]
                cost.requests += asked + len(who) + self._directory(site)
        return cost

    def events(self, cursor: str | None) -> Cost:
        """Rows of calendars, and the time zone of each site that has any."""
        cost = self.lists("events", Calendars.read(cursor).lists)
        if not self._ctx.settings.by_graph:
            for site in self._sites:
                lists = [of for of in lists_of(self._ctx, site) if of.template == CALENDAR]
                if any(of.id in self._touched for of in lists):
                    cost.requests += self._once(f"zone:{site.key}")
        return cost

    def usage(self) -> Cost:
        """Three counts of each site, and the tenant's report."""
        requests = self._graph() + USAGE_OF_A_SITE * len(self._sites) + REPORT
        return Cost(requests, len(self._sites))


def _changed(client: httpx.Client, link: str) -> bool:
    """Whether a delta link of Microsoft Graph leads to anything."""
    pages: Iterator[GraphPage[Json]] = graph_pages(client, link)
    return any(page.value for page in pages)


def _listed(found: object) -> list[dict[str, object]]:
    """A collection, which one format hides in `results`."""
    rows = found.get("results") if isinstance(found, dict) else found
    return list(rows) if isinstance(rows, list) else []
