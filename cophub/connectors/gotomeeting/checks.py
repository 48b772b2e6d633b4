"""What a source may read, with the exact fix where it may not, and what there is to sync."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from cophub import AuthError, ConfigError, CophubError, Space, Verdict
from cophub.connectors.gotomeeting.client import ADMIN, WEBINAR, Denied, NotThere, goto
from cophub.connectors.gotomeeting.directory import Ctx, Directory, directory, units_of
from cophub.connectors.gotomeeting.meetings import room_of
from cophub.connectors.gotomeeting.organizers import host_space, parse_group
from cophub.connectors.gotomeeting.payloads import (
    AttendeeList,
    HeldList,
    Me,
    Payload,
    UpcomingList,
    full_name,
    key_of,
)
from cophub.connectors.gotomeeting.upcoming import planned
from cophub.connectors.gotomeeting.webinarpages import session_rows
from cophub.connectors.gotomeeting.windows import stamp

ADMIN_FIX = (
    "for the meetings of others, sign in as an administrator of the GoTo account, or ask one to"
    " make this person an administrator in the GoTo Admin center"
)
LICENCE_FIX = (
    "for webinars, give organizers a licence for GoTo Webinar in the GoTo Admin center; without"
    " one, set webinars = [] so that nobody is asked"
)


def check(ctx: Ctx) -> Iterator[Verdict]:
    """The sign-in, the organizers, and each stream by one small call."""
    try:
        me, _ = goto(ctx).page(f"{ADMIN}/me", Me)
    except CophubError as error:
        yield Verdict("sign-in", "failed", str(error), fix_of(ctx, error))
        return
    who = me.email or full_name(me.first_name, me.last_name) or key_of(me.key)
    yield Verdict("sign-in", "ok", f"GoTo takes the token of {who}")
    try:
        found = directory(ctx)
    except ConfigError as error:
        where = f"correct organizers under [sources.{ctx.source}.settings] in plugins.toml"
        yield Verdict("organizers", "failed", str(error), where)
        return
    except CophubError as error:
        yield Verdict("organizers", "failed", str(error), ADMIN_FIX)
        return
    yield of_organizers(found, who)
    yield from of_meetings(ctx, found)
    yield of_webinars(ctx, found)


def fix_of(ctx: Ctx, error: CophubError) -> str:
    """What to do about a sign-in that failed."""
    if isinstance(error, ConfigError):
        # It says itself what is missing: a sign-in would stumble over the same.
        return (
            f"do that, or correct [sources.{ctx.source}.settings] in plugins.toml; then run:"
            f" cophub check {ctx.source}"
        )
    if isinstance(error, AuthError):
        return (
            f"run: cophub sign-in {ctx.source}; or correct client_id, client_secret and the token"
            f" under [sources.{ctx.source}.settings] in plugins.toml"
        )
    return f"check that {ctx.settings.login_host} and {ctx.settings.api_host} can be reached"


def of_organizers(found: Directory, who: str) -> Verdict:
    """How many organizers are taken; one line says what somebody who is no administrator sees."""
    if not found.admin:
        return Verdict(
            "organizers", "warning",
            f"{who} is no administrator of the account, so only their own meetings are read",
            ADMIN_FIX,
        )  # fmt: skip
    groups = f", {len(found.groups)} groups" if found.groups else ""
    return Verdict(
        "organizers", "ok", f"{len(found.hosts)} of {len(found.everyone)} organizers{groups}"
    )


def of_meetings(ctx: Ctx, found: Directory) -> Iterator[Verdict]:
    """Whether history, attendees and plans of the first unit can be read."""
    unit = next(iter(units_of(found)), None)
    if unit is None:
        fix = "ask an administrator of the GoTo account to make somebody an organizer"
        yield Verdict("meetings", "warning", "the account has no organizer", fix)
        return
    day = {"startDate": stamp(ctx.now - timedelta(days=1)), "endDate": stamp(ctx.now)}
    calls: list[tuple[str, str, type[Payload], dict[str, Any]]] = [
        ("meetings", "historicalMeetings", HeldList, day),
        ("upcoming", "upcomingMeetings", UpcomingList, {}),
    ]
    if not unit.own:
        calls.insert(1, ("attendees", "attendees", AttendeeList, day))
    for subject, call, kind, params in calls:
        try:
            goto(ctx).page(f"{unit.path}/{call}", kind, **params)
        except CophubError as error:
            yield Verdict(subject, "failed", str(error), ADMIN_FIX)
        else:
            yield Verdict(subject, "ok", f"{call} of {len(unit.hosts)} organizers can be read")


def of_webinars(ctx: Ctx, found: Directory) -> Verdict:
    """Whether there is a licence for webinars; without one meetings are read all the same."""
    if not ctx.settings.webinars:
        fix = f'set webinars = ["*"] under [sources.{ctx.source}.settings] to take them'
        return Verdict("webinars", "warning", "webinars is empty, so none are read", fix)
    host = next((one for one in found.hosts if one.webinars), None)
    if host is None:
        what = "no organizer has GoTo Webinar; meetings are read all the same"
        return Verdict("webinars", "warning", what, LICENCE_FIX)
    day = {"fromTime": stamp(ctx.now - timedelta(days=1)), "toTime": stamp(ctx.now)}
    try:
        session_rows(goto(ctx), f"{WEBINAR}/organizers/{host.key}/sessions", **day)
    except (Denied, NotThere) as error:
        what = f"GoTo Webinar refuses; meetings are read all the same ({error})"
        return Verdict("webinars", "warning", what, LICENCE_FIX)
    except CophubError as error:
        return Verdict("webinars", "failed", str(error), fix_of(ctx, error))
    return Verdict("webinars", "ok", "GoTo Webinar answers")


def discover(ctx: Ctx) -> Iterator[Space]:
    """Groups, the rooms of all organizers, and the recurring meetings that are planned."""
    found = directory(ctx)
    for group in found.groups:
        yield from (item for item in parse_group(group) if isinstance(item, Space))
    groups = {key_of(group.groupkey) for group in found.groups}
    yield from (host_space(host, groups) for host in found.everyone)
    rooms: set[str] = set()
    for unit in units_of(found):
        for row in planned(ctx, unit)[0]:
            key = key_of(row.meeting_id)
            if (row.meeting_type or "").lower() == "recurring" and key not in rooms:
                rooms.add(key)
                yield room_of(key, row.subject, f"organizer:{key_of(row.organizer_key)}")
