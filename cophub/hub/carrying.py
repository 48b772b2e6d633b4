"""What is due is done here, by whoever keeps time or works for them: never twice for one time."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from cophub.errors import CophubError, SourceBusy, WarehouseError
from cophub.hub.answers import Kind, NotStarted

if TYPE_CHECKING:
    from threading import Event

    from cophub.hub import Hub
    from cophub.warehouse.state import AskedBy

_WAREHOUSE = "CPH-W"


@dataclass(frozen=True)
class Due:
    """A source or pipeline, and the time of its timetable that it is due for."""

    kind: Kind
    name: str
    at: datetime

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


def carry_out(
    hub: "Hub", due: Due, stop: "Event | None" = None, asked_by: "AskedBy" = "timetable"
) -> Iterator[Any]:
    """Sync the source or run the pipeline; RunResult, PipelineResult or NotStarted as they come.

    Nothing is done or told where a run began at that time or since, in whatever process: that is
    asked under the lease, so that of many who try at once one does it. What fails is a result like
    any other. Raises SourceBusy while somebody works on it, WarehouseError where nothing could be
    noted: the time is still owed, so come again.
    """
    try:
        if due.kind == "pipeline":
            yield from hub.publish([due.name], stop=stop, asked_by=asked_by, due_at=due.at)
            return
        for result in hub.sync([due.name], stop=stop, asked_by=asked_by, due_at=due.at):
            _raise_what_is_owed(result)
            yield result
    except (SourceBusy, WarehouseError):
        raise
    except CophubError as error:
        yield NotStarted(due.name, str(error), error.code)


def _raise_what_is_owed(result: Any) -> None:
    """A run without a number was never noted: raise what kept it from that."""
    if getattr(result, "run", None) != 0:
        return
    if result.state == "busy":
        raise SourceBusy(result.error, code=result.code)
    if (result.code or "").startswith(_WAREHOUSE):
        raise WarehouseError(result.error, code=result.code)


__all__ = ["Due", "carry_out"]
