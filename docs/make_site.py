"""Makes the documentation a site that opens from a folder: `python docs/make_site.py`.

The pages are written to be read in the repository too, so the README and the changelog stand
outside of docs/. Here all are laid into one folder, with links between them made to fit, and built
strictly: a link or an anchor that leads nowhere fails.
"""

import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from html import escape
from os.path import relpath
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
BUILD = ROOT / "build" / "docs"
SITE = BUILD / "site"
ELSEWHERE = {ROOT / "README.md": "start.md", ROOT / "CHANGELOG.md": "changelog.md"}
"""Pages that stand outside of docs/, and what they are called on the site."""

_FENCED = re.compile(r"^( *)(```+).*?^\1\2 *$", re.MULTILINE | re.DOTALL)
_COMMENT = re.compile(r"<!--.*?-->\n?", re.DOTALL)
_BAR = re.compile(r"(?<=^\|).*`.*\\\|.*$", re.MULTILINE)
_CODE = re.compile(r"`([^`]*\\\|[^`]*)`")
_BACKSLASHED = r"\|"
_LINK = re.compile(r"\[((?:[^\[\]]|\[[^\[\]]*\])*)\]\(([^()\s]+)\)")


def places() -> dict[Path, str]:
    """Every page, and where it is on the site."""
    own = {page: page.relative_to(DOCS).as_posix() for page in sorted(DOCS.rglob("*.md"))}
    return {**own, **ELSEWHERE}


def lay_out() -> None:
    """Put pages, pictures and the settings of the site where they are built, and nothing older."""
    shutil.rmtree(BUILD, ignore_errors=True)
    pages = BUILD / "pages"
    shutil.copytree(DOCS / "assets", pages / "assets")
    shutil.copy(DOCS / "zensical.toml", BUILD)
    for page, place in places().items():
        target = pages / place
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(fitted(page), encoding="utf-8")


def fitted(page: Path) -> str:
    """The text of a page as the site has it: without comments, its links as seen from there."""
    text = page.read_text(encoding="utf-8")
    refer = _refer(page)

    def fit(prose: str) -> str:
        return _LINK.sub(refer, _BAR.sub(_bare, _COMMENT.sub("", prose)))

    return _outside_of_blocks(text, fit)


def _bare(row: re.Match[str]) -> str:
    """A row of a table with code that has a bar in it: the builder would show its backslash too."""

    def as_html(code: re.Match[str]) -> str:
        return f"<code>{escape(code[1]).replace(_BACKSLASHED, '&#124;')}</code>"

    return _CODE.sub(as_html, row[0])


def _outside_of_blocks(text: str, change: Callable[[str], str]) -> str:
    """`text` with everything changed that is in no fenced block."""
    parts, end = [], 0
    for block in _FENCED.finditer(text):
        parts += [change(text[end : block.start()]), block[0]]
        end = block.end()
    return "".join([*parts, change(text[end:])])


def _refer(page: Path) -> Callable[[re.Match[str]], str]:
    """Turns the links of a page: to a page's place, or into plain text if the site has no such."""
    found = places()
    here = Path(found[page]).parent

    def turned(link: re.Match[str]) -> str:
        path, hash_, anchor = link[2].partition("#")
        if not path or "://" in link[2]:
            return link[0]
        target = (page.parent / path).resolve()
        if target in found:
            return f"[{link[1]}]({relpath(found[target], here)}{hash_}{anchor})"
        return link[1] if target.exists() else link[0]

    return turned


def build() -> int:
    """Build what was laid out; what the builder leaves with."""
    command = [sys.executable, "-m", "zensical", "build", "--strict", "--clean"]
    return subprocess.run(command, check=False, cwd=BUILD).returncode


if __name__ == "__main__":
    lay_out()
    if failed := build():
        sys.exit(failed)
    print(f"open {relpath(SITE)}/index.html")  # noqa: T201
