"""The contract of a pipeline: it reads the warehouse and yields publications for readers."""

import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar
from zoneinfo import ZoneInfo

from pydantic import BaseModel, PrivateAttr

from cophub.errors import ConfigError

if TYPE_CHECKING:
    from cophub.identity_rule import RulesInUse
    from cophub.page import Page
    from cophub.warehouse import Warehouse

S = TypeVar("S", bound=BaseModel)


class NoSettings(BaseModel, extra="forbid"):
    """For a pipeline that has nothing to set."""


class LaterSettings(BaseModel):
    """Settings of which those named in `later` stop nothing but what uses them when they are wrong.

    A pipeline calls `check(name)` right before it uses one; until then a wrong one has its default.
    """

    later: ClassVar[frozenset[str]] = frozenset()
    _wrong: dict[str, str] = PrivateAttr(default_factory=dict)

    @property
    def wrong(self) -> Mapping[str, str]:
        """What is wrong with those that cannot be used, in one line each, by name."""
        return self._wrong

    def leave_out(self, wrong: Mapping[str, str]) -> None:
        """Say what is wrong with some of them; for whoever reads plugins.toml."""
        self._wrong.update(wrong)

    def check(self, *names: str) -> None:
        """Raise ConfigError where one of them was given and cannot be used."""
        for name in names:
            if name in self._wrong:
                raise ConfigError(self._wrong[name])


@dataclass(frozen=True)
class Publication:
    """One file made for readers, at `path` below the hub's site folder.

    The engine writes all files of a run into a new version and switches to it at the end, so a
    reader never sees half of one.
    """

    path: PurePosixPath | str
    content: bytes | str


@dataclass(frozen=True)
class CommunitySpec:
    """A community as plugins.toml describes it; `spaces` are `source:space key or pattern`."""

    key: str
    title: str
    domain: str | None = None
    description: str | None = None
    url: str | None = None
    open_membership: bool | None = None
    contact: str | None = None
    spaces: tuple[str, ...] = ()


@dataclass
class PipelineContext(Generic[S]):
    """What a running pipeline is handed."""

    settings: S
    warehouse: "Warehouse"
    now: datetime
    """When the run began, in UTC. Pipelines use this clock and no other."""
    timezone: ZoneInfo
    """The hub's zone: it decides which quarter and which month an instant belongs to."""
    run: int = 0
    communities: tuple[CommunitySpec, ...] = ()
    promises: Mapping[str, timedelta] = field(default_factory=dict)
    """How old the data of a source may be at most, by its name, where `fresh_within` says so."""
    pages: "tuple[Page, ...]" = ()
    """The pages that plugins bring, for the pipeline that makes the site."""
    identity_rules: "Callable[[], RulesInUse] | None" = None
    """The rules of `[identity_rules.NAME]`; raises ConfigError where one cannot be used."""
    log: logging.Logger = field(default_factory=lambda: logging.getLogger("cophub.pipeline"))
    announce: Callable[[str, int, int | None], None] = lambda what, done, total: None
    warn: Callable[[str], None] = lambda line: None
    """Tells what went wrong with a part and stopped nothing else, in one line; `run` and `status`
    say it."""


@dataclass(frozen=True)
class Pipeline:
    """Code that makes tables or files out of the warehouse.

    `run(ctx)` may write the hub's own tables (one transaction, so readers never see half of it)
    and yields the files it makes. `after` names the pipelines whose results it reads.
    """

    name: str
    summary: str
    run: Callable[[PipelineContext[Any]], Iterator[Publication]]
    settings: type[BaseModel] = NoSettings
    after: tuple[str, ...] = ()
    request: Callable[[PipelineContext[Any], Mapping[str, str]], Publication] | None = None
    """One publication for whoever asks, outside of a run, such as a week's brief; it goes to them
    alone and not into the site. What may be wanted, by name, is the pipeline's own."""
    conflict: Callable[[Any, Mapping[str, BaseModel]], tuple[str, str] | None] | None = None
    """Whether its settings cannot go with those of the others, by pipeline: the name of a setting,
    and what is wrong with the next step. Asked before any pipeline runs."""
