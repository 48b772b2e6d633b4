"""The messages in a file: mbox, one message, or a GZIP or ZIP of such, without writing anything.

A separator is a line `From sender weekday month day time year` after an empty line, with headers
after it. Anything else that starts with "From " is somebody's prose and stays where it is.
The notebooks of LISTSERV are read, too: there a line of 73 equal signs with headers right after it
begins each message.
"""

import gzip
import io
import re
import zipfile
import zlib
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, cast

_DAY = rb"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)"
_MONTH = rb"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
_ZONE = rb"(?:[+-]\d{4}|[A-Z]{2,5})"
SEPARATOR = re.compile(
    rb"From (?:.* )?" + _DAY + rb",? +" + _MONTH + rb" +\d{1,2} +\d{1,2}:\d\d(?::\d\d)?"
    rb"(?: +" + _ZONE + rb")? +\d{4}(?: +" + _ZONE + rb")?(?: remote from .*)?[ \t]*\r?\n?"
)  # fmt: skip
NOTEBOOK_LINE = b"=" * 73
"""What LISTSERV writes before each message of a notebook: exactly so many."""
_HEADER = re.compile(rb"([!-9;-~]+)[ \t]*:")
_KNOWN = frozenset(
    b"from date subject message-id to cc sender reply-to return-path received delivered-to"
    b" envelope-to x-original-to mime-version content-type in-reply-to references status"
    b" x-status x-mozilla-status x-gm-thrid x-keywords x-uid content-length dkim-signature".split()
)
_QUOTED_FROM = re.compile(rb"^>(>*From )", re.MULTILINE)
_EMPTY = (b"\n", b"\r\n")
_ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_LINE = 1 << 20

Unpacker = gzip.GzipFile | zipfile.ZipExtFile
DAMAGE = (EOFError, gzip.BadGzipFile, zlib.error, zipfile.BadZipFile, NotImplementedError)


@dataclass(frozen=True)
class Bounds:
    """How much a file may unpack to, against archives made to fill a disk or a memory."""

    unpacked: int = 4 << 30
    """Bytes that one file may unpack to, all in all."""
    ratio: int = 200
    """Unpacked bytes for one packed byte, once a file passes `free`."""
    free: int = 32 << 20
    """Bytes up to which the ratio is not looked at: a short file may be very regular."""
    message: int = 64 << 20
    """Bytes of one message that are kept."""
    nested: int = 256 << 20
    """Bytes of an archive in an archive."""
    depth: int = 3
    """Archives in archives."""
    entries: int = 500_000


@dataclass(slots=True)
class Raw:
    """One message as it lies in the archive."""

    data: bytes
    """Headers and body, "From " lines unquoted."""
    separator: bytes
    """The mbox separator before it; empty for a file that is one message."""
    start: int
    """Where the message (with its separator) begins in its unpacked file, in bytes."""
    where: str
    """The unpacked file's name, for messages to people."""
    plain: bool
    """Whether it lies in a plain mbox, which may grow at its end."""
    cut: str = ""
    """Why the message may not be whole; empty when it is."""
    is_last: bool = False
    """Whether its file ends with it: if the file is being written, it is what is half there."""
    has_end: bool = True
    """Whether a last message ends in the empty line that an mbox puts after each."""
    in_headers: bool = False
    """Whether a last message has nothing that ends its headers."""


@dataclass(slots=True)
class Trouble:
    """Something in an archive that could not be read."""

    reason: str
    where: str


class Refused(Exception):  # noqa: N818 - says what was done, not what went wrong
    """A file that is not read on: not mail, or made to harm."""


@dataclass
class Tally:
    """What reading one file came to, beside its messages."""

    look_alikes: int = 0
    """Lines in bodies that start with "From " and a date but separate nothing."""
    unpacked: int = 0
    """Bytes that came out of archives."""


def read_messages(
    file: IO[bytes], name: str, size: int, bounds: Bounds, tally: Tally, start: int = 0
) -> Iterator[Raw | Trouble]:
    """Every message in `file`, whatever it is packed in; `start` skips into a plain mbox.

    `size` is what of the file is read, in bytes; what was added since then is not looked at.
    """
    try:
        yield from _open(file, name, size, bounds, tally, start, 0)
    except Refused as refused:
        yield Trouble(str(refused), name)
    except DAMAGE as error:
        yield Trouble(f"is damaged: {_why(error)}", name)


def _open(
    file: IO[bytes], name: str, packed: int, bounds: Bounds, tally: Tally, start: int, depth: int
) -> Iterator[Raw | Trouble]:
    if depth > bounds.depth:
        raise Refused(f"is packed more than {bounds.depth} times over")
    magic = file.read(4)
    file.seek(start)
    if magic[:2] == b"\x1f\x8b":
        inner = _Unpacking(gzip.GzipFile(fileobj=file, mode="rb"), packed, bounds, tally)
        yield from _nested(inner, name, packed, bounds, tally, depth)
    elif magic in _ZIP:
        yield from _open_zip(file, name, packed, bounds, tally, depth)
    else:
        lines = _Lines(file, start, packed)
        yield from split_messages(lines, name, bounds, tally, plain=depth == 0)


def _nested(
    inner: "_Unpacking", name: str, packed: int, bounds: Bounds, tally: Tally, depth: int
) -> Iterator[Raw | Trouble]:
    """The messages of an unpacked stream; an archive in it is read into memory, within bounds."""
    stream = io.BufferedReader(inner, 1 << 16)
    magic = stream.peek(4)[:4]
    if magic[:2] == b"\x1f\x8b" or magic[:4] in _ZIP:
        content = stream.read(bounds.nested + 1)
        if len(content) > bounds.nested:
            raise Refused(f"holds an archive of more than {bounds.nested >> 20} MB; unpack it")
        again = io.BytesIO(content)
        yield from _open(again, name, len(content), bounds, tally, 0, depth + 1)
    else:
        yield from split_messages(_Lines(stream), name, bounds, tally, plain=False)
    if inner.damage:
        yield Trouble(f"is damaged: {inner.damage}; what came before was kept", name)


def _open_zip(
    file: IO[bytes], name: str, packed: int, bounds: Bounds, tally: Tally, depth: int
) -> Iterator[Raw | Trouble]:
    with zipfile.ZipFile(file) as archive:
        entries = [entry for entry in archive.infolist() if _is_content(entry)]
        if len(entries) > bounds.entries:
            raise Refused(f"holds more than {bounds.entries} files")
        if sum(entry.file_size for entry in entries) > bounds.unpacked - tally.unpacked:
            raise Refused(_too_big(bounds))
        for entry in sorted(entries, key=lambda entry: entry.filename):
            where = f"{name}/{entry.filename}"
            if entry.flag_bits & 1:
                yield Trouble("is encrypted; unpack it and point at the folder", where)
                continue
            try:
                with cast("zipfile.ZipExtFile", archive.open(entry)) as member:
                    inner = _Unpacking(member, packed, bounds, tally)
                    yield from _nested(inner, where, packed, bounds, tally, depth)
            except DAMAGE as error:
                yield Trouble(f"is damaged: {_why(error)}", where)


def _is_content(entry: zipfile.ZipInfo) -> bool:
    parts = entry.filename.replace("\\", "/").split("/")
    return not (entry.is_dir() or "__MACOSX" in parts or parts[-1].startswith("."))


def split_messages(
    lines: "_Lines", where: str, bounds: Bounds, tally: Tally, *, plain: bool
) -> Iterator[Raw | Trouble]:
    """The messages of an mbox or a notebook, or the one of a file that has no separator.

    Raises Refused when the file is neither.
    """
    lines.skip_blank()
    first = lines.peek()
    if not first:
        return
    is_mbox = (first.startswith(b"From ") or _is_notebook(first)) and lines.headers_follow(1)
    if not is_mbox and not lines.headers_follow(0, wanted=2):
        _refuse_unless_separated(lines)
        yield Trouble(
            "starts with something that is not mail; read from the first separator", where
        )
        is_mbox = True
    splitter = _Splitter(where, bounds, tally, plain=plain and is_mbox)
    yield from splitter.split(lines)


def _refuse_unless_separated(lines: "_Lines") -> None:
    """Skip to the first separator; raise Refused when the file has none."""
    blank = False
    while line := lines.next():
        blank_now = line in _EMPTY
        is_separator = _is_notebook(line) or (blank and SEPARATOR.fullmatch(line))
        if is_separator and lines.headers_follow(0):
            lines.push(line)
            return
        blank = blank_now
    raise Refused("is neither an mbox nor a message: no headers and no separator were found")


def _is_notebook(line: bytes) -> bool:
    """Whether a line begins a message of a LISTSERV notebook, if headers follow."""
    return line.startswith(NOTEBOOK_LINE) and line.rstrip() == NOTEBOOK_LINE


class _Splitter:
    """Collects lines into messages."""

    def __init__(self, where: str, bounds: Bounds, tally: Tally, *, plain: bool) -> None:
        self.where = where
        self.bounds = bounds
        self.tally = tally
        self.plain = plain
        self.separator = b""
        self.parts: list[bytes] = []
        self.size = 0
        self.start = 0
        self.too_long = False
        self.is_notebook = False

    def split(self, lines: "_Lines") -> Iterator[Raw]:
        """Every message, in order; the last one is marked when it was cut off."""
        first = lines.peek()
        self.is_notebook = _is_notebook(first)
        begins = first.startswith(b"From ") or self.is_notebook
        self._begin(lines.next() if begins else b"", lines.offset)
        blank, last = False, first
        while line := lines.next():
            if self._may_separate(line, after_blank=blank):
                if lines.headers_follow(0):
                    yield self._finish("")
                    self._begin(line, lines.offset)
                    blank, last = False, line
                    continue
                self.tally.look_alikes += 1
            self._take(line)
            blank, last = line in _EMPTY, line
        yield self._finish_last(lines, last)

    def _may_separate(self, line: bytes, *, after_blank: bool) -> bool:
        """Whether a line begins a message, if headers follow."""
        if self.is_notebook:
            return _is_notebook(line)
        return after_blank and line.startswith(b"From ") and bool(SEPARATOR.fullmatch(line))

    def _begin(self, separator: bytes, offset: int) -> None:
        self.separator = separator
        self.start = offset - len(separator)
        self.parts = []
        self.size = 0
        self.too_long = False

    def _take(self, line: bytes) -> None:
        self.size += len(line)
        if self.size <= self.bounds.message:
            self.parts.append(line)
        else:
            self.too_long = True

    def _finish_last(self, lines: "_Lines", last: bytes) -> Raw:
        in_headers = not any(line in _EMPTY for line in self.parts)
        raw = self._finish(lines.damage or self._cut(last, in_headers))
        raw.is_last, raw.in_headers = True, in_headers
        raw.has_end = last in _EMPTY or not self.separator or self.is_notebook
        return raw

    def _cut(self, last: bytes, in_headers: bool) -> str:
        if not self.separator:
            return ""
        if in_headers:
            return "the file ends in its headers"
        return "" if last.endswith(b"\n") else "the file ends in a line"

    def _finish(self, cut: str) -> Raw:
        data = b"".join(self.parts)
        if self.separator and not self.is_notebook:
            # The empty line before a separator belongs to the separator.
            data = data[:-2] + b"\n" if data.endswith(b"\n\n") else data
            data = _QUOTED_FROM.sub(rb"\1", data) if b"\n>" in data else data
        if self.too_long:
            cut = f"it is longer than {self.bounds.message >> 20} MB; the rest was left out"
        return Raw(data, self.separator, self.start, self.where, self.plain, cut)


class _Lines:
    """Lines with a look ahead, and the offset of the next one."""

    def __init__(self, stream: IO[bytes], start: int = 0, size: int | None = None) -> None:
        """`size`: where to stop, so that what is added to a file meanwhile is not half read."""
        self._stream = stream
        self._ahead: deque[bytes] = deque()
        self._left = None if size is None else size - start
        self.offset = start
        self.damage = ""

    def next(self) -> bytes:
        """The next line, empty at the end."""
        line = self._ahead.popleft() if self._ahead else self._read()
        self.offset += len(line)
        return line

    def peek(self, index: int = 0) -> bytes:
        """The line so many ahead, without taking it."""
        while len(self._ahead) <= index:
            line = self._read()
            if not line:
                return b""
            self._ahead.append(line)
        return self._ahead[index]

    def push(self, line: bytes) -> None:
        """Give a line back."""
        self._ahead.appendleft(line)
        self.offset -= len(line)

    def skip_blank(self) -> None:
        """Go to the first line that is not empty, over a byte order mark."""
        while (line := self.peek()) and not line.strip(b"\xef\xbb\xbf \t\r\n"):
            self.next()
        if line.startswith(b"\xef\xbb\xbf"):
            self._ahead[0] = line[3:]
            self.offset += 3

    def headers_follow(self, index: int, wanted: int = 1) -> bool:
        """Whether the lines from `index` on are headers, `wanted` of them such as mail has."""
        known: set[bytes] = set()
        for ahead in range(index, index + 500):
            line = self.peek(ahead)
            if ahead > index and line[:1] in (b" ", b"\t") and line.strip():
                continue
            header = _HEADER.match(line)
            # A second separator, quoted, stands between some separators and their headers.
            if not header and not line.startswith(b">From "):
                return False
            if header and (name := header[1].lower()) in _KNOWN:
                known.add(name)
                if len(known) >= wanted:
                    return True
        return False

    def _read(self) -> bytes:
        try:
            line = self._stream.readline(_LINE)
            if self._left is not None:
                line = line[: self._left]
                self._left -= len(line)
            return line
        except DAMAGE as error:
            self.damage = f"the file is damaged: {_why(error)}"
            return b""


class _Unpacking(io.RawIOBase):
    """An unpacked stream that counts what comes out and stops where it was cut off."""

    def __init__(self, inner: Unpacker, packed: int, bounds: Bounds, tally: Tally) -> None:
        self._inner = inner
        self._packed = max(packed, 1)
        self._bounds = bounds
        self._tally = tally
        self.damage = ""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer)  # type: ignore[arg-type]
        if self.damage:
            return 0
        try:
            # read1: a read that must fill the buffer loses what came before the damage.
            data = self._inner.read1(len(view))
        except DAMAGE as error:
            self.damage = _why(error)
            return 0
        view[: len(data)] = data
        self._count(len(data))
        return len(data)

    def _count(self, size: int) -> None:
        self._tally.unpacked += size
        unpacked, bounds = self._tally.unpacked, self._bounds
        if unpacked > bounds.unpacked:
            raise Refused(_too_big(bounds))
        if unpacked > bounds.free and unpacked > bounds.ratio * self._packed:
            raise Refused(
                f"unpacks to more than {bounds.ratio} times its size, as archives do that are"
                " made to harm; unpack it yourself if you trust it"
            )


def _too_big(bounds: Bounds) -> str:
    return (
        f"would unpack to more than {bounds.unpacked >> 20} MB; unpack it yourself if you trust"
        " it, or raise max_unpacked_mb"
    )


def _why(error: Exception) -> str:
    if isinstance(error, EOFError):
        return "it ends too early"
    return (str(error) or type(error).__name__).rstrip(".")
