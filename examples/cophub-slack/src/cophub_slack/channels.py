"""Which channels a source takes, and what Slack says of each."""

from collections.abc import Iterator
from datetime import UTC, datetime
from fnmatch import fnmatchcase

from cophub import Item, Reject, Space

from cophub_slack.client import PAGE, Ctx, Slack
from cophub_slack.payloads import Channel, Channels, Words, Workspace


def channels(ctx: Ctx, since: str | None) -> Iterator[Item]:
    """Each channel that the settings take, archived ones too, with its members counted.

    A public channel is for `members`: whoever is in the workspace may read it, and nobody else.
    Source: `conversations.list`.
    """
    taken, rejects = ctx.once(taken_channels)
    yield from rejects
    home = ctx.once(workspace).url
    for channel in taken:
        yield space_of(channel, home)


def taken_channels(ctx: Ctx) -> tuple[list[Channel], list[Reject]]:
    """The channels that the settings take, by their ids, and rows that cannot be understood."""
    found, rejects = ctx.once(all_channels)
    return [one for one in found if is_taken(ctx, one)], rejects


def all_channels(ctx: Ctx) -> tuple[list[Channel], list[Reject]]:
    """Every channel that the app may know of; private ones only where the settings say so."""
    types = "public_channel,private_channel" if ctx.settings.private else "public_channel"
    found: dict[str, Channel] = {}
    rejects: list[Reject] = []
    pages = ctx.once(Slack).pages(
        "conversations.list", Channels, types=types, exclude_archived="false", limit=PAGE
    )
    for page, bad in pages:
        found |= {one.id: one for one in page.channels}
        rejects += bad
    return [found[key] for key in sorted(found)], rejects


def is_taken(ctx: Ctx, channel: Channel) -> bool:
    """Whether the settings name the channel: by its id, its name, or a pattern of its name."""
    name = channel.name.casefold()
    wanted = (word.strip().removeprefix("#") for word in ctx.settings.channels)
    return any(word == channel.id or fnmatchcase(name, word.casefold()) for word in wanted)


def workspace(ctx: Ctx) -> Workspace:
    """The workspace that the token belongs to, and the app's own user there."""
    return ctx.once(Slack).get("auth.test", Workspace)[0]


def space_of(channel: Channel, home: str) -> Space:
    """The channel as a record; `home` is the address of its workspace."""
    private = bool(channel.is_private)
    return Space(
        key=channel.id,
        kind="channel",
        title=channel.name,
        description=_words(channel.purpose) or _words(channel.topic),
        url=f"{home}archives/{channel.id}",
        visibility="secret" if private else "members",
        open_membership=not private and not channel.is_archived,
        created_at=datetime.fromtimestamp(channel.created, UTC) if channel.created else None,
        native_member_count=channel.num_members,
        extra={
            "archived": bool(channel.is_archived),
            "general": bool(channel.is_general),
            "shared": bool(channel.is_ext_shared),
            "app_is_in": bool(channel.is_member),
        },
    )


def _words(words: Words | None) -> str | None:
    return (words and words.value) or None
