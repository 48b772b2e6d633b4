"""Finds the plugins, checks what they bring, and says in one line what is wrong with which.

Three doors lead to one path: the built-in plugins (listed below as strings, as anybody's would be),
entry points of group `cophub`, and the modules that plugins.toml names. A plugin that is broken
never stops another.
"""

import re
import sys
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any

import pluggy
from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from cophub import hookspecs
from cophub.config.messages import did_you_mean, listed
from cophub.connector import Connector, Stream
from cophub.http import is_secret_name
from cophub.pipeline import Pipeline
from cophub.records import RECORDS

GROUP = "cophub"
BUILT_IN = (
    "cophub.connectors.adobeconnect",
    "cophub.connectors.calendar",
    "cophub.connectors.dgroups",
    "cophub.connectors.dgroupsarchive",
    "cophub.connectors.feed",
    "cophub.connectors.files",
    "cophub.connectors.gotomeeting",
    "cophub.connectors.mailarchive",
    "cophub.connectors.mailchimp",
    "cophub.connectors.mailman",
    "cophub.connectors.rest",
    "cophub.connectors.sharepoint",
    "cophub.connectors.singer",
    "cophub.connectors.yammer",
    "cophub.pipelines.brief",
    "cophub.pipelines.identities",
    "cophub.pipelines.measures",
    "cophub.pipelines.site",
)

_NAME = re.compile(r"[a-z][a-z0-9_-]*")


@dataclass(frozen=True)
class Origin:
    """Where a plugin comes from: `distribution` is what pip knows it by."""

    plugin: str
    module: str
    distribution: str | None = None
    version: str | None = None

    def __str__(self) -> str:
        if self.distribution:
            return f'plugin "{self.plugin}" of {self.distribution} {self.version}'
        return f'plugin module "{self.module}" of [plugins] modules'


@dataclass
class Plugins:
    """What the plugins bring: those that keep the contract, and a line for each that does not."""

    connectors: dict[str, Connector] = field(default_factory=dict)
    pipelines: dict[str, Pipeline] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    """Why something is not there; one line each."""
    advice: list[str] = field(default_factory=list)
    """Promises that a working plugin does not keep; one line each."""
    origins: dict[str, Origin] = field(default_factory=dict)
    """By `connector NAME` and `pipeline NAME`."""
    loaded: list[Origin] = field(default_factory=list)


def load_plugins(
    modules: Collection[str] = (),
    built_in: Iterable[str] = BUILT_IN,
    *,
    folder: Path | None = None,
) -> Plugins:
    """Every plugin that can be found, imported and checked. Raises nothing: `problems` says it.

    `modules` may lie in `folder`, the one of plugins.toml; what is installed comes before it.
    """
    plugins = Plugins()
    if modules and folder is not None and str(folder) not in sys.path:
        sys.path.append(str(folder))
    manager = pluggy.PluginManager(GROUP)
    manager.add_hookspecs(hookspecs)
    names: dict[str, Origin] = {}
    for entry, origin in _candidates(modules, built_in):
        if known := names.get(origin.plugin):
            plugins.problems.append(_second(origin, known, f'the plugin name "{origin.plugin}"'))
            continue
        names[origin.plugin] = origin
        if (plugin := _registered(manager, entry, origin, plugins)) is not None:
            plugins.loaded.append(origin)
            _take_connectors(manager, plugin, origin, plugins)
            _take_pipelines(manager, plugin, origin, plugins)
    return plugins


def _candidates(
    modules: Iterable[str], built_in: Iterable[str]
) -> Iterator[tuple[EntryPoint, Origin]]:
    """Built-in plugins first, then distributions by name, then modules as listed."""
    from cophub import __version__

    seen = set(built_in)
    for module in built_in:
        name = module.rsplit(".", 1)[-1]
        entry = EntryPoint(name, module, GROUP)
        yield entry, Origin(name, module, "cophub", __version__)
    found = sorted(entry_points(group=GROUP), key=lambda e: (_distribution(e)[0], e.name))
    for entry in found:
        if entry.value not in seen:
            seen.add(entry.value)
            yield entry, Origin(entry.name, entry.value, *_distribution(entry))
    for module in modules:
        if module not in seen:
            yield EntryPoint(module, module, GROUP), Origin(module, module)


def _distribution(entry: EntryPoint) -> tuple[str, str]:
    dist = entry.dist
    return (dist.name, dist.version) if dist else ("an unknown distribution", "")


def _registered(
    manager: pluggy.PluginManager, entry: EntryPoint, origin: Origin, plugins: Plugins
) -> Any:
    """The imported plugin, known to the manager; None (and a problem) when that fails."""
    try:
        plugin = entry.load()
    except (Exception, SystemExit) as error:  # noqa: BLE001 - a stranger's module may raise anything
        plugins.problems.append(f"{origin} cannot be imported ({_said(error)}); {_mend(origin)}")
        return None
    wrong = list(_hook_problems(manager, plugin))
    plugins.problems += [f"{origin} {line}" for line in wrong]
    try:
        manager.register(plugin, name=str(origin))
    except (pluggy.PluginValidationError, ValueError) as error:
        plugins.problems.append(f"{origin} does not fit its hook ({_said(error)}); {_mend(origin)}")
        return None
    if not manager.get_hookcallers(plugin) and not wrong:
        plugins.problems.append(
            f"{origin} has no hook; put @cophub.hookimpl on a function named"
            f" {' or '.join(_hooks())}"
        )
    return plugin


def _hooks() -> list[str]:
    return sorted(name for name in vars(hookspecs) if name.startswith("cophub_"))


def _hook_problems(manager: pluggy.PluginManager, plugin: Any) -> Iterator[str]:
    """Functions that were meant as hooks and would never be called."""
    known = _hooks()
    for name in dir(plugin):
        options = manager.parse_hookimpl_opts(plugin, name)
        if options is not None:
            hook = options.get("specname") or name
            if hook not in known and not options["optionalhook"]:
                hint = did_you_mean(hook, known)
                yield f"has a hook {hook} that does not exist{hint}; there are {listed(known)}"
        elif callable(getattr(plugin, name, None)) and _meant(name, known):
            yield f"has {name} without @cophub.hookimpl, so it is never called; put that above it"


def _meant(name: str, known: list[str]) -> bool:
    return name.startswith("cophub_") and bool(did_you_mean(name, known))


def _take_connectors(
    manager: pluggy.PluginManager, plugin: Any, origin: Origin, plugins: Plugins
) -> None:
    for connector in _brought(manager, plugin, "cophub_connectors", origin, plugins):
        what = _called("connector", connector)
        broken = list(_connector_problems(connector))
        if broken:
            plugins.problems += [f"{origin}: {what} {line}" for line in broken]
        elif _first(plugins, f"connector {connector.name}", what, origin):
            plugins.connectors[connector.name] = connector
            advice = _settings_advice(connector.settings, base_url=True)
            plugins.advice += [f"{origin}: {what} {line}" for line in advice]


def _take_pipelines(
    manager: pluggy.PluginManager, plugin: Any, origin: Origin, plugins: Plugins
) -> None:
    for pipeline in _brought(manager, plugin, "cophub_pipelines", origin, plugins):
        what = _called("pipeline", pipeline)
        broken = list(_pipeline_problems(pipeline))
        if broken:
            plugins.problems += [f"{origin}: {what} {line}" for line in broken]
        elif _first(plugins, f"pipeline {pipeline.name}", what, origin):
            plugins.pipelines[pipeline.name] = pipeline
            advice = _settings_advice(pipeline.settings, base_url=False)
            plugins.advice += [f"{origin}: {what} {line}" for line in advice]


def _brought(
    manager: pluggy.PluginManager, plugin: Any, hook: str, origin: Origin, plugins: Plugins
) -> list[Any]:
    """What one plugin's hook gives; an empty list (and a problem) when it fails."""
    others = [other for other in manager.get_plugins() if other is not plugin]
    try:
        answers = manager.subset_hook_caller(hook, remove_plugins=others)()
        return [thing for answer in answers for thing in answer]
    except (Exception, SystemExit) as error:  # noqa: BLE001 - a stranger's hook may raise anything
        plugins.problems.append(f"{origin}: {hook} failed ({_said(error)}); {_mend(origin)}")
        return []


def _first(plugins: Plugins, key: str, what: str, origin: Origin) -> bool:
    """Whether the name is still free; the first to take it keeps it."""
    if known := plugins.origins.get(key):
        plugins.problems.append(_second(origin, known, f"the {what}"))
        return False
    plugins.origins[key] = origin
    return True


def _second(second: Origin, first: Origin, what: str) -> str:
    return f"{second} is not used for {what}: {first} has it already; remove or rename one"


def _called(kind: str, thing: Any) -> str:
    return f'{kind} "{getattr(thing, "name", type(thing).__name__)}"'


def _connector_problems(connector: Any) -> Iterator[str]:
    """Why a connector cannot be used."""
    if not isinstance(connector, Connector):
        yield "is not a cophub.Connector; cophub_connectors returns a list of them"
        return
    yield from _common_problems(connector.name, connector.summary, connector.settings)
    if not connector.streams:
        yield "has no streams; give it at least one cophub.Stream"
    names: set[str] = set()
    for stream in connector.streams:
        if not isinstance(stream, Stream):
            yield f"has a {type(stream).__name__} among its streams; wrap it in cophub.Stream"
            continue
        if stream.name in names:
            yield f'has two streams named "{stream.name}"; give each a name of its own'
        names.add(stream.name)
        yield from _stream_problems(stream)
    for attribute in ("check", "discover", "estimate", "paced"):
        if not _callable_or_none(getattr(connector, attribute)):
            yield f"has a {attribute} that is not a function; give one or leave it out"


def _stream_problems(stream: Stream) -> Iterator[str]:
    if not _NAME.fullmatch(str(stream.name)):
        yield f'has a stream "{stream.name}"; a name is lower case letters, digits, - and _'
    if not callable(stream.extract):
        yield f'has a stream "{stream.name}" whose extract is not a function'
    for record in (*stream.snapshot_of, *stream.yields):
        if record not in RECORDS:
            yield (
                f'has a stream "{stream.name}" that speaks of {record!r}; name records,'
                " such as cophub.Membership"
            )


def _pipeline_problems(pipeline: Any) -> Iterator[str]:
    """Why a pipeline cannot be used."""
    if not isinstance(pipeline, Pipeline):
        yield "is not a cophub.Pipeline; cophub_pipelines returns a list of them"
        return
    yield from _common_problems(pipeline.name, pipeline.summary, pipeline.settings)
    if not callable(pipeline.run):
        yield "has a run that is not a function; give it one that takes a PipelineContext"
    if pipeline.name in pipeline.after:
        yield "runs after itself; take its own name out of after"


def _common_problems(name: Any, summary: Any, settings: Any) -> Iterator[str]:
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        yield "needs a name of lower case letters, digits, - and _"
    if not isinstance(summary, str) or not summary.strip() or "\n" in summary.strip():
        yield "needs a summary of one line"
    if not (isinstance(settings, type) and issubclass(settings, BaseModel)):
        yield "needs settings that are a pydantic model (a class, not an instance)"


def _settings_advice(settings: type[BaseModel], base_url: bool) -> Iterator[str]:
    """What a settings model should have and does not."""
    fields = settings.model_fields
    if bare := [name for name, info in fields.items() if not info.description]:
        yield f"has settings without a description: {listed(bare)}; add Field(description=...)"
    for name, info in fields.items():
        if is_secret_name(name) and not _is_secret(info):
            yield f"keeps the setting {name} as plain text; make it a pydantic.SecretStr"
    if base_url and "base_url" not in fields:
        yield "has no setting base_url, so it cannot be pointed at a test server; add one"


def _is_secret(info: FieldInfo) -> bool:
    return SecretStr.__name__ in str(info.annotation)


def _callable_or_none(value: Callable[..., Any] | None) -> bool:
    return value is None or callable(value)


def _said(error: BaseException) -> str:
    """An error as one line: its kind and the first line of what it says."""
    text = str(error).strip().splitlines()
    return f"{type(error).__name__}: {text[0]}" if text else type(error).__name__


def _mend(origin: Origin) -> str:
    if origin.distribution == "cophub":
        return "reinstall cophub"
    if origin.distribution:
        return f"update it (pip install -U {origin.distribution}) or remove it"
    return "mend it, or take it out of [plugins] modules"


__all__ = ["BUILT_IN", "GROUP", "Origin", "Plugins", "load_plugins"]
