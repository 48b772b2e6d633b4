"""GoTo Webinar emulated: its two ways of paging, its keys, who registered and who came."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from cophub.sandbox import GotoSandbox
from cophub.sandbox.goto.state import Webinar

G2W = "/G2W/rest/v2"
SignIn = Callable[..., httpx.Client]


def base(webinar: Webinar) -> str:
    """The path of a webinar."""
    return f"{G2W}/organizers/{webinar.organizer.key}/webinars/{webinar.key}"


@pytest.fixture(scope="module")
def webinar(shown: GotoSandbox) -> Webinar:
    """A webinar that is over and had many registrants."""
    over = [each for each in shown.webinars.by_key.values() if each.sessions]
    return max(over, key=lambda each: len(each.registrants))


def test_pages_hold_twenty_and_at_most_two_hundred(reader: httpx.Client, webinar: Webinar) -> None:
    """The first page is 0; one past the end is empty; the sum over pages is everybody, once."""
    path = f"{base(webinar)}/attendees"
    first = reader.get(path).json()
    total = sum(len(session.stays) for session in webinar.sessions)
    assert (first["page"]["size"], first["page"]["totalElements"]) == (20, total)
    seen: list[int] = []
    for page in range(-(-total // 7)):
        answer = reader.get(path, params={"page": page, "size": 7}).json()
        rows = answer["_embedded"]["attendeeParticipationResponses"]
        seen += [row["registrantKey"] for row in rows]
    assert len(seen) == total > 7
    beyond = reader.get(path, params={"page": 999}).json()
    assert beyond["_embedded"]["attendeeParticipationResponses"] == []
    assert reader.get(path, params={"size": 201}).status_code == 400


def test_registrants_are_a_bare_list_or_in_an_envelope_of_their_own(
    reader: httpx.Client, webinar: Webinar
) -> None:
    """With `limit` instead of `size`; `pageSize` is how many are on this page."""
    path = f"{base(webinar)}/registrants"
    bare = reader.get(path).json()
    assert isinstance(bare, list)
    last = (len(bare) - 1) // 10
    page = reader.get(path, params={"page": last, "limit": 10}).json()
    assert page["total"] == len(bare)
    assert page["pageSize"] == len(page["data"]) == len(bare) - 10 * last
    assert page["data"] == bare[10 * last :]


def test_only_one_registrants_page_tells_where_they_work(
    reader: httpx.Client, webinar: Webinar
) -> None:
    """Organisation, job title and country are not in the list."""
    listed = reader.get(f"{base(webinar)}/registrants").json()[0]
    one = reader.get(f"{base(webinar)}/registrants/{listed['registrantKey']}").json()
    assert {"organization", "jobTitle", "country"} <= one.keys() - listed.keys()
    assert one["organization"]


def test_keys_are_texts_in_lists_and_numbers_elsewhere(
    shown: GotoSandbox, reader: httpx.Client, webinar: Webinar
) -> None:
    """A session's key is a text among sessions and a number among attendees."""
    session = reader.get(f"{base(webinar)}/sessions").json()["_embedded"]["sessionInfoResources"][0]
    attendee = reader.get(f"{base(webinar)}/sessions/{session['sessionKey']}/attendees").json()[0]
    assert session["sessionKey"] == str(attendee["sessionKey"])
    assert type(attendee["sessionKey"]) is int
    assert reader.get(base(webinar)).json()["webinarKey"] == webinar.key > 2**53
    spans = attendee["attendance"]
    assert attendee["attendanceTimeInSeconds"] > 0 < len(spans)


def test_some_register_and_do_not_come_and_some_come_back(shown: GotoSandbox) -> None:
    """About half are no-shows; nobody attends who was denied or came to register afterwards."""
    over = [each for each in shown.truth()["webinars"].values() if each["sessions"]]
    assert len(over) >= 6
    registered = sum(len(each["registrants"]) for each in over)
    came = {
        (number, row["registrant"])
        for number, each in enumerate(over)
        for session in each["sessions"]
        for row in session["attendees"]
    }
    assert 0.3 < len(came) / registered < 0.75
    for number, each in enumerate(over):
        for row in each["registrants"]:
            late = row["registered"] > each["sessions"][-1]["end"]
            if row["status"] != "APPROVED" or late:
                assert (number, row["key"]) not in came
    assert any(row["status"] != "APPROVED" for each in over for row in each["registrants"])
    assert any(
        row["visits"] > 1
        for each in over
        for session in each["sessions"]
        for row in session["attendees"]
    )


def test_every_community_has_a_webinar_or_two_a_year(shown: GotoSandbox) -> None:
    """Named for the community, in capitals."""
    keys = [community.key for community in shown.world.communities]
    webinars = shown.truth()["webinars"].values()
    for key in keys:
        own = [each for each in webinars if each["community"] == key]
        assert 1 <= len(own) <= 5
        assert all(each["subject"].startswith(key.upper()) for each in own)


def test_who_has_no_licence_is_refused(
    sandbox: GotoSandbox, client: httpx.Client, year: dict[str, str], sign_in: SignIn
) -> None:
    """One organizer without the product, and then the whole account; 403 as for a bad token."""
    without = sandbox.account.hosts[1]
    assert not without.webinars
    path = f"{G2W}/organizers/{{}}/webinars"
    assert client.get(path.format(without.key), params=year).status_code == 403
    mine = path.format(sandbox.me.key)
    assert client.get(mine, params=year).status_code == 200
    sandbox.webinar_licence = False
    assert client.get(mine, params=year).status_code == 403
    (row,) = client.get(f"/G2M/rest/organizers/{sandbox.me.key}").json()
    assert row["products"] == ["G2M"]
    sandbox.webinar_licence = True
    sandbox.revoke()
    assert client.get(mine, params=year).status_code == 403


def test_a_webinar_is_registered_for_then_runs_and_is_reported_later(
    sandbox: GotoSandbox, sign_in: SignIn
) -> None:
    """Registrants come one by one; a running session is none yet; who came is told late."""

    def seen(webinar: Webinar) -> tuple[int, int, int, bool]:
        told, path = sign_in(sandbox), base(webinar)
        sessions = told.get(f"{path}/sessions").json()["page"]["totalElements"]
        attendees = told.get(f"{path}/attendees").json()["page"]["totalElements"]
        running = told.get(path).json()["inSession"]
        return len(told.get(f"{path}/registrants").json()), sessions, attendees, running

    def until(instant: int) -> None:
        sandbox.advance(seconds=instant - sandbox.timeline.now)

    late = 0
    for _ in range(6):
        known = set(sandbox.webinars.by_key)
        while not (fresh := set(sandbox.webinars.by_key) - known):
            sandbox.advance(hours=12)
        webinar = sandbox.webinars.by_key[fresh.pop()]
        early = seen(webinar)[0]
        until(webinar.times[0][0] + 600)
        count, sessions, attendees, running = seen(webinar)
        assert early < count
        assert (sessions, attendees, running) == (0, 0, True)
        session = webinar.sessions[0]
        until(session.end)
        late += session.reported > session.end + 3_600
        assert seen(webinar)[1:] == (1, 0, False)
        until(session.reported)
        assert seen(webinar)[2] == len(session.stays) > 0
    assert late


def test_one_unreadable_row_of_a_page_can_be_had(
    sandbox: GotoSandbox, client: httpx.Client
) -> None:
    """Also where the rows are embedded."""
    sandbox.advance(days=365)
    with httpx.Client(base_url=sandbox.base_url) as fresh:
        fresh.headers["Authorization"] = f"Bearer {sandbox.token()}"
        window = {"fromTime": "2025-06-01T00:00:00Z", "toTime": "2026-05-31T00:00:00Z"}
        path = f"{G2W}/accounts/{sandbox.account.key}/webinars"

        def keys() -> list[Any]:
            answer = fresh.get(path, params=window).json()
            return [type(row["webinarKey"]) for row in answer["_embedded"]["webinars"]]

        assert set(keys()) == {str}
        sandbox.faults.plan("bad_item", path="*/webinars")
        assert keys().count(int) == 1
