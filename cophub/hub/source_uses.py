"""What plugins.toml says of why a source is kept, and whether its addresses may be read."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from cophub.config import Config
from cophub.identities.visibility import Visibility


@dataclass(frozen=True)
class SourceUse:
    """Why people of one source are in the directory."""

    source: str
    purpose: str | None
    lawful_basis: str | None
    addresses: Literal["masked", "shown"]


def source_uses(config: Config, sources: Iterable[str]) -> tuple[SourceUse, ...]:
    """What is said of each of the sources, in the order of plugins.toml.

    A source that the file does not name any more is left out; its addresses are masked.
    """
    wanted = set(sources)
    return tuple(
        SourceUse(name, source.purpose, source.lawful_basis, source.addresses)
        for name, source in config.sources.items()
        if name in wanted
    )


def visible(config: Config, addresses: bool) -> Visibility:
    """Which addresses are shown; all of them to whoever asked for `addresses`."""
    shown = (name for name, source in config.sources.items() if source.addresses == "shown")
    return Visibility(addresses, frozenset(shown))


__all__ = ["SourceUse", "source_uses", "visible"]
