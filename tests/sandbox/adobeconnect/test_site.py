"""The emulated site: as the vendor's own answers are, alike for one seed, and odd where it is."""

from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element

import httpx
import pytest
from defusedxml.ElementTree import fromstring

from cophub.sandbox import AdobeConnectSandbox, MailchimpSandbox
from cophub.sandbox.adobeconnect.site import Sco


class Caller:
    """Somebody who is logged in."""

    def __init__(self, box: AdobeConnectSandbox) -> None:
        self.url = f"{box.base_url}/api/xml"
        self.cookie = self.get("common-info").findtext(".//cookie") or ""
        form = {"action": "login", "login": box.login, "password": box.password}
        httpx.post(self.url, data={**form, "session": self.cookie})

    def get(self, action: str, **given: str | int) -> Element:
        """The answer to an action."""
        query = {"action": action} | {k.replace("_", "-"): v for k, v in given.items()}
        cookies = {"BREEZESESSION": getattr(self, "cookie", "")}
        answer = httpx.get(self.url, params=query, cookies=cookies)
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/xml")
        root: Element = fromstring(answer.content)
        return root

    def status(self, action: str, **given: str | int) -> tuple[str | None, str | None]:
        """Code and subcode of an answer."""
        status = self.get(action, **given).find("status")
        assert status is not None
        return status.get("code"), status.get("subcode")


@pytest.fixture
def box() -> Iterator[AdobeConnectSandbox]:
    with AdobeConnectSandbox(seed=1, people=120, communities=4, years=0.5) as sandbox:
        yield sandbox


@pytest.fixture
def caller(box: AdobeConnectSandbox) -> Caller:
    return Caller(box)


def busy(box: AdobeConnectSandbox) -> Sco:
    """A room with several sessions and a recording."""
    return next(
        room
        for room in box.site.rooms
        if not room.hidden and len(room.sessions) > 3
        and any(one.icon == "archive" for one in box.site.inside(room.id))
    )  # fmt: skip


def test_a_large_site_has_its_past_from_the_beginning():
    box = AdobeConnectSandbox(people=600, communities=12)
    truth = box.truth()
    assert len(truth["sessions"]) > 300
    assert len(truth["users"]) > 300


def test_one_seed_is_one_site_however_it_got_there():
    one = AdobeConnectSandbox(seed=3, people=80, communities=3, years=0.5)
    other = AdobeConnectSandbox(seed=3, people=80, communities=3, years=0.5)
    one.advance(days=40)
    for _ in range(40):
        other.advance(days=1)
    assert one.truth() == other.truth()
    assert one.truth() != AdobeConnectSandbox(seed=4, people=80, communities=3).truth()


def test_people_are_those_of_the_other_sandboxes_by_their_work_address():
    box = AdobeConnectSandbox(seed=1, people=120, communities=4)
    world = MailchimpSandbox(seed=1, people=120, audiences=4).world
    users = box.truth()["users"].values()
    same = [u for u in users if u["email"] == world.person(u["person"]).work_email]
    assert len(same) > 0.7 * len(users), "but for those who moved to another employer"
    assert len(users) < 120


def test_without_a_login_everything_is_refused_with_http_200(box: AdobeConnectSandbox):
    caller = Caller(box)
    assert caller.status("sco-shortcuts") == ("ok", None)
    box.expire()
    assert caller.status("sco-shortcuts") == ("no-access", "no-login")


def test_a_session_dies_when_nobody_uses_it(box: AdobeConnectSandbox, caller: Caller):
    box.advance(minutes=10)
    assert caller.status("sco-shortcuts") == ("ok", None)
    box.advance(minutes=25)
    assert caller.status("sco-shortcuts") == ("no-access", "no-login")


def test_statuses_say_what_is_wrong(box: AdobeConnectSandbox, caller: Caller):
    hidden = next(room for room in box.site.rooms if room.hidden)
    assert caller.status("sco-contents") == ("invalid", None)
    assert caller.status("sco-contents", sco_id="x") == ("invalid", None)
    assert caller.status("sco-contents", sco_id=1) == ("no-data", None)
    assert caller.status("report-meeting-sessions", sco_id=hidden.id) == ("no-access", "denied")
    assert caller.status("no-such-action") == ("invalid", None)
    box.most_rows = 10
    assert caller.status("principal-list") == ("too-much-data", None)
    assert caller.status("principal-list", filter_rows=10) == ("ok", None)


def test_rows_are_filtered_sorted_and_cut(box: AdobeConnectSandbox, caller: Caller):
    room = busy(box)
    report = "report-meeting-sessions"
    rows = caller.get(report, sco_id=room.id, sort_date_created="desc").findall(".//row")
    assets = [row.get("asset-id") for row in rows]
    assert assets == [str(one.asset) for one in reversed(room.sessions)]
    bound = rows[1].findtext("date-created") or ""
    after = caller.get(report, sco_id=room.id, filter_gt_date_created=bound).findall(".//row")
    assert [row.get("asset-id") for row in after] == assets[:1]
    cut = caller.get(report, sco_id=room.id, sort_asset_id="asc", filter_rows=2, filter_start=1)
    assert [row.get("asset-id") for row in cut.findall(".//row")] == assets[::-1][1:3]


def test_a_call_that_goes_on_has_no_end_yet(box: AdobeConnectSandbox, caller: Caller):
    room = busy(box)
    session = box.open_room(room, 60)
    assert session is not None
    box.advance(minutes=2)
    last = caller.get("report-meeting-sessions", sco_id=room.id).findall(".//row")[-1]
    assert (last.get("asset-id"), last.find("date-end")) == (str(session.asset), None)


def test_the_oddities_are_there(box: AdobeConnectSandbox, caller: Caller):
    rows = [
        row
        for room in box.site.rooms
        if not room.hidden
        for row in caller.get("report-meeting-attendance", sco_id=room.id).findall(".//row")
    ]
    twice: dict[str | None, set[str | None]] = {}
    for row in rows:
        twice.setdefault(row.get("transcript-id"), set()).add(row.get("principal-id"))
    assert any(len(people) > 1 for people in twice.values()), "a transcript of two people"
    assert any(row.find("date-end") is None for row in rows), "an end that was lost"
    assert any(not row.findtext("login") for row in rows), "a guest"
    hosts = {str(host.id) for room in box.site.rooms for host in room.hosts}
    bulk = caller.get("report-bulk-consolidated-transactions").findall(".//row")
    assert {row.get("principal-id") for row in bulk} >= hosts
    assert not [row for row in bulk if not row.findtext("login")], "guests are not in it"
    room = busy(box)
    attended = caller.get("report-meeting-attendance", sco_id=room.id).findall(".//row")
    assert not {row.get("principal-id") for row in attended} & {str(h.id) for h in room.hosts}


def test_a_summary_counts_over_all_sessions(box: AdobeConnectSandbox, caller: Caller):
    room = busy(box)
    found = caller.get("report-meeting-summary", sco_id=room.id).find("report-meeting-summary")
    assert found is not None
    assert found.get("num-unique-meetings") == str(len(room.sessions))


def test_other_ways_to_the_same_rooms(box: AdobeConnectSandbox, caller: Caller):
    tree = box.site.shortcuts["meetings"]
    below = caller.get("sco-expanded-contents", sco_id=tree).findall(".//sco")
    bulk = caller.get("report-bulk-objects", filter_type="meeting").findall(".//row")
    mine = caller.get("report-my-meetings").findall(".//meeting")
    rooms = {str(room.id) for room in box.site.rooms}
    assert {row.get("sco-id") for row in bulk} == rooms
    assert {row.get("sco-id") for row in below if row.get("type") == "meeting"} < rooms
    assert len(mine) == len(rooms) - 1
    users = caller.get("report-bulk-users").findall(".//row")
    assert len(users) == len(box.truth()["users"])
    info = caller.get("sco-info", sco_id=busy(box).id).find("sco")
    assert info is not None and info.findtext("name") == busy(box).name
    assert caller.status("logout") == ("ok", None)
    assert caller.status("sco-shortcuts") == ("no-access", "no-login")


def test_a_bad_item_spoils_one_row(box: AdobeConnectSandbox, caller: Caller):
    box.faults.plan("bad_item", path="*/report-meeting-sessions")
    rows = caller.get("report-meeting-sessions", sco_id=busy(box).id).findall(".//row")
    assert [row.get("asset-id") == "?" for row in rows].count(True) == 1


def test_the_first_line_printed_is_the_address(tmp_path: Path):
    import subprocess
    import sys

    command = [sys.executable, "-m", "cophub.sandbox", "adobeconnect", "--people", "30"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=tmp_path
    ) as process:
        assert process.stdout is not None and process.stdin is not None
        lines = [process.stdout.readline().strip() for _ in range(3)]
        process.stdin.close()
        assert process.wait(10) == 0
    assert lines[0].startswith("http://127.0.0.1:")
    assert lines[1:] == ["login = cophub@example.org", "password = sandbox-password"]


# Held against the vendor's own answers


def shape(row: Element) -> tuple[set[str], set[str]]:
    """The names of a row's attributes and elements."""
    return set(row.attrib), {child.tag for child in row}


@pytest.mark.parametrize(
    ("action", "sample", "rows", "beyond"),
    [
        ("sco-contents", "sco-contents", "scos/sco", set()),
        ("list-recordings", "list-recordings-success", "recordings/sco",
         {"job-id", "account-id", "job-status", "encoder-service-job-progress", "no-of-downloads",
          "filename"}),
        ("report-meeting-attendance", "report-meeting-attendance", "report-meeting-attendance/row",
         set()),
        ("principal-list", "group_is_member", "principal-list/principal", set()),
        ("sco-shortcuts", "sco-shortcuts", "shortcuts/sco", set()),
    ],
)  # fmt: skip
def test_rows_are_shaped_as_the_vendors(
    vendor_files: Path, box: AdobeConnectSandbox, caller: Caller,
    action: str, sample: str, rows: str, beyond: set[str],
):  # fmt: skip
    """All that the vendor's sample has is there, but for what is named; containers are the same."""
    theirs = fromstring((vendor_files / f"adobeconnect/{sample}.xml").read_bytes()).findall(rows)
    room = busy(box)
    given: dict[str, str | int] = {"sco_id": room.id}
    if action == "sco-contents":
        given = {"sco_id": room.folder}
    if action == "principal-list":
        given = {"group_id": box.life.groups[0].id, "filter_is_member": "true"}
    ours = caller.get(action, **given).findall(rows)
    assert theirs and ours
    attributes = set.union(*(shape(row)[0] for row in ours))
    elements = set.union(*(shape(row)[1] for row in ours))
    for row in theirs:
        assert shape(row)[0] - beyond <= attributes
        assert shape(row)[1] - beyond <= elements


def test_common_info_has_what_the_vendors_has(vendor_files: Path, caller: Caller):
    theirs = fromstring((vendor_files / "adobeconnect/common-info.xml").read_bytes())
    ours = caller.get("common-info")
    for name in ("cookie", "date", "host", "version", "account", "user"):
        assert theirs.find(f"common/{name}") is not None
        assert ours.find(f"common/{name}") is not None


@pytest.mark.parametrize(
    ("sample", "given"),
    [("status-no-data", {"sco_id": 1}), ("status-invalid", {})],
)
def test_refusals_are_worded_as_the_vendors(
    vendor_files: Path, caller: Caller, sample: str, given: dict[str, int]
):
    theirs = fromstring((vendor_files / f"adobeconnect/{sample}.xml").read_bytes()).find("status")
    ours = caller.get("sco-contents", **given).find("status")
    assert theirs is not None and ours is not None
    assert theirs.attrib == ours.attrib
    assert [set(one.attrib) for one in theirs] == [set(one.attrib) for one in ours]
