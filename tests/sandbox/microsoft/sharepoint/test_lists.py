"""Lists and their rows as the emulated SharePoint's REST API shows them."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from cophub.sandbox.microsoft import MicrosoftSandbox
from cophub.sandbox.microsoft.sharepoint import SharePoint
from cophub.sandbox.microsoft.sharepoint.recurrence import Rule
from cophub.sandbox.microsoft.sharepoint.state import Column, Site

Read = Callable[..., dict[str, Any]]
MEMBERS = "web/lists/getbytitle('Members')"


@pytest.fixture(scope="module")
def crowd(connect: Callable[..., httpx.Client]) -> Iterator[httpx.Client]:
    """A list of 20,000 rows."""
    with (
        MicrosoftSandbox(people=50, communities=2, list_items=20_000) as sandbox,
        connect(sandbox, "sharepoint") as client,
    ):
        client.base_url = httpx.URL(f"{sandbox.base_url}/sites/mercop/_api/")
        client.headers["Accept"] = "application/json;odata=nometadata"
        yield client


def _all(read: Read, client: httpx.Client, path: str) -> list[dict[str, Any]]:
    rows, link = [], path
    while link:
        page = read(client, link)
        rows += page["value"]
        link = page.get("odata.nextLink", "")
    return rows


def test_every_template_has_a_list(shown_sites: httpx.Client, read: Read) -> None:
    lists = read(shown_sites, "web/lists?$select=Id,Title,BaseTemplate,ItemCount,Hidden")["value"]
    assert {each["BaseTemplate"] for each in lists} >= {100, 101, 106, 108, 119}
    assert set(lists[0]) == {"Id", "Title", "BaseTemplate", "ItemCount", "Hidden"}
    assert any(each["Hidden"] for each in lists)


def test_a_large_list_is_read_by_id_in_pages_of_5000(crowd: httpx.Client, read: Read) -> None:
    rows = _all(read, crowd, f"{MEMBERS}/items?$select=Id,GUID&$orderby=ID&$top=5000")
    assert len(rows) == read(crowd, f"{MEMBERS}?$select=ItemCount")["ItemCount"] >= 19_000
    ids = [row["Id"] for row in rows]
    assert ids == sorted(set(ids))
    assert len({row["GUID"] for row in rows}) == len(rows)


def test_a_next_link_keeps_its_own_ampersand_encoded(crowd: httpx.Client, read: Read) -> None:
    link = read(crowd, f"{MEMBERS}/items?$select=Id&$orderby=ID&$top=10")["odata.nextLink"]
    assert "Paged%3dTRUE%26p_ID%3d" in link
    first = read(crowd, f"{MEMBERS}/items?$select=Id&$top=10")["value"]
    decoded = link.replace("%26", "&").replace("%3d", "=")
    assert read(crowd, link)["value"] != first
    assert read(crowd, decoded)["value"] == first


def test_skip_gives_the_first_page_again(crowd: httpx.Client, read: Read) -> None:
    first = read(crowd, f"{MEMBERS}/items?$select=Id&$top=3")["value"]
    assert read(crowd, f"{MEMBERS}/items?$select=Id&$top=3&$skip=3")["value"] == first


@pytest.mark.parametrize(
    "query",
    [
        "$filter=Country eq 'Kenya'",
        "$orderby=Modified desc",
        "$filter=Modified gt datetime'2020-01-01T00:00:00Z'",
        "$top=5001",
    ],
)
def test_a_large_list_refuses_what_has_no_index(crowd: httpx.Client, query: str) -> None:
    response = crowd.get(f"{MEMBERS}/items?$select=Id&{query}")
    assert response.status_code == 500
    assert "SPQueryThrottledException" in response.json()["odata.error"]["code"]


def test_touched_rows_are_found_by_id(crowd: httpx.Client, read: Read) -> None:
    query = "$select=Id&$filter=Id eq 5 or (Id ge 7 and Id le 9)"
    ids = {row["Id"] for row in read(crowd, f"{MEMBERS}/items?{query}")["value"]}
    assert ids <= {5, 7, 8, 9}
    assert len(ids) > 1


def test_columns_have_encoded_names(shown_sites: httpx.Client, read: Read) -> None:
    fields = read(shown_sites, f"{MEMBERS}/fields?$select=Title,InternalName,EntityPropertyName")
    by_title = {each["Title"]: each for each in fields["value"]}
    assert by_title["E-mail"]["InternalName"] == "E_x002d_mail"
    assert by_title["1st language"]["InternalName"] == "_x0031_st_x0020_language"
    assert by_title["1st language"]["EntityPropertyName"] == "OData__x0031_st_x0020_language"
    row = read(shown_sites, f"{MEMBERS}/items?$top=1")["value"][0]
    assert {"E_x002d_mail", "OData__x0031_st_x0020_language", "PersonId", "RegionId"} <= set(row)
    assert "Person" not in row


def test_people_and_lookups_need_expand(shown_sites: httpx.Client, read: Read) -> None:
    path = f"{MEMBERS}/items?$top=1&$select=Id,Author/Title,Author/EMail,Region/Title"
    assert shown_sites.get(path).status_code == 400
    row = read(shown_sites, f"{path}&$expand=Author,Region")["value"][0]
    assert row["Author"]["Title"] == "News robot"
    assert row["Region"]["Title"] in ("Africa", "Americas", "Asia", "Europe")
    assert shown_sites.get(f"{MEMBERS}/items?$select=Nonsense").status_code == 400


def test_dates_come_in_three_forms(shown_sites: httpx.Client, read: Read) -> None:
    library = "web/lists/getbytitle('Site Pages')"
    item = read(shown_sites, f"{library}/items(1)")
    assert item["Created"].endswith("Z")
    root = "/sites/mercop/SitePages"
    folder = f"web/GetFolderByServerRelativePath(decodedurl='{root}')"
    listed = read(shown_sites, f"{folder}/Files?$expand=ListItemAllFields")["value"]
    assert listed[0]["ListItemAllFields"]["Created"][-6] == "-"
    assert isinstance(listed[0]["Length"], int)
    path = listed[0]["ServerRelativeUrl"]
    file = f"web/GetFileByServerRelativePath(decodedurl='{path}')"
    one = read(shown_sites, f"{file}?$expand=ListItemAllFields")
    assert "Z" not in one["ListItemAllFields"]["Created"]
    assert len(one["ListItemAllFields"]["Created"]) == len("2024-01-01T00:00:00")
    assert isinstance(one["Length"], str)


def test_recurring_events_are_one_row_with_exceptions_beside_it(
    shown_sites: httpx.Client, read: Read
) -> None:
    rows = _all(read, shown_sites, "web/lists/getbytitle('Events')/items?$top=50")
    masters = {row["Id"]: row for row in rows if row["EventType"] == 1}
    assert masters
    units = {unit for row in masters.values() for unit in ("daily", "weekly", "monthly", "yearly")
             if f"<{unit} " in row["RecurrenceData"]}  # fmt: skip
    assert len(units) >= 2
    exceptions = [row for row in rows if row["EventType"] in (3, 4)]
    assert exceptions
    assert all(row["MasterSeriesItemID"] in masters for row in exceptions)
    assert all(row["RecurrenceID"] for row in exceptions)
    assert any(row["fAllDayEvent"] and row["EventDate"].endswith("T00:00:00Z") for row in rows)


def test_discussions_mix_topics_and_answers(shown_sites: httpx.Client, read: Read) -> None:
    path = "web/lists/getbytitle('Discussions Board')/items"
    rows = _all(read, shown_sites, f"{path}?$top=100&$select=*,ItemChildCount,FileRef")
    topics = {row["Id"]: row for row in rows if row["FileSystemObjectType"] == 1}
    answers = [row for row in rows if row["FileSystemObjectType"] == 0]
    assert topics
    assert answers
    assert all(row["ContentTypeId"].startswith("0x012002") for row in topics.values())
    assert all(row["ContentTypeId"].startswith("0x0107") for row in answers)
    assert all(row["ParentFolderId"] in topics for row in answers)
    counted = sum(int(row["ItemChildCount"]) for row in topics.values())
    assert counted == len(answers)


def test_rows_are_written_if_nobody_changed_them(
    api: httpx.Client, site: Site, sharepoint: SharePoint
) -> None:
    made = api.post(f"{MEMBERS}/items", json={"Title": "Ada", "E_x002d_mail": "ada@example.org"})
    assert made.status_code == 201
    item, etag = made.json(), made.headers["ETag"]
    path = f"{MEMBERS}/items({item['Id']})"
    merge = {"X-HTTP-Method": "MERGE", "If-Match": etag}
    assert api.post(path, json={"Country": "Kenya"}, headers=merge).status_code == 204
    assert api.post(path, json={"Country": "Ghana"}, headers=merge).status_code == 412
    assert api.get(path).json()["Country"] == "Kenya"
    assert api.post(path, json={"Nonsense": 1}, headers={**merge, "If-Match": "*"}).is_error
    gone = api.post(path, headers={"X-HTTP-Method": "DELETE", "If-Match": "*"})
    assert gone.status_code in (200, 204)
    assert api.get(path).status_code == 404


def test_a_reader_may_not_write(tenant: MicrosoftSandbox, api: httpx.Client) -> None:
    tenant.consents.discard("sharepoint:Sites.ReadWrite.All")
    assert api.post(f"{MEMBERS}/items", json={"Title": "Ada"}).status_code == 403


def test_lists_and_columns_are_made(api: httpx.Client, read: Read) -> None:
    made = api.post("web/lists", json={"BaseTemplate": 100, "Title": "Quarter 3"})
    assert made.status_code == 201
    again = api.post("web/lists", json={"BaseTemplate": 100, "Title": "Quarter 3"})
    assert "already exists" in again.json()["odata.error"]["message"]["value"]
    fields = f"web/lists(guid'{made.json()['Id']}')/fields"
    field = api.post(fields, json={"Title": "Active members", "FieldTypeKind": 9}).json()
    assert field["InternalName"] == "Active_x0020_members"
    xml = '<Field Type="DateTime" DisplayName="Day" Name="day" Format="DateOnly" />'
    made_by_xml = api.post(f"{fields}/createfieldasxml", json={"parameters": {"SchemaXml": xml}})
    assert made_by_xml.json()["InternalName"] == "day"
    item = {"Title": "Kenya", "Active_x0020_members": 12, "day": "2026-01-01T00:00:00Z"}
    row = api.post(fields.replace("/fields", "/items"), json=item).json()
    assert row["Active_x0020_members"] == 12
    assert row["day"] == "2026-01-01T00:00:00Z"


def test_a_write_without_a_digest_can_be_refused(api: httpx.Client, sharepoint: SharePoint) -> None:
    sharepoint.demand_digest = True
    assert api.post(f"{MEMBERS}/items", json={"Title": "Ada"}).status_code == 403
    digest = api.post("contextinfo").json()["FormDigestValue"]
    headers = {"X-RequestDigest": digest}
    assert api.post(f"{MEMBERS}/items", json={"Title": "Ada"}, headers=headers).is_success


RULES = [
    ("daily", 2, "2026-03-20", "2026-03-28"),
    ("weekly", 1, "2026-03-20", "2026-04-17"),
    ("monthly", 1, "2026-03-20", "2026-07-20"),
    ("monthlyByDay", 1, "2026-03-20", "2026-07-17"),
    ("yearly", 1, "2026-03-20", "2030-03-20"),
]


@pytest.mark.parametrize(("unit", "every", "first", "last"), RULES)
def test_a_series_keeps_its_hour_when_the_clocks_change(
    api: httpx.Client, site: Site, sharepoint: SharePoint, unit: str, every: int, first: str,
    last: str,
) -> None:  # fmt: skip
    zone = ZoneInfo(site.zone[2])
    start = datetime.fromisoformat(f"{first}T10:00:00").replace(tzinfo=zone)
    series = sharepoint.add_event(site, "Call", start, 30, rule=Rule(unit, every, 5))
    row = api.get(f"web/lists/getbytitle('Events')/items({series.id})").json()
    assert f"<{unit} " in row["RecurrenceData"]
    end = datetime.fromisoformat(row["EndDate"]).astimezone(zone)
    assert f"{end:%Y-%m-%d %H:%M}" == f"{last} 10:30"
    assert datetime.fromisoformat(row["EventDate"]) == start


def test_an_occurrence_falls_out_or_moves(
    api: httpx.Client, site: Site, sharepoint: SharePoint
) -> None:
    start = datetime(2026, 7, 1, 9, tzinfo=UTC)
    series = sharepoint.add_event(site, "Call", start, rule=Rule("daily", 1, 4))
    gone = sharepoint.change_occurrence(site, series, start + timedelta(days=1), deleted=True)
    moved = sharepoint.change_occurrence(site, series, start + timedelta(days=2))
    path = "web/lists/getbytitle('Events')/items({})"
    one, other = (api.get(path.format(item.id)).json() for item in (gone, moved))
    assert (one["EventType"], other["EventType"]) == (3, 4)
    assert one["MasterSeriesItemID"] == other["MasterSeriesItemID"] == series.id
    assert other["RecurrenceID"] == "2026-07-03T09:00:00Z"
    assert other["EventDate"] == "2026-07-03T11:00:00Z"


def test_next_links_can_be_made_bad(api: httpx.Client, sharepoint: SharePoint) -> None:
    sharepoint.repeat_next = True
    first = api.get(f"{MEMBERS}/items?$select=Id&$top=5").json()
    again = api.get(first["odata.nextLink"]).json()
    assert api.get(again["odata.nextLink"]).json() == again
    sharepoint.repeat_next, sharepoint.foreign_next = False, True
    assert "elsewhere.example" in api.get(f"{MEMBERS}/items?$top=5").json()["odata.nextLink"]


def test_no_more_than_twelve_lookups_are_joined(
    api: httpx.Client, site: Site, sharepoint: SharePoint, read: Read
) -> None:
    of = sharepoint.list(site, "Members")
    for number in range(11):
        column = Column(f"P{number}", f"P{number}", "User")
        sharepoint.acts.add_column(site, of, column)
    names = [f"P{number}" for number in range(11)]

    def path(*more: str) -> str:
        some = [*names, *more]
        select = ",".join(f"{name}/Title" for name in some)
        return f"{MEMBERS}/items?$select=Id,{select}&$expand={','.join(some)}"

    assert api.get(path("Author")).status_code == 200
    assert "lookup column threshold" in api.get(path("Author", "Editor")).text


def test_a_throttled_app_is_told_how_long_to_wait(connect: Callable[..., httpx.Client]) -> None:
    with (
        MicrosoftSandbox(people=20, communities=1, years=0.2, limits=True) as sandbox,
        connect(sandbox, "sharepoint", agent="somebody/1.0") as client,
    ):
        for _ in range(2_000):
            answer = client.get("/sites/mercop/_api/web?$select=Id")
            if answer.status_code == 429:
                break
        assert answer.status_code == 429
        assert 0 < int(answer.headers["Retry-After"]) <= 60
        assert int(answer.headers["RateLimit-Remaining"]) == 0


@pytest.mark.parametrize(("form", "end"), [("utc", "Z"), ("offset", "+00:00"), ("bare", ":00")])
def test_a_site_can_be_told_how_to_write_dates(
    api: httpx.Client, site: Site, form: str, end: str
) -> None:
    site.dates, site.zone = form, (93, "(UTC) Coordinated Universal Time", "UTC")
    row = api.get("web/lists/getbytitle('Regions')/items(1)?$select=Created").json()
    assert row["Created"].endswith(end)
    assert ("Z" in row["Created"]) == (form == "utc")
    zone = api.get("web/regionalsettings/timezone").json()
    assert (zone["Id"], zone["Information"]["Bias"]) == (93, 0)
