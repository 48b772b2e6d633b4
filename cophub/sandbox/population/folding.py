"""Names in the letters that an address allows."""

import re
import unicodedata
from functools import lru_cache

_LETTERS = str.maketrans(
    {
        "ø": "o", "Ø": "O", "ß": "ss", "ı": "i", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D",
        "æ": "ae", "Æ": "Ae", "œ": "oe", "ə": "a", "Ə": "A", "þ": "th", "ð": "d",
    }
)  # fmt: skip


@lru_cache(maxsize=65_536)
def plain(text: str) -> str:
    """Without accents and marks: `Núñez` is `Nunez`; case and blanks stay."""
    if text.isascii():
        return text
    apart = unicodedata.normalize("NFKD", text.translate(_LETTERS).replace("’", "'"))
    return apart.encode("ascii", "ignore").decode()


@lru_cache(maxsize=65_536)
def local(text: str) -> str:
    """Lower-case letters and digits only; empty for another script."""
    return re.sub(r"[^a-z0-9]+", "", plain(text).lower())


def listed(text: str) -> tuple[str, ...]:
    """The words of a text: how a long list of words is written down here."""
    return tuple(text.split())
