"""The history of each group out of its archive, where one download spares hundreds of requests.

Source: `downloadarchives`. Where the account sees the messages by the API too, a group's archive is
read once, before its messages; where it does not, once a day, from the last number on.
"""

from collections.abc import Iterator
from urllib.parse import urlsplit

import msgspec

from cophub import Account, Item, Post, Reject, SourceUnavailable
from cophub.connectors.dgroups.adopting import Adopting
from cophub.connectors.dgroups.apart import Apart, of_one_group
from cophub.connectors.dgroups.client import Ctx, NotAllowed, NotThere, Slowed, api
from cophub.connectors.dgroups.download import Mail, Mbox, downloaded
from cophub.connectors.dgroups.groups import Found, chosen
from cophub.connectors.dgroups.members import People
from cophub.connectors.dgroups.posts import Reading
from cophub.connectors.mail.dates import window
from cophub.connectors.mail.message import Rules
from cophub.connectors.mail.reading import Bounds
from cophub.connectors.state import State
from cophub.http.auth import status_of

DAY = 86_400
WORTH = 1_000
"""Messages of a group from which on its archive is downloaded under `history = "auto"`."""


class Got(msgspec.Struct, array_like=True):
    """When a group's archive was downloaded or found not to be worth it, and its last number."""

    at: int
    high: int = 0


class Progress(State, omit_defaults=True):
    """The cursor of the stream, by the groups' ids."""

    groups: dict[str, Got] = msgspec.field(default_factory=dict)


def archive(ctx: Ctx, since: str | None) -> Iterator[Item]:
    """Posts of old messages. What an archive cannot tell, the stream of messages adds."""
    state, taken = Progress.read(since), chosen(ctx)
    apart = Apart(ctx, "archives")
    for number, one in enumerate(taken):
        ctx.progress("archives", number, len(taken))
        yield from apart.read(one.name, _archive_of(ctx, one, state))
    yield state.checkpoint()
    apart.end()


def _archive_of(ctx: Ctx, one: Found, state: Progress) -> Iterator[Item]:
    start = _start(ctx, one, state)
    if start is None:
        yield from _missing(ctx, one)
        return
    now = int(ctx.now.timestamp())
    got = Got(now, state.groups[one.key].high if one.key in state.groups else 0)
    try:
        yield from read(ctx, one, start, got)
    except (NotAllowed, NotThere) as error:
        ctx.log.warning("the archive of %s cannot be downloaded: %s", one.name, error)
        yield Reject(reason=f"no archive of {one.name}: {error}", record="post", key=one.key)
    except SourceUnavailable as error:
        if not _too_often(error):
            if one.may("archives_visible") and of_one_group(error):
                # The API tells these messages in this run: an archive would come too late.
                state.groups[one.key] = Got(now)
                yield state.checkpoint()
            raise
        ctx.log.info("the archive of %s was downloaded less than a day ago", one.name)
    state.groups[one.key] = got
    yield state.checkpoint()


def _too_often(error: SourceUnavailable) -> bool:
    return isinstance(error, Slowed) or status_of(error) == 429


def _missing(ctx: Ctx, one: Found) -> Iterator[Reject]:
    """The permission that is missing, where the settings ask for the archive."""
    if ctx.settings.history == "archive" and not one.may("download_archives"):
        yield Reject(reason=one.lacks("download_archives"), record="post", key=one.key)


def _start(ctx: Ctx, one: Found, state: Progress) -> int | None:
    """The number to download from, 0 for all; None where nothing is to be downloaded.

    Whether the archive of a group that the API shows is worth it is settled once: later it would
    put its guesses in the place of what the API has told.
    """
    got, now = state.groups.get(one.key), int(ctx.now.timestamp())
    seen_by_api = one.may("archives_visible")
    if ctx.settings.history == "api" or not one.may("download_archives"):
        if seen_by_api and got is None:
            state.groups[one.key] = Got(now)
        return None
    if not seen_by_api:
        return (got.high if got else 0) if got is None or now - got.at >= DAY else None
    if got is not None:
        return None
    if ctx.settings.history == "auto" and count_of(ctx, one) < WORTH:
        state.groups[one.key] = Got(now)
        return None
    return 0


def count_of(ctx: Ctx, one: Found) -> int:
    """How many messages a group has, by asking for one, once a run; 0 where they are not shown."""
    known: dict[str, int] = ctx.shared.setdefault("dgroups:counts", {})
    if one.key not in known:
        try:
            known[one.key] = api(ctx).page("getmessages", group_id=one.id, limit=1).total_count
        except (NotAllowed, NotThere):
            known[one.key] = 0
    return known[one.key]


def read(ctx: Ctx, one: Found, start: int, got: Got) -> Iterator[Item]:
    """The posts of one archive; `got` is moved to its last number."""
    reading = Reading.of(ctx, one)
    by_api = one.may("archives_visible")
    adopting = Adopting(one.key)
    with downloaded(ctx, one.id, start) as (file, size):
        bounds = Bounds(unpacked=ctx.settings.max_unpacked_mb << 20)
        mbox = Mbox(
            file, size, rules_of(ctx, one, reading), bounds, announce=reading.traits.announce
        )
        skipped = 0
        for mail in mbox.mails():
            got.high = max(got.high, mail.number or 0)
            if mail.number is None and by_api:
                # Nobody knows which of the API's messages it is: the API will tell it.
                skipped += 1
                continue
            yield from _told(ctx, mail, by_api=by_api)
            if mail.number is not None:
                mail.post.url = reading.url(mail.number)
                adopting.add(mail)
            yield mail.post
        yield from mbox.rejects
    if skipped:
        ctx.log.info("%d messages in the archive of %s have no number", skipped, one.name)
    if by_api and adopting.facts:
        adopting.keep(ctx)


def _told(ctx: Ctx, mail: Mail, *, by_api: bool) -> Iterator[Item]:
    """The author of a message: the member with that address, whose account has another key.

    Somebody who is no member is known by name only until the API tells who it is; where the API
    never will, the address is the key.
    """
    post: Post = mail.post
    post.account = None
    if mail.sender is None or mail.sender.email is None:
        return
    user = People.of(ctx).by_email.get(mail.sender.email)
    if user is not None:
        post.account = user
    elif not by_api:
        post.account = mail.sender.email
        account = Account(key=mail.sender.email, email=mail.sender.email, kind="person")
        if mail.sender.name:
            account.name = mail.sender.name
        yield account


def rules_of(ctx: Ctx, one: Found, reading: Reading) -> Rules:
    """How messages of this group's archive are read."""
    told = (one.group.email_address or "").lower() if one.group else ""
    usual = f"{one.name.lower()}@{urlsplit(ctx.settings.host).hostname}"
    return Rules(
        space=one.key,
        charset="utf-8",
        tags=reading.tags,
        keep_bodies=ctx.settings.bodies,
        body_limit=ctx.settings.body_limit,
        own=frozenset([told, usual] if told else [usual]),
        window=window(None, ctx.now),
    )
