"""An archive as files: one for each month, as HyperKitty's export hands them out.

The export is the only call of HyperKitty's that takes dates, and the only one that shows senders'
addresses. What is over does not change, so a month is asked for until the month after it is over.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from gzip import GzipFile
from tempfile import SpooledTemporaryFile
from typing import IO, cast

from cophub import AuthError, Context, SourceUnavailable
from cophub.connectors.mail.cursor import FileState
from cophub.connectors.mail.files import Change, compare, kept_open
from cophub.connectors.mail.reading import DAMAGE, Bounds, Refused
from cophub.connectors.mailman.archive import Archive
from cophub.connectors.mailman.payloads import instant
from cophub.connectors.mailman.settings import Settings

Ctx = Context[Settings]

_IN_MEMORY = 1 << 20
_BLOCK = 1 << 16
_FEW = 3000
"""Messages that are fetched at once: an archive that has no more is read in two requests."""
# What Python makes up anew each time it writes a message: without this no month is ever as it was.
_BOUNDARY = re.compile(rb'^Content-Type: multipart/mixed; boundary="(={15}\d+==)"\r?\n$')
_STEADY = b"=====_part_====="


@dataclass(frozen=True)
class Window:
    """Days of an archive, from `first` on and before `end`; None where it has no such end."""

    first: date | None
    end: date | None

    @property
    def name(self) -> str:
        """What it is called in the cursor: its month, or that it holds what came before one."""
        return f"{self.first:%Y-%m}" if self.first else f"before {self.end}"

    @property
    def query(self) -> dict[str, str]:
        """How the export is asked for it; its end is not in it."""
        days = {"start": self.first, "end": self.end}
        return {name: day.isoformat() for name, day in days.items() if day}

    def is_settled(self, today: date) -> bool:
        """Whether a month more has passed since it was over: messages may be late."""
        return self.end is not None and today >= next_month(self.end)


def windows(begin: date, today: date) -> list[Window]:
    """What came before the month of `begin`, that month and each after it.

    The last has no end: a message whose sender's clock is ahead is dated after today.
    """
    month = begin.replace(day=1)
    found = [Window(None, month)]
    while month <= today:
        after = next_month(month)
        found.append(Window(month, after if after <= today else None))
        month = after
    return found


def unsettled(every: list[Window], known: Mapping[str, FileState]) -> list[Window]:
    """The windows that were not read whole, or may have changed since."""
    states = ((window, known.get(window.name)) for window in every)
    return [window for window, state in states if not (state and state.settled and not state.done)]


def first_month(archive: Archive, address: str, count: int, today: date) -> date:
    """The month from which on an archive is read by months; what came before is read at once.

    Last month for a small archive; else that of the thread that has been quiet for longest.
    """
    last_month = (today.replace(day=1) - timedelta(days=1)).replace(day=1)
    if count <= _FEW:
        return last_month
    total = archive.threads_from(address, 0, 1).count
    oldest = archive.threads_from(address, max(0, total - 1), 1).results
    quiet = instant(oldest[0].date_active) if oldest else None
    return min(quiet.date().replace(day=1), last_month) if quiet else last_month


def next_month(day: date) -> date:
    """The first day of the month after that of `day`."""
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


@dataclass(slots=True)
class MonthFile:
    """A window as a file: fetched, or found to be as it was."""

    name: str
    content: IO[bytes] | None = None
    size: int = 0
    settled: bool = False
    refused: str = ""

    def look(self, known: FileState | None, number: int) -> Change | FileState | None:
        """Compares the content with what was read, if it was fetched."""
        if self.refused:
            raise Refused(self.refused)
        if self.content is None:
            return known
        look = compare(self.content, [self.size], known, number)
        state = look.state if isinstance(look, Change) else look
        state.settled = self.settled
        return look

    def open(self) -> IO[bytes]:
        """The content, from its beginning; it stays open when its reader closes it."""
        if self.content is None:
            raise FileNotFoundError(f"{self.name} was not fetched")
        self.content.seek(0)
        return kept_open(self.content)


class Export:
    """The windows of one list's archive, fetched as far as they may have changed."""

    def __init__(self, ctx: Ctx, archive: Archive, address: str) -> None:
        self.ctx = ctx
        self.archive = archive
        self.address = address
        self.failure: AuthError | SourceUnavailable | None = None
        """Why the run could not fetch everything; raised when what was fetched is kept."""
        self.refused = False
        """Whether the answer for some window was no export."""

    def files(self, every: list[Window], wanted: Collection[Window]) -> Iterator[MonthFile]:
        """Every window, oldest first; those that are not wanted are as they were."""
        for number, window in enumerate(every, 1):
            if window in wanted and not self.failure:
                self.ctx.progress(f"months of {self.address}", number, len(every))
                yield self._fetch(window)
            else:
                yield MonthFile(window.name)

    def _fetch(self, window: Window) -> MonthFile:
        try:
            with self.archive.client.stream(
                "GET", self.archive.export_path(self.address), params=window.query
            ) as answer:
                if answer.status_code >= 400:
                    answer.read()
                self.archive.refuse(answer, self.address)
                packed = SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - kept till read
                most, size = self.ctx.settings.bounds().unpacked, 0
                for piece in answer.iter_raw():
                    size += packed.write(piece)
                    if size > most:  # packed it would be more still
                        refused = f"is longer than {most >> 20} MB; raise max_unpacked_mb"
                        packed.close()
                        self.refused = True
                        return MonthFile(window.name, refused=refused)
        except (AuthError, SourceUnavailable) as error:
            self.failure = error
            return MonthFile(window.name)
        packed.seek(0)
        try:
            content, size = unpack(cast("IO[bytes]", packed), self.ctx.settings.bounds())
        except Refused as refused:
            self.refused = True
            return MonthFile(window.name, refused=str(refused))
        finally:
            packed.close()
        return MonthFile(window.name, content, size, window.is_settled(self.ctx.now.date()))


def unpack(packed: IO[bytes], bounds: Bounds) -> tuple[IO[bytes], int]:
    """An export as a plain mbox, the same whenever it is asked for, and its size in bytes.

    Raises Refused for what is no export, unpacks to too much, or ends too early: HyperKitty breaks
    off in the middle, without a word, at a message that it cannot write.
    """
    if packed.read(2) != b"\x1f\x8b":
        raise Refused("is no packed mbox; is archive_url the address of HyperKitty?")
    packed.seek(0)
    plain = SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - it is read after this
    size, boundary = 0, b""
    try:
        with GzipFile(fileobj=packed, mode="rb") as lines:
            while line := lines.readline(_BLOCK):
                if found := _BOUNDARY.match(line):
                    boundary = found[1]
                if boundary and boundary in line:
                    line = line.replace(boundary, _STEADY)
                size += plain.write(line)
                if size > bounds.unpacked:
                    raise Refused(
                        f"is longer than {bounds.unpacked >> 20} MB; raise max_unpacked_mb"
                    )
    except DAMAGE as error:
        plain.close()
        raise Refused(
            "breaks off: HyperKitty cannot write one of its messages; its log tells which"
        ) from error
    plain.seek(0)
    return cast("IO[bytes]", plain), size
