"""The stream of spaces: the forum, its categories and its groups."""

from collections.abc import Iterator
from itertools import count
from typing import Any

from cophub import Context, Item, Reject, Space
from cophub.http import by_page, pages

from cophub_discourse.forum import client, get, rows
from cophub_discourse.payloads import Category, Group, understood
from cophub_discourse.settings import Settings, named

Ctx = Context[Settings]

SITE = "site"
"""The forum as a space: what is counted of the whole belongs to it."""
ALL, SIGNED_IN = 0, 1
"""Who sees a group: everybody, or everybody who is signed in; above that, fewer (group.rb)."""


def spaces(ctx: Ctx, since: str | None) -> Iterator[Item]:
    """The forum, the categories and groups that the settings name, and who may see each.

    Source: `GET /categories.json`, `GET /groups.json`, `GET /site/basic-info.json`.
    """
    about = ctx.once(site)
    root, closed = ctx.settings.root, bool(about.get("login_required"))
    seen = "members" if closed else "public"
    yield Space(key=SITE, kind="site", title=about.get("title"), url=root, visibility=seen)
    found, rejects = ctx.once(chosen_categories)
    yield from rejects
    yield from (space_of(one, root, closed) for one in found)
    inside, rejects = ctx.once(chosen_groups)
    yield from rejects
    yield from (space_of_group(one, root, closed) for one in inside)


def space_of(one: Category, root: str, closed: bool) -> Space:
    """A category; of one that not all may read, others do not even see the name."""
    return Space(
        key=category_key(one.id),
        kind="channel",
        title=one.name,
        description=one.description_text or None,
        url=f"{root}/c/{one.slug or '-'}/{one.id}",
        visibility="secret" if one.read_restricted else "members" if closed else "public",
        parent=category_key(one.parent_category_id) if one.parent_category_id else None,
        native_post_count=one.post_count,
    )


def space_of_group(one: Group, root: str, closed: bool) -> Space:
    """A group."""
    open_to_all = one.visibility_level == ALL and not closed
    signed_in = one.visibility_level in (ALL, SIGNED_IN)
    return Space(
        key=group_key(one.id),
        kind="group",
        title=one.full_name or one.name,
        description=one.bio_raw or None,
        url=f"{root}/g/{one.name}",
        visibility="public" if open_to_all else "members" if signed_in else "secret",
        open_membership=one.public_admission,
        native_member_count=one.user_count,
    )


def category_key(number: int) -> str:
    """The space of a category."""
    return f"category-{number}"


def group_key(number: int) -> str:
    """The space of a group."""
    return f"group-{number}"


def site(ctx: Ctx) -> dict[str, Any]:
    """What the forum says of itself to anybody: site_basic_info_response.json."""
    return get(ctx, "site/basic-info.json") or {}


def groups(ctx: Ctx) -> tuple[list[Group], list[Reject]]:
    """Every group that the key may see, and what could not be understood.

    Source: `GET /groups.json`, 36 to a page, of which the first is 0 (groups_controller.rb).
    """
    listing = pages(ctx.once(client), "groups.json", by_page("groups", first=0))
    return understood((row for page in listing for row in rows(page, "groups")), Group)


def chosen_groups(ctx: Ctx) -> tuple[list[Group], list[Reject]]:
    """The groups that the settings name, and what could not be understood.

    Of Discourse's automatic groups, such as `trust_level_0`, only those that are named in full.
    """
    found, rejects = ctx.once(groups)
    wanted = ctx.settings.groups
    exactly = {word.lower() for word in wanted}
    return [
        one
        for one in found
        if (one.name.lower() in exactly if one.automatic else named(wanted, one.name))
    ], rejects


def chosen_categories(ctx: Ctx) -> tuple[list[Category], list[Reject]]:
    """The categories that the settings name, and what could not be understood."""
    found, rejects = ctx.once(categories)
    slugs = {one.id: one for one in found}
    wanted = ctx.settings.categories
    return [one for one in found if named(wanted, str(one.id), slug_path(one, slugs))], rejects


def slug_path(one: Category, known: dict[int, Category]) -> str:
    """The slugs of a category and of those it lies in: `practice/health`."""
    path = [one.slug or ""]
    while (parent := known.get(one.parent_category_id or 0)) and len(path) < len(known):
        path, one = [parent.slug or "", *path], parent
    return "/".join(path)


def categories(ctx: Ctx) -> tuple[list[Category], list[Reject]]:
    """Every category that the key may see, each once, and what could not be understood.

    Source: models/category_list.rb. A category holds its children, in `subcategory_list`. Where
    there are very many, or the forum loads them lazily, they come by pages, beside their parents
    and five at the most of each: the others are asked for by their parent.
    """
    found: dict[int, Category] = {}
    rejects = list(_take(_listed(ctx, {"include_subcategories": "true"}), found))
    asked: set[int] = set()
    while wanted := [
        one.id for one in found.values() if _lacks(one, found) and one.id not in asked
    ]:
        asked.update(wanted)
        for number in wanted:
            rejects += _take(_listed(ctx, {"parent_category_id": number}), found)
    return list(found.values()), rejects


def _lacks(one: Category, found: dict[int, Category]) -> bool:
    return not found.keys() >= set(one.subcategory_ids or ())


def _listed(ctx: Ctx, params: dict[str, Any]) -> Iterator[list[Any]]:
    """The pages of a list of categories, up to one that brings nothing new.

    That is an empty one, or the first once more from an older Discourse, which has no pages.
    """
    before: list[Any] | None = None
    for page in count(1):
        answer = get(ctx, "categories.json", {**params, "page": page}) or {}
        found = rows(answer, "category_list", "categories")
        if not found or found == before:
            return
        yield found
        before = found


def _take(listing: Iterator[list[Any]], found: dict[int, Category]) -> Iterator[Reject]:
    """Puts the categories of some pages, and those within them, into `found`."""
    for page in listing:
        good, bad = understood(page, Category)
        yield from bad
        for one in good:
            if one.id not in found:
                found[one.id] = one
                yield from _take(iter([one.subcategory_list or []]), found)
