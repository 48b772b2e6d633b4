"""Calendars of SharePoint, by both ways: single events, series, what replaces a day of one."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from cophub import Context, CursorExpired, Event
from cophub.connectors.sharepoint.events import events
from cophub.sandbox.microsoft import MicrosoftSandbox
from cophub.sandbox.microsoft.sharepoint.life import event_fields
from cophub.sandbox.microsoft.sharepoint.recurrence import HEAD, TAIL
from cophub.sandbox.microsoft.sharepoint.state import Item, Site, SPList
from tests.connectors.sharepoint.table import Ask, Held

HOUR, DAY = 3600, 86_400
WEEKLY = '<weekly {day}="TRUE" weekFrequency="{every}" />'
NAMES = ("mo", "tu", "we", "th", "fr", "sa", "su")


class Calendar:
    """The calendar of the first site, emptied, and a stream that is read again and again."""

    def __init__(self, box: MicrosoftSandbox, ask: Ask, held: Held, *, secret: bool) -> None:
        self.box, self.held = box, held
        self.site: Site = box.sharepoint.site(0)
        self.list: SPList = box.sharepoint.list(self.site, "Events")
        for item in list(self.list.items.values()):
            box.sharepoint.delete_item(self.site, item, "Events")
        self._ask: Callable[[], Context[Any]] = lambda: ask(box, secret=secret)
        self.zone = ZoneInfo(self.site.zone[2])

    def add(self, start: datetime, name: str = "Call", minutes: int = 60, **more: Any) -> Item:
        fields = event_fields(self.site, name, int(start.timestamp()), minutes * 60) | more
        return self.box.sharepoint.add_item(self.site, "Events", **fields)  # type: ignore[arg-type]

    def weekly(self, start: datetime, times: int | None = 10, every: int = 1) -> Item:
        return self.add(start, **self.rule(start, times, every))

    def rule(self, start: datetime, times: int | None, every: int = 1) -> dict[str, Any]:
        end = f"<repeatInstances>{times}</repeatInstances>" if times else ""
        end = end or "<repeatForever>FALSE</repeatForever>"
        repeat = WEEKLY.format(day=NAMES[start.astimezone(self.zone).weekday()], every=every)
        return {
            "fRecurrence": True, "EventType": 1, "TimeZone": self.site.zone[0],
            "RecurrenceData": f"{HEAD}{repeat}</repeat>{end}{TAIL}",
        }  # fmt: skip

    def replace(self, master: Item, day: datetime, *, deleted: bool = False) -> Item:
        made = self.box.sharepoint.life.exception(
            self.site, self.list, master, int(day.timestamp()), deleted=deleted
        )
        assert made is not None
        return made

    def edit(self, item: Item, **fields: Any) -> None:
        self.box.sharepoint.edit_item(self.site, item, "Events", **fields)

    def delete(self, item: Item) -> None:
        self.box.sharepoint.delete_item(self.site, item, "Events")

    def read(self, *, whole: bool = False) -> dict[str, Event]:
        """Another run; the events by key."""
        if whole:
            self.held.cursor = None
        self.held.take(events(self._ask(), self.held.cursor))
        return self.events()

    def events(self) -> dict[str, Event]:
        return {
            key: row for key, row in self.held.of(Event).items() if key.startswith(self.list.id)
        }

    def taking_place(self) -> list[str]:
        """When there is something, in the site's time."""
        found = [row.starts_at for row in self.events().values() if row.cancelled is not True]
        return sorted(f"{at.astimezone(self.zone):%m-%d %H:%M}" for at in found if at)  # type: ignore[union-attr]

    def key(self, item: Item, day: datetime | None = None) -> str:
        end = f":{day.astimezone(UTC):%Y%m%dT%H%MZ}" if day else ""
        return f"{self.list.id}:{item.id}{end}"

    def at(self, month: int, day: int, hour: int = 10) -> datetime:
        return datetime(2026, month, day, hour, tzinfo=self.zone)


@pytest.fixture(params=[False, True], ids=["certificate", "secret"])
def calendar(request: Any, box: MicrosoftSandbox, ask: Ask, held: Held) -> Calendar:
    return Calendar(box, ask, held, secret=request.param)


@pytest.fixture
def by_rest(box: MicrosoftSandbox, ask: Ask, held: Held) -> Calendar:
    return Calendar(box, ask, held, secret=False)


def test_a_single_event_is_one(calendar: Calendar) -> None:
    item = calendar.add(calendar.at(5, 5), "Data quality", 90, Location="Room 3")
    found = calendar.read()[calendar.key(item)]
    assert (found.title, found.kind, found.cancelled) == ("Data quality", "calendar", False)
    assert found.starts_at == calendar.at(5, 5)
    assert found.ends_at == calendar.at(5, 5) + timedelta(minutes=90)
    assert found.space == calendar.site.id
    assert isinstance(found.extra, dict)
    assert found.extra["location"] == "Room 3"
    assert found.extra["description"] == "Data quality"
    assert found.organizer


def test_an_all_day_event_is_of_the_sites_day(by_rest: Calendar) -> None:
    """The vendor writes its day as if it were UTC's."""
    item = by_rest.add(datetime(2026, 5, 5, tzinfo=UTC), minutes=24 * 60 - 1, fAllDayEvent=True)
    found = by_rest.read()[by_rest.key(item)]
    assert found.starts_at == by_rest.at(5, 5, 0)
    assert found.ends_at == by_rest.at(5, 6, 0) - timedelta(minutes=1)
    assert isinstance(found.extra, dict) and found.extra["all_day"] is True


def test_an_all_day_event_by_graph_says_that_its_zone_is_assumed(
    box: MicrosoftSandbox, ask: Ask, held: Held
) -> None:
    calendar = Calendar(box, ask, held, secret=True)
    item = calendar.add(datetime(2026, 5, 5, tzinfo=UTC), fAllDayEvent=True)
    found = calendar.read()[calendar.key(item)]
    assert found.starts_at == datetime(2026, 5, 5, tzinfo=UTC)
    assert isinstance(found.extra, dict) and found.extra["zone_assumed"] is True


def test_a_weekly_call_stays_at_its_hour_when_the_clocks_change(calendar: Calendar) -> None:
    calendar.zone = ZoneInfo("Europe/Zurich")
    start = datetime(2026, 3, 12, 10, tzinfo=calendar.zone)
    master = calendar.add(start, **calendar.rule(start, 4) | {"TimeZone": 4})
    calendar.read()
    assert calendar.taking_place() == ["03-12 10:00", "03-19 10:00", "03-26 10:00", "04-02 10:00"]
    first, last = (calendar.key(master, start + timedelta(weeks=n)) for n in (0, 3))
    # Ten o'clock is another instant from the last Sunday of March on.
    assert first.endswith("T0900Z") and last.endswith("T0800Z")
    assert {row.series for row in calendar.events().values()} == {calendar.key(master)}
    one = calendar.events()[first]
    assert one.ends_at == start + timedelta(hours=1)


@pytest.mark.parametrize("together", [True, False], ids=["in one read", "later"])
def test_a_deleted_day_is_cancelled(calendar: Calendar, together: bool) -> None:
    start = calendar.at(4, 7)
    master = calendar.weekly(start, 3)
    if not together:
        calendar.read()
    calendar.replace(master, start + timedelta(weeks=1), deleted=True)
    found = calendar.read()
    assert calendar.taking_place() == ["04-07 10:00", "04-21 10:00"]
    assert found[calendar.key(master, start + timedelta(weeks=1))].cancelled is True
    assert len(found) == 3


@pytest.mark.parametrize("together", [True, False], ids=["in one read", "later"])
def test_a_changed_day_takes_the_place_of_the_one_it_was(
    calendar: Calendar, together: bool
) -> None:
    start = calendar.at(4, 7)
    master = calendar.weekly(start, 3)
    if not together:
        calendar.read()
    moved = calendar.replace(master, start + timedelta(weeks=1))
    found = calendar.read()
    assert calendar.taking_place() == ["04-07 10:00", "04-14 12:00", "04-21 10:00"]
    assert found[calendar.key(moved)].series == calendar.key(master)
    # Edited once more, it is the same event at another time.
    calendar.edit(moved, EventDate=int(calendar.at(4, 15).timestamp()))
    calendar.read()
    assert calendar.taking_place() == ["04-07 10:00", "04-15 10:00", "04-21 10:00"]


def test_a_day_stays_replaced_when_the_series_is_edited_later(calendar: Calendar) -> None:
    start = calendar.at(4, 7)
    master = calendar.weekly(start, 3)
    calendar.replace(master, start + timedelta(weeks=1), deleted=True)
    calendar.read()
    calendar.edit(master, Title="A new name")
    found = calendar.read()
    assert calendar.taking_place() == ["04-07 10:00", "04-21 10:00"]
    assert {row.title for row in found.values() if not row.cancelled} == {"A new name"}
    calendar.read(whole=True)
    assert calendar.taking_place() == ["04-07 10:00", "04-21 10:00"]


def test_a_day_is_back_when_nothing_replaces_it_any_more(calendar: Calendar) -> None:
    start = calendar.at(4, 7)
    master = calendar.weekly(start, 3)
    gone = calendar.replace(master, start + timedelta(weeks=1), deleted=True)
    calendar.read()
    calendar.delete(gone)
    calendar.read()
    assert _days_not_cancelled(calendar) == 3


def _days_not_cancelled(calendar: Calendar) -> int:
    return sum(row.cancelled is False for row in calendar.events().values())


def test_a_moved_day_that_is_deleted_stays_cancelled(calendar: Calendar) -> None:
    """SharePoint takes its row away and writes another one that says deleted."""
    start = calendar.at(4, 7)
    master = calendar.weekly(start, 3)
    moved = calendar.replace(master, start + timedelta(weeks=1))
    calendar.read()
    calendar.delete(moved)
    calendar.replace(master, start + timedelta(weeks=1), deleted=True)
    calendar.read()
    assert calendar.taking_place() == ["04-07 10:00", "04-21 10:00"]


def test_another_rule_has_other_days(calendar: Calendar) -> None:
    """Days that it has no more are gone, and with them what replaced them."""
    start = calendar.at(4, 7)
    master = calendar.weekly(start, 4)
    gone = calendar.replace(master, start + timedelta(weeks=1), deleted=True)
    kept = calendar.replace(master, start + timedelta(weeks=2), deleted=True)
    calendar.read()
    calendar.edit(master, **calendar.rule(start, 2, every=2))
    calendar.delete(gone)
    calendar.delete(kept)
    found = calendar.read()
    assert calendar.key(master, start + timedelta(weeks=1)) not in found
    assert len(found) == 2
    assert all(row.cancelled is False for row in found.values())


def test_a_series_that_is_deleted_takes_all_its_days(calendar: Calendar) -> None:
    start = calendar.at(4, 7)
    other = calendar.add(calendar.at(4, 8))
    master = calendar.weekly(start, 4)
    moved = calendar.replace(master, start + timedelta(weeks=1))
    gone = calendar.replace(master, start + timedelta(weeks=2), deleted=True)
    assert len(calendar.read()) == 6
    for item in (master, moved, gone):
        calendar.delete(item)
    assert list(calendar.read()) == [calendar.key(other)]


def test_rows_that_replaced_days_go_with_a_series_though_nothing_tells(by_rest: Calendar) -> None:
    start = by_rest.at(4, 7)
    master = by_rest.weekly(start, 4)
    by_rest.replace(master, start + timedelta(weeks=1))
    assert len(by_rest.read()) == 5
    by_rest.delete(master)
    assert not by_rest.read()


def test_an_event_that_becomes_a_series_and_one_again(calendar: Calendar) -> None:
    start = calendar.at(4, 7)
    item = calendar.add(start)
    calendar.read()
    calendar.edit(item, **calendar.rule(start, 3))
    assert calendar.key(item) not in calendar.read()
    assert len(calendar.events()) == 3
    calendar.edit(item, EventType=0, RecurrenceData=None, fRecurrence=False)
    assert list(calendar.read()) == [calendar.key(item)]


def test_an_event_that_is_deleted_is_gone(calendar: Calendar) -> None:
    item = calendar.add(calendar.at(4, 7))
    other = calendar.add(calendar.at(4, 8))
    calendar.read()
    calendar.delete(item)
    assert list(calendar.read()) == [calendar.key(other)]


def test_a_series_without_an_end_goes_to_the_horizon_and_on_with_time(by_rest: Calendar) -> None:
    start = by_rest.at(5, 5)
    days = f"{by_rest.key(by_rest.weekly(start, None))}:"
    by_rest.read()
    last = max(row.starts_at for row in by_rest.events().values())  # type: ignore[type-var]
    now = datetime.fromtimestamp(by_rest.box.timeline.now, UTC)
    assert now + timedelta(days=393) <= last <= now + timedelta(days=400)  # type: ignore[operator]
    before = sum(key.startswith(days) for key in by_rest.events())
    by_rest.box.advance(days=28)
    by_rest.read(whole=True)
    after = sum(key.startswith(days) for key in by_rest.events())
    assert after == before + 4


def test_a_forgotten_cursor_ends_only_what_is_gone(calendar: Calendar) -> None:
    start = calendar.at(4, 7)
    master = calendar.weekly(start, 3)
    calendar.replace(master, start + timedelta(weeks=1), deleted=True)
    single = calendar.add(calendar.at(4, 9))
    calendar.read()
    calendar.delete(single)
    calendar.box.expire_cursors()
    found = calendar.read()
    assert calendar.key(single) not in found
    assert len(found) == 3
    assert calendar.taking_place() == ["04-07 10:00", "04-21 10:00"]


def test_every_event_that_lives_in_the_tenant_is_read(
    still: MicrosoftSandbox, ask: Ask, held: Held
) -> None:
    """The ones that the sandbox makes by itself, series and all, on three sites."""
    held.take(events(ask(still, sites=(0, 1, 2)), None))
    found = held.of(Event)
    for number in range(3):
        site = still.sharepoint.site(number)
        of = still.sharepoint.list(site, "Events")
        for item in of.items.values():
            kind, key = item.fields["EventType"], f"{of.id}:{item.id}"
            if kind == 1:
                assert any(row.series == key for row in found.values())
            elif kind == 3:
                assert key not in found
            else:
                assert found[key].space == site.id
    assert any(row.series for row in found.values())


def test_a_rule_that_is_none_rejects_its_row_alone(
    by_rest: Calendar, ask: Ask, extract: Callable[..., Any]
) -> None:
    bad = by_rest.add(by_rest.at(4, 7), EventType=1, RecurrenceData="<recurrence/>")
    good = by_rest.add(by_rest.at(4, 8))
    found = extract(events, ask(by_rest.box))
    assert [item.reason for item in found.rejects] == ["RecurrenceData has no rule"] or (
        "no rule" in found.rejects[0].reason
    )
    assert by_rest.key(good) in found.last(Event)
    assert by_rest.key(bad) not in found.last(Event)


def test_a_cursor_of_another_stream_is_read_anew(by_rest: Calendar, ask: Ask) -> None:
    with pytest.raises(CursorExpired):
        list(events(ask(by_rest.box), '["not ours"]'))
