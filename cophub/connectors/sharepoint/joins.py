"""When somebody was added to a site's groups, as far as the change log of the site still tells.

It is the only dated trace of a join: it reaches 60 days back and is quiet about directory groups.
A date is taken only where it is that of the join. Whoever was in another group of the site before,
or was removed and came again, joined at a time that nobody tells any more.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Set
from datetime import UTC, datetime, timedelta
from typing import Any

from cophub import Context, Json, Reject
from cophub.connectors.instants import instant as iso_instant
from cophub.connectors.sharepoint.changes import FETCH_LIMIT, further, is_change, may_have_more
from cophub.connectors.sharepoint.client import answer, ask_by_post, said
from cophub.connectors.sharepoint.settings import Settings
from cophub.connectors.sharepoint.sites import SiteRef
from cophub.http import reject

ADD, MEMBER_ADD, MEMBER_DELETE = 1, 13, 14
TOGETHER = timedelta(minutes=5)
"""A user who is new on a site, and a group that was given somebody so soon, belong together."""


def whole_log(ctx: Context[Settings], site: SiteRef) -> tuple[list[Json], list[Reject]]:
    """What the change log still knows of the users and groups of a site, oldest first; bad rows.

    Nothing when the site refuses it: then nobody's join is dated. Raises SourceUnavailable when it
    did not answer: the dates would be missing for good.
    """
    kinds = ("User", "Group", "Add", "GroupMembershipAdd", "GroupMembershipDelete")
    query: dict[str, Any] = {**dict.fromkeys(kinds, True), "FetchLimit": FETCH_LIMIT}
    rows: list[Json] = []
    rejects: list[Reject] = []
    while True:
        response = ask_by_post(ctx, site.url, "site/getChanges", {"query": query})
        if 400 <= response.status_code < 500:
            why = said(response.content) or response.status_code
            ctx.log.info("joins of %s are not dated: %s", site.url, why)
            return [], []
        try:
            found = answer(response, site.url)["value"]
            for row in found:
                if is_change(row):
                    rows.append(row)
                else:
                    rejects.append(reject(row, ValueError("it is no change"), "membership"))
            if not may_have_more(found):
                return rows, rejects
            at = query.get("ChangeTokenStart", {}).get("StringValue")
            last = further(site, at, found[-1]["ChangeToken"]["StringValue"])
            query["ChangeTokenStart"] = {"StringValue": last}
        except (LookupError, TypeError) as error:
            ctx.log.info("joins of %s are not dated: %s", site.url, error)
            return [], rejects


def concerns_people(rows: Iterable[Json]) -> bool:
    """Whether a change log holds a change of users, groups or who is in them."""
    return any(row.get("GroupId") or row.get("UserId") for row in rows)


def joins(rows: Iterable[Json], groups: Mapping[int, Set[int]]) -> dict[int, datetime]:
    """When site users joined, by user id; only those of whom the log tells the first day.

    `rows` are changes oldest first; `groups` are the user ids of each site group today. A change
    of a group's members names the user or, as the service's metadata has it, the group alone: then
    it is that of a user who was new on the site in those minutes.
    """
    added: dict[int, dict[int, datetime]] = defaultdict(dict)
    before: set[int] = set()
    arrived: dict[int, datetime] = {}
    unnamed: list[tuple[int, datetime]] = []
    for row in rows:
        user, group, at = row.get("UserId"), row.get("GroupId"), instant(row.get("Time"))
        kind = row.get("ChangeType")
        if at is None:
            continue
        if kind == ADD and user and not group:
            arrived.setdefault(user, at)
        elif kind == MEMBER_DELETE and user and user not in added:
            before.add(user)
        elif kind == MEMBER_ADD and user:
            added[user].setdefault(group or 0, at)
        elif kind == MEMBER_ADD and group:
            unnamed.append((group, at))
    for group, at in unnamed:
        for user in groups.get(group, ()):
            if user in arrived and abs(arrived[user] - at) <= TOGETHER:
                added[user].setdefault(group, at)
    return {
        user: min(times.values())
        for user, times in added.items()
        if user not in before and _explains(times, {g for g, ids in groups.items() if user in ids})
    }


def _explains(times: Mapping[int, datetime], held: Set[int]) -> bool:
    """Whether these additions account for every group that somebody is in."""
    missing = len(held - times.keys())
    return bool(held) and missing <= (1 if 0 in times else 0)


def instant(text: Any) -> datetime | None:
    """An instant of SharePoint's, in UTC; one without a zone is in UTC. None for none."""
    try:
        return iso_instant(text, naive=UTC) if isinstance(text, str) else None
    except ValueError:
        return None
