"""The files of document libraries, in all their folders."""

import mimetypes
from collections.abc import Iterator

from cophub import Context, Document, Item
from cophub.connectors.sharepoint.directory import Directory
from cophub.connectors.sharepoint.mapping import mapping_of
from cophub.connectors.sharepoint.rows import FileRef, ListRef, Plan, Row, follow_lists, keyed
from cophub.connectors.sharepoint.settings import Settings

LIBRARY = 101
SYSTEM = frozenset(["style library", "formservertemplates", "siteassets", "sitepages"])
"""Folders of libraries that come with every site and hold what makes it up."""
_KNOWN_TYPES = mimetypes.MimeTypes(filenames=())
_OPEN_XML = "application/vnd.openxmlformats-officedocument"
TYPES = {
    ".docx": f"{_OPEN_XML}.wordprocessingml.document",
    ".dotx": f"{_OPEN_XML}.wordprocessingml.template",
    ".xlsx": f"{_OPEN_XML}.spreadsheetml.sheet",
    ".xltx": f"{_OPEN_XML}.spreadsheetml.template",
    ".pptx": f"{_OPEN_XML}.presentationml.presentation",
    ".potx": f"{_OPEN_XML}.presentationml.template",
    ".ppsx": f"{_OPEN_XML}.presentationml.slideshow",
    ".xlsm": "application/vnd.ms-excel.sheet.macroEnabled.12",
    ".docm": "application/vnd.ms-word.document.macroEnabled.12",
    ".pptm": "application/vnd.ms-powerpoint.presentation.macroEnabled.12",
    ".msg": "application/vnd.ms-outlook",
    ".one": "application/onenote",
    ".vsdx": "application/vnd.ms-visio.drawing",
    ".mpp": "application/vnd.ms-project",
    ".odt": "application/vnd.oasis.opendocument.text",
    ".ods": "application/vnd.oasis.opendocument.spreadsheet",
    ".odp": "application/vnd.oasis.opendocument.presentation",
    ".md": "text/markdown",
    ".rtf": "application/rtf",
    ".m4a": "audio/mp4",
    ".m4v": "video/mp4",
    ".webp": "image/webp",
    ".heic": "image/heic",
    ".epub": "application/epub+zip",
    ".7z": "application/x-7z-compressed",
    ".url": "application/internet-shortcut",
}


def documents(ctx: Context[Settings], since: str | None) -> Iterator[Item]:
    """Every file of the document libraries, then those that were added, edited, moved or deleted.

    The key is `LISTID:ITEMID`: a file that moves to another library is another document. Files of
    any number in a folder are found, because rows are listed and not folders.
    """
    return follow_lists(ctx, since, lambda of: _plan(ctx, of))


def _plan(ctx: Context[Settings], of: ListRef) -> Plan | None:
    folder = of.root_url.rpartition("/")[2].lower()
    if of.template != LIBRARY or of.hidden or folder in SYSTEM or mapping_of(ctx, of):
        return None

    def parse_document(row: Row) -> Iterator[Item]:
        directory = Directory.of(ctx, of.site)
        # What cophub itself uploaded is no document of the community.
        if ctx.settings.client_id.lower() not in (directory.account(row.author) or ""):
            yield from documents_of(row, directory)

    ends = keyed(Document, of)
    return Plan(parse_document, ends.gone, ends.all_but, files=True, nested=True)


def documents_of(row: Row, directory: Directory) -> Iterator[Item]:
    """The document of a row, and its author where the site's users do not have one; a folder is
    none."""
    file = row.file
    if row.folder or file is None:
        return
    if stranger := directory.stranger(row.author):
        yield stranger
    extra = {
        "unique_id": file.unique_id,
        "library": row.list.title,
        "folder": folder_of(file, row.list),
        "title": file.title,
        "editor": directory.account(row.editor),
    }
    yield Document(
        key=row.key,
        space=row.list.site.key,
        title=file.name,
        url=row.url,
        media_type=media_type(file.name),
        size_bytes=file.size,
        account=directory.account(row.author),
        created_at=row.created,
        modified_at=row.modified,
        version=file.version,
        extra={name: value for name, value in extra.items() if value},
    )


def folder_of(file: FileRef, of: ListRef) -> str:
    """The folders within the library, such as `Calls/2026`; empty at its top."""
    above = file.path.rpartition("/")[0]
    root = of.root_url.rstrip("/")
    inside = above[len(root) :] if above.lower().startswith(root.lower()) else above
    return inside.strip("/")


def media_type(name: str) -> str | None:
    """The media type that a file's name tells, the same on every machine; None for an unknown."""
    ending = f".{name.rpartition('.')[2].lower()}" if "." in name else ""
    return TYPES.get(ending) or _KNOWN_TYPES.guess_type(f"x{ending}")[0]
