"""What was read of a text, remembered while many accounts are read, and forgotten after them.

The texts are what accounts say of people: they are not kept for longer than they are of use.
"""

from collections.abc import Callable
from functools import _lru_cache_wrapper, lru_cache
from typing import Any, TypeVar

_Result = TypeVar("_Result")
_MOST = 65536
_remembered: list["_lru_cache_wrapper[Any]"] = []


def by_text(read: Callable[..., _Result]) -> "_lru_cache_wrapper[_Result]":
    """The function, with the results for the last texts remembered."""
    remembering = lru_cache(maxsize=_MOST)(read)
    _remembered.append(remembering)
    return remembering


def forget_texts() -> None:
    """Forget what was read of all texts; about 70 MB after 100,000 accounts."""
    for remembering in _remembered:
        remembering.cache_clear()


__all__ = ["by_text", "forget_texts"]
