"""The items of a page, and the same page with one thing changed."""

import json
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

Rows = list[Any]
Change = Callable[[Rows], Rows]
_DEEP = 3
_SINGLE = 8


def rows_of(content: bytes) -> list[tuple[str, Rows]]:
    """The lists of objects of a page, by their place in it: those that lie least deep."""
    body = _decoded(content)
    level: list[tuple[str, Any]] = [("", body)]
    for _ in range(_DEEP):
        found = [(place, value) for place, value in level if _is_listing(value)]
        if found:
            return found
        level = [
            (f"{place}.{name}".strip("."), inner)
            for place, value in level
            if isinstance(value, dict)
            for name, inner in value.items()
        ]
    return []


def _decoded(content: bytes) -> Any:
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None


def _is_listing(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(row, dict) for row in value)


def changed(content: bytes, place: str, change: Change) -> bytes:
    """The page with the list at `place` changed."""
    body = json.loads(content)
    if not place:
        return json.dumps(change(body)).encode()
    holder, names = body, place.split(".")
    for name in names[:-1]:
        holder = holder[name]
    holder[names[-1]] = change(holder[names[-1]])
    return json.dumps(body).encode()


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


def bad_items(at: int) -> Iterator[tuple[str, Change]]:
    """One item that cannot be read."""
    yield f"item {at + 1} is a text", lambda found: [*found[:at], "no item", *found[at + 1 :]]
    yield f"item {at + 1} has null in every field", lambda found: [
        *found[:at], dict.fromkeys(found[at]), *found[at + 1 :],
    ]  # fmt: skip


__all__ = ["Change", "Rows", "bad_items", "changed", "duplications", "orders", "rows_of"]
