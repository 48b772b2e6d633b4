"""What Microsoft counts of sites: days once each, longer spans as one row, reports by id."""

import json
import logging
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
import pytest

from cophub import AuthError, CursorExpired, Metric
from cophub.connectors.microsoft.reports import ReportRow
from cophub.connectors.sharepoint.sites import sites_of
from cophub.connectors.sharepoint.usage import LATE, Activity, parse_report, usage
from cophub.sandbox.microsoft import MicrosoftSandbox
from cophub.sandbox.microsoft.sharepoint.traffic import acts_by_day, visits
from tests.connectors.conftest import Extracted
from tests.connectors.sharepoint.table import Ask, asked

Extract = Callable[..., Extracted]
DAY = 86_400


@pytest.fixture
def still(still: MicrosoftSandbox) -> Any:
    """The shared tenant, where names in reports are shown."""
    concealed, still.concealed = still.concealed, False
    yield still
    still.concealed = concealed


def today(box: MicrosoftSandbox) -> date:
    return datetime.fromtimestamp(box.timeline.now, UTC).date()


def by_name(found: Extracted, name: str, space: str = "") -> list[Metric]:
    rows = [row for row in found.of(Metric) if row.name == name]
    return [row for row in rows if not space or row.space == space]


def days_of(rows: list[Metric]) -> set[date]:
    return {row.period_start for row in rows if isinstance(row.period_start, date)}


@pytest.mark.parametrize("secret", [False, True], ids=["certificate", "secret"])
def test_every_day_of_the_last_89_is_there_once(
    still: MicrosoftSandbox, ask: Ask, extract: Extract, secret: bool
) -> None:
    found = extract(usage, ask(still, secret=secret))
    site = still.sharepoint.site(0)
    rows = by_name(found, "access_actions")
    assert not found.rejects
    assert all(row.period_start == row.period_end and row.subject == "" for row in rows)
    expected: dict[date, float] = {}
    for ago in range(1, 90):
        day = today(still) - timedelta(days=ago)
        actions = visits(site, (still.timeline.now // DAY) - ago)[0]
        expected |= {day: float(actions)} if actions else {}
    assert {row.period_start: row.value for row in rows} == expected
    people = {row.period_start: row.value for row in by_name(found, "access_people")}
    assert people.keys() == expected.keys()


def test_what_was_done_is_counted_by_kind(
    still: MicrosoftSandbox, ask: Ask, extract: Extract
) -> None:
    """A day without edits has no row of edits: it is not said to be zero."""
    found = extract(usage, ask(still))
    end = still.timeline.now // DAY
    acts = acts_by_day(still.sharepoint.site(0), (end - 89) * DAY, end * DAY)
    for word in ("create", "edit", "delete", "move"):
        told = {row.period_start: row.value for row in by_name(found, f"{word}_actions")}
        expected = {
            datetime.fromtimestamp(day * DAY, UTC).date(): float(words[word][0])
            for day, words in acts.items()
            if word in words
        }
        assert told == expected


def test_spans_are_one_row_for_all_of_their_days(
    still: MicrosoftSandbox, ask: Ask, extract: Extract
) -> None:
    found = extract(usage, ask(still))
    site, now = still.sharepoint.site(0), today(still)
    (week,) = by_name(found, "access_actions_7_days")
    assert (week.period_start, week.period_end) == (now - timedelta(7), now - timedelta(1))
    (ever,) = by_name(found, "access_actions_all_time")
    assert ever.period_start == datetime.fromtimestamp(site.created, UTC).date()
    assert ever.period_end == now
    days = sum(float(row.value) for row in by_name(found, "access_actions") if row.value)
    assert isinstance(ever.value, float) and ever.value > days


def test_a_later_run_reads_the_new_days_and_the_last_three_again(
    box: MicrosoftSandbox, ask: Ask, extract: Extract
) -> None:
    first = extract(usage, ask(box))
    last = today(box) - timedelta(days=1)
    assert json.loads(first.cursor or "") == {"sites": {box.sharepoint.site(0).id: str(last)}}
    box.advance(days=5)
    box.log.clear()
    later = extract(usage, ask(box), first.cursor)
    (line,) = [line for line in asked(box) if "getActivitiesByInterval" in line]
    start = last - LATE + timedelta(days=1)
    assert f"startDateTime='{start}',endDateTime='{today(box)}'" in line.replace("%27", "'")
    days = days_of(by_name(later, "access_people"))
    assert min(days) >= start and max(days) <= today(box) - timedelta(days=1)


def test_a_run_whose_clock_was_ahead_keeps_no_later_one_from_reading(
    box: MicrosoftSandbox, ask: Ask, extract: Extract
) -> None:
    """The vendor refuses days that begin after they end."""
    ahead = json.dumps({"sites": {box.sharepoint.site(0).id: str(today(box) + timedelta(days=40))}})
    first = extract(usage, ask(box))
    later = extract(usage, ask(box), ahead)
    assert by_name(later, "access_people") == by_name(first, "access_people")
    assert later.cursor == first.cursor


def test_days_that_the_vendor_no_longer_has_are_told(
    box: MicrosoftSandbox, ask: Ask, extract: Extract, caplog: pytest.LogCaptureFixture
) -> None:
    first = extract(usage, ask(box))
    box.advance(days=120)
    with caplog.at_level(logging.WARNING):
        later = extract(usage, ask(box), first.cursor)
    assert "are not counted: the vendor keeps 90 days" in caplog.text
    days = days_of(by_name(later, "access_people"))
    assert min(days) >= today(box) - timedelta(days=89)


def test_the_report_gives_storage_of_a_day_and_views_of_a_week(
    still: MicrosoftSandbox, ask: Ask, extract: Extract
) -> None:
    found = extract(usage, ask(still, sites=(0, 1)))
    shown = today(still) - timedelta(days=2)
    for number in (0, 1):
        space = still.sharepoint.site(number).id
        (storage,) = by_name(found, "storage_used", space)
        assert (storage.period_start, storage.period_end) == (shown, shown)
        (files,) = by_name(found, "files", space)
        assert (files.value or 0) > 0
        (views,) = by_name(found, "page_views_7_days", space)
        assert (views.period_start, views.period_end) == (shown - timedelta(days=6), shown)
    assert {row.space for row in by_name(found, "files")} == {
        still.sharepoint.site(number).id for number in (0, 1)
    }


def test_the_report_is_joined_by_id_or_by_address(still: MicrosoftSandbox, ask: Ask) -> None:
    """The vendor leaves the address out, now and then; and zeros are nobody's id."""
    ctx = ask(still)
    (site,) = sites_of(ctx)
    sites = {site.site_id: site, site.url.lower(): site}
    zeros = "00000000-0000-0000-0000-000000000000"
    counts = {"File Count": "3"}

    def joined(**named: str | None) -> list[str | int]:
        columns = (
            "File Count", "Storage Used (Byte)", "Storage Allocated (Byte)", "Page View Count",
            "Visited Page Count", "Active File Count",
        )  # fmt: skip
        values: dict[str, str | None] = dict.fromkeys(columns)
        values |= {"Is Deleted": "False", **counts, **named}
        found = parse_report(ReportRow(date(2026, 5, 1), values), ctx, sites)
        return [row.space for row in found]

    assert joined(**{"Site Id": site.site_id.upper(), "Site URL": None}) == [site.key]
    assert joined(**{"Site Id": zeros, "Site URL": f"{site.url}/"}) == [site.key]
    assert joined(**{"Site Id": zeros, "Site URL": None}) == []
    assert joined(**{"Site Id": site.site_id, "Is Deleted": "True"}) == []


def test_concealed_names_are_told_once_and_never_guessed(
    still: MicrosoftSandbox, ask: Ask, extract: Extract, caplog: pytest.LogCaptureFixture
) -> None:
    still.concealed = True
    with caplog.at_level(logging.WARNING):
        found = extract(usage, ask(still, sites=(0, 1)))
    assert caplog.text.count("conceals names") == 1
    assert not by_name(found, "files")
    assert by_name(found, "access_actions")


def test_without_the_reports_permission_all_else_is_read(
    still: MicrosoftSandbox, ask: Ask, extract: Extract, caplog: pytest.LogCaptureFixture
) -> None:
    still.consents.discard("graph:Reports.Read.All")
    with caplog.at_level(logging.WARNING):
        found = extract(usage, ask(still))
    assert "without Microsoft Graph Reports.Read.All (application)" in caplog.text
    assert by_name(found, "access_actions")


def test_without_the_sites_permission_the_report_is_read_and_the_run_fails(
    still: MicrosoftSandbox, ask: Ask
) -> None:
    still.consents.discard("graph:Sites.Read.All")
    items: list[Any] = []
    with pytest.raises(AuthError, match=r"lacks Microsoft Graph Sites\.Read\.All"):
        items.extend(_kept(usage(ask(still), None), items))
    assert any(isinstance(item, Metric) and item.name == "files" for item in items)


def _kept(stream: Any, items: list[Any]) -> list[Any]:
    for item in stream:
        items.append(item)
    return []


def test_a_site_that_nobody_counts_is_passed_over(
    box: MicrosoftSandbox, ask: Ask, extract: Extract
) -> None:
    box.concealed = False
    box.faults.plan("404", path="*analytics/allTime")
    found = extract(usage, ask(box))
    assert not by_name(found, "access_actions")
    assert by_name(found, "files")
    assert json.loads(found.cursor or "") == {}


def test_comments_and_likes_are_counted_for_each_page_that_has_any(
    box: MicrosoftSandbox, ask: Ask, extract: Extract
) -> None:
    site = box.sharepoint.site(0)
    page = box.sharepoint.publish_news(site, "A new call")
    quiet = box.sharepoint.publish_news(site, "Nothing to say")
    box.sharepoint.comment(site, page, "Thanks")
    box.sharepoint.like(site, page)
    found = extract(usage, ask(box))
    pages = site.list_of(119)
    key = f"{pages.id}:{page.id}"
    told = {(row.subject, row.name): row.value for row in found.of(Metric) if row.subject}
    assert told[key, "page_comments"] == told[key, "page_likes"] == 1.0
    assert not any(subject == f"{pages.id}:{quiet.id}" for subject, _ in told)


def test_the_vendors_samples_are_understood(vendor_files: Any) -> None:
    folder = vendor_files / "microsoft" / "graph"
    rows = json.loads((folder / "activities_by_interval.json").read_text())["value"]
    kind = msgspec.convert(rows, list[Activity])
    assert kind[0].access and kind[0].access.action_count == 5
    assert kind[0].edit is None and kind[1].delete is None
    (whole,) = [json.loads((folder / "item_analytics_alltime.json").read_text())]
    told = msgspec.convert(whole, Activity).inner("all_time")
    assert told.access and told.access.action_count == 123


def test_a_cursor_of_another_stream_is_read_anew(still: MicrosoftSandbox, ask: Ask) -> None:
    with pytest.raises(CursorExpired):
        list(usage(ask(still), "[1]"))


def test_three_requests_a_site_and_two_for_the_report(
    still: MicrosoftSandbox, ask: Ask, extract: Extract
) -> None:
    extract(usage, ask(still, secret=True, sites=(0, 1)))
    assert len(asked(still, "/v1.0/sites/")) == 2 + 2 * 3
    assert len(asked(still, "report")) == 2
