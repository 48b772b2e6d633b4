"""Folders and files of the emulated sites, and uploads to them."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import httpx

from cophub.sandbox.microsoft.sharepoint import SharePoint
from cophub.sandbox.microsoft.sharepoint.state import Site

Read = Callable[..., dict[str, Any]]


def _folder(path: str) -> str:
    return f"web/GetFolderByServerRelativePath(decodedurl='{path}')"


def _file(path: str) -> str:
    return f"web/GetFileByServerRelativePath(decodedurl='{path}')"


def test_a_file_is_uploaded_replaced_and_deleted(api: httpx.Client, site: Site, read: Read) -> None:
    root = f"{site.path}/Shared Documents"
    made = api.post("web/folders", json={"ServerRelativeUrl": f"{root}/It''s new"})
    assert made.status_code == 201
    there = f"{root}/hub"
    api.post(f"{_folder(root)}/Folders/AddUsingPath(decodedurl='hub')").raise_for_status()
    api.post(f"{_folder(root)}/Folders/AddUsingPath(decodedurl='hub')").raise_for_status()
    put = f"{_folder(there)}/Files/AddUsingPath(decodedurl='a, b (1).html'"
    first = api.post(f"{put},overwrite=true)", content=b"<p>1")
    assert first.status_code == 200
    assert api.post(f"{put},overwrite=false)", content=b"2").status_code == 400
    second = api.post(f"{put},overwrite=true)", content=b"<p>two").json()
    assert second["UniqueId"] == first.json()["UniqueId"]
    assert second["UIVersionLabel"] == "2.0"
    path = second["ServerRelativeUrl"]
    assert api.get(f"{_file(path)}/$value").content == b"<p>two"
    assert [f["Name"] for f in read(api, f"{_folder(there)}/Files")["value"]] == ["a, b (1).html"]
    gone = api.post(_file(path), headers={"X-HTTP-Method": "DELETE", "If-Match": "*"})
    assert gone.is_success
    assert api.get(_file(path)).status_code == 404


def test_a_file_is_uploaded_in_pieces(api: httpx.Client, site: Site) -> None:
    root, session = f"{site.path}/Shared Documents", f"guid'{uuid4()}'"
    path = f"{root}/big.bin"
    api.post(f"{_folder(root)}/Files/AddUsingPath(decodedurl='big.bin',overwrite=true)")
    start = api.post(f"{_file(path)}/StartUpload(uploadId={session})", content=b"abc")
    assert start.json()["value"] == "3"
    wrong = f"{_file(path)}/ContinueUpload(uploadId={session},fileOffset=2)"
    assert api.post(wrong, content=b"x").status_code == 400
    go_on = f"{_file(path)}/ContinueUpload(uploadId={session},fileOffset=3)"
    assert api.post(go_on, content=b"def").json()["value"] == "6"
    assert api.get(f"{_file(path)}/$value").content == b""
    finish = f"{_file(path)}/FinishUpload(uploadId={session},fileOffset=6)"
    assert api.post(finish, content=b"g").json()["Length"] == "7"
    assert api.get(f"{_file(path)}/$value").content == b"abcdefg"


def test_a_folder_of_more_than_5000_files_is_not_listed(
    api: httpx.Client, site: Site, sharepoint: SharePoint, read: Read
) -> None:
    library = sharepoint.list(site, "Documents")
    author = sharepoint.author(site)
    for number in range(5_001):
        path = f"{library.root}/many/{number}.txt"
        sharepoint.acts.add_file(site, library, path, author, size=1)
    sharepoint.acts.add_folder(site, library, f"{library.root}/many", author)
    refused = api.get(f"{_folder(f'{library.root}/many')}/Files")
    assert refused.status_code == 500
    assert "SPQueryThrottledException" in refused.text
    items = f"web/lists(guid'{library.id}')/items?$orderby=ID&$top=5000&$expand=File"
    assert len(read(api, f"{items}&$select=Id,File/Length")["value"]) == 5_000


def test_the_length_of_a_rows_file_is_text(shown_sites: httpx.Client, read: Read) -> None:
    path = "web/lists/getbytitle('Documents')/items?$select=Id,File/Length,File/Name&$expand=File"
    rows = read(shown_sites, path)["value"]
    files = [row["File"] for row in rows if row["File"]]
    assert files
    assert all(isinstance(file["Length"], str) for file in files)
    assert any(row["File"] is None for row in rows)
