"""Publisher `folder`: a copy of the site in another folder, such as a share or a document root.

A new copy is made beside the folder and takes its place in one step, so that no reader sees half of
one. What is there and was not put there by this publisher is never touched: the folder is refused.
"""

import filecmp
from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel, Field

from cophub import ConfigError, Context, Handout, Publication, Publisher, Sent, hookimpl
from cophub.folders import Version

OWNER = "folder"


class Settings(BaseModel, extra="forbid"):
    """Where the copy lies."""

    path: Path = Field(
        description="The folder; made where it is missing, its parent must be there and writable."
    )


def publish(ctx: Context[Settings], handout: Handout) -> Iterator[Sent]:
    """Copy what is new or changed, and take away what the site no longer has.

    Raises ConfigError for a folder that holds what is not of this publisher, or cannot be written.
    """
    setting = f"path under [publishers.{ctx.source}]"
    place = _apart(ctx.settings.path.resolve(), handout.folder.resolve(), setting)
    version = Version(place, 0, "the folder", setting)
    try:
        files = _files(handout.folder)
        known = version.written(OWNER)
        _check_nothing_else(place, known, setting)
        same = {file for file in files & known if _alike(handout.folder / file, place / file)}
        changed, gone = files - same, known - files
        if changed or gone:
            version.keep(OWNER, sorted(same))
            contents = (
                Publication(file, (handout.folder / file).read_bytes()) for file in sorted(changed)
            )
            version.write(OWNER, contents)
            version.switch()
    finally:
        version.discard()
    yield Sent("files", len(changed), len(same), len(gone))


def _apart(place: Path, site: Path, setting: str) -> Path:
    """The folder, if neither it nor the site lies in the other. Raises ConfigError."""
    if place == site or place in site.parents or site in place.parents:
        raise ConfigError(
            f"the folder {place} and the published site {site} lie in one another; name another as"
            f" {setting} in plugins.toml"
        )
    if not place.parent.is_dir():
        raise ConfigError(
            f"the folder {place.parent} is not there; mount or make it, or change {setting} in"
            " plugins.toml"
        )
    return place


def _check_nothing_else(place: Path, known: set[str], setting: str) -> None:
    """Refuse a folder where somebody put a file of their own. Raises ConfigError."""
    foreign = sorted(_files(place) - known)
    if foreign:
        more = f" and {len(foreign) - 1:,} more" if len(foreign) > 1 else ""
        raise ConfigError(
            f"the folder {place} holds {foreign[0]}{more}, which cophub did not put there; move"
            f" that away, or name another folder as {setting} in plugins.toml"
        )


def _files(folder: Path) -> set[str]:
    """Paths of all files below a folder, without hidden ones."""
    found = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return {path.as_posix() for path in found if not _hidden(path)}


def _hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)


def _alike(one: Path, other: Path) -> bool:
    """Whether the copy holds what the original does; somebody may have changed or taken it."""
    return other.is_file() and filecmp.cmp(one, other, shallow=False)


@hookimpl
def cophub_publishers() -> list[Publisher]:
    summary = "A copy of the site in another folder, such as a share or a document root"
    return [Publisher("folder", summary, Settings, publish)]
