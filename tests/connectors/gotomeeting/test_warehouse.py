"""GoTo in the warehouse: through the engine, run after run."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from cophub.connectors import gotomeeting
from cophub.http import Limits, MemoryTokens, Transport
from cophub.sandbox.goto import GotoSandbox
from cophub.sync import RunResult, SourceSpec, SyncEngine, Wish
from cophub.warehouse import Warehouse
from cophub.warehouse import tables as t
from tests.connectors.gotomeeting.conftest import first_day
from tests.connectors.gotomeeting.expected import attendances, events

Run = Callable[..., RunResult]


@pytest.fixture
def run(warehouse: Warehouse) -> Run:
    """`run(box)`: one sync of everything at the sandbox's time."""
    tokens = MemoryTokens()
    (connector,) = gotomeeting.cophub_connectors()
    later = iter(range(1, 1_000))
    given: dict[str, Any] = {}

    def sync(box: GotoSandbox, wish: Wish | None = None, **settings: Any) -> RunResult:
        given.setdefault("refresh_token", box.refresh_token())
        given.setdefault("since", first_day(box))
        spec = SourceSpec(
            "calls",
            connector,
            gotomeeting.Settings(
                client_id=box.client_id,
                client_secret=box.client_secret,
                base_url=box.base_url,
                **given | settings,
            ),
        )
        at = box.now + timedelta(seconds=next(later))
        engine = SyncEngine(
            warehouse,
            now=lambda: at,
            tokens=lambda source: tokens,
            transport=lambda spec: Transport(
                Limits(concurrency=4, tries=3), sleep=lambda seconds: None
            ),
        )
        return engine.sync_one(spec, wish or Wish())

    return sync


def rows(warehouse: Warehouse, table: str) -> list[dict[str, Any]]:
    """The rows of a table that are there."""
    with warehouse.connect() as connection:
        found = connection.execute(select(t.metadata.tables[table])).mappings()
        return [dict(row) for row in found if row["gone_at"] is None]


def compare(box: GotoSandbox, warehouse: Warehouse) -> None:
    """Held meetings, planned ones and webinars, and everyone who was at one."""
    held = events(box)
    told = {row["key"] for row in rows(warehouse, "event")}
    meetings = {key for key in told if not key.startswith(("upcoming", "webinar"))}
    assert meetings == held.keys()
    assert len([key for key in told if key.startswith("upcoming:")]) == len(box.truth()["upcoming"])
    attended = {
        (row["event"], row["account"])
        for row in rows(warehouse, "attendance")
        if not row["event"].startswith("webinar")
    }
    assert attended == {(key, one) for key, event in held.items() for one in attendances(event)}
    accounts = {row["key"] for row in rows(warehouse, "account")}
    assert {account for _, account in attended} <= accounts
    spaces = {row["key"]: row for row in rows(warehouse, "space")}
    assert {row["space"] for row in rows(warehouse, "event")} <= spaces.keys()
    assert {row["parent"] for row in spaces.values() if row["parent"]} <= spaces.keys()


def test_a_whole_sync_and_one_that_finds_nothing_new(box, run, warehouse):
    first = run(box)
    assert first.state == "done", [stream.error for stream in first.streams]
    compare(box, warehouse)
    box.log.clear()
    again = run(box)
    assert again.state == "done"
    assert again.total("new") == again.total("changed") == again.total("gone") == 0
    data = [one for one in box.log if not one.path.startswith(("/oauth", "/admin"))]
    assert len(data) < 45


def test_weeks_go_by(box, run, warehouse):
    run(box)
    for _ in range(6):
        box.advance(days=5)
        assert run(box).state == "done"
        box.advance(hours=30)
        assert run(box).state == "done"
    box.advance(days=2)
    run(box)
    compare(box, warehouse)


def test_a_planned_meeting_that_was_held_counts_once(box, run, warehouse):
    """The planned event ends; the number of meetings that are there is that of those held."""
    run(box)
    box.advance(days=25)
    assert run(box).state == "done"
    compare(box, warehouse)


def test_a_sync_without_a_licence_for_webinars_is_done(box, run, warehouse):
    box.webinar_licence = False
    assert run(box).state == "done"
    compare(box, warehouse)


def test_a_sync_that_breaks_off_goes_on(box, run, warehouse):
    box.faults.plan("503", path="*/historicalMeetings", at=tuple(range(20, 200)))
    assert run(box).state != "done"
    box.faults.clear()
    assert run(box).state == "done"
    compare(box, warehouse)


def test_rotated_tokens_outlive_a_month(box, run):
    box.oauth.rotation = "once"
    for _ in range(4):
        assert run(box).state == "done"
        box.advance(days=20)


def test_accounts_of_organizers_keep_their_names(box, run, warehouse):
    run(box)
    named = {row["key"]: row["name"] for row in rows(warehouse, "account")}
    for organizer in box.account.organizers:
        assert named[organizer.email] == organizer.name


def test_who_registered_keeps_the_name_they_gave_whatever_they_type_later(box, run, warehouse):
    """In later runs too, which read the meetings and not the registrations anew."""

    def registered() -> dict[str, set[str]]:
        """The names that registrants gave for webinars, before these were over."""
        names: dict[str, set[str]] = {}
        for webinar in box.truth()["webinars"].values():
            ended = max((one["end"] for one in webinar["sessions"]), default="")
            for who in webinar["registrants"]:
                if who["registered"] <= ended:
                    names.setdefault(who["email"], set()).add(who["name"])
        return names

    run(box)
    for _ in range(3):
        box.advance(days=30)
        assert run(box).state == "done"
    given = registered()
    accounts = {row["key"]: row["name"] for row in rows(warehouse, "account")}
    typed = {key for key in accounts.keys() & given.keys() if accounts[key] not in given[key]}
    assert sorted(typed - {one.email for one in box.account.organizers}) == []


@pytest.mark.parametrize("answer", ["historicalMeetings", "attendees", "organizers"])
def test_what_one_run_cannot_read_the_next_asks_for_once_more_and_the_third_does_not(
    box, run, warehouse, answer
):
    box.faults.plan("bad_item", path=f"*/{answer}", every=1)
    assert run(box).state == "done"
    box.faults.clear()
    assert run(box).state == "done"
    compare(box, warehouse)
    box.faults.plan("bad_item", path="*/historicalMeetings", every=1)
    run(box)
    box.log.clear()
    run(box)
    run(box)
    run(box)
    assert len([one for one in box.log if one.path.endswith("/historicalMeetings")]) < 100
