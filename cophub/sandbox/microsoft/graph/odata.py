"""What Graph's collections share: `$select`, `$top`, pages by `@odata.nextLink`, `$filter`."""

import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlencode

from cophub.sandbox.microsoft.refusals import Refusal
from cophub.sandbox.microsoft.routes import Call
from cophub.sandbox.timeline import moment

Row = dict[str, Any]
ALWAYS = ("id", "@odata.type", "@removed")


def bad(message: str, code: str = "BadRequest") -> Refusal:
    """400 in Graph's words."""
    return Refusal(400, code, message)


def instant(at: int) -> str:
    """An instant as Graph writes it."""
    return f"{moment(at):%Y-%m-%dT%H:%M:%SZ}"


def pack(state: Any) -> str:
    """An opaque token that holds a state."""
    return urlsafe_b64encode(json.dumps(state).encode()).decode().rstrip("=")


def unpack(token: str) -> Any:
    """What `pack` packed; a token that is none gets a 400."""
    try:
        return json.loads(urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    except ValueError:
        raise bad("The provided page token value is invalid.", "Request_BadRequest") from None


def context(call: Call, what: str) -> Row:
    """The annotation that begins every answer."""
    return {"@odata.context": f"{call.base}/v1.0/$metadata#{what}"}


def link(call: Call, **more: str) -> str:
    """This request's address with some parameters set anew; an underscore stands for `$`."""
    query = dict(call.query) | {name.replace("_", "$", 1): value for name, value in more.items()}
    return f"{call.base}{call.request.path}?{urlencode(query, safe='$', quote_via=quote)}"


def top(call: Call, default: int, most: int) -> int:
    """How many rows a page has; more than `most` is refused, as the vendor does."""
    text = call.query.get("$top", str(default))
    if not text.isdigit() or not 1 <= int(text) <= most:
        raise bad(
            f"Invalid page size specified: '{text}'. Must be between 1 and {most} inclusive.",
            "Request_UnsupportedQuery",
        )
    return int(text)


def page(
    call: Call, what: str, rows: Sequence[tuple[Any, Row]], *, default: int = 100, most: int = 999
) -> Row:
    """A page of rows given with keys in order; the next begins after the last key of this."""
    size, total = top(call, default, most), len(rows)
    if token := call.query.get("$skiptoken"):
        after = unpack(token)
        rows = [(key, row) for key, row in rows if _plain(key) > after]
    shown, rest = rows[:size], rows[size:]
    answer = context(call, what)
    if call.query.get("$count") == "true" and not token:
        answer["@odata.count"] = total
    if rest:
        answer["@odata.nextLink"] = link(call, _skiptoken=pack(shown[-1][0]))
    return answer | {"value": [row for _, row in shown]}


def _plain(key: Any) -> Any:
    return list(key) if isinstance(key, tuple) else key


def wanted(call: Call) -> list[str] | None:
    """The names in `$select`; None for the default ones."""
    names = [name.strip() for name in call.query.get("$select", "").split(",") if name.strip()]
    return names or None


def select(row: Row, names: Iterable[str] | None, default: Iterable[str], kind: str) -> Row:
    """The chosen fields of a row that has all; a name that is no field gets a 400."""
    chosen = list(default if names is None else names)
    for name in chosen:
        if name not in row:
            raise bad(f"Could not find a property named '{name}' on type '{kind}'.")
    return {name: row[name] for name in row if name in chosen or name in ALWAYS}


def expansions(call: Call) -> dict[str, list[str] | None]:
    """What `$expand` names, each with the fields of its own `$select`."""
    found: dict[str, list[str] | None] = {}
    for name, inside in re.findall(r"(\w+)(?:\(([^)]*)\))?", call.query.get("$expand", "")):
        fields = re.search(r"\$select=([\w,]+)", inside)
        found[name] = fields[1].split(",") if fields else None
    return found


MOST_IN = 15
"""Values that `in` takes."""


def passes(row: Mapping[str, Any], text: str) -> bool:
    """Whether a row passes `$filter`: equality, `in`, `startswith`, `any`, joined by and / or."""
    return any(
        all(_one(row, term.strip()) for term in _split(part, "and")) for part in _split(text, "or")
    )


def _split(text: str, word: str) -> list[str]:
    """The parts between a word; in quotes it is no such word."""
    parts = [""]
    for quoted, other in re.findall(r"('(?:[^']|'')*')|([^']+)", text):
        if quoted:
            parts[-1] += quoted
            continue
        first, *more = re.split(rf"\s+{word}\s+", other)
        parts[-1] += first
        parts += more
    return parts


def _one(row: Mapping[str, Any], term: str) -> bool:
    if match := re.fullmatch(r"(\w+) eq (?:'((?:[^']|'')*)'|(true|false|null))", term):
        name, text, word = match.groups()
        value = {"true": True, "false": False, "null": None}[word] if word else text
        return bool(_lower(_of(row, name)) == _lower(value))
    if match := re.fullmatch(r"(\w+) in \(('[^']*'(?:,\s*'[^']*')*)\)", term):
        values = re.findall(r"'([^']*)'", match[2])
        if len(values) > MOST_IN:
            raise bad(f"Too many child clauses specified in search filter expression: {MOST_IN}.")
        return str(_of(row, match[1])).lower() in {value.lower() for value in values}
    if match := re.fullmatch(r"startswith\((\w+),\s*'((?:[^']|'')*)'\)", term, re.IGNORECASE):
        return str(_of(row, match[1]) or "").lower().startswith(match[2].lower())
    if match := re.fullmatch(r"(\w+)/any\((\w+):\s*\2 eq '([^']*)'\)", term):
        return match[3] in (_of(row, match[1]) or ())
    raise bad(f"Unsupported or invalid query filter clause: '{term}'.", "Request_UnsupportedQuery")


def _of(row: Mapping[str, Any], name: str) -> Any:
    if name not in row:
        raise bad(f"Could not find a property named '{name}'.")
    return row[name]


def _lower(value: Any) -> Any:
    return value.replace("''", "'").lower() if isinstance(value, str) else value
