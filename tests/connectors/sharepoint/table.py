"""What a warehouse would hold of the items of several runs, and what a tenant was asked."""

from collections.abc import Callable, Iterable
from typing import Any

from cophub import Checkpoint, Context, Gone, Item, Record, Reject
from cophub.sandbox.microsoft import MicrosoftSandbox

Ask = Callable[..., Context[Any]]


class Held:
    """A table that items fill and empty, and the cursor of the last checkpoint."""

    def __init__(self) -> None:
        self.rows: dict[tuple[type[Record], tuple[str, ...]], Record] = {}
        self.cursor: str | None = None

    def take(self, items: Iterable[Item]) -> list[Item]:
        """Keep what comes, and return it; a reject is a failure."""
        taken = []
        for item in items:
            taken.append(item)
            assert not isinstance(item, Reject), item.reason
            if isinstance(item, Record):
                key = tuple(str(getattr(item, name)) for name in item.KEY)
                self.rows[type(item), key] = item
            elif isinstance(item, Gone):
                self._end(item)
            elif isinstance(item, Checkpoint):
                self.cursor = item.cursor
        return taken

    def _end(self, gone: Gone) -> None:
        but = {tuple(map(str, k)) if isinstance(k, tuple) else (str(k),) for k in gone.but}
        for kind, key in list(self.rows):
            if kind is not gone.record or not key[-1].startswith(gone.prefix) or key in but:
                continue
            row = self.rows[kind, key]
            if all(_column(row, name) == str(value) for name, value in gone.where.items()):
                del self.rows[kind, key]

    def of(self, kind: type[Record]) -> dict[str, Any]:
        """The records of one kind, by their key."""
        return {"/".join(key): row for (of, key), row in self.rows.items() if of is kind}


def _column(row: Record, name: str) -> str | None:
    value = getattr(row, name.partition(".")[0])
    if name.startswith("extra."):
        value = value.get(name.partition(".")[2]) if isinstance(value, dict) else None
    return None if value is None else str(value)


def asked(sandbox: MicrosoftSandbox, words: str = "") -> list[str]:
    """The requests so far whose method and path hold `words`, without sign-in."""
    lines = [f"{entry.method} {entry.path}" for entry in sandbox.log]
    return [line for line in lines if words.lower() in line.lower() and "/oauth2/" not in line]
