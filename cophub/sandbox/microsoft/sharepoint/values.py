"""How values of columns are written, and read from what is sent."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from cophub.sandbox.microsoft.sharepoint.state import Column, Site
from cophub.sandbox.timeline import moment


def utc(at: int) -> str:
    """An instant with a Z."""
    return f"{moment(at):%Y-%m-%dT%H:%M:%SZ}"


def local(site: Site, at: int) -> str:
    """An instant in the site's own time, without saying so."""
    return f"{moment(at).astimezone(ZoneInfo(site.zone[2])):%Y-%m-%dT%H:%M:%S}"


def offset(site: Site, at: int) -> str:
    """An instant in the site's own time, with its distance from UTC."""
    return moment(at).astimezone(ZoneInfo(site.zone[2])).isoformat(timespec="seconds")


def dated(site: Site, at: int, form: str) -> str:
    """An instant in one of the three forms: utc, offset or bare."""
    if form == "utc":
        return utc(at)
    return offset(site, at) if form == "offset" else local(site, at)


def shown(site: Site, column: Column, value: Any, form: str) -> Any:
    """A column's value as JSON has it."""
    if value is None:
        return None
    if column.type == "DateTime":
        return dated(site, value, form)
    if column.type == "URL":
        return {"Description": value, "Url": value}
    return value


def read(column: Column, value: Any) -> Any:
    """A column's value from what was sent; raises ValueError for what it cannot hold."""
    if isinstance(value, dict) and "results" in value:
        value = value["results"]
    if value is None or value == "":
        return None
    if column.type == "DateTime":
        found = datetime.fromisoformat(str(value))
        found = found.replace(tzinfo=UTC) if found.tzinfo is None else found
        return int(found.timestamp())
    if column.type in ("Number", "Currency"):
        return float(value)
    if column.type in ("Integer", "Counter") or column.refers:
        return [int(one) for one in value] if isinstance(value, list) else int(value)
    if column.type in ("Boolean", "AllDayEvent", "Recurrence"):
        return value if isinstance(value, bool) else str(value).lower() in ("true", "1")
    if column.type == "URL" and isinstance(value, dict):
        return value.get("Url")
    if column.type == "Text" and len(str(value)) > 255:
        raise ValueError("Invalid text value. A text field contains invalid data.")
    return value
