"""Cells made into the values that fields want: text, keys, numbers, durations, yes and no.

Every function takes a cell as a file or a tap gives it (text, number, bool, date, time, duration,
list or None), gives None for an empty one, and raises ValueError with what is wrong for one that
cannot be read. No message repeats the cell: it may be anybody's personal data.
"""

import re
import unicodedata
from datetime import date, datetime, time, timedelta
from typing import Any

from cophub.connectors.mail.addresses import international_address, plain_address
from cophub.connectors.mapping.words import NOTHING, flag_of

Unit = str
"""What a bare number of a duration counts: seconds, minutes or hours."""
_MINUTES = {"seconds": 1 / 60, "minutes": 1.0, "hours": 60.0}
# Letters, digits, and the vowel signs that some scripts set beside their letters.
_SIGN = r"[\w\u0300-\u036f\u064b-\u065f\u0900-\u0fff-]"
_ADDRESS = re.compile(rf"[^\s@<>()\[\],;:\"|\\]+@(?:{_SIGN}+\.)+[^\W\d_]{_SIGN}*")
_GUARDED = re.compile(r"'(?=[=+\-@])")
_SHORTENED = re.compile(r"\d(?:[.,]\d+)?E\+\d+", re.IGNORECASE)
_ODD_SPACES = str.maketrans(dict.fromkeys("\u00a0\u202f\u2009\u2007", " "))
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:([ '’.,])\d{3})(?:\1\d{3})*")
_CLOCK = re.compile(r"(\d+):(\d{1,2})(?::(\d{1,2})(?:[.,]\d+)?)?")
_SPAN = re.compile(
    r"(\d+(?:[.,]\d+)?)\s*"
    r"(h|hrs?|hours?|heures?|horas?|m|mins?|minutes?|minutos?|s|secs?|seconds?|secondes?|segundos?)"
    r"(?![a-z])[\s,.]*(?:and|et|y|e)?\s*",
    re.IGNORECASE,
)
_PERIOD = re.compile(r"PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.\d+)?S)?", re.IGNORECASE)
_HOURS_THEN = re.compile(r"(\d+)\s*h(?:rs?)?\s*(\d{1,2})", re.IGNORECASE)
PHONE = re.compile(r"(?:tel:)?\+?[\d(][\d\s().*xX/-]{5,}[\d*xX)]")
"""What looks like a telephone number, some of its digits hidden or not."""


def as_text(cell: Any) -> str | None:
    """A cell as text, single-spaced at its edges; numbers that are whole have no `.0`.

    An apostrophe that an exporter put before =, +, - or @ to disarm a formula is taken off. What
    looks like a formula is data.
    """
    if cell is None:
        return None
    if isinstance(cell, str):
        text = unicodedata.normalize("NFC", cell.replace("\x00", "")).strip(" \t\r\n\u00a0\ufeff")
        if text.casefold() in NOTHING:
            return None
        return _GUARDED.sub("", text, count=1) if text.startswith("'") else text
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e18 else repr(cell)
    if isinstance(cell, datetime) and cell.time() == time():
        return cell.date().isoformat()
    if isinstance(cell, datetime | date | time):
        return cell.isoformat()
    if isinstance(cell, list | tuple | set):
        return ", ".join(told for one in cell if (told := as_text(one))) or None
    if isinstance(cell, dict):
        raise ValueError("it is an object with parts: map one of them")
    return str(cell)


def as_line(cell: Any) -> str | None:
    """A cell as one line of text, such as a name."""
    text = as_text(cell)
    return " ".join(text.split()) if text else None


def as_key(cell: Any) -> str | None:
    """A cell as an id. ValueError for one that a spreadsheet has shortened beyond repair."""
    if isinstance(cell, float) and abs(cell) >= 2**53:
        raise ValueError("the id has more digits than a spreadsheet's number keeps: export as text")
    text = as_line(cell)
    if text and _SHORTENED.fullmatch(text):
        raise ValueError(
            "a spreadsheet has shortened the id: export it again, with the column as text"
        )
    return text


def as_email(cell: Any) -> tuple[str | None, tuple[str, ...]]:
    """The first address of a cell in lower case, and the others that stand there too.

    One with a domain beyond ASCII stays as it is written: `ana@bücher.example`.
    """
    text = as_line(cell)
    if not text:
        return None, ()
    # A masked address, or one whose letters were guessed at, is nobody's.
    written = _ADDRESS.findall(text) or [text]
    shown = (plain_address(one) or international_address(one) for one in written)
    found = list(dict.fromkeys(address for address in shown if address))
    if not found:
        raise ValueError("it holds no e-mail address")
    return found[0], tuple(found[1:])


def as_number(cell: Any, decimal_comma: bool | None = None) -> float | None:
    """A number; of a percentage the share, so that 45 % is 0.45.

    ValueError where the comma of 1,234 may set thousands apart or decimals.
    """
    if isinstance(cell, bool):
        raise ValueError("it is no number")
    if isinstance(cell, int | float):
        return float(cell)
    text = as_text(cell)
    if text is None:
        return None
    text = text.translate(_ODD_SPACES).replace("−", "-")
    share = text.endswith("%")
    value = _plain_number(text.rstrip("% "), decimal_comma)
    return value / 100 if share else value


def _plain_number(text: str, decimal_comma: bool | None) -> float:
    if decimal_comma is None:
        if "," in text and "." in text:
            decimal_comma = text.rindex(",") > text.rindex(".")
        elif re.fullmatch(r"[+-]?[1-9]\d{0,2},\d{3}", text):
            raise ValueError("its comma may mean thousands or decimals: set decimal_comma")
        else:
            decimal_comma = text.count(",") == 1
    thousands = "." if decimal_comma else ","
    bare = re.sub(rf"(?<=\d)[ '’{re.escape(thousands)}](?=\d{{3}})", "", text)
    bare = bare.replace(",", ".") if decimal_comma else bare
    if not re.fullmatch(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", bare):
        raise ValueError("it is no number")
    return float(bare)


def as_count(cell: Any, decimal_comma: bool | None = None) -> int | None:
    """A whole number; thousands may be set apart by anything."""
    if isinstance(cell, str):
        text = cell.translate(_ODD_SPACES).strip()
        if _GROUPED.fullmatch(text):
            return int(re.sub(r"[^\d+-]", "", text))
    value = as_number(cell, decimal_comma)
    if value is None:
        return None
    if not value.is_integer() or (isinstance(cell, str) and cell.rstrip().endswith("%")):
        raise ValueError("it is no whole number")
    return int(value)


def as_flag(cell: Any, field: str = "") -> bool | None:
    """Yes or no, also in words of several languages."""
    if isinstance(cell, bool):
        return cell
    text = as_line(cell)
    if text is None:
        return None
    found = flag_of(field, text)
    if found is None:
        raise ValueError("it says neither yes nor no")
    return found


def as_minutes(
    cell: Any, unit: Unit = "minutes", decimal_comma: bool | None = None, *, short: bool = False
) -> float | None:
    """A duration in minutes: `1 h 05 min`, `0:47:00`, `PT47M`, a spreadsheet's time, a number.

    A bare number counts `unit`. `47:10` are hours and minutes, but minutes and seconds where
    `short` says that the column has it so. ValueError for a negative one.
    """
    if cell is None or isinstance(cell, bool):
        if cell is None:
            return None
        raise ValueError("it is no duration")
    if isinstance(cell, timedelta):
        return _not_negative(cell.total_seconds() / 60)
    if isinstance(cell, time):
        return cell.hour * 60 + cell.minute + cell.second / 60
    if isinstance(cell, datetime):
        # More than a day of hours, as a spreadsheet keeps it: counted from its first day.
        if cell.year > 1900:
            raise ValueError("it is a date and no duration")
        return _not_negative((cell - datetime(1899, 12, 31)).total_seconds() / 60)  # noqa: DTZ001
    if isinstance(cell, int | float):
        return _not_negative(float(cell) * _MINUTES[unit])
    text = as_line(cell)
    if text is None:
        return None
    found = _spelled(text.translate(_ODD_SPACES), short)
    if found is None:
        found = _plain_number(text, decimal_comma) * _MINUTES[unit]
    return _not_negative(found)


def _spelled(text: str, short: bool) -> float | None:
    if clock := _CLOCK.fullmatch(text):
        one, two, three = int(clock[1]), int(clock[2]), clock[3]
        if three is None and short:
            return one + two / 60
        return one * 60 + two + int(three or 0) / 60
    if (period := _PERIOD.fullmatch(text)) and len(text) > 2:
        hours, minutes, seconds = (int(part or 0) for part in period.groups())
        return hours * 60 + minutes + seconds / 60
    if then := _HOURS_THEN.fullmatch(text):
        return int(then[1]) * 60 + int(then[2])
    total, at = 0.0, 0
    while found := _SPAN.match(text, at):
        scale = {"h": 60.0, "m": 1.0, "s": 1 / 60}[found[2][0].lower()]
        total += float(found[1].replace(",", ".")) * scale
        at = found.end()
    return total if at and at == len(text) else None


def _not_negative(minutes: float) -> float:
    if minutes < 0:
        raise ValueError("the duration is negative")
    return round(minutes, 4)


def is_short(cell: Any) -> bool:
    """Whether a cell such as `47:10` shows that its column has minutes and seconds.

    It does where it would be more hours than a day has.
    """
    found = _CLOCK.fullmatch(cell.strip()) if isinstance(cell, str) else None
    return found is not None and found[3] is None and int(found[1]) > 23


def unit_of(title: str) -> Unit | None:
    """What the title of a column of durations says that it counts, if it says."""
    words = re.findall(r"[^\W\d_]+", title.casefold())
    for unit, known in (
        ("seconds", ("seconds", "second", "sec", "secs", "secondes", "segundos")),
        ("hours", ("hours", "hour", "hrs", "heures", "horas")),
        ("minutes", ("minutes", "minute", "min", "mins", "minutos")),
    ):
        if any(word in known for word in words):
            return unit
    return None


__all__ = [
    "PHONE", "Unit", "as_count", "as_email", "as_flag", "as_key", "as_line", "as_minutes",
    "as_number", "as_text", "is_short", "unit_of",
]  # fmt: skip
