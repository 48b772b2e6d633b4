"""A tap of the tests' own, and a run of the connector over it."""

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from cophub.connectors import singer

(CONNECTOR,) = singer.cophub_connectors()
(RECORDS,) = CONNECTOR.streams
TAP = Path(__file__).with_name("tap.py")
MEMBERS = {
    "record": "membership",
    "columns": {"email": "email", "name": "full_name", "joined_at": "since"},
    "space": "cop",
}


@dataclass
class Script:
    """What the tap says, run by run, and how it was called."""

    path: Path

    def write(self, *output: Any, **more: Any) -> None:
        """The next run writes these messages."""
        more.setdefault("catalog", {"streams": [stream("members")]})
        self.path.write_text(json.dumps({"output": output, **more}))

    def calls(self) -> list[dict[str, Any]]:
        """How the tap was called to read, not to tell its catalog."""
        found = self.path.with_suffix(".calls").read_text().splitlines()
        return [one for one in map(json.loads, found) if not one["discover"]]


@pytest.fixture
def script(tmp_path: Path) -> Script:
    return Script(tmp_path / "script.json")


@pytest.fixture
def settings(script: Script) -> Callable[..., Any]:
    """`settings(streams=...)` of a source that runs the tests' own tap."""

    def make(**more: Any) -> Any:
        config = {"script": str(script.path), **more.pop("config", {})}
        more.setdefault("streams", {"members": MEMBERS})
        more.setdefault("command", [sys.executable, str(TAP)])
        return CONNECTOR.settings(config=config, **more)

    return make


@pytest.fixture
def read(extract: Any, context: Any, settings: Any) -> Callable[..., Any]:
    """`read(since=None, ...)`: everything that one run yields."""

    def run(since: str | None = None, **more: Any) -> Any:
        return extract(RECORDS, context(settings(**more)), since)

    return run


def stream(name: str, *columns: str) -> dict[str, Any]:
    """A stream of a catalog."""
    properties = {one: {"type": ["null", "string"]} for one in columns or ("id", "email")}
    return {
        "tap_stream_id": name, "stream": name, "key_properties": ["id"],
        "schema": {"type": "object", "properties": properties}, "metadata": [],
    }  # fmt: skip


def schema(name: str = "members", **types: Any) -> dict[str, Any]:
    """A SCHEMA message; a column of the members is text unless it is told otherwise."""
    told = {"id": "integer", "email": "string", "full_name": "string", "since": "string"} | types
    properties = {one: {"type": ["null", *([kind] if isinstance(kind, str) else kind)]}
                  for one, kind in told.items()}  # fmt: skip
    return {
        "type": "SCHEMA", "stream": name, "key_properties": ["id"],
        "schema": {"type": "object", "properties": properties},
    }  # fmt: skip


def member(who: str, name: str = "members", **more: Any) -> dict[str, Any]:
    """A RECORD message of a member."""
    record = {
        "id": sum(map(ord, who)), "email": f"{who}@example.org", "full_name": who.title(),
        "since": "2024-03-01T09:00:00Z",
    } | more  # fmt: skip
    return {"type": "RECORD", "stream": name, "record": record}


def state(value: Any) -> dict[str, Any]:
    """A STATE message."""
    return {"type": "STATE", "value": value}
