"""A program that syncs when it is told to, each time in a process of its own that may be killed.

It reads orders as JSON, a line each, and answers with the number of the process it made, with what
that process has to report, and with how it ended. Everything is imported once, before the first
order: starting Python anew for each of a hundred runs would take longer than the runs.
"""

import json
import os
import signal
import sys
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import Any

from sqlalchemy import event

from cophub.connectors import mailarchive, mailchimp
from cophub.connectors.mail import reader
from cophub.connectors.mailchimp import official  # noqa: F401 - else each process imports it
from cophub.sync import SourceSpec, SyncEngine, writer
from cophub.warehouse import Warehouse


def make_small() -> None:
    """Let a few hundred people be many pages, parcels and checkpoints; in this program alone."""
    writer.PARCEL_RECORDS = 40
    import_module("cophub.connectors.mailchimp.campaigns").ACTIVITY_PAGE = 30
    reader._BETWEEN_CHECKPOINTS = 20


def main() -> None:
    make_small()
    for line in sys.stdin:
        order = json.loads(line)
        process = os.fork()
        if not process:
            report = sync(order)
            say(report)
            os._exit(0)
        say({"process": process})
        _, status = os.waitpid(process, 0)
        say({"exit": os.waitstatus_to_exitcode(status)})


def say(fact: dict[str, Any]) -> None:
    os.write(1, json.dumps(fact).encode() + b"\n")


def sync(order: dict[str, Any]) -> dict[str, Any]:
    """Both sources, as `cophub sync` runs them; dies at the event that the order names."""
    counts = {"statement": 0, "commit": 0}
    warehouse = Warehouse.open(order["warehouse"])

    def count(what: str) -> None:
        counts[what] += 1
        if order.get("die_at") == [what, counts[what]]:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(warehouse.engine, "commit", lambda connection: count("commit"))
    event.listen(warehouse.engine, "before_cursor_execute", lambda *_: count("statement"))
    now = datetime.fromisoformat(order["now"])
    results = list(SyncEngine(warehouse, now=lambda: now).sync(sources(order)))
    warehouse.dispose()
    return {
        "states": sorted(result.state for result in results),
        "changed": sum(result.total("new") + result.total("changed") for result in results),
        "errors": [str(s.error) for r in results for s in r.streams if s.error]
        + [r.error for r in results if r.error],
        "counts": counts,
    }


def sources(order: dict[str, Any]) -> list[SourceSpec]:
    (newsletter,) = mailchimp.cophub_connectors()
    (lists,) = mailarchive.cophub_connectors()
    asked = newsletter.settings(api_key=order["api_key"], base_url=order["base_url"])
    read = lists.settings(list="forum", path=str(Path(order["mail"])))
    return [SourceSpec("newsletter", newsletter, asked), SourceSpec("lists", lists, read)]


if __name__ == "__main__":
    main()
