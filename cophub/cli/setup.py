"""`init`, `connectors` and `plugins`: what there is to work with."""

import json
import os
from collections.abc import Iterator
from datetime import date
from importlib.resources import files
from pathlib import Path
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Annotated, Any, Literal, Union, get_args, get_origin

import click
from pydantic import AnyUrl, SecretStr

from cophub.cli import show
from cophub.cli.options import State, pass_state, shared
from cophub.cli.plugin_checks import plugins_test
from cophub.cli.plugin_new import plugins_new
from cophub.error_codes import ASKED
from cophub.errors import ConfigError

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

    from cophub.connector import Connector, Stream
    from cophub.plugins import Origin, Plugins


@click.command()
@shared
@pass_state
def init(state: State) -> None:
    """Write a plugins.toml with comments; only you may read it."""
    path = state.path
    sample = files("cophub.cli").joinpath("sample.toml").read_text(encoding="utf-8")
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise ConfigError(
            f"{path} is there already; name another file with --config", code=ASKED
        ) from None
    except OSError as error:
        raise ConfigError(f"{path} cannot be written ({error.strerror})", code=ASKED) from None
    with open(handle, "w", encoding="utf-8") as out:  # noqa: PTH123 - an open handle, not a path
        out.write(sample)
    if show.finish(state, {"written": str(path)}):
        return
    show.say(f"{show.mark('done')} {path} is written")
    show.say("  1. keep the sources you have, and delete the others")
    show.say("  2. put their secrets into the environment, as the file says")
    show.say("  3. cophub check    then    cophub run")


def found_plugins(state: State) -> "Plugins":
    """The plugins there are; without a plugins.toml, those that are installed."""
    from cophub.config import load_config
    from cophub.plugins import load_plugins

    if not state.path.exists() and not state.config:
        return load_plugins()
    config = load_config(state.path)
    return load_plugins(config.modules, folder=config.folder)


@click.group(invoke_without_command=True)
@shared
@click.pass_context
@pass_state
def connectors(state: State, ctx: click.Context) -> None:
    """What can be connected; `connectors show NAME` gives settings and streams."""
    if ctx.invoked_subcommand is not None:
        return
    plugins = found_plugins(state)
    if state.json:
        show.answer_json([_described(c, plugins) for c in plugins.connectors.values()])
        return
    rows = [
        (show.bold(name), connector.summary, ", ".join(s.name for s in connector.streams),
         plugins.origins[f"connector {name}"].distribution)
        for name, connector in sorted(plugins.connectors.items())
    ]  # fmt: skip
    show.table(("connector", "what", "streams", "from"), rows)
    state.warn(plugins.problems)


@connectors.command("show")
@click.argument("name")
@shared
@pass_state
def connectors_show(state: State, name: str) -> None:
    """Settings, streams, permissions and personal data of one connector."""
    from cophub.config.messages import did_you_mean, listed

    plugins = found_plugins(state)
    if name not in plugins.connectors:
        known = plugins.connectors
        raise ConfigError(
            f'there is no connector "{name}"{did_you_mean(name, known)}; there are {listed(known)}',
            code=ASKED,
        )
    connector = plugins.connectors[name]
    if show.finish(state, _described(connector, plugins)):
        return
    show.say(f"{show.bold(name)}  {connector.summary}")
    show.say(show.dim(f"  {plugins.origins[f'connector {name}']}"))
    show.say()
    show.table(("setting", "value", "default", "what it is"), _setting_rows(connector), wrap=True)
    show.say()
    columns = ("stream", "yields", "reads", "deletions", "what it is")
    show.table(columns, [_stream_row(stream) for stream in connector.streams], wrap=True)
    if needed := dict.fromkeys(p for stream in connector.streams for p in stream.permissions):
        show.say()
        show.paragraph("needs:", "; ".join(needed))
    if connector.personal:
        show.paragraph("personal data:", ", ".join(connector.personal))


def _described(connector: "Connector", plugins: "Plugins") -> dict[str, Any]:
    """What a connector can tell about itself, for a program."""
    schema = connector.settings.model_json_schema()
    return {
        "name": connector.name,
        "summary": connector.summary,
        "from": str(plugins.origins[f"connector {connector.name}"]),
        "settings": schema.get("properties", {}),
        "required": schema.get("required", []),
        "streams": [_stream_facts(stream) for stream in connector.streams],
        "personal": connector.personal,
        "can": [name for name in ("check", "discover", "estimate") if getattr(connector, name)],
    }


def _stream_facts(stream: "Stream") -> dict[str, Any]:
    return {
        "name": stream.name,
        "summary": stream.summary,
        "yields": [record.__name__ for record in stream.yields],
        "snapshot_of": [record.__name__ for record in stream.snapshot_of],
        "sees_edits": stream.sees_edits,
        "sees_deletions": stream.sees_deletions,
        "permissions": stream.permissions,
    }


def _setting_rows(connector: "Connector") -> Iterator[tuple[Any, ...]]:
    for name, info in connector.settings.model_fields.items():
        yield show.bold(name), _type_of(info), _default_of(info), info.description


_WORDS: dict[type, str] = {
    SecretStr: "secret", AnyUrl: "address", bool: "true or false", int: "number", float: "number",
    str: "text", date: "date", Path: "path", list: "list", tuple: "list", set: "list",
    dict: "table",
}  # fmt: skip
"""What a type is called; `bool` stands before `int`, which it is a kind of."""
_FEW = 5
"""More words than these make a column too wide to read; the description names them."""


def _type_of(info: "FieldInfo") -> str:
    """`text`, `secret`, `text or list`, `one of auto, api`: for whoever writes plugins.toml."""
    return " or ".join(dict.fromkeys(map(_word_for, _parts(info.annotation))))


def _parts(annotation: Any) -> Iterator[Any]:
    """The types of a union, without None and without what narrows them."""
    origin = get_origin(annotation)
    if origin is Annotated:
        yield from _parts(get_args(annotation)[0])
    elif origin in (Union, UnionType):
        for part in get_args(annotation):
            yield from _parts(part)
    elif annotation is not NoneType:
        yield annotation


def _word_for(kind: Any) -> str:
    if get_origin(kind) is Literal:
        words = [str(word) for word in get_args(kind)]
        if len(words) > _FEW:
            return "word"
        return f"one of {', '.join(words)}" if words[1:] else f'"{words[0]}"'
    kind = getattr(kind, "__supertype__", get_origin(kind) or kind)  # that of a NewType
    if not isinstance(kind, type):
        return "table"
    return next((word for of, word in _WORDS.items() if issubclass(kind, of)), "table")


def _default_of(info: "FieldInfo") -> str:
    """A default as TOML writes it."""
    if info.is_required():
        return show.coloured("warning", "required")
    if info.default_factory is not None:
        return "–"
    default = info.get_default()
    if isinstance(default, bool | str | list | tuple):
        return json.dumps(default, ensure_ascii=False)
    return "–" if default is None else str(default)


def _stream_row(stream: "Stream") -> tuple[Any, ...]:
    return (
        show.bold(stream.name),
        ", ".join(record.__name__ for record in stream.yields) or None,
        "whole" if stream.snapshot_of else "what is new",
        stream.sees_deletions or bool(stream.snapshot_of),
        stream.summary,
    )


@click.group()
def plugins() -> None:
    """The plugins that were found."""


plugins.add_command(plugins_new)
plugins.add_command(plugins_test)


@plugins.command("list")
@shared
@pass_state
def plugins_list(state: State) -> int:
    """Every plugin, what it brings, and what is wrong with any."""
    found = found_plugins(state)
    answer = {
        "plugins": [
            {
                "plugin": origin.plugin,
                "module": origin.module,
                "distribution": origin.distribution,
                "version": origin.version,
                "brings": _brought(origin, found),
            }
            for origin in found.loaded
        ],
        "problems": found.problems,
        "advice": found.advice,
    }
    if not show.finish(state, answer):
        rows = [
            (show.bold(o.plugin), o.distribution or f"module {o.module}", o.version,
             ", ".join(_brought(o, found)))
            for o in found.loaded
        ]  # fmt: skip
        show.table(("plugin", "from", "version", "brings"), rows)
        for state_name, lines in (("failed", found.problems), ("warning", found.advice)):
            for line in lines:
                show.say(f"  {show.mark(state_name)} {line}")
    return 1 if found.problems else 0


def _brought(origin: "Origin", found: "Plugins") -> list[str]:
    return [key for key, by in found.origins.items() if by == origin]
