"""Tables on a narrow terminal: what matters is whole, and what is left out is told."""

import pytest

from cophub.cli import show

COLUMNS = ("id", "name", "e-mail", "organisation", "communities")
ROWS = [
    ("4f2a91c0", "Amina Diallo-Ouédraogo", "a***@who-cares.example", "Who Cares Alliance", "chw"),
    ("b81e22d7", "Carlos Quispe Huamán", "c***@andean-health.example", None, "chw, nutrition"),
]


@pytest.fixture
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal of 60 columns."""
    monkeypatch.setattr(show, "terminal", lambda: True)
    monkeypatch.setattr(show, "columns_across", lambda: 60)


def printed(capsys: pytest.CaptureFixture[str]) -> list[str]:
    """The lines of a table, without colours."""
    import click

    return click.unstyle(capsys.readouterr().out).splitlines()


@pytest.mark.usefixtures("narrow")
def test_a_name_is_whole_and_what_is_left_out_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    """The columns that may go, go in their order, until those that matter are shown whole."""
    show.table(COLUMNS, ROWS, keep=("id", "name"), spare=("communities", "organisation"))
    lines = printed(capsys)
    assert "communities" not in lines[0]
    assert "organisation" in lines[0]  # there is room for it
    assert "Amina Diallo-Ouédraogo" in lines[1]
    assert lines[-1] == "  a wider terminal shows also: communities"
    assert max(map(len, lines)) <= 60


@pytest.mark.usefixtures("narrow")
def test_a_column_that_says_nothing_goes_without_a_word(capsys: pytest.CaptureFixture[str]) -> None:
    """Nobody misses a column of dashes."""
    rows = [(*row[:3], None, None) for row in ROWS]
    show.table(COLUMNS, rows, keep=("id", "name"), spare=("communities", "organisation"))
    assert "wider" not in printed(capsys)[-1]


@pytest.mark.usefixtures("narrow")
def test_what_matters_is_cut_when_nothing_else_can_be(capsys: pytest.CaptureFixture[str]) -> None:
    """A line never gets wider than the terminal as long as any column has room to give."""
    rows = [("4f2a91c0", "Wolfeschlegelsteinhausenbergerdorff " * 3, "–", "–", "–")]
    show.table(COLUMNS[:2], [row[:2] for row in rows], keep=("id", "name"))
    lines = printed(capsys)
    assert lines[1].endswith("…")
    assert max(map(len, lines)) <= 60


def test_nothing_is_left_out_where_a_program_reads(capsys: pytest.CaptureFixture[str]) -> None:
    """`grep` finds every column."""
    show.table(COLUMNS, ROWS, keep=("id", "name"), spare=("communities", "organisation"))
    assert "communities" in printed(capsys)[0]
