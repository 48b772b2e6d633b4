"""The public Python names, as their code tells of them: Markdown for python-api.md."""

import re
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from typing import Any

import generate
import griffe

from cophub.records import Record
from cophub.warehouse import tables
from cophub.warehouse.columns import field_kinds

_ORDER = {"class": 0, "function": 1, "attribute": 2}


def names(module: str) -> str:
    """Everything that a module offers, each under a heading of its own: classes first."""
    found = [_found(module, name) for name in import_module(module).__all__]
    told = sorted(found, key=lambda one: (_ORDER[one.kind.value], one.name))
    return "\n\n".join(_told(one) for one in told)


@cache
def _package() -> Any:
    """The code, read and not run; names that a module loads late are found by their imports."""
    return griffe.load("cophub", search_paths=[generate.ROOT], resolve_aliases=True)


def _found(module: str, name: str) -> Any:
    owner = _package()[module.removeprefix("cophub.")] if module != "cophub" else _package()
    found = owner[name]
    try:
        return found.final_target if found.is_alias else found
    except griffe.AliasResolutionError as elsewhere:  # it is another package's
        path = str(elsewhere.alias.target_path).rpartition(".")
        value = f"from {path[0]} import {path[2]}"
        return griffe.Attribute(name, value=value)


def _told(one: Any) -> str:
    """One name: how it is written, what its docstring says, its fields and methods."""
    said = one.docstring.value if one.docstring else ""
    parts = [f"### `{one.name}`"]
    if one.is_function:
        parts += [generate.code(_signature(one), "py"), said]
    elif one.is_attribute:
        parts += [generate.code(_constant(one), "py"), said]
    else:
        parts += [said, *_members(one)]
    return "\n\n".join(part for part in parts if part)


def _constant(one: Any) -> str:
    """How the code writes it; of what is long, only its type."""
    told = str(one.value).replace("'", '"')
    if told.startswith("from "):
        return told
    return f"{one.name} = {told}" if len(told) < 80 else f"{one.name}: {one.annotation}"


def _members(one: Any) -> Iterator[str]:
    """Tables of the fields and of the methods that a class shows."""
    kind = getattr(import_module(one.module.path), one.name)
    if issubclass(kind, Record) and kind is not Record:
        yield _columns(kind)
        return
    shown = [member for member in one.members.values() if not member.name.startswith("_")]
    fields = [member for member in shown if member.is_attribute and member.annotation]
    if fields:
        rows = [_field(member) for member in fields]
        yield generate.table(("field", "type", "default", "what it is"), rows)
    if methods := [member for member in shown if member.is_function]:
        told = [(f"`{_signature(each)}`", _first(each)) for each in methods]
        yield generate.table(("method", "what it gives"), told)


def _field(member: Any) -> tuple[str, ...]:
    kind = f"`{member.annotation}`"
    default = f"`{member.value}`" if member.value else ""
    told = re.sub(r"\s+", " ", member.docstring.value) if member.docstring else ""
    return f"`{member.name}`", kind.replace("'", ""), default, told


def _columns(record: type[Record]) -> str:
    """The fields of a record: what they are is what is said of the columns that they become."""
    columns = tables.VENDOR_TABLES[record.TABLE].columns
    own = sorted(field_kinds(record).items(), key=lambda one: one[0] in ("extra", "digest"))
    rows = [
        (f"`{name}`" + (", key" if name in record.KEY else ""), kind, columns[name].comment)
        for name, kind in own
    ]
    return generate.table(("field", "kind", "what it is"), rows)


def _signature(function: Any) -> str:
    return str(function.signature()).replace("'", "")


def _first(one: Any) -> str:
    return one.docstring.value.split("\n")[0] if one.docstring else ""
