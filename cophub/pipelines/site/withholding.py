"""Which published figures add up to which others, so that hidden ones can be kept hidden.

The communities make up all together, the months of a quarter the quarter, and who joined less who
left the change in people, which is always shown.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from cophub.pipelines.site.formats import ABSENT, Cell
from cophub.pipelines.site.riddles import Place, Sum, withhold
from cophub.pipelines.site.subtracting import DISTINCT, withhold_shares, withhold_together

Cells = dict[str, Cell]
Figures = dict[str, dict[str, Cell]]
"""Cells by kind and month."""
Quarters = dict[str, Cells]
"""Cells of a quarter table by measure, by quarter."""

ADDING_UP = ("seats", "emails_sent", "opened_percent", "clicked_percent", "posts", "threads",
             "replies", "documents", "answered_percent")  # fmt: skip
"""Figures of a quarter whose sum over the communities is told, or whose parts are."""
FLOWS = (("people_joined", "people_left"), ("members_joined", "members_left"))
EXACT = ("seats", "attendance", "posts", "threads", "replies", "documents")
"""Figures that nobody counts but by adding up: of each community, and of each month."""
MONTHS_OF = {
    "people_joined": "joins", "members_joined": "joins", "people_left": "left",
    "members_left": "left", "seats": "attendance", "posts": "posts", "documents": "documents",
    "active": "active", "engaged": "engaged",
}  # fmt: skip
"""Figures of a quarter, and those by month that add up to them, or nearly so."""


def withhold_sums(quarters: Mapping[str, Quarters], months: Mapping[str, Figures]) -> None:
    """Hide what would give a hidden figure away, in the quarter tables and by month.

    Changes the cells of both, which are by community; '' is all together.
    """
    withhold_together(quarters, months)
    cells = _cells(quarters, months)
    for names in _families(cells):
        theirs = {place: cell for place, cell in cells.items() if place[1] in names}
        withhold(theirs, list(_sums(theirs)), _least_seats(cells))
        for (community, name, when), cell in theirs.items():
            if "Q" in when:
                quarters[community][when][name] = cell
            else:
                months[community][name][when] = cell
    for by_quarter in quarters.values():
        withhold_shares(by_quarter)


def _least_seats(cells: Mapping[Place, Cell]) -> dict[Place, float]:
    """Whoever came to anything took a seat."""
    return {
        (community, "seats", when): cell.value
        for (community, name, when), cell in cells.items()
        if name == "attendees" and cell.value is not None
    }


def _cells(quarters: Mapping[str, Quarters], months: Mapping[str, Figures]) -> dict[Place, Cell]:
    by_quarter = {
        (community, measure, quarter): cell
        for community, tables in quarters.items()
        for quarter, cells in tables.items()
        for measure, cell in cells.items()
    }
    by_month = {
        (community, kind, month): cell
        for community, figures in months.items()
        for kind, cells in figures.items()
        for month, cell in cells.items()
    }
    told = by_quarter | by_month
    return {place: cell for place, cell in told.items() if cell.state != "absent"}


def _families(cells: Iterable[Place]) -> list[set[str]]:
    """Figures that one must look at together: the others have no sum in common with them."""
    flows = {"joins", "left"}.union(*FLOWS)
    seats, posts = {"seats", "attendance"}, {"posts", "threads", "replies"}
    rest = {name for _, name, _ in cells} - flows - seats - posts - {"events", "campaigns"}
    return [flows, seats, posts, *({name} for name in sorted(rest))]


def _sums(cells: Mapping[Place, Cell]) -> Iterator[Sum]:
    """Every sum that readers know to hold."""
    across: dict[Place, list[Place]] = defaultdict(list)
    inside: dict[Place, list[Place]] = defaultdict(list)
    for community, name, when in sorted(cells):
        adds_up = name in ADDING_UP or name in DISTINCT or any(name in each for each in FLOWS)
        if community and (adds_up or "Q" not in when):
            across["", name, when].append((community, name, when))
        for measure, by_month in MONTHS_OF.items() if "Q" not in when else ():
            if by_month == name:
                inside[community, measure, quarter_of(when)].append((community, name, when))
        for listed, member in zip(*FLOWS, strict=True):
            if name == listed and (same := (community, member, when)) in cells:
                yield Sum((community, name, when), (same,))  # where all spaces are lists
        for joined, left in FLOWS:
            if name == joined and (gone := (community, left, when)) in cells:
                yield Sum((community, name, when), (gone,))
        if name == "posts" and "Q" in when:
            parts = [(community, each, when) for each in ("threads", "replies")]
            if all(place in cells for place in parts):
                yield Sum((community, name, when), tuple(parts), exact=True)
    for total, line in (*across.items(), *inside.items()):
        if total in cells and (total[1] not in DISTINCT or _tells_least(cells, total, line)):
            yield Sum(total, tuple(line), exact=total[1] in EXACT)


def _tells_least(cells: Mapping[Place, Cell], total: Place, line: Iterable[Place]) -> bool:
    """Whether the total says how many a hidden part must have at the least.

    All together are no more than the sum of the parts, so that whoever is not in those that are
    shown is in one that is hidden.
    """
    together = cells.get(total, ABSENT).value
    shown = sum(value for place in line if (value := cells[place].value) is not None)
    return together is not None and together > shown


def quarter_of(month: str) -> str:
    """'2026-05' -> '2026Q2'."""
    return f"{month[:4]}Q{(int(month[5:]) + 2) // 3}"
