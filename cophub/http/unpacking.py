"""The body of an answer, unpacked piece by piece and no further than there is room for.

A packed answer of some kilobytes may unpack to gigabytes. So it is unpacked here, not by a library
that knows no end, and only what was asked for: GZIP and deflate, whose pieces can be held small.
"""

import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import httpx

from cophub.error_codes import NOT_UNDERSTOOD, TOO_LARGE
from cophub.errors import SourceUnavailable

ACCEPTED = "gzip, deflate"
"""What requests ask for, whatever else is installed."""
FREE = 16 << 20
"""Bytes up to which the ratio is not looked at: a short answer may be very regular."""
_PIECE = 1 << 18
_GZIP, _ZLIB, _RAW = 16 + zlib.MAX_WBITS, zlib.MAX_WBITS, -zlib.MAX_WBITS
_NOT_ASKED = frozenset({"br", "zstd", "compress", "x-compress", "dcb", "dcz"})
_MOST_LAYERS = 2


class TooLarge(SourceUnavailable):
    """An answer is larger than there is room for; asking again does not make it smaller."""

    usual_code = TOO_LARGE


@dataclass
class Room:
    """How much one answer may be, and how much of it has come; sizes in bytes."""

    host: str
    most: int
    ratio: int
    """Unpacked bytes for one packed byte, once there are more than `FREE`."""
    packed: int = 0
    unpacked: int = 0

    def came(self, size: int) -> None:
        """Count what came over the wire. Raises TooLarge."""
        self.packed += size
        self._check(self.packed)

    def became(self, size: int) -> None:
        """Note what it has become so far, in its largest layer. Raises TooLarge."""
        self.unpacked = max(self.unpacked, size)
        self._check(self.unpacked)
        if self.unpacked > FREE and self.unpacked > self.ratio * self.packed:
            raise TooLarge(
                f"{self.host}: an answer unpacks to more than {self.ratio} times its size, as those"
                " do that are made to harm; it was not read. Look at the address in a browser"
            )

    def _check(self, size: int) -> None:
        if size > self.most:
            raise TooLarge(
                f"{self.host}: an answer is larger than {_shown(self.most)}, and was not read to"
                " its end; look at the address in a browser"
            )


def _codings(header: str, host: str) -> list[str]:
    """How a body is packed, the outermost last. Raises SourceUnavailable for what nobody asked."""
    named = [word.strip().lower() for word in header.split(",")]
    for word in named:
        if word in _NOT_ASKED:
            raise SourceUnavailable(
                f"{host}: an answer is packed as {word}, which was not asked for; if a proxy stands"
                " between, let it leave answers as they are",
                code=NOT_UNDERSTOOD,
            )
    # Others, such as "utf-8", are servers' mistakes: the body is as it is.
    packed = [word for word in named if word in ("gzip", "x-gzip", "deflate")]
    if len(packed) > _MOST_LAYERS:
        raise SourceUnavailable(
            f"{host}: an answer is packed {len(packed)} times over, as those are that are made to"
            " harm; look at the address in a browser",
            code=TOO_LARGE,
        )
    return packed


def unpacked(pieces: Iterable[bytes], header: str, room: Room) -> Iterator[bytes]:
    """The body in pieces of a few hundred kilobytes. `header` is its Content-Encoding.

    Raises TooLarge, SourceUnavailable, and httpx.DecodingError for what is damaged or cut off.
    """
    flow = _counted(pieces, room)
    for coding in reversed(_codings(header, room.host)):
        flow = _inflated(flow, coding, room)
    return flow


def _counted(pieces: Iterable[bytes], room: Room) -> Iterator[bytes]:
    for piece in pieces:
        room.came(len(piece))
        yield piece


def _inflated(pieces: Iterable[bytes], coding: str, room: Room) -> Iterator[bytes]:
    """One layer less. Each layer is counted: a small one may hide between two large ones."""
    inflate, done = None, 0
    try:
        for piece in pieces:
            out, rest = b"", piece
            while rest or len(out) == _PIECE:  # a full piece may have more behind it
                if inflate is None or inflate.eof:
                    if inflate is not None and rest[:1] != b"\x1f":
                        break  # what servers fill up with, no further member
                    inflate = zlib.decompressobj(_window(coding, rest))
                out = inflate.decompress(rest, _PIECE)
                rest = inflate.unused_data if inflate.eof else inflate.unconsumed_tail
                done += len(out)
                room.became(done)
                if out:
                    yield out
    except zlib.error as error:
        raise httpx.DecodingError(str(error)) from error
    if inflate is not None and not inflate.eof:
        raise httpx.DecodingError("the packed answer was cut off")


def _window(coding: str, first: bytes) -> int:
    """How to begin; "deflate" comes with a header of zlib, or, from some servers, without."""
    if coding != "deflate":
        return _GZIP
    is_zlib = first[0] & 0x0F == 8 and (len(first) < 2 or (first[0] << 8 | first[1]) % 31 == 0)
    return _ZLIB if is_zlib else _RAW


def _shown(size: int) -> str:
    return f"{size >> 30} GB" if size >= 1 << 30 else f"{size / (1 << 20):.4g} MB"


__all__ = ["ACCEPTED", "Room", "TooLarge", "unpacked"]
