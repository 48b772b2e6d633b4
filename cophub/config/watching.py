"""Notices that plugins.toml was changed, once it is no longer being written."""

from pathlib import Path

from cophub.config import Config, load_config
from cophub.config.reading import shown
from cophub.errors import ConfigError


class WatchedFile:
    """A plugins.toml that may change; ask now and then.

    Looking at its size and time costs nothing, works on every disk, and sees editors that put a new
    file in the place of the old one.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known = self._text()
        self._mark = self._at_rest = self._stat()

    def changed(self) -> Config | None:
        """What it says now, if that is new and the file was the same at the last look; else None.

        Raises ConfigError, once for each state of the file.
        """
        before, self._mark = self._mark, self._stat()
        if self._mark != before or self._mark == self._at_rest:
            return None
        self._at_rest = self._mark
        text, known = self._text(), self._known
        self._known = text
        if text is None:
            raise ConfigError(f"{shown(self._path)}: the file is gone; put it back")
        return None if text == known else load_config(self._path)

    def _stat(self) -> tuple[int, int, int] | None:
        try:
            found = self._path.stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_size, found.st_ino

    def _text(self) -> bytes | None:
        try:
            return self._path.read_bytes()
        except OSError:
            return None


__all__ = ["WatchedFile"]
