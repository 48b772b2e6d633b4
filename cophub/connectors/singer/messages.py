"""What a tap writes: the messages of the Singer specification, a JSON object on each line.

Source: the Singer specification 0.3 and what taps of Meltano's SDK and of PipelineWise add to it.
"""

from dataclasses import dataclass
from typing import Any

import msgspec

from cophub import ConfigError


@dataclass(frozen=True)
class Schema:
    """What the records of a stream are like, before the first of them."""

    stream: str
    properties: dict[str, frozenset[str]]
    """The types that each property may have, as JSON Schema calls them; empty for any."""
    keys: tuple[str, ...] = ()


@dataclass(frozen=True)
class Row:
    """One record of a stream."""

    stream: str
    record: dict[str, Any]


@dataclass(frozen=True)
class State:
    """What the tap wants to be given back, once all that came before is kept."""

    value: Any


@dataclass(frozen=True)
class Version:
    """The table of a stream is now what came with this version; what did not is gone."""

    stream: str
    version: int


@dataclass(frozen=True)
class Noise:
    """A line that is no message, or one that cannot be understood."""

    reason: str
    stream: str = ""


Message = Schema | Row | State | Version | Noise


class _Line(msgspec.Struct):
    type: str
    stream: str = ""
    record: dict[str, Any] | None = None
    schema: dict[str, Any] | None = None
    key_properties: list[str] | None = None
    value: Any = None
    version: int | None = None


_decode = msgspec.json.Decoder(_Line).decode


def read_message(line: bytes, number: int) -> Message | None:
    """The message on a line; None for an empty line and for types that nobody must understand.

    Raises ConfigError for BATCH, which stands for records in files of the tap's own.
    """
    if not line.strip():
        return None
    try:
        found = _decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return Noise(f"line {number} of the tap's output is no Singer message")
    kind = found.type.upper()
    if kind == "BATCH":
        raise ConfigError(
            "the tap sends BATCH messages, which name files in place of records; take"
            ' "batch_config" out of its config'
        )
    if kind == "STATE":
        return State(found.value)
    if kind not in ("RECORD", "SCHEMA", "ACTIVATE_VERSION"):
        return None
    if not found.stream:
        return Noise(f"line {number} of the tap's output is a {kind} that names no stream")
    return _of_a_stream(found, kind, number)


def _of_a_stream(found: _Line, kind: str, number: int) -> Message:
    if kind == "RECORD" and found.record is not None:
        return Row(found.stream, found.record)
    if kind == "SCHEMA" and found.schema is not None:
        properties = found.schema.get("properties")
        shapes = properties if isinstance(properties, dict) else {}
        types = {name: _types(shape) for name, shape in shapes.items()}
        return Schema(found.stream, types, tuple(found.key_properties or ()))
    if kind == "ACTIVATE_VERSION" and found.version is not None:
        return Version(found.stream, found.version)
    return Noise(f"line {number} of the tap's output is a {kind} without its content", found.stream)


def _types(shape: Any) -> frozenset[str]:
    """The types that a property may have; none where the schema leaves it open."""
    if not isinstance(shape, dict):
        return frozenset()
    told = shape.get("type")
    if isinstance(told, str):
        return frozenset([told])
    if isinstance(told, list):
        return frozenset(one for one in told if isinstance(one, str))
    found: set[str] = set()
    for several in (shape.get("anyOf"), shape.get("oneOf")):
        for one in several if isinstance(several, list) else []:
            inner = _types(one)
            if not inner:
                return frozenset()
            found |= inner
    return frozenset(found)


def misfit(value: Any, types: frozenset[str]) -> str:
    """What is wrong with a value by its schema, or nothing. Every property may be null."""
    if value is None or not types or types & _names(value):
        return ""
    wanted = " or ".join(sorted(types - {"null"})) or "null"
    return f"it should be {wanted}, and is {sorted(_names(value))[0]}"


def _names(value: Any) -> frozenset[str]:
    if isinstance(value, bool):
        return frozenset(["boolean"])
    if isinstance(value, int):
        return frozenset(["integer", "number"])
    if isinstance(value, float):
        return frozenset(["integer", "number"] if value.is_integer() else ["number"])
    kinds: dict[type, str] = {str: "string", list: "array", dict: "object"}
    return frozenset([kinds.get(type(value), "null")])
