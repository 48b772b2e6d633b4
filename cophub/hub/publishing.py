"""The pipelines that are asked for and those they need, with settings that go together."""

import logging
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from pydantic import BaseModel

from cophub.config.messages import did_you_mean, listed
from cophub.error_codes import UNKNOWN_NAME
from cophub.errors import ConfigError, PluginError
from cophub.identity_rule import RulesInUse
from cophub.page import Page
from cophub.pipeline import PipelineContext, Publication

if TYPE_CHECKING:
    from threading import Event

    from cophub.hub import Hub
    from cophub.publish import PipelineResult
    from cophub.warehouse import Warehouse
    from cophub.warehouse.state import AskedBy


def publish(
    hub: "Hub",
    names: Iterable[str],
    stop: "Event | None" = None,
    asked_by: "AskedBy" = "person",
    due_at: datetime | None = None,
) -> "Iterator[PipelineResult]":
    """Run the named pipelines and those they come after (all, when none is named).

    With `due_at`, only where one of those named has not begun then or later.
    """
    from cophub.publish import Due, run_pipelines

    pipelines = hub.plugins.pipelines
    hub.config.check_pipelines(pipelines)
    named = tuple(dict.fromkeys(names)) or tuple(pipelines)
    wanted = _with_what_they_need(hub, list(named))
    settings = settings_of(hub, wanted)
    made = shown = False
    for result in run_pipelines(
        hub.warehouse,
        [(pipelines[name], settings[name]) for name in wanted],
        site=hub.config.site,
        timezone=hub.config.timezone,
        communities=hub.config.community_specs,
        promises=hub.config.promises,
        pages=_pages(hub),
        identity_rules=partial(identity_rules, hub),
        now=hub.now,
        asked_by=asked_by,
        stop=stop,
        due=Due(named, due_at) if due_at else None,
    ):
        shown = result.state != "stopped"
        made = made or result.files > 0
        yield result
    if shown and made:
        from cophub.hub import handouts

        yield from handouts.hand_out(hub, stop)


def _pages(hub: "Hub") -> tuple[Page, ...]:
    """The pages that plugins bring, each with the words for its plugin."""
    origins = hub.plugins.origins
    return tuple(
        replace(page, origin=str(origins[f"page {name}"]))
        for name, page in hub.plugins.pages.items()
    )


def context_of(
    hub: "Hub", name: str, warehouse: "Warehouse | None" = None, run: int = 0
) -> PipelineContext[BaseModel]:
    """What a pipeline is given where it is not published by it."""
    return PipelineContext(
        settings=hub.pipeline_settings(name),
        warehouse=warehouse or hub.warehouse,
        now=hub.now(),
        timezone=hub.config.timezone,
        run=run,
        communities=hub.config.community_specs,
        promises=hub.config.promises,
        identity_rules=partial(identity_rules, hub),
        log=logging.getLogger(f"cophub.pipeline.{name}"),
    )


def identity_rules(hub: "Hub") -> RulesInUse:
    """The rules that plugins.toml wakes, with checked settings. Raises ConfigError."""
    rules = hub.config.identity_rules_in_use(hub.plugins.identity_rules)
    connectors = {name: source.connector for name, source in hub.config.sources.items()}
    return RulesInUse(rules, connectors)


def request(hub: "Hub", name: str, what: str, wanted: Mapping[str, str]) -> Publication:
    """What a pipeline makes on request. Raises PluginError where none makes `what`."""
    pipeline = hub.plugins.pipelines.get(name)
    if pipeline is None or pipeline.request is None:
        raise PluginError(f"there is no pipeline that makes {what}; `cophub plugins` says why")
    return pipeline.request(context_of(hub, name), wanted)


def settings_of(hub: "Hub", names: Iterable[str]) -> dict[str, BaseModel]:
    """The settings of pipelines by name. Raises ConfigError, also where two do not go together."""
    found = {name: hub.pipeline_settings(name) for name in names}
    for name, settings in found.items():
        conflict = hub.plugins.pipelines[name].conflict
        if conflict is not None and (trouble := conflict(settings, found)):
            setting, what = trouble
            hub.config.fail(("pipelines", name, "settings", setting), what)
    return found


def _with_what_they_need(hub: "Hub", names: list[str]) -> list[str]:
    pipelines = hub.plugins.pipelines
    wanted: dict[str, None] = {}
    while names:
        name = names.pop()
        if name not in pipelines:
            raise ConfigError(
                f'there is no pipeline "{name}"{did_you_mean(name, pipelines)};'
                f" there are {listed(pipelines)}",
                code=UNKNOWN_NAME,
            )
        if name not in wanted:
            wanted[name] = None
            names += [before for before in pipelines[name].after if before in pipelines]
    return [name for name in pipelines if name in wanted]


__all__ = ["context_of", "identity_rules", "publish", "request", "settings_of"]
