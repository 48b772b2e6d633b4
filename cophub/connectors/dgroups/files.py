"""The files of the groups, folder by folder.

Source: `getfiledirectory` with `path`. All of a group is read in each run, for the API tells no
changes.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import msgspec

from cophub import UNSET, Document, Gone, Item, Reject
from cophub.connectors.dgroups.apart import Apart
from cophub.connectors.dgroups.client import Ctx, api
from cophub.connectors.dgroups.groups import Found, chosen, where_shown
from cophub.connectors.dgroups.payloads import File
from cophub.connectors.dgroups.posts import path_of
from cophub.connectors.dgroups.values import without_query
from cophub.connectors.dgroups.walking import Walk
from cophub.connectors.instants import instant
from cophub.connectors.state import State
from cophub.http import parse_each

DEEPEST = 30
"""Folders in folders; a deeper one is a circle."""


class Progress(State, omit_defaults=True):
    """The cursor: when the files of each group were read, in seconds since 1970."""

    groups: dict[str, int] = msgspec.field(default_factory=dict)


def files(ctx: Ctx, since: str | None) -> Iterator[Item]:
    """Each file as a document with its folder; those that are gone."""
    state, taken, now = Progress.read(since), chosen(ctx), int(ctx.now.timestamp())
    apart = Apart(ctx, "files")
    for number, one in enumerate(taken):
        ctx.progress("files", number, len(taken))
        if not 0 <= now - state.groups.get(one.key, 0) < ctx.settings.relist_hours * 3600:
            yield from apart.read(one.name, _files_of(ctx, one, state, now))
    yield state.checkpoint()
    apart.end()


def _files_of(ctx: Ctx, one: Found, state: Progress, now: int) -> Iterator[Item]:
    folders = _Folders(ctx, one)
    part = ("files_visible", "list of files", "document")
    if (yield from where_shown(ctx, one, *part, folders.items())):
        state.groups[one.key] = 0 if folders.rejects else now
        yield state.checkpoint()


@dataclass
class _Folders:
    """The folders of one group in one run."""

    ctx: Ctx
    one: Found
    rejects: list[Reject] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)

    def items(self) -> Iterator[Item]:
        """Every file, then that there are no others."""
        yield from self._folder("", 0)
        yield from self.rejects
        if not self.rejects:
            yield Gone(
                record=Document, where={"space": self.one.key}, prefix="file:",
                but=tuple(self.kept), told=True,
            )  # fmt: skip

    def _folder(self, path: str, depth: int) -> Iterator[Item]:
        if depth > DEEPEST or path in self.seen:
            return
        self.seen.add(path)
        params = {"group_id": self.one.id} | ({"path": path} if path else {})
        walk = Walk(
            api(self.ctx), "getfiledirectory", File, params,
            key=lambda row: (row.id, row.name), rejects=self.rejects,
        )  # fmt: skip
        inside = walk.every()
        for entry in inside:
            if not entry.is_folder:
                items = list(
                    parse_each([entry], parse_file, folder=path, one=self.one, ctx=self.ctx)
                )
                self.kept += [str(item.key) for item in items if isinstance(item, Document)]
                self.rejects += [item for item in items if isinstance(item, Reject)]
                yield from (item for item in items if isinstance(item, Document))
        for entry in inside:
            if entry.is_folder and entry.name:
                yield from self._folder(f"{path}/{entry.name}", depth + 1)


def parse_file(entry: File, folder: str, one: Found, ctx: Ctx) -> Iterator[Item]:
    """A file. Raises ValueError for one without id and name."""
    if not entry.id and not entry.name:
        raise ValueError("the file has neither id nor name")
    name = str(entry.id) if entry.id else f"{one.key}{folder}/{entry.name}"
    extra: dict[str, object] = {"folder": folder or "/"}
    if entry.desc:
        extra["description"] = entry.desc[:2000]
    yield Document(
        key=f"file:{name}",
        space=one.key,
        title=entry.name or None,
        url=without_query(entry.download_url)
        or f"{ctx.settings.host}/g/{path_of(one.name)}/files{folder}/{entry.name}".replace(
            " ", "%20"
        ),
        media_type=entry.media_type or None,
        size_bytes=entry.size if entry.size else UNSET,
        account=entry.user_id or None,
        created_at=instant(entry.created) or UNSET,
        modified_at=instant(entry.updated) or UNSET,
        extra=extra,
    )
