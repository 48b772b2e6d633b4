"""The rooms of a site: found by walking its folders, chosen by the settings."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from cophub import ConfigError, CophubError, Gone, Item, Reject, Space
from cophub.connectors.adobeconnect.answer import Row
from cophub.connectors.adobeconnect.client import AdobeConnect, Ctx, Denied, NotThere
from cophub.connectors.settings import means
from cophub.http import parse_each, reject

PERSONAL_TREE = "user-meetings"
TREES = ("meetings", PERSONAL_TREE, "seminars")
"""The trees of a site that hold rooms, as `sco-shortcuts` calls them."""
ROOM, FOLDER = "meeting_room", "folder"


@dataclass(frozen=True)
class Folder:
    """A folder on the way to a room. Those of hosts bear their logins, so they are not shown."""

    id: str
    title: str
    parent: "Folder | None" = None
    shown: bool = True

    @property
    def path(self) -> str:
        """Its name with those above it, as `Meetings/Health`."""
        above = f"{self.parent.path}/" if self.parent else ""
        return f"{above}{self.title}" if self.shown else above.rstrip("/")


@dataclass(frozen=True)
class Room:
    """A room, which stays; what happens in it are sessions."""

    id: str
    row: Row
    folder: Folder

    @property
    def title(self) -> str:
        """Its name."""
        return self.row.get("name") or f"room {self.id}"

    @property
    def url_path(self) -> str:
        """Its part of the address, as `/mercop/`."""
        return self.row.get("url-path") or ""


@dataclass
class Tree:
    """What a walk found."""

    items: list[tuple[Row, Folder]] = field(default_factory=list)
    """Everything that is no folder, and where it lies."""
    folders: dict[str, Folder] = field(default_factory=dict)
    unread: list[CophubError] = field(default_factory=list)
    """Why folders could not be read; then nothing is known to be gone."""
    rejects: list[Reject] = field(default_factory=list)


def rooms(ctx: Ctx, since: str | None) -> Iterator[Item]:
    """The rooms that the settings take, and the folders that they lie in; always all of them.

    Source: `sco-shortcuts`, and `sco-contents` of every folder.
    """
    tree = walked(ctx)
    yield from tree.rejects
    taken = taken_rooms(ctx)
    above = {folder.id: folder for room in taken for folder in lineage(room.folder)}
    for folder in above.values():
        parent = folder.parent.id if folder.parent and folder.parent.id in above else None
        yield Space(key=folder.id, kind=FOLDER, title=folder.title, parent=parent)
    yield from parse_each(taken, parse_room, ctx=ctx)
    if tree.unread:
        ctx.log.warning("%s folders cannot be read: %s", len(tree.unread), tree.unread[0])
    if tree.unread or tree.rejects:  # what was not seen may still be there
        return
    yield Gone(record=Space, where={"kind": ROOM}, but=tuple(room.id for room in taken))
    yield Gone(record=Space, where={"kind": FOLDER}, but=tuple(above))


def parse_room(room: Room, ctx: Ctx) -> Iterator[Space]:
    """A room as a space."""
    row, folder = room.row, room.folder
    parent = next((one.id for one in lineage(folder)), None)
    yield Space(
        key=room.id,
        kind=ROOM,
        title=room.title,
        description=row.get("description"),
        url=f"{ctx.settings.host}{room.url_path}" if room.url_path else None,
        created_at=row.instant("date-created"),
        parent=parent,
        extra={"folder": folder.path, "icon": row.get("icon")},
    )


def lineage(folder: Folder) -> Iterator[Folder]:
    """The folder and those above it that are spaces: not the tree itself, and not a host's own."""
    at: Folder | None = folder
    while at is not None and at.parent is not None:
        if at.shown:
            yield at
        at = at.parent


def walked(ctx: Ctx) -> Tree:
    """The folders and rooms of the site; walked once a run."""
    return ctx.once(_walk_rooms)


def _walk_rooms(ctx: Ctx) -> Tree:
    return walk(ctx, TREES)


def walk(ctx: Ctx, kinds: tuple[str, ...]) -> Tree:
    """What lies in these trees, folder by folder; each folder once, however they are linked."""
    site, tree = AdobeConnect.of(ctx), Tree()
    level: list[Folder] = []
    for row in site.call("sco-shortcuts").rows("shortcuts"):
        id, kind = row.get("tree-id") or row.get("sco-id"), row.get("type") or ""
        if not (id and kind):  # it may be the tree that holds everything
            tree.rejects.append(reject(row, KeyError("sco-id" if kind else "type"), "sco"))
        elif kind in kinds and id not in tree.folders:
            folder = Folder(id, kind.replace("-", " ").capitalize())
            tree.folders[id] = folder
            level.append(folder)

    def look(folder: Folder) -> list[Row] | CophubError:
        try:
            return contents(site, folder.id)
        except (Denied, NotThere) as error:
            return error

    done = 0
    while level:
        below: list[Folder] = []
        for folder, rows in zip(level, ctx.map(look, level), strict=True):
            done += 1
            ctx.progress("folders", done, None)
            if isinstance(rows, CophubError):
                tree.unread.append(rows)
                continue
            for row in rows:
                _sort_in(row, folder, tree, below)
        level = below
    return tree


def contents(site: AdobeConnect, id: str) -> list[Row]:
    """What lies in a folder or a room."""
    given = {"sco-id": id}
    return site.rows("sco-contents", "scos", ("sco-id",), "sco-id", **given)


def _sort_in(row: Row, folder: Folder, tree: Tree, below: list[Folder]) -> None:
    try:
        id = row.id("sco-id")
    except (KeyError, ValueError) as error:
        tree.rejects.append(reject(row, error, "sco"))
        return
    if row.get("is-folder") != "1" and row.get("type") != "folder":
        tree.items.append((row, folder))
    elif id not in tree.folders:
        shown = folder.parent is not None or folder.title != PERSONAL_TITLE
        found = Folder(id, row.get("name") or id, folder, shown and folder.shown)
        tree.folders[id] = found
        below.append(found)


PERSONAL_TITLE = PERSONAL_TREE.replace("-", " ").capitalize()


def all_rooms(ctx: Ctx) -> list[Room]:
    """Every room of the site."""
    found = {
        row.id("sco-id"): Room(row.id("sco-id"), row, folder)
        for row, folder in walked(ctx).items
        if row.get("type") == "meeting"
    }
    return [found[id] for id in sorted(found, key=int)]


def taken_rooms(ctx: Ctx) -> list[Room]:
    """The rooms that the settings take. Raises ConfigError when one of them matches nothing."""
    every, taken = all_rooms(ctx), set[str]()
    for wanted in ctx.settings.meetings:
        matching = {room.id for room in every if _means(wanted, room)}
        if not matching and wanted != "*" and not walked(ctx).unread:
            there = ", ".join(f"{room.title!r} ({room.id})" for room in every[:20])
            raise ConfigError(
                f'source "{ctx.source}": there is no room {wanted!r} on {ctx.settings.host}, which'
                f" has {there or 'none that this account sees'}; correct meetings under"
                f" [sources.{ctx.source}.settings] in plugins.toml"
            )
        taken |= matching
    return [room for room in every if room.id in taken]


def _means(wanted: str, room: Room) -> bool:
    path = f"{room.folder.path}/{room.title}"
    return means(wanted, room.id, room.title, room.url_path.strip("/"), path)
