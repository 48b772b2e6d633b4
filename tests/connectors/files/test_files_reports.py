"""Exports as tools write them, loaded with the mapping that `discover` guesses."""

from datetime import UTC, datetime

import pytest

from cophub import Account, Attendance, Campaign, Event, Membership, Post

TEAMS = """\
1. Summary
Meeting title\tMERCOP monthly call
Attended participants\t3
Start time\t3/25/24, 2:00:15 PM
End time\t3/25/24, 3:02:10 PM
Meeting duration\t1h 1m 55s

2. Participants
Name\tFirst Join\tLast Leave\tIn-Meeting Duration\tEmail\tParticipant ID (UPN)\tRole
Amina Diallo\t3/25/24, 2:00:15 PM\t3/25/24, 3:02:10 PM\t1h 1m 55s\tamina@example.org\t\tOrganizer
María López (Guest)\t3/25/24, 2:10:00 PM\t3/25/24, 2:40:00 PM\t30m\t\t\tPresenter
+41 79 123 45 67\t3/25/24, 2:10:00 PM\t3/25/24, 2:40:00 PM\t30m\t\t\tAttendee

3. In-Meeting Activities
Name\tJoin Time\tLeave Time\tDuration\tEmail\tRole
Amina Diallo\t3/25/24, 2:00:15 PM\t3/25/24, 3:02:10 PM\t1h 1m 55s\tamina@example.org\tOrganizer
"""
ZOOM = """\
Meeting ID,Topic,Start Time,End Time,User Email,Duration (Minutes),Participants,
884 1234 5678,MERCOP call,03/25/2024 02:00:00 PM,03/25/2024 03:00:00 PM,host@example.org,60,3,

Name (Original Name),User Email,Join Time,Leave Time,Duration (Minutes),Guest,Recording Consent
Amina Diallo,amina@example.org,03/25/2024 02:00:00 PM,03/25/2024 02:20:00 PM,20,No,
Amina Diallo,amina@example.org,03/25/2024 02:25:00 PM,03/25/2024 03:00:00 PM,35,No,
iPhone,,03/25/2024 02:05:00 PM,03/25/2024 02:40:00 PM,35,Yes,
12025550123,,03/25/2024 02:05:00 PM,03/25/2024 02:40:00 PM,35,Yes,
"""
GOTO = """\
GoToMeeting Attendee Report
Meeting Title: MERCOP quarterly
Meeting Date: 2024-03-12 14:00 UTC

Attendee,Email Address,Join Time,Leave Time,Time in Session (minutes)
Maria L,,2024-03-12 14:01,2024-03-12 14:31,30
Amina Diallo,amina@example.org,2024-03-12 14:00,2024-03-12 15:00,60
"""
CONFERENCE = """\
Conference Detail Report\tMERCOP
Conference ID\t7701234
Confirmation Number\t99887766
Conference Date\t03/25/2024

Participant Name\tParticipant Phone\tConnect\tDisconnect\tMinutes\tLeader/Guest
DIALLO AMINA\t2025550123\t09:00 AM\t10:01 AM\t61\tLeader
\t(919) 555-0188\t09:02 AM\t09:45 AM\t43\tGuest
Total\t\t\t\t104\t
"""


@pytest.fixture
def load(make, propose, read):
    """`load(name, text, encoding, **settings)`: a file read as `discover` proposes to."""

    def run(name, text, encoding="utf-8", **settings):
        file = make(name, text, encoding)
        proposed = propose(file)
        lines = proposed.pop("lines")
        return read(file, **{**proposed, **settings}), lines

    return run


def attended(found):
    return {a.account: (a.minutes, a.visits) for a in found.of(Attendance)}


def test_an_attendance_report_of_teams(load):
    found, lines = load("teams.csv", TEAMS, "utf-16", timezone="Europe/Paris")
    assert found.rejects == []
    stays = attended(found)
    assert stays["amina@example.org"] == (61.92, 1)
    assert stays["name:maría lópez"] == (30, 1)
    assert len(stays) == 3
    assert "79 123" not in repr(found.items)
    assert "79123" not in repr(found.items)
    (event,) = found.of(Event)
    assert event.title == "MERCOP monthly call"
    assert event.starts_at == datetime(2024, 3, 25, 13, 0, 15, tzinfo=UTC)
    assert "read with the month before day, as row 10 shows" in lines


def test_an_attendance_report_of_zoom(load):
    found, _ = load("zoom.csv", ZOOM, "utf-8-sig")
    assert found.rejects == []
    (event,) = found.of(Event)
    assert (event.title, event.series) == ("MERCOP call", "884 1234 5678")
    assert event.ends_at == datetime(2024, 3, 25, 15, tzinfo=UTC)
    assert attended(found)["amina@example.org"] == (55, 2)
    assert "2025550123" not in repr(found.items)
    assert {a.key for a in found.of(Account)} >= {f"guest:{event.key}:iphone"}


def test_a_report_of_which_no_date_tells_its_order_asks_and_loads_no_date(load):
    found, lines = load("zoom.csv", ZOOM.replace("03/25/2024", "03/12/2024"))
    assert "# day_first = true " in lines
    assert len(found.rejects) >= 2
    assert all("day_first" in reject.reason for reject in found.rejects)
    found, _ = load("zoom.csv", ZOOM.replace("03/25/2024", "03/12/2024"), day_first=False)
    assert found.rejects == []
    assert found.of(Event)[0].starts_at == datetime(2024, 3, 12, 14, tzinfo=UTC)


def test_an_attendee_report_of_goto(load):
    found, _ = load("goto.csv", GOTO)
    assert found.rejects == []
    assert found.of(Event)[0].title == "MERCOP quarterly"
    assert attended(found) == {"name:maria l": (30, 1), "amina@example.org": (60, 1)}


def test_a_report_of_a_telephone_conference_hashes_the_numbers(load):
    found, _ = load("conf.tsv", CONFERENCE, timezone="America/New_York")
    assert found.rejects == []
    assert sorted(attended(found).values()) == [(43, 1), (61, 1)]
    assert found.of(Event)[0].key == "99887766"
    assert found.of(Attendance)[0].joined_at == datetime(2024, 3, 25, 13, tzinfo=UTC)
    kept = repr(found.items)
    assert not any(digits in kept for digits in ("5550123", "555-0188", "5550188"))


MEMBERS = {
    "fr": "Liste des membres;;;;\n\nNom;Prénom;Courriel;Organisation;Adhésion\n"
          "Diallo;Amina;amina@example.org;Santé;25/03/2024\n"
          "Ba;Bou;bou@example.org;ONG;04/03/2024\n",
    "es": "Apellidos;Nombre;Correo electrónico;Institución;Fecha de alta\n"
          "Diallo;Amina;amina@example.org;Salud;25/03/2024\n"
          "Ba;Bou;bou@example.org;ONG;04/03/2024\n",
    "en": "First Name,Last Name,Email Address,Company,Member since\n"
          "Amina,Diallo,amina@example.org,Health,2024-03-25\n"
          "Bou,Ba,bou@example.org,NGO,2024-03-04\n",
}  # fmt: skip


@pytest.mark.parametrize("language", MEMBERS)
def test_a_list_of_members_in_several_languages(load, language):
    found, lines = load("members.csv", MEMBERS[language], "windows-1252")
    assert found.rejects == []
    one, two = found.of(Membership)
    assert (one.account, two.account) == ("amina@example.org", "bou@example.org")
    assert two.joined_at == datetime(2024, 3, 4, tzinfo=UTC)
    assert found.of(Account)[0].name == "Amina Diallo"
    assert found.of(Account)[0].organization in ("Santé", "Salud", "Health")
    assert "amina" not in lines
    assert "Diallo" not in lines
    assert "a***@e***.org" in lines


def test_an_address_is_found_by_what_it_looks_like(load):
    found, lines = load("list.csv", "Badge,Where to write\nAda,a@example.org\nBo,b@example.org\n")
    assert [m.account for m in found.of(Membership)] == ["a@example.org", "b@example.org"]
    assert 'columns.email = "Where to write"' in lines
    assert "likely" in lines
    assert '# not used: "Badge"' in lines


def test_nom_alone_is_the_whole_name(load):
    found, _ = load("list.csv", "Nom,Courriel\nAda Lovelace,a@example.org\n")
    assert found.of(Account)[0].name == "Ada Lovelace"


def test_events_newsletters_and_posts_are_told_apart(load):
    found, _ = load(
        "events.csv",
        "Title,Start date,End date,Participants,Link\n"
        "Call 1,2024-03-04 10:00,2024-03-04 11:00,25,https://example.org/1\n",
    )
    assert found.of(Event)[0].attendee_count == 25
    found, _ = load(
        "news.csv",
        "Campaign,Subject,Send date,Recipients,Unique opens,Unique clicks\n"
        "May,News of May,2024-05-02,\"1,204\",300,40\n",
    )  # fmt: skip
    assert found.of(Campaign)[0].sent_count == 1204
    found, _ = load(
        "posts.csv",
        "Author,Author email,Date posted,Subject,Message\n"
        'Ada,a@example.org,2024-05-02,Hello,"Dear all,\nhello"\n',
    )
    assert found.of(Post)[0].body == "Dear all,\nhello"


def test_a_sheet_of_names_under_a_heading_is_of_that_event(load):
    text = "Attendance MERCOP workshop\n\nName,Organisation,E-mail\nAda,WHO,a@example.org\n"
    found, lines = load("sheet.csv", text)
    assert found.of(Event)[0].title == "Attendance MERCOP workshop"
    assert 'columns.event_title = "above:row 1"' in lines


def test_a_sheet_that_names_no_event_takes_it_from_its_name(make, propose, read):
    text = "Name,Join time,Leave time\nAda,2024-03-04 10:00,2024-03-04 10:30\n"
    file = make("calls/2024-03-04 MERCOP call.csv", text)
    proposed = propose(file)
    assert proposed["file_name"] == "{event_title}.csv"
    del proposed["lines"]
    make("calls/other.csv", text)
    found = read(
        file.parent, **{**proposed, "file_name": "{event_starts_at} {event_title}.csv"}
    )  # fmt: skip
    (event,) = found.of(Event)
    assert (event.title, event.starts_at) == ("MERCOP call", datetime(2024, 3, 4, tzinfo=UTC))
    assert "other.csv: its name is not of the form" in found.rejects[0].reason


def test_nothing_known_is_said_and_not_invented(ask, make):
    (space,) = ask("discover", make("a.csv", "Colour,Length\nred,3\n"))
    assert space.extra["settings"] == ["# a.csv: no table that looks like anything known"]


def test_titles_that_would_break_out_of_toml_are_quoted(load):
    found, lines = load("a.csv", 'E-mail,"say ""hi"" \\ [x]"\na@example.org,1\n')
    assert len(found.of(Membership)) == 1
    assert '\\"hi\\"' in lines


def test_a_workbook_proposes_the_sheet_that_looks_best(make_book, propose, read):
    book = make_book(
        "a.xlsx",
        {"Cover": [["Our group"], ["by us"]], "List": [["Full name", "E-mail"], ["A", "a@b.org"]]},
    )
    proposed = propose(book)
    assert 'a.xlsx, sheet "List": titles in row 1' in proposed.pop("lines")
    assert [m.account for m in read(book, **proposed).of(Membership)] == ["a@b.org"]
