"""The XML of the answers: rows of attributes and elements, filtered, sorted and cut as asked."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from xml.sax.saxutils import escape, quoteattr
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("America/New_York")
"""Where the site is; the vendor writes its own zone's offset."""
Value = str | int | None


@dataclass(slots=True)
class Row:
    """One item of a listing. Under `date-...` and `...-date` a number is an instant."""

    attributes: dict[str, Value]
    fields: dict[str, Value] = field(default_factory=dict)
    tag: str = "row"

    def value(self, name: str) -> Value:
        """An attribute, or an element."""
        return self.attributes.get(name, self.fields.get(name))


class Refused(Exception):  # noqa: N818 - an answer, not a failure
    """A status that is not ok."""

    def __init__(self, code: str, subcode: str = "", invalid: str = "") -> None:
        super().__init__(code)
        self.code, self.subcode, self.invalid = code, subcode, invalid


def written(instant: int) -> str:
    """An instant as the vendor writes it, with thousandths and its own offset."""
    text = datetime.fromtimestamp(instant, ZONE).isoformat(timespec="milliseconds")
    return text.replace(".000", f".{instant * 7919 % 1000:03}", 1)


def read(text: str) -> float:
    """Seconds since 1970 of an instant that a filter names."""
    found = datetime.fromisoformat(text)
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()


def document(*parts: str) -> bytes:
    """A whole answer with status ok."""
    return _document('<status code="ok"/>', *parts)


def refusal(refused: Refused) -> bytes:
    """A whole answer with another status; HTTP knows nothing of it."""
    more = f' subcode="{refused.subcode}"' if refused.subcode else ""
    if not refused.invalid:
        return _document(f'<status code="{refused.code}"{more}/>')
    name, _, subcode = refused.invalid.partition(":")
    inner = f'<invalid field="{name}" type="id" subcode="{subcode}"/>'
    return _document(f'<status code="{refused.code}"{more}>{inner}</status>')


def _document(*parts: str) -> bytes:
    body = "".join(parts)
    return f'<?xml version="1.0" encoding="utf-8"?>\n<results>{body}</results>'.encode()


def listing(name: str, rows: Sequence[Row]) -> str:
    """A container with its rows; an empty one is an empty element, never an error."""
    return f"<{name}>{''.join(map(element, rows))}</{name}>" if rows else f"<{name}/>"


def element(row: Row) -> str:
    """One row."""
    attributes = "".join(
        f" {name}={quoteattr(_text(name, value))}"
        for name, value in row.attributes.items()
        if value is not None
    )
    inner = "".join(
        f"<{name}>{escape(text)}</{name}>" if (text := _text(name, value)) else f"<{name}/>"
        for name, value in row.fields.items()
        if value is not None
    )
    return f"<{row.tag}{attributes}>{inner}</{row.tag}>"


def _text(name: str, value: Value) -> str:
    if isinstance(value, int) and name.startswith("date-"):
        return written(value)
    return str(value) if value is not None else ""


def chosen(rows: Iterable[Row], asked: dict[str, str], most: int) -> list[Row]:
    """The rows that a request asks for. Raises Refused when they are more than `most`."""
    left = [row for row in rows if all(_passes(row, *one) for one in asked.items())]
    for name, value in reversed(asked.items()):
        if name.startswith("sort"):
            key = name.partition("-")[2]
            left.sort(key=lambda row: _order(row.value(key)), reverse=value == "desc")
    start = int(asked.get("filter-start") or 0)
    rows_asked = asked.get("filter-rows")
    cut = left[start : start + int(rows_asked)] if rows_asked else left[start:]
    if len(cut) > most:
        raise Refused("too-much-data")
    return cut


def _order(value: Value) -> tuple[float, str]:
    text = "" if value is None else str(value)
    return (float(text), "") if text.isdigit() else (float("-inf"), text.casefold())


def _passes(row: Row, name: str, value: str) -> bool:
    if not name.startswith("filter-") or name in ("filter-rows", "filter-start"):
        return True
    rest = name.removeprefix("filter-")
    way, _, key = rest.partition("-")
    if way in ("gt", "gte", "lt", "lte"):
        return _compares(way, row.value(key), value)
    if way == "like":
        return value.casefold() in str(row.value(key) or "").casefold()
    if way == "out":
        return str(row.value(key) or "").casefold() != value.casefold()
    return str(row.value(rest) or "").casefold() == value.casefold()


def _compares(way: str, found: Value, value: str) -> bool:
    if not isinstance(found, int):
        return False
    at, bound = read(written(found)), read(value)
    return {"gt": at > bound, "gte": at >= bound, "lt": at < bound, "lte": at <= bound}[way]
