"""What a source may read, what there is to sync, and what a run would cost."""

from collections.abc import Callable, Iterator, Mapping

from cophub import AuthError, CophubError, Estimate, Space, Verdict
from cophub.connectors.adobeconnect.client import PAGE, AdobeConnect, Ctx, Denied
from cophub.connectors.adobeconnect.cursor import Cursor
from cophub.connectors.adobeconnect.groups import all_groups, taken_groups
from cophub.connectors.adobeconnect.rooms import (
    Room,
    all_rooms,
    lineage,
    parse_room,
    taken_rooms,
    walked,
)
from cophub.http import parse_each

ROOMS_TRIED = 50
"""Rooms that `check` asks about one by one."""


def check(ctx: Ctx) -> Iterator[Verdict]:
    """The login, the rooms that the settings name, each room's reports, and the groups."""
    site = AdobeConnect.of(ctx)
    where = f"under [sources.{ctx.source}.settings] in plugins.toml"
    try:
        site.call("sco-shortcuts")
        version = site.version() or "an unknown version"
    except CophubError as error:
        fix = f"correct login and password {where}; log in once at {ctx.settings.host} with them"
        if not isinstance(error, AuthError):
            fix = f"check that {ctx.settings.host} can be reached from here and is Adobe Connect"
        yield Verdict("login", "failed", str(error), fix)
        return
    yield Verdict("login", "ok", f"logged in to Adobe Connect ({version})")
    try:
        taken = taken_rooms(ctx)
    except CophubError as error:
        yield Verdict("rooms", "failed", str(error), f"correct meetings {where}")
        return
    yield rooms_verdict(ctx, taken)
    yield from reports(ctx, site, taken)
    yield groups_verdict(ctx)


def rooms_verdict(ctx: Ctx, taken: list[Room]) -> Verdict:
    """How many rooms there are, and folders that are closed."""
    unread = walked(ctx).unread
    login = "the account of this source"
    if not taken:
        fix = f"in Adobe Connect Central, give {login} View or Manage permission on the folders"
        return Verdict("rooms", "warning", "the account sees no room", fix)
    told = f"{len(taken)} of {len(all_rooms(ctx))} rooms"
    if unread:
        fix = f"in Adobe Connect Central, give {login} View permission on all meeting folders"
        return Verdict("rooms", "warning", f"{told}; {len(unread)} folders are closed", fix)
    return Verdict("rooms", "ok", told)


def reports(ctx: Ctx, site: AdobeConnect, taken: list[Room]) -> Iterator[Verdict]:
    """For each stream about rooms, whether each room may be looked into, by one row of each."""
    tried = taken[:ROOMS_TRIED]
    calls = {
        "sessions": "report-meeting-sessions",
        "attendance": "report-meeting-attendance",
        "content": "list-recordings",
    }
    for stream, action in calls.items():

        def trial(room: Room, action: str = action) -> CophubError | None:
            return refusal(lambda: one_row(site, action, room))

        failures = [
            (room, error)
            for room, error in zip(tried, ctx.map(trial, tried), strict=True)
            if error is not None
        ]
        yield room_verdict(stream, tried, failures)


def one_row(site: AdobeConnect, action: str, room: Room) -> None:
    """Ask for one row of a report."""
    given: dict[str, str | int] = {"sco-id": room.id, "filter-rows": 1}
    site.call(action, **given)


def refusal(call: Callable[[], object]) -> CophubError | None:
    """Why a call is not answered; None where it is."""
    try:
        call()
    except CophubError as error:
        return error
    return None


def room_verdict(
    stream: str, tried: list[Room], failures: list[tuple[Room, CophubError]]
) -> Verdict:
    """Whether all rooms may be read, and which not."""
    if not failures:
        return Verdict(stream, "ok", f"{len(tried)} rooms can be read")
    closed = [room for room, error in failures if isinstance(error, Denied)]
    if not closed:
        return Verdict(stream, "failed", str(failures[0][1]), "try again later")
    names = ", ".join(f'"{room.title}" ({room.id})' for room in closed[:5])
    more = f" and {len(closed) - 5} more" if len(closed) > 5 else ""
    fix = (
        f"make the account of this source a host of {names}{more}, or a member of Administrators;"
        " or leave these rooms out of meetings"
    )
    told = f"{len(closed)} of {len(tried)} rooms are closed to the account"
    if len(closed) == len(tried):
        return Verdict(stream, "failed", told, fix)
    return Verdict(stream, "warning", f"{told}; the others are read", fix)


def groups_verdict(ctx: Ctx) -> Verdict:
    """Whether groups can be listed."""
    where = f"under [sources.{ctx.source}.settings] in plugins.toml"
    if not ctx.settings.groups:
        return Verdict("groups", "warning", "groups is empty", f'set groups = ["*"] {where}')
    try:
        taken, _ = taken_groups(ctx)
        return Verdict("groups", "ok", f"{len(taken)} groups")
    except Denied as error:
        fix = f"make the account a member of Administrators, or set groups = [] {where}"
        return Verdict("groups", "failed", str(error), fix)
    except CophubError as error:
        return Verdict("groups", "failed", str(error), f"correct groups {where}")


def discover(ctx: Ctx) -> Iterator[Space]:
    """Every room and group of the site, whether the settings take it or not."""
    every = all_rooms(ctx)
    folders = {folder.id: folder for room in every for folder in lineage(room.folder)}
    for folder in folders.values():
        parent = folder.parent.id if folder.parent and folder.parent.id in folders else None
        yield Space(key=folder.id, kind="folder", title=folder.title, parent=parent)
    for item in parse_each(every, parse_room, ctx=ctx):
        if isinstance(item, Space):
            yield item
    try:
        found, _ = all_groups(ctx)
    except Denied as error:
        ctx.log.warning("groups are not listed: %s", error)
        return
    for row in found:
        yield Space(key=row.id("principal-id"), kind="group", title=row.get("name"))


def estimate(ctx: Ctx, cursors: Mapping[str, str | None]) -> Iterator[Estimate]:
    """Requests of a run from these cursors; what a room has to tell is only known by asking it."""
    taken = taken_rooms(ctx)
    folders = len(walked(ctx).folders) + 3  # a session, its login and the list of trees
    yield Estimate("rooms", folders, len(taken))
    if ctx.settings.groups:
        groups, _ = taken_groups(ctx)
        yield Estimate("groups", 1 + len(groups), None, f"a page for each {PAGE} members")
    for stream in ("sessions", "attendance"):
        known = Cursor(cursors.get(stream))
        new = sum(known.place(room.id) is None for room in taken)
        if stream == "sessions":
            note = "and one for each room with a new session"
            yield Estimate(stream, len(taken) + new, None, note)
        else:  # it takes the sessions that were asked for already
            yield Estimate(stream, new, None, "and one for each new session")
    yield Estimate("content", 2 * len(taken) + 2, None, "and one for each folder of shared content")
