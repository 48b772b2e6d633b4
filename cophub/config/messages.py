"""What is wrong in plugins.toml, in one line for the person who edits it."""

import difflib
import types
import typing
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from pydantic import BaseModel, ValidationError

from cophub.error_codes import UNKNOWN_KEY, VALUE

_WANTED = {
    "string_type": 'text in quotes, such as "text"',
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "list_type": 'a list, such as ["a", "b"]',
    "tuple_type": 'a list, such as ["a", "b"]',
    "set_type": 'a list, such as ["a", "b"]',
    "dict_type": "a table",
    "model_type": "a table",
    "model_attributes_type": "a table",
    "date_type": "a date, such as 2026-01-31",
    "datetime_type": "an instant, such as 2026-01-31T12:00:00Z",
    "url_type": 'an address, such as "https://example.org"',
    "path_type": 'a path in quotes, such as "mail/list.mbox"',
}
_NAMED = {"sources", "pipelines", "communities", "commands", "publishers", "identity_rules"}
"""Tables that hold a table for each name."""
_KINDS = {
    str: "text",
    bool: "true or false",
    int: "a number",
    float: "a number",
    list: "a list",
    dict: "a table",
}


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """` (did you mean "sources"?)`, or nothing when no known word is near."""
    near = difflib.get_close_matches(word.lower(), list(known), n=1, cutoff=0.6)
    return f' (did you mean "{near[0]}"?)' if near else ""


def listed(words: Iterable[str]) -> str:
    """The words one after the other, or `none`."""
    return ", ".join(sorted(words)) or "none"


def place(parts: Sequence[str | int]) -> str:
    """Where in the file: `[sources.newsletter] settings.api_key`."""
    names = [part for part in parts if part != "[key]"]
    depth = 2 if names and names[0] in _NAMED else 1
    if len(names) == 1 and depth == 1:
        return f"[{names[0]}]"
    table = ".".join(str(part) for part in names[:depth])
    key = ""
    for part in names[depth:]:
        key += f"[{part}]" if isinstance(part, int) else f".{part}" if key else str(part)
    return f"[{table}] {key}".rstrip() if table else key


def explain(
    error: ValidationError,
    model: type[BaseModel],
    prefix: tuple[str, ...] = (),
    hide: Callable[[str], str] = lambda text: text,
) -> str:
    """The first mistake as `[table] key: what; next step`, and how many more there are.

    A misspelled key comes first, since it often is why another one is missing. `hide` takes secrets
    out of what a model's own validator said.
    """
    errors = error.errors(include_url=False, include_context=True)
    errors.sort(key=lambda e: e["type"] != "extra_forbidden")
    first = errors[0]
    where = place([*prefix, *first["loc"]])
    line = f"{where}: {hide(_what(dict(first), model))}"
    more = len(errors) - 1
    return f"{line} (and {more} more after it)" if more else line


def code_of(error: ValidationError) -> str:
    """The code of the mistake that `explain` tells."""
    kinds = {one["type"] for one in error.errors(include_url=False, include_context=False)}
    return UNKNOWN_KEY if "extra_forbidden" in kinds else VALUE


def _what(error: dict[str, Any], model: type[BaseModel]) -> str:
    kind, loc = error["type"], error["loc"]
    if kind == "extra_forbidden":
        there = _model_at(model, loc[:-1])
        known = list(there.model_fields)
        word = str(loc[-1])
        if why := getattr(there, "WHY_NOT", {}).get(word):
            return f"{why}; the keys here are {listed(known)}"
        return f"no such key{did_you_mean(word, known)}; the keys here are {listed(known)}"
    if kind == "missing":
        return f"is missing; add {loc[-1]} = ..."
    if wanted := _WANTED.get(kind):
        return f"must be {wanted}, and is {_KINDS.get(type(error['input']), 'something else')}"
    if kind in {"value_error", "assertion_error"}:
        return str(error["ctx"]["error"]).replace("\n", " ")
    message = str(error["msg"]).replace("\n", " ")
    return f"{message[:1].lower()}{message[1:]}; put it right there"


def _model_at(model: type[BaseModel], loc: Sequence[str | int]) -> type[BaseModel]:
    """The model that checks a place inside `model`; the nearest one that can be told."""
    found = model
    for part in loc:
        field = found.model_fields.get(str(part))
        inner = models_in(field.annotation) if field else []
        if len(inner) == 1:
            found = inner[0]
    return found


def models_in(annotation: Any) -> list[type[BaseModel]]:
    """The models that an annotation such as `dict[str, Source] | None` speaks of."""
    if isinstance(annotation, type) and not isinstance(annotation, types.GenericAlias):
        return [annotation] if issubclass(annotation, BaseModel) else []
    return [model for part in typing.get_args(annotation) for model in models_in(part)]
