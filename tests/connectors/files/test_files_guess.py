"""What is guessed of columns that nobody has named so before, by what is in them."""

import datetime as dt

import pytest

from cophub import Attendance, Event

TITLES = ["Was", "Wann", "Wer", "Post", "Wie lange", "Art"]


@pytest.fixture
def sheet(make_book):
    """A sheet of two calls under titles that stand in no list of synonyms."""
    calls = [
        ("Spring call", dt.datetime.fromisoformat("2026-03-12 14:00")),
        ("Summer call", dt.datetime.fromisoformat("2026-06-11 14:00")),
    ]
    rows = [
        [title, at, f"Ada {n}", f"a{n}@example.org", f"1 h {n:02}", "guest" if n % 3 else "member"]
        for title, at in calls
        for n in range(6)
    ]
    return make_book("calls.xlsx", {"Attendance": [["Attendance of our calls"], [], TITLES, *rows]})


def test_the_name_start_and_minutes_of_calls_are_known_by_what_is_in_them(sheet, propose, read):
    lines = propose(sheet)
    assert (lines["record"], lines["columns"]) == (
        "attendance",
        {"email": "Post", "event_title": "Was", "event_starts_at": "Wann", "minutes": "Wie lange"},
    )
    assert '"above:' not in lines["lines"], "a heading over several calls names none of them"
    found = read(sheet, record="attendance", columns=lines["columns"])
    assert [event.title for event in found.of(Event)] == ["Spring call", "Summer call"]
    assert found.of(Attendance)[1].minutes == 61


def test_a_heading_names_the_call_of_a_sheet_of_one(make_book, propose):
    rows = [[f"a{n}@example.org", f"{n + 5} min"] for n in range(6)]
    book = make_book("one.xlsx", {"A": [["Attendance of 12 March"], [], ["Post", "Dauer"], *rows]})
    columns = propose(book)["columns"]
    assert columns == {"email": "Post", "event_title": "above:row 1", "minutes": "Dauer"}


def test_a_column_of_dates_in_a_list_of_members_is_asked_about(make, propose):
    file = make("m.csv", "Post,Geb.\na@example.org,1980-02-25\nb@example.org,1975-11-30\n")
    found = propose(file)
    assert "joined_at" not in found["columns"], "they may be days of birth"
    assert '# columns.joined_at = "Geb."   # if these dates, such as 1980-02-25' in found["lines"]


def test_a_date_is_no_duration(make_book, read):
    rows = [
        ["Name", "Call", "Dauer"],
        ["Ada", "Call", dt.datetime.fromisoformat("2026-03-12 14:00")],
    ]
    columns = {"name": "Name", "event_title": "Call", "minutes": "Dauer"}
    found = read(make_book("a.xlsx", {"A": rows}), record="attendance", columns=columns)
    (reject,) = found.rejects
    assert 'column "Dauer": it is a date and no duration' in reject.reason


def test_check_counts_the_calls_and_warns_of_those_without_a_start(sheet, ask):
    columns = {"email": "Post", "event_title": "above:row 1"}
    told = ask("check", sheet, record="attendance", columns=columns)
    assert "events: 1; attendances: 6," in told[-2].message, "who was there twice is one"
    assert (told[-1].state, "of 1 of these events no start" in told[-1].message) == (
        "warning",
        True,
    )
    assert "event_starts_at" in told[-1].fix
    columns = {"email": "Post", "event_title": "Was", "event_starts_at": "Wann"}
    told = ask("check", sheet, record="attendance", columns=columns)
    assert {one.state for one in told} == {"ok"}
    assert "events: 2; attendances: 12," in told[-1].message


MEMBERS = {
    "fr": ("Qui,Adhésion,Départ", "Ana Ba,03/02/2019,31/12/2024", "Bo Ng,14/05/2020,"),
    "en": ("Who,Joined,Left", "Ana Ba,2019-02-03,2024-12-31", "Bo Ng,2020-05-14,"),
    "es": ("Quién,Ingreso,Salida", "Ana Ba,03/02/2019,31/12/2024", "Bo Ng,14/05/2020,"),
    "at": (
        "Name,Joined,Left",
        "Ana Ba,2019-02-03 10:12,2024-12-31 09:30",
        "Bo Ng,2020-05-14 8:01,",
    ),
}


@pytest.mark.parametrize("spoken", MEMBERS)
def test_joined_and_left_on_days_are_those_of_members(make, propose, spoken):
    lines = MEMBERS[spoken]
    found = propose(make("m.csv", "\n".join((*lines, ""))))
    who, joined, left = lines[0].split(",")
    assert found["record"] == "membership"
    assert found["columns"] == {"name": who, "joined_at": joined, "left_at": left}


@pytest.mark.parametrize(
    "titles", ["Who,Joined,Left", "Qui,Arrivée,Départ", "Quién,Entrada,Salida"]
)
def test_joined_and_left_within_a_day_are_those_of_a_call(make, propose, titles):
    rows = "Ana Ba,2026-03-12 14:01,2026-03-12 15:02\nBo Ng,2026-03-12 14:03,2026-03-12 15:00\n"
    found = propose(make("call.csv", f"{titles}\n{rows}"))
    who, joined, left = titles.split(",")
    assert found["record"] == "attendance"
    assert found["columns"] == {"name": who, "joined_at": joined, "left_at": left}


def test_under_a_heading_that_says_attendance_days_are_of_a_call_too(make_book, propose):
    rows = [["Attendance"], [], ["Name", "Left"], ["Ana Ba", "2026-03-12"], ["Bo Ng", "2026-03-12"]]
    assert propose(make_book("one.xlsx", {"A": rows}))["record"] == "attendance"
