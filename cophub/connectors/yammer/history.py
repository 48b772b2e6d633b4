"""Rows of an export as records: who there is, the groups, and messages with edits and deletions.

Messages of private conversations are passed over before anything else of them is read.
Source: Network Data Export, `Users.csv`, `Groups.csv`, `Messages.csv`, `MessageVersions.csv`.
"""

import re
from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any

from cophub import Account, Context, Gone, Item, Post, Space
from cophub.connectors.yammer.accounts import from_export
from cophub.connectors.yammer.exportfile import ExportFile, Row
from cophub.connectors.yammer.groups import Choice, Found, chosen, sees_groups
from cophub.connectors.yammer.posts import dated, moment, plain, post_of
from cophub.connectors.yammer.settings import Settings
from cophub.http import parse_each

Ctx = Context[Settings]
NEEDED = ("id", "thread_id", "group_id", "created_at", "in_private_conversation")
"""Without the last nobody could tell which messages are private."""
_LINK = re.compile(r"\b\w+:\[.*?\](?=\s*,|\s*$)", re.DOTALL)
_FILE = re.compile(r"\b(?:uploaded_?file|file|image):\[?\d+", re.IGNORECASE)
_NO = ("", "false", "f", "no", "0")
_DRAFT = ("draft", "is_draft", "draft_state")


class Reader:
    """Reads exports for one run: knows the groups that are wanted, and counts messages."""

    def __init__(self, ctx: Ctx) -> None:
        self.ways: Collection[str] = ctx.settings.ways
        self._choice = Choice(ctx.settings.groups)
        self._listed = {one.key for one in chosen(ctx)} if sees_groups(ctx.settings) else set()
        self._spaces: set[str] = set()
        self._met: dict[str, Found] = {}
        """Every group that an export named, wanted or not."""
        self.messages = 0
        """Rows of Messages.csv that were read, private ones among them."""

    def people_and_groups(self, export: ExportFile) -> Iterator[Item]:
        """The accounts and spaces of an export."""
        yield from parse_each(export.rows("Users.csv", "id"), self.parse_account)
        yield from parse_each(export.rows("Groups.csv", "id"), self.parse_space)

    def posts(self, export: ExportFile, after: int = 0) -> Iterator[tuple[int, list[Item]]]:
        """Each message as (row number, records), those up to row `after` left out."""
        edits = edits_of(export)
        for number, row in enumerate(export.rows("Messages.csv", *NEEDED), start=1):
            self.messages += 1
            if number > after:
                yield number, list(parse_each([row], self.parse_post, edits=edits))

    def parse_account(self, row: Row) -> Iterator[Account]:
        """A person of Users.csv."""
        yield from_export(row, self.ways)

    def parse_space(self, row: Row) -> Iterator[Item]:
        """A group of Groups.csv that is wanted and no other way lists; a deleted one is gone."""
        key = _key(row, "id")
        if not self.wants(key, row.get("name")) or key in self._listed:
            return  # who lists groups to us knows more of them, and as of today
        self._spaces.add(key)
        space = Space(key=key, kind="group", title=plain(row.get("name", "full_name")) or key)
        if "description" in row.values:
            space.description = plain(row.get("description"))
        if created := moment(row.get("created_at")):
            space.created_at = created
        if "rest" not in self.ways and "private" in row.values:
            space.open_membership = not row.true("private")
            space.visibility = "members" if row.true("private") else "public"
        if row.folder:
            space.extra = {"network": row.folder}
        yield space
        if row.get("deleted", "deleted_at").strip().lower() not in _NO:
            yield Gone(record=Space, where={"key": key})

    def parse_post(self, row: Row, edits: dict[str, datetime]) -> Iterator[Item]:
        """A message in a group that is wanted; of a deleted one only that it was there."""
        if row.true("in_private_conversation") or not row.get("group_id").strip():
            return
        key, group = _key(row, "id"), _key(row, "group_id")
        if not self.wants(group, row.get("group_name")) or _is_draft(row):
            return
        post = post_from(row, key, group)
        edited = edits.get(key)
        if deleted := moment(row.get("deleted_at")):
            post.deleted_at, post.body, post.title = deleted, None, None
        elif edited and isinstance(post.posted_at, datetime) and edited > post.posted_at:
            post.edited_at = edited
        if group not in self._spaces and group not in self._listed:
            self._spaces.add(group)
            if name := plain(row.get("group_name")):
                yield Space(key=group, kind="group", title=name)
        yield post

    def wants(self, key: str, name: str) -> bool:
        """Whether the settings name this group."""
        if key not in self._met:
            self._met[key] = Found(key, name or key)
        return key in self._listed or self._choice.takes(key, name)

    def refuse_unknown(self, source: str) -> None:
        """Raise ConfigError for a group of the settings that no export has named."""
        if not self._listed:
            self._choice.refuse_unknown(list(self._met.values()), source)


def post_from(row: Row, key: str, group: str) -> Post:
    """The post of a row of Messages.csv, as REST would tell of it."""
    kind, sender = row.get("sender_type").strip().lower(), row.get("sender_id").strip()
    if sender and kind not in ("", "user"):
        sender = f"{kind}:{sender}"  # a bot's ids are numbers of their own
    return post_of(
        key=key,
        thread=row.get("thread_id"),
        group=group,
        replied_to=row.get("replied_to_id"),
        sender=sender,
        created_at=row.get("created_at"),
        message_type=row.get("message_type"),
        title=row.get("title"),
        text=row.get("body"),
        files=files_in(row.get("attachments")),
        system=row.true("system_message"),
    )


def edits_of(export: ExportFile) -> dict[str, datetime]:
    """When each message that has other versions was changed last."""
    last: dict[str, datetime] = {}
    for row in export.rows("MessageVersions.csv"):
        key = row.get("message_id", "id").strip()
        try:
            at = dated(row.get("updated_at", "modified_at", "edited_at", "created_at"))[0]
        except ValueError:
            continue  # the message itself is read; only when it was edited stays unknown
        if key and at and (key not in last or at > last[key]):
            last[key] = at
    return last


def files_in(attachments: str) -> int:
    """How many files and images a message has: `uploadedfile:12, opengraphobject:[3 : URL ...]`."""
    return len(_FILE.findall(_LINK.sub("", attachments)))


def _key(row: Row, name: str) -> str:
    key = row.get(name).strip()
    if not key.isdigit():
        raise KeyError(name)
    return key


def _is_draft(row: Row) -> bool:
    values: list[Any] = [row.values.get(name, "").strip().lower() for name in _DRAFT]
    return any(value not in (*_NO, "published", "null") for value in values)
