"""What types of messages hold, found out before threads need it.

msgspec finds it out when a type is decoded first. Of two threads that do so at once, one may go by
what the other has half written down, and the process ends by a segmentation fault (seen with 0.22).
"""

import threading
from collections.abc import Iterator
from contextlib import suppress

import msgspec

_ONE_AT_A_TIME = threading.Lock()


def learn_types() -> None:
    """Have msgspec look at all types of messages that are loaded: ten milliseconds, once."""
    with _ONE_AT_A_TIME:
        for kind in _below(msgspec.Struct):
            # What is wrong with a type is told where it is decoded; records never are.
            with suppress(Exception):
                msgspec.json.Decoder(kind)


def _below(kind: type[msgspec.Struct]) -> Iterator[type[msgspec.Struct]]:
    for each in kind.__subclasses__():
        yield each
        yield from _below(each)


__all__ = ["learn_types"]
