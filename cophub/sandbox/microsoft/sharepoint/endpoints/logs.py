"""The change log, of a list, a web or a site collection; as JSON, and a list's as rows of XML."""

import re
from typing import Any
from xml.sax.saxutils import quoteattr

from cophub.sandbox.microsoft.refusals import Refusal
from cophub.sandbox.microsoft.sharepoint.addresses import By, rest
from cophub.sandbox.microsoft.sharepoint.asking import Ask, invalid
from cophub.sandbox.microsoft.sharepoint.changelog import (
    DELETE,
    LIST,
    MEMBER_ADD,
    MEMBER_DELETE,
    SITE,
    WEB,
    Change,
    Expired,
    Malformed,
    Query,
)
from cophub.sandbox.microsoft.sharepoint.odata import Many, Raw, Thing
from cophub.sandbox.microsoft.sharepoint.state import Item, SPList
from cophub.sandbox.microsoft.sharepoint.things import token
from cophub.sandbox.microsoft.sharepoint.values import utc

SP_EXCEPTION = "-2130575172, Microsoft.SharePoint.SPException"
TOO_OLD = "The changeToken refers to a time before the start of the current change log."
WRONG = "Value does not fall within the expected range."


def _read(ask: Ask, scope: int, list_id: str = "") -> Many:
    query = Query.of(ask.body().get("query") or {})
    try:
        lines = ask.site.log.read(query, scope, ask.now, list_id)
    except Expired:
        raise Refusal(ask.sp.expired_status, SP_EXCEPTION, TOO_OLD) from None
    except Malformed:
        raise invalid(WRONG, "-2147024809, System.ArgumentException") from None
    return Many([_change(ask, line, scope, list_id) for line in lines])


def _change(ask: Ask, line: Change, scope: int, list_id: str) -> Thing:
    value = ask.site.log.token(scope, line.at, list_id, line.number)
    data: dict[str, Any] = {
        "ChangeToken": token(value), "ChangeType": line.kind, "RelativeTime": None,
        "SiteId": ask.site.id, "Time": utc(line.at),
    }  # fmt: skip
    kind = f"SP.Change{line.about.capitalize()}"
    if line.about == "item":
        data |= {
            "ActivityType": None, "ContentTypeId": None, "Editor": line.editor,
            "EditorEmailHint": None, "EditorLoginName": None, "FileSystemObjectType":
            1 if line.folder else 0, "FileType": None, "Hashtag": None, "Hidden": False,
            "ItemId": line.item_id, "ListId": line.list_id, "ListTemplate": line.template,
            "ListTitle": None, "ServerRelativeUrl": line.url, "SharedByUser": None,
            "SharedWithUsers": None, "Title": None, "UniqueId": line.unique,
            "WebId": ask.site.web_id,
        }  # fmt: skip
    elif line.about == "list":
        data |= {
            "BaseTemplate": line.template, "Editor": line.editor, "Hidden": False,
            "ListId": line.list_id, "RootFolderUrl": line.url, "Title": line.title,
            "WebId": ask.site.web_id,
        }  # fmt: skip
    elif line.about == "user":
        data |= {"Activate": False, "UserId": line.user_id}
    else:
        data |= {"GroupId": line.group_id}
        if ask.sp.names_members and line.kind in (MEMBER_ADD, MEMBER_DELETE):
            data |= {"UserId": line.user_id}
    return Thing(data, kind, f"{kind}{line.number}")


@rest("POST", "site/getchanges")
def site_changes(ask: Ask) -> Many:
    """Of the whole site collection; users and groups are told here alone."""
    return _read(ask, SITE)


@rest("POST", "web/getchanges")
def web_changes(ask: Ask) -> Many:
    """Of the web."""
    return _read(ask, WEB)


@rest("POST", "web/lists()/getchanges")
def list_changes(ask: Ask, by: By) -> Many:
    """Of a list."""
    return _read(ask, LIST, ask.list(by).id)


# As rows of XML

_ROWSET = (
    "<listitems xmlns:s='uuid:BDC6E3F0-6DA3-11d1-A2A3-00AA00C14882' "
    "xmlns:dt='uuid:C2F41010-65B3-11d1-A29F-00AA00C14882' "
    "xmlns:rs='urn:schemas-microsoft-com:rowset' xmlns:z='#RowsetSchema' "
    "xmlns='http://schemas.microsoft.com/sharepoint/soap/' "
    "MinTimeBetweenSyncs='0' RecommendedTimeBetweenSyncs='180' MaxBulkDocumentSyncSize='500'>"
)


@rest("POST", "web/lists()/getlistitemchangessincetoken")
def since_token(ask: Ask, by: By) -> Raw:
    """Rows that changed and ids that are gone since a token; all rows without one."""
    of, body = ask.list(by), ask.body().get("query") or {}
    limit = int(body.get("RowLimit") or 30)
    start = str(body.get("ChangeToken") or "")
    gone: list[int] = []
    position = re.search(r"p_ID=(\d+)", str(body.get("QueryOptions") or ""))
    if not start:
        after = int(position[1]) if position else 0
        rows = [item for item in of.items.values() if item.id > after]
        shown, more = rows[:limit], len(rows) > limit
        last = ask.site.log.token(LIST, ask.now, of.id)
        return _rowset(ask, of, shown, gone, last, more=False, follows=more)
    lines = _lines(ask, of, start)
    taken: dict[int, Change] = {}
    for line in lines:
        if line.item_id not in taken and len(taken) == limit:
            break
        taken[line.item_id] = line
    done = max((line.number for line in taken.values()), default=ask.site.log.number)
    more = any(line.number > done for line in lines)
    shown = [of.items[one] for one in taken if one in of.items]
    gone = [one for one, line in taken.items() if one not in of.items or line.kind == DELETE]
    last = ask.site.log.token(LIST, ask.now, of.id, done)
    return _rowset(ask, of, shown, gone, last, more=more, follows=False)


def _lines(ask: Ask, of: SPList, start: str) -> list[Change]:
    try:
        found = ask.site.log.since(start, LIST, ask.now, of.id)
        return [line for line in found if line.about == "item"]
    except Expired:
        raise Refusal(ask.sp.expired_status, SP_EXCEPTION, TOO_OLD) from None
    except Malformed:
        raise invalid(WRONG, "-2147024809, System.ArgumentException") from None


def _rowset(
    ask: Ask, of: SPList, rows: list[Item], gone: list[int], last: str, *, more: bool,
    follows: bool,
) -> Raw:  # fmt: skip
    deleted = "".join(f'<Id ChangeType="Delete">{one}</Id>' for one in gone)
    flag = ' MoreChanges="TRUE"' if more else ""
    position = f' ListItemCollectionPositionNext="Paged=TRUE&amp;p_ID={rows[-1].id}"' if (
        follows and rows
    ) else ""  # fmt: skip
    lines = "".join(_row(ask, of, item) for item in rows)
    text = (
        f'{_ROWSET}<Changes LastChangeToken="{last}"{flag}>{deleted}</Changes>'
        f'<rs:data ItemCount="{len(rows)}"{position}>{lines}</rs:data></listitems>'
    )
    return Raw(text.encode(), "text/xml; charset=utf-8")


def _row(ask: Ask, of: SPList, item: Item) -> str:
    people = ask.site.users
    values: dict[str, Any] = {"ID": item.id, "UniqueId": f"{item.id};#{{{item.unique.upper()}}}"}
    for name, who in (("Author", item.author), ("Editor", item.editor)):
        values[name] = f"{who};#{people[who].title}" if who in people else None
    values |= {"Modified": utc(item.modified), "Created": utc(item.created), "GUID": item.guid}
    for column in of.columns.values():
        value = item.fields.get(column.name)
        if value is not None:
            date = column.type == "DateTime"
            values[column.name] = utc(value) if date else value
    inside = " ".join(f"ows_{n}={quoteattr(str(v))}" for n, v in values.items() if v is not None)
    return f"<z:row {inside} />"
