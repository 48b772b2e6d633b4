"""Site pages and news (`/sitepages/pages`)."""

import json
from typing import Any

from cophub.sandbox.microsoft.sharepoint.addresses import By, rest
from cophub.sandbox.microsoft.sharepoint.asking import Ask, missing
from cophub.sandbox.microsoft.sharepoint.odata import Many, Plain, Thing
from cophub.sandbox.microsoft.sharepoint.state import PAGES, Item, SPList
from cophub.sandbox.microsoft.sharepoint.things import NEVER, chosen, path_of
from cophub.sandbox.microsoft.sharepoint.values import utc
from cophub.sandbox.microsoft.tenant import guid

USUAL = 100


def _of(ask: Ask) -> SPList:
    return ask.site.list_of(PAGES)


def canvas(item: Item) -> str:
    """A page's text as the controls of its canvas."""
    text = item.fields.get("CanvasContent1")
    if not text:
        return "[]"
    position = {"layoutIndex": 1, "zoneIndex": 1, "sectionIndex": 1, "controlIndex": 1}
    return json.dumps([{
        "controlType": 4, "id": guid(item.unique, "control"), "position": position,
        "addedFromPersistedData": True, "innerHTML": f"<p>{text}</p>",
    }])  # fmt: skip


def counted(item: Item) -> int:
    """Comments on a page, answers included."""
    return len(item.comments) + sum(len(each.replies) for each in item.comments)


def _page(ask: Ask, of: SPList, item: Item, *, whole: bool) -> Thing:
    url = f"SitePages/{item.name}"
    published = item.first_published
    thumbnail = f"https://{ask.site.host}/_layouts/15/images/sitepagethumbnail.png"
    author = ask.site.users[item.author]
    data: dict[str, Any] = {
        "AbsoluteUrl": f"{ask.site.url}/{url}",
        "AuthorByline": [author.login] if published else None,
        "BannerImageUrl": thumbnail, "BannerThumbnailUrl": thumbnail, "CallToAction": "",
        "Categories": None, "CommentCount": counted(item), "CommentsDisabled": False,
        "ContentTypeId": item.content_type, "Created": utc(item.created),
        "Description": item.fields.get("Description"), "DoesUserHaveEditPermission": True,
        "FileName": item.name, "FirstPublished": NEVER if published is None else utc(published),
        "Id": item.id, "IsPageCheckedOutToCurrentUser": False,
        "IsWebWelcomePage": item.name == "Home.aspx", "LikeCount": len(item.likes),
        "ListId": of.id, "Modified": utc(item.modified), "PageLayoutType": "Article",
        "Path": path_of(url), "PromotedState": item.promoted, "Title": item.title,
        "TopicHeader": None, "UniqueId": item.unique, "Url": url,
        "Version": f"{item.major}.{item.minor}",
        "VersionInfo": Plain(
            {"LastVersionCreated": f"{NEVER}-08:00", "LastVersionCreatedBy": ""},
            "SP.Publishing.SitePageVersionInfo",
        ),
    }  # fmt: skip
    if whole:
        data |= {
            "CanvasContent1": canvas(item), "CoAuthState": None, "Language": "en-us",
            "LayoutWebpartsContent": None, "SitePageFlags": "", "AlternativeUrlMap": "{}",
        }  # fmt: skip
    kind = "SP.Publishing.SitePage" if whole else "SP.Publishing.SitePageMetadata"
    return chosen(ask, Thing(data, kind, f"SitePages/Pages({item.id})"))


@rest("GET", "sitepages/pages")
def pages(ask: Ask) -> Many:
    """Pages, drafts included; here `$skip` works."""
    of = _of(ask)
    rows = [item for item in of.items.values() if not item.folder]
    if "PromotedState eq 2" in ask.query.get("$filter", ""):
        rows = [item for item in rows if item.promoted == 2]
    skip, size = ask.number("$skip", 0), ask.number("$top", USUAL)
    whole = "CanvasContent1" in ask.selected
    shown = [_page(ask, of, item, whole=whole) for item in rows[skip : skip + size]]
    following = None
    if skip + size < len(rows):
        kept = "".join(
            f"&{name}={value}"
            for name, value in ask.call.query.items()
            if name.lower() not in ("$skip", "$top")
        )
        following = f"{ask.root}/sitepages/pages?$skip={skip + size}&$top={size}{kept}"
    return Many(shown, following)


@rest("GET", "sitepages/pages()")
def page(ask: Ask, by: By) -> Thing:
    """One page with its canvas."""
    of = _of(ask)
    return _page(ask, of, ask.item(of, by), whole=True)


@rest("GET", "sitepages/pages/getbyurl()")
def page_by_url(ask: Ask, given: dict[str, str]) -> Thing:
    """One page by its address below the site."""
    of, url = _of(ask), next(iter(given.values()))
    found = of.by_path.get(f"{ask.site.path}/{url}".lower())
    if found is None:
        raise missing(f"The file {url} does not exist.")
    return _page(ask, of, found, whole=True)
