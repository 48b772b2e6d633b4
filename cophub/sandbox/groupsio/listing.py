"""The vendor's lists: pages by position, so that what is inserted before shifts the rest."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from cophub.sandbox.groupsio.refusals import Refusal

LIMIT, DEFAULT = 100, 10
Thing = TypeVar("Thing")


def page(
    query: dict[str, str],
    things: Sequence[Thing],
    show: Callable[[Thing], Any],
    *,
    sort_field: str = "",
    sort_dir: str = "asc",
) -> dict[str, Any]:
    """The envelope around one page; a limit above 100 is taken for 100, no rows are null."""
    start, limit = number(query, "page_token", 0), number(query, "limit", DEFAULT)
    limit = min(max(limit, 1), LIMIT)
    shown = things[start : start + limit]
    end = start + len(shown)
    more = end < len(things) and bool(shown)
    return {
        "object": "list",
        "total_count": len(things),
        "start_item": start + 1 if shown else 0,
        "end_item": end if shown else 0,
        "has_more": more,
        "next_page_token": end if more else 0,
        "sort_field": sort_field,
        "second_order": "",
        "query": query.get("q", ""),
        "sort_dir": sort_dir,
        "data": [show(thing) for thing in shown] or None,
    }


def ordered(
    query: dict[str, str],
    things: Sequence[Thing],
    fields: dict[str, Callable[[Thing], Any]],
    default: tuple[str, str],
) -> tuple[list[Thing], str, str]:
    """The things by `sort_field` and `sort_dir` of the query, and both."""
    field, direction = query.get("sort_field") or default[0], query.get("sort_dir") or default[1]
    if field not in fields or direction not in ("asc", "desc"):
        raise Refusal("bad_request", f"invalid sort: {field} {direction}")
    return sorted(things, key=fields[field], reverse=direction == "desc"), field, direction


def number(query: dict[str, str], name: str, default: int | None = None) -> int:
    """A whole number of the query."""
    text = query.get(name, "")
    if not text and default is not None:
        return default
    if not text.isascii() or not text.isdigit():
        raise Refusal("bad_request", f"{name} is not a number" if text else f"{name} is required")
    return int(text)
