"""SharePoint's three ways to write the same thing: verbose, minimal metadata and none.

Endpoints answer with `Thing` (one entity), `Many` (a collection) or `Plain` (a complex value);
`render` writes them as the caller's Accept header asks.
"""

from dataclasses import dataclass, field
from typing import Any, Literal

import msgspec

from cophub.sandbox.microsoft.routes import Call
from cophub.sandbox.server import Response

Form = Literal["verbose", "minimal", "none"]


@dataclass(slots=True)
class Thing:
    """An entity of a type such as `SP.List`; `uri` is below `/_api/`."""

    data: dict[str, Any]
    type: str
    uri: str = ""
    etag: str | None = None
    links: tuple[str, ...] = ()
    """Navigation properties that verbose answers defer."""


@dataclass(slots=True)
class Many:
    """A collection of things, and the address of its next page."""

    things: list[Any]
    next: str | None = None


@dataclass(slots=True)
class Plain:
    """A complex value; `name` wraps it in verbose answers, as for a function."""

    data: dict[str, Any]
    type: str
    name: str = ""


@dataclass(slots=True)
class Raw:
    """An answer that is no JSON."""

    body: bytes
    content_type: str = "application/octet-stream"
    headers: dict[str, str] = field(default_factory=dict)


def form_of(call: Call) -> Form:
    """The form that the Accept header asks for; minimal when it says nothing."""
    accept = call.headers.get("accept", "").replace(" ", "").lower()
    if "odata=verbose" in accept:
        return "verbose"
    return "none" if "odata=nometadata" in accept or "metadata=none" in accept else "minimal"


def respond(call: Call, found: Any, root: str, status: int = 200) -> Response:
    """The answer; `root` is the address of `_api`."""
    if isinstance(found, Response):
        return found
    if isinstance(found, Raw):
        return Response(status, found.body, found.headers, found.content_type)
    if found is None:
        return Response(204 if call.request.method != "POST" or call.method != "POST" else 200)
    form = form_of(call)
    body = {"verbose": _verbose, "minimal": _minimal, "none": _none}[form](found, root)
    words = {"verbose": "verbose", "minimal": "minimalmetadata", "none": "nometadata"}[form]
    headers = {"DataServiceVersion": "3.0"}
    if isinstance(found, Thing) and found.etag:
        headers["ETag"] = found.etag
    kind = f"application/json;odata={words};streaming=true;charset=utf-8"
    return Response(status, msgspec.json.encode(body), headers, kind)


# Verbose


def _verbose(found: Any, root: str) -> Any:
    if isinstance(found, Many):
        many: dict[str, Any] = {"results": [_in_verbose(each, root) for each in found.things]}
        return {"d": many | ({"__next": found.next} if found.next else {})}
    body = _in_verbose(found, root)
    return {"d": {found.name: body} if isinstance(found, Plain) and found.name else body}


def _in_verbose(value: Any, root: str) -> Any:
    if isinstance(value, Thing):
        meta = {"id": f"{root}/{value.uri}", "uri": f"{root}/{value.uri}", "type": value.type}
        if value.etag:
            meta["etag"] = value.etag
        body: dict[str, Any] = {"__metadata": meta}
        for name in value.links:
            body[name] = {"__deferred": {"uri": f"{root}/{value.uri}/{name}"}}
        return body | {name: _in_verbose(each, root) for name, each in value.data.items()}
    if isinstance(value, Plain):
        body = {"__metadata": {"type": value.type}}
        return body | {name: _in_verbose(each, root) for name, each in value.data.items()}
    if isinstance(value, Many):
        return {"results": [_in_verbose(each, root) for each in value.things]}
    if isinstance(value, list):
        kind = "Edm.Int32" if value and isinstance(value[0], int) else "Edm.String"
        return {"__metadata": {"type": f"Collection({kind})"}, "results": value}
    return value


# No metadata


def _none(found: Any, root: str) -> Any:
    if isinstance(found, Many):
        many: dict[str, Any] = {"odata.nextLink": found.next} if found.next else {}
        return many | {"value": _in_none(found)}
    return _in_none(found)


def _in_none(value: Any) -> Any:
    if isinstance(value, Thing | Plain):
        nested = any(isinstance(each, Thing | Plain | Many) for each in value.data.values())
        if not nested:
            return value.data
        return {name: _in_none(each) for name, each in value.data.items()}
    if isinstance(value, Many):
        return [_in_none(each) for each in value.things]
    return value


# Minimal metadata


def _minimal(found: Any, root: str) -> Any:
    context = {"odata.metadata": f"{root}/$metadata#{_set_of(found)}"}
    if isinstance(found, Many):
        many: dict[str, Any] = {"odata.nextLink": found.next} if found.next else {}
        return context | many | {"value": _in_minimal(found, root)}
    body = _in_minimal(found, root)
    return context | body if isinstance(body, dict) else context | {"value": body}


def _set_of(found: Any) -> str:
    if isinstance(found, Many):
        first = found.things[0] if found.things else None
        kind = first.type if isinstance(first, Thing | Plain) else "Edm.String"
        return f"Collection({kind})"
    return f"{found.type}/@Element" if isinstance(found, Thing) else str(getattr(found, "type", ""))


def _in_minimal(value: Any, root: str) -> Any:
    if isinstance(value, Thing):
        meta = {
            "odata.type": value.type,
            "odata.id": f"{root}/{value.uri}",
            "odata.editLink": value.uri,
        }
        if value.etag:
            meta["odata.etag"] = value.etag
        return meta | {name: _in_minimal(each, root) for name, each in value.data.items()}
    if isinstance(value, Plain):
        return {name: _in_minimal(each, root) for name, each in value.data.items()}
    if isinstance(value, Many):
        return [_in_minimal(each, root) for each in value.things]
    return value
