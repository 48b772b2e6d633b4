"""A message to a channel when the figures of a quarter are out."""

from collections.abc import Iterator
from datetime import datetime

import msgspec
from cophub import AuthError, Checkpoint, Context, Handout, Sent, Sheet
from cophub.http import Limits
from pydantic import BaseModel, ConfigDict, Field, HttpUrl, SecretStr

from cophub_slack.client import ClosedError, Slack
from cophub_slack.payloads import Posted
from cophub_slack.settings import SLACK, Host
from cophub_slack.text import escaped

LIMITS = Limits(rate=((1, 1.0),))
"""Slack lets an app post one message a second in a channel."""
HEADLINES = 3
_FIXED = 3
"""Columns of the quarter table before its figures: key, quarter, community."""


class PublisherSettings(BaseModel):
    """Where the message goes, and which figures it tells."""

    model_config = ConfigDict(extra="forbid")

    token: SecretStr = Field(description="Bot User OAuth Token of the app, with `chat:write`.")
    channel: str = Field(description="The channel: its id, such as `C0123ABCDEF`.")
    site: HttpUrl = Field(description="Where readers find the published site.")
    figures: list[str] = Field(
        [],
        max_length=HEADLINES,
        description="Up to three figures, by their titles in the quarter table; left out, the first"
        " three that have a value.",
    )
    base_url: Host = Field(SLACK, description="Scheme and host of Slack; `/api` is added.")


class Told(msgspec.Struct, frozen=True):
    """What a message tells: the totals of a quarter, and those of the one before."""

    quarter: str
    figures: tuple[tuple[str, float, float | None], ...] = ()


def announce(ctx: Context[PublisherSettings], handout: Handout) -> Iterator[Sent | Checkpoint]:
    """Totals of the last quarter that has ended, and a link; nothing where they are as told before.

    It names nobody and no community: the site withholds what is about fewer than five people, and
    what it withholds is left out.
    Source: `chat.postMessage`.
    """
    told = headlines(handout.sheet, ctx.now, ctx.settings.figures)
    cursor = msgspec.json.encode(told).decode()
    if not told.figures or cursor == handout.cursor:
        yield Sent("messages", unchanged=1)
        return
    try:
        ctx.once(Slack).post(
            "chat.postMessage",
            Posted,
            channel=ctx.settings.channel,
            text=message(told, str(ctx.settings.site), again=_quarter(handout) == told.quarter),
            unfurl_links=False,
            unfurl_media=False,
        )
    except ClosedError as error:
        raise AuthError(
            f"{error}; type /invite and the name of the app there, or correct channel under"
            f" [publishers.{ctx.source}.settings] in plugins.toml"
        ) from error
    yield Checkpoint(cursor)
    yield Sent("messages", sent=1)


def headlines(sheet: Sheet, now: datetime, wanted: list[str]) -> Told:
    """The totals over all communities of the last quarter that ended before `now`."""
    running = f"{now.year}Q{(now.month + 2) // 3}"
    totals = {str(row[1]): row for row in sheet.rows if row[0] == row[1]}
    ended = sorted(quarter for quarter in totals if quarter < running)
    if not ended:
        return Told("")
    row = totals[ended[-1]]
    before = totals[ended[-2]] if len(ended) > 1 else (None,) * len(row)
    titles = [title for title, _ in sheet.columns]
    there = {
        titles[at]: (titles[at], row[at], before[at])
        for at in range(_FIXED, len(titles))
        if row[at] is not None
    }
    chosen = [there[title] for title in wanted or there if title in there]
    return msgspec.convert({"quarter": ended[-1], "figures": chosen[:HEADLINES]}, Told)


def _quarter(handout: Handout) -> str | None:
    """The quarter of the last message, if there was one."""
    return msgspec.json.decode(handout.cursor, type=Told).quarter if handout.cursor else None


def message(told: Told, site: str, *, again: bool) -> str:
    """The message, in Slack's markup; `again` when the quarter was told of before."""
    happened = "have changed" if again else "are out"
    lines = [f"*The figures of {told.quarter} {happened}.*"]
    for title, value, before in told.figures:
        lines.append(f"• {escaped(title)}: {_number(value)}{_change(value, before)}")
    return "\n".join([*lines, f"<{site}|See the site>"])


def _number(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) else f"{value:,.1f}"


def _change(value: float, before: float | None) -> str:
    if before is None:
        return ""
    difference = round(value - before, 1)
    sign = "+" if difference > 0 else "\N{MINUS SIGN}" if difference else "±"
    return f" ({sign}{_number(abs(difference))})"
