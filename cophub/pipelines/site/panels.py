"""The measures of a community, grouped for its page: every quarter in columns, one of them chosen.

All quarters stand in the page; the style sheet shows the one whose radio button is chosen and the
one before, so that it needs no script, and where a browser cannot, all of them are shown.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from markupsafe import Markup

from cophub.pipelines.site.definitions import definition_of
from cophub.pipelines.site.formats import ABSENT, DASH, Cell
from cophub.pipelines.site.measured import LEVELS, ChannelReach
from cophub.pipelines.site.model import Community, Quarter, Row, Site, newest_ended
from cophub.pipelines.site.voices import Voice

GROUPS: dict[str, tuple[str, tuple[str, ...]]] = {
    "levels": ("Levels of participation", (
        "level_core", "level_active", "level_peripheral", "level_outside", "moved_up",
        "moved_down",
    )),
    "talk": ("What happened", (
        "posts", "threads", "replies", "documents", "first_answer_hours", "answered_percent",
        "days_quiet",
    )),
    "people": ("Who carries it", (
        "active", "engaged", "retention_percent", "top_tenth_percent", "absence_factor",
        "gini_active", "gini_members",
    )),
    "members": ("Members", ("members", "members_joined", "members_left")),
    "channels": ("Channels", ("reached", "reached_by_one")),
}  # fmt: skip
"""What stands together, by its name: a title, and measures."""
OVERVIEW = ("posts", "answered_percent")
"""What the table of the overview shows of them."""
LEVEL_NAMES = {
    "core": "Core", "active": "Active", "peripheral": "Peripheral", "outside": "Outside",
}  # fmt: skip
_CHOSEN = "font-weight:600;font-size:1.1rem;color:var(--ink)"
WIDTH, HEIGHT = 5, 24
"""Of a bar of a trend with the gap beside it, and of the highest."""


@dataclass(frozen=True)
class Line:
    """A measure in all quarters, newest first."""

    measure: str
    label: str
    cells: tuple[Cell, ...]
    """One more than there are quarters: the one before the oldest."""
    changes: tuple[tuple[Cell, Cell], ...]
    """Since the quarter before: the difference, and that in per cent."""
    notes: tuple[str, ...]
    """Why there is no figure, or what must be known of it."""
    spark: Markup


@dataclass(frozen=True)
class Group:
    """What stands together."""

    key: str
    title: str
    lines: tuple[Line, ...]


def quarter_lines(quarters: Sequence[Quarter], voice: Voice) -> tuple[Line, ...]:
    """A line for each row of the newest quarter's table, quarters newest first."""
    names = [row.measure for row in quarters[0].rows] if quarters else []
    return tuple(line for name in names if (line := _line(name, quarters, voice)))


def groups(community: Community, voice: Voice) -> tuple[Group, ...]:
    """The measures of a community's page; none where nothing was counted."""
    if not community.measured:
        return ()
    return tuple(
        Group(key, voice.say(title), tuple(
            line for name in names if (line := _line(name, community.measured, voice))
        ))
        for key, (title, names) in GROUPS.items()
    )  # fmt: skip


def _line(measure: str, quarters: Sequence[Quarter], voice: Voice) -> Line | None:
    rows = [_row(each, measure) for each in quarters]
    named = next((row for row in rows if row), None)
    if named is None:
        return None
    cells = [row.value if row else ABSENT for row in rows]
    oldest = rows[-1].previous if rows[-1] else ABSENT
    changes = tuple((row.difference, row.percent) if row else (ABSENT, ABSENT) for row in rows)
    notes = tuple(_note(row, voice) for row in rows)
    return Line(
        measure, named.label, (*cells, oldest), changes, notes, spark(cells, quarters, voice)
    )


def _row(quarter: Quarter, measure: str) -> Row | None:
    return next((row for row in quarter.rows if row.measure == measure), None)


def _note(row: Row | None, voice: Voice) -> str:
    if row is None:
        return ""
    if row.value.state == "withheld":
        return voice.say("withheld")  # what that means stands among the definitions
    few = row.value.state == "few" and row.value.text != DASH
    return row.note if row.value.shown else "" if few else row.value.note


def spark(cells: Sequence[Cell], quarters: Sequence[Quarter], voice: Voice) -> Markup:
    """A bar for each quarter, the oldest first; what is hidden leaves its place empty."""
    values = [each.value for each in cells]
    top = max((value for value in values if value is not None), default=0) or 1
    bars = []
    for place, value in enumerate(values):
        height = round(HEIGHT * max(value, 0) / top, 1) if value is not None else 0
        zero = "" if height else " zero"
        x, drawn = WIDTH * (len(values) - 1 - place), height or 1
        bars.append(f'<rect class="b{place}{zero}" x="{x}" y="{HEIGHT - drawn:g}" width="4"'
                    f' height="{drawn:g}"/>')  # fmt: skip
    wide = WIDTH * len(values)
    # Figures and our own words only.
    return Markup(
        '<svg class="spark" viewBox="0 0 {wide} {high}" width="{wide}" height="{high}" role="img"'
        ' aria-label="{text}">{bars}</svg>'
    ).format(
        wide=wide, high=HEIGHT, text=spark_words(cells, quarters, voice),
        bars=Markup("".join(reversed(bars))),  # noqa: S704
    )  # fmt: skip


def spark_words(cells: Sequence[Cell], quarters: Sequence[Quarter], voice: Voice) -> str:
    """What a trend shows: its end and its top."""
    shown = [(cell, each.key) for cell, each in zip(cells, quarters, strict=True) if cell.shown]
    if not shown:
        return voice.say("No quarter has a figure that can be published.")
    top = max(shown, key=lambda pair: pair[0].value or 0)
    return voice.say("{} in {}, at most {} in {}").format(
        shown[0][0].text, voice.quarter(shown[0][1]), top[0].text, voice.quarter(top[1])
    )


def level_bar(quarter: Quarter) -> Markup:
    """The levels as parts of one bar; empty where one of them is not published."""
    cells = {level: quarter.cell(f"level_{level}") for level in LEVELS}
    told = {level: cell for level, cell in cells.items() if cell.state != "absent"}
    total = sum(cell.value or 0 for cell in told.values())
    if not total or not all(cell.shown for cell in told.values()):
        return Markup("")
    parts, at = [], 0.0
    for level, cell in told.items():
        width = round(100 * (cell.value or 0) / total, 2)
        parts.append(f'<rect class="of-{level}" x="{at:g}" width="{width:g}" height="8"/>')
        at += width
    return Markup(  # noqa: S704 - figures only
        '<svg class="levels" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">'
        f"{''.join(parts)}</svg>"
    )


def reach_bar(channel: ChannelReach, widest: float) -> Markup:
    """Whom a channel reaches, and in it whom it alone does."""
    parts = [
        f'<rect class="{name}" width="{100 * cell.value / widest:.1f}" height="8"/>'
        for name, cell in (("of-all", channel.people), ("of-only", channel.only))
        if cell.value and widest
    ]
    return Markup(  # noqa: S704 - figures only
        '<svg class="reach" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">'
        f"{''.join(parts)}</svg>"
    )


def widest(channels: Sequence[ChannelReach]) -> float:
    return max((each.people.value or 0 for each in channels), default=0)


def moves_of(community: Community, quarter: str) -> tuple[str, Mapping[tuple[str, str], Cell]]:
    """Who moved from level to level, and whether that is told, hidden, or not known."""
    moves = community.parts.moves.get(quarter, {})
    if any(cell.hidden for cell in moves.values()):
        return "hidden", moves
    return ("told" if any(cell.value for cell in moves.values()) else "none"), moves


def definition(measure: str) -> str:
    """The name of the definition beside a measure: levels have one together."""
    return "levels" if measure.startswith("level_") else definition_of(measure)


def lately(
    community: Community, measure: str, quarter: str, voice: Voice
) -> tuple[Cell, Markup | str]:
    """A figure of a quarter, and its trend up to then."""
    known = [each for each in (*community.measured, *community.quarters) if each.key <= quarter]
    its = [each for each in known if _row(each, measure)]
    cells = [each.cell(measure) for each in its]
    if not its or its[0].key != quarter:
        return ABSENT, ""
    return cells[0], spark(cells, its, voice) if any(each.shown for each in cells) else ""


def overview(site: Site) -> dict[str, Any]:
    """The measures that the table of the overview shows, of the newest quarter that has ended."""
    ended = newest_ended(site.measured)
    labels = {row.measure: row.label for each in site.measured[:1] for row in each.rows}
    shown = [(name, labels[name]) for name in OVERVIEW if name in labels]
    return {"measured_in": ended and ended.key, "overview_measures": shown}


def filters(voice: Voice) -> dict[str, Callable[..., Any]]:
    """What the templates of measures call."""
    return {
        "definition": definition, "level_bar": level_bar, "moves_of": moves_of,
        "reach_bar": reach_bar, "widest": widest, "lately": partial(lately, voice=voice),
    }  # fmt: skip


def shown(site: Site, community: Community, voice: Voice) -> dict[str, Any]:
    """The values of the measures' sections on a community's page."""
    names = tuple((level, voice.say(LEVEL_NAMES[level])) for level in LEVELS)
    shares = site.together.participation.shares
    return {
        "quarter_lines": quarter_lines(community.quarters, voice),
        "groups": groups(community, voice), "level_names": names,
        "shares": sorted(
            (each for each in shares if each.community == community.key),
            key=lambda each: -(each.people.value or 0),
        ),
    }  # fmt: skip


def choice_style(site: Site) -> Markup:
    """The rules that show one of the quarters, and the one before it, beside the rest."""
    quarters = max((len(each.quarters) for each in site.communities), default=0)
    if not quarters:
        return Markup("")
    places = [f".q{n},.d{n},.m{n}" for n in range(quarters + 1)]
    rules = [f".measures :is({','.join(places)}){{display:none}}"]
    for n in range(quarters):
        chosen = f"main:has(.choice .tab:nth-child({n + 2}) :checked)"
        rules += [
            f"{chosen} .measures :is(.q{n},.q{n + 1},.d{n}){{display:table-cell}}",
            f"{chosen} .measures .m{n}{{display:block}}",
            f"{chosen} td.q{n}{{{_CHOSEN}}}",
            f"{chosen} .b{n}{{fill:var(--c1)}}",
        ]
    return Markup("@supports selector(:has(*)){" + "\n".join(rules) + "}")  # noqa: S704
