"""What of the published site somebody may read: whole folders, one for each audience.

A site that is made for one audience is for members: it names spaces that are not public.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cophub.web.claims import AUDIENCES, Audience
from cophub.web.static import file_in, is_plain


@dataclass(frozen=True)
class Found:
    """What a path means to a reader.

    Without a file there is no such page, or, where `needs` says so, it is for another audience.
    """

    file: Path | None = None
    audience: Audience = "public"
    """Whose pages these are."""
    needs: Audience | None = None


def find(site: Path, path: str, may: Audience | None) -> Found:
    """What a path means to somebody who may read the pages of `may`, and of all wider audiences.

    None: nobody knows who it is, and nothing is open to everybody. A path that begins with an
    audience's name means its folder; any other the reader's own, the narrowest there is for them.
    """
    root = site.resolve()
    folders = [each for each in AUDIENCES if _is_folder(root, each)]
    if path and not is_plain(path):
        return Found(needs=None if may else "members")
    first, _, rest = path.partition("/")
    named = next((each for each in folders if each == first), None)
    if named is not None:
        return _of(root / named, rest, named, may)
    if not folders:
        return _of(root, path, "members", may)
    return _own(root, folders, path, may)


def _own(root: Path, folders: Sequence[Audience], path: str, may: Audience | None) -> Found:
    """In the narrowest folder that somebody may read."""
    open_to = [each for each in folders if _reaches(may, each)]
    if not open_to:
        return Found(needs=folders[0])
    own = open_to[-1]
    found = _of(root / own, path, own, may)
    if found.file is None and may == "facilitators" and path:
        # What other pipelines put beside the folders was made for nobody in particular.
        return _of(root, path, "facilitators", may)
    return found


def _of(folder: Path, path: str, audience: Audience, may: Audience | None) -> Found:
    # Whether there is such a page is told to those alone who may read it.
    if not _reaches(may, audience):
        return Found(needs=audience)
    return Found(file_in(folder, path), audience)


def _is_folder(root: Path, name: str) -> bool:
    """Not one that leads elsewhere: what is behind a link is another audience's, maybe."""
    folder = root / name
    return folder.resolve() == folder and (folder / "index.html").is_file()


def _reaches(may: Audience | None, wanted: Audience) -> bool:
    return may is not None and AUDIENCES.index(may) >= AUDIENCES.index(wanted)


__all__ = ["Found", "find"]
