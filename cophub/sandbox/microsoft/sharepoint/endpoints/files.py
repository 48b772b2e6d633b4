"""Folders and files by their paths."""

from typing import Any

from cophub.sandbox.microsoft.refusals import Refusal
from cophub.sandbox.microsoft.sharepoint.addresses import By, rest
from cophub.sandbox.microsoft.sharepoint.asking import Ask, missing, too_many
from cophub.sandbox.microsoft.sharepoint.odata import Many, Plain, Raw, Thing
from cophub.sandbox.microsoft.sharepoint.rows import Rows
from cophub.sandbox.microsoft.sharepoint.state import Item, SPList
from cophub.sandbox.microsoft.sharepoint.things import chosen, file_thing, folder_thing, user_thing

NOT_FOUND = "-2147024894, System.IO.FileNotFoundException"
LARGE = 5_000


def whole_path(ask: Ask, path: str) -> str:
    """A path from the server's root; a relative one is below the site."""
    path = path.rstrip("/")
    return path if path.startswith("/") else f"{ask.site.path}/{path}"


def folder_at(ask: Ask, by: By | str) -> tuple[SPList, str, Item | None]:
    """The list, path and row of a folder; the root of a list has no row."""
    path = by if isinstance(by, str) else by.value
    if isinstance(by, By) and by.how == "id":
        path = _by_unique(ask, path, folder=True).path
    path = whole_path(ask, path)
    of = ask.site.list_at(path)
    if of is None or not (path.lower() == of.root.lower() or path.lower() in of.by_path):
        raise missing("File Not Found.", NOT_FOUND)
    if path.lower() == of.root.lower():
        return of, of.root, None
    item = of.by_path[path.lower()]
    if not item.folder:
        raise missing("File Not Found.", NOT_FOUND)
    return of, item.path, item


def file_at(ask: Ask, by: By) -> tuple[SPList, Item]:
    """The list and row of a file."""
    if by.how == "id":
        item = _by_unique(ask, by.value, folder=False)
    else:
        path = whole_path(ask, by.value)
        there = ask.site.list_at(path)
        found = there.by_path.get(path.lower()) if there else None
        if found is None or found.folder:
            raise missing(f"The file {path} does not exist.", FILE_MISSING)
        item = found
    of = ask.site.list_at(item.dir)
    assert of is not None  # noqa: S101 - the file was found in it
    return of, item


FILE_MISSING = "-2130575338, Microsoft.SharePoint.SPException"


def _by_unique(ask: Ask, unique: str, *, folder: bool) -> Item:
    for of in ask.site.lists.values():
        for item in of.items.values():
            if item.unique == unique.lower() and item.folder == folder:
                return item
    raise missing("File Not Found.", NOT_FOUND)


def _inside(of: SPList, path: str, *, folders: bool) -> list[Item]:
    low = path.lower()
    found = [
        item for item in of.items.values() if item.folder == folders and item.dir.lower() == low
    ]
    return sorted(found, key=lambda item: item.name.lower())


def _folder(
    ask: Ask, of: SPList, path: str, item: Item | None, inside: dict[str, Any] | None = None
) -> Thing:
    count = sum(each.dir.lower() == path.lower() for each in of.items.values())
    thing = folder_thing(ask, path, count, item)
    thing.data |= inside or {}
    if ask.expands("ListItemAllFields") and item is not None:
        thing.data["ListItemAllFields"] = Rows(_bare(ask), of, "bare").thing(item)
    return chosen(ask, thing)


def _bare(ask: Ask) -> Ask:
    """The same request without its $select and $expand, which are for the file."""
    inner = Ask(ask.call, ask.sp, ask.site)
    inner.query = {}
    return inner


def file_of(ask: Ask, of: SPList, item: Item, *, listed: bool) -> Thing:
    """A file with what is expanded.

    Its row's dates have an offset in a listing, and no zone at all by itself.
    """
    thing = file_thing(ask, item, length_as_text=not listed)
    for name, who in (("Author", item.author), ("ModifiedBy", item.editor)):
        if ask.expands(name) and who in ask.site.users:
            thing.data[name] = user_thing(ask.site.users[who], ask.root)
    if ask.expands("ListItemAllFields"):
        form = "offset" if listed else "bare"
        thing.data["ListItemAllFields"] = Rows(_bare(ask), of, form).thing(item)
    return chosen(ask, thing)


@rest("GET", "web/folders")
def top_folders(ask: Ask) -> Many:
    """The root folders of the libraries."""
    rows = [of for of in ask.site.lists.values() if of.library]
    return Many([_folder(ask, of, of.root, None) for of in rows])


@rest("GET", "web/folder()")
def folder(ask: Ask, by: By) -> Thing:
    """One folder, with what is in it where that is expanded."""
    of, path, item = folder_at(ask, by)
    inside: dict[str, Any] = {}
    bare = _bare(ask)
    if ask.expands("Folders"):
        rows = _inside(of, path, folders=True)
        inside["Folders"] = Many([_folder(bare, of, one.path, one) for one in rows])
    if ask.expands("Files"):
        inside["Files"] = files(bare, By("path", path))
    return _folder(ask, of, path, item, inside)


@rest("GET", "web/folder()/folders")
def folders(ask: Ask, by: By) -> Many:
    """The folders of a folder."""
    of, path, _ = folder_at(ask, by)
    return Many([_folder(ask, of, item.path, item) for item in _inside(of, path, folders=True)])


@rest("GET", "web/folder()/files")
def files(ask: Ask, by: By) -> Many:
    """The files of a folder; refused above 5,000 of them."""
    of, path, _ = folder_at(ask, by)
    if of.in_folder.get(path.lower(), 0) > LARGE:
        raise too_many()
    rows = _inside(of, path, folders=False)
    rows = rows[ask.number("$skip", 0) :][: ask.number("$top", len(rows))]
    return Many([file_of(ask, of, item, listed=True) for item in rows])


@rest("GET", "web/lists()/rootfolder/files")
def root_files(ask: Ask, by: By) -> Many:
    """The files at the root of a library."""
    return files(ask, By("path", ask.list(by).root))


@rest("GET", "web/lists()/rootfolder/folders")
def root_folders(ask: Ask, by: By) -> Many:
    """The folders at the root of a library."""
    return folders(ask, By("path", ask.list(by).root))


@rest("GET", "web/folder()/listitemallfields")
def folder_row(ask: Ask, by: By) -> Thing:
    """The row of a folder."""
    of, _, item = folder_at(ask, by)
    if item is None:
        raise missing("The root of a list has no item.")
    return Rows(ask, of, "bare").thing(item)


@rest("GET", "web/file()")
def file(ask: Ask, by: By) -> Thing:
    """One file."""
    of, item = file_at(ask, by)
    return file_of(ask, of, item, listed=False)


@rest("GET", "web/file()/listitemallfields")
def file_row(ask: Ask, by: By) -> Thing:
    """The row of a file, whose dates are in the site's own time and do not say so."""
    of, item = file_at(ask, by)
    return Rows(ask, of, "bare").thing(item)


@rest("GET", "web/file()/$value")
def content(ask: Ask, by: By) -> Raw:
    """What is in a file."""
    _, item = file_at(ask, by)
    held = item.content if item.content is not None else b"x" * item.size
    return Raw(held, "application/octet-stream", {"ETag": item.etag})


# Folders, written

EXISTS = "-2147024816, Microsoft.SharePoint.SPException"


def _make_folder(ask: Ask, path: str) -> Thing:
    path = whole_path(ask, path)
    of, parent, _ = folder_at(ask, path.rpartition("/")[0])
    item = ask.acts.add_folder(ask.site, of, f"{parent}/{path.rpartition('/')[2]}", ask.by)
    return folder_thing(ask, item.path, 0, item)


@rest("POST", "web/folders", write=True)
def add_folder(ask: Ask) -> Thing:
    """A new folder; one that is there is left as it is."""
    body = ask.body()
    path = body.get("ServerRelativeUrl") or (body.get("ServerRelativePath") or {}).get("DecodedUrl")
    return _make_folder(ask, str(path))


def _path_in(given: dict[str, str]) -> str:
    return given.get("decodedurl") or given.get("path") or given.get("url") or given["#0"]


@rest("POST", "web/folders/add()", write=True)
@rest("POST", "web/folders/addusingpath()", write=True)
def add_folder_below(ask: Ask, given: dict[str, str]) -> Thing:
    """A new folder by its path."""
    return _make_folder(ask, _path_in(given))


@rest("POST", "web/folder()/folders/add()", write=True)
@rest("POST", "web/folder()/folders/addusingpath()", write=True)
def add_subfolder(ask: Ask, by: By, given: dict[str, str]) -> Thing:
    """A new folder in a folder."""
    name = _path_in(given)
    return _make_folder(ask, name if name.startswith("/") else f"{folder_at(ask, by)[1]}/{name}")


@rest("POST", "web/lists()/rootfolder/folders/add()", write=True)
@rest("POST", "web/lists()/rootfolder/folders/addusingpath()", write=True)
def add_folder_to_list(ask: Ask, by: By, given: dict[str, str]) -> Thing:
    """A new folder at the root of a library."""
    return add_subfolder(ask, By("path", ask.list(by).root), given)


@rest("DELETE", "web/folder()", write=True)
@rest("POST", "web/folder()/recycle", write=True)
def delete_folder(ask: Ask, by: By) -> None:
    """Remove a folder with what is in it."""
    of, _, item = folder_at(ask, by)
    if item is None:
        raise Refusal(403, EXISTS, "The root folder of a list cannot be deleted.")
    ask.acts.delete(ask.site, of, item, ask.by)


# Files, removed and moved


@rest("DELETE", "web/file()", write=True)
def delete_file(ask: Ask, by: By) -> None:
    """Remove a file."""
    of, item = file_at(ask, by)
    ask.acts.delete(ask.site, of, item, ask.by)


@rest("POST", "web/file()/recycle", write=True)
def recycle_file(ask: Ask, by: By) -> Plain:
    """Put a file into the recycle bin."""
    of, item = file_at(ask, by)
    ask.acts.delete(ask.site, of, item, ask.by)
    return Plain({"value": item.unique}, "Edm.Guid", "Recycle")


@rest("POST", "web/file()/moveto()", write=True)
@rest("POST", "web/file()/movetousingpath()", write=True)
def move_file(ask: Ask, by: By, given: dict[str, Any]) -> None:
    """To another folder or name, in this library or another."""
    of, item = file_at(ask, by)
    target = whole_path(ask, given.get("newurl") or _path_in(given))
    directory, _, name = target.rpartition("/")
    to, place, _ = folder_at(ask, directory)
    if to is not of:
        ask.acts.move_to_list(ask.site, of, item, to, ask.by)
    elif place != item.dir:
        ask.acts.move(ask.site, of, item, place, ask.by)
    if name != item.name:
        ask.acts.rename(ask.site, to, item, name, ask.by)
