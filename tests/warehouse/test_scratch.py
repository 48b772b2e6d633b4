"""Temporary files: their folder may be full, and whoever runs the hub is told which one it is."""

import os
import sqlite3
import sys
import tempfile
from contextlib import closing
from pathlib import Path
from typing import IO, Any

import pytest

from cophub.errors import WarehouseError
from cophub.warehouse.scratch import Scratch, no_room

FULL = "the temporary folder {} is full; free some room there, or set TMPDIR to a folder that has"


def _full_file(**_: Any) -> IO[bytes]:
    return Path("/dev/full").open("w+b")


@pytest.fixture
def full_folder(monkeypatch: pytest.MonkeyPatch) -> str:
    """A temporary folder that takes no byte: Linux has a device that answers like a full disk."""
    if sys.platform != "linux":
        pytest.skip("/dev/full is Linux's")
    monkeypatch.setattr(tempfile, "TemporaryFile", _full_file)
    return tempfile.gettempdir()


def test_what_was_written_is_read_from_the_start_and_forgotten_when_cleared() -> None:
    for memory in (1, 100):
        with closing(Scratch(memory)) as scratch:
            scratch.write(b"one")
            scratch.write(b"two")
            for _ in range(2):
                scratch.rewind()
                assert (scratch.read(4), scratch.read(4), scratch.read(4)) == (b"onet", b"wo", b"")
            scratch.clear()
            assert scratch.read(4) == b""


def test_a_full_temporary_folder_is_told_with_its_name_and_the_next_step(full_folder: str) -> None:
    scratch = Scratch(10)
    with pytest.raises(WarehouseError) as told:
        scratch.write(bytes(100_000))
    assert str(told.value).startswith(FULL.format(full_folder))
    assert "\n" not in str(told.value)
    scratch.close()


@pytest.mark.parametrize("use", [Scratch.rewind, lambda s: s.read(1), Scratch.clear])
@pytest.mark.skipif(sys.platform != "linux", reason="/dev/full is Linux's")
def test_a_folder_that_was_full_a_moment_later_is_told_as_well(use: Any) -> None:
    """A few bytes wait in memory until they are written out: that may be at any next use."""
    scratch = Scratch(10)
    scratch.write(bytes(11))
    with Path("/dev/full").open("w+b") as full:
        os.dup2(full.fileno(), scratch._file.fileno())
    scratch.write(b"a few more")
    with pytest.raises(WarehouseError, match="is full; free some room there"):
        use(scratch)
    scratch.close()


def test_a_machine_without_any_usable_temporary_folder_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Python tries the folders with a file of its own: where all are full, it names them."""
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.setattr(tempfile, "_candidate_tempdir_list", lambda: ["/nowhere/at/all"])
    scratch = Scratch(10)
    with pytest.raises(WarehouseError, match=r"no temporary folder can be written .*/nowhere"):
        scratch.write(bytes(100_000))
    scratch.close()


def test_the_temporary_file_of_sqlite_is_told_by_the_folder_that_it_takes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("SQLITE_TMPDIR", raising=False)
    monkeypatch.setenv("TMPDIR", "/small")
    with closing(sqlite3.connect("", isolation_level=None)) as db:
        db.execute("CREATE TABLE said (what TEXT)")
        db.execute("PRAGMA max_page_count = 1")
        with pytest.raises(sqlite3.OperationalError) as full:
            db.execute("INSERT INTO said VALUES (?)", ("x" * 100_000,))
    assert str(no_room(full.value)).startswith(FULL.format("/small"))


def test_another_error_is_not_taken_for_a_full_folder() -> None:
    for error in (FileNotFoundError(2, "No such file"), sqlite3.OperationalError("locked")):
        assert no_room(error) is None
