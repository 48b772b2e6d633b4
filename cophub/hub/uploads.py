"""Showing the site where people are: a vendor gets its files, and the quarter table as a list."""

import csv
import logging
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from cophub import __version__
from cophub.connector import Handout, Sent, Sheet
from cophub.error_codes import PLUGIN_FAILED
from cophub.errors import ConfigError, CophubError
from cophub.hub.vendors import Desk, open_context
from cophub.logs import bound
from cophub.publish import PipelineResult
from cophub.sync.results import SourceSpec
from cophub.warehouse import state

if TYPE_CHECKING:
    from cophub.hub import Hub

log = logging.getLogger("cophub.hub")

_TITLE = "Quarter table"
_FIXED = ("Key", "Quarter", "Community")
_COMMUNITIES = Path("data", "communities.csv")
_AUDIENCES = ("public", "members", "facilitators")


def upload_site(hub: "Hub", desk_of: Callable[[SourceSpec], Desk]) -> Iterator[PipelineResult]:
    """Upload the published site to each source that plugins.toml names; a result for each.

    One that fails stops no other, and the site that is published already stays.
    """
    table = hub.config.pipelines.get("site")
    for name in table.upload if table else ():
        yield _upload_to(hub, name, desk_of)


def _upload_to(hub: "Hub", name: str, desk_of: Callable[[SourceSpec], Desk]) -> PipelineResult:
    """One upload, as a run of its own; what goes wrong is in the result."""
    began = time.monotonic()
    run = _begin(hub, name)
    with bound(run=run, source=name, pipeline="site"):
        log.info("upload begins", extra=dict(event="upload.start"))
        error, code, sent = None, None, list[Sent]()
        try:
            spec = hub.spec(name)
            sent = _upload(hub, spec, desk_of(spec))
        except CophubError as failure:
            error, code = str(failure), failure.code
        except Exception as failure:
            log.debug("upload to %s failed", name, exc_info=True)
            error = f"the upload failed ({type(failure).__name__}); tell the connector's author"
            code = PLUGIN_FAILED
        ended: Literal["done", "failed"] = "failed" if error else "done"
        number = sum(part.sent + part.removed for part in sent)
        fields = dict(event="upload.end", state=ended, code=code, sent=number)
        log.info("upload %s: %s", ended, error or _counts(sent), extra=fields)
    with hub.warehouse.begin() as connection:
        state.finish_run(connection, run, state=ended, now=hub.now(), error=error, code=code)
    took = time.monotonic() - began
    return PipelineResult(f"site to {name}", ended, number, took, error, _counts(sent), code)


def _counts(sent: list[Sent]) -> str:
    """`files: 14 sent, 2 removed; rows: 66 sent`."""
    parts = []
    for part in sent:
        counts = {"sent": part.sent, "removed": part.removed}
        if said := ", ".join(f"{count:,} {word}" for word, count in counts.items() if count):
            parts.append(f"{part.what}: {said}")
    return "; ".join(parts) or "nothing new"


def _begin(hub: "Hub", source: str) -> int:
    with hub.warehouse.begin() as connection:
        return state.start_run(
            connection, kind="upload", source=source, now=hub.now(), version=__version__
        )


def _upload(hub: "Hub", spec: SourceSpec, desk: Desk) -> list[Sent]:
    settings = hub.config.upload_settings(spec.name, spec.connector)
    if spec.connector.upload is None:
        raise ConfigError(f"{spec.connector.name} takes no uploads")
    site = widest(hub.config.site)
    handout = Handout(settings, site, quarter_sheet(site))
    with open_context(spec, desk) as ctx:
        return list(spec.connector.upload(ctx, handout))


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
