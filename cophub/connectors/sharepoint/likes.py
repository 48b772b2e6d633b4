"""Who likes an item of a list and since when: the only dated reactions that SharePoint tells."""

from collections.abc import Iterable, Iterator

import msgspec

from cophub import Context, Item, Reaction, Reject
from cophub.connectors.sharepoint.client import NotThere, answer, rest
from cophub.connectors.sharepoint.directory import Directory
from cophub.connectors.sharepoint.rows import PersonRef
from cophub.connectors.sharepoint.settings import Settings
from cophub.connectors.sharepoint.sites import SiteRef
from cophub.http import decode_page, parse_each

LIKE = "like"


class Like(msgspec.Struct, rename="camel", frozen=True, gc=False):
    """Somebody who likes something; `id` is their user id on the site."""

    id: int | None = None
    name: str | None = None
    email: str | None = None
    login_name: str | None = None
    creation_date: str | None = None

    @property
    def person(self) -> PersonRef:
        """Whoever it is."""
        return PersonRef(id=self.id, login=self.login_name, email=self.email, name=self.name)


class LikedBy(msgspec.Struct, rename="camel", gc=False):
    """The likes of one thing."""

    liked_by: list[Like] = []


def item_path(list_id: str, item_id: int) -> str:
    """Where an item of a list is, below `_api/`."""
    return f"web/lists(guid'{list_id}')/items({item_id})"


def likes_of(
    ctx: Context[Settings], site: SiteRef, list_id: str, item_id: int
) -> tuple[list[Like], list[Reject]]:
    """Who likes an item, and a Reject for each like that cannot be read; none when there is no
    such item (any more).

    Raises AuthError or SourceUnavailable.
    Source: SharePoint REST, `/items(ID)/likedByInformation?$expand=likedBy`.
    """
    path = f"{item_path(list_id, item_id)}/likedByInformation"
    response = rest(ctx, site.url).get(path, params={"$expand": "likedBy"})
    try:
        answer(response, site.url)
    except NotThere:
        return [], []
    page, rejects = decode_page(response.content, LikedBy)
    return page.liked_by, rejects


def parse_likes(likes: Iterable[Like], post: str, directory: Directory) -> Iterator[Item]:
    """A reaction by each person who likes `post`, once; who cannot be named is left out."""
    seen: set[str] = set()
    for item in parse_each(likes, parse_like, post=post, directory=directory):
        if isinstance(item, Reaction):
            if item.account in seen:
                continue
            seen.add(str(item.account))
        yield item


def parse_like(like: Like, post: str, directory: Directory) -> Iterator[Item]:
    """The reaction of one person, if it can be told whose it is."""
    if not (like.id or like.login_name or like.email or like.name):
        raise KeyError("loginName")
    account = directory.account(like.person)
    if account is not None:
        at = directory.at(like.creation_date)
        yield Reaction(post=post, account=account, kind=LIKE, reacted_at=at)
