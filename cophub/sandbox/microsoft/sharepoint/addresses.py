"""How a path below `_api` is taken apart, and which function answers it.

`web/lists(guid'G')/items(5)/Comments` is looked up as `web/lists()/items()/comments`, and its
arguments are handed on in order. Different spellings of one thing are looked up as one.
"""

import re
from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

from cophub.sandbox.microsoft.refusals import Refusal

Handler = Callable[..., Any]
F = TypeVar("F", bound=Handler)
_HANDLERS: dict[tuple[str, str], tuple[Handler, bool]] = {}


class By(NamedTuple):
    """An argument, and by what it names its thing: id, title, name, path, login, email."""

    how: str
    value: str


_COLLECTIONS: dict[str, tuple[str, str]] = {
    # a function that gives one thing -> (how it is looked up, by what)
    "lists/getbytitle": ("lists", "title"), "lists/getbyid": ("lists", "id"),
    "items/getbyid": ("items", "id"), "items/getbystringid": ("items", "id"),
    "siteusers/getbyid": ("siteusers", "id"), "siteusers/getbyemail": ("siteusers", "email"),
    "siteusers/getbyloginname": ("siteusers", "login"), "sitegroups/getbyid": ("sitegroups", "id"),
    "sitegroups/getbyname": ("sitegroups", "name"), "users/getbyid": ("users", "id"),
    "users/getbyloginname": ("users", "login"), "users/getbyemail": ("users", "email"),
    "fields/getbyid": ("fields", "id"), "fields/getbytitle": ("fields", "title"),
    "fields/getbyinternalnameortitle": ("fields", "title"),
}  # fmt: skip
_SINGLE: dict[str, tuple[str, str]] = {
    "getlist": ("lists", "path"), "getitembyid": ("items", "id"),
    "getuserbyid": ("siteusers", "id"),
    "getfolderbyserverrelativeurl": ("folder", "path"),
    "getfolderbyserverrelativepath": ("folder", "path"), "getfolderbyid": ("folder", "id"),
    "getfilebyserverrelativeurl": ("file", "path"),
    "getfilebyserverrelativepath": ("file", "path"), "getfilebyid": ("file", "id"),
}  # fmt: skip
_GROUPS = {
    "associatedownergroup": "owners", "associatedmembergroup": "members",
    "associatedvisitorgroup": "visitors",
}  # fmt: skip
_IMPLIED = {"siteusers": "login", "lists": "id", "users": "login"}


def rest(method: str, pattern: str, *, write: bool = False) -> Callable[[F], F]:
    """Register a function for a method and a pattern such as `web/lists()/items()`."""

    def keep(function: F) -> F:
        _HANDLERS[method, pattern] = (function, write)
        return function

    return keep


def handler(method: str, pattern: str) -> tuple[Handler, bool]:
    """The function for a request, and whether it writes; raises the vendor's 404 or 405."""
    found = _HANDLERS.get((method, pattern))
    if found is not None:
        return found
    if any(known == pattern for _, known in _HANDLERS):
        message = f"The HTTP method '{method}' cannot be used to access the resource '{pattern}'."
        raise Refusal(405, "-1, Microsoft.SharePoint.Client.InvalidClientQueryException", message)
    last = pattern.rsplit("/", 1)[-1].replace("()", "")
    raise Refusal(
        404,
        "-1, Microsoft.SharePoint.Client.ResourceNotFoundException",
        f"Cannot find resource for the request {last}.",
    )


def segments(path: str) -> list[str]:
    """The parts of a path; a slash within quotes is none."""
    return [part for part in re.findall(r"(?:'(?:[^']|'')*'|[^/'])+", path) if part]


def _arguments(inside: str, query: dict[str, str]) -> dict[str, str]:
    """The arguments in the brackets of a part; `@v` stands for a parameter of the query."""
    found: dict[str, str] = {}
    for number, text in enumerate(re.findall(r"(?:'(?:[^']|'')*'|[^,'])+", inside)):
        match = re.fullmatch(r"\s*(?:(@?\w+)\s*=\s*)?(.*?)\s*", text, re.DOTALL)
        name, value = (match[1], match[2]) if match else (None, text)
        value = query.get(value, value) if value.startswith("@") else value
        quoted = re.fullmatch(r"(?:guid|datetime)?'(.*)'", value, re.DOTALL)
        found[(name or f"#{number}").lower()] = quoted[1].replace("''", "'") if quoted else value
    return found


def taken_apart(path: str, query: dict[str, str]) -> tuple[str, list[Any]]:
    """The pattern of a path, and its arguments: `By` for things, dicts for functions."""
    pattern: list[str] = []
    arguments: list[Any] = []
    for part in segments(path):
        name, bracket, inside = part.partition("(")
        name = name.lower()
        given = _arguments(inside.rstrip()[:-1], query) if bracket and inside.strip() != ")" else {}
        before = pattern[-1] if pattern else ""
        value = next(iter(given.values()), "")
        if name in _GROUPS:
            pattern.append("sitegroups()")
            arguments.append(By("associated", _GROUPS[name]))
        elif f"{before}/{name}" in _COLLECTIONS:
            known, how = _COLLECTIONS[f"{before}/{name}"]
            pattern[-1] = f"{known}()"
            arguments.append(By(how, value))
        elif name in _SINGLE:
            known, how = _SINGLE[name]
            pattern.append(f"{known}()")
            arguments.append(By(how, value))
        elif given and name in _THINGS:
            pattern.append(f"{name}()")
            how = "id" if value.isdigit() else _IMPLIED.get(name, "name")
            arguments.append(By(how, value))
        else:
            pattern.append(f"{name}()" if given else name)
            if given:
                arguments.append(given)
    return "/".join(pattern), arguments


_THINGS = {
    "lists", "items", "siteusers", "sitegroups", "users", "fields", "comments", "replies", "pages",
    "folders", "files",
}  # fmt: skip
