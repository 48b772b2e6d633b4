"""A folder of a document library that holds a copy of a folder here, and what is ours in it.

Which files are ours is kept in the folder itself, in `cophub-manifest.json`: the content of each as
a hash, and the ETag that it had in the library when it was sent. A file whose ETag is another now,
or that is no longer there, is sent again. The manifest names a file before it is sent first, so
that an upload that was cut off leaves nothing behind that nobody owns.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import msgspec

from cophub import ConfigError, Context, Json
from cophub.connectors.sharepoint.client import NotThere, answer, rest, rest_json
from cophub.connectors.sharepoint.settings import Settings
from cophub.connectors.sharepoint.sites import ListRef, SiteRef
from cophub.connectors.sharepoint.writing import run, writer

MANIFEST = "cophub-manifest.json"
AT_ONCE = 8 * 1024 * 1024
"""Bytes of the largest file that is sent in one request, and of a piece of a larger one."""
SAVE_EVERY = 50
"""Files that are sent before the manifest is written again."""
FORBIDDEN = '"*:<>?/\\|'
Ctx = Context[Settings]


class Kept(msgspec.Struct, omit_defaults=True):
    """A file of ours."""

    hash: str = ""
    etag: str = ""
    """As the library gave it; empty until the file was sent whole."""


class Rows(msgspec.Struct, omit_defaults=True):
    """The rows of ours in a list, by their first column."""

    list_id: str = ""
    keys: list[str] = []


class Manifest(msgspec.Struct, omit_defaults=True):
    """What is ours."""

    made_by: str = "cophub"
    version: int = 1
    files: dict[str, Kept] = {}
    rows: Rows = msgspec.field(default_factory=Rows)


@dataclass(frozen=True)
class Counts:
    """How many files were sent, were as they should be, and were taken away."""

    sent: int
    unchanged: int
    removed: int


def hashes(folder: Path) -> dict[str, str]:
    """SHA-256 of every file below `folder` that is for readers, by path such as `data/a.csv`."""
    found = {}
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        hidden = any(part.startswith(".") for part in inside.parts)
        if path.is_file() and not hidden and inside.as_posix() != MANIFEST:
            with path.open("rb") as file:
                found[inside.as_posix()] = hashlib.file_digest(file, "sha256").hexdigest()
    return found


def in_order(paths: list[str]) -> list[str]:
    """What readers begin with comes last, so that all it leads to is there: `index.html`."""

    def place(path: str) -> tuple[bool, int, str]:
        parts = PurePosixPath(path).parts
        return parts[-1].lower() == "index.html", -len(parts), path

    return sorted(paths, key=place)


def folders_of(paths: Iterable[str]) -> set[str]:
    """Every folder that one of these is in; `""` for the folder of all."""
    parents = {parent for path in paths for parent in PurePosixPath(path).parents}
    return {"" if not parent.parts else parent.as_posix() for parent in parents}


class Shelf:
    """One folder of a library; `manifest` is what is ours in it."""

    def __init__(self, ctx: Ctx, site: SiteRef, library: ListRef, folder: str) -> None:
        self._ctx, self._site = ctx, site
        self._library = library.root_url.rstrip("/")
        self._root = f"{self._library}/{folder}"
        self.folders: set[str] = set()
        """Those that are there, in small letters; `""` is the folder itself."""
        self.manifest = self._read_manifest()
        self._before = msgspec.json.encode(self.manifest, order="sorted")

    # Reading

    def _read_manifest(self) -> Manifest:
        path = f"web/GetFileByServerRelativePath(decodedurl={literal(self.at(MANIFEST))})/$value"
        response = rest(self._ctx, self._site.url).get(path)
        if response.status_code == 404:
            return Manifest()
        if response.status_code >= 400:
            answer(response, self._site.url)
        try:
            return msgspec.json.decode(response.content, type=Manifest)
        except msgspec.MsgspecError:
            raise ConfigError(
                f"{self.at(MANIFEST)} of {self._site.url} is not as cophub wrote it, so that nobody"
                " knows which files there are cophub's; take the folder away, or name another one"
            ) from None

    def etags(self, paths: set[str]) -> dict[str, str]:
        """The ETags of the files in the folders of `paths`, as the library has them now.

        By their paths in small letters: the library tells no `A.csv` from `a.csv`.
        """
        found: dict[str, str] = {}
        for folder in sorted(folders_of(paths)):
            if folder == "" or folder.lower() in self.folders:
                self._look_into(folder, found)
        return found

    def _look_into(self, folder: str, found: dict[str, str]) -> None:
        at = literal(self.at(folder) if folder else self._root)
        query = {"$select": "Name,Files/Name,Files/ETag,Folders/Name", "$expand": "Files,Folders"}
        path = f"web/GetFolderByServerRelativePath(decodedurl={at})"
        try:
            here = rest_json(self._ctx, self._site.url, path, query)
        except NotThere:
            return
        before = f"{folder}/" if folder else ""
        self.folders.add(folder.lower())
        self.folders |= {f"{before}{one['Name']}".lower() for one in _listed(here.get("Folders"))}
        for one in _listed(here.get("Files")):
            found[f"{before}{one['Name']}".lower()] = str(one.get("ETag") or "")

    def at(self, path: str) -> str:
        """The address of a file of the folder on the server."""
        return f"{self._root}/{path}"

    # Writing

    def fill(self, source: Path) -> Counts:
        """Send what is new or changed, then `index.html`, then take away what is gone.

        Raises ConfigError where somebody else's file has the name of one of ours.
        """
        wanted, ours = hashes(source), self.manifest.files
        there = self.etags({*wanted, *ours})
        self._refuse_others(wanted, there)
        due = [
            path
            for path, digest in wanted.items()
            if not _same(ours.get(path), digest, there.get(path.lower()))
        ]
        gone = sorted(ours.keys() - wanted.keys())
        if due:
            for path in due:
                # Until it was sent, nobody knows what it holds.
                ours[path] = Kept(hash="", etag="")
            self.save()
            self._make_folders(due)
        for number, path in enumerate(in_order(due), 1):
            ours[path] = Kept(wanted[path], self._send(path, source / path))
            self._ctx.progress("files", number, len(due))
            if number % SAVE_EVERY == 0:
                self.save()
        kept = {path.lower() for path in wanted}
        for path in gone:
            self._take_away(path, there=path.lower() in there.keys() - kept)
        self.save()
        return Counts(len(due), len(wanted) - len(due), len(gone))

    def _refuse_others(self, wanted: dict[str, str], there: dict[str, str]) -> None:
        theirs = there.keys() - {path.lower() for path in self.manifest.files}
        taken = [path for path in sorted(wanted) if path.lower() in theirs]
        if taken:
            raise ConfigError(
                f"{self._root} of {self._site.url} holds {len(taken)} files that are not cophub's,"
                f" such as {taken[0]}, where the site has its own; take them away there, or name"
                " another folder for the upload"
            )

    def _make_folders(self, paths: Iterable[str]) -> None:
        """Make the folders that `paths` need and that are not there yet."""
        for folder in sorted(folders_of(paths)):
            if folder.lower() in self.folders:
                continue
            if folder:
                self._make_folder(self.at(folder))
            else:
                self._make_root()
            self.folders.add(folder.lower())

    def _make_root(self) -> None:
        at = self._library
        for part in self._root[len(self._library) + 1 :].split("/"):
            at = f"{at}/{part}"
            try:
                path = f"web/GetFolderByServerRelativePath(decodedurl={literal(at)})"
                rest_json(self._ctx, self._site.url, path, {"$select": "Name"})
            except NotThere:
                self._make_folder(at)

    def _make_folder(self, path: str) -> None:
        client = writer(self._ctx, self._site.url)
        parent, _, name = path.rpartition("/")
        client.web.get_folder_by_server_relative_path(parent).folders.add_using_path(name, False)
        run(self._ctx, self._site.url)

    def _send(self, path: str, file: Path) -> str:
        """Send one file; its ETag."""
        if file.stat().st_size <= AT_ONCE:
            return self._send_at_once(path, file.read_bytes())
        return self._send_in_pieces(path, file)

    def _send_at_once(self, path: str, content: bytes) -> str:
        from office365.runtime.queries.service_operation import ServiceOperationQuery
        from office365.sharepoint.files.file import File

        client = writer(self._ctx, self._site.url)
        folder, _, name = self.at(path).rpartition("/")
        files = client.web.get_folder_by_server_relative_path(folder).files
        made = File(client)
        given = {"decodedurl": name, "overwrite": True}
        body: Any = content
        client.add_query(ServiceOperationQuery(files, "AddUsingPath", given, body, None, made))
        run(self._ctx, self._site.url)
        return str(made.properties.get("ETag") or "")

    def _send_in_pieces(self, path: str, source: Path) -> str:
        """Piece by piece: whoever reads the file meanwhile reads what it was."""
        site, size, session = self._site.url, source.stat().st_size, str(uuid4())
        if self._etag_of(path) is None:
            self._send_at_once(path, b"")
        client = writer(self._ctx, site)
        file = client.web.get_file_by_server_relative_path(self.at(path))
        with source.open("rb") as content:
            for at in range(0, size, AT_ONCE):
                piece = content.read(AT_ONCE)
                if at == 0:
                    file.start_upload(session, piece)
                elif at + len(piece) < size:
                    file.continue_upload(session, at, piece)
                else:
                    file.finish_upload(session, at, piece)
                run(self._ctx, site)
                self._ctx.progress(path, at + len(piece), size)
        return self._etag_of(path) or ""

    def _etag_of(self, path: str) -> str | None:
        at = f"web/GetFileByServerRelativePath(decodedurl={literal(self.at(path))})"
        try:
            found = rest_json(self._ctx, self._site.url, at, {"$select": "Name,ETag"})
        except NotThere:
            return None
        return str(found.get("ETag") or "")

    def _take_away(self, path: str, *, there: bool) -> None:
        """Put a file of ours into the recycle bin, if it is there, and forget it."""
        if there:
            client = writer(self._ctx, self._site.url)
            file = client.web.get_file_by_server_relative_path(self.at(path))
            file.recycle(ignore_missing=True)
            run(self._ctx, self._site.url)
        del self.manifest.files[path]

    def save(self) -> None:
        """Write the manifest, if it says something else than before."""
        content = msgspec.json.encode(self.manifest, order="sorted")
        if content != self._before:
            self._make_folders([MANIFEST])
            self._send_at_once(MANIFEST, msgspec.json.format(content, indent=1))
            self._before = content


def _same(kept: Kept | None, digest: str, etag: str | None) -> bool:
    """Whether the library holds what was sent, and that is what is to be there."""
    return bool(kept and etag and (kept.hash, kept.etag) == (digest, etag))


def _listed(found: Any) -> Iterator[Json]:
    """A collection, which one format hides in `results`."""
    yield from found.get("results") or () if isinstance(found, dict) else found or ()


def literal(text: str) -> str:
    """A text as an address of SharePoint holds it."""
    doubled = text.replace("'", "''")
    return f"'{quote(doubled, safe='/')}'"
