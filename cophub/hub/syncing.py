"""Which sources a command means, what they say when they are checked, what a sync would cost."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from cophub.config.messages import did_you_mean, listed
from cophub.errors import ConfigError
from cophub.hub.answers import Checked, NotStarted, Planned

if TYPE_CHECKING:
    from threading import Event

    from cophub.hub import Hub
    from cophub.sync.engine import SyncEngine, Wish
    from cophub.sync.results import SourceSpec, Watcher


def specs(hub: "Hub", names: Iterable[str]) -> "tuple[list[SourceSpec], list[NotStarted]]":
    """The named sources (all, when none is named) and those that cannot start, with the reason.

    Raises ConfigError for a name that is not in plugins.toml, and where there are no sources.
    """
    config = hub.config
    wanted = list(dict.fromkeys(names)) or list(config.sources)
    if not wanted:
        raise ConfigError(
            f"{config.file} has no sources; add a table [sources.NAME] with a connector"
            " (`cophub connectors` lists them)"
        )
    for name in wanted:
        config.source(name)
    found: list[SourceSpec] = []
    broken: list[NotStarted] = []
    for name in wanted:
        try:
            found.append(hub.spec(name))
        except ConfigError as error:
            broken.append(NotStarted(name, str(error), error.code))
    return found, broken


class Wished(NamedTuple):
    """Sources to sync, and those that cannot start."""

    specs: "list[SourceSpec]"
    broken: list[NotStarted]


def wished(hub: "Hub", names: Iterable[str], wish: "Wish") -> Wished:
    """The named sources, where they have the streams that are wished. Raises ConfigError."""
    found = Wished(*hub.specs(names))
    for name in wish.streams or ():
        known = {stream.name for spec in found.specs for stream in spec.chosen()}
        if name not in known:
            raise ConfigError(
                f'no source here has a stream "{name}"{did_you_mean(name, known)};'
                f" there are {listed(known)}"
            )
    return found


def engine(hub: "Hub", watch: "Watcher | None", stop: "Event | None") -> "SyncEngine":
    """What runs this hub's sources."""
    from cophub.sync.engine import SyncEngine

    return SyncEngine(
        hub.warehouse, now=hub.now, watch=watch, stop=stop, tokens=hub.tokens,
        transport=hub.transport,
    )  # fmt: skip


def check(hub: "Hub", names: Iterable[str]) -> Iterator[Checked]:
    """What may be read, source by source."""
    from cophub.hub import vendors

    found, broken = hub.specs(names)
    for trouble in broken:
        connector = hub.config.source(trouble.name).connector
        yield Checked(trouble.name, connector, (), trouble.error, trouble.code)
    for spec in found:
        yield vendors.check(spec, hub.desk(spec))


def plan(hub: "Hub", names: Iterable[str]) -> Iterator[Planned]:
    """What a sync would cost now, source by source."""
    from cophub.hub import reading, vendors

    found, broken = hub.specs(names)
    for trouble in broken:
        yield Planned(trouble.name, error=trouble.error)
    for spec in found:
        cursors = reading.cursors(hub.warehouse, spec.name)
        known = {stream.name: cursors.get(stream.name) for stream in spec.connector.streams}
        yield vendors.plan(spec, hub.desk(spec), known)


__all__ = ["Wished", "check", "engine", "plan", "specs", "wished"]
