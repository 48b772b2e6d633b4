"""The contract of a publisher: it shows what is published somewhere else, after a run."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from cophub.connector import Context, Handout, Sent

if TYPE_CHECKING:
    from cophub.http import Limits
    from cophub.records import Checkpoint


@dataclass(frozen=True)
class Publisher:
    """Code for one kind of place. A table `[publishers.NAME]` of plugins.toml wakes it.

    `publish(ctx, handout)` sends what is new or changed, and yields a `Sent` for each kind of thing
    it sent. A `Checkpoint` that it yields is kept at once, whatever happens after it: its cursor
    comes back as `handout.cursor` the next time. With the same handout again it sends nothing.
    """

    name: str
    summary: str
    settings: type[BaseModel]
    """Of `[publishers.NAME]` in plugins.toml."""
    publish: "Callable[[Context[Any], Handout], Iterator[Sent | Checkpoint]]"
    limits: "Limits | None" = None
    """The pace of the service it sends to; None for the defaults of `cophub.http.Limits`."""


__all__ = ["Publisher"]
