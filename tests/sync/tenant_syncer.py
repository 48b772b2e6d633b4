"""One sync of a Microsoft source, in a process of its own that may be killed.

The order is JSON on standard input, the report JSON on standard output. The transport keeps the
vendor's published pace by a clock that runs `speed` times faster than ours.
"""

import json
import sys
import time
from datetime import datetime
from pathlib import Path
from typing import Any

from cophub.connectors import sharepoint, yammer
from cophub.http import FileTokens, Transport
from cophub.sync import RunResult, SourceSpec, SyncEngine
from cophub.warehouse import Warehouse

CONNECTORS = {"yammer": yammer, "intranet": sharepoint}


def fast(spec: SourceSpec, speed: float) -> Transport:
    """A transport for which a second of the vendor's pace takes 1/`speed` of ours."""
    return Transport(
        spec.connector.limits,
        clock=lambda: time.monotonic() * speed,
        sleep=lambda seconds: time.sleep(seconds / speed),
    )


def sync(order: dict[str, Any]) -> dict[str, Any]:
    """Run the source of the order; what it did, stream by stream."""
    (connector,) = CONNECTORS[order["source"]].cophub_connectors()
    spec = SourceSpec(
        order["source"], connector, connector.settings(**order["settings"]), order["streams"]
    )
    warehouse = Warehouse.open(order["warehouse"])
    now = datetime.fromisoformat(order["now"])
    engine = SyncEngine(
        warehouse,
        now=lambda: now,
        tokens=lambda source: FileTokens(Path(order["tokens"]) / source),
        transport=lambda spec: fast(spec, order["speed"]),
    )
    result: RunResult = engine.sync_one(spec)
    warehouse.dispose()
    return {
        "state": result.state,
        "error": result.error,
        "streams": {
            stream.stream: {
                "state": stream.state,
                "error": stream.error or stream.held_for,
                "requests": stream.requests,
                "retries": stream.retries,
                "waited": stream.waited_seconds,
                "new": stream.new,
                "changed": stream.changed,
                "gone": stream.gone,
                "rejected": stream.rejected,
            }
            for stream in result.streams
        },
    }


if __name__ == "__main__":
    json.dump(sync(json.load(sys.stdin)), sys.stdout)
