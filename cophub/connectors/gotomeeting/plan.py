"""What a run would ask, and how long that takes at the vendor's ten requests a second."""

from collections.abc import Iterator, Mapping

from cophub import Estimate
from cophub.connectors.gotomeeting.directory import Ctx, directory, units_of
from cophub.connectors.gotomeeting.meetings import WINDOW, scope
from cophub.connectors.gotomeeting.place import Place
from cophub.connectors.gotomeeting.windows import LONGEST, windows

A_SECOND = 9.5


def estimate(ctx: Ctx, cursors: Mapping[str, str | None]) -> Iterator[Estimate]:
    """Requests and seconds of a run from these cursors, a stream each. Asks for the organizers.

    Rows are not known beforehand: GoTo counts nothing without listing it.
    """
    before = ctx.transport.traffic.requests
    found = directory(ctx)
    listing = ctx.transport.traffic.requests - before
    units = units_of(found)
    yield told("organizers", listing, len(found.hosts) + len(found.groups))
    hosts = sum(host.webinars for host in found.hosts) if ctx.settings.webinars else 0
    of = "\n".join([scope(ctx, found), *ctx.settings.webinars])
    place = Place.reached(cursors.get("webinars"), ctx, of)
    spans = len(list(windows(place.start(ctx), ctx.now, LONGEST)))
    note = "and for each session its attendees and registrants"
    yield told("webinars", spans * hosts, None, note)
    yield told("upcoming", len(units) + bool(ctx.settings.webinars))
    place = Place.reached(cursors.get("meetings"), ctx, scope(ctx, found))
    spans = len(list(windows(place.start(ctx), ctx.now, WINDOW)))
    grouped = sum(len(unit.hosts) for unit in units if len(unit.hosts) > 1)
    extra = grouped if ctx.settings.recordings else 0
    note = "at most: windows without a meeting take one request"
    if units and units[0].own:
        note = "and for each meeting its attendees"
    requests = spans * (len(units) if units and units[0].own else 2 * len(units) + extra)
    yield told("meetings", requests, None, note)


def told(stream: str, requests: int, rows: int | None = None, note: str = "") -> Estimate:
    """An estimate, with the seconds that the vendor's pace takes."""
    return Estimate(stream, requests, rows, note, requests / A_SECOND)
