"""How answers look: tables and colours on a terminal, plain aligned lines elsewhere."""

import sys
from collections.abc import Collection, Iterable, Iterator, Sequence
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
FIGURES = "figures and site follow with the next cophub run"
"""What is said where people were brought up to date, and what is counted of them was not."""
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
    keep: Collection[str] = (),
    spare: Sequence[str] = (),
) -> None:
    """A table; columns named in `right` hold numbers. Nothing is cut where a program reads.

    A heading may have several lines; they end just above the rows.

    With `wrap` the last column goes on in further lines on a terminal, instead of being cut. On a
    narrow terminal those named in `keep` are cut last, and to show them whole those named in
    `spare` are left out, the first one first; a line below says which.
    """
    found = [[_cell(value) for value in row] for row in rows]
    left_out: list[str] = []
    if spare and terminal():
        columns, found, left_out = _spared(columns, found, keep, spare)
    ends = set(right)
    heads: list[list[str]] = []
    widths = _widths(columns, found)
    if terminal():
        widths = _fitted(widths, columns, keep)
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
    if left_out:
        say("  " + dim(f"a wider terminal shows also: {', '.join(left_out)}"))


def _widths(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> list[int]:
    """How wide each column would like to be."""
    return [
        max([*map(cells, name.split("\n")), *(cells(row[place]) for row in rows)])
        for place, name in enumerate(columns)
    ]


def _spared(
    columns: Sequence[str], rows: list[list[str]], keep: Collection[str], spare: Sequence[str]
) -> tuple[list[str], list[list[str]], list[str]]:
    """The table without what is left out so that `keep` is shown whole, and what that is."""
    columns, left_out = list(columns), []
    for name in spare:
        widths = _widths(columns, rows)
        fitted = _fitted(widths, columns, keep)
        if all(fitted[at] == widths[at] for at, head in enumerate(columns) if head in keep):
            break
        at = columns.index(name)
        if any(click.unstyle(row[at]) not in ("", "–") for row in rows):
            left_out.append(name)
        columns.pop(at)
        rows = [[*row[:at], *row[at + 1 :]] for row in rows]
    return columns, rows, left_out


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


def cells(text: str) -> int:
    """Columns that a text takes; a Chinese sign takes two."""
    from rich.cells import cell_len

    return cell_len(click.unstyle(text))


def cut(text: str, room: int) -> str:
    """The text in so many columns at most; what is cut off loses its colours and ends with `…`."""
    if cells(text) <= room:
        return text
    from rich.cells import set_cell_size

    return set_cell_size(click.unstyle(text), max(room - 1, 1)).rstrip() + "…"


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


def _fitted(widths: list[int], columns: Sequence[str], keep: Collection[str] = ()) -> list[int]:
    """Widths that fit the terminal: the widest column gives way, down to its heading.

    Those in `keep` give way only when all others are as narrow as they may be.
    """
    free = columns_across() - 2 - 2 * (len(widths) - 1)
    fitted = list(widths)
    floors = [max(8, *map(len, name.split("\n"))) for name in columns]
    others = [at for at, name in enumerate(columns) if name not in keep]
    for giving in (others, range(len(fitted))):
        while sum(fitted) > free:
            widest = max(giving, key=lambda at: fitted[at] - floors[at], default=None)
            if widest is None or fitted[widest] <= floors[widest]:
                break
            fitted[widest] -= 1
    return fitted


def _placed(text: str, width: int, to_the_right: bool) -> str:
    text = cut(text, width)
    space = " " * (width - cells(text))
    return space + text if to_the_right else text + space


def said_of_source(purpose: str | None, lawful_basis: str | None, addresses: str) -> str:
    """`purpose: training; lawful basis: consent; addresses are shown`, as far as it is said."""
    parts = [
        purpose and f"purpose: {purpose}",
        lawful_basis and f"lawful basis: {lawful_basis}",
        addresses == "shown" and "addresses are shown",
    ]
    return "; ".join(part for part in parts if part)


def finish(state: State, value: Any) -> bool:
    """Answer as JSON when that was asked for; whether it was."""
    if state.json:
        answer_json(value)
    return state.json
