"""Numbers, days and names the way people read them, and cells that may be published.

A `Cell` is the only way a figure reaches a page, a chart or a CSV file. It is made from the raw
figure and the number of people behind it, and a cell that hides something does not hold it.
"""

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from cophub.warehouse.definitions import SMALL

FEWEST = SMALL
"""The smallest group of people that a published figure may be about."""

DASH = "–"
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_UNREADABLE = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
"""Characters that show nothing, or turn the text around them: an easy disguise in a title."""

State = Literal["shown", "few", "withheld", "absent"]


@dataclass(frozen=True)
class Cell:
    """A figure ready for readers; `value` is None unless the figure itself may be known."""

    state: State
    value: float | None
    text: str
    note: str = ""

    @property
    def shown(self) -> bool:
        return self.state == "shown"

    @property
    def hidden(self) -> bool:
        """Whether there is a figure that readers may not know."""
        return self.state in ("few", "withheld")

    @property
    def published(self) -> tuple[float | None, str]:
        """The figure, and why there is none."""
        return self.value, "" if self.shown else self.note


ABSENT = Cell("absent", None, DASH, "Nothing that was synced says this.")
FEW = Cell("few", None, f"<{FEWEST}", f"About fewer than {FEWEST} people, so not published.")
WITHHELD = Cell(
    "withheld",
    None,
    DASH,
    f"Withheld, because it would tell a figure about fewer than {FEWEST} people.",
)


def cell(value: float | None, people: float | None, unit: str = "", reason: str = "") -> Cell:
    """The figure as it may be published, `people` being how many it is about (None: not people).

    Zero is about nobody and is shown. Without a value the cell is absent, for `reason`.
    """
    if value is None:
        return Cell("absent", None, DASH, sentence(reason)) if reason else ABSENT
    if people is not None and 0 < people < FEWEST:
        return FEW
    return Cell("shown", value, quantity(value, unit))


def few(count: float) -> bool:
    """Whether it is about somebody, and about fewer than may be told."""
    return 0 < round(count) < FEWEST


def withhold_one_more(cells: Sequence[Cell]) -> list[Cell]:
    """Cells whose sum is published, without the one that subtraction would tell.

    Where exactly one is hidden, the smallest that is shown is hidden beside it. Nothing needs to
    be where all others are zero: the sum is then about the same few people, and hidden itself.
    """
    cells = list(cells)
    hidden = [each for each in cells if each.hidden]
    candidates = [place for place, each in enumerate(cells) if each.value]
    if len(hidden) == 1 and candidates:
        cells[min(candidates, key=lambda place: cells[place].value or 0)] = WITHHELD
    return cells


def number(value: float) -> str:
    """1234.0 -> '1,234'; 0.25 -> '0.3': one decimal, and none where it says nothing."""
    rounded = round(value, 1)
    return f"{rounded:,.0f}" if rounded == int(rounded) else f"{rounded:,.1f}"


def percent(value: float) -> str:
    """27.5 -> '27.5 %', always with one decimal."""
    return f"{value:,.1f} %"


def quantity(value: float, unit: str = "") -> str:
    if unit == "0 to 1":
        return f"{value:.2f}"
    return percent(value) if unit in ("percent", "%") else number(value)


def signed(value: float, unit: str = "") -> str:
    """-3 -> '−3', 3 -> '+3', 0 -> '0'; a change of a percentage is in points."""
    sign = "+" if value > 0 else "−" if value < 0 else ""
    if unit == "points":
        return f"{sign}{abs(value):,.1f} pts"
    return sign + quantity(abs(value), unit)


def day(value: datetime | date | None, zone: ZoneInfo | None = None) -> str:
    """'14 Mar 2026', in `zone` when an instant is given."""
    if value is None:
        return DASH
    if isinstance(value, datetime) and zone is not None:
        value = value.astimezone(zone)
    return f"{value.day} {MONTHS[value.month - 1]} {value.year}"


def instant(value: datetime | None, zone: ZoneInfo) -> str:
    """'14 Mar 2026, 05:30', in `zone`."""
    if value is None:
        return DASH
    return f"{day(value, zone)}, {value.astimezone(zone):%H:%M}"


def month(key: str | None) -> str:
    """'2026-03' -> 'Mar 2026'."""
    if not key:
        return DASH
    return f"{MONTHS[int(key[5:7]) - 1]} {key[:4]}"


def quarter(key: str) -> str:
    """'2026Q3' -> 'Q3 2026'."""
    return f"{key[4:]} {key[:4]}"


def sentence(words: str) -> str:
    """'no source tells' -> 'No source tells.'"""
    words = words.strip()
    return words[:1].upper() + words[1:] + ("" if words.endswith((".", "!", "?")) else ".")


def plain(text: object, longest: int = 160) -> str:
    """A vendor's text as one line of visible characters, cut at a word when it is too long."""
    whole = _UNREADABLE.sub("", str(text or ""))
    kept = "".join(
        " " if unicodedata.category(each) in ("Cc", "Zl", "Zp") else each for each in whole
    )
    line = " ".join(kept.split())
    if len(line) <= longest:
        return line
    return line[:longest].rsplit(" ", 1)[0].rstrip(",;:.") + "…"


def link(url: object) -> str | None:
    """The address when a reader may follow it (http, https, mailto), else None."""
    text = str(url or "").strip()
    if any(ord(each) <= 32 for each in text):
        return None
    try:
        parts = urlsplit(text)
    except ValueError:
        return None
    if parts.scheme in ("http", "https"):
        # A user or password in an address is somebody's own.
        return text if parts.hostname and "@" not in parts.netloc else None
    return text if parts.scheme == "mailto" and "@" in parts.path else None


def contact_link(contact: object) -> str | None:
    """An address to write to: a link as it stands, or `mailto:` before a bare e-mail address."""
    text = str(contact or "").strip()
    return link(text) or (
        link(f"mailto:{text}") if re.fullmatch(r"[^@\s]+@[^@\s]+", text) else None
    )


def slug(key: str) -> str:
    """A community's key as a file name: the key itself where that is safe on every file system."""
    if re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]*(\.[A-Za-z0-9_-]+)*", key):
        return key
    readable = re.sub(r"[^A-Za-z0-9]+", "-", key).strip("-").lower()[:40] or "community"
    return f"{readable}-{hashlib.sha256(key.encode()).hexdigest()[:8]}"
