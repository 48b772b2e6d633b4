"""What the entries of a calendar become, in one run."""

import time
from datetime import UTC, datetime, timedelta

import pytest

from cophub import Account, Attendance, Event, Gone, Space
from tests.connectors.calendar.conftest import CONNECTOR, entry, ics

HOUR = "DURATION:PT1H"


def starts(found):
    """When the events begin, by their keys."""
    return {key: row["starts_at"] for key, row in found.last(Event).items()}


def at(day, hour=9, minute=0, month=5):
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


def test_an_entry_is_an_event_of_the_calendars_space(site, read):
    """With its organizer, and those who accepted as registered."""
    people = (
        "ORGANIZER;CN=Ada Lund:mailto:Ada@Example.org",
        'ATTENDEE;CN="Diallo, Amina";PARTSTAT=ACCEPTED:mailto:amina@example.org',
        "ATTENDEE;PARTSTAT=DECLINED:mailto:bo@example.org",
        "ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:cy@example.org",
        "ATTENDEE;CUTYPE=ROOM;PARTSTAT=ACCEPTED:mailto:room@example.org",
        "ATTENDEE;CN=Ada Lund;PARTSTAT=ACCEPTED:mailto:ada@example.org",
    )
    more = {"LOCATION": "Room 1", "URL": "https://meet.example.org/1"}
    site.put("/c.ics", ics(entry("a@x", "DTSTART:20260501T090000Z", HOUR, *people, **more)))
    found = read("/c.ics")
    (event,) = found.of(Event)
    assert (event.key, event.space, event.kind, event.title) == (
        "a@x", "calls", "calendar", "Call a@x",
    )  # fmt: skip
    assert (event.starts_at, event.ends_at) == (at(1), at(1, 10))
    assert (event.organizer, event.series, event.cancelled) == ("ada@example.org", None, False)
    assert (event.registered_count, event.url) == (2, "https://meet.example.org/1")
    assert event.extra == {"location": "Room 1"}
    assert [(one.account, one.registered, one.name) for one in found.of(Attendance)] == [
        ("amina@example.org", True, "Diallo, Amina"), ("ada@example.org", True, "Ada Lund"),
    ]  # fmt: skip
    assert [one.key for one in found.of(Account)] == ["ada@example.org", "amina@example.org"]
    assert found.of(Space)[0].title == "Calls of the CoP"


def test_no_attendees_are_kept_where_the_settings_say_so(site, read):
    """Nor how many there were."""
    who = "ATTENDEE;PARTSTAT=ACCEPTED:mailto:amina@example.org"
    site.put("/c.ics", ics(entry("a@x", "DTSTART:20260501T090000Z", who)))
    found = read("/c.ics", attendees=False)
    assert "amina" not in str(found.items)


def test_an_endless_series_is_written_out_within_the_window(site, read):
    """In local time: after the clocks change it is an hour earlier in UTC."""
    start = "DTSTART;TZID=Europe/Paris:20260302T100000"
    site.put("/c.ics", ics(entry("w@x", start, HOUR, "RRULE:FREQ=WEEKLY")))
    found = read("/c.ics", now=at(1, 0, month=4), past_days=31, future_days=14)
    all_starts = starts(found)
    assert all_starts["w@x/20260323T090000Z"] == at(23, month=3)
    assert all_starts["w@x/20260330T080000Z"] == at(30, 8, month=3)
    assert min(all_starts.values()) == at(2, month=3)
    assert max(all_starts.values()) < at(1, 0, month=4) + timedelta(days=14 + 31)
    assert {event.series for event in found.of(Event)} == {"w@x"}


def test_excluded_days_are_not_events(site, read):
    """Whether they are written as instants, as days, or in another zone."""
    start = "DTSTART;TZID=Europe/Paris:20260501T100000"
    out = (
        "EXDATE;TZID=Europe/Paris:20260502T100000", "EXDATE:20260503T080000Z",
        "EXDATE;VALUE=DATE:20260504",
    )  # fmt: skip
    site.put("/c.ics", ics(entry("d@x", start, HOUR, "RRULE:FREQ=DAILY;COUNT=6", *out)))
    assert sorted(starts(read("/c.ics"))) == [
        "d@x/20260501T080000Z", "d@x/20260505T080000Z", "d@x/20260506T080000Z",
    ]  # fmt: skip


def test_an_occurrence_that_was_moved_keeps_its_key(site, read):
    """Which is when it was first to be, in whatever zone that is written."""
    series = entry("w@x", "DTSTART;TZID=Europe/Paris:20260501T100000", HOUR,
                   "RRULE:FREQ=WEEKLY;COUNT=3")  # fmt: skip
    moved = entry("w@x", "DTSTART;TZID=Europe/Paris:20260509T150000", HOUR,
                  "RECURRENCE-ID:20260508T080000Z", SUMMARY="Moved")  # fmt: skip
    site.put("/c.ics", ics(series, moved))
    found = read("/c.ics")
    assert starts(found) == {
        "w@x/20260501T080000Z": at(1, 8),
        "w@x/20260508T080000Z": at(9, 13),
        "w@x/20260515T080000Z": at(15, 8),
    }
    assert found.last(Event)["w@x/20260508T080000Z"]["title"] == "Moved"


def test_a_cancelled_occurrence_is_there_and_cancelled(site, read):
    """And the others take place; a file that cancels, cancels all."""
    series = entry("w@x", "DTSTART:20260501T090000Z", "RRULE:FREQ=WEEKLY;COUNT=2")
    off = entry("w@x", "DTSTART:20260508T090000Z", "RECURRENCE-ID:20260508T090000Z",
                STATUS="CANCELLED")  # fmt: skip
    site.put("/c.ics", ics(series, off))
    assert {key: row["cancelled"] for key, row in read("/c.ics").last(Event).items()} == {
        "w@x/20260501T090000Z": False, "w@x/20260508T090000Z": True,
    }  # fmt: skip
    site.put("/off.ics", ics(entry("a@x"), head="METHOD:CANCEL"))
    assert [event.cancelled for event in read("/off.ics").of(Event)] == [True]


def test_a_whole_day_is_that_day_where_the_calendar_is(site, read):
    """From its first moment there; its end is not one of its days."""
    days = entry("d@x", "DTSTART;VALUE=DATE:20260501", "DTEND;VALUE=DATE:20260503")
    site.put("/c.ics", ics(days, entry("one@x", "DTSTART;VALUE=DATE:20260510")))
    found = read("/c.ics", timezone="Africa/Nairobi").last(Event)
    assert found["d@x"]["starts_at"] == datetime(2026, 4, 30, 21, tzinfo=UTC)
    assert found["d@x"]["ends_at"] == datetime(2026, 5, 2, 21, tzinfo=UTC)
    assert found["d@x"]["extra"] == {"all_day": True}
    assert found["one@x"]["ends_at"] == datetime(2026, 5, 10, 21, tzinfo=UTC)


def zone(name, offset):
    return (
        f"BEGIN:VTIMEZONE\r\nTZID:{name}\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\n"
        f"TZOFFSETFROM:{offset}\r\nTZOFFSETTO:{offset}\r\nEND:STANDARD\r\nEND:VTIMEZONE"
    )


def test_a_zone_of_any_name_is_as_the_file_defines_it(site, read):
    """Also where another file gave the same name to another zone."""
    start = "DTSTART;TZID=Customized Time Zone:20260501T090000"
    site.put("/a.ics", ics(zone("Customized Time Zone", "+0530"), entry("a@x", start)))
    site.put("/b.ics", ics(zone("Customized Time Zone", "-0800"), entry("b@x", start)))
    assert starts(read("/a.ics", "/b.ics")) == {"a@x": at(1, 3, 30), "b@x": at(1, 17)}


def test_the_names_of_windows_are_known(site, read):
    """Outlook writes them, at times without saying what they mean."""
    start = "DTSTART;TZID=W. Europe Standard Time:20260501T090000"
    site.put("/c.ics", ics(entry("a@x", start)))
    assert starts(read("/c.ics", timezone="Asia/Tokyo")) == {"a@x": at(1, 7)}


@pytest.mark.parametrize(
    ("start", "assumed"),
    [("DTSTART:20260501T090000", "floating"), ("DTSTART;TZID=Nowhere:20260501T090000", "unknown")],
)
def test_a_time_in_no_known_zone_is_in_the_zone_of_the_settings(site, read, start, assumed):
    """Before the calendar's own; and the event says that it was assumed."""
    head = "X-WR-TIMEZONE:Asia/Tokyo"
    site.put("/c.ics", ics(entry("a@x", start, "RRULE:FREQ=DAILY;COUNT=1"), head=head))
    found = read("/c.ics", timezone="Africa/Nairobi")
    assert starts(found) == {"a@x/20260501T060000Z": at(1, 6)}
    assert found.of(Event)[0].extra == {"zone_assumed": assumed}
    assert starts(read("/c.ics")) == {"a@x/20260501T000000Z": at(1, 0)}


def test_a_bad_entry_loses_no_other(site, read):
    """No start, a rule that is none, and one that never ends within reason."""
    site.put(
        "/c.ics",
        ics(
            entry("none@x", "DTSTART:2026"), entry("rule@x", "DTSTART:20260501T090000Z",
            "RRULE:FREQ=SOMETIMES"), entry("bomb@x", "DTSTART:20260501T090000Z",
            "RRULE:FREQ=SECONDLY"), entry("bomb2@x", "DTSTART:20260501T090000Z",
            "RRULE:FREQ=DAILY;BYHOUR=1,2,3,4,5,6;BYMINUTE=1,2,3,4,5,6,7,8,9,10,11,12"),
            entry("good@x"),
        ),
    )  # fmt: skip
    found = read("/c.ics")
    assert list(found.last(Event)) == ["good@x"]
    assert [one.key for one in found.rejects] == ["none@x", "rule@x", "bomb@x", "bomb2@x"]


def test_a_rule_is_weighed_by_its_steps_from_its_first_day(site, read):
    """What began long ago takes time as well; what recurs seldom is fine however it is written."""
    long_ago = "DTSTART:19000101T090000Z"
    site.put(
        "/c.ics",
        ics(
            entry("a@x", long_ago, "RRULE:FREQ=HOURLY;INTERVAL=3"),
            entry("b@x", long_ago, "RRULE:FREQ=DAILY;BYHOUR=1,2,3,4,5,6"),
            entry("weekly@x", "DTSTART:20270501T090000Z", "RRULE:FREQ=MINUTELY;INTERVAL=10080"),
        ),
    )
    found = read("/c.ics")
    assert [one.key for one in found.rejects] == ["a@x", "b@x"]
    assert {one.series for one in found.of(Event)} == {"weekly@x"}


@pytest.mark.parametrize("rule", ["FREQ=DAILY", "FREQ=MINUTELY;COUNT=5"])
def test_a_day_that_never_comes_is_not_waited_for(site, read, rule):
    """The library looks until the year 9999, which takes half a minute for each such rule."""
    began = time.monotonic()
    never = [entry(f"{n}@x", "DTSTART:20260501T090000Z", f"RRULE:{rule};BYMONTH=2;BYMONTHDAY=30")
             for n in range(3)]  # fmt: skip
    site.put("/c.ics", ics(*never, entry("good@x")))
    assert "good@x" in read("/c.ics").last(Event)
    assert time.monotonic() - began < 10


@pytest.mark.parametrize("interval", ["0", "-1"])
def test_a_rule_that_goes_round_is_refused(site, read, interval):
    """The library would never come to its end."""
    rule = f"RRULE:FREQ=DAILY;INTERVAL={interval}"
    site.put("/c.ics", ics(entry("a@x", "DTSTART:20260501T090000Z", rule), entry("good@x")))
    found = read("/c.ics")
    assert [one.key for one in found.rejects] == ["a@x"]
    assert list(found.last(Event)) == ["good@x"]


def test_a_series_of_many_changes_takes_no_longer_for_each(site, read):
    """Each one is compared with that of its own day only."""
    began = time.monotonic()
    times = [f"{n // 60:02}{n % 60:02}00Z" for n in range(1000)]
    began_as = "DTSTART:20260501T090000Z"
    many = [entry("a@x", began_as, f"RECURRENCE-ID:20260501T{at}") for at in times]
    site.put("/c.ics", ics(*many, *many))
    assert len(read("/c.ics").last(Event)) == 1000
    assert time.monotonic() - began < 15


def test_a_sequence_that_is_no_number_loses_no_event(site, read):
    """It would only have told which of two editions is the later."""
    site.put("/c.ics", ics(entry("a@x", SEQUENCE="ada@example.org")))
    found = read("/c.ics")
    assert (list(found.last(Event)), found.rejects) == (["a@x"], [])


def test_an_end_before_the_start_is_none(site, read):
    """And does not move the start; nor does a length below nothing, or a time where days are."""
    day = entry("day@x", "DTSTART;VALUE=DATE:20260501", "DTEND:20260501T100000Z")
    site.put("/c.ics", ics(day, entry("a@x", "DTSTART:20260501T090000Z", "DURATION:-PT1H")))
    found = read("/c.ics")
    assert found.rejects == []
    assert starts(found) == {"day@x": at(1, 0), "a@x": at(1)}
    assert [one.ends_at >= one.starts_at for one in found.of(Event)] == [True, True]
    lines = ["DTEND:20260501T080000Z", "RRULE:FREQ=DAILY;COUNT=1"]
    site.put("/c.ics", ics(entry("a@x", "DTSTART:20260501T090000Z", *lines)))
    assert starts(read("/c.ics")) == {"a@x/20260501T090000Z": at(1)}


def test_of_two_editions_the_later_counts(site, read):
    """By its sequence, wherever it stands."""
    new = entry("a@x", "DTSTART:20260503T090000Z", SEQUENCE="2")
    old = entry("a@x", "DTSTART:20260501T090000Z", SEQUENCE="1")
    for both in ((new, old), (old, new)):
        site.put("/c.ics", ics(*both))
        assert starts(read("/c.ics")) == {"a@x": at(3)}


def test_private_entries_are_left_out(site, read):
    """Unless somebody asked for them."""
    secret = entry("c@x", CLASS="Confidential")
    site.put("/c.ics", ics(entry("a@x", CLASS="PRIVATE"), entry("b@x", CLASS="PUBLIC"), secret))
    assert list(read("/c.ics").last(Event)) == ["b@x"]
    assert list(read("/c.ics", private=True).last(Event)) == ["a@x", "b@x", "c@x"]


def test_calendars_and_nobody_are_no_people(site, read):
    """Google names the calendar as the organizer, others an address that is none.

    An address in place of a name is no name, and one may stand beside what is no address.
    """
    google = "ORGANIZER;CN=Calls:mailto:abc123@group.calendar.google.com"
    site.put(
        "/c.ics",
        ics(entry("a@x", "DTSTART:20260501T090000Z", google),
            entry("b@x", "DTSTART:20260501T090000Z", "ORGANIZER:invalid:nomail")),
    )  # fmt: skip
    found = read("/c.ics")
    assert [one.kind for one in found.of(Account)] == ["service"]
    assert [one.organizer for one in found.of(Event)][1] is None
    people = (
        "ORGANIZER;CN=Ada Lund;EMAIL=ada@example.org:urn:uuid:1",
        "ATTENDEE;CN=bo@example.org;PARTSTAT=ACCEPTED:mailto:bo@example.org",
        "ATTENDEE;PARTSTAT=ACCEPTED:mailto:r1@resource.calendar.google.com",
    )
    site.put("/c.ics", ics(entry("a@x", "DTSTART:20260501T090000Z", *people)))
    found = read("/c.ics")
    assert found.of(Event)[0].organizer == "ada@example.org"
    assert [(one.account, one.name or None) for one in found.of(Attendance)] == [
        ("bo@example.org", None)
    ]
    assert "name" not in found.last(Account)["bo@example.org"]


def test_an_address_of_an_entry_is_one_on_the_web_or_none(site, read):
    """It would be somebody's script on our pages."""
    site.put("/c.ics", ics(entry("a@x", URL="javascript:alert(1)")))
    assert read("/c.ics").of(Event)[0].url is None


def test_an_entry_without_an_id_stays_the_same(site, read):
    """It is known by what it says."""
    text = ics(entry("a@x"), entry("b@x")).replace("UID:a@x\r\n", "").replace("UID:b@x\r\n", "")
    site.put("/c.ics", text)
    found = list(read("/c.ics").last(Event))
    assert len(found) == 2
    assert list(read("/c.ics").last(Event)) == found


@pytest.mark.parametrize("charset", ["utf-8", "utf-8-sig", "utf-16", "windows-1252"])
def test_a_calendar_may_be_in_any_of_the_usual_character_sets(site, read, charset):
    """Also with lines that end as on Unix."""
    site.put("/c.ics", ics(entry("a@x", SUMMARY="Café")).replace("\r\n", "\n").encode(charset))
    assert read("/c.ics").of(Event)[0].title == "Café"


def test_an_address_to_subscribe_to_is_an_address(context):
    """`webcal://` is what a browser hands to a calendar program."""
    made = CONNECTOR.settings(space="c", url="webcal://calendar.example.org/c.ics")
    assert str(made.url[0]) == "https://calendar.example.org/c.ics"


def test_entries_far_away_are_outside_the_window(site, read):
    """A first read goes back as far as the settings say."""
    site.put("/c.ics", ics(entry("old@x", "DTSTART:20100501T090000Z"), entry("a@x")))
    found = read("/c.ics")
    assert list(found.last(Event)) == ["a@x"]
    assert not [one for one in found.items if isinstance(one, Gone)]
