"""Libraries as drives: files and folders, by place, and what changed."""

from mimetypes import guess_type

from cophub.sandbox.microsoft.graph.odata import Row, context, instant
from cophub.sandbox.microsoft.routes import Call, Reply, route
from cophub.sandbox.microsoft.sharepoint.changelog import Change
from cophub.sandbox.microsoft.sharepoint.graphface.common import (
    READ,
    dated,
    identity,
    list_of,
    listing,
    not_found,
    permitted,
    site_of,
    web_url,
)
from cophub.sandbox.microsoft.sharepoint.graphface.delta import Delta
from cophub.sandbox.microsoft.sharepoint.state import LIBRARY, SYSTEM_ACCOUNT, Item, Site, SPList
from cophub.sandbox.microsoft.tenant import guid


def drive_id(of: SPList) -> str:
    """The id of a library as a drive."""
    return f"b!{guid(of.id, 'drive').replace('-', '')}{of.id.replace('-', '')}"


def drive_item_id(unique: str) -> str:
    """The id of a file in a drive."""
    return f"01{unique.replace('-', '').upper()}"


def drive_row(site: Site, of: SPList) -> Row:
    """A library as a drive."""
    owner: Row = {"user": {"displayName": "System Account"}}
    if site.group is not None:
        group = {"email": site.group.mail, "id": site.group.id, "displayName": site.group.title}
        owner = {"group": group}
    return {
        **dated(of), "description": of.description, "id": drive_id(of),
        "webUrl": web_url(site, of.root), "name": of.title, "driveType": "documentLibrary",
        "createdBy": identity(site, SYSTEM_ACCOUNT), "owner": owner,
        "quota": {"deleted": 0, "remaining": 27_487_790_694_400, "state": "normal",
                  "total": 27_487_790_694_400, "used": sum(i.size for i in of.items.values())},
    }  # fmt: skip


def file_row(call: Call, site: Site, of: SPList, item: Item) -> Row:
    """A file or folder."""
    below = item.dir[len(of.root) :]
    folder = of.by_path.get(item.dir.lower())
    row: Row = {
        **dated(item), "eTag": f'"{{{item.unique.upper()}}},{item.version}"',
        "cTag": f'"c:{{{item.unique.upper()}}},{item.version}"', "id": drive_item_id(item.unique),
        "name": item.name, "webUrl": web_url(site, item.path), "size": item.size,
        "createdBy": identity(site, item.author), "lastModifiedBy": identity(site, item.editor),
        "parentReference": {
            "driveType": "documentLibrary", "driveId": drive_id(of), "siteId": site.id,
            "id": drive_item_id(folder.unique if folder else of.id),
            "path": f"/drives/{drive_id(of)}/root:{below}",
        },
        "fileSystemInfo": {"createdDateTime": instant(item.created),
                           "lastModifiedDateTime": instant(item.modified)},
    }  # fmt: skip
    if item.folder:
        inside = sum(each.dir == item.path for each in of.items.values())
        return row | {"folder": {"childCount": inside}}
    kind = guess_type(item.name)[0] or "application/octet-stream"
    return row | {"file": {"mimeType": kind, "hashes": {"quickXorHash": guid(item.unique)[:20]}}}


def _root(site: Site, of: SPList) -> Row:
    return {**dated(of), "id": drive_item_id(of.id), "name": "root", "root": {}, "size": 0,
            "folder": {"childCount": sum(i.dir == of.root for i in of.items.values())},
            "webUrl": web_url(site, of.root)}  # fmt: skip


def _libraries(site: Site) -> list[SPList]:
    return [of for of in site.lists.values() if of.template == LIBRARY]


def _drive(call: Call, name: str) -> tuple[Site, SPList]:
    for site in call.sandbox.sharepoint.sites.values():
        for of in site.lists.values():
            if of.library and drive_id(of) == name:
                return permitted(call, site), of
    raise not_found()


@route("GET", "/v1.0/sites/{site}/drive", needs=READ)
def default_drive(call: Call, site: str) -> Reply:
    """The site's first library."""
    found = site_of(call, site)
    return context(call, "drives/$entity") | drive_row(found, _libraries(found)[0])


@route("GET", "/v1.0/groups/{group}/drive", needs=READ)
def drive_of_group(call: Call, group: str) -> Reply:
    """The first library of a group's site."""
    found = permitted(call, call.sandbox.sharepoint.by_group.get(group.lower()))
    return context(call, "drives/$entity") | drive_row(found, _libraries(found)[0])


@route("GET", "/v1.0/sites/{site}/drives", needs=READ, cost=2)
def drives(call: Call, site: str) -> Reply:
    """Every library of a site."""
    found = site_of(call, site)
    return context(call, "drives") | {"value": [drive_row(found, of) for of in _libraries(found)]}


@route("GET", "/v1.0/sites/{site}/lists/{of}/drive", needs=READ)
def drive_of_list(call: Call, site: str, of: str) -> Reply:
    """A library as a drive."""
    found = site_of(call, site)
    held = list_of(found, of)
    if not held.library:
        raise not_found("The list is not a document library")
    return context(call, "drives/$entity") | drive_row(found, held)


@route("GET", "/v1.0/drives/{drive}", needs=READ)
def one_drive(call: Call, drive: str) -> Reply:
    """One drive."""
    return context(call, "drives/$entity") | drive_row(*_drive(call, drive))


@route("GET", "/v1.0/drives/{drive}/root", needs=READ)
def root(call: Call, drive: str) -> Reply:
    """The root folder."""
    return context(call, "driveItems/$entity") | _root(*_drive(call, drive))


def _children(call: Call, site: Site, of: SPList, path: str) -> Row:
    rows = [(i.id, i) for i in of.items.values() if i.dir.lower() == path.lower()]
    return listing(call, "driveItems", rows, lambda item: file_row(call, site, of, item))


@route("GET", "/v1.0/drives/{drive}/root/children", needs=READ, cost=2)
def root_children(call: Call, drive: str) -> Reply:
    """What is at the root."""
    site, of = _drive(call, drive)
    return _children(call, site, of, of.root)


@route("GET", "/v1.0/sites/{site}/drive/root/children", needs=READ, cost=2)
def default_children(call: Call, site: str) -> Reply:
    """What is at the root of the site's first library."""
    found = site_of(call, site)
    of = _libraries(found)[0]
    return _children(call, found, of, of.root)


def _item(of: SPList, name: str) -> Item:
    for item in of.items.values():
        if drive_item_id(item.unique) == name.upper():
            return item
    raise not_found()


@route("GET", "/v1.0/drives/{drive}/items/{item}", needs=READ)
def one_file(call: Call, drive: str, item: str) -> Reply:
    """One file or folder."""
    site, of = _drive(call, drive)
    return context(call, "driveItems/$entity") | file_row(call, site, of, _item(of, item))


@route("GET", "/v1.0/drives/{drive}/items/{item}/children", needs=READ, cost=2)
def children(call: Call, drive: str, item: str) -> Reply:
    """What is in a folder."""
    site, of = _drive(call, drive)
    return _children(call, site, of, _item(of, item).path)


def _gone(of: SPList, line: Change) -> Row:
    parent = {"driveId": drive_id(of), "driveType": "documentLibrary"}
    facet: Row = {"folder": {}} if line.folder else {"file": {}}
    return {
        "id": drive_item_id(line.unique), "parentReference": parent, **facet,
        "deleted": {"state": "deleted"},
    }  # fmt: skip


@route("GET", "/v1.0/drives/{drive}/root/delta", needs=READ)
def drive_delta(call: Call, drive: str) -> Reply:
    """What changed in a library."""
    site, of = _drive(call, drive)
    delta = Delta(
        call, site, of, lambda item: file_row(call, site, of, item), lambda line: _gone(of, line)
    )
    return delta.answer("Collection(driveItem)")
