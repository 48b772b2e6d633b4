"""Which values of plugins.toml are secrets: kept out of all that is told, and not for others."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from pydantic import BaseModel, SecretStr

from cophub.config.environment import Elsewhere, FromEnvironment
from cophub.http import is_secret_name, remember_secret


def remember_secrets(model: type[BaseModel], values: Any, filled: Any) -> None:
    """Let no log, error or kept item show what these settings hold.

    `values` are as the file says, `filled` with those in place that are kept elsewhere.
    """
    for key, value in filled.items():
        if isinstance(value, str) and (_is_secret(model, key) or _is_kept(values.get(key))):
            remember_secret(value)
    _remember_inner(values, filled)


def plain_secrets(
    model: type[BaseModel], values: dict[str, Any]
) -> Iterator[tuple[str | int, ...]]:
    """Where secrets stand as they are, each as a path below the settings.

    By the setting's type; within tables that no model describes, by its name.
    """
    for key, value in values.items():
        if not isinstance(value, str):
            yield from _inner_secrets(value, (key,))
        elif value and _is_secret(model, key) and not _is_named_file(model, key, value):
            yield (key,)


def password_of(address: str) -> str | None:
    """The password within the address of a database."""
    try:
        return urlsplit(address).password
    except ValueError:
        return None


def format_of(field: Any) -> Any:
    """What kind of value a plugin says that a setting takes, where cophub fills something in."""
    extra = field.json_schema_extra
    return extra.get("format") if isinstance(extra, dict) else None


def is_path(field: Any) -> bool:
    return format_of(field) == "path" or "Path" in re.findall(r"\w+", str(field.annotation))


def _is_secret(model: type[BaseModel], key: str) -> bool:
    field = model.model_fields.get(key)
    return is_secret_name(key) or bool(field and SecretStr.__name__ in str(field.annotation))


def _is_kept(value: Any) -> bool:
    """Whether it comes from where only secrets are kept; variables hold other things as well."""
    return isinstance(value, Elsewhere) and not isinstance(value, FromEnvironment)


def _remember_inner(values: Any, filled: Any, *, is_inner: bool = False) -> None:
    """The same for tables within settings, such as another program's configuration.

    There no model says what is a secret: what has the name of one is, and what is kept elsewhere.
    """
    if isinstance(values, list):
        for value, found in zip(values, filled, strict=True):
            _remember_inner(value, found, is_inner=is_inner)
    elif isinstance(values, dict):
        for key, value in values.items():
            found = filled[key]
            if is_inner and isinstance(found, str):
                if isinstance(value, Elsewhere) or is_secret_name(key):
                    remember_secret(found)
            else:
                _remember_inner(value, found, is_inner=True)


def _inner_secrets(value: Any, path: tuple[str | int, ...]) -> Iterator[tuple[str | int, ...]]:
    if isinstance(value, list):
        for place, inner in enumerate(value):
            yield from _inner_secrets(inner, (*path, place))
    elif isinstance(value, dict):
        for key, inner in value.items():
            if isinstance(inner, str) and inner and is_secret_name(key):
                yield (*path, key)
            else:
                yield from _inner_secrets(inner, (*path, key))


def _is_named_file(model: type[BaseModel], key: str, value: str) -> bool:
    """Whether it is the path of a certificate, not what the file would hold: that gives nothing."""
    field = model.model_fields.get(key)
    return field is not None and is_path(field) and "-----BEGIN" not in value


__all__ = ["format_of", "is_path", "password_of", "plain_secrets", "remember_secrets"]
