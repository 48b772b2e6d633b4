"""Data exports on disk: which files there are, the oldest export first."""

from datetime import datetime
from glob import glob
from pathlib import Path
from typing import NamedTuple

from cophub import ConfigError
from cophub.connectors.yammer.exportfile import BadExport, open_export
from cophub.connectors.yammer.settings import Settings


class Kept(NamedTuple):
    """A file that is there and looks safe."""

    made_at: datetime
    name: str
    path: Path
    digest: str


def files_of(settings: Settings) -> list[Path]:
    """The files that `export_path` names: one, all of a folder, or those that fit a pattern.

    Raises ConfigError when there are none.
    """
    path = Path(settings.export_path or "").expanduser()
    if path.is_dir():
        found = sorted(each for each in path.rglob("*") if each.suffix.lower() == ".zip")
    elif path.exists():
        found = [path]
    else:
        found = sorted(Path(each) for each in glob(str(path), recursive=True))  # noqa: PTH207
    if not found:
        raise ConfigError(
            f"export_path: there is no ZIP file at {path}; put the Network Data Export there, or"
            " leave export_path out to ask Yammer for it"
        )
    return found


def look_at_files(paths: list[Path]) -> tuple[list[Kept], list[str]]:
    """The files that can be read, the oldest export first, and what is wrong with the others."""
    kept: list[Kept] = []
    problems: list[str] = []
    for path in paths:
        try:
            with open_export(path) as export:
                kept.append(Kept(export.made_at, path.name, path, export.digest))
        except BadExport as bad:
            problems.append(str(bad))
    return sorted(kept), problems
