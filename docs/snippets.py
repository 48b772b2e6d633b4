"""The blocks of code on the pages: where each stands, and what the tests do with it.

A comment right above a block says what cannot be seen from it:

    <!-- not run: why -->     nobody runs it, for this reason
    <!-- file: NAME -->       it is a file of that name, and what follows reads it
    <!-- adds to: NAME -->    it goes to the end of that file
    <!-- into: NAME -->       a diff of a few lines of that file, which are there just once
    <!-- into: NAME, above TEXT -->  lines that go above the one that begins with TEXT
    <!-- leaves: CODE -->     its last command leaves with this code: it asks, and nobody answers
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from markdown_it import MarkdownIt

ROOT = Path(__file__).resolve().parent.parent

RUN = ("bash", "console", "python", "sh", "sql")
READ = ("ini", "json", "toml", "yaml")
FATES = ("run", "compared", "read", "file", "generated", "run elsewhere", "not run")
ELSEWHERE = {
    ("docs/connectors/files.md", "bash"): "tests/connectors/files/test_files_page.py",
    ("docs/connectors/files.md", "text"): "tests/connectors/files/test_files_page.py",
    ("docs/dashboards.md", "sql"): "tests/dashboards/test_queries.py",
    ("docs/dashboards/datasette.md", "json"): "tests/dashboards/test_programs.py",
    ("docs/dashboards/datasette.md", "text"): "tests/dashboards/test_programs.py",
    ("docs/dashboards/datasette.md", "yaml"): "tests/dashboards/test_programs.py",
    ("docs/dashboards/metabase.md", "sql"): "tests/dashboards/test_queries.py",
    ("docs/dashboards/pandas.md", "python"): "tests/dashboards/test_programs.py",
    ("docs/dashboards/power-bi.md", "sql"): "tests/dashboards/test_queries.py",
    ("docs/dashboards/superset.md", "sql"): "tests/dashboards/test_queries.py",
    ("docs/examples.md", "bash"): "tests/examples/test_packages.py",
}
"""Blocks that need more than a hub, and the tests that run them."""

_MARK = re.compile(r"<!-- (not run|file|adds to|into|leaves): (.+?) -->", re.DOTALL)


@dataclass(frozen=True)
class Block:
    """One fenced block of a page."""

    page: str
    line: int
    language: str
    content: str
    marks: dict[str, str] = field(default_factory=dict)
    generated: bool = False
    """Whether cog wrote it, which `cogapp --check` holds."""

    @property
    def place(self) -> str:
        """Where it stands, for whoever has to look."""
        return f"{self.page}, line {self.line}"

    @property
    def fate(self) -> str:
        """What the tests do with it: one of FATES, or nothing when that is not settled."""
        if "not run" in self.marks:
            return "not run"
        if self.marks.keys() & {"file", "adds to", "into"}:
            return "file"
        if (self.page, self.language) in ELSEWHERE:
            return "run elsewhere"
        if self.generated and self.language != "toml":
            return "generated"
        if self.language in READ:
            return "read"
        if self.language in RUN:
            return "run"
        return "compared" if self.language == "text" else ""


def pages() -> list[Path]:
    """Every page that is written for readers."""
    return [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]


def blocks_of(page: Path) -> Iterator[Block]:
    """The blocks of a page, in order."""
    name = page.relative_to(ROOT).as_posix()
    marks: dict[str, str] = {}
    generated = False
    for token in MarkdownIt("commonmark").parse(page.read_text(encoding="utf-8")):
        if token.type == "fence":
            line = (token.map or [0])[0] + 1
            language = token.info.split(" ")[0]
            yield Block(name, line, language, token.content, marks, generated)
        elif token.type == "html_block" and token.content.startswith("<!--"):
            if "[[[" in token.content:
                generated = token.content.rfind("[[[cog") > token.content.rfind("[[[end]]]")
            elif found := dict(_MARK.findall(token.content)):
                marks = marks | found
                continue
        marks = {}


def blocks() -> list[Block]:
    """All blocks of all pages."""
    return [block for page in pages() for block in blocks_of(page)]


def not_run() -> str:
    """A table of what nobody runs, and why."""
    import generate

    rows = []
    for block in blocks():
        if why := block.marks.get("not run"):
            first = block.content.splitlines()[0].strip()
            rows.append((f"`{block.page}`", f"`{block.language}: {first[:40].strip()}`", why))
    return generate.table(("page", "block", "why"), rows)


def counted() -> str:
    """How many blocks of each language have which fate."""
    found = [(block.language or "none", block.fate) for block in blocks()]
    lines = [f"{'':10}" + "".join(f"{fate:>15}" for fate in (*FATES, "all"))]
    for language in (*sorted({language for language, _ in found}), "all"):
        those = [fate for name, fate in found if language in ("all", name)]
        counts = [*(those.count(fate) for fate in FATES), len(those)]
        lines.append(f"{language:10}" + "".join(f"{count or '':>15}" for count in counts))
    return "\n".join(lines)


if __name__ == "__main__":
    print(counted())  # noqa: T201
