"""What a reader of a site page, a wiki page or a rich text column sees, as text."""

import html
import json
import re
from typing import Any

LIMIT = 1_000_000
"""Characters of mark-up that are turned into text; what comes after is left out."""

_UNSAFE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b]")
_MENTION = re.compile(r"@mention\{(\d+)\}")
_PART_ID = re.compile(r"<div[^<>]*\bdata-sp-componentid\b[^<>]*>[^<]*</div>")
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")


def page_text(canvas: str | None) -> str | None:
    """The text of a page's canvas, which comes as mark-up in a list and as JSON in a page.

    A web part that only shows something (a map, a list of files) has no text but its own words.
    """
    if not canvas or not canvas.strip():
        return None
    if canvas.lstrip().startswith("["):
        try:
            controls = json.loads(canvas)
        except (ValueError, RecursionError):
            return markup_text(canvas)
        return _joined(_control_text(one) for one in controls if isinstance(one, dict))
    return markup_text(canvas)


def layout_text(layout: dict[str, Any] | None) -> str | None:
    """The text of a page as Microsoft Graph lays it out: sections, columns, web parts."""
    if not layout:
        return None
    columns = [
        column
        for section in layout.get("horizontalSections") or ()
        for column in section.get("columns") or ()
    ]
    if layout.get("verticalSection"):
        columns.append(layout["verticalSection"])
    parts = [part for column in columns for part in column.get("webparts") or ()]
    return _joined(_part_text(part) for part in parts)


def markup_text(markup: str | None) -> str | None:
    """What a reader of `markup` sees: no tags, scripts or ids of web parts; lists and lines kept.

    Nothing is fetched or run. None where there is nothing to read.
    """
    if not markup or not markup.strip():
        return None
    from inscriptis import get_text  # type: ignore[import-untyped]

    try:
        text = get_text(_PART_ID.sub("", markup[:LIMIT]))
    except (ValueError, RecursionError, AttributeError, KeyError, IndexError, TypeError):
        return None
    return _clean(text)


def comment_text(text: str | None, mentioned: list[str]) -> str | None:
    """The words of a comment: people who are mentioned by name, entities as what they stand for."""
    if not text:
        return None

    def name(found: re.Match[str]) -> str:
        at = int(found[1])
        return f"@{mentioned[at]}" if at < len(mentioned) else found[0]

    # What somebody typed comes escaped, so that a tag is one and "&lt;b&gt;" are their words.
    plain = markup_text(text) or "" if _TAG.search(text) else html.unescape(text)
    return _clean(_MENTION.sub(name, plain))


def _control_text(control: dict[str, Any]) -> str | None:
    if isinstance(control.get("innerHTML"), str):
        return markup_text(control["innerHTML"])
    return _processed(control.get("webPartData") or {})


def _part_text(part: dict[str, Any]) -> str | None:
    if isinstance(part.get("innerHtml"), str):
        return markup_text(part["innerHtml"])
    return _processed(part.get("data") or {})


def _processed(data: dict[str, Any]) -> str | None:
    """What a web part gives to the search: in a page a dict by name, in Graph a list of pairs."""
    texts = (data.get("serverProcessedContent") or {}).get("searchablePlainTexts") or {}
    if isinstance(texts, list):
        words = [str(one.get("value") or "") for one in texts if isinstance(one, dict)]
    else:
        words = [str(value or "") for value in texts.values()]
    return _joined(markup_text(word) if "<" in word else _clean(word) for word in words)


def _joined(texts: Any) -> str | None:
    return "\n\n".join(text for text in texts if text) or None


def _clean(text: str) -> str | None:
    """`text` that any database takes, without blanks at the ends of lines; None for nothing."""
    safe = _UNSAFE.sub("", text.encode("utf-8", "replace").decode("utf-8"))
    lines = [line.rstrip() for line in safe.replace("\r\n", "\n").splitlines()]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip() or None
