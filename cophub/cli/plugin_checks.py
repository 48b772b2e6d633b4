"""`plugins test`: whether a connector keeps its promises, on answers that were recorded."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from cophub.cli import show
from cophub.cli.options import State, pass_state, shared
from cophub.error_codes import ASKED, VALUE
from cophub.errors import ConfigError

if TYPE_CHECKING:
    from pydantic import BaseModel

    from cophub.connector import Connector
    from cophub.hub.recording import Recorded
    from cophub.testing import Report


@click.command("test")
@click.argument("name")
@click.option(
    "--answers",
    "folder",
    default=Path("tests", "answers"),
    show_default=True,
    type=click.Path(path_type=Path),
    help="The folder that `cophub sync --record` filled.",
)
@click.option("--stream", "streams", multiple=True, metavar="NAME", help="Only this stream.")
@shared
@pass_state
def plugins_test(state: State, name: str, folder: Path, streams: tuple[str, ...]) -> int:
    """Try the promises of a connector on recorded answers, and say which broke, where and how.

    NAME is the connector. No vendor is asked and no credential is needed. What the answers do not
    reach is told as not tried, never as kept. The exit code is 1 where a promise broke, and 2
    where none could be tried.
    """
    report = _checked(state, name, folder, streams)
    if not show.finish(state, report.plain()):
        for line in report.lines():
            show.say(line)
    if report.broken:
        return 1
    return 0 if any(one.stream for one in report.kept) else 2


def _checked(state: State, name: str, folder: Path, streams: tuple[str, ...]) -> "Report":
    from cophub.config.messages import did_you_mean, listed
    from cophub.hub.recording import Recording
    from cophub.testing import check_connector

    connector = _connector(state, name)
    known = [stream.name for stream in connector.streams]
    for wrong in (one for one in streams if one not in known):
        raise ConfigError(
            f'connector "{name}" has no stream "{wrong}"{did_you_mean(wrong, known)};'
            f" it has {listed(known)}",
            code=ASKED,
        )
    source = _source(Recording.read(folder).sources, name, folder)
    return check_connector(
        connector,
        _settings(connector, source, folder),
        answers=folder / source.name,
        now=source.started_at,
        tokens=source.tokens,
        streams=streams or source.streams or (),
    )


def _connector(state: State, name: str) -> "Connector":
    from cophub.cli.setup import found_plugins
    from cophub.config.messages import did_you_mean, listed

    plugins = found_plugins(state)
    state.warn(plugins.problems)
    if name not in plugins.connectors:
        known = plugins.connectors
        told = (
            f'there is no connector "{name}"{did_you_mean(name, known)}; there are {listed(known)}'
        )
        if Path("pyproject.toml").is_file():
            told += "; a package of your own is found when it is installed: pip install -e ."
        raise ConfigError(told, code=ASKED)
    return plugins.connectors[name]


def _source(sources: "list[Recorded]", name: str, folder: Path) -> "Recorded":
    for source in sources:
        if source.connector == name:
            return source
    raise ConfigError(
        f'the recording in {folder} has no source of connector "{name}"; record one with'
        " cophub sync SOURCE --record FOLDER",
        code=ASKED,
    )


def _settings(connector: "Connector", source: "Recorded", folder: Path) -> "BaseModel":
    from pydantic import ValidationError

    try:
        return connector.settings(**source.settings)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise ConfigError(
            f'the settings in the recording {folder} do not fit connector "{connector.name}":'
            f" {place}: {first['msg']}; record again",
            code=VALUE,
        ) from None
