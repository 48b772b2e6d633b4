"""How answers look: tables and colours on a terminal, plain aligned lines elsewhere."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import zip_longest
from typing import Any

import click

from cophub.cli.options import State

COLOURS = {
    "done": "green",
    "ok": "green",
    "fresh": "green",
    "published": "green",
    "unchanged": "green",
    "warning": "yellow",
    "late": "yellow",
    "held": "yellow",
    "busy": "yellow",
    "stopped": "yellow",
    "never ran": "yellow",
    "killed": "yellow",
    "running": "cyan",
    "failed": "red",
}
MARKS = {"green": "✓", "yellow": "!", "red": "✗", "cyan": "…"}


class Styled(str):
    """Text of our own, with colours; any other is data, and its control signs are taken out."""

    __slots__ = ()


def terminal() -> bool:
    """Whether a person sees standard output at once."""
    return sys.stdout.isatty()


def answer_json(value: Any) -> None:
    """The answer as one JSON document."""
    import msgspec

    encoded = msgspec.json.format(msgspec.json.encode(value, enc_hook=str), indent=2)
    click.echo(encoded.decode())


def mark(state: str) -> Styled:
    """A sign in the colour of a state."""
    colour = COLOURS.get(state, "white")
    return Styled(click.style(MARKS.get(colour, "-"), fg=colour))


def coloured(state: str, text: str | None = None) -> Styled:
    """A text (the state itself, unless another is given) in the colour of a state."""
    return Styled(click.style(text or state, fg=COLOURS.get(state)))


def dim(text: str) -> Styled:
    """Text that stands back."""
    return Styled(click.style(text, dim=True))


def bold(text: str) -> Styled:
    """Text that stands out."""
    return Styled(click.style(text, bold=True))


def say(text: str = "") -> None:
    """A line on standard output."""
    click.echo(text)


def size(count: int) -> str:
    """`48 kB`: a number of bytes for a person."""
    for unit, limit in (("B", 1_000), ("kB", 1_000_000), ("MB", 1_000_000_000)):
        if count < limit:
            return f"{count * 1000 / limit:.0f} {unit}"
    return f"{count / 1e9:.1f} GB"


def duration(seconds: float | None) -> str:
    """`2.1 s`, `3 min 20 s`, `1 h 5 min`."""
    if seconds is None:
        return "–"
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    return f"{minutes // 60} h {minutes % 60} min"


def ago(instant: datetime | None, now: datetime) -> str:
    """`2 hours ago`, `in 4 hours`, `never`."""
    if instant is None:
        return "never"
    distance = abs(now - instant)
    if distance < timedelta(seconds=45):
        return "now"
    units = (("day", 86400), ("hour", 3600), ("minute", 60))
    counts = ((unit, int(distance.total_seconds() / length + 0.25)) for unit, length in units)
    unit, count = next(((unit, count) for unit, count in counts if count), ("minute", 1))
    words = f"{count} {unit}{'' if count == 1 else 's'}"
    return f"{words} ago" if instant < now else f"in {words}"


def moment(instant: datetime | None) -> str:
    """`2026-11-22 01:40`, in UTC."""
    return f"{instant.astimezone(UTC):%Y-%m-%d %H:%M}" if instant else "–"


def table(
    columns: Sequence[str],
    rows: Iterable[Sequence[Any]],
    right: Iterable[str] = (),
    wrap: bool = False,
) -> None:
    """A table; columns named in `right` hold numbers. Nothing is cut where a program reads.

    A heading may have several lines; they end just above the rows.

    With `wrap` the last column goes on in further lines on a terminal, instead of being cut.
    """
    found = [[_cell(value) for value in row] for row in rows]
    ends = set(right)
    heads: list[list[str]] = []
    widths = [
        max([*map(_width, name.split("\n")), *(_width(row[place]) for row in found)])
        for place, name in enumerate(columns)
    ]
    if terminal():
        widths = _fitted(widths, columns)
    if terminal() and wrap:
        found = [line for row in found for line in _wrapped(row, widths[-1])]
    for line in zip_longest(*(reversed(name.split("\n")) for name in columns), fillvalue=""):
        heads.insert(
            0, [_placed(part, widths[i], columns[i] in ends) for i, part in enumerate(line)]
        )
    for head in heads:
        say("  " + dim("  ".join(head).rstrip()))
    for row in found:
        cells = [_placed(v, widths[i], columns[i] in ends) for i, v in enumerate(row)]
        say("  " + "  ".join(cells).rstrip())


def _wrapped(row: list[str], width: int) -> Iterator[list[str]]:
    import textwrap

    first, *more = textwrap.wrap(row[-1], max(width, 20)) or [""]
    yield [*row[:-1], first]
    for line in more:
        yield [*[""] * (len(row) - 1), line]


def _cell(value: Any) -> str:
    if value is None:
        return dim("–")
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, int | float):
        return f"{value:,}" if isinstance(value, int) else f"{value:,.1f}"
    if isinstance(value, date):
        return value.isoformat()
    return value if isinstance(value, Styled) else clean(str(value))


def clean(text: str) -> str:
    """A vendor's text on one line, without what would move the cursor or set the colours."""
    return "".join(sign if sign.isprintable() else " " for sign in text)


def _width(text: str) -> int:
    """Columns that a text takes; a Chinese sign takes two."""
    from rich.cells import cell_len

    return cell_len(click.unstyle(text))


def columns_across() -> int:
    """How wide the terminal is; without one, as wide as anybody could want."""
    import shutil

    return shutil.get_terminal_size().columns if terminal() else 10_000


def paragraph(label: str, words: str) -> None:
    """A label and its text, folded under itself on a terminal."""
    import textwrap

    start = f"  {label} "
    width = min(columns_across(), 110)
    if not terminal():
        say(start + words)
        return
    say(textwrap.fill(words, width, initial_indent=start, subsequent_indent=" " * len(start)))


def _fitted(widths: list[int], columns: Sequence[str]) -> list[int]:
    """Widths that fit the terminal: the widest column gives way, down to its heading."""
    free = columns_across() - 2 - 2 * (len(widths) - 1)
    fitted = list(widths)
    while sum(fitted) > free:
        widest = max(range(len(fitted)), key=lambda place: fitted[place])
        heading = max(map(len, columns[widest].split("\n")))
        if fitted[widest] <= max(heading, 8):
            break
        fitted[widest] -= 1
    return fitted


def _placed(text: str, width: int, to_the_right: bool) -> str:
    if _width(text) > width:
        from rich.cells import set_cell_size

        text = set_cell_size(click.unstyle(text), width - 1).rstrip() + "…"
    space = " " * (width - _width(text))
    return space + text if to_the_right else text + space


def finish(state: State, value: Any) -> bool:
    """Answer as JSON when that was asked for; whether it was."""
    if state.json:
        answer_json(value)
    return state.json
