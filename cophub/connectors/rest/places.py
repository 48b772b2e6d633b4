"""Places in an answer: JMESPath expressions, texts with places in braces, and addresses."""

import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any
from urllib.parse import quote

import jmespath
from jmespath.exceptions import JMESPathError

from cophub.connectors.mapping.values import as_text

PARENT = "_parent"
"""What an item of a parent's list, and the path of its request, know their parent by."""
_BRACES = re.compile(r"\{([^{}]+)\}")


@cache
def _compiled(expression: str) -> Any:
    return jmespath.compile(expression)


def checked(expression: str) -> str:
    """The expression. Raises ValueError where it is none of JMESPath."""
    try:
        _compiled(expression)
    except JMESPathError as error:
        # What the library says of the place goes over several lines; the first has the gist.
        gist = str(error).splitlines()[0].rstrip(":")
        raise ValueError(
            f"`{expression}` is no JMESPath ({gist}); write names with a dot between, such as"
            " user.email, and put a name with other signs into double quotes"
        ) from error
    return expression


def found(expression: str, value: Any) -> Any:
    """What is at that place of a value; None where nothing is.

    Raises ValueError where a function of the expression cannot take what it finds.
    """
    try:
        return _compiled(expression).search(value)
    except JMESPathError as error:
        raise ValueError(f"`{expression}`: {str(error).splitlines()[0]}") from error


def places_in(text: str) -> list[str]:
    """What stands in braces in a text."""
    return _BRACES.findall(text)


def filled(template: str, value: Any) -> str | None:
    """A text with what is at its places; None where one of them is empty: no half an address."""
    parts = {place: as_text(found(place, value)) for place in places_in(template)}
    if not all(parts.values()):
        return None
    return _BRACES.sub(lambda match: str(parts[match[1]]), template)


def address(path: str, variables: Mapping[str, Any], parent: Any = None) -> str:
    """The path of a request, its places filled in. Raises ValueError for a parent without one."""

    def put(match: re.Match[str]) -> str:
        name = match[1]
        value = found(name, {PARENT: parent}) if is_parent(name) else variables[name]
        text = as_text(value)
        if not text or text in (".", ".."):
            raise ValueError(f"it has no {name}, so its own list cannot be asked for")
        return quote(text, safe="")

    return _BRACES.sub(put, path)


def params_of(
    params: Mapping[str, Any], variables: Mapping[str, Any], parent: Any = None
) -> dict[str, Any]:
    """Parameters, their places filled in; one that is empty is left out."""

    def of(name: str) -> str:
        value = found(name, {PARENT: parent}) if is_parent(name) else variables[name]
        return as_text(value) or ""

    told = {
        name: _BRACES.sub(lambda match: of(match[1]), value) if isinstance(value, str) else value
        for name, value in params.items()
    }
    return {name: value for name, value in told.items() if value != ""}


def is_parent(place: str) -> bool:
    """Whether a place is one of the parent's."""
    return place.startswith(f"{PARENT}.")


def unknown_places(texts: Iterable[str], known: Iterable[str], parent: bool) -> list[str]:
    """Places of paths or parameters that nothing fills."""
    names = set(known)
    every = [place for text in texts for place in places_in(text)]
    return [one for one in every if one not in names and not (parent and is_parent(one))]


__all__ = ["PARENT", "address", "checked", "filled", "found", "is_parent", "params_of",
           "places_in", "unknown_places"]  # fmt: skip
