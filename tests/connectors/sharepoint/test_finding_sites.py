"""Sites are found by address, hub and search; their dates are read in the site's own zone."""

import logging
from datetime import UTC, datetime
from typing import Any

import pytest

from cophub import AuthError, ConfigError, SourceUnavailable, Space
from cophub.connectors.sharepoint.documents import documents
from cophub.connectors.sharepoint.sites import lists_of, site_by_graph, site_of, sites, sites_of
from cophub.connectors.sharepoint.troubles import Troubles
from cophub.connectors.sharepoint.zones import instant, zone_of
from cophub.http import Limits, Transport
from cophub.sandbox.microsoft import MicrosoftSandbox
from tests.connectors.sharepoint.table import Ask, Held, asked


@pytest.fixture(scope="module")
def many() -> Any:
    """Five communities; the sites of the first three are one hub."""
    with MicrosoftSandbox(seed=3, people=60, communities=5, years=0.1) as sandbox:
        yield sandbox


def urls(found: list[Any]) -> list[str]:
    return [site.url for site in found]


def test_sites_by_address_are_read_once_each(many: MicrosoftSandbox, ask: Ask) -> None:
    ctx = ask(many, sites=(0, 1, 0))
    assert urls(sites_of(ctx)) == [many.site_url(0), many.site_url(1)]


def test_the_sites_of_a_hub(many: MicrosoftSandbox, ask: Ask, held: Held) -> None:
    ctx = ask(many, hub=True)
    assert set(urls(sites_of(ctx))) == {many.site_url(number) for number in range(3)}
    held.take(sites(ctx, None))
    hub = many.sharepoint.site(0)
    assert {row.parent for row in held.of(Space).values() if row.key != hub.id} == {hub.id}


def test_a_site_that_is_in_no_hub_says_so(many: MicrosoftSandbox, ask: Ask) -> None:
    with pytest.raises(ConfigError, match="is no hub"):
        sites_of(ask(many, hub=True, site_url=many.site_url(4)))


def test_sites_by_search(many: MicrosoftSandbox, ask: Ask) -> None:
    wanted = many.sharepoint.site(3)
    found = urls(sites_of(ask(many, search=f'Title:"{wanted.title}"')))
    assert found[0] == many.site_url(0)
    assert wanted.url in found


def test_a_site_that_was_found_and_may_not_be_read_is_left_out(
    many: MicrosoftSandbox, ask: Ask, caplog: pytest.LogCaptureFixture
) -> None:
    """One that the settings name is an error in the end."""
    many.sharepoint.selected = {many.sharepoint.site(0).id}
    many.consents.discard("sharepoint:Sites.Read.All")
    many.consents.add("sharepoint:Sites.Selected")
    try:
        with caplog.at_level(logging.WARNING):
            found = urls(sites_of(ask(many, hub=True)))
        assert found == [many.site_url(0)]
        ctx = ask(many, sites=(0, 1))
        assert urls(sites_of(ctx)) == [many.site_url(0)]
        with pytest.raises(AuthError, match="Sites"):
            Troubles(ctx).tell()
    finally:
        many.sharepoint.selected = set()
        many.consents.discard("sharepoint:Sites.Selected")
        many.consents.add("sharepoint:Sites.Read.All")


@pytest.mark.parametrize(
    ("path", "own"),
    [("/", True), ("/sites/mer", True), ("/teams/mer", True), ("/sites/mer/calls", False),
     ("/calls", False)],
)  # fmt: skip
def test_a_site_below_another_is_one_by_itself_by_both_ways(path: str, own: bool) -> None:
    """It has the id of the collection that it is in."""
    url = f"https://contoso.sharepoint.com{path.rstrip('/')}"
    collection = "/sites/mer" if path.startswith("/sites") else path.rstrip("/") if own else ""
    by_rest = site_of(
        {"Id": "S", "ServerRelativeUrl": collection},
        {"Id": "W", "ServerRelativeUrl": path.rstrip("/")},
        url,
    )
    by_graph = site_by_graph({"id": "contoso.sharepoint.com,S,W", "webUrl": url}, url)
    assert by_graph.key == by_rest.key == ("s" if own else "w")


def test_an_address_without_a_site_says_so(many: MicrosoftSandbox, ask: Ask) -> None:
    with pytest.raises(SourceUnavailable, match="nowhere"):
        sites_of(ask(many, site_url="https://contoso.sharepoint.com/sites/nowhere"))


def test_a_bare_date_is_in_the_zone_that_the_site_says(many: MicrosoftSandbox, ask: Ask) -> None:
    """In summer and in winter; the zone is asked for once, and only when it is needed."""
    ctx = ask(many)
    site = sites_of(ctx)[0]
    many.log.clear()
    assert instant(ctx, site, "2026-01-05T12:00:00Z") == datetime(2026, 1, 5, 12, tzinfo=UTC)
    assert instant(ctx, site, "2026-01-05T12:00:00-07:00") == datetime(2026, 1, 5, 19, tzinfo=UTC)
    assert instant(ctx, site, "0001-01-01T00:00:00") is None
    assert instant(ctx, site, None) is None
    assert asked(many) == []
    assert many.sharepoint.site(0).zone[2] == "America/Los_Angeles"
    assert instant(ctx, site, "2026-01-05T12:00:00") == datetime(2026, 1, 5, 20, tzinfo=UTC)
    assert instant(ctx, site, "2026-07-05T12:00:00") == datetime(2026, 7, 5, 19, tzinfo=UTC)
    assert len(asked(many, "timezone")) == 1


def test_the_zones_of_the_sites_are_the_vendors(many: MicrosoftSandbox, ask: Ask) -> None:
    ctx = ask(many, sites=range(5))
    for number, site in enumerate(sites_of(ctx)):
        zone = zone_of(ctx, site)
        theirs = many.sharepoint.site(number).zone[2]
        for month in (1, 7):
            at = datetime(2026, month, 1, tzinfo=UTC)
            from zoneinfo import ZoneInfo

            assert at.astimezone(zone).utcoffset() == at.astimezone(ZoneInfo(theirs)).utcoffset()


@pytest.mark.parametrize(
    "zone", [(999, "(UTC) Nowhere", "UTC"), (4, "(UTC+01:00) B", "Asia/Dubai")]
)
def test_a_zone_that_cannot_be_known_is_not_guessed(
    box: MicrosoftSandbox, ask: Ask, zone: tuple[int, str, str]
) -> None:
    """A number that is not known, and one whose offset is not what the vendor says."""
    box.sharepoint.site(0).zone = zone
    ctx = ask(box)
    with pytest.raises(ValueError, match="the site's time zone"):
        instant(ctx, sites_of(ctx)[0], "2026-01-05T12:00:00")


@pytest.mark.parametrize("form", ["utc", "offset", "bare"])
def test_dates_of_rows_are_one_instant_in_all_three_forms(
    box: MicrosoftSandbox, ask: Ask, held: Held, form: str
) -> None:
    from cophub import Document

    site = box.sharepoint.site(0)
    box.sharepoint.add_file(site, f"{site.path}/Shared Documents/one.docx", b"1")
    site.dates = form
    held.take(documents(ask(box), None))
    assert held.of(Document)
    for of in site.lists.values():
        for item in of.items.values():
            if row := held.of(Document).get(f"{of.id}:{item.id}"):
                assert row.created_at.timestamp() == item.created
                assert row.modified_at.timestamp() == item.modified


def test_the_vendors_client_waits_and_asks_again_as_all_do(
    many: MicrosoftSandbox, ask: Ask
) -> None:
    """By itself it gives up at once, or waits as long as it likes."""
    ctx, slept = ask(many), list[float]()
    site = sites_of(ctx)[0]
    ctx.transport = Transport(Limits(), sleep=slept.append)
    ctx.shared.clear()
    many.faults.plan("429", path="*/_api/[Ww]eb/lists", retry_after=7)
    many.faults.plan("reset", path="*/_api/[Ww]eb/lists", at=2)
    many.log.clear()
    assert lists_of(ctx, site)
    assert len(asked(many, "/_api/web/lists")) == 3
    assert max(slept) == pytest.approx(7, abs=0.5)
    ctx.transport.close()


def test_hidden_lists_are_known_as_hidden(many: MicrosoftSandbox, ask: Ask) -> None:
    ctx = ask(many)
    found = {of.title: of for of in lists_of(ctx, sites_of(ctx)[0])}
    assert found["User Information List"].hidden
    assert (found["Documents"].template, found["Events"].template) == (101, 106)
    site = many.sharepoint.site(0)
    assert found["Documents"].item_count == len(site.list_named("Documents").items)
    assert found["Documents"].root_url == f"{site.path}/Shared Documents"
