"""A hub of thirteen sources whose runs a test tells, without any vendor."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import Connection

from cophub.hub import Hub
from cophub.warehouse import pipelines, state

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
SOURCES = (
    "newsletter", "intranet", "engage", "dgroups", "calls", "mercop-list", "scmnet-list",
    "webinars", "wiki-feed", "training", "west-africa-forum", "registrations", "calendar",
)  # fmt: skip


@dataclass
class Told:
    """Writes runs as if they had happened `hours` ago."""

    connection: Connection

    def ran(
        self,
        source: str,
        hours: float,
        ended: str | None = "done",
        error: str | None = None,
        code: str | None = None,
    ) -> int:
        """A run of a source; `ended` None: it has not ended, or not that anybody knows."""
        at = NOW - timedelta(hours=hours)
        run = state.start_run(self.connection, kind="sync", source=source, now=at, version="1")
        if ended:
            told = dict(state=ended, error=error, code=code)
            end = at + timedelta(minutes=2)
            state.finish_run(self.connection, run, now=end, **told)  # type: ignore[arg-type]
        return run

    def all_ran(self, hours: float, but: tuple[str, ...] = ()) -> None:
        """Every source ran and ended well."""
        for source in SOURCES:
            if source not in but:
                self.ran(source, hours)

    def published(
        self, hours: float, failed: str | None = None, error: str = "", code: str = ""
    ) -> None:
        """A version of the site; with a pipeline that failed, readers keep the one before."""
        at = NOW - timedelta(hours=hours)
        run = state.start_run(self.connection, kind="publish", source=None, now=at, version="1")
        version = state.start_publication(self.connection, run=run, now=at)
        for name in ("identities", "measures", "site", "brief"):
            pipelines.begin(self.connection, run, name, now=at)
            ended = dict(state="failed", error=error, code=code) if name == failed else {}
            pipelines.end(self.connection, run, name, now=at, files=1, **{"state": "done"} | ended)  # type: ignore[arg-type]
        state.publish(self.connection, version, now=at, files=9, size_bytes=10**6)
        state.finish_run(self.connection, run, state="failed" if failed else "done", now=at)


def configure(folder: Path, added: str = "", every: str = '"6 hours"') -> Path:
    """Its plugins.toml; `added` at the end."""
    tables = "".join(
        f'[sources.{name}]\nconnector = "mailarchive"\nevery = {every}\n'
        f'settings = {{ path = "{name}" }}\n'
        for name in SOURCES
    )
    path = folder / "plugins.toml"
    path.write_text(tables + added, encoding="utf-8")
    return path


@cache
def _empty() -> bytes:
    """A warehouse without a run: making one takes longer than all that is told in it."""
    with TemporaryDirectory() as folder:
        with Hub.open(configure(Path(folder)), now=lambda: NOW) as hub:
            hub.warehouse.dispose()
        return (Path(folder) / "cophub.db").read_bytes()


@contextmanager
def telling(path: Path) -> Iterator[Told]:
    """Runs are told in this block."""
    (path.parent / "cophub.db").write_bytes(_empty())
    with Hub.open(path, now=lambda: NOW) as hub, hub.warehouse.begin() as connection:
        yield Told(connection)
