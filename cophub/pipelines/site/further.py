"""The pages beside the overview: directory, overlap, brokers, coverage, sources, definitions."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import groupby
from typing import Any

from cophub import Publication
from cophub.pipelines.site.across import Line, Pair, Share
from cophub.pipelines.site.definitions import groups
from cophub.pipelines.site.formats import Cell, percent
from cophub.pipelines.site.map import overlap_map
from cophub.pipelines.site.model import Community, Person, Site
from cophub.pipelines.site.overlap import largest_first
from cophub.pipelines.site.regions import region_name
from cophub.pipelines.site.voices import Voice

Page = Callable[..., Publication]
"""Renders a template into a file; the third is the name of its place in the menu."""

COMMUNITIES_TO_A_PAGE, MATRIX = 120, 40
PAIRS, PEOPLE, BROKERS, DOMAINS, ORGANIZATIONS = 20, 25, 25, 80, 40
"""How many of them a page shows: those that matter most, and no page is larger than 300 kB."""
IN_MANY = 3
"""Who is in so many communities that may be named is named as being in many."""
_STEPS = (10, 25, 50, 75)
"""Per cent up to which each shade of the overlap reaches, but for the last."""


def filters(voice: Voice) -> dict[str, Callable[..., Any]]:
    """What the templates of these pages call."""
    return {
        "region": lambda region: region_name(region, voice.language) if region else "",
        "step": _step,
        "depth": _depth,
        "percent": lambda value: voice.figure(percent(value)),
        "figured": voice.figure,
    }


def further(site: Site, voice: Voice, page: Page) -> Iterator[Publication]:
    """Every page that stands beside the overview, but for that of the people."""
    yield from _directory(site, page)
    yield _overlap(site, voice, page)
    if site.audience.brokers:
        yield page("brokers.html.j2", "brokers.html", "brokers", most=BROKERS)
    yield _coverage(site, voice, page)
    yield page("sources.html.j2", "sources.html", "sources")
    yield page("words.html.j2", "definitions.html", "definitions", groups=groups())


def _directory(site: Site, page: Page) -> Iterator[Publication]:
    size = COMMUNITIES_TO_A_PAGE
    every = site.communities
    parts = [every[at : at + size] for at in range(0, len(every), size)]
    files = ["directory.html", *(f"directory-{n}.html" for n in range(2, len(parts) + 1))]
    index = [
        {"path": path, "first": part[0].title, "last": part[-1].title}
        for path, part in zip(files, parts, strict=False)
    ]
    none: tuple[Community, ...] = ()
    for path, part in zip(files, parts or [none], strict=True):
        yield page("directory.html.j2", path, "directory", communities=part, parts=index, path=path)


def _overlap(site: Site, voice: Voice, page: Page) -> Publication:
    overlap = site.together.overlap
    named = set(largest_first(overlap)[:MATRIX])
    pairs = {
        (a, b): each for each in overlap.pairs for a, b in ((each.a, each.b), (each.b, each.a))
    }
    matrix = [key for key in overlap.order if key in named]
    numbers = {key: number for number, key in enumerate(matrix, 1)}
    return page(
        "overlap.html.j2", "overlap.html", "overlap", pairs=pairs, most=PAIRS, matrix=matrix,
        titles=_titles(site), many=in_many(site), most_people=PEOPLE,
        map=overlap_map(overlap, site.communities, numbers, voice),
    )  # fmt: skip


def in_many(site: Site) -> list[Person]:
    """People of the directory who are in many communities: for facilitators and members."""
    if site.audience.name not in ("members", "facilitators"):
        return []
    found = [
        each for each in site.directory
        if len(each.communities) >= IN_MANY and (each.listed or site.audience.trusted)
    ]  # fmt: skip
    return sorted(found, key=lambda each: -len(each.communities))


def _coverage(site: Site, voice: Voice, page: Page) -> Publication:
    rows = _by_organization(site.together.participation.shares)
    shown = rows[:ORGANIZATIONS]
    count = Counter(key for _, cells in shown for key in cells)
    titles = _titles(site)
    columns = sorted(titles, key=lambda key: -count[key])[:MATRIX]
    return page(
        "coverage.html.j2", "coverage.html", "coverage", coverage=site.together.coverage,
        participation=site.together.participation, organizations=shown, all=len(rows),
        columns=[key for key in titles if key in columns], titles=titles, most=DOMAINS,
        largest=_largest, largest_share=max((_most(cells) for _, cells in shown), default=0),
        steps=partial(_shades, voice=voice),
    )  # fmt: skip


def _by_organization(shares: Iterable[Share]) -> list[tuple[str, dict[str, Cell]]]:
    """Name and people by community; two organisations of one name have a line each."""
    rows: list[tuple[str, dict[str, Cell]]] = []
    for each in shares:
        name, cells = rows[-1] if rows else ("", {})
        if not rows or name != each.organization or each.community in cells:
            cells = {}
            rows.append((each.organization, cells))
        cells[each.community] = each.people
    return rows


def _most(cells: Mapping[str, Cell]) -> float:
    return max(cell.value or 0 for cell in cells.values())


def _titles(site: Site) -> dict[str, str]:
    return {each.key: each.title for each in site.communities}


def _step(pair: Pair) -> int:
    """The shade of a pair, 1 to 5; 0 where its share is hidden."""
    share = pair.containment.value
    return 0 if share is None else 1 + sum(share > step for step in _STEPS)


def _largest(lines: Sequence[Line]) -> float:
    return max((cell.value or 0 for line in lines for cell in line.cells), default=0)


def _depth(cell: Cell, largest: float) -> int:
    """The shade of a figure beside the largest of its matrix, in fifths; 0 where it is none."""
    value = cell.value or 0
    return min(5, 1 + int(5 * (value - 1) / largest)) if value and largest else 0


def _shades(most: float, voice: Voice) -> list[str]:
    """What each shade of a matrix stands for: `1–4`, `5–8`, ..."""
    largest = int(most)
    if largest < 1:
        return []
    by_step = groupby(range(1, largest + 1), lambda n: _depth(Cell("shown", n, ""), largest))
    ends = [(numbers[0], numbers[-1]) for numbers in (list(group) for _, group in by_step)]
    return [
        voice.number(first) if first == last else f"{voice.number(first)}–{voice.number(last)}"
        for first, last in ends
    ]
