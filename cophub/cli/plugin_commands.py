"""Commands that plugins bring: looked for only where one of ours is not meant, run as ours are."""

import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cophub.cli import show
from cophub.cli.options import State, shared
from cophub.error_codes import PLUGIN, PLUGIN_FAILED
from cophub.errors import CophubError, PluginError

if TYPE_CHECKING:
    from cophub.command import Command
    from cophub.plugins import Origin, Plugins

_KEPT = "cophub.cli.plugin_commands"


class CommandFailedError(Exception):
    """A plugin's command did not do what it is for; the message is one line for a person."""

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.code = code


def brought(ctx: click.Context) -> "Plugins | None":
    """The commands of plugins and what is wrong with any; None where there is no plugin.

    Without a plugin nothing of the machinery is imported: `--help` does not wait for it.
    """
    state = ctx.find_object(State)
    if state is None:
        return None
    if _KEPT not in ctx.meta:
        ctx.meta[_KEPT] = _look(state.path)
    found: Plugins | None = ctx.meta[_KEPT]
    return found


def _look(config: Path) -> "Plugins | None":
    modules = _modules(config) if config.exists() else []
    if not modules and not any(map(_holds_a_plugin, sys.path)):
        return None
    from cophub.plugins import BUILT_IN, load_plugins
    from cophub.plugins.kinds import COMMAND

    folder = config.absolute().parent
    return load_plugins(modules, folder=folder, kinds=(COMMAND,), unread=BUILT_IN)


def _holds_a_plugin(folder: str) -> bool:
    """Whether a distribution in a folder of `sys.path` says that it brings a plugin of cophub.

    importlib.metadata finds those; but to load it takes longer than all else that `--help` does.
    """
    try:
        with os.scandir(folder or ".") as found:
            known = [one.path for one in found if one.name.endswith((".dist-info", ".egg-info"))]
    except OSError:
        return False
    for path in known:
        with suppress(OSError), open(f"{path}/entry_points.txt", "rb") as file:  # noqa: PTH123
            if b"[cophub]" in file.read():
                return True
    return False


def _modules(config: Path) -> list[str]:
    """The modules that plugins.toml names; none where it is wrong, as whoever needs it says."""
    import tomllib

    with suppress(OSError, ValueError):
        table = tomllib.loads(config.read_text(encoding="utf-8-sig")).get("plugins")
        modules = table.get("modules") if isinstance(table, dict) else None
        if isinstance(modules, list):
            return [module for module in modules if isinstance(module, str)]
    return []


def config_in(arguments: Sequence[str]) -> str | None:
    """The FILE of a `--config` after the name of a command: it may name the command's module."""
    for place, word in enumerate(arguments):
        if word == "--":
            break
        if word == "--config":
            return arguments[place + 1] if place + 1 < len(arguments) else None
        if word.startswith("--config="):
            return word.partition("=")[2]
    return None


def as_click(command: "Command", origin: "Origin") -> click.Command:
    """The command as the command line knows its own, with the options that all have."""
    from inspect import getdoc

    @shared
    @click.pass_obj
    def call(state: State, /, **given: Any) -> int:
        return _run(state, command, origin, given)

    call.__click_params__ += command.parameters()  # type: ignore[attr-defined]
    told = getdoc(command.run) or command.summary
    return click.command(command.name, help=told, short_help=command.summary)(call)


def _run(state: State, command: "Command", origin: "Origin", given: dict[str, Any]) -> int:
    from cophub.hub.commands import context_of

    with state.hub() as hub, context_of(hub, command, Answer(state)) as context:
        known = brought(click.get_current_context())
        state.warn(hub.config.unknown_commands(known.commands if known else ()))
        try:
            return _exit_code(command.run(context, **given))
        except (click.ClickException, click.Abort, click.exceptions.Exit, BrokenPipeError):
            raise
        except CophubError as error:
            raise CommandFailedError(str(error), error.code) from error
        except SystemExit as left:
            if isinstance(left.code, str):
                raise CommandFailedError(left.code, PLUGIN_FAILED) from left
            return _exit_code(left.code)
        except Exception as error:
            raise _failed(command, origin, error) from error


def _exit_code(answer: Any) -> int:
    return answer if isinstance(answer, int) else 0


def _failed(command: "Command", origin: "Origin", error: Exception) -> CommandFailedError:
    """The line for an error that its author did not foresee, without secrets."""
    from cophub.http import redact

    told = str(error).strip().partition("\n")[0][:300]
    said = f"{type(error).__name__}: {redact(told)}" if told else type(error).__name__
    return CommandFailedError(
        f'command "{command.name}" of {origin} failed ({said}); tell its author'
        " (--debug shows where)",
        PLUGIN_FAILED,
    )


class Answer:
    """Standard output: tables and lines for a person, one JSON document for a program."""

    def __init__(self, state: State) -> None:
        self.json = state.json
        self._answered = False

    def table(self, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        """Rows as a table, or as a list of objects. Raises PluginError for a second document."""
        if not self.json:
            numbers = [
                name
                for place, name in enumerate(columns)
                if rows and all(isinstance(row[place], int | float | None) for row in rows)
            ]
            show.table(columns, rows, right=numbers)
            return
        if self._answered:
            raise PluginError(
                "the command shows a second table, and JSON is one document; show one with --json",
                code=PLUGIN,
            )
        self._answered = True
        show.answer_json([dict(zip(columns, row, strict=True)) for row in rows])

    def say(self, text: str) -> None:
        """A line; nothing where a program reads."""
        if not self.json:
            show.say(show.clean(text))


__all__ = ["CommandFailedError", "as_click", "brought", "config_in"]
