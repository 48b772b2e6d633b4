"""Calendar quarters in the hub's timezone, and the quarter table."""

import re
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import Boolean, Connection, text

from cophub.error_codes import ASKED, NO_FIGURES
from cophub.errors import ConfigError, WarehouseError
from cophub.hub import publishing
from cophub.hub.answers import MeasureRow, QuarterReport
from cophub.warehouse import Warehouse
from cophub.warehouse.columns import Instant, Json
from cophub.warehouse.definitions import measures_of

if TYPE_CHECKING:
    from cophub.hub import Hub

_PIPELINE = "measures"

_QUARTER = re.compile(r"(\d{4})-?Q([1-4])", re.IGNORECASE)


def quarter_of(instant: datetime, zone: ZoneInfo) -> str:
    """`2026Q3`: the quarter that an instant belongs to."""
    local = instant.astimezone(zone)
    return f"{local.year}Q{(local.month - 1) // 3 + 1}"


def before(quarter: str) -> str:
    """The quarter before."""
    year, number = int(quarter[:4]), int(quarter[5])
    return f"{year}Q{number - 1}" if number > 1 else f"{year - 1}Q4"


def last_finished(now: datetime, zone: ZoneInfo) -> str:
    """The newest quarter that has ended."""
    return before(quarter_of(now, zone))


def parse_quarter(written: str) -> str:
    """`2026Q3` from `2026q3` or `2026-Q3`. Raises ConfigError for anything else."""
    if match := _QUARTER.fullmatch(written.strip()):
        return f"{match[1]}Q{match[2]}"
    raise ConfigError(f'"{written}" is not a quarter; write it as 2026Q3', code=ASKED)


def parse_day(written: str, now: datetime, zone: ZoneInfo) -> tuple[str, datetime]:
    """A day, as 2026-10-05, and its last instant in the zone; of today that is now.

    Raises ConfigError for what is no day or has not begun.
    """
    try:
        day = date.fromisoformat(written.strip())
    except ValueError:
        raise ConfigError(f'"{written}" is not a day; write it as 2026-10-05', code=ASKED) from None
    today = now.astimezone(zone).date()
    if day > today:
        raise ConfigError(f"{day} has not come yet; today is {today}", code=ASKED)
    if day == today:
        return str(day), now
    midnight = datetime.combine(day + timedelta(days=1), time(), zone)
    return str(day), midnight - timedelta(microseconds=1)


def report_as_of(hub: "Hub", quarter: str | None, written: str) -> QuarterReport:
    """The quarter table as it would have been told at the end of a day; nothing is written.

    Of the quarter that had ended last by then, when none is named. Raises ConfigError: no such day
    or quarter, or none that had figures on that day.
    """
    zone = hub.config.timezone
    day, then = parse_day(written, hub.now(), zone)
    wanted = parse_quarter(quarter) if quarter else last_finished(then, zone)
    asked = {"quarter": wanted, "as_of": then.isoformat()}
    made = publishing.request(hub, _PIPELINE, "figures", asked)
    rows = _worded(msgspec.json.decode(made.content))
    with hub.warehouse.connect() as connection:
        named = _titles(connection)
    return QuarterReport(wanted, _columns(rows, named), rows, day)


def _worded(found: list[dict[str, object]]) -> tuple[MeasureRow, ...]:
    """Rows of the pipeline with the words of their measures, in the order of the table."""
    words = {
        m.name: (place, {"label": m.label, "unit": m.unit, "definition": m.definition})
        for place, m in enumerate(measures_of("quarter"))
    }
    known = [row for row in found if row["measure"] in words]
    known.sort(key=lambda row: (words[str(row["measure"])][0], str(row["community"])))
    return tuple(msgspec.convert(row | words[str(row["measure"])][1], MeasureRow) for row in known)


def quarter_report(warehouse: Warehouse, quarter: str) -> QuarterReport:
    """The quarter table as it was published. Raises WarehouseError when there is none yet."""
    query = text(
        "SELECT community, measure, label, value, unit, previous, difference, percent, absent,"
        " definition, sources, observed_at, note, small FROM measure_quarter"
        " WHERE quarter = :quarter ORDER BY position, community"
    ).columns(sources=Json, observed_at=Instant, small=Boolean)
    with warehouse.connect() as connection:
        found = connection.execute(query, {"quarter": quarter}).all()
        named = _titles(connection)
        if not found:
            raise WarehouseError(_no_figures(connection, quarter), code=NO_FIGURES)
    rows = tuple(
        MeasureRow(**{**row._mapping, "sources": tuple(row.sources or ())}) for row in found
    )
    return QuarterReport(quarter, _columns(rows, named), rows)


def _titles(connection: Connection) -> list[tuple[str, str]]:
    found = connection.execute(text("SELECT key, title FROM community ORDER BY title, key"))
    return [(key, title) for key, title in found]


def _columns(
    rows: tuple[MeasureRow, ...], named: list[tuple[str, str]]
) -> tuple[tuple[str, str], ...]:
    """(key, title) of the communities that have rows, all of them together first."""
    present = {row.community for row in rows}
    whole = [("", "All communities")] if "" in present else []
    return tuple(whole + [(key, title) for key, title in named if key in present])


def _no_figures(connection: Connection, quarter: str) -> str:
    quarters = connection.execute(
        text("SELECT DISTINCT quarter FROM measure_quarter ORDER BY quarter")
    )
    known = [row[0] for row in quarters]
    if not known:
        return "no quarter has figures yet; run `cophub run` first"
    return f"{quarter} has no figures; there are {known[0]} to {known[-1]} (--quarter {known[-1]})"
