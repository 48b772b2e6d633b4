"""From a vendor's items to records: an item that cannot be understood is a Reject, not an end."""

import json
import linecache
import re
import traceback
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import Any, TypeVar, get_args, get_origin

import msgspec

from cophub.error_codes import FIELD_FORM, FIELD_MISSING, ITEM, NOT_UNDERSTOOD
from cophub.errors import SourceUnavailable
from cophub.http.secrets import redact
from cophub.records import Item, Reject

I = TypeVar("I")  # noqa: E741 - an item of any kind
P = TypeVar("P", bound=msgspec.Struct)

MISUNDERSTOOD = (
    LookupError, TypeError, ValueError, AttributeError, ArithmeticError, AssertionError,
    RecursionError, msgspec.MsgspecError,
)  # fmt: skip
"""What parsing a bad item raises. Anything else, a CophubError say, is not about the item."""

_PATH = re.compile(r"`\$\.?([^`]*)`")
_NAMED = re.compile(r"""\[["']([^"']+)["']\]|\.get\(["']([^"']+)["']""")


def parse_each(
    items: Iterable[I], parse: Callable[..., Iterable[Item]], **given: Any
) -> Iterator[Item]:
    """What `parse(item, **given)` yields for each item; for one that it cannot parse, one Reject.

    Nothing of a half-parsed item is yielded.
    """
    for item in items:
        try:
            records = list(parse(item, **given))
        except MISUNDERSTOOD as error:
            yield reject(item, error, parse.__name__.removeprefix("parse_"))
        else:
            yield from records


def reject(item: Any, error: Exception, record: str | None = None) -> Reject:
    """A Reject that tells what was wrong with `item`, and where; secrets are taken out."""
    line = _failing_line(error)
    reason = _words(error)
    if line and not isinstance(error, KeyError | msgspec.MsgspecError):
        reason = f"{reason}, at {line}"
    plain = msgspec.to_builtins(item, str_keys=True, enc_hook=str)
    return Reject(
        reason=reason, record=record, key=_key(plain), field=_field(error, line),
        item=redact(plain), code=_code(error),
    )  # fmt: skip


def _code(error: Exception) -> str:
    missing = isinstance(error, KeyError) or "missing required field" in str(error)
    if missing:
        return FIELD_MISSING
    return FIELD_FORM if isinstance(error, msgspec.ValidationError) else ITEM


def _words(error: Exception) -> str:
    if isinstance(error, KeyError) and error.args:
        return f"field {error.args[0]!r} is missing"
    return str(error) or type(error).__name__


def _failing_line(error: Exception) -> str:
    """The expression in the parser that failed, as it is written there."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if frame.filename != __file__]
    if not own:
        return ""
    frame = own[0]
    if frame.lineno and frame.lineno == frame.end_lineno:
        line = linecache.getline(frame.filename, frame.lineno)
        return line[frame.colno : frame.end_colno].strip()
    return frame.line or ""


def _field(error: Exception, line: str) -> str | None:
    """The vendor's field that is to blame, as far as the failure tells."""
    if isinstance(error, KeyError) and error.args:
        return str(error.args[0])
    if found := _PATH.search(str(error)):
        return found[1] or None
    names = [first or second for first, second in _NAMED.findall(line)]
    return names[-1] if names else None


def _key(item: Any) -> str | None:
    if not isinstance(item, dict):
        return None
    found = next((item[name] for name in ("id", "Id", "ID", "key") if item.get(name)), None)
    return str(found) if isinstance(found, str | int) else None


def decode_page(content: bytes, page: type[P]) -> tuple[P, list[Reject]]:
    """The page in `content`, and a Reject for each item of its lists that is not as declared.

    A page that is all as declared is decoded in one go. Raises SourceUnavailable when what is
    wrong is not one item: no JSON, or a field of the page itself.
    """
    try:
        return _decoder(page).decode(content), []
    except (msgspec.ValidationError, RecursionError):
        return _decode_by_item(content, page)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        mended = mend(content)
        if mended is None:
            raise SourceUnavailable(
                f"an answer is no JSON ({error})", code=NOT_UNDERSTOOD
            ) from error
        return _decode_by_item(mended, page)


def decode_each(items: Iterable[msgspec.Raw], kind: type[P]) -> tuple[list[P], list[Reject]]:
    """The items of a page that was decoded no further, and a Reject for each not as declared.

    For pages whose items are `msgspec.Raw`, of which some are wanted as bytes.
    """
    decoder, found, rejects = _decoder(kind), list[P](), list[Reject]()
    for item in items:
        try:
            found.append(decoder.decode(item))
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            rejects.append(reject(plain(item), error, kind.__name__.lower()))
    return found, rejects


def plain(item: msgspec.Raw) -> Any:
    """An item as plain values; as text, where it is no JSON."""
    try:
        return msgspec.json.decode(item)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return bytes(item).decode(errors="replace")


def mend(content: bytes) -> bytes | None:
    """JSON without its usual small faults, or None when it is no JSON even so.

    They are half of an emoji (cut by a vendor that counts in UTF-16), bytes that are not UTF-8, and
    NaN, which becomes null.
    """
    try:
        body = json.loads(content.decode(errors="replace"), parse_constant=lambda _: None)
    except (ValueError, RecursionError):
        return None
    return json.dumps(body, ensure_ascii=False).encode(errors="replace")


@cache
def _decoder(kind: Any) -> "msgspec.json.Decoder[Any]":
    return msgspec.json.Decoder(kind)


@cache
def _loose(page: type[msgspec.Struct]) -> tuple[type[msgspec.Struct], dict[str, Any]]:
    """`page` with the items of its lists left undecoded, and the type of each list's items."""
    fields: list[Any] = []
    kinds: dict[str, Any] = {}
    for one in msgspec.structs.fields(page):
        kind = one.type
        if get_origin(kind) is list:
            kinds[one.name] = get_args(kind)[0]
            kind = list[msgspec.Raw]
        fields.append((one.name, kind) if one.required else (one.name, kind, _default(one)))
    names = {one.name: one.encode_name for one in msgspec.structs.fields(page)}
    made = msgspec.defstruct(f"Loose{page.__name__}", fields, rename=names, kw_only=True)
    return made, kinds


def _default(one: "msgspec.structs.FieldInfo") -> Any:
    if one.default_factory is not msgspec.NODEFAULT:
        return msgspec.field(default_factory=one.default_factory)
    return one.default


def _decode_by_item(content: bytes, page: type[P]) -> tuple[P, list[Reject]]:
    loose, kinds = _loose(page)
    try:
        found = _decoder(loose).decode(content)
    except (msgspec.ValidationError, RecursionError) as error:
        raise SourceUnavailable(
            f"an answer is not as the vendor documents it: {error}", code=NOT_UNDERSTOOD
        ) from error
    rejects: list[Reject] = []
    values = {name: getattr(found, name) for name in loose.__struct_fields__}
    for name, kind in kinds.items():
        if isinstance(values[name], list):
            values[name] = _good(values[name], kind, name, rejects)
    return page(**values), rejects


def _good(raw: list[msgspec.Raw], kind: Any, name: str, rejects: list[Reject]) -> list[Any]:
    decoder, good = _decoder(kind), []
    for item in raw:
        try:
            good.append(decoder.decode(item))
        except msgspec.MsgspecError as error:
            rejects.append(reject(msgspec.json.decode(item), error, name))
    return good
