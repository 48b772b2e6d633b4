"""A list with one thing changed: items twice, or in another order."""

from collections.abc import Callable, Iterator
from functools import partial

from cophub.testing.listings import Rows

Change = Callable[[Rows], Rows]
_SINGLE = 8


def duplications(rows: Rows) -> Iterator[tuple[str, Change]]:
    """Every item twice; then, to find the smallest case, one alone."""
    yield "each item comes twice", lambda found: [row for row in found for _ in range(2)]
    for at in range(min(len(rows), _SINGLE)):
        yield f"item {at + 1} comes twice", partial(_twice, at)


def orders(rows: Rows) -> Iterator[tuple[str, Change]]:
    """All turned round; then two neighbours alone."""
    if len(rows) < 2:
        return
    yield "the items come in the opposite order", lambda found: found[::-1]
    for at in range(min(len(rows) - 1, _SINGLE)):
        yield f"items {at + 1} and {at + 2} change places", partial(_swapped, at)


def _twice(at: int, rows: Rows) -> Rows:
    return rows[: at + 1] + rows[at:]


def _swapped(at: int, rows: Rows) -> Rows:
    return [*rows[:at], rows[at + 1], rows[at], *rows[at + 2 :]]


__all__ = ["Change", "duplications", "orders"]
