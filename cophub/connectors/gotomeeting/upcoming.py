"""What is planned: meetings and webinars to come, until they were held or are called off."""

from collections.abc import Iterator
from datetime import timedelta

from cophub import Checkpoint, Context, Event, Gone, Item, Reject, SourceUnavailable
from cophub.connectors.gotomeeting.broken import Broken
from cophub.connectors.gotomeeting.client import WEBINAR, Denied, NotThere, goto
from cophub.connectors.gotomeeting.directory import Directory, Host, Unit, directory, units_of
from cophub.connectors.gotomeeting.meetings import refused, room_of
from cophub.connectors.gotomeeting.payloads import (
    Meeting,
    UpcomingList,
    Webinar,
    address,
    instant,
    key_of,
    title_of,
)
from cophub.connectors.gotomeeting.settings import Settings
from cophub.connectors.gotomeeting.webinarpages import takes_webinar, webinar_rows
from cophub.connectors.gotomeeting.windows import stamp
from cophub.http import parse_each

Ctx = Context[Settings]
MEETINGS, WEBINARS = "upcoming:", "upcoming-webinar:"
AHEAD = timedelta(days=365)
Planned = tuple[list[Meeting], list[Reject]]


def upcoming(ctx: Ctx, since: str | None) -> Iterator[Item]:
    """Meetings and webinars that are planned, as events to come.

    What is planned no more has been held or called off: its planned event ends, and what was held
    is an event of its own, with the same meeting id, so that nothing counts twice. Nothing ends of
    organizers of whom GoTo cannot tell; that is raised when all others have been read.
    Source: `upcomingMeetings` of `/G2M/rest`, `/webinars` of `/G2W/rest/v2`.
    """
    found, broken = directory(ctx), Broken(ctx, "planned meetings and webinars")
    told: list[str] = []
    yield from found.rejects
    clean = not found.rejects  # whoever could not be read is asked for nothing, and has plans
    for rows, rejects in ctx.map(lambda unit: planned(ctx, unit, broken), units_of(found)):
        clean = clean and not rejects
        yield from rejects
        for item in parse_each(rows, parse_planned, ctx=ctx, found=found):
            clean = clean and not isinstance(item, Reject)
            if isinstance(item, Event):
                told.append(str(item.key))
            yield item
    if clean:
        yield from ended(found, tuple(told), broken)
    yield from planned_webinars(ctx, found, broken)
    yield Checkpoint("{}")
    broken.end()


def ended(found: Directory, told: tuple[str, ...], broken: Broken) -> Iterator[Gone]:
    """What is planned no more; nothing of an organizer of whom GoTo cannot tell."""
    if broken.first is None:
        yield Gone(record=Event, prefix=MEETINGS, but=told, told=True)
        return
    unknown = {host.email for host in found.hosts if host.key in broken}
    for email in sorted({host.email for host in found.hosts} - unknown - {""}):
        yield Gone(record=Event, where={"organizer": email}, prefix=MEETINGS, but=told, told=True)


def planned(ctx: Ctx, unit: Unit, broken: Broken | None = None) -> Planned:
    """The planned meetings of a unit; of a group that cannot be asked, organizer by organizer.

    Of whom GoTo lastingly cannot tell there are none, and `broken` notes it; without it that is
    raised.
    """
    try:
        page, rejects = goto(ctx).page(f"{unit.path}/upcomingMeetings", UpcomingList)
    except (Denied, SourceUnavailable) as error:
        if unit.lacks(error):
            return [], []
        if len(unit.hosts) < 2 or not refused(error):
            if broken is None:
                raise
            broken.note(unit.name, unit.hosts, error)
            return [], []
        parts = [planned(ctx, one, broken) for one in unit.apart()]
        return [row for rows, _ in parts for row in rows], [
            bad for _, bads in parts for bad in bads
        ]
    if broken is not None:
        broken.answered = True
    return page.items, rejects


def parse_planned(row: Meeting, ctx: Ctx, found: Directory) -> Iterator[Item]:
    """A planned meeting that is not over yet, and the room of a recurring one."""
    organizer, meeting = key_of(row.organizer_key), key_of(row.meeting_id)
    host = found.by_key.get(organizer) or (
        found.hosts[0] if not organizer and len(found.hosts) == 1 else None
    )
    host = host or Host(organizer, address(row.email))
    if not found.takes(host.key):
        return
    recurring = (row.meeting_type or "").lower() == "recurring"
    said: set[str] = ctx.shared.setdefault("goto:spaces", set())
    if recurring and meeting not in said:
        said.add(meeting)
        yield room_of(meeting, row.subject, host.space)
    start, end = instant(row.start_time), instant(row.end_time)
    if start is None or (end or start) <= ctx.now:
        return  # a room that is open whenever somebody comes has no date, or one of long ago
    yield Event(
        key=f"{MEETINGS}{meeting}:{start:%Y%m%dT%H%M%SZ}",
        space=meeting if recurring else host.space,
        series=meeting if recurring else None,
        title=title_of(row.subject),
        kind="meeting",
        starts_at=start,
        ends_at=end,
        cancelled=False,
        organizer=host.email or None,
        extra={"meeting_id": meeting, "planned": True},
    )


def planned_webinars(ctx: Ctx, found: Directory, broken: Broken) -> Iterator[Item]:
    """Webinars to come; nothing where there is no licence for them."""
    if not ctx.settings.webinars:
        return
    window = {"fromTime": stamp(ctx.now), "toTime": stamp(ctx.now + AHEAD)}
    told: list[str] = []
    clean = True
    paths = [f"{WEBINAR}/accounts/{found.account}/webinars"]
    if not found.admin:
        paths = [f"{WEBINAR}/organizers/{host.key}/webinars" for host in found.hosts]
    for path in paths:
        try:
            rows, rejects = webinar_rows(goto(ctx), path, **window)
        except (Denied, NotThere):
            return
        except SourceUnavailable as error:
            clean = False
            broken.note("the account", found.hosts, error)
            continue
        clean = clean and not rejects
        yield from rejects
        for item in parse_each(rows, parse_webinar, ctx=ctx, found=found):
            clean = clean and not isinstance(item, Reject)
            if isinstance(item, Event):
                told.append(str(item.key))
            yield item
    if clean:
        yield Gone(record=Event, prefix=WEBINARS, but=tuple(told), told=True)


def parse_webinar(row: Webinar, ctx: Ctx, found: Directory) -> Iterator[Item]:
    """Each time at which a webinar is still to be held."""
    key, host = key_of(row.webinar_key), found.by_key.get(key_of(row.organizer_key))
    if not takes_webinar(ctx, key, row.subject) or not found.takes(key_of(row.organizer_key)):
        return
    for span in row.times:
        start, end = instant(span.start_time), instant(span.end_time)
        if start is None or (end or start) <= ctx.now:
            continue
        yield Event(
            key=f"{WEBINARS}{key}:{start:%Y%m%dT%H%M%SZ}",
            space=f"organizer:{key_of(row.organizer_key)}",
            series=key,
            title=title_of(row.subject),
            kind="webinar",
            starts_at=start,
            ends_at=end,
            cancelled=False,
            organizer=host.email if host else None,
            extra={"webinar_key": key, "planned": True},
        )
