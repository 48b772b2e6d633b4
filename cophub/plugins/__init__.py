"""Finds the plugins, checks what they bring, and says in one line what is wrong with which.

Three doors lead to one path: the built-in plugins (listed below as strings, as anybody's would be),
entry points of group `cophub`, and the modules that plugins.toml names. A plugin that is broken
never stops another.
"""

import sys
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any

import pluggy

from cophub import hookspecs
from cophub.command import Command
from cophub.config.messages import did_you_mean, listed
from cophub.connector import Connector
from cophub.identity_rule import IdentityRule
from cophub.page import Page
from cophub.pipeline import Pipeline
from cophub.plugins.kinds import KINDS, Kind
from cophub.publisher import Publisher

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
    "cophub.pages.news",
    "cophub.identity_rules.same_field",
    "cophub.pipelines.brief",
    "cophub.pipelines.identities",
    "cophub.pipelines.measures",
    "cophub.pipelines.site",
    "cophub.publishers.folder",
)

_HOOKS = sorted(kind.hook for kind in KINDS)


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

    commands: dict[str, Command] = field(default_factory=dict)
    connectors: dict[str, Connector] = field(default_factory=dict)
    pipelines: dict[str, Pipeline] = field(default_factory=dict)
    publishers: dict[str, Publisher] = field(default_factory=dict)
    pages: dict[str, Page] = field(default_factory=dict)
    identity_rules: dict[str, IdentityRule] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    """Why something is not there; one line each."""
    advice: list[str] = field(default_factory=list)
    """Promises that a working plugin does not keep; one line each."""
    origins: dict[str, Origin] = field(default_factory=dict)
    """By `connector NAME`, `pipeline NAME` and so on."""
    loaded: list[Origin] = field(default_factory=list)

    def of(self, kind: Kind) -> dict[str, Any]:
        """All of one kind, by name."""
        found: dict[str, Any] = getattr(self, kind.kept)
        return found


def load_plugins(
    modules: Collection[str] = (),
    built_in: Iterable[str] = BUILT_IN,
    *,
    folder: Path | None = None,
    kinds: Iterable[Kind] = KINDS,
    unread: Collection[str] = (),
) -> Plugins:
    """Every plugin that can be found, imported and checked. Raises nothing: `problems` says it.

    `modules` may lie in `folder`, the one of plugins.toml; what is installed comes before it.
    Plugins are asked for these `kinds` alone; modules that are `unread` are not imported.
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
        if origin.module in unread:
            continue
        if (plugin := _registered(manager, entry, origin, plugins)) is not None:
            plugins.loaded.append(origin)
            for kind in kinds:
                _take(manager, plugin, kind, origin, plugins)
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
            f"{origin} has no hook; put @cophub.hookimpl on a function named {' or '.join(_HOOKS)}"
        )
    return plugin


def _hook_problems(manager: pluggy.PluginManager, plugin: Any) -> Iterator[str]:
    """Functions that were meant as hooks and would never be called."""
    for name in dir(plugin):
        options = manager.parse_hookimpl_opts(plugin, name)
        if options is not None:
            hook = options.get("specname") or name
            if hook not in _HOOKS and not options["optionalhook"]:
                hint = did_you_mean(hook, _HOOKS)
                yield f"has a hook {hook} that does not exist{hint}; there are {listed(_HOOKS)}"
        elif callable(getattr(plugin, name, None)) and _meant(name):
            yield f"has {name} without @cophub.hookimpl, so it is never called; put that above it"


def _meant(name: str) -> bool:
    return name.startswith("cophub_") and bool(did_you_mean(name, _HOOKS))


def _take(
    manager: pluggy.PluginManager, plugin: Any, kind: Kind, origin: Origin, plugins: Plugins
) -> None:
    """Keep what one plugin brings of one kind, as far as it keeps the contract."""
    for thing in _brought(manager, plugin, kind.hook, origin, plugins):
        what = f'{kind.name} "{getattr(thing, "name", type(thing).__name__)}"'
        if wrong := list(kind.wrong(thing)):
            plugins.problems += [f"{origin}: {what} {line}" for line in wrong]
        elif _first(plugins, f"{kind.name} {thing.name}", what, origin):
            plugins.of(kind)[thing.name] = thing
            plugins.advice += [f"{origin}: {what} {line}" for line in kind.advice(thing)]


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


__all__ = ["BUILT_IN", "GROUP", "KINDS", "Kind", "Origin", "Plugins", "load_plugins"]
