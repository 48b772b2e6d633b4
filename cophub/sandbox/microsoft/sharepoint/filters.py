"""`$filter` and `$orderby` of list items, and when they are refused.

Above 5,000 rows a filter or sort needs an index, and what an index finds must be no more than that.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from cophub.sandbox.microsoft.sharepoint.asking import ARGUMENT, Ask, invalid, too_many
from cophub.sandbox.microsoft.sharepoint.state import Item, SPList

Test = Callable[[Item], bool]
THRESHOLD = 5_000
_TOKEN = re.compile(
    r"\s*(datetime'[^']*'|guid'[^']*'|'(?:[^']|'')*'|-?\d+(?:\.\d+)?|[A-Za-z_][\w/]*|[(),])"
)
_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "eq": lambda a, b: bool(a == b), "ne": lambda a, b: bool(a != b),
    "gt": lambda a, b: a is not None and bool(a > b),
    "ge": lambda a, b: a is not None and bool(a >= b),
    "lt": lambda a, b: a is not None and bool(a < b),
    "le": lambda a, b: a is not None and bool(a <= b),
}  # fmt: skip


def getter(ask: Ask, of: SPList, name: str) -> tuple[Callable[[Item], Any], bool]:
    """How to read a column of a row for comparing, and whether it has an index."""
    plain: dict[str, Callable[[Item], Any]] = {
        "id": lambda item: item.id, "modified": lambda item: item.modified,
        "created": lambda item: item.created, "authorid": lambda item: item.author,
        "editorid": lambda item: item.editor, "guid": lambda item: item.guid,
        "filesystemobjecttype": lambda item: int(item.folder),
        "fsobjtype": lambda item: int(item.folder), "fileref": lambda item: item.path,
        "fileleafref": lambda item: item.name, "filedirref": lambda item: item.dir,
        "contenttypeid": lambda item: item.content_type, "promotedstate": lambda i: i.promoted,
        "uniqueid": lambda item: item.unique,
    }  # fmt: skip
    low = name.lower()
    column = of.column(name)
    indexed = low == "id" or (column is not None and column.indexed)
    if low in plain:
        return plain[low], indexed
    if low in ("author/id", "editor/id"):
        return plain[low.replace("/", "")], False
    if column is None:
        raise invalid(f'Column "{name}" does not exist. It may have been deleted by another user.')
    inner = column.name
    return (lambda item: item.fields.get(inner)), indexed


class Filter:
    """A `$filter` taken apart; `unindexed` names a column that it needs and that has no index."""

    def __init__(self, ask: Ask, of: SPList, text: str) -> None:
        self.ask, self.of = ask, of
        self.unindexed: str | None = None
        self.by_date = False
        self.ids: set[int] | None = set()
        """The only ids that can pass, when it asks for ids alone and by equality."""
        self._tokens, at = [], 0
        while at < len(text.rstrip()):
            match = _TOKEN.match(text, at)
            if match is None:
                raise self._wrong(text)
            self._tokens.append(match[1])
            at = match.end()
        self._at, self._text = 0, text
        self.test = self._either()
        if self._at < len(self._tokens):
            raise self._wrong(text)

    def _wrong(self, text: str) -> Exception:
        return invalid(f'The expression "{text}" is not valid.', ARGUMENT)

    def _peek(self) -> str:
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def _take(self) -> str:
        self._at += 1
        if self._at > len(self._tokens):
            raise self._wrong(self._text)
        return self._tokens[self._at - 1]

    def _either(self) -> Test:
        tests = [self._both()]
        while self._peek().lower() == "or":
            self._take()
            tests.append(self._both())
        if len(tests) == 1:
            return tests[0]
        return lambda item: any(test(item) for test in tests)

    def _both(self) -> Test:
        tests = [self._one()]
        while self._peek().lower() == "and":
            self._take()
            tests.append(self._one())
        if len(tests) == 1:
            return tests[0]
        return lambda item: all(test(item) for test in tests)

    def _one(self) -> Test:
        word = self._take()
        if word == "(":
            inside = self._either()
            if self._take() != ")":
                raise self._wrong(self._text)
            return inside
        if word.lower() in ("startswith", "substringof"):
            return self._function(word.lower())
        read = self._column(word)
        operator = _OPERATORS.get(self._take().lower())
        if operator is None:
            raise self._wrong(self._text)
        value = self._value(self._take())
        if word.lower() == "id" and operator is _OPERATORS["eq"] and self.ids is not None:
            self.ids.add(int(value))
        else:
            self.ids = None
        return lambda item: operator(read(item), value)

    def _function(self, name: str) -> Test:
        self._take()
        first = self._take()
        self._take()
        second = self._take()
        self._take()
        self.ids = None
        column, text = (first, second) if name == "startswith" else (second, first)
        read, value = self._column(column), str(self._value(text)).lower()
        if name == "startswith":
            return lambda item: str(read(item) or "").lower().startswith(value)
        return lambda item: value in str(read(item) or "").lower()

    def _column(self, name: str) -> Callable[[Item], Any]:
        read, indexed = getter(self.ask, self.of, name)
        if not indexed:
            self.unindexed = name
        column = self.of.column(name)
        self.by_date = self.by_date or (column is not None and column.type == "DateTime")
        return read

    def _value(self, token: str) -> Any:
        low = token.lower()
        if low in ("true", "false", "null"):
            return {"true": True, "false": False, "null": None}[low]
        if low.startswith("datetime'"):
            return _seconds(token[9:-1])
        if low.startswith("guid'"):
            return token[5:-1].lower()
        if token.startswith("'"):
            text = token[1:-1].replace("''", "'")
            # A date may come as plain text, too.
            if self.by_date and re.match(r"\d{4}-\d\d-\d\d", text):
                return _seconds(text)
            return text
        try:
            return float(token) if "." in token else int(token)
        except ValueError:
            raise self._wrong(self._text) from None


def _seconds(text: str) -> int:
    found = datetime.fromisoformat(text)
    return int((found.replace(tzinfo=UTC) if found.tzinfo is None else found).timestamp())


def passing(ask: Ask, of: SPList, text: str) -> list[Item]:
    """The rows that a filter lets through, by id; refused as the vendor refuses it."""
    found = Filter(ask, of, text)
    large = len(of.items) > THRESHOLD
    if large and found.unindexed:
        raise too_many()
    if found.ids:
        some = (of.items.get(one) for one in sorted(found.ids))
        return [item for item in some if item is not None and found.test(item)]
    rows = [item for item in of.items.values() if found.test(item)]
    if large and found.by_date and len(rows) > THRESHOLD:
        raise too_many()
    return rows


def ordered(ask: Ask, of: SPList, rows: list[Item], text: str) -> list[Item]:
    """The rows in the order that is asked for."""
    for term in reversed([each.strip() for each in text.split(",") if each.strip()]):
        name, _, way = term.partition(" ")
        read, indexed = getter(ask, of, name)
        if len(of.items) > THRESHOLD and not indexed:
            raise too_many()
        if name.lower() != "id" or way.strip().lower() == "desc":
            down = way.strip().lower() == "desc"
            rows = sorted(rows, key=lambda i: ((v := read(i)) is not None, v or 0), reverse=down)
    return rows
