"""Sites are read one by one: what goes wrong at one of them keeps nobody from reading the others.

A stream that met such a site fails in the end, so that it is seen and tried again, with everything
else read and kept.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from cophub import AuthError, Context, CophubError, SourceUnavailable
from cophub.connectors.sharepoint.client import shared
from cophub.connectors.sharepoint.settings import Settings


def unread(ctx: Context[Settings]) -> dict[str, CophubError | None]:
    """The addresses of this run's sites that cannot be read, in small letters: those that the
    settings name with the error, those that were only found with None."""
    return shared(ctx, "unread sites", dict)


class Troubles:
    """What went wrong at single sites in one stream."""

    def __init__(self, ctx: Context[Settings]) -> None:
        self._ctx = ctx
        self._first: CophubError | None = next(filter(None, unread(ctx).values()), None)

    def __bool__(self) -> bool:
        return self._first is not None

    @contextmanager
    def of(self, what: str) -> Iterator[None]:
        """Note the error of one site in place of raising it; `what` is its address."""
        try:
            yield
        except (AuthError, SourceUnavailable) as error:
            self._ctx.log.warning("%s is left for the next run: %s", what, error)
            self._first = self._first or error

    def tell(self) -> None:
        """Raise what went wrong first, if anything did."""
        if self._first is not None:
            raise self._first
