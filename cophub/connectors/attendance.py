"""Who was at an event, for vendors that tell of each stay and know guests by a typed name only."""

import unicodedata
from collections.abc import Iterable
from datetime import datetime

Span = tuple[datetime, datetime]
"""From when to when somebody was there."""


def covered(spans: Iterable[Span]) -> float:
    """Minutes that any of the spans covers: time on two devices at once counts once."""
    total, until = 0.0, None
    for joined, left in sorted(spans):
        begin = max(joined, until) if until else joined
        if left > begin:
            total += (left - begin).total_seconds()
            until = left
    return total / 60


def typed_name(name: str) -> str:
    """A typed name for comparing: in one case, one form of each letter, no doubled blanks."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def guest_key(place: str, name: str) -> str:
    """The account of a guest: the name that was typed, within one place; "" for no name.

    Who comes back under that name is the same; a namesake in another place is somebody else.
    """
    plain = typed_name(name)
    return f"guest:{place}:{plain}" if plain else ""
