"""How a question looks on a terminal: both people side by side, what speaks for and against, keys.

Only colours that stand out on light and dark grounds alike: the ground itself is never set.
"""

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from rich.console import Console, Group, RenderableType
from rich.layout import Layout
from rich.padding import Padding
from rich.progress_bar import ProgressBar
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from cophub.cli.show import clean
from cophub.identities.matching.reasons import Reason
from cophub.identities.matching.words import in_words
from cophub.identities.profile import Side
from cophub.identities.review import Question

KEYS = (
    ("s", "same"), ("d", "different"), ("k", "skip"), ("u", "undo"), ("b", "batch"), ("?", "help"),
    ("q", "quit"),
)  # fmt: skip
HELD_KEYS = (("s", "keep"), ("d", "part"), *KEYS[2:])
"""For two who are held for one person."""
BATCH_KEYS = (
    ("1-9", "same, different, open"), ("a", "all same"), ("Enter", "keep"), ("b", "one by one"),
    ("q", "quit"),
)  # fmt: skip
HELP = (
    ("s", "They are one person: their accounts come or stay together, whatever is found later."),
    ("d", "They are two people: nothing joins them; whoever was held for both is parted."),
    ("k", "Not now: the question stays open for another time."),
    ("u", "Take the last answer back."),
    ("b", "Up to nine questions at once, in one line each; b again leaves it."),
    ("q", "Leave. Every answer is kept the moment it is given; people are brought up to date."),
)
_HELD = "bold yellow"
_BAR = 10
_MOST = 3
"""Values of one kind that are shown of each side, where there is room."""
_FRAME = 6
"""Rows that the heading with its bar and the line of keys take."""


@dataclass(frozen=True)
class Progress:
    """How far one has got."""

    done: int
    worth: int
    gained: int
    parted: int = 0

    def __str__(self) -> str:
        done = f"{self.done:,} of {self.worth:,} worth asking"
        changed = what_changed(self.gained, self.parted)
        return f"{done} · {changed} so far" if changed else done


def what_changed(gained: int, parted: int) -> str:
    """`about 3 accounts gained, 1 parted`; empty where nothing did."""
    if not gained:
        return f"about {_accounts(parted)} parted" if parted else ""
    return f"about {_accounts(gained)} gained" + (f", {parted:,} parted" if parted else "")


def _accounts(count: int) -> str:
    return f"{count:,} account{'' if count == 1 else 's'}"


def question_screen(
    question: Question,
    sides: tuple[Side, Side],
    gain: int,
    progress: Progress,
    message: str = "",
    joins: float | None = None,
    size: tuple[int, int] = (80, 24),
) -> RenderableType:
    """One question, for the whole screen of `size` (columns, rows).

    `joins` is the score that would need no question. A small screen shows fewer values of each
    kind, so that what speaks for and against is there whole.
    """
    body: RenderableType = Text()
    for most, gap in ((_MOST, 1), (2, 1), (2, 0), (1, 0)):
        space = [Text()] * gap
        body = Group(
            _heading(question, gain), Text(), _side_by_side(sides, most), *space,
            _evidence(question, joins),
        )  # fmt: skip
        if _height(body, size[0] - 2) <= size[1] - _FRAME:
            break
    return _framed(body, progress, HELD_KEYS if question.joined else KEYS, message)


def _height(body: RenderableType, width: int) -> int:
    console = Console(width=width, file=io.StringIO())
    return len(console.render_lines(body, console.options))


def batch_screen(
    rows: Sequence[tuple[Question, tuple[Side, Side], bool | None]],
    progress: Progress,
    message: str = "",
) -> RenderableType:
    """Up to nine questions, a line or two each, with the answers that are marked so far."""
    title = Text("Which of these are one person?", "bold")
    if any(question.joined for question, _, _ in rows):
        title.append("  Those marked ", "dim").append("held", _HELD).append(" are today.", "dim")
    parts: list[RenderableType] = [title, Text()]
    for place, (question, (one, other), answer) in enumerate(rows, 1):
        table = Table.grid(padding=(0, 1), expand=True)
        for width, ratio in ((1, None), (9, None), (None, 1), (None, 1), (4, None)):
            table.add_column(width=width, ratio=ratio, no_wrap=True)
        chance = Text(f"{question.probability:.0%}", "dim", justify="right")
        table.add_row(
            Text(str(place), "bold cyan"), _mark(answer, question.joined),
            _in_short(one), _in_short(other), chance,
        )  # fmt: skip
        why = Text(_reasons_in_short(question.reasons), "dim", no_wrap=True, overflow="ellipsis")
        parts += [table, Padding(why, (0, 0, 0, 12))]
    return _framed(Group(*parts), progress, BATCH_KEYS, message)


def help_screen(progress: Progress) -> RenderableType:
    """What the keys do."""
    table = Table.grid(padding=(0, 2))
    table.add_column(justify="right")
    table.add_column()
    for key, words in HELP:
        table.add_row(Text(key, "bold cyan"), words)
    notes = Text(
        "The figures are log-odds: 0 is even, +2.3 ten to one, +4.6 a hundred to one. What is the"
        " same on both sides is green. Addresses are masked; --addresses shows them.",
        "dim",
    )
    return _framed(Group(table, Text(), notes), progress, (("any key", "back"),), "")


def _framed(
    body: RenderableType, progress: Progress, keys: Iterable[tuple[str, str]], message: str
) -> RenderableType:
    top = Table.grid(expand=True)
    top.add_column()
    top.add_column(justify="right")
    top.add_row(Text("People", "bold magenta"), Text(str(progress), "dim"))
    bar = ProgressBar(
        total=max(1, progress.worth), completed=progress.done,
        style="bright_black", complete_style="magenta", finished_style="magenta",
    )  # fmt: skip
    layout = Layout()
    layout.split_column(
        Layout(Padding(Group(top, bar), (0, 1)), size=3),
        Layout(Padding(body, (0, 1))),
        Layout(Padding(Group(Text.from_markup(message), Rule(style="bright_black"), _keys(keys)),
                       (0, 1)), size=3),
    )  # fmt: skip
    return layout


def _keys(keys: Iterable[tuple[str, str]]) -> Text:
    line = Text(no_wrap=True, overflow="ellipsis")
    for key, word in keys:
        if line:
            line.append("   ")
        line.append(key, "bold cyan").append(f" {word}")
    return line


def _heading(question: Question, gain: int) -> RenderableType:
    line = Table.grid(expand=True)
    line.add_column()
    line.add_column(justify="right")
    chance = f"{question.probability:.0%} yes by the data"
    title = Text("Are these one person?", "bold")
    gained = f"{_accounts(gain)} to gain"
    if question.joined:
        title = Text("Held for one person", _HELD).append(": right?", "bold")
        gained = f"a no parts {_accounts(gain)}"
    line.add_row(title, Text(f"{chance} · {gained}", "dim"))
    return line


def _side_by_side(sides: tuple[Side, Side], most: int) -> Table:
    table = Table.grid(padding=(0, 2), expand=True)
    table.add_column(width=12)
    table.add_column(ratio=1)
    table.add_column(ratio=1)
    one, other = sides
    table.add_row("", *(_values(side.names, (), most, "bold", "(no name)") for side in sides))
    for label, mine, theirs in (
        ("address", one.addresses, other.addresses),
        ("organisation", one.organizations, other.organizations),
        ("role", one.job_titles, other.job_titles),
    ):
        if mine or theirs:
            table.add_row(
                Text(label, "dim"), _values(mine, theirs, most), _values(theirs, mine, most)
            )
    if one.places or other.places:
        table.add_row(Text("place", "dim"), _places(one, other, most), _places(other, one, most))
    if one.communities or other.communities:
        table.add_row(Text("communities", "dim"), _line(one, other), _line(other, one))
    several = max(len(one.accounts), len(other.accounts)) > 1
    table.add_row(
        Text("accounts" if several else "account", "dim"),
        *(_values(side.accounts, (), most) for side in sides),
    )
    table.add_row(Text("seen", "dim"), *(Text(_dates(side.since, side.until)) for side in sides))
    return table


def _telling(places: Sequence[str]) -> list[str]:
    """Places without those that others hold: `Senegal` beside `Dakar, Senegal`."""
    return [
        place
        for place in places
        if not any(other != place and other.endswith(f", {place}") for other in places)
    ]


def _places(side: Side, other: Side, most: int) -> Text:
    """Places, a line each; a city or country that the other side has too is green."""
    theirs = {part.casefold() for place in other.places for part in place.split(", ")}
    lines = [
        Text(", ").join(
            Text(clean(part), "green" if part.casefold() in theirs else "")
            for part in place.split(", ")
        )
        for place in _telling(side.places)[:most]
    ]
    return Text("\n").join(lines) if lines else Text("–", "dim")


def _line(side: Side, other: Side) -> Text:
    """Communities one after the other; those that both are in are green."""
    if not side.communities:
        return Text("–", "dim")
    found = Text()
    for place, title in enumerate(side.communities):
        if place:
            found.append(", ", "dim")
        found.append(clean(title), "green" if title in other.communities else "")
    return found


def _values(
    values: Sequence[str], theirs: Sequence[str], most: int, style: str = "", empty: str = "–"
) -> Text:
    """Values, a line each; those that the other side has too are green."""
    if not values:
        return Text(empty, "dim")
    same = {value.casefold() for value in theirs}
    found = Text(overflow="fold")
    for place, value in enumerate(values[:most]):
        if place:
            found.append("\n")
        found.append(clean(value), "green" if value.casefold() in same else style)
    if len(values) > most:
        found.append(f" +{len(values) - most}", "dim")
    return found


def _dates(since: datetime | None, until: datetime | None) -> str:
    begin = f"since {since:%Y-%m}" if since else "–"
    return f"{begin}, gone {until:%Y-%m}" if until else begin


def _evidence(question: Question, joins: float | None) -> Table:
    """Reasons with bars, strongest first: for, then against, then the sum."""
    table = Table.grid(padding=(0, 1), expand=True)
    table.add_column(width=7)
    table.add_column(width=5, justify="right")
    table.add_column(width=_BAR)
    table.add_column(ratio=1)
    ordered = sorted(question.reasons, key=lambda reason: -abs(reason.weight))
    largest = max((abs(reason.weight) for reason in ordered), default=1.0) or 1.0
    for label, tone, chosen in (
        ("for", "green", [r for r in ordered if r.weight >= 0]),
        ("against", "red", [r for r in ordered if r.weight < 0]),
    ):
        for place, reason in enumerate(chosen):
            bar = "█" * max(1, round(_BAR * min(1.0, abs(reason.weight) / largest)))
            table.add_row(
                Text(label if place == 0 else "", "dim"),
                Text(f"{reason.weight:+.1f}", tone),
                Text(bar, tone),
                Text(clean(in_words(reason))),
            )
    needed = f"from {joins:+.4g} on they are joined unasked" if joins is not None else ""
    if question.joined:
        needed = "they were joined unasked"
    elif question.refused:
        needed = "enough by itself, but their other accounts speak against it"
    table.add_row(
        Text("sum", "dim"), Text(f"{question.score:+.1f}", "bold"), "", Text(needed, "dim")
    )
    return table


def _mark(answer: bool | None, joined: bool) -> Text:
    if answer is None:
        return Text("· held", _HELD) if joined else Text("·", "dim")
    if joined:
        return Text("keep", "bold green") if answer else Text("part", "bold red")
    return Text("same", "bold green") if answer else Text("different", "bold red")


def _in_short(side: Side) -> Text:
    found = Text(no_wrap=True, overflow="ellipsis")
    found.append(clean(side.names[0]) if side.names else "(no name)", "bold")
    for more in (side.addresses[:1], side.organizations[:1]):
        for value in more:
            found.append(f"  {clean(value)}")
    return found


def _reasons_in_short(reasons: Sequence[Reason]) -> str:
    ordered = sorted(reasons, key=lambda reason: -abs(reason.weight))
    return " · ".join(f"{clean(in_words(r))} {r.weight:+.1f}" for r in ordered[:3])


__all__ = [
    "HELP",
    "KEYS",
    "Progress",
    "batch_screen",
    "help_screen",
    "question_screen",
    "what_changed",
]
