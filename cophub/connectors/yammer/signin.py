"""Signing in to Yammer once, by a code that a person enters in a browser."""

from collections.abc import Callable

from cophub import ConfigError, Context
from cophub.connectors.microsoft.entra import device_sign_in
from cophub.connectors.microsoft.hosts import Hosts
from cophub.connectors.yammer.client import SCOPE, login
from cophub.connectors.yammer.groups import GRAPH_SCOPE
from cophub.connectors.yammer.settings import Settings

Ctx = Context[Settings]


def needs_person(settings: Settings) -> bool:
    """Whether any way acts for a person: Yammer's calls always do, Graph's without an app's own
    credential."""
    return needs_yammer(settings) or ("graph" in settings.ways and not settings.app_only)


def needs_yammer(settings: Settings) -> bool:
    """Whether Yammer itself is asked for anything."""
    by_call = "export" in settings.ways and settings.export_path is None
    return "rest" in settings.ways or by_call


def sign_in(ctx: Ctx, show: Callable[[str], None]) -> str:
    """Sign a person in by device code and keep the refresh token; returns who it was.

    One sign-in serves Yammer and Graph. Raises ConfigError where nothing would use it, AuthError
    when the code is declined, expires, or the tenant's policy forbids it.
    """
    settings = ctx.settings
    if not needs_person(settings):
        raise ConfigError(
            f'source "{ctx.source}" asks nothing as a person: its ways are'
            f" {', '.join(settings.ways)}; add rest to ways, or sync as it is"
        )
    hosts = Hosts(str(settings.base_url).rstrip("/") if settings.base_url else None)
    scope = SCOPE if needs_yammer(settings) else GRAPH_SCOPE
    return device_sign_in(ctx, hosts, login(settings), [scope], show)
