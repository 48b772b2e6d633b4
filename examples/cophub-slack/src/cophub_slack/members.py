"""Who is in each channel."""

from collections.abc import Iterator

from cophub import Item, Membership, Reject

from cophub_slack.channels import taken_channels
from cophub_slack.client import PAGE, ClosedError, Ctx, Slack
from cophub_slack.payloads import Roster
from cophub_slack.people import Directory, is_guest, parse_user, stranger

_ROSTERS = "slack rosters"


def members(ctx: Ctx, since: str | None) -> Iterator[Item]:
    """Everybody in each channel today, the app's own bot too; who is there no more has left.

    An archived channel has no members. Of a channel that cannot be read a Reject says so, and then
    nobody is held to have left. Whoever came from another workspace is looked up by themselves.
    Source: `conversations.members`, `users.info`.
    """
    taken, rejects = ctx.once(taken_channels)
    yield from rejects
    directory = ctx.once(Directory.read)
    guests = {key for key, user in directory.users.items() if is_guest(user)}
    for number, channel in enumerate(taken, 1):
        ctx.progress("channels", number, len(taken))
        if channel.is_archived:
            continue
        try:
            found, bad = roster(ctx, channel.id)
        except ClosedError as error:
            yield Reject(reason=str(error), record="membership", key=channel.id)
            continue
        yield from bad
        for key in found:
            if key not in directory.users and (user := stranger(ctx, key)) is not None:
                directory.users[key] = user
                yield from parse_user(user)
            role = "guest" if key in guests else "member"
            yield Membership(space=channel.id, account=key, role=role, status="active")


def roster(ctx: Ctx, channel: str) -> tuple[list[str], list[Reject]]:
    """The users in a channel, in order, and rows that are none; asked for once in a run."""
    known: dict[str, tuple[list[str], list[Reject]]] = ctx.shared.setdefault(_ROSTERS, {})
    if channel not in known:
        found: set[str] = set()
        rejects: list[Reject] = []
        asked = ctx.once(Slack).pages("conversations.members", Roster, channel=channel, limit=PAGE)
        for page, bad in asked:
            found.update(page.members)
            rejects += bad
        known[channel] = sorted(found), rejects
    return known[channel]
