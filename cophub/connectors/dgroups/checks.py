"""What a source may read, what there is to sync, and what a run would cost."""

from collections.abc import Iterator, Mapping
from math import ceil

from cophub import ConfigError, CophubError, Estimate, Space, Verdict
from cophub.connectors.dgroups.archive import WORTH, count_of
from cophub.connectors.dgroups.archive import Progress as Archives
from cophub.connectors.dgroups.calendar import BEHIND, WINDOW
from cophub.connectors.dgroups.client import LIMITS, PAGE, Ctx, NotAllowed, NotThere, api, rows
from cophub.connectors.dgroups.cursor import Cursor
from cophub.connectors.dgroups.files import Progress as Files
from cophub.connectors.dgroups.groups import WEEK, Found, chosen, listed, parse_space
from cophub.connectors.dgroups.groups import Progress as Groups
from cophub.connectors.dgroups.members import Progress as Members
from cophub.connectors.dgroups.members import rests
from cophub.connectors.dgroups.messages import DAY, LATEST, stamp
from cophub.connectors.dgroups.payloads import Topic

ROWS = PAGE - 1
"""New rows on a page: each begins with the last of the one before."""
PERMISSIONS = (
    ("members", "members_visible", "Members Visible"),
    ("messages", "archives_visible", "Message Visibility"),
    ("archive", "download_archives", "Download Archives"),
    ("events", "calendar_visible", "Calendar Access"),
    ("files", "files_visible", "Files Access"),
    ("activity", "view_activity", "View Activity"),
)
MODERATOR = frozenset({"archive", "activity"})


def check(ctx: Ctx) -> Iterator[Verdict]:
    """The key, the groups that the settings name, and each permission, by what the vendor says."""
    try:
        found = listed(ctx).groups
    except CophubError as error:
        yield Verdict("api_key", "failed", str(error), fix_of(ctx, error))
        return
    yield Verdict("api_key", "ok", f"{ctx.settings.host} takes the key")
    try:
        taken = chosen(ctx)
    except ConfigError as error:
        where = f"correct groups under [sources.{ctx.source}.settings] in plugins.toml"
        yield Verdict("groups", "failed", str(error), where)
        return
    if not taken:
        fix = "join the groups with the account of api_key, or use the key of an account in them"
        yield Verdict("groups", "warning", "the account is in no group", fix)
        return
    names = ", ".join(one.name for one in taken[:10]) + (" ..." if len(taken) > 10 else "")
    yield Verdict("groups", "ok", f"{len(taken)} of {len(found)} groups: {names}")
    for stream, permission, shown in PERMISSIONS:
        yield verdict(ctx, taken, stream, permission, shown)


def verdict(ctx: Ctx, taken: list[Found], stream: str, permission: str, shown: str) -> Verdict:
    """In which groups a permission is missing, and who can give it."""
    closed = [one.name for one in taken if not one.may(permission)]
    if not closed:
        return Verdict(stream, "ok", f"allowed in {len(taken)} groups")
    where = ", ".join(closed[:10]) + (f" and {len(closed) - 10} more" if len(closed) > 10 else "")
    line = f"no permission ({permission}) in {where}"
    if stream == "archive" and ctx.settings.history != "archive":
        return Verdict(stream, "ok", f"{line}; the API is read in its place")
    fix = (
        f"let an owner of {where} make the account of api_key a moderator with {shown}"
        if stream in MODERATOR
        else f"let an owner of {where} open {shown} to members under Admin > Settings, or make the"
        " account of api_key a member or moderator"
    )
    state = "failed" if len(closed) == len(taken) and stream not in MODERATOR else "warning"
    return Verdict(stream, "failed" if state == "failed" else "warning", line, fix)


def fix_of(ctx: Ctx, error: CophubError) -> str:
    """What to do about a call that failed before anything could be read."""
    if "API key" in str(error) or "credentials" in str(error):
        return (
            "make a key in the account's settings (Account > API Keys) and set api_key under"
            f" [sources.{ctx.source}.settings] in plugins.toml"
        )
    return f"check that {ctx.settings.host} can be reached from here and is the right base_url"


def discover(ctx: Ctx) -> Iterator[Space]:
    """Every group that the account sees, whether the settings take it or not."""
    for one in listed(ctx).groups:
        for item in parse_space(one, ctx.settings.host):
            if isinstance(item, Space):
                item.title = item.title or one.name
                yield item


def estimate(ctx: Ctx, cursors: Mapping[str, str | None]) -> Iterator[Estimate]:
    """Requests and seconds of a run from these cursors, by asking for one row of each listing."""
    before = ctx.transport.traffic.requests
    taken = chosen(ctx)
    listing = ctx.transport.traffic.requests - before
    yield _groups(ctx, taken, cursors.get("groups"), listing)
    yield _members(ctx, taken, cursors.get("members"))
    yield from _posts(ctx, taken, cursors)
    open_calendars = sum(one.may("calendar_visible") for one in taken)
    behind = 0 if cursors.get("events") else 366 * ctx.settings.event_years - BEHIND
    calls = open_calendars * (1 + ceil(max(0, behind) / WINDOW))
    yield Estimate("events", calls, seconds=paced(calls))
    read, now = Files.read(cursors.get("files")).groups, ctx.now.timestamp()
    folders = sum(
        one.may("files_visible") and now - read.get(one.key, 0) >= ctx.settings.relist_hours * 3600
        for one in taken
    )
    yield Estimate("files", folders, None, "one more for each folder", paced(folders))
    logs = sum(one.may("view_activity") for one in taken)
    note = "" if cursors.get("activity") else "one for 99 entries of the log"
    yield Estimate("activity", logs, None, note, paced(logs))


def paced(requests: int) -> float:
    """Seconds that so many requests take at the pace that is kept."""
    calls, seconds = LIMITS.rate[0]
    return max(0, ceil(requests / calls) - 1) * seconds


def pages(rows: int) -> int:
    """The requests that so many rows take."""
    return max(1, ceil(rows / ROWS))


def _groups(ctx: Ctx, taken: list[Found], cursor: str | None, listing: int) -> Estimate:
    """The listing that all streams use is counted here, once."""
    described, now = Groups.read(cursor).described, ctx.now.timestamp()
    due = [one for one in taken if one.group is None and now - described.get(one.key, 0) >= WEEK]
    requests = listing + len(due)
    return Estimate("groups", requests, len(taken), seconds=paced(requests))


def _members(ctx: Ctx, taken: list[Found], cursor: str | None) -> Estimate:
    state, now = Members.read(cursor), int(ctx.now.timestamp())
    requests = rows = 0
    for one in taken:
        before = state.groups.get(one.key)
        if not one.may("members_visible") or (before and rests(ctx, before, one, now)):
            continue
        requests += pages(one.subs_count or 0)
        requests += ctx.settings.past_members and one.perms.manage_members is not False
        rows += one.subs_count or 0
    return Estimate("members", requests, rows, "past members besides", paced(requests))


def _posts(ctx: Ctx, taken: list[Found], cursors: Mapping[str, str | None]) -> Iterator[Estimate]:
    archives, cursor = Archives.read(cursors.get("archive")), Cursor.read(cursors.get("messages"))
    downloads = listings = left_all = fresh = 0
    for one in taken:
        visible, state = one.may("archives_visible"), cursor.groups.get(one.key)
        loads = one.may("download_archives") and ctx.settings.history != "api"
        if not visible:
            downloads += loads
            continue
        count = count_of(ctx, one)
        if state is not None and state.whole:
            listings += 1
            again = ctx.now.timestamp() - state.listed_at >= DAY and ctx.settings.reread_days > 0
            listings += again + _changed(ctx, one, state.mark)
            continue
        left = max(0, count - (state.position if state else 0))
        left_all, fresh = left_all + left, fresh + 1
        listings += 1 + pages(left)
        worth = count >= WORTH or ctx.settings.history == "archive"
        downloads += bool(loads and one.key not in archives.groups) * (1 + worth)
    note = "spares most of the requests for messages" if downloads and fresh else ""
    yield Estimate("archive", downloads, None, note, paced(downloads))
    told = "at most; fewer where an archive tells the topics" if downloads and fresh else ""
    yield Estimate("messages", listings, left_all, told, paced(listings))


def _changed(ctx: Ctx, one: Found, mark: str) -> int:
    """How many topics of a group changed since the mark, up to a page of them: a request each."""
    try:
        page = api(ctx).page("gettopics", group_id=one.id, **LATEST)
    except (NotAllowed, NotThere):
        return 0
    return sum(stamp(topic.updated) > mark for topic in rows(page, Topic, []))
