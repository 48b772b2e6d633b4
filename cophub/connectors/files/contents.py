"""What the cells of a column are, whatever its title says."""

import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from cophub.connectors.mapping.dates import ClockOnlyError, UnclearDateError, read_instant
from cophub.connectors.mapping.values import as_email, as_line, as_minutes, as_number

Cells = list[tuple[int, Any]]
"""The cells of a column that are not empty, each with the number of its row."""
SHARE = 0.8
"""Of the cells of a column so many must be as a field wants them that its title does not name."""
_LETTER = re.compile(r"[^\W\d_]")
_CLOCK = re.compile(r"\b(\d{1,2})\s?[:hH]\s?(\d{2})\b")
_VISIT = timedelta(days=1)
"""Nobody stays longer in a call."""


def share(cells: Cells, tests: Callable[[Any], bool]) -> float:
    """How many of the cells pass, from 0 to 1; 1 where there are none."""
    return sum(tests(cell) for _, cell in cells) / len(cells) if cells else 1.0


def is_there(cell: Any) -> bool:
    """Whether anything is in a cell."""
    return as_line(cell) is not None


def is_email(cell: Any) -> bool:
    """Whether a cell holds an address."""
    try:
        return as_email(cell)[0] is not None
    except ValueError:
        return False


def is_date(cell: Any) -> bool:
    """Whether a cell is a date or a time, also one that may be read in two ways."""
    try:
        return read_instant(cell, ZoneInfo("UTC")) is not None
    except (UnclearDateError, ClockOnlyError):
        return True
    except ValueError as error:
        return "zone" in str(error)


def is_number(cell: Any) -> bool:
    """Whether a cell is a number, also one whose comma may be read in two ways."""
    try:
        return as_number(cell) is not None
    except ValueError as error:
        return "decimal_comma" in str(error)


def is_duration(cell: Any) -> bool:
    """Whether a cell is a duration; any number is one."""
    try:
        return as_minutes(cell) is not None
    except ValueError:
        return False


def is_told_duration(cell: Any) -> bool:
    """Whether a cell is a duration and nothing else, such as `1 h 05`: not a number or a clock."""
    spelled = isinstance(cell, timedelta) or _LETTER.search(as_line(cell) or "") is not None
    return spelled and is_duration(cell)


def is_day(cell: Any) -> bool:
    """Whether a cell is a date and nothing else: not a number, a clock or a duration."""
    return is_date(cell) and not is_number(cell) and not is_duration(cell)


def has_days(cells: Cells) -> bool:
    """Whether a column is one of dates."""
    return bool(cells) and share(cells, is_day) >= SHARE


def _tells_time(cell: Any) -> bool:
    """Whether a cell says what time of day it was."""
    clock = _CLOCK.search(as_line(cell) or "")
    return clock is not None and (int(clock[1]), int(clock[2])) != (0, 0)


def are_stays(came: Cells, left: Cells) -> bool:
    """Whether two columns tell when somebody came and left in one day, not when for years.

    One of them may be empty: then the times of day of the other one decide.
    """
    if share(came + left, _tells_time) < SHARE / 2:
        return False
    ended = dict(left)
    stays = [_between(cell, ended[number]) for number, cell in came if number in ended]
    return sum(stay > _VISIT for stay in stays) * 2 <= len(stays)


def _between(came: Any, left: Any) -> timedelta:
    """From the one to the other; nothing where they cannot be read."""
    zone = ZoneInfo("UTC")
    try:
        began, ended = read_instant(came, zone), read_instant(left, zone)
    except ValueError:
        return timedelta()
    return ended - began if began and ended else timedelta()


def call_columns(free: Mapping[str, Cells], starts: Cells | None = None) -> dict[str, str]:
    """What columns with unknown titles tell of the calls on a sheet of attendance, by field.

    A date that many rows share is when a call began (`starts`, where its title says so), a text
    that changes with it is the call's name, and a duration is how long somebody stayed.
    """
    found: dict[str, str] = {}
    if starts is None:
        for title, cells in free.items():
            if _is_shared(cells) and has_days(cells):
                found["event_starts_at"], starts = title, cells
                break
    for title, cells in free.items():
        if title in found.values() or not cells:
            continue
        if "minutes" not in found and share(cells, is_told_duration) >= SHARE:
            found["minutes"] = title
        elif "event_title" not in found and starts and _goes_with(cells, starts):
            found["event_title"] = title
    return found


def _is_shared(cells: Cells) -> bool:
    return len({as_line(cell) for _, cell in cells}) * 2 <= len(cells)


def _goes_with(cells: Cells, starts: Cells) -> bool:
    """Whether a text is the same wherever the start is, and another one elsewhere at least once."""
    began = {number: as_line(cell) for number, cell in starts}
    names: dict[str | None, set[str | None]] = {}
    for number, cell in cells:
        names.setdefault(began.get(number), set()).add(as_line(cell))
    texts = {text for found in names.values() for text in found}
    one_each = all(len(found) == 1 for found in names.values())
    return len(texts) > 1 and one_each and share(cells, lambda cell: not is_number(cell)) >= SHARE


__all__ = [
    "SHARE", "Cells", "are_stays", "call_columns", "has_days", "is_date", "is_duration",
    "is_email", "is_number", "is_there", "share",
]  # fmt: skip
