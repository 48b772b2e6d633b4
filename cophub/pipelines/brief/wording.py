"""How a brief says counts, lengths of time and days, and what it makes of a text."""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from cophub.identities.privacy import mask_text
from cophub.pipelines.brief.facts import Post
from cophub.pipelines.site.formats import day, plain

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_QUOTED = re.compile(r"^\s*(>|On .{5,200} wrote:|Le .{5,200} a écrit|El .{5,200} escribió)")
_TAGS = re.compile(r"<[^>]{0,2000}>")
_ADDRESSES = re.compile(r"https?://\S+")
_RE = re.compile(r"^((re|aw|sv|fwd?|tr|rv|rép|resp)\s*:\s*)+", re.IGNORECASE)


def counted(count: int, one: str, many: str | None = None) -> str:
    """'1 reply', '12 replies'; the plural of most words is the word and an s."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def span(length: timedelta) -> str:
    """'5 hours' up to two days, else '9 days': whole ones that have passed."""
    hours = int(length.total_seconds() // 3600)
    if not hours:
        return "an hour"
    return counted(hours, "hour") if hours < 48 else counted(hours // 24, "day")


def on_day(at: datetime, zone: ZoneInfo) -> str:
    """'Thursday, 19 Nov 2026'."""
    local = at.astimezone(zone)
    return f"{DAYS[local.weekday()]}, {day(local)}"


def together(words: Iterable[str]) -> str:
    """'a', 'a and b', 'a, b and c'."""
    *most, last = list(words) or [""]
    return f"{', '.join(most)} and {last}" if most else last


def own_words(body: str) -> str:
    """What the author wrote, without quoted lines, signature, markup and addresses of pages."""
    lines = []
    for line in body.splitlines():
        if line.rstrip() == "--" or re.match(r"^\s*(On|Le|El) .{5,200}:\s*$", line):
            break
        if not _QUOTED.match(line):
            lines.append(line)
    return _ADDRESSES.sub(" ", _TAGS.sub(" ", "\n".join(lines)))


def subject(post: Post, longest: int = 110) -> str:
    """A post's title, else how its text begins; addresses masked."""
    title = _RE.sub("", plain(post.title, longest))
    return title or mask_text(plain(own_words(post.body), 80)) or "Without a title"


__all__ = ["DAYS", "counted", "on_day", "own_words", "span", "subject", "together"]
