"""Syncs of Dgroups, GoTo or Adobe Connect, each in a process of its own that may be killed."""

from contextlib import suppress
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import Any

from cophub.http import FileTokens, Transport
from cophub.sync import SyncEngine
from cophub.warehouse import Warehouse
from tests.sync.forked import Countdown, serve
from tests.sync.tools import TOOLS, make_small


class DyingTokens(FileTokens):
    """Tokens on the disk; before and after each is written the process may be killed."""

    def __init__(self, folder: Path, countdown: Countdown) -> None:
        super().__init__(folder)
        self._countdown = countdown

    def set(self, name: str, value: str) -> None:
        self._countdown("token")
        super().set(name, value)
        self._countdown("token")


def sync(order: dict[str, Any]) -> dict[str, Any]:
    """The source of the order, as `cophub sync` runs it; dies at the event that the order names."""
    tool, countdown = TOOLS[order["tool"]], Countdown(order["die_at"])
    warehouse = Warehouse.open(order["warehouse"])
    countdown.watch(warehouse)
    now = datetime.fromisoformat(order["now"])
    engine = SyncEngine(
        warehouse,
        now=lambda: now,
        tokens=lambda source: DyingTokens(Path(order["tokens"]), countdown),
        transport=lambda spec: Transport(tool.limits(), sleep=lambda seconds: None),
    )
    result = engine.sync_one(tool.spec(order["tool"], order["settings"]))
    warehouse.dispose()
    return {
        "state": result.state,
        "error": result.error,
        "streams": {one.stream: one.error or one.held_for or one.state for one in result.streams},
        "written": result.total("new") + result.total("changed") + result.total("gone"),
        "counts": countdown.counts,
    }


if __name__ == "__main__":
    make_small()
    for imported_late in ("authlib.oauth2.client", "cryptography.fernet", "keyring"):
        with suppress(ImportError):
            import_module(imported_late)  # else each process imports it
    serve(sync)
