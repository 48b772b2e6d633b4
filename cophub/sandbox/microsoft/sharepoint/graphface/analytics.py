"""How sites, pages and files are used; by the day only for the last 90 days."""

from collections.abc import Callable
from datetime import UTC, datetime

from cophub.sandbox.microsoft.graph.odata import Row, context
from cophub.sandbox.microsoft.refusals import Refusal
from cophub.sandbox.microsoft.routes import Call, Reply, route
from cophub.sandbox.microsoft.sharepoint.graphface.common import READ, item_of, list_of, site_of
from cophub.sandbox.microsoft.sharepoint.traffic import acts_by_day, item_visits, visits
from cophub.sandbox.timeline import moment
from cophub.sandbox.world import DAY

WINDOW = 90
Visits = Callable[[int], tuple[int, int]]


def _stat(actions: int, actors: int) -> Row:
    return {"actionCount": actions, "actorCount": actors}


def _sum(ask: Visits, start: int, end: int) -> Row:
    """Visits of whole days; who came on several days is counted once, more or less."""
    found = [ask(day) for day in range(start // DAY, end // DAY)]
    actions = sum(one for one, _ in found)
    actors = max((two for _, two in found), default=0) + len(found) // 30
    return {"access": _stat(actions, min(actors, actions))}


def _both(ask: Visits, made: int, now: int) -> Row:
    return {"allTime": _sum(ask, made, now), "lastSevenDays": _sum(ask, now - 7 * DAY, now)}


@route("GET", "/v1.0/sites/{site}/analytics/{span}", needs=READ)
def site_analytics(call: Call, site: str, span: str) -> Reply:
    """`allTime` or `lastSevenDays` of a site."""
    found = site_of(call, site)
    return _one(call, _both(lambda day: visits(found, day), found.created, call.now), span)


@route("GET", "/v1.0/sites/{site}/analytics", needs=READ)
def site_both(call: Call, site: str) -> Reply:
    """Both."""
    found = site_of(call, site)
    both = _both(lambda day: visits(found, day), found.created, call.now)
    return context(call, "itemAnalytics") | both


@route("GET", "/v1.0/sites/{site}/lists/{of}/items/{item}/analytics/{span}", needs=READ)
def item_analytics(call: Call, site: str, of: str, item: str, span: str) -> Reply:
    """`allTime` or `lastSevenDays` of a page or file."""
    row = item_of(list_of(site_of(call, site), of), item)
    both = _both(lambda day: item_visits(row.unique, day), row.created, call.now)
    return _one(call, both, span)


@route("GET", "/v1.0/sites/{site}/lists/{of}/items/{item}/analytics", needs=READ)
def item_both(call: Call, site: str, of: str, item: str) -> Reply:
    """Both."""
    row = item_of(list_of(site_of(call, site), of), item)
    both = _both(lambda day: item_visits(row.unique, day), row.created, call.now)
    return context(call, "itemAnalytics") | both


def _one(call: Call, both: Row, span: str) -> Row:
    names = {name.lower(): name for name in both}
    if span.lower() not in names:
        raise Refusal(400, "invalidRequest", f"Unsupported segment '{span}'.")
    row: Row = both[names[span.lower()]]
    return context(call, "itemActivityStats/$entity") | row


def _day(text: str) -> int:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise Refusal(400, "invalidRequest", f"'{text}' is not a valid date.") from None
    return int((found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()) // DAY


@route(
    "GET",
    "/v1.0/sites/{site}/getActivitiesByInterval"
    "(startDateTime='{start}',endDateTime='{end}',interval='{interval}')",
    needs=READ,
    cost=2,
)
def by_interval(call: Call, site: str, start: str, end: str, interval: str) -> Reply:
    """One row for each day, week or month in which anything happened."""
    found = site_of(call, site)
    first, last = _day(start), _day(end)
    if interval not in ("day", "week", "month"):
        raise Refusal(400, "invalidRequest", f"Unsupported interval '{interval}'.")
    if first < call.now // DAY - WINDOW or last < first:
        words = "The time range must lie within the last 90 days."
        raise Refusal(400, "invalidRequest", words)
    step = {"day": 1, "week": 7, "month": 30}[interval]
    acts = acts_by_day(found, first * DAY, (last + step) * DAY)
    rows = []
    for day in range(first, min(last + 1, call.now // DAY), step):
        row: Row = {}
        for word in ("create", "edit", "delete", "move"):
            spans = [acts.get(one, {}).get(word, (0, 0)) for one in range(day, day + step)]
            if actions := sum(one for one, _ in spans):
                row[word] = _stat(actions, max(two for _, two in spans))
        seen = [visits(found, one) for one in range(day, day + step)]
        if actions := sum(one for one, _ in seen):
            row["access"] = _stat(actions, max(two for _, two in seen))
        if row:
            rows.append({"startDateTime": _at(day), "endDateTime": _at(day + step), **row})
    return context(call, "Collection(itemActivityStat)") | {"value": rows}


def _at(day: int) -> str:
    return f"{moment(day * DAY):%Y-%m-%dT%H:%M:%S}.000Z"
