"""A folder for readers in versions: a new one is made beside it and takes its place in one step.

What is in the folder and was not written by an owner of this run, such as a pipeline, stays: the
files of those that failed or did not run, and files that people put there later. A file of an owner
that ran and no longer makes it goes.
"""

import ctypes
import errno
import json
import os
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path, PurePosixPath

from cophub.error_codes import PIPELINE_CLASH, SITE_FOLDER
from cophub.errors import ConfigError, PluginError
from cophub.pipeline import Publication

MANIFEST = ".cophub-files.json"
"""Who wrote which file: a JSON object by path, in the folder itself."""


class Version:
    """A version of a folder in the making: `write` into it, then `switch` or `discard`.

    Errors say which folder it is, as `what`, and where plugins.toml names it, as `setting`.
    """

    def __init__(
        self,
        site: Path,
        number: int,
        what: str = "the site folder",
        setting: str = '"site" under [hub]',
    ) -> None:
        site = site.resolve()  # of a link, the folder it leads to is replaced
        self.site = site
        self._explained = _Explained(f"{what} {site}", setting)
        self.folder = site.with_name(f".{site.name}.{number}")
        self._old = site.with_name(f".{site.name}.replaced")
        self._owners: dict[str, str] = {}
        self._ran: set[str] = set()
        self._recover()
        self._check_ours()
        self._before = _read_manifest(site)
        with self._explained:
            shutil.rmtree(self.folder, ignore_errors=True)

    def write(self, pipeline: str, publications: Iterator[Publication]) -> int:
        """Keep the files of a pipeline: all of them when it ends, none when it raises."""
        draft = self.folder / f".draft-{pipeline}"
        paths: list[str] = []
        try:
            for publication in publications:
                path = _checked(pipeline, publication.path)
                if owner := self._owners.get(path):
                    raise PluginError(
                        f'pipelines "{owner}" and "{pipeline}" both write {path}',
                        code=PIPELINE_CLASH,
                    )
                with self._explained:
                    _write(draft / path, publication.content)
                paths.append(path)
            with self._explained:
                for path in paths:
                    _move(draft / path, self.folder / path)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
        self._owners |= dict.fromkeys(paths, pipeline)
        self._ran.add(pipeline)
        return len(set(paths))

    def switch(self) -> tuple[int, int]:
        """Put this version in the place of the one before; the number and bytes of its files.

        A run that made no file and has none to take away leaves the folder as it is.
        """
        with self._explained:
            gone = {path for path, owner in self._before.items() if owner in self._ran}
            if self._owners or gone:
                self._carry_over(gone)
                self._replace()
            return _size(self.site)

    def discard(self) -> None:
        """Take away what was made and not switched to."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def written(self, owner: str) -> set[str]:
        """The files of an owner that are there now, before the switch."""
        return {path for path, by in self._before.items() if by == owner}

    def keep(self, owner: str, paths: Iterable[str]) -> None:
        """Take over files of an owner as they are."""
        with self._explained:
            for path in paths:
                _move(self.site / path, self.folder / path, move=_link)
                self._owners[path] = owner

    def _check_ours(self) -> None:
        """A mistyped path must not replace somebody's folder."""
        if not self.site.exists() or (self.site / MANIFEST).is_file():
            return
        if not self.site.is_dir() or any(self.site.iterdir()):
            raise ConfigError(
                f"{self._explained.folder} holds what cophub did not write; empty it, or name"
                f" another folder as {self._explained.setting} in plugins.toml",
                code=SITE_FOLDER,
            )

    def _recover(self) -> None:
        """A process that was killed between two renames left the folder under its other name."""
        if self._old.is_dir():
            with self._explained:
                if self.site.exists():
                    shutil.rmtree(self._old)
                else:
                    self._old.rename(self.site)

    def _carry_over(self, gone: set[str]) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        owners = dict(self._owners)
        for path in _files(self.site):
            if path not in gone and path not in owners and path != MANIFEST:
                _move(self.site / path, self.folder / path, move=_link)
                if path in self._before:
                    owners[path] = self._before[path]
        manifest = json.dumps(dict(sorted(owners.items())), indent=0)
        _write(self.folder / MANIFEST, manifest)

    def _replace(self) -> None:
        if not self.site.exists():
            self.site.parent.mkdir(parents=True, exist_ok=True)
            self.folder.rename(self.site)
            return
        shutil.copymode(self.site, self.folder)  # whoever may read the one reads the other
        if _exchange(self.folder, self.site):
            shutil.rmtree(self.folder, ignore_errors=True)
            return
        # Where folders cannot be exchanged, there is none for a moment; never half of one.
        self.site.rename(self._old)
        try:
            self.folder.rename(self.site)
        except OSError:
            self._old.rename(self.site)
            raise
        shutil.rmtree(self._old, ignore_errors=True)


class _Explained:
    """An OSError becomes one line that says which folder, and what to do."""

    def __init__(self, folder: str, setting: str) -> None:
        self.folder, self.setting = folder, setting

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, OSError):
            raise ConfigError(
                f"{self.folder} cannot be written ({error.strerror or error}); make room or give"
                f" rights there, or change {self.setting} in plugins.toml",
                code=SITE_FOLDER,
            ) from error


def _checked(pipeline: str, path: PurePosixPath | str) -> str:
    """The path as text; PluginError where it leads out of the folder or to no file."""
    text = str(path)
    parts = PurePosixPath(text).parts
    bad = (
        not parts
        or text.startswith("/")
        or ".." in parts
        or any(sign in text for sign in "\\\0:")
        or parts[0].startswith(".")
    )
    if bad:
        raise PluginError(
            f'pipeline "{pipeline}" writes to "{text}"; a path is relative to the site folder,'
            " stays inside, and does not begin with a dot",
            code=PIPELINE_CLASH,
        )
    return "/".join(parts)


def _write(path: Path, content: bytes | str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)


def _move(source: Path, target: Path, move: Callable[[Path, Path], object] = os.replace) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    move(source, target)


def _link(source: Path, target: Path) -> None:
    """The same file under another name where the disk can, else a copy."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def _files(folder: Path) -> Iterator[str]:
    """Paths of all files below a folder."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield path.relative_to(folder).as_posix()


def _size(folder: Path) -> tuple[int, int]:
    sizes = [(folder / path).stat().st_size for path in _files(folder) if path != MANIFEST]
    return len(sizes), sum(sizes)


def _read_manifest(site: Path) -> dict[str, str]:
    """What the pipelines wrote; a manifest that is missing or torn means that nobody knows."""
    with suppress(OSError, ValueError):
        found = json.loads((site / MANIFEST).read_text())
        if isinstance(found, dict):
            return {str(path): str(owner) for path, owner in found.items()}
    return {}


def _exchange(one: Path, other: Path) -> bool:
    """Swap two folders in one step; False where the system or the disk cannot.

    Python has no name for it: renameat2 with RENAME_EXCHANGE on Linux, renamex_np on macOS.
    """
    library = ctypes.CDLL(None, use_errno=True) if sys.platform != "win32" else None
    names = (os.fsencode(one), os.fsencode(other))
    if library is not None and hasattr(library, "renameat2"):
        here, exchange = -100, 2  # AT_FDCWD, RENAME_EXCHANGE
        failed = library.renameat2(here, names[0], here, names[1], exchange)
    elif library is not None and hasattr(library, "renamex_np"):
        failed = library.renamex_np(*names, 2)  # RENAME_SWAP
    else:
        return False
    if failed and ctypes.get_errno() in (errno.EACCES, errno.EPERM, errno.EROFS, errno.EBUSY):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), str(other))
    return not failed
