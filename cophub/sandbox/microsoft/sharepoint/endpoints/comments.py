"""Comments on pages and rows with their answers, and dated likes."""

import re
from typing import Any

from cophub.sandbox.microsoft.sharepoint.addresses import By, rest
from cophub.sandbox.microsoft.sharepoint.asking import Ask, missing
from cophub.sandbox.microsoft.sharepoint.odata import Many, Plain, Thing
from cophub.sandbox.microsoft.sharepoint.state import Comment, Item, Like, SPList
from cophub.sandbox.microsoft.sharepoint.things import UPN_ISSUER
from cophub.sandbox.microsoft.sharepoint.values import utc

USUAL, MOST = 100, 1_000


def liked_by(ask: Ask, likes: list[Like]) -> Many:
    """Who liked something, and when."""
    return Many([_liker(ask, like) for like in likes])


def _liker(ask: Ask, like: Like) -> Thing:
    row = ask.site.users[like.user]
    data = {
        "creationDate": utc(like.at), "email": row.email, "id": row.id, "loginName": row.login,
        "name": row.title,
    }  # fmt: skip
    return Thing(data, "Microsoft.SharePoint.Likes.userEntity", f"likes({row.id})")


def _author(ask: Ask, who: int) -> Plain:
    row = ask.site.users[who]
    user = row.aad and ask.call.tenant.users.get(row.aad)
    named = Plain({"NameId": row.name_id, "NameIdIssuer": UPN_ISSUER}, "SP.UserIdInfo")
    data: dict[str, Any] = {
        "directoryObjectId": None, "email": row.email, "expiration": None, "id": row.id,
        "isActive": bool(user and user.enabled), "isExternal": row.guest, "jobTitle": row.job,
        "loginName": row.login, "name": row.title, "principalType": row.kind,
        "userId": named if row.name_id else None, "userPrincipalName": row.upn,
    }  # fmt: skip
    return Plain(data, "SP.Sharing.Principal")


def _comment(ask: Ask, of: SPList, item: Item, comment: Comment) -> Thing:
    mentions = [
        Plain({"email": row.email, "id": row.id, "loginName": row.login, "name": row.title},
              "Microsoft.SharePoint.Comments.Client.Identity")
        for row in (ask.site.users[one] for one in comment.mentions)
    ]  # fmt: skip
    # Whom a text mentions stands in it by number.
    text = "".join(f"@mention{{{number}}} " for number in range(len(mentions))) + comment.text
    data: dict[str, Any] = {
        "author": _author(ask, comment.author), "createdDate": utc(comment.at),
        "id": str(comment.id), "isLikedByUser": False, "isReply": comment.parent > 0,
        "itemId": item.id, "likeCount": len(comment.likes), "listId": of.id,
        "mentions": Many(list(mentions)), "modifiedDate":
        None if comment.modified is None else utc(comment.modified),
        "parentId": str(comment.parent), "relativeCreatedDate": "",
        "replyCount": len(comment.replies), "text": text,
    }  # fmt: skip
    if ask.expands("replies") and not comment.parent:
        replies = [_comment(ask, of, item, each) for each in comment.replies]
        data["replies"] = Many(replies)
    if ask.expands("likedBy"):
        data["likedBy"] = liked_by(ask, comment.likes)
    uri = f"web/lists('{of.id}')/GetItemById({item.id})/Comments({comment.id})"
    return Thing(data, "Microsoft.SharePoint.Comments.comment", uri, links=("likedBy", "replies"))


def _page(ask: Ask, things: list[Comment]) -> tuple[list[Comment], str | None]:
    """A page of comments, newest first, and the link of the next."""
    size = min(ask.number("$top", USUAL), MOST)
    match = re.search(r"(\d+)", ask.query.get("$skiptoken", ""))
    skip = int(match[1]) if match else ask.number("$skip", 0)
    rows = sorted(things, key=lambda each: (-each.at, -each.id))
    following = None
    if skip + size < len(rows):
        kept = "".join(
            f"&{name}={value}"
            for name, value in ask.call.query.items()
            if name.lower() not in ("$skiptoken", "$top", "$skip")
        )
        following = f"{ask.call.base}{ask.call.path}?$skiptoken={skip + size}&$top={size}{kept}"
    return rows[skip : skip + size], following


def _found(item: Item, by: By) -> Comment:
    for each in item.comments:
        for one in (each, *each.replies):
            if str(one.id) == by.value:
                return one
    raise missing("The comment does not exist.")


@rest("GET", "web/lists()/items()/comments")
def comments(ask: Ask, by: By, number: By) -> Many:
    """Comments of a page or row, newest first, without the answers to them."""
    of = ask.list(by)
    item = ask.item(of, number)
    shown, following = _page(ask, item.comments)
    return Many([_comment(ask, of, item, each) for each in shown], following)


@rest("GET", "web/lists()/items()/comments()")
def one_comment(ask: Ask, by: By, number: By, which: By) -> Thing:
    """One comment."""
    of = ask.list(by)
    item = ask.item(of, number)
    return _comment(ask, of, item, _found(item, which))


@rest("GET", "web/lists()/items()/comments()/replies")
def replies(ask: Ask, by: By, number: By, which: By) -> Many:
    """The answers to a comment."""
    of = ask.list(by)
    item = ask.item(of, number)
    shown, following = _page(ask, _found(item, which).replies)
    return Many([_comment(ask, of, item, each) for each in shown], following)


@rest("GET", "web/lists()/items()/comments()/likedby")
def comment_likes(ask: Ask, by: By, number: By, which: By) -> Many:
    """Who liked a comment."""
    return liked_by(ask, _found(ask.item(ask.list(by), number), which).likes)


@rest("POST", "web/lists()/items()/comments", write=True)
def add_comment(ask: Ask, by: By, number: By) -> Thing:
    """A new comment."""
    of = ask.list(by)
    item = ask.item(of, number)
    made = ask.acts.comment(ask.site, item, ask.by, str(ask.body()["text"]))
    return _comment(ask, of, item, made)


@rest("POST", "web/lists()/items()/comments()/replies", write=True)
def add_reply(ask: Ask, by: By, number: By, which: By) -> Thing:
    """An answer to a comment."""
    of = ask.list(by)
    item = ask.item(of, number)
    text = str(ask.body()["text"])
    made = ask.acts.comment(ask.site, item, ask.by, text, to=_found(item, which))
    return _comment(ask, of, item, made)


@rest("DELETE", "web/lists()/items()/comments()", write=True)
def delete_comment(ask: Ask, by: By, number: By, which: By) -> None:
    """Remove a comment."""
    item = ask.item(ask.list(by), number)
    ask.acts.delete_comment(item, _found(item, which))


@rest("GET", "web/lists()/items()/likedbyinformation")
def liked_by_information(ask: Ask, by: By, number: By) -> Thing:
    """How many like a page or row, and with `$expand=likedBy` who."""
    of = ask.list(by)
    item = ask.item(of, number)
    data: dict[str, Any] = {"isLikedByUser": False, "likeCount": len(item.likes)}
    if ask.expands("likedBy"):
        data["likedBy"] = liked_by(ask, item.likes)
    uri = f"Web/Lists(guid'{of.id}')/Items({item.id})/likedByInformation"
    return Thing(data, "Microsoft.SharePoint.Likes.likedByInformation", uri, links=("likedBy",))


@rest("GET", "web/lists()/items()/likedbyinformation/likedby")
@rest("GET", "web/lists()/items()/likedby")
def item_likes(ask: Ask, by: By, number: By) -> Many:
    """Who likes a page or row."""
    return liked_by(ask, ask.item(ask.list(by), number).likes)


@rest("POST", "web/lists()/items()/like", write=True)
def like(ask: Ask, by: By, number: By) -> None:
    """Like a page or row."""
    ask.acts.like(ask.item(ask.list(by), number), ask.by)


@rest("POST", "web/lists()/items()/unlike", write=True)
def unlike(ask: Ask, by: By, number: By) -> None:
    """Take a like back."""
    ask.acts.like(ask.item(ask.list(by), number), ask.by, on=False)
