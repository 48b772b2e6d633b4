"""How the webinar API words what it holds; keys are texts in lists and numbers elsewhere."""

from datetime import UTC, datetime
from typing import Any

from cophub.sandbox.goto.account import Account, Crowd
from cophub.sandbox.goto.state import Registrant, Stay, Webinar, WebinarSession

Row = dict[str, Any]
ZONE, LOCALE = "Europe/Zurich", "en_US"
JOIN = "https://global.gotowebinar.example/join/{}/{}"
COUNTRIES = {
    "BD": "Bangladesh", "BF": "Burkina Faso", "BR": "Brazil", "CH": "Switzerland", "CN": "China",
    "CO": "Colombia", "DE": "Germany", "EG": "Egypt", "ET": "Ethiopia", "FR": "France",
    "GB": "United Kingdom", "GT": "Guatemala", "ID": "Indonesia", "IN": "India", "JO": "Jordan",
    "KE": "Kenya", "LB": "Lebanon", "ML": "Mali", "MZ": "Mozambique", "NG": "Nigeria",
    "NO": "Norway", "NP": "Nepal", "PE": "Peru", "PH": "Philippines", "PL": "Poland",
    "SE": "Sweden", "SG": "Singapore", "SN": "Senegal", "TZ": "Tanzania", "UA": "Ukraine",
    "UG": "Uganda", "US": "United States", "VN": "Vietnam",
}  # fmt: skip
"""As the registration form offers them."""


def instant(at: int) -> str:
    """An instant as the webinar API writes it."""
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%dT%H:%M:%SZ}"


def _shared(webinar: Webinar) -> Row:
    return {
        "subject": webinar.subject,
        "description": webinar.description,
        "times": [{"startTime": instant(a), "endTime": instant(b)} for a, b in webinar.times],
        "timeZone": ZONE,
        "locale": LOCALE,
        "registrationUrl": f"https://attendee.gotowebinar.example/register/{webinar.key}",
        "impromptu": False,
        "isPasswordProtected": False,
        "experienceType": "classic",
    }


def webinar_row(account: Account, webinar: Webinar) -> Row:
    """A webinar in a list; its short id is there under both spellings."""
    return {
        "webinarKey": str(webinar.key),
        "webinarId": webinar.id,
        "webinarID": webinar.id,
        "organizerKey": str(webinar.organizer.key),
        "accountKey": str(account.key),
        **_shared(webinar),
        "status": "NEW",
        "approvalType": "MANUAL" if webinar.manual else "AUTOMATIC",
        "recurrenceType": webinar.type,
    }


def webinar_by_key(account: Account, webinar: Webinar, now: int) -> Row:
    """One webinar; its keys are numbers."""
    return {
        "webinarKey": webinar.key,
        "webinarID": webinar.id,
        "organizerKey": webinar.organizer.key,
        "organizerEmail": webinar.organizer.email,
        "organizerName": webinar.organizer.name,
        "accountKey": str(account.key),
        **_shared(webinar),
        "inSession": any(each.start <= now < each.end for each in webinar.sessions),
        "type": webinar.type,
        "numberOfRegistrants": sum(each.registered <= now for each in webinar.registrants),
        "registrationLimit": 500,
        "recurrencePeriod": webinar.type,
    }


def session_row(account: Account, webinar: Webinar, session: WebinarSession, now: int) -> Row:
    """A session that is over."""
    host = webinar.organizer
    registered = sum(each.registered <= now for each in webinar.registrants)
    return {
        "sessionKey": str(session.key),
        "webinarKey": str(webinar.key),
        "webinarID": webinar.id,
        "webinarName": webinar.subject,
        "startTime": instant(session.start),
        "endTime": instant(session.end),
        "registrantsAttended": len(session.stays),
        "registrantCount": registered,
        "accountKey": str(account.key),
        "creatingOrganizerKey": str(host.key),
        "creatingOrganizerName": host.name,
        "startingOrganizerKey": str(host.key),
        "startingOrganizerName": host.name,
        "totalPollCount": 0,
        "timeZone": ZONE,
        "experienceType": "CLASSIC",
    }


def attendee_row(session: WebinarSession, stay: Stay) -> Row:
    """A registrant in a session; keys are numbers, the time is in seconds."""
    return {
        "registrantKey": stay.registrant.key,
        "firstName": stay.registrant.given,
        "lastName": stay.registrant.family,
        "email": stay.registrant.email,
        "attendanceTimeInSeconds": stay.seconds,
        "sessionKey": session.key,
        "attendance": [{"joinTime": instant(a), "leaveTime": instant(b)} for a, b in stay.spans],
    }


def registrant_row(webinar: Webinar, registrant: Registrant) -> Row:
    """A registrant in a list: no organisation, no job title."""
    return {
        "registrantKey": registrant.key,
        "firstName": registrant.given,
        "lastName": registrant.family,
        "email": registrant.email,
        "registrationDate": instant(registrant.registered),
        "status": registrant.status,
        "joinUrl": JOIN.format(webinar.key, registrant.key),
        "timeZone": ZONE,
    }


def registrant_details(crowd: Crowd, webinar: Webinar, registrant: Registrant) -> Row:
    """All that a registrant filled in."""
    person = crowd.person(registrant.person, webinar.announced)
    late = registrant.registered > webinar.times[-1][1]
    return {
        **registrant_row(webinar, registrant),
        "organization": person.organisation.name,
        "jobTitle": person.job_title,
        "country": COUNTRIES.get(person.country, person.country),
        "city": person.city,
        "type": "LATE" if late else "REGULAR",
        "unsubscribed": False,
        "responses": [],
    }


def performance(webinar: Webinar, session: WebinarSession, now: int) -> Row:
    """What was counted for a session."""
    registered = sum(each.registered <= now for each in webinar.registrants)
    seconds = [stay.seconds for stay in session.stays]
    return {
        "sessionInfo": {
            "webinarName": webinar.subject,
            "webinarId": webinar.id,
            "sessionKey": str(session.key),
            "timeZone": ZONE,
            "experienceType": "CLASSIC",
            "recurrencePeriod": webinar.type,
            "startTime": instant(session.start),
            "endTime": instant(session.end),
            "registrationEmailOpenedCount": str(registered * 2),
            "registrationLinkClickedCount": str(registered),
        },
        "attendance": {
            "registrantCount": registered,
            "percentageAttendance": round(100 * len(seconds) / max(registered, 1), 1),
            "averageInterestRating": 50.0,
            "averageAttentiveness": 60.0,
            "averageAttendanceTimeSeconds": round(sum(seconds) / max(len(seconds), 1), 1),
        },
        "pollsAndSurveys": {
            "pollCount": 0,
            "surveyCount": 0,
            "questionsAsked": 0,
            "percentagePollsCompleted": 0.0,
            "percentageSurveysCompleted": 0.0,
        },
    }
