"""Text and JSON in a form that others can hold.

Both databases take no NUL and no half of a surrogate pair; a spreadsheet runs text that begins like
a formula, and a browser runs addresses that are programs.
"""

import re
from typing import Any

import msgspec

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def is_clean(text: str) -> bool:
    """Whether both databases can hold the text as it is."""
    if "\0" in text:
        return False
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def clean_text(text: str) -> str:
    """The text without NULs; surrogate pairs become their character, halves of one U+FFFD."""
    if is_clean(text):
        return text
    return text.replace("\0", "").encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def clean_json(value: Any) -> Any:
    """Plain values with all their text cleaned."""
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, dict):
        return {clean_text(key): clean_json(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [clean_json(item) for item in value]
    return value


def anything_as_json(value: Any) -> Any:
    """The value as clean plain values, whatever it is; what JSON has no form for is its repr.

    Numbers that JSON has no form for (NaN and the infinities) become None.
    """
    plain = msgspec.to_builtins(value, str_keys=True, enc_hook=repr)
    return msgspec.json.decode(msgspec.json.encode(clean_json(plain)))


_LINK = re.compile(
    # No name or password before the host: it is somebody's own, or hides where the link leads.
    r"https?://[^\x00-\x20\x7f/?#\\@]+(?:[/?#][^\x00-\x1f\x7f]*)?|mailto:[^\x00-\x20\x7f]*@[^\x00-\x1f\x7f]*",
    re.IGNORECASE,
).fullmatch


def safe_link(text: str) -> str | None:
    """The address if a reader may follow it: to a web page or a mailbox. Else None.

    What runs in the page that shows it (`javascript:`, `data:`) is none, nor is what a browser
    would make such a one of, by leaving out line feeds and tabs.
    """
    stripped = text.strip()
    return stripped if _LINK(stripped) else None


def safe_cell(value: Any) -> Any:
    """Text that a spreadsheet would run as a formula gets an apostrophe before it."""
    if isinstance(value, str) and value.lstrip(" ").startswith(_FORMULA):
        return f"'{value}"
    return value
