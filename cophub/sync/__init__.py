"""Syncs sources into the warehouse: cursors, checkpoints, departures, leases and counts."""

from cophub.sync.days import Days
from cophub.sync.engine import SyncEngine, Wish
from cophub.sync.results import RunResult, SourceSpec, StreamResult, Watcher

__all__ = ["Days", "RunResult", "SourceSpec", "StreamResult", "SyncEngine", "Watcher", "Wish"]
