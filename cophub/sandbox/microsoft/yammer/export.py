"""The Network Data Export: `GET /api/v1/export` streams one ZIP, and `write_export` writes a file.

It is for verified admins, and one at a time. It answers 200 also when something went wrong: then
`log.txt` tells, or the stream ends early. `Yammer.export_faults` brings that about.
"""

import csv
import io
import zipfile
from collections.abc import Collection, Iterator
from datetime import datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, cast

from cophub.sandbox.microsoft.refusals import Refusal
from cophub.sandbox.microsoft.routes import Call, Reply, route
from cophub.sandbox.microsoft.yammer import partners
from cophub.sandbox.microsoft.yammer.exportrows import (
    COLUMNS,
    MODELS,
    Row,
    Span,
    files_in,
    rows_of,
)
from cophub.sandbox.microsoft.yammer.feeds import reader
from cophub.sandbox.server import Response
from cophub.sandbox.timeline import moment, seconds

if TYPE_CHECKING:
    from cophub.sandbox.microsoft.yammer import Yammer

PIECE = 1 << 16
ALWAYS = ("Admins.csv", "Networks.csv")
DONE = "INFO Export finished: 0 errors"
# The vendor says only that errors are in log.txt; its words are not published.
TROUBLE = "ERROR Messages: 3 records could not be exported (timeout), the file is incomplete"


class Wanted:
    """What an export is to hold; `names` of CSV files, or all of them."""

    def __init__(
        self, span: Span, names: Collection[str] = (), *, files: bool = False, ens: bool = False
    ) -> None:
        self.span = span
        self.names = [name for name in COLUMNS if not names or name in names or name in ALWAYS]
        self.files = files
        self.external_networks = ens


class Sink:
    """Takes bytes and cannot seek: what is written looks as if it had been streamed."""

    def __init__(self) -> None:
        self.taken = bytearray()

    def write(self, data: bytes) -> int:
        """Take bytes."""
        self.taken += data
        return len(data)

    def flush(self) -> None:
        """Nothing is held back."""


def packed(yammer: "Yammer", wanted: Wanted) -> bytes:
    """The ZIP."""
    sink, faults = Sink(), yammer.export_faults
    with zipfile.ZipFile(cast(IO[bytes], sink), "w", zipfile.ZIP_DEFLATED, compresslevel=3) as into:
        into.writestr("request.txt", _request(wanted))
        for name in wanted.names:
            if name in faults:
                continue
            if name == "Messages.csv" and "bomb" in faults:
                _write_bomb(into, yammer.bomb_bytes)
            else:
                _write_csv(into, name, name, rows_of(yammer, name, wanted.span))
        if wanted.external_networks:
            for name in wanted.names:
                rows = partners.rows_of(yammer, name, wanted.span)
                _write_csv(into, f"{partners.FOLDER}/{name}", name, rows)
        if wanted.files:
            for _, each in files_in(yammer, wanted.span):
                into.writestr(f"Files/{each.id}.{each.name.rpartition('.')[2]}", each.name.encode())
        if "log.txt" not in faults:
            into.writestr("log.txt", _log(yammer, wanted))
    return bytes(sink.taken)


def _write_csv(into: zipfile.ZipFile, path: str, name: str, rows: Iterator[Row]) -> None:
    with into.open(path, "w", force_zip64=True) as raw:
        text = io.TextIOWrapper(raw, "utf-8", newline="", write_through=True)
        writer = csv.DictWriter(text, COLUMNS[name], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        text.flush()
        text.detach()


def _write_bomb(into: zipfile.ZipFile, size: int) -> None:
    block = b"0" * (1 << 20)
    with into.open("Messages.csv", "w", force_zip64=True) as raw:
        for _ in range(size >> 20):
            raw.write(block)


def _request(wanted: Wanted) -> str:
    since, until = (moment(at).isoformat() for at in wanted.span)
    return f"since: {since}\nuntil: {until}\ninclude: {'all' if wanted.files else 'csv'}\n"


def _log(yammer: "Yammer", wanted: Wanted) -> str:
    at = yammer.sandbox.now.isoformat()
    lines = [f"{at} INFO Export started"]
    lines += [f"{at} INFO {name.removesuffix('.csv')} exported" for name in wanted.names]
    if "errors" in yammer.export_faults:
        return "\n".join([*lines, f"{at} {TROUBLE}"]) + "\n"
    return "\n".join([*lines, f"{at} {DONE}"]) + "\n"


def write_export(yammer: "Yammer", path: Path, since: datetime, until: datetime) -> Path:
    """Write the export of a span to a file, as an admin would download it; returns the path."""
    with yammer.sandbox.changing():
        path.write_bytes(packed(yammer, Wanted(Span(seconds(since), seconds(until)), ens=True)))
    return path


# --- by call


class Running:
    """An export being sent; whose it is may have no other until it is closed."""

    def __init__(self, yammer: "Yammer", user: str, data: bytes, *, cut: bool) -> None:
        self._yammer, self._user, self._data, self._cut = yammer, user, data, cut
        yammer.exporting.add(user)

    def __iter__(self) -> Iterator[bytes]:
        end = len(self._data) // 2 if self._cut else len(self._data)
        for start in range(0, end, PIECE):
            yield self._data[start : min(start + PIECE, end)]
            self._yammer.sandbox.stopping.wait(self._yammer.export_pause)
        if self._cut:
            raise ConnectionAbortedError

    def close(self) -> None:
        """The admin may ask for the next one."""
        self._yammer.exporting.discard(self._user)


@route("GET", "/api/v1/export")
def export(call: Call) -> Reply:
    """A ZIP of what was made, changed or deleted between `since` and `until`.

    403 for whoever is no verified admin, 429 while another of theirs runs; both numbers are
    guesses, the rules are published.
    """
    yammer, user = call.sandbox.yammer, reader(call)
    if user.id not in yammer.verified:
        raise Refusal(403, "forbidden", "You must be a verified admin to export data.")
    if user.id in yammer.exporting:
        raise Refusal(429, "33", "Rate limited due to excessive requests.")
    wanted = _wanted(call)
    stream = Running(yammer, user.id, packed(yammer, wanted), cut="cut" in yammer.export_faults)
    named = {"Content-Disposition": 'attachment; filename="export.zip"'}
    return Response(200, b"", named, "application/zip", stream)


def _wanted(call: Call) -> Wanted:
    if "since" not in call.query:
        raise Refusal(400, "bad_request", "since is required.")
    since = _instant(call, "since")
    until = _instant(call, "until") if "until" in call.query else call.now
    if until <= since:
        raise Refusal(400, "bad_request", "until must be after since.")
    models = call.values("model")
    if unknown := [each for each in models if each not in MODELS]:
        raise Refusal(400, "bad_request", f"Unknown model {unknown[0]}.")
    names = {MODELS[each] for each in models}
    files = call.query.get("include") == "all"
    ens = call.query.get("include_ens") == "true"
    return Wanted(Span(since, min(until, call.now + 1)), names, files=files, ens=ens)


def _instant(call: Call, name: str) -> int:
    """An ISO 8601 instant. A `+` that was not encoded is a blank here, and refused."""
    try:
        at = datetime.fromisoformat(call.query[name])
    except ValueError:
        raise Refusal(400, "bad_request", f"{name} is no ISO 8601 timestamp.") from None
    if at.tzinfo is None:
        raise Refusal(400, "bad_request", f"{name} has no time zone.")
    return seconds(at)
