"""The files that the settings name: on disk, or one on the web that is fetched first."""

import hashlib
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from glob import glob
from pathlib import Path
from urllib.parse import unquote, urlsplit

import httpx

from cophub import ConfigError, Context, SourceUnavailable
from cophub.connectors.files.settings import Settings
from cophub.connectors.web.fetch import remember_key, shown

_TABLES = frozenset([".csv", ".tsv", ".tab", ".txt", ".xlsx", ".xlsm", ".xls", ".ods"])
_BLOCK = 1 << 20


@dataclass
class Place:
    """One file: what it is called in messages, and where it lies."""

    name: str
    path: Path
    etag: str = ""
    modified: str = ""
    """What the web said of this version of it."""

    def stamp(self) -> list[int]:
        """Size, and when the file and its entry were changed. May raise OSError."""
        found = self.path.stat()
        return [found.st_size, found.st_mtime_ns, found.st_ctime_ns]

    def digest(self) -> str:
        """Of the file's bytes. May raise OSError."""
        made = hashlib.blake2b(digest_size=12)
        with self.path.open("rb") as file:
            while block := file.read(_BLOCK):
                made.update(block)
        return made.hexdigest()


def local_files(path: str) -> list[Place]:
    """The files that the setting `path` names, in the order of their names, numbers by size.

    Raises ConfigError when there are none. Of a folder only files with the ending of a table are
    taken; hidden ones, and those that Excel keeps beside an open workbook, never.
    """
    root = Path(path).expanduser()
    if root.is_dir():
        found = [
            Place(str(file.relative_to(root)), file)
            for file in root.rglob("*")
            if file.suffix.lower() in _TABLES and _is_meant(file, root)
        ]
    elif root.exists():
        found = [Place(root.name, root)]
    else:
        hits = [Path(hit) for hit in glob(str(root), recursive=True)]  # noqa: PTH207 - absolute
        found = [Place(hit.name, hit) for hit in hits if _is_meant(hit, hit.parent)]
        if len({place.name for place in found}) < len(found):
            found = [Place(str(place.path), place.path) for place in found]
    if not found:
        raise ConfigError(
            f'no file with a table is at path "{path}"; correct it in plugins.toml, or put the'
            " export there first"
        )
    return sorted(found, key=lambda place: _natural(place.name))


def _is_meant(file: Path, root: Path) -> bool:
    parts = file.relative_to(root).parts
    hidden = any(part.startswith((".", "~$")) for part in parts)
    return file.is_file() and not hidden


def _natural(name: str) -> list[tuple[int, str]]:
    parts = re.split(r"(\d+)", name.casefold())
    return [(int(part), "") if part.isdigit() else (-1, part) for part in parts]


@contextmanager
def fetched(ctx: Context[Settings], etag: str = "", modified: str = "") -> Iterator[Place | None]:
    """The file at `url`, on disk for as long as it is read; None where it has not changed.

    Raises AuthError where it asks for a login, SourceUnavailable where it cannot be had.
    """
    from cophub.http import check_status

    settings = ctx.settings
    remember_key(str(settings.url))
    asked = {"If-None-Match": etag, "If-Modified-Since": "" if etag else modified}
    headers = {name: value for name, value in asked.items() if value}
    name = unquote(urlsplit(str(settings.url)).path.rpartition("/")[2]) or "export"
    with tempfile.TemporaryDirectory(prefix="cophub-") as folder, _client(ctx) as client:
        path = Path(folder) / "file"
        try:
            with client.stream("GET", address(settings), headers=headers) as answer:
                if answer.status_code == 304:
                    yield None
                    return
                if answer.status_code >= 400:
                    answer.read()
                check_status(answer)
                _keep(settings, answer, path)
        except httpx.TransportError as error:
            raise SourceUnavailable(
                f"{shown(str(settings.url))} did not answer ({type(error).__name__}); the next run"
                " tries again"
            ) from error
        found = answer.headers
        yield Place(name, path, found.get("etag", ""), found.get("last-modified", ""))


def address(settings: Settings) -> str:
    """Where the file is asked for: `url`, at the host of `base_url` where that is set."""
    if settings.base_url is None:
        return str(settings.url)
    there, here = urlsplit(str(settings.base_url)), urlsplit(str(settings.url))
    return here._replace(scheme=there.scheme, netloc=there.netloc).geturl()


def _client(ctx: Context[Settings]) -> httpx.Client:
    from cophub.http import basic

    settings = ctx.settings
    login = None
    if settings.username and settings.password:
        login = basic(settings.username, settings.password)
    return ctx.client(auth=login)


def _keep(settings: Settings, answer: httpx.Response, path: Path) -> None:
    most, size = settings.max_unpacked_mb << 20, 0
    with path.open("wb") as file:
        for block in answer.iter_bytes():
            size += len(block)
            if size > most:
                raise SourceUnavailable(
                    f"{shown(str(settings.url))} is more than {settings.max_unpacked_mb} MB; set"
                    " max_unpacked_mb higher if it is meant to be"
                )
            file.write(block)


__all__ = ["Place", "fetched", "local_files"]
