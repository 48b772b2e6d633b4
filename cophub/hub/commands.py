"""What a plugin's command works with, opened when it asks and closed when it ends."""

import logging
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

from cophub.command import Command, CommandContext, Screen
from cophub.http import Transport

if TYPE_CHECKING:
    from cophub.hub import Hub


@contextmanager
def context_of(hub: "Hub", command: Command, screen: Screen) -> Iterator[CommandContext[Any]]:
    """The context of one call. Raises ConfigError for settings that are wrong."""
    settings = hub.config.command_settings(command)
    with ExitStack() as opened:
        yield CommandContext(
            settings=settings,
            now=hub.now(),
            timezone=hub.config.timezone,
            site=hub.config.site,
            screen=screen,
            open_warehouse=lambda: hub.warehouse,
            open_transport=cache(lambda: opened.enter_context(Transport())),
            communities=hub.config.community_specs,
            log=logging.getLogger(f"cophub.command.{command.name}"),
        )


__all__ = ["context_of"]
