"""The contract of a command: what a plugin adds to the command line, and what it is handed."""

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from cophub.pipeline import CommunitySpec, NoSettings

if TYPE_CHECKING:
    from pathlib import Path

    import click
    import httpx

    from cophub.http import Transport
    from cophub.warehouse import Warehouse

S = TypeVar("S", bound=BaseModel)

RESERVED = frozenset({
    "alerts", "audit", "backfill", "brief", "check", "communities", "connectors", "db", "demo",
    "discover", "doctor", "explain", "export", "init", "organizations", "people", "plan",
    "plugins", "rejects", "replay", "report", "run", "runs", "schedule", "serve", "sign-in",
    "status", "sync", "tap", "worker",
})  # fmt: skip
"""The commands that cophub has itself; a test holds this to be all of them."""


class Screen(Protocol):
    """Where a command's answer goes: a person's terminal, a program, or a test."""

    json: bool

    def table(self, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        """Show rows under the names of their columns."""

    def say(self, text: str) -> None:
        """Show a line."""


@dataclass
class CommandContext(Generic[S]):
    """What a running command is handed. What it opens is closed when the command ends."""

    settings: S
    """Those of `[commands.NAME]`, as the command's own model."""
    now: datetime
    """When the command began, in UTC. Commands use this clock and no other."""
    timezone: ZoneInfo
    """The hub's zone: it decides which quarter and which month an instant belongs to."""
    site: "Path"
    """The folder in which the site is published, for all audiences."""
    screen: Screen = field(repr=False)
    open_warehouse: "Callable[[], Warehouse]" = field(repr=False)
    open_transport: "Callable[[], Transport]" = field(repr=False)
    communities: tuple[CommunitySpec, ...] = ()
    """As plugins.toml describes them."""
    log: logging.Logger = field(default_factory=lambda: logging.getLogger("cophub.command"))
    """What `--log-level` shows, on standard error."""

    @property
    def warehouse(self) -> "Warehouse":
        """The warehouse; opened, and made or upgraded, when it is first asked for."""
        return self.open_warehouse()

    @property
    def json(self) -> bool:
        """Whether a program reads the answer, by `--json`."""
        return self.screen.json

    def table(self, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """Show rows: a table for a person; with `--json` a list of objects, once in a command."""
        self.screen.table(columns, [tuple(row) for row in rows])

    def say(self, text: str) -> None:
        """A line for a person; with `--json` nothing."""
        self.screen.say(text)

    def client(self, **options: Any) -> "httpx.Client":
        """An `httpx.Client` as a connector's, with its patience; takes `base_url`, `auth` ..."""
        return self.open_transport().client(**options)


@dataclass(frozen=True)
class Command:
    """A command of a plugin, listed under "Plugins" in `cophub --help`.

    `run(ctx, ...)` takes a CommandContext, then what click's decorators above it say. What it
    returns is the exit code, None is 0. What it says of itself is the command's help.
    """

    name: str
    summary: str
    """The line in `cophub --help`."""
    run: Callable[..., int | None]
    """Takes the context, then what click's decorators say; gives the exit code."""
    settings: type[BaseModel] = NoSettings
    """Of `[commands.NAME]` in plugins.toml."""

    def parameters(self) -> "list[click.Parameter]":
        """The arguments and options that click's decorators gave it, from the lowest up."""
        return list(getattr(self.run, "__click_params__", ()))


__all__ = ["RESERVED", "Command", "CommandContext", "Screen"]
