"""Syncs of Microsoft sources, each in a process of its own that may be killed.

The order is JSON on standard input, the report JSON on standard output. With `--serve` orders come
one a line, and each is done by a process that is made for it.

The transport keeps the vendor's published pace by a clock that runs `speed` times faster than ours.
"""

import json
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import Any

from cophub.connectors import sharepoint, yammer
from cophub.connectors.sharepoint import official  # noqa: F401 - else each process imports it
from cophub.http import FileTokens, Limits, Transport
from cophub.sandbox import MicrosoftSandbox
from cophub.sync import RunResult, SourceSpec, SyncEngine, writer
from cophub.warehouse import Warehouse
from tests import keys
from tests.sync import forked

BUSY = 50
"""How much longer than by that clock a run may take."""
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
    """A transport for which a second of the vendor's pace takes 1/`speed` of ours.

    This machine works no faster for that, and may be busy: its time must not use up the run's.
    """
    limits = spec.connector.limits or Limits()
    return Transport(
        replace(limits, budget=limits.budget * BUSY),
        clock=lambda: time.monotonic() * speed,
        sleep=lambda seconds: time.sleep(seconds / speed),
    )


def sync(order: dict[str, Any]) -> dict[str, Any]:
    """Run the source of the order; what it did, stream by stream. Dies where the order says."""
    streams = tuple(order.get("streams") or ())
    spec = spec_of(order["source"], order["settings"], streams)
    warehouse = Warehouse.open(order["warehouse"])
    countdown = forked.Countdown(order.get("die_at"))
    countdown.watch(warehouse)
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
        "counts": countdown.counts,
        "streams": dict(_streams(result)),
    }


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


if __name__ == "__main__":
    keys.read_quickly()
    if "--serve" in sys.argv:
        make_small()
        forked.serve(sync)
    else:
        json.dump(sync(json.load(sys.stdin)), sys.stdout)
