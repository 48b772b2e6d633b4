"""Uploading files, at once or in pieces."""

from cophub.sandbox.microsoft.refusals import Refusal
from cophub.sandbox.microsoft.sharepoint.addresses import By, rest
from cophub.sandbox.microsoft.sharepoint.asking import Ask, invalid
from cophub.sandbox.microsoft.sharepoint.endpoints.files import (
    EXISTS,
    _path_in,
    file_at,
    file_of,
    folder_at,
)
from cophub.sandbox.microsoft.sharepoint.odata import Plain, Thing

AT_ONCE = 262_144_000
"""The most bytes of a file that is uploaded in one request."""


@rest("POST", "web/folder()/files/add()", write=True)
@rest("POST", "web/folder()/files/addusingpath()", write=True)
def upload(ask: Ask, by: By, given: dict[str, str]) -> Thing:
    """A file in one request; one that is there stays unless `overwrite` is true."""
    of, place, _ = folder_at(ask, by)
    name = _path_in(given).rpartition("/")[2]
    path = f"{place}/{name}"
    content = ask.call.request.body
    if len(content) > AT_ONCE:
        raise Refusal(413, "-1, Microsoft.SharePoint.Client.InvalidClientQueryException",
                      "The request message is too big.")  # fmt: skip
    there = of.by_path.get(path.lower())
    if there is not None and given.get("overwrite", "false").lower() != "true":
        words = f"A file or folder with the name {path} already exists."
        raise invalid(words, EXISTS)
    item = ask.acts.add_file(ask.site, of, path, ask.by, content=content)
    return file_of(ask, of, item, listed=False)


@rest("POST", "web/lists()/rootfolder/files/add()", write=True)
@rest("POST", "web/lists()/rootfolder/files/addusingpath()", write=True)
def upload_to_list(ask: Ask, by: By, given: dict[str, str]) -> Thing:
    """A file at the root of a library."""
    return upload(ask, By("path", ask.list(by).root), given)


@rest("MERGE", "web/file()/$value", write=True)
@rest("POST", "web/file()/$value", write=True)
def replace(ask: Ask, by: By) -> None:
    """New content for a file."""
    of, item = file_at(ask, by)
    ask.acts.add_file(ask.site, of, item.path, ask.by, content=ask.call.request.body)


def _piece(ask: Ask, given: dict[str, str], *, at_end: bool) -> bytearray:
    """The pieces so far with this one, which must begin where they end."""
    held = ask.sp.uploads.get(given["uploadid"].lower())
    if held is None:
        raise invalid("The upload session was not found.", "-2147024809, System.ArgumentException")
    offset = int(given.get("fileoffset", "-1"))
    if offset != len(held):
        words = f"The offset {offset} is not valid; {len(held)} bytes were uploaded."
        raise invalid(words, "-2147024809, System.ArgumentException")
    held += ask.call.request.body
    if at_end:
        del ask.sp.uploads[given["uploadid"].lower()]
    return held


@rest("POST", "web/file()/startupload()", write=True)
def start(ask: Ask, by: By, given: dict[str, str]) -> Plain:
    """The first piece of a file that is there; answers with the bytes that arrived."""
    file_at(ask, by)
    held = bytearray(ask.call.request.body)
    ask.sp.uploads[given["uploadid"].lower()] = held
    return Plain({"value": str(len(held))}, "Edm.Int64", "StartUpload")


@rest("POST", "web/file()/continueupload()", write=True)
def go_on(ask: Ask, by: By, given: dict[str, str]) -> Plain:
    """The next piece."""
    file_at(ask, by)
    held = _piece(ask, given, at_end=False)
    return Plain({"value": str(len(held))}, "Edm.Int64", "ContinueUpload")


@rest("POST", "web/file()/finishupload()", write=True)
def finish(ask: Ask, by: By, given: dict[str, str]) -> Thing:
    """The last piece: only now the file has new content."""
    of, item = file_at(ask, by)
    held = _piece(ask, given, at_end=True)
    ask.acts.add_file(ask.site, of, item.path, ask.by, content=bytes(held))
    return file_of(ask, of, item, listed=False)


@rest("POST", "web/file()/cancelupload()", write=True)
def cancel(ask: Ask, by: By, given: dict[str, str]) -> None:
    """Forget the pieces."""
    file_at(ask, by)
    ask.sp.uploads.pop(given["uploadid"].lower(), None)
