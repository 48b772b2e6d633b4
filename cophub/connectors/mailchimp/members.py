"""The contacts of each audience: everyone once, then what changed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import msgspec

from cophub import Checkpoint, CursorExpired, Item
from cophub.connectors.mailchimp.audiences import Ctx, all_audiences, chosen, reading_of
from cophub.connectors.mailchimp.client import MailChimp, NotThere
from cophub.connectors.mailchimp.paging import (
    Ask,
    Listing,
    Sheet,
    changes,
    instant,
    later,
    text,
    unsorted,
)
from cophub.connectors.mailchimp.parse import MemberReading, parse_member
from cophub.connectors.mailchimp.payloads import Audience, Member, MemberPage, TagPage
from cophub.http import parse_each


class Positions(msgspec.Struct):
    """The cursor: for each audience the `last_changed` of the last contact that was kept.

    One audience's progress hides nothing of another's, and an audience that is not in it is read
    from its beginning.
    """

    audiences: dict[str, str] = {}

    @classmethod
    def read(cls, cursor: str | None) -> "Positions":
        """The positions in a cursor. Raises CursorExpired for one that is not ours."""
        try:
            found = msgspec.json.decode(cursor, type=cls) if cursor else cls()
        except msgspec.MsgspecError as error:
            raise CursorExpired(f"the cursor is not one of MailChimp's members: {error}") from None
        if all(map(instant, found.audiences.values())):
            return found
        raise CursorExpired("the cursor of MailChimp's members holds something that is no instant")

    def checkpoint(self) -> Checkpoint:
        """These positions as a checkpoint."""
        return Checkpoint(msgspec.json.encode(self, order="sorted").decode())


@dataclass(frozen=True)
class Opened:
    """An audience ready to be read."""

    audience: Audience
    reading: MemberReading


def members(ctx: Ctx, since: str | None) -> Iterator[Item]:
    """Everyone in each audience, then whoever changed since: an account and a membership each.

    A checkpoint follows each page of up to 1,000 contacts. The cursor is JSON: the last change seen
    in each audience. Contacts that were deleted for good are seen by a whole read alone.
    Source: `GET /lists/{id}/members` by `last_changed`, `/lists/{id}/members/{hash}/tags`.
    """
    api = MailChimp(ctx)
    found, rejects = all_audiences(ctx, api)
    yield from rejects
    taken = chosen(ctx, found)
    before = Positions.read(since).audiences
    positions = Positions({one.id: before[one.id] for one in taken if one.id in before})

    def opened(audience: Audience) -> Opened:
        return Opened(audience, reading_of(ctx, api, audience, alone=len(taken) == 1))

    for one in ctx.map(opened, taken):
        yield from members_of(ctx, api, one, positions)


def members_of(ctx: Ctx, api: MailChimp, one: Opened, positions: Positions) -> Iterator[Item]:
    """The contacts of one audience from its position on; moves the position."""
    key, title = one.audience.id, one.audience.name
    at = instant(positions.audiences.get(key))
    listing = listing_of(api, one.audience)
    done = 0
    for sheet in changes(ctx, listing, at):
        yield from sheet.rejects
        rows = with_all_tags(ctx, api, key, sheet.rows)
        yield from parse_each(rows, parse_member, reading=one.reading)
        at = later(at, listing.last(sheet))
        if at is not None:
            positions.audiences[key] = text(at)
        yield positions.checkpoint()
        done += sheet.count
        ctx.progress(f"contacts of {title}", done, max(done, sheet.total))


def listing_of(api: MailChimp, audience: Audience) -> Listing:
    """The contacts of an audience in the order in which they changed."""

    def fetch(ask: Ask) -> Sheet:
        page, rejects = api.page(
            api.lists.get_list_members_info,
            MemberPage,
            audience.id,
            since_last_changed=ask.since_text,
            before_last_changed=ask.before_text,
            sort_field="last_changed",
            sort_dir="DESC" if ask.newest_first else "ASC",
            **ask.query,
        )
        return Sheet(page.members, rejects, page.total_items)

    return Listing(
        f"the contacts of audience {audience.name!r}",
        fetch,
        key=lambda row: str(row.id or row.contact_id),
        at=lambda row: row.last_changed,
    )


def with_all_tags(
    ctx: Ctx, api: MailChimp, audience: str, rows: Sequence[Member]
) -> Sequence[Member]:
    """The same contacts, with all their tags where the vendor sent only the first 50."""
    short = [row for row in rows if (row.tags_count or 0) > len(row.tags or ()) and row.id]

    def complete(row: Member) -> None:
        def fetch(ask: Ask) -> Sheet:
            page, rejects = api.page(
                api.lists.get_list_member_tags, TagPage, audience, row.id, **ask.query
            )
            return Sheet(page.tags, rejects, page.total_items)

        listing = Listing("the tags of a contact", fetch, key=lambda tag: str(tag.name))
        try:
            row.tags = [tag for sheet in unsorted(ctx, listing) for tag in sheet.rows]
        except NotThere:
            ctx.log.info("a contact was deleted while its tags were read")

    for _ in ctx.map(complete, short):
        pass
    return rows
