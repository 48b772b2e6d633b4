"""Showing the site elsewhere: at a vendor, by a source's upload, or wherever a publisher puts it.

Each place is given the published site for one audience and the quarter table, in a run of its own.
"""

import csv
import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import msgspec
from sqlalchemy import Connection

from cophub import __version__
from cophub.connector import Connector, Handout, Sent, Sheet, Shown
from cophub.error_codes import PLUGIN_FAILED
from cophub.errors import ConfigError, CophubError
from cophub.hub import reading
from cophub.hub.vendors import open_context
from cophub.logs import bound
from cophub.publish import PipelineResult
from cophub.records import Checkpoint
from cophub.sync.results import SourceSpec
from cophub.warehouse import state
from cophub.warehouse.holding import held, show_life

if TYPE_CHECKING:
    from threading import Event

    from cophub.hub import Hub

log = logging.getLogger("cophub.hub")

_TITLE = "Quarter table"
_FIXED = ("Key", "Quarter", "Community")
_COMMUNITIES = Path("data", "communities.csv")
_AUDIENCES = ("public", "members", "facilitators")
_STREAM, _SHOWN = "site", "shown"
"""What the cursors of a place are called, and the lane of the one that says what it was given."""
_Open = Callable[["Hub", str], "_Ready"]


@dataclass(frozen=True)
class Place:
    """Where the site goes besides its own folder."""

    title: str
    """`site to intranet` or `publisher share`: as results, leases and cursors know it."""
    name: str
    """Its table in plugins.toml."""
    source: str
    """The `source` of its runs."""
    _open: _Open

    def ready(self, hub: "Hub") -> "_Ready":
        """What is needed to hand something out there. Raises ConfigError."""
        return self._open(hub, self.name)


@dataclass(frozen=True)
class _Ready:
    """A place whose settings are right; an upload, as a publisher, is a connector's."""

    spec: SourceSpec
    settings: Any
    tokens: str
    """The name by which its tokens are kept."""
    audience: str | None = None


def places(hub: "Hub") -> list[Place]:
    """All that plugins.toml names, in its order."""
    site = hub.config.pipelines.get("site")
    uploads = site.upload if site else {}
    return [
        *(Place(f"site to {name}", name, name, _upload) for name in uploads),
        *(
            Place(f"publisher {name}", name, f"publisher {name}", _publisher)
            for name in hub.config.publishers
        ),
    ]


def _upload(hub: "Hub", name: str) -> _Ready:
    spec = hub.spec(name)
    settings = hub.config.upload_settings(name, spec.connector)
    if spec.connector.upload is None:
        raise ConfigError(f"{spec.connector.name} takes no uploads")
    return _Ready(spec, settings, name)


def _publisher(hub: "Hub", name: str) -> _Ready:
    publisher = hub.config.publisher_of(name, hub.plugins.publishers)
    settings = hub.config.publisher_settings(name, publisher)
    connector = Connector(
        publisher.name, publisher.summary, publisher.settings, (), limits=publisher.limits,
        upload=publisher.publish,
    )  # fmt: skip
    audience = hub.config.publishers[name].audience
    return _Ready(SourceSpec(name, connector, settings), settings, f"publisher {name}", audience)


def hand_out(hub: "Hub", stop: "Event | None" = None) -> Iterator[PipelineResult]:
    """Give what is published to every place of plugins.toml; a result for each.

    One that fails stops no other, and the site that is published already stays. Once `stop` is set
    none is begun.
    """
    for place in places(hub):
        if stop is not None and stop.is_set():
            return
        yield _hand_out_to(hub, place)


def _hand_out_to(hub: "Hub", place: Place) -> PipelineResult:
    """One place, as a run of its own; what goes wrong is in the result."""
    began = time.monotonic()
    sent: list[Sent] = []
    try:
        with held(hub.warehouse, place.title) as lease:
            run = _Run(hub, place, lease, _begin(hub, place), sent)
            with bound(run=run.number, source=place.source, pipeline="site"):
                log.info("upload begins", extra=dict(event="upload.start"))
                error, code = run.tried()
                run.end(error, code)
    except CophubError as failure:  # it is held by somebody else, or was taken over
        error, code = str(failure), failure.code
    number = sum(part.sent + part.removed for part in sent)
    took = time.monotonic() - began
    return PipelineResult(place.title, _state(error), number, took, error, _counts(sent), code)


def _state(error: str | None) -> Literal["done", "failed"]:
    return "failed" if error else "done"


def _begin(hub: "Hub", place: Place) -> int:
    with hub.warehouse.begin() as connection:
        return state.start_run(
            connection, kind="upload", source=place.source, now=hub.now(), version=__version__
        )


@dataclass
class _Run:
    """A run of one place, under its lease."""

    hub: "Hub"
    place: Place
    lease: state.Lease
    number: int
    sent: list[Sent]
    shown: Shown | None = None

    def tried(self) -> tuple[str | None, str | None]:
        """Hand it out; the error and its code, where there is one."""
        try:
            self._give()
        except CophubError as failure:
            return str(failure) or type(failure).__name__, failure.code
        except (Exception, SystemExit) as failure:  # a stranger's code may raise anything
            log.debug("%s failed", self.place.title, exc_info=True)
            return f"it failed ({type(failure).__name__}); tell its plugin's author", PLUGIN_FAILED
        return None, None

    def end(self, error: str | None, code: str | None) -> None:
        """Note how it ended and, if well, what readers of the place see now."""
        ended, now = _state(error), self.hub.now()
        with self.hub.warehouse.begin() as connection:
            show_life(connection, self.lease)
            if self.shown and not error:
                self._keep(connection, _SHOWN, msgspec.json.encode(self.shown).decode())
            state.finish_run(connection, self.number, state=ended, now=now, error=error, code=code)
        number = sum(part.sent + part.removed for part in self.sent)
        fields = dict(event="upload.end", state=ended, code=code, sent=number)
        log.info("upload %s: %s", ended, error or _counts(self.sent), extra=fields)

    def _give(self) -> None:
        hub, place = self.hub, self.place
        ready = place.ready(hub)
        folder = _folder(hub, place, ready.audience)
        now = reading.last_publication(hub.warehouse)
        if now and now.published_at:
            self.shown = Shown(now.version, now.published_at)
        with hub.warehouse.connect() as connection:
            before = state.read_cursor(connection, place.title, _STREAM, _SHOWN)
            own = state.read_cursor(connection, place.title, _STREAM)
        handout = Handout(
            ready.settings, folder, quarter_sheet(folder), self.shown,
            before=msgspec.json.decode(before.value or "null", type=Shown) if before else None,
            cursor=own.value if own else None,
        )  # fmt: skip
        desk = replace(hub.desk(ready.spec), tokens=hub.tokens(ready.tokens))
        upload = ready.spec.connector.upload
        with open_context(ready.spec, desk) as ctx:
            for part in upload(ctx, handout) if upload else ():
                if isinstance(part, Checkpoint):
                    self._remember(part.cursor)
                else:
                    self.sent.append(part)

    def _remember(self, cursor: str) -> None:
        """Keep it at once: what is sent must not be sent again after a kill."""
        with self.hub.warehouse.begin() as connection:
            show_life(connection, self.lease)
            self._keep(connection, state.LIVE, cursor)

    def _keep(self, connection: Connection, lane: str, value: str) -> None:
        state.write_cursor(
            connection, self.place.title, _STREAM, value=value, run=self.number,
            now=self.hub.now(), lane=lane,
        )  # fmt: skip


def _counts(sent: list[Sent]) -> str:
    """`files: 14 sent, 2 removed; rows: 66 sent`."""
    parts = []
    for part in sent:
        counts = {"sent": part.sent, "removed": part.removed}
        if said := ", ".join(f"{count:,} {word}" for word, count in counts.items() if count):
            parts.append(f"{part.what}: {said}")
    return "; ".join(parts) or "nothing new"


def _folder(hub: "Hub", place: Place, audience: str | None) -> Path:
    """The site for an audience, or for the widest. Raises ConfigError where there is none."""
    site = hub.config.site
    if audience is None:
        return widest(site)
    if not (site / audience / _COMMUNITIES).is_file():
        hub.config.fail(
            ("publishers", place.name, "audience"),
            f'no site is made for "{audience}"; name it in audiences under'
            " [pipelines.site.settings], or leave this out for the widest",
        )
    return site / audience


def widest(site: Path) -> Path:
    """The site for the widest audience: the site folder itself where it has no folders for several.

    A vendor's place for files is open to whoever the vendor lets in, so that nothing else goes
    there.
    """
    folders = (site, *(site / name for name in _AUDIENCES))
    return next((each for each in folders if (each / _COMMUNITIES).is_file()), site)


def quarter_sheet(site: Path) -> Sheet:
    """A row for each quarter and community, a column for each measure, as the site publishes them.

    What the site withholds, because it tells about fewer than 5 people or would give such a figure
    away by subtraction, is empty here as well. Raises ConfigError for a site without its tables.
    """
    titles = {row["community"]: row["title"] for row in _published(site / _COMMUNITIES)}
    labels: dict[str, str] = {}
    found: dict[tuple[str, str], dict[str, float | None]] = {}
    for cell in _published(site / "data" / "quarters.csv"):
        labels.setdefault(cell["measure"], cell["label"])
        row = found.setdefault((cell["quarter"], cell["community"]), {})
        row[cell["measure"]] = _number(cell["value"])
    rows = [
        (
            f"{quarter} {community}".strip(),
            quarter,
            titles.get(community, community) if community else "All communities",
            *(row.get(name) for name in labels),
        )
        for (quarter, community), row in sorted(found.items())
    ]
    columns = [*((name, "text") for name in _FIXED), *((t, "number") for t in labels.values())]
    return Sheet(_TITLE, tuple(columns), tuple(rows))  # type: ignore[arg-type]


def _published(table: Path) -> list[dict[str, str]]:
    try:
        with table.open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file))
    except OSError as error:
        raise ConfigError(f"{table} cannot be read ({error.strerror}); run `cophub run`") from None


def _number(text: str) -> float | None:
    """A published figure; None where it is withheld."""
    try:
        return float(text)
    except ValueError:
        return None


__all__ = ["Place", "hand_out", "places", "quarter_sheet", "widest"]
