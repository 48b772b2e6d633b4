"""Runs after the first: what changed, what moved, what vanished, and what did neither."""

from datetime import UTC, datetime, timedelta

import pytest

from cophub import AuthError, ConfigError, Event, Gone, SourceUnavailable
from cophub.sync import SourceSpec
from cophub.warehouse import Warehouse
from tests.connectors.calendar.conftest import CONNECTOR, EVENTS, FAST, entry, ics
from tests.connectors.website import Answer
from tests.sync.conftest import Desk

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


def on(day, month=6):
    return f"DTSTART:2026{month:02}{day:02}T090000Z"


def gone(found):
    return [
        one.where["key"] for one in found.items if isinstance(one, Gone) and one.record is Event
    ]


def test_a_calendar_that_did_not_change_gives_nothing(site, read):
    """By its ETag, and where there is none by its bytes."""
    site.put("/c.ics", ics(entry("a@x")), ETag='"one"')
    first = read("/c.ics")
    assert read("/c.ics", since=first.cursor).items == []
    assert site.asked[-1].status == 304
    site.put("/c.ics", ics(entry("a@x")))
    assert read("/c.ics", since=first.cursor).items == []


def test_a_calendar_that_is_stamped_anew_at_each_request_tells_nothing_new(site, read):
    """Google writes the time of the request into every entry."""
    site.put("/c.ics", ics(entry("a@x")))
    first = read("/c.ics")
    site.put("/c.ics", ics(entry("a@x")).replace("20260101T000000Z", "20260202T000000Z"))
    again = read("/c.ics", since=first.cursor)
    assert again.of(Event) == []
    assert gone(again) == []


def test_only_what_changed_is_told_again(site, read):
    """And of that, who no longer accepts is gone."""
    who = "ATTENDEE;PARTSTAT={}:mailto:amina@example.org"
    site.put("/c.ics", ics(entry("a@x", on(5), who.format("ACCEPTED")), entry("b@x", on(6))))
    first = read("/c.ics")
    site.put("/c.ics", ics(entry("a@x", on(5), who.format("DECLINED")), entry("b@x", on(6))))
    again = read("/c.ics", since=first.cursor)
    assert list(again.last(Event)) == ["a@x"]
    (ended,) = [one for one in again.items if isinstance(one, Gone)]
    assert (ended.where, ended.but) == ({"event": "a@x"}, ())


def test_an_event_that_moves_keeps_its_key(site, read):
    """So nothing is gone, and nothing is new."""
    site.put("/c.ics", ics(entry("a@x", on(5))))
    first = read("/c.ics")
    site.put("/c.ics", ics(entry("a@x", on(9))))
    again = read("/c.ics", since=first.cursor)
    assert again.last(Event)["a@x"]["starts_at"] == datetime(2026, 6, 9, 9, tzinfo=UTC)
    assert gone(again) == []


def test_what_vanished_is_gone(site, read):
    """From the middle, and from the end of a calendar that became shorter."""
    site.put("/c.ics", ics(*(entry(f"{day}@x", on(day)) for day in (5, 6, 7))))
    first = read("/c.ics")
    site.put("/c.ics", ics(entry("5@x", on(5)), entry("7@x", on(7))))
    second = read("/c.ics", since=first.cursor)
    assert gone(second) == ["6@x"]
    site.put("/c.ics", ics(entry("5@x", on(5))))
    assert gone(read("/c.ics", since=second.cursor)) == ["7@x"]


def test_an_occurrence_that_is_excluded_later_is_gone(site, read):
    """It is taken out of the rule, not cancelled."""
    series = [on(5), "RRULE:FREQ=WEEKLY;COUNT=3"]
    site.put("/c.ics", ics(entry("w@x", *series)))
    first = read("/c.ics")
    site.put("/c.ics", ics(entry("w@x", *series, "EXDATE:20260612T090000Z")))
    assert gone(read("/c.ics", since=first.cursor)) == ["w@x/20260612T090000Z"]


def test_a_calendar_of_what_is_to_come_does_not_take_away_the_past(site, read):
    """Past events leave such a calendar, and the last ones are pushed out by new ones."""
    site.put("/c.ics", ics(*(entry(f"{day}@x", on(day)) for day in (5, 12, 19))))
    first = read("/c.ics")
    later = NOW + timedelta(days=7)
    site.put("/c.ics", ics(*(entry(f"{day}@x", on(day)) for day in (12, 13, 15))))
    again = read("/c.ics", since=first.cursor, now=later)
    assert gone(again) == []
    site.put("/c.ics", ics(*(entry(f"{day}@x", on(day)) for day in (13, 15, 26))))
    assert gone(read("/c.ics", since=again.cursor, now=later)) == ["12@x", "19@x"]


def test_what_leaves_the_window_is_not_gone(site, read):
    """It took place; it is only too long ago to be written out again."""
    site.put("/c.ics", ics(entry("a@x", on(1, 5)), entry("b@x", on(1, 4))), ETag='"one"')
    first = read("/c.ics", past_days=90)
    site.put("/c.ics", ics(entry("b@x", on(1, 4))), ETag='"two"')
    again = read("/c.ics", since=first.cursor, past_days=90, now=NOW + timedelta(days=80))
    assert gone(again) == []


def test_time_goes_on_although_the_calendar_does_not_change(site, read):
    """An endless series has new events each month, in a file that stays as it was."""
    site.put("/c.ics", ics(entry("w@x", on(1), "RRULE:FREQ=WEEKLY")), ETag='"one"')
    first = read("/c.ics", future_days=30)
    soon = read("/c.ics", since=first.cursor, future_days=30, now=NOW + timedelta(days=20))
    assert soon.items == []
    later = read("/c.ics", since=first.cursor, future_days=30, now=NOW + timedelta(days=40))
    new = later.last(Event)
    assert new
    assert not set(new) & set(first.last(Event))
    assert gone(later) == []


def test_an_event_that_changes_its_calendar_is_not_gone(site, read):
    """Its key is the same, wherever it is."""
    site.put("/a.ics", ics(entry("a@x", on(5)), entry("b@x", on(6))))
    site.put("/b.ics", ics(entry("c@x", on(7))))
    first = read("/b.ics", "/a.ics")
    site.put("/a.ics", ics(entry("b@x", on(6))))
    site.put("/b.ics", ics(entry("c@x", on(7)), entry("a@x", on(5))))
    assert gone(read("/b.ics", "/a.ics", since=first.cursor)) == []


def test_an_entry_that_can_no_longer_be_read_is_not_gone(site, read):
    """Nothing is known of it."""
    site.put("/c.ics", ics(entry("a@x", on(5)), entry("b@x", on(6)), entry("c@x", on(7))))
    first = read("/c.ics")
    site.put("/c.ics", ics(entry("a@x", on(5)), entry("b@x", "DTSTART:soon")))
    again = read("/c.ics", since=first.cursor)
    assert [one.key for one in again.rejects] == ["b@x"]
    assert gone(again) == ["c@x"]


@pytest.mark.parametrize("cursor", ["", "{}", "no json", '{"calendars": 3}'])
def test_a_cursor_of_somebody_else_is_a_first_read(site, read, cursor):
    """Nothing is lost by reading a calendar again."""
    site.put("/c.ics", ics(entry("a@x")))
    assert len(read("/c.ics", since=cursor).of(Event)) == 1


def test_a_calendar_that_moves_to_another_zone_moves_its_days(site, read):
    """A whole day begins when it begins there, though its entry says the same."""
    day = entry("a@x", "DTSTART;VALUE=DATE:20260605")
    site.put("/c.ics", ics(day, head="X-WR-TIMEZONE:Europe/Paris"))
    first = read("/c.ics")
    site.put("/c.ics", ics(day, head="X-WR-TIMEZONE:Africa/Nairobi"))
    (moved,) = read("/c.ics", since=first.cursor).of(Event)
    assert moved.starts_at - first.of(Event)[0].starts_at == timedelta(hours=-1)


def test_a_calendar_that_fails_stops_no_other(site, context, settings):
    """It is told when the others are kept."""
    site.put("/b.ics", ics(entry("b@x", on(5))))
    kept = []
    with pytest.raises(SourceUnavailable, match=r"a\.ics"):
        for one in EVENTS.extract(context(settings("/a.ics", "/b.ics"), limits=FAST), None):
            kept.append(one)
    assert [one.key for one in kept if isinstance(one, Event)] == ["b@x"]


def test_settings_that_changed_mean_a_new_read(site, read):
    """Which still knows what was there."""
    site.put("/c.ics", ics(entry("a@x", "DTSTART:20260605T090000", "RRULE:FREQ=DAILY;COUNT=1")),
             ETag='"one"')  # fmt: skip
    first = read("/c.ics")
    again = read("/c.ics", since=first.cursor, timezone="Africa/Nairobi")
    assert list(again.last(Event)) == ["a@x/20260605T060000Z"]
    assert gone(again) == ["a@x/20260605T090000Z"]


def test_a_web_page_or_half_a_calendar_takes_nothing_away(site, read):
    """A first run says what to correct, a later one waits."""
    site.put("/c.ics", "<!doctype html><html>Sign in</html>")
    with pytest.raises(ConfigError, match=r"is a web page.*\.ics"):
        read("/c.ics")
    site.put("/c.ics", ics(entry("a@x"), entry("b@x")))
    first = read("/c.ics")
    site.put("/c.ics", "<!doctype html><html>Sign in</html>")
    with pytest.raises(SourceUnavailable):
        read("/c.ics", since=first.cursor)
    site.put("/c.ics", ics(entry("a@x"), entry("b@x"))[:-60])
    with pytest.raises(SourceUnavailable, match="breaks off"):
        read("/c.ics", since=first.cursor)


def test_a_refusal_says_which_address_to_take(site, read):
    """And no message shows an address that is a key."""
    site.pages["/private-0a1b2c3d4e/basic.ics"] = Answer(b"", 401)
    with pytest.raises(AuthError, match="secret address") as raised:
        read("/private-0a1b2c3d4e/basic.ics")
    assert "0a1b2c3d4e" not in str(raised.value)


def test_a_folder_of_files_is_one_calendar(tmp_path, read):
    """Not opened while nothing changes; a file that is deleted ends its events."""
    for day in (5, 6, 7):
        (tmp_path / f"{day}.ics").write_text(ics(entry(f"{day}@x", on(day))))
    first = read(path=str(tmp_path))
    assert len(first.of(Event)) == 3
    assert read(path=str(tmp_path), since=first.cursor).items == []
    (tmp_path / "6.ics").unlink()
    again = read(path=str(tmp_path), since=first.cursor)
    assert (gone(again), again.of(Event)) == (["6@x"], [])


def test_a_file_that_cannot_be_read_takes_nothing_away(tmp_path, read):
    """What was in it is not known, so the whole calendar waits."""
    for day in (5, 6, 7):
        (tmp_path / f"{day}.ics").write_text(ics(entry(f"{day}@x", on(day))))
    first = read(path=str(tmp_path))
    (tmp_path / "6.ics").write_text("half")
    again = read(path=str(tmp_path), since=first.cursor)
    assert (gone(again), len(again.rejects)) == ([], 1)
    (tmp_path / "6.ics").unlink()
    assert gone(read(path=str(tmp_path), since=again.cursor)) == ["6@x"]


def test_a_folder_that_became_empty_is_no_calendar_that_became_empty(tmp_path, read):
    """A disk that is not there looks so."""
    (tmp_path / "5.ics").write_text(ics(entry("5@x", on(5))))
    first = read(path=str(tmp_path))
    (tmp_path / "5.ics").unlink()
    with pytest.raises(SourceUnavailable, match=r"no \.ics file"):
        read(path=str(tmp_path), since=first.cursor)


def test_what_check_and_discover_say(site, context, settings):
    """How many entries there are, and how many hang in no zone."""
    text = ics(entry("a@x"), entry("b@x", "DTSTART:20260605T090000"), entry("c@x", "DTSTART:soon"))
    site.put("/c.ics", text)
    verdicts = list(CONNECTOR.check(context(settings("/c.ics"), limits=FAST)))
    assert [one.state for one in verdicts] == ["warning", "ok"]
    assert "3 entries, 1 of which" in verdicts[1].message
    (space,) = CONNECTOR.discover(context(settings("/c.ics"), limits=FAST))
    assert space.extra == {"entries": 3, "timezone": "UTC"}
    (cost,) = CONNECTOR.estimate(context(settings("/c.ics"), limits=FAST), {})
    assert cost.requests == 1


def test_through_the_engine_nothing_is_rewritten(site, settings, tmp_path):
    """And what vanished ends, with those who were registered for it."""
    desk = Desk(Warehouse.open(f"sqlite:///{tmp_path / 'hub.db'}"))
    spec = SourceSpec("calls", CONNECTOR, settings("/c.ics"))
    who = "ATTENDEE;PARTSTAT=ACCEPTED:mailto:amina@example.org"
    kept = entry("w@x", on(5), who, "RRULE:FREQ=WEEKLY")
    site.put("/c.ics", ics(kept, entry("b@x", on(6), who)))
    first = desk.sync(spec)
    assert (first.state, first.total("rejected")) == ("done", 0)
    site.put("/c.ics", ics(kept, entry("b@x", on(6), who)) + "\r\n")
    again = desk.sync(spec)
    assert (again.state, again.total("new"), again.total("changed"), again.total("gone")) == (
        "done", 0, 0, 0,
    )  # fmt: skip
    site.put("/c.ics", ics(kept))
    assert desk.sync(spec).total("gone") >= 1
    ended = [key for key, at in desk.rows("event", "key", "gone_at") if at]
    assert ended == ["b@x"]
