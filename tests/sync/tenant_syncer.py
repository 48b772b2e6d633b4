"""Syncs of Microsoft sources, each in a process of its own that may be killed.

The order is JSON on standard input, the report JSON on standard output. With `--serve` orders come
one a line, and each is done by a process that is made for it: the answers are the number of that
process, what it reports, and how it ended. Everything is imported once, before the first order.

The transport keeps the vendor's published pace by a clock that runs `speed` times faster than ours.
"""

import json
import os
import signal
import sys
import time
from collections.abc import Iterator, Mapping
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import Any

from sqlalchemy import event

from cophub.connectors import sharepoint, yammer
from cophub.connectors.sharepoint import official  # noqa: F401 - else each process imports it
from cophub.http import FileTokens, Transport
from cophub.sandbox import MicrosoftSandbox
from cophub.sync import RunResult, SourceSpec, SyncEngine, writer
from cophub.warehouse import Warehouse

CONNECTORS = {"yammer": yammer, "intranet": sharepoint, "by_secret": sharepoint}
"""The sources; `by_secret` is SharePoint with a client secret, `intranet` with a certificate."""


def tenant_settings(box: MicrosoftSandbox, source: str) -> dict[str, Any]:
    """All that a source needs to read the whole of an emulated tenant."""
    who = {"tenant": box.tenant_id, "client_id": box.client_id, "base_url": box.base_url}
    if source == "yammer":
        ways = ["rest", "graph", "export"]
        return {**who, "client_secret": box.client_secret, "ways": ways}
    urls = [each.site_url for each in box.tenant.communities]
    if source == "by_secret":
        return {**who, "site_url": urls[0], "sites": urls[1:], "client_secret": box.client_secret}
    return {**who, "site_url": urls[0], "sites": urls[1:], "certificate": box.certificate}


def spec_of(
    source: str, settings: Mapping[str, Any], streams: tuple[str, ...] | None = None
) -> SourceSpec:
    """The source of that name with these settings, and these of its streams."""
    (connector,) = CONNECTORS[source].cophub_connectors()
    given = connector.settings(**settings)
    return SourceSpec(source, connector, given, streams) if streams else SourceSpec(
        source, connector, given
    )  # fmt: skip


def fast(spec: SourceSpec, speed: float) -> Transport:
    """A transport for which a second of the vendor's pace takes 1/`speed` of ours."""
    return Transport(
        spec.connector.limits,
        clock=lambda: time.monotonic() * speed,
        sleep=lambda seconds: time.sleep(seconds / speed),
    )


def sync(order: dict[str, Any]) -> dict[str, Any]:
    """Run the source of the order; what it did, stream by stream. Dies where the order says."""
    streams = tuple(order.get("streams") or ())
    spec = spec_of(order["source"], order["settings"], streams)
    warehouse = Warehouse.open(order["warehouse"])
    counts = _count(warehouse, order.get("die_at"))
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
        "counts": counts,
        "streams": dict(_streams(result)),
    }


def _count(warehouse: Warehouse, die_at: list[Any] | None) -> dict[str, int]:
    """Counts statements and commits, and kills this process at the one of `die_at`."""
    counts = {"statement": 0, "commit": 0}

    def count(what: str) -> None:
        counts[what] += 1
        if die_at == [what, counts[what]]:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(warehouse.engine, "commit", lambda connection: count("commit"))
    event.listen(warehouse.engine, "before_cursor_execute", lambda *_: count("statement"))
    return counts


def _streams(result: RunResult) -> Iterator[tuple[str, dict[str, Any]]]:
    for stream in result.streams:
        yield (
            stream.stream,
            {
                "state": stream.state,
                "error": stream.error or stream.held_for,
                "requests": stream.requests,
                "retries": stream.retries,
                "waited": stream.waited_seconds,
                "new": stream.new,
                "changed": stream.changed,
                "gone": stream.gone,
                "rejected": stream.rejected,
            },
        )


def make_small() -> None:
    """Let a few dozen people be many parcels, checkpoints and chunks; in this program alone."""
    writer.PARCEL_RECORDS = 20
    for name in ("pages", "discussions"):
        module: Any = import_module(f"cophub.connectors.sharepoint.{name}")
        module.CHUNK = 3


def serve() -> None:
    """Do the order of each line in a process of its own."""
    make_small()
    for line in sys.stdin:
        order = json.loads(line)
        process = os.fork()
        if not process:
            say(sync(order))
            os._exit(0)
        say({"process": process})
        _, status = os.waitpid(process, 0)
        say({"exit": os.waitstatus_to_exitcode(status)})


def say(fact: dict[str, Any]) -> None:
    """A line of the answer."""
    os.write(1, json.dumps(fact).encode() + b"\n")


if __name__ == "__main__":
    if "--serve" in sys.argv:
        serve()
    else:
        json.dump(sync(json.load(sys.stdin)), sys.stdout)
