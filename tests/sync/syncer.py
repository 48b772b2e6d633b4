"""Syncs of MailChimp and a mailing list, each in a process of its own that may be killed."""

from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import Any

from cophub.connectors import mailarchive, mailchimp
from cophub.connectors.mail import reader
from cophub.connectors.mailchimp import official  # noqa: F401 - else each process imports it
from cophub.sync import SourceSpec, SyncEngine, writer
from cophub.warehouse import Warehouse
from tests.sync.forked import Countdown, serve


def make_small() -> None:
    """Let a few hundred people be many pages, parcels and checkpoints; in this program alone."""
    writer.PARCEL_RECORDS = 40
    import_module("cophub.connectors.mailchimp.campaigns").ACTIVITY_PAGE = 30
    reader._BETWEEN_CHECKPOINTS = 20


def sync(order: dict[str, Any]) -> dict[str, Any]:
    """Both sources, as `cophub sync` runs them; dies at the event that the order names."""
    warehouse = Warehouse.open(order["warehouse"])
    countdown = Countdown(order.get("die_at"))
    countdown.watch(warehouse)
    now = datetime.fromisoformat(order["now"])
    results = list(SyncEngine(warehouse, now=lambda: now).sync(sources(order)))
    warehouse.dispose()
    return {
        "states": sorted(result.state for result in results),
        "changed": sum(result.total("new") + result.total("changed") for result in results),
        "errors": [str(s.error) for r in results for s in r.streams if s.error]
        + [r.error for r in results if r.error],
        "counts": countdown.counts,
    }


def sources(order: dict[str, Any]) -> list[SourceSpec]:
    (newsletter,) = mailchimp.cophub_connectors()
    (lists,) = mailarchive.cophub_connectors()
    asked = newsletter.settings(api_key=order["api_key"], base_url=order["base_url"])
    read = lists.settings(list="forum", path=str(Path(order["mail"])))
    return [SourceSpec("newsletter", newsletter, asked), SourceSpec("lists", lists, read)]


if __name__ == "__main__":
    make_small()
    serve(sync)
