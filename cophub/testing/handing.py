"""What a command answers, and what a publisher does with a handout, without a hub."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click
from pydantic import BaseModel

from cophub.command import Command, CommandContext
from cophub.connector import Connector, Context, Handout, Sent, Sheet, Shown, Stream
from cophub.http import MemoryTokens, Transport
from cophub.pipeline import CommunitySpec, NoSettings
from cophub.publisher import Publisher
from cophub.records import Checkpoint, Item
from cophub.testing.extracting import NOW, no_network

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cophub.warehouse import Warehouse

_ZONE = ZoneInfo("UTC")
_PEOPLE = "cophub.pipelines.identities"
NO_ROWS = Sheet("Quarter table", (("Key", "text"), ("Quarter", "text"), ("Community", "text")), ())


def filled(
    folder: Path | str,
    items: Iterable[Item],
    *,
    source: str = "test",
    communities: Sequence[CommunitySpec] = (),
    now: datetime = NOW,
) -> "Warehouse":
    """A warehouse in a new SQLite file of this folder, as if a source had yielded these items.

    Its people are found, too. For tests of what reads a warehouse: commands, pipelines, pages.
    """
    # A test of a connector does without all of these.
    from cophub.plugins import load_plugins
    from cophub.publish import run_pipelines
    from cophub.sync.engine import SyncEngine
    from cophub.sync.results import SourceSpec
    from cophub.warehouse import Warehouse

    def given(ctx: Context[Any], since: str | None) -> "Iterator[Item]":
        yield from items

    connector = Connector("given", "What a test gives", NoSettings, (Stream(given),))
    warehouse = Warehouse.open(f"sqlite:///{Path(folder) / 'cophub.db'}", clock=lambda: now)
    engine = SyncEngine(warehouse, now=lambda: now)
    for result in engine.sync([SourceSpec(source, connector, NoSettings())]):
        if result.state != "done" or result.total("rejected"):
            raise ValueError(f"the items cannot be stored: {result}")
    people = load_plugins(built_in=(_PEOPLE,)).pipelines["identities"]
    done = run_pipelines(
        warehouse, [(people, people.settings())], site=Path(folder) / "site", timezone=_ZONE,
        communities=tuple(communities), now=lambda: now,
    )  # fmt: skip
    if wrong := [result.error for result in done if result.error]:
        raise ValueError(f"people cannot be found: {wrong[0]}")
    return warehouse


@dataclass
class Answer:
    """What a command answered."""

    exit_code: int = 0
    rows: list[dict[str, Any]] = field(default_factory=list)
    """Those of its tables, each by the names of the columns."""
    lines: list[str] = field(default_factory=list)
    """What it said besides."""
    json: bool = False

    def table(self, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        """Keep rows that it shows."""
        self.rows += [dict(zip(columns, row, strict=True)) for row in rows]

    def say(self, text: str) -> None:
        """Keep a line that it says."""
        self.lines.append(text)


def run_command(
    command: Command,
    *arguments: str,
    warehouse: "Warehouse | None" = None,
    settings: BaseModel | None = None,
    site: Path | str = "site",
    timezone: ZoneInfo = _ZONE,
    communities: Sequence[CommunitySpec] = (),
    json: bool = False,
    now: datetime = NOW,
    transport: Transport | None = None,
) -> Answer:
    """What a command answers to these arguments, as they follow its name on the command line.

    What it raises is raised; arguments that it does not take raise click.UsageError.
    """
    answer = Answer(json=json)

    def opened() -> "Warehouse":
        if warehouse is None:
            raise ValueError("the command reads the warehouse, and this test gave it none")
        return warehouse

    def call(**given: Any) -> None:
        context: CommandContext[Any] = CommandContext(
            settings=settings or command.settings(), now=now, timezone=timezone, site=Path(site),
            screen=answer, open_warehouse=opened, open_transport=lambda: transport or no_network(),
            communities=tuple(communities),
        )  # fmt: skip
        answer.exit_code = command.run(context, **given) or 0

    parameters = command.parameters()[::-1]
    parsed = click.Command(command.name, params=parameters, callback=call)
    parsed.main(args=list(arguments), prog_name=f"cophub {command.name}", standalone_mode=False)
    return answer


@dataclass
class Handed:
    """What a publisher did with a handout."""

    sent: list[Sent] = field(default_factory=list)
    cursor: str | None = None
    """What it is given back the next time."""


def hand_out(
    publisher: Publisher,
    settings: BaseModel,
    folder: Path | str,
    *,
    sheet: Sheet = NO_ROWS,
    version: int = 1,
    before: Shown | None = None,
    cursor: str | None = None,
    now: datetime = NOW,
    transport: Transport | None = None,
) -> Handed:
    """Give a publisher this folder as the published site, and say what it did.

    `cursor` is that of an earlier call: with it, and the same folder, nothing should be sent.
    """
    shown = Shown(version, now)
    handout = Handout(settings, Path(folder), sheet, shown, before, cursor)
    context: Context[Any] = Context(
        settings, "test", now, transport or no_network(), MemoryTokens()
    )
    handed = Handed(cursor=cursor)
    for part in publisher.publish(context, handout):
        if isinstance(part, Checkpoint):
            handed.cursor = part.cursor
        else:
            handed.sent.append(part)
    return handed


__all__ = ["Answer", "Handed", "filled", "hand_out", "run_command"]
