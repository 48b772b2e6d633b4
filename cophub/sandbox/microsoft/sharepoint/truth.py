"""What the sites hold, as plain data, to compare a warehouse with."""

from collections.abc import Iterable
from typing import Any

from cophub.sandbox.microsoft.graph.odata import instant
from cophub.sandbox.microsoft.sharepoint.state import Comment, Item, Like, Site, SPList


def sites_truth(sites: Iterable[Site]) -> dict[str, Any]:
    """Under `sites` every site by its id."""
    return {"sites": {site.id: _site(site) for site in sites}}


def _site(site: Site) -> dict[str, Any]:
    return {
        "url": site.url,
        "title": site.title,
        "users": {
            row.id: {"login": row.login, "aad": row.aad, "email": row.email, "title": row.title}
            for row in site.users.values()
        },
        "groups": {group.title: list(group.users) for group in site.groups.values()},
        "lists": {each.id: _list(each) for each in site.lists.values()},
    }


def _list(of: SPList) -> dict[str, Any]:
    return {
        "title": of.title,
        "template": of.template,
        "items": {item.id: _item(item) for item in of.items.values()},
    }


def _item(item: Item) -> dict[str, Any]:
    found: dict[str, Any] = {
        "title": item.title, "created": instant(item.created), "modified": instant(item.modified),
        "author": item.author, "editor": item.editor, "folder": item.folder,
        "fields": item.fields,
    }  # fmt: skip
    if item.name:
        found |= {"path": item.path, "size": item.size}
    if item.promoted or item.first_published:
        found |= {"promoted": item.promoted}
    if item.likes:
        found["likes"] = _likes(item.likes)
    if item.comments:
        found["comments"] = [_comment(each) for each in item.comments]
    return found


def _comment(comment: Comment) -> dict[str, Any]:
    return {
        "id": comment.id, "author": comment.author, "at": instant(comment.at),
        "text": comment.text, "likes": _likes(comment.likes),
        "replies": [_comment(each) for each in comment.replies],
    }  # fmt: skip


def _likes(likes: list[Like]) -> dict[int, str]:
    return {like.user: instant(like.at) for like in likes}
