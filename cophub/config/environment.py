"""`{env = "NAME"}` anywhere in plugins.toml: a value that is kept in the environment."""

import os
from collections.abc import Callable, Mapping
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


def resolved(
    value: Any,
    missing: Missing,
    secrets: set[str],
    path: tuple[str | int, ...] = (),
    environment: Mapping[str, str] = os.environ,
) -> Any:
    """The values with the environment's in their place; what came from there is added to `secrets`.

    Raises `missing(path, name)` for a variable that is not set, or empty.
    """
    if isinstance(value, FromEnvironment):
        if not (found := environment.get(value.name)):
            raise missing(path, value.name)
        secrets.add(found)
        return found
    if isinstance(value, dict):
        return {
            key: resolved(inner, missing, secrets, (*path, key), environment)
            for key, inner in value.items()
        }
    if isinstance(value, list):
        return [
            resolved(inner, missing, secrets, (*path, place), environment)
            for place, inner in enumerate(value)
        ]
    return value
