"""Every hook of cophub. A plugin implements one by a function of the same name under `hookimpl`."""

import pluggy

from cophub.command import Command
from cophub.connector import Connector
from cophub.identity_rule import IdentityRule
from cophub.page import Page
from cophub.pipeline import Pipeline
from cophub.publisher import Publisher

hookspec = pluggy.HookspecMarker("cophub")
hookimpl = pluggy.HookimplMarker("cophub")


@hookspec
def cophub_commands() -> list[Command]:  # type: ignore[empty-body]
    """The commands that this plugin adds to `cophub`; `cophub --help` lists them."""


@hookspec
def cophub_connectors() -> list[Connector]:  # type: ignore[empty-body]
    """The connectors that this plugin brings; a source in plugins.toml wakes one."""


@hookspec
def cophub_pipelines() -> list[Pipeline]:  # type: ignore[empty-body]
    """The pipelines that this plugin brings; `cophub run` runs them after the sources."""


@hookspec
def cophub_publishers() -> list[Publisher]:  # type: ignore[empty-body]
    """The publishers that this plugin brings; `[publishers.NAME]` in plugins.toml wakes one."""


@hookspec
def cophub_pages() -> list[Page]:  # type: ignore[empty-body]
    """The pages that this plugin adds to the published site, each for the audiences it names."""


@hookspec
def cophub_identity_rules() -> list[IdentityRule]:  # type: ignore[empty-body]
    """The identity rules that this plugin brings; `[identity_rules.NAME]` wakes one."""
