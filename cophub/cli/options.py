"""Options that every command takes, before its name or after it."""

import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from cophub.cli.notes import show_log
from cophub.error_codes import ASKED
from cophub.logs import LEVELS

if TYPE_CHECKING:
    from datetime import datetime

    from cophub.hub import Hub

_log = logging.getLogger("cophub.cli")
F = TypeVar("F", bound=Callable[..., Any])


@dataclass
class State:
    """What the shared options said."""

    config: str | None = None
    json: bool = False
    debug: bool = False
    log_level: str | None = None
    log_json: bool = False

    def take_environment(self) -> None:
        """What COPHUB_LOG asks for: `json`, a level, or both; options say more than it.

        Raises ConfigError where it is anything else.
        """
        wanted = os.environ.get("COPHUB_LOG", "").lower().replace(",", " ").split()
        for word in wanted:
            if word == "json":
                self.log_json = True
            elif word in LEVELS:
                self.log_level = word
            else:
                from cophub.errors import ConfigError

                raise ConfigError(
                    f'COPHUB_LOG says "{word}"; write json, one of {", ".join(LEVELS)}, or both,'
                    " such as json,debug",
                    code=ASKED,
                )
        if wanted:
            show_log(self.log_level, as_json=self.log_json)

    @property
    def path(self) -> Path:
        """The plugins.toml to use: --config, COPHUB_CONFIG, or the one in this folder."""
        return Path(self.config or os.environ.get("COPHUB_CONFIG") or "plugins.toml")

    @contextmanager
    def hub(self, *, plugin_problems: bool = True) -> "Iterator[Hub]":
        """The hub of the plugins.toml; says which plugins are broken where they were needed."""
        from cophub.hub import Hub, utc_now

        with Hub.open(self.path, self._clock() or utc_now) as hub:
            try:
                yield hub
            finally:
                if plugin_problems and "plugins" in vars(hub):
                    self.warn(hub.plugins.problems)

    def warn(self, lines: list[str]) -> None:
        """Each line as a warning on standard error, as JSON where the log is."""
        for line in lines:
            if self.log_json:
                _log.warning(line)
            else:
                click.echo(f"{click.style('warning:', fg='yellow')} {line}", err=True)

    @property
    def is_demo(self) -> bool:
        """Whether it is the hub of `cophub demo`, whose vendors have ended with it."""
        return (self.path.parent / "demo.json").exists()

    def _clock(self) -> "Callable[[], datetime] | None":
        if not self.is_demo:
            return None
        from cophub.cli.demo import demo_time

        return demo_time(self.path)


def _keep(ctx: click.Context, param: click.Parameter, value: Any) -> None:
    # Both the group and the command have the option; the one that was given wins, the last of two.
    if value not in (None, False) and param.name:
        state = ctx.ensure_object(State)
        setattr(state, param.name, value)
        if param.name in ("log_level", "log_json"):
            show_log(state.log_level, as_json=state.log_json)


def shared(function: F) -> F:
    """Give a command `--config`, `--json`, `--debug`, `--log-level` and `--log-json`."""
    options: dict[str, dict[str, Any]] = {
        "--log-json": {
            "is_flag": True,
            "help": "Log what is done to standard error, a JSON object on each line.",
        },
        "--log-level": {
            "type": click.Choice(LEVELS, case_sensitive=False),
            "metavar": "LEVEL",
            "help": "Log to standard error from here on: debug, info, warning or error.",
        },
        "--debug": {"is_flag": True, "help": "Show where an error came from."},
        "--json": {"is_flag": True, "help": "Answer as JSON, for a program to read."},
        "--config": {
            "metavar": "FILE",
            "is_eager": True,  # `--config FILE --help` lists the commands of that file's plugins
            "help": "The plugins.toml to use (else COPHUB_CONFIG, else ./plugins.toml).",
        },
    }
    for name, attributes in options.items():
        function = click.option(name, callback=_keep, expose_value=False, **attributes)(function)
    return function


limited = click.option(
    "--limit",
    "-n",
    default=20,
    show_default=True,
    type=click.IntRange(min=1),
    help="At most so many.",
)
"""Gives a command that lists things `--limit`."""

pass_state = click.make_pass_decorator(State, ensure=True)
