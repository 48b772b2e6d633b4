"""Every query of the pages about dashboards runs, on both databases, and gives what is shown."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from cophub.warehouse import Warehouse

from .conftest import DOCS, PAGES, Block, blocks, queries

_MOST_SHOWN = 6


def cell(value: Any) -> str:
    """As the pages show it: whole numbers without a point."""
    if value is None:
        return ""
    whole = isinstance(value, float) and value.is_integer()
    return str(int(value) if whole else value)


def table(columns: list[str], rows: list[tuple[Any, ...]]) -> str:
    """The Markdown table of a result, its first rows."""
    lines: list[list[str]] = [columns, ["---"] * len(columns)]
    lines += [[cell(value) for value in row] for row in rows[:_MOST_SHOWN]]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


@pytest.fixture(params=["sqlite", "postgresql"])
def filled(request: pytest.FixtureRequest) -> Any:
    if request.param == "sqlite":
        folder: Path = request.getfixturevalue("filled_sqlite")
        url = f"sqlite:///{folder / 'cophub.db'}"
    else:
        url = request.getfixturevalue("filled_postgresql")
    warehouse = Warehouse.open(url)
    yield warehouse
    warehouse.dispose()


@pytest.mark.parametrize("block", queries(), ids=lambda block: block.name)
def test_a_query_gives_what_the_page_shows(filled: Warehouse, block: Block) -> None:
    with filled.connect() as connection:
        result = connection.execute(text(block.code.replace(":", r"\:")))
        columns, rows = list(result.keys()), [tuple(row) for row in result]
    assert rows, "the query gives nothing"
    if block.language == "sql" and block.page != "data-dictionary":
        assert block.table == table(columns, rows)


def test_there_is_a_page_for_each_tool_and_a_query_on_it() -> None:
    assert {page.stem for page in PAGES} == {
        "dashboards", "metabase", "superset", "power-bi", "datasette", "pandas", "r",
    }  # fmt: skip
    asked = [block.page for block in queries()]
    assert all(asked.count(page) >= 3 for page in ("dashboards", "metabase", "superset", "r"))
    assert asked.count("power-bi") >= 5


def test_the_pages_name_one_another_and_the_index_names_them() -> None:
    first = (DOCS / "dashboards.md").read_text(encoding="utf-8")
    assert all(
        f"dashboards/{page.stem}.md" in first for page in PAGES[1:] if page.stem != "dashboards"
    )
    assert "dashboards.md" in (DOCS / "index.md").read_text(encoding="utf-8")


def test_what_is_shown_to_all_leaves_out_what_is_about_few() -> None:
    """A query of figures of communities says NOT small, unless only for facilitators."""
    for block in blocks("sql"):
        if "measure_quarter" in block.code and "value AS people" in block.code:
            assert "NOT q.small" in block.code
