"""What a tap can give: its catalog, asked for with --discover, and the streams selected in it."""

from typing import Any

import msgspec

from cophub import ConfigError, Context, SourceUnavailable
from cophub.connectors.singer.process import Tap
from cophub.connectors.singer.settings import Settings

_LONGEST = 600.0
"""Seconds that a tap may be silent while it finds out what it can give."""

Catalog = dict[str, Any]


def catalog_of(ctx: Context[Settings], tap: Tap) -> Catalog | None:
    """The catalog of the settings, or what the tap says; None for a tap that knows none."""
    path = ctx.settings.catalog
    if path is not None:
        try:
            with open(path, "rb") as file:  # noqa: PTH123
                return _decoded(file.read(), f'the catalog "{path}"')
        except OSError as error:
            raise ConfigError(f'the catalog "{path}" cannot be read: {error.strerror}') from error
    try:
        content = b"".join(
            tap.lines(
                *tap.config(), "--discover", silence=min(_LONGEST, ctx.settings.silence_seconds)
            )
        )
    except SourceUnavailable:
        if any("unrecognized arguments" in line for line in tap.last_words):
            ctx.log.info("%s knows no catalog and gives all that it has", tap.name)
            return None
        raise
    return _decoded(content, f"what {tap.name} says it has")


def _decoded(content: bytes, what: str) -> Catalog:
    # Some taps write a line or two before it.
    start = content.find(b"{")
    try:
        found = msgspec.json.decode(content[max(start, 0) :])
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise SourceUnavailable(f"{what} is no catalog; run the tap with --discover") from error
    if not isinstance(found, dict) or not isinstance(found.get("streams"), list):
        raise SourceUnavailable(f"{what} is no catalog: it lists no streams")
    return found


def streams_of(catalog: Catalog) -> dict[str, Catalog]:
    """The streams by name."""
    return {
        str(one.get("stream") or one.get("tap_stream_id")): one
        for one in catalog["streams"]
        if isinstance(one, dict)
    }


def selected(catalog: Catalog, wanted: set[str]) -> Catalog:
    """A catalog in which these streams are selected, and no other; in both ways that taps read."""
    for name, stream in streams_of(catalog).items():
        is_wanted = name in wanted
        entries = stream.setdefault("metadata", [])
        if isinstance(entries, list):
            whole = next((one for one in entries if one.get("breadcrumb") == []), None)
            if whole is None:
                whole = {"breadcrumb": [], "metadata": {}}
                entries.append(whole)
            whole.setdefault("metadata", {})["selected"] = is_wanted
        if isinstance(stream.get("schema"), dict):
            stream["schema"]["selected"] = is_wanted
    return catalog


def columns_of(stream: Catalog) -> list[str]:
    """The columns of a stream, as its schema names them."""
    schema = stream.get("schema")
    properties = schema.get("properties") if isinstance(schema, dict) else None
    return list(properties) if isinstance(properties, dict) else []
