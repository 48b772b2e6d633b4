"""`/G2W/rest/v2`: webinars, their sessions, who registered and who attended."""

from typing import Any

from cophub.sandbox.goto import g2w_rows as rows
from cophub.sandbox.goto.g2w_rows import Row
from cophub.sandbox.goto.refusals import Refusal
from cophub.sandbox.goto.routes import G2W, Call, route
from cophub.sandbox.goto.state import Organizer, Webinar, WebinarSession

LARGEST, USUAL = 200, 20
WEBINAR = f"{G2W}/organizers/{{organizer}}/webinars/{{webinar}}"
MOST = 10**9


def paged(call: Call, name: str, found: list[Row]) -> Row:
    """A page with the counts of all; the first is page 0."""
    size = call.whole("size", USUAL, LARGEST) or USUAL
    page = call.whole("page", 0, MOST)
    pages = -(-len(found) // size)
    told = {"size": size, "totalElements": len(found), "totalPages": pages, "number": page}
    return {"_embedded": {name: found[page * size : (page + 1) * size]}, "page": told}


# Lists


@route(f"{G2W}/accounts/{{account}}/webinars")
def account_webinars(call: Call, account: str) -> Row:
    """The webinars of all organizers that have a time in a window."""
    window = call.window("fromTime", "toTime")
    call.need_admin()
    _need_licence(call, call.caller)
    if account != str(call.account.key):
        raise Refusal(403, "NotAllowed", "No access to this account.")
    everything = call.sandbox.webinars.by_key.values()
    return paged(call, "webinars", _within(call, list(everything), window))


@route(f"{G2W}/organizers/{{organizer}}/webinars")
def organizer_webinars(call: Call, organizer: str) -> Row:
    """The webinars of an organizer that have a time in a window, held or not."""
    window, found = call.window("fromTime", "toTime"), _host(call, organizer)
    webinars = call.sandbox.webinars.by_organizer[found.key]
    return paged(call, "webinars", _within(call, webinars, window))


@route(f"{G2W}/organizers/{{organizer}}/sessions")
def organizer_sessions(call: Call, organizer: str) -> Row:
    """The sessions of an organizer that began in a window and are over."""
    start, end = call.window("fromTime", "toTime")
    found = [
        rows.session_row(call.account, webinar, session, call.now)
        for webinar in call.sandbox.webinars.by_organizer[_host(call, organizer).key]
        for session in _over(call, webinar)
        if start <= session.start <= end
    ]
    return paged(call, "sessionInfoResources", found)


def _within(call: Call, webinars: list[Webinar], window: tuple[int, int]) -> list[Row]:
    return [
        rows.webinar_row(call.account, webinar)
        for webinar in webinars
        if any(window[0] <= start <= window[1] for start, _ in webinar.times)
    ]


def _need_licence(call: Call, organizer: Organizer) -> None:
    if not (call.sandbox.webinar_licence and organizer.webinars) or organizer.suspended:
        raise Refusal(403, "NotAllowed", "User has no GoToWebinar product.")


def _host(call: Call, key: str) -> Organizer:
    found = call.organizer(key)
    _need_licence(call, found)
    return found


def _over(call: Call, webinar: Webinar) -> list[WebinarSession]:
    return [session for session in webinar.sessions if session.end <= call.now]


# One webinar


def _webinar(call: Call, organizer: str, key: str) -> Webinar:
    host = _host(call, organizer)
    found = call.sandbox.webinars.by_key.get(int(key)) if key.isdecimal() else None
    if found is None or found.organizer is not host:
        raise Refusal(404, "NotFound", f"Webinar with specified key {key[:30]} does not exist.")
    return found


def _session(call: Call, webinar: Webinar, key: str) -> WebinarSession:
    found = next((each for each in _over(call, webinar) if str(each.key) == key), None)
    if found is None:
        raise Refusal(404, "NotFound", f"Session {key[:30]} does not exist.")
    return found


def _attended(call: Call, session: WebinarSession) -> list[Row]:
    known = session.stays if session.reported <= call.now else []
    return [rows.attendee_row(session, stay) for stay in known]


@route(WEBINAR)
def one_webinar(call: Call, organizer: str, webinar: str) -> Row:
    """One webinar."""
    return rows.webinar_by_key(call.account, _webinar(call, organizer, webinar), call.now)


@route(f"{WEBINAR}/sessions")
def webinar_sessions(call: Call, organizer: str, webinar: str) -> Row:
    """The sessions of a webinar that are over."""
    found = _webinar(call, organizer, webinar)
    sessions = [
        rows.session_row(call.account, found, session, call.now) for session in _over(call, found)
    ]
    return paged(call, "sessionInfoResources", sessions)


@route(f"{WEBINAR}/attendees")
def webinar_attendees(call: Call, organizer: str, webinar: str) -> Row:
    """Who attended any session of a webinar."""
    sessions = _over(call, _webinar(call, organizer, webinar))
    found = [row for session in sessions for row in _attended(call, session)]
    return paged(call, "attendeeParticipationResponses", found)


@route(f"{WEBINAR}/sessions/{{session}}/attendees")
def session_attendees(call: Call, organizer: str, webinar: str, session: str) -> list[Row]:
    """Who attended one session, as a bare list."""
    return _attended(call, _session(call, _webinar(call, organizer, webinar), session))


@route(f"{WEBINAR}/sessions/{{session}}")
def one_session(call: Call, organizer: str, webinar: str, session: str) -> list[Row]:
    """The same again: the vendor's description gives attendees here, not the session."""
    return _attended(call, _session(call, _webinar(call, organizer, webinar), session))


@route(f"{WEBINAR}/performance")
def webinar_performance(call: Call, organizer: str, webinar: str) -> Row:
    """What was counted for each session, by its key."""
    found = _webinar(call, organizer, webinar)
    return {
        str(session.key): rows.performance(found, session, call.now)
        for session in _over(call, found)
    }


@route(f"{WEBINAR}/sessions/{{session}}/performance")
def session_performance(call: Call, organizer: str, webinar: str, session: str) -> Row:
    """What was counted for one session."""
    found = _webinar(call, organizer, webinar)
    return rows.performance(found, _session(call, found, session), call.now)


# Registrants


@route(f"{WEBINAR}/registrants")
def registrants(call: Call, organizer: str, webinar: str) -> Any:
    """All who registered: a bare list, or, asked for a page, an envelope unlike all others."""
    found = _webinar(call, organizer, webinar)
    known = [
        rows.registrant_row(found, each)
        for each in found.registrants
        if each.registered <= call.now
    ]
    if not {"page", "limit"} & call.query.keys():
        return known
    page, limit = call.whole("page", 0, MOST), call.whole("limit", USUAL, LARGEST) or USUAL
    here = known[page * limit : (page + 1) * limit]
    told = {"total": len(known), "page": page, "limit": limit, "pageSize": len(here)}
    return {"data": here, **told}


@route(f"{WEBINAR}/registrants/{{registrant}}")
def one_registrant(call: Call, organizer: str, webinar: str, registrant: str) -> Row:
    """One registrant with organisation, job title and country."""
    found = _webinar(call, organizer, webinar)
    for each in found.registrants:
        if str(each.key) == registrant and each.registered <= call.now:
            return rows.registrant_details(call.account.crowd, found, each)
    raise Refusal(404, "NotFound", f"Registrant {registrant[:30]} does not exist.")
