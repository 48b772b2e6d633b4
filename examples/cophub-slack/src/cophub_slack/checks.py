"""What the app may read, what there is to sync, and what a run would cost."""

from collections.abc import Iterator, Mapping

from cophub import Context, CophubError, Estimate, Space, Verdict

from cophub_slack.channels import all_channels, space_of, taken_channels, workspace
from cophub_slack.client import PAGE, Slack, page_of
from cophub_slack.cursor import Position
from cophub_slack.settings import Settings

Ctx = Context[Settings]

SCOPES = {
    "channels": ("channels:read",),
    "people": ("users:read", "users:read.email"),
    "members": ("channels:read", "users:read"),
    "posts": ("channels:history", "channels:read", "users:read"),
}
"""The scopes of the bot token that each stream needs."""
PRIVATE_SCOPES = {
    "channels": ("groups:read",),
    "people": (),
    "members": ("groups:read",),
    "posts": ("groups:history", "groups:read"),
}
"""Those that it needs besides, where private channels are taken."""
_WHERE = "OAuth & Permissions > Bot Token Scopes at https://api.slack.com/apps"


def check(ctx: Ctx) -> Iterator[Verdict]:
    """The token, the scopes of each stream, and which channels the app is not in."""
    try:
        home = ctx.once(workspace)
    except CophubError as error:
        fix = f"put the Bot User OAuth Token into token under [sources.{ctx.source}.settings]"
        yield Verdict("token", "failed", str(error), fix)
        return
    yield Verdict("token", "ok", f"{home.team} ({home.url}), as @{home.user}")
    yield from _check_scopes(ctx)
    try:
        taken, rejects = ctx.once(taken_channels)
    except CophubError as error:
        yield Verdict("channels", "failed", str(error), "add the scope and reinstall the app")
        return
    if not taken:
        fix = f"correct channels under [sources.{ctx.source}.settings] in plugins.toml"
        yield Verdict("channels", "warning", "no channel has one of these names", fix)
        return
    outside = [one.name for one in taken if not one.is_member and not one.is_archived]
    message = f"{len(taken)} channels are taken, and the app is not in {len(outside)} of them"
    invite = f"type /invite @{home.user} in {_listed(outside)}" if outside else None
    yield Verdict("channels", "warning" if outside or rejects else "ok", message, invite)


def _check_scopes(ctx: Ctx) -> Iterator[Verdict]:
    given = ctx.once(Slack).scopes
    if given is None:
        return
    for stream, needed in SCOPES.items():
        wanted = {*needed, *(PRIVATE_SCOPES[stream] if ctx.settings.private else ())}
        missing = sorted(wanted - given)
        if not missing:
            yield Verdict(stream, "ok", f"the app has {', '.join(sorted(wanted))}")
            continue
        only_addresses = missing == ["users:read.email"]
        told = "; people come without addresses" if only_addresses else ""
        message = f"the app lacks {', '.join(missing)}{told}"
        fix = f"add {', '.join(missing)} under {_WHERE}, and reinstall the app to the workspace"
        yield Verdict(stream, "warning" if only_addresses else "failed", message, fix)


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - 10} more" if len(names) > 10 else ""
    return ", ".join(f"#{name}" for name in names[:10]) + more


def discover(ctx: Ctx) -> Iterator[Space]:
    """Every channel that the app may know of, whether the settings take it or not."""
    home = ctx.once(workspace).url
    for channel in ctx.once(all_channels)[0]:
        yield space_of(channel, home)


def estimate(ctx: Ctx, cursors: Mapping[str, str | None]) -> Iterator[Estimate]:
    """Requests of a run, as far as Slack says beforehand how much there is."""
    taken = ctx.once(taken_channels)[0]
    open_ones = [one for one in taken if not one.is_archived]
    rows = sum(one.num_members or 0 for one in open_ones)
    pages = sum(1 + (one.num_members or 0) // PAGE for one in open_ones)
    lists = 1 + len(ctx.once(all_channels)[0]) // PAGE
    yield Estimate("channels", 1 + lists, len(taken))
    yield Estimate("people", 1, None, f"one request for each {PAGE} people of the workspace")
    yield Estimate("members", pages, rows)
    readable = [one for one in taken if one.is_member]
    known = Position.read(cursors.get("posts")).channels
    new = sum(1 for one in readable if one.id not in known)
    pace = 1 if ctx.settings.app == "distributed" else 50
    size = page_of(ctx.settings)
    note = f"{new} channels for the first time: one for each {size} messages and each thread"
    waiting = max(len(readable) - pace, 0) / pace * 60 or None
    yield Estimate("posts", len(readable), None, note if new else "", waiting)
