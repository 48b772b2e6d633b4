"""Domains of communities by region of the world: where members are, and where active people are.

A person is in the region of their country. The cells of a line add up to the people of the domain,
who may be told elsewhere, so of cells that are hidden there are always two, and never two that
leave each other but one number.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace

from sqlalchemy import Connection, text

from cophub.pipelines.site.across import Coverage, Line
from cophub.pipelines.site.audiences import Audience
from cophub.pipelines.site.formats import (
    ABSENT,
    FEW,
    WITHHELD,
    Cell,
    cell,
    few,
    withhold_one_more,
)
from cophub.pipelines.site.overlap import Members, totals_tell_few
from cophub.pipelines.site.regions import REGIONS, UNKNOWN, WIDE_REGIONS, region_of, wide
from cophub.pipelines.site.riddles import BROAD, leaves_one_figure

_COUNTRIES = text("SELECT id, country FROM person WHERE country IS NOT NULL AND kind = 'person'")
Counts = Mapping[str, Mapping[str, Set[str]]]
"""Ids of people, by region, by domain."""


@dataclass
class _Domain:
    """The communities of a domain, and their people."""

    communities: dict[str, Set[str]] = field(default_factory=dict)

    @property
    def people(self) -> set[str]:
        return set().union(*self.communities.values())


def read_regions(connection: Connection) -> dict[str, str]:
    """The region of each person of whom a country is known."""
    return {person: region_of(country) for person, country in connection.execute(_COUNTRIES)}


def coverage(
    domains: Mapping[str, str],
    members: Members,
    active: Members,
    regions: Mapping[str, str],
    audience: Audience,
) -> Coverage:
    """The matrices out of who is where; `regions` has those whose country is known.

    `domains` are those of the communities that may be named, by key of the community. Where few
    people may not be told the regions are wide, so that there are cells to show.
    """
    order = REGIONS
    if not audience.trusted:
        order, regions = WIDE_REGIONS, {person: wide(each) for person, each in regions.items()}
    there = _domains(domains, members)
    doing = _domains(domains, active)
    people = set().union(*(each.people for each in there.values())) if there else set()
    used = {regions.get(person, UNKNOWN) for each in (there, doing)
            for domain in each.values() for person in domain.people}  # fmt: skip
    columns = tuple(each for each in (*order, UNKNOWN) if each in used)
    if not columns or columns == (UNKNOWN,):
        return Coverage()
    lines = {name: _lines(each, columns, regions, audience)
             for name, each in (("members", there), ("active", doing))}  # fmt: skip
    everybody = {name: _everybody(each, lines[name], columns, regions, audience)
                 for name, each in (("members", there), ("active", doing))}  # fmt: skip
    return Coverage(
        regions=columns, members=lines["members"], active=lines["active"],
        all_members=everybody["members"], all_active=everybody["active"],
        countries_known=_known(everybody["members"], columns, len(people)),
    )  # fmt: skip


def _domains(domains: Mapping[str, str], people: Members) -> dict[str, _Domain]:
    found: dict[str, _Domain] = defaultdict(_Domain)
    for community, domain in domains.items():
        found[domain].communities[community] = people.get(community, frozenset())
    named = sorted(found, key=lambda name: (not name, name.casefold()))
    return {name: found[name] for name in named}


def _by_region(
    people: Iterable[str], columns: Sequence[str], regions: Mapping[str, str]
) -> list[int]:
    counts = Counter(regions.get(person, UNKNOWN) for person in people)
    return [counts[region] for region in columns]


def _lines(
    domains: Mapping[str, _Domain],
    columns: Sequence[str],
    regions: Mapping[str, str],
    audience: Audience,
) -> tuple[Line, ...]:
    lines = []
    for name, domain in domains.items():
        people = domain.people
        counts = _by_region(people, columns, regions)
        total = audience.cell(len(people), len(people))
        cells = [audience.cell(count, count) for count in counts]
        if not audience.trusted:
            cells = withhold_line(cells, len(people))
            if total.shown and _union_tells_few(domain.communities):
                total, cells = WITHHELD, _without_sum(cells)
        lines.append(Line(name, tuple(cells), total))
    if audience.trusted:
        return tuple(lines)
    return tuple(_beside_wider(line, domains, lines) for line in lines)


def _beside_wider(line: Line, domains: Mapping[str, _Domain], lines: Iterable[Line]) -> Line:
    """The line, hidden where few more people of a region are in a domain that has all of its own.

    That all of one are in the other is told by what their communities share, or by how many all
    together are.
    """
    people, cells = domains[line.name].people, list(line.cells)
    for wider in lines:
        if wider is not line and people <= domains[wider.name].people:
            cells = [
                WITHHELD if mine.value and theirs.value and few(theirs.value - mine.value) else mine
                for mine, theirs in zip(cells, wider.cells, strict=True)
            ]
    if cells == list(line.cells):
        return line
    return replace(line, cells=tuple(withhold_line(cells, len(people))))


def _union_tells_few(communities: Members) -> bool:
    """Whether how many people there are in all would tell of few who are in several of these."""
    counts = Counter(person for people in communities.values() for person in people)
    several = sum(1 for count in counts.values() if count >= 2)
    return few(several) or totals_tell_few(communities)[0]


def _without_sum(cells: Sequence[Cell]) -> list[Cell]:
    """Cells of a line whose total is hidden: where all were shown, they would add up to it.

    The largest leaves the sum open, if it is no small one itself.
    """
    largest = max((each.value or 0 for each in cells), default=0)
    if any(each.hidden for each in cells):
        return list(cells)
    if largest < BROAD:
        return [WITHHELD if each.value else each for each in cells]
    at = [each.value for each in cells].index(largest)
    return [*cells[:at], WITHHELD, *cells[at + 1 :]]


def withhold_line(cells: Sequence[Cell], total: int) -> list[Cell]:
    """Cells that add up to a `total` which readers may know, without those that it would tell.

    Of a line about few people nothing is shown: that somebody is not in a region neither.
    """
    if few(total):
        return [WITHHELD] * len(cells)
    cells = withhold_one_more(cells)
    while leaves_one_figure(cells, total):
        shown = [place for place, each in enumerate(cells) if each.value]
        if not shown:
            return [WITHHELD if each.hidden else each for each in cells]
        cells[min(shown, key=lambda place: cells[place].value or 0)] = WITHHELD
    return list(cells)


def _everybody(
    domains: Mapping[str, _Domain],
    lines: Sequence[Line],
    columns: Sequence[str],
    regions: Mapping[str, str],
    audience: Audience,
) -> Line:
    """All domains together, a person once."""
    places = Counter(person for each in domains.values() for person in each.people)
    counts = _by_region(places, columns, regions)
    total = audience.cell(len(places), len(places))
    if audience.trusted:
        return Line("", tuple(cell(count, None) for count in counts), total)
    cells = [
        _once(count, [line.cells[at] for line in lines],
              Counter(n for person, n in places.items()
                      if regions.get(person, UNKNOWN) == columns[at]))
        for at, count in enumerate(counts)
    ]  # fmt: skip
    people = {name: domain.people for name, domain in domains.items()}
    cells = withhold_line(cells, len(places))
    # Where nobody is in two domains, the total less those that are shown is the hidden one.
    left = any(line.total.hidden for line in lines) and max(places.values()) == 1
    if total.shown and (left or _union_tells_few(people)):
        total, cells = WITHHELD, _without_sum(cells)
    return Line("", tuple(cells), total)


def _once(count: int, column: Sequence[Cell], in_so_many: Mapping[int, int]) -> Cell:
    """How many people of all domains are in a region, unless its cells tell of few beside it.

    More than those that are shown tell how many a hidden one has at the least. Less one of them
    they tell how many are not in that domain; less the sum of all, how many are in several.
    """
    if few(count):
        return FEW
    several = sum(people for number, people in in_so_many.items() if number >= 2)
    shown = sum(each.value or 0 for each in column)
    bounds = any(each.hidden for each in column) and count > shown
    beside = any(few(count - int(each.value)) for each in column if each.value)
    if bounds or beside or few(several):
        return WITHHELD
    return cell(count, None)


def _known(everybody: Line, columns: Sequence[str], people: int) -> Cell:
    """Of how many members, in per cent, a country is known."""
    unknown = everybody.cells[columns.index(UNKNOWN)] if UNKNOWN in columns else cell(0, None)
    if unknown.value is None or not people or not everybody.total.shown:
        return WITHHELD if people else ABSENT
    return cell(100 * (people - unknown.value) / people, None, "%")
