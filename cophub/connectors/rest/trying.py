"""Trying the lists before anything is stored: their first pages, as records."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import msgspec

from cophub import UNSET, AuthError, Context, CophubError, Item, Record, Reject, Space
from cophub.connectors.rest.listing import client_of, lists
from cophub.connectors.rest.places import address, params_of
from cophub.connectors.rest.rows import MARK, Rows
from cophub.connectors.rest.settings import Settings

SHOWN = 10
"""So many records of each stream are shown."""
_PARENTS = 3
"""So many rows of a parent are tried for their own lists."""


@dataclass
class Trial:
    """What the first page of a list gave."""

    name: str
    rows: int = 0
    records: list[Record] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    empty: list[str] = field(default_factory=list)
    """Fields that no row filled."""
    error: str = ""
    fix: str = ""
    raw: list[Any] = field(default_factory=list)


def trials(ctx: Context[Settings]) -> Iterator[Trial]:
    """Each list tried, parents before their rows' lists; what fails is in the trial."""
    client, settings = client_of(ctx), ctx.settings
    done: dict[str, Trial] = {}
    order = sorted(settings.streams, key=lambda name: settings.streams[name].parent is not None)
    for name in order:
        parent = settings.streams[name].parent
        trial = done[name] = Trial(name)
        rows = Rows(settings, name, ctx.source)
        parents = [None] if parent is None else done[parent].raw[:_PARENTS]
        if not parents:
            trial.error = f"its parent {parent} gave no row to try it with"
            trial.fix = f"See {parent}."
        try:
            for one in parents:
                _read(client, rows, trial, settings, one)
        except (CophubError, ValueError) as error:
            trial.error = str(error)
            is_refused = isinstance(error, AuthError)
            trial.fix = (
                "Correct auth, or have read access granted." if is_refused
                else f"Correct path, params, data_selector or paginator of {name}."
            )  # fmt: skip
        trial.rows, trial.empty = rows.count, sorted(rows.empty) if rows.count else []
        yield trial


def _read(client: httpx.Client, rows: Rows, trial: Trial, settings: Settings, parent: Any) -> None:
    path = address(rows.table.path, settings.variables, parent)
    params = params_of(rows.table.params, settings.variables, parent)
    new = rows.table.incremental
    if new and new.start_param and new.initial_value is not None:
        params[new.start_param] = new.initial_value
    made: list[Item] = []
    for row in next(lists(client, rows.table, path, params, settings.maximum_pages), []):
        trial.raw.append(row)
        made += rows.records(row, parent)
    made += rows.finish()
    trial.records += [item for item in made if isinstance(item, Record)]
    trial.rejects += [item for item in made if isinstance(item, Reject)]


def discover(ctx: Context[Settings]) -> Iterator[Space]:
    """Each list, with ten records as they would be stored, in `extra["tried"]`."""
    for trial in trials(ctx):
        table = ctx.settings.streams[trial.name]
        own = [one for one in trial.records if table.record == one.TABLE]
        spaces = [str(key) for one in own if (key := _space_of(one))]
        key = spaces[0] if spaces else table.space or ctx.source
        space = Space(key=key, kind=table.record, title=trial.name)
        space.extra = {
            "tried": {
                "stream": trial.name,
                "rows": trial.rows,
                "records": [stored(one) for one in own[:SHOWN]],
                "accounts": [stored(one) for one in trial.records
                             if one.TABLE == "account" and one not in own][:SHOWN],
                "empty": trial.empty,
                "rejects": [one.reason for one in trial.rejects[:SHOWN]],
                "error": trial.error,
                "fix": trial.fix,
            }
        }  # fmt: skip
        yield space


def _space_of(record: Record) -> Any:
    key = record.key if isinstance(record, Space) else getattr(record, "space", None)
    return None if key is UNSET else key


def stored(record: Record) -> dict[str, Any]:
    """A record's fields that are set, as plain values."""
    plain: dict[str, Any] = msgspec.to_builtins(record)
    extra = {k: v for k, v in plain.pop("extra", {}).items() if k != MARK}
    return {k: v for k, v in plain.items() if v is not None} | ({"extra": extra} if extra else {})


__all__ = ["SHOWN", "Trial", "discover", "stored", "trials"]
