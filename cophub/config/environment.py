"""`{env = "NAME"}` anywhere in plugins.toml: a value that is kept in the environment."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Missing = Callable[[tuple[str | int, ...], str], Exception]


@dataclass(frozen=True)
class FromEnvironment:
    """Stands for a value until a command needs it."""

    name: str


def marked(value: Any) -> Any:
    """The same values with every `{env = "NAME"}` as a `FromEnvironment`."""
    if isinstance(value, dict):
        if set(value) == {"env"} and isinstance(value["env"], str):
            return FromEnvironment(value["env"])
        return {key: marked(inner) for key, inner in value.items()}
    return [marked(inner) for inner in value] if isinstance(value, list) else value


def resolved(value: Any, missing: Missing, path: tuple[str | int, ...] = ()) -> Any:
    """The values with the environment's in their place.

    Raises `missing(path, name)` for a variable that is not set, or empty.
    """
    if isinstance(value, FromEnvironment):
        if not (found := os.environ.get(value.name)):
            raise missing(path, value.name)
        return found
    if isinstance(value, dict):
        return {key: resolved(inner, missing, (*path, key)) for key, inner in value.items()}
    if isinstance(value, list):
        return [resolved(inner, missing, (*path, place)) for place, inner in enumerate(value)]
    return value
