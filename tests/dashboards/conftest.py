"""A filled warehouse of each kind, and the pages about dashboards, taken to pieces."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.tamarind import live

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGES = sorted([DOCS / "dashboards.md", *(DOCS / "dashboards").glob("*.md")])
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```\n(\n\|.*?\n(?:\n|\Z))?", re.MULTILINE | re.DOTALL)
# SQL within other languages: text between quotes that begins as a query does.
_WITHIN = re.compile(r'"(\s*SELECT\s[^"]*)"')


@dataclass(frozen=True)
class Block:
    """One piece of code of a page, with the table that stands below it, if any."""

    page: str
    language: str
    code: str
    table: str

    @property
    def name(self) -> str:
        words = re.sub(r"\W+", " ", self.code).split()
        return f"{self.page} {' '.join(words[:8])}"


def blocks(*languages: str) -> list[Block]:
    """The blocks of these languages on all pages."""
    return [
        Block(page.stem, language, code, table.strip())
        for page in PAGES
        for language, code, table in _BLOCK.findall(page.read_text(encoding="utf-8"))
        if language in languages
    ]


def queries() -> list[Block]:
    """Everything that is asked of a warehouse: blocks of SQL, and SQL within R and M."""
    found = [block for block in blocks("sql") if not block.code.startswith("-- PostgreSQL")]
    for block in blocks("r", "m"):
        for code in _WITHIN.findall(block.code):
            found.append(Block(block.page, block.language, code, ""))
    return found


@pytest.fixture(scope="session")
def filled_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a hub on SQLite, filled."""
    folder = tmp_path_factory.mktemp("dashboards")
    live(folder)
    return folder


@pytest.fixture(scope="session")
def filled_postgresql(
    tmp_path_factory: pytest.TempPathFactory, postgres_database: Callable[[], str]
) -> str:
    """The URL of a filled warehouse on PostgreSQL."""
    url = postgres_database()
    live(tmp_path_factory.mktemp("dashboards-postgresql"), url)
    return url
