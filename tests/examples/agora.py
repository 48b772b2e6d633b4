"""Cophub connector for Agora forums: the members and posts of one group.

Source: Agora's JSON API v1, `/groups/{group}/members` and `/groups/{group}/posts`.
"""

from collections.abc import Iterator

import httpx
from pydantic import BaseModel, HttpUrl, SecretStr

from cophub import Account, Checkpoint, Connector, Context, Item, Json, Membership, Post, Space
from cophub import Stream, hookimpl
from cophub.http import bearer, by_last, by_offset, pages, parse_each


class Settings(BaseModel):
    url: HttpUrl
    group: str
    token: SecretStr


def members(ctx: Context[Settings], since: str | None) -> Iterator[Item]:
    """The group, and everyone in it today; 50 to a page."""
    group = ctx.settings.group
    yield Space(key=group, title=group)
    for page in pages(api(ctx), "members", follow=by_offset("members", size=50)):
        yield from parse_each(page["members"], parse_member, space=group)


def posts(ctx: Context[Settings], since: str | None) -> Iterator[Item]:
    """Posts with an id above `since`, oldest first; 20 to a page."""
    start = {"after": since or "0"}
    follow = by_last("posts", "id", "after", size=20)
    for page in pages(api(ctx), "posts", follow=follow, params=start):
        yield from parse_each(page["posts"], parse_post, space=ctx.settings.group)
        if ids := [row["id"] for row in page["posts"] if isinstance(row, dict) and row.get("id")]:
            yield Checkpoint(str(ids[-1]))


def parse_member(item: Json, space: str) -> Iterator[Item]:
    yield Account(key=item["id"], name=item["name"], email=item["email"])
    yield Membership(space=space, account=item["id"], joined_at=item["added_at"])


def parse_post(item: Json, space: str) -> Iterator[Item]:
    ids = dict(key=item["id"], space=space, account=item["author"], thread=item["topic"])
    yield Post(**ids, body=item["text"], posted_at=item["created_at"])


def api(ctx: Context[Settings]) -> httpx.Client:
    base_url = f"{ctx.settings.url}api/v1/groups/{ctx.settings.group}/"
    return ctx.client(base_url=base_url, auth=bearer(ctx.settings.token))


@hookimpl
def cophub_connectors() -> list[Connector]:
    streams = [Stream(members, snapshot_of=(Membership,)), Stream(posts)]
    return [Connector(name="agora", summary="Agora forums", settings=Settings, streams=streams)]
