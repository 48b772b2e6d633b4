"""The page of all measures: a row for each community, for a quarter that has ended or the running.

A page holds so many communities that it stays below 300 kB. Why a figure is missing is said once,
below the table, with a letter beside each cell that it is true of: a number would look like one.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from cophub import Publication
from cophub.pipelines.site.formats import ABSENT, DASH, Cell
from cophub.pipelines.site.model import Community, Quarter, Row, Site
from cophub.pipelines.site.panels import Line, quarter_lines
from cophub.pipelines.site.voices import Voice, capital
from cophub.warehouse.definitions import QUIET_DAYS, REGISTRY

Page = Callable[..., Publication]
"""Renders a template into a file; the third is the name of its place in the menu."""
COMMUNITIES_TO_A_PAGE = 90
FILES = {"ended": "measures", "running": "measures-running"}
COLUMNS: dict[str, tuple[str, tuple[str, ...]]] = {
    "people": ("People", (
        "members", "members_joined", "members_left", "active", "engaged", "retention_percent",
    )),
    "levels": ("Levels of participation", (
        "level_core", "level_active", "level_peripheral", "level_outside", "moved_up",
        "moved_down",
    )),
    "talk": ("What happened", (
        "posts", "threads", "replies", "documents", "first_answer_hours", "answered_percent",
        "days_quiet",
    )),
    "events": ("Events", ("events", "attendees", "seats")),
    "spread": ("Who carries it", (
        "top_tenth_percent", "absence_factor", "gini_active", "gini_members",
    )),
    "channels": ("Channels", ("reached", "reached_by_one")),
    "lists": ("Mailing list", (
        "people", "people_joined", "people_left", "people_as_known", "people_erased",
        "organizations",
    )),
    "letters": ("Newsletters", (
        "emails_sent", "campaigns", "opened_percent", "clicked_percent",
    )),
}  # fmt: skip
"""What stands together in the table: a title, and measures."""
MEASURED = tuple(chain.from_iterable(names for _, names in COLUMNS.values()))
_LABELS = {each.name: capital(each.label) for each in REGISTRY}


@dataclass(frozen=True)
class Compared:
    """A community, or all together, with a cell for each measure."""

    key: str
    title: str
    cells: tuple[tuple[Cell, str], ...]
    """Each with the letter of the reason why there is no figure; empty where it says it itself."""
    quiet_days: int = 0
    """Days since the last activity, where they are so many that the community is quiet."""


def measures_pages(site: Site, voice: Voice, page: Page) -> Iterator[Publication]:
    """The newest quarter that has ended, and the running one, each on as many pages as it needs."""
    chosen = newest(site)
    size = COMMUNITIES_TO_A_PAGE
    parts = [site.communities[at : at + size] for at in range(0, len(site.communities), size)]
    for kind, key in chosen.items():
        files = [file_of(kind, number) for number in range(len(parts) or 1)]
        index = [(file, part[0].title, part[-1].title)
                 for file, part in zip(files, parts, strict=False)]  # fmt: skip
        for file, part in zip(files, parts or [()], strict=True):
            reasons: list[str] = []
            yield page(
                "measures.html.j2", file, "measures", quarter=key, kind=kind, path=file,
                choices=[(file_of(each, 0), other) for each, other in chosen.items()],
                parts=index, columns=columns(site, voice), across=across(site, key, voice),
                rows=[_compared(each, key, reasons, voice) for each in part],
                together=_compared_all(site, key, reasons, voice), reasons=reasons,
            )  # fmt: skip


def file_of(kind: str, number: int) -> str:
    stem = FILES[kind]
    return f"{stem}.html" if number == 0 else f"{stem}-{number + 1}.html"


def newest(site: Site) -> dict[str, str]:
    """The newest quarter that has ended and the running one, by kind, where there are such."""
    ended = next((each.key for each in site.measured if not each.running), None)
    running = next((each.key for each in site.measured if each.running), None)
    found = {"ended": ended, "running": running}
    # The page that the menu leads to is the first one, whichever there is.
    told = {kind: key for kind, key in found.items() if key}
    return told if "ended" in told or not told else {"ended": told["running"]}


def columns(site: Site, voice: Voice) -> list[tuple[str, str, list[tuple[str, str]]]]:
    """The groups of columns: key, title, and measures with their labels."""
    return [
        (key, voice.say(title), [(name, voice.say(_LABELS[name])) for name in names])
        for key, (title, names) in COLUMNS.items()
    ]


def across(site: Site, key: str, voice: Voice) -> tuple[Line, ...]:
    """What is told of all communities together only, up to a quarter."""
    return quarter_lines([each for each in site.across if each.key <= key], voice)


def _compared(community: Community, key: str, reasons: list[str], voice: Voice) -> Compared:
    rows = _rows((*community.quarters, *community.measured), key)
    quiet = rows["days_quiet"].value.value if "days_quiet" in rows else None
    days = int(quiet) if quiet is not None and quiet >= QUIET_DAYS else 0
    cells = tuple(_reasoned(rows.get(name), reasons) for name in MEASURED)
    return Compared(community.key, community.title, cells, days)


def _compared_all(site: Site, key: str, reasons: list[str], voice: Voice) -> Compared:
    rows = _rows((*site.quarters, *site.measured), key)
    return Compared("", "", tuple(_reasoned(rows.get(name), reasons) for name in MEASURED))


def _rows(quarters: Sequence[Quarter], key: str) -> dict[str, Row]:
    return {row.measure: row for each in quarters if each.key == key for row in each.rows}


def _reasoned(row: Row | None, reasons: list[str]) -> tuple[Cell, str]:
    """A cell, and the letter of its reason, which is added where it is new."""
    cell = row.value if row else ABSENT
    if cell.text != DASH:
        return cell, ""
    if cell.note not in reasons:
        reasons.append(cell.note)
    return cell, letter(reasons.index(cell.note) + 1)


def letter(number: int) -> str:
    """'a' of 1, 'z' of 26, 'aa' of 27, as a list counts that is lettered."""
    rest, last = divmod(number - 1, 26)
    return (letter(rest) if rest else "") + chr(ord("a") + last)
