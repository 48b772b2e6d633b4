"""The command line: each command parses, calls one method of the hub, and shows the answer.

Commands are imported when they are called, so that `cophub --help` answers at once.
"""

import logging
import os
import sys
from importlib import import_module
from typing import Any

import click

from cophub.cli.notes import show_notes
from cophub.cli.options import State, shared
from cophub.cli.plugin_commands import CommandFailedError, as_click, brought, config_in
from cophub.error_codes import UNFORESEEN
from cophub.errors import CophubError

_log = logging.getLogger("cophub.cli")
SECTIONS: dict[str, dict[str, tuple[str, str]]] = {
    "Begin": {
        "demo": ("demo:demo", "Invented vendors, synced and published: see what you get."),
        "init": ("setup:init", "Write a plugins.toml with comments."),
        "connectors": ("setup:connectors", "What can be connected, and with which settings."),
        "sign-in": ("vendors:sign_in", "Sign in to a vendor that wants a person, once."),
        "check": ("vendors:check", "Try every source: what may be read, and what is missing."),
        "discover": ("vendors:discover", "List the groups, lists and audiences of a source."),
        "plan": ("vendors:plan", "Say what a sync would cost, before it is started."),
    },
    "Work": {
        "sync": ("work:sync", "Bring sources into the warehouse."),
        "run": ("work:run", "Sync what is due, then publish."),
        "schedule": ("schedule:schedule", "Keep the timetable of plugins.toml."),
        "serve": ("serve:serve", "Show the site on this machine."),
        "worker": ("worker:worker", "Do what is due, beside workers on other machines."),
    },
    "Look": {
        "status": ("status:status", "What is fresh, late, held or failing."),
        "runs": ("runs:runs", "What each run did."),
        "rejects": ("rejects:rejects", "Items that were not understood, and why."),
        "people": ("people:people", "The directory of people: who is who, why, and your say."),
        "organizations": (
            "organizations:organizations",
            "For whom people work, by which names, and your say.",
        ),
        "communities": ("communities:communities", "The communities and what serves them."),
        "report": ("reports:report", "Tables for a report, such as the quarter."),
        "brief": ("briefs:brief", "The week of a community's facilitator."),
        "export": ("reports:export", "A table or view as a file."),
        "tap": ("tap:tap", "All of it for a Singer target, what is new or whole."),
        "audit": ("audit:audit", "Who looked at, exported or changed what is about people."),
    },
    "Look after": {
        "backfill": (
            "backfill:backfill",
            "Read some days of a source, again or at last.",
        ),
        "replay": ("replay:replay", "Recorded answers, played into an empty warehouse."),
        "plugins": ("setup:plugins", "The plugins that were found, and what is wrong with any."),
        "doctor": ("doctor:doctor", "Look at everything that can go wrong here."),
        "alerts": ("alerts:alerts", "What is wrong, and who was told of it."),
        "explain": ("explain:explain", "What the code of an error means, and what to do."),
        "db": ("database:db", "Version, upgrade, backup and restoring of the warehouse."),
    },
}
"""Every command: where it lives, and its line in the help."""

_COMMANDS = {name: entry for section in SECTIONS.values() for name, entry in section.items()}


class Commands(click.Group):
    """The commands in their sections, each imported when it is called, and those of plugins."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every command, in the order of the help."""
        found = brought(ctx)
        return [*_COMMANDS, *(found.commands if found else ())]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, or None when there is none of that name."""
        if cmd_name not in _COMMANDS:
            found = brought(ctx)
            if found is None or cmd_name not in found.commands:
                return None
            return as_click(found.commands[cmd_name], found.origins[f"command {cmd_name}"])
        module, _, name = _COMMANDS[cmd_name][0].partition(":")
        command: click.Command = getattr(import_module(f"cophub.cli.{module}"), name)
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """As click does; a reader that has seen enough (`| head`) is no error."""
        try:
            answer = super().invoke(ctx)
            sys.stdout.flush()
            return answer
        except BrokenPipeError:
            # Python would complain once more when it flushes at the end.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return 0

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        """As click does, with the command that was meant when a word is misspelled."""
        if args and not args[0].startswith("-") and args[0] not in _COMMANDS:
            self._find(ctx, *args)
        return super().resolve_command(ctx, args)

    def _find(self, ctx: click.Context, word: str, *after: str) -> None:
        """End with the command that was meant, unless a plugin brings this one."""
        state = ctx.ensure_object(State)
        state.config = config_in(after) or state.config
        found = brought(ctx)
        known = self.list_commands(ctx)
        if word not in known:
            from cophub.config.messages import did_you_mean

            state.warn(found.problems if found else [])
            ctx.fail(f'There is no command "{word}"{did_you_mean(word, known)}.')

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The commands under the headings of their sections, those of plugins last."""
        sections = {
            title: {name: text for name, (_, text) in commands.items()}
            for title, commands in SECTIONS.items()
        }
        found = brought(ctx)
        if found and found.commands:
            sections["Plugins"] = {name: one.summary for name, one in found.commands.items()}
        width = max(len(name) for commands in sections.values() for name in commands)
        for title, commands in sections.items():
            with formatter.section(click.style(title, bold=True)):
                rows = [
                    (click.style(name.ljust(width), fg="cyan"), text)
                    for name, text in commands.items()
                ]
                formatter.write_dl(rows)
        if found and found.problems:
            formatter.write_paragraph()
            formatter.write_text("What is wrong with plugins: cophub plugins list")


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 done, 1 a source failed or is held, 2 it could not start.",
)
@shared
@click.version_option(package_name="cophub", message="cophub %(version)s")
def cli() -> None:
    """Communities of practice on many tools, in one warehouse, directory and dashboard.

    Begin with `cophub demo`; with your own tools, `cophub init`.
    """


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and leave with its exit code."""
    sys.exit(run(arguments))


def run(arguments: list[str] | None = None) -> int:
    """The exit code of one command; what went wrong is one line on standard error."""
    show_notes()
    try:
        return _run(State(), arguments)
    finally:
        show_notes()  # whoever calls this again begins without the log that was asked for


def _run(state: State, arguments: list[str] | None) -> int:
    try:
        state.take_environment()
        answer = cli.main(
            args=arguments, prog_name="cophub", standalone_mode=False, obj=state, color=_colours()
        )  # fmt: skip
        return answer if isinstance(answer, int) else 0
    except CophubError as error:
        return _say(state, str(error), 2, error.code)
    except CommandFailedError as error:
        return _say(state, str(error), 1, error.code)
    except click.Abort:
        return _say(state, "stopped", 130)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except KeyboardInterrupt:
        return _say(state, "stopped", 130)
    except Exception as error:  # noqa: BLE001 - the last line of defence: never a bare traceback
        from cophub.cli.surprise import record

        return _say(state, record(state, error), 2, UNFORESEEN)


def _colours() -> bool | None:
    """Without NO_COLOR as click does: on a terminal only. See https://no-color.org."""
    return False if os.environ.get("NO_COLOR") else None


def _say(state: State, message: str, exit_code: int, code: str | None = None) -> int:
    if state.debug and (error := sys.exc_info()[1]) is not None:
        from cophub.cli.surprise import told

        click.echo(told(error), err=True, nl=False)
    if state.log_json:
        _log.error(message, extra={"code": code})
        return exit_code
    label = click.style("cophub:", fg="red", bold=True)
    line = f"{label} {message}{click.style(f' [{code}]', dim=True) if code else ''}"
    click.echo(line, err=True, color=_colours())
    return exit_code


__all__ = ["SECTIONS", "cli", "main", "run"]
