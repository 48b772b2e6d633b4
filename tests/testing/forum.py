"""A small forum without a network, a connector that keeps its promises, and many that do not."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import httpx
from pydantic import BaseModel, SecretStr

from cophub import (
    Account,
    AuthError,
    Checkpoint,
    Connector,
    Context,
    Item,
    Membership,
    Post,
    Reject,
    Space,
    Stream,
    Verdict,
)
from cophub.http import bearer, check_status, decode, parse_each

TOKEN = "a-token-of-the-forum"
PAGE = 3
Read = Callable[[Context[Any], str | None], Iterator[Item]]


class Settings(BaseModel):
    """How the forum is reached."""

    base_url: str = "https://forum.example.org"
    token: SecretStr = SecretStr(TOKEN)


def forum(request: httpx.Request) -> httpx.Response:
    """Members by offset and posts after an id; nothing else, and nobody without the token."""
    if request.headers.get("authorization") != f"Bearer {TOKEN}":
        return httpx.Response(401, json={"message": "who are you?"})
    query = request.url.params
    if request.url.path == "/members":
        start = int(query.get("offset", 0))
        rows = [{"id": n, "mail": f"p{n}@example.org"} for n in range(1, 9)]
        return httpx.Response(200, json={"rows": rows[start : start + PAGE]})
    after = int(query.get("after", 0))
    rows = [
        {"id": n, "author": 1 + n % 8, "text": f"Text {n}", "at": f"2026-02-{n:02}T12:00:00Z"}
        for n in range(1, 9)
        if n > after
    ]
    return httpx.Response(200, json={"rows": rows[:PAGE]})


def asked(ctx: Context[Settings], path: str, **params: Any) -> list[Any]:
    """The rows of one page."""
    client = ctx.client(base_url=ctx.settings.base_url, auth=bearer(ctx.settings.token))
    rows: list[Any] = decode(check_status(client.get(path, params=params)))["rows"]
    return rows


def members(ctx: Context[Settings], since: str | None) -> Iterator[Item]:
    """Everyone, page by page until one is empty; the same page twice is a fault."""
    yield Space(key="forum", title="Forum")
    offset, before = 0, []
    while (rows := asked(ctx, "members", offset=offset)) and rows != before:
        yield from parse_each(rows, parse_member)
        offset, before = offset + len({str(row) for row in rows}), rows
    if rows:
        raise_paging()


def raise_paging() -> None:
    """What a connector says of a vendor that turns in a circle."""
    from cophub import SourceUnavailable

    raise SourceUnavailable("the same page came twice")


def parse_member(row: Any) -> Iterator[Item]:
    """An account and its membership."""
    yield Account(key=row["id"], email=row["mail"])
    yield Membership(space="forum", account=row["id"])


def posts(ctx: Context[Settings], since: str | None) -> Iterator[Item]:
    """Posts after the last one, in whatever order a page has them."""
    after = int(since or 0)
    while rows := asked(ctx, "posts", after=after):
        yield from parse_each(rows, parse_post)
        ids = [int(row["id"]) for row in rows if isinstance(row, dict) and row.get("id")]
        if not ids or max(ids) <= after:
            raise_paging()
        after = max(ids)
        yield Checkpoint(str(after))


def parse_post(row: Any) -> Iterator[Item]:
    """One post."""
    yield Post(key=row["id"], account=row["author"], body=row["text"], posted_at=row["at"])


def check(ctx: Context[Settings]) -> Iterator[Verdict]:
    """Whether posts can be read."""
    try:
        asked(ctx, "posts", after=0)
    except AuthError as error:
        yield Verdict("posts", "failed", str(error), "give a token of the forum")
    else:
        yield Verdict("posts", "ok", "posts can be read")


def discover(ctx: Context[Settings]) -> Iterator[Space]:
    """The forum itself."""
    asked(ctx, "members", offset=0)
    yield Space(key="forum", title="Forum")


MEMBERS = Stream(members, snapshot_of=(Membership,), yields=(Space, Account, Membership))
POSTS = Stream(posts, yields=(Post,))


def connector(*streams: Stream, **more: Any) -> Connector:
    """A connector of some streams; without any, the one that keeps its promises."""
    whole = {"check": check, "discover": discover, **more}
    return Connector("forum", "A forum", Settings, streams or (MEMBERS, POSTS), **whole)


def altered(read: Read, change: Callable[[Item], Iterator[Item]]) -> Stream:
    """The same stream with other items."""

    def extract(ctx: Context[Any], since: str | None) -> Iterator[Item]:
        for item in read(ctx, since):
            yield from change(item)

    stream = MEMBERS if read is members else POSTS
    return replace(stream, extract=extract)


__all__ = ["MEMBERS", "POSTS", "Reject", "Settings", "altered", "asked", "connector", "forum"]
