"""How much the longest tests do: a share of it each time, all of it with `COPHUB_THOROUGH=1`."""

import os
from typing import TypeVar

T = TypeVar("T")

THOROUGH = bool(os.environ.get("COPHUB_THOROUGH"))


def sized(each_time: T, thorough: T) -> T:
    """What a test works on: the first as a rule, the second for whoever has an hour."""
    return thorough if THOROUGH else each_time
