"""How a brief says counts, lengths of time and days in each language, and what it makes of a text.

The English of every text stands in the code; `locale/fr.po` and `locale/es.po` have the others.
What people and vendors wrote stays as it is.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from babel.dates import format_date
from babel.numbers import format_decimal, format_percent

from cophub.identities.privacy import mask_text
from cophub.pipelines.brief.facts import Post
from cophub.pipelines.site.formats import plain
from cophub.pipelines.voices import Voice, capital, voice

_MONDAY = date(2026, 1, 5)
_QUOTED = re.compile(r"^\s*(>|On .{5,200} wrote:|Le .{5,200} a écrit|El .{5,200} escribió)")
_TAGS = re.compile(r"<[^>]{0,2000}>")
# How an export marks whom or what a post mentions, by a number that tells a reader nothing.
_MARKS = re.compile(r"\[\[\w+:\d+\]\]")
_ADDRESSES = re.compile(r"https?://\S+")
_RE = re.compile(r"^((re|aw|sv|fwd?|tr|rv|rép|resp)\s*:\s*)+", re.IGNORECASE)


@dataclass(frozen=True)
class Speech:
    """A brief's language."""

    voice: Voice

    @property
    def language(self) -> str:
        """As in `lang` of a page: en, fr or es."""
        return self.voice.language

    def say(self, text: str, **values: object) -> str:
        """A text of the catalogue with its values."""
        return self.voice.tell(text, **values)

    def count(self, number: int, one: str, many: str, **values: object) -> str:
        """A text in the singular or plural; `{n}` in it is the number."""
        return self.voice.count(number, one, many, **values)

    def span(self, length: timedelta) -> str:
        """'5 hours' up to two days, else '9 days': whole ones that have passed."""
        hours = int(length.total_seconds() // 3600)
        if not hours:
            return self.say("an hour")
        if hours < 48:
            return self.count(hours, "{n} hour", "{n} hours")
        return self.count(hours // 24, "{n} day", "{n} days")

    def on_day(self, at: datetime, zone: ZoneInfo) -> str:
        """'Thursday, 19 Nov'; the year is that of the brief, or the one beside it."""
        return self._date(at, zone, self.say("EEEE, d MMM"))

    def on_date(self, at: datetime, zone: ZoneInfo) -> str:
        """'Thursday, 19 Nov 2026'."""
        return self._date(at, zone, self.say("EEEE, d MMM y"))

    def _date(self, at: datetime, zone: ZoneInfo, pattern: str) -> str:
        return format_date(at.astimezone(zone), pattern, locale=self.voice.locale)

    def weekday(self, number: int) -> str:
        """'Monday' of 0."""
        return format_date(_MONDAY + timedelta(days=number), "EEEE", locale=self.voice.locale)

    def together(self, words: Iterable[str]) -> str:
        """'a', 'a and b', 'a, b and c'."""
        *most, last = list(words) or [""]
        return (
            self.say("{several} and {last}", several=", ".join(most), last=last) if most else last
        )

    def one_decimal(self, value: float) -> str:
        """'1.5'; '2.0'."""
        return format_decimal(value, "#,##0.0", locale=self.voice.locale)

    def percent(self, share: float) -> str:
        """'45%' of 0.45, with what stands before the sign in this language."""
        return format_percent(share, locale=self.voice.locale)


@cache
def speech(language: str) -> Speech:
    """English, French or Spanish: en, fr or es."""
    return Speech(voice(language, __package__ or ""))


def own_words(body: str) -> str:
    """What the author wrote, without quoted lines, signature, markup and addresses of pages."""
    lines = []
    for line in body.splitlines():
        if line.rstrip() == "--" or re.match(r"^\s*(On|Le|El) .{5,200}:\s*$", line):
            break
        if not _QUOTED.match(line):
            lines.append(line)
    return _ADDRESSES.sub(" ", _TAGS.sub(" ", _MARKS.sub(" ", "\n".join(lines))))


def subject(post: Post, speak: Speech, longest: int = 110) -> str:
    """A post's title, else how its text begins; addresses masked."""
    title = _RE.sub("", plain(post.title, longest))
    return title or mask_text(plain(own_words(post.body), 80)) or speak.say("Without a title")


__all__ = ["Speech", "capital", "own_words", "speech", "subject"]
