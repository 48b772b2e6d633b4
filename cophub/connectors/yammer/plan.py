"""What a run would ask, and how long that takes at the vendor's pace.

The groups are listed for it, as a run does first; private ones that were never read are tried, up
to ten, for a closed group costs one request and an open one many. All else follows from the counts
of the groups and from the cursor.
"""

from collections.abc import Iterator, Mapping
from math import ceil

from cophub import AuthError, Context, Estimate
from cophub.connectors.yammer.client import (
    GROUPS_A_PAGE,
    MESSAGES_A_PAGE,
    NotAllowed,
    NotThere,
    rest,
)
from cophub.connectors.yammer.cursor import HOUR, Cursor, Place
from cophub.connectors.yammer.export import windows_left
from cophub.connectors.yammer.groups import Found, chosen, sees_groups
from cophub.connectors.yammer.messages import new_messages
from cophub.connectors.yammer.rereading import DAY, deepest, due
from cophub.connectors.yammer.settings import Settings
from cophub.connectors.yammer.usage import DAYS, Progress

Ctx = Context[Settings]
MESSAGES_SECONDS = 30.25
"""What ten requests for messages take; a little more than the vendor's window, as the pace is."""
OTHERS_SECONDS = 10.2
"""What ten other requests take."""
TRIED = 10
"""Private groups that are tried for whether they can be read."""
LEFT_OUT = 1.1
"""What reading a thread by itself costs beside reading it in the feed, over a whole group: pages
of threads of which the feed leaves answers out are not full."""
PEOPLE_A_PAGE = 50
ANSWERS_A_THREAD = 4
"""How many new answers a busy thread has, when it has any."""


def estimate(ctx: Ctx, cursors: Mapping[str, str | None]) -> Iterator[Estimate]:
    """Requests, rows and seconds of a run from these cursors, a stream each.

    `seconds` is what the vendor's pace allows for the stream by itself; streams run one after the
    other. Raises what listing the groups raises.
    """
    if sees_groups(ctx.settings):
        before = ctx.transport.traffic.requests
        found = chosen(ctx)
        # All other streams of a run use the same listing, so it is counted once, here.
        listing = ctx.transport.traffic.requests - before
        yield Estimate("groups", listing, len(found), seconds=paced(listing, OTHERS_SECONDS))
        yield _members(ctx, found, cursors.get("members"))
        if "rest" in ctx.settings.ways:
            yield _messages(ctx, found, cursors.get("messages"))
        yield _usage(ctx, cursors.get("usage"))
    if "export" in ctx.settings.ways:
        yield _history(ctx, cursors.get("history"))


def paced(requests: float, seconds: float) -> float:
    """Seconds that so many requests take where ten are let through in `seconds`."""
    return max(0, ceil(requests / 10) - 1) * seconds


def _messages(ctx: Ctx, found: list[Found], since: str | None) -> Estimate:
    cursor, now = Cursor(since), int(ctx.now.timestamp())
    requests, rows, tried, unsure = 0.0, 0, 0, 0
    for group in found:
        place = cursor.place(group.key)
        if place.refused and now - place.refused < DAY:
            continue
        if not place.seen and place.walk is None and _private(group):
            if tried < TRIED:
                tried += 1
                if not _opens(ctx, group):
                    requests += 1
                    continue
            else:
                unsure += 1
        calls, messages = _group(group, place, now, ctx.settings.reread_days)
        requests, rows = requests + calls, rows + messages
    note = (
        f"{unsure} private groups were not tried; a closed one costs one request" if unsure else ""
    )
    seconds = paced(requests, MESSAGES_SECONDS)
    return Estimate("messages", ceil(requests), rows, note, seconds)


def _group(found: Found, place: Place, now: int, reread_days: int) -> tuple[float, int]:
    """Calls and messages of one group."""
    new = new_messages(found, place)
    walk = place.walk
    if walk is not None and not walk.floor:
        left = max(0, new - walk.count)
        return LEFT_OUT * left / MESSAGES_A_PAGE + 1, left
    if not place.seen:
        if not new:
            return 0.0, 0
        return LEFT_OUT * new / MESSAGES_A_PAGE + 1.5, new
    again = due(place, place.until or now, reread_days)
    if not new and not again:
        return 0.0, 0
    _, calls = deepest(place, again, new)
    return calls + _answered(place, new), new + sum(place.threads[id].size for id in again)


def _answered(place: Place, new: int) -> float:
    """Calls for threads that must be read whole, because answers to them are out of sight.

    New messages are spread over threads as those of the last weeks were: some go to busy threads
    that were written in of late, each of which is read again, and some to busy threads to come, of
    which the pages are not full.
    """
    known = place.threads.values()
    hidden = [one for one in known if one.hidden]
    share = sum(one.size for one in hidden) / max(1, sum(one.size for one in known))
    lively = sum(one.last * HOUR > place.at - 2 * DAY for one in hidden)
    return min(share * new / ANSWERS_A_THREAD, lively) + share * new / MESSAGES_A_PAGE / 2


def _private(found: Found) -> bool:
    return found.rest is not None and (found.rest.privacy or "").lower() == "private"


def _opens(ctx: Ctx, found: Found) -> bool:
    try:
        rest(ctx).in_group(found.key)
    except (NotAllowed, NotThere, AuthError):
        return False
    return True


def _members(ctx: Ctx, found: list[Found], since: str | None) -> Estimate:
    """By Graph two calls per community at first, later one for fifty; by REST 50 people a call."""
    native = [one for one in found if one.directory_id and "graph" in ctx.settings.ways]
    others = [one for one in found if one not in native]
    listed = list(others)
    graph = ceil(len(native) / GROUPS_A_PAGE)
    if since is None:
        graph += 2 * len(native)
        listed += native if "rest" in ctx.settings.ways else []
    calls = sum(_count(one) // PEOPLE_A_PAGE + 1 for one in listed)
    rows = sum(map(_count, found)) if since is None else None
    return Estimate("members", graph + calls, rows, seconds=paced(calls, OTHERS_SECONDS))


def _count(found: Found) -> int:
    stats = found.rest.stats if found.rest else None
    return (stats.members if stats else None) or 0


def _usage(ctx: Ctx, since: str | None) -> Estimate:
    if "graph" not in ctx.settings.ways:
        return Estimate("usage", 0, None, "the counts come with the groups", 0.0)
    day = Progress.read(since).day
    days = DAYS if day is None else min(DAYS, max(0, (ctx.now.date() - day).days - 2))
    note = (
        "two calls per day of the activity report, and one per network role; where the tenant"
        " conceals names in reports, hardly any"
    )
    return Estimate("usage", 2 * (days + 1) + 6, None, note, 30.0 * (days > 0))


def _history(ctx: Ctx, since: str | None) -> Estimate:
    if ctx.settings.export_path is not None:
        return Estimate("history", 0, None, "from files", 0.0)
    windows = windows_left(ctx, since)
    note = "exports; how long the vendor takes to make one is not known beforehand"
    return Estimate("history", windows, None, note, paced(windows, OTHERS_SECONDS))
