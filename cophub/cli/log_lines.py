"""Log records as lines on standard error: for a person, or as JSON for a program. No secrets."""

import logging
import sys
from datetime import UTC, datetime
from typing import Any

from pythonjsonlogger.json import JsonFormatter

from cophub.http.secrets import redact
from cophub.logs import FACTS, Facts


class Lines(logging.Formatter):
    """`2026-11-22 20:52:39Z info cophub.sync run=3 source=news: 12 read`."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as a line; where it tells of an error, that follows on lines of its own."""
        at = datetime.fromtimestamp(record.created, UTC)
        known = "".join(
            f" {name}={value}" for name in FACTS if (value := getattr(record, name, None))
        )
        line = f"{at:%Y-%m-%d %H:%M:%S}Z {record.levelname.lower()} {record.name}{known}: "
        line += record.getMessage()
        if record.exc_info:
            line += f"\n{self.formatException(record.exc_info)}"
        return str(redact(line))


class JsonLines(JsonFormatter):
    """An object on a line: at, level, logger, message, what it belongs to, and added fields."""

    def __init__(self) -> None:
        super().__init__(
            ["levelname", "name", "message", *FACTS],
            rename_fields={"levelname": "level", "name": "logger"},
            timestamp="at",
            json_ensure_ascii=False,
        )

    def process_log_record(self, log_data: dict[str, Any]) -> dict[str, Any]:
        """What is known of it, without secrets."""
        told = super().process_log_record(log_data)
        known = {name: value for name, value in told.items() if value is not None}
        known["level"] = known["level"].lower()
        clean: dict[str, Any] = redact(known)
        return clean


def handler(*, as_json: bool) -> logging.Handler:
    """Writes records to standard error as it is now."""
    made = logging.StreamHandler(sys.stderr)
    made.addFilter(Facts())
    made.setFormatter(JsonLines() if as_json else Lines())
    return made


__all__ = ["JsonLines", "Lines", "handler"]
