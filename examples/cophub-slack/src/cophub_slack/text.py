"""Slack's markup (mrkdwn) as plain text.

Source: https://docs.slack.dev/messaging/formatting-message-text
"""

import re
from collections.abc import Mapping

_CODE = re.compile(r"```(.+?)```|`([^`\n]+)`", re.DOTALL)
_MARKED = re.compile(r"<([^<>\n]+)>")
_SKIN = re.compile(r":skin-tone-[1-6]:")
_STYLES = tuple(
    re.compile(rf"(?<![\w{sign}]){sign}(?=\S)([^{sign}\n]*?\S){sign}(?![\w{sign}])")
    for sign in (r"\*", "_", "~")
)


def plain(text: str | None, names: Mapping[str, str]) -> str | None:
    """What a reader sees, without styles; None for nothing.

    `names` gives users and channels by their ids. A link keeps its address, and emoji become signs
    where they are no workspace's own.
    """
    if not text or not text.strip():
        return None
    pieces, at = [], 0
    for code in _CODE.finditer(text):
        pieces.append(_prose(text[at : code.start()], names))
        inside = (code[1] or code[2]).strip("\n")
        pieces.append(_MARKED.sub(lambda found: _named(found[1], names), inside))
        at = code.end()
    pieces.append(_prose(text[at:], names))
    return _unescaped("".join(pieces)).strip()


def escaped(text: str) -> str:
    """Text of ours as Slack wants it, so that nothing in it is a mention or a link."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _prose(text: str, names: Mapping[str, str]) -> str:
    """Text outside of code. Styles do not reach into its marks: addresses have underscores."""
    pieces, at = [], 0
    for found in _MARKED.finditer(text):
        pieces += [_styled(text[at : found.start()]), _named(found[1], names)]
        at = found.end()
    return "".join([*pieces, _styled(text[at:])])


def _styled(text: str) -> str:
    from rich.emoji import Emoji  # `cophub --help` does not wait for its table

    for style in _STYLES:
        text = style.sub(r"\1", text)
    return Emoji.replace(_SKIN.sub("", text))


def _named(inside: str, names: Mapping[str, str]) -> str:
    """What stands between < and >: a user, a channel, a group, a date, a word to all, a link."""
    what, _, label = inside.partition("|")
    if what[0] in "@#":
        return f"{what[0]}{names.get(what[1:]) or label.lstrip(what[0]) or what[1:]}"
    if what.startswith("!"):
        word = what[1:].partition("^")[0]
        if word in ("here", "channel", "everyone"):
            return f"@{word}"
        return label or what[1:].rpartition("^")[2]
    address = what.removeprefix("mailto:").removeprefix("tel:")
    if not label or label in (address, re.sub(r"^https?://", "", address).rstrip("/")):
        return label or address
    return f"{label} ({address})"


def _unescaped(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
