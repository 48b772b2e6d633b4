"""The change log of a site collection, and its tokens `1;SCOPE;GUID;TICKS;NUMBER`.

It tells what was touched, never how. It is kept for 60 days, and does not hold comments or likes.
"""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from cophub.sandbox.world import DAY

KEPT = 60 * DAY
ADD, UPDATE, DELETE, RENAME, MOVE_AWAY, MOVE_INTO, RESTORE = 1, 2, 3, 4, 5, 6, 7
MEMBER_ADD, MEMBER_DELETE, SYSTEM_UPDATE = 13, 14, 15
SITE, WEB, LIST = 1, 2, 3
"""What a token was made for."""
USUAL_LIMIT, MOST = 1_000, 2_000
EPOCH_TICKS = 621_355_968_000_000_000
FIRST_NUMBER = 564_000_000
_KIND_FLAGS = {
    ADD: "Add", UPDATE: "Update", DELETE: "DeleteObject", RENAME: "Rename", MOVE_AWAY: "Move",
    MOVE_INTO: "Move", RESTORE: "Restore", MEMBER_ADD: "GroupMembershipAdd",
    MEMBER_DELETE: "GroupMembershipDelete", SYSTEM_UPDATE: "SystemUpdate",
}  # fmt: skip
_OBJECT_FLAGS = {"item": "Item", "list": "List", "user": "User", "group": "Group", "web": "Web"}


class Change(NamedTuple):
    """One line of the log; `about` is what changed: item, list, user or group."""

    number: int
    at: int
    kind: int
    about: Literal["item", "list", "user", "group", "web"]
    list_id: str = ""
    item_id: int = 0
    unique: str = ""
    editor: str = ""
    url: str = ""
    user_id: int = 0
    group_id: int = 0
    folder: bool = False
    template: int = 0
    title: str = ""


class Expired(Exception):  # noqa: N818 - an answer, not a defect
    """The token is from before the log begins."""


class Malformed(Exception):  # noqa: N818
    """The token is none, or one of another object."""


@dataclass(frozen=True, slots=True)
class Query:
    """A ChangeQuery: flags in lower case, and where it begins and ends."""

    flags: frozenset[str]
    start: str | None = None
    end: str | None = None
    limit: int = USUAL_LIMIT
    latest_first: bool = False
    ignore_old: bool = False

    @classmethod
    def of(cls, given: dict[str, Any]) -> "Query":
        """The query in a request's body."""

        def token(name: str) -> str | None:
            value = given.get(name)
            return value.get("StringValue") if isinstance(value, dict) else None

        limit = int(given.get("FetchLimit") or USUAL_LIMIT)
        return cls(
            frozenset(name.lower() for name, value in given.items() if value is True),
            token("ChangeTokenStart"),
            token("ChangeTokenEnd"),
            min(max(limit, 1), MOST),
            bool(given.get("LatestFirst")),
            bool(given.get("IgnoreStartTokenNotFoundError")),
        )

    def wants(self, change: Change) -> bool:
        """Whether the query asks for changes of this kind to things of this kind."""
        about = _OBJECT_FLAGS[change.about].lower() in self.flags
        if change.about == "group" and change.kind in (MEMBER_ADD, MEMBER_DELETE):
            about = about or _KIND_FLAGS[change.kind].lower() in self.flags
        return about and _KIND_FLAGS[change.kind].lower() in self.flags


class ChangeLog:
    """The log of one site collection; `floor` is the number below which tokens are refused."""

    def __init__(self, site_id: str, web_id: str) -> None:
        self.ids = {SITE: site_id, WEB: web_id}
        self.lines: list[Change] = []
        self.number = FIRST_NUMBER
        self.floor = 0

    def add(self, at: int, kind: int, about: Any, **what: Any) -> Change:
        """Write a line."""
        self.number += 1
        line = Change(self.number, at, kind, about, **what)
        self.lines.append(line)
        return line

    def token(self, scope: int, now: int, list_id: str = "", number: int | None = None) -> str:
        """A token for a site (1), web (2) or list (3): of now, or of a line."""
        number = self.number if number is None else number
        ticks = EPOCH_TICKS + now * 10_000_000 + number % 10_000_000
        return f"1;{scope};{list_id or self.ids[scope]};{ticks};{number}"

    def expire(self) -> None:
        """Refuse every token handed out so far."""
        self.floor = self.number + 1
        self.number += 1

    def since(self, token: str | None, scope: int, now: int, list_id: str = "") -> Iterator[Change]:
        """Every line after a token that the log still holds; raises Expired or Malformed."""
        oldest = now - KEPT
        start = 0
        if token:
            at, number = self.parse(token, scope, list_id)
            if at < oldest or number < self.floor:
                raise Expired
            start = bisect_right(self.lines, number, key=lambda line: line.number)
        for line in self.lines[start:]:
            if line.at < oldest:
                continue
            if scope == LIST and line.list_id != list_id:
                continue
            if scope == WEB and line.about in ("user", "group"):
                continue
            yield line

    def parse(self, token: str, scope: int, list_id: str = "") -> tuple[int, int]:
        """Instant and number of a token of this scope."""
        parts = token.split(";")
        wanted = [str(scope), list_id or self.ids[scope]]
        if len(parts) != 5 or parts[0] != "1" or [parts[1], parts[2].lower()] != wanted:
            raise Malformed
        if not (parts[3].isdigit() and parts[4].isdigit()):
            raise Malformed
        return (int(parts[3]) - EPOCH_TICKS) // 10_000_000, int(parts[4])

    def read(self, query: Query, scope: int, now: int, list_id: str = "") -> list[Change]:
        """What a query finds, oldest first, at most its limit."""
        try:
            lines = self.since(query.start, scope, now, list_id)
            found = [line for line in lines if query.wants(line)]
        except Expired:
            if not query.ignore_old:
                raise
            found = [x for x in self.since(None, scope, now, list_id) if query.wants(x)]
        if query.end:
            last = self.parse(query.end, scope, list_id)[1]
            found = [line for line in found if line.number <= last]
        if query.latest_first:
            found.reverse()
        return found[: query.limit]
