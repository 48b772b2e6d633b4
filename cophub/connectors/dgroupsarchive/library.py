"""Events of the calendar, and what lies in the library."""

from collections.abc import Iterator

from cophub import CophubError, Document, Event, Item, Reject
from cophub.connectors.dgroupsarchive.client import Community, Ctx
from cophub.connectors.dgroupsarchive.dates import instant
from cophub.connectors.dgroupsarchive.payloads import Entry, Resource, Tag
from cophub.connectors.dgroupsarchive.tree import left_out, taken
from cophub.http import parse_each


def calendar(ctx: Ctx, since: str | None) -> Iterator[Item]:
    """What stands in the calendar of each community; always all of it.

    Source: v2 `/calendar`.
    """
    failures: list[CophubError] = []
    for path in taken(ctx):
        try:
            entries, rejects = Community(ctx, path).many("/calendar", Entry)
        except CophubError as error:
            failures += left_out(ctx, path, "events", error)
            continue
        yield from rejects
        yield from parse_each(entries, parse_entry, ctx=ctx, space=path)
    if failures:
        raise failures[0]


def parse_entry(entry: Entry, ctx: Ctx, space: str) -> Iterator[Event]:
    """A row of the calendar. `Duration` has no documented unit, so an end is an end only."""
    starts, ends = instant(entry.start_date), instant(entry.end_date)
    if starts is not None and ends is not None and ends < starts:
        ends = None
    yield Event(
        key=_key(entry.id, entry.guid),
        space=space,
        title=entry.display_name,
        kind="calendar",
        starts_at=starts,
        ends_at=ends,
        url=_url(ctx, entry.url),
        extra={"location": entry.location, "duration": entry.duration},
    )


def library(ctx: Ctx, since: str | None) -> Iterator[Item]:
    """What lies in the library of each community, found by its tags; always all of it.

    Source: v2 `/tags` and `/tags/{id}`.
    """
    failures: list[CophubError] = []
    for path in taken(ctx):
        try:
            yield from resources_of(ctx, path)
        except CophubError as error:
            failures += left_out(ctx, path, "documents", error)
    if failures:
        raise failures[0]


def resources_of(ctx: Ctx, path: str) -> Iterator[Item]:
    """The library of one community; what bears several tags is there once."""
    community = Community(ctx, path)
    tags, rejects = community.many("/tags", Tag, Depth=10)
    found: dict[str, Resource] = {}
    unread: list[Reject] = list(rejects)
    for tag in every(tags):
        if not tag.id or tag.item_count == 0:
            if not tag.id and tag.item_count != 0 and not tag.child_tags:
                unread.append(Reject(reason="a tag has no ID", record="document"))
            continue
        resources, more = community.many(f"/tags/{tag.id}", Resource)
        unread += more
        for one in resources:
            key = one.id or one.guid
            if key:
                found[key] = one
            else:
                unread.append(
                    Reject(reason="a resource has neither ID nor GUID", record="document")
                )
    yield from unread
    yield from parse_each(found.values(), parse_resource, ctx=ctx, space=path)


def every(tags: list[Tag]) -> Iterator[Tag]:
    """The tags with those below them."""
    for tag in tags:
        yield tag
        yield from every(tag.child_tags or [])


def parse_resource(resource: Resource, ctx: Ctx, space: str) -> Iterator[Document]:
    """Something in the library; nothing tells when it came there."""
    yield Document(
        key=_key(resource.id, resource.guid),
        space=space,
        title=resource.display_name or resource.file_name or resource.name,
        url=_url(ctx, resource.media_uri),
        media_type=resource.media_type,
        size_bytes=resource.size,
        extra={"tags": sorted(resource.tags or []), "description": resource.description},
    )


def _key(id: str | None, guid: str | None) -> str:
    key = (id or "").strip() or (guid or "").strip().strip("{}").lower()
    if not key:
        raise KeyError("ID")
    return key


def _url(ctx: Ctx, text: str | None) -> str | None:
    if not text or not text.strip():
        return None
    return f"{ctx.settings.host}{text.strip()}" if text.strip().startswith("/") else text.strip()
