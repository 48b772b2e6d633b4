"""The contacts of each audience: everyone once, then what changed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b

import msgspec

from cophub import Checkpoint, CursorExpired, Item, Membership, Reject
from cophub.connectors.mailchimp.audiences import Ctx, all_audiences, chosen, reading_of
from cophub.connectors.mailchimp.client import MailChimp, NotThere
from cophub.connectors.mailchimp.described import Described
from cophub.connectors.mailchimp.paging import (
    Ask,
    Listing,
    Sheet,
    changes,
    instant,
    unsorted,
)
from cophub.connectors.mailchimp.parse import MemberReading, parse_member
from cophub.connectors.mailchimp.payloads import Audience, Contact, Member, MemberPage, TagPage
from cophub.http import parse_each, reject

BEGINNING = "0001-01-01T00:00:00+00:00"
MOST_LISTED = 50
CONTACT = msgspec.json.Decoder(Contact)
MEMBER = msgspec.json.Decoder(Member)


class Mark(msgspec.Struct):
    """How far an audience was read: the last change, and a digest of each contact of that second.

    The second is asked for again, because more may have happened in it; who comes back as they were
    is passed over. Where an import put too many into one second they are not listed.
    """

    at: str
    rows: list[str] = []

    def knows(self, row: Contact) -> bool:
        """Whether a contact was kept just as it is now."""
        return row.last_changed == self.at and digest(row) in self.rows

    def moved(self, rows: Sequence[Contact]) -> "Mark":
        """The mark after a page of contacts, oldest first."""
        last = next((row.last_changed for row in reversed(rows) if instant(row.last_changed)), None)
        if last is None or instant(last) < instant(self.at):  # type: ignore[operator]
            return self
        same = [row for row in rows if row.last_changed == last]
        kept = self.rows if last == self.at else []
        if len(kept) + len(same) > MOST_LISTED:
            return Mark(last)
        return Mark(last, sorted({*kept, *map(digest, same)}))


class Positions(msgspec.Struct):
    """The cursor: a mark for each audience.

    One audience's progress hides nothing of another's, and an audience that is not in it is read
    from its beginning.
    """

    audiences: dict[str, Mark] = {}
    begun: bool = False
    """Whether this is from the middle of a first read of several audiences."""

    @classmethod
    def read(cls, cursor: str | None) -> "Positions":
        """The positions in a cursor. Raises CursorExpired for one that is not ours."""
        try:
            found = msgspec.json.decode(cursor, type=cls) if cursor else cls()
        except msgspec.MsgspecError as error:
            raise CursorExpired(f"the cursor is not one of MailChimp's members: {error}") from None
        if all(instant(mark.at) for mark in found.audiences.values()):
            return found
        raise CursorExpired("the cursor of MailChimp's members holds something that is no instant")

    def since(self, audience: str) -> datetime | None:
        """The instant from which an audience is to be read."""
        mark = self.audiences.get(audience)
        return instant(mark.at) if mark else None

    def checkpoint(self) -> Checkpoint:
        """These positions as a checkpoint."""
        return Checkpoint(msgspec.json.encode(self, order="sorted").decode())


def digest(row: Contact) -> str:
    """A contact as the vendor describes it, in twelve characters; nobody can be read from it."""
    return blake2b(row.item, digest_size=6).hexdigest()


@dataclass(frozen=True)
class Opened:
    """An audience ready to be read."""

    audience: Audience
    reading: MemberReading
    rejects: list[Reject]
    """What could not be read of its fields and interests; contacts lack it."""


def members(ctx: Ctx, since: str | None) -> Iterator[Item]:
    """Everyone in each audience, then whoever changed since: an account and a membership each.

    A checkpoint follows each page of up to 1,000 contacts; the cursor is JSON and tells how far
    each audience was read. Only a whole read sees that contacts were deleted for good. A first read
    of several audiences is begun again when it was interrupted, one of a single audience goes on.
    Source: `GET /lists/{id}/members` by `last_changed`, `/lists/{id}/members/{hash}/tags`.
    """
    api = MailChimp(ctx)
    found, rejects = all_audiences(ctx, api)
    yield from rejects
    taken = chosen(ctx, found)
    kept, several = Positions.read(since), len(taken) > 1
    if kept.begun and several:
        # Which audience was the first to describe somebody is known only within one read.
        raise CursorExpired("the first read of several audiences was interrupted: it begins again")
    before = kept.audiences
    positions = Positions({one.id: before[one.id] for one in taken if one.id in before})
    described = Described() if several and since is None else None
    positions.begun = described is not None

    def opened(audience: Audience) -> Opened:
        return Opened(audience, *reading_of(ctx, api, audience, alone=not several))

    for one in ctx.map(opened, taken):
        yield from one.rejects
        yield from members_of(ctx, api, one, positions, described)
    if described:
        described.close()
        positions.begun = False
        yield positions.checkpoint()


def members_of(
    ctx: Ctx, api: MailChimp, one: Opened, positions: Positions, described: Described | None
) -> Iterator[Item]:
    """The contacts of one audience from its position on; moves the position."""
    key, title = one.audience.id, one.audience.name
    start = positions.audiences.get(key, Mark(BEGINNING))
    done = 0
    for sheet in changes(ctx, listing_of(api, one.audience), positions.since(key)):
        yield from sheet.rejects
        mark = positions.audiences.get(key, start).moved(sheet.rows)
        rows = [row for row in sheet.rows if not start.knows(row)]
        items = stored(ctx, api, one, rows, alone=described is None)
        yield from described.additions(key, items) if described else items
        if mark.at != BEGINNING:
            positions.audiences[key] = mark
        yield positions.checkpoint()
        done += sheet.count
        ctx.progress(f"contacts of {title}", done, max(done, sheet.total))


def stored(
    ctx: Ctx, api: MailChimp, one: Opened, rows: Sequence[Contact], *, alone: bool
) -> Iterator[Item]:
    """The records of these contacts, without those that are in the warehouse just as they came.

    Not where several audiences are read: what one leaves to say about an account depends on what
    the others have said of it.
    """
    items = [row.item for row in rows]
    fresh = ctx.fresh(items, Membership, one.reading) if alone else [(item, None) for item in items]
    found, rejects = decoded(fresh)
    yield from rejects
    with_all_tags(ctx, api, one.audience.id, found)
    yield from parse_each(found, parse_member, reading=one.reading)


def decoded(
    items: Sequence[tuple[msgspec.Raw, int | None]],
) -> tuple[list[Member], list[Reject]]:
    """The rows as contacts, each with its digest; and a reject for a row that is none."""
    found, rejects = [], []
    for item, mark in items:
        try:
            member = MEMBER.decode(item)
        except msgspec.ValidationError as error:
            rejects.append(reject(msgspec.json.decode(item), error, "member"))
        else:
            member.digest = mark
            found.append(member)
    return found, rejects


def contacts(items: Sequence[msgspec.Raw]) -> tuple[list[Contact], list[Reject]]:
    """What a listing needs to know of its rows, and the rows that do not tell it."""
    rows, rejects = [], []
    for item in items:
        try:
            row = CONTACT.decode(item)
        except msgspec.ValidationError as error:
            rejects.append(reject(msgspec.json.decode(item), error, "member"))
        else:
            row.item = item
            rows.append(row)
    return rows, rejects


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
            sort_dir="ASC",
            **ask.query,
        )
        rows, unreadable = contacts(page.members)
        return Sheet(rows, [*rejects, *unreadable], page.total_items)

    return Listing(
        f"the contacts of audience {audience.name!r}",
        fetch,
        key=lambda row: str(row.id or row.contact_id),
        at=lambda row: row.last_changed,
    )


def with_all_tags(ctx: Ctx, api: MailChimp, audience: str, rows: Sequence[Member]) -> None:
    """Give contacts all their tags where the vendor sent only the first 50."""
    short = [row for row in rows if (row.tags_count or 0) > len(row.tags or ()) and row.id]

    def complete(row: Member) -> None:
        row.digest = None  # all of it does not stay as it is as long as the row does

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
