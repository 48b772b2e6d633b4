"""The cursor of messages: small, and none but ours."""

import pytest

from cophub import CursorExpired
from cophub.connectors.yammer.cursor import Cursor, Known, Place, Tally, Walk, pack, unpack

# Ids as the vendor's of one year: about 2**24 a second apart.
YEAR = {
    2_000_336_575_053_825 + n * (1 << 24) * 3_100: Known(1 + n % 9, 482_000 + n)
    for n in range(1000)
}


def test_threads_come_back_from_the_cursor_as_they_went_in():
    threads = {**YEAR, 84_402_777: Known(70, 481_000, hidden=True), 5: Known(1, 0)}
    assert unpack(pack(threads)) == threads
    assert unpack(pack({})) == {}


def test_a_thread_costs_the_cursor_eleven_characters():
    assert len(pack(YEAR)) / len(YEAR) == pytest.approx(10.6, abs=0.7)


def test_a_place_comes_back_with_an_unfinished_walk():
    walk = Walk(began=7, floor=3, top=90, low=40, count=2, open={"12": Tally(2, 2, 5, 90, 48)})
    place = Place(seen=1 << 51, at=5, updates=8, walk=walk, until=7, after=44, threads=YEAR)
    cursor = Cursor(None)
    text = cursor.keep("31158067201", place)
    again = Cursor(text)
    assert again.place("31158067201") == place
    assert again.place("1") == Place()
    assert again.text() == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "123",
        "{}",
        '{"v":0,"g":{}}',
        '{"v":1,"g":{"1":{"t":"~"}}}',
        '{"v":1,"g":{"1":{"s":"x"}}}',
    ],
)
def test_a_cursor_that_is_not_ours_has_expired(text: str):
    with pytest.raises(CursorExpired):
        Cursor(text)
