"""Rows and users as the vendor's answers become them, about invented people."""

from datetime import UTC, datetime
from typing import Any

from cophub.connectors.sharepoint.people import NameId, SiteUser
from cophub.connectors.sharepoint.rows import FileRef, ListRef, PersonRef, Row, SiteRef

SITE = SiteRef(
    key="5a0e0000-0000-4000-8000-000000000001",
    url="https://contoso.sharepoint.com/sites/mer",
    title="Sea",
    site_id="5a0e0000-0000-4000-8000-000000000001",
    web_id="5a0e0000-0000-4000-8000-000000000002",
)
LIST = "71570000-0000-4000-8000-000000000001"
ADA = "6f1b2c3d-0000-4000-8000-00000000000a"
BEA = "6f1b2c3d-0000-4000-8000-00000000000b"
LOGIN = "i:0#.f|membership|"

USERS = [
    SiteUser(
        id=7,
        login_name=f"{LOGIN}ada@contoso.org",
        title="Ada",
        email="ada@contoso.org",
        aad_object_id=NameId(ADA),
    ),
    SiteUser(id=8, login_name=f"{LOGIN}bea@contoso.org", title="Bea", aad_object_id=NameId(BEA)),
    SiteUser(id=9, login_name="i:0i.t|ms.sp.ext|f10w@c0", title="Flow"),
    SiteUser(id=1073741823, login_name="SHAREPOINT\\system", title="System Account"),
]


def board(template: int) -> ListRef:
    """A list of the site with this template."""
    return ListRef(SITE, LIST, "Board", template, 3, None, False, "/sites/mer/Lists/Board")


def at(day: int, hour: int = 9) -> datetime:
    """An instant in May 2026."""
    return datetime(2026, 5, day, hour, 0, tzinfo=UTC)


def row(number: int, template: int, **more: Any) -> Row:
    """A row of the list, by Ada on 1 May unless `more` says otherwise."""
    given: dict[str, Any] = {
        "list": board(template),
        "id": number,
        "guid": None,
        "title": f"Title {number}",
        "created": at(1),
        "modified": at(1),
        "author": PersonRef(id=7),
        "editor": PersonRef(id=7),
        "folder": False,
        "content_type": "0x0107",
        "url": None,
        "path": None,
    }
    return Row(**{**given, **more})


def page_row(number: int, **fields: Any) -> Row:
    """A row of the site pages, published on 2 May as version 1.0 unless `fields` say otherwise."""
    given = {
        "PromotedState": 2,
        "FirstPublishedDate": "2026-05-02T09:00:00Z",
        "CanvasContent1": "<p>Seven reefs.</p>",
        "_UIVersionString": "1.0",
    }
    path = f"/sites/mer/SitePages/Page{number}.aspx"
    file = FileRef(f"{number:08}-0000-4000-8000-000000000000", f"Page{number}.aspx", path, 9, None,
                   None)  # fmt: skip
    more = {"modified": at(2), "content_type": "0x0101009D1C", "file": file, "path": path}
    return row(number, 119, fields={**given, **fields}, **more)
