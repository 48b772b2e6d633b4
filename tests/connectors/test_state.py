"""Cursors that are a few named values."""

import pytest

from cophub import CursorExpired
from cophub.connectors.state import State, StateOf


class Read(State):
    """How many were read."""

    count: int = 0


class ReadOf(StateOf):
    """How many were read with some settings."""

    count: int = 0


FOREIGN = ["", "?", "[1]", '{"count": "many"}']


def test_a_state_comes_back_as_it_was_kept():
    assert Read.read(None) == Read(0)
    assert Read.read(Read(3).checkpoint().cursor) == Read(3) == Read.kept(Read(3).encode())


@pytest.mark.parametrize("text", FOREIGN)
def test_the_cursor_of_something_else_is_expired_or_as_good_as_none(text: str):
    with pytest.raises(CursorExpired):
        Read.read(text)
    assert Read.kept(text) is None
    with pytest.raises(CursorExpired):
        ReadOf.read_of(text, "a")


def test_a_state_holds_for_its_own_settings_only():
    assert ReadOf.read_of(None, "a") == ReadOf("a")
    kept = ReadOf("a", 3).encode()
    assert ReadOf.read_of(kept, "a") == ReadOf("a", 3)
    with pytest.raises(CursorExpired, match="settings changed"):
        ReadOf.read_of(kept, "b")
