"""Reading only what is new: where a row says when it changed, and how the API is asked for it."""

from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from cophub.connectors.mapping.dates import read_instant
from cophub.connectors.rest.paging import Place
from cophub.connectors.rest.places import found
from cophub.connectors.settings import Zone
from cophub.zones import known_zone

Mark = datetime | float
"""How far a list was read."""
_SCALE = {"epoch": 1, "epoch_ms": 1000}


class Incremental(BaseModel):
    """What tells new rows from those that are known."""

    model_config = ConfigDict(extra="forbid")

    cursor_path: Place = Field(description="Where a row says when it changed, or its number.")
    start_param: str | None = Field(
        None,
        description="The parameter that asks for rows from there on. Left out, the list must come"
        ' newest first (`row_order = "desc"`), and is read until a page has nothing new.',
    )
    initial_value: str | int | None = Field(
        None, description="Where the first read begins; left out, with everything."
    )
    format: str = Field(
        "iso",
        description="How instants are sent: `iso`, `epoch` (seconds), `epoch_ms`, or in Python's"
        " letters, such as `%Y-%m-%d`; `number` where it is a number that grows, such as an id.",
    )
    timezone: Zone = Field("UTC", description="The zone in which instants are sent and told.")
    row_order: Literal["asc", "desc"] | None = Field(
        None, description="Whether the oldest or the newest rows come first, where that is sure."
    )
    lookback_minutes: int = Field(
        0, ge=0, description="So much is read again each time, for what an API shows late."
    )

    @model_validator(mode="after")
    def _can_be_asked(self) -> "Incremental":
        if self.start_param is None and self.row_order != "desc":
            raise ValueError(
                'without start_param the list must come newest first: add row_order = "desc" if it'
                " does, or name the parameter"
            )
        if self.format not in ("iso", "number", *_SCALE) and "%" not in self.format:
            raise ValueError(
                f'format "{self.format}" is not known; write iso, epoch, epoch_ms, number, or one'
                " such as %Y-%m-%d"
            )
        if self.format == "number" and self.lookback_minutes:
            raise ValueError("a number has no minutes to look back; leave out lookback_minutes")
        if self.initial_value is not None and self.read(self.initial_value) is None:
            raise ValueError(f'initial_value "{self.initial_value}" is not of this format')
        return self

    def mark_of(self, row: Any, now: datetime) -> Mark | None:
        """How new a row is; None for one that does not say, or says a time to come."""
        try:
            mark = self.read(found(self.cursor_path, row))
        except ValueError:
            return None
        if isinstance(mark, datetime) and mark > now:
            return None  # one wrong date would hide everything until then
        return mark

    def read(self, value: Any) -> Mark | None:
        """A value as the API writes it; None where it is none."""
        if isinstance(value, bool) or value in (None, ""):
            return None
        try:
            if self.format == "number":
                return float(value)
            if scale := _SCALE.get(self.format):
                return datetime.fromtimestamp(float(value) / scale, UTC)
            form = self.format if "%" in self.format else None
            return _instant(value, self.timezone, form)
        except (ValueError, TypeError, OverflowError, OSError):
            return None

    def sent(self, mark: Mark) -> str | int:
        """What the API is asked with."""
        if not isinstance(mark, datetime):
            return int(mark) if mark.is_integer() else str(mark)
        moment = mark - timedelta(minutes=self.lookback_minutes)
        if scale := _SCALE.get(self.format):
            return int(moment.timestamp() * scale)
        local = moment.astimezone(known_zone(self.timezone))
        if self.format != "iso":
            return local.strftime(self.format)
        return local.isoformat().replace("+00:00", "Z")


def _instant(value: Any, zone: str, form: str | None) -> datetime | None:
    try:
        return read_instant(value, known_zone(zone), None, form)
    except ValueError:
        # Rows may be written otherwise than the parameter is.
        return read_instant(value, known_zone(zone)) if form else None


def kept(mark: Mark) -> str:
    """A mark as the cursor keeps it."""
    return mark.isoformat() if isinstance(mark, datetime) else repr(mark)


def of_kept(text: str) -> Mark | None:
    """A mark out of a cursor; None for what is none."""
    try:
        return float(text)
    except ValueError:
        pass
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


__all__ = ["Incremental", "Mark", "kept", "of_kept"]
