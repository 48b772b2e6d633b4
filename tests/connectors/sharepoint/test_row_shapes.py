"""A row is the same whether the REST API, in either of its formats, or Microsoft Graph gave it."""

from datetime import UTC, datetime
from typing import Any

import pytest

from cophub import Context
from cophub.connectors.sharepoint import delta, reading
from cophub.connectors.sharepoint.rows import FileRef, ListRef, PersonRef, Plan
from cophub.connectors.sharepoint.settings import Settings
from cophub.connectors.sharepoint.sites import SiteRef

SITE = SiteRef("site", "https://contoso.sharepoint.com/sites/mer", "Sea", "site", "web")
LIBRARY = ListRef(SITE, "lib", "Documents", 101, 3, None, False, "/sites/mer/Shared Documents")
LIST = ListRef(SITE, "list", "Members", 100, 3, None, False, "/sites/mer/Lists/Members")
UNIQUE = "0c0ffee0-0000-4000-8000-000000000001"


def plan(**more: Any) -> Plan:
    return Plan(lambda _: (), lambda _: (), lambda _: (), **more)


@pytest.fixture
def ctx(context: Any) -> Context[Settings]:
    """A context that needs no vendor: nothing here asks one."""
    made: Context[Settings] = context(
        Settings(
            site_url=SITE.url, tenant="contoso.onmicrosoft.com", client_id="id", certificate="a.pem"
        )
    )
    return made


def rest_item(**more: Any) -> dict[str, Any]:
    return {
        "Id": 7,
        "GUID": "0C0FFEE0-0000-4000-8000-000000000007",
        "Title": "Note",
        "Created": "2026-05-01T09:00:00Z",
        "Modified": "2026-05-02T02:00:00-07:00",
        "AuthorId": 11,
        "EditorId": None,
        "FileSystemObjectType": 0,
        "ContentTypeId": "0x0101",
        "FileRef": "/sites/mer/Shared Documents/A & B/Note #1.docx",
        **more,
    }


@pytest.mark.parametrize("length", [18870, "18870"])
def test_the_length_of_a_file_comes_as_a_number_or_as_text(
    ctx: Context[Settings], length: Any
) -> None:
    file = {
        "UniqueId": UNIQUE.upper(),
        "Name": "Note #1.docx",
        "ServerRelativeUrl": "/sites/mer/Shared Documents/A & B/Note #1.docx",
        "Length": length,
        "UIVersionLabel": "3.0",
        "Title": "",
    }
    row = reading.row_of(rest_item(File=file), ctx, LIBRARY, plan(files=True))
    path = file["ServerRelativeUrl"]
    assert row.file == FileRef(UNIQUE, "Note #1.docx", path, 18870, "3.0", None)
    assert row.url == (
        "https://contoso.sharepoint.com/sites/mer/Shared%20Documents/A%20%26%20B/Note%20%231.docx"
    )
    assert (row.key, row.guid) == ("lib:7", "0c0ffee0-0000-4000-8000-000000000007")


def test_a_date_with_an_offset_is_the_same_instant_as_one_in_utc(ctx: Context[Settings]) -> None:
    row = reading.row_of(rest_item(), ctx, LIST, plan())
    assert row.created == datetime(2026, 5, 1, 9, tzinfo=UTC)
    assert row.modified == datetime(2026, 5, 2, 9, tzinfo=UTC)
    assert (row.author, row.editor) == (PersonRef(id=11), None)
    assert row.url == "https://contoso.sharepoint.com/sites/mer/Lists/Members/DispForm.aspx?ID=7"


@pytest.mark.parametrize("people", [[3, 5], {"results": [3, 5]}])
def test_people_and_lookups_of_several_come_in_two_formats(
    ctx: Context[Settings], people: Any
) -> None:
    countries = [{"Title": "Togo"}, {"Title": "Mali"}]
    item = rest_item(
        LeadId=people, Country={"results": countries} if isinstance(people, dict) else countries
    )
    row = reading.row_of(item, ctx, LIST, plan(people=("Lead",), lookups=("Country",)))
    assert row.persons == {"Lead": (PersonRef(id=3), PersonRef(id=5))}
    assert row.fields == {"Country": ["Togo", "Mali"]}


def test_a_column_whose_name_begins_with_a_line_is_found_by_its_internal_name(
    ctx: Context[Settings],
) -> None:
    item = rest_item(OData__UIVersionString="2.0")
    assert reading.row_of(item, ctx, LIST, plan(fields=("_UIVersionString",))).fields == {
        "_UIVersionString": "2.0"
    }
    every = reading.row_of(item, ctx, LIST, plan(fields=("*",)))
    assert every.fields["_UIVersionString"] == "2.0"


def graph_item(**fields: Any) -> dict[str, Any]:
    return {
        "id": "7",
        "createdDateTime": "2026-05-01T09:00:00Z",
        "lastModifiedDateTime": "2026-05-02T09:00:00Z",
        "eTag": f'"{UNIQUE.upper()},4"',
        "webUrl": "https://contoso.sharepoint.com/sites/mer/Shared%20Documents/A%20%26%20B/N.docx",
        "createdBy": {"user": {"id": UNIQUE.upper(), "displayName": "Ada"}},
        "contentType": {"id": "0x0101", "name": "Document"},
        "fields": {"Title": "Note", "AuthorLookupId": "11", **fields},
    }


def test_a_column_that_graph_leaves_out_is_null(ctx: Context[Settings]) -> None:
    """`fields` has no empty columns; that is a value taken away, not one that is not known."""
    row = delta.row_of(graph_item(Role="Owner"), ctx, LIST, plan(fields=("Role", "E_x002d_mail")))
    assert row.fields == {"Role": "Owner", "E_x002d_mail": None}


def test_a_file_of_graph_has_its_size_as_text_and_its_id_in_the_etag(
    ctx: Context[Settings],
) -> None:
    item = graph_item(FileLeafRef="N.docx", FileSizeDisplay="18870", _UIVersionString="3.0")
    row = delta.row_of(item, ctx, LIBRARY, plan(files=True))
    path = "/sites/mer/Shared Documents/A & B/N.docx"
    assert row.file == FileRef(UNIQUE, "N.docx", path, 18870, "3.0", "Note")
    assert row.author == PersonRef(id=11, aad=UNIQUE, name="Ada")


def test_a_person_column_of_graph_gives_an_id_only_or_a_list(ctx: Context[Settings]) -> None:
    """An id is looked up among the users of the site."""
    ada = PersonRef(id=3, login="i:0#.f|membership|ada@contoso.org", email="ada@contoso.org")
    ctx.shared["sharepoint:userinfo:site"] = {3: ada}  # as the site's list of users has her
    several = [{"LookupId": 5, "LookupValue": "Ben", "Email": "ben@contoso.org"}]
    row = delta.row_of(
        graph_item(LeadLookupId="3", Team=several), ctx, LIST, plan(people=("Lead", "Team"))
    )
    assert row.persons == {
        "Lead": (ada,),
        "Team": (PersonRef(id=5, email="ben@contoso.org", name="Ben"),),
    }


def test_a_folder_is_known_by_its_content_type_in_graph(ctx: Context[Settings]) -> None:
    item = {**graph_item(), "contentType": {"id": "0x012000ABC", "name": "Folder"}}
    row = delta.row_of(item, ctx, LIBRARY, plan(files=True))
    assert (row.folder, row.file) == (True, None)
