"""Recordings and files: of each room, and of the site's shared content."""

import re
from collections.abc import Iterator

import msgspec

from cophub import CophubError, Document, Gone, Item, Reject
from cophub.connectors.adobeconnect.answer import Row
from cophub.connectors.adobeconnect.client import AdobeConnect, Ctx
from cophub.connectors.adobeconnect.rooms import Room, contents, taken_rooms, walk, walked
from cophub.connectors.adobeconnect.sessions import left_out
from cophub.connectors.state import State
from cophub.http import parse_each
from cophub.records import Key

SHARED = "content"
RECORDING = "archive"
_DURATION = re.compile(r"(?:(\d+)\.)?(\d+):(\d\d):(\d\d(?:\.\d+)?)")


class Progress(State):
    """The cursor: the rooms whose files were told."""

    rooms: list[str] = msgspec.field(default_factory=list)


def content(ctx: Ctx, since: str | None) -> Iterator[Item]:
    """Recordings and files of the rooms, and of the site's shared content; always all of them.

    What lay in a room is gone with it.
    Source: `list-recordings` and `sco-contents` of each room, `sco-contents` of shared folders.
    """
    taken, failures = taken_rooms(ctx), list[CophubError]()
    state = Progress.kept(since) or Progress()
    yield from with_their_rooms(ctx, state, {room.id for room in taken})

    def look(room: Room) -> list[Row] | CophubError:
        try:
            return files_of(ctx, room)
        except CophubError as error:
            return error

    for number, (room, rows) in enumerate(zip(taken, ctx.map(look, taken), strict=True), 1):
        ctx.progress("recordings and files", number, len(taken))
        if isinstance(rows, CophubError):
            failures += left_out(ctx, room, "files", rows)
            continue
        items = list(parse_each(rows, parse_file, ctx=ctx, space=room.id))
        yield from items
        yield from others_gone(items, {"space": room.id})
    yield from shared_content(ctx)
    yield state.checkpoint()
    if failures:
        raise failures[0]


def with_their_rooms(ctx: Ctx, state: Progress, taken: set[str]) -> Iterator[Gone]:
    """That the files of rooms are gone which are no more; not said where one may be unseen."""
    if walked(ctx).unread or walked(ctx).rejects:
        state.rooms = sorted(taken.union(state.rooms))
        return
    for room in state.rooms:
        if room not in taken:
            yield Gone(record=Document, where={"space": room})
    state.rooms = sorted(taken)


def files_of(ctx: Ctx, room: Room) -> list[Row]:
    """What lies in a room; of recordings, the row that tells how long they are."""
    site, given = AdobeConnect.of(ctx), {"sco-id": room.id}
    found = {row.get("sco-id"): row for row in contents(site, room.id)}
    recordings = site.rows("list-recordings", "recordings", ("sco-id",), "sco-id", **given)
    found |= {row.get("sco-id"): row for row in recordings}
    return [row for row in found.values() if row.get("type") != "folder"]


def shared_content(ctx: Ctx) -> Iterator[Item]:
    """What lies in the folders of the site's own content; it belongs to no room."""
    tree = walk(ctx, (SHARED,))
    items: list[Item] = [*tree.rejects]
    for row, folder in tree.items:
        items += parse_each([row], parse_file, ctx=ctx, space=None, folder=folder.path)
    yield from items
    if not tree.unread:
        yield from others_gone(items, {"extra.tree": SHARED})


def others_gone(items: list[Item], where: dict[str, Key]) -> Iterator[Gone]:
    """That no other documents are there; not said where one of them could not be read."""
    if not any(isinstance(item, Reject) for item in items):
        keys = tuple(item.key for item in items if isinstance(item, Document))
        yield Gone(record=Document, where=where, but=keys)


def parse_file(row: Row, ctx: Ctx, space: str | None, folder: str = "") -> Iterator[Item]:
    """A recording, or any other file."""
    path, icon = row.get("url-path"), row.get("icon")
    extra: dict[str, object] = {"icon": icon, "recording": icon == RECORDING}
    if space is None:
        extra |= {"tree": SHARED, "folder": folder}
    if (seconds := duration(row.get("duration"))) is not None:
        extra["seconds"] = seconds
    yield Document(
        key=row.id("sco-id"),
        space=space,
        title=row.get("name"),
        url=f"{ctx.settings.host}{path}" if path else None,
        created_at=row.instant("date-begin") or row.instant("date-created"),
        modified_at=row.instant("date-modified"),
        extra=extra,
    )


def duration(text: str | None) -> float | None:
    """Seconds of `00:06:24.927`, or of a plain number; None where there is nothing to read."""
    if text is None:
        return None
    found = _DURATION.fullmatch(text)
    if found is None:
        return float(text) if re.fullmatch(r"\d+(\.\d+)?", text) else None
    days, hours, minutes, seconds = found.groups()
    whole = (int(days or 0) * 24 + int(hours)) * 60 + int(minutes)
    return round(whole * 60 + float(seconds), 3)
