"""People brought up to date after a decision: by the pipeline `identities`, or as a rehearsal."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import Connection

from cophub import __version__
from cophub.errors import ConfigError, CophubError, SourceBusy
from cophub.hub.publishing import context_of
from cophub.publish import LEASE
from cophub.warehouse import state
from cophub.warehouse.holding import held, show_life

if TYPE_CHECKING:
    from cophub.hub import Hub
    from cophub.warehouse import Warehouse

PIPELINE = "identities"


def bring_up_to_date(hub: "Hub") -> str | None:
    """Let what was decided take effect, under the lease of the pipelines.

    None when that is done; else why it could not be yet.
    """
    try:
        with held(hub.warehouse, LEASE) as lease:
            with hub.warehouse.begin() as connection:
                show_life(connection, lease)
                number = state.start_run(
                    connection, kind="decide", source=None, now=hub.now(), version=__version__
                )
            error: str | None = "it was stopped"
            code: str | None = None
            try:
                _run(hub, hub.warehouse, number)
                error = None
            except CophubError as failure:
                error, code = str(failure), failure.code
                raise
            finally:
                with hub.warehouse.begin() as connection:
                    ended = "failed" if error else "done"
                    state.finish_run(
                        connection, number, state=ended, now=hub.now(), error=error, code=code
                    )
    except SourceBusy as busy:
        return f"{busy}; `cophub run {PIPELINE}` brings people up to date"
    return None


class _Undone(Exception):  # noqa: N818 - no error: what undoes a transaction
    """Ends a transaction whose outcome has been seen."""


@contextmanager
def undone(warehouse: "Warehouse") -> Iterator[Connection]:
    """A transaction that is undone at its end, so that its outcome can be told beforehand."""
    with suppress(_Undone), warehouse.begin() as connection:
        yield connection
        raise _Undone


def rehearse(hub: "Hub", connection: Connection) -> None:
    """Do the same inside a transaction that the caller will undo."""
    _run(hub, cast("Warehouse", _Inside(hub.warehouse, connection)), 0)


def _run(hub: "Hub", warehouse: "Warehouse", run: int) -> None:
    pipelines = hub.plugins.pipelines
    if PIPELINE not in pipelines:
        raise ConfigError(
            f'there is no pipeline "{PIPELINE}" here; `cophub plugins` tells what is wrong'
        )
    context = context_of(hub, PIPELINE, warehouse, run)
    for _ in pipelines[PIPELINE].run(context):
        pass


class _Inside:
    """A warehouse inside a transaction that somebody else began."""

    def __init__(self, warehouse: "Warehouse", connection: Connection) -> None:
        self._warehouse, self._connection = warehouse, connection

    @contextmanager
    def begin(self, **_: Any) -> Iterator[Connection]:
        yield self._connection

    connect = begin

    def __getattr__(self, name: str) -> Any:
        return getattr(self._warehouse, name)


__all__ = ["PIPELINE", "bring_up_to_date", "rehearse", "undone"]
