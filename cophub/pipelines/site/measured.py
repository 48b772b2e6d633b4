"""What a page shows of a community's measures beside the figures themselves."""

from dataclasses import dataclass, field

from cophub.pipelines.site.formats import ABSENT, Cell

LEVELS = ("core", "active", "peripheral", "outside")
"""From the highest."""


@dataclass(frozen=True)
class ChannelReach:
    """A source's kind of space: whom it reaches, and whom no other channel does."""

    source: str
    kind: str
    people: Cell
    only: Cell


@dataclass(frozen=True)
class Parts:
    """The parts of a community's figures; `moves` and `channels` by quarter."""

    moves: dict[str, dict[tuple[str, str], Cell]] = field(default_factory=dict)
    """From which level to which, since the end of the quarter before."""
    channels: dict[str, tuple[ChannelReach, ...]] = field(default_factory=dict)
    unnamed_channels: dict[str, int] = field(default_factory=dict)
    """How many channels are not named to these readers."""

    def move(self, quarter: str, before: str, after: str) -> Cell:
        return self.moves.get(quarter, {}).get((before, after), ABSENT)
