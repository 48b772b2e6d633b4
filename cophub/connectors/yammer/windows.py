"""Data exports by call: a window of time, as one ZIP that is spooled to disk.

Source: REST `GET /api/v1/export`, for a verified admin; one at a time.
"""

import tempfile
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import IO

import httpx
import msgspec
import urllib3

from cophub import AuthError, ConfigError, Context, SourceUnavailable
from cophub.connectors.yammer.client import rest
from cophub.connectors.yammer.exportfile import BadExport, ExportFile
from cophub.connectors.yammer.payloads import NetworkList
from cophub.connectors.yammer.posts import moment
from cophub.connectors.yammer.settings import Settings
from cophub.error_codes import PERMISSION
from cophub.http import check_status

Ctx = Context[Settings]
MODELS = ("User", "Group", "Message", "MessageVersion", "Network")
ASKED = ("users.csv", "groups.csv", "messages.csv")
"""What an export by call must hold, for those were asked for."""
WEEK, DAY, HOUR = 168, 24, 1
SMALLER = {WEEK: DAY, DAY: HOUR}
BUSY = 20_000
"""Messages of a week above which the next windows are of a day."""
OVERLAP = timedelta(hours=1)
"""What is written at the very end of a window may not be in its export yet."""
FORM = "%Y-%m-%dT%H:%M:%SZ"


class Window(msgspec.Struct, frozen=True):
    """A time to ask an export for, in hours from an instant."""

    start: datetime
    hours: int


def pieces_of(window: Window, now: datetime) -> Iterator[Window]:
    """The next smaller windows that make up this one."""
    hours, end = SMALLER[window.hours], window.start + timedelta(hours=window.hours)
    start = window.start
    while start < min(end, now):
        yield Window(start, hours)
        start += timedelta(hours=hours)


def next_hours(hours: int, messages: int) -> int:
    """How long the next window is: a day where a week would hold too much."""
    in_a_week = messages * WEEK // hours
    return DAY if in_a_week > BUSY else WEEK


def ask(ctx: Ctx, window: Window, models: Sequence[str] = MODELS) -> ExportFile:
    """The export of a window, in a file that is gone when it is closed.

    Raises BadExport when it broke off on the way, AuthError for whoever is no verified admin.
    """
    end = min(window.start + timedelta(hours=window.hours), ctx.now)
    name = f"the export from {window.start.strftime(FORM)} to {end.strftime(FORM)}"
    asked: list[tuple[str, str | int | float | bool | None]] = [
        ("since", (window.start - OVERLAP).strftime(FORM)),
        ("until", end.strftime(FORM)),
        ("include", "csv"),
        *(("model", model) for model in models),
    ]
    file = tempfile.TemporaryFile(prefix="cophub-export-")  # noqa: SIM115 - ExportFile closes it
    try:
        _spool(ctx, asked, file, name)
        return ExportFile(file, name)
    except BaseException:
        file.close()
        raise


def _spool(
    ctx: Ctx,
    asked: list[tuple[str, str | int | float | bool | None]],
    file: IO[bytes],
    name: str,
) -> None:
    try:
        with rest(ctx).http.stream("GET", "export", params=asked) as response:
            if response.status_code == 403:
                raise AuthError(NOT_ADMIN, code=PERMISSION)
            for piece in check_status(response).iter_bytes():
                file.write(piece)
    except SourceUnavailable as error:
        if is_too_much(error):
            raise BadExport(f"{name} did not come whole: {error}") from error
        raise


def is_too_much(error: SourceUnavailable) -> bool:
    """Whether a smaller window may fare better: the vendor broke off, gave up or was silent."""
    cause = error.__cause__
    if isinstance(cause, httpx.HTTPStatusError):
        return cause.response.status_code >= 500
    return isinstance(cause, urllib3.exceptions.HTTPError | httpx.ReadTimeout | httpx.ProtocolError)


NOT_ADMIN = (
    "Yammer gives its export to verified admins only, and the person who signed in is none; make"
    " them one in engage.cloud.microsoft > Admin center, sign in as one, or set export_path to a"
    " file that an admin downloaded"
)


def troubles_of(export: ExportFile) -> list[str]:
    """What `log.txt` says went wrong; that there is none says so, too."""
    if not export.has_log:
        return ["it has no log.txt, so whether it is complete is unknown"]
    return [f"log.txt says: {line[:160]}" for line in export.troubles()]


def missing_files(export: ExportFile) -> list[str]:
    """The files that were asked for and are not there."""
    return [f"{name} is missing" for name in ASKED if name not in export.csv_files]


def first_day(ctx: Ctx) -> datetime:
    """Where history begins: `export_since`, or when the network was made."""
    if ctx.settings.export_since is not None:
        return datetime.combine(ctx.settings.export_since, time(), UTC)
    networks, _ = rest(ctx).page("networks/current.json", NetworkList)
    made = [at for each in networks.items if (at := moment(each.created_at))]
    if not made:
        raise ConfigError(
            "Yammer does not say when the network was made; set export_since, such as 2020-01-31"
        )
    return min(made).replace(minute=0, second=0, microsecond=0)
