"""The lists of items in an answer, and the same answer with other items in them.

JSON, JSON lines, XML, CSV, iCalendar and mbox are taken apart; whatever else comes has no items.
"""

import copy
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

Rows = list[Any]
Put = Callable[[Rows], bytes]

_DEEP = 3
_MOST = 4
"""So many listings of one answer are told of: the first at the top, then those inside items."""
_EVENT = re.compile(rb"BEGIN:VEVENT\r?\n.*?END:VEVENT\r?\n", re.DOTALL)
_MAIL = re.compile(rb"^From \S+.*\n", re.MULTILINE)


@dataclass(frozen=True)
class Listing:
    """A list in an answer."""

    place: str
    """Where it is, such as `rows`, or `rows[2].guests`."""
    rows: Rows
    put: Put
    """The whole answer, with these items in place of those."""
    bad: tuple[tuple[str, Any], ...]
    """What may stand in the place of an item and cannot be read, and how that is told."""
    inside: bool = False
    """Whether it is inside an item of another list."""

    def bad_items(self, at: int) -> Iterator[tuple[str, bytes]]:
        """How an item is made unreadable, and the answer with it."""
        for told, item in self.bad:
            yield told, self.put([*self.rows[:at], item, *self.rows[at + 1 :]])
        if isinstance(self.rows[at], dict):
            empty = dict.fromkeys(self.rows[at])
            yield (
                "has null in every field",
                self.put([*self.rows[:at], empty, *self.rows[at + 1 :]]),
            )

    def shown(self, at: int) -> Any:
        """An item as something that can be printed."""
        row = self.rows[at]
        if isinstance(row, bytes):
            return row.decode(errors="replace").strip()
        return row


def listings(content: bytes) -> list[Listing]:
    """The lists of items in an answer, the main ones first."""
    start = content[:200].lstrip(b"\xef\xbb\xbf \r\n\t")
    if start.startswith((b"{", b"[")):
        return _of_json(content)
    if start.startswith(b"BEGIN:VCALENDAR"):
        bad = (("has nothing in it", b"BEGIN:VEVENT\r\nEND:VEVENT\r\n"),)
        return _of_pieces(content, [match.span() for match in _EVENT.finditer(content)], bad)
    if start.startswith(b"From "):
        starts = [match.start() for match in _MAIL.finditer(content)]
        ends = [*starts[1:], len(content)]
        # Whatever comes is a mail: none can be made unreadable.
        return _of_pieces(content, list(zip(starts, ends, strict=True)), ())
    if start.startswith(b"<"):
        return _of_xml(content)
    return _of_table(content)


# --- JSON


def _of_json(content: bytes) -> list[Listing]:
    body = _decoded(content)
    if body is None:
        return _of_lines(content)
    top = list(_lists(body))
    inside = [
        (f"{place}[{at}].{name}", (*path, at, *below))
        for place, path in top
        for at, name, below in _nested(_at(body, path))
    ]
    return [
        _json_listing(body, place, path, inside=number >= len(top))
        for number, (place, path) in enumerate([*top, *inside][:_MOST])
    ]


def _decoded(content: bytes) -> Any:
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None


def _lists(body: Any) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """The lists of objects that lie least deep, by place and path."""
    level: list[tuple[tuple[Any, ...], Any]] = [((), body)]
    for _ in range(_DEEP):
        if found := [path for path, value in level if _is_listing(value)]:
            yield from ((".".join(path), path) for path in found)
            return
        level = [
            ((*path, name), inner)
            for path, value in level
            if isinstance(value, dict)
            for name, inner in value.items()
        ]


def _nested(rows: Rows) -> Iterator[tuple[int, str, tuple[Any, ...]]]:
    """Of each list inside the items its first that holds objects: of which item, and where."""
    seen: set[str] = set()
    for at, row in enumerate(rows):
        for place, path in _lists(row):
            if place not in seen:
                seen.add(place)
                yield at, place, path


def _is_listing(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(row, dict) for row in value)


def _at(body: Any, path: tuple[Any, ...]) -> Any:
    for name in path:
        body = body[name]
    return body


def _json_listing(body: Any, place: str, path: tuple[Any, ...], *, inside: bool) -> Listing:
    def put(rows: Rows) -> bytes:
        if not path:
            return json.dumps(rows).encode()
        other = copy.deepcopy(body)
        _at(other, path[:-1])[path[-1]] = rows
        return json.dumps(other).encode()

    return Listing(place, _at(body, path), put, (("is a text", "no item"),), inside)


# --- Lines, tables, calendars and mail


def _of_lines(content: bytes) -> list[Listing]:
    """JSON, one object a line."""
    lines = content.splitlines(keepends=True)
    if not all(isinstance(_decoded(line), dict) for line in lines):
        return []
    bad = (("is a text", b'"no item"\n'),)
    return [Listing("", [*lines], b"".join, bad)]


def _of_table(content: bytes) -> list[Listing]:
    """A CSV table with a row of titles."""
    head, *rows = content.splitlines(keepends=True) or [b""]
    sign = next((sign for sign in (b",", b";", b"\t") if sign in head), b"")
    if not sign or not rows or b'"' in content or b"\0" in content:
        return []
    if {row.count(sign) for row in rows} != {head.count(sign)}:
        return []  # a text that has a comma in its first line
    bad = (("has ? in every column", sign.join([b"?"] * (head.count(sign) + 1)) + b"\n"),)
    return [Listing("", rows, lambda found: b"".join([head, *found]), bad)]


def _of_pieces(
    content: bytes, spans: list[tuple[int, int]], bad: tuple[tuple[str, bytes], ...]
) -> list[Listing]:
    """Pieces of a text that follow one another, with a head before them and a tail after."""
    if not spans:
        return []
    head, tail = content[: spans[0][0]], content[spans[-1][1] :]
    rows = [content[start:end] for start, end in spans]
    return [Listing("", rows, lambda found: b"".join([head, *found, tail]), bad)]


# --- XML


def _of_xml(content: bytes) -> list[Listing]:
    """The elements of one name that stand beside one another, least deep in the tree."""
    from defusedxml.ElementTree import ParseError, fromstring

    try:
        root = fromstring(content)
    except (ParseError, ValueError):
        return []
    level: list[tuple[tuple[int, ...], Any]] = [((), root)]
    for _ in range(_DEEP):
        found = [(path, name) for path, one in level if (name := _repeated(one))]
        if found:
            return [_xml_listing(root, path, name) for path, name in found[:_MOST]]
        level = [((*path, at), inner) for path, one in level for at, inner in enumerate(one)]
    return []


def _repeated(element: Any) -> str:
    names = [child.tag for child in element]
    return next((name for name in names if names.count(name) > 1), "")


def _xml_listing(root: Any, path: tuple[int, ...], name: str) -> Listing:
    from xml.etree.ElementTree import Element, tostring

    rows = [child for child in _at(root, path) if child.tag == name]
    texts = [tostring(row) for row in rows]

    def put(found: Rows) -> bytes:
        from defusedxml.ElementTree import fromstring

        other = copy.deepcopy(root)
        holder = _at(other, path)
        start = next(at for at, child in enumerate(holder) if child.tag == name)
        rest = [child for child in holder if child.tag != name]
        made = [fromstring(row) for row in found]
        holder[:] = [*rest[:start], *made, *rest[start:]]
        return bytes(tostring(other, encoding="utf-8", xml_declaration=True))

    bad = (("has nothing in it", tostring(Element(name))),)
    return Listing(name.rpartition("}")[2], texts, put, bad)


__all__ = ["Listing", "Rows", "listings"]
