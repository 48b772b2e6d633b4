"""The built-in connectors, each with a small vendor that has something of everything."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from tests.faults.worlds import WORLDS, Newsletter, Tenant, World
from tests.sync import tools

ENOUGH = 3
"""Requests, pages and checkpoints that are tried of each stream for each promise."""


@dataclass(frozen=True)
class Ours:
    """A built-in connector and a vendor that it is tried on."""

    name: str
    world: World
    streams: tuple[str, ...] = ()
    """Those that are tried here, "" for the connector as a whole; none for all."""


def of_size(kind: type[Any], **size: Any) -> Callable[[], Any]:
    """A vendor of this kind and size, the same every time."""
    return lambda: kind(**size)


def signed_in(box: Any, tokens: Any) -> None:
    """A person has signed in for the source that a check makes."""
    tokens.set("test-microsoft", box.refresh_token(box.tenant.admin))


NOW = datetime(2026, 6, 1, tzinfo=UTC)
TENANT = of_size(Tenant, seed=7, people=8, communities=1, years=0.2, messages=12)
GROUPS = of_size(tools.Groups, seed=7, people=20, communities=1, years=0.25)
CHANGED: dict[str, dict[str, Any]] = {
    "adobeconnect": {"make": of_size(tools.Rooms, seed=7, people=12, communities=1, years=0.1)},
    "dgroups": {"make": GROUPS},
    "gotomeeting": {"make": of_size(tools.Calls, seed=7, people=12, communities=1, years=0.1)},
    "mailchimp": {
        "make": of_size(Newsletter, seed=5, people=12, audiences=2, years=0.35, now=NOW),
        "sizes": {"mailchimp.campaigns": {"ACTIVITY_PAGE": 4}},
    },
    "sharepoint": {"make": TENANT},
    "yammer": {
        "make": TENANT,
        "sign_in": signed_in,
        # Else the day on which the network was made is asked for, and nothing comes without it.
        "settings": lambda box: {
            **WORLDS["yammer"].settings(box), "export_since": "2026-04-01",
        },
    },
}  # fmt: skip
"""What is otherwise than in the stories of faults."""


APART: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "dgroups": ({"make": GROUPS, "settings": tools.archive_settings}, ("archive",)),
    "gotomeeting": (
        {"make": of_size(tools.Calls, seed=7, people=30, communities=2, years=0.6)}, ("webinars",),
    ),
}  # fmt: skip
"""Streams that only another vendor has something for."""


def ours() -> Iterator[Ours]:
    """Every built-in connector, and each of its streams once."""
    for name, world in WORLDS.items():
        worded, apart = APART.get(name, ({}, ()))
        (connector,) = world.connector.cophub_connectors()
        streams = tuple(one.name for one in connector.streams if one.name not in apart)
        yield Ours(name, replace(world, **CHANGED.get(name, {})), ("", *streams) if apart else ())
        if apart:
            yield Ours(name, replace(world, **worded), apart)
