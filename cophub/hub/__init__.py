"""The hub joins plugins.toml, the plugins and the warehouse: one method for each command.

Everything is opened when it is first needed, so that a broken plugin does not stop `status`, and a
warehouse that is away does not stop `check`.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from pydantic import BaseModel

from cophub.config import Config, load_config
from cophub.config.messages import did_you_mean, listed
from cophub.errors import ConfigError, CophubError
from cophub.hub.answers import (
    Checked,
    Coming,
    CommunityRow,
    Discovered,
    Finding,
    NotStarted,
    PersonRow,
    Planned,
    QuarterReport,
    RejectRow,
    RunRow,
    SourceStatus,
    Status,
)
from cophub.plugins import Plugins, load_plugins

if TYPE_CHECKING:
    from threading import Event
    from typing import IO

    from cophub.connector import Draft
    from cophub.http import TokenStore, Transport
    from cophub.hub.backups import Backup, Reason
    from cophub.hub.database import Version
    from cophub.hub.forgetting import Forgotten
    from cophub.hub.organizations import Organizations
    from cophub.hub.people import People
    from cophub.hub.repair import Repair
    from cophub.hub.restoring import Restored
    from cophub.hub.upgrading import WentBack
    from cophub.hub.vendors import Desk
    from cophub.pipeline import Publication
    from cophub.publish import PipelineResult
    from cophub.sync.results import RunResult, SourceSpec, Watcher
    from cophub.warehouse import Warehouse
    from cophub.warehouse.state import AskedBy

    MakeTransport = Callable[[SourceSpec], Transport]

Clock = Callable[[], datetime]


def _transport(spec: "SourceSpec") -> "Transport":
    from cophub.http import Transport

    return Transport(spec.connector.limits)


def utc_now() -> datetime:
    """The present instant."""
    return datetime.now(UTC)


class Hub:
    """One plugins.toml and what hangs on it; close it, or use it as a context manager."""

    def __init__(
        self,
        config: Config,
        now: Clock = utc_now,
        *,
        transport: "MakeTransport | None" = None,
        tokens: "Callable[[str], TokenStore] | None" = None,
    ) -> None:
        """`transport` makes a source's way to its vendor, `tokens` keeps the tokens of a source."""
        self.config = config
        self.now = now
        self.transport = transport
        self._tokens_given = tokens
        self.tokens = tokens or self._token_files
        self.copies_before_upgrade = True
        self._warehouse: Warehouse | None = None
        self._opening = Lock()

    @classmethod
    def open(cls, path: Path | str, now: Clock = utc_now) -> "Hub":
        """The hub that a plugins.toml describes. Raises ConfigError."""
        return cls(load_config(path), now)

    def with_config(self, config: Config) -> "Hub":
        """A hub of its own on another state of plugins.toml, otherwise like this one."""
        return Hub(config, self.now, transport=self.transport, tokens=self._tokens_given)

    def close(self) -> None:
        """Close the warehouse's connections."""
        if self._warehouse is not None:
            self._warehouse.dispose()
            self._warehouse = None

    def __enter__(self) -> "Hub":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @cached_property
    def plugins(self) -> Plugins:
        """What the plugins bring."""
        return load_plugins(self.config.modules, folder=self.config.folder)

    @property
    def warehouse(self) -> "Warehouse":
        """The warehouse, made or upgraded when it is first asked for. Raises WarehouseError.

        Before an upgrade it is copied, where it has rows, if `copies_before_upgrade` says so.
        """
        with self._opening:
            if self._warehouse is None:
                from cophub.hub.upgrading import open_warehouse

                url = self.config.warehouse_url
                _make_private(url)
                self._warehouse = open_warehouse(self, url)
            return self._warehouse

    # --- sources ---------------------------------------------------------------------------

    def spec(self, name: str) -> "SourceSpec":
        """A source with its connector and checked settings. Raises ConfigError."""
        from cophub.sync.results import SourceSpec

        source = self.config.source(name)
        connector = self.config.connector_of(name, self.plugins.connectors)
        return SourceSpec(
            name, connector, source.settings_for(connector), source.streams_of(connector),
            source.bodies, self.config.retention.kept,
        )  # fmt: skip

    def specs(self, names: Iterable[str] = ()) -> "tuple[list[SourceSpec], list[NotStarted]]":
        """The named sources (all, when none is named) and those that cannot start, with the reason.

        Raises ConfigError for a name that is not in plugins.toml, and where there are no sources.
        """
        from cophub.hub import syncing

        return syncing.specs(self, names)

    def sync(
        self,
        names: Iterable[str] = (),
        *,
        streams: Sequence[str] = (),
        full: bool = False,
        accept_departures: bool = False,
        trust_clock: bool = False,
        watch: "Watcher | None" = None,
        stop: "Event | None" = None,
        asked_by: "AskedBy" = "person",
        due_at: datetime | None = None,
    ) -> "Iterator[RunResult | NotStarted]":
        """Sync the named sources (all, when none is named) at once; each result as it comes.

        Set `stop` from another thread, and runs end at their next checkpoint. With `due_at`, a
        source that began then or later is left out, in silence.
        """
        from cophub.hub import retention, syncing
        from cophub.sync.engine import Wish

        wish = Wish(
            tuple(streams) or None, full, accept_departures=accept_departures,
            trust_clock=trust_clock, asked_by=asked_by, due_at=due_at,
        )  # fmt: skip
        found = syncing.wished(self, names, wish)
        yield from found.broken
        yield from syncing.engine(self, watch, stop).sync(found.specs, wish)
        retention.let_go(self)

    def check(self, names: Iterable[str] = ()) -> Iterator[Checked]:
        """What may be read, source by source."""
        from cophub.hub import syncing

        yield from syncing.check(self, names)

    def discover(self, name: str) -> Discovered:
        """The spaces that a source could sync."""
        from cophub.hub import vendors

        spec = self.spec(name)
        return vendors.discover(spec, self.desk(spec))

    def sign_in(self, name: str, show: Callable[[str], None]) -> str:
        """Let a person sign in to a source's vendor, once; who did. `show` gets lines to read."""
        from cophub.hub import vendors

        spec = self.spec(name)
        return vendors.sign_in(spec, self.desk(spec), show)

    def _token_files(self, source: str) -> "TokenStore":
        """Where a source's renewed tokens are kept: beside plugins.toml, or for all machines."""
        from cophub.hub.token_places import token_store

        return token_store(self, source)

    def desk(self, spec: "SourceSpec") -> "Desk":
        """What asking a source's vendor needs besides the source."""
        from cophub.hub.vendors import Desk

        return Desk(self.now(), self.tokens(spec.name), self.transport or _transport)

    def plan(self, names: Iterable[str] = ()) -> Iterator[Planned]:
        """What a sync would cost now, source by source."""
        from cophub.hub import syncing

        yield from syncing.plan(self, names)

    # --- pipelines -------------------------------------------------------------------------

    def pipeline_settings(self, name: str) -> BaseModel:
        """A pipeline's checked settings. Raises ConfigError."""
        return self.config.pipeline_settings(self.plugins.pipelines[name])

    def publish(
        self,
        names: Iterable[str] = (),
        *,
        stop: "Event | None" = None,
        asked_by: "AskedBy" = "person",
        due_at: datetime | None = None,
    ) -> "Iterator[PipelineResult]":
        """Run the named pipelines and those they come after (all, when none is named).

        Set `stop`, and no further one is begun; the site stays as it was. With `due_at`, nothing is
        done where each of those named began then or later.
        """
        from cophub.hub import publishing

        yield from publishing.publish(self, names, stop, asked_by, due_at)

    def run(
        self,
        pipelines: Iterable[str] = (),
        *,
        sync: bool = True,
        watch: "Watcher | None" = None,
        stop: "Event | None" = None,
    ) -> "Iterator[RunResult | NotStarted | PipelineResult | Backup]":
        """Sync what is due, run the pipelines, copy the warehouse if due; results as they come."""
        from cophub.hub import timed_backups

        due = self.due() if sync and self.config.sources else []
        if due:
            yield from self.sync(due, watch=watch, stop=stop)
        if stop is None or not stop.is_set():
            yield from self.publish(pipelines, stop=stop)
            yield from timed_backups.make_due(self, soon=True)

    # --- time ------------------------------------------------------------------------------

    def due(self) -> list[str]:
        """The sources whose time has come; those without a timetable always are."""
        from cophub.hub import timing

        return timing.due(self)

    def coming(self, limit: int | None = None) -> list[Coming]:
        """The next run of everything that has a timetable, soonest first; or the next `limit`."""
        from cophub.hub import timing

        return timing.coming(self, limit)

    # --- answers ---------------------------------------------------------------------------

    def status(self) -> Status:
        """What is fresh, late, held or failing, and what to do about it."""
        from cophub.hub import standing

        return standing.status(self)

    def runs(
        self, limit: int = 20, source: str | None = None, run: int | None = None
    ) -> list[RunRow]:
        """The newest runs first."""
        from cophub.hub import reading

        return reading.runs(self.warehouse, limit, source, run)

    def rejects(
        self,
        limit: int = 50,
        source: str | None = None,
        run: int | None = None,
        items: bool = False,
        resolved: bool = False,
    ) -> list[RejectRow]:
        """The newest open rejects first, or with `resolved` all of them."""
        from cophub.hub import reading

        return reading.rejects(self.warehouse, limit, source, run, items, resolved)

    def people(
        self,
        limit: int | None = 50,
        search: str | None = None,
        community: str | None = None,
        kind: str | None = "person",
        addresses: bool = False,
    ) -> tuple[list[PersonRow], int]:
        """People by name, and how many there are in all. Raises ConfigError: no such community."""
        from cophub.hub import reading
        from cophub.hub.source_uses import visible

        known = {row.key for row in self.communities()} if community else set()
        if community and community not in known:
            raise ConfigError(
                f'there is no community "{community}"{did_you_mean(community, known)};'
                f" there are {listed(known)}"
            )
        shown = visible(self.config, addresses)
        return reading.people(self.warehouse, limit, search, community, kind, shown)

    @property
    def repair(self) -> "Repair":
        """What mends: days that are read again, rejects tried again, recordings."""
        from cophub.hub.repair import Repair

        return Repair(self)

    @property
    def directory(self) -> "People":
        """The people one by one: who they are, why, and what was decided about them."""
        from cophub.hub.people import People

        return People(self)

    @property
    def organizations(self) -> "Organizations":
        """The organisations that people work for, and what was said about them."""
        from cophub.hub.organizations import Organizations

        return Organizations(self)

    def would_forget(self, person: str) -> "Forgotten":
        """What `forget` would erase. Raises ConfigError: nobody, or several."""
        from cophub.hub.forgetting import would_forget

        return would_forget(self, person)

    def forget(self, person: str) -> "Forgotten":
        """Erase a person (id, address or source:account) for good and keep them out.

        Raises ConfigError: nobody, or several. Raises SourceBusy while a sync or pipelines run.
        """
        from cophub.hub.forgetting import forget_person

        return forget_person(self, person)

    def members(self) -> int:
        """How many people are in any community now; each counts once."""
        from cophub.hub import reading

        return reading.members(self.warehouse)

    def communities(self) -> list[CommunityRow]:
        """Every community."""
        from cophub.hub import reading

        return reading.communities(self.warehouse)

    def report_quarter(self, quarter: str | None = None, as_of: str | None = None) -> QuarterReport:
        """The quarter table; of the last finished quarter when none is named.

        As it was published, or as it would have been told on the day `as_of`, as 2026-10-05.
        """
        from cophub.hub import quarters

        if as_of is not None:
            return quarters.report_as_of(self, quarter, as_of)
        if quarter is None:
            wanted = quarters.last_finished(self.now(), self.config.timezone)
        else:
            wanted = quarters.parse_quarter(quarter)
        return quarters.quarter_report(self.warehouse, wanted)

    def quarter_workbook(self, quarter: str, language: str | None = None) -> bytes:
        """The site's workbook of a quarter that is published, as facilitators have it.

        In the site's first language when none is named. Raises ConfigError: no such language.
        """
        from cophub.hub import publishing

        wanted = {"quarter": quarter} | ({"language": language} if language else {})
        content = publishing.request(self, "site", "workbooks", wanted).content
        return content if isinstance(content, bytes) else content.encode()

    def brief(
        self, community: str, week: str | None = None, form: str = "text",
        language: str | None = None,
    ) -> "Publication":  # fmt: skip
        """A facilitator's week as text, html, json or eml; the present week when none is named."""
        from cophub.hub import briefs

        return briefs.brief(self, community, week, form, language)

    def draft_brief(
        self, community: str, where: str, week: str | None = None, language: str | None = None
    ) -> "Draft":
        """Newsletter candidates as a draft at a vendor; `where` is a source or source:space."""
        from cophub.hub import briefs

        return briefs.draft(self, community, week, where, language)

    def export(
        self,
        table: str,
        target: "IO[bytes]",
        form: str = "csv",
        progress: Callable[[int], None] = lambda rows: None,
        *,
        full: bool = False,
        addresses: bool = False,
    ) -> int:
        """Write a table or view to a file; how many rows went there."""
        from cophub.hub.export import export_table
        from cophub.hub.source_uses import visible

        shown = visible(self.config, addresses)
        return export_table(self.warehouse, table, target, form, progress, full, shown)

    def doctor(self, *, offline: bool = False) -> Iterator[Finding]:
        """What is well, what is odd and what must be put right, within ten seconds.

        With `offline` no vendor is asked.
        """
        from cophub.hub import doctor

        return doctor.examine(self, offline=offline)

    # --- the database ------------------------------------------------------------------------

    def db_version(self) -> "Version":
        """Which schema the warehouse has; changes nothing."""
        from cophub.hub import database

        return database.version_at(self.config.warehouse_url)

    def db_upgrade(self, *, copy: bool = True) -> tuple[str, ...]:
        """Bring the schema to the newest, after a copy was made; the versions that were applied."""
        from cophub.warehouse.upgrade import make_views

        pending = self.db_version().pending
        self.copies_before_upgrade = copy
        with self.warehouse.begin() as connection:  # opening it upgrades it
            make_views(connection)
        return pending

    def db_downgrade(self, version: str | None = None) -> "WentBack":
        """Take the schema back, one version when none is named, for an older cophub."""
        from cophub.hub import upgrading

        return upgrading.downgrade(self, version)

    def db_backup(
        self, target: Path | None = None, keep: int | None = None, reason: "Reason" = "asked"
    ) -> "Backup":
        """A copy of the warehouse while it is used, in the folder for copies if none is named.

        With `keep`, no more than so many copies stay in its folder.
        """
        from cophub.hub import backups

        return backups.make(self, target, reason=reason, keep=keep)

    def db_restore(self, file: Path) -> "Restored":
        """Put a copy in the warehouse's place while it is read; who was erased stays erased."""
        from cophub.hub import restoring

        return restoring.restore(self, file)


def _make_private(url: str) -> None:
    """A new SQLite file is its owner's alone: it will hold people's data."""
    scheme, mark, name = url.partition("sqlite:///")
    if mark and not scheme:
        file = Path(name.partition("?")[0])
        with suppress(OSError):  # what is wrong with the folder is said by whoever opens the file
            file.touch(mode=0o600)


__all__ = ["Clock", "CophubError", "Hub", "SourceStatus", "utc_now"]
