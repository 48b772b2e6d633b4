"""What streams are handed, as far as no other test says it."""

from collections.abc import Callable
from typing import Any

from cophub import Context


def test_what_a_run_needs_once_is_made_once(context: Callable[..., Context[Any]]):
    made: list[Context[Any]] = []

    def directory(ctx: Context[Any]) -> list[str]:
        made.append(ctx)
        return ["ada"]

    ctx, other = context(None), context(None)
    assert ctx.once(directory) is ctx.once(directory)
    other.once(directory)
    assert made == [ctx, other]
