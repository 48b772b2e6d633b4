"""Which file of the published site a path means; none outside the folder it was asked of."""

from pathlib import Path

_FORBIDDEN = ("\\", "\0", ":")


def file_in(folder: Path, path: str) -> Path | None:
    """The file below `folder`, which is resolved, or the index of the folder there.

    None where there is none, or where it is outside, be it by `..` or by a link.
    """
    try:
        found = (folder / path).resolve()
        if found.is_dir():
            found = (found / "index.html").resolve()
        inside = found.is_relative_to(folder) and found.is_file()
    except (OSError, ValueError):
        return None
    return found if inside else None


def is_plain(path: str) -> bool:
    """Whether a path names files as the site's pipelines do: nothing hidden, nothing clever."""
    parts = path.split("/")
    odd = any(sign in path for sign in _FORBIDDEN) or any(ord(sign) < 32 for sign in path)
    return not odd and not any(part.startswith(".") for part in parts) and "" not in parts[:-1]


__all__ = ["file_in", "is_plain"]
