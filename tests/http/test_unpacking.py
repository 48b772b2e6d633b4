"""Answers that unpack to more than there is room for are refused while they are unpacked."""

import gzip
import tracemalloc
import zlib

import httpx
import pytest

from cophub import SourceUnavailable
from cophub.http import Limits, Transport
from cophub.http.unpacking import FREE, Room, TooLarge, unpacked

MB = 1 << 20
ZEROS = gzip.compress(bytes(64 * MB))
"""64 MB in 64 kB; the ratio of GZIP ends at a thousand."""


def raw_deflate(content: bytes) -> bytes:
    return zlib.compress(content)[2:-4]


@pytest.fixture
def small(time_):
    """A transport with room for a megabyte."""
    with Transport(Limits(largest=MB), sleep=time_.sleep, clock=time_.clock) as transport:
        yield transport


def asked(transport, url):
    return transport.client().get(url)


def by_session(transport, url):
    return transport.session().get(url)


@pytest.mark.parametrize("ask", [asked, by_session])
@pytest.mark.parametrize(
    ("coding", "pack"),
    [
        ("gzip", gzip.compress),
        ("x-gzip", gzip.compress),
        ("deflate", zlib.compress),
        ("deflate", raw_deflate),
        ("gzip, gzip", lambda content: gzip.compress(gzip.compress(content))),
        ("identity", bytes),
        ("utf-8", bytes),
    ],
)
def test_what_is_packed_is_unpacked_up_to_the_limit_and_refused_beyond(
    vendor, small, coding, pack, ask
):
    """Once: it will not be smaller another time."""
    headers = {"Content-Encoding": coding}
    good = b'["' + b"x" * (MB - 10) + b'"]'
    vendor.answers("/good", {"body": pack(good), "headers": headers})
    vendor.answers("/bad", {"body": pack(b" " * (MB + 1)), "headers": headers})
    assert ask(small, vendor.url + "/good").content == good
    with pytest.raises(SourceUnavailable, match="an answer is larger than 1 MB") as caught:
        ask(small, vendor.url + "/bad")
    assert caught.value.code == "CPH-U18"
    assert len(vendor.asked("/bad")) == 1


@pytest.mark.parametrize("status", [200, 404, 500])
def test_a_bomb_is_refused_whatever_its_status(vendor, time_, status):
    """An error's body is read, too. The ratio tells before the limit does."""
    vendor.answers("/x", {"body": ZEROS, "status": status, "headers": {"Content-Encoding": "gzip"}})
    with (
        Transport(sleep=time_.sleep, clock=time_.clock) as transport,
        pytest.raises(SourceUnavailable, match="more than 200 times its size") as caught,
    ):
        transport.client().get(vendor.url + "/x")
    assert caught.value.code == "CPH-U18"


def test_a_bomb_in_a_download_is_refused_while_it_comes(vendor, time_):
    vendor.answers("/x", {"body": ZEROS, "headers": {"Content-Encoding": "gzip"}})
    with Transport(sleep=time_.sleep, clock=time_.clock) as transport:
        size = 0
        with (
            pytest.raises(TooLarge, match="200 times"),
            transport.client().stream("GET", vendor.url + "/x") as answer,
        ):
            for piece in answer.iter_bytes():
                size += len(piece)
        assert size <= FREE
        with (
            pytest.raises(TooLarge, match="200 times"),
            transport.session().get(vendor.url + "/x", stream=True) as answer,
        ):
            for _ in answer.iter_content(65536):
                pass
        vendor.answers("/x", {"body": b"fine"})
        assert transport.client().get(vendor.url + "/x").content == b"fine"


def test_a_download_has_a_limit_of_its_own(vendor, time_):
    """Also what is kept as it comes."""
    vendor.answers("/x", {"body": b"x" * 3 * MB})
    limits = Limits(largest=MB, largest_stream=2 * MB)
    with Transport(limits, sleep=time_.sleep, clock=time_.clock) as transport:
        for how in ("iter_bytes", "iter_raw"):
            with (
                pytest.raises(TooLarge, match="larger than 2 MB"),
                transport.client().stream("GET", vendor.url + "/x") as answer,
            ):
                for _ in getattr(answer, how)():
                    pass


def test_no_more_is_held_than_a_piece():
    """However much a piece of the wire unpacks to, and however often it is packed."""
    content = gzip.compress(gzip.compress(bytes(32 * MB)))
    room = Room("agora.example", 1 << 40, 1 << 40)
    tracemalloc.start()
    try:
        assert sum(map(len, unpacked([content], "gzip, gzip", room))) == 32 * MB
        assert tracemalloc.get_traced_memory()[1] < 2 * MB
    finally:
        tracemalloc.stop()


def test_a_small_layer_does_not_hide_a_large_one():
    """Packed twice, bombs are some hundred bytes."""
    room = Room("agora.example", 1 << 40, 200)
    with pytest.raises(TooLarge):
        list(unpacked([gzip.compress(ZEROS)], "gzip, gzip", room))
    with pytest.raises(SourceUnavailable, match="packed 3 times over"):
        unpacked([b""], "gzip, gzip, gzip", room)


@pytest.mark.parametrize("coding", ["br", "zstd", "compress", "BR"])
def test_what_nobody_asked_for_is_not_unpacked(vendor, small, coding):
    """It is not asked for even where a library could: those have no end of their own."""
    vendor.answers(
        "/x", {"body": b"\x0b\x02\x80hello\x03", "headers": {"Content-Encoding": coding}}
    )
    with pytest.raises(SourceUnavailable, match="which was not asked for"):
        small.client().get(vendor.url + "/x")
    with pytest.raises(SourceUnavailable, match="which was not asked for"):
        small.session().get(vendor.url + "/x")
    assert {seen.headers["accept-encoding"] for seen in vendor.seen} == {"gzip, deflate"}


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_it_comes_whole_however_it_is_cut_into_pieces(size):
    """With several members, and with what servers fill up with."""
    packed = gzip.compress(b"one " * 500) + gzip.compress(b"two") + bytes(9)
    pieces = [packed[at : at + size] for at in range(0, len(packed), size)]
    room = Room("agora.example", MB, 200)
    assert b"".join(unpacked(pieces, "gzip", room)) == b"one " * 500 + b"two"
    assert b"".join(unpacked([], "gzip", room)) == b""


def test_what_is_cut_off_is_no_answer():
    """A text that lacks its end looks like a whole one."""
    room = Room("agora.example", MB, 200)
    with pytest.raises(httpx.DecodingError, match="cut off"):
        list(unpacked([gzip.compress(b"From ada" * 100)[:-12]], "gzip", room))


def test_a_stream_can_be_read_in_chunks_and_lines(vendor, small):
    body = b"".join(b"line %d\n" % number for number in range(5000))
    vendor.answers("/x", {"body": gzip.compress(body), "headers": {"Content-Encoding": "gzip"}})
    with small.client().stream("GET", vendor.url + "/x") as answer:
        chunks = list(answer.iter_bytes(1000))
    assert b"".join(chunks) == body
    assert {len(chunk) for chunk in chunks[:-1]} == {1000}
    with small.client().stream("GET", vendor.url + "/x") as answer:
        assert list(answer.iter_lines()) == body.decode().splitlines()
    with small.client().stream("GET", vendor.url + "/x") as answer:
        assert answer.read() == body == b"".join(answer.iter_bytes())
