"""The command `cophub slack-channels`: what each channel is good for, without asking Slack."""

import json
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import click
from cophub import CommandContext

COLUMNS = ("channel", "space", "members", "app_is_in", "last_message", "communities")


@click.option("--unserved", is_flag=True, help="Only channels that serve no community.")
def slack_channels(ctx: CommandContext[Any], unserved: bool) -> None:
    """List the channels of Slack: is the app in them, and which communities do they serve?

    They are those of the last sync; archived ones are left out. `space` is what a community names
    under `spaces` in plugins.toml.
    """
    from sqlalchemy import text

    with ctx.warehouse.connect() as connection:
        spaces = [dict(row) for row in connection.execute(text(_SPACES)).mappings()]
        newest = {(row.source, row.space): row.newest for row in connection.execute(text(_NEWEST))}
        serves: dict[tuple[str, str], list[str]] = defaultdict(list)
        for row in connection.execute(text(_COMMUNITIES)):
            serves[row.source, row.space].append(row.community)
    rows, outside = [], []
    for space in spaces:
        key, told = (space["source"], space["key"]), _extra(space)
        communities = serves[key]
        if "app_is_in" not in told or told.get("archived") or (unserved and communities):
            continue
        if communities and not told["app_is_in"]:
            outside.append(f"#{space['title']}")
        inside = told["app_is_in"] if ctx.json else "yes" if told["app_is_in"] else "no"
        rows.append((
            f"#{space['title']}", ":".join(key), space["native_member_count"], inside,
            _day(newest.get(key)), communities if ctx.json else ", ".join(communities) or None,
        ))  # fmt: skip
    ctx.table(COLUMNS, rows)
    if outside:
        ctx.say(f"No message is read of {', '.join(outside)}: type /invite @cophub there.")


_SPACES = """
SELECT source, key, title, native_member_count, extra FROM space
WHERE kind = 'channel' AND gone_at IS NULL ORDER BY source, title
"""
_NEWEST = """
SELECT source, space, max(posted_at) AS newest FROM post
WHERE gone_at IS NULL AND deleted_at IS NULL GROUP BY source, space
"""
_COMMUNITIES = "SELECT source, space, community FROM community_space ORDER BY community"


def _extra(space: Mapping[str, Any]) -> dict[str, Any]:
    """PostgreSQL gives JSON as values, SQLite as text."""
    extra = space["extra"]
    return (json.loads(extra) if isinstance(extra, str) else extra) or {}


def _day(instant: Any) -> str | None:
    """The day of an instant, which SQLite gives as text."""
    return str(instant)[:10] if instant is not None else None
