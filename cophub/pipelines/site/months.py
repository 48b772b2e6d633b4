"""Figures by month for readers, out of the table `measure_month`."""

from collections import defaultdict
from collections.abc import Iterable

from sqlalchemy import Connection, text

from cophub.pipelines.site.audiences import ONE, Audience
from cophub.pipelines.site.formats import cell
from cophub.pipelines.site.model import Month
from cophub.pipelines.site.withholding import Figures

PEOPLE_KINDS = frozenset({"active", "engaged", "joins", "left"})
"""Kinds of which the people are shown; of all others the acts."""
ZERO = cell(0, None)

_ROWS = text("""
SELECT community, month, kind, acts, people
FROM measure_month
WHERE version = (SELECT max(version) FROM measure_month) AND month <= :current
""")


def read_months(
    connection: Connection, current: str, audience: Audience = ONE
) -> dict[str, Figures]:
    """Every month up to `current` ('2026-03') that has figures, by community ('' is all).

    What sums would give away is still in them: see `withhold_sums`.
    """
    found: dict[str, Figures] = defaultdict(lambda: defaultdict(dict))
    for community, month, kind, acts, people in connection.execute(_ROWS, {"current": current}):
        shown = people if kind in PEOPLE_KINDS else acts
        found[community][kind][month] = audience.cell(shown, people)
    return found


def newest_month(everything: Iterable[Figures]) -> str | None:
    """The last month in which anything happened in any of these communities."""
    happened = (
        month
        for figures in everything
        for months in figures.values()
        for month, each in months.items()
        if each.value or not each.shown
    )
    return max(happened, default=None)


def timeline(figures: Figures, last: str | None, length: int) -> tuple[Month, ...]:
    """Up to `length` months ending with `last`, oldest first, from the first that has figures.

    A kind that was seen before and has no row in a month did not happen then: 0. Before a kind was
    first seen nothing is known of it, and it stays absent.
    """
    firsts = {kind: min(months) for kind, months in figures.items() if months}
    if last is None or not firsts:
        return ()
    first = max(min(firsts.values()), shift(last, 1 - length))
    return tuple(
        Month(key, {
            kind: figures[kind].get(key, ZERO) for kind, since in firsts.items() if since <= key
        })
        for key in span(first, last)
    )  # fmt: skip


def shift(month: str, by: int) -> str:
    """'2026-01', -1 -> '2025-12'."""
    count = int(month[:4]) * 12 + int(month[5:]) - 1 + by
    return f"{count // 12:04}-{count % 12 + 1:02}"


def span(first: str, last: str) -> list[str]:
    """Every month from `first` to `last`, both included."""
    months = []
    while first <= last:
        months.append(first)
        first = shift(first, 1)
    return months
