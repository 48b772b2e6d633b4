"""Exports of invented people, and a run of the connector over them."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from cophub import ConfigError
from cophub.connectors import files


@pytest.fixture
def connector() -> Any:
    """The connector, as its hook gives it."""
    return files.cophub_connectors()[0]


@pytest.fixture
def make(tmp_path: Path) -> Callable[..., Path]:
    """`make(name, content, encoding)`: a file in the test's folder."""

    def write(name: str, content: str | bytes, encoding: str = "utf-8") -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return path

    return write


@pytest.fixture
def make_book(tmp_path: Path) -> Callable[..., Path]:
    """`make_book(name, {sheet: rows}, hidden=(...))`: a workbook; dates and times are such."""
    import datetime as dt

    import xlsxwriter

    def write(
        name: str, sheets: dict[str, Sequence[Sequence[Any]]], hidden: Sequence[str] = ()
    ) -> Path:
        path = tmp_path / name
        with xlsxwriter.Workbook(str(path)) as book:
            forms = {
                dt.datetime: book.add_format({"num_format": "dd/mm/yyyy hh:mm"}),
                dt.date: book.add_format({"num_format": "dd/mm/yyyy"}),
                dt.time: book.add_format({"num_format": "h:mm"}),
                dt.timedelta: book.add_format({"num_format": "[h]:mm:ss"}),
            }
            for title, rows in sheets.items():
                sheet = book.add_worksheet(title)
                if title in hidden:
                    sheet.hide()
                for at, row in enumerate(rows):
                    for column, cell in enumerate(row):
                        if isinstance(cell, str):
                            sheet.write_string(at, column, cell)
                        elif cell is not None:
                            sheet.write(at, column, cell, forms.get(type(cell)))
        return path

    return write


@pytest.fixture
def read(context: Any, extract: Any, connector: Any) -> Callable[..., Any]:
    """`read(path, since=None, **settings)`: what one run of the stream yields.

    Also what a run yields that could read no file at all, before it fails for that.
    """

    def kept(ctx: Any, since: str | None) -> Iterator[Any]:
        try:
            yield from connector.streams[0].extract(ctx, since)
        except ConfigError as error:
            if not str(error).startswith("no file can be read"):
                raise

    def run(path: Path | str | None = None, since: str | None = None, **settings: Any) -> Any:
        place = {} if path is None else {"path": str(path)}
        settings = {"record": "membership", "columns": {"email": "E-mail"}, **place, **settings}
        return extract(kept, context(connector.settings(**settings)), since)

    return run


@pytest.fixture
def ask(context: Any, connector: Any) -> Callable[..., list[Any]]:
    """`ask("check", path, **settings)`: what `check` or `discover` says."""

    def run(what: str, path: Path | str, **settings: Any) -> list[Any]:
        ctx = context(connector.settings(path=str(path), **settings))
        return list(getattr(connector, what)(ctx))

    return run


@pytest.fixture
def propose(ask: Any) -> Callable[..., dict[str, Any]]:
    """`propose(path, **settings)`: the settings that `discover` proposes, and all its lines."""
    import tomllib

    def run(path: Path | str, **settings: Any) -> dict[str, Any]:
        (space,) = ask("discover", path, **settings)
        lines = space.extra["settings"]
        return {**tomllib.loads("\n".join(lines)), "lines": "\n".join(lines)}

    return run
