"""The one stream of a tap, and what can be said before it is run.

A tap writes all of its streams into one output, with one STATE for all of them. So it is one
stream here, too: several would have to run the tap several times, or to share a state that none of
them could checkpoint by itself.
"""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from cophub import (
    ConfigError,
    Context,
    CophubError,
    Estimate,
    Item,
    Reject,
    Space,
    Verdict,
)
from cophub.connectors.singer.catalog import catalog_of, columns_of, selected, streams_of
from cophub.connectors.singer.cursor import Cursor
from cophub.connectors.singer.guess import lines
from cophub.connectors.singer.messages import (
    Message,
    Noise,
    Row,
    Schema,
    State,
    Version,
    read_message,
)
from cophub.connectors.singer.process import Tap, find_program
from cophub.connectors.singer.settings import Settings
from cophub.connectors.singer.tables import Table

_ROWS_TOLD = 1000
_NOISES = 20
"""Lines that are no messages and are told one by one."""


def records(ctx: Context[Settings], since: str | None) -> Iterator[Item]:
    """Everything that the tap gives of its mapped streams.

    Yields what the mapping of each stream says. `since` holds the tap's own STATE, which it gets
    back; there is a checkpoint at each STATE, after the records before it. Rows that the tap marks
    as deleted are Gone, and after a whole table those who are absent from it.
    Raises ConfigError for a program that is not there and for BATCH messages, and
    SourceUnavailable for a tap that fails or falls silent, after keeping what it had finished.
    """
    cursor = Cursor.read_of(since, ctx.settings.checksum())
    if not ctx.settings.streams:
        raise ConfigError(
            f'source "{ctx.source}" maps none of the tap\'s streams; run cophub discover'
            f" {ctx.source} and paste what it prints"
        )
    with Tap(ctx) as tap:
        options = _options(ctx, tap, cursor)
        yield from _Run(ctx, cursor).items(tap.lines(*options))


def _options(ctx: Context[Settings], tap: Tap, cursor: Cursor) -> list[str]:
    options, wanted = tap.config(), set(ctx.settings.streams)
    catalog = catalog_of(ctx, tap)
    if catalog is not None:
        known = streams_of(catalog)
        for name in sorted(wanted - known.keys()):
            raise ConfigError(_unknown(ctx, tap.name, name, list(known)))
        file = tap.file("catalog.json", selected(catalog, wanted))
        options += [ctx.settings.catalog_option, file]
    if cursor.state:
        options += ["--state", tap.file("state.json", cursor.state)]
    return options


def _unknown(ctx: Context[Settings], tap: str, name: str, known: list[str]) -> str:
    near = get_close_matches(name, known, 1)
    meant = f'; did you mean "{near[0]}"?' if near else f"; it has {', '.join(sorted(known)[:20])}"
    return f'source "{ctx.source}": {tap} has no stream "{name}"{meant}'


class _Run:
    """One run of the tap."""

    def __init__(self, ctx: Context[Settings], cursor: Cursor) -> None:
        self.ctx, self.cursor = ctx, cursor
        # A run that broke off gave a part of its tables before; this one gives the rest.
        self.goes_on = cursor.is_open
        self.tables = {
            name: Table(name, mapping, ctx.source) for name, mapping in ctx.settings.streams.items()
        }
        self.noises = 0
        self.has_state = False

    def items(self, output: Iterator[bytes]) -> Iterator[Item]:
        """The records of the tap's output; at its end, what only then is known."""
        for number, line in enumerate(output, 1):
            message = read_message(line, number)
            if message is not None:
                yield from self._message(message)
        for table in self.tables.values():
            yield from table.finish()
        if not self.goes_on and not self.noises:
            for table in self.tables.values():
                yield from table.absent()
        if self.has_state:
            self._keep_versions()
            self.cursor.is_open = False
            yield self.cursor.checkpoint()

    def _message(self, message: Message) -> Iterator[Item]:
        if isinstance(message, State):
            yield from self._state(message)
            return
        if isinstance(message, Noise):
            self.noises += 1
            if self.noises <= _NOISES:
                yield Reject(reason=message.reason, key=message.stream or None)
            return
        table = self.tables.get(message.stream)
        if table is None:
            return
        if isinstance(message, Schema):
            table.schema = message
        elif isinstance(message, Version):
            self._version(table, message)
        elif isinstance(message, Row):
            yield from table.records(message)
            if table.rows % _ROWS_TOLD == 0:
                self.ctx.progress(table.name, table.rows)

    def _state(self, message: State) -> Iterator[Item]:
        self.has_state = True
        if any(table.waits for table in self.tables.values()):
            # Stays that are not yet added up would be lost if the run broke off after this.
            self.cursor.state = message.value
            return
        self.cursor.state, self.cursor.is_open = message.value, True
        yield self.cursor.checkpoint()

    def _version(self, table: Table, message: Version) -> None:
        """A new version replaces the table; the one that is known already does not."""
        table.version = message.version
        known = self.cursor.versions.get(table.name)
        if table.mapping.absent is None and known != message.version:
            table.is_whole = True

    def _keep_versions(self) -> None:
        for name, table in self.tables.items():
            if table.version is not None:
                self.cursor.versions = {**self.cursor.versions, name: table.version}


def check(ctx: Context[Settings]) -> Iterator[Verdict]:
    """Whether the tap is there and starts, and has the streams and columns that are mapped."""
    try:
        find_program(ctx.settings)
        with Tap(ctx) as tap:
            _about(ctx, tap)
            catalog = catalog_of(ctx, tap)
    except CophubError as error:
        yield Verdict("records", "failed", str(error), "Correct command, venv or config.")
        return
    if catalog is None:
        yield Verdict("records", "warning", f"{tap.name} does not tell which streams it has")
        return
    known = streams_of(catalog)
    yield Verdict("records", "ok", f"{tap.name} starts; its streams: {len(known):,}")
    if not ctx.settings.streams:
        yield Verdict(
            "records", "failed", "none of its streams is mapped",
            f"Run cophub discover {ctx.source} and paste what it prints.",
        )  # fmt: skip
    for name, mapping in ctx.settings.streams.items():
        if name not in known:
            fix = "Correct the name under streams."
            yield Verdict(name, "failed", _unknown(ctx, tap.name, name, list(known)), fix)
            continue
        columns = columns_of(known[name])
        lost = [one for one in mapping.columns.values() if columns and not _has(columns, one)]
        if lost:
            told = f"it has no {', '.join(lost)}; its columns are {', '.join(columns)}"
            yield Verdict(name, "warning", told, "Correct the columns of this stream.")
        else:
            yield Verdict(name, "ok", f"{mapping.record} from {len(mapping.columns)} columns")


def _has(columns: list[str], mapped: str) -> bool:
    """Also a column of several, and one within an object, which the schema may leave open."""
    parts = [part.strip() for part in mapped.split(" + ")]
    return all(part in columns or part.partition(".")[0] in columns for part in parts)


def _about(ctx: Context[Settings], tap: Tap) -> None:
    """Let the tap say which one it is; those that cannot are asked for their catalog only."""
    try:
        for _ in tap.lines("--about", silence=60):
            pass
    except CophubError as error:
        ctx.log.debug("%s cannot say what it is: %s", tap.name, error)
    tap.last_words.clear()


def discover(ctx: Context[Settings]) -> Iterator[Space]:
    """The tap's streams, each with a guessed mapping to paste, as `extra["settings"]`."""
    with Tap(ctx) as tap:
        catalog = catalog_of(ctx, tap)
    for name, stream in sorted(streams_of(catalog or {"streams": []}).items()):
        columns, keys = columns_of(stream), _keys(stream)
        mapped = ctx.settings.streams.get(name)
        # As the records will have it: a space of the settings, else the source's name.
        key = (mapped and mapped.space) or ctx.source
        space = Space(key=key, kind="list", title=name)
        space.extra = {
            "settings": list(lines(ctx.source, name, columns, keys)),
            "columns": columns,
            "mapped": mapped is not None,
        }
        yield space


def _keys(stream: dict[str, Any]) -> list[str]:
    keys = stream.get("key_properties")
    if not keys:
        entries = [one for one in stream.get("metadata") or [] if one.get("breadcrumb") == []]
        keys = entries[0].get("metadata", {}).get("table-key-properties") if entries else None
    return [str(one) for one in keys or []]


def estimate(ctx: Context[Settings], cursors: Mapping[str, str | None]) -> Iterator[Estimate]:
    """Nothing: a tap does not say beforehand."""
    yield Estimate("records", requests=0, note="a tap does not say beforehand how much it will ask")
