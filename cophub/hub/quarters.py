"""Calendar quarters in the hub's timezone, and the quarter table."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Boolean, Connection, text

from cophub.errors import ConfigError, WarehouseError
from cophub.hub.answers import MeasureRow, QuarterReport
from cophub.warehouse import Warehouse
from cophub.warehouse.columns import Instant, Json

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
    raise ConfigError(f'"{written}" is not a quarter; write it as 2026Q3')


def quarter_report(warehouse: Warehouse, quarter: str) -> QuarterReport:
    """The quarter table as it was published. Raises WarehouseError when there is none yet."""
    query = text(
        "SELECT community, measure, label, value, unit, previous, difference, percent, absent,"
        " definition, sources, observed_at, note, small FROM measure_quarter"
        " WHERE quarter = :quarter ORDER BY position, community"
    ).columns(sources=Json, observed_at=Instant, small=Boolean)
    titles = text("SELECT key, title FROM community ORDER BY title, key")
    with warehouse.connect() as connection:
        found = connection.execute(query, {"quarter": quarter}).all()
        named = [(key, title) for key, title in connection.execute(titles)]
        if not found:
            raise WarehouseError(_no_figures(connection, quarter))
    rows = [MeasureRow(**{**row._mapping, "sources": tuple(row.sources or ())}) for row in found]
    present = {row.community for row in rows}
    whole = [("", "All communities")] if "" in present else []
    columns = whole + [(key, title) for key, title in named if key in present]
    return QuarterReport(quarter, tuple(columns), tuple(rows))


def _no_figures(connection: Connection, quarter: str) -> str:
    quarters = connection.execute(
        text("SELECT DISTINCT quarter FROM measure_quarter ORDER BY quarter")
    )
    known = [row[0] for row in quarters]
    if not known:
        return "no quarter has figures yet; run `cophub run` first"
    return f"{quarter} has no figures; there are {known[0]} to {known[-1]} (--quarter {known[-1]})"
