"""Values of records made fit for a column, a whole column at a time.

A column of thousands of values is looked at with a few calls into C (which types are there? is
there a NUL in any of them?) and only touched value by value where that finds something to do. What
comes out is plain on both databases: str, int, float, bool or None; instants and days are text.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from cophub.warehouse.columns import Kind, instant_text
from cophub.warehouse.plain import clean_json, clean_text, is_clean, safe_link

Failures = dict[int, str]
"""What is wrong with the values at these places."""

_NOTHING = type(None)
_MOST = 2**63 - 1  # what a BIGINT holds
_JSON = msgspec.json.Encoder(order="sorted")


@dataclass(frozen=True, slots=True)
class Converted:
    """A column as it will be kept, in the order it was given."""

    values: Sequence[Any]
    failures: Failures
    ragged: bool = False
    """Some records left the field `UNSET`, and it stands so in `values`."""


def convert(kind: Kind, values: Sequence[Any]) -> Converted | None:
    """The values as the column keeps them; None where no record sets the field."""
    types = set(map(type, values))
    if UnsetType in types:
        return _convert_present(kind, values) if len(types) > 1 else None
    swift = _SWIFT[kind](values, types)
    return Converted(swift, {}) if swift is not None else _convert_singly(kind, values)


def _convert_present(kind: Kind, values: Sequence[Any]) -> Converted:
    places = [place for place, value in enumerate(values) if value is not UNSET]
    present = convert(kind, [values[place] for place in places])
    assert present is not None  # noqa: S101 - for the type checker: there is no UNSET among them
    spread = list(values)
    for place, value in zip(places, present.values, strict=True):
        spread[place] = value
    failures = {places[at]: reason for at, reason in present.failures.items()}
    return Converted(spread, failures, ragged=True)


def _convert_singly(kind: Kind, values: Sequence[Any]) -> Converted:
    single = _SINGLE[kind]
    converted: list[Any] = []
    failures: Failures = {}
    for place, value in enumerate(values):
        try:
            converted.append(None if value is None and kind != "key" else single(value))
        except (ValueError, TypeError, OverflowError, RecursionError) as error:
            failures[place] = str(error)
            converted.append(None)
    return Converted(converted, failures)


# The swift ways: the converted column, or None where the values must be taken one by one.


def _swift_text(values: Sequence[Any], types: set[type]) -> Sequence[Any] | None:
    if types == {int}:
        return list(map(str, values))
    if not types <= {str, _NOTHING}:
        return None
    joined = "".join(values if types == {str} else filter(None, values))
    return values if is_clean(joined) else None


def _swift_link(values: Sequence[Any], types: set[type]) -> Sequence[Any] | None:
    swift = _swift_text(values, types) if types <= {str, _NOTHING} else None
    return None if swift is None else [value and safe_link(value) for value in swift]


def _swift_key(values: Sequence[Any], types: set[type]) -> Sequence[Any] | None:
    return _swift_text(values, types) if types in ({str}, {int}) else None


def _swift_instant(values: Sequence[Any], types: set[type]) -> Sequence[Any] | None:
    if not types <= {datetime, str, _NOTHING}:
        return None
    try:
        moments = _parsed(values) if str in types else values
        given = [moment for moment in moments if moment is not None]
        # msgspec writes a column of instants in a tenth of the time that isoformat takes.
        written = _JSON.encode(given).decode()
        if written.count("Z") != len(given):  # some are not in UTC, or in no zone at all
            return [value and _instant(value) for value in values]
    except (ValueError, OverflowError):
        return None
    texts = written[2:-2].replace("T", " ").replace("Z", "").split('","')
    if len(given) == len(values):
        return texts
    remaining = iter(texts)
    return [value and next(remaining) for value in values]


def _parsed(values: Sequence[Any]) -> Sequence[Any]:
    parse = datetime.fromisoformat
    return [parse(value) if isinstance(value, str) else value for value in values]


def _swift_count(values: Sequence[Any], types: set[type]) -> Sequence[Any] | None:
    if not types <= {int, _NOTHING}:
        return None
    numbers = [value for value in values if value is not None]
    in_range = not numbers or (min(numbers) >= -_MOST and max(numbers) <= _MOST)
    return values if in_range else None


def _swift_number(values: Sequence[Any], types: set[type]) -> Sequence[Any] | None:
    if not types <= {float, _NOTHING}:
        return None
    return values if all(value is None or math.isfinite(value) for value in values) else None


def _swift_flag(values: Sequence[Any], types: set[type]) -> Sequence[Any] | None:
    return values if types <= {bool, _NOTHING} else None


def _swift_day(values: Sequence[Any], types: set[type]) -> Sequence[Any] | None:
    return [value.isoformat() for value in values] if types == {date} else None


def _swift_extra(values: Sequence[Any], types: set[type]) -> Sequence[Any] | None:
    if types != {dict}:
        return None
    try:
        lines = json_lines(values)
    except (TypeError, ValueError, OverflowError, RecursionError):
        return None
    return None if any("\\u0000" in line for line in lines) else lines


def json_lines(values: Sequence[Any]) -> list[str]:
    """Each value as JSON text with its keys sorted, so that equal values are equal texts."""
    # Not splitlines: it also splits where a text holds U+0085 or U+2028, which JSON leaves as is.
    return _JSON.encode_lines(values).decode().split("\n")[:-1]


# One value at a time: the converted value, or a ValueError with the reason for a person.


def _text(value: Any) -> str:
    if isinstance(value, str):
        # An enumeration's own __str__ may say something else than the text it is.
        return clean_text(str.__str__(value))
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    raise ValueError(f"expected text, got {_named(value)}")


def _key(value: Any) -> str:
    if value is None:
        raise ValueError("a key cannot be None")
    return _text(value)


def _instant(value: Any) -> str:
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            raise ValueError(f"{value[:40]!r} is not an ISO 8601 instant") from None
    elif not isinstance(value, datetime):
        raise ValueError(f"expected an instant, got {_named(value)}")
    text: str = value.isoformat(" ")
    if text.endswith("+00:00"):
        return text[:-6]
    if value.utcoffset() is None:
        raise ValueError(f"the instant {text} has no zone")
    return instant_text(value)


def _count(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError(f"expected a whole number, got {_named(value)}")
    try:
        number = int(value)
        exact = not isinstance(value, float) or number == value
    except (ValueError, OverflowError):
        exact = False
    if not exact:
        raise ValueError(f"{str(value)[:40]!r} is not a whole number")
    if abs(number) > _MOST:
        raise ValueError("the number is too large")
    return number


def _number(value: Any) -> float:
    if isinstance(value, bool):
        raise ValueError("expected a number, got a bool")
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise ValueError(f"{str(value)[:40]!r} is not a number") from None
    if not math.isfinite(number):
        raise ValueError("the number is not finite")
    return number


def _flag(value: Any) -> bool:
    if isinstance(value, int) and value in (0, 1):
        return bool(value)
    raise ValueError(f"expected true or false, got {_named(value)}")


def _day(value: Any) -> str:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, str):
        try:
            return date.fromisoformat(value).isoformat()
        except ValueError:
            raise ValueError(f"{value[:40]!r} is not a day, such as 2026-03-01") from None
    raise ValueError(f"expected a day, got {_named(value)}")


def _extra(value: Any) -> str:
    if not isinstance(value, dict):
        raise ValueError(f"expected a dict of plain values, got {_named(value)}")
    return _JSON.encode(clean_json(msgspec.to_builtins(value, str_keys=True))).decode()


def _named(value: Any) -> str:
    """The type of a value, with its article; the value itself may be personal."""
    name = type(value).__name__
    return f"{'an' if name[0].lower() in 'aeiou' else 'a'} {name}"


_SWIFT: dict[Kind, Callable[[Sequence[Any], set[type]], Sequence[Any] | None]] = {
    "text": _swift_text,
    "link": _swift_link,
    "key": _swift_key,
    "instant": _swift_instant,
    "day": _swift_day,
    "count": _swift_count,
    "number": _swift_number,
    "flag": _swift_flag,
    "extra": _swift_extra,
}
_SINGLE: dict[Kind, Callable[[Any], Any]] = {
    "text": _text,
    "link": lambda value: safe_link(_text(value)),
    "key": _key,
    "instant": _instant,
    "day": _day,
    "count": _count,
    "number": _number,
    "flag": _flag,
    "extra": _extra,
}
