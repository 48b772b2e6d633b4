"""Writes briefs into their folder, for the eyes of whoever runs cophub alone.

The folder holds the present week: what it told of people earlier would outlive their being erased.
"""

import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from urllib.parse import quote

from cophub import ConfigError

_OURS = re.compile(r"\d{4}-W\d\d\.(html|txt|json|eml)(\.new)?")


def write_files(folder: Path, briefs: Mapping[str, Mapping[str, bytes]]) -> int:
    """Write `COMMUNITY/WEEK.html` and so on; how many. Files of earlier weeks go.

    `briefs` are contents by file name, by community. Raises ConfigError for a folder that cannot
    be written.
    """
    written: set[Path] = set()
    try:
        _make(folder)
        for community, contents in briefs.items():
            below = folder / quote(community, safe="")
            _make(below)
            for name, content in contents.items():
                written.add(_write(below / name, content))
        _remove(folder.glob("*/*"), written)
    except OSError as error:
        raise ConfigError(
            f"the folder {folder} of the briefs cannot be written ({error.strerror or error}); give"
            ' rights there, or set "folder" under [pipelines.brief.settings] in plugins.toml'
        ) from error
    return len(written)


def _make(folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def _write(path: Path, content: bytes) -> Path:
    """A file under its own name only when it is whole, readable by its owner alone."""
    draft = path.with_name(f"{path.name}.new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.write(content)
    draft.replace(path)
    return path


def _remove(found: Iterable[Path], written: set[Path]) -> None:
    for path in found:
        if path not in written and _OURS.fullmatch(path.name):
            path.unlink()


__all__ = ["write_files"]
