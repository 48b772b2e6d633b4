"""Calendars, files and the moderators' log over HTTP."""

from collections import Counter
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from cophub import Document, Event, Metric
from cophub.connectors.dgroups.activity import act_of
from cophub.connectors.dgroups.client import Api, NotThere
from cophub.connectors.dgroups.payloads import Entry, Page
from tests.connectors.dgroups.conftest import Ask, Table, Watched, instants


def events_of(box: Watched) -> dict[str, tuple[object, ...]]:
    """What the vendor holds."""
    return {
        key: (row["space"], row["title"], instants(row["starts"]), row["organizer"])
        for key, row in box.truth()["events"].items()
    }


def read_events(table: Table) -> dict[str, tuple[object, ...]]:
    """The same of what was read."""
    return {
        key: (row["space"], row["title"], row["starts_at"], row["organizer"])
        for key, row in table.of(Event).items()
    }


def test_a_first_read_has_the_events_of_the_last_years(still: Watched, ask: Ask, table: Table):
    table.read(ask(still), "events")
    assert read_events(table) == events_of(still)
    assert len(table.of(Event)) > 50


def test_events_that_are_moved_or_called_off_are(box: Watched, ask: Ask, table: Table):
    table.read(ask(box), "events")
    for _ in range(4):
        box.advance(days=10)
        box.calls.clear()
        table.read(ask(box), "events")
        assert read_events(table) == events_of(box)
        assert box.calls["getevents"] == len(box.state.groups)


def test_only_so_many_years_are_read(still: Watched, ask: Ask, table: Table):
    table.read(ask(still, event_years=0), "events")
    assert 0 < len(table.of(Event)) < len(events_of(still))


def test_an_event_that_cannot_be_read_ends_no_other(box: Watched, ask: Ask, table: Table):
    table.read(ask(box), "events")
    before = set(table.of(Event))
    box.faults.plan("bad_item", path="*/getevents", at=(1,))
    table.read(ask(box, later=1), "events")
    assert set(table.of(Event)) == before


def test_an_event_that_is_taken_away_is_gone(box: Watched, ask: Ask, table: Table):
    table.read(ask(box), "events")
    group = box.group("mercop")
    coming = max(events_of(box), key=lambda key: str(box.truth()["events"][key]["starts"]))
    taken = next(one for one in box.state.groups.values() if any(
        str(event.id) == coming for event in one.events))  # fmt: skip
    taken.events[:] = [event for event in taken.events if str(event.id) != coming]
    table.read(ask(box, later=1), "events")
    assert coming not in table.of(Event)
    assert read_events(table) == events_of(box)
    assert group.events


def test_each_date_of_an_entry_that_repeats_is_an_event_and_stays_one(
    box: Watched, ask: Ask, table: Table, monkeypatch: pytest.MonkeyPatch
):
    """Also when a later run sees only some of its dates, or one."""
    plain = Api.page

    def weekly(self: Api, call: str, /, **params: Any) -> Page:
        if call != "getevents":
            return plain(self, call, **params)
        days = [box.now.date() + timedelta(days=days) for days in (-40, -20, 5, 12)]
        rows = [
            msgspec.Raw(b'{"id":5,"name":"Call","start_time":"%sT10:00:00Z"}' % str(day).encode())
            for day in days
            if params["start"] <= str(day) <= params["end"] and str(day) not in cancelled
        ]
        return Page(data=rows, total_count=len(rows))

    monkeypatch.setattr(Api, "page", weekly)
    cancelled: set[str] = set()
    chosen = {"groups": ["mercop"], "event_years": 1}
    table.read(ask(box, **chosen), "events")
    days = [str(box.now.date() + timedelta(days=days)) for days in (-40, -20, 5, 12)]
    assert set(table.of(Event)) == {f"5@{day}" for day in days}
    assert {row["series"] for row in table.of(Event).values()} == {"5"}
    cancelled |= {days[1], days[3]}
    table.read(ask(box, later=1, **chosen), "events")
    assert set(table.of(Event)) == {f"5@{days[0]}", f"5@{days[2]}"}


def files_of(box: Watched) -> dict[str, tuple[str, str]]:
    """Folder and name of every file that the vendor holds."""
    return {
        f"file:{key}": (f"/{row['path']}", row["name"])
        for key, row in box.truth()["files"].items()
        if not row["folder"]
    }


def test_files_are_found_in_every_folder(still: Watched, ask: Ask, table: Table):
    table.read(ask(still), "files")
    found = {key: (row["extra"]["folder"], row["title"]) for key, row in table.of(Document).items()}
    assert found == files_of(still)
    assert any(folder.count("/") > 1 for folder, _ in found.values())


def test_files_that_are_taken_away_are_gone_and_attachments_stay(
    box: Watched, ask: Ask, table: Table
):
    table.read(ask(box), "messages", "files")
    attached = {key for key in table.of(Document) if key.startswith("attachment:")}
    group = box.group("mercop")
    taken = next(file for file in group.files if not file.folder)
    group.files.remove(taken)
    table.read(ask(box, later=30), "files")
    assert f"file:{taken.id}" not in table.of(Document)
    assert attached <= set(table.of(Document))
    assert {key for key in table.of(Document) if key.startswith("file:")} == set(files_of(box))


def test_a_file_that_cannot_be_read_ends_no_other(box: Watched, ask: Ask, table: Table):
    table.read(ask(box), "files")
    before = set(table.of(Document))
    box.faults.plan("bad_item", path="*/getfiledirectory", at=(1,))
    table.read(ask(box, later=30), "files")
    assert set(table.of(Document)) == before
    assert table.rejects


def months(box: Watched, group: int) -> Counter[str]:
    """How many acts of a group's log are in each month."""
    from datetime import UTC, datetime

    acts = box.state.groups[group].acts
    return Counter(f"{datetime.fromtimestamp(act.at, UTC):%Y-%m}" for act in acts)


def counted(table: Table, group: int) -> Counter[str]:
    """The same of what was read."""
    found: Counter[str] = Counter()
    for row in table.of(Metric).values():
        if row["space"] == str(group):
            found[f"{row['period_start']:%Y-%m}"] += int(row["value"])
    return found


def test_the_log_is_counted_by_month_and_read_from_where_it_ended(
    box: Watched, ask: Ask, table: Table
):
    for days in (0, 3, 40):
        if days:
            box.advance(days=days)
        table.read(ask(box), "activity")
        for group in box.state.groups:
            assert counted(table, group) == months(box, group)
    box.calls.clear()
    table.read(ask(box), "activity")
    assert box.calls["getactivitylogs"] == len(box.state.groups)


def test_the_log_is_counted_whatever_order_its_pages_come_in(
    box: Watched, ask: Ask, table: Table, monkeypatch: pytest.MonkeyPatch
):
    """A month may end in the middle of a page, and what was counted may come on it again."""
    for module in ("client", "walking"):
        monkeypatch.setattr(f"cophub.connectors.dgroups.{module}.PAGE", 15)
    for days, turned in ((0, (2, 5)), (3, (1,)), (40, (2,))):
        box.advance(days=days)
        for group in box.state.groups:
            del box.state.groups[group].acts[: days and 2]  # its oldest entries are dropped
        box.faults.plan("reorder_page", path="*/getactivitylogs", at=turned)
        table.read(ask(box), "activity")
        box.faults.clear()
        for group in box.state.groups:
            found, held = counted(table, group), months(box, group)
            first = min(held)
            assert {month: found[month] for month in held if month > first} == {
                month: held[month] for month in held if month > first
            }
            assert found[first] >= held[first]


def test_the_log_is_read_where_the_site_calls_it_by_its_other_name(
    still: Watched, ask: Ask, table: Table, monkeypatch: pytest.MonkeyPatch
):
    plain = Api.page

    def renamed(self: Api, call: str, /, **params: Any) -> Page:
        if call == "getactivitylogs":
            raise NotThere(f"the site knows no call {call}")
        return plain(self, "getactivitylogs" if call == "getactivitylog" else call, **params)

    monkeypatch.setattr(Api, "page", renamed)
    table.read(ask(still), "activity")
    for group in still.state.groups:
        assert counted(table, group) == months(still, group)


def test_no_metric_names_anybody(still: Watched, ask: Ask, table: Table):
    table.read(ask(still), "activity")
    assert {row["name"] for row in table.of(Metric).values()} <= {
        f"activity_{name}"
        for name in ("joins", "leaves", "membership_requests", "deleted_messages", "files_added",
                     "events_added", "other")
    }  # fmt: skip


@pytest.mark.parametrize(
    ("sentence", "act"),
    [
        ('<a href="/g/x/memberbyuid/7">Ada &lt;ada@example.org&gt;</a> subscribed', "joins"),
        ('<a href="/g/x/memberbyuid/7">ada@example.org</a> accepted invitation', "joins"),
        ('<a href="/m/1">Bo</a> added <a href="/m/2">ada@example.org</a> to the group', "joins"),
        ('<a href="/m/1">Bo</a> approved <a href="/m/2">a@b.org</a> \'s membership', "joins"),
        ('<a href="/m/1">Bo</a> unsubscribed', "leaves"),
        ('<a href="/m/1">Bo</a> left the group', "leaves"),
        ('<a href="/m/1">Bo</a> removed <a href="/m/2">ada@example.org</a>', "leaves"),
        ('<a href="/m/1">Bo</a> changed the description', "other"),
    ],
)
def test_an_act_is_told_from_its_sentence(sentence: str, act: str):
    assert act_of(Entry(id=1, entry=sentence)) == act


@pytest.mark.parametrize(
    ("stream", "right"),
    [("events", "calendar_visible"), ("files", "files_visible"), ("activity", "view_activity")],
)
def test_what_is_not_shown_is_named_and_ends_nothing(
    box: Watched, ask: Ask, table: Table, stream: str, right: str
):
    table.read(ask(box), stream)
    before = {kind: dict(rows) for kind, rows in table.rows.items()}
    box.rights("mercop", **{right: False})
    box.log.clear()
    table.read(ask(box, later=30), stream)
    assert {kind: set(rows) for kind, rows in table.rows.items()} == {
        kind: set(rows) for kind, rows in before.items()
    }
    assert right in table.rejects[0].reason
    calls = {"events": "getevents", "files": "getfiledirectory", "activity": "getactivitylogs"}
    group = str(box.group("mercop").id)
    asked = [one.path for one in box.log if one.query.get("group_id") == group]
    assert not any(path.endswith(calls[stream]) for path in asked), "it is not even asked"
    assert "no permission" in table.rejects[0].reason
