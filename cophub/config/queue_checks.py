"""Whether what plugins.toml says goes together with work that is handed to workers."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from cophub.config.messages import place
from cophub.error_codes import NO_QUEUE

if TYPE_CHECKING:
    from cophub.config import Config


def check_queue(config: "Config") -> None:
    """Raises ConfigError for a pipeline with a time and no machine, and for SQLite."""
    if config.hub.queue != "workers":
        return
    if isinstance(config.hub.warehouse, str):  # else it is told once it is known
        check_warehouse(config, config.hub.warehouse)
    for name, table in config.pipelines.items():
        if table.timetable and table.on is None:
            config.fail(
                ("pipelines", name, "on"),
                "is missing; pipelines write into the folders of one machine, so name the worker"
                ' that runs it, such as on = "web1" (cophub worker --name web1)',
                code=NO_QUEUE,
            )


def check_warehouse(config: "Config", url: str) -> None:
    """Raises ConfigError for workers on a warehouse that machines cannot share."""
    if config.hub.queue == "workers" and url.startswith("sqlite"):
        config.fail(
            ("hub", "queue"),
            '"workers" needs PostgreSQL, and the warehouse is an SQLite file; write warehouse ='
            ' "postgresql+psycopg://user@host/database", or leave queue out',
            code=NO_QUEUE,
        )


def without_effect(config: "Config") -> Iterator[str]:
    """A line for each `on` that nobody looks at."""
    if config.hub.queue == "workers":
        return
    for kind, tables in (("sources", config.sources), ("pipelines", config.pipelines)):
        for name, table in tables.items():
            if table.on is not None:
                yield (
                    f"{config.file}: {place((kind, name, 'on'))}: has no effect without"
                    ' queue = "workers" under [hub]'
                )


__all__ = ["check_queue", "check_warehouse", "without_effect"]
